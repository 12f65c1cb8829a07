"""After the agreement: the thirty days for 司法确认, instalments, and asking how it went after 30 and 90 days."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from intents.cases.beats import Beat, later, on
from intents.library import Lore
from intents.mediation.people import NAMES, SIDES, beside, holder, rules, tell
from intents.message import Option
from intents.refused import Refused
from intents.scene import ZONE, tell_workers
from knowledge import when
from knowledge.mediation import confirm
from storage.archive import Records
from storage.cases import Case, Due
from storage.mediation import Debt
from storage.staff import Worker

FOLLOW_ON = (30, 90)
COURT = "有管辖权的人民法院"
CONFIRMED = {"已申请": "applied", "有效": "yes", "驳回": "no"}
ROLES = {"申请人": "applicant", "对方": "other"}
INSTALMENT = re.compile(r"^(\d{4}-\d{1,2}-\d{1,2})\s*(申请人|对方)\s*(\S.*)$")


def at(day: date, hour: int = 9) -> datetime:
    """A moment of a day here."""
    return datetime.combine(day, time(hour), ZONE)


def court(records: Records) -> str:
    """The court that is named to people."""
    return str(rules(records).get("court") or COURT)


def begin(records: Records, lore: Lore, case: Case, effective_on: date, now: datetime) -> None:
    """The agreement takes effect on that day: windows and follow-ups begin."""
    last = confirm.last_day(effective_on, lore.calendar)
    records.mediation.put(case.id, effective_on=effective_on, confirm_until=last)
    records.clocks.start(
        case.id, "confirm", now, at(last, 18), look_at=_next_reminder(effective_on, last, now)
    )
    records.clocks.start(case.id, "follow", now, at(effective_on + timedelta(days=FOLLOW_ON[-1])),
                         look_at=at(effective_on + timedelta(days=FOLLOW_ON[0])))  # fmt: skip
    text = (f"调解{case.number}的协议从{when.say(effective_on, clock=False)}起生效，双方要照着做。想更稳妥，可以双方一起到{court(records)}"
            f"申请司法确认，不收费，最晚{when.say(last, clock=False)}。要带：{'、'.join(confirm.PACK)}。确认关系（身份、收养、婚姻）的不能申请，结果由法院定。")  # fmt: skip
    tell(records, case, dict.fromkeys(SIDES, text), "signed", now)


def _next_reminder(effective_on: date, last: date, now: datetime) -> datetime:
    """The next reminder that has not passed; after the last one the morning after the window."""
    ahead = [at(day) for day in confirm.reminders(effective_on) if at(day) > now]
    return ahead[0] if ahead else at(last + timedelta(days=1))


@on("confirm")
def remind(beat: Beat, due: Due) -> None:
    """Day 7, 20, 25, 29; then that the window has closed and suing remains. Nothing once people have applied."""
    records, case = beat.records, beat.records.cases.get(due.clock.case_id)
    told = beside(records, case)
    if case.state != "signed" or told.confirmed or told.effective_on is None or told.confirm_until is None:
        later(beat, due, None)
        return
    today = beat.now.astimezone(ZONE).date()
    if today > told.confirm_until:
        text = f"调解{case.number}：申请司法确认的期限过了。协议还是有效，对方不履行时，可以到{court(records)}起诉。"
        tell(records, case, dict.fromkeys(SIDES, text), "confirm:closed", beat.now)
        later(beat, due, None)
        return
    left = (told.confirm_until - today).days
    text = (f"提醒您：调解{case.number}的协议，双方一起申请司法确认最晚{when.say(told.confirm_until, clock=False)}"
            f"（{f'还有{left}天' if left else '就是今天'}），到{court(records)}，不收费。不需要的话不用管。")  # fmt: skip
    tell(records, case, dict.fromkeys(SIDES, text), f"confirm:{today}", beat.now)
    later(beat, due, _next_reminder(told.effective_on, told.confirm_until, beat.now))


def record_court(records: Records, lore: Lore, worker: Worker, case: Case, words: str, now: datetime) -> None:
    """已申请 | 有效 | 驳回: what came of 司法确认, as the mediator was told."""
    answer = CONFIRMED.get(words.strip()[:3].strip())
    told = beside(records, case)
    if answer is None:
        raise Refused(f"写法：{case.number} 司法确认 已申请（或：有效、驳回）。")
    if told.effective_on is None:
        raise Refused("协议还没记生效日期，先记“签字生效”。")
    today = now.astimezone(ZONE).date()
    if answer == "applied" and not confirm.is_open(today, told.effective_on, lore.calendar):
        raise Refused("申请司法确认的三十天已经过了，不能再申请；还可以起诉。")
    records.mediation.put(case.id, confirmed=answer)
    records.mediation.confirmed(case.number, answer == "yes")
    records.cases.note(case.id, now, worker.name, f"court_{answer}", case.state, "")
    records.audit.write(now, worker.login, "court", case.number, answer)
    if answer == "no":
        text = f"调解{case.number}：法院没有确认协议。可以再调解、改协议，也可以到法院起诉。"
        tell(records, case, dict.fromkeys(SIDES, text), "court:no", now)


@on("term")
def term(beat: Beat, due: Due) -> None:
    """A month is over: the mediator and the leaders hear it. Longer only where both sides want it (延期)."""
    case = beat.records.cases.get(due.clock.case_id)
    people = {who.id: who for who in (*holder(beat.records, case), *beat.of_level(case.area_id, 1))}
    text = f"{case.number} 已经到了总期限。双方都愿意接着谈，回“{case.number} 延期 双方同意的天数”；谈不拢就“调解不成”。"
    tell_workers(beat.records, people.values(), text, f"med:{case.number}:term:{due.clock.due_at:%Y%m%d}", beat.now)  # fmt: skip
    later(beat, due, None)


def extend(records: Records, worker: Worker, case: Case, words: str, now: datetime) -> datetime:
    """延期: only with both sides' consent, which the mediator puts down in words (宁波 人民调解 第二十七条)."""
    found = re.match(r"^双方同意\D{0,3}(\d{1,2})\s*天?", words.strip())
    if not found:
        raise Refused(f"延期要双方都同意。写法：{case.number} 延期 双方同意15天。")
    clocks = [clock for clock in records.clocks.of(case.id) if clock.name == "term"]
    if case.closed_at or not clocks:
        raise Refused("这件事现在没有总期限。")
    due = max(clocks[0].due_at, now) + timedelta(days=int(found[1]))
    records.clocks.start(case.id, "term", now, due)
    records.cases.note(case.id, now, worker.name, "extend", case.state, f"双方同意延期{found[1]}天")
    tell(records, case, dict.fromkeys(SIDES, f"调解{case.number}：双方同意延期，最晚到{when.say(due, clock=False)}。"), f"term:{due:%Y%m%d}", now)  # fmt: skip
    return due


@on("invite")
def unanswered(beat: Beat, due: Due) -> None:
    """Three working days and no answer: the call list. Each working day again until somebody rings."""
    case = beat.records.cases.get(due.clock.case_id)
    if case.state != "inviting":
        later(beat, due, None)
        return
    text = f"{case.number} 对方三个工作日没有答复，请打电话问。回“{case.number} 对方同意”或“{case.number} 对方不同意”。"
    tell_workers(beat.records, holder(beat.records, case), text, f"med:{case.number}:call:{due.clock.step}", beat.now)  # fmt: skip
    later(beat, due, at(beat.lore.calendar.next_workday(beat.now.astimezone(ZONE).date())))


# instalments


def owe(records: Records, worker: Worker, case: Case, words: str, now: datetime) -> int:
    """分期: a line an instalment: 2026-12-10 对方 付500元. Returns how many."""
    if case.state not in ("agreed", "signed"):
        raise Refused("有了协议才能记分期。")
    lines = [INSTALMENT.match(line.strip()) for line in re.split(r"[\n;；]", words) if line.strip()]
    if not lines or not all(lines):
        raise Refused(f"写法：{case.number} 分期 2026-12-10 对方 付500元（几笔用“；”分开）。")
    for found in lines:
        assert found
        records.mediation.owe(case.id, ROLES[found[2]], _day(found[1]), found[3][:200])
    records.cases.note(case.id, now, worker.name, "debt", case.state, "")
    _wind(records, case, now)
    return len(lines)


def _day(words: str) -> date:
    try:
        year, month, day = (int(part) for part in words.split("-"))
        return date(year, month, day)
    except ValueError:
        raise Refused("日期写成 2026-12-10 这样。") from None


def pay(records: Records, worker: Worker, case: Case, words: str, now: datetime) -> Debt:
    """已付 日期: that instalment is done."""
    day = _day(words.strip()[:10])
    found = next(
        (one for one in records.mediation.debts(case.id) if one.due_on == day and one.state != "done"), None
    )
    if found is None:
        raise Refused("没有这一天没付的分期。")
    records.mediation.mark(found.id, "done", now.astimezone(ZONE).date())
    records.cases.note(case.id, now, worker.name, "paid", case.state, day.isoformat())
    _wind(records, case, now)
    return found


def _wind(records: Records, case: Case, now: datetime) -> None:
    ahead = _next_debt(records, case, now)
    if ahead is None:
        records.clocks.stop(case.id, now, "debt")
    else:
        records.clocks.start(case.id, "debt", now, ahead, look_at=ahead)


def _next_debt(records: Records, case: Case, now: datetime) -> datetime | None:
    """The next look: the morning before an instalment is due, or the morning after."""
    looks = [at(one.due_on + timedelta(days=n)) for one in records.mediation.debts(case.id) if one.state == "open" for n in (-1, 1)]  # fmt: skip
    return min((look for look in looks if look > now), default=None)


@on("debt")
def owed(beat: Beat, due: Due) -> None:
    """The one who owes is reminded the day before; the mediator hears of what is late (人民调解法 第三十一条)."""
    records, case = beat.records, beat.records.cases.get(due.clock.case_id)
    today = beat.now.astimezone(ZONE).date()
    for one in records.mediation.debts(case.id):
        if one.state != "open":
            continue
        if one.due_on < today:
            records.mediation.mark(one.id, "late", today)
            text = f"{case.number} {NAMES[one.role]}{one.due_on:%-m月%-d日}该履行的还没记已付，请督促。付了回“{case.number} 已付 {one.due_on}”。"
            tell_workers(records, holder(records, case), text, f"med:{case.number}:late:{one.id}", beat.now)
        elif one.due_on <= today + timedelta(days=1):
            text = (
                f"提醒您：按调解{case.number}的协议，{when.say(one.due_on, clock=False)}要履行：{one.what}。"
            )
            tell(records, case, {one.role: text}, f"debt:{one.id}", beat.now)
    later(beat, due, _next_debt(records, case, beat.now))


# asking back


@on("follow")
def follow(beat: Beat, due: Due) -> None:
    """30 and 90 days after: both sides are asked, and the mediator calls who does not write."""
    records, case = beat.records, beat.records.cases.get(due.clock.case_id)
    told = beside(records, case)
    if case.state != "signed" or told.effective_on is None:
        later(beat, due, None)
        return
    days = FOLLOW_ON[min(due.clock.step, 1)]
    options = (
        Option(f"=med:done:{case.number}", "照着做了"),
        Option(f"=med:undone:{case.number}", "没照着做"),
    )
    text = f"回访：调解{case.number}的协议，现在履行得怎么样？您的回答只有调解员看。"
    tell(records, case, dict.fromkeys(SIDES, text), f"follow:{days}", beat.now, options=options)
    tell_workers(records, holder(records, case), f"{case.number} 到{days}天回访了。履行完了回“{case.number} 履行完毕”，没履行可以“重新调解”。",
                 f"med:{case.number}:follow:{days}", beat.now)  # fmt: skip
    later(beat, due, at(told.effective_on + timedelta(days=FOLLOW_ON[1])) if days == FOLLOW_ON[0] else None)


def answered(records: Records, case: Case, role: str, *, done: bool, now: datetime) -> None:
    """What a side says when asked back."""
    if case.state != "signed":
        raise Refused("这次回访已经结束了。")
    words = "照着做了" if done else "没照着做"
    records.mediation.write(case.id, "follow", words, now, level=case.level, round=case.round, author=NAMES[role], role=role)  # fmt: skip
    records.cases.note(case.id, now, NAMES[role], "follow", case.state, "")
    if not done:
        text = f"{case.number} 回访：有一方说没照协议做，请看并督促；需要时“{case.number} 重新调解 原因”。"
        tell_workers(
            records, holder(records, case), text, f"med:{case.number}:undone:{role}:{now:%Y%m%d}", now
        )
