"""Lambda, a registry and alarms, held to botocore's models: what a release of functions asks."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import botocore.session
from botocore.validate import validate_parameters
from libs.slipway.tests.deploy.fakes import FakeAws

from slipway.deploy.aws import AwsAccount
from slipway.testing.lambdas import Lambdas


@dataclass
class LambdaAccount(Lambdas):
    """`tags` are the digests of the images in the registry, `alarms` those that are on."""

    tags: dict[str, str] = field(default_factory=dict)
    alarms: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.ring = self.alarms.add

    def aws(self) -> AwsAccount:
        return _Held(
            self,
            answers={
                "describe_alarms": self._alarms,
                "list_images": lambda _asked: {"imageIds": [{"imageTag": one} for one in self.tags]},
                "batch_get_image": self._image,
            },
        )

    def _alarms(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return {"MetricAlarms": [{"AlarmName": one} for one in asked["AlarmNames"] if one in self.alarms]}

    def _image(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        digest = self.tags[asked["imageIds"][0]["imageTag"]]
        return {"images": [{"imageId": {"imageDigest": digest}, "imageManifest": "{}"}]}


class _Held(FakeAws):
    """Refuses what AWS would not take."""

    def __init__(self, lambdas: Lambdas, **answers: Any) -> None:
        super().__init__(**answers)
        self._lambdas = lambdas

    def ask(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        model = botocore.session.get_session().get_service_model(service)
        names = {"".join(part.title() for part in operation.split("_")), operation}
        shape = next(
            model.operation_model(name).input_shape for name in model.operation_names if name in names
        )
        validate_parameters(parameters, shape)
        if service != "lambda":
            return super().ask(service, operation, **parameters)
        answer = self._lambdas.answer(operation, parameters)
        return answer | {"Payload": io.BytesIO(answer["Payload"])} if "Payload" in answer else answer
