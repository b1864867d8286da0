"""Thumbnails of ordinary, odd, damaged and hostile pictures."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from services.media.tests import pictures
from services.media.tests.factories import a_picture

from media.domain.rendering import RenderedPicture
from media.errors import Unreadable, Unsupported
from media.imaging.prepared import PictureLimits
from media.imaging.render import render

UPRIGHT = ["red", "green", "blue", "white"]


@pytest.fixture
def rendered(tmp_path: Path) -> Any:
    def rendered(body: bytes) -> RenderedPicture:
        source = tmp_path / "original"
        source.write_bytes(body)
        return render(source, tmp_path, PictureLimits())

    return rendered


def opened(result: RenderedPicture, name: str = "small") -> Image.Image:
    path = next(each.path for each in result.renderings if each.name == name)
    return Image.open(io.BytesIO(path.read_bytes()))


def test_three_thumbnails_fit_their_boxes_and_keep_the_proportions(rendered: Any) -> None:
    result = rendered(a_picture((3000, 2000)))
    sizes = [(each.name, each.width, each.height) for each in result.renderings]
    assert sizes == [("small", 256, 171), ("medium", 512, 341), ("large", 1024, 683)]
    assert all(opened(result, name).size == (width, height) for name, width, height in sizes)


def test_a_small_picture_is_never_enlarged(rendered: Any) -> None:
    result = rendered(a_picture((100, 50)))
    assert {(each.width, each.height) for each in result.renderings} == {(100, 50)}


def test_a_very_thin_picture_keeps_at_least_one_pixel(rendered: Any) -> None:
    result = rendered(a_picture((20_000, 2)))
    assert all(each.height >= 1 for each in result.renderings)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_every_orientation_is_shown_upright(rendered: Any, orientation: int, kind: str) -> None:
    result = rendered(pictures.turned(orientation, kind))
    assert (result.width, result.height) == (120, 80)
    assert all(pictures.corners(opened(result, each.name)) == UPRIGHT for each in result.renderings)


@pytest.mark.parametrize("orientation", [6, 8])
def test_a_large_turned_picture_is_shown_upright(rendered: Any, orientation: int) -> None:
    result = rendered(pictures.turned(orientation, size=(3000, 2000)))
    assert (result.width, result.height) == (3000, 2000)
    assert opened(result, "large").size == (1024, 683)
    assert pictures.corners(opened(result)) == UPRIGHT


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_ignored(rendered: Any, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    result = rendered(pictures.encoded(pictures.quarters(), exif=exif.tobytes()))
    assert pictures.corners(opened(result)) == UPRIGHT


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0garbage", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff"]
)
def test_damaged_exif_does_not_matter(rendered: Any, exif: bytes) -> None:
    result = rendered(pictures.encoded(pictures.quarters(), exif=exif))
    assert pictures.corners(opened(result)) == UPRIGHT


def test_thumbnails_carry_no_metadata(rendered: Any) -> None:
    body = pictures.with_gps()
    assert b"Secret Camera" in body
    assert b"secret comment" in body
    result = rendered(body)
    for each in result.renderings:
        raw = each.path.read_bytes()
        assert not opened(result, each.name).getexif()
        assert b"Exif" not in raw
        assert b"ecret" not in raw


@pytest.mark.parametrize(
    ("kind", "mode", "content_type"),
    [
        ("JPEG", "RGB", "image/jpeg"),
        ("JPEG", "L", "image/jpeg"),
        ("JPEG", "CMYK", "image/jpeg"),
        ("PNG", "RGB", "image/png"),
        ("PNG", "L", "image/png"),
        ("PNG", "P", "image/png"),
        ("PNG", "1", "image/png"),
        ("PNG", "LA", "image/png"),
        ("PNG", "RGBA", "image/png"),
        ("WEBP", "RGB", "image/webp"),
        ("GIF", "P", "image/gif"),
    ],
)
def test_every_kind_of_pixel_is_understood(rendered: Any, kind: str, mode: str, content_type: str) -> None:
    result = rendered(pictures.encoded(pictures.quarters().convert(mode), kind))
    assert result.content_type == content_type
    if mode not in {"L", "LA", "1"}:
        assert pictures.corners(opened(result)) == UPRIGHT
    assert opened(result).format == "WEBP"


def test_sixteen_bits_keep_their_brightness(rendered: Any) -> None:
    small = opened(rendered(pictures.sixteen_bit())).convert("L")
    assert small.crop((2, 2, 15, 18)).getextrema()[1] < 12
    assert small.crop((25, 2, 38, 18)).getextrema()[0] > 240


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_transparency_is_kept(rendered: Any, kind: str) -> None:
    picture = pictures.quarters().convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    small = opened(rendered(pictures.encoded(picture, kind)))
    assert (small.format, small.mode) == ("WEBP", "RGBA")
    assert small.getchannel("A").getextrema()[0] < 20


@pytest.mark.parametrize(("mode", "transparency"), [("P", 0), ("RGB", (220, 30, 30)), ("L", 0)])
def test_a_transparent_colour_is_kept(rendered: Any, mode: str, transparency: Any) -> None:
    picture = Image.new(mode, (64, 64), transparency)
    picture.paste(200 if mode != "RGB" else (1, 2, 3), (32, 0, 64, 64))
    body = pictures.encoded(picture, "PNG", transparency=transparency)
    alpha = opened(rendered(body)).convert("RGBA").getchannel("A")
    assert alpha.crop((0, 0, 16, 64)).getextrema()[1] < 20
    assert alpha.crop((48, 0, 64, 64)).getextrema()[0] > 235


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF", "HEIF"])
def test_an_animation_shows_its_first_frame(rendered: Any, kind: str) -> None:
    small = opened(rendered(pictures.animated(kind)))
    assert pictures.corners(small) == UPRIGHT
    assert getattr(small, "n_frames", 1) == 1


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_colours_of_a_profile_become_srgb(rendered: Any, mode: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    result = rendered(pictures.encoded(pictures.quarters().convert(mode), icc_profile=profile))
    if mode == "RGB":
        assert pictures.corners(opened(result)) == UPRIGHT
    assert opened(result).mode == "RGB"
    assert "icc_profile" not in opened(result).info


@pytest.mark.parametrize("profile", [b"x", b"\0" * 200])
def test_a_damaged_profile_does_not_matter(rendered: Any, profile: bytes) -> None:
    result = rendered(pictures.encoded(pictures.quarters(), icc_profile=profile))
    assert pictures.corners(opened(result)) == UPRIGHT


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_truncated_picture_is_refused_with_a_reason(rendered: Any, kind: str, cut: float) -> None:
    picture = Image.effect_noise((200, 200), 90).convert("RGB")
    body = pictures.encoded(picture, kind)
    with pytest.raises(Unreadable, match=r"damaged|not a picture"):
        rendered(body[: int(len(body) * cut)])


@pytest.mark.parametrize(
    "body",
    [
        pictures.png_claiming(60_000, 60_000),
        pictures.png_claiming(8_000, 7_000),
        pictures.png_claiming(2**31 - 1, 2**31 - 1),
        pictures.gif_claiming(65_535, 65_535),
    ],
    ids=["60,000 x 60,000", "56 million", "the largest there is", "GIF"],
)
def test_too_many_pixels_are_refused_before_any_is_decoded(rendered: Any, body: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable, match="million are allowed"):
            rendered(body)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("size", [(0, 10), (10, 0)])
def test_a_picture_without_pixels_is_refused(rendered: Any, size: tuple[int, int]) -> None:
    with pytest.raises(Unreadable):
        rendered(pictures.png_claiming(*size))


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "ICO", "PPM", "TGA", "PCX"])
def test_no_other_decoder_ever_runs(rendered: Any, kind: str) -> None:
    with pytest.raises(Unreadable, match="not a picture"):
        rendered(pictures.encoded(pictures.quarters(), kind))


@pytest.mark.parametrize(
    "body", [b"", b"hello", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\0\0\0\0WEBP"]
)
def test_what_is_no_picture_is_refused(rendered: Any, body: bytes) -> None:
    with pytest.raises(Unreadable):
        rendered(body)


TAGS = st.tuples(
    st.integers(1, 65535).filter(lambda tag: tag != 0x0112),
    st.integers(0, 14),
    st.integers(0, 5),
    st.binary(max_size=24),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TAGS, min_size=1, max_size=4))
@example([(0x011A, 10, 1, b"\xff\xff\xff\xff\0\0\0\0")])
@example([(0x0213, 5, 1, b"\1\0\0\0\1\0\0\0")])
@example([(0x011A, 2, 3, b"72\0")])
def test_no_other_tag_of_a_camera_matters(tmp_path: Path, tags: list[tuple[int, int, int, bytes]]) -> None:
    source = tmp_path / "original"
    source.write_bytes(pictures.with_exif_tags(*tags))
    result = render(source, tmp_path, PictureLimits())
    assert (result.width, result.height) == (120, 80)
    assert pictures.corners(opened(result)) == UPRIGHT


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_pictures_of_telephones_are_shown_upright(rendered: Any, kind: str, orientation: int) -> None:
    result = rendered(pictures.turned(orientation, kind))
    assert (result.width, result.height) == (120, 80)
    assert pictures.corners(opened(result)) == UPRIGHT


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_odd_tags_in_other_containers_do_not_matter(rendered: Any, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x011A] = 6, 72.0
    body = pictures.encoded(pictures.quarters(), kind, exif=exif.tobytes())
    marked = body.index(b"\x1a\x01\x05\0") if b"\x1a\x01\x05\0" in body else body.index(b"\x01\x1a\0\x05")
    result = rendered(body[: marked + 2] + b"\xff\xff" + body[marked + 4 :])
    assert len(result.renderings) == 3


def test_a_heif_whose_brand_promises_nothing_is_left_alone(rendered: Any) -> None:
    with pytest.raises(Unsupported):
        rendered(b"\0\0\0\x14ftypmif2\0\0\0\0heic" + b"\0" * 200)


@pytest.mark.parametrize("process", [0xC3, 0xC5, 0xF7], ids=["lossless", "hierarchical", "JPEG-LS"])
def test_a_jpeg_of_a_kind_that_browsers_do_not_draw_is_left_alone(rendered: Any, process: int) -> None:
    body = a_picture()
    at = body.index(b"\xff\xc0")
    with pytest.raises(Unsupported):
        rendered(body[: at + 1] + bytes([process]) + body[at + 2 :])


PLAIN_PNG = pictures.encoded(pictures.quarters(), "PNG")


@pytest.mark.parametrize(
    "body",
    [
        pictures.with_chunk(PLAIN_PNG, b"zTXt", b"Comment\0\0" + zlib.compress(b"x" * 2_000_000)),
        pictures.with_chunk(PLAIN_PNG, b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(b"x" * 2_000_000)),
        pictures.with_chunk(PLAIN_PNG, b"tEXt", b"a\0b", sound=False),
        pictures.with_chunk(PLAIN_PNG, b"iCCP", b"a\0\0" + zlib.compress(b"x" * 5_000_000)),
        pictures.with_chunk(PLAIN_PNG, b"iCCP", b"a\0\0nonsense"),
        pictures.with_chunk(PLAIN_PNG, b"tRNS", b"\0\1\0\1\0\1", sound=False),
        pictures.with_chunk(PLAIN_PNG, b"pHYs", b"\0"),
        pictures.with_chunk(PLAIN_PNG, b"eXIf", b"MM\0*\0\0\0\x08\xff\xff"),
        PLAIN_PNG[:-12],
        PLAIN_PNG[:-20],
        PLAIN_PNG[:-13] + b"\0" + PLAIN_PNG[-12:],
        PLAIN_PNG + b"trailing" * 100,
    ],
    ids=[
        "long compressed comment", "long international comment", "comment with a wrong checksum",
        "profile that is a bomb", "profile that is none", "transparency with a wrong checksum",
        "cut resolution", "broken EXIF", "no end", "no end and no checksums",
        "pixels with a wrong checksum", "trailing bytes",
    ],
)  # fmt: skip
def test_a_png_is_shown_whatever_is_wrong_beside_its_pixels(rendered: Any, body: bytes) -> None:
    assert pictures.corners(opened(rendered(body))) == UPRIGHT


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
def test_a_jpeg_without_its_end_marker_is_shown_if_it_has_all_its_pixels(
    rendered: Any, options: dict[str, Any]
) -> None:
    body = pictures.encoded(Image.effect_noise((300, 200), 80).convert("RGB"), **options)
    assert len(rendered(body[:-2]).renderings) == 3
    with pytest.raises(Unreadable, match="incomplete"):
        rendered(body[:-60])


def test_a_jpeg_with_other_pictures_behind_it_is_shown(rendered: Any) -> None:
    body = pictures.encoded(pictures.quarters())
    assert pictures.corners(opened(rendered(body + body + b"MotionPhoto_Data" + b"\0" * 99))) == UPRIGHT


def test_a_picture_with_too_many_scans_is_refused_before_any_is_decoded(rendered: Any) -> None:
    assert len(rendered(pictures.with_scans(100)).renderings) == 3
    started = time.process_time()
    with pytest.raises(Unreadable, match="more than 100 scans"):
        rendered(pictures.with_scans(1000, (4000, 4000)))
    assert time.process_time() - started < 1


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
def test_a_transparent_grey_is_kept_at_every_depth(rendered: Any, depth: int) -> None:
    transparent = (1 << depth) - 1
    row = b"\xff" * (8 * depth) + b"\0" * (8 * depth)
    body = pictures.png_of((128, 64), depth, 0, row, (b"tRNS", struct.pack(">H", transparent)))
    alpha = opened(rendered(body)).convert("RGBA").getchannel("A")
    assert alpha.crop((0, 0, 48, 64)).getextrema()[1] < 20
    assert alpha.crop((80, 0, 128, 64)).getextrema()[0] > 235


@pytest.mark.parametrize(
    "profile", [pictures.DISPLAY_P3, pictures.ADOBE_RGB], ids=["Display P3", "Adobe RGB"]
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
def test_colours_of_a_wide_screen_are_brought_to_srgb(rendered: Any, kind: str, profile: bytes) -> None:
    body = pictures.encoded(Image.new("RGB", (64, 64), (80, 180, 90)), kind, icc_profile=profile)
    red, green, _ = opened(rendered(body)).getpixel((32, 32))
    assert red < 74  # greener than a screen of sRGB shows it by the same numbers
    assert green > 170


def test_transparent_parts_of_the_fallback_are_white(rendered: Any) -> None:
    result = rendered(pictures.encoded(Image.new("RGBA", (64, 64), (0, 0, 0, 0)), "PNG"))
    fallback = Image.open(result.renderings[0].fallback)
    assert (fallback.format, fallback.getpixel((32, 32))) == ("JPEG", (255, 255, 255))


SEEDS = [
    a_picture((40, 30)),
    a_picture((40, 30), "PNG"),
    a_picture((40, 30), "WEBP"),
    a_picture((40, 30), "GIF", "P"),
    pictures.turned(6),
    pictures.animated("GIF"),
    pictures.animated("PNG"),
]
DAMAGE = st.lists(st.tuples(st.integers(0, 4000), st.binary(min_size=1, max_size=6)), max_size=6)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(SEEDS), DAMAGE)
def test_damage_anywhere_gives_thumbnails_or_a_refusal_and_nothing_else(
    tmp_path: Path, seed: bytes, damage: list[tuple[int, bytes]]
) -> None:
    body = bytearray(seed)
    for at, patch in damage:
        start = at % len(body)
        body[start : start + len(patch)] = patch
    source = tmp_path / "original"
    source.write_bytes(bytes(body))
    with suppress(Unreadable, Unsupported):
        assert len(render(source, tmp_path, PictureLimits()).renderings) == 3
