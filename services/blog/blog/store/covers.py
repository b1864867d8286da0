"""Covers, asked of media."""

from __future__ import annotations

from uuid import UUID

import requests
from pydantic import BaseModel, Field, ValidationError

from blog.domain.cover import Cover, Picture
from blog.errors import CoverRefused, CoverUnknown
from blog.store.asking import ask

_TIMEOUT = (1.0, 8.0)  # media copies the picture meanwhile
_REFUSED = {404, 409, 422}


class _Size(BaseModel):
    url: str
    width: int
    height: int
    content_type: str


class _Public(BaseModel):
    """What media answers; what else is in it is for others."""

    version: int
    sizes: list[_Size] = Field(min_length=1)


class MediaCovers:
    """Covers of the service at `url`, which has no trailing slash."""

    def __init__(self, url: str) -> None:
        self._url = url

    def publish(self, object_id: UUID, authorization: str) -> Cover:
        try:
            answer = ask("PUT", f"{self._url}/v1/objects/{object_id}/public", authorization, _TIMEOUT)
            if answer.status_code in _REFUSED:
                raise CoverRefused
            answer.raise_for_status()
            found = _Public.model_validate_json(answer.content)
        except (requests.RequestException, ValidationError) as error:
            raise CoverUnknown from error
        return Cover(object_id, found.version, tuple(Picture(**dict(one)) for one in found.sizes))
