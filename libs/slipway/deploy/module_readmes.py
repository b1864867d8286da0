"""The tables of inputs and outputs in the READMEs of the Terraform modules.

`python -m slipway.deploy.module_readmes --write` writes them; a test says when they are old. What
stands above the marker in a README is written by hand and kept.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

MARKER = "<!-- Below: written by `python -m slipway.deploy.module_readmes --write` -->"

_BLOCK = re.compile(r'^(variable|output) "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
_ARGUMENT = re.compile(r"^  (description|type|default)\s+= ", re.MULTILINE)


@dataclass(frozen=True)
class Declared:
    """A variable or an output as its file declares it; `default` is None where one must be given."""

    name: str
    description: str
    kind: str
    default: str | None


def declared(folder: Path, block: str) -> list[Declared]:
    """Return the `variable` or `output` blocks of a folder's `.tf` files, in the order of their names."""
    found = []
    for path in sorted(folder.glob("*.tf")):
        for word, name, body in _BLOCK.findall(path.read_text(encoding="utf-8")):
            if word == block:
                arguments = {match[1]: _value(body, match.end()) for match in _ARGUMENT.finditer(body)}
                description = arguments.get("description", '""')[1:-1].replace('\\"', '"')
                found.append(Declared(name, description, arguments.get("type", ""), arguments.get("default")))
    return sorted(found, key=lambda one: one.name)


def readme(folder: Path) -> str:
    """Return what a module's README should be."""
    path = folder / "README.md"
    written = path.read_text(encoding="utf-8") if path.exists() else f"# {folder.name}\n"
    above = written.split(MARKER)[0].rstrip()
    return f"{above}\n\n{MARKER}\n\n{_inputs(folder)}\n{_outputs(folder)}"


def modules(configuration: Path) -> list[Path]:
    """Return every folder of Terraform's configuration that has a README of this kind: modules and roots."""
    folders = [*configuration.glob("modules/*"), configuration / "bootstrap", configuration / "suite"]
    return sorted(folder for folder in folders if folder.is_dir())


def main(arguments: list[str]) -> int:
    """Write the READMEs that are old, or name them and return 1."""
    configuration = Path(__file__).parents[3] / "infra" / "terraform"
    old = [folder for folder in modules(configuration) if _read(folder) != readme(folder)]
    for folder in old:
        print(folder.relative_to(configuration))
        if "--write" in arguments:
            (folder / "README.md").write_text(readme(folder), encoding="utf-8")
    return 0 if "--write" in arguments or not old else 1


def _read(folder: Path) -> str:
    path = folder / "README.md"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _value(body: str, start: int) -> str:
    """Return the expression that begins at `start`: to the end of its line, or of its brackets."""
    depth = 0
    for position in range(start, len(body)):
        depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(body[position], 0)
        if body[position] == "\n" and depth == 0:
            return body[start:position]
    return body[start:].strip()


def _inputs(folder: Path) -> str:
    rows = [
        f"| `{one.name}` | {_cell(one.description)} | `{_short(one.kind)}` | {_default(one.default)} |"
        for one in declared(folder, "variable")
    ]
    return "\n".join(["## Inputs", "", "| name | what | type | default |", "|---|---|---|---|", *rows, ""])


def _outputs(folder: Path) -> str:
    rows = [f"| `{one.name}` | {_cell(one.description)} |" for one in declared(folder, "output")]
    return "\n".join(["## Outputs", "", "| name | what |", "|---|---|", *rows, ""])


def _default(default: str | None) -> str:
    return "**required**" if default is None else f"`{_short(default)}`"


def _short(expression: str) -> str:
    lines = re.sub(r"\s*\n\s*", ", ", expression.strip())
    words = " ".join(re.sub(r"([({\[]),|,(?= [)}\]])", r"\1", lines).split()).replace("|", "\\|")
    return words if len(words) <= 120 else f"{words[:117]}..."


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
