"""The pages of the handbook's life, over HTTP: regressions shown, local texts by two people, tasks, saved questions, words."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from html import unescape

import httpx
import pytest
from sqlalchemy import delete

from intents.library import Library
from knowledge.handbook import HandbookEntry
from storage.archive import Archive
from storage.tables import saved_questions
from tests.databases import START, open_archive
from tests.desk_fixture import Browser, Centre, opened

NOW = START
ASK = "低保怎么申请"
NAME = "最低生活保障（低保）申请"  # the whole card
ENTRY = "/desk/handbook/entry/MZ01"


@pytest.fixture
async def centre(archive: Archive, library: Library) -> AsyncIterator[Centre]:
    library._eager = False
    async with opened(archive, library) as made:
        yield made


@pytest.fixture
async def small(sqlite_url: str, library: Library) -> AsyncIterator[Centre]:
    """On SQLite only: what is tried builds an index, which takes a while."""
    library._eager = False
    archive = open_archive(sqlite_url)
    async with opened(archive, library) as made:
        yield made
    archive.close()


def draft(centre: Centre, entry_id: str, author: str, **changes: object) -> int:
    with centre.archive.open() as records:
        version = records.handbook.current(entry_id)
        assert version is not None
        return records.handbook.draft(replace(version.entry, **changes), author, "改", centre.now)  # type: ignore[arg-type]


def current(centre: Centre, entry_id: str = "MZ01") -> HandbookEntry | None:
    with centre.archive.reading() as records:
        version = records.handbook.current(entry_id)
        return version.entry if version else None


def two(centre: Centre) -> tuple[Browser, Browser]:
    return centre.signed_in("wu"), centre.signed_in("ma")


async def test_a_regression_is_shown_and_accepted_by_two(small: Centre) -> None:
    wu, ma = two(small)
    with small.archive.open() as records:
        records.run(delete(saved_questions))
        records.questions.save([("MZ01", ASK, True)], "wu", NOW)
    thief = current(small, "MZ02")
    assert thief is not None
    number = draft(small, "MZ02", "wu", aliases=(*thief.aliases, ASK))
    own = await wu.post("/desk/handbook/entry/MZ02/publish", version=str(number))
    assert own.status_code == 409
    assert "另一位管理员" in own.text
    page = await ma.post("/desk/handbook/entry/MZ02/publish", version=str(number))
    assert page.status_code == 409
    assert ASK in page.text
    assert "答成 MZ02" in page.text
    told = {"version": str(number), "owner": "MZ01", "question": ASK, "reason": "名称改了"}
    assert (await ma.post("/desk/handbook/entry/MZ02/waive", **told)).status_code == 303
    assert (await ma.post("/desk/handbook/entry/MZ02/waive", **told)).status_code == 409
    entry = await wu.text("/desk/handbook/entry/MZ02")
    agree = re.search(r"/desk/handbook/waiver/\d+/agree", entry)
    assert agree
    assert agree[0] not in await ma.text("/desk/handbook/entry/MZ02")
    told = {"entry": "MZ02", "version": str(number)}
    assert (await ma.post(agree[0], **told)).status_code == 409
    assert (await wu.post("/desk/handbook/waiver/999/agree", **told)).status_code == 404
    assert (await wu.post(agree[0], **told)).status_code == 303
    assert (await ma.post("/desk/handbook/entry/MZ02/publish", version=str(number))).status_code == 303
    after = current(small, "MZ02")
    assert after is not None
    assert ASK in after.aliases


async def test_published_at_a_time_to_come(centre: Centre) -> None:
    wu, ma = two(centre)
    number = str(draft(centre, "MZ01", "wu", fee="以后的钱数"))
    assert 'type="datetime-local"' in await ma.text(ENTRY)
    for wrong, why in (("昨天", "看不懂"), ("2020-01-01T09:00", "过了")):
        refused = await ma.post(f"{ENTRY}/publish", version=number, effective_at=wrong)
        assert refused.status_code == 409
        assert why in refused.text
    done = await ma.post(f"{ENTRY}/publish", version=number, effective_at="2026-12-01T09:00")
    assert done.status_code == 303
    page = await wu.text(ENTRY)
    assert "12月1日 09:00 生效" in page
    assert "12月1日 09:00 生效" in await wu.text("/desk/handbook/todo")
    before = current(centre)
    assert before is not None
    assert before.fee != "以后的钱数"
    assert (await wu.post(f"{ENTRY}/reject", version=number, reason="不改了")).status_code == 303
    with centre.archive.reading() as records:
        assert records.handbook.approved() == []


async def test_local_text_by_two_people(centre: Centre) -> None:
    wu, ma = two(centre)
    li = centre.signed_in("li")
    assert (await li.get(f"{ENTRY}/areas/wb01/edit")).status_code == 403
    form = await wu.text(f"{ENTRY}/areas/wb01/edit")
    assert "渭滨街道·示例社区" in form
    nothing = await wu.post(f"{ENTRY}/areas/wb01/save", reason="x")
    assert nothing.status_code == 409
    kept = await wu.post(f"{ENTRY}/areas/wb01/save", where="长" * 600, hours="刚写的时间")
    assert kept.status_code == 409
    assert "刚写的时间" in kept.text
    assert (await wu.post(f"{ENTRY}/areas/wb01/save", where="本社区二楼", reason="搬了")).status_code == 303
    outside = centre.signed_in("liu")
    assert (await outside.post(f"{ENTRY}/areas/rm/save", where="别处")).status_code == 409
    assert "本社区二楼" in await ma.text(f"{ENTRY}/areas")
    own = await wu.post(f"{ENTRY}/areas/wb01/publish", version="1")
    assert own.status_code == 409
    await centre.hear("ren", NAME)
    assert "本社区二楼" not in await shown(centre)
    assert (await ma.post(f"{ENTRY}/areas/wb01/publish", version="1")).status_code == 303
    await centre.hear("ren", NAME)
    assert "本社区二楼" in await shown(centre)
    number = draft(centre, "MZ01", "wu", where="手册新写的地方")
    assert (await ma.post(f"{ENTRY}/publish", version=str(number))).status_code == 303
    assert "改过（原来是第" in await ma.text(f"{ENTRY}/areas")
    assert "原文的“在哪办”改过" in await ma.text("/desk/handbook/todo")
    assert (await wu.post(f"{ENTRY}/areas/wb01/end", reason="")).status_code == 303
    await centre.hear("ren", NAME)
    assert "手册新写的地方" in await shown(centre)
    for path in (f"{ENTRY}/areas/nowhere/edit", "/desk/handbook/entry/NONE/areas"):
        assert (await wu.get(path)).status_code == 404


async def shown(centre: Centre, who: str = "ren") -> str:
    with centre.archive.reading() as records:
        talk = records.conversations.id_at("web", who)
        assert talk
        return str(records.outbox.lines(talk)[-1].body)


async def test_out_of_date_is_on_the_list_and_ended_there(centre: Centre) -> None:
    wu, li = centre.signed_in("wu"), centre.signed_in("li")
    await centre.hear("ren", ASK, "已过时")
    page = await wu.text("/desk/handbook/todo")
    assert "1 人说过时" in page
    assert "已过时 1" in await li.text(ENTRY)
    assert (await li.post(f"{ENTRY}/still-right", reason="问过")).status_code == 403
    assert (await wu.post(f"{ENTRY}/still-right", reason=" ")).status_code == 409
    assert (await wu.post(f"{ENTRY}/still-right", reason="问过区里")).status_code == 303
    assert "人说过时" not in await wu.text("/desk/handbook/todo")
    assert (await wu.post(f"{ENTRY}/still-right", reason="问过区里")).status_code == 409


async def test_saved_questions_are_kept_exported_and_imported(centre: Centre) -> None:
    wu, li = centre.signed_in("wu"), centre.signed_in("li")
    page = f"{ENTRY}/questions"
    assert (await li.post(page, questions="x")).status_code == 403
    assert (
        await wu.post(page, questions="没钱吃饭找谁\n没钱吃饭找谁\n吃不上饭咋办", expected="yes")
    ).status_code == 303
    assert (await wu.post(page, questions="婚宴去哪办", expected="no")).status_code == 303
    for wrong in ("", "长" * 201, "打13800138000"):
        assert (await wu.post(page, questions=wrong)).status_code == 409
    text = await wu.text(page)
    assert text.count("没钱吃饭找谁") == 1
    assert "不该答这一条" in text
    file = await li.get("/desk/handbook/questions.tsv")
    assert "MZ01\t不是这一条\t婚宴去哪办" in file.text
    with centre.archive.open() as records:
        before = records.questions.of()
        records.run(delete(saved_questions))
    sent = await put(wu, file.content)
    assert sent.status_code == 303
    with centre.archive.reading() as records:
        after = records.questions.of()
    assert {(q.entry_id, q.question, q.expected) for q in after} == {
        (q.entry_id, q.question, q.expected) for q in before
    }
    bad = (
        "id\texpected\tquestion\nMZ01\t这一条\t好的\nXX99\t这一条\t没有\nMZ01\t也许\t不定\nMZ01\t不是\t好的\n"
    )
    refused = await put(wu, bad.encode())
    assert refused.status_code == 409
    for why in ("第 3 行", "XX99", "第 4 行", "也许", "好的"):
        assert why in refused.text
    for wrong_file in (b"", "一".encode("gbk"), b"a\tb\n"):
        assert (await put(wu, wrong_file)).status_code == 409
    number = re.search(r'name="question" value="(\d+)"', await wu.text(page))
    assert number
    assert (await wu.post(f"{page}/drop", question=number[1])).status_code == 303
    assert (await wu.post(f"{page}/drop", question=number[1])).status_code == 409


async def put(browser: Browser, data: bytes) -> httpx.Response:
    return await browser.http.post(
        "/desk/handbook/questions/import", data={"csrf": browser.csrf}, files={"file": ("q.tsv", data)}
    )


async def test_the_saved_set_is_measured_with_plots(small: Centre) -> None:
    wu = small.signed_in("wu")
    with small.archive.open() as records:
        records.run(delete(saved_questions))
    nothing = await wu.post("/desk/handbook/measure")
    assert nothing.status_code == 409
    with small.archive.open() as records:
        records.questions.save(
            [("MZ01", ASK, True), ("MZ02", ASK, True), ("MZ01", "给我写首诗", False)], "wu", NOW
        )
    page = await wu.post("/desk/handbook/measure")
    assert page.status_code == 200
    assert page.text.count("<svg") == 3
    assert "答错率 <strong>50.00%</strong>" in page.text
    assert "style=" not in page.text  # the desk's policy forbids it
    assert 'class="plots"' in page.text
    assert "还没有查过" in page.text


async def test_words_wait_for_approval(centre: Centre) -> None:
    wu, ma = two(centre)
    li = centre.signed_in("li")
    assert (await li.get("/desk/handbook/words")).status_code == 403
    told = {"kind": "forbidden", "word": "绝对能办", "value": "看审核结果", "action": "human"}
    assert (await wu.post("/desk/handbook/words/add", **told)).status_code == 303
    assert (await wu.post("/desk/handbook/words/add", **told)).status_code == 409
    number = draft(centre, "MZ01", "wu", steps=("交材料就绝对能办。",))
    page = await ma.text("/desk/handbook/words")
    decide = re.search(r"/desk/handbook/words/\d+/decide", page)
    assert decide
    assert (await ma.post(decide[0], do="approve")).status_code == 303
    assert "绝对能办" in await ma.text(ENTRY)
    refused = await ma.post(f"{ENTRY}/publish", version=str(number))
    assert refused.status_code == 409
    assert "看审核结果" in refused.text
    assert (await ma.post(decide[0], do="reject")).status_code == 303
    assert (await ma.post(f"{ENTRY}/publish", version=str(number))).status_code == 303
    assert (await ma.post("/desk/handbook/words/9999/decide", do="approve")).status_code == 404


async def test_questions_have_an_owner_and_a_rate(centre: Centre) -> None:
    wu = centre.signed_in("wu")
    with centre.archive.open() as records:
        records.handbook.miss("驾照到期了在哪换", "refuse", [], None, centre.now)
    await centre.hear("ren", "你好")
    centre.now += timedelta(minutes=1)
    page = await wu.text("/desk/questions")
    assert "最近 7 天 100.0%" in page
    ids = re.findall(r'name="ids" value="([\d,]+)"', page)[0]
    assert (await wu.post("/desk/questions/close", ids=ids, how="owner", owner="li")).status_code == 409
    assert (await wu.post("/desk/questions/close", ids=ids, how="owner", owner="ma")).status_code == 303
    assert "马主任负责" in await wu.text("/desk/questions")
    done = await wu.post("/desk/questions/close", ids=ids, how="not_ours", kind="other_gov", office="车管所")
    assert done.status_code == 303
    with centre.archive.reading() as records:
        assert records.questions.negatives() == [("other_gov", "驾照到期了在哪换", "车管所")]
    assert (await wu.post("/desk/questions/words")).status_code == 303


async def test_what_is_hard_to_read_is_a_warning(centre: Centre) -> None:
    wu = centre.signed_in("wu")
    sentence = "申请人须持有效身份证件到户籍所在地的社区党群服务中心提交相关材料并由工作人员当场核对以后再回家等着听消息"
    draft(centre, "MZ01", "ma", steps=(sentence,))
    page = unescape(await wu.text(ENTRY))
    assert "不好懂的地方" in page
    assert "“怎么办”有一句" in page
    assert "用了“申请人”，居民更好懂的是“您”" in page
    assert "发布这一版" in page


async def test_nothing_of_a_resident_runs_as_a_script(centre: Centre) -> None:
    wu = centre.signed_in("wu")
    bad = "</textarea><script>alert(1)</script>"
    with centre.archive.open() as records:
        records.questions.save([("MZ01", bad, True)], bad, NOW)
        records.questions.suggest_term("alias", bad[:40], "MZ01", bad[:40], NOW)
        number = records.overrides.draft("wb01", "MZ01", {"where": bad}, 1, bad[:40], bad, NOW)
        records.overrides.publish("wb01", "MZ01", number, "x", NOW)
        records.places.set_fact("collisions", {"at": NOW.isoformat(), "pairs": [["MZ01", bad, 1, 2, [bad]]]})
    for path in ("questions", "areas", "areas/wb01/edit"):
        assert "<script>alert" not in await wu.text(f"{ENTRY}/{path}")
    for path in ("words", "measure", "todo"):
        assert "<script>alert" not in await wu.text(f"/desk/handbook/{path}")
