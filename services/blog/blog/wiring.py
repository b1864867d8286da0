"""What both entry points, the API and the worker, are made of."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

from blog.config import ApiSettings, BlogSettings
from blog.domain.events import PostEvents
from blog.domain.ports import Covers, PostStore, Profiles, PublicPages, ResponseStore, SubscriberStore
from blog.domain.posts import Posts
from blog.domain.responses import Responses
from blog.domain.subscriptions import SubscriptionLimits, Subscriptions
from blog.rendering.markdown import summarise
from blog.store.covers import MediaCovers
from blog.store.dynamodb import DynamoPostStore
from blog.store.pages import EdgePages
from blog.store.profiles import IssuerProfiles
from blog.store.responses import DynamoResponseStore
from blog.store.subscribers import DynamoSubscriberStore
from chassis.clock import Clock
from chassis.http.edge import purges_of
from chassis.idempotency import IdempotencyLimits, IdempotencyStore
from chassis.idempotency.dynamodb import DynamoIdempotency
from chassis.messages.dynamodb_outbox import DynamoOutbox
from chassis.messages.mail_suppression import DynamoSuppressions, Suppressions
from chassis.messages.outbox import OutboxStore
from chassis.stores.aws import Aws


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything that the service keeps, and those it asks, behind protocols."""

    posts: PostStore
    responses: ResponseStore
    subscribers: SubscriberStore
    suppressions: Suppressions
    idempotency: IdempotencyStore
    outbox: OutboxStore
    profiles: Profiles
    covers: Covers
    pages: PublicPages


def real(settings: BlogSettings) -> Stores:
    """Return stores in DynamoDB. Nothing is connected yet."""
    client = Aws(settings.aws_region, settings.aws_endpoint_url).client("dynamodb")
    api = settings if isinstance(settings, ApiSettings) else None
    profile_url = api.profile_url if api else None
    return Stores(
        posts=DynamoPostStore(client, settings.blog_table),
        responses=DynamoResponseStore(client, settings.blog_table),
        subscribers=DynamoSubscriberStore(client, settings.blog_table),
        suppressions=DynamoSuppressions(client, settings.blog_table),
        idempotency=DynamoIdempotency(client, settings.blog_table, limits=IdempotencyLimits.of(settings)),
        outbox=DynamoOutbox(client, settings.blog_table),
        profiles=IssuerProfiles(profile_url or urljoin(settings.auth_jwks_url, "/v1/me")),
        covers=MediaCovers(api.media_url if api else ""),
        pages=EdgePages(purges_of(settings, "blog")),
    )


def posts_of(settings: BlogSettings, stores: Stores, clock: Clock) -> Posts:
    """Return what can be done with posts, over `stores`."""
    events = PostEvents(settings.public_url("blog"), clock)
    return Posts(stores.posts, stores.pages, events, clock, settings.max_posts, summarise)


def responses_of(settings: BlogSettings, stores: Stores, clock: Clock) -> Responses:
    """Return what readers can leave with posts, over `stores`."""
    return Responses(stores.responses, stores.pages, clock, settings.max_comments_an_hour)


def subscriptions_of(settings: BlogSettings, stores: Stores, clock: Clock) -> Subscriptions:
    """Return what can be done with subscriptions, over `stores`."""
    limits = SubscriptionLimits(
        of_network=settings.max_subscriptions_an_hour,
        of_address=settings.max_subscriptions_of_an_address_an_hour,
    )
    return Subscriptions(stores.subscribers, stores.suppressions, clock, limits)
