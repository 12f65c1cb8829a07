"""待办 and talks: who is shown waiting, who may take them, what is said and written down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from intents.library import Library
from storage.archive import Archive
from tests.desk_fixture import Centre, in_queue, opened


@pytest.fixture
async def centre(archive: Archive, library: Library) -> AsyncIterator[Centre]:
    async with opened(archive, library) as made:
        yield made


# 待办


async def test_who_waits_is_on_the_board_and_in_the_count(centre: Centre) -> None:
    li = centre.signed_in("li")
    assert (await li.get("/desk/live")).json()["count"] == 0
    number = await in_queue(centre)
    centre.now += timedelta(minutes=7)
    told = (await li.get("/desk/live")).json()
    assert told["count"] == 1
    assert number in told["html"]
    assert "排第1位" in told["html"]
    assert "已等7分钟" in told["html"]
    assert number in await li.text("/desk/")


async def test_a_late_case_is_marked_in_words(centre: Centre) -> None:
    case = centre.put_case("report")
    li = centre.signed_in("li")
    assert "超时" not in await li.text("/desk/")
    centre.now += timedelta(days=1, hours=2)
    li = centre.signed_in("li")
    assert "超时2小时" in await li.text("/desk/")
    assert case.number in await li.text("/desk/cases?late=1")


async def test_alerts_stand_on_top_and_are_counted(centre: Centre) -> None:
    centre.put_case("alert", title="紧急提醒：着火")
    li = centre.signed_in("li")
    text = await li.text("/desk/")
    assert 0 < text.index("紧急提醒：着火") < text.index("等人接待")
    assert (await li.get("/desk/live")).json()["count"] == 1
    number = centre.cases("alert")[0].number
    assert (await li.post(f"/desk/cases/{number}/move", move="take")).status_code == 303
    assert (await li.get("/desk/live")).json()["count"] == 0
    assert "李姐在处理" in await li.text("/desk/")


async def test_the_board_shows_ones_own_area_only(centre: Centre) -> None:
    number = centre.put_case("handoff", area_id="rm01").number
    li, sun, wu = centre.signed_in("li"), centre.signed_in("sun"), centre.signed_in("wu")
    assert number not in await li.text("/desk/")
    assert number not in await sun.text("/desk/")
    assert number in await wu.text("/desk/")
    assert (await li.get("/desk/live")).json()["count"] == 0


# talks


async def test_context_package(centre: Centre) -> None:
    number = await in_queue(centre)
    li = centre.signed_in("li")
    text = await li.text(f"/desk/talk/{number}")
    assert "低保需要带什么材料" in text
    with centre.archive.reading() as records:
        told = next(v for v in records.handbook.published() if v.entry.id in text)
    assert f"{told.entry.id} 第{told.version}版" in text
    assert told.entry.title in text
    assert ("li", number) in centre.audit("look")


async def test_refreshing_a_talk_is_not_written_down_again(centre: Centre) -> None:
    number = await in_queue(centre)
    li = centre.signed_in("li")
    await li.text(f"/desk/talk/{number}")
    before = len(centre.audit("look"))
    await centre.hear("王奶奶", "我在等")
    assert "我在等" in (await li.get(f"/desk/talk/{number}/live")).json()["html"]
    assert len(centre.audit("look")) == before


async def test_two_take_at_once_and_one_has_them(centre: Centre) -> None:
    number = await in_queue(centre)
    li, wang = centre.signed_in("li"), centre.signed_in("wang")
    answers = await asyncio.gather(*(it.post(f"/desk/talk/{number}/take") for it in (li, wang)))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    lost = next(answer for answer in answers if answer.status_code == 409)
    holder = centre.cases("handoff")[0].holder_id
    name = {centre.worker("li").id: "李姐", centre.worker("wang").id: "王哥"}[holder or 0]
    assert f"已由{name}接待" in lost.text
    assert sum("工作人员" in said and "来了" in said for said in centre.said("王奶奶")) == 1


async def test_answer_reaches_the_resident_once_and_only_from_the_holder(centre: Centre) -> None:
    number = await in_queue(centre)
    li, wang = centre.signed_in("li"), centre.signed_in("wang")
    assert (await li.post(f"/desk/talk/{number}/say", words="太早")).status_code == 409
    await li.post(f"/desk/talk/{number}/take")
    for _ in range(2):  # a double tap of the same form
        assert (
            await li.post(f"/desk/talk/{number}/say", words="您好，我是李姐", once="a1")
        ).status_code == 303
    assert (await wang.post(f"/desk/talk/{number}/say", words="我也来", once="a1")).status_code == 409
    assert (await li.post(f"/desk/talk/{number}/say", words="  ")).status_code == 409
    assert centre.said("王奶奶").count("您好，我是李姐") == 1
    assert "我也来" not in centre.said("王奶奶")


async def test_hand_back(centre: Centre) -> None:
    number = await in_queue(centre)
    li, wang, liu = centre.signed_in("li"), centre.signed_in("wang"), centre.signed_in("liu")
    await li.post(f"/desk/talk/{number}/take")
    assert (await wang.post(f"/desk/talk/{number}/hand_back")).status_code == 409
    assert (await li.post(f"/desk/talk/{number}/hand_back")).status_code == 303
    assert "人工服务已结束" in centre.said("王奶奶")[-1]
    await centre.hear("王奶奶", "后来说的话")
    assert "后来说的话" not in await liu.text(f"/desk/talk/{number}")  # the talk goes on without the desk


async def test_name_and_phone_of_a_resident_are_masked_until_asked_for(centre: Centre) -> None:
    number = await in_queue(centre)
    with centre.archive.open() as records:
        case = records.cases.by_number(number)
        assert case
        assert case.person_id
        records.people.tell(case.person_id, name="王秀英", phone="13911112222")
    li = centre.signed_in("li")
    text = await li.text(f"/desk/talk/{number}")
    assert "王**" in text
    assert "139****2222" in text
    assert "王秀英" not in text
    assert "13911112222" not in text
    assert centre.audit("reveal") == []
    shown = await li.post(f"/desk/talk/{number}/show")
    assert "王秀英" in shown.text
    assert "13911112222" in shown.text
    assert centre.audit("reveal") == [("li", number)]


async def test_private_note_is_not_said_to_the_resident(centre: Centre) -> None:
    number = await in_queue(centre)
    li = centre.signed_in("li")
    before = centre.said("王奶奶")
    await li.post(f"/desk/cases/{number}/note", note="家里有老人")
    assert centre.said("王奶奶") == before
    assert "家里有老人" in await li.text(f"/desk/talk/{number}")


async def test_canned_answers_are_handbook_entries(centre: Centre) -> None:
    li = centre.signed_in("li")
    found = (await li.get("/desk/canned?q=残疾人两项补贴")).json()
    assert "MZ05" in [entry["id"] for entry in found]
    entry = next(entry for entry in found if entry["id"] == "MZ05")
    assert entry["version"] == 1
    assert "残疾人证" in entry["text"]
    with centre.archive.open() as records:
        records.handbook.withdraw("MZ05", centre.now)
    assert "MZ05" not in [it["id"] for it in (await li.get("/desk/canned?q=残疾人两项补贴")).json()]
