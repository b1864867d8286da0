"""The wiring of the web role."""

from __future__ import annotations

from flask import Flask

from chassis.clock import Clock, utc_now
from chassis.http import app as chassis_app
from chassis.http.health import Check
from chassis.http.openapi import ApiInfo
from chassis.identity.auth import TokenVerifier
from chassis.settings import load_settings
from media import wiring as real_stores
from media.config import MediaSettings
from media.domain.library import Library
from media.domain.parts import Parts
from media.domain.ports import Quota
from media.domain.removal import Removal
from media.domain.uploads import Uploads
from media.routes.objects import ObjectRoutes
from media.routes.presenter import Presenter
from media.routes.uploads import UploadRoutes
from media.wiring import Stores

INFO = ApiInfo(
    name="media",
    title="Media",
    description="Each user's own files, their thumbnails and their delivery.",
)


def create_app(
    settings: MediaSettings | None = None,
    *,
    stores: Stores | None = None,
    verifier: TokenVerifier | None = None,
    clock: Clock = utc_now,
) -> Flask:
    """Return the app; settings and stores default to the environment's."""
    settings = settings or load_settings(MediaSettings)
    stores = stores or real_stores.real(settings)
    quota = Quota(settings.quota_bytes, settings.quota_objects)
    uploads = Uploads(
        stores.records, stores.links, stores.multipart, quota, settings.largest_object_bytes, clock
    )
    removal = Removal(stores.records, stores.files, stores.multipart, clock)
    presenter = Presenter(stores.links)
    return chassis_app.build(
        INFO,
        settings,
        routes=[
            UploadRoutes(uploads, Parts(stores.records, stores.files, stores.multipart, removal), presenter),
            ObjectRoutes(Library(stores.records), removal, presenter),
        ],
        checks=[
            Check("dynamodb", stores.records.probe),
            Check("s3", stores.files.probe, critical=False),
        ],
        idempotency=stores.idempotency,
        verifier=verifier,
    )
