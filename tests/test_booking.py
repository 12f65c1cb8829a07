"""What booking hears in words: which service is named, how many people, which item is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from intents.booking.details import company
from intents.booking.hooks import DROPPED
from intents.questions import names_day
from knowledge.services import Service, from_mapping, named

CATALOGUE = Path(__file__).resolve().parent.parent / "knowledge" / "data" / "centre" / "services.yaml"


@pytest.fixture(scope="module")
def services() -> Mapping[str, Service]:
    """The sample centre's catalogue."""
    told = yaml.safe_load(CATALOGUE.read_text("utf-8"))["services"]
    return {line["id"]: from_mapping(line) for line in told}


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("明天到食堂吃午饭", ["meal_lunch"]),  # 食堂吃 is longer, and shared
        ("中午到食堂吃", ["meal_lunch"]),
        ("晚上去食堂吃", ["meal_dinner"]),
        ("下午给我订饭", ["meal_lunch", "meal_dinner"]),  # 下午 is not 午
        ("给我订饭", ["meal_lunch", "meal_dinner"]),
        ("我要預約理髮", ["haircut"]),
        ("晚上借场地", ["room_hall", "room_meeting", "room_activity"]),
        ("谢谢你", []),
    ],
)
def test_services_named(services: Mapping[str, Service], text: str, ids: list[str]) -> None:
    assert [service.id for service in named(text, services)] == ids


@pytest.mark.parametrize(
    ("text", "left"), [("算了不理发了，约按摩吧", "massage"), ("不体检了约理发", "haircut")]
)
def test_a_service_dropped_is_not_named(services: Mapping[str, Service], text: str, left: str) -> None:
    assert [service.id for service in named(DROPPED.sub("，", text), services)] == [left]


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("给我爸和我妈约后天体检", ["爸爸", "妈妈"]),
        ("给爸妈约体检", ["爸爸", "妈妈"]),
        ("给我和我妈约体检", ["本人", "妈妈"]),
        ("我和老伴一起去体检", ["本人", "老伴"]),
        ("约两个人的体检", ["两位"]),
        ("给我妈约体检", []),
        ("我跟我妈说了，给我爸约体检", []),
        ("约后天体检", []),
    ],
)
def test_people_named(text: str, people: list[str]) -> None:
    assert company(text) == people


@pytest.mark.parametrize("text", ["不对，是后天", "12月25号", "下周三", "周五上午", "三天后", "今晚"])
def test_a_day_is_told(text: str) -> None:
    assert names_day(text)


@pytest.mark.parametrize("text", ["七点", "上午十点", "五号院3号楼", "两小时后", "谢谢", "500人", "晚上"])
def test_no_day_is_told(text: str) -> None:
    assert not names_day(text)
