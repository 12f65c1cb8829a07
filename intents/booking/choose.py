"""The booking dialogue."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from intents.booking import details, free, times
from intents.booking.days import Days, Other
from intents.booking.sure import is_sure
from intents.intent import Intent
from intents.message import Option, Reply
from intents.questions import Choice
from intents.scene import ZONE, Scene, Verdict
from intents.talk import Part, Stale, Talk, ask
from knowledge import services as catalogue
from knowledge import when
from knowledge.places import Place
from knowledge.services import GROUPS, Service, Slot
from storage.bookings import Booking, SeatTaken

ALARMING = re.compile(
    r"胸口?[疼痛闷]|喘不上|憋得慌|出不来气|晕倒|昏迷|抽搐|吐血|咯血|便血|大出血|半边.{0,4}(麻|动不了)|嘴歪|说不清话|剧痛|疼得(厉害|受不了)|心口疼"
)
ALARM = "您说的情况可能要紧，请先打120，别等预约。\n现在要紧吗？"
GROUP_NAMES = {"吃": "吃：助餐送餐", "住": "住：家政保洁", "行": "行：陪同代步", "医": "医：看病体检", "育": "育：孩子课堂",
               "护": "护：上门照护", "法": "法：律师调解", "文": "文：活动场地"}  # fmt: skip


def talk(scene: Scene) -> Talk:
    """Service, place, day, how many, time, what the service asks, and a last yes; then the seat is taken."""
    scene.verdict = scene.verdict or Verdict("act", "booking")
    service = yield from _service(scene)
    if (yield from _is_urgent(scene, service)):
        return Reply("请现在就打120，说清地址，身边别离人。")
    place_id = yield from _place(scene, service)
    chosen = yield from _days(scene, service, place_id)
    quantity = yield from details.quantity(scene, service)
    _have_room(scene, service, place_id, chosen, quantity)
    slots = yield from _times(scene, service, place_id, chosen, quantity)
    told = yield from details.ask_details(scene, service, quantity)
    summary = _summary(scene, service, place_id, slots, quantity, told)
    if not (yield from is_sure(scene, service, summary, places=len(_places(scene, service)))):
        return Reply("好的，没有预约。还想办什么，直接说。")
    return _book(scene, service, place_id, slots, quantity, told)


def _is_urgent(scene: Scene, service: Service) -> Part:
    """Alarming words before a doctor's slot: 120 first."""
    if not service.alarm or not ALARMING.search(scene.opening):
        return False
    options = (("call", "要紧，我打120"), ("calm", "不要紧，接着约"))
    return (yield from ask("calm", Choice(ALARM, options, gleans=False))) == "call"


def _service(scene: Scene) -> Part:
    services = scene.lore.services
    if "service" not in scene.answers:
        present = [group for group in GROUPS if any(s.group == group for s in services.values())]
        group = yield from ask("group", GroupChoice([(g, GROUP_NAMES.get(g, g)) for g in present], services))
        if group in services:
            return services[group]
        named = [s for s in catalogue.named(scene.opening, dict(services)) if s.group == group]
        inside = named if len(named) > 1 else [s for s in services.values() if s.group == group]
        options = [(s.id, f"{s.name}（{s.price}）") for s in inside]
        names = {s.id: (s.name, *s.words) for s in inside}
        chosen = yield from ask("service", Choice("想约哪一项？", options, words=names))
    else:
        chosen = scene.answers["service"]
        yield from ask("service", Choice("想约哪一项？", [(chosen, chosen)]))
    if chosen not in services:
        raise Stale("service", "这项服务现在不提供了。")
    return services[chosen]


class GroupChoice(Choice):
    """The groups of the catalogue; a service named outright is taken as well."""

    def __init__(self, options: Sequence[tuple[str, str]], services: Mapping[str, Service]) -> None:
        super().__init__("想约哪一类？", options)
        self._services = services

    def _named(self, text: str) -> list[str]:
        named = catalogue.named(text, self._services)
        groups = {service.group for service in named}
        if len(named) > 1 and len(groups) == 1:
            return list(groups)
        return [service.id for service in named] or super()._named(text)


def _places(scene: Scene, service: Service) -> list[Place]:
    return [scene.lore.places[i] for i in service.places if i in scene.lore.places]


def _place(scene: Scene, service: Service) -> Part:
    known = _places(scene, service)
    if len(known) <= 1:
        return known[0].id if known else (service.places[0] if service.places else "")
    names = {place.id: place.near for place in known}
    question = Choice(f"{service.name}在哪里方便？", [(p.id, p.name) for p in known], words=names)
    return (yield from ask("place", question))


def _days(scene: Scene, service: Service, place_id: str) -> Part:
    """The days; the day's cut-off is told before anything else is asked."""
    offered = free.days(scene, service, place_id, 3 if scene.person.elder else 5)
    others = _other_meals(scene, service, str(scene.answers.get("_refused", "")))
    question = Days(f"{service.name}想约哪一天？", offered, many=service.whole_day, others=others)
    chosen: list[date] | str = yield from ask("day", question)
    if isinstance(chosen, str):
        scene.answers["service"], _, scene.answers["day"] = chosen.partition("@")
        raise Stale("_refused", "")
    for day in chosen:
        if not free.slots(scene, service, place_id, day):
            scene.answers["_refused"] = day.isoformat()
            raise Stale("day", free.why_not(scene, service, place_id, day))
    return chosen


def _other_meals(scene: Scene, service: Service, refused: str) -> list[Other]:
    """Where lunch is too late, dinner of that day: services of the group that share a word and are still free."""
    if not refused or not service.whole_day:
        return []
    day, found = date.fromisoformat(refused), []
    for other in scene.lore.services.values():
        is_like = (
            other.id != service.id and other.group == service.group and set(other.words) & set(service.words)
        )
        if is_like and other.whole_day and other.places and free.slots(scene, other, other.places[0], day):
            is_tonight = day == scene.local.date() and other.plan[0].opens.hour >= 16
            said = "今晚" if is_tonight else f"{when.say(day, clock=False)}{other.plan[0].opens:%H:%M}"
            found.append(Other(other, refused, f"{said}（{other.name}）"))
    return found


def _have_room(scene: Scene, service: Service, place_id: str, chosen: list[date], quantity: int) -> None:
    for day in chosen:
        if not free.slots(scene, service, place_id, day, quantity):
            raise Stale("day", free.why_not(scene, service, place_id, day))


def _times(scene: Scene, service: Service, place_id: str, chosen: list[date], quantity: int) -> Part:
    if service.whole_day:
        return [free.slots(scene, service, place_id, day, quantity)[0] for day in chosen]
    day = chosen[0]
    slots = free.slots(scene, service, place_id, day, quantity)
    moments = [slot.starts_at for slot in slots]
    prompt = f"{when.say(day, clock=False)}这些时间有空，您看几点？"
    plan = [slot.starts_at for slot in service.slots(day, scene.lore.calendar)]
    question = times.AtTime(
        prompt,
        day,
        moments,
        times.shown(scene, moments),
        plan=plan,
        span=times.span(scene),
        since=times.since(scene),
    )
    moment = yield from times.ask_time(scene, service, place_id, day, question, moments)
    return [slot for slot in slots if slot.starts_at == moment]


def _summary(scene: Scene, service: Service, place_id: str, slots: list[Slot], quantity: int,
             told: dict[str, str]) -> str:  # fmt: skip
    place = scene.lore.places.get(place_id)
    where = told.get("address") if service.at_home else (place.name if place else "")
    days = "、".join(_say(slot, service) for slot in slots)
    many = f"，{quantity}{details.unit(service)}" if "quantity" in service.asks or quantity > 1 else ""
    many += f"，约{told['people']}人" if told.get("people") else ""
    whom = f"，给{told['for_whom']}" if told.get("for_whom") else ""
    spoken = details.spoken(told)
    lines = [f"请核对：{service.name}{whom}，{days}{many}，{where}，{service.price}。", f"{spoken}。" if spoken else "",
             _longer(scene, slots), _one_of_two(scene, service, quantity), "确认预约吗？"]  # fmt: skip
    return "\n".join(line for line in lines if line)


def _longer(scene: Scene, slots: list[Slot]) -> str:
    """A stretch was told that is longer than what one booking holds: said, not hidden."""
    begin, length = slots[0].starts_at, slots[0].ends_at - slots[0].starts_at
    for said in (scene.opening, scene.text, *(said.text for said in scene.said_before())):
        read = when.read(said, scene.local)
        if read.kind != "range" or read.start is None or read.end is None or times.LOOSE.search(said):
            continue
        is_same = len(slots) == 1 and times.is_hour(begin, read.start)
        if is_same and length < read.end - read.start < timedelta(days=1):
            return f"一次约{int(length.total_seconds() // 60)}分钟，到{when.say(slots[0].ends_at)}；后面的请再约一次。"
    return ""


def _one_of_two(scene: Scene, service: Service, quantity: int) -> str:
    """Two people were named and one is booked."""
    if quantity > 1 or not details.pair(scene, service):
        return ""
    return "这次先约一位，另一位约好后再约。"


def _say(slot: Slot, service: Service) -> str:
    if service.whole_day:
        day = when.say(slot.starts_at.astimezone(ZONE).date(), clock=False)
        return f"{day}{slot.starts_at.astimezone(ZONE):%H:%M}–{slot.ends_at.astimezone(ZONE):%H:%M}"
    return when.say(slot.starts_at)


def _book(scene: Scene, service: Service, place_id: str, slots: list[Slot], quantity: int,
          told: dict[str, str]) -> Reply:  # fmt: skip
    made: list[Booking] = []
    try:
        with scene.records.connection.begin_nested():
            for n, slot in enumerate(slots):
                made.append(_one(scene, service, place_id, slot, quantity, told, n))
    except SeatTaken:
        lost = slots[len(made)].starts_at
        times.keep_near(scene, lost, 3)
        scene.answers.pop("sure", None)
        raise Stale("day" if service.whole_day else "time", f"抱歉，{when.say(lost)}刚被约走了。") from None
    _remember(scene, told)
    scene.talk.state["booked"] = {"codes": [booking.code for booking in made], "at": scene.now.isoformat()}
    for booking in made:
        remind(scene, service, booking)
    return _receipt(scene, service, made, _one_of_two(scene, service, quantity))


def _remember(scene: Scene, told: dict[str, str]) -> None:
    """Keep what the person told of themselves; 到食堂 is nobody's address."""
    if told.get("for_whom") and not told["for_whom"].startswith("本人"):
        return
    kept = {name: told[name] for name in ("name", "phone", "address") if told.get(name)}
    if kept.get("address", "").startswith("到"):
        del kept["address"]
    scene.records.people.tell(scene.person.id, **kept)


def _one(scene: Scene, service: Service, place_id: str, slot: Slot, quantity: int, told: dict[str, str],
         n: int) -> Booking:  # fmt: skip
    return scene.records.bookings.book(
        service_id=service.id, place_id=place_id, starts_at=slot.starts_at, ends_at=slot.ends_at, quantity=quantity,
        capacity=slot.capacity, person_id=scene.person.id, conversation_id=scene.talk.id, details=told,
        now=scene.now, token=f"book:{n}:{scene.token}"[:120],
    )  # fmt: skip


def remind(scene: Scene, service: Service, booking: Booking) -> None:
    """The evening before and two hours before, with what to bring."""
    bring = f"请带：{'、'.join(service.bring)}。" if service.bring else ""
    what = f"{service.name}（{when.say(booking.starts_at)}，预约号{booking.code}）。{bring}去不了请回“取消预约”。"
    start = booking.starts_at.astimezone(ZONE)
    evening = (start - timedelta(days=1)).replace(hour=18, minute=0, second=0, microsecond=0)
    for name, moment in (("eve", evening), ("2h", start - timedelta(hours=2))):
        if moment > scene.now:
            scene.records.reminders.add(
                person_id=scene.person.id, conversation_id=scene.talk.id, what=what, starts_at=moment, now=scene.now,
                purpose="booking", booking_id=booking.id, late_after=5400,
                token=f"{name}:{booking.code}:{start:%m%d%H%M}",
            )  # fmt: skip


def _receipt(scene: Scene, service: Service, made: list[Booking], note: str) -> Reply:
    codes = "、".join(booking.code for booking in made)
    said = "、".join(when.say(booking.starts_at) for booking in made)
    bring = f"\n请带：{'、'.join(service.bring)}。" if service.bring else ""
    note = f"\n{note}" if note else ""
    return Reply(
        f"约好了。{service.name}，{said}。\n预约号 {codes}。{bring}{note}\n前一天和两小时前我会提醒您。去不了请说“取消预约”。\n有事请打{scene.lore.centre.call}。",
        (Option("=mine", "我的预约"), Option("=menu", "办别的事")),
    )


def aside(scene: Scene) -> Reply | None:
    """What people ask in the middle of booking: price, what to bring, who may come (RG29)."""
    service = scene.lore.services.get(str(scene.answers.get("service", "")))
    if service is None or not scene.lore.index.is_elliptic(scene.text):
        return None
    facet = scene.lore.index.facet(scene.text)
    answers = {"fee": f"{service.name}：{service.price}。", "who": service.who, "where": _where(scene, service),
               "materials": f"请带：{'、'.join(service.bring)}。" if service.bring else f"{service.name}不用带材料。"}  # fmt: skip
    text = answers.get(facet or "")
    return Reply(text) if text else None


def _where(scene: Scene, service: Service) -> str:
    names = [scene.lore.places[i] for i in service.places if i in scene.lore.places]
    return "上门服务。" if service.at_home else "；".join(f"{p.name}（{p.address}）" for p in names)


def about(scene: Scene) -> str | None:
    """The handbook entry of the service being booked."""
    service = scene.lore.services.get(str(scene.answers.get("service", "")))
    return service.entries[0] if service and service.entries else None


INTENT = Intent("booking", "预约", talk, aside, about)
