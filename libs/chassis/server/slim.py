"""Makes a virtual environment smaller, while an image is built: `python slim.py /opt/venv [AWS SERVICE]...`.

Uses the standard library only, as it runs before anything of ours is there.
"""

from __future__ import annotations

import shutil
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

KEPT_AWS_SERVICES = {
    "cloudfront",
    "dynamodb",
    "dynamodbstreams",
    "s3",
    "secretsmanager",
    "sesv2",
    "sns",
    "sqs",
    "sts",
}
_UNUSED = (
    "boto3/data/*",
    "boto3/examples",
    "botocore/docs/bcdoc/*.rst",
    "flask_swagger_ui/dist/swagger-ui.js",
    "flask_swagger_ui/dist/swagger-ui-standalone-preset.js",
    "sqlalchemy/testing",
    "alembic/testing",
    "sqlalchemy/dialects/mssql",
    "sqlalchemy/dialects/mysql",
    "sqlalchemy/dialects/oracle",
    "**/tests",
    "**/test",
    "**/*.pyi",
    "**/*.pyx",
    "**/*.pxd",
)
_ELF_64 = b"\x7fELF\x02"


def main(environment: Path, also_kept: Sequence[str] = ()) -> None:
    """Remove from `environment` what no service uses, and what no program reads from libraries.

    `also_kept` are AWS services that may be called besides those that every service may call.
    """
    for site in environment.glob("lib/python3.*/site-packages"):
        for pattern in _UNUSED:
            for path in list(site.glob(pattern)):
                _remove(path)
        for path in site.glob("botocore/data/*/"):
            if path.is_dir() and path.name not in KEPT_AWS_SERVICES.union(also_kept):
                _remove(path)
        for path in site.rglob("*.so*"):
            strip(path)


def strip(library: Path) -> None:
    """Cut off what lies behind the last segment of an ELF file: names for debuggers; no loader reads it."""
    content = bytearray(library.read_bytes())
    if content[:5] != _ELF_64:
        return
    (first,) = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    end = first + size * count
    for number in range(count):
        offset, length = struct.unpack_from("<Q16xQ", content, first + number * size + 8)
        end = max(end, offset + length)
    struct.pack_into("<Q", content, 40, 0)  # no table of sections,
    struct.pack_into("<HH", content, 60, 0, 0)  # of which there are none, nor their names
    library.write_bytes(content[:end])


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    elif path.exists():
        path.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
