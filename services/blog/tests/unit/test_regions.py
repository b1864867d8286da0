"""Two regions with copies of one table: each hears of every change, and what is to be done once is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from blog.config import WorkerSettings
from blog.domain.consequences import Consequence, DropComments, ShowAnew, due_in_every_region
from chassis.ids import new_id

_QUEUES = {
    f"{name}_{what}": "30" if what.endswith("timeout") else "http://127.0.0.1:9"
    for name in ("users_events", "mail_events", "media_events")
    for what in ("queue_url", "dlq_url", "visibility_timeout")
}


def worker_in(region: str, owner: str | None) -> WorkerSettings:
    return WorkerSettings(
        auth_issuer="https://users",
        auth_jwks_url="http://127.0.0.1:9",
        blog_table="blog",
        events_topic_arn="arn:aws:sns:us-east-1:000000000000:blog-events",
        exports_bucket="exports",
        aws_region=region,
        owner_region=owner,
        **_QUEUES,
    )


def done_in(region: str, heard: Sequence[Consequence]) -> list[Consequence]:
    """Return what a region does about what its stream tells."""
    return list(heard) if worker_in(region, "eu-west-1").owns_the_table() else due_in_every_region(heard)


_POSTS = [new_id() for _ in range(3)]
_CHANGES: st.SearchStrategy[Consequence] = st.one_of(
    st.builds(ShowAnew, st.sampled_from("abc"), st.sampled_from("123")),
    st.builds(DropComments, st.sampled_from(_POSTS)),
)


@given(st.lists(_CHANGES), st.data())
def test_every_region_shows_each_change_and_one_tidies_up_in_whatever_order_they_hear(
    changes: list[Consequence], data: st.DataObject
) -> None:
    done = {
        region: done_in(region, data.draw(st.permutations(changes)))
        for region in ("eu-west-1", "eu-central-1")
    }
    for region, what in done.items():
        shown = Counter(one for one in what if isinstance(one, ShowAnew))
        assert shown == Counter(one for one in changes if isinstance(one, ShowAnew)), region
    tidied = [one for what in done.values() for one in what if isinstance(one, DropComments)]
    assert Counter(tidied) == Counter(one for one in changes if isinstance(one, DropComments))


def test_a_table_without_copies_is_its_regions_own() -> None:
    assert worker_in("eu-west-1", None).owns_the_table()
