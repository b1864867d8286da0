"""Whether a part is well: the process that is meant runs, and it answers."""

from __future__ import annotations

from slipway import orders
from slipway.layout import Layout
from slipway.parts.base import Part
from slipway.problems import NotHealthy
from slipway.supervision.client import ProcessState


def trouble(layout: Layout, part: Part, state: ProcessState) -> str:
    """Return what is wrong with a part in a line, empty when nothing is."""
    if not orders.is_carried_out(state.pid):
        return "being started"
    try:
        part.check()
    except NotHealthy as error:
        return str(error).splitlines()[0]
    if not part.address and orders.age(layout, part.name) < orders.STEADY_SECONDS:
        return "just started"
    return ""
