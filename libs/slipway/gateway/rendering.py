"""Writes nginx's configuration from the templates in `gateway/templates`."""

from __future__ import annotations

import grp
import hashlib
import os
import pwd
import re
import stat
from pathlib import Path

import jinja2

from slipway.gateway.edge import Edge
from slipway.gateway.problems import OWN_ERRORS

_TEMPLATES = Path(__file__).resolve().parents[3] / "gateway" / "templates"
_MAIN = "nginx.conf"
_UNPRIVILEGED = "nobody"


def render(edge: Edge) -> dict[str, str]:
    """Return the configuration: file names and contents, `nginx.conf` first."""
    return {_MAIN: _text(edge, _worker_user(edge.folder))}


def fingerprint(edge: Edge) -> str:
    """Return a short text that changes when the configuration does, whoever asks."""
    return hashlib.sha256(_text(edge, worker="").encode()).hexdigest()[:16]


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

    return template.render(edge=edge, errors=OWN_ERRORS, buckets=buckets, worker=worker, relative=relative)


def write(edge: Edge) -> Path:
    """Put the configuration into `edge.folder` and return the path for `nginx -c`.

    Run it as `nginx -p FOLDER -e stderr -c PATH`; a HUP makes a running nginx
    read it again without losing a request.
    """
    edge.folder.mkdir(parents=True, exist_ok=True)
    for name, text in render(edge).items():
        fresh = edge.folder / f".{name}.new"
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(edge.folder / name)
    return edge.folder / _MAIN


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
        account = pwd.getpwuid(closed[0].st_uid) if closed else pwd.getpwnam(_UNPRIVILEGED)
        return f"{account.pw_name} {grp.getgrgid(account.pw_gid).gr_name}"
    except KeyError:
        return "root"


def _is_closed(status: os.stat_result) -> bool:
    return not status.st_mode & stat.S_IXOTH
