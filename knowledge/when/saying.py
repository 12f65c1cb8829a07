"""Times said aloud. What is said reads back as the same time."""

from __future__ import annotations

from datetime import date, datetime

from knowledge.when.every import BYDAY
from knowledge.when.model import ZONE
from knowledge.when.months import WEEKDAYS
from knowledge.when.rules import fields

_PARTS = ((0, "凌晨"), (6, "上午"), (12, "中午"), (13, "下午"), (18, "晚上"))
_LUNAR_MONTHS = ("正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊")
_NTH = {1: "第一个", 2: "第二个", 3: "第三个", 4: "第四个", 5: "第五个", -1: "最后一个"}
_UNITS = {
    "DAILY": "天",
    "WEEKLY": "周",
    "MONTHLY": "个月",
    "YEARLY": "年",
    "HOURLY": "小时",
    "MINUTELY": "分钟",
    "SECONDLY": "秒",
}


def say(moment: datetime | date, *, clock: bool = True, at: datetime | None = None) -> str:
    """11月24日（周二）上午9:30; with its year when `at` is given and in another one."""
    local = moment.astimezone(ZONE) if isinstance(moment, datetime) else moment
    year = f"{local.year}年" if at is not None and at.astimezone(ZONE).year != local.year else ""
    day = f"{year}{local.month}月{local.day}日（周{WEEKDAYS[local.weekday()]}）"
    return day + say_clock(local) if clock and isinstance(local, datetime) else day


def say_clock(local: datetime) -> str:
    """上午9:30"""
    part = next(name for begin, name in reversed(_PARTS) if local.hour >= begin)
    hour = local.hour - 12 if local.hour > 12 else local.hour
    return f"{part}{hour}:{local.minute:02d}"


def say_rule(rule: str, start: datetime) -> str:
    """每天上午8:00, 每周三下午3:00; `start` gives the clock time, none when it is midnight."""
    told, local = fields(rule), start.astimezone(ZONE)
    said = _how_often(told, local) + _clocks(told, local)
    if "UNTIL" in told:
        last = datetime.strptime(told["UNTIL"][:8], "%Y%m%d")  # noqa: DTZ007 a local day
        said += f"（到{say(last.date())}为止）"
    return said


def _clocks(told: dict[str, str], local: datetime) -> str:
    if told.get("FREQ") in ("HOURLY", "MINUTELY", "SECONDLY"):
        return ""
    if hours := told.get("BYHOUR"):
        return "和".join(say_clock(local.replace(hour=int(hour))) for hour in hours.split(","))
    return say_clock(local) if (local.hour, local.minute) != (0, 0) else ""


def _how_often(told: dict[str, str], local: datetime) -> str:
    kind = told["KIND"]
    if kind == "WORKDAYS":
        return "每个工作日"
    if kind == "WORKDAYS-MONTHLY":
        return f"每月{_NTH.get(int(told['NTH'])) or '第' + told['NTH'] + '个'}工作日"
    if kind == "TERM-YEARLY":
        return f"每年{told['NAME']}"
    if kind == "LUNAR-MONTHLY":
        return f"每月农历{'、'.join(_lunar_day(int(day)) for day in told['DAY'].split(','))}"
    if kind == "LUNAR-YEARLY":
        return _lunar_yearly(int(told["MONTH"]), int(told["DAY"]))
    return _by_unit(told, local)


def _lunar_yearly(month: int, day: int) -> str:
    if (month, day) == (12, -1):
        return "每年除夕"
    leap = "闰" if month < 0 else ""
    return f"每年农历{leap}{_LUNAR_MONTHS[abs(month) - 1]}月{_lunar_day(day)}"


def _lunar_day(day: int) -> str:
    digits = "一二三四五六七八九十"
    if day <= 10:
        return f"初{digits[day - 1]}"
    return f"{'十' if day < 20 else '二十' if day < 30 else '三十'}{digits[day % 10 - 1] if day % 10 else ''}"


def _by_unit(told: dict[str, str], local: datetime) -> str:
    unit, size = told["FREQ"], int(told.get("INTERVAL", "1"))
    every = f"每{size if size > 1 else ''}{_UNITS[unit]}"
    if unit == "YEARLY":
        return every + _yearly(told, local)
    every = "每月" if unit == "MONTHLY" and size == 1 else "隔天" if unit == "DAILY" and size == 2 else every
    if days := told.get("BYMONTHDAY"):
        return every + ("最后一天" if days == "-1" else "、".join(f"{day}号" for day in days.split(",")))
    if unit == "WEEKLY" and size == 2:
        every = "每两周"
    if days := told.get("BYDAY"):
        if unit == "WEEKLY" and size > 1:
            return every + _weekdays(days.split(","))
        return (
            every.removesuffix("周") + _weekdays(days.split(",")) if unit == "WEEKLY" else every + _nth(days)
        )
    return every


def _weekdays(days: list[str]) -> str:
    if days == list(BYDAY[:5]):
        return "周一到周五"
    return "周" + "、".join(WEEKDAYS[BYDAY.index(day)] for day in days)


def _nth(days: str) -> str:
    return "和".join(_one_nth(day) for day in days.split(","))


def _one_nth(day: str) -> str:
    return f"{_NTH[int(day[:-2])]}周{WEEKDAYS[BYDAY.index(day[-2:])]}"


def _yearly(told: dict[str, str], local: datetime) -> str:
    month = told.get("BYMONTH", str(local.month))
    if day := told.get("BYDAY"):
        return f"{month}月{_nth(day)}"
    return f"{month}月{told.get('BYMONTHDAY', local.day)}日"
