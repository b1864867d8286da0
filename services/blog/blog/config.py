"""What the service is told by its environment."""

from __future__ import annotations

from pydantic import Field

from chassis.http.edge import EdgeSettings


class BlogSettings(EdgeSettings):
    """Settings of every role of the service."""

    blog_table: str = Field(description="DynamoDB table of posts.")
    max_posts: int = Field(default=10_000, ge=1, le=1_000_000, description="Most posts of one account.")
    max_comments_an_hour: int = Field(
        default=30, ge=1, le=100_000, description="Most comments of one account within an hour."
    )
    max_subscriptions_an_hour: int = Field(
        default=100, ge=1, le=100_000, description="Most subscriptions of one network within an hour."
    )
    max_subscriptions_of_an_address_an_hour: int = Field(
        default=5,
        ge=1,
        le=1_000,
        description="Most subscriptions of one address within an hour; more do nothing.",
    )


class ApiSettings(BlogSettings):
    """Settings of the API."""

    posts_in_feed: int = Field(default=20, ge=1, le=200, description="Posts in the Atom feed.")
    profile_url: str | None = Field(
        default=None,
        description="Where a token's account is asked for its `name`; unset: `/v1/me` beside AUTH_JWKS_URL.",
    )
    media_url: str = Field(description="Where media is asked for covers, without a trailing slash.")


class WorkerSettings(BlogSettings):
    """Settings of the worker."""

    owner_region: str | None = Field(
        default=None,
        description="Region that publishes, mails and tidies up for a global table; unset: AWS_REGION.",
    )
    publish_seconds: float = Field(
        default=10.0, ge=1, le=55, description="How often is looked for posts whose time has come."
    )
    users_events_queue_url: str = Field(description="Queue with the events of users.")
    users_events_dlq_url: str = Field(description="Its dead-letter queue.")
    users_events_visibility_timeout: int = Field(ge=5, description="Seconds for which a message is taken.")
    media_events_queue_url: str = Field(description="Queue with the events of media.")
    media_events_dlq_url: str = Field(description="Its dead-letter queue.")
    media_events_visibility_timeout: int = Field(ge=5, description="Seconds for which a message is taken.")
    exports_bucket: str = Field(description="S3 bucket that parts of accounts' exports are put into.")
    events_topic_arn: str = Field(description="SNS topic that the worker publishes the service's events to.")
    mail_configuration_set: str | None = Field(
        default=None, description="SES configuration set that mails are sent with; unset: none are sent."
    )
    mail_sender: str | None = Field(
        default=None, description="Who mails are from; unset: `Slipway <no-reply@PUBLIC_DOMAIN>`."
    )
    mail_settle_seconds: float = Field(
        default=30.0,
        ge=1,
        le=86_400,
        description="A mail that was begun so long ago, and not noted as sent, is sent again.",
    )
    mails_at_once: int = Field(
        default=50,
        ge=1,
        le=500,
        description="Subscribers that are mailed before the next page of them has its turn.",
    )
    mail_events_queue_url: str = Field(description="Queue with what SES announces about mails.")
    mail_events_dlq_url: str = Field(description="Its dead-letter queue.")
    mail_events_visibility_timeout: int = Field(ge=5, description="Seconds for which a message is taken.")

    def owns_the_table(self) -> bool:
        """Say whether what is to be done once for all copies of the table is done here."""
        return self.owner_region in {None, self.aws_region}
