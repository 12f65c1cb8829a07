"""Social organisations that serve: what they are qualified for, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider. `until` is the last day of its qualification; after it, its services are not shown."""

    id: str
    name: str
    price_kind: str  # 无偿 or 低偿
    until: date | None
    licence: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether it is qualified on a day."""
        return self.until is None or day <= self.until


def provider(told: Mapping[str, Any]) -> Provider:
    """Read a provider from plain data. Raises KeyError or ValueError."""
    until = str(told.get("until") or "")
    return Provider(str(told["id"]), str(told["name"]), str(told.get("price_kind", "低偿")),
                    date.fromisoformat(until) if until else None, str(told.get("licence", "")))  # fmt: skip
