"""Chinese and Arabic numbers."""

from __future__ import annotations

DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "俩": 2, "仨": 3}
UNITS = {"十": 10, "百": 100, "千": 1000}
N = r"(?:\d{1,4}|[一二两俩仨三四五六七八九十廿卅百]{1,5}|零)"
N2 = r"(?:\d{1,2}|廿[一二三四五六七八九]?|卅一?|[二三四五六]?十[一二三四五六七八九]?|零?[一二三四五六七八九两]|零)"
DAYS = "一二三四五六日"


def number(text: str) -> int:
    """The value of “27”, “二十七”, “廿七”, “零五”, “二零二六”; letters that are no digits count for nothing."""
    if text.isdecimal():
        return int(text)
    text = text.replace("廿", "二十").replace("卅", "三十")
    if not any(c in UNITS for c in text):
        return int("".join(str(DIGITS[c]) for c in text if c in DIGITS) or "0")
    total, digit = 0, 0
    for c in text:
        if c in UNITS:
            total += (digit or 1) * UNITS[c]
            digit = 0
        else:
            digit = DIGITS.get(c, 0)
    return total + digit
