"""Calls written down, lists and cases taken along, topics that come back (S43, RG43, S53, S54)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot import rounds
from intents.library import Library
from intents.staff import deeds
from storage.archive import Archive
from tests.desk_fixture import Centre, opened
from tests.test_matters_report import jpeg, report, street

PHONE = "13900001111"


@pytest.fixture
async def centre(archive: Archive, library: Library) -> AsyncIterator[Centre]:
    async with opened(archive, library) as made:
        yield made


async def test_s43_a_call_is_a_case_that_the_caller_later_follows_in_the_chat(centre: Centre) -> None:
    li = centre.signed_in("li")
    assert "登记一件" in await li.text("/desk/write")
    answer = await li.post("/desk/write", kind="report", source="12345", words="示例花园3号楼门口路灯坏了",
                           place="示例花园3号楼", name="郑大爷", phone=PHONE)  # fmt: skip
    assert answer.status_code == 303
    (case,) = centre.cases("report")
    assert case.due_at
    assert case.category == "light"
    assert case.areas[-1]  # a grid
    await centre.hear("zheng", case.number)
    assert "没有查到" in centre.said("zheng")[-1]
    await centre.hear("zheng", "1", "13800000000")
    assert "对不上" in centre.said("zheng")[-1]
    await centre.hear("zheng", f"B{case.number[1:-3]}999", "1", PHONE)
    assert "对不上" in centre.said("zheng")[-1]  # a number that is none is answered alike
    await centre.hear("zheng", case.number, "1", PHONE)
    assert "核对上了" in centre.said("zheng")[-1]
    assert case.number in centre.said("zheng")[-1]
    await li.post(f"/desk/cases/{case.number}/move", move="accept")
    assert "已有人接手" in centre.said("zheng")[-1]


async def test_s43_guessing_ends_after_three_tries(centre: Centre) -> None:
    await centre.signed_in("li").post(
        "/desk/write", kind="report", source="12345", words="路灯坏了", phone=PHONE
    )
    (case,) = centre.cases("report")
    for n in range(3):
        await centre.hear("x", case.number, "1", f"1380000000{n}")
    await centre.hear("x", case.number, "1", PHONE)
    assert "核对上了" not in "".join(centre.said("x"))
    assert "次数太多" in "".join(centre.said("x"))


async def test_rg43_an_export_holds_the_own_area_masked_phones_a_mark_and_is_written_down(
    centre: Centre,
) -> None:
    own = centre.put_case("report", body={"words": "示例的话", "phone": PHONE}, title="=1+1").number
    foreign = centre.put_case("report", area_id="rm01", who="b").number
    private = centre.put_case("mediation", who="c").number
    li = centre.signed_in("li")
    text = (await li.get("/desk/cases/export.csv")).text
    assert own in text
    assert foreign not in text
    assert private not in text
    assert PHONE not in text
    assert "139****1111" in text
    assert "示例的话" not in text
    assert ",=1+1" not in text
    assert text.count("李姐（li）") == 2
    assert centre.audit("export") == [("li", "wb01")]


async def test_s53_one_case_is_one_file_with_both_photos(centre: Centre) -> None:
    number = report(centre, street(), named=True)
    li = centre.signed_in("li")
    await li.post(f"/desk/cases/{number}/move", move="accept")
    await li.send(f"/desk/cases/{number}/move", jpeg(street()), move="fix", note="换了灯")
    answer = await li.get(f"/desk/cases/{number}/file")
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.text.count("data:image/jpeg;base64,") == 2
    for words in ("整改后", "换了灯", "接单", "李姐（li）"):
        assert words in answer.text
    assert "13912345678" not in answer.text
    assert ("li", number) in centre.audit("export")
    assert (await centre.signed_in("zhao").get("/desk/cases/X/file")).status_code == 404


async def test_s54_five_alike_are_a_topic_without_anybodys_words(centre: Centre) -> None:
    numbers = []
    for n in range(5):
        body = {"words": f"灯又坏了，我是王建国{n}", "phone": PHONE}
        numbers.append(
            centre.put_case(
                "report", who=f"r{n}", category="light", body=body, title="上报：楼道灯、路灯"
            ).number
        )
        centre.now += timedelta(days=4)
    with centre.archive.open() as records:
        rounds.make(records, centre.library, centre.now)
        rounds.make(records, centre.library, centre.now)
    ma = centre.signed_in("ma")
    page, sheet = await ma.text("/desk/topics"), (await ma.get("/desk/topics/month.csv")).text
    assert all(number in page for number in numbers)
    for secret in ("王建国", PHONE, "1111", "灯又坏了"):
        assert secret not in page + sheet
    assert "楼道灯、路灯" in sheet
    with centre.archive.reading() as records:
        (topic,) = records.topics.all("/")
    assert (await centre.signed_in("li").post(f"/desk/topics/{topic.id}", state="adopted")).status_code == 409
    await ma.post(f"/desk/topics/{topic.id}", state="adopted")
    assert "已列入街道议题" in await ma.text("/desk/topics")


async def test_a_talk_is_answered_from_the_handbook_and_written_down_at_the_desk(centre: Centre) -> None:
    await centre.hear("ren", "转人工")
    number = centre.cases("handoff")[0].number
    li = centre.signed_in("li")
    assert (await li.post(f"/desk/talk/{number}/answer", entry="MZ01")).status_code == 409
    await li.post(f"/desk/talk/{number}/take")
    await li.post(f"/desk/talk/{number}/answer", entry="mz01", facet="材料")
    page = await li.text(f"/desk/talk/{number}")
    assert "MZ01 第1版" in page
    assert number in await li.text(f"/desk/write?talk={number}")
    await li.post("/desk/write", talk=number, kind="errand", words="帮老人办残疾证")
    (errand,) = centre.cases("errand")
    assert errand.number in centre.said("ren")[-1]
    assert errand.person_id


async def test_a_resident_s_report_is_not_closed_on_the_spot(centre: Centre) -> None:
    number = report(centre, street())
    li = centre.signed_in("li")
    await li.post(f"/desk/cases/{number}/move", move="accept")
    assert "当场解决" not in await li.text(f"/desk/cases/{number}")
    answer = await li.send(f"/desk/cases/{number}/move", jpeg(street()), move="solve")
    assert answer.status_code == 409


async def test_papers_at_the_desk_are_confirmed_in_the_chat(centre: Centre) -> None:
    case = centre.put_case("errand")
    li = centre.signed_in("li")
    await li.post(f"/desk/cases/{case.number}/move", move="accept")
    await li.post(f"/desk/cases/{case.number}/paper_in", note="户口本")
    await centre.hear("ren", "1")
    assert "居民已确认" in await li.text(f"/desk/cases/{case.number}")
    with centre.archive.reading() as records:
        now = records.cases.by_number(case.number)
        assert now
        assert not [m for m in deeds.steps(now, centre.worker("li")) if m.name == "return"]
