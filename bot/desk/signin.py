"""Signing in: a one-time link to set a password, then login and password. There is no default password."""

from __future__ import annotations

import asyncio
import secrets
from base64 import b64encode
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.desk.guard import COOKIE, LIFE, Desk, Visit, same
from bot.desk.paper import render
from storage.archive import Records
from storage.staff import Key, Worker

DOOR = "desk_door"  # ties a sign-in form to the browser that opened it
WRONG = "登录名或密码不对。连着错5次，要等15分钟才能再试。"
SPENT = "这个链接已经用过或过期了。请向管理员要一个新的。"
STALE = "这一页放得太久了。请再来一次。"
LEAST, MOST = 10, 200
HASHER = PasswordHasher()


def _nobody() -> str:
    """What looks like a kept password and fits none; made without the half second that hashing takes."""
    salt, told = (
        b64encode(secrets.token_bytes(size)).rstrip(b"=").decode()
        for size in (HASHER.salt_len, HASHER.hash_len)
    )
    costs = f"m={HASHER.memory_cost},t={HASHER.time_cost},p={HASHER.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${told}"


NOBODY = _nobody()  # unknown logins take as long as known ones
TOGETHER = 2  # hashing takes 64 MiB each


class SignIn:
    """The pages before the desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._gate = asyncio.Semaphore(TOGETHER)

    def routes(self) -> list[Route]:
        """Open to everybody, except the way out and the change of password."""
        return [
            Route("/sign-in", self.ask, methods=["GET"]),
            Route("/sign-in", self.enter, methods=["POST"]),
            Route("/enter", self.invited, methods=["GET"]),
            Route("/enter", self.begin, methods=["POST"]),
            self.desk.post("/sign-out", self.leave),
            self.desk.post("/me/password", self.change),
        ]

    def _form(self, request: Request, template: str, status: int = 200, **context: object) -> Response:
        door = request.cookies.get(DOOR) or secrets.token_urlsafe(24)
        response = HTMLResponse(render(template, csrf=door, **context), status)
        response.set_cookie(
            DOOR, door, path="/desk", httponly=True, samesite="strict", secure=self.desk.secure
        )
        return response

    def _is_ours(self, request: Request, form: FormData) -> bool:
        return same(form.get("csrf"), request.cookies.get(DOOR, ""))

    # login and password

    async def ask(self, request: Request) -> Response:
        """The sign-in form."""
        return self._form(request, "sign_in.html", why="", next=request.query_params.get("next", ""))

    async def enter(self, request: Request) -> Response:
        """Login and password; unknown, wrong and locked are answered alike."""
        form = await request.form(max_files=0, max_fields=10)
        after = _text(form, "next")
        if not self._is_ours(request, form):
            return self._form(request, "sign_in.html", 403, why=STALE, next=after)
        login, now = _text(form, "login").strip(), self.desk.office.now()
        worker, kept = await self.desk.office.write(lambda records: _attempt(records, login, now))
        right = await self._fits(_text(form, "password"), kept or NOBODY)
        if worker is None or not kept or not right:
            return self._form(request, "sign_in.html", 403, why=WRONG, next=after)
        return await self._let_in(worker, "session" if form.get("own") else "shared", safe(after))

    async def _fits(self, password: str, kept: str) -> bool:
        async with self._gate:
            return await asyncio.to_thread(_verify, kept, password[:MOST])

    async def _hash(self, password: str) -> str:
        async with self._gate:
            return await asyncio.to_thread(HASHER.hash, password)

    async def _let_in(self, worker: Worker, kind: str, where: str, said: str = "sign_in") -> Response:
        now, life = self.desk.office.now(), LIFE[kind]

        def job(records: Records) -> str:
            records.staff.entered(worker.id)
            records.audit.write(now, worker.login, said, "desk")
            return records.staff.issue(worker.id, kind, now, life)

        token = await self.desk.office.write(job)
        response = RedirectResponse(where, 303)
        response.set_cookie(COOKIE, token, path="/desk", httponly=True, samesite="strict", secure=self.desk.secure,
                            max_age=int(life.total_seconds()) if kind == "session" else None)  # fmt: skip
        response.delete_cookie(DOOR, path="/desk")
        return response

    # the one-time link

    async def invited(self, request: Request) -> Response:
        """A page with one button; looking at it uses nothing up (link previews)."""
        token, now = request.query_params.get("key", ""), self.desk.office.now()
        key = await self.desk.office.read(lambda records: records.staff.key(token, "link", now))
        if key is None:
            return self._form(request, "sign_in.html", 410, why=SPENT, next="")
        return self._form(request, "enter.html", key=token, who=key.worker, why="", least=LEAST)

    async def begin(self, request: Request) -> Response:
        """Set the password, use the link up, and sign in."""
        form = await request.form(max_files=0, max_fields=10)
        token, now = _text(form, "key"), self.desk.office.now()
        key = await self.desk.office.read(lambda records: records.staff.key(token, "link", now))
        if key is None:
            return self._form(request, "sign_in.html", 410, why=SPENT, next="")
        why = "" if self._is_ours(request, form) else STALE
        why = why or bad_password(_text(form, "password"), _text(form, "again"), key.worker.login)
        if why:
            status = 403 if why == STALE else 422
            return self._form(request, "enter.html", status, key=token, who=key.worker, why=why, least=LEAST)
        hashed = await self._hash(_text(form, "password"))
        if not await self.desk.office.write(lambda records: _begin(records, key, token, hashed, now)):
            return self._form(request, "sign_in.html", 410, why=SPENT, next="")
        return await self._let_in(
            key.worker, "session" if form.get("own") else "shared", "/desk/", "set_password"
        )

    # signed in

    async def leave(self, visit: Visit) -> Response:
        """Sign out."""

        def job(records: Records) -> None:
            records.staff.drop(visit.token)
            records.audit.write(visit.now, visit.worker.login, "sign_out", "desk")

        await visit.write(job)
        response = RedirectResponse("/desk/sign-in", 303)
        response.delete_cookie(COOKIE, path="/desk")
        return response

    async def change(self, visit: Visit) -> Response:
        """Another password, with the old one; every other session ends."""
        worker, now = visit.worker, visit.now
        _, kept = await visit.write(lambda records: _attempt(records, worker.login, now))
        if not kept or not await self._fits(str(visit.form.get("old", "")), kept):
            return visit.refuse("现在的密码不对，没有修改。", 403)
        password = str(visit.form.get("password", ""))
        if why := bad_password(password, str(visit.form.get("again", "")), worker.login):
            return visit.refuse(why, 422)
        hashed = await self._hash(password)
        await visit.write(lambda records: records.staff.change(worker.id, password=hashed))
        return await self._let_in(worker, "shared", "/desk/me", "set_password")


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def safe(after: str) -> str:
    """Where to go after signing in: only to a page of the desk."""
    plain = after.isascii() and after.isprintable() and "\\" not in after and "//" not in after
    return after if plain and after.startswith("/desk/") else "/desk/"


def bad_password(password: str, again: str, login: str) -> str:
    """What is wrong with a new password; empty when nothing is."""
    if len(password) < LEAST:
        return f"密码至少要{LEAST}个字符。"
    if len(password) > MOST:
        return f"密码最多{MOST}个字符。"
    if login.lower() in password.lower() or len(set(password)) < 4:
        return "密码太好猜了：不要包含登录名，也不要总是同几个字符。"
    return "" if password == again else "两次写的密码不一样。"


def _verify(kept: str, password: str) -> bool:
    try:
        return HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def _attempt(records: Records, login: str, now: datetime) -> tuple[Worker | None, str]:
    """The account and its hash, if it may be tried now. The try counts as missed until it proves right,
    so that many tries at once cannot pass the lock."""
    worker = records.staff.by_login(login)
    if worker is None or not worker.active:
        return None, ""
    if not records.staff.missed(worker.id, now):
        return None, ""
    kept, locked_until = records.staff.secret(worker.id)
    if locked_until:
        records.audit.write(now, worker.login, "locked", "desk")
    return worker, kept


def _begin(records: Records, key: Key, token: str, hashed: str, now: datetime) -> bool:
    if not records.staff.use(token, now):
        return False
    records.staff.change(key.worker.id, password=hashed)
    return True
