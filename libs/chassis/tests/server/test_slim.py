"""A virtual environment made smaller still works."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import hiredis
import pytest

from chassis.server import slim
from chassis.stores import aws


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The packages of a virtual environment that has one with a library of its own, and what nobody uses."""
    site = tmp_path / "lib" / "python3.11" / "site-packages"
    shutil.copytree(Path(hiredis.__file__).parent, site / "hiredis")
    for name in (
        "botocore/data/s3/service.json",
        "botocore/data/ec2/service.json",
        "botocore/data/endpoints.json",
        "boto3/data/s3/resources.json",
        "flask_swagger_ui/dist/swagger-ui.css",
        "flask_swagger_ui/dist/swagger-ui.js",
        "package/tests/test_it.py",
        "package/code.py",
        "package/code.pyi",
    ):
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text("x = 1\n")
    return site


def test_a_stripped_library_is_smaller_and_works(site: Path) -> None:
    [library] = site.glob("hiredis/*.so")
    before = library.stat().st_size
    slim.main(site.parents[2])
    assert library.stat().st_size < before
    script = "import hiredis; r = hiredis.Reader(); r.feed(b'+PONG\\r\\n'); print(r.gets(), hiredis.__file__)"
    environment = {"PYTHONPATH": str(site)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
    assert done.stdout.split() == ["b'PONG'", str(site / "hiredis" / "__init__.py")], done.stderr


def test_what_is_stripped_twice_stays_as_it_is(site: Path) -> None:
    [library] = site.glob("hiredis/*.so")
    slim.strip(library)
    once = library.read_bytes()
    slim.strip(library)
    assert library.read_bytes() == once


def test_only_what_no_service_uses_is_removed(site: Path) -> None:
    slim.main(site.parents[2])
    left = {
        str(path.relative_to(site))
        for path in site.rglob("*")
        if path.is_file() and "hiredis" not in str(path)
    }
    assert left == {
        "botocore/data/s3/service.json",
        "botocore/data/endpoints.json",
        "flask_swagger_ui/dist/swagger-ui.css",
        "package/code.py",
    }


def test_a_file_that_is_no_library_stays_as_it_is(tmp_path: Path) -> None:
    text = tmp_path / "linker.so"
    text.write_text("INPUT(libc.so.6)")
    slim.strip(text)
    assert text.read_text() == "INPUT(libc.so.6)"


def test_what_a_caller_names_is_kept_too(site: Path) -> None:
    slim.main(site.parents[2], ["ec2"])
    assert (site / "botocore/data/ec2/service.json").exists()


def test_every_aws_service_that_a_service_may_call_is_kept() -> None:
    written = Path(aws.__file__).read_text(encoding="utf-8")
    named = set(re.findall(r'def client\(self, service: Literal\["(\w+)"\]', written))
    assert named == slim.KEPT_AWS_SERVICES
