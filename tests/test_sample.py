"""The sample centre: what the article counts comes out of it, everything it names exists, and it is loaded once."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.sample import KINDS, BadSample, Sample, load_sample, read_handbook, read_sample
from intents.library import Centre
from knowledge import places as place_rules
from knowledge import services as service_rules
from knowledge.calendar import Calendar
from knowledge.cases import LEVELS, ROUNDS_A_LEVEL
from knowledge.handbook import problems
from knowledge.places import FACILITIES, Place
from knowledge.services import ASKS, GROUPS, ZONE, Service
from storage.archive import Archive, Records
from storage.staff import ROLES
from storage.tables import metadata
from storage.vault import Vault

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # Monday 09:00 in Xianyang
NEEDS = "吃住行医育护"
PER_DEPARTMENT = {
    "党群": 6, "公安": 10, "民政": 14, "人社": 13, "医保": 9, "卫健": 8, "教育": 7, "残联": 6, "退役军人": 6,
    "市场监管": 7, "住建": 8, "城管": 6, "司法": 6,
}  # fmt: skip
SEVEN = {"water", "microwave", "toolbox", "charging", "parcel", "relief", "rest"}


@pytest.fixture(scope="module")
def sample() -> Sample:
    return read_sample()


@pytest.fixture(scope="module")
def services(sample: Sample) -> dict[str, Service]:
    return {told["id"]: service_rules.from_mapping(told) for told in sample.services}


@pytest.fixture(scope="module")
def places(sample: Sample) -> dict[str, Place]:
    return {told["id"]: place_rules.from_mapping(told) for told in sample.places}


@pytest.fixture
def archive() -> Iterator[Archive]:
    made = Archive("sqlite://", Vault(bytes(32), os.urandom), os.urandom)
    metadata.create_all(made.engine)
    yield made
    made.close()


def rows(records: Records) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table.name: sorted((tuple(row) for row in records.run(select(table))), key=repr)
        for table in metadata.sorted_tables
    }


# the article


def test_the_handbook_has_106_items_of_13_departments() -> None:
    entries = read_handbook()
    assert len({entry.id for entry in entries}) == len(entries) == 106
    assert Counter(entry.department for entry in entries) == PER_DEPARTMENT
    assert len(PER_DEPARTMENT) == 13
    assert [problem for entry in entries for problem in problems(entry)] == []


@pytest.mark.parametrize("need", GROUPS)
def test_every_need_has_a_service(need: str, services: dict[str, Service]) -> None:
    assert set(NEEDS) < set(GROUPS)
    assert [service.id for service in services.values() if service.group == need]


def test_stations_have_the_seven_and_something_more(places: dict[str, Place]) -> None:
    stations = [place for place in places.values() if place.kind == "station"]
    assert len(stations) >= 8
    assert all(place.facilities >= SEVEN for place in stations)
    assert any(place.facilities - SEVEN for place in stations)


def test_somewhere_is_open_at_night_and_on_a_holiday(places: dict[str, Place]) -> None:
    calendar = Calendar.default()
    night = datetime(2026, 2, 17, 3, 30, tzinfo=ZONE)  # 春节
    assert calendar.holiday_name(night.date())
    assert {"station", "rest"} <= {place.kind for place in places.values() if place.is_open(night, calendar)}


def test_mediation_has_the_three_levels(sample: Sample) -> None:
    assert tuple(level["level"] for level in sample.levels) == LEVELS
    assert {level["rounds"] for level in sample.levels} == {ROUNDS_A_LEVEL}
    kinds = {area.id: area.kind for area in sample.areas}
    assert tuple(kinds[level["area"]] for level in sample.levels) == LEVELS


# areas


def test_the_area_tree_is_whole(sample: Sample) -> None:
    by_id = {area.id: area for area in sample.areas}
    assert Counter(area.kind for area in sample.areas).items() >= {("区", 1), ("街道", 10)}
    above = {"区": None, "街道": "区", "社区": "街道", "网格": "社区"}
    for area in sample.areas:
        parent = by_id.get(area.parent_id or "")
        assert (parent.kind if parent else None) == above[area.kind]
        assert area.path == f"{parent.path if parent else '/'}{area.id}/"
        assert area.id.isascii()
        assert len(area.id) <= 40


def test_each_community_has_3_to_12_grids_with_a_post_and_estates(sample: Sample) -> None:
    grids = Counter(area.parent_id for area in sample.areas if area.kind == "网格")
    communities = [area.id for area in sample.areas if area.kind == "社区"]
    assert len(communities) >= 12
    assert all(3 <= grids[i] <= 12 for i in communities)
    notes = [area.note for area in sample.areas if area.kind == "网格"]
    assert all("示例" in note["worker"] and note["estates"] for note in notes)
    estates = [estate for note in notes for estate in note["estates"]]
    assert len(set(estates)) == len(estates)
    assert all("示例" in estate for estate in estates)


def test_an_area_without_a_parent_is_refused(tmp_path: Path) -> None:
    for name in ("services", "places", "rota", "centre", "mediation"):
        text = "{services: [], places: [], workers: [], rota: [], levels: []}"
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    (tmp_path / "areas.yaml").write_text("areas: [{id: a, parent: b, kind: 街道, name: 甲}]", "utf-8")
    with pytest.raises(BadSample, match="b"):
        read_sample(tmp_path)


# services and places


def test_every_service_can_be_booked_within_a_fortnight(services: dict[str, Service]) -> None:
    calendar, first = Calendar.default(), date(2026, 11, 23)
    days = [first + timedelta(days=n) for n in range(14)]
    for service in services.values():
        open_ones = [
            s for day in days for s in service.slots(day, calendar) if service.can_still_book(s, NOW)
        ]
        assert open_ones, service.id
        assert service.minutes > 0
        assert service.capacity > 0
        if service.whole_day:  # the dialogue takes the first slot of a chosen day
            assert all(len(service.slots(day, calendar)) <= 1 for day in days), service.id


def test_services_are_told_completely(services: dict[str, Service], sample: Sample) -> None:
    assert len(services) == len(sample.services) >= 22
    for service in services.values():
        assert service.group in GROUPS
        assert service.summary
        assert service.who
        assert service.words
        assert set(service.asks) <= set(ASKS), service.id
        assert ("address" in service.asks) == service.at_home, service.id
        assert service.price.startswith("免费") or ("低偿" in service.price and "示例" in service.price)


def test_meals_close_when_the_kitchen_needs_to_know(services: dict[str, Service]) -> None:
    assert services["meal_lunch"].cutoff == (0, time(9, 30))
    assert services["meal_dinner"].cutoff == (0, time(15))
    for name in ("meal_lunch", "meal_dinner"):
        assert services[name].on_holidays
        assert services[name].whole_day
        assert "quantity" in services[name].asks


def test_rooms_and_clubs_open_when_people_are_off_work(services: dict[str, Service]) -> None:
    for service in services.values():
        if service.id.startswith(("room_", "club_")):
            evening = any(period.closes > time(18) for period in service.plan)
            weekend = any({5, 6} & set(period.days) for period in service.plan)
            assert evening or weekend, service.id


@pytest.mark.parametrize(
    ("words", "wanted"),
    [("给俺婆铰个头", {"haircut"}), ("剃头", {"haircut"}), ("明儿晌午饭两份", {"meal_lunch"}),
     ("今晚的饭", {"meal_dinner"}), ("订个老年餐", {"meal_lunch", "meal_dinner"}), ("想借大讲堂", {"room_hall"}),
     ("订个会议室", {"room_meeting"}), ("约舞蹈室排舞", {"room_dance"}), ("学跳舞", {"club_dance"}),
     ("约个律师", {"legal_clinic"}), ("公证员啥时候坐班", {"notary_clinic"}), ("找人陪我妈去医院", {"companion"}),
     ("给娃报四点半", {"class_430"}), ("想找人说说心里话", {"psych_talk"}), ("我要当志愿者", {"volunteer"})],
)  # fmt: skip
def test_residents_words_find_the_service(words: str, wanted: set[str], services: dict[str, Service]) -> None:
    assert {service.id for service in service_rules.named(words, services)} == wanted


def test_every_place_lies_in_qindu_and_has_hours(places: dict[str, Place], sample: Sample) -> None:
    areas = {area.id for area in sample.areas}
    assert len(places) == len(sample.places) >= 16
    for place in places.values():
        assert place.area in areas
        assert 34.25 < place.latitude < 34.45
        assert 108.58 < place.longitude < 108.78
        assert place.facilities <= set(FACILITIES)
        assert "示例" in place.address
        assert place.near
        assert place.phone == ""
        assert place.hours
        for hours in place.hours:
            assert place_rules.clock(hours.opens) < place_rules.clock(hours.closes)
            assert len(hours.opens) == len(hours.closes) == 5


def test_the_centre_has_noon_off_and_a_late_evening(places: dict[str, Place], sample: Sample) -> None:
    calendar, centre = Calendar.default(), places[Centre(**sample.centre).place_id]

    def is_open(day: int, hour: int) -> bool:
        return centre.is_open(datetime(2026, 11, day, hour, 30, tzinfo=ZONE), calendar)

    assert [is_open(23, hour) for hour in (9, 12, 14, 18)] == [True, False, True, False]  # Monday
    assert is_open(24, 19)  # Tuesday
    assert [is_open(28, 10), is_open(28, 15), is_open(29, 10)] == [True, False, False]  # the weekend


# what refers to what


def test_everything_that_is_named_exists(sample: Sample, services: dict[str, Service]) -> None:
    entries = {entry.id: entry for entry in read_handbook()}
    places, areas = {told["id"] for told in sample.places}, {area.id for area in sample.areas}
    assert {i for entry in entries.values() for i in entry.services} <= set(services)
    assert {i for service in services.values() for i in service.entries} <= set(entries)
    assert {i for service in services.values() for i in service.places} <= places
    assert {worker.area for worker in sample.workers} | {shift.area for shift in sample.rota} <= areas
    centre = Centre(**sample.centre)
    assert centre.place_id in places
    assert centre.area_id in areas
    assert centre.sample


def test_an_entry_and_the_service_it_offers_know_each_other(services: dict[str, Service]) -> None:
    one_way = [(e.id, i) for e in read_handbook() for i in e.services if e.id not in services[i].entries]
    assert one_way == []


def test_the_rota_is_of_people_in_their_own_area(sample: Sample) -> None:
    workers = {worker.login: worker for worker in sample.workers}
    assert len(workers) == len(sample.workers) >= 8
    assert {worker.role for worker in workers.values()} == set(ROLES) - {
        "auditor"
    }  # who audits is named by the centre
    assert all(workers[shift.worker].area == shift.area for shift in sample.rota)
    at_centre = [shift for shift in sample.rota if shift.area == "wb01"]
    assert not any(shift.opens < "14:00" and shift.closes > "12:00" for shift in at_centre)
    assert {shift.weekday for shift in at_centre if shift.opens == "18:00"} == {1, 3}
    assert {shift.weekday for shift in at_centre} == {0, 1, 2, 3, 4, 5}
    assert {shift.area for shift in sample.rota} == {"wb01", "wb", "qd"}


# loading


def test_an_empty_archive_is_filled(archive: Archive, sample: Sample) -> None:
    with archive.open() as records:
        added = load_sample(records, NOW)
        assert tuple(added) == KINDS
        assert added["handbook"] == len(records.handbook.published()) == 106
        assert added["areas"] == len(records.places.areas()) == len(sample.areas)
        assert added["services"] == len(records.places.services()) == len(sample.services)
        assert added["places"] == len(records.places.places()) == len(sample.places)
        assert added["workers"] == len(records.staff.all()) == len(sample.workers)
        assert added["rota"] == len(records.staff.shifts()) == len(sample.rota)
        assert Centre(**records.places.fact("centre")).area_id == "wb01"
        assert records.places.fact("sample")
        assert not any(worker.has_password for worker in records.staff.all())


def test_loading_twice_changes_nothing(archive: Archive) -> None:
    with archive.open() as records:
        load_sample(records, NOW)
    with archive.open() as records:
        before = rows(records)
        assert set(load_sample(records, NOW + timedelta(days=1)).values()) == {0}
        assert rows(records) == before
        assert before["entries"]


def test_what_was_edited_or_removed_stays_so(archive: Archive) -> None:
    with archive.open() as records:
        load_sample(records, NOW)
        body = next(told for told in records.places.services() if told["id"] == "haircut")
        records.places.put_service({**body, "price": "免费"})
        records.handbook.withdraw("YB01", NOW)
        records.places.forget_areas(["mz01-01"])
        before = rows(records)
        load_sample(records, NOW + timedelta(days=1))
        assert rows(records) == before


def test_a_centre_with_its_own_data_keeps_it(archive: Archive) -> None:
    own = {"id": "own", "name": "自己的服务", "price": "免费", "places": [], "plan": []}
    with archive.open() as records:
        records.places.put_service(own, active=False)
        records.places.set_fact("centre", {"name": "某某社区"})
        li = records.staff.add(login="li", name="李真", role="admin", area_id="x", now=NOW)
        added = load_sample(records, NOW)
        assert added["services"] == 0
        assert records.places.services() == []
        assert records.places.fact("centre") == {"name": "某某社区"}
        assert records.staff.get(li).name == "李真"
        assert li not in {shift.worker_id for shift in records.staff.shifts()}
