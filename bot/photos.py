"""Photos from residents: opened carefully, turned upright, made small, and written anew without their metadata."""

from __future__ import annotations

import io
import struct
import warnings
import zlib

from PIL import GifImagePlugin, Image, ImageFile, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1600
QUALITY = 85
BROKEN = (OSError, EOFError, SyntaxError, ValueError, LookupError, TypeError, struct.error, zlib.error,
          OverflowError, MemoryError, Warning)  # fmt: skip

warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
warnings.filterwarnings("error", category=UserWarning, module=r"PIL\.")


class BadPhoto(ValueError):
    """照片打不开，可能没有传完整。请重新选一张，或者重新拍一张。"""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class TooManyBytes(BadPhoto):
    """照片超过10 MB，太大了。请换一张小一点的，或者先截个图再发。"""


class TooManyPixels(BadPhoto):
    """照片的尺寸太大了（超过4000万像素）。请先截个图再发。"""


class NotAPhoto(BadPhoto):
    """这个文件不是我能看的照片。请发 JPG、PNG、WEBP 或 GIF 格式的照片。"""


def clean_photo(data: bytes) -> bytes:
    """The photo as JPEG, upright, longest side at most 1600 px, with no metadata (Q7).

    Raises BadPhoto for anything but a whole JPEG, PNG, WEBP or GIF of at most 10 MB and 40 megapixels.
    """
    if len(data) > MOST_BYTES:
        raise TooManyBytes
    kind = _kind(data)
    try:
        return _written_anew(kind(io.BytesIO(data)))
    except BadPhoto:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixels from error
    except BROKEN as error:
        raise BadPhoto from error


def _kind(data: bytes) -> type[ImageFile.ImageFile]:
    """Which reader fits the first bytes. JPEG is read as one picture, whatever phones put behind it (MPO)."""
    if data.startswith(b"\xff\xd8\xff"):
        return JpegImagePlugin.JpegImageFile
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PngImagePlugin.PngImageFile
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WebPImagePlugin.WebPImageFile
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return GifImagePlugin.GifImageFile
    raise NotAPhoto


def _written_anew(image: ImageFile.ImageFile) -> bytes:
    _check_pixels(image)
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    image.load()
    _check_pixels(image)
    picture = _opaque(ImageOps.exif_transpose(image))
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    bare = Image.new("RGB", picture.size)  # a new image carries no comment, profile or EXIF over
    bare.paste(picture)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _check_pixels(image: Image.Image) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise TooManyPixels


def _opaque(image: Image.Image) -> Image.Image:
    """RGB, what was transparent being white."""
    if image.mode.startswith("I;16"):
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if not image.has_transparency_data:
        return image.convert("RGB")
    seen = image.convert("RGBA")
    paper = Image.new("RGB", seen.size, "white")
    paper.paste(seen, mask=seen.getchannel("A"))
    return paper
