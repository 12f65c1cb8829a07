"""Bookings, rota, people, what did not arrive, and the log."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from intents.library import Library
from storage.archive import Archive
from storage.bookings import Booking
from tests.databases import START
from tests.desk_fixture import Centre, opened

LATER = timedelta(hours=2)


@pytest.fixture
async def centre(archive: Archive, library: Library) -> AsyncIterator[Centre]:
    async with opened(archive, library) as made:
        yield made


def book(centre: Centre, starts_at: datetime, place: str = "wb01", who: str = "ren") -> Booking:
    with centre.archive.open() as records:
        talk = records.conversations.open("web", who, centre.now)
        service = next(told["id"] for told in records.places.services())
        return records.bookings.book(
            service_id=service, place_id=place, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30),
            quantity=1, capacity=9, person_id=talk.person.id, conversation_id=talk.id, now=centre.now,
            details={"name": "王秀英", "phone": "13911112222", "address": "示例花园3号楼"},
        )  # fmt: skip


def state(centre: Centre, booking: Booking) -> str:
    with centre.archive.reading() as records:
        return records.bookings.get(booking.id).state


# bookings


async def test_bookings_of_the_day_are_masked(centre: Centre) -> None:
    booking = book(centre, START + LATER)
    li = centre.signed_in("li")
    text = await li.text("/desk/bookings")
    assert booking.code in text
    assert "王**" in text
    for words in ("王秀英", "13911112222", "示例花园3号楼"):
        assert words not in text
    assert booking.code not in await li.text("/desk/bookings?day=2026-11-24")
    assert booking.code in await li.text("/desk/bookings?day=rubbish")
    shown = await li.post(f"/desk/bookings/{booking.code}/show", day="2026-11-23")
    assert "13911112222" in shown.text
    assert centre.audit("reveal") == [("li", booking.code)]


async def test_bookings_elsewhere_are_not_shown_nor_touched(centre: Centre) -> None:
    with centre.archive.reading() as records:
        away = next(told["id"] for told in records.places.places() if told["area"].startswith("rm"))
    booking = book(centre, START + LATER, away)
    li, wu = centre.signed_in("li"), centre.signed_in("wu")
    assert booking.code not in await li.text("/desk/bookings")
    assert booking.code in await wu.text("/desk/bookings")
    foreign = await li.post(f"/desk/bookings/{booking.code}/end", state="cancelled")
    unknown = await li.post("/desk/bookings/Y000000001/end", state="cancelled")
    assert foreign.status_code == unknown.status_code == 404
    assert (await li.post(f"/desk/bookings/{booking.code}/show")).status_code == 404
    assert state(centre, booking) == "booked"


async def test_cancelling_tells_the_resident_once(centre: Centre) -> None:
    booking = book(centre, START + LATER)
    li = centre.signed_in("li")
    first = await li.post(f"/desk/bookings/{booking.code}/end", state="cancelled", note="师傅病了")
    assert first.headers["location"] == "/desk/bookings?day=2026-11-23"
    assert (await li.post(f"/desk/bookings/{booking.code}/end", state="cancelled")).status_code == 409
    [said] = centre.said("ren")
    assert booking.code in said
    assert "师傅病了" in said
    assert state(centre, booking) == "cancelled"
    with centre.archive.reading() as records:
        assert not records.bookings.taken(booking.service_id, "wb01", START, START + timedelta(days=1))


@pytest.mark.parametrize("end", ["done", "no_show"])
async def test_done_and_no_show_wait_for_the_time(centre: Centre, end: str) -> None:
    booking = book(centre, START + LATER)
    li = centre.signed_in("li")
    assert (await li.post(f"/desk/bookings/{booking.code}/end", state=end)).status_code == 409
    centre.now += LATER
    assert (await li.post(f"/desk/bookings/{booking.code}/end", state=end)).status_code == 303
    assert state(centre, booking) == end
    asked = [words for words in centre.said("ren") if "办完了，您觉得怎么样" in words]
    assert asked == centre.said("ren")
    assert len(asked) == (end == "done")


async def test_no_other_state_is_taken(centre: Centre) -> None:
    booking = book(centre, START + LATER)
    assert (
        await centre.signed_in("li").post(f"/desk/bookings/{booking.code}/end", state="booked")
    ).status_code == 409


# rota


async def test_rota_of_the_week(centre: Centre) -> None:
    li = centre.signed_in("li")
    text = await li.text("/desk/rota?day=2026-11-25")
    assert "11月23日 周一 · 今天" in text
    assert "李姐" in text
    assert "加一行" not in text
    assert "便民服务大厅" in await li.text("/desk/")


async def test_add_and_drop_a_line(centre: Centre) -> None:
    liu, wang = centre.signed_in("liu"), centre.worker("wang")
    line = {"area": "wb01", "worker": str(wang.id), "post": "临时值守", "opens": "08:00", "closes": "09:00"}
    assert (await liu.post("/desk/rota/add", **line, day="2026-11-26")).status_code == 303
    assert "临时值守" in await liu.text("/desk/rota")
    assert "临时值守" not in await liu.text("/desk/rota?day=2026-12-03")
    with centre.archive.reading() as records:
        made = next(shift for shift in records.staff.shifts() if shift.post == "临时值守")
    assert (await liu.post(f"/desk/rota/{made.id}/drop")).status_code == 303
    assert "临时值守" not in await liu.text("/desk/rota")


@pytest.mark.parametrize(
    "wrong", [{"opens": "9:00"}, {"opens": "10:00"}, {"closes": "25:00"}, {"post": " "}, {"area": "rm01"}, {"worker": "0"},
              {"weekday": "7", "day": ""}],
)  # fmt: skip
async def test_a_bad_line_is_refused(centre: Centre, wrong: dict[str, str]) -> None:
    liu, wang = centre.signed_in("liu"), centre.worker("wang")
    line = {
        "area": "wb01",
        "worker": str(wang.id),
        "post": "临时值守",
        "opens": "08:00",
        "closes": "09:00",
        "weekday": "1",
    }
    assert (await liu.post("/desk/rota/add", **(line | wrong))).status_code == 409
    with centre.archive.reading() as records:
        assert "临时值守" not in [shift.post for shift in records.staff.shifts()]


async def test_a_line_of_another_area_is_not_dropped(centre: Centre) -> None:
    liu = centre.signed_in("liu")
    with centre.archive.reading() as records:
        before = records.staff.shifts()
    street = next(shift for shift in before if shift.area_id == "wb")
    assert (await liu.post(f"/desk/rota/{street.id}/drop")).status_code == 404
    with centre.archive.reading() as records:
        assert records.staff.shifts() == before


# people


async def test_add_invite_and_enter(centre: Centre) -> None:
    liu = centre.signed_in("liu")
    added = await liu.post("/desk/people/add", login="Xin", name="小新", role="mediator", area="wb01-01")
    assert added.status_code == 303
    page = await liu.post(f"{added.headers['location']}/invite")
    key = page.text.split("/desk/enter?key=")[1].split("<")[0]
    assert "小新，请设置密码" in await centre.browser().text(f"/desk/enter?key={key}")
    assert key not in await liu.text(added.headers["location"])  # shown once
    assert centre.worker("xin").role == "mediator"


@pytest.mark.parametrize(
    "wrong", [{"login": "li"}, {"login": "有汉字"}, {"login": "x"}, {"name": ""}, {"role": "king"}, {"area": "wb"}, {"area": "rm01"}]
)  # fmt: skip
async def test_a_bad_worker_is_refused(centre: Centre, wrong: dict[str, str]) -> None:
    given = {"login": "xin", "name": "小新", "role": "worker", "area": "wb01"} | wrong
    assert (await centre.signed_in("liu").post("/desk/people/add", **given)).status_code == 409


@pytest.mark.parametrize("deed", ["", "/change", "/invite", "/leave", "/come_back", "/give_all"])
async def test_workers_above_and_beside_are_out_of_reach(centre: Centre, deed: str) -> None:
    liu = centre.signed_in("liu")
    for login in ("wu", "ma", "sun"):
        path = f"/desk/people/{centre.worker(login).id}{deed}"
        answer = await (liu.post(path, name="x", role="worker", area="wb01") if deed else liu.get(path))
        assert answer.status_code == 404, login
        assert centre.worker(login).active
    assert "吴主任" not in await liu.text("/desk/people")


async def test_nobody_deactivates_or_raises_themselves(centre: Centre) -> None:
    liu = centre.signed_in("liu")
    me = centre.worker("liu")
    assert (await liu.post(f"/desk/people/{me.id}/leave")).status_code == 409
    assert (
        await liu.post(f"/desk/people/{me.id}/change", name="刘", role="admin", area="wb01-01")
    ).status_code == 409
    assert centre.worker("liu") == me


async def test_who_leaves_hands_over_their_cases(centre: Centre) -> None:
    report, mediation = centre.put_case("report").number, centre.put_case("mediation").number
    li, zhao, liu = centre.signed_in("li"), centre.signed_in("zhao"), centre.signed_in("liu")
    await li.post(f"/desk/cases/{report}/move", move="accept")
    await zhao.post(f"/desk/cases/{mediation}/move", move="accept", note="无利害关系")
    for login in ("li", "zhao"):
        await liu.post(f"/desk/people/{centre.worker(login).id}/leave")
    assert report in await liu.text(f"/desk/people/{centre.worker('li').id}")
    wang, me = str(centre.worker("wang").id), str(centre.worker("liu").id)
    await liu.post(f"/desk/people/{centre.worker('li').id}/give_all", to=wang)
    await liu.post(
        f"/desk/people/{centre.worker('zhao').id}/give_all", to=wang
    )  # no mediator: nothing is given
    assert centre.cases("mediation")[0].holder_id == centre.worker("zhao").id
    await liu.post(f"/desk/people/{centre.worker('zhao').id}/give_all", to=me)
    assert str(centre.cases("report")[0].holder_id) == wang
    assert str(centre.cases("mediation")[0].holder_id) == me


async def test_who_comes_back_needs_a_new_password(centre: Centre) -> None:
    liu, worker = centre.signed_in("liu"), centre.worker("li")
    with centre.archive.open() as records:
        records.staff.change(worker.id, password="something")
    await liu.post(f"/desk/people/{worker.id}/leave")
    assert (await liu.post(f"/desk/people/{worker.id}/invite")).status_code == 409
    await liu.post(f"/desk/people/{worker.id}/come_back")
    assert centre.worker("li").active
    assert not centre.worker("li").has_password


async def test_binding_a_chat_account(centre: Centre) -> None:
    li = centre.signed_in("li")
    page = await li.post("/desk/me/bind")
    code = page.text.split("绑定 ")[1].split("<")[0]
    assert len(code) == 8
    await centre.hear("li-phone", f"绑定 {code}")
    assert centre.worker("li").address == "li-phone"
    await centre.hear("thief", f"绑定 {code}")
    assert centre.worker("li").address == "li-phone"
    assert "已绑定" in await li.text("/desk/me")
    await li.post("/desk/me/unbind")
    assert centre.worker("li").address == ""


async def test_a_bind_code_is_good_for_ten_minutes_and_for_nothing_else(centre: Centre) -> None:
    li = centre.signed_in("li")
    code = (await li.post("/desk/me/bind")).text.split("绑定 ")[1].split("<")[0]
    assert (await centre.browser().get(f"/desk/enter?key={code}")).status_code == 410
    centre.now += timedelta(minutes=10, seconds=1)
    await centre.hear("li-phone", f"绑定 {code}")
    assert centre.worker("li").address == ""


# what did not arrive, and the log


async def test_what_did_not_arrive_is_listed_without_its_words(centre: Centre) -> None:
    with centre.archive.open() as records:
        for n, end in enumerate(("dead", "unknown", "expired")):
            records.outbox.put(channel="telegram", address=f"55500{n}", body={"text": "悄悄话"}, purpose="reply",
                               now=centre.now, key=f"k{n}")  # fmt: skip
            records.outbox.end(n + 1, end, f"原因{n}")
    text = await centre.signed_in("liu").text("/desk/outbox")
    for words in ("送不到", "不知道送到没有", "过时没发", "原因0", "原因1", "原因2"):
        assert words in text
    assert "悄悄话" not in text
    assert "555000" not in text


async def test_the_log_is_of_ones_own_area_and_filtered(centre: Centre) -> None:
    number = centre.put_case("report").number
    li, wang, wu, liu = (centre.signed_in(login) for login in ("li", "wang", "wu", "liu"))
    for browser in (li, wang, wu):
        await browser.text(f"/desk/cases/{number}")
    text = await liu.text("/desk/audit")
    assert "<td>li</td>" in text
    assert "<td>wu</td>" not in text
    assert "<td>wang</td>" not in await liu.text("/desk/audit?who=li")
    assert "<td>li</td>" in await liu.text(f"/desk/audit?about={number.lower()}&action=look")
    assert "没有记录" in await liu.text("/desk/audit?action=reveal")
