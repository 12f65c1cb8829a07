"""What a worker does with a case. Called by the desk and by chat; every refusal says what to do instead."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from intents import handoff
from intents.cases import hooks, rights, verdict
from intents.handoff import Refused
from intents.library import Lore
from intents.mediation import steps as _steps  # noqa: F401  (it registers what mediation's moves need)
from intents.message import Option, Reply
from intents.scene import say_to, tell_workers
from intents.staff import errands
from knowledge.cases import KINDS, LEVELS, MEDIATORS, Kind, Move, clock
from knowledge.cases.report import INSTEAD
from storage.archive import Records
from storage.cases import Case
from storage.cases.clocks import ACCEPT
from storage.staff import Worker

HIDDEN = "（内容只有承办人和调解员能看）"


class NoPhoto(Refused):
    """A photo is wanted first."""


def visible(records: Records, worker: Worker, case: Case, now: datetime | None = None) -> bool:
    """Whether a worker may open this case at all: it is theirs or their unit's, or lies in their area."""
    return rights.may(records, worker, case, "open", now)


def find(records: Records, worker: Worker, number: str, now: datetime | None = None) -> Case:
    """The case with that number, if the worker may open it; unknown and foreign numbers answer alike.

    Further roles of the worker count where `now` is told.
    """
    case = records.cases.by_number(number)
    if case is None or not visible(records, worker, case, now):
        raise Refused(f"没有找到 {number}，请核对编号。")
    return case


def read_body(records: Records, worker: Worker, case: Case, now: datetime) -> dict[str, object]:
    """A case's words, for those who may read them; each look is written down (PIPL, RG41)."""
    if not rights.reads(records, worker, case, now):
        return {"words": HIDDEN}
    records.audit.write(now, worker.login, "look", case.number)
    return case.body


def move(records: Records, lore: Lore, worker: Worker, case: Case, name: str, now: datetime, *,
         note: str = "", picture: str = "") -> Case:  # fmt: skip
    """Move a case along its table; tells those who follow it."""
    kind, me = KINDS[case.kind], rights.acting(records, worker, case, now)
    if case.kind == "handoff":
        return _handoff(records, me, case, name, now, note)
    name, note = _instead(kind, name, note, picture)
    _must_be_shareable(records, picture)
    step = _step(kind, case, me, name, note, picture)
    rights.allow(records, worker, case, "take" if step.effect == "take" else "move", now)
    _parties_agree(records, kind, step, case)
    errands.check(records, case, step, worker, note)
    turn = hooks.Turn(records, lore, case, step, worker.name, note.strip(), now, worker)
    values = {"state": step.to} | _effect(step, case, worker) | hooks.prepare(turn)
    changed = records.cases.change(case, now, **values)
    if changed is None:
        raise Refused(_told_who(records, records.cases.get(case.id)))
    if picture:
        records.cases.file(
            picture, case.id, "after" if step.photo_or_reason else "", seen_by="parties" if step.tells else ""
        )
    if step.stops:
        records.clocks.stop(case.id, now, *step.stops)
    if step.clock:
        name, span = step.clock
        records.clocks.start(case.id, name, now, clock.due(now, span, lore.calendar))
    records.cases.note(
        case.id, now, worker.name, step.name, step.to, note, public=bool(step.tells) and not kind.private
    )
    records.audit.write(now, worker.login, step.name, case.number)
    if step.tells:
        _tell(records, changed, step, worker, note, picture, now)
    hooks.follow(replace(turn, case=changed))
    if case.kind == "alert" and step.effect == "take":
        _speak(records, worker, changed, now)
    return changed


def _speak(records: Records, worker: Worker, alert: Case, now: datetime) -> None:
    """Who takes an alert holds the resident's talk from then on, unless somebody holds it already."""
    if alert.conversation_id is None:
        return
    talk = records.conversations.get(alert.conversation_id)
    case = records.cases.get(talk.case_id) if talk.case_id else None
    if case is None or case.closed_at:
        case = records.cases.open(
            "handoff", area_id=alert.area_id, title=alert.title, body={"words": alert.body.get("words", ""), "alert": alert.number},
            person_id=alert.person_id, conversation_id=talk.id, due_at=now + handoff.ANSWER_WITHIN, now=now,
            priority=alert.priority, token=f"handoff:{alert.number}", actor=worker.name,
        )  # fmt: skip
    if case.state != "human":
        handoff.take(records, worker, case, now)


def clear(records: Records, worker: Worker, case: Case, picture: str, now: datetime) -> None:
    """The holder has looked: nothing private is on a picture, others may see it."""
    found = records.cases.picture(picture)
    if (
        found is None
        or found[1] != case.id
        or not rights.sees_picture(records, worker, case, found[0].seen_by, now)
    ):
        raise Refused("这张照片要由承办人先看。")
    records.cases.show_to(picture, "staff")
    records.audit.write(now, worker.login, "clear_picture", case.number, picture)


def _must_be_shareable(records: Records, picture: str) -> None:
    found = records.cases.picture(picture) if picture else None
    if found and found[0].seen_by == "holder":
        raise Refused("这张照片好像拍到了证件，没有发给居民。请换一张再发。")


def _instead(kind: Kind, name: str, note: str, picture: str) -> tuple[str, str]:
    """整改完成 without a photo but with a named reason is the end of that name (RG36)."""
    step = kind.move(name)
    if step is None or not step.photo_or_reason or picture:
        return name, note
    said = next((reason for reason in step.reasons if note.strip().startswith(reason)), "")
    rest = note.strip().removeprefix(said).lstrip("：:，,、 ")
    return (INSTEAD[said], rest) if said in INSTEAD else (name, note)


def _step(kind: Kind, case: Case, worker: Worker, name: str, note: str, picture: str) -> Move:
    step = kind.move(name)
    if step is None or case.state not in step.start:
        missing = "" if step else f"没有“{name}”这一步。"
        able = [move.label for move in steps(case, worker)]
        example = f"写法：{case.number} {able[-1]} 说明" if able and step is None else ""
        raise Refused(f"{missing}{case.number}现在是“{kind.states[case.state]}”，可以：{'、'.join(able) or '没有能做的了'}。{example}")  # fmt: skip
    if worker.role not in step.roles:
        raise Refused(f"“{step.label}”要由{'调解员' if 'worker' not in step.roles else '管理员'}来做。")
    if step.ask and (not note.strip() or (step.reasons and not note.strip().startswith(step.reasons))):
        raise Refused(step.ask.format(number=case.number))
    if step.note == "required" and not note.strip():
        raise Refused(f"“{step.label}”要写明原因或情况。")
    if step.photo_or_reason and not picture:
        raise NoPhoto(
            f"“{step.label}”要有整改后的照片。没有照片，就写明是哪一种、为什么：{'、'.join(step.reasons)}。"
        )
    if step.name == "solve" and case.conversation_id is not None:
        raise Refused(f"{case.number}是居民报的，请用“整改完成”，等居民确认。")
    if step.reasons and not step.photo_or_reason and not note.strip().startswith(step.reasons):
        raise Refused(f"“{step.label}”要写明是哪一种原因：{'、'.join(step.reasons)}。")
    if step.effect == "take" and case.lost_at is None and (case.asked_unit or case.asked_id):
        raise Refused(f"{case.number}正在等别的单位接手，请先等答复。")
    if step.effect == "raise" and case.level + 1 >= len(LEVELS):
        raise Refused("已经是区一级，不能再往上转了。")
    return step


def steps(case: Case, worker: Worker) -> list[Move]:
    """The moves a worker is offered; what a resident reported is not closed on the spot without asking them."""
    able = KINDS[case.kind].moves_from(case.state, worker.role)
    return [move for move in able if move.name != "solve" or case.conversation_id is None]


def _parties_agree(records: Records, kind: Kind, step: Move, case: Case) -> None:
    if missing := records.parties.missing(case.id, step.consents) if step.consents else []:
        names = "、".join(rule.label for role in missing if (rule := kind.party(role)))
        how = f"收到书面委托后回“{case.number} 委托 纸质已签”。" if kind.name == "errand" else ""
        raise Refused(f"“{step.label}”要先有{names}的同意。{how}")


def _effect(step: Move, case: Case, worker: Worker) -> dict[str, object]:
    if step.effect == "take":
        return {"holder_id": worker.id}
    if step.effect == "raise":
        return {"level": case.level + 1, "round": 0}
    return {"round": case.round + 1} if step.effect == "round" else {}


def _told_who(records: Records, case: Case) -> str:
    who = records.staff.get(case.holder_id).name if case.holder_id else "别人"
    return f"{case.number}刚被{who}处理，现在是“{KINDS[case.kind].states[case.state]}”。"


def _tell(
    records: Records, case: Case, step: Move, worker: Worker, note: str, picture: str, now: datetime
) -> None:
    words = step.tells.format(
        number=case.number, who=worker.name, note=_sentence(note), level=LEVELS[case.level], round=case.round
    )
    options: tuple[Option, ...] = ()
    if case.kind == "report" and step.name == "fix":
        options = verdict.options(case.number)
        _show_before(records, case, now)
    reply = Reply(words, options, picture=picture)
    count = len(records.cases.events(case.id))
    for conversation_id in records.cases.subscribers(case):
        say_to(
            records, conversation_id, reply, "case", now, key=f"case:{case.number}:{count}:{conversation_id}"
        )


def _show_before(records: Records, case: Case, now: datetime) -> None:
    """Side by side: the photo of the report comes just before that of the repair; one kept from others only to its sender."""
    before = next((i for i, kind in records.cases.pictures(case.id) if kind == "before"), "")
    found = records.cases.picture(before) if before else None
    if found is None:
        return
    shown, _, sender = found
    for follower in records.cases.subscribers(case):
        if shown.seen_by != "holder" or follower == sender:
            say_to(records, follower, Reply("这是上报时的照片，整改后的在下面。", picture=before), "case", now,
                   key=f"before:{case.number}:{len(records.cases.events(case.id))}:{follower}")  # fmt: skip


def _sentence(note: str) -> str:
    """A note that other words can follow."""
    note = note.strip()
    return note if not note or note[-1] in "。！？" else f"{note}。"


def _handoff(records: Records, worker: Worker, case: Case, name: str, now: datetime, note: str) -> Case:
    step = KINDS["handoff"].move(name)
    if step is None:
        raise Refused("可以：接待、交回、结束。")
    if case.holder_id is None or step.name == "end":
        rights.allow(records, worker, case, "take", now)
    if step.name == "take":
        return handoff.take(records, worker, case, now)
    if step.name == "hand_back":
        handoff.hand_back(records, worker, case, now)
    elif not note.strip():
        raise Refused("“结束”要写明原因。")
    else:
        records.cases.note(case.id, now, worker.name, "note", case.state, note)
        handoff.end(records, case, now, worker.name)
    return records.cases.get(case.id)


def add_note(
    records: Records, worker: Worker, case: Case, note: str, now: datetime, *, public: bool = False
) -> None:
    """Write into the case's history; a public note is told to those who follow the case."""
    rights.allow(records, worker, case, "note", now)
    if not note.strip():
        raise Refused("备注是空的，没有保存。")
    if public and case.kind == "mediation":
        raise Refused(
            f"调解的备注不能一起发给双方。请写“{case.number} 告诉申请人 话”或“{case.number} 告诉对方 话”。"
        )
    records.cases.note(case.id, now, worker.name, "note", case.state, note.strip()[:1000], public=public)
    records.audit.write(now, worker.login, "note", case.number)
    if public:
        count = len(records.cases.events(case.id))
        for conversation_id in records.cases.subscribers(case):
            say_to(records, conversation_id, Reply(f"{case.number}：{note.strip()}"), "case", now,
                   key=f"case:{case.number}:{count}:{conversation_id}")  # fmt: skip


def assign(records: Records, worker: Worker, case: Case, to: Worker, now: datetime) -> Case:
    """Give a case to a colleague of whoever holds it; another unit is asked first (`transfer.offer`)."""
    rights.allow(records, worker, case, "assign", now)
    if case.kind == "mediation" and rights.acting(records, to, case, now).role not in MEDIATORS:
        raise Refused("调解只能转给调解员。")
    if not to.active or not visible(records, to, case, now):
        raise Refused(f"{to.name}不在这个范围，不能转给TA。")
    if not rights.may_hold(records, to, case, now):
        raise Refused(f"{to.name}是别的单位的，要对方先同意接手。请写：{case.number} 转派 {to.name} 原因。")
    changed = records.cases.change(case, now, holder_id=to.id, asked_unit=None, asked_id=None, asked_at=None)
    if changed is None:
        raise Refused(_told_who(records, records.cases.get(case.id)))
    records.clocks.stop(case.id, now, ACCEPT)
    records.cases.note(case.id, now, worker.name, "assign", case.state, f"转给{to.name}", public=True)
    records.audit.write(now, worker.login, "assign", case.number, to.login)
    if changed.kind == "handoff" and changed.state == "human":
        _introduce(records, worker, changed, to, now)
    return changed


def _introduce(records: Records, worker: Worker, case: Case, to: Worker, now: datetime) -> None:
    """Both sides of a talk that changes hands are told: the resident who is next, and who is next."""
    key = f"assign:{case.number}:{len(records.cases.events(case.id))}"
    if case.conversation_id is not None:
        text = f"接下来由工作人员{to.name}回复您。"
        say_to(records, case.conversation_id, Reply(text), "human", now, key=key, priority=0)
    text = f"{worker.name}把{case.number}转给您了，居民在等。回“{case.number}”看详情，您现在说的话会直接发给居民，办完请回“交回”。"
    tell_workers(records, [to], text, key, now)
