"""How objects are shown: with signed addresses, and with ETags that live as long as those do."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

from chassis.http.pagination import Page, Slice, encode_cursor
from media.domain import content, naming
from media.domain.malware import is_malware
from media.domain.objects import FALLBACK_TYPE, MediaObject, Status, Thumbnail
from media.domain.ports import Form, SignedUrls
from media.domain.resumption import UploadProgress
from media.domain.uploads import StartedUpload
from media.schemas.objects import (
    FallbackView,
    ObjectView,
    PublicPictureView,
    PublicSizeView,
    ThumbnailView,
)
from media.schemas.uploads import (
    ArrivedPartView,
    MissingPartView,
    MultipartForm,
    PartView,
    PostForm,
    ProgressView,
    UploadView,
)


class Presenter:
    """Shows objects. The ETag is `"<version>-<signing window>"`: a 304 confirms addresses that still work."""

    def __init__(self, links: SignedUrls, delivery: str) -> None:
        """`delivery` is the origin of what everybody may read, without a trailing slash."""
        self._links = links
        self._delivery = delivery

    def one(self, obj: MediaObject) -> ObjectView:
        """Return the view of an object.

        What contains malware, or was not looked at yet, is given out to nobody, its owner included.
        """
        opens = obj.settled and not is_malware(obj.reason)
        return ObjectView(
            id=obj.id,
            filename=obj.filename,
            content_type=obj.content_type or content.OCTETS,
            size=obj.size,
            sha256=obj.sha256 or obj.declared_sha256,
            status=obj.status.value,
            reason=obj.reason,
            width=obj.width,
            height=obj.height,
            url=self._original(obj) if opens else None,
            thumbnails=[self._thumbnail(obj, thumbnail) for thumbnail in obj.thumbnails],
            created_at=obj.created_at,
            public=obj.public,
        )

    def public(self, obj: MediaObject) -> PublicPictureView:
        """Return where everybody finds the picture, in each size as JPEG and in its better kind."""
        found = [
            PublicSizeView(
                name=one.name,
                width=one.width,
                height=one.height,
                content_type=FALLBACK_TYPE if key == one.fallback else one.content_type,
                url=f"{self._delivery}/{quote(naming.public_key(key))}",
            )
            for one in obj.thumbnails
            for key in one.keys
        ]
        return PublicPictureView(id=obj.id, version=obj.version, sizes=found)

    def page(self, found: Slice[MediaObject], fingerprint: str) -> Page[ObjectView]:
        """Return the view of a page."""
        return Page[ObjectView](
            items=[self.one(obj) for obj in found.items],
            next_cursor=encode_cursor(found.position, fingerprint),
        )

    def etag(self, obj: MediaObject) -> str:
        """Return the ETag of an object, quotes included."""
        return f'"{obj.version}-{self._links.window()}"'

    def page_etag(self, found: Slice[MediaObject]) -> str:
        """Return the ETag of a page, quotes included."""
        digest = hashlib.blake2b(digest_size=12)
        for obj in found.items:
            digest.update(f"{obj.id}:{obj.version};".encode())
        digest.update(f"{found.position is not None}:{self._links.window()}".encode())
        return f'"{digest.hexdigest()}"'

    def _original(self, obj: MediaObject) -> str:
        """Only what was read as a picture opens in a browser; everything else is saved as a file."""
        is_picture = obj.status is Status.READY and obj.width is not None
        kind = "inline" if is_picture else "attachment"
        served = content.served_type(obj.content_type)
        return self._links.download(obj.key, served, naming.disposition(kind, obj.filename))

    def _thumbnail(self, obj: MediaObject, thumbnail: Thumbnail) -> ThumbnailView:
        fallback = thumbnail.fallback
        return ThumbnailView(
            name=thumbnail.name,
            width=thumbnail.width,
            height=thumbnail.height,
            content_type=thumbnail.content_type,
            url=self._rendering(obj, thumbnail.name, thumbnail.key, thumbnail.content_type),
            fallback=FallbackView(url=self._rendering(obj, thumbnail.name, fallback, FALLBACK_TYPE))
            if fallback
            else None,
        )

    def _rendering(self, obj: MediaObject, size: str, key: str, content_type: str) -> str:
        ending = key.rpartition(".")[2]
        name = f"{obj.filename.rpartition('.')[0] or obj.filename}-{size}.{ending}"
        return self._links.download(key, content_type, naming.disposition("inline", name))


def upload_view(begun: StartedUpload) -> UploadView:
    """Return the view of an upload that was begun."""
    how: PostForm | MultipartForm
    if isinstance(begun.how, Form):
        how = PostForm(url=begun.how.url, fields=dict(begun.how.fields), expires_at=begun.expires_at)
    else:
        parts = [PartView(number=number, url=url) for number, url in enumerate(begun.how.urls, start=1)]
        how = MultipartForm(part_size=begun.how.size, parts=parts, expires_at=begun.expires_at)
    return UploadView(object_id=begun.object_id, upload=how)


def progress_view(progress: UploadProgress) -> ProgressView:
    """Return the view of how far an upload has come."""
    return ProgressView(
        object_id=progress.object_id,
        part_size=progress.part_size,
        arrived=[
            ArrivedPartView(number=part.number, etag=part.etag, size=part.size) for part in progress.arrived
        ],
        missing=[
            MissingPartView(number=part.number, size=part.size, url=part.url) for part in progress.missing
        ],
        expires_at=progress.expires_at,
    )
