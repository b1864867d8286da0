"""Writes nginx's configuration from the templates in `gateway/templates`."""

from __future__ import annotations

import contextlib
import grp
import hashlib
import json
import os
import pwd
import re
import shutil
import stat
from pathlib import Path

import jinja2

from slipway.gateway.edge import Edge
from slipway.gateway.keys import described
from slipway.gateway.problems import OWN_ERRORS
from slipway.state.layout import write_private

_TEMPLATES = Path(__file__).resolve().parents[3] / "gateway" / "templates"
_PROGRAMS = _TEMPLATES.with_name("njs")
_MAIN = "nginx.conf"
TOLD = "edge.json"
# The first that this machine has. Postgres is `nobody`, and its files are not for the workers of nginx.
_UNPRIVILEGED = ("www-data", "nginx", "http", "nobody")


def render(edge: Edge) -> dict[str, str]:
    """Return the configuration: file names and contents, `nginx.conf` first."""
    return {_MAIN: _text(edge, _worker_user(edge.folder)), **_programs(), TOLD: _told(edge)}


def fingerprint(edge: Edge) -> str:
    """Return a short text that changes when the configuration does, the same for every caller."""
    digest = hashlib.sha256(_text(edge, worker="").encode())
    for text in _programs().values():
        digest.update(text.encode())
    return digest.hexdigest()[:16]


def _programs() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(_PROGRAMS.glob("*.js"))}


def _told(edge: Edge) -> str:
    """Return what the programs are told; `version` changes with the keys, so no verdict outlives its key."""
    groups = {
        group: {name: described(pem) for name, pem in keys.items()} for group, keys in edge.key_groups.items()
    }
    told = {
        "groups": groups,
        "region": edge.region,
        "s3Host": edge.s3_upstream,
        "credentials": str(edge.credentials),
        "purgeToken": edge.purge_token,
        "refusalMilliseconds": edge.origins_file.connections.refusal_milliseconds,
        "refusalsAtOnce": edge.origins_file.connections.refusals_at_once,
    }
    version = hashlib.sha256(json.dumps(groups, sort_keys=True).encode()).hexdigest()[:16]
    return json.dumps({"version": version, **told})


def _text(edge: Edge, worker: str) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - not a web page
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["regex"] = re.escape
    buckets = [
        edge.s3_prefix + bucket.name for one in edge.manifests.values() for bucket in one.stores.buckets
    ]
    template = environment.get_template(f"{_MAIN}.j2")

    def relative(path: Path) -> str:
        """Name a file as nginx finds it: from the folder that the configuration lies in."""
        return os.path.relpath(path, edge.configuration or edge.folder)

    kept = os.path.relpath(edge.kept, edge.folder)
    return template.render(
        edge=edge, errors=OWN_ERRORS, buckets=buckets, worker=worker, relative=relative, kept=kept
    )


def write(edge: Edge) -> Path:
    """Put the configuration into `edge.folder` and return the path for `nginx -c`.

    Run it as `nginx -p FOLDER -e stderr -c PATH`; a HUP makes a running nginx
    read it again without losing a request.
    """
    edge.folder.mkdir(parents=True, exist_ok=True)
    for name, text in render(edge).items():
        write_private(edge.folder / name, text)
    _make_kept(edge)
    return edge.folder / _MAIN


def _make_kept(edge: Edge) -> None:
    """Make the folder of what is kept, and in it the one of its state, which nginx does not make."""
    state = edge.kept / "state"
    state.mkdir(parents=True, exist_ok=True)
    edge.kept.chmod(0o711)
    worker = _worker_user(edge.folder).partition(" ")[0]
    for path in (state, edge.credentials):
        if worker and path.exists():
            shutil.chown(path, worker)
    if worker:
        _forget_copies_of_another_user(edge.kept, pwd.getpwnam(worker).pw_uid)


def _forget_copies_of_another_user(kept: Path, uid: int) -> None:
    """Remove copies that the workers cannot read; each is fetched again when it is asked for."""
    for folder in (kept / "files", kept / "answers"):
        if folder.exists() and folder.stat().st_uid not in (0, uid):
            shutil.rmtree(folder)
    for path in (kept / "state").iterdir():
        os.chown(path, uid, -1)


def _worker_user(folder: Path) -> str:
    """Return `user group` for the workers of a master that is root, else nothing: they are what it is.

    They must be able to enter `folder`. Where a folder above it is closed to others (as homes are),
    they run as that one's owner.
    """
    if os.geteuid() != 0:
        return ""
    closed = [
        status for status in (parent.stat() for parent in folder.absolute().parents) if _is_closed(status)
    ]
    try:
        account = pwd.getpwuid(closed[0].st_uid) if closed else _servers_user()
        return f"{account.pw_name} {grp.getgrgid(account.pw_gid).gr_name}"
    except KeyError:
        return "root"


def _servers_user() -> pwd.struct_passwd:
    """Return the first of the usual users that this machine has; raise KeyError where it has none."""
    for name in _UNPRIVILEGED[:-1]:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    return pwd.getpwnam(_UNPRIVILEGED[-1])


def _is_closed(status: os.stat_result) -> bool:
    return not status.st_mode & stat.S_IXOTH
