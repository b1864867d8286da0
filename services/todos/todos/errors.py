"""What can go wrong with lists and to-dos."""

from __future__ import annotations

from uuid import UUID

from chassis.errors import Conflict, FieldError, Gone, Invalid, NotFound, Transient


class TodoNotFound(NotFound):
    """There is no such to-do, or it is somebody else's."""

    def __init__(self) -> None:
        super().__init__("There is no such to-do.")


class ListNotFound(NotFound):
    """There is no such list, or it is somebody else's."""

    def __init__(self) -> None:
        super().__init__("There is no such list.")


class UnknownList(Invalid):
    """A to-do was to be put into a list that its owner does not have."""

    def __init__(self, list_id: UUID) -> None:
        super().__init__(f"There is no list {list_id}.", [FieldError("/list_id", "there is no such list")])


class LimitReached(Conflict):
    """An account has as many of something as it may have."""


class DefaultListKept(Conflict):
    """The default list can be neither renamed nor deleted, and its name is its own."""


class SyncTokenExpired(Gone):
    """Changes since the token are no longer all known."""

    def __init__(self) -> None:
        super().__init__("The token is too old; start afresh without `since`.")


class WriteConflict(Transient):
    """Too many changes to one account at once."""

    def __init__(self) -> None:
        super().__init__("The account is being changed by other requests; try again.", retry_after=1)


class AlreadyExists(Exception):
    """An item that a commit was to create exists already: an earlier try of the same request made it."""
