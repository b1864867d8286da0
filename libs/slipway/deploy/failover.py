"""Another region takes over: its copies are looked at, its databases promoted, what stands by started.

Nothing is asked of the region that is lost, neither its services nor Terraform's state in it: names follow
from the environment and the manifests. Tables are written in every region and need nothing; a database
follows one that leads, until it is promoted. Killed and run again, it goes on: a database that leads
already is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from slipway.deploy import takeover
from slipway.deploy.aws import AwsAccount, Refused, check_place
from slipway.deploy.reporting import note, step
from slipway.deploy.variables import Environment
from slipway.deploy.waiting import poll
from slipway.manifest import Manifest
from slipway.terminal.problems import Problem

_MOVING = {"failing-over", "switching-over"}
_LOOKED_BACK = timedelta(minutes=15)
_GUIDE = "docs/operations.md, After the loss of a region"


@dataclass(frozen=True)
class DatabaseCopy:
    """A service's database in the region that takes over."""

    name: str
    arn: str
    leads: bool
    moving: bool
    milliseconds_behind: float | None


@dataclass(frozen=True)
class Failover:
    """What of one environment takes over in the region of `aws`; `planned` waits for the last write."""

    environment: Environment
    manifests: Mapping[str, Manifest]
    aws: AwsAccount
    confirm: Callable[[str], None]
    timeout: float
    planned: bool = False

    def run(self) -> None:
        """Promote every database there, and begin what stands by.

        Raises Problem before anything is changed when a copy is missing.
        """
        check_place(self.aws, self.environment, changing=True)
        with step(f"Look at the copies in {self.aws.region}"):
            for table in self._tables():
                self._check_table(table)
            copies = [self._copy(name) for name in self._databases()]
        self._say_what_is_lost(copies)
        waiting = [copy for copy in copies if not copy.leads]
        if waiting:
            names = ", ".join(copy.name for copy in waiting)
            self.confirm(f"Let {names} be written in {self.aws.region} from now on?")
        for copy in waiting:
            with step(f"Promote {copy.name}"):
                self._promote(copy)
        self._take_over()

    def _take_over(self) -> None:
        """Let what stands by there do what the first region did. Where nothing does, say how it is made."""
        cluster = f"{self.environment.project}-{self.environment.name}"
        workers = takeover.waiting_workers(self.aws, cluster, self.manifests)
        if not workers:
            note(f"nothing stands by there. next: make the services there, {_GUIDE}")
            return
        with step(f"Let the names lead to {self.aws.region}"):
            if not takeover.lead_names(self.aws, f"{cluster}-{self.environment.region}"):
                note("there is no health check that they follow: look at the records of the zone")
        with step(f"Start the workers in {self.aws.region}"):
            takeover.start_workers(self.aws, cluster, workers, timeout=self.timeout)
        note(f'next: owner_region = "{self.aws.region}" in {self.environment.file.name}, {_GUIDE}')

    def _prefix(self) -> str:
        return f"{self.environment.project}-{self.environment.name}-"

    def _tables(self) -> Iterator[str]:
        for manifest in self.manifests.values():
            yield from (f"{self._prefix()}{table.name}" for table in manifest.stores.tables)

    def _databases(self) -> Iterator[str]:
        """Yield the names that global databases and their clusters have, which take no underscore."""
        for name, manifest in self.manifests.items():
            if manifest.stores.postgres:
                yield self._prefix() + name.replace("_", "-")

    def _check_table(self, name: str) -> None:
        try:
            status = self.aws.call("dynamodb", "describe_table", TableName=name)["Table"]["TableStatus"]
        except Refused as refusal:
            if refusal.reason == "ResourceNotFoundException":
                raise self._missing(f"table {name}") from refusal
            raise
        if status not in {"ACTIVE", "UPDATING"}:
            raise Problem(
                f"table {name} is {status} in {self.aws.region}",
                next_step="wait until it is ACTIVE and run the command again",
            )

    def _copy(self, name: str) -> DatabaseCopy:
        found = self._global_cluster(name)
        for member in found["GlobalClusterMembers"]:
            if _region(member["DBClusterArn"]) == self.aws.region:
                leads = member["IsWriter"] and found["Status"] not in _MOVING
                return DatabaseCopy(
                    name,
                    member["DBClusterArn"],
                    leads,
                    found["Status"] in _MOVING,
                    None if leads else self._behind(name),
                )
        raise self._missing(f"database {name}")

    def _global_cluster(self, name: str) -> dict[str, Any]:
        try:
            answer = self.aws.ask("rds", "describe_global_clusters", GlobalClusterIdentifier=name)
        except Refused as refusal:
            if refusal.reason == "GlobalClusterNotFoundFault":
                raise self._missing(f"database {name}") from refusal
            raise
        found: dict[str, Any] = answer["GlobalClusters"][0]
        return found

    def _missing(self, what: str) -> Problem:
        return Problem(
            f"{what} has no copy in {self.aws.region}",
            next_step=f"choose a region of `regions` in {self.environment.file.name}; without one, "
            "what is left are the backups of the environment's own region",
        )

    def _behind(self, name: str) -> float | None:
        now = datetime.now(UTC)
        points = self.aws.ask(
            "cloudwatch",
            "get_metric_statistics",
            Namespace="AWS/RDS",
            MetricName="AuroraGlobalDBReplicationLag",
            Dimensions=[{"Name": "DBClusterIdentifier", "Value": name}],
            StartTime=now - _LOOKED_BACK,
            EndTime=now,
            Period=60,
            Statistics=["Maximum"],
        )["Datapoints"]
        return max((point["Maximum"] for point in points), default=None)

    def _say_what_is_lost(self, copies: list[DatabaseCopy]) -> None:
        for copy in copies:
            if copy.leads:
                note(f"{copy.name}: is written in {self.aws.region} already")
            elif self.planned:
                note(f"{copy.name}: loses nothing, for the last write is waited for")
            elif copy.milliseconds_behind is None:
                note(f"{copy.name}: loses what it had not yet; AWS has no figure of how far behind it is")
            else:
                note(f"{copy.name}: loses what was written in the last {copy.milliseconds_behind:.0f} ms")
        note("tables: lose what was written in about the last second before the loss")
        note("files: may lack those of the last quarter of an hour")
        note("queues and caches: are not copied")

    def _promote(self, copy: DatabaseCopy) -> None:
        target = {"GlobalClusterIdentifier": copy.name, "TargetDbClusterIdentifier": copy.arn}
        if copy.moving:
            note("it is on its way already")
        elif self.planned:
            self.aws.call("rds", "switchover_global_cluster", **target)
        else:
            self.aws.call("rds", "failover_global_cluster", AllowDataLoss=True, **target)
        for _ in poll(self.timeout):
            if self._leads(copy):
                return
        raise Problem(
            f"{copy.name} is not written in {self.aws.region} after {self.timeout:.0f} s",
            next_step="look at it (aws rds describe-global-clusters); the same command goes on waiting",
        )

    def _leads(self, copy: DatabaseCopy) -> bool:
        found = self._global_cluster(copy.name)
        writers = {one["DBClusterArn"] for one in found["GlobalClusterMembers"] if one["IsWriter"]}
        return found["Status"] == "available" and copy.arn in writers


def _region(arn: str) -> str:
    return arn.split(":")[3]
