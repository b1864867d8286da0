"""An environment as its `.tfvars` file describes it, as far as has to be known before Terraform is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from slipway.terminal.problems import USAGE, Problem

# Literal values at the beginning of a line; Terraform itself reads everything else.
_LITERAL = re.compile(r'^(\w+)\s*=\s*"([^"\\$]*)"', re.MULTILINE)


@dataclass(frozen=True)
class Environment:
    """Where an environment is. `account` is None where the file leaves it open."""

    name: str
    file: Path
    region: str
    account: str | None
    project: str

    @property
    def backend_file(self) -> Path:
        """Where a state that is not where bootstrap puts it is described."""
        return self.file.with_name(f"{self.name}.s3.tfbackend")


def literals(path: Path) -> dict[str, str]:
    """Return the quoted values that a file of Terraform's variables gives at its top level."""
    return dict(_LITERAL.findall(path.read_text(encoding="utf-8")))


def read(folder: Path, name: str) -> Environment:
    """Return the environment `name` of a folder of `.tfvars` files. Raises Problem naming those there are."""
    path = folder / f"{name}.tfvars"
    known = sorted(file.stem for file in folder.glob("*.tfvars"))
    if name not in known:
        raise Problem(
            f"there is no environment {name}: {path} is missing",
            next_step=f"choose one of {', '.join(known)}, or write the file",
            code=USAGE,
        )
    given = literals(path)
    if given.get("environment") != name or "region" not in given:
        raise Problem(
            f'{path.name} must say environment = "{name}" and region = "..." in lines of their own',
            next_step=f"correct {path}",
            code=USAGE,
        )
    return Environment(name, path, given["region"], given.get("account_id"), given.get("project", "slipway"))
