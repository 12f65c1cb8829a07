"""The booking dialogue."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from intents.booking import details, entitled, free, holds, making, queueing, times
from intents.booking.days import WAIT_DAY, Days, Other, either
from intents.booking.free import Want
from intents.booking.sure import is_sure
from intents.intent import Intent
from intents.message import Reply
from intents.questions import Choice
from intents.scene import ZONE, Scene, Verdict
from intents.talk import Part, Stale, Talk, ask
from knowledge import services as catalogue
from knowledge import when
from knowledge.places import Place
from knowledge.services import GROUPS, Service, Slot
from storage.bookings import SeatTaken

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
    want = Want(service, place_id, choice=(yield from _kind(service)), who=_served(scene, service))
    chosen = yield from _days(scene, want)
    want = replace(want, quantity=(yield from details.quantity(scene, service)))
    _have_room(scene, want, chosen)
    slots = yield from _times(scene, want, chosen)
    if (full := _queued(scene, want)) is not None:
        queued: Reply = yield from queueing.join(scene, want, full)
        return queued
    _hold(scene, want, slots)
    belongs = yield from entitled.ask_class(scene, want)
    want, note = entitled.priced(scene, want, slots[0], belongs)
    told = yield from details.ask_details(scene, service, want.quantity)
    told |= {"class": belongs} if belongs else {}
    summary = making.summary(scene, want, slots, told, str(scene.answers.get("_late", "")) + note)
    if not (yield from is_sure(scene, service, summary, places=len(_places(scene, service)))):
        holds.let_go(scene)
        return Reply("好的，没有预约。还想办什么，直接说。")
    return making.book(scene, want, slots, told)


def _kind(service: Service) -> Part:
    """Which kind, where the service has kinds that take their own time."""
    if not service.choices:
        return ""
    options = [
        (c.id, f"{c.name}（{c.minutes}分钟{f'，{c.price}' if c.price else ''}）") for c in service.choices
    ]
    return (
        yield from ask(
            "choice", Choice("要哪一种？", options, words={c.id: (c.name,) for c in service.choices})
        )
    )


def _served(scene: Scene, service: Service) -> str:
    """Whom limits count: the person who books, and for whom."""
    whom = details.whom(scene, service, 1)
    return f"person:{scene.person.id}{f':{whom}' if whom else ''}"[:60]


def _queued(scene: Scene, want: Want) -> Slot | None:
    """The full slot that the person chose to queue for."""
    told, full = str(scene.answers.get("day", "")), queueing.waited(scene)
    if told.startswith(WAIT_DAY):
        return next(iter(free.planned(scene, want, [date.fromisoformat(told.removeprefix(WAIT_DAY))])), None)
    if scene.answers.get("time") != times.WAIT or full is None:
        return None
    return next(
        (s for s in free.planned(scene, want, [full.astimezone(ZONE).date()]) if s.starts_at == full), None
    )


def _hold(scene: Scene, want: Want, slots: list[Slot]) -> None:
    """Keep the time while the rest is asked; lost already where somebody else was faster."""
    try:
        holds.keep(scene, want, slots)
    except SeatTaken:
        raise making.lost(scene, want, slots[0]) from None


def _is_urgent(scene: Scene, service: Service) -> Part:
    """Alarming words before a doctor's slot: 120 first."""
    if not service.alarm or not ALARMING.search(scene.opening):
        return False
    options = (("call", "要紧，我打120"), ("calm", "不要紧，接着约"))
    return (yield from ask("calm", Choice(ALARM, options, gleans=False))) == "call"


def _service(scene: Scene) -> Part:
    services = scene.lore.offered(scene.now)
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


def _days(scene: Scene, want: Want) -> Part:
    """The days; the day's cut-off is told before anything else is asked."""
    service = want.service
    able = [] if "day" in scene.answers else free.days(scene, want, 99)
    offered = _wished(scene, want) or able[: 3 if scene.person.elder else 5]
    others = _other_meals(scene, service, str(scene.answers.get("_refused", "")))
    question = Days(f"{service.name}想约哪一天？", offered, many=service.whole_day, others=others,
                    wait=str(scene.answers.get("_wait_day", "")), able=able)  # fmt: skip
    chosen: list[date] | str = yield from ask("day", question)
    if isinstance(chosen, str) and chosen.startswith(WAIT_DAY):
        return [date.fromisoformat(chosen.removeprefix(WAIT_DAY))]
    if isinstance(chosen, str):
        scene.answers["service"], _, scene.answers["day"] = chosen.partition("@")
        raise Stale("_refused", "")
    chosen = _from_tomorrow(scene, want, chosen)
    for day in chosen:
        if not free.slots(scene, want, day):
            scene.answers["_refused"] = day.isoformat()
            is_full = service.whole_day and any(
                free.is_full(scene, want, s.starts_at) for s in free.planned(scene, want, [day])
            )
            scene.answers["_wait_day"] = day.isoformat() if is_full else ""
            raise Stale("day", free.why_not(scene, want, day))
    return chosen


def _wished(scene: Scene, want: Want) -> list[date]:
    """周二、周四上午都行: only those days are offered, then only that part of them."""
    days, part = either(scene.opening, scene) if "_refused" not in scene.answers else ([], "")
    slots = free.window(scene, want) if days and "day" not in scene.answers else []
    able = times.within(part, (slot.starts_at for slot in slots)) if part else [s.starts_at for s in slots]
    found = [d for d in dict.fromkeys(m.astimezone(ZONE).date() for m in able) if d in days]
    if found and part:
        scene.answers["_part"] = part
    return found[: 3 if scene.person.elder else 5]


def _from_tomorrow(scene: Scene, want: Want, chosen: list[date]) -> list[date]:
    """天天送到月底, said after today's cut-off: the series begins the next day, and that is said."""
    today = scene.local.date()
    if len(chosen) < 2 or chosen[0] != today or free.slots(scene, want, today):
        scene.answers.pop("_late", None)
        return chosen
    scene.answers["_late"] = f"{free.why_not(scene, want, today)}从{when.say(chosen[1], clock=False)}开始。"
    return chosen[1:]


def _other_meals(scene: Scene, service: Service, refused: str) -> list[Other]:
    """Where lunch is too late, dinner of that day: services of the group that share a word and are still free."""
    if not refused or not service.whole_day:
        return []
    day, found = date.fromisoformat(refused), []
    for other in scene.lore.offered(scene.now).values():
        is_like = (
            other.id != service.id and other.group == service.group and set(other.words) & set(service.words)
        )
        if (
            is_like
            and other.whole_day
            and other.places
            and free.slots(scene, Want(other, other.places[0]), day)
        ):
            is_tonight = day == scene.local.date() and other.plan[0].opens.hour >= 16
            said = "今晚" if is_tonight else f"{when.say(day, clock=False)}{other.plan[0].opens:%H:%M}"
            found.append(Other(other, refused, f"{said}（{other.name}）"))
    return found


def _have_room(scene: Scene, want: Want, chosen: list[date]) -> None:
    if str(scene.answers.get("day", "")).startswith(WAIT_DAY):
        return
    for day in chosen:
        if not free.slots(scene, want, day):
            raise Stale("day", free.why_not(scene, want, day))


def _times(scene: Scene, want: Want, chosen: list[date]) -> Part:
    if str(scene.answers.get("day", "")).startswith(WAIT_DAY):
        return []
    if want.service.whole_day:
        return [free.slots(scene, want, day)[0] for day in chosen]
    day = chosen[0]
    slots = free.slots(scene, want, day)
    moments = [slot.starts_at for slot in slots]
    plan = [slot.starts_at for slot in free.planned(scene, want, [day])]
    question = times.AtTime(f"{when.say(day, clock=False)}这些时间有空，您看几点？", day, moments,
                            times.shown(scene, moments), plan=plan, span=times.span(scene),
                            since=times.since(scene), wait=_full_on(scene, day))  # fmt: skip
    moment = yield from times.ask_time(scene, want, day, question, moments)
    return [slot for slot in slots if slot.starts_at == moment]


def _full_on(scene: Scene, day: date) -> datetime | None:
    """The time of that day that was asked for and is full: one may queue for it."""
    full = queueing.waited(scene)
    return full if full and full.astimezone(ZONE).date() == day else None


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
