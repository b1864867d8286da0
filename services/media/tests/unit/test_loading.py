"""A decoder loads nothing more once it is confined."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from PIL import ImageCms
from services.media.tests import pictures

_RENDER_ALL = """
import sys
from pathlib import Path
from media.imaging.prepared import PictureLimits
from media.imaging.render import render
before = set(sys.modules)
for source in sorted(Path(sys.argv[1]).iterdir()):
    render(source, Path(sys.argv[2]), PictureLimits())
print(sorted(set(sys.modules) - before))
"""


def of_every_kind() -> list[bytes]:
    picture, other = pictures.quarters(), pictures.quarters()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return [
        pictures.with_gps(),
        pictures.encoded(picture, "MPO", save_all=True, append_images=[other]),
        pictures.encoded(picture.convert("CMYK")),
        pictures.encoded(picture.convert("P"), "PNG", transparency=0),
        pictures.encoded(picture, icc_profile=profile),
        pictures.encoded(picture, "HEIF"),
        pictures.turned(6, "AVIF"),
        pictures.sixteen_bit(),
        *(pictures.animated(kind) for kind in ("GIF", "WEBP", "PNG", "AVIF")),
    ]


def test_all_that_decodes_is_loaded_before_the_walls_go_up(tmp_path: Path) -> None:
    files, folder = tmp_path / "files", tmp_path / "scratch"
    files.mkdir()
    folder.mkdir()
    for number, body in enumerate(of_every_kind()):
        (files / str(number)).write_bytes(body)
    command = [sys.executable, "-c", _RENDER_ALL, str(files), str(folder)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"
