"""What both entry points, the API and the worker, are made of."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.clock import Clock, utc_now
from chassis.http.edge import purges_of
from chassis.idempotency import IdempotencyLimits, IdempotencyStore
from chassis.idempotency.dynamodb import DynamoIdempotency
from chassis.messages.dynamodb_outbox import DynamoOutbox
from chassis.messages.outbox import OutboxStore
from chassis.stores.aws import Aws
from media.config import MediaSettings
from media.domain.collection_ports import CollectionItems, CollectionRecords, EdgeCopies, GrantRecords
from media.domain.collection_removal import CollectionRemoval
from media.domain.events import ObjectEvents
from media.domain.ports import (
    AccountRecords,
    BucketScans,
    Files,
    Multipart,
    Records,
    ReleaseRecords,
    SignedUrls,
)
from media.domain.publication import PublicCopies
from media.store.dynamodb import DynamoRecords
from media.store.dynamodb_collection_items import DynamoCollectionItems
from media.store.dynamodb_collections import DynamoCollections
from media.store.dynamodb_grants import DynamoGrants
from media.store.dynamodb_releases import DynamoReleases
from media.store.dynamodb_upkeep import DynamoUpkeep
from media.store.invalidations import CloudFrontCopies
from media.store.s3 import S3Files
from media.store.s3_multipart import S3Multipart
from media.store.signing import AwsSigningKey, S3SignedUrls


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything that the service keeps, behind protocols."""

    records: Records
    accounts: AccountRecords
    scans: BucketScans
    files: Files
    multipart: Multipart
    links: SignedUrls
    idempotency: IdempotencyStore
    releases: ReleaseRecords
    collections: CollectionRecords
    collection_items: CollectionItems
    grants: GrantRecords
    edge: EdgeCopies
    outbox: OutboxStore


def collection_removal(stores: Stores, clock: Clock = utc_now) -> CollectionRemoval:
    """Return what takes things out of collections, over `stores`."""
    return CollectionRemoval(
        stores.collections, stores.collection_items, stores.grants, stores.files, stores.edge, clock
    )


def public_copies(stores: Stores) -> PublicCopies:
    """Return what makes pictures public, over `stores`."""
    return PublicCopies(stores.files, stores.edge)


def real(settings: MediaSettings) -> Stores:
    """Return stores in DynamoDB and S3. Nothing is connected yet."""
    aws = Aws(settings.aws_region, settings.aws_endpoint_url)
    table = aws.client("dynamodb")
    bucket = aws.client("s3")
    upkeep = DynamoUpkeep(table, settings.media_table)

    def signing_key() -> AwsSigningKey:
        found = aws.credentials()
        return AwsSigningKey(found.access_key or "", found.secret_key or "", found.token)

    return Stores(
        records=DynamoRecords(
            table, settings.media_table, ObjectEvents(settings.public_url("media"), utc_now)
        ),
        accounts=upkeep,
        scans=upkeep,
        files=S3Files(bucket, settings.media_bucket),
        multipart=S3Multipart(bucket, settings.media_bucket),
        links=S3SignedUrls(
            settings.media_bucket,
            settings.bucket_url(),
            settings.aws_region,
            signing_key,
            uploads_url=settings.uploads_url(),
        ),
        idempotency=DynamoIdempotency(table, settings.media_table, limits=IdempotencyLimits.of(settings)),
        releases=DynamoReleases(table, settings.media_table),
        collections=DynamoCollections(table, settings.media_table),
        collection_items=DynamoCollectionItems(table, settings.media_table),
        grants=DynamoGrants(table, settings.media_table),
        edge=_edge_copies(settings, aws),
        outbox=DynamoOutbox(table, settings.media_table),
    )


def _edge_copies(settings: MediaSettings, aws: Aws) -> EdgeCopies:
    if settings.edge_distribution_id is None:
        return purges_of(settings, "cdn")
    return CloudFrontCopies(aws.client("cloudfront"), settings.edge_distribution_id)
