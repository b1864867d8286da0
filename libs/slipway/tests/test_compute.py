"""`up --compute`: which services run as functions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from slipway.commands import context
from slipway.manifest import load_all
from slipway.parts.service import ServiceWorker, WebService
from slipway.state.layout import Layout

_SERVICE = next(name for name, one in load_all(context.ROOT).items() if one.stores.tables)


def test_what_runs_as_functions_is_remembered_until_it_is_told_otherwise(start: Any) -> None:
    assert start("--compute", f"{_SERVICE}=lambda")[2].functions == (_SERVICE,)
    assert start()[2].functions == (_SERVICE,)
    assert start("--compute", f"{_SERVICE}=processes")[2].functions == ()


@pytest.mark.parametrize("wrong", ["nobody=lambda", f"{_SERVICE}=toaster", _SERVICE, "=lambda"])
def test_what_is_no_service_or_no_way_to_run_is_refused_with_what_there_is(start: Any, wrong: str) -> None:
    code, text, kept = start("--compute", wrong)
    assert (code, kept.functions) == (2, ())
    assert _SERVICE in text


def test_a_function_is_told_the_tables_whose_streams_call_it(tmp_path: Path) -> None:
    manifests = load_all(context.ROOT)
    layout = Layout(context.ROOT, tmp_path)
    for name, manifest in manifests.items():
        environment = {table.env: table.name for table in manifest.stores.tables}
        worker = ServiceWorker(layout, manifest, "worker", lambda told=environment: told, "lambda")
        streams = {table.name for table in manifest.stores.tables if table.stream}
        program = worker.prepare()
        assert (program.env["SERVICE"], program.env["FUNCTION_KIND"]) == (name, "worker")
        assert set(program.env["FUNCTION_TABLES"].split()) == streams
        web = WebService(layout, 8000, manifest, lambda told=environment: told, "lambda").prepare()
        assert (web.env["FUNCTION_KIND"], web.env["FUNCTION_PORT"]) == ("api", "8000")
        assert web.argv[-1] == "functions.serve"
