"""Releases: software that is downloaded from the edge."""

from __future__ import annotations

from datetime import datetime

from chassis.errors import Conflict, NotFound, Stale
from chassis.http.pagination import Page, decode_cursor, encode_cursor, text_in
from chassis.http.routing import Answer, Routes, route
from chassis.idempotency.keys import resource_id
from chassis.identity.auth import PUBLIC, requires
from media.domain.release import Release, ReleaseFile, is_version
from media.domain.releases import Releases
from media.errors import ReleaseNotFound
from media.routes.presenter import upload_view
from media.schemas.releases import LatestQuery, NewRelease, Publication, ReleaseQuery, ReleaseView
from media.schemas.uploads import UploadView

_WRITES = requires("releases:write")
_SHARED = "public, max-age=10"
"""An update may be seen ten seconds late; many who ask are answered by the edge."""


class ReleaseRoutes(Routes):
    """The calls about releases. `cdn_url` is where the edge delivers, without a trailing slash."""

    tag = "releases"

    def __init__(self, releases: Releases, cdn_url: str) -> None:
        self._releases = releases
        self._cdn_url = cdn_url

    @route(
        "POST",
        "/v1/releases",
        access=_WRITES,
        body=NewRelease,
        answer=UploadView,
        status=201,
        raises=[Conflict, Stale],
    )
    def create_release(self, body: NewRelease) -> Answer:
        """Draft a release and begin its upload.

        Until it is published, another draft for the same version and platform takes its place.
        """
        file = ReleaseFile(
            platform=body.platform,
            filename=body.filename,
            size=body.size,
            sha256=body.sha256,
            staged_key="",
            notes=body.notes,
            rollout_percent=body.rollout_percent,
        )
        begun = self._releases.draft(body.product, body.version, resource_id(), file)
        return Answer(upload_view(begun), status=201, location=f"/v1/releases/{body.product}")

    @route(
        "PUT",
        "/v1/releases/<product>/<version>/published",
        access=_WRITES,
        body=Publication,
        body_required=False,
        answer=Page[ReleaseView],
        raises=[NotFound, Conflict, Stale],
    )
    def publish_release(self, product: str, version: str, body: Publication) -> Page[ReleaseView]:
        """Publish the files of a version; again, to change how far it is rolled out.

        Each file is compared with its checksum. From then on it never changes.
        """
        if not is_version(version):
            raise ReleaseNotFound
        release = self._releases.publish(product, version, body.rollout_percent)
        return Page[ReleaseView](items=self._views(release, None), next_cursor=None)

    @route(
        "GET",
        "/v1/releases/<product>",
        access=PUBLIC,
        query=ReleaseQuery,
        answer=Page[ReleaseView],
        raises=[NotFound],
        cache_control=_SHARED,
    )
    def list_releases(self, product: str, query: ReleaseQuery) -> Page[ReleaseView]:
        """List what is published of a product, newest version first."""
        after = text_in(decode_cursor(query.cursor, query.fingerprint()), "after")
        found = self._releases.page(product, query.limit, after)
        return Page[ReleaseView](
            items=[view for one in found.items for view in self._views(one, query.platform)],
            next_cursor=encode_cursor(found.position, query.fingerprint()),
        )

    @route(
        "GET",
        "/v1/releases/<product>/latest",
        access=PUBLIC,
        query=LatestQuery,
        answer=ReleaseView,
        raises=[NotFound],
        cache_control=_SHARED,
    )
    def get_latest_release(self, product: str, query: LatestQuery) -> Answer:
        """Get the latest release for a platform; 204 when `current` is it, or newer."""
        found = self._releases.latest(product, query.platform, query.current, query.rollout_group())
        if found is None:
            return Answer(status=204)
        return Answer(self._view(found.release, found.file, found.published_at))

    def _views(self, release: Release, platform: str | None) -> list[ReleaseView]:
        return [
            self._view(release, file, file.published_at)
            for file in release.files
            if file.published_at is not None and platform in (None, file.platform)
        ]

    def _view(self, release: Release, file: ReleaseFile, published_at: datetime) -> ReleaseView:
        return ReleaseView(
            version=release.version,
            platform=file.platform,
            url=f"{self._cdn_url}/{release.key(file)}",
            size=file.size,
            sha256=file.sha256,
            notes=file.notes,
            rollout_percent=file.rollout_percent,
            published_at=published_at,
        )
