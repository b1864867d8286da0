"""S3 buckets: private, and announcing what is put into them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from slipway.manifest import Bucket
from slipway.provision.naming import Names
from slipway.provision.plan import ResourcePlan

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_ABSENT = frozenset({"NoSuchCORSConfiguration", "NoSuchPublicAccessBlockConfiguration"})
_PRIVATE: Any = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


def ensure_buckets(s3: S3Client, plan: ResourcePlan, names: Names, origins: Sequence[str]) -> None:
    """Make the buckets; `origins` is where browsers may upload from. Needs the topics to exist."""
    present = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    for bucket in plan.buckets:
        name = names.name(bucket.name)
        if name not in present:
            s3.create_bucket(Bucket=name)
        _keep_private(s3, name)
        _allow_browsers(s3, name, _cors(origins) if bucket.browser_uploads else [])
        _announce(s3, name, _announcements(bucket, names))


def _keep_private(s3: S3Client, name: str) -> None:
    found = _or_nothing(lambda: s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"])
    if found != _PRIVATE:
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=_PRIVATE)


def _allow_browsers(s3: S3Client, name: str, wanted: list[Any]) -> None:
    found = _or_nothing(lambda: s3.get_bucket_cors(Bucket=name)["CORSRules"]) or []
    if found == wanted:
        return
    if wanted:
        s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": wanted})
    else:
        s3.delete_bucket_cors(Bucket=name)


def _announce(s3: S3Client, name: str, wanted: list[Any]) -> None:
    """Put the configuration only where it differs: S3 sends a test event each time."""
    found = s3.get_bucket_notification_configuration(Bucket=name).get("TopicConfigurations", [])
    if [_comparable(one) for one in found] != [_comparable(one) for one in wanted]:
        configuration: Any = {"TopicConfigurations": wanted} if wanted else {}
        s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration=configuration)


def _comparable(configuration: Any) -> tuple[str, list[str], list[tuple[str, str]]]:
    rules = configuration.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    return (
        configuration["TopicArn"],
        sorted(configuration["Events"]),
        sorted((rule["Name"].lower(), rule["Value"]) for rule in rules),
    )


def _announcements(bucket: Bucket, names: Names) -> list[Any]:
    if not bucket.notify_topic:
        return []
    announcement: dict[str, Any] = {
        "Id": "changes",
        "TopicArn": names.arn(f"topic/{bucket.notify_topic}"),
        "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"],
    }
    if bucket.notify_prefix:
        rules = [{"Name": "prefix", "Value": bucket.notify_prefix}]
        announcement["Filter"] = {"Key": {"FilterRules": rules}}
    return [announcement]


def _cors(origins: Sequence[str]) -> list[Any]:
    return [
        {
            "AllowedHeaders": ["*"],
            "AllowedMethods": ["GET", "HEAD", "POST", "PUT"],
            "AllowedOrigins": list(origins),
            "ExposeHeaders": ["ETag"],
            "MaxAgeSeconds": 3600,
        }
    ]


def _or_nothing(read: Any) -> Any:
    try:
        return read()
    except ClientError as error:
        if error.response["Error"]["Code"] in _ABSENT:
            return None
        raise
