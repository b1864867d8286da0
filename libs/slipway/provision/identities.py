"""IAM: the user each service runs as, and the roles it may hand out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from slipway.manifest import AssumedRole, Bucket, Manifest
from slipway.provision.access_keys import AccessKey, AccessKeys
from slipway.provision.naming import Names
from slipway.provision.policy import Document, edge_policy, identity_policy, trust_policy

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

_POLICY = "manifest"


def ensure_identities(
    iam: IAMClient, manifests: Iterable[Manifest], names: Names, keys: AccessKeys
) -> dict[str, AccessKey]:
    """Make each service's user with the manifest's permissions, and its roles; return the access keys."""
    found = {}
    for manifest in manifests:
        _ensure_user(iam, names.user(manifest.name), identity_policy(manifest.granted, names))
        found[manifest.name] = _ensure_key(iam, names.user(manifest.name), keys)
        _ensure_roles(iam, manifest, names)
    return found


def ensure_edge(iam: IAMClient, buckets: Iterable[Bucket], names: Names, keys: AccessKeys) -> AccessKey:
    """Make the user that the edge reads delivered files as; return its access key."""
    _ensure_user(iam, names.edge_user, edge_policy(buckets, names))
    return _ensure_key(iam, names.edge_user, keys)


def _ensure_user(iam: IAMClient, user: str, wanted: Document) -> None:
    if not _exists(lambda: iam.get_user(UserName=user)):
        iam.create_user(UserName=user)
    found = _document(lambda: iam.get_user_policy(UserName=user, PolicyName=_POLICY)["PolicyDocument"])
    if not wanted["Statement"]:
        if found is not None:
            iam.delete_user_policy(UserName=user, PolicyName=_POLICY)
    elif found != wanted:
        iam.put_user_policy(UserName=user, PolicyName=_POLICY, PolicyDocument=json.dumps(wanted))


def _ensure_key(iam: IAMClient, user: str, keys: AccessKeys) -> AccessKey:
    """Return the kept key if IAM still knows it, else a new one (a user may have two at most)."""
    present = {key["AccessKeyId"] for key in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]}
    kept = keys.read(user)
    if kept is not None and kept.access_key_id in present:
        return kept
    for stale in present:
        iam.delete_access_key(UserName=user, AccessKeyId=stale)
    made = iam.create_access_key(UserName=user)["AccessKey"]
    return keys.keep(user, AccessKey(made["AccessKeyId"], made["SecretAccessKey"]))


def _ensure_roles(iam: IAMClient, manifest: Manifest, names: Names) -> None:
    for role in manifest.assumed_roles:
        _ensure_role(iam, role, trust_policy(manifest.name, names), names)


def _ensure_role(iam: IAMClient, role: AssumedRole, trust: Document, names: Names) -> None:
    name = names.name(role.name)
    found = _document(lambda: iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"])
    if found is None:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    elif found != trust:
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))
    wanted = identity_policy(role.permissions, names)
    held = _document(lambda: iam.get_role_policy(RoleName=name, PolicyName=_POLICY)["PolicyDocument"])
    if held != wanted:
        iam.put_role_policy(RoleName=name, PolicyName=_POLICY, PolicyDocument=json.dumps(wanted))


def _exists(read: Any) -> bool:
    return _document(read) is not None


def _document(read: Any) -> Document | None:
    """Return what `read` returns, or None where IAM knows no such thing."""
    try:
        found: Document = read()
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchEntity":
            return None
        raise
    return found
