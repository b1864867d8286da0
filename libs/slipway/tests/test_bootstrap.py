"""`./slipway` makes its environment by itself, whole or not at all."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

_SCRIPT = Path(__file__).resolve().parents[3] / "slipway"
_MISSING, _CANNOT_WRITE = 69, 73

# Makes real environments without pip, which takes seconds to unpack, and puts a pip there that
# installs nothing and fails for a package called no-such-package.
_PYTHON = """\
#!/bin/sh
if [ "$1 $2" = "-m venv" ]; then
    "{python}" -m venv --without-pip "$3" || exit 1
    site=$("$3/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    mkdir "$site/pip"
    cp "$0.pip" "$site/pip/__main__.py"
else
    exec "{python}" "$@"
fi
"""
_PIP = """\
import os, sys
from pathlib import Path
if os.environ.get("PIP_USER") != "0" or "PIP_TARGET" in os.environ or "PYTHONPATH" in os.environ:
    sys.exit("ERROR: told to install elsewhere")
files = [Path(word).read_text() for word in sys.argv if word.endswith(".txt")]
if any("uv==" in text for text in files):
    uv = Path(sys.executable).with_name("uv")
    uv.write_text("#!/bin/sh\\necho $UV_CACHE_DIR >$0.cache\\n")
    uv.chmod(0o755)
sys.exit("no matching distribution" if any("no-such-package" in text for text in files) else 0)
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that needs no packages and whose command line prints its arguments."""
    root = tmp_path / "a new checkout"
    (root / "libs" / "slipway").mkdir(parents=True)
    (root / "requirements").mkdir()
    shutil.copy(_SCRIPT, root)
    (root / "requirements" / "dev.txt").write_text("# nothing\n")
    (root / "libs" / "slipway" / "__main__.py").write_text("import sys; print('ran', *sys.argv[1:])\n")
    python = root / "python"
    python.write_text(_PYTHON.format(python=getattr(sys, "_base_executable", sys.executable)))
    python.chmod(0o755)
    (root / "python.pip").write_text(_PIP)
    return root


def command(
    root: Path, *arguments: str, program: str = "", folder: Path = Path("/"), **environment: str
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [program or str(root / "slipway"), *arguments],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(root),
            "SLIPWAY_PYTHON": str(root / "python"),
            **environment,
        },
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(
    root: Path, *arguments: str, program: str = "", folder: Path = Path("/"), **environment: str
) -> tuple[int, str, str]:
    with command(root, *arguments, program=program, folder=folder, **environment) as process:
        out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def test_the_first_command_sets_up_and_later_ones_do_not(checkout: Path) -> None:
    code, out, err = run(checkout, "up", "--port", "1 2")
    assert (code, out) == (0, "ran up --port 1 2\n")
    assert "Setting up" in err
    assert run(checkout, "status") == (0, "ran status\n", "")


def test_changed_requirements_make_the_environment_anew(checkout: Path) -> None:
    run(checkout)
    marker = checkout / ".venv" / "marker"
    marker.touch()
    (checkout / "requirements" / "dev.txt").write_text("# something else\n")
    assert run(checkout, "status")[0] == 0
    assert not marker.exists()


def test_a_new_service_is_found(checkout: Path) -> None:
    run(checkout)
    (checkout / "services" / "shop").mkdir(parents=True)
    (checkout / "services" / "shop" / "service.yaml").touch()
    (checkout / "services" / "shop" / "shop.py").write_text("print('found')\n")
    (checkout / "libs" / "slipway" / "__main__.py").write_text("import shop\n")
    assert run(checkout)[:2] == (0, "found\n")


def test_two_first_commands_at_once_both_succeed(checkout: Path) -> None:
    with command(checkout, "one") as first, command(checkout, "two") as second:
        assert first.communicate(timeout=120)[0] == "ran one\n"
        assert second.communicate(timeout=120)[0] == "ran two\n"


def test_an_interrupted_setup_is_done_again(checkout: Path) -> None:
    with command(checkout, "up") as process:
        deadline = time.monotonic() + 120
        while not (checkout / ".venv").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        process.kill()
    assert run(checkout, "up")[:2] == (0, "ran up\n")


def test_packages_that_cannot_be_had_are_said_in_a_sentence(checkout: Path) -> None:
    (checkout / "requirements" / "dev.txt").write_text("no-such-package==1.0\n")
    code, _, err = run(checkout, "up")
    assert code == _MISSING
    assert "is there a network?" in err
    assert "Traceback" not in err
    assert not (checkout / ".venv" / ".complete").exists()


def test_without_a_new_enough_python_it_says_how_to_get_one(checkout: Path, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("bash", "cat", "cksum", "dirname", "env", "mkdir", "readlink"):
        found = shutil.which(name)
        assert found
        (tools / name).symlink_to(found)
    (tools / "python3").write_text("#!/bin/sh\nexit 1\n")
    (tools / "python3").chmod(0o755)
    code, _, err = run(checkout, "up", PATH=str(tools), SLIPWAY_PYTHON="")
    assert code == _MISSING
    assert "Python 3.11 or newer is needed" in err
    assert "apt install" in err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_checkout_that_cannot_be_written_is_said(checkout: Path) -> None:
    checkout.chmod(0o555)
    code, _, err = run(checkout, "up")
    checkout.chmod(0o755)
    assert code == _CANNOT_WRITE
    assert "cannot write" in err


def test_a_link_to_the_command_runs_the_checkout_that_it_leads_to(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "first").symlink_to(checkout / "slipway")
    (tmp_path / "bin" / "second").symlink_to("first")
    assert run(checkout, "up", program=str(tmp_path / "bin" / "second"))[:2] == (0, "ran up\n")


def test_cdpath_does_not_lead_it_elsewhere(checkout: Path) -> None:
    program = f"{checkout.name}/slipway"
    found = run(checkout, "up", program=program, folder=checkout.parent, CDPATH=str(checkout.parent))
    assert found[:2] == (0, "ran up\n")


def test_modules_of_other_projects_are_not_taken_for_its_own(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise SystemExit('another click')")
    site = checkout / "libs" / "click.py"
    site.write_text("")
    (checkout / "libs" / "slipway" / "__main__.py").write_text("import click; print(click.__file__)\n")
    expected = (0, f"{site}\n")
    assert run(checkout, PYTHONPATH=str(tmp_path))[:2] == expected
    assert run(checkout, folder=tmp_path)[:2] == expected


def test_pip_settings_for_other_projects_do_not_lead_packages_elsewhere(checkout: Path) -> None:
    code, _, err = run(checkout, "up", PIP_USER="1", PIP_TARGET="/nonexistent", PYTHONPATH="/nonexistent")
    assert (code, "elsewhere" in err) == (0, False)


def test_programs_that_it_starts_keep_what_they_compile(checkout: Path) -> None:
    (checkout / "libs" / "slipway" / "__main__.py").write_text(
        "import subprocess, sys\n"
        "subprocess.run([sys.executable, '-c', 'import sys; print(sys.dont_write_bytecode)'], check=True)\n"
    )
    assert run(checkout, "test", PYTHONDONTWRITEBYTECODE="1")[:2] == (0, "False\n")


@pytest.mark.parametrize("home", ["/dev/null/home", ""])
def test_without_a_home_to_write_to_downloads_are_kept_in_the_checkout(checkout: Path, home: str) -> None:
    (checkout / "requirements" / "dev.txt").write_text("uv==1.0\n")
    assert run(checkout, "up", HOME=home, XDG_CACHE_HOME="/dev/null/cache")[0] == 0
    used = (checkout / ".venv" / "bin" / "uv.cache").read_text().strip()
    assert used == str(checkout / ".slipway" / "uv-cache")


@pytest.mark.parametrize("name", ["with:colon", "with\nbreak"])
def test_a_path_that_no_environment_can_lie_at_is_the_reason_given(checkout: Path, name: str) -> None:
    moved = checkout.rename(checkout.parent / name)
    code, _, err = run(moved, "up", SLIPWAY_PYTHON=str(moved / "python"))
    assert code == _MISSING
    assert "colon or a line break" in err
    assert "next: move the checkout" in err
    assert not (moved / ".venv").exists()


@pytest.mark.parametrize("name", ["with%2Fpercent", "with$dollar", 'with"quote', "with [brackets]", "it's"])
def test_any_other_character_may_stand_in_the_path(checkout: Path, name: str) -> None:
    moved = checkout.rename(checkout.parent / name)
    assert run(moved, "up", SLIPWAY_PYTHON=str(moved / "python"))[:2] == (0, "ran up\n")


def test_a_copied_checkout_makes_an_environment_of_its_own(checkout: Path) -> None:
    run(checkout)
    copy = checkout.with_name("a copy")
    shutil.copytree(checkout, copy, symlinks=True)
    (copy / "libs" / "slipway" / "__main__.py").write_text("print('the copy ran')\n")
    assert run(copy)[:2] == (0, "the copy ran\n")
    assert run(checkout)[:2] == (0, "ran\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can leave files behind that are not the owner's")
def test_what_root_left_in_the_checkout_is_said_with_the_command_that_mends_it(checkout: Path) -> None:
    run(checkout)
    for folder in (checkout, *checkout.parents):
        folder.chmod(folder.stat().st_mode | 0o055)
    owner = ["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups"]
    os.chown(checkout, 12345, 12345)
    done = subprocess.run(
        [*owner, str(checkout / "slipway"), "up"], check=False, capture_output=True, text=True, cwd="/"
    )
    assert done.returncode == _CANNOT_WRITE
    assert "belongs to another user" in done.stderr
    assert "next: run: sudo chown -R 12345:12345 " in done.stderr
