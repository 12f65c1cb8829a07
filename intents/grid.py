"""我的网格员是谁, 我们小区归哪个社区管, 我搬家了: the public card of a grid, and remembering where somebody lives."""

from __future__ import annotations

import re

from intents import address
from intents.address import Settled, Spot
from intents.intent import Intent
from intents.message import Card, Option, Reply
from intents.questions import YesNo
from intents.scene import Scene, Verdict
from intents.talk import MISS, Json, Talk, ask
from knowledge.areas import COMMUNITIES
from knowledge.areas.care import above, is_vacant, law_of

ASKED = re.compile(
    r"网格员|网格长|(?:我|俺|额|咱)们?(?:家|这)?(?:是|在|属于?|归)(?:哪个|哪一个|啥|什么)网格|哪个网格|我的网格|"
    r"(?:归|属于?|是)(?:哪个|哪一个|哪|啥|什么)(?:社区|村委会|街道)(?:管|的)?(?:[啊呀呢吗了]|$)"
)
NOT_ASKED = re.compile("投诉|举报|态度|工资|招聘|应聘|考|报名|怎么当|咋当|职责|调解|提醒|预约")
MOVED = re.compile(
    r"^(?:我|俺|额|咱)?们?(?:家)?(?:已经|刚)?(?:搬家|搬到|搬去|搬了|搬过来).{0,12}?(?:现在|如今|新家)?(?:住到|住在|住|在|到|是)?(?P<where>.*)$|"
    r"^(?:我|俺|额)(?:家)?(?:现在|如今)(?:住到|住在|住)(?P<here>.+)$"
)
NOT_MOVED = re.compile(
    r"户口|户籍|居住证|登记|手续|怎么|咋|如何|补贴|公司|保洁|帮|坏|漏|堵|吵|[?？]|吗|最近的|附近|预约|提醒|医保|社保|上学|学校|想给|想把|能不能|公里|垃圾|调解|哪"
)
MINE = re.compile("我|俺|额|咱")
WHERE = "您住在哪个小区、几号楼？说地址就行，也可以发定位。"


class Home(Spot):
    """Where somebody lives; in other words than an answer only what leads somewhere is heard."""

    def glean(self, text: str, scene: Scene) -> Json:
        found = super().glean(text, scene)
        return MISS if found is MISS or address.look(scene, found).is_nothing else found


def is_asked(text: str) -> bool:
    """Whether words ask for the grid, its worker, or the community an address belongs to."""
    return len(text) <= 60 and ASKED.search(text) is not None and NOT_ASKED.search(text) is None


def has_moved(text: str) -> bool:
    """Whether words tell where somebody lives now, and nothing else."""
    return len(text) <= 40 and MOVED.match(text) is not None and NOT_MOVED.search(text) is None


def talk(scene: Scene) -> Talk:
    """The grid of an address told, of the place the person lives in, or of one that is asked for."""
    scene.verdict = Verdict("act", "grid")
    place = Home(WHERE).glean(scene.opening, scene)
    known = scene.lore.areas.get(scene.person.area_id or "")
    if known is not None and known.kind == "网格" and not _tells(place) and not scene.message.location:
        return card(scene, known.id)
    asked = yield from ask("place", Home(WHERE))
    only_community = "网格" not in scene.opening
    where: Settled = yield from address.settle(scene, asked, building=not only_community)
    if where.found.grid:
        if not _tells(place) or MINE.search(scene.opening):
            address.remember(scene, where)
        return card(scene, where.found.grid, address.spoken(scene, where.found))
    return _no_grid(scene, where)


def moved(scene: Scene) -> Talk:
    """我搬家了，现在住…: the new place is remembered once it leads to one grid and is agreed to."""
    scene.verdict = Verdict("act", "grid")
    where: Settled = yield from address.settle(
        scene, (yield from ask("place", Home("您现在住在哪个小区、几号楼？")))
    )
    if not where.found.grid:
        return _no_grid(scene, where)
    spoken = address.spoken(scene, where.found)
    at = f"{spoken}（{where.said}）" if spoken else where.said
    if not (yield from ask("sure", YesNo(f"您现在住{at}，我记下这个地方，对吗？", "对，记下", "不对"))):
        return Reply("好的，没有改。")
    address.remember(scene, where)
    return card(scene, where.found.grid, spoken).before("记下了，以后按这里给您找人。")


def _tells(place: object) -> bool:
    return isinstance(place, dict)


def _no_grid(scene: Scene, where: Settled) -> Reply:
    """Honest where nothing was recognised; the community where at least that is known."""
    if where.found.community:
        name = scene.lore.area_name(where.found.community)
        return Reply(
            f"那里归{name}管。问“我的网格员是谁”并说楼号，我再告诉您是哪个网格。",
            (Option("=human", "找人工"),),
        )
    return Reply(f"这个地址我没认出来，不敢乱说。请问{scene.lore.centre.call}，或者换个说法再问我。",
                 (Option("=human", "找人工"),))  # fmt: skip


def card(scene: Scene, grid_id: str, at: str = "") -> Reply:
    """What everybody may know of a grid. Telephone numbers only of offices, and only those entered."""
    areas = scene.lore.areas
    grid, community = areas[grid_id], above(areas, grid_id, COMMUNITIES)
    rows = [("网格", scene.lore.area_name(grid_id))]
    if at:
        rows.append(("地址", at))
    if covers := _covers(scene, grid_id):
        rows.append(("管的地方", covers))
    called = community.name if community else "社区"
    rows.append(("网格员", f"暂时空缺，由{called}负责" if is_vacant(grid) else str(grid.note["worker"])))
    rows.append(("办公电话", str(grid.note.get("phone") or scene.lore.centre.call)))
    if chain := " → ".join(str(grid.note[k]) for k in ("branch", "group", "household") if grid.note.get(k)):
        rows.append(("党组织", chain))
    if law := law_of(areas, grid_id):
        rows.append(("法律联系", f"{law[0]}（{law[1].name}）" if law[1].id != grid_id else law[0]))
    options = (
        Option("=start:report", "报个问题"),
        Option("=moved", "我不住这里"),
        Option("=human", "找人工"),
    )
    return Reply("", options, Card("您问的网格", tuple(rows)))


def _covers(scene: Scene, grid_id: str) -> str:
    """示例花园1–4号楼: estates with the buildings that lie in the grid."""
    gazetteer = scene.lore.gazetteer
    told = []
    for estate_id in gazetteer.estates_of.get(grid_id, ()):
        own = [b.label for b in gazetteer.buildings[estate_id].values() if b.grid_id == grid_id]
        told.append(address.plain_name(scene, estate_id) + _labels(own))
    return "、".join(told)


def _labels(labels: list[str]) -> str:
    numbers = sorted(int(label) for label in labels if label.isdigit())
    if numbers and len(numbers) == len(labels):
        whole = numbers == list(range(numbers[0], numbers[-1] + 1))
        return (
            f"{numbers[0]}–{numbers[-1]}号楼"
            if whole and len(numbers) > 1
            else "、".join(map(str, numbers)) + "号楼"
        )
    groups = [label for label in labels if label.endswith("组")]
    return "、".join(groups)


INTENT = Intent("grid", "我的网格", talk)
MOVED_INTENT = Intent("moved", "我搬家了", moved)
