"""The web application: wiring, and nothing else."""

from __future__ import annotations

from flask import Flask

from chassis.allowance import Allowance
from chassis.clock import Clock, utc_now
from chassis.http.app import build
from chassis.http.health import Check
from chassis.http.openapi import ApiInfo
from chassis.http.routing import Routes
from chassis.identity.auth import TokenVerifier
from chassis.turns import Turns
from media.config import ApiSettings
from media.domain.collection_objects import CollectionObjects
from media.domain.collection_removal import CollectionRemoval
from media.domain.collections import Collections
from media.domain.grants import Grants, Readers
from media.domain.library import Library
from media.domain.parts import Parts
from media.domain.ports import Quota
from media.domain.publication import PublicPictures
from media.domain.releases import Releases
from media.domain.removal import Removal
from media.domain.resumption import Resumption
from media.domain.uploads import Uploads
from media.routes.collections import CollectionRoutes
from media.routes.grants import GrantRoutes
from media.routes.objects import ObjectRoutes
from media.routes.presenter import Presenter
from media.routes.publication import PublicationRoutes
from media.routes.releases import ReleaseRoutes
from media.routes.uploads import UploadRoutes
from media.store.delivery import EdgeSigner, signer_of
from media.wiring import Stores, collection_removal, public_copies, real

_PATIENCE = 8.0
"""Seconds that a call waits for its account's turn: less than the gateway waits."""

INFO = ApiInfo(
    name="media",
    title="Media",
    description="Each user's own files, their thumbnails and their delivery.",
)


def create_app(
    settings: ApiSettings,
    *,
    parts: Stores | None = None,
    verifier: TokenVerifier | None = None,
    clock: Clock = utc_now,
) -> Flask:
    """Return the app, over `parts` or over the stores that the settings name."""
    stores = parts or real(settings)
    quota = Quota(settings.quota_bytes, settings.quota_objects)
    uploads = Uploads(
        stores.records,
        stores.links,
        stores.multipart,
        quota,
        settings.largest_object_bytes,
        Allowance(settings.upload_burst, settings.uploads_per_second),
        Turns(1, settings.max_waiting, _PATIENCE),
        clock,
    )
    emptying = collection_removal(stores, clock)
    public = public_copies(stores)
    removal = Removal(stores.records, stores.files, stores.multipart, emptying, public, clock)
    releases = Releases(stores.releases, stores.files, stores.links, settings.largest_release_bytes, clock)
    presenter = Presenter(stores.links, settings.public_url("cdn"))
    return build(
        INFO,
        settings,
        routes=[
            UploadRoutes(
                uploads,
                Parts(stores.records, stores.files, stores.multipart, removal),
                Resumption(stores.records, stores.links, stores.multipart),
                presenter,
            ),
            ObjectRoutes(Library(stores.records), removal, presenter),
            PublicationRoutes(PublicPictures(stores.records, public), presenter),
            ReleaseRoutes(releases, settings.public_url("cdn")),
            *_collection_routes(settings, stores, emptying, clock),
        ],
        checks=[
            Check("dynamodb", stores.records.probe),
            Check("s3", stores.files.probe, critical=False),
        ],
        idempotency=stores.idempotency,
        verifier=verifier,
        accounts=stores.accounts,
    )


def _collection_routes(
    settings: ApiSettings, stores: Stores, removal: CollectionRemoval, clock: Clock
) -> list[Routes]:
    """Return the calls about collections, and about who may read them."""
    limits = settings.collection_limits()
    collections = Collections(stores.collections, removal, limits, clock)
    objects = CollectionObjects(
        collections,
        stores.collection_items,
        removal,
        stores.records,
        stores.files,
        limits,
        settings.largest_collection_object_bytes,
        clock,
    )
    key = signer_of(settings.edge_key_pair_id, settings.edge_private_key)
    readers = Readers(
        stores.collections,
        stores.collection_items,
        stores.grants,
        EdgeSigner(settings.public_url("cdn"), key),
        settings.access_times(),
        clock,
    )
    grants = Grants(collections, stores.grants, limits, clock)
    return [
        CollectionRoutes(collections, objects),
        GrantRoutes(grants, readers, settings.public_domain),
    ]
