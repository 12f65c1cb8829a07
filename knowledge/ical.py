"""iCalendar (RFC 5545): one booking as a file, many as a feed. UTC times, so no VTIMEZONE is needed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

PRODUCT = "-//Jiamenkou//Bookings//ZH"
FOLD = 75  # octets of one line, the line break not counted (3.1)
ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


@dataclass(frozen=True, slots=True)
class Event:
    """One VEVENT. `uid` stays the same for ever; `sequence` grows with every change (3.8.7.4)."""

    uid: str
    sequence: int
    stamp: datetime
    starts_at: datetime
    ends_at: datetime
    title: str
    where: str = ""
    about: str = ""
    cancelled: bool = False


def calendar(events: Iterable[Event], *, name: str = "", method: str = "PUBLISH") -> bytes:
    """A whole VCALENDAR, UTF-8. With METHOD:CANCEL a calendar that knows the UID takes the event out (RFC 5546)."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", f"METHOD:{method}"]
    lines += [f"X-WR-CALNAME:{escaped(name)}"] if name else []
    for event in events:
        lines += _event(event)
    return b"".join(folded(line) for line in [*lines, "END:VCALENDAR"])


def _event(event: Event) -> list[str]:
    lines = ["BEGIN:VEVENT", f"UID:{escaped(event.uid)}", f"SEQUENCE:{event.sequence}", f"DTSTAMP:{utc(event.stamp)}",
             f"DTSTART:{utc(event.starts_at)}", f"DTEND:{utc(event.ends_at)}", f"SUMMARY:{escaped(event.title)}"]  # fmt: skip
    lines += [f"LOCATION:{escaped(event.where)}"] if event.where else []
    lines += [f"DESCRIPTION:{escaped(event.about)}"] if event.about else []
    return [*lines, f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}", "END:VEVENT"]


def utc(moment: datetime) -> str:
    """20261124T010000Z."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """TEXT as 3.3.11 wants it; other control signs may not stand in a line at all."""
    plain = "".join(sign for sign in text if sign == "\n" or (ord(sign) >= 32 and ord(sign) != 127))
    return plain.translate(ESCAPES)


def folded(line: str) -> bytes:
    """A content line with CRLF, folded at 75 octets and never inside a character."""
    parts: list[bytes] = []
    part = b""
    for sign in line:
        octets = sign.encode()
        if len(part) + len(octets) > (FOLD if not parts else FOLD - 1):  # a folded line begins with a space
            parts.append(part)
            part = b""
        part += octets
    return b"\r\n ".join([*parts, part]) + b"\r\n"
