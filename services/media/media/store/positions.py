"""Where a page of objects ends, as it travels in a cursor."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from chassis.errors import FieldError, Invalid
from media.domain.objects import MediaObject


def position_of(obj: MediaObject) -> dict[str, object]:
    """Return the position behind `obj`."""
    return {"after": str(obj.id)}


def after_of(position: Mapping[str, object] | None) -> UUID | None:
    """Return the id behind which to go on; raise Invalid when the position was not made here."""
    if position is None:
        return None
    try:
        return UUID(str(position["after"]))
    except (KeyError, ValueError) as error:
        message = "The cursor is not one of ours; start again without one."
        raise Invalid(message, [FieldError("/cursor", message)]) from error
