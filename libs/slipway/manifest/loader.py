"""Reads manifests and says, with file and line, what is wrong with one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml
from pydantic import ValidationError

from slipway.manifest import checks
from slipway.manifest.checks import Location
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

    Raises ManifestError for what is no YAML, keys that are unknown or written twice, wrong values,
    fields that contradict each other, and a name that differs from the folder's.
    """
    return _read(path)[0]


def load_all(root: Path) -> dict[str, Manifest]:
    """Return every manifest below `root/services`, by service name, in name order.

    Raises ManifestError naming every problem of every file, also what two services claim, what nobody
    publishes, and what permissions and shares name and nobody has.
    """
    manifests: dict[str, Manifest] = {}
    nodes: dict[str, yaml.Node | None] = {}
    problems: list[str] = []
    paths = sorted(root.glob("services/*/service.yaml"))
    for path in paths:
        name = path.parent.name
        try:
            manifests[name], nodes[name] = _read(path)
        except ManifestError as error:
            problems.append(str(error))
    if not problems:
        for name, (location, sentence) in checks.between(manifests):
            path = root / "services" / name / "service.yaml"
            problems.append(_problem(path, nodes[name], location, sentence))
    if problems:
        raise ManifestError("\n".join(problems))
    return manifests


def issuer_of(manifests: Mapping[str, Manifest]) -> Manifest:
    """Return the service that issues the suite's access tokens. Raises ManifestError when none does."""
    for manifest in manifests.values():
        if manifest.issuer:
            return manifest
    raise ManifestError("services/*/service.yaml:1: issuer: no service issues the suite's tokens")


def subscribers_of(manifests: Mapping[str, Manifest]) -> dict[str, str]:
    """Return who hears each published event type: names of services, in order, with commas between."""
    published = [kind for one in manifests.values() if one.publishes for kind in one.publishes.types]
    return {kind: ",".join(name for name, one in manifests.items() if one.hears(kind)) for kind in published}


def _read(path: Path) -> tuple[Manifest, yaml.Node | None]:
    node = _compose(path)
    problems = [_problem(path, node, location, "is written twice") for location in _written_twice(node)]
    if problems:
        raise ManifestError("\n".join(problems))
    try:
        manifest = Manifest.model_validate(_Loader("").construct_document(node) if node else None)
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(path, error) from error
    except ValidationError as error:
        problems = [_problem(path, node, found["loc"], found["msg"]) for found in error.errors()]
        raise ManifestError("\n".join(problems)) from error
    if manifest.name != path.parent.name:
        sentence = f"is {manifest.name!r} but the folder is {path.parent.name!r}"
        raise ManifestError(_problem(path, node, ("name",), sentence))
    problems = [_problem(path, node, location, sentence) for location, sentence in checks.own(manifest)]
    if problems:
        raise ManifestError("\n".join(problems))
    return manifest, node


def _compose(path: Path) -> yaml.Node | None:
    try:
        return yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(path, error) from error
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise ManifestError(f"{path}:1: not readable: {error}") from error


def _not_yaml(path: Path, error: yaml.MarkedYAMLError) -> ManifestError:
    line = error.problem_mark.line + 1 if error.problem_mark else 1
    return ManifestError(f"{path}:{line}: not valid YAML: {error.problem}")


def _written_twice(node: yaml.Node | None, above: Location = ()) -> Iterator[Location]:
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                yield (*above, name)
            seen.add(name)
            yield from _written_twice(value, (*above, name))
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _written_twice(value, (*above, number))


def _problem(path: Path, node: yaml.Node | None, location: Location, sentence: str) -> str:
    return f"{path}:{_line(node, location)}: {_pointer(location)}: {sentence}"


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
