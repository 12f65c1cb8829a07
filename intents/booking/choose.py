"""The booking dialogue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from intents.booking import free
from intents.booking.days import Days
from intents.intent import Intent
from intents.message import Option, Reply
from intents.questions import Address, AtTime, Choice, Number, PersonName, Phone, Words, YesNo, clock
from intents.scene import ZONE, Scene, Verdict
from intents.talk import Part, Question, Stale, Talk, ask
from knowledge import services as catalogue
from knowledge import when
from knowledge.services import GROUPS, Service, Slot
from knowledge.wishes import words
from storage.bookings import Booking, SeatTaken

ALARMING = re.compile(
    r"胸口?[疼痛闷]|喘不上|憋得慌|出不来气|晕倒|昏迷|抽搐|吐血|咯血|便血|大出血|半边.{0,4}(麻|动不了)|嘴歪|说不清话|剧痛|疼得(厉害|受不了)|心口疼"
)
ALARM = "您说的情况可能要紧，请先打120，别等预约。\n现在要紧吗？"
GROUP_NAMES = {"吃": "吃：助餐送餐", "住": "住：家政保洁", "行": "行：陪同代步", "医": "医：看病体检", "育": "育：孩子课堂",
               "护": "护：上门照护", "法": "法：律师调解", "文": "文：活动场地"}  # fmt: skip


def talk(scene: Scene) -> Talk:
    """Service, place, day, time, what the service asks, and a last yes; then the seat is taken."""
    scene.verdict = scene.verdict or Verdict("act", "booking")
    service = yield from _service(scene)
    if (yield from _is_urgent(scene, service)):
        return Reply("请现在就打120，说清地址，身边别离人。")
    place_id = yield from _place(scene, service)
    quantity = yield from _quantity(scene, service)
    chosen = yield from _days(scene, service, place_id, quantity)
    slots = yield from _times(scene, service, place_id, chosen, quantity)
    details = yield from _details(scene, service)
    if not (yield from ask("sure", YesNo(_summary(scene, service, place_id, slots, quantity, details)))):
        return Reply("好的，没有预约。还想办什么，直接说。")
    return _book(scene, service, place_id, slots, quantity, details)


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

    def __init__(self, options: Sequence[tuple[str, str]], services: dict[str, Service] | object) -> None:
        super().__init__("想约哪一类？", options)
        self._services = services if isinstance(services, dict) else {}

    def _named(self, text: str) -> list[str]:
        return [s.id for s in catalogue.named(text, self._services)] or super()._named(text)


def _place(scene: Scene, service: Service) -> Part:
    known = [scene.lore.places[i] for i in service.places if i in scene.lore.places]
    if len(known) <= 1:
        return known[0].id if known else (service.places[0] if service.places else "")
    names = {place.id: place.near for place in known}
    question = Choice(f"{service.name}在哪里方便？", [(p.id, p.name) for p in known], words=names)
    return (yield from ask("place", question))


def _quantity(scene: Scene, service: Service) -> Part:
    if "quantity" not in service.asks:
        return 1
    question = Number("要几份？" if service.group == "吃" else "几个人？", most=min(service.capacity, 20))
    return int((yield from ask("quantity", question)))


def _days(scene: Scene, service: Service, place_id: str, quantity: int) -> Part:
    offered = free.days(scene, service, place_id, 3 if scene.person.elder else 5)
    if not offered:
        offered = []
    question = Days(f"{service.name}想约哪一天？", offered, many=service.whole_day)
    chosen: list[date] = yield from ask("day", question)
    for day in chosen:
        if not free.slots(scene, service, place_id, day, quantity):
            raise Stale("day", free.why_not(scene, service, place_id, day))
    return chosen


def _times(scene: Scene, service: Service, place_id: str, chosen: list[date], quantity: int) -> Part:
    if service.whole_day:
        return [free.slots(scene, service, place_id, day, quantity)[0] for day in chosen]
    day = chosen[0]
    slots = free.slots(scene, service, place_id, day, quantity)
    moments = [slot.starts_at for slot in slots]
    prompt = f"{when.say(day, clock=False)}这些时间有空，您看几点？"
    moment: datetime = yield from ask("time", AtTime(prompt, day, moments, _shown(scene, moments)))
    if moment not in moments:
        scene.answers["_lost"] = moment.isoformat()
        raise Stale("time", f"抱歉，{when.say(moment)}刚被约走了。")
    return [slot for slot in slots if slot.starts_at == moment]


def _shown(scene: Scene, moments: list[datetime]) -> list[datetime]:
    """The times nearest to what was asked for and could not be had, else an even pick of the day."""
    limit = 3 if scene.person.elder else 6
    wanted = scene.answers.get("_lost")
    if wanted:
        lost = datetime.fromisoformat(wanted)
        return sorted(sorted(moments, key=lambda m: abs(m - lost))[:3])
    moments = _in_part(scene, moments) or moments
    step = max(1, -(-len(moments) // limit))
    return moments[::step][:limit]


def _in_part(scene: Scene, moments: list[datetime]) -> list[datetime]:
    """The times within the part of the day that was told (上午)."""
    for said in scene.said_before():
        read = when.read(said.text, said.local)
        if read.kind == "part" and read.start and read.end:
            begin, end = clock(read.start), clock(read.end)
            return [m for m in moments if begin <= clock(m) < (end if end > begin else "24:00")]
    return []


def _details(scene: Scene, service: Service) -> Part:
    told = scene.records.people.told(scene.person.id)
    details: dict[str, str] = {}
    relation = words.relation(scene.opening)
    if "for_whom" in service.asks and relation:
        details["for_whom"] = relation
    for name in service.asks:
        question = questions(service).get(name)
        if question is None:
            continue
        if told.get(name) and name in ("name", "phone") and name not in scene.answers:
            details[name] = told[name]
            continue
        details[name] = str((yield from ask(name, question)))
    return details


NOTES = {"吃": "口味、忌口、过敏有要交代的吗？", "医": "想看哪个科？要不要人陪？"}


def questions(service: Service) -> dict[str, Question]:
    """What a service may ask, by the names in its `asks`."""
    return {
        "name": PersonName(),
        "phone": Phone(),
        "address": Address(),
        "people": Number("大概多少人？", most=200, unit="人"),
        "child": Words("孩子叫什么、几岁或几年级？", least=2),
        "note": Words(NOTES.get(service.group, "还有什么要交代的？"), skip="没有"),
    }


def _summary(scene: Scene, service: Service, place_id: str, slots: list[Slot], quantity: int,
             details: dict[str, str]) -> str:  # fmt: skip
    place = scene.lore.places.get(place_id)
    where = details.get("address") if service.at_home else (place.name if place else "")
    times = "、".join(_say(slot, service) for slot in slots)
    many = f"，{quantity}份" if "quantity" in service.asks else ""
    many += f"，约{details['people']}人" if details.get("people") else ""
    whom = f"，给{details['for_whom']}" if details.get("for_whom") else ""
    return f"请核对：{service.name}{whom}，{times}{many}，{where}，{service.price}。\n确认预约吗？"


def _say(slot: Slot, service: Service) -> str:
    if service.whole_day:
        day = when.say(slot.starts_at.astimezone(ZONE).date(), clock=False)
        return f"{day}{slot.starts_at.astimezone(ZONE):%H:%M}–{slot.ends_at.astimezone(ZONE):%H:%M}"
    return when.say(slot.starts_at)


def _book(scene: Scene, service: Service, place_id: str, slots: list[Slot], quantity: int,
          details: dict[str, str]) -> Reply:  # fmt: skip
    made: list[Booking] = []
    try:
        with scene.records.connection.begin_nested():
            for n, slot in enumerate(slots):
                made.append(_one(scene, service, place_id, slot, quantity, details, n))
    except SeatTaken:
        lost = slots[len(made)].starts_at
        scene.answers["_lost"] = lost.isoformat()
        scene.answers.pop("sure", None)
        raise Stale("day" if service.whole_day else "time", f"抱歉，{when.say(lost)}刚被约走了。") from None
    told = {name: details[name] for name in ("name", "phone", "address") if details.get(name)}
    if not details.get("for_whom"):
        scene.records.people.tell(scene.person.id, **told)
    for booking in made:
        remind(scene, service, booking)
    return _receipt(scene, service, made)


def _one(scene: Scene, service: Service, place_id: str, slot: Slot, quantity: int, details: dict[str, str],
         n: int) -> Booking:  # fmt: skip
    return scene.records.bookings.book(
        service_id=service.id, place_id=place_id, starts_at=slot.starts_at, ends_at=slot.ends_at, quantity=quantity,
        capacity=slot.capacity, person_id=scene.person.id, conversation_id=scene.talk.id, details=details,
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


def _receipt(scene: Scene, service: Service, made: list[Booking]) -> Reply:
    codes = "、".join(booking.code for booking in made)
    times = "、".join(when.say(booking.starts_at) for booking in made)
    bring = f"\n请带：{'、'.join(service.bring)}。" if service.bring else ""
    return Reply(
        f"约好了。{service.name}，{times}。\n预约号 {codes}。{bring}\n前一天和两小时前我会提醒您。去不了请说“取消预约”。\n有事请打{scene.lore.centre.call}。",
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
