"""Which cells of a sheet are merged (openpyxl does not tell when it reads sparingly)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from openpyxl.xml.functions import (
    fromstring,
)  # the defused one: openpyxl takes it where defusedxml is installed

MERGED = re.compile(
    rb"""<(?:\w+:)?mergeCell\s[^<>]*?\bref\s*=\s*["']([A-Z]{1,3}\d{1,7}(?::[A-Z]{1,3}\d{1,7})?)["']"""
)
SHOWN = 20


def merged_ranges(parts: Mapping[str, bytes], title: str) -> list[str]:
    """Ranges like A2:B3 of the sheet with that title, at most the first 20."""
    xml = parts.get(_part(parts, title), b"")
    return [found.decode() for found in MERGED.findall(xml)[:SHOWN]]


def _part(parts: Mapping[str, bytes], title: str) -> str:
    """The name of a sheet's part: by its title to a relation, by the relation to the part (ECMA-376, 18.2.19)."""
    book = next((name for name in parts if name.endswith("xl/workbook.xml") or name == "xl/workbook.xml"), "")
    links = parts.get("xl/_rels/workbook.xml.rels", b"")
    if not book or not links:
        return ""
    relation = next((_last(dict(e.attrib), "id") for e in fromstring(parts[book]).iter()
                     if e.tag.endswith("}sheet") and e.attrib.get("name") == title), "")  # fmt: skip
    target = next(
        (e.attrib.get("Target", "") for e in fromstring(links).iter() if e.attrib.get("Id") == relation), ""
    )
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _last(attributes: Mapping[str, str], name: str) -> str:
    return next((value for key, value in attributes.items() if key.endswith("}" + name)), "")
