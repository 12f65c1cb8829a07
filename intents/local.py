"""The text that holds where somebody lives: an entry with the fields that areas change, from the district down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intents.library import Lore
from knowledge.handbook import HandbookEntry, from_mapping, to_mapping
from storage.overrides import Override

FIELDS = ("who", "materials", "steps", "time_limit", "fee", "where", "hours", "online", "proxy", "lost", "progress",
          "phone", "basis", "notes")  # fmt: skip


def along(lore: Lore, entry_id: str, area_id: str) -> list[Override]:
    """The overrides of an entry that reach an area, the widest first."""
    area = lore.areas.get(area_id)
    mine = {override.area_id: override for override in lore.overrides.get(entry_id, ())}
    if area is None or not mine:
        return []
    return [mine[i] for i in area.path.strip("/").split("/") if i in mine]


def applied(entry: HandbookEntry, fields: Mapping[str, Any]) -> HandbookEntry:
    """The entry with some fields of an area's own; fields that no area may change are left alone."""
    given = {name: value for name, value in fields.items() if name in FIELDS}
    return from_mapping(to_mapping(entry) | given) if given else entry


def text(lore: Lore, entry: HandbookEntry, area_id: str) -> tuple[HandbookEntry, str]:
    """The entry as it holds in an area, and whose text it is (area:version,…; empty: the entry's own)."""
    found = along(lore, entry.id, area_id)
    for override in found:
        entry = applied(entry, override.fields)
    return entry, ",".join(override.name for override in found)[-80:]
