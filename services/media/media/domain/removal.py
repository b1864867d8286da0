"""Deleting an object with everything that belongs to it: original, thumbnails, copies, record.

First the record is marked, which hides the object for good and survives any crash; then the files go;
last the record. The record stays, hidden, until nothing that was let in before can still write (a
running processing, an upload form that has not expired), and is then swept once more.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from uuid import UUID

from chassis.clock import Clock, utc_now
from chassis.errors import Problem, Stale
from chassis.http.etags import Precondition
from media.domain import naming
from media.domain.collection_removal import CollectionRemoval
from media.domain.objects import MediaObject, Status
from media.domain.ports import Files, Multipart, Records
from media.domain.publication import PublicCopies
from media.errors import ObjectNotFound

log = logging.getLogger(__name__)

_TRIES = 5


class Removal:
    """Removes objects."""

    def __init__(
        self,
        records: Records,
        files: Files,
        multipart: Multipart,
        collections: CollectionRemoval,
        public: PublicCopies,
        clock: Clock = utc_now,
    ) -> None:
        self._records = records
        self._files = files
        self._multipart = multipart
        self._collections = collections
        self._public = public
        self._clock = clock

    def delete(self, owner: str, object_id: UUID, check: Precondition) -> None:
        """Delete an object for its owner. It is gone for everybody when this returns.

        Raises ObjectNotFound, Transient, and Stale when `check` does not accept the present version.
        """
        for attempt in range(1, _TRIES + 1):
            obj = self._records.get(owner, object_id)
            if obj is None or obj.status is Status.DELETING:
                raise ObjectNotFound
            check(obj.version)
            try:
                self.discard(obj)
            except Stale:
                if attempt == _TRIES:
                    raise
            else:
                return

    def discard(self, obj: MediaObject) -> None:
        """Mark `obj` and remove what can be removed now; the sweep does the rest. Raises Stale."""
        marked = self._records.replace(obj, obj.marked_for_deletion(self._clock()))
        try:
            self.finish(marked)
        except Problem as error:
            log.warning("deletion continues later", extra={"object_id": str(obj.id), "error": repr(error)})

    def finish(self, marked: MediaObject) -> None:
        """Remove what belongs to an object that is marked. May be called any number of times."""
        if marked.multipart is not None:
            self._multipart.abort(marked.key, marked.multipart)
        self._collections.take_out_everywhere(marked.owner, marked.id)
        if marked.public:
            self._public.remove(marked.owner, marked.id)
        self._delete_original(marked)
        self._files.delete_all(naming.thumbnails_prefix(marked.owner, marked.id))
        safe_to_delete_at = marked.safe_to_delete_at
        if safe_to_delete_at is None or safe_to_delete_at <= self._clock():
            self._records.remove(marked)
            return
        if marked.upload_until is None:
            self._records.release_key(marked)
        self._records.replace(marked, replace(marked, etag=None, due_at=safe_to_delete_at))

    def forget(self, obj: MediaObject) -> None:
        """Forget a promised upload that never came, with the parts that did."""
        if obj.multipart is not None:
            self._multipart.abort(obj.key, obj.multipart)
        self._records.remove(obj)

    def _delete_original(self, marked: MediaObject) -> None:
        """Delete the file; under a key of the owner's choice, only if it is still the one that was marked."""
        if marked.upload_until is None:
            content = self._files.stat(marked.key)
            if content is None or content.etag != marked.etag:
                return
        self._files.delete(marked.key)
