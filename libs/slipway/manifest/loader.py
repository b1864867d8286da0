"""Reads manifests and says, with file and line, what is wrong with one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml
from pydantic import ValidationError

from slipway.manifest.model import Manifest


class ManifestError(Exception):
    """One or more manifests are wrong; the message has a line `file:line: problem` for each problem."""


class _Loader(yaml.SafeLoader):
    """A safe loader with the booleans of YAML 1.2: `on`, `off`, `yes`, `no` are plain words."""

    yaml_implicit_resolvers = {
        first: [
            (tag, pattern)
            for tag, pattern in resolvers
            if tag != "tag:yaml.org,2002:bool" or first in set("tTfF")
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def load(path: Path) -> Manifest:
    """Return the manifest at `path` (a `service.yaml`).

    Raises ManifestError for unreadable YAML, unknown keys, wrong values, and a
    name that differs from the folder's.
    """
    text = path.read_text(encoding="utf-8")
    try:
        node = yaml.compose(text, Loader=_Loader)
        data = yaml.load(text, Loader=_Loader)  # noqa: S506  # a SafeLoader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ManifestError(f"{path}:{line}: not valid YAML: {error.problem}") from error
    try:
        manifest = Manifest.model_validate(data)
    except ValidationError as error:
        problems = [
            f"{path}:{_line(node, problem['loc'])}: {_pointer(problem['loc'])}: {problem['msg']}"
            for problem in error.errors()
        ]
        raise ManifestError("\n".join(problems)) from error
    if manifest.name != path.parent.name:
        raise ManifestError(
            f"{path}:{_line(node, ('name',))}: name: is {manifest.name!r} "
            f"but the folder is {path.parent.name!r}"
        )
    return manifest


def load_all(root: Path) -> dict[str, Manifest]:
    """Return every manifest below `root/services`, by service name, in name order.

    Raises ManifestError naming every problem of every file, also clashes of
    subdomains, tables, buckets, queues, topics between services.
    """
    manifests: dict[str, Manifest] = {}
    problems: list[str] = []
    for path in sorted(root.glob("services/*/service.yaml")):
        try:
            manifests[path.parent.name] = load(path)
        except ManifestError as error:
            problems.append(str(error))
    problems.extend(_clashes(manifests))
    problems.extend(_dangling(manifests))
    if problems:
        raise ManifestError("\n".join(problems))
    return manifests


def _clashes(manifests: dict[str, Manifest]) -> list[str]:
    owners: dict[tuple[str, str], str] = {}
    problems = []
    for name, manifest in manifests.items():
        claims = [("subdomain", manifest.subdomain)]
        claims += [("table", table.name) for table in manifest.stores.tables]
        claims += [("bucket", bucket.name) for bucket in manifest.stores.buckets]
        claims += [("queue", queue.name) for queue in manifest.queues]
        if manifest.publishes:
            claims.append(("topic", manifest.publishes.topic))
        for claim in claims:
            other = owners.setdefault(claim, name)
            if other != name:
                problems.append(f"services/{name}/service.yaml:1: {claim[0]} {claim[1]!r} belongs to {other}")
    return problems


def _dangling(manifests: dict[str, Manifest]) -> list[str]:
    topics: dict[str, tuple[str, ...]] = {}
    for manifest in manifests.values():
        if manifest.publishes:
            topics[manifest.publishes.topic] = manifest.publishes.types
        for bucket in manifest.stores.buckets:
            if bucket.notify_topic:
                topics[bucket.notify_topic] = ()
    problems = []
    for name, manifest in manifests.items():
        for queue in manifest.queues:
            for subscription in queue.subscribes:
                where = f"services/{name}/service.yaml:1: queue {queue.name}"
                if subscription.topic not in topics:
                    problems.append(f"{where}: nobody publishes to topic {subscription.topic!r}")
                    continue
                unknown = set(subscription.types) - set(topics[subscription.topic])
                problems.extend(f"{where}: nobody publishes event type {kind!r}" for kind in sorted(unknown))
    return problems


def _line(node: yaml.Node | None, location: Sequence[str | int]) -> int:
    """Return the 1-based line of the deepest node that `location` reaches."""
    line = 1
    for step in location:
        found: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(step):
                    line, found = key.start_mark.line + 1, value
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = node.value[step]
            line = found.start_mark.line + 1
        if found is None:
            break
        node = found
    return line


def _pointer(location: Sequence[str | int]) -> str:
    return ".".join(str(step) for step in location) or "manifest"
