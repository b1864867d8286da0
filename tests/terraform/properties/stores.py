"""What is kept survives mistakes, and in production the loss of a zone."""

from __future__ import annotations

from tests.terraform.plans import Plan, Resource

from slipway.manifest import Manifest


def tables_can_be_restored(plan: Plan) -> list[str]:
    """Every table can be brought back to any second of the last 35 days."""
    return [
        f"{table.address} cannot be restored"
        for table in plan.of("aws_dynamodb_table")
        if not any(block["enabled"] for block in table["point_in_time_recovery"])
    ]


def databases_are_backed_up(plan: Plan) -> list[str]:
    """Every database keeps backups and copies its tags to them."""
    return [
        f"{one.address} is not backed up"
        for one in plan.of("aws_db_instance", "aws_rds_cluster")
        if not one["backup_retention_period"] or one["copy_tags_to_snapshot"] is not True
    ]


def no_change_waits_for_a_window(plan: Plan) -> list[str]:
    """What RDS and ElastiCache are told they do at once: a change that waits is in every plan until then."""
    kinds = (
        "aws_db_instance",
        "aws_elasticache_replication_group",
        "aws_rds_cluster",
        "aws_rds_cluster_instance",
    )
    return [f"{one.address} waits" for one in plan.of(*kinds) if one["apply_immediately"] is not True]


def no_last_snapshot_has_a_name_that_is_taken(plan: Plan) -> list[str]:
    """A database that is made a second time under its name leaves another last snapshot."""
    named = [one for one in plan.of("aws_db_instance", "aws_rds_cluster") if one["final_snapshot_identifier"]]
    return [f"{one.address} leaves {one['final_snapshot_identifier']}" for one in named if _is_fixed(one)]


def _is_fixed(server: Resource) -> bool:
    """Whether the name of the last snapshot is known before anything has been made."""
    return str(server["final_snapshot_identifier"]).endswith("-final")


def buckets_keep_versions(plan: Plan) -> list[str]:
    """What was deleted or replaced in a bucket can be brought back for a while."""
    kept = {
        one.address.rsplit(".", 2)[0]
        for one in plan.of("aws_s3_bucket_versioning")
        if one["versioning_configuration"][0]["status"] == "Enabled"
    }
    return [one.address for one in plan.of("aws_s3_bucket") if one.address.rsplit(".", 2)[0] not in kept]


def marks_of_deletion_go(plan: Plan) -> list[str]:
    """A mark whose versions are gone marks nothing, and makes listing slow: each bucket clears them away."""
    return [
        f"{one.address} keeps marks for ever"
        for one in plan.of("aws_s3_bucket_lifecycle_configuration")
        if not any(
            expiration.get("expired_object_delete_marker") or expiration.get("days")
            for rule in one["rule"]
            for expiration in rule["expiration"]
        )
    ]


def objects_expire_as_the_manifests_say(plan: Plan, manifests: dict[str, Manifest]) -> list[str]:
    """Objects are deleted after the days of their bucket's manifest, and for good a day later."""
    rules = {
        one.address.split('"')[1]: one["rule"]
        for one in plan.of("aws_s3_bucket_lifecycle_configuration")
        if one.address.startswith('module.bucket["')
    }
    found = []
    for bucket in (bucket for manifest in manifests.values() for bucket in manifest.stores.buckets):
        told = rules.get(bucket.name, [])
        days = [expiry["days"] for rule in told for expiry in rule["expiration"] if expiry.get("days")]
        old = [one["noncurrent_days"] for rule in told for one in rule["noncurrent_version_expiration"]]
        wanted = ([], [30]) if bucket.expire_days is None else ([bucket.expire_days], [1])
        if (days, old) != wanted:
            found.append(f"bucket {bucket.name} expires after {days}, old versions after {old}, not {wanted}")
    return found


def table_keys_are_the_stores(plan: Plan, manifests: dict[str, Manifest]) -> list[str]:
    """Keys, indexes, expiry and stream of each table are what its service's code uses: the manifest's."""
    made = {table["name"]: table for table in plan.of("aws_dynamodb_table")}
    copied = plan.variables["table_replicas"] or plan.variables["regions"]
    fed = "NEW_AND_OLD_IMAGES" if copied else None  # what replicas are fed by
    prefix = f"{plan.variables['project']}-{plan.variables['environment']}-"
    found = []
    for table in (table for manifest in manifests.values() for table in manifest.stores.tables):
        there = made.get(prefix + table.name)
        if there is None:
            found.append(f"table {table.name} is missing")
            continue
        wanted = (
            table.partition,
            table.sort,
            sorted((one.name, one.sort) for one in table.indexes if one.local),
            sorted((one.name, one.partition, one.sort) for one in table.indexes if not one.local),
            [table.ttl] if table.ttl else [],
            fed or table.stream,
        )
        actual = (
            there["hash_key"],
            there["range_key"],
            sorted((one["name"], one["range_key"]) for one in there["local_secondary_index"]),
            sorted(
                (one["name"], one["hash_key"], one["range_key"]) for one in there["global_secondary_index"]
            ),
            [one["attribute_name"] for one in there["ttl"] if one["enabled"]],
            there["stream_view_type"],
        )
        if wanted != actual:
            found.append(f"table {table.name} is {actual}, its manifest says {wanted}")
    return found


def production_cannot_be_deleted_by_mistake(plan: Plan) -> list[str]:
    """Load balancer, databases and tables refuse to go; buckets and registries must be empty first."""
    found = [one.address for one in plan.of("aws_lb") if one["enable_deletion_protection"] is not True]
    databases = plan.of("aws_db_instance", "aws_rds_cluster")
    found += [
        one.address
        for one in databases
        if one["deletion_protection"] is not True or one["skip_final_snapshot"]
    ]
    found += [
        one.address for one in plan.of("aws_dynamodb_table") if one["deletion_protection_enabled"] is not True
    ]
    found += [one.address for one in plan.of("aws_s3_bucket") if one["force_destroy"]]
    found += [one.address for one in plan.of("aws_ecr_repository") if one["force_delete"]]
    found += [
        one.address for one in plan.of("aws_secretsmanager_secret") if one["recovery_window_in_days"] == 0
    ]
    return found


def everything_stands_in_every_zone(plan: Plan) -> list[str]:
    """Load balancer, tasks, proxies, stores and endpoints have a place in each zone, in their own tier."""
    zones = {subnet["availability_zone"] for subnet in plan.of("aws_subnet")}
    places = {one["id"]: (one["tags"]["Tier"], one["availability_zone"]) for one in plan.of("aws_subnet")}
    held = [(one, "public", one["subnets"]) for one in plan.of("aws_lb")]
    held += [
        (one, "private", one["network_configuration"][0]["subnets"]) for one in plan.of("aws_ecs_service")
    ]
    held += [(one, "isolated", one["vpc_subnet_ids"]) for one in plan.of("aws_db_proxy")]
    groups = plan.of("aws_db_subnet_group", "aws_elasticache_subnet_group")
    held += [(one, "isolated", one["subnet_ids"]) for one in groups]
    endpoints = [one for one in plan.of("aws_vpc_endpoint") if one["vpc_endpoint_type"] == "Interface"]
    held += [(one, "private", one["subnet_ids"]) for one in endpoints]
    return [
        f"{one.address} is not in every zone of the {tier} tier"
        for one, tier, subnets in held
        if {places.get(subnet) for subnet in subnets or []} != {(tier, zone) for zone in zones}
    ]


def production_survives_a_zone(plan: Plan) -> list[str]:
    """Three zones, each with every tier and its own way out; a standby of every store; two web tasks."""
    found = []
    zones = {subnet["availability_zone"] for subnet in plan.of("aws_subnet")}
    if len(zones) < 3:
        found.append(f"there are {len(zones)} zones")
    for tier in ("public", "private", "isolated"):
        placed = {one["availability_zone"] for one in plan.of("aws_subnet") if f".{tier}[" in one.address}
        if placed != zones:
            found.append(f"the {tier} tier is missing in {sorted(zones - placed)}")
    gateways = {one.address for one in plan.of("aws_nat_gateway")}
    found += [
        f"{zone} has no NAT gateway"
        for zone in sorted(zones)
        if not any(f'["{zone}"]' in one for one in gateways)
    ]
    found += [
        f"{one.address} has no standby" for one in plan.of("aws_db_instance") if one["multi_az"] is not True
    ]
    for cache in plan.of("aws_elasticache_replication_group"):
        if cache["num_cache_clusters"] < 2 or not (
            cache["multi_az_enabled"] and cache["automatic_failover_enabled"]
        ):
            found.append(f"{cache.address} has no standby")
    for target in plan.of("aws_appautoscaling_target"):
        if '["api"]' in target.address and target["min_capacity"] < 2:
            found.append(f"{target.address} may run a single task")
    return found
