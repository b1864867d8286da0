"""What can go wrong with posts."""

from __future__ import annotations

from chassis.errors import Conflict, FieldError, Invalid, NotFound


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
