"""人员: who works here, invitations, leaving; and each worker's own page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import Response
from starlette.routing import Route

from bot.desk.casework import candidates, give
from bot.desk.duty import areas_of
from bot.desk.guard import ADMINS, Desk, NotHere, Visit
from intents.cases import leaving
from intents.handoff import Refused
from storage.archive import Records
from storage.cases import Case
from storage.places import Area
from storage.staff import ROLES, Worker

LOGIN = re.compile(r"[a-z][a-z0-9._-]{1,39}")
LINK_FOR = timedelta(hours=24)
CODE_FOR = timedelta(minutes=10)
CODE_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Desks:
    """Everybody of the admin's area, with the areas they may be in."""

    workers: list[Worker]
    areas: dict[str, Area]


async def listed(visit: Visit) -> Response:
    """Everybody of the area."""

    def look(records: Records) -> Desks:
        path = records.places.path(visit.worker.area_id)
        return Desks(records.staff.within(path), {area.id: area for area in areas_of(records, visit)})

    return visit.page("people.html", desks=await visit.read(look))


def _find(records: Records, visit: Visit) -> Worker:
    """A worker of the admin's own area."""
    here = records.staff.within(records.places.path(visit.worker.area_id))
    found = next((worker for worker in here if str(worker.id) == visit.path("id")), None)
    if found is None:
        raise NotHere
    return found


def _role_and_area(records: Records, visit: Visit) -> tuple[str, str]:
    role, area = visit.given("role", 12), visit.given("area", 40)
    if role not in ROLES or area not in {it.id for it in areas_of(records, visit)}:
        raise Refused("请选角色，范围要在您自己的范围里。")
    return role, area


async def add(visit: Visit) -> Response:
    """A new worker; an invitation lets them set a password."""
    login, name = visit.given("login", 40).lower(), visit.given("name", 40)
    if not LOGIN.fullmatch(login):
        raise Refused("登录名用小写字母开头，只用小写字母、数字、点和横线，2到40个。")
    if not name:
        raise Refused("请写姓名。")

    def job(records: Records) -> int:
        role, area = _role_and_area(records, visit)
        if records.staff.by_login(login):
            raise Refused(f"登录名 {login} 已经有人用了，请换一个。")
        made = records.staff.add(login=login, name=name, role=role, area_id=area, now=visit.now)
        records.audit.write(visit.now, visit.worker.login, "add_worker", login, role)
        return made

    return visit.go(f"/desk/people/{await visit.write(job)}", "加好了。请发一个登录链接给TA。")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One worker's page: open cases, and who could take each."""

    who: Worker
    area: str
    areas: list[Area]
    cases: list[tuple[Case, list[Worker]]]


def _leaf(records: Records, visit: Visit) -> Leaf:
    who = _find(records, visit)
    held = records.cases.listed("/?/", holder_id=who.id, mine=True)
    mine = [(case, candidates(records, visit.worker, case, visit.now)) for case in held]
    return Leaf(who, visit.lore(records).area_name(who.area_id), areas_of(records, visit), mine)


async def one(visit: Visit, *, link: str = "") -> Response:
    """One worker. `link` is shown this once."""
    return visit.page("person.html", leaf=await visit.read(lambda records: _leaf(records, visit)), link=link)


async def change(visit: Visit) -> Response:
    """Another name, role or area."""
    name = visit.given("name", 40)
    if not name:
        raise Refused("请写姓名。")

    def job(records: Records) -> Worker:
        who, (role, area) = _find(records, visit), _role_and_area(records, visit)
        if who.id == visit.worker.id and (role, area) != (who.role, who.area_id):
            raise Refused("自己的角色和范围要请别的管理员来改。")
        records.staff.change(who.id, name=name, role=role, area_id=area)
        records.audit.write(visit.now, visit.worker.login, "change_worker", who.login, f"{role} {area}")
        return who

    return visit.go(f"/desk/people/{(await visit.write(job)).id}", "改好了。")


async def invite(visit: Visit) -> Response:
    """A one-time link to set a password with; shown once."""

    def job(records: Records) -> str:
        who = _find(records, visit)
        if not who.active:
            raise Refused(f"{who.name}已停用，先启用再发链接。")
        records.audit.write(visit.now, visit.worker.login, "invite", who.login)
        return records.staff.issue(who.id, "link", visit.now, LINK_FOR)

    token = await visit.write(job)
    return await one(
        visit, link=f"{visit.request.url.scheme}://{visit.request.url.netloc}/desk/enter?key={token}"
    )


async def leave(visit: Visit) -> Response:
    """Who leaves is signed out everywhere at once; their open cases wait on this page for somebody else."""

    def job(records: Records) -> Worker:
        who = _find(records, visit)
        if who.id == visit.worker.id:
            raise Refused("不能停用自己，请别的管理员来做。")
        records.staff.change(who.id, active=False)
        leaving.left(records, visit.lore(records), who, visit.now)
        records.proxies.end_grants(who.id, visit.now)
        records.audit.write(visit.now, visit.worker.login, "deactivate", who.login)
        return who

    who = await visit.write(job)
    return visit.go(f"/desk/people/{who.id}", f"{who.name}已停用，所有登录都退出了。没办完的事请转给别人。")


async def come_back(visit: Visit) -> Response:
    """Somebody who had left is here again; a new link lets them in."""

    def job(records: Records) -> Worker:
        who = _find(records, visit)
        records.staff.change(who.id, active=True, password=None)
        leaving.returned(records, who, visit.now)
        records.audit.write(visit.now, visit.worker.login, "activate", who.login)
        return who

    return visit.go(
        f"/desk/people/{(await visit.write(job)).id}", "已启用。原来的密码不能用了，请发一个登录链接。"
    )


async def give_all(visit: Visit) -> Response:
    """Give every open case that can be given to one person."""

    def job(records: Records) -> tuple[int, int]:
        leaf, to = _leaf(records, visit), visit.given("to", 12)
        able = [case for case, who in leaf.cases if to in {str(it.id) for it in who}]
        for case in able:
            give(records, visit.worker, case, to, visit.now)
        return len(able), len(leaf.cases) - len(able)

    given, left = await visit.write(job)
    rest = f"还有{left}件不能转给TA，请另选人。" if left else ""
    return visit.go(f"/desk/people/{visit.path('id')}", f"转了{given}件。{rest}")


# one's own page


async def me(visit: Visit, *, code: str = "") -> Response:
    """Who I am here, my chat account, my password."""
    area = await visit.read(lambda records: visit.lore(records).area_name(visit.worker.area_id))
    return visit.page("me.html", code=code, area=area)


async def bind(visit: Visit) -> Response:
    """A code to send to the assistant in chat; shown once, for ten minutes."""
    code = await visit.write(
        lambda records: records.staff.issue(visit.worker.id, "bind", visit.now, CODE_FOR, CODE_LENGTH)
    )
    return await me(visit, code=code)


async def unbind(visit: Visit) -> Response:
    """The chat account is no longer mine."""

    def job(records: Records) -> None:
        records.staff.change(visit.worker.id, channel=None, address=None)
        records.audit.write(visit.now, visit.worker.login, "unbind", visit.worker.channel)

    await visit.write(job)
    return visit.go("/desk/me", "聊天账号解绑了。")


def routes(desk: Desk) -> list[Route]:
    """The people's pages."""
    return [
        desk.get("/people", listed, roles=ADMINS),
        desk.post("/people/add", add, roles=ADMINS),
        desk.get("/people/{id}", one, roles=ADMINS),
        desk.post("/people/{id}/change", change, roles=ADMINS),
        desk.post("/people/{id}/invite", invite, roles=ADMINS),
        desk.post("/people/{id}/leave", leave, roles=ADMINS),
        desk.post("/people/{id}/come_back", come_back, roles=ADMINS),
        desk.post("/people/{id}/give_all", give_all, roles=ADMINS),
        desk.get("/me", me, roles=ROLES),
        desk.post("/me/bind", bind),
        desk.post("/me/unbind", unbind),
    ]
