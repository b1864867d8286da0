"""The service's own problems."""

from __future__ import annotations

from chassis.errors import Conflict, Denied, FieldError, Invalid, NotFound, TooMany, Unauthenticated


class EmailTaken(Conflict):
    """Another account has this e-mail address."""

    def __init__(self) -> None:
        super().__init__("An account with this e-mail address exists already.")


class WeakPassword(Invalid):
    """The password is too easy to guess; `pointer` says which field held it."""

    def __init__(self, pointer: str, reason: str) -> None:
        super().__init__("The password is too easy to guess; see `errors`.", [FieldError(pointer, reason)])


class WrongCredentials(Unauthenticated):
    """No account has this e-mail address and password; which of the two is wrong is not told."""

    def __init__(self) -> None:
        super().__init__("The e-mail address or the password is wrong.")


class WrongPassword(Denied):
    """The caller is signed in and gave a current password that is not theirs."""

    def __init__(self) -> None:
        super().__init__("The current password is wrong.")


class ConfirmationNeeded(Denied):
    """The session is too old to take the account away with; the password was not given."""

    def __init__(self, minutes: int) -> None:
        super().__init__(
            f"You signed in more than {minutes} minutes ago: send your `password`, or sign in again."
        )


class TooManyAttempts(TooMany):
    """Too many wrong passwords in a row; right ones are not looked at until the pause is over."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("Too many failed attempts; wait before the next one.", retry_after)


class TooManySignIns(TooMany):
    """More passwords are to be hashed at once than this process has room for."""

    def __init__(self) -> None:
        super().__init__("Too many people are signing in at this moment; try again in a second.", 1)


class RefreshRefused(Unauthenticated):
    """The refresh token is unknown, expired, or was used before."""

    def __init__(self) -> None:
        super().__init__("The refresh token is not valid; sign in again.")


class SessionEnded(Unauthenticated):
    """The token is genuine and its session, or its account, is gone."""

    def __init__(self) -> None:
        super().__init__("The session has ended; sign in again.")


class ForeignOrigin(Denied):
    """A page that is not ours tried to use the refresh cookie."""

    def __init__(self) -> None:
        super().__init__("The refresh cookie may be used by this suite's own pages only.")


class AccountNotFound(NotFound):
    """There is no such account."""

    def __init__(self) -> None:
        super().__init__("There is no such account.")


class SessionNotFound(NotFound):
    """The account has no such session."""

    def __init__(self) -> None:
        super().__init__("You have no such session.")
