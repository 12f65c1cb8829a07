"""Papers that leave the desk: a list as CSV, one case as one file, and the topics of the month. Each is written down."""

from __future__ import annotations

import base64
import csv
import io
from datetime import datetime

from starlette.responses import Response
from starlette.routing import Route

from bot.desk.casework import find, may_look, must_read, sheet
from bot.desk.guard import Desk, NotHere, Visit
from bot.desk.paper import clock, masked_phone, render
from intents.refused import Refused
from intents.report import LABELS
from intents.scene import ZONE
from knowledge.cases import KINDS
from knowledge.wishes.hide import hidden
from storage.archive import Records
from storage.cases import Case

MOST = 2000
KINDS_LISTED = ("report", "errand")
TOPIC_STATES = {"draft": "待定", "adopted": "已列入街道议题", "dropped": "不列入"}


def _line(visit: Visit) -> str:
    return f"{visit.worker.name}（{visit.worker.login}）{clock(visit.now)}导出，仅供本辖区工作使用，不得外传"


def _csv(rows: list[list[str]], name: str) -> Response:
    out = io.StringIO()
    csv.writer(out).writerows([[_plain(cell) for cell in row] for row in rows])
    told = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=told)


def _plain(cell: str) -> str:
    """Never a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell


async def export(visit: Visit) -> Response:
    """Open reports and errands of the worker's own area: phones masked, a line that says who took it and when (RG43)."""
    kind = visit.asked("kind") if visit.asked("kind") in KINDS_LISTED else ""

    def look(records: Records) -> list[list[str]]:
        path, lore = records.places.path(visit.worker.area_id), visit.lore(records)
        found = records.cases.open_ones(path, (kind,) if kind else KINDS_LISTED, limit=MOST)
        own = [case for case in found if records.cases.is_in_scope(case, path)]
        records.audit.write(
            visit.now, visit.worker.login, "export", visit.worker.area_id, f"{kind or 'all'} {len(own)}"
        )
        return [_row(case, lore.area_name(case.area_id), records) for case in own]

    head = ["编号", "事项", "状态", "范围", "承办", "登记", "期限", "电话"]
    rows = await visit.write(look)
    return _csv([[_line(visit)], head, *rows, [_line(visit)]], f"cases-{visit.now:%Y%m%d%H%M}")


def _row(case: Case, area: str, records: Records) -> list[str]:
    holder = records.staff.get(case.holder_id).name if case.holder_id else ""
    phone = masked_phone(str(case.body.get("phone") or ""))
    state = KINDS[case.kind].states[case.state]
    return [case.number, case.title, state, area, holder, clock(case.opened_at), clock(case.due_at), phone]


async def one_file(visit: Visit) -> Response:
    """A case from first word to end, with its pictures, as one page that needs nothing else (S53)."""

    def look(records: Records) -> str:
        case = find(records, visit.worker, visit.path("number"))
        if case.kind not in KINDS_LISTED:
            raise Refused("这一类不能导出。")
        must_read(records, visit, case)
        shown = sheet(records, visit, case)
        pictures = [_picture(records, visit, case, i, kind) for i, kind in shown.pictures]
        records.audit.write(visit.now, visit.worker.login, "export", case.number)
        return render(
            "case_file.html",
            sheet=shown,
            case=case,
            line=_line(visit),
            hide=hidden,
            pictures=[p for p in pictures if p],
        )

    told = {"Content-Disposition": f'attachment; filename="{visit.path("number")}.html"'}
    return Response(await visit.write(look), media_type="text/html; charset=utf-8", headers=told)


def _picture(records: Records, visit: Visit, case: Case, picture: str, kind: str) -> tuple[str, str] | None:
    found = records.cases.picture(picture)
    if found is None or not may_look(records, visit, case, found[0].seen_by):
        return None
    label = {"after": "整改后", "paper": "材料"}.get(kind, "上报时")
    return label, f"data:{found[0].mime};base64,{base64.b64encode(found[0].data).decode()}"


async def topics(visit: Visit) -> Response:
    """What keeps coming back, drafted for the street's meeting (S54)."""

    def look(records: Records) -> list[dict[str, object]]:
        lore = visit.lore(records)
        found = records.topics.all(records.places.path(visit.worker.area_id))
        return [{"topic": it, "area": lore.area_name(it.area_id), "label": LABELS.get(it.category, it.category),
                 "state": TOPIC_STATES[it.state]} for it in found]  # fmt: skip

    return visit.page("topics.html", found=await visit.read(look))


async def decide(visit: Visit) -> Response:
    """An admin puts a topic on the street's list, or drops it."""
    state = visit.given("state", 8)

    def job(records: Records) -> None:
        if visit.worker.role != "admin":
            raise Refused("由管理员定。")
        mine = [it.id for it in records.topics.all(records.places.path(visit.worker.area_id))]
        if (
            not visit.path("topic").isdigit()
            or int(visit.path("topic")) not in mine
            or state not in TOPIC_STATES
        ):
            raise NotHere
        if not records.topics.decide(int(visit.path("topic")), state, visit.worker.login, visit.now):
            raise Refused("这个议题已经定过了。")
        records.audit.write(visit.now, visit.worker.login, "topic", visit.path("topic"), state)

    await visit.write(job)
    return visit.go("/desk/topics", "定好了。")


async def month(visit: Visit) -> Response:
    """The monthly sheet: places, categories, states and counts; nobody's words, names or phones."""

    def look(records: Records) -> list[list[str]]:
        begin, end = _month(visit)
        lore, path = visit.lore(records), records.places.path(visit.worker.area_id)
        rows = records.topics.month(path, begin, end)
        records.audit.write(visit.now, visit.worker.login, "export", f"month {begin.astimezone(ZONE):%Y-%m}")
        states = KINDS["report"].states
        return [
            [lore.area_name(area), LABELS.get(kind, kind), states[state], str(n)]
            for area, kind, state, n in rows
        ]

    rows = await visit.write(look)
    return _csv([[_line(visit)], ["范围", "类别", "状态", "件数"], *rows], f"month-{visit.now:%Y%m}")


def _month(visit: Visit) -> tuple[datetime, datetime]:
    begin = visit.now.astimezone(ZONE).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)
    return begin, following


def routes(desk: Desk) -> list[Route]:
    """What can be taken along; before the pages of single cases, whose address would swallow these."""
    return [
        desk.get("/cases/export.csv", export),
        desk.get("/cases/{number}/file", one_file),
        desk.get("/topics", topics),
        desk.get("/topics/month.csv", month),
        desk.post("/topics/{topic}", decide),
    ]
