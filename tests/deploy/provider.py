"""What Terraform's AWS provider does to the account, which the stand-in for it does not.

Before a plan it reads the release parameters into the state; after an apply it makes parameters, task
definitions, services, functions and buckets, and takes away services and functions that have gone. The state
is the one that Terraform keeps in S3.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from tests.deploy.cluster import Cluster

from slipway.testing.lambdas import Made


@dataclass
class Provider:
    """The account as seen from one environment's state."""

    s3: Any
    ssm: Any
    cluster: Cluster
    bucket: str
    key: str
    region: str

    def refresh(self) -> None:
        """Bring the state's release parameters to what the account holds."""
        state = self._state()
        changed = False
        for _, attributes in _instances(state, "aws_ssm_parameter"):
            held = self._held(attributes["name"])
            if held is not None and attributes["insecure_value"] != held:
                attributes["insecure_value"] = held
                changed = True
        if changed:
            state["serial"] += 1
            self.s3.put_object(Bucket=self.bucket, Key=self.key, Body=json.dumps(state).encode())

    def applied(self) -> None:
        """Make in the account what the state says is there."""
        state = self._state()
        for _, attributes in _instances(state, "aws_ssm_parameter"):
            if self._held(attributes["name"]) is None:
                self.ssm.put_parameter(
                    Name=attributes["name"], Value=attributes["insecure_value"], Type="String"
                )
        for _, attributes in _instances(state, "aws_s3_bucket"):
            with contextlib.suppress(self.s3.exceptions.BucketAlreadyOwnedByYou):
                self.s3.create_bucket(
                    Bucket=attributes["bucket"], CreateBucketConfiguration={"LocationConstraint": self.region}
                )
        with self.cluster.lock:
            latest = {
                attributes["arn"]: self.cluster.register(
                    attributes["family"], json.loads(attributes["container_definitions"])
                )
                for _, attributes in _instances(state, "aws_ecs_task_definition")
            }
            services = {one["name"]: one for _, one in _instances(state, "aws_ecs_service")}
            for name, attributes in services.items():
                wanted = latest[attributes["task_definition"]]
                self.cluster.run(name, wanted, attributes["desired_count"])
            _keep(self.cluster.services, services)
            functions = {one["function_name"]: one for _, one in _instances(state, "aws_lambda_function")}
            for name, attributes in functions.items():
                self.cluster.lambdas.functions.setdefault(name, Made(attributes["image_uri"]))
            _keep(self.cluster.lambdas.functions, functions)

    def _state(self) -> dict[str, Any]:
        try:
            body = self.s3.get_object(Bucket=self.bucket, Key=self.key)["Body"].read()
        except ClientError:
            return {"resources": []}
        found: dict[str, Any] = json.loads(body)
        return found

    def _held(self, name: str) -> str | None:
        try:
            return str(self.ssm.get_parameter(Name=name)["Parameter"]["Value"])
        except ClientError:
            return None


def _keep(made: dict[str, Any], names: Iterable[str]) -> None:
    """Take away what has another name."""
    for name in made.keys() - set(names):
        del made[name]


def _instances(state: dict[str, Any], kind: str) -> list[tuple[str, dict[str, Any]]]:
    return [
        (resource.get("module", ""), instance["attributes"])
        for resource in state["resources"]
        if resource["type"] == kind and resource["mode"] == "managed"
        for instance in resource["instances"]
    ]
