"""Places: centres, stations, kitchens; what each has, when it is open, how far it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from math import asin, cos, radians, sin, sqrt
from typing import Any
from zoneinfo import ZoneInfo

from knowledge.calendar import Calendar

ZONE = ZoneInfo("Asia/Shanghai")
WALK = 75.0  # metres a minute, an elderly person's easy pace
DETOUR = 1.3  # streets are longer than the straight line
FACILITIES = {
    "water": "饮水机", "microwave": "微波炉", "toolbox": "便民服务箱", "charging": "手机充电", "parcel": "快递存取",
    "relief": "困难救助", "rest": "歇脚座椅", "toilet": "卫生间", "nursing": "母婴室", "cooling": "纳凉取暖",
    "machine": "便民服务一体机", "cloud_hospital": "云医院", "kitchen": "老年食堂", "wheelchair": "轮椅借用",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hours:
    """Local opening times of some weekdays (0 = Monday); "00:00"–"24:00" is all day."""

    days: tuple[int, ...]
    opens: str
    closes: str


@dataclass(frozen=True, slots=True)
class Place:
    """A centre, station or kitchen. Coordinates are WGS-84 degrees."""

    id: str
    name: str
    kind: str
    area: str
    address: str
    near: tuple[str, ...]
    latitude: float
    longitude: float
    facilities: frozenset[str]
    hours: tuple[Hours, ...]
    phone: str
    on_holidays: bool
    keeper: str = ""  # who mends it: a worker's login, or a post
    checked: str = ""  # the day its facilities were last looked at, ISO

    @property
    def is_always_open(self) -> bool:
        """Whether it never closes."""
        return self.on_holidays and {
            d for h in self.hours if (h.opens, h.closes) == ("00:00", "24:00") for d in h.days
        } >= set(range(7))

    def hours_on(self, day: date, calendar: Calendar) -> list[Hours]:
        """When the place is open on a day, earliest first; empty when it is closed."""
        if not self.on_holidays and calendar.holiday_name(day) is not None:
            return []
        weekday = (
            0 if day.weekday() >= 5 and calendar.is_workday(day) and not self.on_holidays else day.weekday()
        )
        return sorted((h for h in self.hours if weekday in h.days), key=lambda h: h.opens)

    def is_open(self, now: datetime, calendar: Calendar) -> bool:
        """Whether somebody finds it open at that moment."""
        local = now.astimezone(ZONE)
        clock = local.strftime("%H:%M")
        return any(h.opens <= clock < h.closes for h in self.hours_on(local.date(), calendar))


def from_mapping(told: Mapping[str, Any]) -> Place:
    """Read a place from plain data."""
    return Place(
        id=str(told["id"]), name=str(told["name"]), kind=str(told.get("kind", "station")),
        area=str(told.get("area", "")), address=str(told.get("address", "")), near=tuple(told.get("near", ())),
        latitude=float(told["latitude"]), longitude=float(told["longitude"]),
        facilities=frozenset(told.get("facilities", ())),
        hours=tuple(Hours(tuple(h["days"]), str(h["opens"]), str(h["closes"])) for h in told.get("hours", ())),
        phone=str(told.get("phone", "")), on_holidays=bool(told.get("on_holidays", False)),
        keeper=str(told.get("keeper", "")), checked=str(told.get("checked", "")),
    )  # fmt: skip


def metres(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance (haversine, mean earth radius 6 371 008.8 m)."""
    a = sin(radians(lat2 - lat1) / 2) ** 2
    a += cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * 6_371_008.8 * asin(min(1.0, sqrt(a)))


def walking_minutes(distance: float, speed: float = WALK) -> int:
    """Minutes on foot for a straight-line distance in metres at a speed in metres a minute, at least 1."""
    return max(1, round(distance * DETOUR / speed))


def nearest(places: Iterable[Place], latitude: float, longitude: float) -> list[tuple[Place, float]]:
    """Places with their distance in metres, nearest first."""
    measured = [(place, metres(latitude, longitude, place.latitude, place.longitude)) for place in places]
    return sorted(measured, key=lambda pair: (pair[1], pair[0].id))


def mentioned(text: str, places: Iterable[Place]) -> list[Place]:
    """Places that a sentence names: by name, address, road or landmark; the longest words count first."""
    found = [
        (max((len(w) for w in (p.name, p.address, *p.near) if w and w in text), default=0), p) for p in places
    ]
    best = max((length for length, _ in found), default=0)
    return [place for length, place in found if best >= 2 and length == best]


def clock(text: str) -> time:
    """A "HH:MM" as a time; "24:00" is the day's last moment."""
    return time.max if text == "24:00" else time.fromisoformat(text)
