"""What can go wrong here, and what each problem says."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from uuid import UUID

from chassis.errors import (
    Conflict,
    Denied,
    FieldError,
    Invalid,
    Malformed,
    NotFound,
    Stale,
    TooMany,
    Transient,
    Unauthenticated,
)


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


class TooManyMails(TooMany):
    """The account has asked for too many mails."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("Too many mails were asked for; wait before the next one.", retry_after)


class ProofRefused(Invalid):
    """The token of a mailed link is used, too old or made up."""

    def __init__(self) -> None:
        super().__init__(
            "The link is used up, too old, or not ours; ask for a new one.",
            [FieldError("/token", "is not a token that is good now")],
        )


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


class ExportNotFound(NotFound):
    """The account has no such export, or not any more."""

    def __init__(self) -> None:
        super().__init__("You have no such export; an archive is kept for a day.")


class ExportPending(Conflict):
    """The account's export before this one is not done."""

    def __init__(self, export_id: UUID) -> None:
        super().__init__(f"An export is under way: wait until /v1/me/exports/{export_id} is ready or failed.")


class PartMissing(NotFound):
    """A service has not written this of its part."""

    def __init__(self) -> None:
        super().__init__("There is no such part of the export.")


class ExportsAway(Transient):
    """The bucket of exports is away."""

    def __init__(self) -> None:
        super().__init__("Exports are not possible at the moment.")


class ClaimLost(Stale):
    """Another worker has the export by now, or its account is erased."""

    def __init__(self) -> None:
        super().__init__("The export is somebody else's by now.")


class ForeignFile(Denied):
    """A part names a file that is not in S3."""

    def __init__(self) -> None:
        super().__init__("The file is at no address of S3.")


class FileUnreadable(Transient):
    """A file that a part names cannot be read at the moment."""

    def __init__(self) -> None:
        super().__init__("The file cannot be read at the moment.")


class FileGone(NotFound):
    """A file that a part names is not there any more."""

    def __init__(self) -> None:
        super().__init__("The file is gone.")


class TooManyExports(TooMany):
    """The account has had all exports of the day."""

    def __init__(self, most: int, wait: timedelta) -> None:
        super().__init__(
            f"You have asked for {most} exports within a day; wait before the next one.",
            math.ceil(wait.total_seconds()),
        )


class SessionNotFound(NotFound):
    """The account has no such session."""

    def __init__(self) -> None:
        super().__init__("You have no such session.")


class ForeignToken(Unauthenticated):
    """The token is genuine and names no session."""

    def __init__(self) -> None:
        super().__init__("The access token belongs to no session of ours.")


class SeveralCookies(Malformed):
    """The refresh cookie is sent more than once; which one is ours cannot be told."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The cookie {name} is sent more than once; delete this site's cookies and sign in again."
        )


class KeyTooYoung(Conflict):
    """The next key has not been published long enough for every verifier to know it."""

    def __init__(self, ready: datetime) -> None:
        super().__init__(f"The next key may be used from {ready:%Y-%m-%d %H:%M:%S} UTC on.")


class KeysUnavailable(Transient):
    """The signing keys were never read, and cannot be."""

    def __init__(self) -> None:
        super().__init__("The signing keys cannot be read at the moment.")
