"""What a plan would destroy that holds something nobody can make again."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from slipway.terminal.problems import Problem

# Records, files, messages, logs, images, values and keys; and a zone or a distribution, whose name servers
# and addresses others have written down.
HOLDS_DATA = {
    "aws_cloudfront_distribution",
    "aws_cloudwatch_log_group",
    "aws_db_instance",
    "aws_dynamodb_table",
    "aws_ecr_repository",
    "aws_kms_key",
    "aws_rds_cluster",
    "aws_rds_global_cluster",
    "aws_route53_zone",
    "aws_s3_bucket",
    "aws_secretsmanager_secret",
    "aws_sqs_queue",
}


def check(destroyed: Mapping[str, str], allowed: Collection[str], environment: str) -> None:
    """Raise Problem when a plan destroys what holds data and is not allowed by its address.

    `destroyed` are the types of what the plan deletes or replaces, by address.
    """
    held = [address for address in losses(destroyed) if address not in allowed]
    if held:
        options = " ".join(f"--allow-destroy '{address}'" for address in held)
        raise Problem(
            f"the plan destroys what holds data: {', '.join(held)}",
            next_step="if another value in the configuration replaces it, take that back. If it is to go, "
            f"keep what you need of it, then: ./slipway deploy {environment} --apply {options}",
        )


def losses(destroyed: Mapping[str, str]) -> list[str]:
    """Return the addresses of what holds data."""
    return [address for address, kind in destroyed.items() if kind in HOLDS_DATA]
