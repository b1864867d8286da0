"""The deployment brings the web app: a page that says it is not there yet, then the app, file by file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.deploy.world import World, flat

from slipway.terminal.problems import OK

_ASSET = "assets/app-BvW3x9Qk.js"


@pytest.fixture
def built(world: World) -> Any:
    """The folder that a build of the app leaves, which is gone again after the test."""
    folder = world.root / "web" / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>app 1</title>")
    (folder / _ASSET).write_text("console.log(1)")
    yield folder
    for path in [*folder.rglob("*.*")]:
        path.unlink()
    for path in (folder / "assets", folder, folder.parent):
        path.rmdir()


def _file(world: World, key: str) -> Any:
    return world.provider.s3.get_object(Bucket=f"{world.project}-dev-site", Key=key)


def test_without_an_app_a_page_says_so_and_is_put_once(world: World) -> None:
    world.provider.s3.delete_object(Bucket=f"{world.project}-dev-site", Key="index.html")
    assert "a placeholder stands for the web app" in flat(world.deploy("--apply").stdout)
    page = _file(world, "index.html")
    assert b"has not been deployed" in page["Body"].read()
    assert page["ContentType"] == "text/html; charset=utf-8"
    done = world.deploy("--apply")
    assert done.returncode == OK, done.stderr
    assert "a placeholder stands" not in flat(done.stdout)


def test_an_app_takes_the_place_of_that_page_and_what_is_the_same_is_not_sent_again(
    world: World, built: Path
) -> None:
    done = world.deploy("--image-tag", "1.1.0")
    assert done.returncode == OK, done.stderr
    assert "web app: 2 of 2 files were new" in flat(done.stdout)
    page, asset = _file(world, "index.html"), _file(world, _ASSET)
    assert (page["CacheControl"], asset["CacheControl"]) == (
        "no-cache",
        "public, max-age=31536000, immutable",
    )
    assert done.stdout.index("--key assets/") < done.stdout.index("--key index.html")
    (built / "index.html").write_text("<!doctype html><title>app 2</title>")
    assert "web app: 1 of 2 files were new" in flat(world.deploy("--apply").stdout)
    assert b"app 2" in _file(world, "index.html")["Body"].read()


def test_a_release_of_one_service_leaves_the_app_alone(world: World, built: Path) -> None:
    done = world.deploy("--image-tag", "1.1.0", "--service", "todos")
    assert done.returncode == OK, done.stderr
    assert "Web app" not in done.stdout
