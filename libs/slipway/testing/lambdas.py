"""Lambda in memory: functions of images, their versions, and aliases that move between them.

Operations take and return what botocore's service model says, save that a payload is bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore import xform_name


@dataclass
class Made:
    """One function: its newest state, its versions, where its alias points and how much goes elsewhere."""

    image: str
    description: str = ""
    versions: list[tuple[str, str]] = field(default_factory=list)
    serving: str = "$LATEST"
    weights: dict[str, float] = field(default_factory=dict)

    def image_of(self, qualifier: str | None) -> str:
        """Return the image of a version, of the newest state where none is named."""
        return self.image if qualifier in {None, "$LATEST"} else self.versions[int(qualifier or 0) - 1][0]


@dataclass
class Lambdas:
    """`broken` are images that do not start; `pointed` is where aliases were moved to, in that order.

    `goes_off` names an alarm for a share of the calls, which `ring` is told once the newest version gets it.
    """

    functions: dict[str, Made] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    goes_off: dict[float, str] = field(default_factory=dict)
    ring: Callable[[str], None] = lambda _alarm: None
    pointed: list[tuple[str, str, dict[str, float]]] = field(default_factory=list)
    failed_update: str = ""

    def answer(self, operation: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one operation, by its name in the model or in boto3."""
        found: dict[str, Any] = getattr(self, f"_{xform_name(operation)}")(asked)
        return found

    def _get_function(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        image = self.functions[asked["FunctionName"]].image_of(asked.get("Qualifier"))
        return {"Code": {"ResolvedImageUri": image, "ImageUri": image, "RepositoryType": "ECR"}}

    def _get_function_configuration(self, _asked: Mapping[str, Any]) -> dict[str, Any]:
        if self.failed_update:
            return {"LastUpdateStatus": "Failed", "LastUpdateStatusReason": self.failed_update}
        return {"State": "Active", "LastUpdateStatus": "Successful"}

    def _update_function_code(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        self.functions[asked["FunctionName"]].image = asked["ImageUri"]
        return {}

    def _update_function_configuration(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        self.functions[asked["FunctionName"]].description = asked["Description"]
        return {}

    def _publish_version(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Make a version, unless the newest one is the same."""
        made = self.functions[asked["FunctionName"]]
        now = (made.image, made.description)
        if not made.versions or made.versions[-1] != now:
            made.versions.append(now)
        return {"Version": str(len(made.versions))}

    def _get_alias(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return {"Name": asked["Name"], "FunctionVersion": self.functions[asked["FunctionName"]].serving}

    def _update_alias(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        made = self.functions[asked["FunctionName"]]
        weights = dict(asked["RoutingConfig"]["AdditionalVersionWeights"])
        made.serving, made.weights = asked["FunctionVersion"], weights
        self.pointed.append((asked["FunctionName"], asked["FunctionVersion"], weights))
        if alarm := self.goes_off.get(weights.get(str(len(made.versions)), 1.0)):
            self.ring(alarm)
        return {}

    def _invoke(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        image = self.functions[asked["FunctionName"]].image_of(asked["Qualifier"])
        event = json.loads(asked["Payload"])
        if image in self.broken:
            return {"FunctionError": "Unhandled", "Payload": b'{"errorMessage": "no settings"}'}
        body = {"statusCode": 200} if event.get("rawPath") == "/readyz" else None
        return {"StatusCode": 200, "Payload": json.dumps(body).encode()}
