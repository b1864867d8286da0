"""Services that stood by in a further region go by one apply, in an order that AWS takes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.terraform.conftest import Once
from tests.terraform.terraform import Terraform, plan_arguments

pytestmark = pytest.mark.long

_REGION = "eu-central-1"
_COPIES = {_REGION: {"cidr": "10.51.0.0/16", "zones": ["eu-central-1a", "eu-central-1b"]}}
_ARGUMENTS = (*plan_arguments("options"), f"-var=regions={json.dumps(_COPIES)}")


@dataclass(frozen=True)
class Done:
    """What an apply did: when each address was begun and finished, as places in its log."""

    began: dict[str, int]
    finished: dict[str, int]
    deleted: frozenset[str]

    def pairs(self, sooner: str, later: str) -> list[tuple[str, str]]:
        """Return what was finished and begun by addresses that start so, where the order was the other."""
        first = [one for one in self.finished if one.startswith(sooner)]
        second = [one for one in self.began if one.startswith(later)]
        assert first, sooner
        assert second, later
        return [(a, b) for a in first for b in second if self.finished[a] > self.began[b]]


@pytest.fixture(scope="module")
def ended(
    applying: Terraform,
    applied_folder: Callable[[str], Path],
    to_apply_in: Callable[[Path], Path],
    once: Once,
) -> Path:
    """The folder of the environment with every option, after `standing` was taken out of its region."""

    def apply(folder: Path) -> None:
        suite = to_apply_in(folder)
        shutil.copy(applied_folder("options") / "terraform.tfstate", suite)
        log = applying.must(suite, "apply", "-json", "-auto-approve", *_ARGUMENTS)
        (folder / "log").write_text(log)

    return once("standing-ended", apply)


@pytest.fixture(scope="module")
def done(ended: Path) -> Done:
    events = [json.loads(line) for line in (ended / "log").read_text().splitlines()]
    places = [(place, one["type"], one["hook"]) for place, one in enumerate(events) if "hook" in one]
    return Done(
        began={hook["resource"]["addr"]: place for place, kind, hook in places if kind == "apply_start"},
        finished={
            hook["resource"]["addr"]: place for place, kind, hook in places if kind == "apply_complete"
        },
        deleted=frozenset(
            hook["resource"]["addr"]
            for _, kind, hook in places
            if kind == "apply_start" and hook["action"] == "delete"
        ),
    )


@pytest.mark.parametrize("record", ["host", "origin", "function_origin"])
def test_a_name_has_one_place_again_only_after_its_second_is_gone(done: Done, record: str) -> None:
    """Route 53 refuses a record of one place beside one of two."""
    assert done.pairs("aws_route53_record.secondary[", f"aws_route53_record.{record}") == []


def test_the_check_goes_after_the_second_places_that_it_leads_to(done: Done) -> None:
    assert done.pairs("aws_route53_record.secondary[", "aws_route53_health_check.answers[") == []


def test_a_database_that_stays_leaves_its_group_before_that_goes(done: Done) -> None:
    group = f'module.firewall_elsewhere["{_REGION}"].aws_security_group.database['
    assert {one for one in done.began if one.startswith(group)} <= done.deleted
    assert done.pairs(f'module.aurora_elsewhere["{_REGION}/users"].aws_rds_cluster.this', group) == []


def test_nothing_is_left_to_do(applying: Terraform, ended: Path) -> None:
    suite = ended / "infra" / "terraform" / "suite"
    planned = applying.run(suite, "plan", "-detailed-exitcode", *_ARGUMENTS)
    assert planned.returncode == 0, planned.stdout[-4000:]


def test_a_second_plan_is_empty_while_they_stand_by(
    applying: Terraform, applied_folder: Callable[[str], Path]
) -> None:
    planned = applying.run(
        applied_folder("options"), "plan", "-detailed-exitcode", *plan_arguments("options")
    )
    assert planned.returncode == 0, planned.stdout[-4000:]
