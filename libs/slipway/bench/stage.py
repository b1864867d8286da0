"""The private suite, limits and peers that are measured, filled with accounts and to-dos."""

from __future__ import annotations

import json
import random
import secrets
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import psycopg2
import requests

from slipway.bench.accounts import BenchAccount, BenchAccounts
from slipway.bench.servers import WORKERS, Servers
from slipway.bench.subjects import Subject
from slipway.bench.wrk import BenchRequest
from slipway.local.suite import Suite
from slipway.parts import virtualenv
from slipway.supervision.program import base_environment
from slipway.terminal.problems import Problem

# Without Redis, and without the bounds of what one account may read from the table.
_UNCACHED = {
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "MAX_WAITING": "100",
    "READ_BURST_BYTES": "1000000000",
    "READ_BYTES_PER_SECOND": "1000000000",
}
_PAGE = 20
_PACE = 90  # requests per second: fewer than the gateway allows one account
_READS_PER_WRITE = 19
_SIGN_INS = 500


@dataclass(frozen=True)
class Size:
    """How much is in the stores: `users` with `todos` each, and one with `large`."""

    users: int = 200
    todos: int = 1000
    large: int = 10_000


@dataclass
class BenchStage:
    """What the subjects are made of. `hits` collects the cache's hit ratio of each mixed load."""

    suite: Suite
    servers: Servers
    size: Size
    hits: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._todos = f"http://127.0.0.1:{self.suite.ports['todos']}"
        self._users = f"http://127.0.0.1:{self.suite.ports['users']}"
        self._accounts = BenchAccounts(self._users, self._todos)
        self._folder = self.suite.root / "benchmarks" / "peers"

    def fill(self) -> None:
        """Make the accounts and start limits and peers."""
        self._reader = self._accounts.make(1, _PAGE)[0]
        self._large = self._accounts.make(1, self.size.large)[0]
        self._many = self._accounts.make(self.size.users, self.size.todos)
        environment = self.suite.environment(self.suite.manifests["todos"])
        self._hello = self.servers.gunicorn("hello", "hello:app", self._folder, {})
        self._transact = self.servers.gunicorn("transact", "transact:app", self._folder, environment)
        uncached = {**environment, **_UNCACHED, "WEB_CONCURRENCY": str(WORKERS)}
        self._uncached = self.servers.gunicorn("uncached", "todos.wsgi:app", self._folder, uncached)
        self._start_starter()

    def subjects(self) -> Sequence[Subject]:
        """Return everything that is loaded, in the order of a round."""
        gateway = f"https://127.0.0.1:{self.suite.settings.port}"
        host = f"todos.{self.suite.settings.domain}"
        return (
            Subject("hello", self._hello, self._pids("hello"), lambda: [self._read("/")]),
            Subject("list", self._todos, self._pids("todos", "cache"), self._list),
            Subject("unchanged", self._todos, self._pids("todos", "cache"), self._unchanged),
            Subject("paced", self._todos, self._pids("todos", "cache"), self._list, per_second=_PACE),
            Subject(
                "gateway",
                gateway,
                self._pids("gateway", "todos", "cache"),
                self._list,
                host=host,
                per_second=_PACE,
            ),
            Subject("uncached", self._uncached, self._pids("uncached", *self._tables), self._list),
            Subject("large", self._uncached, self._pids("uncached", *self._tables), self._list_of_large),
            Subject("many", self._todos, self._pids("todos", "cache", *self._tables), self._lists_of_many),
            Subject(
                "mix",
                self._todos,
                self._pids("todos", "cache", *self._tables),
                self._mix,
                beside=self._counting_hits,
            ),
            Subject("write", self._todos, self._pids("todos", "cache", *self._tables), self._writes),
            Subject(
                "transact",
                self._transact,
                self._pids("transact", *self._tables),
                lambda: [BenchRequest("/", method="POST")],
            ),
            Subject("starter", self._starter, self._pids("starter", "postgres"), self._starter_list("")),
            Subject(
                "starter-redis", self._starter, self._pids("starter", "cache"), self._starter_list("/cached")
            ),
            Subject("storm", self._todos, self._pids("todos", "cache"), self._list, beside=self._sign_ins),
        )

    @property
    def _tables(self) -> tuple[str, ...]:
        return tuple(part.name for part in self.suite.parts if part.name in {"dynamo", "emulator"})

    def _pids(self, *names: str) -> Callable[[], Sequence[int]]:
        """Return what finds the processes of parts of the suite and of servers; parts may be started anew."""

        def find() -> Sequence[int]:
            supervisor = self.suite.daemon.connect()
            states = supervisor.states() if supervisor else {}
            return [states[name].pid if name in states else self.servers.pid(name) for name in names]

        return find

    def _read(self, path: str, account: BenchAccount | None = None, header: str = "") -> BenchRequest:
        """Return a read. The limit is sent what the others are sent: a token has its price for everybody."""
        return BenchRequest(path, self._accounts.tokens([account or self._reader])[0], header=header)

    def _list(self) -> Sequence[BenchRequest]:
        return [self._read(f"/v1/todos?limit={_PAGE}")]

    def _unchanged(self) -> Sequence[BenchRequest]:
        [request] = self._list()
        headers = {"Authorization": f"Bearer {request.token}"}
        etag = requests.get(self._todos + request.path, headers=headers, timeout=60).headers["ETag"]
        return [self._read(request.path, header=f"If-None-Match: {etag}")]

    def _list_of_large(self) -> Sequence[BenchRequest]:
        return [self._read(f"/v1/todos?limit={_PAGE}", self._large)]

    def _lists_of_many(self) -> Sequence[BenchRequest]:
        reads = [
            BenchRequest(f"/v1/todos?limit={_PAGE}", token) for token in self._accounts.tokens(self._many)
        ]
        return _shuffled(reads * (_READS_PER_WRITE + 1))

    def _mix(self) -> Sequence[BenchRequest]:
        reads = [
            BenchRequest(f"/v1/todos?limit={_PAGE}", token) for token in self._accounts.tokens(self._many)
        ]
        return _shuffled([*reads * _READS_PER_WRITE, *self._writes()])

    def _writes(self) -> Sequence[BenchRequest]:
        body = json.dumps({"title": "buy milk"})
        tokens = self._accounts.tokens(self._many)
        return [BenchRequest("/v1/todos", token, method="POST", body=body) for token in tokens]

    @contextmanager
    def _counting_hits(self) -> Iterator[None]:
        before = self._cache_reads()
        yield
        after = self._cache_reads()
        reads = {outcome: count - before.get(outcome, 0) for outcome, count in after.items()}
        self.hits.append(round(reads.get("hit", 0) / max(1, sum(reads.values())), 3))

    def _cache_reads(self) -> dict[str, float]:
        """Return how often the cache of to-dos was read so far, by outcome."""
        text = requests.get(f"{self._todos}/metrics", timeout=60).text
        lines = [line for line in text.splitlines() if line.startswith('cache_reads_total{cache="todos",')]
        return {
            line.partition('outcome="')[2].partition('"')[0]: float(line.rpartition(" ")[2]) for line in lines
        }

    @contextmanager
    def _sign_ins(self) -> Iterator[None]:
        """Let 500 sign-ins run beside the body, as many at once as there are accounts, up to 50."""
        left, over = iter(range(_SIGN_INS)), threading.Event()
        path, body = self._accounts.sign_in_request(self._reader)

        def storm() -> None:
            while not over.is_set() and next(left, None) is not None:
                requests.post(
                    self._users + path, body, headers={"Content-Type": "application/json"}, timeout=60
                )

        threads = [threading.Thread(target=storm) for _ in range(25)]
        for thread in threads:
            thread.start()
        yield
        over.set()
        for thread in threads:
            thread.join()

    def _start_starter(self) -> None:
        python = virtualenv.ensure(
            self.suite.root / ".slipway" / "peers-venv", self._folder / "requirements.txt"
        )
        url = _database(self.suite.postgres.admin_url)
        secret = secrets.token_hex(32)
        variables = {"DATABASE_URL": url, "REDIS_URL": self.suite.cache.url, "TOKEN_SECRET": secret}
        self._starter_token = _fill_starter(python, self._folder, variables)
        self._starter = self.servers.uvicorn("starter", python, "starter:app", self._folder, variables)

    def _starter_list(self, prefix: str) -> Callable[[], Sequence[BenchRequest]]:
        return lambda: [BenchRequest(f"{prefix}/todos?limit={_PAGE}", self._starter_token)]


def _shuffled(requests: list[BenchRequest]) -> list[BenchRequest]:
    random.Random(1).shuffle(requests)  # noqa: S311  # the same order in each run
    return requests


def _database(admin_url: str) -> str:
    """Make an empty database for a peer, and return its address."""
    name = f"bench_{uuid4().hex[:8]}"
    connection = psycopg2.connect(admin_url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    connection.close()
    server = admin_url.removeprefix("postgresql://").rpartition("/")[0]
    return f"postgresql+psycopg2://{server}/{name}"


def _fill_starter(python: Path, folder: Path, variables: Mapping[str, str]) -> str:
    """Make the peer's table with a page of to-dos, and return a token for it."""
    done = subprocess.run(
        [str(python), "fill.py", str(_PAGE)],
        cwd=folder,
        env={**base_environment(), **variables},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise Problem(f"the peer cannot be filled:\n{done.stderr.strip()}", next_step="")
    return done.stdout.strip()
