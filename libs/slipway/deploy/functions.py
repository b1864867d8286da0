"""Bringing a release into service where a service runs as functions, and taking it back.

Each role's function gets the image, by its digest, and a version of it, which is called once before anybody
else reaches it. Then the alias moves there: at once, or with a part of the calls first, as the manifest says,
while the alarms are watched. When one goes off, the aliases of all the service's roles go back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from slipway.deploy import images
from slipway.deploy.aws import AwsAccount
from slipway.deploy.reporting import note
from slipway.deploy.rollout import RolloutResult
from slipway.deploy.target import Function, Service
from slipway.deploy.waiting import poll
from slipway.terminal.problems import NotHealthy, Problem

_LATEST = "$LATEST"
_START_SECONDS = 120.0
_READINESS = {
    "version": "2.0",
    "rawPath": "/readyz",
    "rawQueryString": "",
    "headers": {"host": "localhost"},
    "requestContext": {
        "http": {"method": "GET", "path": "/readyz", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"}
    },
    "isBase64Encoded": False,
}
_START = {"check": "start"}


def restart(aws: AwsAccount, services: Mapping[str, Service]) -> None:
    """Make every function one that has to be brought into service anew: so it reads its secrets again."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    for service in services.values():
        for one in service.functions.values():
            _settle(aws, one)
            words = f"Begun again {now}"
            aws.call("lambda", "update_function_configuration", FunctionName=one.name, Description=words)


def roll_out(aws: AwsAccount, services: Mapping[str, Service], *, timeout: float) -> list[RolloutResult]:
    """Bring each service's functions to its image and configuration; return how that ended for each role.

    Raises Problem where Lambda makes no version of it; what was in service still is.
    """
    return [
        result
        for name, service in services.items()
        if service.functions
        for result in _RollOut(aws, name, service, timeout).run()
    ]


@dataclass(frozen=True)
class _Step:
    """One role's way from the version that serves to the new one."""

    role: str
    function: Function
    before: str
    version: str

    @property
    def parts(self) -> list[float]:
        """The shares of the calls that the new version gets first, one after another."""
        if self.before in {_LATEST, self.version} or self.function.strategy not in {"canary", "linear"}:
            return []
        share = self.function.percent / 100
        if self.function.strategy == "canary":
            return [share]
        return [round(share * number, 4) for number in range(1, int(0.9999 / share) + 1)]


@dataclass(frozen=True)
class _RollOut:
    aws: AwsAccount
    name: str
    service: Service
    timeout: float

    def run(self) -> list[RolloutResult]:
        """Bring all roles to new versions, or all back."""
        steps = [self._step(role, function) for role, function in self.service.functions.items()]
        noisy = {one.role: self._alarming(one.function) for one in steps}
        try:
            for one in steps:
                self._check(one)
            for one in steps:
                self._shift(one, noisy[one.role])
        except NotHealthy as reason:
            return self._go_back(steps, str(reason))
        return [RolloutResult(self.name, one.role, self.service.tags.current, "") for one in steps]

    @cached_property
    def _digest(self) -> str:
        """The digest of what is in service, by its tag: what is kept beside it may be an earlier one's."""
        tags = {self.name: self.service.tags.current}
        return images.platform_digests(self.aws, {self.name: self.service}, tags)[self.name]

    def _step(self, role: str, function: Function) -> _Step:
        version = self._published(function)
        alias = self.aws.call("lambda", "get_alias", FunctionName=function.name, Name=function.alias)
        return _Step(role, function, str(alias["FunctionVersion"]), version)

    def _published(self, function: Function) -> str:
        """Give the function its image and return the version of that; the same one where nothing is new."""
        image = f"{self.service.repository.removeprefix('https://')}@{self._digest}"
        found = self.aws.call("lambda", "get_function", FunctionName=function.name)
        _settle(self.aws, function)
        if found["Code"].get("ResolvedImageUri") != image:
            self.aws.call("lambda", "update_function_code", FunctionName=function.name, ImageUri=image)
            _settle(self.aws, function)
        made = self.aws.call("lambda", "publish_version", FunctionName=function.name)
        _settle(self.aws, function, Qualifier=made["Version"])
        return str(made["Version"])

    def _check(self, step: _Step) -> None:
        """Call the new version until it answers. Raises NotHealthy when it does not for two minutes."""
        if step.before == step.version:
            return
        found = "it was not called"
        for _ in poll(min(_START_SECONDS, self.timeout)):
            found = self._complaint(step)
            if not found:
                note(f"{step.function.name} version {step.version} has started")
                return
        raise NotHealthy(f"version {step.version} of {step.function.name} does not start: {found}")

    def _complaint(self, step: _Step) -> str:
        is_api = step.function.kind == "web"
        answer = self.aws.call(
            "lambda",
            "invoke",
            FunctionName=step.function.name,
            Qualifier=step.version,
            Payload=json.dumps(_READINESS if is_api else _START).encode(),
        )
        said = answer["Payload"].read(10_000).decode("utf-8", "replace")
        if answer.get("FunctionError"):
            return f"{answer['FunctionError']}: {said[:300]}"
        if is_api and json.loads(said).get("statusCode") != 200:
            return f"/readyz answered {said[:300]}"
        return ""

    def _shift(self, step: _Step, noisy: set[str]) -> None:
        """Move the alias, in parts where that is asked for. Raises NotHealthy when an alarm goes off."""
        if step.before == step.version:
            self._point(step, step.version, {})  # what an interrupted deployment has left half-way
            return
        for share in step.parts:
            self._point(step, step.before, {step.version: share})
            note(f"{step.function.name} version {step.version} gets {share:.0%} of the calls")
            self._watch(step.function, step.function.step_minutes, noisy)
        self._point(step, step.version, {})
        note(f"{step.function.name} version {step.version} is in service")
        if step.before != _LATEST and step.function.strategy != "rolling":
            self._watch(step.function, step.function.bake_minutes, noisy)

    def _watch(self, function: Function, minutes: float, noisy: set[str]) -> None:
        """Look at the alarms for so long. One that was on before says nothing of this version."""
        for _ in poll(minutes * 60):
            if alarms := self._alarming(function) - noisy:
                raise NotHealthy(f"alarms: {', '.join(sorted(alarms))}")

    def _alarming(self, function: Function) -> set[str]:
        if not function.alarms:
            return set()
        names = list(function.alarms)
        found = self.aws.call("cloudwatch", "describe_alarms", AlarmNames=names, StateValue="ALARM")
        return {str(one["AlarmName"]) for one in found["MetricAlarms"]}

    def _point(self, step: _Step, version: str, weights: Mapping[str, float]) -> None:
        self.aws.call(
            "lambda",
            "update_alias",
            FunctionName=step.function.name,
            Name=step.function.alias,
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": dict(weights)},
        )

    def _go_back(self, steps: list[_Step], reason: str) -> list[RolloutResult]:
        """Point every alias to where it was. Where nothing was, there is nothing to go back to."""
        for one in steps:
            self._point(one, one.before, {})
        return [RolloutResult(self.name, one.role, self._tag(one), reason) for one in steps]

    def _tag(self, step: _Step) -> str:
        """Return the tag of what serves again, empty where that is not known."""
        if step.before == _LATEST:
            return ""
        found = self.aws.call(
            "lambda", "get_function", FunctionName=step.function.name, Qualifier=step.before
        )
        digest = str(found["Code"].get("ResolvedImageUri", "")).rpartition("@")[2]
        return images.tag_of(self.aws, self.service, digest)


def _settle(aws: AwsAccount, function: Function, **qualifier: str) -> dict[str, Any]:
    """Wait until Lambda has done what it was told to do with a function. Raises Problem when it cannot."""
    for _ in poll(_START_SECONDS * 5):
        found = aws.ask("lambda", "get_function_configuration", FunctionName=function.name, **qualifier)
        states = {found.get("State", "Active"), found.get("LastUpdateStatus", "Successful")}
        if "Failed" in states:
            why = found.get("LastUpdateStatusReason") or found.get("StateReason") or "AWS gives no reason"
            raise Problem(
                f"Lambda cannot make {function.name}: {why}",
                next_step="what was in service still is. Correct the cause and deploy again",
            )
        if not states & {"Pending", "InProgress"}:
            return found
    raise Problem(
        f"Lambda is still at work on {function.name}", next_step="run the command again to go on waiting"
    )
