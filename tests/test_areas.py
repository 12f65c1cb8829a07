"""Areas: an address leads to exactly one grid, to a question, or to nothing; the tree through time; a district's size."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.sample_district import District, NotEmpty, count, load_district, make_district
from intents.library import Library
from knowledge.areas import Building, Estate, Gazetteer, Version, as_of, holds, label_of, taken_apart, went
from knowledge.areas.gazetteer import SAMPLE
from storage.archive import Archive
from storage.areas import BadMove
from storage.places import Area

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
DAY = date(2026, 7, 1)
DISTRICT = make_district()
PLACES = Gazetteer.build(DISTRICT.areas, DISTRICT.estates, DISTRICT.buildings).warm()
NAMED: dict[str, list[str]] = {SAMPLE.sub("", estate.name): [] for estate in DISTRICT.estates}
for _estate in DISTRICT.estates:
    NAMED[SAMPLE.sub("", _estate.name)].append(_estate.id)
ONLY = [b for b in DISTRICT.buildings if len(NAMED[SAMPLE.sub("", PLACES.estates[b.estate_id].name)]) == 1]
FIGURES = "零一二三四五六七八九"


def chinese(n: int) -> str:
    """7 → 七, 12 → 十二, 20 → 二十."""
    tens, ones = divmod(n, 10)
    head = {0: "", 1: "十"}.get(tens, f"{FIGURES[tens]}十") if n >= 10 else ""
    return head + (FIGURES[ones] if ones or n < 10 else "")


def ways(building: Building) -> list[str]:
    """How people say where a building is."""
    name, label = SAMPLE.sub("", PLACES.estates[building.estate_id].name), building.label
    if label.endswith("组"):
        n = int(label[:-1])
        return [f"{name}{n}组", f"{name}{chinese(n)}组", f"我在{name}第{chinese(n)}组"]
    n = int(label)
    return [f"{name}{n}号楼", f"{name}{chinese(n)}号楼", f"{name}{n}#", f"{name}{n}栋三单元502", f"我家住{name} {n}幢",
            f"{name}{n}-3-502", f"秦都区{name}{chinese(n)}号楼2单元五零二", f"{name}（{n}号楼门口）"]  # fmt: skip


# the district


def test_the_district_has_the_size_of_the_real_one() -> None:
    told = count(DISTRICT)
    assert (told["街道"], told["社区"], told["村"], told["小区"], told["网格"], told["站点"]) == (
        10,
        113,
        53,
        633,
        1138,
        352,
    )
    assert sum("cloud_hospital" in place["facilities"] for place in DISTRICT.places) == 93
    assert make_district() == DISTRICT
    ids = {area.id for area in DISTRICT.areas}
    assert len(ids) == len(DISTRICT.areas)
    assert all(area.parent_id in ids for area in DISTRICT.areas if area.kind != "区")
    assert {estate.area_id for estate in DISTRICT.estates} <= ids
    assert {building.grid_id for building in DISTRICT.buildings} == {
        a.id for a in DISTRICT.areas if a.kind == "网格"
    }
    assert all("示例" in estate.name for estate in DISTRICT.estates)


def test_a_hundred_addresses_lead_to_exactly_one_grid() -> None:
    for building in ONLY[:: len(ONLY) // 100]:
        for text in ways(building):
            found = PLACES.resolve(text)
            assert (found.grid, found.ask) == (building.grid_id, ""), text


@given(some.sampled_from(ONLY), some.data())
def test_an_address_said_any_way_comes_back(building: Building, data: some.DataObject) -> None:
    found = PLACES.resolve(data.draw(some.sampled_from(ways(building))))
    assert (found.grid, found.estate, found.building) == (
        building.grid_id,
        building.estate_id,
        building.label,
    )


@given(some.text(max_size=60) | some.from_regex(r"[锦绣花园家七号楼\-0-9#单元路院]{1,20}", fullmatch=True))
def test_whatever_is_said_never_raises_and_asks_at_most_three(text: str) -> None:
    found = PLACES.resolve(text, home="wb02-01")
    assert len(found.choices) <= 3
    assert not (found.grid and found.ask)


def test_a_name_that_two_estates_bear_is_asked_about() -> None:
    twice = [name for name, ids in NAMED.items() if len(ids) > 1]
    assert len(twice) >= 30
    for name in twice:
        found = PLACES.resolve(f"{name}2号楼")
        assert (found.grid, found.ask, set(found.choices)) == ("", "estate", set(NAMED[name]))
        for chosen in found.choices:
            community = PLACES.areas[PLACES.estates[chosen].area_id]
            street = PLACES.areas[community.parent_id or ""]
            said = PLACES.resolve(f"{street.name}{community.name}{name}2号楼")
            assert said.estate == chosen, (name, community.name)
            assert PLACES.resolve(f"{name}2号楼", estate=chosen).grid == said.grid != ""
        home = PLACES.buildings[NAMED[name][1]]["1"].grid_id
        assert PLACES.resolve(f"{name}2号楼", home=home).estate == NAMED[name][1]


def test_two_estates_in_one_sentence_are_asked_about() -> None:
    found = PLACES.resolve("丽景花园和阳光花园中间")
    assert (found.grid, found.ask) == ("", "estate")


def test_a_building_that_is_not_told_or_not_there_is_asked_for() -> None:
    estate = next(
        e for e in DISTRICT.estates if len({b.grid_id for b in PLACES.buildings[e.id].values()}) == 2
    )
    name = SAMPLE.sub("", estate.name)
    assert PLACES.resolve(name).ask == "building"
    assert PLACES.resolve(f"{name}99号楼").ask == "building"
    assert PLACES.resolve(f"{name}3楼").ask == "building", "a floor is no building"


def test_a_homophone_is_understood_and_another_slip_is_asked_about() -> None:
    assert PLACES.resolve("利景花园2号楼").estate == PLACES.resolve("丽景花园2号楼").estate != ""
    slip = PLACES.resolve("丽日花园2号楼")
    assert (slip.grid, slip.ask) == ("", "sure")
    assert PLACES.resolve("丽日花园2号楼", estate=slip.choices[0]).grid


def test_road_and_number_and_an_alias() -> None:
    estate = PLACES.estates["e026"]
    assert PLACES.resolve(f"{estate.road}{estate.number}号院1号楼").estate == "e026"
    assert PLACES.resolve(f"{estate.road}{chinese(int(estate.number))}号院一号楼").estate == "e026"
    assert PLACES.resolve(f"{estate.road}999号院1号楼").is_nothing
    aliased = next(e for e in DISTRICT.estates if e.aliases)
    assert PLACES.resolve(f"{aliased.aliases[0]}1号楼").estate == aliased.id


def test_at_building_seven_is_understood_from_where_one_lives() -> None:
    building = next(b for b in ONLY if b.label == "7")
    home = PLACES.buildings[building.estate_id]["1"].grid_id
    assert PLACES.resolve("在7号楼门口", home=home).grid == building.grid_id
    assert PLACES.resolve("在七号楼门口").is_nothing
    assert PLACES.resolve("在77号楼门口", home=home).is_nothing


def test_a_grid_named_by_number() -> None:
    assert PLACES.resolve("渭滨示例三社区第二网格").grid == "wb03-02"
    assert PLACES.resolve("渭滨示例三社区").community == "wb03"


def test_a_location_leads_to_the_grid_of_the_nearest_building() -> None:
    for building in DISTRICT.buildings[::50]:
        assert building.latitude is not None
        assert building.longitude is not None
        assert PLACES.at(building.latitude, building.longitude).grid == building.grid_id
    assert PLACES.at(34.0, 108.0).is_nothing


@pytest.mark.parametrize(
    ("said", "label"), [("七号楼", "7"), ("7#", "7"), ("a座", "A"), ("三组", "3组"), ("12栋", "12")]
)
def test_labels(said: str, label: str) -> None:
    assert label_of(said) == label
    assert label in (taken_apart(said).building, taken_apart(said).group)


# storage


def test_the_district_is_loaded_over_the_sample(archive: Archive, library: Library) -> None:
    with archive.open() as records:
        counts = load_district(records, NOW)
        again = load_district(records, NOW)
        lore = library.lore(records)
        kinds = [area.kind for area in records.places.areas()]
    assert counts == again == count(DISTRICT)
    assert kinds.count("网格") == 1138
    assert sum(estate.kind == "小区" for estate in lore.gazetteer.estates.values()) == 633
    assert lore.gazetteer.resolve("丽景花园2号楼").grid == PLACES.resolve("丽景花园2号楼").grid
    with archive.open() as records:
        records.places.put_area(Area("own", None, "区", "自己的区", "/own/", {}))
        with pytest.raises(NotEmpty):
            load_district(records, NOW)


def test_a_merger_keeps_old_ids_in_scope_and_says_where_they_went(archive: Archive, library: Library) -> None:
    with archive.open() as records:
        records.areas.merge("wb01-02", "wb01-01", DAY, "网格优化")
        found = library.lore(records).gazetteer
        areas = {area.id: area for area in records.places.areas()}
        versions = records.areas.versions()
        assert records.places.chain("wb01-02")[:3] == ["wb01-02", "wb01-01", "wb01"]
    assert [area.id for area in went(areas, "wb01-02")] == ["wb01-02", "wb01-01"]
    assert found.resolve("示例花园5号楼").grid == "wb01-01"
    assert "wb01-02" in as_of(areas.values(), versions, date(2026, 6, 30))
    assert "wb01-02" not in as_of(areas.values(), versions, DAY)
    with archive.open() as records, pytest.raises(BadMove, match="撤销"):
        records.areas.move("wb01-02", "wb02", DAY)


def test_a_move_carries_what_is_below_and_the_old_tree_stays_known(archive: Archive) -> None:
    with archive.open() as records:
        records.areas.move("wb02", "rm", DAY, "街道调整")
        records.areas.rename("wb02", "新名社区", date(2026, 9, 1))
        areas = {area.id: area for area in records.places.areas()}
        versions = records.areas.versions()
        with pytest.raises(BadMove, match="自己"):
            records.areas.move("qd", "wb02", DAY)
        with pytest.raises(BadMove, match="以后"):
            records.areas.rename("wb02", "早些", DAY)
    assert areas["wb02-01"].path == "/qd/rm/wb02/wb02-01/"
    assert as_of(areas.values(), versions, date(2026, 6, 1))["wb02"].parent_id == "wb"
    summer = as_of(areas.values(), versions, date(2026, 8, 1))["wb02"]
    assert (summer.parent_id, summer.name) == ("rm", "示例二社区")
    assert as_of(areas.values(), versions, date(2026, 9, 1))["wb02"].name == "新名社区"


def test_an_area_is_not_there_before_it_was_made() -> None:
    made = Area("n", None, "网格", "新网格", "/n/", {}, since=DAY)
    assert as_of([made], [], date(2026, 6, 30)) == {}
    assert "n" in as_of([made], [], DAY)
    later = [Version("n", None, "网格", "新网格", DAY, date(2026, 9, 1), "renamed")]
    moved = Area("n", None, "网格", "又一名", "/n/", {}, since=date(2026, 9, 1))
    assert as_of([moved], later, date(2026, 6, 30)) == {}


@pytest.mark.parametrize(("scope", "path", "inside"), [
    ("/qd/wb/", "/qd/wb/wb01/", True), ("/qd/wb/", "/qd/wb/", True), ("/qd/wb/", "/qd/wbx/", False),
    ("/?/", "/qd/", False), ("", "/qd/", False), ("/qd/wb", "/qd/wb2/", False), ("/qd/wb/wb01/", "/qd/wb/", False),
])  # fmt: skip
def test_scope_is_a_subtree(scope: str, path: str, inside: bool) -> None:
    assert holds(scope, path) is inside


def test_estates_come_back_as_they_were_put(archive: Archive) -> None:
    estate = Estate("x", "wb01", "某苑", "小区", ("老某苑",), "人民路", "9", 34.3, 108.7)
    with archive.open() as records:
        records.areas.put_many((), [estate], [Building("x", "1", "wb01-01", 2, None, None)])
        assert estate in records.areas.estates()
        assert Building("x", "1", "wb01-01", 2) in records.areas.buildings()
        records.areas.forget_estates(["x"])
        assert estate not in records.areas.estates()


def test_no_name_of_the_district_is_left_unmarked() -> None:
    assert not [p["name"] for p in DISTRICT.places if not re.search("示例", p["name"])]
    assert isinstance(DISTRICT, District)
