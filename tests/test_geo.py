"""Coordinate systems: published reference points, and there and back again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from intents.message import Location, Message
from knowledge import geo

NEAR = 1e-6  # degrees, about 0.1 m
AT = datetime(2026, 11, 23, 2, tzinfo=UTC)

# Published by the widely used open implementations (eviltransform's tests; coordtransform's README).
CITIES = [
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),  # Shanghai
    ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),  # Shenzhen
    ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),  # Beijing
    ((39.915, 116.404), (39.91640428150164, 116.41024449916938)),
]


@pytest.mark.parametrize(("satellite", "mapped"), CITIES)
def test_published_points(satellite: geo.Point, mapped: geo.Point) -> None:
    assert geo.wgs84_to_gcj02(*satellite) == pytest.approx(mapped, abs=NEAR)
    assert geo.gcj02_to_wgs84(*mapped) == pytest.approx(satellite, abs=NEAR)


def test_published_points_of_baidu() -> None:
    assert geo.gcj02_to_bd09(39.915, 116.404) == pytest.approx(
        (39.92133699351021, 116.41036949371029), abs=1e-9
    )
    assert geo.bd09_to_gcj02(39.915, 116.404) == pytest.approx(
        (39.90865673957631, 116.39762729119315), abs=1e-9
    )
    assert geo.from_wgs84(39.915, 116.404, "bd09") == pytest.approx(
        (39.922699552216216, 116.41662724378733), abs=1e-9
    )


def test_outside_china_nothing_is_shifted() -> None:
    assert geo.wgs84_to_gcj02(48.8584, 2.2945) == (48.8584, 2.2945)


@given(some.floats(18.5, 53.0), some.floats(75.0, 134.0), some.sampled_from(geo.SYSTEMS))
def test_there_and_back(latitude: float, longitude: float, system: str) -> None:
    there = geo.from_wgs84(latitude, longitude, system)
    assert geo.to_wgs84(*there, system) == pytest.approx((latitude, longitude), abs=2e-5)
    if system == "gcj02":
        assert geo.to_wgs84(*there, system) == pytest.approx((latitude, longitude), abs=1e-7)


def test_a_message_is_heard_in_wgs84_whatever_map_the_platform_uses() -> None:
    shown = Location(39.91640428150164, 116.41024449916938, "gcj02")
    heard = Message("wecom", "a", "1", "", AT, location=shown).location
    assert heard is not None
    assert heard.system == "wgs84"
    assert (heard.latitude, heard.longitude) == pytest.approx((39.915, 116.404), abs=NEAR)
    assert heard.to("gcj02").latitude == pytest.approx(shown.latitude, abs=NEAR)
    with pytest.raises(ValueError, match="mars"):
        Message("wecom", "a", "1", "", AT, location=Location(39.9, 116.4, "mars"))
