"""The handbook's pages on a real office: who may do what, what is typed is never lost, and nothing runs as a script."""

from __future__ import annotations

import copy
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.desk import handbook, handbook_import, hit_test, questions
from bot.desk.guard import COOKIE, Desk
from bot.office import Office
from intents.library import Library
from knowledge.handbook import HandbookEntry
from knowledge.handbook_files import COLUMNS, read_file, write_xlsx, write_yaml
from storage.archive import Archive, Records
from storage.tables import inbox, outbox, unanswered
from tests.databases import START

NOW = START
XSS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "</textarea><script>x</script>",
    "{{7*7}}",
]


class Browser:
    """Somebody at the desk."""

    def __init__(self, client: httpx.AsyncClient, csrf: str) -> None:
        self.client = client
        self.csrf = csrf

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(f"/desk{path}")

    async def post(self, path: str, files: Any = None, **fields: Any) -> httpx.Response:
        return await self.client.post(f"/desk{path}", data={"csrf": self.csrf} | fields, files=files)


class House:
    """An office, its desk, and people who sign in."""

    def __init__(self, office: Office) -> None:
        self.office = office
        desk = Desk(office, secure=False)
        self.app = Starlette(
            routes=[Mount("/desk", routes=[*handbook.routes(desk), *questions.routes(desk)])]
        )
        self.clients: list[httpx.AsyncClient] = []

    async def open(self, cookie: str = "") -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.app)
        client = httpx.AsyncClient(
            transport=transport, base_url="http://desk", cookies={COOKIE: cookie} if cookie else {}
        )
        self.clients.append(client)
        return client

    async def sign_in(self, name: str, role: str = "admin") -> Browser:
        def job(records: Records) -> tuple[str, str]:
            area = records.places.areas()[0].id
            worker = records.staff.add(login=f"{name}-t", name=name, role=role, area_id=area, now=NOW)
            token = records.staff.issue(worker, "session", NOW, timedelta(hours=8))
            key = records.staff.key(token, "session", NOW)
            assert key is not None
            return token, key.csrf

        token, csrf = await self.office.write(job)
        return Browser(await self.open(token), csrf)

    async def entry(self, entry_id: str = "MZ01") -> HandbookEntry:
        version = await self.office.read(lambda records: records.handbook.current(entry_id))
        assert version is not None
        return version.entry


@pytest.fixture
async def house(archive: Archive, library: Library) -> AsyncIterator[House]:
    with archive.open() as records:
        for worker in records.staff.all():
            records.staff.change(worker.id, active=False)
    built = House(Office(archive, copy.copy(library), now=lambda: NOW))
    yield built
    for client in built.clients:
        await client.aclose()
    built.office.clerk.close()


def form_of(page: str) -> dict[str, str]:
    """The fields of the edit form as a browser would send them."""
    form = page[page.index('action="/desk/handbook/save"') :]
    out = {n: unescape(v) for n, v in re.findall(r'<input[^>]*\bname="(\w+)" value="([^"]*)"', form)}
    out |= {
        n: unescape(v) for n, v in re.findall(r'<textarea[^>]*\bname="(\w+)"[^>]*>\n([^<]*)</textarea>', form)
    }
    for name, body in re.findall(r'<select[^>]*name="(\w+)">(.*?)</select>', form, re.S):
        out[name] = next(iter(re.findall(r"<option selected>([^<]*)", body)), "")
    return out


READING = [
    "/handbook",
    "/handbook/entry/MZ01",
    "/handbook/test",
    "/handbook/export.xlsx",
    "/handbook/export.yaml",
]
ADMIN_PAGES = ["/handbook/new", "/handbook/entry/MZ01/edit", "/handbook/import", "/questions"]
DEEDS = ["/handbook/save", "/handbook/preview", "/handbook/publish", "/handbook/entry/MZ01/publish", "/handbook/entry/MZ01/reject",
         "/handbook/entry/MZ01/withdraw", "/handbook/import", "/handbook/import/confirm", "/questions/close"]  # fmt: skip


async def test_who_may_do_what(house: House) -> None:
    stranger = await house.open()
    for path in READING + ADMIN_PAGES:
        assert (await stranger.get(f"/desk{path}")).status_code == 303, path
    for path in [*DEEDS, "/handbook/test"]:
        assert (await stranger.post(f"/desk{path}")).status_code == 303, path
    worker = await house.sign_in("小赵", "worker")
    admin = await house.sign_in("老李")
    for path in READING:
        assert (await worker.get(path)).status_code == 200, path
    for path in ADMIN_PAGES:
        assert (await worker.get(path)).status_code == 403, path
        assert (await admin.get(path)).status_code == 200, path
    for path in DEEDS:
        assert (await worker.post(path)).status_code == 403, path
        forged = await admin.client.post(f"/desk{path}", data={"csrf": "x" * 20, "reason": "x"})
        assert forged.status_code == 403, path
    assert await house.entry()
    assert (await admin.get("/handbook/entry/NONE1")).status_code == 404
    assert (await admin.get("/handbook/entry/MZ01/edit?from=99")).status_code == 404


async def test_the_list_is_searched_and_filtered(house: House) -> None:
    admin = await house.sign_in("老李")

    async def shown(query: str) -> set[str]:
        page = (await admin.get(f"/handbook{query}")).text
        return set(re.findall(r'href="/desk/handbook/entry/(\w+)"', page))

    everything = await shown("")
    assert len(everything) > 90
    assert "MZ01" in await shown("?q=低保")
    assert await shown("?q=mz01") >= {"MZ01"}
    assert all(i.startswith("MZ") for i in await shown("?department=民政"))
    assert await shown("?q=没有这样的词") == set()
    assert await shown("?state=draft") == set()
    entry = await house.entry()
    old = replace(entry, valid_until=(NOW - timedelta(days=1)).date())
    number = await house.office.write(lambda r: r.handbook.draft(old, "x", "", NOW))
    assert await shown("?state=draft") == {"MZ01"}
    await house.office.write(lambda r: r.handbook.publish("MZ01", number, "y", NOW))
    assert await shown("?dates=expired") == {"MZ01"}
    assert "已过期" in (await admin.get("/handbook?dates=expired")).text
    due = replace(await house.entry("MZ02"), review_by=(NOW + timedelta(days=10)).date())
    number = await house.office.write(lambda r: r.handbook.draft(due, "x", "", NOW))
    await house.office.write(lambda r: r.handbook.publish("MZ02", number, "y", NOW))
    assert await shown("?dates=review") == {"MZ02"}


async def test_edit_save_publish_withdraw(house: House) -> None:
    li, wang = await house.sign_in("老李"), await house.sign_in("老王")
    form = form_of((await li.get("/handbook/entry/MZ01/edit")).text)
    assert {c.name for c in COLUMNS} <= set(form)
    before = await house.entry()
    assert form["materials"] == "\n".join(before.materials)
    assert form["staff_hints"] == "\n".join(before.staff.hints)
    form |= {"fee": "页面上写的钱数", "reason": "核对过", "csrf": li.csrf}
    saved = await li.post("/handbook/save", **form)
    assert saved.headers["location"] == "/desk/handbook/entry/MZ01"
    page = (await li.get("/handbook/entry/MZ01")).text
    assert "页面上写的钱数" in page
    assert "发布这一版" not in page
    assert "老王" in page
    assert "发布这一版" in (await wang.get("/handbook/entry/MZ01")).text
    number = str(int(form["base"]) + 1)
    refused = await li.post("/handbook/entry/MZ01/publish", version=number, reason="我自己")
    assert refused.status_code == 409
    assert "老王" in refused.text
    assert (await wang.post("/handbook/entry/MZ01/publish", version=number)).status_code == 303
    after = await house.entry()
    assert after == replace(before, fee="页面上写的钱数")
    assert (await wang.post("/handbook/entry/MZ01/withdraw", reason="")).status_code == 303
    assert await house.office.read(lambda r: r.handbook.current("MZ01")) is None
    actions = [row.action for row in await house.office.read(lambda r: r.audit.last(10, "MZ01"))]
    assert actions[:3] == ["withdraw", "publish", "draft"]
    page = (await li.get("/handbook/entry/MZ01")).text
    assert "拿这一版当底稿来改" in page
    assert "已下架" in page


async def test_what_was_typed_is_kept_when_it_cannot_be_saved(house: House) -> None:
    li, wang = await house.sign_in("老李"), await house.sign_in("老王")
    form = form_of((await li.get("/handbook/entry/MZ01/edit")).text) | {"csrf": li.csrf}
    bad = await li.post("/handbook/save", **(form | {"checked_on": "明年", "fee": "刚写的钱数"}))
    assert bad.status_code == 422
    assert "看不懂" in bad.text
    assert form_of(bad.text)["fee"] == "刚写的钱数"
    assert form_of(bad.text)["checked_on"] == "明年"
    await wang.post("/handbook/save", **(form | {"fee": "老王写的", "csrf": wang.csrf}))
    late = await li.post("/handbook/save", **(form | {"fee": "刚写的钱数"}))
    assert late.status_code == 409
    assert "老王" in late.text
    assert form_of(late.text)["fee"] == "刚写的钱数"
    new = await li.post("/handbook/save", **(form | {"id": "MZ01", "is_new": "1", "base": "0"}))
    assert "已经有了" in new.text


async def test_the_preview_follows_the_form_and_hides_staff_notes(house: House) -> None:
    admin = await house.sign_in("老李")
    form = form_of((await admin.get("/handbook/entry/MZ01/edit")).text) | {"csrf": admin.csrf}
    before = await house.office.read(lambda r: len(r.handbook.history("MZ01")))
    said = await admin.post(
        "/handbook/preview", **(form | {"fee": "正在写的钱数", "staff_hints": "机密提示"})
    )
    assert said.status_code == 200
    assert "正在写的钱数" in said.text
    assert "<html" not in said.text
    for hidden in ("机密提示", *(await house.entry()).staff.checks):
        assert hidden not in said.text
    assert "要带什么" in said.text
    whole = await admin.post("/handbook/save", **(form | {"fee": "正在写的钱数", "do": "preview"}))
    assert whole.status_code == 200
    assert whole.text.count("正在写的钱数") == 2
    lacking = await admin.post("/handbook/preview", **(form | {"fee": ""}))
    assert "补齐才能发布" in lacking.text
    assert await house.office.read(lambda r: len(r.handbook.history("MZ01"))) == before
    new = form_of((await admin.get("/handbook/new")).text) | {"title": "全新的事项", "summary": "一句话"}
    assert "全新的事项" in (await admin.post("/handbook/preview", **(new | {"csrf": admin.csrf}))).text


async def test_staff_notes_are_for_workers_not_in_the_card(house: House) -> None:
    worker = await house.sign_in("小赵", "worker")
    page = (await worker.get("/handbook/entry/MZ01")).text
    notes = (await house.entry()).staff
    card = "".join(re.findall(r'<div class="phone".*?</div>', page, re.S))
    assert card
    for line in (*notes.checks, *notes.rejections, notes.system, *notes.hints):
        assert line in unescape(page)
        assert line not in unescape(card)
    assert "马上下架" not in page


async def test_nothing_runs_as_a_script(house: House) -> None:
    admin = await house.sign_in('<b>"李</b>')
    form = form_of((await admin.get("/handbook/entry/MZ01/edit")).text) | {"csrf": admin.csrf}
    for n, text in enumerate(XSS):
        words = {
            c.name: text
            for c in COLUMNS
            if c.kind == "lines" or c.name in ("title", "fee", "summary", "owner")
        }
        sent = (
            form
            | words
            | {
                "phrasings_plain": f"{text}{n}",
                "related": "",
                "base": str(int(form["base"]) + n),
                "reason": text,
            }
        )
        sent |= {"title": text[:60], "related": ""}
        saved = await admin.post("/handbook/save", **sent)
        assert saved.status_code == 303, saved.text[:3000]
        pages = [
            await admin.get(path)
            for path in ("/handbook", "/handbook/entry/MZ01", "/handbook/entry/MZ01/edit")
        ]
        pages.append(await admin.post("/handbook/preview", **sent))
        pages.append(await admin.post("/handbook/test", words=text))
        await house.office.write(lambda r, text=text: r.handbook.miss(text, "refuse", [text], None, NOW))  # type: ignore[misc]
        pages.append(await admin.get("/questions"))
        pages.append(
            await admin.post("/handbook/import", files={"file": (f"{text}.yaml", f"- {text!r}".encode())})
        )
        for page in pages:
            assert page.status_code in (200, 422)
            assert not re.search(r"<script(?! src=\"/desk/static/)|<img|</b>", page.text), page.text[-3000:]


async def test_import_shows_differences_first(house: House) -> None:
    li, wang = await house.sign_in("老李"), await house.sign_in("老王")
    changed = replace(await house.entry(), fee="表格里的钱数")
    seen = await li.post(
        "/handbook/import", files={"file": ("手册.xlsx", write_xlsx([changed, await house.entry("MZ02")]))}
    )
    assert seen.status_code == 200
    assert "表格里的钱数" in seen.text
    assert "没有变 1 条" in seen.text
    assert (await house.entry()).fee != "表格里的钱数"
    hidden = {n: unescape(v) for n, v in re.findall(r'name="(carried|base)" value="([^"]*)"', seen.text)}
    refused = await li.post("/handbook/import/confirm", **hidden, reason="x", do="publish")
    assert refused.status_code == 409
    done = await li.post("/handbook/import/confirm", **hidden, reason="核对稿", do="draft")
    assert done.status_code == 303
    listed = (await wang.get("/handbook?state=draft")).text
    ticks = re.findall(r'name="draft" value="([^"]*)"', listed)
    assert len(ticks) == 1
    assert (await wang.post("/handbook/publish", draft=ticks)).status_code == 303
    assert (await house.entry()).fee == "表格里的钱数"


async def test_import_tells_every_error_and_changes_nothing(house: House) -> None:
    admin = await house.sign_in("老李")
    for name, data, said in (
        ("a.xlsx", b"a,b\n", "不是 .xlsx"),
        ("a.yaml", b"entries: [{id: A1, colour: red}]", "colour"),
        ("a.txt", b"x", "只收"),
        ("a.xlsm", b"PK", "宏"),
    ):
        page = await admin.post("/handbook/import", files={"file": (name, data)})
        assert page.status_code == 200
        assert said in page.text
        assert "确认导入" not in page.text
    assert (await admin.post("/handbook/import", file="")).status_code == 422
    for carried in ("", "x", "eJw=", "A" * 50):
        assert (
            await admin.post("/handbook/import/confirm", carried=carried, base="{}", do="draft")
        ).status_code == 409
    good = handbook_import.pack([await house.entry()])
    for base in ("", "[]", '{"a": "b"}', "[" * 5000):
        assert (
            await admin.post("/handbook/import/confirm", carried=good, base=base, do="draft")
        ).status_code == 409


def test_a_carried_bomb_is_refused() -> None:
    import base64
    import zlib

    from intents.handoff import Refused

    with pytest.raises(Refused):
        handbook_import.unpack(base64.b64encode(zlib.compress(b"a" * 50_000_000)).decode())


async def test_export_is_the_published_truth(house: House) -> None:
    worker = await house.sign_in("小赵", "worker")
    published = await house.office.read(lambda r: [v.entry for v in r.handbook.published()])
    for name in ("a.xlsx", "a.yaml"):
        file = await worker.get(f"/handbook/export{name[1:]}")
        assert "attachment" in file.headers["content-disposition"]
        assert read_file(file.content, name).entries == published
    assert (await house.office.read(lambda r: r.audit.last(1)))[0].action == "export"


async def test_the_whole_handbook_can_be_carried(house: House) -> None:
    published = await house.office.read(lambda r: [v.entry for v in r.handbook.published()])
    carried = handbook_import.pack(published)
    assert len(carried) < handbook_import.MOST_CARRIED / 2
    assert read_file(handbook_import.unpack(carried), "a.yaml").entries == published
    admin = await house.sign_in("老李")
    changed = [replace(entry, owner="新负责人") for entry in published]
    seen = await admin.post("/handbook/import", files={"file": ("a.yaml", write_yaml(changed))})
    hidden = {n: unescape(v) for n, v in re.findall(r'name="(carried|base)" value="([^"]*)"', seen.text)}
    done = await admin.post("/handbook/import/confirm", **hidden, reason="换人", do="publish")
    assert done.status_code == 303, done.text
    assert (await house.entry()).owner == "新负责人"


# the hit test


async def test_the_hit_test_is_the_chat_and_keeps_nothing(house: House) -> None:
    admin = await house.sign_in("老李")
    tables = (inbox, outbox, unanswered)

    def counts(records: Records) -> list[int]:
        return [len(records.run(table.select()).all()) for table in tables]

    before = await house.office.read(counts)
    page = (await admin.post("/handbook/test", words="低保怎么申请")).text
    assert "直接回答" in page
    assert 'href="/desk/handbook/entry/MZ01"' in page
    for words in ("给我写一首关于月亮的诗", "家里着火了快来人", "转人工", "我想约理发", "x" * 600):
        assert (await admin.post("/handbook/test", words=words)).status_code == 200
    assert await house.office.read(counts) == before


async def test_the_hit_test_agrees_with_the_command_line(house: House, archive: Archive) -> None:
    from bot.cli import ask

    lines = ["低保怎么申请", "转人工", "股票涨了没有", "身份证丢了", "家里着火了"]
    told = list(ask.answers(archive, lines, NOW))
    for line, answer in zip(lines, told, strict=True):
        trial = await hit_test.ask(house.office, line)
        assert (trial.verdict.decision, list(trial.verdict.entries[:3])) == (
            answer["decision"],
            answer["entries"],
        )
        code = re.compile(r"[A-Z]\d{9,}")
        assert code.sub("", "\n".join(r.plain() for r in trial.replies)) == code.sub("", answer["reply"])


# unanswered questions


async def test_questions_are_grouped_and_closed(house: House) -> None:
    admin = await house.sign_in("老李")

    def ask_some(records: Records) -> None:
        for words in ("没米下锅了公家给补不", "没米下锅了公家给不给补", "打13800138000问股票涨跌"):
            records.handbook.miss(words, "refuse", ["MZ01"], None, NOW)

    await house.office.write(ask_some)
    page = (await admin.get("/questions")).text
    assert "3 句，合成 2 组" in page
    assert "13800138000" not in page
    groups = re.findall(r'name="ids" value="([\d,]+)"', page)
    assert [len(g.split(",")) for g in groups] == [2, 1]
    kept = await admin.post("/questions/close", ids=groups[0], how="phrasing", entry="MZ01", style="need",
                            sentences="没米下锅了公家给补不")  # fmt: skip
    assert kept.status_code == 303
    assert "没米下锅了公家给补不" in (await house.entry()).phrasings["need"]
    twice = await admin.post("/questions/close", ids=groups[0], how="not_ours")
    assert twice.status_code == 409
    assert (await admin.post("/questions/close", ids=groups[1], how="not_ours")).status_code == 303
    assert "没有等着处理的问题" in (await admin.get("/questions")).text
    for how, ids in (("x", groups[1]), ("not_ours", "abc"), ("phrasing", groups[1])):
        assert (await admin.post("/questions/close", ids=ids, how=how)).status_code == 409
