"""What can go wrong with posts, and what each problem says."""

from __future__ import annotations

from chassis.errors import (
    Conflict,
    Denied,
    FieldError,
    Invalid,
    NotFound,
    Stale,
    TooMany,
    Transient,
    Unauthenticated,
)


class PostNotFound(NotFound):
    """There is no such post, or it is not public."""

    def __init__(self) -> None:
        super().__init__("There is no such post.")


class SlugTaken(Conflict):
    """Another post has the slug."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"Another post is called {slug!r}; give a `slug` that is free.")


class SlugMissing(Invalid):
    """The title has nothing that a slug could be made of."""

    def __init__(self) -> None:
        message = "must be given: the title has no letters and no digits"
        super().__init__("The post needs a slug.", [FieldError("/slug", message)])


class TooManyPosts(Conflict):
    """The account has as many posts as it may have."""

    def __init__(self, most: int) -> None:
        super().__init__(f"An account has at most {most} posts; delete one to make room.")


class PostChanged(Stale):
    """The post has another version than the one that was read."""

    def __init__(self) -> None:
        super().__init__("The post was changed meanwhile; read it again and repeat your change.")


class NameUnknown(Transient):
    """The issuer of the caller's token does not say what the account is called."""

    def __init__(self) -> None:
        super().__init__("Your account's name cannot be asked at the moment; try again shortly.")


class CoverRefused(Invalid):
    """Media has no such picture of the caller's, or it is not ready."""

    def __init__(self) -> None:
        message = "must be the id of a picture of yours that media has, with the status `ready`"
        super().__init__(
            "The cover is no picture that can be shown.", [FieldError("/cover_object_id", message)]
        )


class CoverGone(Conflict):
    """The picture was deleted or changed while the post was being written."""

    def __init__(self) -> None:
        super().__init__("The cover was deleted or changed meanwhile; choose it again.")


class CoverUnknown(Transient):
    """Media does not answer what becomes of a cover."""

    def __init__(self) -> None:
        super().__init__("The cover cannot be asked for at the moment; try again shortly, or leave it out.")


class TokenRefused(Unauthenticated):
    """The issuer does not take its own token any more."""

    def __init__(self) -> None:
        super().__init__("The access token is not valid any more; refresh the session.")


class TooBusy(Transient):
    """The table does not answer everything that was asked of it."""

    def __init__(self) -> None:
        super().__init__("The table is too busy at the moment; try again shortly.")


class NotAnObject(Invalid):
    """The event says of no object that it has changed."""

    def __init__(self) -> None:
        super().__init__("The event has no object with a version.")


class CommentNotFound(NotFound):
    """There is no such comment, or it is deleted."""

    def __init__(self) -> None:
        super().__init__("There is no such comment.")


class ParentNotFound(Invalid):
    """The comment that is answered does not stand below this post."""

    def __init__(self) -> None:
        message = "must be the id of a comment on the same post"
        super().__init__("There is no such comment to answer.", [FieldError("/parent_id", message)])


class NotYours(Denied):
    """The comment is another account's."""

    def __init__(self) -> None:
        super().__init__("Only its author may delete a comment, and who has the scope blog:write.")


class TooManyComments(TooMany):
    """The account has written as many comments as it may in an hour."""

    def __init__(self, most: int, retry_after: int) -> None:
        super().__init__(f"An account writes at most {most} comments an hour; wait a little.", retry_after)


class TokenUnknown(NotFound):
    """The token belongs to no subscription."""

    def __init__(self) -> None:
        super().__init__("The link is not good any more; subscribe again to get a new one.")


class TooManySubscriptions(TooMany):
    """The network has asked for as many subscriptions as it may in an hour."""

    def __init__(self, most: int, retry_after: int) -> None:
        super().__init__(f"A network asks for at most {most} subscriptions an hour; wait.", retry_after)


class TokenMissing(Invalid):
    """Neither address nor body says which subscription is meant."""

    def __init__(self) -> None:
        message = "must be given, here or in the address"
        super().__init__("The token of the mail is missing.", [FieldError("/token", message)])
