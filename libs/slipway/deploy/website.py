"""The web app's files, brought to the bucket that CloudFront serves them from."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from pathlib import Path

from slipway.deploy.aws import AwsAccount, Refused
from slipway.deploy.reporting import note

PAGE = "index.html"
_PLACEHOLDER = Path(__file__).with_name("placeholder.html")
# A file with a hash in its name never changes under it; the rest is asked for anew each time.
_HASHED = re.compile(r"[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+$")
_FOR_EVER, _ANEW = "public, max-age=31536000, immutable", "no-cache"


def bring(aws: AwsAccount, bucket: str, folder: Path) -> None:
    """Upload what differs of a built app; where there is none, a page that says so, but never over an app.

    Pages come last: none names a file that is not there yet. What was there before stays, for browsers that
    have an older page open.
    """
    if not folder.is_dir():
        if _held(aws, bucket, PAGE) is None:
            _put(aws, bucket, PAGE, _PLACEHOLDER.read_bytes())
            note(f"{folder} is not there: a placeholder stands for the web app")
        return
    files = sorted((path for path in folder.rglob("*") if path.is_file()), key=_pages_last)
    sent = [path for path in files if _bring_one(aws, bucket, path.relative_to(folder).as_posix(), path)]
    note(f"web app: {len(sent)} of {len(files)} files were new")


def _pages_last(path: Path) -> tuple[bool, str]:
    return path.suffix == ".html", path.as_posix()


def _bring_one(aws: AwsAccount, bucket: str, key: str, path: Path) -> bool:
    body = path.read_bytes()
    if _held(aws, bucket, key) == _digest(body):
        return False
    _put(aws, bucket, key, body)
    return True


def _held(aws: AwsAccount, bucket: str, key: str) -> str | None:
    """Return the digest of what the bucket has under a key, empty where nobody has noted one."""
    try:
        found = aws.ask("s3", "head_object", Bucket=bucket, Key=key)
    except Refused as error:
        if error.reason in {"404", "NoSuchKey", "NotFound"}:
            return None
        raise
    return str(found.get("Metadata", {}).get("sha256", ""))


def _put(aws: AwsAccount, bucket: str, key: str, body: bytes) -> None:
    kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
    aws.call(
        "s3",
        "put_object",
        Bucket=bucket,
        Key=key,
        Body=body,
        ContentType=f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
        CacheControl=_FOR_EVER if _HASHED.search(key) else _ANEW,
        Metadata={"sha256": _digest(body)},
    )


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
