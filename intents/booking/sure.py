"""The last question: yes, change one thing, or no booking."""

from __future__ import annotations

import re

from intents.message import Message
from intents.questions import Choice, YesNo, is_no, is_yes, names_day
from intents.scene import Scene
from intents.talk import MISS, Json, Part, Stale, ask
from knowledge import when
from knowledge.services import Service

ITEMS = {
    "day": "改日子", "time": "改时间", "place": "改地点", "quantity": "改数量", "for_whom": "改给谁", "name": "改称呼",
    "phone": "改电话", "address": "改地址", "people": "改人数", "child": "改孩子", "note": "改交代",
}  # fmt: skip
NAMED = {
    "day": "日子|日期|哪天|哪一天|天数", "time": "时间|几点|钟点", "place": "地点|地方|哪里", "quantity": "数量|份数|几份|份",
    "for_whom": "给谁|对象", "name": "名字|姓名|称呼|叫法|姓", "phone": "电话|手机|号码|尾号", "address": "地址|住址|门牌|楼号",
    "people": "人数|多少人", "child": "孩子|娃", "note": "交代|备注|忌口|口味|科",
}  # fmt: skip
STOP = re.compile(r"不约了|别约了|不要约|不预约|取消|不订了|不定了|不借了|不报了|不去了|不办了|算了")
CHANGE = re.compile(r"改|换|错|不对|不是|等等|等一下|慢着|重新")


def items(service: Service, *, places: int) -> list[str]:
    """What of a booking can be changed, in the order it was asked."""
    whole_day = ("time",) if not service.whole_day else ()
    place = ("place",) if places > 1 else ()
    return ["day", *whole_day, *place, *(name for name in service.asks if name in ITEMS)]


def named_item(text: str, among: list[str], scene: Scene) -> str | None:
    """The item that words speak of: by its name, or by what they tell (是后天)."""
    found = [name for name in among if re.search(NAMED[name], text)]
    if found:
        return found[0]
    if "day" in among and names_day(text):
        return "day"
    is_hour = "time" in among and when.read(text, scene.local).kind in ("point", "part", "range", "deadline")
    return "time" if is_hour else None


class Sure(YesNo):
    """确认、要改、不约了; 不 and 没有 alone lose nothing, they ask what is to be changed."""

    def __init__(self, prompt: str, among: list[str]) -> None:
        super().__init__(prompt, "确认", "不约了")
        self._among = among
        self.hint = "请回“确认”。要改就说改哪一项，不约就回“不约了”。"

    def options(self) -> list[tuple[str, str]]:
        return [("yes", "确认"), ("change", "要改"), ("no", "不约了")]

    def hear(self, message: Message, scene: Scene) -> Json:
        text = message.text.strip()
        if is_yes(text):
            return "yes"
        if STOP.search(text):
            return "no"
        if is_no(text):
            return "change"
        if CHANGE.search(text) or text.startswith("不"):
            return named_item(text, self._among, scene) or "change"
        return MISS

    def load(self, value: Json) -> str:  # type: ignore[override]
        return str(value)


class Which(Choice):
    """Which item is wrong."""

    def __init__(self, among: list[str]) -> None:
        super().__init__(
            "要改哪一项，还是不约了？", [*((i, ITEMS[i]) for i in among), ("no", "不约了")], gleans=False
        )
        self._among = among

    def hear(self, message: Message, scene: Scene) -> Json:
        text = message.text.strip()
        if STOP.search(text):
            return "no"
        if is_yes(text) or "不改" in text or "不用改" in text:
            return "keep"
        return named_item(text, self._among, scene) or super().hear(message, scene)


def is_sure(scene: Scene, service: Service, summary: str, *, places: int) -> Part:
    """True for a yes, False for a clear no; an item to be changed is forgotten and asked again."""
    among = items(service, places=places)
    choosing = scene.answers.get("_changing") == summary
    said = str((yield from ask("sure", Which(among) if choosing else Sure(summary, among))))
    if said in ("yes", "no"):
        return said == "yes"
    scene.answers["_changing"] = summary if said == "change" else ""
    if said in ("change", "keep"):
        raise Stale("sure", "")
    scene.answers.pop("sure", None)
    forget(scene, said)
    raise Stale(said, "")


def forget(scene: Scene, name: str) -> None:
    """What was told before does not answer this item any more, nor does what is remembered of the person."""
    scene.answers["_said"] = []
    scene.answers["_again"] = [*scene.answers.get("_again", []), name]
    if name in ("day", "time"):
        for kept in ("_near", "_part", "_since"):
            scene.answers.pop(kept, None)
    if name == "day" and scene.text and when.read(scene.text, scene.local).kind in ("point", "range", "part"):
        scene.answers.pop("time", None)
