"""Static analysis of a plan by checkov, in an environment of its own: its dependencies are not ours."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.terraform.terraform import CONFIGURATION, ROOT

from slipway.parts.virtualenv import ensure
from slipway.terminal.problems import Problem


def install() -> Path | None:
    """Return checkov's interpreter, or None where it cannot be installed."""
    try:
        return ensure(ROOT / ".slipway" / "checkov-venv", ROOT / "requirements" / "checkov.txt")
    except Problem:
        return None


def scan(python: Path, shown: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return checkov's report on a plan; skips are the comments beside the resources."""
    plan = folder / "plan.json"
    plan.write_text(json.dumps(filled(shown)))
    done = subprocess.run(
        [str(python), str(python.with_name("checkov")), "-f", str(plan), "--framework", "terraform_plan",
         "--repo-root-for-plan-enrichment", str(CONFIGURATION), "--skip-download", "--quiet", "-o", "json"],
        check=False, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def filled(shown: dict[str, Any]) -> dict[str, Any]:
    """Return a plan in which what was configured but is not known yet has a value.

    checkov takes the unknown for the absent. What nobody configured stays absent.
    """
    filled_in = copy.deepcopy(shown)
    unknown = {change["address"]: change["change"] for change in filled_in["resource_changes"]}
    _fill_module(
        filled_in["planned_values"]["root_module"], filled_in["configuration"]["root_module"], unknown
    )
    return filled_in


def _fill_module(planned: dict[str, Any], configured: dict[str, Any], unknown: dict[str, Any]) -> None:
    expressions = {one["address"]: one.get("expressions", {}) for one in configured.get("resources", [])}
    for resource in planned.get("resources", []):
        local = f"{resource['type']}.{resource['name']}"
        if resource["mode"] == "managed" and resource["address"] in unknown:
            change = unknown[resource["address"]]
            _fill(resource["values"], change["after_unknown"], expressions.get(local, {}))
            _fill(change["after"], change["after_unknown"], expressions.get(local, {}))
    for child in planned.get("child_modules", []):
        name = child["address"].rsplit("module.", 1)[1].split("[")[0]
        _fill_module(child, configured["module_calls"][name]["module"], unknown)


def _fill(values: dict[str, Any], unknown: dict[str, Any], expressions: dict[str, Any]) -> None:
    for name, missing in unknown.items():
        given = expressions.get(name)
        if given is None:
            continue
        if missing is True and "references" in given:
            values[name] = f"known after apply: {given['references'][0]}"
        elif isinstance(missing, list) and isinstance(values.get(name), list):
            blocks = given if isinstance(given, list) else [given]
            for position, part in enumerate(missing):
                if isinstance(part, dict) and position < len(values[name]):
                    _fill(values[name][position], part, blocks[min(position, len(blocks) - 1)])


def main(arguments: list[str]) -> int:
    """Scan the plan JSON named and list what failed: for a look while working."""
    python = install()
    if python is None:
        return 69
    path = Path(arguments[0])
    report = scan(python, json.loads(path.read_text()), path.parent)
    for failed in report["results"]["failed_checks"]:
        print(failed["check_id"], failed["resource"], failed["check_name"])
    print(report["summary"])
    return 1 if report["results"]["failed_checks"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
