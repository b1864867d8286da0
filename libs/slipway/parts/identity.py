"""Which user Postgres runs as: it refuses to run as root, whoever calls us may be root."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from pathlib import Path

from slipway import orders
from slipway.layout import Layout
from slipway.parts.base import Identity, Program
from slipway.parts.binaries import base_environment
from slipway.problems import MISSING, Problem

_NOBODY = 65534


def choose(layout: Layout, folder: Path, program: Path) -> Identity | None:
    """Return the user that can run `program` on the files in `folder`; None is the present user.

    `folder` exists and is given to that user. A user that has no name on this machine is seen as
    `nobody`, as Postgres asks for one. As root the candidates are, in this order:
    `nobody`; root seen as `nobody` (a user namespace, for folders only root can enter); the
    owner of the checkout. The owner of files that are there already goes first. Raises Problem
    when none works.
    """
    if os.geteuid() != 0:
        return None if _has_name(os.geteuid()) else Identity("namespace", _NOBODY, _NOBODY)
    for identity in _candidates(layout, folder):
        owner = identity.uid if identity.kind == "user" else 0
        os.chown(folder, owner, identity.gid if owner else 0)
        trial = Program(
            argv=(str(program), "--version"), env=base_environment(), cwd=folder, identity=identity
        )
        if orders.run_once(layout, "identity", trial).returncode == 0:
            return identity
    raise Problem(
        f"Postgres does not run as root, and no other user can enter {layout.root}",
        next_step="move the checkout to a folder others may enter, or run ./slipway as another user",
        code=MISSING,
    )


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _candidates(layout: Layout, folder: Path) -> Iterator[Identity]:
    namespace = Identity("namespace", _NOBODY, _NOBODY)
    if any(folder.iterdir()):
        status = folder.stat()
        yield Identity("user", status.st_uid, status.st_gid) if status.st_uid else namespace
        return
    yield Identity("user", _NOBODY, _NOBODY)
    yield namespace
    owner = layout.root.stat()
    if owner.st_uid and _has_name(owner.st_uid):
        yield Identity("user", owner.st_uid, owner.st_gid)
