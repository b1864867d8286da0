"""What `fuzz` calls; apart from it, so that factories do not load Schemathesis."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Flask


@dataclass(frozen=True)
class FuzzTarget:
    """An app that keeps everything in memory.

    `sign_in` gives the headers of somebody new who may make every call. Operations in `judges_parts`
    (`POST /v1/things/batch`) answer 200 and say of each part of the body whether it was wrong.
    """

    app: Flask
    sign_in: Callable[[], Mapping[str, str]]
    judges_parts: frozenset[str] = frozenset()
