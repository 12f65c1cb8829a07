"""Coordinate systems of maps in China: WGS-84 (satellites, Telegram), GCJ-02 (WeChat, Amap), BD-09 (Baidu).

The shift of GCJ-02 is the published approximation (Krasovsky 1940 ellipsoid); outside China's box nothing is shifted.
Points are (latitude, longitude) in degrees. The way back to WGS-84 is found by iteration, to about a millimetre.
"""

from __future__ import annotations

from math import atan2, cos, pi, sin, sqrt
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
AXIS = 6_378_245.0  # metres
FLAT = 0.00669342162296594323  # eccentricity squared
TURN = pi * 3000.0 / 180.0
SYSTEMS = ("wgs84", "gcj02", "bd09")
CLOSE = 1e-9  # degrees, about 0.1 mm


def is_in_china(latitude: float, longitude: float) -> bool:
    """Whether the shift applies: the customary box around China."""
    return 0.8293 <= latitude <= 55.8271 and 72.004 <= longitude <= 137.8347


def _waves(value: float) -> float:
    return (20.0 * sin(6.0 * value * pi) + 20.0 * sin(2.0 * value * pi)) * 2.0 / 3.0


def _north(x: float, y: float) -> float:
    out = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + _waves(x)
    out += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    return out + (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0


def _east(x: float, y: float) -> float:
    out = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + _waves(x)
    out += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    return out + (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0


def wgs84_to_gcj02(latitude: float, longitude: float) -> Point:
    """A satellite's point as Chinese maps show it."""
    if not is_in_china(latitude, longitude):
        return latitude, longitude
    x, y = longitude - 105.0, latitude - 35.0
    magic = 1 - FLAT * sin(latitude / 180.0 * pi) ** 2
    north = _north(x, y) * 180.0 / ((AXIS * (1 - FLAT)) / (magic * sqrt(magic)) * pi)
    east = _east(x, y) * 180.0 / (AXIS / sqrt(magic) * cos(latitude / 180.0 * pi) * pi)
    return latitude + north, longitude + east


def gcj02_to_wgs84(latitude: float, longitude: float) -> Point:
    """A point of a Chinese map as a satellite gives it."""
    if not is_in_china(latitude, longitude):
        return latitude, longitude
    lat, lon = latitude, longitude
    for _ in range(12):
        there = wgs84_to_gcj02(lat, lon)
        north, east = latitude - there[0], longitude - there[1]
        lat, lon = lat + north, lon + east
        if abs(north) < CLOSE and abs(east) < CLOSE:
            break
    return lat, lon


def gcj02_to_bd09(latitude: float, longitude: float) -> Point:
    """A point of a Chinese map as Baidu shows it."""
    z = sqrt(longitude * longitude + latitude * latitude) + 0.00002 * sin(latitude * TURN)
    theta = atan2(latitude, longitude) + 0.000003 * cos(longitude * TURN)
    return z * sin(theta) + 0.006, z * cos(theta) + 0.0065


def bd09_to_gcj02(latitude: float, longitude: float) -> Point:
    """Baidu's point as other Chinese maps show it."""
    x, y = longitude - 0.0065, latitude - 0.006
    z = sqrt(x * x + y * y) - 0.00002 * sin(y * TURN)
    theta = atan2(y, x) - 0.000003 * cos(x * TURN)
    return z * sin(theta), z * cos(theta)


def to_wgs84(latitude: float, longitude: float, system: str) -> Point:
    """A point of any of SYSTEMS in WGS-84, which everything of ours is kept in. Raises ValueError."""
    if system == "wgs84":
        return latitude, longitude
    if system == "bd09":
        return gcj02_to_wgs84(*bd09_to_gcj02(latitude, longitude))
    if system == "gcj02":
        return gcj02_to_wgs84(latitude, longitude)
    raise ValueError(f"no coordinate system is called {system!r}")


def from_wgs84(latitude: float, longitude: float, system: str) -> Point:
    """The way back, for a channel that shows points in its own system. Raises ValueError."""
    if system == "wgs84":
        return latitude, longitude
    if system not in SYSTEMS:
        raise ValueError(f"no coordinate system is called {system!r}")
    there = wgs84_to_gcj02(latitude, longitude)
    return there if system == "gcj02" else gcj02_to_bd09(*there)
