"""The tables of inputs and outputs in the READMEs of the Terraform modules.

A step of `check` says when they are old, and `check --fix` writes them. What stands above the marker
in a README is written by hand and kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

MARKER = "<!-- Below: written by `./slipway check --fix` -->"

_CONFIGURATION = Path("infra", "terraform")
_BLOCK = re.compile(r'^(variable|output) "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
_ARGUMENT = re.compile(r"^  (description|type|default)\s+= ", re.MULTILINE)


@dataclass(frozen=True)
class Declaration:
    """A variable or an output as its file declares it; `default` is None where one must be given."""

    name: str
    description: str
    kind: str
    default: str | None


def declared(folder: Path, block: str) -> list[Declaration]:
    """Return the `variable` or `output` blocks of a folder's `.tf` files, in the order of their names."""
    found = []
    for path in sorted(folder.glob("*.tf")):
        for word, name, body in _BLOCK.findall(path.read_text(encoding="utf-8")):
            if word == block:
                arguments = {match[1]: _value(body, match.end()) for match in _ARGUMENT.finditer(body)}
                description = arguments.get("description", '""')[1:-1].replace('\\"', '"')
                found.append(
                    Declaration(name, description, arguments.get("type", ""), arguments.get("default"))
                )
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


def old(root: Path) -> list[Path]:
    """Return the READMEs of a checkout that are not what they should be, absent ones too."""
    found = [(folder / "README.md", readme(folder)) for folder in modules(root / _CONFIGURATION)]
    return [path for path, text in found if not path.exists() or path.read_text(encoding="utf-8") != text]


def write(root: Path) -> None:
    """Write the READMEs of a checkout that are old."""
    for path in old(root):
        path.write_text(readme(path.parent), encoding="utf-8")


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
