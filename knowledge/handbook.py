"""The handbook (百事通): what an entry is, and what makes one fit to publish."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

import yaml

STYLES = ("official", "plain", "terse", "dialect", "need", "long")
REQUIRED = ("title", "department", "accepted_at", "short", "summary", "who", "materials", "steps",
            "time_limit", "fee", "where", "hours", "phone", "basis", "checked_on", "owner")  # fmt: skip
LEVELS = ("社区", "街道", "区")


@dataclass(frozen=True, slots=True)
class StaffNotes:
    """全岗通: the worker's side of an item, never shown to residents."""

    checks: tuple[str, ...] = ()
    rejections: tuple[str, ...] = ()
    system: str = ""
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HandbookEntry:
    """One item of the handbook. Field meanings: docs/handbook-format.md."""

    id: str
    title: str = ""
    department: str = ""
    accepted_at: str = ""
    short: str = ""
    aliases: tuple[str, ...] = ()
    summary: str = ""
    who: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    time_limit: str = ""
    fee: str = ""
    where: str = ""
    hours: str = ""
    online: str = ""
    proxy: str = ""
    lost: str = ""
    progress: str = ""
    phone: str = ""
    basis: tuple[str, ...] = ()
    checked_on: date | None = None
    review_by: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    owner: str = ""
    notes: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    staff: StaffNotes = field(default_factory=StaffNotes)
    phrasings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def all_phrasings(self) -> list[str]:
        """Every sentence that stands for this entry, all styles in order."""
        return [line for style in STYLES for line in self.phrasings.get(style, ())]

    def holds_on(self, day: date) -> bool:
        """Whether the entry may be answered on that day (RG25)."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_until is None or day <= self.valid_until)


class BadEntry(ValueError):
    """这条手册内容不完整，请按提示补齐后再试。"""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("；".join(self.problems) or self.__doc__)


def _lines(value: Any) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    if isinstance(value, str):
        return tuple(line.strip() for line in value.splitlines() if line.strip())
    return tuple(str(line).strip() for line in value if str(line).strip())


def _day(name: str, value: Any) -> date | None:
    if value is None or value == "" or isinstance(value, date):
        return value or None
    try:
        return date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        raise BadEntry([f"{name} 应写成 2026-11-23 这样的日期，现在是“{value}”"]) from None


_LISTS = {"aliases", "who", "materials", "steps", "basis", "notes", "related", "services"}
_DAYS = {"checked_on", "review_by", "valid_from", "valid_until"}


def _staff(told: Mapping[str, Any]) -> StaffNotes:
    return StaffNotes(
        checks=_lines(told.get("checks")),
        rejections=_lines(told.get("rejections")),
        system=str(told.get("system") or ""),
        hints=_lines(told.get("hints")),
    )


def _value(name: str, raw: Any) -> Any:
    if name in _LISTS:
        return _lines(raw)
    if name in _DAYS:
        return _day(name, raw)
    if name == "staff":
        return _staff(raw or {})
    if name == "phrasings":
        return {style: _lines((raw or {}).get(style)) for style in STYLES}
    return str(raw or "").strip()


def from_mapping(raw: Mapping[str, Any]) -> HandbookEntry:
    """Read an entry from plain data; raise BadEntry with every unknown field named."""
    known = {f.name for f in fields(HandbookEntry)}
    if unknown := sorted(set(raw) - known):
        raise BadEntry([f"不认识的栏目“{name}”" for name in unknown])
    if not str(raw.get("id") or "").strip():
        raise BadEntry(["缺编号（id）"])
    return HandbookEntry(**{name: _value(name, raw.get(name)) for name in known})


def to_mapping(entry: HandbookEntry) -> dict[str, Any]:
    """Plain data (JSON and YAML safe) that reads back to the same entry."""
    out = {}
    for name, value in asdict(entry).items():
        if isinstance(value, date):
            value = value.isoformat()
        out[name] = list(value) if isinstance(value, tuple) else value
    out["phrasings"] = {style: list(lines) for style, lines in entry.phrasings.items()}
    out["staff"] = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(entry.staff).items()}
    return out


def problems(entry: HandbookEntry) -> list[str]:
    """What still keeps this entry from being published; empty when nothing does."""
    found = [f"{entry.id}：缺“{name}”" for name in REQUIRED if not getattr(entry, name)]
    if entry.accepted_at and entry.accepted_at not in LEVELS:
        found.append(f"{entry.id}：受理层级只能是社区、街道或区，现在是“{entry.accepted_at}”")
    if entry.valid_from and entry.valid_until and entry.valid_from > entry.valid_until:
        found.append(f"{entry.id}：失效日期早于生效日期")
    return found


def read_folder(folder: Path) -> list[HandbookEntry]:
    """All entries of a folder of YAML files, in the order of their ids."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    entries = [from_mapping(yaml.load(path.read_text("utf-8"), Loader=loader))
               for path in sorted(folder.glob("*.yaml"))]  # fmt: skip
    return sorted(entries, key=lambda entry: entry.id)
