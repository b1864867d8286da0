"""What a change of each key of a manifest does to an environment that is there.

The same three kinds as with variables (`changing.py`): what changes in place, what makes another resource
and takes the old one away, and what makes another service.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from slipway.manifest.model import Manifest

Manifests = dict[str, dict[str, Any]]


def in_place(manifests: Manifests) -> None:
    """Change what resources take in place, or what adds some: nothing that holds data goes."""
    _roles(manifests["media"], manifests["todos"], manifests["users"])
    _stores(manifests["blog"], manifests["media"], manifests["users"])
    _messages(manifests["blog"], manifests["media"])
    _identities(manifests["users"])
    _gateway(manifests["users"], manifests["blog"])


def _roles(media: dict[str, Any], todos: dict[str, Any], users: dict[str, Any]) -> None:
    media["description"] = "Files, described in other words."
    media["port"] = 8090
    for one in (media, todos):
        one["roles"]["api"] |= {"cpu": 1024, "memory": 4096, "stop_timeout": 45}
        one["roles"]["api"]["scaling"] |= {"min": 3, "max": 8, "cpu_percent": 50, "requests_per_target": 100}
    media["roles"]["worker"]["scaling"] |= {"messages_per_task": 7}
    users["roles"]["api"]["deployment"] |= {
        "strategy": "linear",
        "percent": 25,
        "step_minutes": 2,
        "bake_minutes": 9,
    }


def _stores(blog: dict[str, Any], media: dict[str, Any], users: dict[str, Any]) -> None:
    blog["stores"]["tables"][0] |= {"env": "POSTS_TABLE", "ttl": "ends_at", "stream": "NEW_IMAGE"}
    index = {"name": "added", "partition": "added_to", "sort": "added_at"}
    media["stores"]["tables"][0]["indexes"].append(index)
    bucket = media["stores"]["buckets"][0]
    bucket |= {"env": "FILES_BUCKET", "notify_prefix": "files/", "browser_uploads": False}
    bucket["delivers"][0] |= {"prefix": "own/", "access": "public", "seconds": 60}
    users["stores"]["buckets"][0]["expire_days"] = 3
    users["stores"]["postgres"]["env"] = "POSTGRES_URL"
    users["stores"]["redis"] = {"env": "CACHE_URL"}


def _messages(blog: dict[str, Any], media: dict[str, Any]) -> None:
    blog["publishes"] |= {"env": "POSTS_TOPIC_ARN", "types": ["blog.post.published.v2"]}
    blog["queues"][0] |= {"env": "ACCOUNTS_QUEUE_URL", "visibility_timeout": 90, "max_receives": 5}
    blog["queues"][0]["subscribes"][0]["types"] = ["users.account.created.v1"]
    media["queues"][1]["consumer"] = "ending"
    media["roles"]["ending"] = {"kind": "worker", "scaling": {"min": 1, "max": 2}}


def _identities(users: dict[str, Any]) -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/a": "b"}}
    users["permissions"][0] |= {"allow": ["sns:Publish", "sns:GetTopicAttributes"], "when": condition}
    users["permissions"].append({"allow": ["dynamodb:Scan"], "on": ["table/todos"]})
    role = users["assumed_roles"][0]
    role |= {"env": "FILES_ROLE_ARN"}
    role["permissions"][0] |= {"allow": ["s3:GetObject"], "on": ["bucket/media/thumbnails/*"]}
    role["permissions"][2]["when"] = {"StringLike": {"s3:prefix": "thumbnails/*"}}
    users["shares"] = {"FILES_BUCKET": "bucket/media"}
    users["secrets"][0]["bytes"] = 48  # of the next one: a value is made once


def _gateway(users: dict[str, Any], blog: dict[str, Any]) -> None:
    users["gateway"] |= {
        "max_body_kib": 2048,
        "per_second": 50,
        "burst": 60,
        "account": {"reads_per_second": 10, "reads_burst": 20, "changes_per_second": 5, "changes_burst": 10},
        "concurrent": 20,
        "read_timeout": 20,
        "limits": [{"path": "/v1/tokens", "per_second": 20, "burst": 30, "posts_at_once": 4}],
    }
    blog["gateway"]["read_timeout"] = 45
    blog["gateway"]["cache"] = [{"path": "/v1/tags", "seconds": 30}]


def fewer(manifests: Manifests) -> None:
    """Take away what distributions name that stay: paths that may be kept, a prefix that is delivered."""
    manifests["blog"]["gateway"]["cache"] = []
    manifests["media"]["stores"]["buckets"][0]["delivers"].pop()


def replacing(manifests: Manifests) -> None:
    """Change what AWS has by its name or makes only once: another resource, and the old one goes."""
    blog, media, todos, users = (manifests[name] for name in ("blog", "media", "todos", "users"))
    blog["subdomain"], blog["visibility"] = "posts", "private"
    blog["roles"]["worker"] |= {"kind": "task"}
    blog["queues"] = []
    blog["publishes"]["topic"] = "posts-events"
    blog["stores"]["tables"][0] |= {"partition": "key", "sort": "second"}
    media["stores"]["buckets"][0] |= {"name": "files", "notify_topic": "files-uploads"}
    media["queues"][0]["name"] = "files-uploads"
    media["queues"][0]["subscribes"][0]["topic"] = "files-uploads"
    todos["stores"]["tables"][0]["indexes"][0] |= {"name": "by_color", "sort": "color"}
    todos["stores"]["tables"][0]["indexes"][1] |= {"local": False, "partition": "color"}
    todos["stores"]["tables"][0]["name"] = "lists"
    users["stores"]["postgres"]["database"] = "accounts"
    users["assumed_roles"][0] |= {"name": "user-files", "web_identity": False}
    users["secrets"][0]["env"] = "OTHER_KEY"
    for name, manifest in manifests.items():
        manifests[name] = _following(manifest)


_RENAMED = {
    "bucket/media": "bucket/files",
    "role/user-storage": "role/user-files",
    "table/todos": "table/lists",
    "topic/blog-events": "topic/posts-events",
}


def _following(value: Any) -> Any:
    """Return a manifest whose references are to the new names, here and in other services."""
    if isinstance(value, dict):
        return {name: _following(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_following(one) for one in value]
    for old, new in _RENAMED.items():
        if isinstance(value, str) and (value == old or value.startswith(f"{old}/")):
            return new + value.removeprefix(old)
    return value


# What replacing() takes away that holds data, in production.
LOST = {
    'module.table["blog"].aws_dynamodb_table.this',  # keys
    'module.table["todos"].aws_dynamodb_table.this',  # a name; a local index would do
    'module.bucket["media"].aws_s3_bucket.this',
    'module.queue["media-uploads"].aws_sqs_queue.this',
    'module.queue["media-uploads"].aws_sqs_queue.dead',
    'module.queue["blog-users-events"].aws_sqs_queue.this',
    'module.queue["blog-users-events"].aws_sqs_queue.dead',
    'module.queue["blog-media-events"].aws_sqs_queue.this',
    'module.queue["blog-media-events"].aws_sqs_queue.dead',
    'module.queue["blog-mail-events"].aws_sqs_queue.this',
    'module.queue["blog-mail-events"].aws_sqs_queue.dead',
    'module.generated_secret["users/KEY_ENCRYPTION_KEY"].module.secret.aws_secretsmanager_secret.this',
}

# Another service altogether, and another issuer, whom clients and tokens name.
ANOTHER = {"name", "issuer"}


def every_key() -> set[str]:
    """Return the path of every key of a manifest, without the names of roles and shares."""
    return set(_keys(Manifest))


def _keys(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        parts = list(_models(field.annotation))
        if not parts:
            yield name
        for part in parts:
            yield from (f"{name}.{below}" for below in _keys(part))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    if get_origin(annotation) is not None:
        for argument in get_args(annotation):
            yield from _models(argument)


def written(manifest: Manifest) -> dict[str, Any]:
    """Return a manifest as its file says it, without defaults, to be changed."""
    found: dict[str, Any] = manifest.model_dump(mode="json", exclude_unset=True)
    return found


def changed_keys(before: Manifest, after: Mapping[str, Any]) -> set[str]:
    """Return the paths of what differs between two manifests, with their defaults."""
    old, new = (one.model_dump(mode="json") for one in (before, Manifest.model_validate(after)))
    return {path for path in every_key() if _at(old, path.split(".")) != _at(new, path.split("."))}


def _at(value: Any, path: list[str]) -> Any:
    """Return all that stands at a path, in every entry of a list and under every name."""
    if isinstance(value, list):
        return [_at(one, path) for one in value]
    if not path or value is None:
        return value
    if path[0] in value:
        return _at(value[path[0]], path[1:])
    return {name: _at(one, path) for name, one in value.items()} if isinstance(value, dict) else None
