"""Encrypted at rest and on the way."""

from __future__ import annotations

from tests.terraform.plans import Plan

# What has to be given a key of ours, by type.
_KEYED = {
    "aws_cloudwatch_log_group": "kms_key_id",
    "aws_db_instance": "kms_key_id",
    "aws_elasticache_replication_group": "kms_key_id",
    "aws_rds_cluster": "kms_key_id",
    "aws_secretsmanager_secret": "kms_key_id",
    "aws_sns_topic": "kms_master_key_id",
    "aws_sqs_queue": "kms_master_key_id",
}
_TRUE = {
    "aws_db_instance": (
        "storage_encrypted",
        "iam_database_authentication_enabled",
        "manage_master_user_password",
    ),
    "aws_db_proxy": ("require_tls",),
    "aws_elasticache_replication_group": ("at_rest_encryption_enabled", "transit_encryption_enabled"),
    "aws_kms_key": ("enable_key_rotation",),
    "aws_rds_cluster": (
        "storage_encrypted",
        "iam_database_authentication_enabled",
        "manage_master_user_password",
    ),
}


def everything_kept_has_a_key(plan: Plan) -> list[str]:
    """What is kept is encrypted with a key of ours."""
    found = [
        f"{one.address} has no {attribute}"
        for kind, attribute in _KEYED.items()
        for one in plan.of(kind)
        if not one.given(attribute)
    ]
    for table in plan.of("aws_dynamodb_table"):
        if not any(block["enabled"] for block in table["server_side_encryption"]):
            found.append(f"{table.address} is not encrypted")
    for repository in plan.of("aws_ecr_repository"):
        if [block["encryption_type"] for block in repository["encryption_configuration"]] != ["KMS"]:
            found.append(f"{repository.address} has no key")
    return found


def keys_are_ours(plan: Plan) -> list[str]:
    """Where a key stands in a block, it is one of ours too, not AWS's."""
    ours = {one["arn"] for one in plan.of("aws_kms_key")}
    held = [(one, one["server_side_encryption"][0]["kms_key_arn"]) for one in plan.of("aws_dynamodb_table")]
    held += [(one, one["encryption_configuration"][0]["kms_key"]) for one in plan.of("aws_ecr_repository")]
    for bucket in plan.of("aws_s3_bucket_server_side_encryption_configuration"):
        default = bucket["rule"][0]["apply_server_side_encryption_by_default"][0]
        if default["sse_algorithm"] == "aws:kms":
            held.append((bucket, default["kms_master_key_id"]))
    return [f"{one.address} has the key {key}" for one, key in held if key not in ours]


def what_must_be_on_is_on(plan: Plan) -> list[str]:
    """Encryption, TLS, rotation and sign-in by role are switched on where they are switches."""
    return [
        f"{one.address}: {attribute} is {one[attribute]}"
        for kind, attributes in _TRUE.items()
        for one in plan.of(kind)
        for attribute in attributes
        if one[attribute] not in (True, "true")  # the cache's are words in the provider's schema
        and not (attribute == "manage_master_user_password" and one.given("global_cluster_identifier"))
    ]


def keys_can_be_replaced_at_once(plan: Plan) -> list[str]:
    """Who administers the account may rotate a key when it has to be, and not only once a year."""
    return [
        f"{one.address} cannot be rotated on demand"
        for one in plan.of("aws_kms_key")
        if "kms:RotateKeyOnDemand" not in str(one["policy"])
    ]


def every_bucket_is_encrypted(plan: Plan) -> list[str]:
    """With a key of ours; with S3's own only where AWS delivers logs."""
    rules = {
        one.address.rsplit(".", 2)[0]: one["rule"][0]["apply_server_side_encryption_by_default"][0][
            "sse_algorithm"
        ]
        for one in plan.of("aws_s3_bucket_server_side_encryption_configuration")
    }
    found = []
    for bucket in plan.of("aws_s3_bucket"):
        algorithm = rules.get(bucket.address.rsplit(".", 2)[0])
        logs = bucket.address.startswith(("module.access_logs.", "module.access_logs_elsewhere["))
        if algorithm != ("AES256" if logs else "aws:kms"):
            found.append(f"{bucket.address} is encrypted with {algorithm}")
    return found


def listeners_speak_tls(plan: Plan) -> list[str]:
    """The load balancer serves by TLS 1.3 or 1.2; its plain listener only says where TLS is."""
    found = []
    for listener in plan.of("aws_lb_listener"):
        if listener["protocol"] == "HTTPS":
            if not str(listener["ssl_policy"]).startswith("ELBSecurityPolicy-TLS13-1-"):
                found.append(f"{listener.address} allows {listener['ssl_policy']}")
        elif [action["type"] for action in listener["default_action"]] != ["redirect"]:
            found.append(f"{listener.address} serves without TLS")
    return found


def cloudfront_speaks_tls(plan: Plan) -> list[str]:
    """To viewers TLS 1.2 and newer, to the load balancer HTTPS only."""
    found = []
    for one in plan.of("aws_cloudfront_distribution"):
        if one["viewer_certificate"][0]["minimum_protocol_version"] != "TLSv1.2_2021":
            found.append(f"{one.address} takes old TLS")
        behaviours = one["default_cache_behavior"] + (one["ordered_cache_behavior"] or [])
        if any(behaviour["viewer_protocol_policy"] == "allow-all" for behaviour in behaviours):
            found.append(f"{one.address} serves without TLS")
        for origin in one["origin"]:
            for custom in origin["custom_origin_config"]:
                if custom["origin_protocol_policy"] != "https-only":
                    found.append(f"{one.address} asks {origin['origin_id']} without TLS")
    return found


def databases_refuse_plain_connections(plan: Plan) -> list[str]:
    """`rds.force_ssl` is on in every parameter group."""
    return [
        f"{group.address} allows plain connections"
        for group in plan.of("aws_db_parameter_group", "aws_rds_cluster_parameter_group")
        if not any(one["name"] == "rds.force_ssl" and one["value"] == "1" for one in group["parameter"])
    ]


def database_logs_hold_no_values(plan: Plan) -> list[str]:
    """No parameter group lets Postgres log the statement of an error, its details, or slow statements."""
    needed = {"log_min_error_statement": "panic", "log_error_verbosity": "terse"}
    found = []
    for group in plan.of("aws_db_parameter_group", "aws_rds_cluster_parameter_group"):
        given = {one["name"]: one["value"] for one in group["parameter"]}
        found += [
            f"{group.address}: {name} is not {value}"
            for name, value in needed.items()
            if given.get(name) != value
        ]
        if given.get("log_min_duration_statement", "-1") != "-1":
            found.append(f"{group.address} logs slow statements with their values")
    return found
