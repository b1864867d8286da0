"""What must hold in every environment, and what in production. The properties are in `properties/`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.terraform.plans import Plan
from tests.terraform.properties import (
    compute,
    edge,
    encryption,
    functions,
    limits,
    messaging,
    network,
    policies,
    stores,
    watch,
)

from slipway.manifest import Manifest

OF_EVERY_PLAN = (
    network.only_the_edge_is_open,
    network.rules_are_resources,
    network.the_edge_is_open_for_the_web_alone,
    network.tiers_know_one_another_by_group,
    network.nothing_else_has_a_public_address,
    network.buckets_are_private,
    network.every_tier_has_rules_of_its_own,
    network.every_conversation_gets_its_answers,
    network.the_network_is_watched,
    network.what_is_not_encrypted_is_shown,
    network.what_is_too_long_is_told,
    network.what_leaves_by_a_gateway_stays_ours,
    encryption.everything_kept_has_a_key,
    encryption.what_must_be_on_is_on,
    encryption.keys_can_be_replaced_at_once,
    encryption.every_bucket_is_encrypted,
    encryption.listeners_speak_tls,
    encryption.cloudfront_speaks_tls,
    encryption.databases_refuse_plain_connections,
    encryption.database_logs_hold_no_values,
    edge.the_suites_own_hosts_are_there,
    edge.every_alias_is_certified,
    edge.nobody_passes_by_cloudfront,
    edge.the_firewall_stands_before_everything,
    edge.calls_are_never_cached,
    edge.what_nobody_serves_is_not_there,
    edge.connections_are_closed_by_who_asks,
    edge.the_load_balancer_is_careful,
    edge.what_people_write_is_not_refused,
    edge.refusals_are_problems,
    edge.preflights_are_answered_at_cdn,
    edge.pages_may_send_files_where_they_are_told_to,
    messaging.every_queue_has_a_dead_letter_queue,
    messaging.every_queue_is_watched,
    stores.tables_can_be_restored,
    stores.databases_are_backed_up,
    stores.buckets_keep_versions,
    stores.marks_of_deletion_go,
    stores.no_change_waits_for_a_window,
    stores.no_last_snapshot_has_a_name_that_is_taken,
    compute.bad_versions_are_rolled_back,
    compute.every_service_scales,
    compute.one_cluster,
    compute.a_store_that_is_away_kills_no_task,
    functions.every_role_has_its_function_and_no_task,
    functions.functions_are_bounded,
    functions.http_apis_are_bounded,
    functions.what_a_function_could_not_take_is_not_lost,
    functions.a_batch_ends_before_its_messages_are_seen_again,
    functions.functions_have_no_variables_that_lambda_refuses,
    limits.names_are_as_aws_takes_them,
    limits.names_stand_once,
    limits.names_in_all_of_aws_are_free,
    limits.firewalls_can_be_made,
    limits.firewalls_count_few_rates,
    limits.certificates_have_room,
    watch.logs_end_some_day,
    watch.alarms_tell_somebody,
    watch.no_alarm_on_a_standbys_lag,
    watch.dashboards_are_readable,
)

OF_PLAN_AND_MANIFESTS = (
    edge.every_host_has_rule_record_and_certificate,
    edge.private_files_need_a_signature,
    edge.every_limit_holds_on_every_way_in,
    messaging.the_manifests_queues_are_there,
    stores.objects_expire_as_the_manifests_say,
    stores.table_keys_are_the_stores,
    watch.everything_that_can_go_wrong_has_an_alarm,
    watch.every_service_has_a_dashboard,
)

# What is known only when everything exists: ARNs in policies and task definitions.
OF_PRODUCTION_APPLIED = (
    compute.containers_are_hardened,
    compute.running_containers_are_looked_after,
    compute.secrets_are_references,
    compute.no_local_addresses,
    compute.images_never_move,
    watch.dashboards_are_readable,
    encryption.keys_are_ours,
    messaging.every_queue_gives_up_to_its_own,
    stores.everything_stands_in_every_zone,
)

OF_POLICIES = (
    policies.no_wildcard_action,
    policies.no_policy_that_is_not_written_here,
    policies.everything_only_where_there_is_no_less,
    policies.nobody_unknown_is_let_in,
    policies.only_tls,
    policies.conditions_can_be_met,
)

OF_PRODUCTION = (
    stores.production_cannot_be_deleted_by_mistake,
    stores.production_survives_a_zone,
    watch.production_keeps_a_year_of_logs,
)


def _name(check: Callable[..., list[str]]) -> str:
    return check.__name__


@pytest.mark.parametrize("holds", OF_EVERY_PLAN, ids=_name)
def test_every_environment(plan: Plan, holds: Callable[[Plan], list[str]]) -> None:
    assert holds(plan) == []


@pytest.mark.parametrize("holds", OF_PLAN_AND_MANIFESTS, ids=_name)
def test_every_environment_follows_the_manifests(
    plan: Plan, manifests: dict[str, Manifest], holds: Callable[[Plan, dict[str, Manifest]], list[str]]
) -> None:
    assert holds(plan, manifests) == []


@pytest.mark.parametrize("holds", OF_PRODUCTION, ids=_name)
def test_production(plan_of: Callable[[str], Plan], holds: Callable[[Plan], list[str]]) -> None:
    assert holds(plan_of("prod")) == []


@pytest.mark.parametrize("holds", OF_PRODUCTION_APPLIED, ids=_name)
def test_production_as_applied(production: Plan, holds: Callable[[Plan], list[str]]) -> None:
    assert holds(production) == []


@pytest.mark.parametrize("holds", OF_POLICIES, ids=_name)
def test_every_policy_of_production(production: Plan, holds: Callable[..., list[str]]) -> None:
    assert holds(production.resources.values()) == []


def test_every_environment_has_a_plan_of_its_own_shape(plan_of: Callable[[str], Plan]) -> None:
    assert [len(plan_of(name).resources) for name in ("dev", "staging", "prod")] == sorted(
        {len(plan_of(name).resources) for name in ("dev", "staging", "prod")}
    )
