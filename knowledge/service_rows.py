"""A service as one row in plain words: what the desk's form and a sheet hold. Every error names its column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from knowledge.handbook_files.envelope import check
from knowledge.handbook_files.report import BadFile
from knowledge.services import GROUPS, BadService, from_mapping

COLUMNS = {
    "编号": "id", "名称": "name", "类别": "group", "价格": "price", "说明": "summary", "对象": "who", "叫法": "words",
    "地点": "places", "开放时间": "plan", "时长": "minutes", "名额": "capacity", "提前小时": "lead_hours",
    "提前天数": "window_days", "要问": "asks", "带什么": "bring", "上门": "at_home", "按天": "whole_day", "截止": "cutoff",
    "几小时内确认": "confirm_hours", "要用": "needs", "前间隔": "before", "后间隔": "after", "每人次数": "limit",
    "每天最多": "per_day", "优先": "priority", "机构": "provider", "规则": "rules",
}  # fmt: skip
REQUIRED = ("编号", "名称", "价格", "地点", "开放时间")
HINTS = {
    "编号": "英文字母开头，如 dance_class", "类别": "、".join(GROUPS), "价格": "免费，或 低偿，每次5元", "叫法": "居民怎么叫，用顿号隔开",
    "地点": "地点编号，用顿号隔开", "开放时间": "周一至周五 09:00-12:00 14:00-17:00；周六 09:00-12:00", "时长": "分钟，5的倍数",
    "要问": "给谁、称呼、电话、地址、份数、人数、孩子、备注", "截止": "当天 09:30，或 前1天 17:00",
    "要用": "资源编号：律师甲|律师乙；会谈室", "每人次数": "每天1、每周1、每月2",
}  # fmt: skip
ASKED = {"给谁": "for_whom", "称呼": "name", "电话": "phone", "地址": "address", "份数": "quantity", "人数": "people",
         "孩子": "child", "备注": "note"}  # fmt: skip
DAYS = "一二三四五六日"
PERIODS = {"天": "day", "周": "week", "月": "month"}
LISTS = ("words", "places", "bring", "priority")
NUMBERS = ("minutes", "capacity", "window_days", "confirm_hours", "before", "after", "per_day")
MOST_ROWS = 500
_DAY = re.compile(r"^(?:周|星期)?([一二三四五六日天])(?:(?:至|到|-|~)(?:周|星期)?([一二三四五六日天]))?$")


def read_row(row: Mapping[str, str]) -> dict[str, Any]:
    """The body of a service from its columns; raise BadService with every error."""
    body: dict[str, Any] = {}
    wrong: list[str] = []
    for header, name in COLUMNS.items():
        told = str(row.get(header) or "").strip()
        if not told:
            wrong += [f"缺“{header}”"] if header in REQUIRED else []
            continue
        try:
            body[name] = _value(name, told)
        except (ValueError, KeyError) as error:
            wrong.append(f"“{header}”写的“{told[:40]}”看不懂：{_why(error, header)}")
    if wrong:
        raise BadService("；".join(wrong))
    from_mapping(body)
    return body


def _why(error: Exception, header: str) -> str:
    told = str(error.args[0]) if isinstance(error, BadService) and error.args else ""
    return told or (f"要写成“{HINTS[header]}”这样" if header in HINTS else "要写数字")


def _value(name: str, told: str) -> Any:
    if name in LISTS:
        return _split(told)
    if name in NUMBERS:
        return int(told)
    if name in ("at_home", "whole_day"):
        return {"是": True, "否": False}[told]
    read = {"plan": _plan, "asks": lambda t: [ASKED[w] for w in _split(t)], "cutoff": _cutoff, "limit": _limit,
            "needs": lambda t: [_split(part, "|") for part in re.split("[；;]", t) if part.strip()],
            "lead_hours": float, "id": _id, "group": _group}  # fmt: skip
    return read[name](told) if name in read else told


def _id(told: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,38}", told):
        raise BadService("用小写英文字母、数字和下划线，字母开头")
    return told


def _group(told: str) -> str:
    if told not in GROUPS:
        raise BadService(f"只能是{'、'.join(GROUPS)}")
    return told


def _split(told: str, marks: str = "、,，") -> list[str]:
    return [word.strip() for word in re.split(f"[{re.escape(marks)}]", told) if word.strip()]


def _plan(told: str) -> list[dict[str, Any]]:
    """ "周一至周五 09:00-12:00 14:00-17:00；周六 09:00-12:00"."""
    found = []
    for part in re.split("[；;\n]", told):
        if not part.strip():
            continue
        days, *stretches = part.split()
        for stretch in stretches:
            opens, closes = stretch.replace("：", ":").split("-")
            found.append({"days": _days(days), "opens": opens, "closes": closes})
    if not found:
        raise ValueError(told)
    return found


def _days(told: str) -> list[int]:
    if told in ("每天", "天天"):
        return list(range(7))
    days: list[int] = []
    for word in _split(told):
        if not (match := _DAY.match(word)):
            raise ValueError(word)
        first = DAYS.index(match[1].replace("天", "日"))
        last = DAYS.index(match[2].replace("天", "日")) if match[2] else first
        days += range(first, last + 1)
    return days


def _cutoff(told: str) -> str:
    match = re.fullmatch(r"(当天|前(\d+)天)\s*(\d\d:\d\d)", told)
    if not match:
        raise ValueError(told)
    return f"{match[2] or 0} {match[3]}"


def _limit(told: str) -> dict[str, Any]:
    match = re.fullmatch(r"每([天周月])(\d+)次?", told)
    if not match:
        raise ValueError(told)
    return {"count": int(match[2]), "period": PERIODS[match[1]]}


def read_sheet(data: bytes, name: str) -> tuple[list[dict[str, Any]], list[str]]:
    """The services of a workbook's first sheet, and what is wrong, by row. Raises BadFile for what is unsafe."""
    check(data, name)
    book = load_workbook(BytesIO(data), read_only=True, keep_links=False)
    rows = book.worksheets[0].iter_rows(values_only=True, max_row=MOST_ROWS + 1)
    heads = [str(cell or "").strip() for cell in next(rows, ())]
    if missing := [header for header in REQUIRED if header not in heads]:
        raise BadFile(f"第1行缺这些列：{'、'.join(missing)}", "请照模板填")
    bodies: list[dict[str, Any]] = []
    wrong: list[str] = []
    for number, cells in enumerate(rows, 2):
        if any(cell is not None and str(cell).strip() for cell in cells):
            _one(number, heads, cells, bodies, wrong)
    return bodies, wrong


def _one(
    number: int, heads: Sequence[str], cells: Sequence[Any], bodies: list[dict[str, Any]], wrong: list[str]
) -> None:
    told = {head: "" if cell is None else str(cell) for head, cell in zip(heads, cells, strict=False)}
    try:
        body = read_row(told)
    except BadService as error:
        wrong.append(f"第{number}行：{error}")
        return
    if any(body["id"] == other["id"] for other in bodies):
        wrong.append(f"第{number}行：编号“{body['id']}”前面已经有了")
        return
    bodies.append(body)
