"""Who sends a request, told from its head alone: the signature is checked before the body is read.

MiniStack checks it, too, but holds the whole body in memory first. Source, for headers, queries and forms:
https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qs, quote

from ministack.core import iam_evaluator, sigv4
from ministack.core.responses import _account_from_sts_session

_FIELD = re.compile(rb'name="([^"\r\n]+)"(?:\r\n[^\r\n]+)*\r\n\r\n(.*?)\r\n--', re.DOTALL)
_FILE = b'name="file"'
_BY_KEY_ALONE = 16 * 1024 * 1024
"""How much is read for a living key where the head proves no more.

So it is with calls whose signature covers the body itself, which take less than this, and with Signature
Version 2."""


def of_headers(scope: MutableMapping[str, Any], size: int) -> bool:
    """Say whether the request's header or query has a good signature. `size` is that of its body."""
    headers = _headers(scope)
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    if "AWSAccessKeyId" in query:
        token = query.get("x-amz-security-token", [""])[0]
        return size <= _BY_KEY_ALONE and _secret(query["AWSAccessKeyId"][0], token) is not None
    presigned = "authorization" not in headers
    signature = sigv4.parse_query_signature(query) if presigned else sigv4.parse_header_signature(headers)
    if isinstance(signature, tuple):
        return False
    token = (
        query.get("X-Amz-Security-Token", [""])[0] if presigned else headers.get("x-amz-security-token", "")
    )
    secret = _secret(signature.access_key_id, token)
    if secret is None or not _is_timely(signature, query, presigned=presigned):
        return False
    if not presigned and "x-amz-content-sha256" not in headers:
        return size <= _BY_KEY_ALONE
    path = (scope.get("raw_path") or quote(scope["path"]).encode()).decode("latin-1")
    _, to_sign = sigv4.header_signing_documents(
        signature, scope["method"], path, query, headers, b"", presigned=presigned
    )
    scoped = (signature.date_stamp, signature.region, signature.service)
    computed = sigv4.calculate_signature(secret, *scoped, to_sign)
    return bool(sigv4.signatures_match(computed, signature.signature))


def of_form(head: bytes, size: int) -> bool:
    """Say whether a form that begins with `head` has a signed policy that lets `size` bytes in."""
    begins, _, _ = head.partition(_FILE)
    fields = {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in _FIELD.findall(begins)
    }
    token = fields.get("x-amz-security-token", "")
    if "awsaccesskeyid" in fields:
        return size <= _BY_KEY_ALONE and _secret(fields["awsaccesskeyid"], token) is not None
    scope = fields.get("x-amz-credential", "").split("/")
    if len(scope) != 5 or len(begins) == len(head):
        return False
    secret = _secret(scope[0], token)
    if secret is None:
        return False
    computed = sigv4.calculate_signature(secret, scope[1], scope[2], scope[3], fields.get("policy", ""))
    signed = sigv4.signatures_match(
        computed.encode(), fields.get("x-amz-signature", "").encode("latin-1")
    )  # bytes may hold anything
    return signed and size <= _largest(fields["policy"]) + len(head)


def is_told(head: bytes) -> bool:
    """Say whether all of a form's fields have come: S3 ignores what follows the file."""
    return _FILE in head


def _largest(policy: str) -> int:
    """Return how large the file may be that a policy lets in; one that we signed, so it is well formed."""
    conditions = json.loads(base64.b64decode(policy)).get("conditions", [])
    ranges = [one for one in conditions if isinstance(one, list) and one[0] == "content-length-range"]
    return min((int(one[2]) for one in ranges), default=_BY_KEY_ALONE)


def _secret(key: str, token: str) -> str | None:
    """Return the secret of a living key, given with its token; None where there is none."""
    try:
        account = _account_from_sts_session(key) or iam_evaluator.find_iam_access_key_account(key)
    except iam_evaluator.AmbiguousAccessKeyError:
        return None
    found = iam_evaluator.resolve_credential(key, account, token) if key else None
    return found.secret_access_key if isinstance(found, iam_evaluator.ResolvedCredential) else None


def _is_timely(signature: sigv4.HeaderSignature, query: Mapping[str, list[str]], *, presigned: bool) -> bool:
    if not presigned:
        return sigv4.request_time_failure(signature) is None
    try:
        expires = query.get("X-Amz-Expires", [""])[0]
        return not sigv4.presigned_request_is_expired(signature.amz_date, expires)
    except ValueError:
        return False


def _headers(scope: MutableMapping[str, Any]) -> dict[str, str]:
    """Return header fields by name; several by one name are joined as their signer joins them."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), sigv4.decode_header_value(value)
        found[key] = f"{found[key]},{text}" if key in found else text
    return found
