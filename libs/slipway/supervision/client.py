"""Talking to a running supervisord."""

from __future__ import annotations

import http.client
import time
import xmlrpc.client
from dataclasses import dataclass
from typing import Any, cast

from slipway.supervision.config import USER
from slipway.terminal.problems import Problem

_ALREADY_STARTED, _NOT_RUNNING = 60, 70
_TIMEOUT = 5.0


class Unreachable(Problem):
    """No supervisord answers at the suite's port; `refused` says that nothing at all listens there."""

    def __init__(self, reason: str, *, refused: bool) -> None:
        super().__init__(f"the supervisor does not answer: {reason}", next_step="run `./slipway up` again")
        self.refused = refused


@dataclass(frozen=True)
class ProcessState:
    """What supervisord knows of one part. `pid` is 0 and `since` None when it does not run."""

    name: str
    state: str
    pid: int
    since: float | None
    problem: str

    @property
    def runs(self) -> bool:
        return self.state in {"STARTING", "RUNNING"} and bool(self.pid)

    @property
    def uptime(self) -> float:
        """Seconds since its start."""
        return 0.0 if self.since is None else max(0.0, time.time() - self.since)

    @property
    def is_down(self) -> bool:
        return self.state in {"STOPPED", "EXITED", "FATAL", "UNKNOWN"}


class Supervisor:
    """The supervisord at a port. Every method raises Unreachable when there is none."""

    def __init__(self, port: int, password: str) -> None:
        self._proxy = xmlrpc.client.ServerProxy(
            f"http://{USER}:{password}@127.0.0.1:{port}/RPC2", transport=_Transport(), allow_none=True
        )

    def pid(self) -> int:
        return cast("int", self._call("supervisor.getPID"))

    def identity(self) -> str:
        """Return the name that its configuration gave it; see `identity` in config.py."""
        return cast("str", self._call("supervisor.getIdentification"))

    def states(self) -> dict[str, ProcessState]:
        """Return the state of every part it knows, by name."""
        answer = cast("list[dict[str, Any]]", self._call("supervisor.getAllProcessInfo"))
        return {info["name"]: _state(info) for info in answer}

    def start(self, name: str) -> None:
        """Ask for `name` to be started; one that already runs is left alone."""
        self._call("supervisor.startProcess", name, False, ignore=_ALREADY_STARTED)

    def stop(self, name: str) -> None:
        """Ask for `name` to be stopped; returns at once."""
        self._call("supervisor.stopProcess", name, False, ignore=_NOT_RUNNING)

    def signal(self, name: str, signal: str) -> None:
        self._call("supervisor.signalProcess", name, signal, ignore=_NOT_RUNNING)

    def shutdown(self) -> None:
        """Stop everything and then supervisord itself; returns at once."""
        self._call("supervisor.shutdown")

    def reread(self) -> None:
        """Take over a changed configuration file: new parts, changed parts, parts that are gone.

        Changed and gone parts must have been stopped before.
        """
        ((added, changed, removed),) = cast("Any", self._call("supervisor.reloadConfig"))
        for name in [*changed, *removed]:
            self._call("supervisor.removeProcessGroup", name)
        for name in [*added, *changed]:
            self._call("supervisor.addProcessGroup", name)

    def _call(self, method: str, *arguments: object, ignore: int = 0) -> object:
        try:
            return getattr(self._proxy, method)(*arguments)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode == ignore:
                return None
            raise
        except (OSError, http.client.HTTPException, xmlrpc.client.ProtocolError) as error:
            raise Unreachable(str(error), refused=isinstance(error, ConnectionRefusedError)) from error


class _Transport(xmlrpc.client.Transport):
    """Plain HTTP with a timeout and a connection for each call, so threads may share the client."""

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        name, self._extra_headers, _ = self.get_host_info(host)
        return http.client.HTTPConnection(name, timeout=_TIMEOUT)


def _state(info: dict[str, Any]) -> ProcessState:
    runs = bool(info["pid"])
    return ProcessState(
        name=info["name"],
        state=info["statename"],
        pid=info["pid"],
        since=float(info["start"]) if runs else None,
        problem=info["spawnerr"],
    )
