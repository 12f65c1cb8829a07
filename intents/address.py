"""Where something is: words or a location to exactly one grid, with at most two short questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from intents import duty
from intents.message import Message
from intents.questions import Where
from intents.scene import Scene
from intents.talk import MISS, Json, Part, Question, ask
from knowledge.areas import Estate, Found, label_of
from knowledge.areas.care import community_of, is_vacant
from knowledge.areas.gazetteer import SAMPLE
from knowledge.wishes import words
from storage.staff import Worker

NONE = "none"
NEITHER = ("都不是", "都不对", "不是", "不对", "没有", "不在里面")
UNSURE = ("说不清", "不知道", "不清楚", "没有楼号", "不在楼里", "记不得", "忘了")


@dataclass(frozen=True, slots=True)
class Settled:
    """Where it is: the area it belongs to (the grid, or the community where no grid is known)."""

    area_id: str
    found: Found
    said: str = ""  # the grid in words, empty where none is known


class Spot(Where):
    """A place in words or a location; an estate we know is heard in a longer sentence too."""

    def glean(self, text: str, scene: Scene) -> Json:
        said = super().glean(text, scene)
        if said is not MISS and not look(scene, said).is_nothing:
            return said
        found = scene.lore.gazetteer.resolve(text, home=scene.person.area_id or "")
        if said is not MISS or found.ask == "sure" or not (found.grid or found.estate or found.choices):
            return said
        return self._from(words.place(text) or text[:60], scene.message)


class Which(Question):
    """Which estate of those with the name that was told. The answer is its id, or "none"."""

    def __init__(self, scene: Scene, found: Found) -> None:
        self._named = [
            (i, f"{scene.lore.area_name(_estate(scene, i).area_id)} {plain_name(scene, i)}")
            for i in found.choices
        ]
        one = len(self._named) == 1
        prompt = "是不是这里？" if found.ask == "sure" and one else "是哪一处？"
        more = "不在里面，就说是哪个街道哪个社区；" if found.more else ""
        super().__init__(f"{prompt}{more}都不是就回“都不是”。" if len(self._named) > 2 else prompt)
        self.hint = "请选一项，或者回“都不是”。"

    def options(self) -> list[tuple[str, str]]:
        return [*self._named, (NONE, "都不是")] if len(self._named) < 3 else self._named

    def hear(self, message: Message, scene: Scene) -> Json:
        text = message.text.strip(" ，。！,.!")
        if text in NEITHER:
            return NONE
        if len(self._named) == 1 and text in ("是", "是的", "对", "对的", "嗯"):
            return self._named[0][0]
        told = [i for i, label in self._named if text and (text in label or label in text)]
        if len(told) == 1:
            return told[0]
        found = scene.lore.gazetteer.resolve(text + plain_name(scene, self._named[0][0]))
        return found.estate or MISS


class WhichBuilding(Question):
    """Which building of an estate; the answer is its label, "" where the person cannot say."""

    def __init__(self, scene: Scene, found: Found, told: str) -> None:
        self._estate = found.estate
        name = plain_name(scene, found.estate)
        super().__init__(f"{told}{name}哪一栋？回楼号就行，比如“3号楼”。")
        self.hint = f"{name}没有这一栋。请再说一次楼号，或者回“说不清”。"

    def options(self) -> list[tuple[str, str]]:
        return [("", "说不清")]

    def hear(self, message: Message, scene: Scene) -> Json:
        text = message.text.strip(" ，。！,.!")
        if any(word in text for word in UNSURE):
            return ""
        own = scene.lore.gazetteer.buildings.get(self._estate, {})
        found = scene.lore.gazetteer.resolve(text, estate=self._estate)
        label = found.building or label_of(text)
        return label if label in own else MISS


def settle(scene: Scene, place: dict[str, Any], *, building: bool = True) -> Part:
    """Exactly one grid where the place tells it or a question does; else the community. Gives Settled.

    With `building` False the community is enough, and no building is asked for.
    """
    found = look(scene, place)
    if found.choices:
        chosen = yield from ask("which_estate", Which(scene, found))
        if chosen == NONE:
            return Settled(scene.area_id, Found())
        found = scene.lore.gazetteer.resolve(str(place["words"]), estate=str(chosen))
    if found.ask == "building" and building:
        told = yield from ask("which_building", WhichBuilding(scene, found, ""))
        if told:
            label = told if told.endswith("组") else f"{told}号楼"
            found = scene.lore.gazetteer.resolve(label, estate=found.estate)
    area_id = found.grid or found.community or scene.area_id
    return Settled(area_id, found, scene.lore.area_name(area_id) if found.grid else "")


def look(scene: Scene, place: dict[str, Any]) -> Found:
    """The words count first; a location where they tell nothing."""
    found = scene.lore.gazetteer.resolve(str(place["words"]), home=scene.person.area_id or "")
    if found.is_nothing and "latitude" in place:
        return scene.lore.gazetteer.at(float(place["latitude"]), float(place["longitude"]))
    return found


def near(scene: Scene, area_id: str, place: dict[str, Any], metres: float) -> list[str]:
    """The area, its community, and every grid with a building within so many metres of the place."""
    ids = [area_id, community_of(scene.lore.areas, area_id)]
    if "latitude" in place:
        ids += scene.lore.gazetteer.grids_near(float(place["latitude"]), float(place["longitude"]), metres)
    return list(dict.fromkeys(ids))


def responsible(scene: Scene, area_id: str) -> list[Worker]:
    """Who is told of a matter: the grid's own worker, else (vacant grid) whoever is on duty for the community."""
    area = scene.lore.areas.get(area_id)
    if area is not None and area.kind == "网格" and not is_vacant(area):
        own = [w for w in scene.records.staff.within(area.path) if w.active and w.area_id == area_id]
        if own:
            return own
    community = community_of(scene.lore.areas, area_id)
    return duty.people_on_duty(scene.records, scene.lore, community, scene.now)


def remember(scene: Scene, settled: Settled) -> None:
    """From now on the person lives there."""
    if settled.found.grid and scene.person.area_id != settled.found.grid:
        scene.records.people.set_area(scene.person.id, settled.found.grid)
        scene.person.area_id = settled.found.grid


def spoken(scene: Scene, found: Found) -> str:
    """锦绣花园7号楼."""
    if not found.estate:
        return ""
    label = found.building
    tail = label if label.endswith("组") else f"{label}号楼" if label and label[0].isascii() else ""
    return plain_name(scene, found.estate) + tail


def _estate(scene: Scene, estate_id: str) -> Estate:
    return scene.lore.gazetteer.estates[estate_id]


def plain_name(scene: Scene, estate_id: str) -> str:
    """An estate's name as people say it, without the mark of the sample."""
    return SAMPLE.sub("", _estate(scene, estate_id).name)
