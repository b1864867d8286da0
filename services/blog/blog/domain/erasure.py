"""What becomes of an account's things when it is deleted."""

from __future__ import annotations

from blog.domain.ports import PostStore
from blog.domain.posts import Posts
from blog.domain.responses import Responses
from blog.errors import PostNotFound
from chassis.errors import Stale


class BlogAccounts:
    """An AccountData: everything that the blog has of accounts."""

    def __init__(self, store: PostStore, posts: Posts, responses: Responses) -> None:
        self._store = store
        self._posts = posts
        self._responses = responses

    def is_erased(self, account: str) -> bool:
        return self._store.is_erased(account)

    def mark_erased(self, account: str) -> None:
        self._store.mark_erased(account)

    def erase(self, account: str) -> None:
        """Erase its posts, public or not, and its likes; its comments leave tombstones."""
        for slug in list(self._store.authored(account)):
            self._delete(slug)
        self._responses.erase(account)

    def _delete(self, slug: str) -> None:
        while True:
            try:
                return self._posts.delete(slug, lambda _version: None)
            except PostNotFound:
                return None
            except Stale:  # another request changed it
                continue
