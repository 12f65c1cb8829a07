"""Area overrides by two people: drafts, publishing, ending; and which of them no longer fit what they change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intents import local
from intents.handoff import Refused
from intents.library import Lore
from intents.staff.people import editors, name_of, require_editor
from knowledge.handbook import BadEntry, HandbookEntry
from knowledge.handbook_files import BY_NAME, FieldChange, clean, compare, overlong
from storage.archive import Records
from storage.overrides import Override
from storage.places import Area
from storage.staff import Worker


@dataclass(frozen=True, slots=True)
class Shown:
    """An override as its page shows it: against the text from above, and where it no longer fits."""

    override: Override
    area: str
    changes: Sequence[FieldChange]
    conflicts: Sequence[str]
    author: str
    no: str


def shown(records: Records, lore: Lore, worker: Worker, entry_id: str) -> list[Shown]:
    """Published overrides and open drafts of an entry, each with its difference and conflicts."""
    found = [o for o in records.overrides.of_entry(entry_id) if o.state in ("draft", "published")]
    return [
        Shown(
            override=one,
            area=lore.area_name(one.area_id) or one.area_id,
            changes=_changes(records, lore, one),
            conflicts=conflicts(records, one),
            author=name_of(records, one.author),
            no=may_approve(records, worker, one),
        )
        for one in found
    ]


def _changes(records: Records, lore: Lore, one: Override) -> Sequence[FieldChange]:
    version = records.handbook.current(one.entry_id) or records.handbook.version(
        one.entry_id, one.base_version
    )
    if version is None:
        return ()
    area = lore.areas.get(one.area_id)
    above = local.text(lore, version.entry, area.parent_id or "")[0] if area else version.entry
    return compare(above, local.applied(above, one.fields)).fields


def conflicts(records: Records, one: Override) -> list[str]:
    """Headers of the fields that changed in the entry itself after the override was made."""
    base = records.handbook.version(one.entry_id, one.base_version)
    current = records.handbook.current(one.entry_id)
    if base is None or current is None or base.version == current.version:
        return []
    return [
        BY_NAME[name].header
        for name in one.fields
        if name in BY_NAME and getattr(base.entry, name) != getattr(current.entry, name)
    ]


def all_conflicts(records: Records) -> list[tuple[Override, list[str]]]:
    """Published overrides that no longer fit."""
    return [(one, found) for one in records.overrides.published() if (found := conflicts(records, one))]


def save(records: Records, worker: Worker, area: Area, entry_id: str, given: Mapping[str, str], reason: str,
         now: datetime) -> int:  # fmt: skip
    """Keep a draft of an area's own text; empty boxes change nothing. Returns its version."""
    require_editor(worker)
    if not area.path.startswith(records.places.path(worker.area_id)):
        raise Refused(f"{area.name}不在您的范围内。")
    current = records.handbook.current(entry_id)
    if current is None:
        raise Refused(f"没有已发布的“{entry_id}”，先发布再写各地的不同。")
    fields = read(current.entry, given)
    waiting = next(
        (o for o in records.overrides.of_entry(entry_id) if o.area_id == area.id and o.state == "draft"), None
    )
    if waiting and waiting.author != worker.login:
        raise Refused(f"{area.name}有{name_of(records, waiting.author)}的草稿还没处理，请先发布或退回。")
    number = records.overrides.draft(area.id, entry_id, fields, current.version, worker.login, reason, now)
    records.audit.write(now, worker.login, "draft", entry_id, f"{area.id} 第{number}版 {reason}")
    return number


def read(entry: HandbookEntry, given: Mapping[str, str]) -> dict[str, Any]:
    """The fields that a form changes; raise Refused where one is too long or nothing is changed."""
    fields: dict[str, Any] = {}
    for name in local.FIELDS:
        lines = [line.strip() for line in clean(given.get(name, "")).split("\n") if line.strip()]
        if lines:
            fields[name] = lines if BY_NAME[name].kind == "lines" else "\n".join(lines)
    try:
        changed = local.applied(entry, fields)
    except BadEntry as bad:
        raise Refused(str(bad)) from bad
    if found := overlong(changed):
        raise Refused("太长，没有保存：" + "；".join(f"“{column}”{wrong}" for column, wrong in found))
    if changed == entry:
        raise Refused("和手册原文一样，没有要保存的。")
    return fields


def may_approve(records: Records, worker: Worker, one: Override) -> str:
    """Why this worker may not publish that draft; empty where they may (alone: with a reason)."""
    others = [editor.name for editor in editors(records) if editor.login != worker.login]
    if one.author == worker.login and others:
        return f"自己写的要由另一位管理员发布：请{'或'.join(others[:4])}看过后发布。"
    return ""


def _draft(records: Records, area_id: str, entry_id: str, number: int) -> Override:
    for one in records.overrides.of_entry(entry_id):
        if (one.area_id, one.version, one.state) == (area_id, number, "draft"):
            return one
    raise Refused("这份草稿刚被别人处理了，请刷新再看。")


def publish(records: Records, worker: Worker, area_id: str, entry_id: str, number: int, reason: str,
            now: datetime) -> None:  # fmt: skip
    """The area answers with its own text from now on."""
    require_editor(worker)
    one = _draft(records, area_id, entry_id, number)
    if no := may_approve(records, worker, one):
        raise Refused(no)
    if one.author == worker.login and not reason.strip():
        raise Refused("现在只有您一位管理员。发布自己写的，请写明原因。")
    if found := conflicts(records, one):
        raise Refused(f"写这份草稿以后，手册原文的“{'、'.join(found)}”改过，请照新的原文再写一遍。")
    if not records.overrides.publish(area_id, entry_id, number, worker.login, now):
        raise Refused("这份草稿刚被别人处理了，请刷新再看。")
    detail = f"{area_id} 第{number}版 作者{one.author} {reason.strip()}"
    records.audit.write(now, worker.login, "publish", entry_id, detail)


def reject(records: Records, worker: Worker, area_id: str, entry_id: str, number: int, reason: str,
           now: datetime) -> None:  # fmt: skip
    """Turn a draft down, with the reason."""
    require_editor(worker)
    _draft(records, area_id, entry_id, number)
    if not reason.strip():
        raise Refused("退回要写明原因，好让作者改。")
    records.overrides.reject(area_id, entry_id, number, now)
    records.audit.write(now, worker.login, "reject", entry_id, f"{area_id} 第{number}版 {reason.strip()}")


def end(records: Records, worker: Worker, area_id: str, entry_id: str, reason: str, now: datetime) -> None:
    """The area answers with the text from above again, at once; one person is enough."""
    require_editor(worker)
    if not records.overrides.end(area_id, entry_id, now):
        raise Refused("这里现在没有自己的写法，不用撤。")
    records.audit.write(now, worker.login, "withdraw", entry_id, f"{area_id} {reason.strip() or '未写原因'}")
