"""Photos: what is let in, and that nothing of where and who comes along."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.photos import BadPhoto, NotAPhoto, TooManyBytes, TooManyPixels, clean_photo

ORIENTATION, GPS, MAKER = 0x0112, 0x8825, 0x010F


def written(image: Image.Image, kind: str, **how: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def phone_photo(orientation: int = 6) -> bytes:
    image = Image.new("RGB", (64, 32), "blue")
    image.paste("red", (0, 0, 32, 32))
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[MAKER] = "SecretPhone"
    exif.get_ifd(GPS).update({1: "N", 2: (29.0, 52.0, 1.0), 3: "E", 4: (121.0, 33.0, 1.0)})
    return written(image, "JPEG", exif=exif, comment=b"home of Wang", quality=95)


def png_claiming(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(999)))
        + chunk(b"IEND", b"")
    )


def test_metadata_is_gone_and_orientation_is_applied_first() -> None:
    dirty = phone_photo()
    assert b"SecretPhone" in dirty
    assert b"home of Wang" in dirty
    clean = clean_photo(dirty)
    image = opened(clean)
    assert image.format == "JPEG"
    assert image.size == (32, 64)
    assert not image.getexif()
    assert b"SecretPhone" not in clean
    assert b"home of Wang" not in clean
    assert b"Exif" not in clean
    top, bottom = image.convert("RGB").getpixel((16, 8)), image.convert("RGB").getpixel((16, 56))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[0] > 200
    assert bottom[2] > 200


def test_what_pillow_only_warns_of_is_refused() -> None:
    data = written(Image.new("RGB", (20, 10)), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f")
    with pytest.raises(BadPhoto):
        clean_photo(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_the_four_kinds_become_jpeg(kind: str) -> None:
    image = opened(clean_photo(written(Image.new("RGB", (40, 30), "green"), kind)))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (40, 30))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_mode_of_png_becomes_rgb(mode: str) -> None:
    assert opened(clean_photo(written(Image.new(mode, (8, 8)), "PNG"))).mode == "RGB"


def test_cmyk_becomes_rgb() -> None:
    assert opened(clean_photo(written(Image.new("CMYK", (8, 8)), "JPEG"))).mode == "RGB"


def test_transparent_becomes_white() -> None:
    clean = opened(clean_photo(written(Image.new("RGBA", (8, 8), (0, 0, 0, 0)), "PNG")))
    assert clean.getpixel((4, 4)) == (255, 255, 255)


def test_first_frame_of_a_moving_gif() -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue")]
    image = opened(clean_photo(written(frames[0], "GIF", save_all=True, append_images=frames[1:])))
    pixel = image.getpixel((8, 8))
    assert isinstance(pixel, tuple)
    assert pixel[0] > 200


def test_longest_side_is_1600_and_small_ones_stay() -> None:
    assert opened(clean_photo(written(Image.new("RGB", (4000, 1000)), "JPEG"))).size == (1600, 400)
    assert opened(clean_photo(written(Image.new("L", (1000, 3200)), "PNG"))).size == (500, 1600)
    assert opened(clean_photo(written(Image.new("RGB", (1600, 10)), "PNG"))).size == (1600, 10)


@pytest.mark.parametrize(
    ("width", "height"), [(13000, 13000), (8000, 5001), (60000, 60000), (2**31 - 1, 2**31 - 1)]
)
def test_a_small_file_that_claims_a_huge_picture(width: int, height: int) -> None:
    bomb = png_claiming(width, height)
    assert len(bomb) < 1000
    with pytest.raises(TooManyPixels, match="尺寸太大"):
        clean_photo(bomb)


def test_gif_that_claims_a_huge_frame() -> None:
    small = bytearray(written(Image.new("P", (8, 8)), "GIF"))
    at = small.index(b",\0\0\0\0\x08\0\x08\0")
    small[at + 5 : at + 9] = struct.pack("<HH", 13000, 13000)
    with pytest.raises(TooManyPixels):
        clean_photo(bytes(small))


def test_too_many_bytes() -> None:
    with pytest.raises(TooManyBytes, match="10 MB"):
        clean_photo(b"\xff\xd8\xff" + bytes(10 * 1024 * 1024))


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("photo.jpg", bytes(1_000_000))
    return out.getvalue()


@pytest.mark.parametrize("data", [
    b"", b"hello", zipped(), b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"GIF88a", b"RIFF\0\0\0\0WAVE",
    written(Image.new("RGB", (8, 8)), "BMP"), written(Image.new("RGB", (8, 8)), "TIFF"), b"\0\0\0\x18ftypheic",
])  # fmt: skip
def test_other_files_are_named_as_such(data: bytes) -> None:
    with pytest.raises(NotAPhoto, match="JPG"):
        clean_photo(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("part", [0.02, 0.3, 0.8])
def test_truncated_photos_are_refused(kind: str, part: float) -> None:
    noise = Image.effect_noise((200, 200), 90)
    data = written(noise, kind)
    with pytest.raises(BadPhoto):
        clean_photo(data[: int(len(data) * part)])


def test_the_exception_is_a_sentence() -> None:
    with pytest.raises(BadPhoto, match="照片打不开"):
        clean_photo(b"\xff\xd8\xff\xe0 and nothing more")


@given(
    st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]),
    st.integers(0, 10_000),
    st.binary(min_size=1, max_size=30),
)
def test_damage_anywhere_ends_in_a_photo_or_a_sentence(kind: str, place: int, damage: bytes) -> None:
    data = bytearray(written(Image.linear_gradient("L").resize((32, 32)), kind))
    place %= len(data)
    data[place : place + len(damage)] = damage
    try:
        end = clean_photo(bytes(data))[:3].hex()
    except BadPhoto as error:
        end = str(error)[-1]
    assert end in ("ffd8ff", "。")
