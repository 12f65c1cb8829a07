"""Where is the nearest place with what is needed; when the centre is open; who is on duty today."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from intents import address
from intents.intent import Intent
from intents.message import Location, Message, Option, Reply
from intents.nearest import openings
from intents.questions import SPECIFIC, Where
from intents.scene import Scene, Verdict
from intents.talk import MISS, Json, Stale, Talk, ask
from knowledge import places as rules
from knowledge.areas import Found
from knowledge.areas.care import community_of
from knowledge.circle import MINUTES
from knowledge.places import Place
from knowledge.wishes import words

WANTED = {
    "water": ("水", "渴", "接杯", "喝"), "microwave": ("热饭", "微波", "饭热", "热一热", "热个饭"),
    "charging": ("充电", "没电", "快没电", "电宝"), "parcel": ("快递", "包裹"), "relief": ("救助", "困难"),
    "rest": ("歇", "休息", "坐坐", "坐一会", "暖和", "凉快", "纳凉", "取暖", "避雨", "躲雨", "冻", "热得"),
    "toilet": ("厕所", "卫生间", "洗手间", "茅房", "上厕"), "nursing": ("母婴", "喂奶", "换尿布"),
    "machine": ("一体机", "自助机", "自助终端"), "kitchen": ("食堂", "老年灶", "老年餐", "吃饭"), "wheelchair": ("轮椅",),
    "cloud_hospital": ("云医院", "远程"), "toolbox": ("工具", "针线", "打气", "便民箱", "雨伞"),
}  # fmt: skip
OF_PLACES = re.compile("最近|附近|就近|哪个|归哪|归谁|离我|离这")
OF_CENTRE = re.compile(
    "几点|上班|下班|开门|关门|开着|有人|营业|中午|午休|周末|开不开|办公|放假|办事|作息|来得及|"
    "(?:你们|咱们?|社区|中心|大厅|这里|这儿).{0,8}(?:在哪|哪里|哪儿|阿达|什么地方|哪条|地址|位置|怎么走|咋走|几楼|电话|联系)|"
    "^(?:请问)?(?:地址|位置|电话|座机|联系|咋走|怎么走)|(?:联系你们|电话(?:是)?多少|联系方式)|呢[?？]?$"
)
FOLLOWS = re.compile("^那?.{1,6}呢[?？]?$")  # 明天呢: about what was asked last
LUNCH = re.compile("午休|(?:中午|晌午).{0,4}休息|休息几|休息到")
SHOWN = 3


def talk(scene: Scene) -> Talk:
    """The nearest open places with the facility asked for, with walking minutes."""
    scene.verdict = Verdict("act", "nearest")
    need = _needs(scene.opening)
    if FOLLOWS.search(scene.opening) and scene.talk.state.get("centre") == "duty":
        return openings.on_duty(scene)
    if _is_of_centre(scene, need):
        return openings.hours(scene)
    place = yield from ask(
        "place", NearWhere("您在哪附近？可以发定位，也可以说路名，比如“人民路”。", need, scene)
    )
    if "latitude" in place:
        return _answer(scene, need, (float(place["latitude"]), float(place["longitude"])))
    where = yield from address.settle(scene, place, building=False)
    point = scene.lore.gazetteer.point(where.found)
    if point is None:
        raise Stale("place", _unknown(scene, str(place["words"]), need))
    return _answer(scene, need, point, where.found.community)


def _is_of_centre(scene: Scene, need: list[str]) -> bool:
    if LUNCH.search(scene.opening):
        return True
    return not need and not OF_PLACES.search(scene.opening) and OF_CENTRE.search(scene.opening) is not None


class NearWhere(Where):
    """A place of ours, a road or landmark near one, or a shared location. Other words are asked about again."""

    def __init__(self, prompt: str, need: list[str], scene: Scene) -> None:
        super().__init__(prompt)
        self._need = need
        self._home = _home(scene)

    def options(self) -> list[tuple[str, str]]:
        return [(HOME, "从我家附近算")] if self._home else []

    def load(self, value: Json) -> Json:
        return self._home if value == HOME else value

    def _known(self, text: str, scene: Scene) -> Json:
        found = scene.lore.gazetteer.resolve(text, home=scene.person.area_id or "")
        if found.choices and found.ask == "estate":
            return {"words": text[:60]}  # several estates of that name: asked about next
        if point := scene.lore.gazetteer.point(found):
            return {"words": text[:60], "latitude": point[0], "longitude": point[1]}
        known = rules.mentioned(text, scene.lore.places.values())
        road = scene.lore.gazetteer.along(text) if not known else None
        if road:
            return {"words": text[:60], "latitude": road[0], "longitude": road[1]}
        if not known:
            return MISS
        return {"words": text[:60], "latitude": known[0].latitude, "longitude": known[0].longitude}

    def hear(self, message: Message, scene: Scene) -> Json:
        text = message.text.strip()
        if message.location:
            return self._from(text or "（已发定位）", message)
        if (found := self._known(text, scene)) is not MISS:
            return found
        told = words.place(text)
        is_place = told and len(text) <= LONGEST and SPECIFIC.search(told)
        self.hint = _unknown(scene, told or text, self._need) if is_place else HINT
        return MISS

    def glean(self, text: str, scene: Scene) -> Json:
        return super().glean(text, scene) if scene.message.location else self._known(text, scene)


def _home(scene: Scene) -> dict[str, Any] | None:
    """Where the person lives, where that was told and can be measured from."""
    estates = scene.lore.gazetteer.estates_of.get(scene.person.area_id or "", ())
    point = next((p for i in estates if (p := scene.lore.gazetteer.point(Found(estate=i)))), None)
    return {"words": "我家", "latitude": point[0], "longitude": point[1]} if point else None


HOME = "home"
LONGEST = 20  # letters of an answer that only tells where somebody is
HINT = "没听出您在哪。请说路名、小区名或旁边的大地方，比如“人民路”，也可以发定位。"


def _unknown(scene: Scene, told: str, need: list[str]) -> str:
    """What is there anyway, when the place told is none we know."""
    fitting = _fitting(scene, need)[:SHOWN]
    listed = "\n".join(_line(scene, place, None, need) for place in fitting)
    names = "、".join(rules.FACILITIES[name] for name in need) or "服务"
    some = f"有{names}的地方：\n{listed}\n" if fitting else ""
    return f"没认出“{told}”在哪。{some}换个路名，或者发个定位，我能算远近。"


def _needs(text: str) -> list[str]:
    return [name for name, words in WANTED.items() if any(word in text for word in words)]


def _fitting(scene: Scene, need: list[str]) -> list[Place]:
    return [
        p
        for p in scene.lore.places.values()
        if set(need) <= p.facilities and (need or p.kind in ("centre", "station"))
    ]


def _answer(scene: Scene, need: list[str], point: tuple[float, float], community: str = "") -> Reply:
    fitting = _fitting(scene, need)
    names = "、".join(rules.FACILITIES[n] for n in need)
    if not fitting:
        return Reply(
            f"我们登记的地方里，暂时没有{names}的。请问{scene.lore.centre.call}。",
            (Option("=human", "找人工"),),
        )
    ranked = rules.nearest(fitting, *point)
    is_open = (pair for pair in ranked if pair[0].is_open(scene.now, scene.lore.calendar))
    open_now = list(islice(is_open, SHOWN))
    shown = open_now or ranked[:SHOWN]
    lead = _lacking(scene, need, community, fitting) + _far(scene, open_now)
    text = lead + "\n".join(_line(scene, p, d, need) for p, d in shown)
    if not open_now:
        text += _always(scene, point)
    return Reply(text, (), location=Location(shown[0][0].latitude, shown[0][0].longitude))


def _far(scene: Scene, open_now: list[tuple[Place, float]]) -> str:
    """Said first where nothing is open, or what is open lies outside the 15-minute circle."""
    if not open_now:
        return "现在都关门了，最近的是：\n"
    is_near = rules.walking_minutes(open_now[0][1], scene.lore.centre.walk) <= MINUTES
    return "" if is_near else f"走路{MINUTES}分钟以内没有现在开着的，最近的是：\n"


def _lacking(scene: Scene, need: list[str], community: str, fitting: list[Place]) -> str:
    """A community without its own 云医院 is told so, and sent to the nearest that has one."""
    own = community or (community_of(scene.lore.areas, scene.person.area_id) if scene.person.area_id else "")
    if (
        "cloud_hospital" not in need
        or own not in scene.lore.areas
        or any(place.area == own for place in fitting)
    ):
        return ""
    return f"{scene.lore.areas[own].name}没有云医院，离您最近的是：\n"


def _always(scene: Scene, point: tuple[float, float]) -> str:
    """Where one can go now all the same: the nearest place that never closes."""
    always = [place for place in scene.lore.places.values() if place.is_always_open]
    return "".join(
        f"\n最近的24小时点：{_line(scene, p, d, [])}" for p, d in rules.nearest(always, *point)[:1]
    )


def _line(scene: Scene, place: Place, distance: float | None, need: list[str]) -> str:
    walk = (
        f"，走路约{rules.walking_minutes(distance, scene.lore.centre.walk)}分钟"
        if distance is not None
        else ""
    )
    has = [name for key, name in rules.FACILITIES.items() if key in place.facilities]
    wanted = [rules.FACILITIES[name] for name in need] or has[:5]
    return (
        f"{place.name}（{place.address}）{walk}。{openings.now_open(scene, place)}有：{'、'.join(wanted)}。"
    )


INTENT = Intent("nearest", "找地方", talk)
DUTY = Intent("duty", "值班", openings.on_duty)
