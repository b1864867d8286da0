"""What can go wrong here, named for the problem, and what each problem says."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.errors import Conflict, Denied, FieldError, Invalid, NotFound, Stale, Transient


class ObjectNotFound(NotFound):
    """There is no such object, or it is not the caller's, or it is being deleted."""

    def __init__(self) -> None:
        super().__init__("There is no such object.")


class NoPicture(Conflict):
    """The object is no picture, or was not looked at yet: it has no thumbnails to show."""

    def __init__(self) -> None:
        super().__init__("Only a picture whose `status` is `ready` can be made public.")


class UploadNotFound(NotFound):
    """There is no such upload, or it is not the caller's, or it is being given up."""

    def __init__(self) -> None:
        super().__init__("There is no such upload.")


class ReleaseNotFound(NotFound):
    """Nothing of this product, version and platform is published, or was begun."""

    def __init__(self) -> None:
        super().__init__("There is no such release.")


class CollectionNotFound(NotFound):
    """There is no such collection, or it is not the caller's, or it is being deleted."""

    def __init__(self) -> None:
        super().__init__("There is no such collection.")


class ItemNotFound(NotFound):
    """The object is not in the collection."""

    def __init__(self) -> None:
        super().__init__("The object is not in this collection.")


class GrantNotFound(NotFound):
    """Nothing was granted."""

    def __init__(self) -> None:
        super().__init__("This account has no grant for the collection.")


class ReaderGone(NotFound):
    """The account of the reader was erased."""

    def __init__(self) -> None:
        super().__init__("There is no such account.")


class NoGrant(Denied):
    """The caller may not read the collection, or not any more."""

    def __init__(self) -> None:
        super().__init__("You have no grant for this collection; ask its owner for one.")


class NoStorage(Denied):
    """The account's id is not one that a folder can be named for."""

    def __init__(self) -> None:
        super().__init__("This account cannot keep files.")


class FieldsRefused(Invalid):
    """What the client says cannot be accepted; `errors` say which fields are wrong."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("Some fields are wrong; see `errors`.", errors)


class PartsRefused(Invalid):
    """The parts do not make up the file that was announced; `reason` is about `/parts`."""

    def __init__(self, reason: str) -> None:
        super().__init__("The parts cannot be put together; see `errors`.", [FieldError("/parts", reason)])


class PartsUnknown(Invalid):
    """S3 has other parts than those that the client names."""

    def __init__(self) -> None:
        super().__init__(
            "S3 did not accept the parts.", [FieldError("/parts", "do not match what was uploaded")]
        )


class NoRecords(Invalid):
    """A message of the bucket names no object."""

    def __init__(self) -> None:
        super().__init__("The message has no records.")


class QuotaExceeded(Conflict):
    """The account holds as much as it may; deleting something makes room."""

    def __init__(self, message: str = "The account's storage is full; delete something first.") -> None:
        super().__init__(message)


class LargerThanQuota(QuotaExceeded):
    """The file has no room even in an empty account."""

    def __init__(self) -> None:
        super().__init__("The file is larger than all the storage of an account.")


class DeletionPending(Conflict):
    """A new file stands under the key of an object whose deletion is not finished; try again shortly."""

    def __init__(self) -> None:
        super().__init__("An object is being deleted under this key; its successor waits.")


class ContentChanged(Conflict):
    """The file was replaced or removed while it was being read; look again."""

    def __init__(self) -> None:
        super().__init__("The file was replaced or removed.")


class UploadNotOpen(Conflict):
    """The upload was already completed, aborted, or never was one in parts."""

    def __init__(self, message: str = "The upload is not open any more.") -> None:
        super().__init__(message)


class NotInParts(UploadNotOpen):
    """The upload is one of a single form."""

    def __init__(self) -> None:
        super().__init__("This upload is not one in parts: posting its form completes it.")


class UploadEnded(UploadNotOpen):
    """S3 knows the upload no more, and there is no file."""

    def __init__(self) -> None:
        super().__init__("The upload was aborted or has expired.")


class AlreadyArrived(UploadNotOpen):
    """The file is there: there is an object now, and no upload."""

    def __init__(self) -> None:
        super().__init__("The file has arrived; delete the object instead.")


class ReleasePublished(Conflict):
    """What is published never changes."""

    def __init__(self) -> None:
        super().__init__("This version is published for this platform; release a newer version.")


class NameTaken(Conflict):
    """Two platforms' files of one version would have the same address."""

    def __init__(self) -> None:
        super().__init__("Another platform's file of this version has this name; choose another name.")


class TooManyPlatforms(Conflict):
    """A version has as many files as it may have."""

    def __init__(self, most: int) -> None:
        super().__init__(f"A version has files for at most {most} platforms.")


class FileMissing(Conflict):
    """A file of the release was not uploaded."""

    def __init__(self, platform: str) -> None:
        super().__init__(f"The file for {platform} has not arrived; upload it, then publish again.")


class FileWrong(Conflict):
    """A file of the release is not the one that was announced."""

    def __init__(self, platform: str) -> None:
        super().__init__(
            f"The file for {platform} differs from its announced size or SHA-256; upload the right one."
        )


class TooManyCollections(Conflict):
    """The account has as many collections as it may have."""

    def __init__(self, most: int) -> None:
        super().__init__(f"An account has at most {most} collections; delete one first.")


class CollectionFull(Conflict):
    """The collection has as many objects as it may have."""

    def __init__(self, most: int) -> None:
        super().__init__(f"A collection has at most {most} objects; begin another collection.")


class TooManyGrants(Conflict):
    """The collection has as many readers as it may have."""

    def __init__(self, most: int) -> None:
        super().__init__(f"A collection has at most {most} grants; take one back first.")


class PathTaken(Conflict):
    """Another object of the collection has this path."""

    def __init__(self, path: str) -> None:
        super().__init__(f"Another object of the collection has the path {path}; send another `path`.")


class ObjectNotReady(Conflict):
    """An object whose file is not known to be good yet, or never will be."""

    def __init__(self, status: str) -> None:
        super().__init__(f"The object is {status}; only one that is ready can be in a collection.")


class TooLargeToShare(Conflict):
    """The file is larger than what can be copied within one request."""

    def __init__(self, largest: int) -> None:
        super().__init__(f"A file in a collection has at most {largest} bytes.")


class ItemChanged(Stale):
    """The object, or its place in the collection, changed while it was being put there."""

    def __init__(self) -> None:
        super().__init__("The object or its place in the collection has changed meanwhile; try again.")


class CollectionChanged(Stale):
    """The record has another version than the one that was read."""

    def __init__(self) -> None:
        super().__init__("The collection has changed meanwhile; read it again.")


class ReleaseChanged(Stale):
    """Somebody else changed the release meanwhile."""

    def __init__(self) -> None:
        super().__init__("The release has changed meanwhile; try again.")


class ObjectChanged(Stale):
    """The record has another version than the one that was read."""

    def __init__(self) -> None:
        super().__init__("The object has changed meanwhile.")


class ObjectBusy(Transient):
    """The object is being examined."""

    def __init__(self) -> None:
        super().__init__("The object is being looked at; its change comes afterwards.")


class UploadBusy(Transient):
    """The upload changed each time that it was to be given up."""

    def __init__(self) -> None:
        super().__init__("The upload is changing; try again shortly.")


class KeyBusy(Transient):
    """Another upload with the same key is being kept."""

    def __init__(self) -> None:
        super().__init__("Another upload holds this key at the moment; try again.")


class ScannerAway(Transient):
    """What looks for malware does not answer, or not as it should; `reason` is for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The malware scanner gave no verdict: {reason}")


class DeliveryNotSetUp(Transient):
    """There is no key to sign deliveries with: the operator has to give one."""

    def __init__(self) -> None:
        super().__init__("Private delivery is not set up here (EDGE_KEY_PAIR_ID, EDGE_PRIVATE_KEY).", 60)


class BucketAway(Transient):
    """The bucket does not answer."""

    def __init__(self) -> None:
        super().__init__("The bucket is away.")


class Unreadable(Exception):
    """A file is not the picture that it claims to be; the message is shown to its owner as the reason."""


class RenderingFailed(Exception):
    """The renderer died or hung; whether the file is to blame is not known."""


class Unsupported(Exception):
    """A file is a picture of a kind that is not drawn here; it is kept without thumbnails."""


class LimitExceeded(Exception):
    """A picture needs more time or memory than it may have; the message is the reason its owner reads."""
