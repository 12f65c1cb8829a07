"""What an admin does with the handbook: drafts, publishing by two people, withdrawing. Shared by desk and command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from intents import handbook
from intents.handoff import Refused
from intents.library import Lore
from intents.message import Message, Reply
from intents.scene import Scene
from intents.staff import trials
from intents.staff.people import editors, name_of, require_editor
from intents.staff.trials import Report
from knowledge.handbook import HandbookEntry
from knowledge.handbook_files import COLUMNS, ID, overlong, unfit
from storage.archive import Records
from storage.conversations import Conversation
from storage.entries import Version
from storage.people import Person
from storage.staff import Worker

__all__ = ["editors", "name_of", "require_editor"]

STATES = {
    "draft": "草稿",
    "approved": "已批准，到时生效",
    "published": "已发布",
    "replaced": "被新版替换",
    "withdrawn": "已下架",
    "rejected": "已退回",
}
SHOWN = 20  # reasons named in one sentence


@dataclass(frozen=True, slots=True)
class Deed:
    """Who does it, to be written down: a worker's login, or the command line."""

    who: str
    reason: str = ""


# drafts


def open_draft(records: Records, entry_id: str) -> Version | None:
    """The draft of an entry that nobody has decided on."""
    return next((version for version in records.handbook.history(entry_id) if version.state == "draft"), None)


def save_draft(
    records: Records, worker: Worker, entry: HandbookEntry, reason: str, now: datetime, *, base: int
) -> int:
    """Keep a draft; `base` is the newest version its writer has seen (0: none), so that nobody's words are lost."""
    require_editor(worker)
    _require_base(records, entry.id, base)
    return keep(records, Deed(worker.login, reason), entry, now)


def _require_base(records: Records, entry_id: str, base: int) -> None:
    newest = next(iter(records.handbook.history(entry_id)), None)
    if newest is None and base == 0:
        return
    if newest is None:
        raise Refused(f"没有“{entry_id}”这一条。")
    if base == 0:
        raise Refused(f"编号“{entry_id}”已经有了（{newest.entry.title}），请换一个编号。")
    if newest.version != base:
        who = name_of(records, newest.author)
        raise Refused(f"您编辑的时候，{who}存了第 {newest.version} 版。请先看过那一版，再改。")


def keep(records: Records, deed: Deed, entry: HandbookEntry, now: datetime) -> int:
    """Write a draft down, whatever it still lacks; returns its version."""
    if not ID.fullmatch(entry.id):
        raise Refused("编号只用字母、数字和短横，最多 16 个，如 MZ01。")
    if found := overlong(entry):
        raise Refused("太长，没有保存：" + _said(found))
    newest = next(iter(records.handbook.history(entry.id)), None)
    if newest and newest.state in ("draft", "published") and newest.entry == entry:
        raise Refused(f"和第 {newest.version} 版一样，没有要保存的。")
    version = records.handbook.draft(entry, deed.who, deed.reason, now)
    records.audit.write(now, deed.who, "draft", entry.id, f"第{version}版 {deed.reason}")
    return version


def _said(found: Sequence[tuple[str, str]]) -> str:
    more = f"；还有 {len(found) - SHOWN} 处" if len(found) > SHOWN else ""
    return "；".join(f"“{column}”{wrong}" for column, wrong in found[:SHOWN]) + more


# publishing


def blocked(entry: HandbookEntry, others: Iterable[HandbookEntry]) -> list[tuple[str, str]]:
    """(column, why) of everything that keeps an entry from being published beside the others."""
    found = unfit(entry) + overlong(entry)
    mine = set(entry.all_phrasings())
    for other in others:
        if other.id != entry.id:
            found += [
                ("说法", f"“{line}”已经写在{other.id}里") for line in other.all_phrasings() if line in mine
            ]
    return found


def may_approve(records: Records, worker: Worker, version: Version) -> str:
    """Why this worker may not publish that draft; empty where they may (alone: with a reason)."""
    others = [editor.name for editor in editors(records) if editor.login != worker.login]
    if version.author == worker.login and others:
        return f"自己写的要由另一位管理员发布：请{'或'.join(others[:4])}看过后发布。"
    return ""


def publish(
    records: Records, worker: Worker, entry_id: str, number: int, now: datetime, reason: str = "", *,
    report: Report | None = None, effective_at: datetime | None = None,
) -> Version:  # fmt: skip
    """Answer from a draft, now or from a later time on. Its author needs somebody else, or, alone, a reason."""
    drafts = [(entry_id, number)]
    return publish_all(records, worker, drafts, now, reason, report=report, effective_at=effective_at)[0]


def publish_all(
    records: Records, worker: Worker, drafts: Sequence[tuple[str, int]], now: datetime, reason: str = "", *,
    report: Report | None = None, effective_at: datetime | None = None,
) -> list[Version]:  # fmt: skip
    """Publish several drafts together, or none of them."""
    wanted = publishable(records, worker, drafts, reason)
    release(
        records, Deed(worker.login, reason.strip()), wanted, now, report=report, effective_at=effective_at
    )
    return wanted


def publishable(
    records: Records, worker: Worker, drafts: Sequence[tuple[str, int]], reason: str
) -> list[Version]:
    """The drafts, where this worker may publish them; raise Refused where not."""
    require_editor(worker)
    if not drafts:
        raise Refused("没有选中草稿。")
    wanted = [_draft(records, entry_id, number) for entry_id, number in drafts]
    for version in wanted:
        if no := may_approve(records, worker, version):
            raise Refused(no)
        if version.author == worker.login and not reason.strip():
            raise Refused("现在只有您一位管理员。发布自己写的，请写明原因。")
    require_complete(records, wanted)
    return wanted


def _draft(records: Records, entry_id: str, number: int) -> Version:
    version = records.handbook.version(entry_id, number)
    if version is None:
        raise Refused(f"没有“{entry_id}”第 {number} 版。")
    if version.state != "draft":
        raise Refused(f"{entry_id} 第 {number} 版现在是“{STATES[version.state]}”，不是草稿。")
    return version


def require_complete(records: Records, drafts: Sequence[Version]) -> None:
    """Raise Refused where anything is incomplete, or stands in another entry, too."""
    after = {v.entry.id: v.entry for v in records.handbook.published()} | {
        v.entry.id: v.entry for v in drafts
    }
    words = forbidden(records)
    for version in drafts:
        if found := [*blocked(version.entry, after.values()), *unwanted(version.entry, words)]:
            raise Refused(f"{version.entry.id} 还不能发布：{_said(found)}")


def forbidden(records: Records) -> dict[str, str]:
    """Words that the handbook must not say, and what to write instead."""
    return {t.word: t.value for t in records.questions.terms("approved") if t.kind == "forbidden"}


def unwanted(entry: HandbookEntry, words: Mapping[str, str]) -> list[tuple[str, str]]:
    """(column, why) of forbidden words in what residents read."""
    return [
        (column.header, f"有不能用的词“{word}”，请写成“{instead}”")
        for column in COLUMNS
        if not column.staff
        for word, instead in words.items()
        if word in str(column.of(entry) or "")
    ]


def release(records: Records, deed: Deed, drafts: Sequence[Version], now: datetime, *,
            report: Report | None = None, effective_at: datetime | None = None) -> None:  # fmt: skip
    """Publish drafts that somebody may publish; what is incomplete, or makes answers worse, blocks all of them."""
    require_complete(records, drafts)
    trials.require(records, drafts, report)
    later = effective_at is not None and effective_at > now
    for version in drafts:
        entry_id, number = version.entry.id, version.version
        if later and effective_at:
            done = records.handbook.approve(entry_id, number, deed.who, effective_at)
        else:
            done = records.handbook.publish(entry_id, number, deed.who, now)
        if not done:
            raise Refused(f"{entry_id} 刚被别人处理了，请刷新再看。")
        when = f" {effective_at:%Y-%m-%dT%H:%M%z}生效" if later else ""
        detail = f"第{number}版 作者{version.author} {deed.reason}{when}"
        records.audit.write(now, deed.who, "approve" if later else "publish", entry_id, detail)
        if not later:
            records.feedback.close(entry_id, "mended", deed.who, now)


def go_live(records: Records, now: datetime) -> list[Version]:
    """Answer from what was approved for a time that has come; what cannot be published any more goes back to its author."""
    live = []
    for version in records.handbook.approved(now):
        entry_id, number = version.entry.id, version.version
        try:
            require_complete(records, [version])
        except Refused as no:
            records.handbook.reject(entry_id, number, now)
            records.audit.write(now, version.approver, "reject", entry_id, f"第{number}版到时不能生效：{no}")
            continue
        if records.handbook.publish(entry_id, number, version.approver, now):
            records.audit.write(now, version.approver, "publish", entry_id, f"第{number}版到时生效")
            records.feedback.close(entry_id, "mended", version.approver, now)
            live.append(version)
    return live


def reject(records: Records, worker: Worker, entry_id: str, number: int, reason: str, now: datetime) -> None:
    """Turn down a draft, or what was approved and waits for its time, with the reason."""
    require_editor(worker)
    version = records.handbook.version(entry_id, number)
    if version is None or version.state != "approved":
        _draft(records, entry_id, number)
    if not reason.strip():
        raise Refused("退回要写明原因，好让作者改。")
    if not records.handbook.reject(entry_id, number, now):
        raise Refused("这份草稿刚被别人处理了，请刷新再看。")
    records.audit.write(now, worker.login, "reject", entry_id, f"第{number}版 {reason.strip()}")


def withdraw(records: Records, worker: Worker, entry_id: str, now: datetime, reason: str = "") -> None:
    """Stop answering from an entry at once; one person is enough (RG24). What waits for its time does not bring it back."""
    require_editor(worker)
    for version in records.handbook.approved():
        if version.entry.id == entry_id:
            records.handbook.reject(entry_id, version.version, now)
    if not records.handbook.withdraw(entry_id, now):
        raise Refused("这一条现在没有发布，不用下架。")
    records.audit.write(now, worker.login, "withdraw", entry_id, reason.strip() or "未写原因")


# what residents would see


@dataclass(frozen=True, slots=True)
class Preview:
    """The card as a resident sees it, what each button shows, and what is said instead today, if anything."""

    reply: Reply
    further: Mapping[str, str]
    instead: str = ""


def preview(records: Records, lore: Lore, entry: HandbookEntry, now: datetime) -> Preview:
    """The very answer that the chat gives, from an entry that may not be published."""
    always = replace(entry, valid_from=None, valid_until=None)
    shown = handbook.show(_scene(records, lore, always, now), entry.id)
    today = handbook.show(_scene(records, lore, entry, now), entry.id)
    labels = {
        option.id.rpartition(":")[2]: option.label
        for option in shown.options
        if option.id.startswith("=card:")
    }
    further = {label: handbook.lines(entry, field) for field, label in labels.items()}
    return Preview(shown, further, "" if today.card else today.text)


def _scene(records: Records, lore: Lore, entry: HandbookEntry, now: datetime) -> Scene:
    known = replace(lore, entries={**lore.entries, entry.id: entry}, versions={**lore.versions, entry.id: 0})
    message = Message("web", "preview", "preview", "", now)
    return Scene(records, known, now, message, Conversation(0, "web", "preview", Person(0)))
