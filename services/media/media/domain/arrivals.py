"""What to do when the bucket says that something changed: look at once, or let its owner's turn come.

Messages come in the order in which files were uploaded. An owner who uploads five hundred would make all
others wait, so a message is only acted on while its owner has a free slot; otherwise the object is marked
as due, and the sweep goes on with it by turns. Nothing waits in memory: a worker that is killed loses no
more than what it had in hand.
"""

from __future__ import annotations

from chassis.clock import Clock, utc_now
from media.domain import naming
from media.domain.intake import Intake
from media.domain.objects import MediaObject, Status
from media.domain.ports import Records
from media.domain.turns import WorkSlots
from media.errors import ObjectBusy


class Arrivals:
    """Acts on the bucket's events."""

    def __init__(self, records: Records, intake: Intake, turns: WorkSlots, clock: Clock = utc_now) -> None:
        self._records = records
        self._intake = intake
        self._turns = turns
        self._clock = clock

    def announce(self, key: str) -> None:
        """Look at `key` now or soon. Raises what Intake.reconcile raises when it is worth trying again."""
        owner = naming.owner_of(key)
        if owner is None:
            return
        with self._turns.offered(owner) as free:
            if free:
                self._intake.reconcile(key)
                return
        self._leave_to_the_sweep(owner, key)

    def _leave_to_the_sweep(self, owner: str, key: str) -> None:
        obj = self._found(owner, key) or self._intake.register(key)
        if obj is None or (obj.due_at is not None and obj.due_at <= self._clock()):
            return
        if obj.status is Status.PROCESSING:
            raise ObjectBusy
        self._records.postpone(obj, self._clock())

    def _found(self, owner: str, key: str) -> MediaObject | None:
        """Return the record of `key`: in one reading where the key says its id, which is to be kept cheap."""
        object_id = naming.uploaded_id(key)
        obj = self._records.get(owner, object_id) if object_id else None
        return obj if obj is not None and obj.key == key else self._records.by_key(key)
