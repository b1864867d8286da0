"""No message is lost without somebody being told."""

from __future__ import annotations

import json

from tests.terraform.plans import Plan
from tests.terraform.properties.functions import on_lambda

from slipway.manifest import Manifest


def every_queue_has_a_dead_letter_queue(plan: Plan) -> list[str]:
    """Each queue gives up on a message at some time, and puts it aside."""
    names = {one["name"] for one in plan.of("aws_sqs_queue")}
    found = []
    for queue in plan.of("aws_sqs_queue"):
        if queue["name"].endswith("-dlq"):
            continue
        if f"{queue['name']}-dlq" not in names:
            found.append(f"{queue.address} has no dead-letter queue")
        if not queue.given("redrive_policy"):
            found.append(f"{queue.address} never gives up")
    return found


def every_queue_gives_up_to_its_own(plan: Plan) -> list[str]:
    """What a queue gives up goes to its own dead-letter queue, which takes it from nobody else."""
    made = {one["name"]: one for one in plan.of("aws_sqs_queue")}
    taking = {
        json.loads(one["redrive_allow_policy"])["sourceQueueArns"][0]
        for one in plan.of("aws_sqs_queue_redrive_allow_policy")
    }
    found = []
    for name, queue in made.items():
        if not name.endswith("-dlq"):
            given = json.loads(queue["redrive_policy"] or "{}").get("deadLetterTargetArn")
            if given != made[f"{name}-dlq"]["arn"] or queue["arn"] not in taking:
                found.append(f"{name} gives up to {given}")
    return found


def every_queue_is_watched(plan: Plan) -> list[str]:
    """Waiting too long and being put aside both raise an alarm."""
    watched = {
        (alarm["metric_name"], (alarm["dimensions"] or {}).get("QueueName"))
        for alarm in plan.of("aws_cloudwatch_metric_alarm")
    }
    found = []
    for queue in plan.of("aws_sqs_queue"):
        dead = queue["name"].endswith("-dlq")
        metric = "ApproximateNumberOfMessagesVisible" if dead else "ApproximateAgeOfOldestMessage"
        if (metric, queue["name"]) not in watched:
            found.append(f"{queue['name']} has no alarm on {metric}")
    return found


def the_manifests_queues_are_there(plan: Plan, manifests: dict[str, Manifest]) -> list[str]:
    """Each queue of a manifest exists with its timeout, its subscriptions and its consumer."""
    here = plan.variables["region"]
    queues = {one["name"]: one for one in plan.of("aws_sqs_queue") if one["region"] == here}
    services = {one["name"] for one in plan.of("aws_ecs_service")}
    found = []
    for name, manifest in manifests.items():
        for queue in manifest.queues:
            made = queues.get(f"{plan.variables['project']}-{plan.variables['environment']}-{queue.name}")
            hidden = queue.visibility_timeout * (6 if name in on_lambda(plan) else 1)
            if made is None or made["visibility_timeout_seconds"] != hidden:
                found.append(f"{queue.name} is missing or another")
            mapped = f'module.function["{name}"].aws_lambda_event_source_mapping.queue["{queue.name}"]'
            if f"{name}-{queue.consumer}" not in services and mapped not in plan.resources:
                found.append(f"{queue.name} has no consumer")
            fed = plan.under(f'module.queue["{queue.name}"]', "aws_sns_topic_subscription")
            if len(fed) != len(queue.subscribes):
                found.append(f"{queue.name} is fed by {len(fed)} topics, not {len(queue.subscribes)}")
    return found
