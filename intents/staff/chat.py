"""The workers' side in chat: their own chat, the staff group, and binding an account."""

from __future__ import annotations

import re
from datetime import datetime

from intents import emergency, handoff
from intents.handoff import Refused
from intents.library import Lore
from intents.message import Message, Reply
from intents.scene import Scene, Verdict
from intents.staff import casework, deeds, knowing, talks
from intents.staff.commands import HELP, NOTE, TAKE, WAITING, command
from intents.staff.recording import PATROL
from intents.staff.showing import LABELS, masked
from intents.staff.speaker import Speaker, held
from knowledge.emergency.patterns import matched
from storage.archive import Records
from storage.cases import Case
from storage.staff import Worker

__all__ = ["LABELS", "bind", "in_group", "in_private", "masked", "unbound"]

UNBOUND = "您还没有绑定工作账号，请在工作台“我的”里生成绑定码。"
TAKE_HERE = ("接", "接待")


def in_private(scene: Scene) -> list[Reply] | None:
    """A worker in their own chat; None where the words are not staff business, so that they can ask like anybody."""
    assert scene.worker is not None
    if scene.message.button:
        return None
    mine = held(scene.records, scene.worker)
    speaker = Speaker(
        scene.records, scene.lore, scene.worker, scene.now, mine, scene.photo, talk_id=scene.talk.id
    )
    text = scene.text.strip() or _waiting_words(scene)
    if scene.photo and not text and not mine and not scene.talk.dialogue and casework.may_photograph(speaker):
        return [Reply("照片收到了。十分钟内回“编号 整改完成”，就是整改后的照片。")]
    alarm: list[Reply] = []
    try:
        said = command(speaker, text)
        if said is None:
            said = knowing.answer(speaker, text)
        if said is None and speaker.talks:
            alarm = _own_emergency(scene, speaker)
            said = talks.say(speaker, text)
    except Refused as no:
        said = Reply(str(no))
        if isinstance(no, deeds.NoPhoto):
            scene.talk.state["wants_photo"] = {"words": text, "at": scene.now.isoformat()}
    if said is None:
        return None
    if scene.talk.dialogue == "report" and PATROL.match(
        text
    ):  # its photo came first, and looked like a report
        scene.talk.dialogue = ""
        scene.talk.state.pop("asked", None)
    scene.verdict = scene.verdict or Verdict("act", "staff")
    return [*alarm, said] if said.text else alarm


def _waiting_words(scene: Scene) -> str:
    """Words that waited for a photo, said again when it comes."""
    kept = scene.talk.state.get("wants_photo") if scene.photo else None
    if not kept:
        return ""
    scene.talk.state.pop("wants_photo")
    return str(kept["words"]) if scene.now - datetime.fromisoformat(kept["at"]) <= casework.PHOTO_FOR else ""


def _own_emergency(scene: Scene, speaker: Speaker) -> list[Reply]:
    """The card for a worker's own emergency. Most words in a talk advise somebody else, so only plain ones count."""
    if matched(scene.text) is None or any(case.body.get("alert") for case in speaker.talks):
        return []
    return emergency.heard(scene) or []


def unbound(text: str) -> Reply | None:
    """What somebody without a bound account hears who says a staff command."""
    text = text.strip()
    is_order = WAITING.match(text) or TAKE.match(text) or NOTE.match(text) or ONLY_STAFF.match(text)
    return Reply(UNBOUND) if is_order else None


ONLY_STAFF = re.compile(r"^[/／]?(工作帮助|staff|交回)$", re.I)


def in_group(
    records: Records, lore: Lore, message: Message, worker: Worker | None, now: datetime
) -> list[Reply]:
    """Words in the staff group: in a resident's thread they go to the resident; elsewhere they are commands."""
    if worker is None:
        told = f"{UNBOUND.rstrip('。')}，再私聊发给我。"
        return [_group_reply(records, message, told, now)]
    try:
        said = _in_thread(records, lore, worker, message, now)
    except Refused as no:
        said = Reply(str(no))
    return [_group_reply(records, message, said.text, now)] if said and said.text else []


def _in_thread(records: Records, lore: Lore, worker: Worker, message: Message, now: datetime) -> Reply | None:
    text = message.text.strip()
    talk = records.conversations.of_topic(message.channel, message.reply_to) if message.reply_to else None
    if talk is None:
        mine = held(records, worker)
        return command(Speaker(records, lore, worker, now, mine, in_group=True), text)
    case = records.cases.get(talk.case_id) if talk.case_id else _latest(records, talk.person.id)
    return _to_resident(records, lore, worker, message, now, case)


def _to_resident(
    records: Records, lore: Lore, worker: Worker, message: Message, now: datetime, case: Case | None
) -> Reply | None:
    """The thread's own resident is whom words without a number are for."""
    text, key = message.text.strip(), f"group:{message.channel}:{message.event_id}"
    is_open = case is not None and case.closed_at is None
    if case and is_open and text in TAKE_HERE:
        handoff.take(records, worker, case, now)
        return Reply(f"{case.number}接通了，您在这里说的话会发给居民。")
    mine = [case] if case and is_open and case.state == "human" else []
    speaker = Speaker(records, lore, worker, now, mine, in_group=True, key=key)
    exact = talks.EXACTLY.match(text)
    if not exact and (said := command(speaker, text)) is not None:
        return said
    if case is None or not is_open:
        return Reply("这位居民现在没有在等人工，发的话不会转过去。")
    if not exact:
        talks.refuse(text)
    if case.holder_id is None:
        case = handoff.take(records, worker, case, now)
    handoff.say(records, worker, case, exact[1] if exact else text, now, key=key)
    return None


def _latest(records: Records, person_id: int) -> Case | None:
    found = records.cases.of_person(person_id, kinds=("handoff",), limit=1)
    return found[0] if found else None


def _group_reply(records: Records, message: Message, text: str, now: datetime) -> Reply:
    """Said back into the same thread of the group."""
    reply = Reply(text)
    records.outbox.put(channel=message.channel, address=message.address, body={"text": text, "thread": message.reply_to},
                       purpose="group", now=now)  # fmt: skip
    return reply


def bind(scene: Scene, code: str) -> Reply:
    """绑定: a worker's own chat account, by a short-lived code from the desk."""
    key = scene.records.staff.key(code, "bind", scene.now)
    if key is None or not scene.records.staff.use(code, scene.now):
        return Reply("这个绑定码不对或已过期，请在工作台“我的”里重新生成。")
    scene.records.staff.change(key.worker.id, channel=scene.message.channel, address=scene.message.address)
    scene.records.audit.write(scene.now, key.worker.login, "bind", scene.message.channel)
    return Reply(f"{key.worker.name}，绑定好了。\n{HELP}")
