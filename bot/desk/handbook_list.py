"""The handbook's list: every entry with its state, searched and filtered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from starlette.responses import Response

from bot.desk.guard import Visit
from intents.scene import ZONE
from knowledge.handbook import HandbookEntry
from storage.archive import Records
from storage.entries import Version

SOON = timedelta(days=30)
STATES = (
    ("", "全部状态"),
    ("published", "已发布"),
    ("draft", "有草稿"),
    ("withdrawn", "已下架"),
    ("rejected", "已退回"),
)
DATES = (("", "全部日期"), ("expired", "已过期"), ("review", "该复核"))


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in the list: its newest version, the published one, and the draft that waits."""

    newest: Version
    current: Version | None
    day: date

    @property
    def entry(self) -> HandbookEntry:
        return self.current.entry if self.current else self.newest.entry

    @property
    def draft(self) -> Version | None:
        return self.newest if self.newest.state == "draft" else None

    @property
    def expired(self) -> bool:
        """Whether a published entry is not answered any more, because its time is over (RG25)."""
        until = self.entry.valid_until
        return self.current is not None and until is not None and until < self.day

    @property
    def due(self) -> bool:
        """Whether somebody should read it again within a month."""
        review = self.entry.review_by
        return self.current is not None and review is not None and review <= self.day + SOON

    def fits(self, words: str, department: str, state: str, dates: str) -> bool:
        """Whether the filters let it through."""
        states = {self.newest.state} | ({"published"} if self.current else set())
        if (department and self.entry.department != department) or (state and state not in states):
            return False
        if (dates == "expired" and not self.expired) or (dates == "review" and not self.due):
            return False
        entry = self.newest.entry
        texts = [entry.id, entry.title, entry.summary, *entry.aliases, *entry.all_phrasings()]
        return not words or any(words.lower() in text.lower() for text in texts)


def _lines(records: Records, day: date) -> list[Line]:
    current = {version.entry.id: version for version in records.handbook.published()}
    return [Line(newest, current.get(newest.entry.id), day) for newest in records.handbook.newest()]


async def page(visit: Visit) -> Response:
    """Every entry, searched and filtered."""
    asked = {name: visit.asked(name) for name in ("q", "department", "state", "dates")}
    day = visit.now.astimezone(ZONE).date()
    lines, names = await visit.read(lambda records: (_lines(records, day), _names(records)))
    shown = [
        line for line in lines if line.fits(asked["q"], asked["department"], asked["state"], asked["dates"])
    ]
    departments = sorted({line.entry.department for line in lines if line.entry.department})
    alone = sum(1 for role, _ in names.values() if role == "admin") <= 1
    mine = [line for line in shown if line.draft and (alone or line.draft.author != visit.worker.login)]
    return visit.page(
        "handbook_list.html", lines=shown, total=len(lines), asked=asked, states=STATES, dates=DATES,
        departments=[("", "全部部门"), *((name, name) for name in departments)], waiting=mine[:150],
        names={login: name for login, (_, name) in names.items()},
    )  # fmt: skip


def _names(records: Records) -> Mapping[str, tuple[str, str]]:
    return {
        worker.login: (worker.role if worker.active else "", worker.name) for worker in records.staff.all()
    }
