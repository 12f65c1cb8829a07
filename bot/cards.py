"""Photos that look like an identity card: kept from others until a worker has looked at them (RG38).

A coarse look at shape and colour, made to err on the careful side; a card photographed askew may pass, so the resident's
own words about papers count too.
"""

from __future__ import annotations

import io
import re

from PIL import Image

SIDE = 96  # pixels looked at
SHAPE = (1.42, 1.78)  # a card is 85.6 × 54 mm: 1.585
WHOLE = (1.53, 1.66)  # … where it fills the picture: cameras make 1.33, 1.5 and 1.78
PAPERS = re.compile("身份证|户口本|户口簿|残疾证|银行卡|社保卡|医保卡|驾驶证|驾照|护照|证件|病历")


def looks_private(data: bytes, words: str = "") -> bool:
    """Whether a cleaned photo seems to show a card, or is sent with words about papers."""
    if PAPERS.search(words):
        return True
    with Image.open(io.BytesIO(data)) as opened:
        opened.draft("RGB", (SIDE * 2, SIDE * 2))
        small = opened.convert("RGB")
    small.thumbnail((SIDE, SIDE))
    return _fills(small) or _lies_in(small)


def _fills(picture: Image.Image) -> bool:
    """The whole picture is a card: its shape, light, hardly coloured, with some dark writing."""
    if not _has_shape(picture.width, picture.height, WHOLE):
        return False
    pixels = _pixels(picture)
    light = sum(_is_paper(p) for p in pixels) / len(pixels)
    dark = sum(max(p) < 110 for p in pixels) / len(pixels)
    return light >= 0.55 and 0.01 <= dark <= 0.4


def _lies_in(picture: Image.Image) -> bool:
    """A light rectangle of a card's shape on something else."""
    width, height = picture.size
    pixels = _pixels(picture)
    edge = [pixels[y * width + x] for y in range(height) for x in range(width)
            if x in (0, width - 1) or y in (0, height - 1)]  # fmt: skip
    ground = tuple(sorted(p[c] for p in edge)[len(edge) // 2] for c in range(3))
    other = [n for n, p in enumerate(pixels) if sum(abs(p[c] - ground[c]) for c in range(3)) > 90]
    if len(other) < 0.1 * len(pixels):
        return False
    xs, ys = [n % width for n in other], [n // width for n in other]
    wide, high = max(xs) - min(xs) + 1, max(ys) - min(ys) + 1
    if wide * high > 0.95 * len(pixels) or not _has_shape(wide, high, SHAPE):
        return False
    return len(other) >= 0.75 * wide * high and sum(_is_paper(pixels[n]) for n in other) >= 0.55 * len(other)


def _has_shape(width: int, height: int, between: tuple[float, float]) -> bool:
    long, short = max(width, height), min(width, height)
    return short > 0 and between[0] <= long / short <= between[1]


def _is_paper(pixel: tuple[int, int, int]) -> bool:
    return min(pixel) > 130 and max(pixel) - min(pixel) < 70


def _pixels(picture: Image.Image) -> list[tuple[int, int, int]]:
    told = picture.tobytes()
    return [(told[n], told[n + 1], told[n + 2]) for n in range(0, len(told), 3)]
