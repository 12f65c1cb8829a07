"""Give freed memory back to the system."""

from __future__ import annotations

import ctypes


def release() -> None:
    """Ask the C library to return what training has freed; without glibc nothing happens."""
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library, or Windows
        return
    trim(0)
