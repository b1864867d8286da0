"""The web app's files in the bucket that is served."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from libs.slipway.tests.deploy.fakes import FakeAws, refused

from slipway.deploy import website
from slipway.terminal.problems import Problem


class Site:
    """A bucket's objects by key, as they were put."""

    def __init__(self) -> None:
        self.objects: dict[str, Mapping[str, Any]] = {}
        self.aws = FakeAws(answers={"head_object": self._head, "put_object": self._put})

    @property
    def sent(self) -> list[str]:
        return [asked["Key"] for asked in self.aws.asked_for("put_object")]

    def _head(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        if asked["Key"] not in self.objects:
            raise refused("404")
        return {"Metadata": self.objects[asked["Key"]]["Metadata"]}

    def _put(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        self.objects[asked["Key"]] = asked
        return {}


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<script src=/assets/app-3f9c2b1a.js>")
    (folder / "assets" / "app-3f9c2b1a.js").write_text("start()")
    (folder / "favicon.ico").write_bytes(b"\x00")
    return folder


def test_pages_are_uploaded_behind_all_that_they_name(site: Site, app: Path) -> None:
    website.bring(site.aws, "site", app)
    assert site.sent == ["assets/app-3f9c2b1a.js", "favicon.ico", "index.html"]


def test_only_what_has_a_hash_in_its_name_is_kept_by_browsers(site: Site, app: Path) -> None:
    website.bring(site.aws, "site", app)
    kept = {key: one["CacheControl"] for key, one in site.objects.items()}
    assert "immutable" in kept["assets/app-3f9c2b1a.js"]
    assert (kept["index.html"], kept["favicon.ico"]) == ("no-cache", "no-cache")


def test_files_have_the_type_that_their_name_says(site: Site, app: Path) -> None:
    (app / "data").write_bytes(b"?")
    website.bring(site.aws, "site", app)
    kinds = {key: one["ContentType"] for key, one in site.objects.items()}
    assert kinds["index.html"] == "text/html; charset=utf-8"
    assert kinds["data"] == "application/octet-stream"


def test_what_is_there_already_is_not_sent_again(site: Site, app: Path) -> None:
    website.bring(site.aws, "site", app)
    (app / "favicon.ico").write_bytes(b"\x01")
    site.aws.asked.clear()
    website.bring(site.aws, "site", app)
    assert site.sent == ["favicon.ico"]


def test_a_file_of_an_unknown_digest_is_sent(site: Site, app: Path) -> None:
    website.bring(site.aws, "site", app)
    site.objects["index.html"] = {"Metadata": {}}
    site.aws.asked.clear()
    website.bring(site.aws, "site", app)
    assert site.sent == ["index.html"]


def test_without_an_app_a_placeholder_stands_for_it(site: Site, tmp_path: Path) -> None:
    website.bring(site.aws, "site", tmp_path / "none")
    assert site.sent == ["index.html"]


def test_a_placeholder_never_takes_the_place_of_an_app(site: Site, app: Path, tmp_path: Path) -> None:
    website.bring(site.aws, "site", app)
    page = site.objects["index.html"]
    website.bring(site.aws, "site", tmp_path / "none")
    assert site.objects["index.html"] is page


def test_a_bucket_that_refuses_is_not_taken_for_an_empty_one(site: Site, app: Path) -> None:
    def refuse(_asked: Mapping[str, Any]) -> dict[str, Any]:
        raise refused("403")

    site.aws.answers["head_object"] = refuse
    with pytest.raises(Problem, match="403"):
        website.bring(site.aws, "site", app)
    assert site.sent == []
