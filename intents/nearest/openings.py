"""When the centre is open, who is there, how to ring: today, or on the day that the words name."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from intents import duty
from intents.message import Option, Reply
from intents.scene import ZONE, Scene, Verdict
from knowledge import places as rules
from knowledge import when
from knowledge.places import Hours, Place
from storage.staff import Shift, Worker

HOLIDAYS = {
    "元旦": "元旦", "春节": "春节", "过年": "春节", "除夕": "春节", "清明": "清明节", "五一": "劳动节", "劳动节": "劳动节",
    "端午": "端午节", "中秋": "中秋节", "国庆": "国庆节", "十一": "国庆节",
}  # fmt: skip
DATED = re.compile("[0-9一二三四五六七八九十](?:月|号|日)|初[一二三四五六七八九十]")
NOW = re.compile("现在|这会儿?|这阵|眼下|此刻")
NAMES_DAY = re.compile("今|明|后天|周|星期|礼拜|号|日")
ONE_DAY = timedelta(days=1)
LUNCH = ("11:00", "15:00")  # a gap between these is the noon rest
AHEAD = 14  # days looked through for the next opening
YEAR = 400  # days looked through for a holiday
MOST = 3  # days told at once
Span = tuple[datetime, datetime]


def hours(scene: Scene) -> Reply:
    """The centre's hours, who is there, how to ring."""
    scene.talk.state["centre"] = "hours"
    place = _centre(scene)
    if place is None:
        return Reply(f"上班时间请问{scene.lore.centre.call}。", (Option("=human", "找人工"),))
    told = _told(scene, place)
    call = f"电话：{scene.lore.centre.call}。"
    return Reply(f"{place.name}（{place.address}）。{told}\n{call}", (Option("=human", "找人工"),))


def _centre(scene: Scene) -> Place | None:
    named = [p for p in rules.mentioned(scene.opening, scene.lore.places.values()) if p.kind == "centre"]
    return named[0] if named else scene.lore.places.get(scene.lore.centre.place_id)


def _told(scene: Scene, place: Place) -> str:
    if found := _holiday(scene):
        return _holiday_told(scene, place, *found)
    days, span = _asked(scene)
    if not days or (days == [scene.local.date()] and span is None):
        return _today_told(scene, place)
    if span is not None:
        return _span_told(scene, place, days[0], span)
    return "\n" + "\n".join(_day_told(scene, place, day) for day in days)


# What the words ask for


def _asked(scene: Scene) -> tuple[list[date], Span | None]:
    """The days that the words name, and the stretch of the day where they name one."""
    read = when.read(scene.opening, scene.local, scene.lore.calendar)
    if read.start is None or read.kind not in ("point", "part", "day", "range", "deadline"):
        return [], None
    start = read.start.astimezone(ZONE)
    end = read.end.astimezone(ZONE) if read.end else start + timedelta(minutes=1)
    if read.kind == "day" or (end - start >= timedelta(days=1) and start.time() == time(0)):
        count = max(1, min(MOST, (end - start).days))
        return [start.date() + timedelta(days=n) for n in range(count)], None
    if not NAMES_DAY.search(scene.opening) and start - ONE_DAY <= scene.local < end - ONE_DAY:
        start, end = start - ONE_DAY, end - ONE_DAY  # it has begun: today's is meant, not tomorrow's
    if read.part == "noon":
        start = start.replace(hour=12, minute=0)
    return [start.date()], (start, end)


def _holiday(scene: Scene) -> tuple[str, list[date]] | None:
    """The holiday that the words name, with its next days off."""
    name = next((HOLIDAYS[word] for word in HOLIDAYS if word in scene.opening), None)
    if name is None or DATED.search(scene.opening):
        return None
    today, calendar = scene.local.date(), scene.lore.calendar
    first = next((n for n in range(YEAR) if calendar.holiday_name(today + timedelta(days=n)) == name), None)
    if first is None:
        return None
    days = [today + timedelta(days=first)]
    while calendar.holiday_name(days[-1] + timedelta(days=1)) == name:
        days.append(days[-1] + timedelta(days=1))
    return name, days


# How it is told


def _spans(hours_: list[Hours]) -> str:
    told: list[tuple[str, str]] = []
    for h in hours_:
        joins = told and told[-1][1] == h.opens
        told[-1:] = [(told[-1][0], h.closes)] if joins else [*told[-1:], (h.opens, h.closes)]
    return "、".join("全天" if span == ("00:00", "24:00") else f"{span[0]}–{span[1]}" for span in told)


def _with_lunch(hours_: list[Hours]) -> str:
    gap = _gap(hours_)
    return _spans(hours_) + (f"，中午{gap[0]}–{gap[1]}休息" if gap else "")


def _gap(hours_: list[Hours]) -> tuple[str, str] | None:
    """When everybody is at lunch."""
    pairs = ((a.closes, b.opens) for a, b in pairwise(hours_))
    return next((g for g in pairs if LUNCH[0] <= g[0] < g[1] <= LUNCH[1]), None)


def now_open(scene: Scene, place: Place) -> str:
    """Today's hours of a place and whether it is open."""
    today = place.hours_on(scene.local.date(), scene.lore.calendar)
    if not today:
        return f"今天不开。{_next(scene, place, scene.local)}"
    if place.is_open(scene.now, scene.lore.calendar):
        return f"今天{_spans(today)}，现在开着。"
    return f"今天{_spans(today)}，现在关着。{_next(scene, place, scene.local)}"


def _today_told(scene: Scene, place: Place) -> str:
    today = place.hours_on(scene.local.date(), scene.lore.calendar)
    here = _here(scene, place)
    if not today:
        return f"{now_open(scene, place)}\n{here}"
    if place.is_open(scene.now, scene.lore.calendar):
        return f"今天{_with_lunch(today)}，现在开着。\n{here}"
    later = "" if _rests(scene, place) else f"现在关着。{_next(scene, place, scene.local)}"
    return f"今天{_with_lunch(today)}。{later}\n{here}"


def _next(scene: Scene, place: Place, after: datetime) -> str:
    clock = after.strftime("%H:%M")
    for ahead in range(AHEAD):
        day = after.date() + timedelta(days=ahead)
        for h in place.hours_on(day, scene.lore.calendar):
            if ahead or h.opens > clock:
                return f"下次开门{when.say(day, clock=False)}{h.opens}。"
    return ""


def _here(scene: Scene, place: Place) -> str:
    """Who is there now, or when somebody will be."""
    here = [f"{worker.name}（{shift.post}）" for shift, worker in _now(scene)]
    if here:
        return f"现在值班：{'、'.join(here)}。"
    if opens := _rests(scene, place):
        return f"现在午休，没人；{opens}上班。可以留言。"
    return "现在没有人值班，可以留言。"


def _rests(scene: Scene, place: Place) -> str:
    """When the noon rest ends that is now; empty at any other time."""
    gap = _gap(place.hours_on(scene.local.date(), scene.lore.calendar))
    return gap[1] if gap and gap[0] <= scene.local.strftime("%H:%M") < gap[1] else ""


def _day_told(scene: Scene, place: Place, day: date) -> str:
    calendar = scene.lore.calendar
    open_ = place.hours_on(day, calendar)
    made_up = "（调休上班）" if day.weekday() >= 5 and calendar.is_workday(day) else ""
    said = when.say(day, clock=False)
    if open_:
        return f"{said}{made_up}：{_with_lunch(open_)}。"
    why = f"{holiday}放假" if (holiday := calendar.holiday_name(day)) else "不上班"
    return f"{said}{why}，不开门。{_next(scene, place, _midnight(day))}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), ZONE)


def _span_told(scene: Scene, place: Place, day: date, span: Span) -> str:
    """Whether somebody is there at the time asked for."""
    open_ = place.hours_on(day, scene.lore.calendar)
    begin = span[0].strftime("%H:%M")
    end = "24:00" if span[1].date() > day else span[1].strftime("%H:%M")
    inside = [(max(begin, h.opens), min(end, h.closes)) for h in open_ if h.opens < end and begin < h.closes]
    gap = _gap(open_)
    told = _day_told(scene, place, day)
    if not open_:
        return f"\n{told}"
    if inside and end <= _plus_minute(begin):
        return f"\n{told}那时候有人。"
    if inside:
        return f"\n{told}这段时间{'、'.join(f'{a}–{b}' for a, b in inside)}有人。"
    if gap and gap[0] <= begin < gap[1]:
        return f"\n{told}中午没人。"
    return f"\n{told}那时候没人。{_next(scene, place, span[0])}"


def _plus_minute(clock: str) -> str:
    moment = datetime.combine(date.min, time.fromisoformat(clock)) + timedelta(minutes=1)
    return moment.strftime("%H:%M")


def _holiday_told(scene: Scene, place: Place, name: str, days: list[date]) -> str:
    calendar = scene.lore.calendar
    opened = [day for day in days if place.hours_on(day, calendar)]
    if opened:
        return "\n" + "\n".join(_day_told(scene, place, day) for day in opened[:MOST])
    until = f"到{when.say(days[-1], clock=False)}" if len(days) > 1 else ""
    planned = "" if calendar.is_confirmed(days[0].year) else "具体放假安排以通知为准。"
    after = _next(scene, place, _midnight(days[-1])).replace("下次", "节后")
    return f"\n{name}{when.say(days[0], clock=False)}{until}放假，不开门。{after}{planned}"


# Who is on duty


def _now(scene: Scene) -> list[tuple[Shift, Worker]]:
    found = duty.on_duty(scene.records, scene.lore, scene.area_id, scene.now)
    return [pair for pair in found if pair[0].area_id == scene.area_id] or found


def on_duty(scene: Scene) -> Reply:
    """今天谁值班, 明天谁值班, 现在谁在."""
    scene.verdict = Verdict("act", "nearest")
    scene.talk.state["centre"] = "duty"
    place = _centre(scene)
    if NOW.search(scene.opening) and place is not None:
        return Reply(
            f"{_here(scene, place)}\n电话：{scene.lore.centre.call}。", (Option("=human", "找值班人员"),)
        )
    days, _ = _asked(scene)
    return _rota(scene, days[0] if days else scene.local.date())


def _rota(scene: Scene, day: date) -> Reply:
    is_today = day == scene.local.date()
    said = "今天" if is_today else when.say(day, clock=False)
    at = scene.now if is_today else _midnight(day)
    found = duty.today(scene.records, scene.lore, scene.area_id, at)
    own = [pair for pair in found if pair[0].area_id == scene.area_id] or found
    if not own:
        opens = duty.next_opening(scene.records, scene.lore, scene.area_id, at)
        later = f"下次值班是{when.say(opens)}。" if opens else ""
        return Reply(
            f"{said}没有排班。{later}急事请打{scene.lore.centre.call}。", (Option("=human", "给社区留言"),)
        )
    rows = "\n".join(f"{shift.opens}–{shift.closes} {worker.name}（{shift.post}）" for shift, worker in own)
    return Reply(f"{said}值班：\n{rows}\n电话：{scene.lore.centre.call}。", (Option("=human", "找值班人员"),))
