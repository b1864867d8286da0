"""Presigned downloads per second of processor: the service's signer against botocore's.

Run `PYTHONPATH=libs:services/media .venv/bin/python benchmarks/presigning.py`.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import boto3
from botocore.config import Config

from media.store.signing import AwsSigningKey, S3SignedUrls

CALLS = 20_000
_BUCKET, _URL, _REGION = "media", "https://s3.localhost:8443", "us-east-1"
_KEY = AwsSigningKey("AKIDEXAMPLE", "secret")
_TYPE, _DISPOSITION = "image/webp", 'inline; filename="small.webp"'


def rate(sign: Callable[[str], str], calls: int) -> float:
    """Return how many addresses of different keys are signed in a second of processor."""
    started = time.process_time()
    for number in range(calls):
        sign(f"thumbnails/0190f3a2/{number}/1-small.webp")
    return calls / (time.process_time() - started)


def rates(calls: int = CALLS) -> dict[str, float]:
    """Return the rate of each signer; both sign the same requests."""
    own = S3SignedUrls(_BUCKET, f"{_URL}/{_BUCKET}", _REGION, lambda: _KEY)
    client = boto3.client(
        "s3",
        region_name=_REGION,
        endpoint_url=_URL,
        aws_access_key_id=_KEY.access_key,
        aws_secret_access_key=_KEY.secret_key,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )

    def by_botocore(key: str) -> str:
        overrides = {"ResponseContentType": _TYPE, "ResponseContentDisposition": _DISPOSITION}
        wanted = {"Bucket": _BUCKET, "Key": key, **overrides}
        return str(client.generate_presigned_url("get_object", wanted, ExpiresIn=900))

    return {
        "presign": rate(lambda key: own.download(key, _TYPE, _DISPOSITION), calls),
        "botocore": rate(by_botocore, max(1, calls // 10)),
    }


def main() -> None:
    """Print the rates as JSON; the number of calls may be given."""
    print(json.dumps(rates(int(sys.argv[1]) if len(sys.argv) > 1 else CALLS)))


if __name__ == "__main__":
    main()
