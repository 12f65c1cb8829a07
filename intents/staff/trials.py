"""Publishing is tried first: the saved questions of an entry and its neighbours, before and after, by the chat's own code.

Here is what a trial is and whether it lets something be published; `bot/trials.py` asks the questions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from intents.handoff import Refused
from intents.library import Lore
from intents.staff.people import require_editor
from knowledge.handbook import HandbookEntry
from storage.archive import Records
from storage.entries import Version
from storage.questions import Saved, Waiver
from storage.staff import Worker

NEAREST = 4  # entries that a draft's own sentences could be taken for
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the chat did with a question."""

    decision: str
    entries: tuple[str, ...] = ()

    @property
    def answered(self) -> str:
        """The entry that was shown as the answer; empty where none was."""
        return self.entries[0] if self.decision == "answer" and self.entries else ""


@dataclass(frozen=True, slots=True)
class Regression:
    """A saved question that is answered right now and would not be after."""

    owner_id: str
    question: str
    expected: bool
    before: Outcome
    after: Outcome

    def __str__(self) -> str:
        was = f"答 {self.before.answered}" if self.before.answered else "不直接答"
        becomes = f"答成 {self.after.answered}" if self.after.answered else "不再直接答"
        return f"“{self.question}”（{self.owner_id}）：现在{was}，发布后{becomes}"


@dataclass(frozen=True, slots=True)
class Report:
    """What a trial found. It holds for exactly these drafts, and as long as the handbook is at this revision."""

    drafts: tuple[tuple[str, int], ...]
    revision: int
    asked: int = 0
    regressions: tuple[Regression, ...] = ()


def is_right(saved: Saved, outcome: Outcome) -> bool:
    """Whether a question was answered as it should be."""
    return (outcome.answered == saved.entry_id) == saved.expected


def compared(
    questions: Sequence[Saved], before: Mapping[str, Outcome], after: Mapping[str, Outcome]
) -> tuple[Regression, ...]:
    """The questions that were right and are not any more."""
    return tuple(
        Regression(q.entry_id, q.question, q.expected, before[q.question], after[q.question])
        for q in questions
        if is_right(q, before[q.question]) and not is_right(q, after[q.question])
    )


def named(drafts: Sequence[Version]) -> tuple[tuple[str, int], ...]:
    """Which drafts."""
    return tuple(sorted((version.entry.id, version.version) for version in drafts))


def revision(records: Records) -> int:
    """How often the handbook has changed."""
    return records.revisions().get("handbook", 0)


def learnt(entry: HandbookEntry) -> tuple[object, ...]:
    """The part of an entry that decides which messages it answers."""
    return entry.title, entry.short, entry.aliases, entry.summary, tuple(entry.all_phrasings())


def matters(records: Records, drafts: Sequence[Version]) -> bool:
    """Whether any draft changes what is answered, and not only what the answer says."""
    for version in drafts:
        current = records.handbook.current(version.entry.id)
        if current is None or learnt(current.entry) != learnt(version.entry):
            return True
    return False


def neighbours(entries: Mapping[str, HandbookEntry], drafts: Sequence[Version]) -> set[str]:
    """The drafts' entries, those they name as related, and those that name them."""
    ids = {version.entry.id for version in drafts}
    told = {other for version in drafts for other in version.entry.related}
    back = {entry.id for entry in entries.values() if ids & set(entry.related)}
    return ids | told | back


def nearest(lore: Lore, entry: HandbookEntry) -> list[str]:
    """Entries that this one's own sentences are taken for, most often first."""
    counts = Counter(
        i for line in entry.all_phrasings()[::3] for i in lore.index.find(line).entries if i != entry.id
    )
    return [i for i, _ in counts.most_common(NEAREST)]


def colliding(records: Records, ids: set[str]) -> set[str]:
    """The entries that the last collision report names beside these."""
    told = records.places.fact("collisions", {}).get("pairs", [])
    return {b for a, b, *_ in told if a in ids} | {a for a, b, *_ in told if b in ids}


def due(records: Records, drafts: Sequence[Version]) -> list[Saved]:
    """The saved questions that must be asked at least before these drafts are published."""
    if not matters(records, drafts):
        return []
    entries = {version.entry.id: version.entry for version in records.handbook.published()}
    return records.questions.of(neighbours(entries, drafts))


def questions(records: Records, lore: Lore, drafts: Sequence[Version]) -> list[Saved]:
    """All questions of a trial: those due, and those of entries that stand near by what they say."""
    if not matters(records, drafts):
        return []
    near = neighbours(lore.entries, drafts)
    near |= {i for version in drafts[:SHOWN] for i in nearest(lore, version.entry)}
    return records.questions.of(near | colliding(records, near))


def require(records: Records, drafts: Sequence[Version], report: Report | None) -> None:
    """Raise Refused where a trial is missing, out of date, or found a regression that two people have not accepted."""
    if not due(records, drafts):
        return
    if report is None or report.drafts != named(drafts) or report.revision != revision(records):
        raise Refused("手册刚刚变了，要重新试问一遍再发布，请再点一次。")
    if left := remaining(records, report):
        more = f"；还有 {len(left) - SHOWN} 句" if len(left) > SHOWN else ""
        raise Refused("发布后这些问题会答错，没有发布：" + "；".join(map(str, left[:SHOWN])) + more)


def remaining(records: Records, report: Report) -> list[Regression]:
    """The regressions that nobody has accepted."""
    accepted = {
        (waiver.owner_id, waiver.question)
        for entry_id, number in report.drafts
        for waiver in records.questions.waivers(entry_id, number)
        if waiver.approver
    }
    return [one for one in report.regressions if (one.owner_id, one.question) not in accepted]


def ask_to_accept(records: Records, worker: Worker, entry_id: str, number: int, owner_id: str, question: str,
                  reason: str, now: datetime) -> None:  # fmt: skip
    """Ask that one regression be accepted; somebody else has to agree."""
    require_editor(worker)
    if not reason.strip():
        raise Refused("接受一个退步，要写明原因。")
    if not any(q.question == question for q in records.questions.of([owner_id])):
        raise Refused("保存的问题里没有这一句。")
    version = records.handbook.version(entry_id, number)
    if version is None or version.state != "draft":
        raise Refused("这份草稿已经处理过了，请刷新再看。")
    if not records.questions.waive(entry_id, number, owner_id, question, reason.strip(), worker.login, now):
        raise Refused("已经有人提出接受这一句了，等另一位管理员同意。")
    records.audit.write(now, worker.login, "waive", entry_id, f"第{number}版 {owner_id} {reason.strip()}")


def agree(records: Records, worker: Worker, waiver: Waiver, now: datetime) -> None:
    """Agree to a regression that somebody else wants to accept."""
    require_editor(worker)
    if waiver.author == worker.login:
        raise Refused("自己提出的，要由另一位管理员同意。")
    if not records.questions.agree(waiver.id, worker.login, now):
        raise Refused("这一句刚被别人处理了，请刷新再看。")
    detail = f"第{waiver.version}版 {waiver.owner_id} {waiver.reason}"
    records.audit.write(now, worker.login, "agree", waiver.entry_id, detail)
