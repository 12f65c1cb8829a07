"""A sitting: a row with its own arrival time for each side. The room is taken in `take_room`, and only there."""

from __future__ import annotations

from datetime import datetime, timedelta

from intents.cases.beats import Beat, later, on
from intents.library import Lore
from intents.mediation.people import APART, NAMES, SIDES, holder, level_of, party, rules, tell
from intents.refused import Refused
from intents.scene import ZONE, tell_workers
from knowledge import when
from knowledge.cases import LEVELS
from storage.archive import Records
from storage.bookings import SeatTaken
from storage.cases import Case, Due
from storage.mediation import Sitting

SERVICE = "mediation_sitting"
BEFORE = (timedelta(hours=24), timedelta(hours=2))  # when both sides are reminded
EXAMPLE = "周三下午三点"


def moment(words: str, now: datetime, number: str) -> datetime:
    """The moment in a mediator's words; raises Refused where there is none, or it has passed."""
    read = when.read(words, now.astimezone(ZONE))
    if read.kind != "point" or read.start is None:
        raise Refused(f"没看出几点。写日期和钟点，比如“{number} 开始调解 {EXAMPLE}”。")
    if read.start <= now:
        raise Refused("这个时间已经过了，请另约。")
    return read.start


def plan(records: Records, lore: Lore, case: Case, starts_at: datetime, now: datetime) -> Sitting:
    """Put a sitting down at a moment, take the room, tell each side when to come."""
    apart = timedelta(minutes=int(rules(records).get("arrive_apart", APART)))
    before = records.mediation.planned(case.id)
    if before and before.booking:
        _free(records, before.booking, now)
    records.mediation.plan(
        case.id, now, level=case.level, round=case.round, place=str(level_of(records, case.level).get("place") or "调解室"),
        starts_at=starts_at, arrive_applicant=starts_at - apart, arrive_other=starts_at,
        booking=take_room(records, lore, case, starts_at, now),
    )  # fmt: skip
    sitting = records.mediation.planned(case.id)
    assert sitting
    due = starts_at + timedelta(hours=1)
    records.clocks.start(case.id, "sitting", now, due, look_at=max(starts_at - BEFORE[0], now + timedelta(seconds=1)))  # fmt: skip
    tell(records, case, {role: _planned(case, sitting, role) for role in SIDES}, f"sit{sitting.id}", now)
    return sitting


def _planned(case: Case, sitting: Sitting, role: str) -> str:
    return (
        f"调解{case.number}：{LEVELS[sitting.level]}第{sitting.round}次调解，{sitting.place}。请您{when.say(sitting.arrival(role))}到，"
        "先到的在单独的房间等。可以带一位家人或代理人，带身份证和有关凭据。来不了请提前说“转人工”。"
    )


def take_room(records: Records, lore: Lore, case: Case, starts_at: datetime, now: datetime) -> str:
    """A seat of the room's service through the booking engine, where the level's place offers one; else empty."""
    service = lore.services.get(SERVICE)
    area = case.areas[2] or ""
    applicant = party(records, case, "applicant")
    if (
        service is None
        or case.level
        or area not in service.places
        or applicant is None
        or not applicant.person_id
    ):
        return ""
    try:
        made = records.bookings.book(
            service_id=SERVICE, place_id=area, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=service.minutes),
            quantity=1, capacity=service.capacity, person_id=applicant.person_id, conversation_id=None,
            details={"note": case.number}, now=now, token=f"sitting:{case.number}:{case.level}:{case.round}:{starts_at.isoformat()}",
            made_by=case.number,
        )  # fmt: skip
    except SeatTaken:
        raise Refused("那个时间调解室有人用，请另约一个时间。") from None
    return made.code


def _free(records: Records, code: str, now: datetime) -> None:
    if booking := records.bookings.by_code(code):
        records.bookings.end(booking.id, "cancelled", now)


def call_off(records: Records, case: Case, now: datetime, *, state: str = "off") -> None:
    """The planned sitting is off (or was held); a room that is not used is free again."""
    for sitting in records.mediation.end_sitting(case.id, state):
        if sitting.booking and sitting.starts_at > now:
            _free(records, sitting.booking, now)
    records.clocks.stop(case.id, now, "sitting")


@on("sitting")
def remind(beat: Beat, due: Due) -> None:
    """A day and two hours before, each side at its own time; after it the mediator is asked how it went."""
    case = beat.records.cases.get(due.clock.case_id)
    sitting = beat.records.mediation.planned(case.id)
    if sitting is None or case.state != "sitting":
        later(beat, due, None)
        return
    if beat.now >= sitting.starts_at:
        text = f"{case.number} 第{sitting.round}次调解谈完了吗？回“{case.number} 达成协议 内容”，或再约一次、提议升级、调解不成。"
        tell_workers(beat.records, holder(beat.records, case), text, f"med:{case.number}:held{sitting.id}", beat.now)  # fmt: skip
        later(beat, due, None)
        return
    words = {role: f"提醒您：调解{case.number}，请您{when.say(sitting.arrival(role))}到{sitting.place}。" for role in SIDES}  # fmt: skip
    tell(beat.records, case, words, f"sit{sitting.id}:{due.clock.step}", beat.now)
    near = sitting.starts_at - BEFORE[1]
    later(beat, due, near if beat.now < near else sitting.starts_at + timedelta(hours=1))


def line(sitting: Sitting) -> str:
    """A sitting in one line, for its mediator."""
    states = {"planned": "已约", "held": "已谈", "off": "没开"}
    arrivals = "，".join(f"{NAMES[role]}{when.say(sitting.arrival(role))}到" for role in SIDES)
    return f"{LEVELS[sitting.level]}第{sitting.round}次（{states[sitting.state]}）{when.say(sitting.starts_at)}，{sitting.place}，{arrivals}"
