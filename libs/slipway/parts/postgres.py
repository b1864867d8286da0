"""Postgres, with a role and a database for each service that has one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2

from slipway.parts.base import Listening
from slipway.parts.binaries import PostgresBinaries, postgres
from slipway.parts.identity import choose
from slipway.settings.databases import ensure_databases
from slipway.supervision import launch_specs
from slipway.supervision.program import OsUser, Program, StopSignal, base_environment
from slipway.terminal.problems import NotHealthy, OutOfSpace, Problem, says_out_of_space

_SUPERUSER = "postgres"
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # No unix socket: its path may be 107 bytes long at most, and checkouts lie deep.
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "max_wal_size": "256MB",
    "jit": "off",
    "autovacuum_max_workers": "1",
    "max_parallel_workers": "0",
    "log_checkpoints": "off",
    # An error that shows its statement or its DETAIL shows addresses and hashes of passwords.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True)
class Postgres(Listening):
    """A Postgres cluster on loopback. `databases` are names of databases to the passwords of their owners,
    roles of the same name."""

    password: str
    databases: Mapping[str, str] = field(default_factory=dict)
    wheel_only: bool = False
    name: str = "postgres"

    @property
    def stop_signal(self) -> StopSignal:
        return "INT"

    @property
    def stop_seconds(self) -> int:
        return 30

    def url(self, database: str) -> str:
        """Return the address of `database` as its owner."""
        return f"postgresql://{database}:{self.databases[database]}@127.0.0.1:{self.port}/{database}"

    @property
    def admin_url(self) -> str:
        return f"postgresql://{_SUPERUSER}:{self.password}@127.0.0.1:{self.port}/postgres"

    def prepare(self) -> Program:
        folder = self._folder
        if not (folder / "PG_VERSION").exists():
            self._make_cluster()
        _forget_copied_lock(folder)
        binaries = postgres(int((folder / "PG_VERSION").read_text()), wheel_only=self.wheel_only)
        settings = [part for key, value in _SETTINGS.items() for part in ("-c", f"{key}={value}")]
        return Program(
            argv=(str(binaries.folder / "postgres"), "-D", str(folder), "-p", str(self.port), *settings),
            env=base_environment(),
            cwd=folder,
            identity=choose(self.layout, folder, binaries.folder / "postgres"),
        )

    def check(self) -> None:
        try:
            psycopg2.connect(self.admin_url, connect_timeout=2).close()
        except psycopg2.Error as error:
            raise NotHealthy(str(error).strip()) from error

    def after_start(self) -> None:
        ensure_databases(self.admin_url, self.databases)

    @property
    def _folder(self) -> Path:
        return self.layout.data / "postgres"

    def _make_cluster(self) -> None:
        """Make the cluster beside its place and move it there when it is complete."""
        fresh = self.layout.data / "postgres.new"
        for leftover in (fresh, self._folder):
            shutil.rmtree(leftover, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        binaries = postgres(wheel_only=self.wheel_only)
        identity = choose(self.layout, fresh, binaries.folder / "initdb")
        self._initdb(binaries, fresh, identity)
        fresh.rename(self._folder)

    def _initdb(self, binaries: PostgresBinaries, fresh: Path, identity: OsUser | None) -> None:
        secret = self.layout.data / "postgres.password"
        secret.unlink(missing_ok=True)
        with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(self.password)
        if identity and identity.kind == "user":
            os.chown(secret, identity.uid, identity.gid)
        options = ("-U", _SUPERUSER, "-E", "UTF8", "--no-locale", "-A", "scram-sha-256", "--data-checksums")
        order = Program(
            argv=(str(binaries.folder / "initdb"), "-D", str(fresh), *options, f"--pwfile={secret}"),
            env=base_environment(),
            cwd=fresh,
            identity=identity,
        )
        try:
            done = launch_specs.run_once(self.layout, "initdb", order)
        finally:
            secret.unlink(missing_ok=True)
        if done.returncode != 0:
            if says_out_of_space(done.stderr):
                raise OutOfSpace("Postgres could not make its data folder")
            reason = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            raise Problem(f"Postgres could not make its data folder: {' '.join(reason)}")


def _forget_copied_lock(folder: Path) -> None:
    """Remove the lock file of a cluster that was copied while it ran: it names the original's process."""
    lock = folder / "postmaster.pid"
    try:
        original = Path(lock.read_text(encoding="utf-8").splitlines()[1])
        if original.exists() and not original.samefile(folder):
            lock.unlink()
    except (OSError, IndexError):
        return
