from __future__ import annotations

import re
from collections.abc import Iterator

from tests.structure import calls, tree

from slipway.manifest import Permission, load_all

# What no call names but a call needs.
_NEEDED_WITH = {
    "sts:TagSession": "sts:AssumeRole",  # the emulator asks for both; AWS, for sessions with tags
    "ses:SendRawEmail": "ses:SendEmail",  # AWS asks for it where a whole message is sent
}


def granted(service: str) -> Iterator[Permission]:
    """Every statement of the service's own role and of those that it hands out."""
    manifest = load_all(tree.ROOT)[service]
    yield from manifest.granted
    for role in manifest.assumed_roles:
        yield from role.permissions


def test_no_permission_is_for_every_action(service: str) -> None:
    actions = [action for permission in granted(service) for action in permission.allow]
    assert actions or not load_all(tree.ROOT)[service].keeps_something
    assert [action for action in actions if "*" in action or "?" in action] == []


def test_no_permission_is_on_every_resource_of_a_kind(service: str) -> None:
    resources = [resource for permission in granted(service) for resource in permission.on]
    assert [resource for resource in resources if "*" in resource.split("/")[1]] == []
    assert [resource for resource in resources if re.fullmatch(r"bucket/[^/]+/\*", resource)] == []


def test_nothing_that_makes_or_removes_a_store_is_permitted(service: str) -> None:
    verbs = (
        "Create",
        "DeleteTable",
        "DeleteBucket",
        "DeleteQueue",
        "DeleteTopic",
        "PutBucket",
        "Purge",
        "SetQueue",
    )
    actions = [action for permission in granted(service) for action in permission.allow]
    assert [action for action in actions if action.split(":")[1].startswith(verbs)] == []


def test_a_service_touches_its_own_stores_only(service: str) -> None:
    manifest = load_all(tree.ROOT)[service]
    own = {f"table/{table.name}" for table in manifest.stores.tables}
    own |= {f"bucket/{bucket.name}" for bucket in manifest.stores.buckets}
    own |= {f"queue/{queue.name}{suffix}" for queue in manifest.queues for suffix in ("", "-dlq")}
    own |= {f"role/{role.name}" for role in manifest.assumed_roles}
    if manifest.sends_mail:  # the suite's, of which there is one
        own |= {"mail/identity", "mail/configuration-set"}
    if manifest.publishes:
        own.add(f"topic/{manifest.publishes.topic}")
    used = {
        "/".join(resource.split("/")[:2])
        for permission in manifest.granted
        for resource in permission.on
        if not hands_over(service, permission, resource)
    }
    assert used - own == set()


def hands_over(service: str, permission: Permission, resource: str) -> bool:
    """Say whether it is where the service puts its parts of exports, with nothing but writing permitted."""
    writes = set(permission.allow) == {"s3:PutObject", "s3:AbortMultipartUpload"}
    return writes and resource == f"bucket/exports/parts/{service}/*"


def test_what_a_service_may_do_is_what_its_code_does(service: str) -> None:
    manifest = load_all(tree.ROOT)[service]
    used = calls.actions(service, manifest)
    allowed = {action for permission in manifest.granted for action in permission.allow}
    allowed -= {extra for extra, action in _NEEDED_WITH.items() if action in used}
    assert {"not needed": allowed - used, "not allowed": used - allowed} == {
        "not needed": set(),
        "not allowed": set(),
    }


def test_an_index_may_be_read_only_where_the_code_reads_one(service: str) -> None:
    manifest = load_all(tree.ROOT)[service]
    named = calls.texts(service)
    readable = {one for permission in manifest.granted for one in permission.on if "/index/" in one}
    indexes = [(table.name, index.name) for table in manifest.stores.tables for index in table.indexes]
    assert {name for _, name in indexes} <= named
    assert readable == {f"table/{table}/index/{name}" for table, name in indexes}
