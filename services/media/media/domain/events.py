"""The events that the service publishes; their schemas lie in `events/`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis.clock import Clock
from chassis.messages.events import Event, new_event
from media.domain.objects import MediaObject, Status

READY = "media.object.ready.v1"
REJECTED = "media.object.rejected.v1"
WITHDRAWN = "media.object.withdrawn.v1"
DELETED = "media.object.deleted.v1"


class ObjectEvents:
    """Makes the event that a change of an object is; `source` is the service's own address."""

    def __init__(self, source: str, clock: Clock) -> None:
        self._source = source
        self._clock = clock

    def of(self, old: MediaObject, new: MediaObject | None) -> Event | None:
        """Return the event of `new` in the place of `old`, None of an object that is forgotten.

        None where others need not know. What never arrived was never there.
        """
        if new is None or new.status is Status.DELETING:
            gone = old.status is not Status.DELETING and old.delivered
            return self._event(DELETED, old, old.version + 1, {}) if gone else None
        if new.settled and not old.settled:
            ready = new.status is Status.READY
            return self._event(READY if ready else REJECTED, new, new.version, _findings(new))
        withdrawn = old.public and not new.public and new.settled
        return self._event(WITHDRAWN, new, new.version, {}) if withdrawn else None

    def _event(self, kind: str, obj: MediaObject, version: int, more: Mapping[str, Any]) -> Event:
        data = {"account_id": obj.owner, "id": str(obj.id), "version": version, **more}
        return new_event(kind, self._source, str(obj.id), data, self._clock)


def _findings(obj: MediaObject) -> dict[str, Any]:
    if obj.status is Status.REJECTED:
        return {"reason": obj.reason}
    return {"content_type": obj.content_type, "size": obj.size, "width": obj.width, "height": obj.height}
