"""Something at one of our stations is broken: which thing, at which station, and who keeps it."""

from __future__ import annotations

import re

from intents import address
from intents.message import Message
from intents.scene import Scene
from intents.talk import MISS, Json, Question
from knowledge import places as rules
from knowledge.places import Place
from storage.staff import Worker

THINGS = {
    "microwave": "微波炉", "water": "饮水机|开水器|热水器", "charging": "充电宝|充电柜|充电口|充电线|充电桩?座?(?=坏|不)",
    "parcel": "快递柜", "toolbox": "服务箱|工具箱", "machine": "一体机|自助机|自助终端", "nursing": "母婴室",
    "wheelchair": "轮椅", "cloud_hospital": "云医院(?:设备|机器)?",
}  # fmt: skip
BROKEN = re.compile(
    "坏|不热|没水|不出水|用不了|死机|黑屏|没反应|打不开|不亮|不动|失灵|漏水|不制冷|充不(?:了|上|进)"
)
AT_HOME = re.compile("我?家里?的?(?=微波|饮水|热水|轮椅|充电)|屋里|电动车|汽车|楼下充电桩")
SHOWN, NEAR = 3, 500.0
ELSEWHERE = "elsewhere"


def fault(text: str) -> str:
    """The facility of a station that a sentence says is broken; empty where it says nothing of the kind."""
    if not BROKEN.search(text) or AT_HOME.search(text):
        return ""
    return next((key for key, words in THINGS.items() if re.search(words, text)), "")


class Station(Question):
    """Which station it is. The answer is its id, or "elsewhere" where it is none of ours."""

    def __init__(self, scene: Scene, facility: str) -> None:
        super().__init__(f"是哪个站点的{rules.FACILITIES[facility]}？说站点名、路名，或者发定位。")
        self.hint = "没听出是哪个站点。请选一个，或者发定位。"
        self._having = [place for place in scene.lore.places.values() if facility in place.facilities]
        community = scene.area_id
        self._near = [place for place in self._having if place.area == community][: SHOWN - 1]

    def options(self) -> list[tuple[str, str]]:
        return [*((place.id, place.name) for place in self._near), (ELSEWHERE, "不是站点里的")]

    def _named(self, text: str) -> Json:
        found = rules.mentioned(text, self._having)
        return found[0].id if len(found) == 1 else MISS

    def hear(self, message: Message, scene: Scene) -> Json:
        if message.location:
            ranked = rules.nearest(self._having, message.location.latitude, message.location.longitude)
            return ranked[0][0].id if ranked and ranked[0][1] <= NEAR else MISS
        return ELSEWHERE if re.search("不是|都不", message.text) else self._named(message.text)

    def glean(self, text: str, scene: Scene) -> Json:
        return self._named(text)


def keepers(scene: Scene, place: Place) -> list[Worker]:
    """The station's keeper where that is a worker of ours, else whoever looks after its community."""
    keeper = scene.records.staff.by_login(place.keeper) if place.keeper else None
    return [keeper] if keeper and keeper.active else address.responsible(scene, place.area)
