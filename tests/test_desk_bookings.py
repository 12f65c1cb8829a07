"""Bookings at the desk: one truth with the chat, moving, checking in, the calendar, meals, the sheet that is taken out."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import insert

from bot.desk import daysheets
from intents.library import Library
from intents.staff import counter, daylist
from knowledge.services import ZONE
from storage.archive import Archive
from storage.bookings import Booking
from storage.tables import bookings
from tests.desk_fixture import Centre, opened

NINE = "2026-11-24 09:00"
HAIRCUT = "haircut@wb01"
BOOKED = ("明天上午九点约上门理发，我叫张三，电话13800001111，一号院1单元", "是")


@pytest.fixture
async def centre(archive: Archive, library: Library) -> AsyncIterator[Centre]:
    async with opened(archive, library) as made:
        yield made


def of(centre: Centre, code: str) -> Booking:
    with centre.archive.reading() as records:
        found = records.bookings.by_code(code)
    assert found
    return found


def codes(centre: Centre) -> list[str]:
    with centre.archive.reading() as records:
        return [it.code for it in records.bookings.between(centre.now, centre.now + timedelta(days=60))]


async def book(centre: Centre, login: str = "liu", start: str = NINE, **told: str) -> str:
    """A booking made at the desk by both pages; its number."""
    worker, before = centre.signed_in(login), set(codes(centre))
    page = await worker.post("/desk/bookings/hold", what=HAIRCUT, start=start)
    assert page.status_code == 200, page.text
    tap = re.search(r'name="tap" value="(\w+)"', page.text)
    assert tap
    given = {"what": HAIRCUT, "start": start, "tap": tap[1], "name": "李四", "phone": "13900002222",
             "address": "二号院"} | told  # fmt: skip
    answer = await worker.post("/desk/bookings/book", **given)
    assert answer.status_code == 303, answer.text
    again = await worker.post("/desk/bookings/book", **given)  # the same form sent twice
    assert again.status_code == 303, again.text
    made = set(codes(centre)) - before
    assert len(made) == 1
    return made.pop()


async def test_what_the_desk_holds_or_books_the_chat_cannot_have(centre: Centre) -> None:
    boss = centre.signed_in("liu")
    assert (await boss.post("/desk/bookings/hold", what=HAIRCUT, start=NINE)).status_code == 200
    await centre.hear("甲", BOOKED[0])
    assert "正有人在约" in centre.said("甲")[-1]
    await book(centre)
    await centre.hear("乙", BOOKED[0])
    assert "约满了" in centre.said("乙")[-1]


async def test_what_the_chat_holds_or_books_the_desk_cannot_have(centre: Centre) -> None:
    boss = centre.signed_in("liu")
    await centre.hear("甲", BOOKED[0])
    answer = await boss.post("/desk/bookings/hold", what=HAIRCUT, start=NINE)
    assert answer.status_code == 409
    assert "刚被约走" in answer.text
    await centre.hear("甲", "是")
    centre.now += timedelta(minutes=6)
    assert (await boss.post("/desk/bookings/hold", what=HAIRCUT, start=NINE)).status_code == 409
    page = await boss.text(f"/desk/bookings/new?what={HAIRCUT}&day=2026-11-24")
    assert NINE not in page
    assert "2026-11-24 09:30" in page


async def test_a_known_resident_is_told_and_a_number_alone_is_not_enough(centre: Centre) -> None:
    await centre.hear("甲", *BOOKED)
    made = await book(centre, start="2026-11-24 10:00", name="张三", phone="13800001111")
    assert made in centre.said("甲")[-1]
    before = len(centre.said("甲"))
    other = await book(centre, start="2026-11-24 11:00", name="王五", phone="13800001111")
    assert len(centre.said("甲")) == before
    assert of(centre, other).conversation_id is None
    assert of(centre, made).made_by == "liu"
    assert ("liu", made) in centre.audit("book")


async def test_a_move_at_the_desk_is_told_and_frees_the_old_time(centre: Centre) -> None:
    await centre.hear("甲", *BOOKED)
    boss, code = centre.signed_in("liu"), codes(centre)[0]
    page = await boss.text(f"/desk/bookings/{code}/move?day=2026-11-25&hour=15")
    assert "2026-11-25 15:00" in page
    answer = await boss.post(f"/desk/bookings/{code}/move", start="2026-11-25 15:00")
    assert answer.status_code == 303, answer.text
    assert of(centre, code).starts_at == datetime(2026, 11, 25, 15, tzinfo=ZONE)
    assert "改时间了" in centre.said("甲")[-1]
    other = await book(centre)
    refused = await boss.post(f"/desk/bookings/{other}/move", start="2026-11-25 15:00")
    assert refused.status_code == 409
    assert of(centre, other).starts_at == datetime(2026, 11, 24, 9, tzinfo=ZONE)


async def test_a_walk_in_and_a_check_in(centre: Centre) -> None:
    centre.now = datetime(2026, 11, 24, 1, 10, tzinfo=UTC)  # 09:10 here
    boss = centre.signed_in("liu")
    page = await boss.text(f"/desk/bookings/new?what={HAIRCUT}&day=2026-11-24")
    assert NINE not in page
    assert NINE in await boss.text(f"/desk/bookings/new?what={HAIRCUT}&day=2026-11-24&walk_in=1")
    answer = await boss.post(
        "/desk/bookings/book", what=HAIRCUT, start=NINE, name="路人", walk_in="1", tap="a"
    )
    assert answer.status_code == 303, answer.text
    with centre.archive.reading() as records:
        came = records.bookings.overlapping(centre.now, centre.now + timedelta(minutes=1))
    assert came[0].arrived_at == centre.now
    await centre.hear("甲", "今天下午三点约上门理发，我叫张三，电话13800001111，一号院1单元", "是")
    code = next(c for c in codes(centre) if c != came[0].code)
    assert "签到" in await boss.text(f"/desk/check-in?code={code.lower()}")
    assert (await boss.post("/desk/check-in", code=code)).status_code == 303
    assert of(centre, code).arrived_at is not None
    twice = await boss.post("/desk/check-in", code=code)
    assert twice.status_code == 409
    assert "签过到" in twice.text
    assert (await boss.get("/desk/check-in?code=Y000000001")).status_code == 404


async def test_the_calendar_by_week_day_place_and_service(centre: Centre) -> None:
    await centre.hear("甲", *BOOKED)
    boss, code = centre.signed_in("liu"), codes(centre)[0]
    for query, there in (("", True), ("&view=day", True), ("&of=place:wb01", True), ("&of=service:massage", False),
                         ("&of=place:wb01-cs", False), ("&of=resource:haircut@wb01", True)):  # fmt: skip
        page = await boss.text(f"/desk/calendar?day=2026-11-24{query}")
        assert (code in page) is there, query
        assert "13800001111" not in page
        assert "张三" not in page


def test_the_sheet_computes_nothing_and_says_who_took_it() -> None:
    evil = Booking(1, "Y1", "haircut", "wb01", datetime(2026, 11, 24, 1, tzinfo=UTC),
                   datetime(2026, 11, 24, 2, tzinfo=UTC), 1, 1, None, "booked",
                   {"name": "=1+1", "phone": "13800001111"})  # fmt: skip
    data = daysheets.sheet("小李导出", [evil], {"haircut": "=HYPERLINK(0)\x07"}, {"wb01": "+cmd|x"})
    page = load_workbook(BytesIO(data)).worksheets[0]
    told = [cell for row in page.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in told} == {"s"}
    assert "=HYPERLINK(0)" in [cell.value for cell in told]
    assert all(cell.quotePrefix for cell in told)
    assert page["A1"].value == "小李导出"
    assert "138****1111" in [cell.value for cell in told]


async def test_what_is_taken_out_is_written_down(centre: Centre) -> None:
    await centre.hear("甲", *BOOKED)
    answer = await centre.signed_in("liu").post("/desk/bookings/export", day="2026-11-23", days="7")
    assert answer.status_code == 200
    rows = [[cell.value for cell in row] for row in load_workbook(BytesIO(answer.content)).worksheets[0].rows]
    assert "liu" in str(rows[0][0])
    assert codes(centre)[0] in rows[2]
    assert "138****1111" in rows[2]
    assert centre.audit("export") == [("liu", "bookings:2026-11-23")]
    refused = await centre.signed_in("liu").post("/desk/bookings/export", day="2026-11-23", days="400")
    assert refused.status_code == 409


async def test_meals_by_kitchen_and_route(centre: Centre) -> None:
    await centre.hear("甲", "明天中午送三份饭，我叫张三，电话13800001111，送到幸福路8号院2单元", "没有", "是")
    page = await centre.signed_in("liu").text("/desk/meals?day=2026-11-24")
    assert "一共3份" in page
    assert "幸福路8号院2单元" in page
    assert "张三" not in page
    assert centre.audit("meals") == [("liu", "2026-11-24")]


def test_all_orders_of_all_kitchens_are_listed(archive: Archive, library: Library) -> None:
    many, begin = 210, datetime(2026, 11, 24, 3, 30, tzinfo=UTC)
    with archive.open() as records:
        for n in range(2, 22):
            records.places.put_place({"id": f"k{n}", "name": f"食堂{n}", "kind": "食堂", "area": "wb01", "address": "x",
                                      "near": [], "latitude": 34.0, "longitude": 107.0, "facilities": [], "hours": [],
                                      "phone": "", "on_holidays": True})  # fmt: skip
        places = ["wb01-cs", *(f"k{n}" for n in range(2, 22))]
        rows = []
        for n in range(many):
            sealed = records.vault.seal_json(
                {"name": "张三", "address": f"幸福路{n % 9}号"}, f"bookings.details:Y{n}"
            )
            rows.append({"code": f"Y{n}", "service_id": "meal_lunch", "place_id": places[n % 21], "starts_at": begin,
                         "ends_at": begin + timedelta(hours=1), "quantity": 1, "person_id": 1, "state": "booked",
                         "made_at": begin, "details": sealed})  # fmt: skip
        records.run(insert(bookings), rows)
    with archive.reading() as records:
        worker = records.staff.by_login("liu")
        assert worker
        found = daylist.kitchens(records, library.lore(records), worker, begin.date())
    assert len(found) == 21
    assert sum(kitchen.portions for kitchen in found) == many


def test_a_worker_of_elsewhere_lists_nothing(archive: Archive, library: Library) -> None:
    with archive.reading() as records:
        worker = records.staff.by_login("liu")
        assert worker
        stranger = type(worker)(**{n: getattr(worker, n) for n in worker.__slots__} | {"area_id": "nowhere"})
        assert daylist.places_of(records, library.lore(records), stranger) == set()
        assert counter.token(worker) == "hold:desk:liu"
