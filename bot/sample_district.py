"""A made-up district (示例) of the real one's size: 10 streets, 113 communities, 53 villages, 633 estates, 1,138 grids,
352 stations. The same every time: everything follows from counting. Street names are real, all below is made up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import cos, radians, sin, sqrt
from typing import Any

from bot.sample import Sample, load_sample, read_sample
from bot.sample_areas import estates_of
from knowledge.areas import Building, Estate
from knowledge.geo import Point
from storage.archive import Records
from storage.places import Area

COMMUNITIES, VILLAGES, ESTATES, GRIDS, STATIONS = 113, 53, 633, 1138, 352
BRANCHES, GROUPS, HOUSEHOLDS = 424, 715, 1091
# street: communities, villages, centre (WGS-84, not surveyed)
STREETS: Mapping[str, tuple[int, int, float, float]] = {
    "wb": (15, 0, 34.331, 108.699), "rm": (15, 0, 34.336, 108.712), "xl": (14, 0, 34.343, 108.722),
    "wjb": (13, 0, 34.349, 108.700), "wyx": (12, 0, 34.335, 108.678), "cyz": (14, 6, 34.308, 108.709),
    "gd": (10, 6, 34.343, 108.664), "mq": (9, 12, 34.352, 108.625), "sz": (6, 14, 34.405, 108.640),
    "mz": (5, 15, 34.425, 108.590),
}  # fmt: skip
_STEMS = (
    "锦绣 丽景 阳光 翠竹 紫薇 金桂 银杏 玉兰 春晓 秋实 和平 团结 幸福 安康 明珠 星河 望湖 听雨 松柏 桃源 祥云 瑞丰 福满 长乐 永宁 "
    "新兴 建设 红旗 东风 向阳 朝霞 彩虹 碧水 蓝湾 绿洲 梧桐 海棠 牡丹 芙蓉 百合 晨光 暮云 书香 文苑 学府 凤凰 麒麟 金龙 白鹤 青松 "
    "天和 地利 人和 万象 千禧 盛世 华夏 中兴 宏远 博雅 雅居 静园 怡景 康乐 泰和 宝塔 古槐 石桥 清泉 渭水 秦风 汉韵 唐城 咸新 周原"
)
ENDINGS = ("花园", "家园", "嘉苑", "新村", "公寓", "华庭", "家属院", "小区")
_ROADS = (
    "人民路 渭阳西路 西兰路 玉泉路 世纪大道 彩虹二路 滨河路 珠泉路 乐育路 抗战路 思源路 联盟三路 秦皇路 新兴路 文汇路 吴家堡路 "
    "宝泉路 沈兴路 迎宾大道 中华路 安谷路 毕塬路 团结路 建国路"
)
STEMS, ROADS = _STEMS.split(), _ROADS.split()
FIGURES = "一二三四五六七八九十"
SEVEN = ("water", "microwave", "toolbox", "charging", "parcel", "relief", "rest")
EXTRAS = ("toilet", "nursing", "cooling", "machine", "wheelchair")
ALWAYS = [{"days": list(range(7)), "opens": "00:00", "closes": "24:00"}]
DAILY = [{"days": list(range(7)), "opens": "08:00", "closes": "20:00"}]
CLOUDS = 93  # communities with a 云医院
CHECKED = "2026-11-01"
METRE = 1 / 111_195  # degrees of latitude
VACANT, LAWLESS = 57, 9  # every 57th grid has no worker, every 9th no law contact of its own
SAME_NAME = 600  # estates from this one on repeat an earlier name elsewhere


class NotEmpty(ValueError):
    """数据库里已经有自己的区域，没有装入示例区。请换一个空数据库。"""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, slots=True)
class District:
    """Everything that is generated."""

    areas: tuple[Area, ...]
    estates: tuple[Estate, ...]
    buildings: tuple[Building, ...]
    places: tuple[dict[str, Any], ...]


def make_district(sample: Sample | None = None) -> District:
    """The whole district."""
    sample = sample or read_sample()
    upper = [area for area in sample.areas if area.kind in ("区", "街道")]
    lower = list(_communities({area.id: area for area in upper}))
    towns = [area for area in lower if area.kind == "社区"]
    villages = [area for area in lower if area.kind == "村"]
    estates = _estates(towns)
    grids, buildings = _grids(towns, villages, estates)
    hamlets = [_hamlet(village) for village in villages]
    return District(
        (*upper, *lower, *grids), (*estates, *hamlets), tuple(buildings), tuple(_places(sample, lower))
    )


def load_district(records: Records, now: datetime) -> dict[str, int]:
    """Load the sample centre where it is missing, then the district over it; returns how many rows of each kind.

    Raises NotEmpty where areas are there that are not the sample's.
    """
    load_sample(records, now)
    sample = read_sample()
    district = make_district(sample)
    ours = {area.id for area in district.areas}
    known = {area.id for area in sample.areas}
    there = {area.id for area in records.places.areas()}
    if there - ours - known:
        raise NotEmpty
    records.places.forget_areas(there - ours)
    records.areas.forget_estates(estate.id for estate in estates_of(sample.areas)[0])
    records.areas.put_many(district.areas, district.estates, district.buildings)
    for body in district.places:
        records.places.put_place(body)
    return count(district)


def count(district: District) -> dict[str, int]:
    """How many there are of each kind."""
    kinds = [area.kind for area in district.areas]
    found = {kind: kinds.count(kind) for kind in ("街道", "社区", "村", "网格")}
    return found | {
        "小区": sum(estate.kind == "小区" for estate in district.estates), "楼栋": len(district.buildings),
        "站点": sum(place["kind"] == "station" for place in district.places),
    }  # fmt: skip


def _figure(n: int) -> str:
    """1 → 一, 12 → 十二."""
    return FIGURES[n - 1] if n <= 10 else f"十{FIGURES[n - 11]}"


def _spread(total: int, among: int) -> list[int]:
    """Shares that add up, as equal as can be."""
    return [total * (n + 1) // among - total * n // among for n in range(among)]


def _point(area: Area) -> Point:
    latitude, longitude = area.note["point"]
    return float(latitude), float(longitude)


def _around(centre: Point, n: int, metres: float) -> Point:
    """The n-th point of a spiral around a point; neighbours lie about so many metres apart."""
    latitude, longitude = centre
    far, turn = metres * sqrt(n) * METRE, radians(137.5 * n)
    return round(latitude + far * sin(turn), 6), round(
        longitude + far * cos(turn) / cos(radians(latitude)), 6
    )


def _communities(streets: Mapping[str, Area]) -> Iterator[Area]:
    for street_id, (towns, villages, lat, lon) in STREETS.items():
        street = streets[street_id]
        short = street.name.removesuffix("街道")
        for n in range(towns + villages):
            is_town = n < towns
            number = n + 1 if is_town else n - towns + 1
            name = f"{short}示例{_figure(number)}{'社区' if is_town else '村'}"
            if street_id == "wb" and n == 0:
                name = "示例社区"
            key = f"{street_id}{number:02d}" if is_town else f"{street_id}v{number:02d}"
            point = _around((lat, lon), n, 420 if is_town else 700)
            note = {"sample": True, "law": "示例·社区法律顾问", "point": list(point),
                    "five": ["示例·居委会", "示例·业委会", "示例·物业", "示例·驻区单位", "示例·社会组织"]}  # fmt: skip
            yield Area(key, street_id, "社区" if is_town else "村", name, f"{street.path}{key}/", note)


def _estates(towns: Sequence[Area]) -> list[Estate]:
    found: list[Estate] = []
    for town, share in zip(towns, _spread(ESTATES, len(towns)), strict=True):
        for m in range(share):
            n = len(found)
            like = n if n < SAME_NAME else (n - SAME_NAME) * 17 % 500
            stem, ending = STEMS[like % len(STEMS)], ENDINGS[like // len(STEMS)]
            aliases = (f"{stem}{ending[0]}区",) if n % 3 == 0 and n < SAME_NAME else ()
            point = _around(_point(town), m + 1, 150)
            found.append(Estate(f"e{n + 1:03d}", town.id, f"{stem}{ending}（示例）", "小区", aliases,
                                ROADS[n % len(ROADS)], str(n // len(ROADS) * 2 + 1), *point))  # fmt: skip
    return found


def _grids(towns: Sequence[Area], villages: Sequence[Area], estates: Sequence[Estate]
           ) -> tuple[list[Area], list[Building]]:  # fmt: skip
    """Each estate has one or two grids with four or five buildings each; each village two with its groups."""
    shares = iter(_spread(GRIDS - 2 * len(villages), len(estates)))
    grids: list[Area] = []
    buildings: list[Building] = []
    for town in towns:
        number = 0
        for estate in (it for it in estates if it.area_id == town.id):
            label = 0
            for _ in range(next(shares)):
                number += 1
                grid = _grid(town, number, len(grids))
                grids.append(grid)
                for _ in range(4 + len(grids) % 2):
                    label += 1
                    point = _around((estate.latitude or 0.0, estate.longitude or 0.0), label, 14)
                    buildings.append(Building(estate.id, str(label), grid.id, 2 + label % 3, *point))
    for village in villages:
        for number in (1, 2):
            grid = _grid(village, number, len(grids))
            grids.append(grid)
            for group in range(number * 3 - 2, number * 3 + 1):
                point = _around(_point(village), group, 90)
                buildings.append(Building(f"h-{village.id}", f"{group}组", grid.id, None, *point))
    return grids, buildings


def _hamlet(village: Area) -> Estate:
    return Estate(f"h-{village.id}", village.id, village.name, "村", (), "", "", *_point(village))


def _grid(community: Area, number: int, n: int) -> Area:
    note: dict[str, Any] = {
        "sample": True, "phone": "", "branch": f"示例·第{n * BRANCHES // GRIDS + 1}网格党支部",
        "group": f"示例·第{n * GROUPS // GRIDS + 1}楼栋党小组", "household": f"示例·第{n * HOUSEHOLDS // GRIDS + 1}党员中心户",
        "worker": "" if n % VACANT == VACANT - 1 else f"示例·网格员{n + 1}号",
        "law": "" if n % LAWLESS == 0 else f"示例·法律服务队{n % 13 + 1}队",
    }  # fmt: skip
    key = f"{community.id}-{number:02d}"
    return Area(key, community.id, "网格", f"第{_figure(number)}网格", f"{community.path}{key}/", note)


def _places(sample: Sample, communities: Sequence[Area]) -> Iterator[dict[str, Any]]:
    """The sample's places, a centre with a 云医院 in 93 communities, and stations to the number."""
    yield from sample.places
    centres = {place["area"] for place in sample.places if place["kind"] == "centre"}
    clouds = sum("cloud_hospital" in place["facilities"] for place in sample.places)
    free = [area for area in communities if area.kind == "社区" and area.id not in centres]
    for area in free[: CLOUDS - clouds]:
        lat, lon = _point(area)
        yield {"id": f"c-{area.id}", "name": f"{area.name}党群服务中心（示例）", "kind": "centre", "area": area.id,
               "address": f"秦都区{area.name}（示例地址）", "near": [], "latitude": lat, "longitude": lon, "phone": "",
               "facilities": [*SEVEN, "toilet", "cloud_hospital"], "keeper": "示例·社区值班", "checked": CHECKED,
               "hours": [{"days": [0, 1, 2, 3, 4], "opens": opens, "closes": closes}
                         for opens, closes in (("09:00", "12:00"), ("14:00", "18:00"))]}  # fmt: skip
    have = sum(place["kind"] == "station" for place in sample.places)
    for n in range(STATIONS - have):
        yield _station(n, communities[n % len(communities)], n // len(communities))


def _station(n: int, area: Area, ring: int) -> dict[str, Any]:
    lat, lon = _around(_point(area), ring + 1, 260)
    facilities = [
        name for k, name in enumerate(SEVEN) if k < 1 or (n + k) % 11
    ]  # a few lack one of the seven
    return {
        "id": f"d-{n + 1:03d}", "name": f"{area.name}{_figure(ring + 1)}号党群服务工作站（示例）", "kind": "station",
        "area": area.id, "address": f"秦都区{ROADS[n % len(ROADS)]}{n + 200}号（示例地址）", "near": [],
        "latitude": lat, "longitude": lon, "facilities": [*facilities, *(x for k, x in enumerate(EXTRAS) if n % (k + 3) == 0)],
        "hours": ALWAYS if n % 10 == 0 else DAILY, "on_holidays": True, "phone": "", "keeper": "示例·站点管理人",
        "checked": CHECKED,
    }  # fmt: skip
