"""The web application: wiring, and nothing else."""

from __future__ import annotations

from flask import Flask

from blog.config import ApiSettings
from blog.routes.comments import CommentRoutes
from blog.routes.drafts import DraftRoutes
from blog.routes.feeds import FeedRoutes
from blog.routes.likes import LikeRoutes
from blog.routes.posts import PostRoutes
from blog.routes.subscribers import SubscriberRoutes
from blog.routes.subscription_pages import SubscriptionPageRoutes
from blog.wiring import Stores, posts_of, real, responses_of, subscriptions_of
from chassis.clock import Clock, utc_now
from chassis.http.app import build
from chassis.http.health import Check
from chassis.http.openapi import ApiInfo
from chassis.identity.auth import TokenVerifier

INFO = ApiInfo("blog", "Blog", "Posts that everybody may read, their comments, and their subscribers.")


def create_app(
    settings: ApiSettings,
    *,
    parts: Stores | None = None,
    verifier: TokenVerifier | None = None,
    clock: Clock = utc_now,
) -> Flask:
    """Return the app, over `parts` or over the stores that the settings name."""
    stores = parts or real(settings)
    posts = posts_of(settings, stores, clock)
    responses = responses_of(settings, stores, clock)
    return build(
        INFO,
        settings,
        routes=[
            PostRoutes(posts, stores.profiles, stores.covers),
            DraftRoutes(posts, stores.covers),
            CommentRoutes(responses, stores.profiles),
            LikeRoutes(responses),
            SubscriberRoutes(subscriptions_of(settings, stores, clock)),
            SubscriptionPageRoutes(),
            FeedRoutes(posts, settings.public_url("blog"), settings.posts_in_feed),
        ],
        checks=[Check("dynamodb", stores.posts.probe)],
        idempotency=stores.idempotency,
        verifier=verifier,
        accounts=stores.posts,
    )
