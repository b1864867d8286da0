"""What can go wrong with lists and to-dos, and what each problem says."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from chassis.errors import Conflict, FieldError, Gone, Invalid, NotFound, Stale, Transient


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

    def __init__(self, held: int, what: str) -> None:
        super().__init__(f"There are {held} {what}, the most that one account can have.")


class DefaultListKept(Conflict):
    """The default list can be neither renamed nor deleted, and its name is its own."""


class DefaultListNotDeleted(DefaultListKept):
    """The default list was to be deleted."""

    def __init__(self) -> None:
        super().__init__("The default list cannot be deleted.")


class DefaultListNotRenamed(DefaultListKept):
    """The default list was to have another name."""

    def __init__(self) -> None:
        super().__init__("The default list keeps its name.")


class NameReserved(DefaultListKept):
    """Another list was to have the default list's name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The name {name!r} belongs to the default list.")


class TodoChanged(Stale):
    """The to-do has another version than the one that an operation asks for."""

    def __init__(self, present: int) -> None:
        super().__init__(f"The to-do has version {present}.")


class OperationInvalid(Invalid):
    """One operation of a batch cannot be read."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("The operation is not valid; see `errors`.", errors)


class ForeignSyncToken(Invalid):
    """The token was never given to this account."""

    def __init__(self) -> None:
        message = "The token is not one of yours; start afresh without `since`."
        super().__init__(message, [FieldError("/since", message)])


class SyncTokenExpired(Gone):
    """Changes since the token are no longer all known."""

    def __init__(self) -> None:
        super().__init__("The token is too old; start afresh without `since`.")


class WriteConflict(Transient):
    """Too many changes to one account at once."""

    def __init__(self) -> None:
        super().__init__("The account is being changed by other requests; try again.", retry_after=1)


class StoreAway(Transient):
    """The store does not answer."""

    def __init__(self) -> None:
        super().__init__("The store is away.")


class AlreadyExists(Exception):
    """An item that a commit was to create exists already: an earlier try of the same request made it."""
