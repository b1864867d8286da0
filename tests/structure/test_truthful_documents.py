"""A service answers as its OpenAPI document says, whatever it is sent: Schemathesis finds nothing."""

from __future__ import annotations

from importlib import import_module

from chassis.testing.fuzz import contradictions


def test_a_service_answers_as_its_document_says(service: str) -> None:
    target = import_module(f"services.{service}.tests.factories").fuzz_target()
    assert contradictions(target, examples=5) == []
