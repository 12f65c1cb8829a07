"""The desk's guard: sessions, CSRF, roles. A page that is not made through a `Desk` is not served."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote, unquote

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.desk.paper import render
from bot.office import Office
from intents.handoff import Refused
from intents.library import Lore
from knowledge.cases import STAFF
from storage.archive import Records
from storage.staff import SESSIONS, Key, Worker

T = TypeVar("T")
ADMINS = ("admin",)
COOKIE, SAID = "desk", "desk_said"
LIFE = {"session": timedelta(hours=8), "shared": timedelta(minutes=30)}
RENEW = timedelta(minutes=1)  # a session is written down again at most this often
MOST_BYTES = 12 * 1024 * 1024
MOST_FIELDS = 200


class NotHere(LookupError):
    """没有这一页，或者不在您的范围内。"""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a worker who is signed in and may be here."""

    request: Request
    desk: Desk
    worker: Worker
    csrf: str
    token: str
    now: datetime
    form: FormData = field(default_factory=FormData)

    @property
    def office(self) -> Office:
        return self.desk.office

    def path(self, name: str) -> str:
        """A part of the path, like the number in /case/{number}."""
        return str(self.request.path_params[name])

    def asked(self, name: str) -> str:
        """A word of the query, trimmed; empty where it is not there."""
        return self.request.query_params.get(name, "").strip()[:200]

    def given(self, name: str, most: int = 2000) -> str:
        """A field of the form, trimmed; empty where it is not there."""
        value = self.form.get(name, "")
        return value.replace("\r\n", "\n").strip()[:most] if isinstance(value, str) else ""

    async def upload(self, name: str) -> bytes:
        """A file of the form; empty where none was chosen."""
        value = self.form.get(name)
        return await value.read() if isinstance(value, UploadFile) else b""

    async def read(self, job: Callable[[Records], T]) -> T:
        """Look something up."""
        return await self.office.read(job)

    async def write(self, job: Callable[[Records], T]) -> T:
        """Do something, in one unit of work."""
        return await self.office.write(job)

    def lore(self, records: Records) -> Lore:
        """What is known now."""
        return self.office.lore(records)

    def page(self, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        """A page of the desk. `said`, `csrf`, `worker`, `here` and `now` are always there."""
        words = unquote(self.request.cookies.get(SAID, ""))
        given = {"worker": self.worker, "csrf": self.csrf, "here": self.request.url.path, "now": self.now,
                 "said": words} | context  # fmt: skip
        response = HTMLResponse(render(template, **given), status)
        if words:
            response.delete_cookie(SAID, path="/desk")
        return response

    def go(self, where: str, said: str = "") -> Response:
        """To another page after a deed, with a sentence to be shown there (never with personal data)."""
        response = RedirectResponse(where, 303)
        if said:
            response.set_cookie(SAID, quote(said), max_age=30, path="/desk", httponly=True, samesite="strict",
                                secure=self.desk.secure)  # fmt: skip
        return response

    def refuse(self, why: str, status: int) -> HTMLResponse:
        """A page that says what cannot be done, and why."""
        return self.page("refused.html", status=status, why=why)


Page = Callable[[Visit], Awaitable[Response]]


class Desk:
    """Makes guarded routes. Without a session every one of them leads to the sign-in."""

    def __init__(self, office: Office, *, secure: bool) -> None:
        self.office = office
        self.secure = secure

    def get(self, path: str, page: Page, *, roles: Sequence[str] = STAFF, counts: bool = True) -> Route:
        """A page to look at. `counts=False`: opened by the page itself, so not a sign that somebody is there."""

        async def guarded(request: Request) -> Response:
            visit = await self._enter(request, counts)
            if visit is None:
                return to_sign_in(request)
            return await _open(visit, page, roles)

        return Route(path, guarded, methods=["GET"])

    def post(self, path: str, deed: Page, *, roles: Sequence[str] = STAFF) -> Route:
        """A deed; it needs the session's CSRF token in the field `csrf` or the header X-CSRF."""

        async def guarded(request: Request) -> Response:
            visit = await self._enter(request, True)
            if visit is None:
                return to_sign_in(request)
            if not _fits(request):
                return visit.refuse("内容太大了，一次最多 12 MB。", 413)
            async with request.form(max_files=4, max_fields=MOST_FIELDS) as form:
                told = request.headers.get("x-csrf") or form.get("csrf")
                if not same(told, visit.csrf):
                    return visit.refuse("这一页放得太久了，没有保存。请返回刷新后再做一次。", 403)
                visit = Visit(request, self, visit.worker, visit.csrf, visit.token, visit.now, form)
                return await _open(visit, deed, roles)

        return Route(path, guarded, methods=["POST"])

    async def _enter(self, request: Request, counts: bool) -> Visit | None:
        token, now = request.cookies.get(COOKIE, ""), self.office.now()
        if not token:
            return None
        key = await self.office.read(lambda records: session(records, token, now))
        if key is None:
            return None
        life = LIFE[key.kind]
        if counts and key.expires_at - now < life - RENEW:
            await self.office.write(lambda records: records.staff.extend(token, now, life))
        return Visit(request, self, key.worker, key.csrf, token, now)


def session(records: Records, token: str, now: datetime) -> Key | None:
    """The live session behind a cookie."""
    return next((key for kind in SESSIONS if (key := records.staff.key(token, kind, now))), None)


async def _open(visit: Visit, page: Page, roles: Sequence[str]) -> Response:
    if visit.worker.role not in roles:
        return visit.refuse("这一页要管理员才能看。", 403)
    try:
        return await page(visit)
    except NotHere as no:
        return visit.refuse(str(no) or str(NotHere.__doc__), 404)
    except Refused as no:
        return visit.refuse(str(no), 409)


def same(told: object, kept: str) -> bool:
    """Whether a token is the one kept; compared in constant time."""
    return isinstance(told, str) and bool(kept) and hmac.compare_digest(told.encode(), kept.encode())


def _fits(request: Request) -> bool:
    length = request.headers.get("content-length", "")
    return length.isdigit() and int(length) <= MOST_BYTES


def to_sign_in(request: Request) -> Response:
    """The sign-in, and from there back to the page that was asked for."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = f"?next={quote(asked, safe='')}" if request.method == "GET" and asked != "/desk/" else ""
    return RedirectResponse(f"/desk/sign-in{back}", 303)
