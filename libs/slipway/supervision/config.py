"""supervisord's configuration file.

It names no path but relative ones (supervisord runs in the run folder), so the
checkout may lie in any folder whatever characters its name has.
"""

from __future__ import annotations

import hashlib
import os
import resource
from collections.abc import Sequence
from pathlib import Path

from slipway.supervision.program import Part

USER = "slipway"
_DESCRIPTORS = 1024

_DAEMON = """\
; Written by `./slipway up`.
[supervisord]
nodaemon=true
silent=true
{user}logfile=../logs/supervisord.log
logfile_maxbytes=1MB
logfile_backups=1
pidfile=supervisord.pid
childlogdir=../logs
identifier={identity}
minfds={descriptors}

[inet_http_server]
port=127.0.0.1:{port}
username={rpc_user}
password={{SHA}}{digest}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""

_PROGRAM = """
[program:{name}]
command=./python -I -S launch.py {name}
autostart=false
autorestart=true
startsecs=1
startretries=1000000
stopsignal={stop_signal}
stopwaitsecs={stop_seconds}
killasgroup=true
redirect_stderr=true
stdout_logfile=../logs/{name}.log
stdout_logfile_maxbytes=5MB
stdout_logfile_backups=2
"""


def identity(folder: Path) -> str:
    """Return what tells the supervisor of a run folder from that of any other, copies of it too.

    A folder keeps it while it is moved. Raises FileNotFoundError where there is none.
    """
    status = folder.stat()
    return f"slipway-{status.st_dev}-{status.st_ino}"


def render(parts: Sequence[Part], *, port: int, password: str, identity: str) -> str:
    """Return the configuration for `parts`.

    A part that dies within its first second is started again after 1, 2, 3...
    seconds; one that lived longer at once. launch.py adds a capped wait, which
    also ends the first row, so no part is ever given up.
    """
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest()
    # Named only to say that root is meant; another user need not even have a name on this machine.
    user = "user=0\n" if os.geteuid() == 0 else ""
    head = _DAEMON.format(
        user=user, port=port, rpc_user=USER, digest=digest, identity=identity, descriptors=_descriptors()
    )
    return head + "".join(
        _PROGRAM.format(name=part.name, stop_signal=part.stop_signal, stop_seconds=part.stop_seconds)
        for part in parts
    )


def _descriptors() -> int:
    """Return how many open files to ask for: as many as parts need, or all that are allowed."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _DESCRIPTORS if most == resource.RLIM_INFINITY else min(_DESCRIPTORS, most)
