"""A file becomes the handbook: first what it would change, then drafts, or published entries, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from intents.handoff import Refused
from intents.staff.editing import Deed, keep, may_approve, name_of, release, require_complete, require_editor
from intents.staff.trials import Report
from knowledge.handbook import HandbookEntry
from knowledge.handbook_files import Difference, Loaded, Problem, diff
from storage.archive import Records
from storage.entries import Version
from storage.staff import Worker


@dataclass(frozen=True, slots=True)
class Plan:
    """What a file would do. `base`: the newest version of each entry when it was compared (0: none)."""

    entries: tuple[HandbookEntry, ...]
    differences: tuple[Difference, ...]
    problems: tuple[Problem, ...]
    base: Mapping[str, int]
    drafts: Mapping[str, str]
    absent: tuple[str, ...]

    @property
    def stopped(self) -> bool:
        """Whether nothing may be imported."""
        return any(problem.weight == "stop" for problem in self.problems)

    @property
    def publishable(self) -> bool:
        """Whether everything could be published at once."""
        return bool(self.entries) and not any(p.weight in ("stop", "draft") for p in self.problems)


def plan(records: Records, loaded: Loaded) -> Plan:
    """Compare a file with what is published. Entries that the file does not name stay as they are."""
    published = {version.entry.id: version.entry for version in records.handbook.published()}
    newest = {version.entry.id: version for version in records.handbook.newest()}
    named = {entry.id for entry in loaded.entries}
    differences = diff([entry for i, entry in published.items() if i in named], loaded.entries)
    same = {d.id for d in differences if d.change == "same"}
    entries = tuple(entry for entry in loaded.entries if entry.id not in same)
    drafts = {e.id: name_of(records, found.author) for e in entries if (found := _waiting(newest.get(e.id)))}
    return Plan(
        entries=entries, differences=tuple(differences),
        problems=(*loaded.problems, *_taken(entries, [e for i, e in published.items() if i not in named])),
        base={entry.id: newest[entry.id].version if entry.id in newest else 0 for entry in entries},
        drafts=drafts, absent=tuple(sorted(set(published) - named)) if loaded.entries else (),
    )  # fmt: skip


def _waiting(version: Version | None) -> Version | None:
    return version if version and version.state == "draft" else None


def _taken(entries: Sequence[HandbookEntry], others: Sequence[HandbookEntry]) -> list[Problem]:
    """Sentences of the file that stand in an entry that it does not name."""
    where = {line: other.id for other in others for line in other.all_phrasings()}
    return [Problem(0, "说法", f"{entry.id} 的“{line}”已经写在手册的 {where[line]} 里", "一句话只留在一条里", "draft")
            for entry in entries for line in entry.all_phrasings() if line in where]  # fmt: skip


def import_drafts(
    records: Records, deed: Deed, entries: Sequence[HandbookEntry], base: Mapping[str, int], now: datetime
) -> list[Version]:
    """Keep every entry as a draft; refuse where the handbook has changed since the dry run."""
    kept: list[Version] = []
    newest = {version.entry.id: version for version in records.handbook.newest()}
    for entry in entries:
        now_at = newest[entry.id].version if entry.id in newest else 0
        if now_at != base.get(entry.id, 0):
            raise Refused(f"预览以后，{entry.id} 又有人改过。请重新上传，再看一遍差异。")
        waiting = _waiting(newest.get(entry.id))
        if waiting and waiting.entry == entry:
            kept.append(waiting)
            continue
        number = keep(records, deed, entry, now)
        found = records.handbook.version(entry.id, number)
        kept += [found] if found else []
    records.audit.write(now, deed.who, "import", "handbook", f"{len(kept)}条 {deed.reason}")
    return kept


def import_by(
    records: Records, worker: Worker, told: Plan, now: datetime, *, reason: str, publish: bool,
    report: Report | None = None,
) -> list[Version]:  # fmt: skip
    """A worker imports a checked file, as drafts or, alone in office and with a reason, published."""
    keep = import_to_publish if publish else import_as_drafts
    kept = keep(records, worker, told, now, reason=reason)
    if publish:
        release(records, Deed(worker.login, reason), kept, now, report=report)
    return kept


def import_to_publish(
    records: Records, worker: Worker, told: Plan, now: datetime, *, reason: str
) -> list[Version]:
    """Drafts that this worker may publish at once, after their trial; raise Refused where that may not be."""
    kept = import_as_drafts(records, worker, told, now, reason=reason)
    _require_right(records, worker, kept, reason)
    require_complete(records, kept)
    return kept


def import_as_drafts(
    records: Records, worker: Worker, told: Plan, now: datetime, *, reason: str
) -> list[Version]:
    """Drafts of everything in a checked file."""
    require_editor(worker)
    if told.stopped:
        raise Refused("文件里有要先改的错，没有导入。")
    return import_drafts(records, Deed(worker.login, reason), told.entries, told.base, now)


def _require_right(records: Records, worker: Worker, kept: Sequence[Version], reason: str) -> None:
    for version in kept:
        if no := may_approve(records, worker, version):
            raise Refused(no + "可以先导入为草稿。")
    if not reason.strip():
        raise Refused("直接发布请写明原因。")
