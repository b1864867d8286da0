"""Another region takes over: every copy is looked at first, and a database is promoted once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from libs.slipway.tests.deploy.fakes import FakeAws, refused

from slipway.commands.context import ROOT
from slipway.deploy import waiting
from slipway.deploy.failover import Failover
from slipway.deploy.variables import Environment
from slipway.manifest import load_all
from slipway.terminal.problems import Problem

_HERE, _ELSEWHERE = (
    f"arn:aws:rds:{region}:123456789012:cluster:slipway-prod-users"
    for region in ("eu-west-1", "eu-central-1")
)


class Regions:
    """A database that leads in one of two regions, and moves when it is told to."""

    def __init__(self) -> None:
        self.leader, self.status, self.asked_while_moving = _HERE, "available", 0
        self.lag: list[float] = [120.0, 830.0]
        self.counts: dict[str, int] = {}
        self.checks = {"other": "slipway-dev-eu-west-1", "ours": "slipway-prod-eu-west-1"}
        self.away: set[str] = set()
        self.aws = FakeAws(
            answers={
                "get_caller_identity": lambda _: {"Account": "123456789012"},
                "describe_table": lambda _: {"Table": {"TableStatus": "ACTIVE"}},
                "describe_global_clusters": self._describe,
                "get_metric_statistics": lambda _: {"Datapoints": [{"Maximum": one} for one in self.lag]},
                "failover_global_cluster": self._move,
                "switchover_global_cluster": self._move,
                "describe_services": self._service,
                "update_service": self._update,
                "list_health_checks": self._checks,
                "list_tags_for_resource": self._tags,
                "update_health_check": self._turn_away,
            }
        )

    def stand_by(self) -> None:
        """Let the services be there, with workers that do not run."""
        for name, manifest in load_all(ROOT).items():
            self.counts |= {
                f"{name}-{role}": int(spec.kind == "web") for role, spec in manifest.roles.items()
            }

    def _service(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        if not self.counts:
            raise refused("ClusterNotFoundException")
        count = self.counts[asked["services"][0]]
        return {"services": [{"status": "ACTIVE", "desiredCount": count, "runningCount": count}]}

    def _update(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        assert self.leader == _ELSEWHERE, "a worker ran before its database led"
        self.counts[asked["service"]] = asked["desiredCount"]
        return {}

    def _checks(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        one = "ours" if asked.get("Marker") else "other"
        away = one in self.away
        found = {"Id": one, "HealthCheckConfig": {"Disabled": away, "Inverted": away}}
        return {"HealthChecks": [found], "IsTruncated": one == "other", "NextMarker": "more"}

    def _tags(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return {"ResourceTagSet": {"Tags": [{"Key": "Name", "Value": self.checks[asked["ResourceId"]]}]}}

    def _turn_away(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        if asked["Disabled"] and asked["Inverted"]:
            self.away.add(asked["HealthCheckId"])
        return {}

    def _describe(self, _asked: Mapping[str, Any]) -> dict[str, Any]:
        self.asked_while_moving += self.status != "available"
        if self.asked_while_moving > 2:
            self.leader, self.status = _ELSEWHERE, "available"
        members = [{"DBClusterArn": one, "IsWriter": one == self.leader} for one in (_HERE, _ELSEWHERE)]
        return {"GlobalClusters": [{"Status": self.status, "GlobalClusterMembers": members}]}

    def _move(self, _asked: Mapping[str, Any]) -> dict[str, Any]:
        self.status = "failing-over"
        return {}


@pytest.fixture
def regions(monkeypatch: pytest.MonkeyPatch) -> Regions:
    monkeypatch.setattr(waiting, "_FIRST", 0.001)
    monkeypatch.setattr(waiting, "_LONGEST", 0.01)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    return Regions()


def _failover(regions: Regions, *, planned: bool = False, account: str = "123456789012") -> Failover:
    environment = Environment("prod", Path("prod.tfvars"), "eu-west-1", account, "slipway")
    return Failover(environment, load_all(ROOT), regions.aws, lambda _: None, 60, planned=planned)


def test_a_lost_regions_database_is_promoted_and_what_may_be_lost_is_said(
    regions: Regions, capsys: pytest.CaptureFixture[str]
) -> None:
    _failover(regions).run()
    assert regions.leader == _ELSEWHERE
    assert regions.aws.asked_for("failover_global_cluster") == [
        {
            "GlobalClusterIdentifier": "slipway-prod-users",
            "TargetDbClusterIdentifier": _ELSEWHERE,
            "AllowDataLoss": True,
        }
    ]
    said = capsys.readouterr()
    assert "loses what was written in the last 830 ms" in said.out + said.err
    assert "queues and caches: are not copied" in said.out + said.err


def test_a_planned_move_loses_nothing(regions: Regions) -> None:
    _failover(regions, planned=True).run()
    assert regions.leader == _ELSEWHERE
    assert regions.aws.asked_for("failover_global_cluster") == []


def test_without_a_figure_that_is_said(regions: Regions, capsys: pytest.CaptureFixture[str]) -> None:
    regions.lag = []
    _failover(regions).run()
    said = capsys.readouterr()
    assert "no figure of how far behind" in said.out + said.err


def test_a_second_run_promotes_nothing_again(regions: Regions) -> None:
    _failover(regions).run()
    _failover(regions).run()
    assert len(regions.aws.asked_for("failover_global_cluster")) == 1


def test_a_run_after_one_that_was_killed_waits_for_what_is_on_its_way(regions: Regions) -> None:
    regions.status = "failing-over"
    _failover(regions).run()
    assert regions.leader == _ELSEWHERE
    assert regions.aws.asked_for("failover_global_cluster") == []


def test_every_table_is_looked_at_before_anything_is_promoted(regions: Regions) -> None:
    def answer(asked: Mapping[str, Any]) -> dict[str, Any]:
        if asked["TableName"] == "slipway-prod-todos":
            raise refused("ResourceNotFoundException")
        return {"Table": {"TableStatus": "ACTIVE"}}

    regions.aws.answers["describe_table"] = answer
    with pytest.raises(Problem, match="table slipway-prod-todos has no copy in eu-central-1"):
        _failover(regions).run()
    assert regions.leader == _HERE
    assert regions.aws.asked_for("failover_global_cluster") == []


@pytest.mark.parametrize("reason", ["GlobalClusterNotFoundFault", None])
def test_a_database_without_a_copy_there_is_named(regions: Regions, reason: str | None) -> None:
    def answer(_: Mapping[str, Any]) -> dict[str, Any]:
        if reason:
            raise refused(reason)
        member = {"DBClusterArn": _HERE, "IsWriter": True}
        return {"GlobalClusters": [{"Status": "available", "GlobalClusterMembers": [member]}]}

    regions.aws.answers["describe_global_clusters"] = answer
    with pytest.raises(Problem, match="database slipway-prod-users has no copy"):
        _failover(regions).run()


def test_who_declines_promotes_nothing(regions: Regions) -> None:
    def decline(question: str) -> None:
        assert "slipway-prod-users" in question
        raise Problem("nothing was promoted")

    failover = _failover(regions)
    with pytest.raises(Problem, match="nothing was promoted"):
        Failover(failover.environment, failover.manifests, regions.aws, decline, 60).run()
    assert regions.leader == _HERE


def test_another_account_is_refused(regions: Regions) -> None:
    with pytest.raises(Problem, match="your credentials are of account"):
        _failover(regions, account="999999999999").run()


def test_what_does_not_end_in_time_is_said_with_what_to_do(regions: Regions) -> None:
    regions.aws.answers["failover_global_cluster"] = lambda _: {}  # accepted, and never done
    failover = _failover(regions)
    with pytest.raises(Problem, match="is not written in eu-central-1"):
        Failover(failover.environment, failover.manifests, regions.aws, lambda _: None, 0.05).run()


def test_what_stands_by_takes_over(regions: Regions, capsys: pytest.CaptureFixture[str]) -> None:
    regions.stand_by()
    _failover(regions).run()
    workers = {name for name in regions.counts if name.endswith("-worker")}
    assert workers
    assert [name for name in workers if regions.counts[name] < 1] == []
    assert regions.away == {"ours"}
    said = capsys.readouterr()
    assert 'owner_region = "eu-central-1"' in said.out + said.err


def test_a_second_run_begins_nothing_again(regions: Regions) -> None:
    regions.stand_by()
    _failover(regions).run()
    begun = len(regions.aws.asked_for("update_service"))
    _failover(regions).run()
    assert len(regions.aws.asked_for("update_service")) == begun
    assert len(regions.aws.asked_for("update_health_check")) == 1


def test_where_nothing_stands_by_no_name_is_moved(
    regions: Regions, capsys: pytest.CaptureFixture[str]
) -> None:
    _failover(regions).run()
    assert regions.away == set()
    said = capsys.readouterr()
    assert "nothing stands by there" in said.out + said.err


def test_a_worker_that_does_not_come_up_is_named_when_names_lead_there_already(regions: Regions) -> None:
    regions.stand_by()
    regions.aws.answers["update_service"] = lambda _: {}  # accepted, and never done
    failover = _failover(regions)
    with pytest.raises(Problem, match="todos-worker"):
        Failover(failover.environment, failover.manifests, regions.aws, lambda _: None, 0.3).run()
    assert regions.away == {"ours"}
