"""What is read of a plan: which names clash, and what would go while it is still used."""

from __future__ import annotations

from typing import Any

from tests.terraform.plans import Plan, made_first, planned


def _plan(**changes: tuple[list[str], dict[str, Any] | None, dict[str, Any] | None]) -> Plan:
    """Return a plan of changes by address (`__` for a dot): the actions, and the values before and after."""
    return planned(
        {
            "configuration": {"root_module": {}},
            "planned_values": {"outputs": {}},
            "variables": {},
            "resource_changes": [
                {
                    "address": name.replace("__", "."),
                    "type": name.partition("__")[0],
                    "mode": "managed",
                    "change": {"actions": actions, "before": before, "after": after},
                }
                for name, (actions, before, after) in changes.items()
            ],
        }
    )


def test_a_name_that_something_else_still_has_is_taken() -> None:
    plan = _plan(
        aws_iam_role__new=(["create"], None, {"name": "n"}),
        aws_iam_role__old=(["delete"], {"name": "n"}, None),
    )
    assert plan.taken_names() == ["aws_iam_role.new takes the name of aws_iam_role.old"]


def test_a_name_is_free_in_another_region_and_for_what_is_deleted_before_it_is_made_again() -> None:
    plan = _plan(
        aws_sqs_queue__new=(["create"], None, {"name": "n", "region": "eu-west-1"}),
        aws_sqs_queue__old=(["delete"], {"name": "n", "region": "eu-central-1"}, None),
        aws_sns_topic__again=(["delete", "create"], {"name": "t"}, {"name": "t"}),
    )
    assert plan.taken_names() == []


def test_what_is_made_before_it_is_deleted_needs_another_name() -> None:
    same, other = {"name": "g"}, {"name": "h"}
    assert _plan(aws_security_group__a=(["create", "delete"], same, same)).taken_names()
    assert _plan(aws_security_group__a=(["create", "delete"], same, other)).taken_names() == []


def test_what_goes_is_in_use_while_something_that_stays_names_it() -> None:
    plan = _plan(
        aws_security_group__old=(["delete"], {"id": "sg-1"}, None),
        aws_rds_cluster__kept=(["update"], {"groups": ["sg-1"]}, {"groups": ["sg-2"]}),
        aws_rds_cluster__gone=(["delete"], {"groups": ["sg-1"]}, None),
    )
    assert plan.deleted_in_use(()) == ["aws_rds_cluster.kept still names aws_security_group.old"]
    assert plan.deleted_in_use({"aws_security_group.old"}) == []


def test_a_state_says_what_is_made_before_it_is_deleted() -> None:
    group = {"type": "aws_security_group", "name": "this"}
    single = {**group, "instances": [{"create_before_destroy": True}]}
    several = {
        **group,
        "module": 'module.firewall["x"]',
        "instances": [
            {"index_key": "users", "create_before_destroy": True},
            {"index_key": 0, "create_before_destroy": True},
            {"index_key": "todos"},
        ],
    }
    assert made_first({"resources": [single, several]}) == {
        "aws_security_group.this",
        'module.firewall["x"].aws_security_group.this["users"]',
        'module.firewall["x"].aws_security_group.this[0]',
    }
