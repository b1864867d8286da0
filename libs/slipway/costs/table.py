"""Bills as a table in Markdown, which reads well on a terminal too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from slipway.costs.idle import Line


def bill_table(title: str, bills: Mapping[str, Sequence[Line]]) -> str:
    """Return the bills of several environments beside one another, with their sums."""
    items = list(dict.fromkeys(line.item for lines in bills.values() for line in lines))
    rows = [_row(item, [_cell(item, lines) for lines in bills.values()]) for item in items]
    sums = [f"**{sum(line.dollars for line in lines):.0f}**" for lines in bills.values()]
    head = [_row(f"US dollars a month, {title}", list(bills)), "|---|" + "---:|" * len(bills)]
    return "\n".join([*head, *rows, _row("**together**", sums)])


def _row(first: str, rest: Iterable[str]) -> str:
    return f"| {' | '.join([first, *rest])} |"


def _cell(item: str, lines: Sequence[Line]) -> str:
    found = [line for line in lines if line.item == item]
    return f"{found[0].dollars:.2f} ({found[0].quantity:g})" if found else "-"
