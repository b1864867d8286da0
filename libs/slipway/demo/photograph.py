"""Makes the demo's photograph: `python -m slipway.demo.photograph [FILE]`.

A mountain lake at dawn, computed and not taken, so that it is ours: fractal noise for clouds, ridges and
water, gradients for light and haze. It comes out as a camera held upright would store it: 12 megapixels
lying on their side, EXIF orientation 6, with a camera's name and GPS position, so that the demo shows that
orientation is honoured and metadata stripped. The same file comes out each time.
"""

from __future__ import annotations

import math
import random
import sys
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

WIDTH, HEIGHT = 3000, 4000
HORIZON = 2350
_SEED = 20260131

Colour = tuple[int, int, int]


def main() -> None:
    """Write the photograph."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("photograph.jpg")
    scene = photograph()
    stored = scene.transpose(Image.Transpose.ROTATE_90)
    stored.save(target, "JPEG", quality=35, optimize=True, progressive=True, exif=metadata())


def photograph() -> Image.Image:
    """Return the scene as it is meant to be seen."""
    chance = random.Random(_SEED)  # noqa: S311  # a picture, no secret
    land = sky(chance)
    for ridge in range(5):
        mountains(land, chance, ridge)
    scene = Image.new("RGB", (WIDTH, HEIGHT))
    scene.paste(land, (0, 0))
    scene.paste(lake(land, chance), (0, HORIZON))
    shore(scene, chance)
    return vignetted(scene)


def sky(chance: random.Random) -> Image.Image:
    """Return the sky down to the horizon: a gradient, a low sun's glow, and clouds lit from below."""
    base = gradient((WIDTH, HORIZON), [(58, 92, 148), (120, 150, 190), (236, 190, 150), (250, 214, 160)])
    glow = ImageOps.invert(Image.radial_gradient("L")).resize((2600, 2600), Image.Resampling.BICUBIC)
    light = Image.new("L", base.size)
    light.paste(glow.point(lambda value: value * value / 330), (700, HORIZON - 2000))
    base = Image.composite(Image.new("RGB", base.size, (255, 244, 205)), base, light)
    cover = noise((WIDTH, HORIZON), chance, octaves=7, stretch=3)
    fading = gradient((WIDTH, HORIZON), [(255,) * 3, (220,) * 3, (60,) * 3]).convert("L")
    mask = ImageChops.multiply(cover.point(lambda value: max(0.0, value - 118) * 3.2), fading)
    shade = Image.composite(
        Image.new("RGB", base.size, (255, 226, 205)),
        Image.new("RGB", base.size, (150, 150, 178)),
        ImageChops.offset(cover, 0, -40),
    )
    return Image.composite(shade, base, mask)


def mountains(land: Image.Image, chance: random.Random, ridge: int) -> None:
    """Draw one ridge onto `land`; later ones are nearer, lower, darker and less hazy."""
    nearness = ridge / 4
    top, rough = HORIZON - 1050 + int(820 * nearness), 520 - 330 * nearness
    line = skyline(chance, rough)
    mask = Image.new("L", land.size)
    outline = [(x, int(top + y)) for x, y in enumerate(line)]
    ImageDraw.Draw(mask).polygon([(0, HORIZON), *outline, (WIDTH, HORIZON)], fill=255)
    rock = noise(land.size, chance, octaves=7 if ridge > 2 else 6, stretch=1)
    lit = ImageChops.subtract(rock, ImageChops.offset(rock, 14, 9), scale=0.55, offset=128)
    dark, bright = (
        blend((112, 124, 160), (18, 30, 28), nearness),
        blend((216, 200, 200), (92, 96, 66), nearness),
    )
    coloured = ImageOps.colorize(lit.filter(ImageFilter.GaussianBlur(2.4)), dark, bright)
    haze = gradient(land.size, [(0,) * 3, (0,) * 3, (int(190 - 150 * nearness),) * 3]).convert("L")
    coloured = Image.composite(Image.new("RGB", land.size, (238, 205, 180)), coloured, haze)
    land.paste(coloured, (0, 0), mask.filter(ImageFilter.GaussianBlur(1.2)))


def lake(land: Image.Image, chance: random.Random) -> Image.Image:
    """Return the water: the land mirrored, broken by waves that grow towards the viewer."""
    depth = HEIGHT - HORIZON
    mirror = ImageOps.flip(land.crop((0, HORIZON - depth, WIDTH, HORIZON))).filter(
        ImageFilter.GaussianBlur(3)
    )
    water = Image.new("RGB", mirror.size)
    for y in range(depth):
        swell = math.sin(y / (5 + y / 45)) + 0.5 * math.sin(y / 3.1 + 1)
        row = min(depth - 1, max(0, int(y + swell * (2 + y / 60))))
        shift = int(swell * (1 + y / 140) + chance.uniform(-1, 1) * y / 400)
        strip = mirror.crop((0, row, WIDTH, row + 1))
        water.paste(ImageChops.offset(strip, shift, 0), (0, y))
    deep = gradient(water.size, [(70,) * 3, (120,) * 3, (190,) * 3]).convert("L")
    ripples = noise(water.size, chance, octaves=7, stretch=14).point(
        lambda value: max(0.0, value - 150) * 1.6
    )
    tinted = Image.composite(Image.new("RGB", water.size, (22, 44, 62)), water, deep)
    rippled = Image.composite(Image.new("RGB", water.size, (255, 226, 190)), tinted, ripples)
    return rippled.filter(ImageFilter.GaussianBlur(2.2))


def shore(scene: Image.Image, chance: random.Random) -> None:
    """Draw firs at the near shore, in front of everything."""
    mask = Image.new("L", scene.size)
    draw = ImageDraw.Draw(mask)
    for _ in range(60):
        side = chance.choice((-1, 1))
        distance = chance.random()
        x = int(WIDTH / 2 + side * (WIDTH * 0.5 - abs(chance.gauss(0, 230)) * (0.4 + distance)))
        fir(
            draw,
            chance,
            x,
            HEIGHT + 60 - int(260 * distance),
            500 + int(900 * (1 - distance) * chance.random()),
        )
    bark = noise(scene.size, chance, octaves=6, stretch=1)
    coloured = ImageOps.colorize(bark, (6, 14, 12), (40, 54, 36))
    scene.paste(coloured, (0, 0), mask.filter(ImageFilter.GaussianBlur(1)))


def fir(draw: ImageDraw.ImageDraw, chance: random.Random, x: int, foot: int, height: int) -> None:
    """Draw one fir whose stem stands at (x, foot)."""
    draw.rectangle((x - 6, foot - height, x + 6, foot + 50), fill=255)
    tiers = height // 22
    for tier in range(tiers):
        y = foot - height + tier * 22
        reach = (tier / tiers) ** 0.9 * height * 0.24 * chance.uniform(0.75, 1.1) + 8
        for side in (-1, 1):
            tip = (x + side * reach, y + 26 + reach * 0.3 * chance.random())
            draw.polygon([(x, y - 12), tip, (x, y + 30)], fill=255)


def vignetted(scene: Image.Image) -> Image.Image:
    """Return the scene with the falling light of a lens towards the corners, and a camera's contrast."""
    falling = Image.radial_gradient("L").resize(scene.size, Image.Resampling.BICUBIC)
    darker = ImageEnhance.Brightness(scene).enhance(0.62)
    mixed = Image.composite(darker, scene, falling.point(lambda value: max(0.0, value - 120) * 1.3))
    return ImageEnhance.Contrast(ImageEnhance.Color(mixed).enhance(1.12)).enhance(1.08)


def skyline(chance: random.Random, rough: float) -> list[float]:
    """Return a ridge's height for every column, by midpoint displacement."""
    points, spread = [chance.uniform(-rough, rough) for _ in range(5)], rough * 0.7
    while len(points) < WIDTH:
        between = [(a + b) / 2 + chance.uniform(-spread, spread) for a, b in pairwise(points)]
        points = [point for pair in zip(points, between, strict=False) for point in pair] + [points[-1]]
        spread *= 0.52
    return points[:WIDTH]


def noise(size: tuple[int, int], chance: random.Random, octaves: int, stretch: int) -> Image.Image:
    """Return fractal noise in grey; `stretch` makes it wider than high."""
    total: Image.Image | None = None
    for octave in range(octaves):
        across, down = max(2, 2**octave * 3 // stretch + 2), 2**octave * 4 + 2
        grain = Image.frombytes("L", (across, down), chance.randbytes(across * down))
        layer = grain.resize(size, Image.Resampling.BICUBIC)
        total = layer if total is None else Image.blend(total, layer, 0.5 * 0.86**octave)
    assert total is not None  # noqa: S101  # there is at least one octave
    return ImageOps.autocontrast(total)


def gradient(size: tuple[int, int], colours: list[tuple[int, ...]]) -> Image.Image:
    """Return colours that flow into each other from top to bottom."""
    column = Image.new("RGB", (1, len(colours)))
    for y, colour in enumerate(colours):
        column.putpixel((0, y), colour)
    return column.resize(size, Image.Resampling.BICUBIC)


def blend(far: Colour, near: Colour, share: float) -> Colour:
    """Return the colour that lies `share` of the way from `far` to `near`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(far, near, strict=True))
    return red, green, blue


def metadata() -> bytes:
    """Return EXIF as a telephone writes it: orientation 6, maker, time and place (a lake in the Alps)."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Slipway"
    exif[0x0110] = "Procedural Camera"
    exif[0x0132] = "2026:01:31 07:42:00"
    exif[0x8825] = {1: "N", 2: (46.0, 41.0, 30.0), 3: "E", 4: (7.0, 52.0, 12.0), 5: b"\0", 6: 1567.0}
    return exif.tobytes()


if __name__ == "__main__":
    main()
