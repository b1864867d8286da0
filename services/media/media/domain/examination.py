"""Looking at a file: its bytes, its digest, whether it is what it claims, and its thumbnails."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from media.domain import content
from media.domain.content import Kind
from media.domain.malware import MalwareCheck, Scan, refusal_of
from media.domain.objects import Findings, MediaObject
from media.domain.ports import Files
from media.domain.rendering import Renderer, Rendering
from media.domain.scratch import scratch
from media.errors import Unreadable, Unsupported

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileLimits:
    """Sizes in bytes: the largest file taken in at all, opened as a picture, digested without being asked."""

    largest: int = 5 * 1024 * MIB
    picture: int = 64 * MIB
    digested: int = 64 * MIB


class Examiner:
    """Reads a file once, in chunks; only pictures touch the disk, in a folder that goes away."""

    def __init__(
        self, files: Files, renderer: Renderer, limits: FileLimits, malware: MalwareCheck | None = None
    ) -> None:
        """Without a `malware` check nothing is looked for."""
        self._files = files
        self._renderer = renderer
        self._limits = limits
        self._malware = malware

    @contextmanager
    def examine(self, obj: MediaObject) -> Iterator[tuple[Findings, tuple[Rendering, ...]]]:
        """Give what `obj` turned out to be, with its thumbnails for as long as the block lasts.

        Raises ContentChanged, LimitExceeded, RenderingFailed, and Transient also while a scanner is away.
        """
        if obj.size > self._limits.largest:
            reason = f"A file may have at most {self._limits.largest} bytes."
            yield _refused(obj, obj.content_type, reason), ()
            return
        with scratch() as folder:
            findings, kind = self._read(obj, folder / "original")
            if findings.reason or kind is not Kind.PICTURE:
                yield findings, ()
                return
            try:
                rendered = self._renderer.render(folder / "original", folder)
            except Unreadable as error:
                yield replace(findings, reason=str(error)), ()
                return
            except Unsupported:
                yield findings, ()
                return
            found = replace(
                findings,
                content_type=rendered.content_type,
                width=rendered.width,
                height=rendered.height,
            )
            yield found, rendered.renderings

    def _read(self, obj: MediaObject, copy: Path) -> tuple[Findings, Kind]:
        # The scanner comes first: while it is away, nothing is read in vain.
        with self._scan(obj.size) as scan, self._files.read(obj.key, obj.etag or "") as chunks:
            first = next(chunks, b"")
            found = content.classify(obj.content_type, obj.filename, first[: content.HEAD_BYTES])
            if reason := self._refusal(obj, found.kind):
                return _refused(obj, found.content_type, reason), found.kind
            whole = chain([first], chunks)
            passing = scan.passing(whole) if scan else whole
            if found.kind is Kind.PICTURE:
                digest = _copied(passing, copy)
            elif scan or obj.declared_sha256 or obj.size <= self._limits.digested:
                digest = _digested(passing)
            else:
                return Findings(found.content_type, None), found.kind
            if scan and (name := scan.verdict()):
                return _refused(obj, found.content_type, refusal_of(name)), found.kind
        if obj.declared_sha256 and digest != obj.declared_sha256:
            reason = "The content does not have the declared SHA-256."
            return Findings(found.content_type, digest, reason), found.kind
        return Findings(found.content_type, digest), found.kind

    def _refusal(self, obj: MediaObject, kind: Kind) -> str | None:
        """Return why a file is refused before the rest of it is read, None where it is not."""
        if kind is Kind.MISDECLARED:
            return "The file is not a picture, whatever its name or type says."
        if kind is Kind.PICTURE and obj.size > self._limits.picture:
            return f"A picture may have at most {self._limits.picture // MIB} MiB."
        return self._malware.refusal_of_size(obj.size) if self._malware else None

    def _scan(self, size: int) -> AbstractContextManager[Scan | None]:
        """Begin to look for malware in a file of this size, where it is looked for and not too large."""
        if self._malware is None or size > self._malware.largest:
            return nullcontext()
        return self._malware.scanner.scan()


def _refused(obj: MediaObject, content_type: str, reason: str) -> Findings:
    return Findings(content_type, obj.declared_sha256, reason)


def _digested(chunks: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def _copied(chunks: Iterator[bytes], copy: Path) -> str:
    digest = hashlib.sha256()
    with copy.open("wb") as file:
        for chunk in chunks:
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()
