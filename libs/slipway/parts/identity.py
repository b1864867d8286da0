"""Which user Postgres runs as: it refuses to run as root, and the command line may be."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from pathlib import Path

from slipway.state.layout import Layout
from slipway.supervision import launch_specs
from slipway.supervision.program import OsUser, Program, base_environment
from slipway.terminal.problems import MISSING, Problem

_NOBODY = 65534
_SEEN_AS_NOBODY = OsUser("namespace", _NOBODY, _NOBODY)


def choose(layout: Layout, folder: Path, program: Path) -> OsUser | None:
    """Return the user that can run `program` on the files in `folder`; None is the present user.

    `folder` exists and is given to that user. A user that has no name on this machine is seen as
    `nobody`, as Postgres asks for one. As root the candidates are, in this order: the present owner
    of the folder; `nobody`; root seen as `nobody` (a user namespace, for folders only root can
    enter); the owner of the checkout. Raises Problem when none works.
    """
    if os.geteuid() != 0:
        return None if _has_name(os.geteuid()) else _SEEN_AS_NOBODY
    for identity in _candidates(layout, folder):
        _give(folder, identity)
        trial = Program(
            argv=(str(program), "--version"), env=base_environment(), cwd=folder, identity=identity
        )
        if launch_specs.run_once(layout, "identity", trial).returncode == 0:
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


def _give(folder: Path, identity: OsUser) -> None:
    """Make the real user behind `identity` the owner of the folder and all in it."""
    uid, gid = (identity.uid, identity.gid) if identity.kind == "user" else (0, 0)
    if folder.stat().st_uid == uid:
        return
    for parent, names, files in os.walk(folder):
        for name in (*names, *files):
            os.chown(Path(parent, name), uid, gid, follow_symlinks=False)
    os.chown(folder, uid, gid)


def _candidates(layout: Layout, folder: Path) -> Iterator[OsUser]:
    present, checkout = folder.stat(), layout.root.stat()
    if present.st_uid and _has_name(present.st_uid):
        yield OsUser("user", present.st_uid, present.st_gid)
    elif any(folder.iterdir()):
        yield _SEEN_AS_NOBODY
    yield OsUser("user", _NOBODY, _NOBODY)
    yield _SEEN_AS_NOBODY
    if checkout.st_uid and _has_name(checkout.st_uid):
        yield OsUser("user", checkout.st_uid, checkout.st_gid)
