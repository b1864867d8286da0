"""/v1/uploads"""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from chassis.schemas import Body, Line, Time, View
from media.domain.content import LONGEST_TYPE
from media.domain.naming import LONGEST_FILENAME

_TOKEN = r"[A-Za-z0-9!#$&^_.+-]{1,80}"  # noqa: S105  # a token of RFC 9110, nothing secret

ContentType = Annotated[
    str,
    Field(
        max_length=LONGEST_TYPE,
        pattern=rf"^{_TOKEN}/{_TOKEN}( ?; ?{_TOKEN}=({_TOKEN}|\"[ !#-\[\]-~]*\"))*$",
        examples=["image/jpeg"],
    ),
]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="Hexadecimal, lower case.")]


class NewUpload(Body):
    """A file that is about to be uploaded."""

    filename: Annotated[Line, Field(min_length=1, max_length=LONGEST_FILENAME, examples=["holiday.jpg"])]
    content_type: ContentType
    size: Annotated[int, Field(ge=1, description="Bytes; exactly so many must be sent.")]
    sha256: Sha256 | None = None


class PostForm(View):
    """Post `fields`, then the file as `file`, as `multipart/form-data` to `url`."""

    kind: Literal["post"] = "post"
    url: str
    fields: dict[str, str]
    expires_at: Time


class PartView(View):
    """Put part `number` to `url`, then keep the `ETag` of the answer."""

    number: int
    url: str


class MultipartForm(View):
    """Put the file in parts of `part_size` bytes (the last has the rest), then complete the upload."""

    kind: Literal["multipart"] = "multipart"
    part_size: int
    parts: list[PartView]
    expires_at: Time


class UploadView(View):
    """A promised place, and how to fill it: a form up to 64 MiB, parts above."""

    object_id: UUID
    upload: Annotated[PostForm | MultipartForm, Field(discriminator="kind")]


class ArrivedPartView(View):
    """A part that S3 has; `number` and `etag` as the completion names them."""

    number: int
    etag: str
    size: int


class MissingPartView(View):
    """A part that S3 lacks: put exactly `size` bytes to `url`."""

    number: int
    size: int
    url: str


class ProgressView(View):
    """How far an upload in parts has come. Part n begins at byte (n - 1) times `part_size` of the file."""

    object_id: UUID
    part_size: int
    arrived: list[ArrivedPartView]
    missing: list[MissingPartView]
    expires_at: Time


class UploadedPart(Body):
    """A part as S3 answered it; `etag` with or without its quotes."""

    number: Annotated[int, Field(ge=1, le=10_000)]
    etag: Annotated[str, Field(pattern=r'^"?[A-Za-z0-9-]{1,100}"?$')]


class Completion(Body):
    """All parts of the file."""

    parts: Annotated[list[UploadedPart], Field(min_length=1, max_length=10_000)]
