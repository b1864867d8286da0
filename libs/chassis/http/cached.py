"""Answers that are kept as bytes ready to be sent: the ETag, a newline and the body."""

from __future__ import annotations

from typing import Protocol


class AnswerCache(Protocol):
    """Where a service keeps its answers by owner and field; see chassis.stores.cache.OwnerCache."""

    def find(self, owner: str, field: str, held: str = "") -> bytes | None:
        """Return what is kept, of a value whose ETag occurs in `held` the ETag alone; None without it."""
        ...


def pack(etag: str, body: str) -> bytes:
    """Return what is kept of an answer; `etag` includes its quotes."""
    return f"{etag}\n{body}".encode()


def unpack(kept: bytes) -> tuple[str, bytes | None]:
    """Return ETag and body of what is kept; the body is None where only the ETag came along."""
    etag, newline, body = kept.partition(b"\n")
    return etag.decode(), body if newline else None
