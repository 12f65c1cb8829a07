"""The desk in tests: a real Office on a real database, spoken to over HTTP without a network."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from starlette.applications import Starlette

from bot import desk
from bot.office import Office
from intents.library import Library
from intents.message import Message
from storage.archive import Archive
from storage.cases import Case
from storage.staff import Worker
from tests.databases import START

DAY = timedelta(days=1)
PASSWORD = "correct horse 马"
SECRETS = ("三楼老孙", "半夜剁肉", "赔我两千块", "孙铁柱", "幸福路八号")  # said in `mediation`
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass
class Browser:
    """One worker's browser."""

    http: httpx.AsyncClient
    csrf: str = ""

    async def get(self, path: str) -> httpx.Response:
        return await self.http.get(path)

    async def post(self, path: str, **fields: str) -> httpx.Response:
        return await self.http.post(path, data={"csrf": self.csrf} | fields)

    async def send(self, path: str, photo: bytes, **fields: str) -> httpx.Response:
        """A form with a photo."""
        return await self.http.post(
            path, data={"csrf": self.csrf} | fields, files={"photo": ("a.jpg", photo)}
        )

    async def text(self, path: str) -> str:
        """A page that must be there."""
        answer = await self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.text


@dataclass
class Centre:
    """An office with the sample in it, a clock that tests move, and browsers."""

    archive: Archive
    library: Library
    now: datetime = START
    events: int = 0
    open: list[httpx.AsyncClient] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.office = Office(self.archive, self.library, now=lambda: self.now)
        self.app = Starlette(routes=[*desk.routes(self.office, secure=False), desk.feeds.public(self.office)])

    def browser(self) -> Browser:
        """A browser in which nobody is signed in."""
        transport = httpx.ASGITransport(app=self.app)
        self.open.append(httpx.AsyncClient(transport=transport, base_url="http://desk.test"))
        return Browser(self.open[-1])

    def worker(self, login: str) -> Worker:
        with self.archive.reading() as records:
            found = records.staff.by_login(login)
        assert found
        return found

    def signed_in(self, login: str, kind: str = "session") -> Browser:
        """A browser with a session; how one gets it is tested on its own."""
        browser = self.browser()
        with self.archive.open() as records:
            worker = records.staff.by_login(login)
            assert worker
            token = records.staff.issue(worker.id, kind, self.now, desk.guard.LIFE[kind])
            key = records.staff.key(token, kind, self.now)
        assert key
        browser.csrf = key.csrf
        browser.http.cookies.set("desk", token, domain="desk.test", path="/desk")
        return browser

    async def hear(self, who: str, *lines: str) -> None:
        """A resident says something; the bot answers."""
        for line in lines:
            self.events += 1
            self.now += timedelta(seconds=1)
            await self.office.hear(Message("web", who, f"{who}-{self.events}", line, self.now))

    def cases(self, kind: str) -> list[Case]:
        with self.archive.reading() as records:
            return records.cases.listed("/", holder_id=0, kind=kind, state="all")

    def put_case(self, kind: str, area_id: str = "wb01", who: str = "ren", **values: Any) -> Case:
        """A case of a resident who talks on the web."""
        with self.archive.open() as records:
            talk = records.conversations.open("web", who, self.now)
            given: dict[str, Any] = {"title": "示例", "body": {"words": "示例的话"}, "due_at": self.now + DAY}
            given |= values
            return records.cases.open(kind, area_id=area_id, now=self.now, person_id=talk.person.id,
                                      conversation_id=talk.id, **given)  # fmt: skip

    def said(self, who: str) -> list[str]:
        """What was said to a resident."""
        with self.archive.reading() as records:
            talk = records.conversations.id_at("web", who)
            assert talk
            return [str(line.body.get("text", "")) for line in records.outbox.lines(talk)]

    def audit(self, action: str) -> list[tuple[str, str]]:
        with self.archive.reading() as records:
            return [(row.who, row.about) for row in records.audit.last(200, action=action)]


@asynccontextmanager
async def opened(archive: Archive, library: Library) -> AsyncIterator[Centre]:
    """A centre for the length of a test."""
    centre = Centre(archive, library)
    try:
        yield centre
    finally:
        for http in centre.open:
            await http.aclose()
        centre.office.clerk.close()


async def link(centre: Centre, login: str) -> str:
    worker = centre.worker(login)
    with centre.archive.open() as records:
        return records.staff.issue(worker.id, "link", centre.now, timedelta(hours=24))


async def set_password(centre: Centre, login: str, password: str = PASSWORD) -> Browser:
    browser, key = centre.browser(), await link(centre, login)
    found = CSRF.search(await browser.text(f"/desk/enter?key={key}"))
    assert found
    browser.csrf = found[1]
    answer = await browser.post("/desk/enter", key=key, password=password, again=password)
    assert answer.status_code == 303, answer.text
    found = CSRF.search(await browser.text("/desk/"))
    assert found
    browser.csrf = found[1]
    return browser


async def try_password(centre: Centre, login: str, password: str, after: str = "") -> tuple[int, str]:
    browser = centre.browser()
    found = CSRF.search(await browser.text("/desk/sign-in"))
    assert found
    browser.csrf = found[1]
    answer = await browser.post("/desk/sign-in", login=login, password=password, next=after)
    return answer.status_code, answer.headers.get("location") or answer.text.replace(browser.csrf, "")


async def in_queue(centre: Centre, who: str = "王奶奶") -> str:
    """The number of a resident who waits for a person."""
    await centre.hear(who, "低保需要带什么材料", "转人工")
    return centre.cases("handoff")[0].number


async def mediation(centre: Centre, who: str = "吴大爷") -> str:
    """A whole request for mediation, as a resident makes it."""
    await centre.hear(who, "我要申请调解", f"{SECRETS[0]}天天{SECRETS[1]}，吵得睡不着", "1", SECRETS[3], SECRETS[4],
                      SECRETS[2], "吴建国", "13812345678", "1", "同意，提交")  # fmt: skip
    return centre.cases("mediation")[0].number


async def pages_of(centre: Centre, login: str, *numbers: str) -> str:
    """Every page that a worker can open, in one text."""
    browser = centre.signed_in(login)
    letters = {"R": "talk", "J": "talk"}
    paths = ["/desk/", "/desk/live", "/desk/cases", "/desk/cases?state=all&kind=mediation", "/desk/bookings",
             "/desk/rota", "/desk/me", "/desk/handbook", "/desk/questions", "/desk/audit", "/desk/outbox", "/desk/people",
             *(f"/desk/{letters.get(number[0], 'cases')}/{number}" for number in numbers),
             *(f"/desk/talk/{number}/live" for number in numbers if number[0] in letters)]  # fmt: skip
    return "\n".join([(await browser.get(path)).json()["html"] if path.endswith("/live") else
                      (await browser.get(path)).text for path in paths])  # fmt: skip
