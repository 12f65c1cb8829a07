"""Where is the nearest place with what is needed; when the centre is open; who is on duty today."""

from __future__ import annotations

from datetime import timedelta

from intents import duty
from intents.intent import Intent
from intents.message import Location, Option, Reply
from intents.questions import Where
from intents.scene import Scene, Verdict
from intents.talk import Talk, ask
from knowledge import places as rules
from knowledge import when
from knowledge.places import Place
from storage.staff import Shift, Worker

WANTED = {
    "water": ("水", "渴", "接杯", "喝"), "microwave": ("热饭", "微波", "饭热", "热一热", "热个饭"),
    "charging": ("充电", "没电", "快没电", "电宝"), "parcel": ("快递", "包裹"), "relief": ("救助", "困难"),
    "rest": ("歇", "休息", "坐坐", "坐一会", "暖和", "凉快", "纳凉", "取暖", "避雨", "躲雨", "冻", "热得"),
    "toilet": ("厕所", "卫生间", "洗手间", "茅房", "上厕"), "nursing": ("母婴", "喂奶", "换尿布"),
    "machine": ("一体机", "自助机", "自助终端"), "kitchen": ("食堂", "老年灶", "老年餐", "吃饭"), "wheelchair": ("轮椅",),
    "cloud_hospital": ("云医院", "远程"), "toolbox": ("工具", "针线", "打气", "便民箱", "雨伞"),
}  # fmt: skip
HOURS_WORDS = ("几点", "上班", "下班", "开门", "关门", "开着", "有人吗", "营业", "中午", "周末", "开不开")
SHOWN = 3


def talk(scene: Scene) -> Talk:
    """The nearest open places with the facility asked for, with walking minutes."""
    scene.verdict = Verdict("act", "nearest")
    if any(word in scene.opening for word in HOURS_WORDS) and not _needs(scene.opening):
        return hours(scene)
    need = _needs(scene.opening)
    place = yield from ask("place", NearWhere("您在哪附近？可以发定位，也可以说路名，比如“人民路”。"))
    return _answer(scene, need, place)


class NearWhere(Where):
    """A place of ours, a road or landmark near one, or a shared location."""

    def glean(self, text: str, scene: Scene) -> object:
        found = super().glean(text, scene)
        if scene.message.location:
            return found
        known = rules.mentioned(text, scene.lore.places.values())
        return (
            {"words": text[:60], "latitude": known[0].latitude, "longitude": known[0].longitude}
            if known
            else super().glean("", scene)
        )


def _needs(text: str) -> list[str]:
    return [name for name, words in WANTED.items() if any(word in text for word in words)]


def _point(scene: Scene, place: dict[str, object]) -> tuple[float, float] | None:
    if "latitude" in place:
        return float(str(place["latitude"])), float(str(place["longitude"]))
    known = rules.mentioned(str(place["words"]), scene.lore.places.values())
    return (known[0].latitude, known[0].longitude) if known else None


def _answer(scene: Scene, need: list[str], place: dict[str, object]) -> Reply:
    fitting = [
        p
        for p in scene.lore.places.values()
        if set(need) <= p.facilities and (need or p.kind in ("centre", "station"))
    ]
    names = "、".join(rules.FACILITIES[n] for n in need)
    if not fitting:
        return Reply(
            f"我们登记的地方里，暂时没有{names}的。请问{scene.lore.centre.call}。",
            (Option("=human", "找人工"),),
        )
    point = _point(scene, place)
    if point is None:
        listed = "\n".join(_line(scene, p, None, need) for p in fitting[:SHOWN])
        return Reply(
            f"没认出“{place['words']}”在哪。有{names or '服务'}的地方：\n{listed}\n发个定位，我能算远近。"
        )
    ranked = rules.nearest(fitting, *point)
    open_now = [(p, d) for p, d in ranked if p.is_open(scene.now, scene.lore.calendar)]
    shown = (open_now or ranked)[:SHOWN]
    lead = "" if open_now else "现在都关门了，最近的是：\n"
    text = lead + "\n".join(_line(scene, p, d, need) for p, d in shown)
    return Reply(text, (), location=Location(shown[0][0].latitude, shown[0][0].longitude))


def _line(scene: Scene, place: Place, distance: float | None, need: list[str]) -> str:
    walk = f"，走路约{rules.walking_minutes(distance)}分钟" if distance is not None else ""
    has = [name for key, name in rules.FACILITIES.items() if key in place.facilities]
    wanted = [rules.FACILITIES[name] for name in need] or has[:5]
    return f"{place.name}（{place.address}）{walk}。{_open(scene, place)}有：{'、'.join(wanted)}。"


def _open(scene: Scene, place: Place) -> str:
    today = place.hours_on(scene.local.date(), scene.lore.calendar)
    if not today:
        return f"今天不开。{_next(scene, place)}"
    spans = "、".join(
        "全天" if (h.opens, h.closes) == ("00:00", "24:00") else f"{h.opens}–{h.closes}" for h in today
    )
    now = (
        "现在开着。" if place.is_open(scene.now, scene.lore.calendar) else f"现在关着。{_next(scene, place)}"
    )
    return f"今天{spans}，{now}"


def _next(scene: Scene, place: Place) -> str:
    clock = scene.local.strftime("%H:%M")
    for ahead in range(14):
        day = scene.local.date() + timedelta(days=ahead)
        for h in place.hours_on(day, scene.lore.calendar):
            if ahead or h.opens > clock:
                return f"下次开门{when.say(day, clock=False)}{h.opens}。"
    return ""


def hours(scene: Scene) -> Reply:
    """The centre's hours, who is there, how to ring."""
    named = [p for p in rules.mentioned(scene.opening, scene.lore.places.values()) if p.kind == "centre"]
    place = named[0] if named else scene.lore.places.get(scene.lore.centre.place_id)
    if place is None:
        return Reply(f"上班时间请问{scene.lore.centre.call}。", (Option("=human", "找人工"),))
    here = [f"{worker.name}（{shift.post}）" for shift, worker in _now(scene)]
    who = f"现在值班：{'、'.join(here)}。" if here else "现在没有人值班，可以留言。"
    return Reply(
        f"{place.name}（{place.address}）。{_open(scene, place)}\n{who}\n电话：{scene.lore.centre.call}。",
        (Option("=human", "找人工"),),
    )


def _now(scene: Scene) -> list[tuple[Shift, Worker]]:
    found = duty.on_duty(scene.records, scene.lore, scene.area_id, scene.now)
    return [pair for pair in found if pair[0].area_id == scene.area_id] or found


def on_duty(scene: Scene) -> Reply:
    """今天谁值班."""
    scene.verdict = Verdict("act", "nearest")
    found = duty.today(scene.records, scene.lore, scene.area_id, scene.now)
    own = [pair for pair in found if pair[0].area_id == scene.area_id] or found
    if not own:
        opens = duty.next_opening(scene.records, scene.lore, scene.area_id, scene.now)
        later = f"下次值班是{when.say(opens)}。" if opens else ""
        return Reply(
            f"今天没有排班。{later}急事请打{scene.lore.centre.call}。", (Option("=human", "给社区留言"),)
        )
    rows = "\n".join(f"{shift.opens}–{shift.closes} {worker.name}（{shift.post}）" for shift, worker in own)
    return Reply(f"今天值班：\n{rows}\n电话：{scene.lore.centre.call}。", (Option("=human", "找值班人员"),))


INTENT = Intent("nearest", "找地方", talk)
DUTY = Intent("duty", "值班", on_duty)
