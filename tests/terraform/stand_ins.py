"""Stand-ins for terraform's providers: those beside the checkout, that know more, of fewer types.

What a short command of terraform costs is its provider's schema: 1,735 types of AWS, of which 120 are used. A
stand-in that knows those alone takes a third of the time. A type that is used nowhere is unknown to it.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
BESIDE = ROOT.parent / "shared" / "tools" / "tfschema" / "run"
"""The program that runs its arguments with stand-ins, where TERRAFORM_PROVIDERS names no other."""

# What it builds points at the place it was built from, so it is not shared with other checkouts.
_HOME = ROOT / ".slipway" / "terraform-stand-ins"
_LEARNED = _HOME / "learned"
_PROGRAM = Path(__file__).parent / "stand_in" / "program.py"
_USES = (
    "infra/terraform/**/*.tf",
    "infra/terraform/**/*.hcl",
    "tests/terraform/**/*.*",
    "tests/deploy/**/*.tf",
)


@cache
def prepared(wrapper: Path) -> list[str]:
    """Return the words before a command of terraform that has to find the stand-ins of `stand_in/`."""
    words = ["env", f"TFSCHEMA_HOME={_HOME}", str(wrapper)]
    subprocess.run([*words, "true"], check=False, capture_output=True, timeout=600)
    plain = _HOME / "mirror"
    for kind in ("schema", "enums"):
        found = _HOME / f"aws.{kind}.json.gz"
        _write(_LEARNED / found.name, gzip.compress(_shortened(found), mtime=0))
    for found in [*plain.rglob("terraform-provider-*"), *plain.glob("terraform.rc")]:
        text = re.sub(r"exec (\S+) (\S+)", rf'exec \1 {_PROGRAM} \2 "$@"', found.read_text())
        text = text.replace(f"{_HOME}/aws.", f"{_LEARNED}/aws.").replace(str(plain), str(_LEARNED))
        _write(_LEARNED / found.relative_to(plain), text.encode())
    # Terraform's garbage collector takes a fifth of a plan's time; GOGC makes it wait for more garbage.
    return [*words, "env", f"TF_CLI_CONFIG_FILE={_LEARNED / 'terraform.rc'}", "GOGC=400"]


def aws_program() -> Path:
    """Return the stand-in for the AWS provider."""
    return next(_LEARNED.rglob("terraform-provider-aws*"))


def _shortened(file: Path) -> bytes:
    """Return what a file says by type, of the types that are used."""
    told = json.loads(gzip.decompress(file.read_bytes()))
    used = set(_used_types())

    def of_used(types: dict[str, Any]) -> dict[str, Any]:
        return {name: one for name, one in types.items() if name in used}

    providers = [
        {key: of_used(one) if key.endswith("_schemas") else one for key, one in provider.items()}
        for provider in told.get("provider_schemas", {}).values()
    ]
    shortened = {"provider_schemas": {"aws": providers[0]}} if providers else of_used(told)
    return json.dumps(shortened).encode()


def _used_types() -> Iterator[str]:
    for pattern in _USES:
        for path in ROOT.glob(pattern):
            if path.suffix in {".tf", ".hcl", ".py"}:
                yield from re.findall(r"\baws_\w+", path.read_text())


def _write(file: Path, content: bytes) -> None:
    """Write a file that other processes of the run may be reading or writing too, if it is another."""
    if file.exists() and file.read_bytes() == content:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{os.getpid()}.unfinished")
    unfinished.write_bytes(content)
    unfinished.chmod(0o755)
    unfinished.replace(file)
