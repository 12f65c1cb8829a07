"""各地不同: what areas change in an entry, by two people, with the card as it is read there."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from bot.desk.guard import ADMINS, Desk, NotHere, Visit
from intents import local
from intents.handoff import Refused
from intents.staff import areas
from knowledge.handbook import HandbookEntry
from knowledge.handbook_files import BY_NAME
from storage.archive import Records
from storage.places import Area

KINDS = ("区", "街道", "社区")
MOST = 20_000


def routes(desk: Desk) -> list[Route]:
    """Reading for all staff, deeds for admins."""
    base = "/handbook/entry/{id}/areas"
    return [
        desk.get(base, page),
        desk.get(base + "/{area}/edit", edit, roles=ADMINS),
        desk.post(base + "/{area}/save", save, roles=ADMINS),
        desk.post(base + "/{area}/publish", publish, roles=ADMINS),
        desk.post(base + "/{area}/reject", reject, roles=ADMINS),
        desk.post(base + "/{area}/end", end, roles=ADMINS),
    ]


@dataclass(frozen=True, slots=True)
class Found:
    """What the page shows."""

    entry: HandbookEntry
    overrides: list[areas.Shown]
    places: list[tuple[str, str]]


def _entry(records: Records, entry_id: str) -> HandbookEntry:
    version = records.handbook.current(entry_id)
    if version is None:
        raise NotHere
    return version.entry


def _area(records: Records, area_id: str) -> Area:
    area = records.places.area(area_id)
    if area is None or area.kind not in KINDS:
        raise NotHere
    return area


async def page(visit: Visit) -> Response:
    """Every override of an entry, with what it changes and where it no longer fits."""

    def look(records: Records) -> Found:
        lore, entry = visit.lore(records), _entry(records, visit.path("id"))
        mine = records.places.path(visit.worker.area_id)
        here = [a for a in lore.areas.values() if a.kind in KINDS and a.path.startswith(mine)]
        names = [(area.id, lore.area_name(area.id)) for area in here]
        return Found(entry, areas.shown(records, lore, visit.worker, entry.id), names)

    return visit.page("handbook_areas.html", it=await visit.read(look), is_admin=visit.worker.role in ADMINS)


async def edit(visit: Visit) -> Response:
    """The form: the text from above, and boxes for what is different here."""
    return await _form(visit, {}, "")


async def _form(visit: Visit, given: dict[str, str], why: str) -> Response:
    def look(records: Records) -> tuple[HandbookEntry, str, dict[str, str]]:
        lore, entry = visit.lore(records), _entry(records, visit.path("id"))
        area = _area(records, visit.path("area"))
        above = local.text(lore, entry, area.parent_id or "")[0]
        found = [o for o in records.overrides.of_entry(entry.id) if o.area_id == area.id]
        last = next((o for o in found if o.state in ("draft", "published")), None)
        told = {
            k: "\n".join(v) if isinstance(v, list) else v for k, v in (last.fields if last else {}).items()
        }
        return above, lore.area_name(area.id) or area.name, given or told

    above, name, values = await visit.read(look)
    columns = [BY_NAME[field] for field in local.FIELDS]
    return visit.page("handbook_area.html", status=409 if why else 200, above=above, name=name, values=values,
                      columns=columns, area_id=visit.path("area"), why=why, reason=visit.given("reason", 200))  # fmt: skip


async def save(visit: Visit) -> Response:
    """Keep a draft. What was typed is never lost."""
    given = {name: visit.given(name, MOST) for name in local.FIELDS}
    reason, entry_id = visit.given("reason", 200), visit.path("id")
    try:
        number = await visit.write(
            lambda r: areas.save(
                r, visit.worker, _area(r, visit.path("area")), entry_id, given, reason, visit.now
            )
        )
    except Refused as no:
        return await _form(visit, given, str(no))
    return _back(visit, f"已保存第 {number} 版草稿，等另一位管理员发布。")


def _back(visit: Visit, said: str) -> Response:
    return visit.go(f"/desk/handbook/entry/{visit.path('id')}/areas", said)


def _told(visit: Visit) -> tuple[str, str, int]:
    number = visit.given("version", 8)
    return visit.path("area"), visit.path("id"), int(number) if number.isascii() and number.isdigit() else 0


async def publish(visit: Visit) -> Response:
    """Answer with the area's own text."""
    reason = visit.given("reason", 200)
    await visit.write(lambda r: areas.publish(r, visit.worker, *_told(visit), reason, visit.now))
    return _back(visit, "已发布，这里的居民从下一句话起看到它。")


async def reject(visit: Visit) -> Response:
    """Turn a draft down."""
    reason = visit.given("reason", 200)
    await visit.write(lambda r: areas.reject(r, visit.worker, *_told(visit), reason, visit.now))
    return _back(visit, "草稿已退回。")


async def end(visit: Visit) -> Response:
    """Answer with the text from above again."""
    area_id, entry_id, _ = _told(visit)
    reason = visit.given("reason", 200)
    await visit.write(lambda r: areas.end(r, visit.worker, area_id, entry_id, reason, visit.now))
    return _back(visit, "已撤下，这里照上一级的写法回答。")
