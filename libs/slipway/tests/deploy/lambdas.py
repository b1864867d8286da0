"""Lambda, a registry and alarms in memory, held to botocore's models: what a release of functions asks."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import botocore.session
from botocore.validate import validate_parameters
from libs.slipway.tests.deploy.fakes import FakeAws

from slipway.deploy.aws import AwsAccount


@dataclass
class Made:
    """One function: its newest state, its versions, where its alias points and how much goes elsewhere."""

    image: str
    description: str = ""
    versions: list[tuple[str, str]] = field(default_factory=list)
    serving: str = "$LATEST"
    weights: dict[str, float] = field(default_factory=dict)

    def image_of(self, qualifier: str | None) -> str:
        return self.image if qualifier in {None, "$LATEST"} else self.versions[int(qualifier or 0) - 1][0]


@dataclass
class Lambdas:
    """`broken` are images that do not start; `alarms` are on; `pointed` is where aliases were moved to."""

    functions: dict[str, Made] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    alarms: set[str] = field(default_factory=set)
    goes_off: dict[float, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    pointed: list[tuple[str, str, dict[str, float]]] = field(default_factory=list)
    failed_update: str = ""

    def aws(self) -> AwsAccount:
        return _Held(
            answers={
                "get_function": self._function,
                "get_function_configuration": self._configuration,
                "update_function_code": self._update_code,
                "update_function_configuration": self._update_configuration,
                "publish_version": self._publish,
                "get_alias": self._alias,
                "update_alias": self._update_alias,
                "invoke": self._invoke,
                "describe_alarms": self._alarms,
                "list_images": lambda _asked: {"imageIds": [{"imageTag": one} for one in self.tags]},
                "batch_get_image": self._image,
            }
        )

    def _function(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        image = self.functions[asked["FunctionName"]].image_of(asked.get("Qualifier"))
        return {"Code": {"ResolvedImageUri": image, "ImageUri": image, "RepositoryType": "ECR"}}

    def _configuration(self, _asked: Mapping[str, Any]) -> dict[str, Any]:
        if self.failed_update:
            return {"LastUpdateStatus": "Failed", "LastUpdateStatusReason": self.failed_update}
        return {"State": "Active", "LastUpdateStatus": "Successful"}

    def _update_code(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        self.functions[asked["FunctionName"]].image = asked["ImageUri"]
        return {}

    def _update_configuration(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        self.functions[asked["FunctionName"]].description = asked["Description"]
        return {}

    def _publish(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Make a version, unless the newest one is the same."""
        made = self.functions[asked["FunctionName"]]
        now = (made.image, made.description)
        if not made.versions or made.versions[-1] != now:
            made.versions.append(now)
        return {"Version": str(len(made.versions))}

    def _alias(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return {"Name": asked["Name"], "FunctionVersion": self.functions[asked["FunctionName"]].serving}

    def _update_alias(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        made = self.functions[asked["FunctionName"]]
        weights = dict(asked["RoutingConfig"]["AdditionalVersionWeights"])
        made.serving, made.weights = asked["FunctionVersion"], weights
        self.pointed.append((asked["FunctionName"], asked["FunctionVersion"], weights))
        if alarm := self.goes_off.get(weights.get(str(len(made.versions)), 1.0)):
            self.alarms.add(alarm)
        return {}

    def _invoke(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        image = self.functions[asked["FunctionName"]].image_of(asked["Qualifier"])
        event = json.loads(asked["Payload"])
        if image in self.broken:
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(b'{"errorMessage": "no settings"}')}
        body = {"statusCode": 200} if event.get("rawPath") == "/readyz" else None
        return {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(body).encode())}

    def _alarms(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return {"MetricAlarms": [{"AlarmName": one} for one in asked["AlarmNames"] if one in self.alarms]}

    def _image(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        digest = self.tags[asked["imageIds"][0]["imageTag"]]
        return {"images": [{"imageId": {"imageDigest": digest}, "imageManifest": "{}"}]}


class _Held(FakeAws):
    """Refuses what AWS would not take."""

    def ask(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        model = botocore.session.get_session().get_service_model(service)
        names = {"".join(part.title() for part in operation.split("_")), operation}
        shape = next(
            model.operation_model(name).input_shape for name in model.operation_names if name in names
        )
        validate_parameters(parameters, shape)
        return super().ask(service, operation, **parameters)
