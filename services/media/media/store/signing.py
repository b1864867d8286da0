"""Signed addresses, as clients reach S3 (AWS Signature Version 4 in the query string, and POST policies).

Addresses are signed for the beginning of a five-minute window, so that everybody who reads the same
object within one gets the same address, and a cached answer stays true: an ETag names the window, so
a 304 confirms addresses signed in the present window, good for at least ten more minutes. botocore
cannot be told the time, and takes 0.3 ms for each; a page needs 200.
Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from chassis.clock import Clock, utc_now
from chassis.schemas import format_time
from media.domain.ports import Form

WINDOW_SECONDS = 300
LIFETIME_SECONDS = 900
_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class AwsSigningKey:
    """Credentials to sign with; `token` comes with temporary ones."""

    access_key: str
    secret_key: str
    token: str | None = None


class S3SignedUrls:
    """Links into one bucket. `base_url` is where clients find it, without a trailing slash.

    `uploads_url` is where they send files to, where that is another place: the nearest edge.
    """

    def __init__(
        self,
        bucket: str,
        base_url: str,
        region: str,
        key: Callable[[], AwsSigningKey],
        clock: Clock = utc_now,
        *,
        uploads_url: str | None = None,
    ) -> None:
        self._bucket = bucket
        self._base_url = base_url
        self._uploads_url = uploads_url or base_url
        self._region = region
        self._key = key
        self._clock = clock

    def window(self) -> int:
        return int(self._clock().timestamp()) // WINDOW_SECONDS

    def download(self, key: str, content_type: str, disposition: str) -> str:
        moment = datetime.fromtimestamp(self.window() * WINDOW_SECONDS, UTC)
        overrides = {"response-content-disposition": disposition, "response-content-type": content_type}
        return self._presigned("GET", self._base_url, key, moment, LIFETIME_SECONDS, overrides)

    def upload_part(self, key: str, upload_id: str, number: int, size: int, expires_at: datetime) -> str:
        """The size is enforced by signing the header `Content-Length`."""
        moment = self._clock()
        which = {"partNumber": str(number), "uploadId": upload_id}
        lifetime = int((expires_at - moment).total_seconds())
        headers = {"content-length": str(size)}
        return self._presigned("PUT", self._uploads_url, key, moment, lifetime, which, headers)

    def _presigned(
        self,
        method: str,
        base_url: str,
        key: str,
        moment: datetime,
        lifetime: int,
        query: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
    ) -> str:
        signing = self._key()
        place = urlsplit(base_url)
        signed = {**(headers or {}), "host": place.netloc}
        names = ";".join(sorted(signed))
        parameters = {
            "X-Amz-Algorithm": _ALGORITHM,
            "X-Amz-Credential": f"{signing.access_key}/{self._scope(moment)}",
            "X-Amz-Date": _stamp(moment),
            "X-Amz-Expires": str(lifetime),
            "X-Amz-SignedHeaders": names,
            **query,
        }
        if signing.token:
            parameters["X-Amz-Security-Token"] = signing.token
        text = "&".join(
            f"{quote(name, safe='')}={quote(parameters[name], safe='')}" for name in sorted(parameters)
        )
        path = f"/{quote(key, safe='/~')}"
        lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
        request = f"{method}\n{place.path}{path}\n{text}\n{lines}\n{names}\nUNSIGNED-PAYLOAD"
        signature = self._sign(signing, moment, request)
        return f"{base_url}{path}?{text}&X-Amz-Signature={signature}"

    def upload_form(
        self, key: str, content_type: str, size: int, expires_at: datetime, sha256: str | None = None
    ) -> Form:
        signing, moment = self._key(), self._clock()
        fields = {
            "key": key,
            "Content-Type": content_type,
            "x-amz-algorithm": _ALGORITHM,
            "x-amz-credential": f"{signing.access_key}/{self._scope(moment)}",
            "x-amz-date": _stamp(moment),
        }
        if sha256:
            fields["x-amz-checksum-algorithm"] = "SHA256"
            fields["x-amz-checksum-sha256"] = base64.b64encode(bytes.fromhex(sha256)).decode()
        if signing.token:
            fields["x-amz-security-token"] = signing.token
        conditions: list[object] = [{"bucket": self._bucket}, ["content-length-range", size, size]]
        conditions += [{name: value} for name, value in fields.items()]
        document = {"expiration": format_time(expires_at), "conditions": conditions}
        policy = base64.b64encode(json.dumps(document).encode()).decode()
        signature = hmac.new(self._derived(signing, moment), policy.encode(), hashlib.sha256).hexdigest()
        return Form(self._uploads_url, {**fields, "policy": policy, "x-amz-signature": signature})

    def _scope(self, moment: datetime) -> str:
        return f"{moment:%Y%m%d}/{self._region}/s3/aws4_request"

    def _sign(self, signing: AwsSigningKey, moment: datetime, request: str) -> str:
        digest = hashlib.sha256(request.encode()).hexdigest()
        to_sign = f"{_ALGORITHM}\n{_stamp(moment)}\n{self._scope(moment)}\n{digest}"
        return hmac.new(self._derived(signing, moment), to_sign.encode(), hashlib.sha256).hexdigest()

    def _derived(self, signing: AwsSigningKey, moment: datetime) -> bytes:
        key = f"AWS4{signing.secret_key}".encode()
        for part in (f"{moment:%Y%m%d}", self._region, "s3", "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return key


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%SZ}"
