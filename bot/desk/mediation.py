"""调解: the call list, intake for a caller, the deeds of a mediator, the documents, and the figures for admins."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from starlette.datastructures import UploadFile
from starlette.responses import Response
from starlette.routing import Route

from bot.desk.casework import find
from bot.desk.guard import ADMINS, Desk, Visit
from bot.desk.mediationsheet import DEEDS_OF, called
from intents.mediation import alarm, intake, papers
from intents.refused import Refused
from intents.staff import mediating, results
from intents.staff.speaker import Speaker
from knowledge.cases import KINDS, MEDIATORS
from knowledge.mediation import fit
from storage.archive import Records
from storage.cases import Case

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NEEDED = ("words", "other", "place", "name", "phone")


@dataclass(frozen=True, slots=True)
class Refill:
    """What a form was sent with, so that nothing has to be typed again."""

    given: dict[str, str] = field(default_factory=dict)
    why: str = ""


async def board(visit: Visit) -> Response:
    """How many stand where, whom to ring, and for whom it is the way to the other pages."""

    def look(records: Records) -> tuple[dict[str, int], list[object]]:
        path = records.places.path(visit.worker.area_id)
        return records.mediation.open_counts(path), list(called(records, visit.worker, path, visit.now))

    counts, calls = await visit.read(look)
    return visit.page("mediation.html", counts=counts, calls=calls, states=KINDS["mediation"].states,
                      mediates=visit.worker.role in MEDIATORS)  # fmt: skip


async def new(visit: Visit, form: Refill | None = None) -> Response:
    """Intake for somebody at the desk or on the telephone."""

    def look(records: Records) -> list[tuple[str, str]]:
        lore = visit.lore(records)
        return intake.choices(records, lore, _area(records, visit))

    form = form or Refill()
    return visit.page("mediation_new.html", status=422 if form.why else 200, choices=await visit.read(look),
                      before=intake.BEFORE, form=form)  # fmt: skip


def _area(records: Records, visit: Visit) -> str:
    """The worker's own community; above it the centre's."""
    area = visit.lore(records).areas.get(visit.worker.area_id)
    return visit.worker.area_id if area and area.kind == "社区" else visit.lore(records).centre.area_id


async def make(visit: Visit) -> Response:
    """Open a caller's case. Whoever is no mediator cannot read it afterwards."""
    given = {name: visit.given(name, 1000) for name in (*NEEDED, "wish", "other_phone", "before", "who")}
    if not all(given[name] for name in NEEDED):
        return await new(visit, Refill(given, "事情、对方、地点、姓名、电话都要写。"))
    told = visit.given("rights") == "1"
    way = fit.unfit(given["words"]) or fit.WAYS.get(given["before"])

    def job(records: Records) -> Case | str:
        lore, area = visit.lore(records), _area(records, visit)
        token = f"desk:{visit.worker.id}:{visit.csrf[:12]}:{visit.now:%Y%m%d%H%M%S}"
        if way is not None:
            if way.danger:
                alarm.sound(records, lore, area, "有人来登记调解，说有人受伤害", given["words"], visit.now, token=token, actor=visit.worker.name)  # fmt: skip
            return way.words
        body = {name: given[name] for name in (*NEEDED, "wish", "other_phone") if given[name]}
        known = {value for value, _ in intake.choices(records, lore, area)}
        who = given["who"] if given["who"] in known else "0:"
        return intake.open_case(records, lore, body, who, area, visit.now, token=token, actor=visit.worker.name, told_rights=told)  # fmt: skip

    done = await visit.write(job)
    if isinstance(done, str):
        return visit.go("/desk/mediation", f"没有登记，请告诉来人：{done}")
    return visit.go("/desk/mediation", f"登记好了，编号{done.number}，请告诉来人。内容以后只有调解员能看。")


async def deed(visit: Visit) -> Response:
    """One of a mediator's deeds beyond the table's moves, by its own name."""
    verb, words = visit.given("verb", 12), visit.given("words", 3000)

    def job(records: Records) -> tuple[Case, str]:
        case = find(records, visit.worker, visit.path("number"))
        mediating.must_mediate(records, visit.worker, case, visit.now)
        if verb not in DEEDS_OF:
            raise Refused("没有这一步。")
        rest = f"{visit.given('side', 8)} {words}".strip() if visit.given("side", 8) else words
        speaker = Speaker(records, visit.lore(records), visit.worker, visit.now)
        return case, mediating.DEEDS[verb](speaker, case, rest)

    case, said = await visit.write(job)
    return visit.go(f"/desk/cases/{case.number}", said)


async def draft(visit: Visit) -> Response:
    """Keep the draft of the agreement."""

    def job(records: Records) -> Case:
        case = find(records, visit.worker, visit.path("number"))
        mediating.must_mediate(records, visit.worker, case, visit.now)
        papers.draft(records, visit.worker.name, case, {name: visit.given(name, 3000) for name, _ in papers.PARTS}, visit.now)  # fmt: skip
        return case

    case = await visit.write(job)
    return visit.go(f"/desk/cases/{case.number}", "协议书草稿存好了，可以下载打印。")


async def document(visit: Visit) -> Response:
    """agreement.docx or failure.docx, for the mediator only."""
    kind = visit.path("kind")

    def job(records: Records) -> tuple[Case, bytes]:
        case = find(records, visit.worker, visit.path("number"))
        mediating.must_mediate(records, visit.worker, case, visit.now)
        return case, papers.document(records, visit.lore(records), visit.worker, case, kind, visit.now)

    case, data = await visit.write(job)
    headers = {"Content-Disposition": f'attachment; filename="{case.number}-{kind}.docx"'}
    return Response(data, media_type=DOCX, headers=headers)


async def figures(visit: Visit) -> Response:
    """Success rate under its printed definition, by level and by sitting; no words, no names."""
    since, until = _day(visit.asked("since")), _day(visit.asked("until"))
    found = await visit.read(lambda records: results.made(records, records.places.path(visit.worker.area_id), since, until))  # fmt: skip
    return visit.page("mediation_figures.html", found=found, since=since, until=until)


def _day(told: str) -> date | None:
    try:
        return date.fromisoformat(told)
    except ValueError:
        return None


async def take_in(visit: Visit) -> Response:
    """Import concluded cases; all rows or none."""
    sent = visit.form.get("file")
    name = (sent.filename or "") if isinstance(sent, UploadFile) else ""
    data = await visit.upload("file")
    if not data:
        raise Refused("没有选文件。")

    def job(records: Records) -> int:
        path = records.places.path(visit.worker.area_id)
        return results.take_in(records, data, name, visit.worker.login, path, visit.now)[0]

    return visit.go("/desk/mediation/figures", f"导入好了，新的{await visit.write(job)}件。")


def routes(desk: Desk) -> list[Route]:
    """The mediation pages."""
    return [
        desk.get("/mediation", board),
        desk.get("/mediation/new", new),
        desk.post("/mediation/new", make),
        desk.get("/mediation/figures", figures, roles=ADMINS),
        desk.post("/mediation/figures", take_in, roles=ADMINS),
        desk.post("/cases/{number}/mediate", deed, roles=MEDIATORS),
        desk.post("/cases/{number}/draft", draft, roles=MEDIATORS),
        desk.get("/cases/{number}/{kind:str}.docx", document, roles=MEDIATORS),
    ]
