"""See, cancel and move one's own bookings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from intents.booking import free, times, waiting
from intents.booking.details import unit
from intents.booking.free import Want
from intents.booking.making import remind
from intents.intent import Intent
from intents.message import Option, Reply
from intents.questions import Choice, OnDay, YesNo, names_day
from intents.scene import ZONE, Scene, Verdict
from intents.talk import MISS, Part, Stale, Talk, ask
from knowledge import services as catalogue
from knowledge import when
from knowledge.services import Service
from storage.bookings import Booking, SeatTaken


def _name(scene: Scene, booking: Booking) -> str:
    service = scene.lore.services.get(booking.service_id)
    return service.name if service else booking.service_id


def say(scene: Scene, booking: Booking) -> str:
    """A booking in one line."""
    whom = f"（{booking.details['for_whom']}）" if booking.details.get("for_whom") else ""
    service = scene.lore.services.get(booking.service_id)
    many = f" {booking.quantity}{unit(service) if service else '份'}" if booking.quantity > 1 else ""
    return f"{_name(scene, booking)}{whom} {when.say(booking.starts_at)}{many} 预约号{booking.code}"


def mine(scene: Scene) -> Reply:
    """我的预约."""
    scene.verdict = Verdict("act", "my_bookings")
    found = scene.records.bookings.of_person(scene.person.id, scene.now)
    if not found:
        return Reply("您现在没有预约。", (Option("=start:booking", "去预约"),))
    lines = [say(scene, booking) for booking in found]
    options = [Option(f"=cancel:{b.code}", f"取消 {b.code}") for b in found[:2]]
    options += [Option(f"=move:{b.code}", f"改时间 {b.code}") for b in found[:2]]
    return Reply("您的预约：\n" + "\n".join(lines), tuple(options))


def _which(scene: Scene, verb: str) -> Part:
    """Which of one's own bookings is meant; a Reply where there is none."""
    own = {b.code: b for b in scene.records.bookings.of_person(scene.person.id, scene.now)}
    code = scene.answers.get("code")
    if code is None:
        likely = _likely(scene, list(own.values()))
        if len(likely) == 1:
            return likely[0]
        options = [(b.code, say(scene, b)) for b in (likely or own.values())]
        if verb == "取消" and len(options) > 1:
            options.append(("all", "全部取消"))
        code = yield from ask("code", Choice(f"要{verb}哪一个？", options, gleans=False))
    else:
        yield from ask("code", Choice(f"要{verb}哪一个？", []))
    if code == "all":
        return list(own.values())
    several = [own[c] for c in str(code).split(",") if c in own]
    return several if len(several) > 1 else several[0] if several else None


def _likely(scene: Scene, own: list[Booking]) -> list[Booking]:
    """Bookings that the opening words speak of: by service, then by day."""
    if len(own) < 2:
        return own
    named = {s.id for s in catalogue.named(scene.opening, dict(scene.lore.services))}
    found = [b for b in own if b.service_id in named] or own
    read = when.read(scene.opening, scene.local)
    if read.start is not None and len(found) > 1:
        day = read.start.astimezone(ZONE).date()
        found = [b for b in found if b.starts_at.astimezone(ZONE).date() == day] or found
    return found


def cancel(scene: Scene) -> Talk:
    """Cancel one booking, or all of them, after a yes."""
    scene.verdict = Verdict("act", "cancel_booking")
    if not scene.records.bookings.of_person(scene.person.id, scene.now):
        return Reply("您现在没有可以取消的预约。")
    chosen = yield from _which(scene, "取消")
    if chosen is None:
        return Reply("没有找到您的这个预约。")
    several = chosen if isinstance(chosen, list) else [chosen]
    listed = "\n".join(say(scene, b) for b in several)
    if not (yield from ask("sure", YesNo(f"要取消：\n{listed}\n确定吗？", "确定取消", "不取消"))):
        return Reply("好的，预约还在，没有取消。")
    done = [b for b in several if scene.records.bookings.end(b.id, "cancelled", scene.now)]
    for booking in done:
        scene.records.reminders.stop_for_booking(booking.id)
        waiting.offer(
            scene.records, scene.lore, booking.service_id, booking.place_id, booking.starts_at, scene.now
        )
    return Reply(f"已经取消：\n{listed}\n需要时再约就行。" if done else "这个预约已经不在了，没有再取消。")


def move(scene: Scene) -> Talk:
    """Another day and time for a booking; the old seat is kept until the new one is taken."""
    scene.verdict = Verdict("act", "reschedule")
    if not scene.records.bookings.of_person(scene.person.id, scene.now):
        return Reply("您现在没有可以改的预约。", (Option("=start:booking", "去预约"),))
    booking = yield from _which(scene, "改")
    service = scene.lore.services.get(booking.service_id) if booking else None
    if booking is None or service is None:
        return Reply("没有找到您的这个预约。")
    want = _again(scene, service, booking)
    days = free.days(scene, want, 3 if scene.person.elder else 5)
    day: date = yield from ask("day", NewDay(f"{say(scene, booking)}，改到哪一天？", days, booking))
    moment = yield from _moment(scene, want, booking, day)
    question = YesNo(
        f"{service.name}从{when.say(booking.starts_at)}改到{when.say(moment)}，确定吗？", "确定改", "不改了"
    )
    if not (yield from ask("sure", question)):
        return Reply("好的，预约没有变。")
    return _moved(scene, want, booking, moment)


def _again(scene: Scene, service: Service, booking: Booking) -> Want:
    """The same once more, by the same worker where they are free."""
    return Want(service, booking.place_id, booking.quantity, booking.option,
                who=str(booking.details.get("who", "")), free=bool(booking.details.get("free")),
                keep=tuple(scene.records.bookings.resources_of(booking.id)))  # fmt: skip


def _moment(scene: Scene, want: Want, booking: Booking, day: date) -> Part:
    slots = free.slots(scene, want, day)
    if not slots:
        raise Stale("day", free.why_not(scene, want, day))
    if want.service.whole_day:
        return slots[0].starts_at
    moments = [slot.starts_at for slot in slots]
    same = datetime.combine(day, booking.starts_at.astimezone(ZONE).timetz())
    plan = [slot.starts_at for slot in free.planned(scene, want, [day])]
    question = KeepTime(f"{when.say(day, clock=False)}几点？", day, moments, times.shown(scene, moments, same),
                        plan=plan, span=times.span(scene),
                        since=times.since(scene), same=same)  # fmt: skip
    return (yield from times.ask_time(scene, want, day, question, moments))


def _turned(text: str) -> tuple[str, str, str]:
    """What stands before and after 改 or 换; 改一下周五的 tells no new time."""
    plain = re.sub("(改|换|调)(一下|下|个)", "", text)
    return plain.rpartition("改") if "改" in plain else plain.rpartition("换")


class NewDay(OnDay):
    """Where to move: 改到…; 推一天 counts from the booking's own day; the old day is not heard as the new one."""

    def __init__(self, prompt: str, days: list[date], booking: Booking) -> None:
        super().__init__(prompt, days)
        self._was = booking.starts_at.astimezone(ZONE).date()

    def glean(self, text: str, scene: Scene) -> object:
        if "day" in scene.answers:
            return self._day(text, scene) if names_day(text) else MISS
        if "推" in text and "天" in text:
            return (self._was + timedelta(days=1)).isoformat()
        _, turn, rest = _turned(text)
        return self._day(rest, scene) if turn else super().glean("", scene)


class KeepTime(times.AtTime):
    """The time of day; 同一个时间, or no word of another, keeps the old one where it is free."""

    def __init__(self, prompt: str, day: date, moments: Sequence[datetime], shown: Sequence[datetime], *,
                 plan: Sequence[datetime], span: str, since: datetime | None, same: datetime) -> None:  # fmt: skip
        super().__init__(prompt, day, moments, shown, plan=plan, span=span, since=since)
        self._same = same

    def glean(self, text: str, scene: Scene) -> object:
        _, turn, rest = _turned(text)
        if (
            any(word in text for word in ("同一", "时间不变", "还是那个", "同样", "往后推", "照旧"))
            and self._same in self._times
        ):
            return times.clock(self._same)
        return super().glean(rest if turn else text, scene)


def _moved(scene: Scene, want: Want, booking: Booking, moment: datetime) -> Reply:
    day = moment.astimezone(ZONE).date()
    slot = next(s for s in free.planned(scene, want, [day]) if s.starts_at == moment)
    try:
        moved = scene.records.bookings.move(booking, starts_at=slot.starts_at, ends_at=slot.ends_at, now=scene.now,
                                            claims=want.claims(scene, slot))  # fmt: skip
    except SeatTaken:
        scene.answers.pop("sure", None)
        name = "day" if want.service.whole_day else "time"
        raise Stale(name, f"抱歉，{when.say(moment)}刚被约走了。") from None
    scene.records.reminders.stop_for_booking(booking.id)
    remind(scene.records, scene.lore, moved, scene.now)
    waiting.offer(
        scene.records, scene.lore, booking.service_id, booking.place_id, booking.starts_at, scene.now
    )
    return Reply(f"改好了。{say(scene, moved)}。")


LIST = Intent("my_bookings", "我的预约", mine)
CANCEL = Intent("cancel_booking", "取消预约", cancel)
MOVE = Intent("reschedule", "改预约", move)
