"""RG41 and RG45 in mediation: each side's words are searched for on every surface that anybody else can reach."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import rounds
from bot.cli.mediation import said
from bot.sample_mediation import concluded
from intents.library import Library
from intents.message import from_json
from intents.staff import results
from knowledge.mediation.files import write_csv
from storage.archive import Archive
from storage.tables import outbox
from tests.databases import START
from tests.desk_fixture import Centre, opened, pages_of

OF_A = (
    "紫葫芦",
    "绿算盘",
    "红灯笼",
    "黑脸老孙",
    "白石桥",
)  # story, wish, added, the other side as A calls it, place
OF_B = ("蓝风筝", "黄铜锁")
SUMMARY = "双方对夜间声响有不同看法"


@pytest.fixture
async def centre(archive: Archive, library: Library) -> AsyncIterator[Centre]:
    with archive.open() as records:
        records.staff.add(login="far", name="远方", role="mediator", area_id="wb02", now=START)
        records.staff.add(login="eye", name="审计", role="auditor", area_id="qd", now=START)
        for worker in records.staff.all():
            records.staff.change(worker.id, channel="console", address=f"worker-{worker.login}")
        records.places.set_fact("staff_group", {"channel": "console", "address": "group"})
    async with opened(archive, library) as made:
        yield made


async def to_the_street(centre: Centre) -> str:
    """A files, B consents, both say things, the community fails, both agree to the street."""
    await centre.hear("甲", "我要申请调解", f"楼上半夜滚{OF_A[0]}，吵得人睡不着", "1", OF_A[3], f"{OF_A[4]}3号楼", f"让他赔我{OF_A[1]}",
                      "钱多多", "13812345678", "社区·赵姨", "同意，提交")  # fmt: skip
    number = centre.cases("mediation")[0].number
    zhao = centre.signed_in("zhao")

    async def move(name: str, note: str = "") -> None:
        answer = await zhao.post(f"/desk/cases/{number}/move", move=name, note=note)
        assert answer.status_code == 303, answer.text

    await move("accept", "无利害关系")
    await move("invite")
    with centre.archive.reading() as records:
        case = records.cases.by_number(number)
        assert case
        told = records.mediation.of(case.id)
        assert told
    await centre.hear(
        "乙", f"调解 {told.code}", "同意调解", "孙四海", "不留", f"他家孩子天天放{OF_B[0]}", "同意"
    )
    await centre.hear("甲", f"补充 {OF_A[2]}也是他摔的")
    await centre.hear("乙", f"补充 还撬我的{OF_B[1]}")
    await move("sit", "明天下午三点")
    assert OF_A[0] in (page := await zhao.text(f"/desk/cases/{number}"))
    assert OF_B[0] in page
    centre.now += timedelta(days=1, hours=8)
    zhao = centre.signed_in("zhao")
    await zhao.post(f"/desk/cases/{number}/note", note=f"听双方讲了{OF_A[0]}和{OF_B[0]}")
    await zhao.post(f"/desk/cases/{number}/mediate", verb="提议升级", words=SUMMARY)
    await centre.hear("甲", "1")
    await centre.hear("乙", "1")
    return number


async def up(centre: Centre, number: str) -> None:
    assert (
        await centre.signed_in("zhao").post(f"/desk/cases/{number}/move", move="raise")
    ).status_code == 303
    answer = await centre.signed_in("qian").post(
        f"/desk/cases/{number}/move", move="accept", note="无利害关系"
    )
    assert answer.status_code == 303, answer.text


def heard(centre: Centre, *, but: str) -> str:
    """Everything that was ever said to anybody but one."""
    with centre.archive.reading() as records:
        rows = records.run(select(outbox).where(outbox.c.address != but)).all()
        return "\n".join(from_json(records.outbox.body(row)).plain() for row in rows)


async def seen(centre: Centre, login: str, number: str) -> str:
    """Every page of a worker, those of mediation too."""
    browser = centre.signed_in(login)
    if login == "eye":  # an auditor reads the log and nothing else
        return await browser.text("/desk/audit")
    more = ["/desk/mediation", "/desk/mediation/new", "/desk/mediation/figures", "/desk/handbook/export.yaml",
            f"/desk/cases/{number}/agreement.docx", f"/desk/cases/{number}/failure.docx"]  # fmt: skip
    texts = [(await browser.get(path)).content.decode("utf-8", "replace") for path in more]
    return "\n".join([await pages_of(centre, login, number), *texts])


async def test_rg41_nobody_but_its_mediator_reads_a_side(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    number = await to_the_street(centre)
    for login in ("li", "wang", "he", "sun", "qian", "ma", "zhou", "wu", "far", "eye"):
        page = await seen(centre, login, number)
        assert [words for words in (*OF_A, *OF_B) if words in page] == [], login
    to_b, to_a = heard(centre, but="甲"), heard(centre, but="乙")
    assert [words for words in OF_A if words in to_b] == []
    assert [words for words in OF_B if words in to_a] == []
    assert SUMMARY in heard(centre, but="甲")  # so the search finds what is there
    await up(centre, number)
    with centre.archive.open() as records:
        rounds.make(records, centre.library, centre.now)
    for login in ("zhao", "li", "he", "liu", "sun", "qian", "ma", "zhou", "wu", "far", "eye"):
        page = await seen(centre, login, number)
        assert [words for words in (*OF_A, *OF_B) if words in page] == [], login
    assert SUMMARY in await centre.signed_in("qian").text(f"/desk/cases/{number}")
    with centre.archive.reading() as records:
        rows = str([dict(row._mapping) for row in records.audit.last(500)])
        figures = said(results.made(records, "/"))
        misses = str(records.handbook.misses())
    for text in (rows, figures, misses, caplog.text, *(case.title for case in centre.cases("mediation"))):
        assert [words for words in (*OF_A, *OF_B) if words in text] == []


async def test_rg41_workers_who_ask_in_chat_read_nothing(centre: Centre) -> None:
    number = await to_the_street(centre)
    for login in ("li", "he", "qian", "sun", "far"):
        for words in (number, "待办", f"{number} 告诉对方 听听", f"{number} 披露 无利害关系"):
            with centre.archive.reading() as records:
                worker = records.staff.by_login(login)
                assert worker
            await _say(centre, f"worker-{login}", words)
    assert [
        words
        for words in (*OF_A, *OF_B)
        if words in heard(centre, but="甲").replace(heard_by(centre, "乙"), "")
    ] == []


async def _say(centre: Centre, who: str, words: str) -> None:
    from intents.message import Message

    centre.events += 1
    await centre.office.hear(Message("console", who, f"{who}-{centre.events}", words, centre.now))


def heard_by(centre: Centre, who: str) -> str:
    with centre.archive.reading() as records:
        rows = records.run(select(outbox).where(outbox.c.address == who)).all()
        return "\n".join(from_json(records.outbox.body(row)).plain() for row in rows)


async def test_rg41_a_side_finds_nothing_by_number_or_by_asking(centre: Centre) -> None:
    number = await to_the_street(centre)
    await centre.hear("乙", number, "我的调解到哪一步了", "谁看过我的调解")
    assert [words for words in OF_A if words in "\n".join(centre.said("乙"))] == []
    await centre.hear("甲", number, "我的调解到哪一步了", "谁看过我的调解")
    assert [words for words in OF_B if words in "\n".join(centre.said("甲"))] == []


async def test_a_mediator_who_came_from_below_cannot_download(centre: Centre) -> None:
    number = await to_the_street(centre)
    await up(centre, number)
    qian, zhao = centre.signed_in("qian"), centre.signed_in("zhao")
    await qian.post(f"/desk/cases/{number}/move", move="sit", note="明天上午十点")
    assert (await zhao.get(f"/desk/cases/{number}/agreement.docx")).status_code == 409
    assert (await qian.get(f"/desk/cases/{number}/agreement.docx")).status_code == 200
    assert centre.audit("download") == [("qian", number)]


async def test_rg45_violence_told_in_an_invitation_suspends_it(centre: Centre) -> None:
    await centre.hear(
        "甲",
        "我要申请调解",
        f"楼上半夜滚{OF_A[0]}，吵得人睡不着",
        "1",
        "楼上",
        "3号楼",
        "还没想好",
        "钱多多",
        "13812345678",
        "1",
        "同意，提交",
    )
    number, zhao = centre.cases("mediation")[0].number, centre.signed_in("zhao")
    await zhao.post(f"/desk/cases/{number}/move", move="accept", note="无利害关系")
    await zhao.post(f"/desk/cases/{number}/move", move="invite")
    with centre.archive.reading() as records:
        case = records.cases.by_number(number)
        assert case
        told = records.mediation.of(case.id)
        assert told
    await centre.hear("乙", f"调解 {told.code}", "同意调解", "孙四海", "不留", "我爸打我妈")
    alert = centre.cases("alert")[0]
    assert "110" in centre.said("乙")[-1]
    assert alert.opened_at == centre.now
    assert f"【紧急】{alert.number}" in heard_by(centre, "worker-zhao")
    assert "我爸打我妈" not in heard_by(centre, "group")
    assert centre.cases("mediation")[0].state == "inviting"  # nothing was agreed to


async def test_rg45_violence_at_the_desk_is_no_mediation(centre: Centre) -> None:
    li = centre.signed_in("li")
    answer = await li.post("/desk/mediation/new", words="老公天天打我，想让社区调解", before="none", other="老公", place="3号楼",
                           name="周大姐", phone="13811112222", who="0:")  # fmt: skip
    assert answer.status_code == 303
    assert centre.cases("mediation") == []
    assert len(centre.cases("alert")) == 1


async def test_a_caller_at_the_desk_is_filed_and_then_hidden(centre: Centre) -> None:
    li = centre.signed_in("li")
    given = {"words": f"对门摆{OF_A[0]}在过道", "before": "none", "other": "对门", "other_phone": "13900001111", "place": "3号楼",
             "name": "周大姐", "phone": "13811112222", "who": "1:", "rights": "1"}  # fmt: skip
    assert (await li.post("/desk/mediation/new", **given)).status_code == 303
    case = centre.cases("mediation")[0]
    assert (case.level, case.area_id) == (1, "wb")
    assert OF_A[0] not in await pages_of(centre, "li", case.number)
    assert OF_A[0] not in await pages_of(centre, "zhao", case.number)
    assert OF_A[0] in await pages_of(centre, "qian", case.number)


async def test_figures_of_an_import_on_the_desk(centre: Centre) -> None:
    wu, li = centre.signed_in("wu"), centre.signed_in("li")
    answer = await wu.http.post("/desk/mediation/figures", data={"csrf": wu.csrf},
                                files={"file": ("a.csv", write_csv(concluded(["wb01", "wb02"])))})  # fmt: skip
    assert answer.status_code == 303, answer.text
    page = await wu.text("/desk/mediation/figures")
    for words in ("1949", "1559", "80.0%", "391", "成功率 = 达成协议的件数 ÷ 已结束的件数"):
        assert words in page, words
    assert (await li.get("/desk/mediation/figures")).status_code == 403
