from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from tests.structure import tree

from slipway.__main__ import cli

_LINK = re.compile(r"(?<!\!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"\./slipway ([a-z]+(?:-[a-z]+)*)")
DOCUMENTS = tree.matching("*.md", "**/*.md")
DECISIONS = tree.matching("docs/adr/[0-9]*.md")

each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=tree.name_of)
each_decision = pytest.mark.parametrize("path", DECISIONS, ids=tree.name_of)


def prose(path: Path) -> str:
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def commands() -> set[str]:
    """Return what `slipway --help` lists."""
    return set(cli.list_commands(click.Context(cli)))


def anchors(path: Path) -> set[str]:
    """Return the anchors that headings get where the documents are shown."""
    headings = re.findall(r"^#+ +(.+?) *$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_document
def test_every_link_leads_somewhere(path: Path) -> None:
    broken = []
    for groups in _LINK.findall(prose(path)):
        target, _, anchor = (groups[0] or groups[1]).partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        place = (path.parent / target).resolve() if target else path
        if not place.exists() or (anchor and place.suffix == ".md" and anchor not in anchors(place)):
            broken.append(f"{target}#{anchor}")
    assert broken == []


@each_document
def test_a_link_to_a_decision_has_its_number(path: Path) -> None:
    links = re.findall(r"\[(\d{4})\]\((?:[\w./-]*/)?(\d{4})-", prose(path))
    assert [link for link in links if link[0] != link[1]] == []


@each_document
def test_every_command_that_is_named_exists(path: Path) -> None:
    named = set(_COMMAND.findall(path.read_text(encoding="utf-8")))
    assert named - commands() == set()


def test_every_command_is_named_in_a_document() -> None:
    named = {name for path in DOCUMENTS for name in _COMMAND.findall(path.read_text(encoding="utf-8"))}
    assert commands() - named == set()


def test_the_readme_names_the_commands_of_every_day_and_the_documents() -> None:
    text = (tree.ROOT / "README.md").read_text(encoding="utf-8")
    for command in ("up", "down", "status", "logs", "test", "check", "demo", "doctor", "trust"):
        assert re.search(rf"slipway {command}\b|`{command}\b", text), command
    for document in ("docs/architecture.md", "docs/adr", "CONTRIBUTING.md", "SECURITY.md", "LICENSE"):
        assert document in text, document


def test_the_readme_of_a_service_begins_with_its_name_and_what_it_is_for(service: str) -> None:
    text = (tree.ROOT / "services" / service / "README.md").read_text(encoding="utf-8")
    title, purpose = text.split("\n\n")[:2]
    assert title == f"# {service}"
    assert len(purpose.split()) >= 4


@each_decision
def test_every_decision_is_in_the_index_with_its_title_and_status(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    title = re.match(r"# (\d{4}): (.+)\n", text)
    status = re.search(r"^Status: (\w+)", text, re.MULTILINE)
    assert title
    assert status
    assert path.name.startswith(f"{title[1]}-")
    index = (path.parent / "README.md").read_text(encoding="utf-8")
    assert f"| [{title[1]}]({path.name}) | {title[2]} | {status[1]}" in index


def test_the_index_names_decisions_that_exist_and_their_numbers_have_no_gap() -> None:
    index = (tree.ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\]\((\d{4}-[^)]+)\)", index) == [path.name for path in DECISIONS]
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_every_alarm_leads_to_a_heading_of_the_runbook() -> None:
    pointed = {
        place
        for path in tree.below("infra/terraform", ".tf")
        for place in re.findall(r"Runbook: docs/operations\.md, ([^.]+)\.", path.read_text(encoding="utf-8"))
    }
    assert len(pointed) >= 8
    runbook = prose(tree.ROOT / "docs" / "operations.md").partition("## Runbook")[2]
    headings = {line.removeprefix("### ").lower() for line in runbook.splitlines() if line.startswith("### ")}
    assert pointed - headings == set()
