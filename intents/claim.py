"""A caller of 12345 asks in the chat: number and telephone together show whose matter it is (S43)."""

from __future__ import annotations

from intents.intent import Intent
from intents.message import Option, Reply
from intents.progress import line
from intents.questions import Phone
from intents.scene import Scene, Verdict
from intents.talk import Talk, ask
from storage.cases import Case

TRIES = 3  # a day and conversation
KINDS = ("report", "errand")
WRONG = "编号和电话对不上，查不到。请核对，或者转人工。"
HUMAN = (Option("=human", "找人工"),)


def talk(scene: Scene) -> Talk:
    """The telephone that was left; a wrong number and a wrong telephone are answered alike."""
    scene.verdict = Verdict("act", "progress")
    number = str(scene.answers.get("number", "")).upper()
    if _tries(scene) >= TRIES:
        return Reply("今天核对的次数太多了，请明天再试，或者转人工。", HUMAN)
    phone = yield from ask("phone", Phone("请说一下登记时留的电话，核对上就给您看："))
    case = scene.records.cases.by_number(number)
    if case is None or not _is_theirs(case, phone):
        scene.talk.state["claims"] = [scene.local.date().isoformat(), _tries(scene) + 1]
        return Reply(WRONG, HUMAN)
    return _linked(scene, case)


def _tries(scene: Scene) -> int:
    day, count = scene.talk.state.get("claims") or ("", 0)
    return int(count) if day == scene.local.date().isoformat() else 0


def _is_theirs(case: Case, phone: str) -> bool:
    told = "".join(sign for sign in str(case.body.get("phone") or "") if sign.isdigit())
    return case.kind in KINDS and bool(case.body.get("by_phone")) and bool(told) and told == phone


def _linked(scene: Scene, case: Case) -> Reply:
    """The first who shows both is the caller; what happens next is told here."""
    records = scene.records
    if case.conversation_id is None and case.closed_at is None:
        case = (
            records.cases.change(case, scene.now, person_id=scene.person.id, conversation_id=scene.talk.id)
            or case
        )
    records.cases.subscribe(case.id, scene.talk.id)
    records.cases.note(case.id, scene.now, "居民", "claim", case.state, "报对了编号和电话")
    return Reply(
        f"核对上了。\n{line(scene, case)}\n以后有进展，我在这里告诉您。", (Option("=progress", "查进度"),)
    )


INTENT = Intent("claim", "核对来电登记", talk)
