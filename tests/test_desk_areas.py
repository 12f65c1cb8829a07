"""The desk's 区域: gap lists, the 15-minute circle, the walking speed; and who may see them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from openpyxl import load_workbook

from intents.library import Library
from knowledge.areas import Estate
from knowledge.areas.care import gaps, law_of, power_gaps
from knowledge.circle import outside
from knowledge.places import from_mapping
from storage.archive import Archive
from tests.desk_fixture import Centre, opened
from tests.test_areas import DISTRICT, PLACES


@pytest.fixture
async def centre(archive: Archive, library: Library) -> AsyncIterator[Centre]:
    async with opened(archive, library) as made:
        yield made


async def test_the_page_lists_gaps_of_ones_own_area_for_admins(centre: Centre) -> None:
    text = await centre.signed_in("liu").text("/desk/areas")
    assert "示例社区·第一网格" in text
    assert "示例二社区·第一网格" not in text
    assert "没有唯一承办办公室的事项（0）" in text
    assert (await centre.signed_in("li").http.get("/desk/areas")).status_code == 403


async def test_the_walking_speed_moves_the_circle(centre: Centre) -> None:
    with centre.archive.open() as records:
        records.areas.put_many((), [Estate("y", "wb01", "半远苑", latitude=34.3225, longitude=108.7000)])
    wu = centre.signed_in("wu")
    assert "15分钟圈以外的小区（0）" in await wu.text("/desk/areas?need=microwave")
    await wu.post("/desk/areas/speed", speed="900")
    assert centre.audit("walk_speed") == []
    await wu.post("/desk/areas/speed", speed="30")
    assert centre.audit("walk_speed") == [("wu", "centre")]
    got = await wu.http.get("/desk/areas/circle.xlsx?need=microwave")
    rows = list(load_workbook(BytesIO(got.content)).worksheets[0].values)
    assert rows[0][0] == "小区"
    assert any(row[0] == "半远苑" for row in rows)


def test_vacant_and_lawless_grids_of_the_district() -> None:
    found = gaps(PLACES.areas, "/qd/")
    assert (len(found["worker"]), len(found["law"])) == (19, 127)
    assert all(gap.now for gap in found["worker"])
    assert all("司法所" in gap.now for gap in found["law"])
    own = next(a for a in DISTRICT.areas if a.kind == "网格" and a.note["law"])
    assert law_of(PLACES.areas, own.id) == (own.note["law"], own)


def test_a_power_has_exactly_one_office() -> None:
    offices = [{"id": "a", "name": "甲办"}, {"id": "b", "name": "乙办"}]
    powers = [{"id": "1", "name": "好", "holders": ["a"]}, {"id": "2", "name": "空", "holders": []},
              {"id": "3", "name": "重", "holders": ["a", "b"]}, {"id": "4", "name": "错", "holders": ["x"]}]  # fmt: skip
    assert [gap.what for gap in power_gaps({"offices": offices, "powers": powers})] == ["空", "重", "错"]


def test_the_circle_counts_minutes_on_foot() -> None:
    place = from_mapping({"id": "p", "name": "站", "latitude": 34.33, "longitude": 108.70})
    near, far = (
        Estate("n", "a", "近", latitude=34.335, longitude=108.70),
        Estate("f", "a", "远", latitude=34.35, longitude=108.70),
    )
    assert [it.estate.id for it in outside([near, far], [place])] == ["f"]
    assert outside([near], []) != []


async def test_an_estates_name_is_never_a_formula(centre: Centre) -> None:
    with centre.archive.open() as records:
        records.areas.put_many((), [Estate("y", "wb01", "=1+1", latitude=34.3225, longitude=108.7000)])
    wu = centre.signed_in("wu")
    await wu.post("/desk/areas/speed", speed="30")
    got = await wu.http.get("/desk/areas/circle.xlsx?need=microwave")
    told = [cell for row in load_workbook(BytesIO(got.content)).worksheets[0].rows for cell in row]
    assert {cell.data_type for cell in told if cell.value == "=1+1"} == {"s"}
