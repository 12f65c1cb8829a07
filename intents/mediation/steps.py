"""What each step of a mediation needs, and what follows from it. The table itself is knowledge/cases/mediation.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from intents.cases import hooks
from intents.cases.hooks import Turn
from intents.cases.words import changed
from intents.library import Lore
from intents.mediation import afterwards, papers, sittings
from intents.mediation.people import (
    LAWYER,
    NAMES,
    SIDES,
    TERM_DAYS,
    area_at,
    beside,
    holder,
    mediators,
    party,
    rounds,
    rules,
    tell,
)
from intents.message import Reply
from intents.refused import Refused
from intents.scene import ZONE, say_to, tell_workers
from knowledge import when
from knowledge.cases import LEVELS
from knowledge.cases.clock import CLOSING
from knowledge.cases.mediation import MEDIATION, STANDING
from knowledge.mediation.figures import Result
from knowledge.mediation.rights import ROUTES
from storage.archive import Records
from storage.cases import Case
from storage.staff import Worker

KIND = "mediation"


def by_party(
    records: Records, lore: Lore, case: Case, name: str, now: datetime, actor: str = "当事人"
) -> Case:
    """A step that a party's own answer makes; the same words, clocks and consequences as a mediator's."""
    step = MEDIATION.move(name)
    if step is None or case.state not in step.start:
        raise Refused("这件事已经有变化，请查一下进度。")
    turn = Turn(records, lore, case, step, actor, "", now)
    done = changed(records, case, now, **({"state": step.to} | hooks.prepare(turn)))
    if step.stops and not done.closed_at:
        records.clocks.stop(case.id, now, *step.stops)
    records.cases.note(case.id, now, actor, step.name, step.to, "")
    if step.tells:
        count = len(records.cases.events(case.id))
        for conversation_id in records.cases.subscribers(done):
            say_to(records, conversation_id, Reply(step.tells.format(number=case.number)), "case", now,
                   key=f"case:{case.number}:{count}:{conversation_id}")  # fmt: skip
    hooks.follow(replace(turn, case=done))
    return done


def disclose(records: Records, worker: Worker, case: Case, note: str, now: datetime) -> None:
    """披露: who holds a case says how they stand to the two sides, and both read it (特邀调解规定 第十五条)."""
    if not note.startswith(STANDING):
        raise Refused(f"写“{case.number} 披露 无利害关系”，或“{case.number} 披露 已披露：是什么关系”。")
    if case.holder_id != worker.id:
        raise Refused("由承办的调解员自己说明。")
    _disclosed(records, worker, case, note, now)
    more = "" if beside(records, case).swapped_at else "不放心可以说“换调解员”（能换一次）。"
    text = f"调解{case.number}现在由{worker.name}调解，声明：{note.rstrip('。')}。{more}"
    tell(records, case, dict.fromkeys(_seated(records, case), text), f"disclosed:{worker.id}", now)


def _seated(records: Records, case: Case) -> list[str]:
    """The sides that take part: the applicant, and the other once it agreed."""
    other = party(records, case, "other")
    return ["applicant", "other"] if other and other.consent == "yes" else ["applicant"]


def _disclosed(records: Records, worker: Worker, case: Case, note: str, now: datetime) -> None:
    beside(records, case)
    records.mediation.put(case.id, disclosed_id=worker.id)
    records.mediation.write(
        case.id, "disclosure", note, now, level=case.level, round=case.round, author=worker.name
    )
    records.audit.write(now, worker.login, "disclose", case.number)


@hooks.before(KIND, "accept")
def may_accept(turn: Turn) -> dict[str, object]:
    """The level's own mediators; whom the applicant chose has the first three working days (在线调解规则 第十条)."""
    records, case, worker = turn.records, turn.case, turn.worker
    assert worker
    if worker.level < case.level:
        raise Refused(f"{case.number}要由{LEVELS[case.level]}的调解员受理。")
    chosen = beside(records, case).chosen_id
    if chosen and chosen != worker.id and case.state == "received" and case.colour(turn.now) != "red":
        who = records.staff.get(chosen)
        if who.active:
            raise Refused(f"申请人选了{who.name}，由TA先受理；到期没受理再由别人接。")
    return {}


@hooks.after(KIND, "accept")
def accepted(turn: Turn) -> None:
    """The disclosure is kept; the clock over everything begins once."""
    assert turn.worker
    _disclosed(turn.records, turn.worker, turn.case, turn.note, turn.now)
    if not any(clock.name == "term" for clock in turn.records.clocks.of(turn.case.id)):
        days = int(rules(turn.records).get("term_days", TERM_DAYS))
        turn.records.clocks.start(turn.case.id, "term", turn.now, turn.now + timedelta(days=days))


@hooks.before(KIND, "invite", "consent", "agree", "fail", "again", "finish")
def may_go_on(turn: Turn) -> dict[str, object]:
    """Who holds the case has said how they stand to the two sides."""
    _must_be_disclosed(turn)
    return {}


def _must_be_disclosed(turn: Turn) -> None:
    if turn.worker and beside(turn.records, turn.case).disclosed_id != turn.case.holder_id:
        raise Refused(f"承办的调解员还没说明和双方的关系。先回“{turn.case.number} 披露 无利害关系”。")


@hooks.after(KIND, "invite")
def invited(turn: Turn) -> None:
    """A code that the mediator hands to the other side; what it opens says nothing of the complaint."""
    records, case = turn.records, turn.case
    other = party(records, case, "other")
    if other is None:
        records.parties.add(case.id, "other", turn.now)
        other = party(records, case, "other")
    assert other
    records.parties.consent(other, "asked", turn.now)
    code = records.mediation.invite(case.id)
    text = (f"{case.number} 的邀请码：{code}。请交给对方，让TA在聊天里发“调解 {code}”；也可以打电话问，"
            f"回“{case.number} 对方同意”或“{case.number} 对方不同意”。只说有人想请社区调解，不说申请人讲了什么。")  # fmt: skip
    tell_workers(records, holder(records, case), text, f"med:{case.number}:code:{code}", turn.now)


@hooks.after(KIND, "consent")
def consented(turn: Turn) -> None:
    """The other side agreed, in chat or on the telephone."""
    other = party(turn.records, turn.case, "other")
    if other and other.consent != "yes":
        turn.records.parties.consent(other, "yes", turn.now)
    if turn.worker is None:
        text = (
            f"{turn.case.number} 对方同意调解了。回“{turn.case.number} 开始调解 {sittings.EXAMPLE}”约时间。"
        )
        tell_workers(turn.records, holder(turn.records, turn.case), text, f"med:{turn.case.number}:consent", turn.now)  # fmt: skip


@hooks.before(KIND, "sit")
def may_sit(turn: Turn) -> dict[str, object]:
    """Disclosed, both sides told their rights, the sitting before it over, one more allowed, and a moment in the words."""
    records, case = turn.records, turn.case
    _must_be_disclosed(turn)
    told = beside(records, case)
    if missing := [NAMES[role] for role in SIDES if not told.told_rights(role)]:
        raise Refused(
            f"{'、'.join(missing)}还没确认看过权利告知。当面讲过以后回“{case.number} 已告知 {missing[0]}”。"
        )
    most = rounds(records, case.level)
    if case.round >= most:
        raise Refused(f"这一级已经调解了{most}次，请转上一级或结束。")
    planned = records.mediation.planned(case.id)
    if planned and planned.starts_at > turn.now:
        raise Refused(
            f"第{planned.round}次还没到时间。要换时间，回“{case.number} 改时间 {sittings.EXAMPLE}”。"
        )
    starts = sittings.moment(turn.note, turn.now, case.number)
    day = turn.lore.calendar.next_workday(starts.astimezone(ZONE).date())
    return {"due_at": datetime.combine(day, CLOSING, ZONE)}


@hooks.after(KIND, "sit")
def sat(turn: Turn) -> None:
    """The one before was held; this one is planned, and each side is told its own time."""
    sittings.call_off(turn.records, turn.case, turn.now, state="held")
    starts = sittings.moment(turn.note, turn.now, turn.case.number)
    sittings.plan(turn.records, turn.lore, turn.case, starts, turn.now)


@hooks.before(KIND, "raise")
def may_raise(turn: Turn) -> dict[str, object]:
    """Both sides agree to it and to the summary; nothing but the summary goes up."""
    told = beside(turn.records, turn.case)
    answers = {"applicant": told.raise_applicant, "other": told.raise_other}
    if waiting := [NAMES[role] for role, answer in answers.items() if answer != "yes"]:
        raise Refused(
            f"转上一级要双方都同意，还差{'、'.join(waiting)}。先回“{turn.case.number} 提议升级 双方认可的摘要”。"
        )
    body = turn.case.body
    kept = {name: body[name] for name in ("name", "phone") if body.get(name)}
    return {"body": kept | {"words": papers.summary(turn.records, turn.case)}}


@hooks.after(KIND, "raise")
def raised(turn: Turn) -> None:
    """The level's mediators are told; the one who holds it keeps it until one of them has accepted."""
    records, case = turn.records, turn.case
    sittings.call_off(records, case, turn.now, state="held")
    records.mediation.put(case.id, level_at=turn.now, disclosed_id=None, chosen_id=None, raise_applicant="", raise_other="")  # fmt: skip
    people = mediators(records, area_at(records, turn.lore, case.area_id, case.level))
    text = f"{case.number} 转到{LEVELS[case.level]}继续调解，请受理。回“{case.number} 受理 无利害关系”。"
    tell_workers(records, people, text, f"med:{case.number}:level{case.level}", turn.now)


@hooks.after(KIND, "agree")
def agreed(turn: Turn) -> None:
    """What was said is the draft's first words; the result counts from today."""
    sittings.call_off(turn.records, turn.case, turn.now, state="held")
    if turn.note:
        papers.draft(turn.records, turn.actor, turn.case, {"terms": turn.note}, turn.now)
    conclude(turn.records, turn.case, "agreed", turn.now)


@hooks.before(KIND, "sign")
def may_sign(turn: Turn) -> dict[str, object]:
    """The day on the paper, not after today."""
    _must_be_disclosed(turn)
    day = effective_day(turn.note, turn.now)
    return {"due_at": datetime.combine(day + timedelta(days=100), CLOSING, ZONE)}


def effective_day(words: str, now: datetime) -> date:
    """The day that a mediator names; raises Refused for none, or one that has not come."""
    try:
        day = date.fromisoformat(words.strip()[:10])
    except ValueError:
        read = when.read(words, now.astimezone(ZONE))
        if read.start is None or read.kind in ("question", "none", "recurrence"):
            raise Refused("没看出是哪一天。写成 2026-12-01 这样。") from None
        day = read.start.astimezone(ZONE).date()
    if day > now.astimezone(ZONE).date():
        raise Refused("生效日期不能在今天以后，等双方签了字再记。")
    return day


@hooks.after(KIND, "sign")
def signed(turn: Turn) -> None:
    """The thirty days begin at the effective day, and only now."""
    afterwards.begin(turn.records, turn.lore, turn.case, effective_day(turn.note, turn.now), turn.now)


@hooks.after(KIND, "again")
def begun_again(turn: Turn) -> None:
    """Nobody is bound by an old yes."""
    records, case = turn.records, turn.case
    records.mediation.put(case.id, effective_on=None, confirm_until=None, confirmed="", code=None)
    if other := party(records, case, "other"):
        records.parties.consent(other, "", turn.now)


@hooks.after(KIND, "fail")
def failed(turn: Turn) -> None:
    """The notice with the other ways is not a choice (人民调解法 第二十六条)."""
    _over(turn, "failed", f"调解{turn.case.number}没有谈成，到此终止。{ROUTES}")


@hooks.after(KIND, "refuse")
def refused(turn: Turn) -> None:
    """Ended, and never asked again by itself (人民调解法 第十七条)."""
    if turn.case.state == "refused" and (other := party(turn.records, turn.case, "other")) and other.consent == "asked":  # fmt: skip
        turn.records.parties.consent(other, "no", turn.now)
    _over(turn, "refused", f"调解{turn.case.number}：有一方不同意调解，到此终止。{ROUTES}")


@hooks.after(KIND, "withdraw", "divert")
def ended(turn: Turn) -> None:
    """Withdrawn, or not for us."""
    sittings.call_off(turn.records, turn.case, turn.now)
    records = turn.records
    records.mediation.put(turn.case.id, code=None)
    conclude(records, turn.case, "withdrawn" if turn.step.name == "withdraw" else "diverted", turn.now)
    if turn.step.name == "divert":
        tell(records, turn.case, {"applicant": ROUTES}, "routes", turn.now, options=LAWYER)


def _over(turn: Turn, outcome: str, text: str) -> None:
    records, case = turn.records, turn.case
    sittings.call_off(records, case, turn.now, state="held" if outcome == "failed" else "off")
    records.mediation.put(case.id, code=None)
    tell(records, case, dict.fromkeys(_seated(records, case), text), "over", turn.now, options=LAWYER)
    conclude(records, case, outcome, turn.now)


def conclude(records: Records, case: Case, outcome: str, now: datetime) -> None:
    """A line for the figures, without a word of anybody."""
    told = beside(records, case)
    records.mediation.conclude(Result(
        case.number, case.area_id, case.opened_at.astimezone(ZONE).date(), now.astimezone(ZONE).date(), told.field,
        case.level, case.round, outcome, told.confirmed == "yes",
    ))  # fmt: skip


def propose(records: Records, worker: Worker, case: Case, summary: str, now: datetime) -> None:
    """提议升级: both sides read the summary and are asked, each for itself."""
    if case.state != "sitting" or case.holder_id != worker.id:
        raise Refused(f"{case.number}现在不能提议升级，由承办人在调解中提。")
    if case.level + 1 >= len(LEVELS):
        raise Refused("已经是区一级，不能再往上转了。")
    if len(summary.strip()) < 4:
        raise Refused(f"写一段双方都认可的摘要：{case.number} 提议升级 摘要。只有这段会带到上一级。")
    records.mediation.write(case.id, "summary", summary.strip()[:1000], now, level=case.level, round=case.round, author=worker.name)  # fmt: skip
    records.mediation.put(case.id, raise_applicant="", raise_other="")
    records.cases.note(case.id, now, worker.name, "propose", case.state, "")
    text = (f"调解{case.number}：这一级没谈拢，可以转到{LEVELS[case.level + 1]}接着谈，要双方都同意。只带去这段话：“{summary.strip()}”。您同意吗？")  # fmt: skip
    count = len(records.mediation.papers(case.id, "summary"))
    tell(records, case, dict.fromkeys(SIDES, text), f"propose{count}", now, options=_yes_no(case))


def _yes_no(case: Case) -> tuple[papers.Option, ...]:
    return (papers.Option(f"=med:raise-yes:{case.number}", "同意转上一级"), papers.Option(f"=med:raise-no:{case.number}", "不同意"))  # fmt: skip


def answer_raise(records: Records, case: Case, role: str, answer: str, now: datetime, actor: str) -> None:
    """One side's answer to the proposal; the mediator hears of it."""
    if case.state != "sitting" or not records.mediation.papers(case.id, "summary", level=case.level):
        raise Refused(f"{case.number}现在没有要答复的提议。")
    records.mediation.put(case.id, **{f"raise_{role}": answer})
    records.cases.note(case.id, now, actor, f"raise_{answer}", case.state, NAMES[role])
    told = beside(records, case)
    both = told.raise_applicant == told.raise_other == "yes"
    said = f"{NAMES[role]}{'同意' if answer == 'yes' else '不同意'}转上一级。"
    said += f"双方都同意了，回“{case.number} 转上一级”。" if both else ""
    tell_workers(records, holder(records, case), f"{case.number} {said}", f"med:{case.number}:raise:{role}:{len(records.cases.events(case.id))}", now)  # fmt: skip


def told_rights(records: Records, case: Case, role: str, now: datetime, actor: str) -> None:
    """A side has seen the rights card, here or face to face."""
    beside(records, case)
    records.mediation.put(case.id, **{f"rights_{role}": now})
    records.cases.note(case.id, now, actor, "rights", case.state, NAMES[role])


def at(day: date, hour: int = 9) -> datetime:
    """A moment of a day here."""
    return datetime.combine(day, time(hour), ZONE)
