"""One turn: a message in, what it led to and what is said about it, in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.cards import looks_private
from intents import conversing, staff
from intents.library import Library
from intents.message import Message, Option, Reply, to_json
from intents.scene import Scene, Verdict
from storage.archive import Records
from storage.conversations import Conversation, Line

FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
    SQLAlchemyError,
)
UNDONE = {
    "cancel_booking": "预约没有取消成，还在。",
    "reschedule": "预约没有改成，还是原来的时间。",
    "booking": "没有约成。",
    "activity": "没有报上名。",
}  # said plainly, so that nobody believes it is done (RG05)
MOST_WORDS = 4000


def hear(records: Records, library: Library, message: Message, now: datetime) -> list[Reply]:
    """Hear a message once; the same event heard again changes nothing and says nothing (RG17)."""
    replies, _ = listen(records, library, message, now)
    return replies


def listen(
    records: Records, library: Library, message: Message, now: datetime
) -> tuple[list[Reply], Verdict | None]:
    """`hear`, and how the message was understood."""
    photo = records.code(20) if message.photo else ""
    talk = None
    if message.room != "staff":
        talk = records.conversations.open(message.channel, message.address, now)
    if not _hear(records, message, now, talk, photo):
        return [], None
    message = _clean(message)
    lore = library.lore(records)
    worker = records.staff.at(message.channel, message.sender or message.address)
    if talk is None:
        return staff.in_group(records, lore, message, worker, now), None
    if talk.blocked:
        records.people.unblock(message.channel, message.address)
    scene = Scene(records, lore, now, message, talk, worker, photo=photo)
    _store_photo(scene)
    replies = staff.in_private(scene) if worker else None
    if replies is None:
        replies = conversing.converse(scene)
    _say(scene, replies)
    records.conversations.keep(talk, now)
    return replies, scene.verdict


def _clean(message: Message) -> Message:
    text = "".join(c for c in message.text if c.isprintable() or c in "\n\t").strip()
    return replace(message, text=text[:MOST_WORDS])


def _hear(
    records: Records,
    message: Message,
    now: datetime,
    talk: Conversation | None,
    photo: str,
    why: str | None = None,
) -> bool:
    """Whether the event is to have its effect now; False where it has been heard."""
    body: dict[str, Any] = {"text": message.text[:MOST_WORDS]}
    if photo:
        body["photo"] = photo
    if message.button:
        body["button"] = message.button
    if message.location:
        body["location"] = [message.location.latitude, message.location.longitude]
    told = message.channel, message.event_id, message.address, body
    return records.conversations.hear(*told, now, talk.id if talk else None, why)


def _store_photo(scene: Scene) -> None:
    if photo := scene.message.photo:
        kept = looks_private(photo.data, scene.text)
        scene.records.cases.attach(
            photo.data, photo.mime, scene.now, conversation_id=scene.talk.id, name=scene.photo,
            seen_by="holder" if kept else "staff",
        )  # fmt: skip


def _say(scene: Scene, replies: list[Reply]) -> None:
    talk = scene.talk
    for reply in replies:
        scene.records.outbox.put(channel=talk.channel, address=talk.address, body=to_json(reply), purpose="reply",
                                 now=scene.now, conversation_id=talk.id)  # fmt: skip
    if not talk.dialogue and (options := next((r.options for r in reversed(replies) if r.options), ())):
        talk.state["offered"] = [[option.id, option.label] for option in options]


def fallen(records: Records, library: Library, message: Message, now: datetime, why: str) -> list[Reply]:
    """A turn that broke: the words are kept, a person is asked to look, and the resident is told so."""
    talk = records.conversations.open(message.channel, message.address, now)
    if not _hear(records, message, now, talk, "", why):
        return []
    lore = library.lore(records)
    area = talk.person.area_id or lore.centre.area_id
    case = records.cases.open(
        "handoff", area_id=area, title="系统没有处理好的一句话", now=now, person_id=talk.person.id,
        conversation_id=talk.id, body={"words": message.text[:MOST_WORDS], "why": why},
        due_at=now, token=f"fallen:{message.channel}:{message.event_id}"[:120],
    )  # fmt: skip
    records.cases.change(case, now, state="message")
    reply = Reply(f"{UNDONE.get(talk.dialogue, '')}这句话我没处理好，已经原样记下，编号{case.number}，会有工作人员看。急事请打{lore.centre.call}。",
                  (Option("=human", "找人工"),))  # fmt: skip
    records.outbox.put(channel=talk.channel, address=talk.address, body=to_json(reply), purpose="reply", now=now,
                       conversation_id=talk.id)  # fmt: skip
    return [reply]


def lines(
    records: Records, channel: str, address: str, after_in: int, after_out: int, last: int
) -> list[dict[str, Any]]:
    """The talk at an address, both sides, oldest first."""
    talk = records.conversations.id_at(channel, address)
    if talk is None:
        return []
    if after_in or after_out:
        both = records.conversations.lines_in(talk, after=after_in) + records.outbox.lines(
            talk, after=after_out
        )
        both.sort(key=lambda line: line.at)
    else:
        both = records.conversations.lines(talk, last=last)
    return [_plain(line) for line in both]


def _plain(line: Line) -> dict[str, Any]:
    return {"id": line.id, "at": line.at.isoformat(), "who": line.who, "body": line.body}
