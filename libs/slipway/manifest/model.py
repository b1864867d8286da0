"""The shape of `service.yaml`, as typed, frozen models.

The JSON Schema beside this file (`schema.json`) is generated from these models
by `./slipway manifest schema --write`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")]
EnvName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,60}$")]
QueueEnv = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,50}_QUEUE_URL$")]
EventType = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+){2}\.v[0-9]+$")]
Action = Annotated[str, Field(pattern=r"^[a-z0-9]+:[A-Z][A-Za-z]+$")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Scaling(_Model):
    """How many copies of a role run in a cloud environment, and what adds one."""

    min: int = Field(default=2, ge=0, le=100)
    max: int = Field(default=10, ge=1, le=1000)
    cpu_percent: int | None = Field(default=60, ge=10, le=95)
    requests_per_target: int | None = Field(default=None, ge=1, description="per second and task")
    messages_per_task: int | None = Field(default=None, ge=1)


class DeploymentStrategy(_Model):
    """How a new version of a web role takes over in a cloud environment.

    `percent` of the traffic goes first (canary) or moves with each step (linear); after
    all of it has moved, the old version stays for `bake_minutes`, ready to take it back.
    """

    strategy: Literal["rolling", "blue_green", "canary", "linear"] = "rolling"
    percent: int = Field(default=10, ge=1, le=50)
    step_minutes: int = Field(default=5, ge=1, le=1440)
    bake_minutes: int = Field(default=5, ge=0, le=1440)


class Role(_Model):
    """One way of running the service's image: web server, worker or one-off task."""

    kind: Literal["web", "worker", "task"]
    cpu: Literal[256, 512, 1024, 2048, 4096] = 256
    memory: int = Field(default=512, ge=128, le=16384, description="MiB")
    stop_timeout: int = Field(default=30, ge=1, le=120, description="seconds to finish what is in hand")
    scaling: Scaling | None = None
    deployment: DeploymentStrategy = DeploymentStrategy()


class Index(_Model):
    """A secondary index of a table; all attributes are projected.

    A `local` one shares the table's partition key, can be read consistently, and is made with the table.
    """

    name: str
    partition: str
    sort: str | None = None
    local: bool = False


class Table(_Model):
    """A DynamoDB table. Key attributes are strings."""

    name: Name
    env: EnvName
    partition: str
    sort: str | None = None
    indexes: tuple[Index, ...] = ()
    ttl: str | None = Field(default=None, description="attribute holding the expiry in epoch seconds")
    stream: Literal["NEW_AND_OLD_IMAGES", "NEW_IMAGE", "OLD_IMAGE", "KEYS_ONLY"] | None = None

    @model_validator(mode="after")
    def _local_indexes_share_the_partition(self) -> Table:
        for index in self.indexes:
            if index.local and (index.partition != self.partition or index.sort is None):
                raise ValueError(
                    f"index {index.name}: a local index has the table's partition key and a sort key"
                )
        return self


class DeliveredPrefix(_Model):
    """A prefix of a bucket that the CDN serves: to everybody, or to holders of a signed URL or cookie."""

    prefix: str = Field(pattern=r"^[a-z][a-z0-9-]*/$")
    access: Literal["public", "signed"]
    seconds: int = Field(default=31_536_000, ge=0, le=31_536_000, description="how long the edge keeps it")


class Bucket(_Model):
    """An S3 bucket; private, and announcing created and removed objects on a topic where one is named."""

    name: Name
    env: EnvName
    notify_topic: Name | None = None
    notify_prefix: str = ""
    browser_uploads: bool = Field(default=False, description="CORS for presigned uploads and downloads")
    expire_days: int | None = Field(
        default=None,
        ge=1,
        le=3650,
        description="after how many days objects are deleted in AWS; they are not copied to further regions",
    )
    delivers: tuple[DeliveredPrefix, ...] = ()


class PostgresDatabase(_Model):
    """A database of its own, with a login role of its own that owns it."""

    database: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,30}$")]
    env: EnvName = "DATABASE_URL"


class Redis(_Model):
    """A share of the Redis server, under a key prefix of its own."""

    env: EnvName = "REDIS_URL"


class Stores(_Model):
    """Everything the service keeps; no other service touches it."""

    postgres: PostgresDatabase | None = None
    redis: Redis | None = None
    tables: tuple[Table, ...] = ()
    buckets: tuple[Bucket, ...] = ()


MAIL_EVENTS = "mail-events"
"""The topic on which SES tells what becomes of the suite's mail; it is there where a queue hears it."""


class Subscription(_Model):
    """A topic that feeds a queue; `types` filters by CloudEvents type.

    `mail-events` is the suite's own topic: SES tells there what becomes of each mail.
    """

    topic: Name
    types: tuple[EventType, ...] = ()


class Queue(_Model):
    """An SQS queue with its dead-letter queue `<name>-dlq`, and the role that consumes it.

    With `env`, `X_QUEUE_URL`, go `X_DLQ_URL` and `X_VISIBILITY_TIMEOUT`.
    """

    name: Name
    env: QueueEnv
    consumer: Name
    visibility_timeout: int = Field(default=60, ge=5, le=43200, description="seconds")
    max_receives: int = Field(
        default=12,
        ge=1,
        le=100,
        description="tries before a dead letter; with the worker's pauses 15 minutes",
    )
    subscribes: tuple[Subscription, ...] = ()


class Publishes(_Model):
    """The service's one topic and the event types it may put there."""

    topic: Name
    env: EnvName = "EVENTS_TOPIC_ARN"
    types: tuple[EventType, ...]


# What a consumer does with its queue, and with its dead-letter queue what it cannot deal with.
_CONSUME: tuple[str, ...] = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility")
_PARK: tuple[str, ...] = ("sqs:SendMessage",)

_REFERENCE = r"^((table|bucket|queue|topic|role)/.+|mail/(identity|configuration-set))$"


class Permission(_Model):
    """One allow statement of the service's own AWS role.

    What a consumer needs of its queues is not written: it follows from `queues`.
    `on` names resources by kind: `table/NAME`, `table/NAME/index/INDEX`,
    `bucket/NAME`, `bucket/NAME/KEY-PATTERN`, `queue/NAME`, `topic/NAME`,
    `role/NAME`; to send mail, `mail/identity` and `mail/configuration-set`,
    with which the variable MAIL_CONFIGURATION_SET goes.
    `when` is an IAM condition block, taken as it is.
    """

    allow: tuple[Action, ...] = Field(min_length=1)
    on: tuple[Annotated[str, Field(pattern=_REFERENCE)], ...] = Field(min_length=1)
    when: dict[str, dict[str, str | list[str]]] | None = None


class AssumedRole(_Model):
    """An IAM role that the service hands out in narrowed form (temporary credentials).

    With `web_identity`, a cloud environment also has a role `<name>-web` that a client assumes
    with its own access token: there each `*` that ends a key pattern or a condition's value is
    narrowed to `<the token's sub>/*`.
    """

    name: Name
    env: EnvName
    web_identity: bool = False
    permissions: tuple[Permission, ...]


class RouteGroups(_Model):
    """Callers of a route, told apart by a query parameter of which only a group is passed on.

    The edge asks with `group`, a number below `count`, in place of `parameter`, so it keeps no more copies.
    """

    parameter: str = Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")
    group: str = Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")
    count: int = Field(ge=2, le=1000)


class RouteCache(_Model):
    """Edge caching of one public route."""

    path: str = Field(pattern=r"^/")
    seconds: int = Field(ge=1, le=31_536_000)
    groups: RouteGroups | None = None


class RouteLimit(_Model):
    """A tighter rate limit for one path prefix, per client address."""

    path: str = Field(pattern=r"^/")
    per_second: int = Field(ge=1, le=10_000)
    burst: int = Field(ge=0, le=100_000)
    posts_at_once: int | None = Field(
        default=None,
        ge=1,
        le=10_000,
        description="POSTs to exactly this path at once per client address, at our own gateway",
    )


class AccountRates(_Model):
    """How often our own gateway passes calls with one access token on; 429 beyond it."""

    reads_per_second: int = Field(default=100, ge=1, le=100_000)
    reads_burst: int = Field(default=200, ge=0, le=100_000)
    changes_per_second: int = Field(default=50, ge=1, le=100_000, description="POST, PUT, PATCH and DELETE")
    changes_burst: int = Field(default=100, ge=0, le=100_000)


class EdgeRules(_Model):
    """What the edge enforces before a request reaches the service."""

    max_body_kib: int = Field(default=1024, ge=1, le=1_048_576)
    per_second: int = Field(default=200, ge=1, le=100_000, description="requests per client address")
    burst: int = Field(default=400, ge=0, le=100_000)
    account: AccountRates = AccountRates()
    concurrent: int = Field(
        default=100,
        ge=1,
        le=10_000,
        description="requests at once per client address, slow readers among them",
    )
    read_timeout: int = Field(default=30, ge=1, le=300, description="seconds")
    limits: tuple[RouteLimit, ...] = ()
    cache: tuple[RouteCache, ...] = ()


class Secret(_Model):
    """A generated value the service receives in its environment."""

    env: EnvName
    bytes: int = Field(default=32, ge=16, le=64)


class Manifest(_Model):
    """A whole `service.yaml`."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,20}$")]
    description: str = Field(min_length=10, max_length=200)
    subdomain: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
    visibility: Literal["public", "private"] = "public"
    issuer: bool = Field(
        default=False, description="whether the suite's access tokens are issued here; one service says so"
    )
    port: int = Field(
        default=8080, ge=1024, le=65535, description="where the web role listens in a container"
    )
    roles: dict[Name, Role]
    stores: Stores = Stores()
    publishes: Publishes | None = None
    queues: tuple[Queue, ...] = ()
    permissions: tuple[Permission, ...] = ()
    assumed_roles: tuple[AssumedRole, ...] = ()
    secrets: tuple[Secret, ...] = ()
    shares: dict[EnvName, str] = Field(
        default_factory=dict,
        description="other services' resources that this one must know (ENV: bucket/NAME), and services that"
        " it asks by REST (ENV: service/NAME), and who hears an event (ENV: subscribers/TYPE): the"
        " names of the services, in order, with commas between",
    )
    gateway: EdgeRules = EdgeRules()

    @property
    def granted(self) -> tuple[Permission, ...]:
        """Return all that the service's own AWS role allows: what is written, then what `queues` imply."""
        return self.permissions + self.implied

    @property
    def implied(self) -> tuple[Permission, ...]:
        """Return what follows from `queues`: to consume from each, and to send to its dead-letter queue."""
        if not self.queues:
            return ()
        names = [f"queue/{queue.name}" for queue in self.queues]
        return (
            Permission(allow=_CONSUME, on=tuple(names)),
            Permission(allow=_PARK, on=tuple(f"{name}-dlq" for name in names)),
        )

    def hears(self, kind: str) -> bool:
        """Say whether a queue of the service subscribes to the event type `kind`."""
        return any(kind in one.types for queue in self.queues for one in queue.subscribes)

    @property
    def sends_mail(self) -> bool:
        """Say whether the service may send mail; it is told MAIL_CONFIGURATION_SET then."""
        return any("mail/configuration-set" in permission.on for permission in self.permissions)

    @property
    def keeps_something(self) -> bool:
        """Say whether the service has a store, and so takes part when an account is erased."""
        stores = self.stores
        return bool(stores.postgres or stores.redis or stores.tables or stores.buckets)
