"""A problem report: photo, place, category, a number with a holder; then the reporter's verdict."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from intents import address, stations
from intents.address import Settled, Spot
from intents.cases import dispatch
from intents.cases import verdict as judged
from intents.cases.words import holder_name
from intents.intent import Intent
from intents.message import Message, Option, Reply
from intents.questions import Choice, Phone, Picture, Story, YesNo
from intents.refused import Refused
from intents.scene import Scene, Verdict
from intents.talk import Part, Talk, ask
from knowledge import when
from knowledge.areas import Found
from knowledge.cases import KINDS, clock
from knowledge.cases.report import DANGEROUS
from knowledge.places import metres
from knowledge.wishes import words
from knowledge.wishes.hide import hidden
from storage.cases import Case
from storage.staff import Worker

CATEGORIES = (
    ("light", "楼道灯、路灯"), ("wires", "电线、电箱"), ("road", "道路、井盖、台阶"), ("rubbish", "垃圾、卫生"),
    ("water_leak", "漏水、下水堵"), ("elevator", "电梯、门禁"), ("facility", "健身器材、扶手、树木"),
    ("fire_lane", "堵消防通道"), ("parking", "乱停车"), ("noise", "噪音"), ("other", "其他"),
)  # fmt: skip
LABELS = {**dict(CATEGORIES), "station": "站点设备"}  # a station's own things are not in the list
SAME = {
    "street_lamp": "light",
    "sewer": "water_leak",
    "door": "elevator",
    "tree": "facility",
}  # one holder each
KIND_WORDS = {"light": ("灯",), "wires": ("电线", "电箱"), "road": ("路", "坑", "井盖"), "rubbish": ("垃圾", "脏"),
              "water_leak": ("水", "下水"), "elevator": ("电梯", "门禁"), "facility": ("器材", "凳", "扶手", "树"),
              "fire_lane": ("消防",), "parking": ("车",), "noise": ("吵", "噪")}  # fmt: skip
DANGER = {"wires": "电线别碰，离远一点，也提醒别人。冒火打119，电力抢修打95598。", "light": "摸黑走路请慢一点。",
          "fire_lane": "通道要紧，堵着请先打物业；着火打119。"}  # fmt: skip
AGREED = ("对", "是", "是的", "对的", "嗯", "就是", "没错")
AWAY = "请先离远一点，也提醒别人绕开。"
NEAR = 250.0  # metres
RECENT = timedelta(days=14)


def talk(scene: Scene) -> Talk:
    """What, photo, where, which kind; joined to the neighbours' report where there is one."""
    scene.verdict = Verdict("act", "report")
    seed = scene.opening if len(scene.opening) >= 3 else ""
    told = yield from ask("words", Story("请说说是什么问题。", least=2, seed=seed))
    photo = yield from ask("photo", Picture(f"{_warning(told)}能拍张照片发来吗？方便派人去看。"))
    station = yield from _station(scene, told)
    if station:
        place = {"words": station.name, "latitude": station.latitude, "longitude": station.longitude}
        where, category = Settled(station.area, Found()), "station"
    else:
        place = yield from ask("place", Spot("在哪里？说小区和楼号，或者发定位。"))
        where = yield from address.settle(scene, place)
        category = yield from _category(told)
    same = _same(scene, category, place, where)
    if same:
        question = YesNo(
            f"附近有人报过同样的问题（{same.number}）。要跟那一件一起跟进吗？", "一起跟进", "不是同一件"
        )
        question.picture = _picture(scene, same)
        if (yield from ask("join", question)):
            return _join(scene, same, photo)
    named = yield from ask("named", Named())
    phone = (yield from _phone(scene)) if named == "yes" else ""
    tail = f"，电话尾号{phone[-4:]}" if phone else "，不留名"
    grid = f"（{where.said}）" if where.said else ""
    question = YesNo(
        f"请核对：{LABELS[category]}，{place['words']}{grid}{tail}。\n提交吗？", "提交", "不提交"
    )
    if not (yield from ask("sure", question)):
        return Reply("好的，没有提交。")
    workers = stations.keepers(scene, station) if station else address.responsible(scene, where.area_id)
    return _open(scene, told, photo, place, where, category, phone, workers, named=named == "yes")


def _station(scene: Scene, told: str) -> Part:
    """The station whose microwave oven or water is broken; None where it is about something else."""
    facility = stations.fault(told)
    if not facility:
        return None
    chosen = yield from ask("station", stations.Station(scene, facility))
    return scene.lore.places.get(chosen)


class Named(Choice):
    """Whether to leave a number; a number told at once is a yes."""

    def __init__(self) -> None:
        super().__init__(
            "要留名吗？", (("yes", "留电话，有结果告诉我"), ("no", "不留名，在这里看结果")), gleans=False
        )

    def hear(self, message: Message, scene: Scene) -> object:
        return "yes" if words.mobile(message.text) else super().hear(message, scene)


def _category(told: str) -> Part:
    """The kind that the words suggest is confirmed with one tap; else the list."""
    seen = words.problem(told)
    found = SAME.get(seen.category, seen.category) if seen else ""
    if found in LABELS and found != "other":
        ways = {**KIND_WORDS, found: (*KIND_WORDS.get(found, ()), *AGREED), "list": ("不是", "不对")}
        options = ((found, LABELS[found]), ("list", "不是，换一类"))
        question = Choice("是不是这一类？", options, words=ways, gleans=False)
        chosen = yield from ask("likely", question)
        if chosen != "list":
            return chosen
    return (yield from ask("category", Choice("属于哪一类？", CATEGORIES, words=KIND_WORDS, gleans=False)))


def _phone(scene: Scene) -> Part:
    told = scene.records.people.told(scene.person.id)
    return told["phone"] or (yield from ask("phone", Phone("留个电话，有结果告诉您：")))


def _same(scene: Scene, category: str, place: dict[str, Any], where: Settled) -> Case | None:
    """An open report of the same kind close by within a fortnight (RG32)."""
    areas, since = address.near(scene, where.area_id, place, NEAR), scene.now - RECENT
    found = [
        case
        for area in areas
        for case in scene.records.cases.similar(category=category, area_id=area, since=since)
    ]
    near = [case for case in found if case.conversation_id != scene.talk.id and _is_near(case, place)]
    return near[-1] if near else None


def _is_near(case: Case, place: dict[str, Any]) -> bool:
    told = case.body.get("point")
    if told and "latitude" in place:
        return metres(told[0], told[1], place["latitude"], place["longitude"]) <= NEAR
    return bool(case.body.get("place")) and _plain(str(case.body["place"])) == _plain(place["words"])


def _plain(place: str) -> str:
    """六单元 and 6单元 are one place."""
    return place.translate(DIGITS).replace(" ", "")


DIGITS = str.maketrans("一二三四五六七八九零", "1234567890")


def _join(scene: Scene, case: Case, photo: str) -> Reply:
    scene.records.cases.subscribe(case.id, scene.talk.id)
    if photo:
        scene.records.cases.file(photo, case.id)
    scene.records.cases.note(case.id, scene.now, "居民", "join", case.state, "又有一位居民报了同一件事")
    return Reply(f"好的，{case.number}有消息会一起告诉您。", (Option("=progress", "查进度"),))


def _picture(scene: Scene, case: Case) -> str:
    """The neighbour's photo, unless it is kept from others (RG38)."""
    shown = scene.records.cases.pictures(case.id, seen_by=("staff", "parties"))
    return next((i for i, kind in shown if kind == "before"), "")


def _open(scene: Scene, told: str, photo: str, place: dict[str, Any], where: Settled, category: str, phone: str,
          workers: list[Worker], *, named: bool) -> Reply:  # fmt: skip
    seen = words.problem(told)
    danger = seen is not None and seen.danger
    span = DANGEROUS if danger else KINDS["report"].promise(category)
    body = {"words": told if named else hidden(told), "place": place["words"] if named else hidden(place["words"]),
            "point": _point(place), "phone": phone, "category": LABELS[category], "anonymous": not named}  # fmt: skip
    case = scene.records.cases.open(
        "report", area_id=where.area_id, title=f"上报：{LABELS[category]}", category=category, body=body,
        priority=5 if danger else 0, person_id=scene.person.id, conversation_id=scene.talk.id,
        due_at=clock.due(scene.now, span, scene.lore.calendar), now=scene.now, token=f"report:{scene.token}",
    )  # fmt: skip
    if photo:
        scene.records.cases.file(photo, case.id)
    case = dispatch.dispatch(scene.records, scene.lore, case, scene.now, here=workers)
    assert case.due_at is not None
    taken = f"{holder_name(scene.records, case)}接手" if case.unit and not case.lost_at else "社区接手"
    taken = "还没联系上能接手的单位，街道在安排" if case.lost_at else taken
    return Reply(
        f"报上去了，编号{case.number}。{taken}，{when.say(case.due_at, clock=False)}前给您答复。\n"
        "有人接单、修好了，我都会告诉您。",
        (Option("=progress", "查进度"), Option("=menu", "办别的事")),
    )


def _point(place: dict[str, Any]) -> list[float]:
    return [place["latitude"], place["longitude"]] if "latitude" in place else []


def _warning(told: str) -> str:
    """What to do at once where people may come to harm."""
    seen = words.problem(told)
    if seen is None or not seen.danger:
        return ""
    return DANGER.get(SAME.get(seen.category, seen.category), AWAY) + "\n"


def verdict(scene: Scene) -> Reply:
    """解决了吗 (RG37)."""
    scene.verdict = Verdict("act", "progress")
    case = scene.records.cases.by_number(str(scene.answers.get("number", "")))
    if case is None or scene.talk.id not in scene.records.cases.subscribers(case) or case.state != "fixed":
        return Reply("这件事现在不用确认了。")
    solved = scene.answers.get("solved") == "yes"
    try:
        return Reply(judged.give(scene.records, scene.lore, case, scene.talk.id, scene.now, solved=solved))
    except Refused:
        return Reply("这件事刚有变化，请查一下进度。")


INTENT = Intent("report", "问题上报", talk)
VERDICT = Intent("verdict", "确认结果", verdict)
