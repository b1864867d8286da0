"""What can go wrong here, named for the problem."""

from __future__ import annotations

from chassis.errors import Conflict, NotFound


class ObjectNotFound(NotFound):
    """There is no such object, or it is not the caller's, or it is being deleted."""


class QuotaExceeded(Conflict):
    """The account holds as much as it may; deleting something makes room."""


class DeletionPending(Conflict):
    """A new file stands under the key of an object whose deletion is not finished; try again shortly."""


class ContentChanged(Conflict):
    """The file was replaced or removed while it was being read; look again."""


class UploadNotOpen(Conflict):
    """The upload was already completed, aborted, or never was one in parts."""


class Unreadable(Exception):
    """A file is not the picture that it claims to be; the message is shown to its owner as the reason."""


class RenderingFailed(Exception):
    """The renderer died or hung; whether the file is to blame is not known."""


class Unsupported(Exception):
    """A file is a picture of a kind that is not drawn here; it is kept without thumbnails."""


class LimitExceeded(Exception):
    """A picture needs more time or memory than it may have; the message is the reason its owner reads."""
