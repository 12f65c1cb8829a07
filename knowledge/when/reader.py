"""From one word to what it tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from dateutil.relativedelta import relativedelta

from knowledge.when.model import Unclear
from knowledge.when.numerals import DAYS, number
from knowledge.when.spec import Spec
from knowledge.when.words import HOLIDAY, PART_OF

Word = re.Match[str]
_YEARS = {
    "今": 0,
    "本": 0,
    "明": 1,
    "来": 1,
    "后": 2,
    "去": -1,
    "上": -1,
    "前": -2,
    "下": 1,
    "次": 1,
    "大": -3,
}
_EXACT = ("小时", "钟头", "分", "刻钟", "秒")
_LUNAR_MONTHS = {"正": 1, "整": 1, "冬": 11, "腊": 12}
_DAY_WORDS = {"今": 0, "本": 0, "当": 0, "明": 1, "次": 1, "翌": 1, "昨": -1, "后": 2, "外": 3, "前": -2}


def weekday(letter: str) -> int:
    """0 for 一 … 6 for 日, 天, 7."""
    if letter.isdecimal():
        return int(letter) - 1
    return DAYS.index(letter.replace("天", "日"))


def _week_shift(words: str | None) -> int | None:
    if not words:
        return None
    if "后" in words:
        return number(words)
    return words.count("下") - words.count("上")


def _iso(w: Word) -> Spec:
    if eight := w["i8"]:
        return Spec(year=int(eight[:4]), month=int(eight[4:6]), day=int(eight[6:]))
    if w["sm"] and w["sd"]:
        return Spec(month=int(w["sm"]), day=int(w["sd"]))
    month, day = w["im"] or w["im2"] or "", w["id"] or w["id2"] or ""
    return Spec(year=int(w["iy"] or 0), month=int(month), day=int(day))


def _year(w: Word) -> Spec:
    if relative := w["yr"]:
        return Spec(year=_YEARS[relative[0]], year_rel=True, whole=None)
    told = w["y4"] or w["yh"] or w["y2"] or w["y0"] or ""
    value = int(told) if told.isdecimal() else number(told)
    if w["y2"] or w["y0"]:
        value += 2000 if value < 70 else 1900
    return Spec(year=value)


def _lunar(w: Word) -> Spec:
    month = w["lm"] or w["lmx"] or w["lmy"]
    day = w["ld"] or w["ld2"] or w["ldx"] or w["ldx2"] or w["ldy"] or w["ldy2"] or w["lny"] or w["lno"]
    value = None if month is None else _LUNAR_MONTHS.get(month) or number(month)
    if w["lny"]:
        value = 1
    return Spec(lunar=True, leap=bool(w["l"] or w["l2"]), month=value, day=number(day) if day else None)


def _month(w: Word) -> Spec:
    if relative := w["rm"]:
        shift = 1 if relative[0] == "次" else relative.count("下") - relative.count("上")
        nth = (number(w["rmn"]) if w["rmn"] else -1, weekday(w["rmw"])) if w["rmw"] else None
        return Spec(month=shift, month_rel=True, nth=nth, day=-1 if w["rml"] else 1 if w["rmf"] else None)
    month = number(w["mo"] or w["hmo"] or "")
    if not 1 <= month <= 12:
        raise Unclear(f"一年只有12个月，您说的“{month}月”是几月？")
    if w["mn"] and w["mw"]:
        return Spec(month=month, nth=(number(w["mn"]), weekday(w["mw"])))
    if w["mlw"]:
        return Spec(month=month, nth=(-1, weekday(w["mlw"])))
    if w["mll"] or w["mlf"]:
        return Spec(month=month, day=-1 if w["mll"] else 1)
    if month == 8 and w["md"] == "十五" and (w["month"] or "").endswith("十五"):
        raise Unclear("八月十五，您说的是中秋节，还是公历8月15号？")
    return Spec(month=month, day=number(w["md"]) if w["md"] else None)


def _monthpart(w: Word) -> Spec:
    if w["nw"]:
        return Spec(whole=f"W{number(w['nw'])}")
    if ends := w["me"]:
        return Spec(whole=ends.removeprefix("份") if "旬" in ends else f"月{ends}")
    return Spec(whole=w["mp"] or w["yp"] or f"年{w['ye']}")


def _festival(w: Word) -> Spec:
    name = w["fe"] or w["fi"] or w["fs"] or w["fn"] or (HOLIDAY if w["fx"] else "妇女节")
    return Spec(festival=name, whole="holiday" if w["fh"] or w["fh2"] else None)


def _work(w: Word) -> Spec:
    if w["kx"]:
        return Spec(workdays=1)
    return Spec(nth_work=-1 if w["kl"] else number(w["kn"] or "一"), beyond=bool(w["kb"]))


def _shift(w: Word) -> Spec:
    if w["st"]:
        return Spec(shift=number(w["st"]) - 1)
    return Spec(shift=-1 if w["so"] else number(w["sn"] or "") * (1 if w["sh"] == "后" else -1))


def _relative(w: Word) -> Spec:
    if both := w["rboth"]:
        return Spec(whole=both[:2])
    if w["rn"]:
        raise Unclear(f"“第{w['rn']}天”从哪一天算起？")
    if word := w["re"]:
        days = _DAY_WORDS[word.lstrip("大")[0]]
        days += word.count("大") * (1 if days > 0 else -1)
        return Spec(days=days, part=PART_OF[w["rx"]] if w["rx"] else None)
    part = (w["rp"] or "").removesuffix("了").removesuffix("来")
    return Spec(days=_DAY_WORDS[w["rd"] or "今"], part=PART_OF[part])


def _weekday(w: Word) -> Spec:
    first = weekday(w["wd"] or "一")
    listed = [weekday(c) for c in re.sub("[、,和及周星期礼拜]", "", w["wl"] or "")]
    if end := w["wr"]:
        last = weekday(end[-1])
        listed = [d % 7 for d in range(first + 1, last + 1 if last > first else last + 8)]
        return Spec(weekday=first, week=_week_shift(w["wk"]), weekdays=(first, *listed), whole="span")
    return Spec(weekday=first, week=_week_shift(w["wk"]), weekdays=(first, *listed) if listed else ())


def _week(w: Word) -> Spec:
    if w["wb"]:
        return Spec(whole="weekend")
    return Spec(week=_week_shift(w["ww"]) or 0, whole="weekend" if w["we"] else "week")


def _halfyear(w: Word) -> Spec:
    if w["hy"]:
        return Spec(whole="上半年" if w["hy"] in "上前" else "下半年")
    if quarter := w["qn"] or w["qq"]:
        return Spec(whole=f"Q{number(quarter)}")
    return Spec(whole=w["se"] or w["va"])


def _span(n: str, half: str | None, unit: str, tail: str | None) -> relativedelta:
    size = 0.5 if n == "半" else float(number(n))
    size += 0.5 if half or tail else 0.0
    whole, rest = int(size), size % 1
    if unit in ("小时", "钟头"):
        return relativedelta(minutes=round(size * 60))
    if unit.startswith("分"):
        return relativedelta(seconds=round(size * 60))
    if unit.startswith("秒"):
        return relativedelta(seconds=round(size))
    if unit == "刻钟":
        return relativedelta(minutes=round(size * 15))
    if unit in ("天", "日"):
        return relativedelta(days=whole, hours=12 if rest else 0)
    if unit in ("周", "星期", "礼拜"):
        return relativedelta(days=round(size * 7 - 0.01))
    if unit == "年":
        return relativedelta(years=whole, months=6 if rest else 0)
    return relativedelta(months=whole * (3 if unit == "季度" else 1), days=15 if rest else 0)


def _plausible(w: Word, tag: str) -> bool:
    unit, of = w["u" + tag] or "", w["g" + tag]
    if unit == "月":
        return bool(of) or w["n" + tag] == "半"
    return not (of and unit in ("天", "日", "分", "年", "周", "秒"))


def _length(w: Word) -> Spec:
    before, after = w["lp"] or "", w["lq"] or ""
    if not _plausible(w, "1"):
        return Spec(weak=True)
    unit = w["u1"] or ""
    total = _span(w["n1"] or "", w["h1"], unit, w["t1"])
    if w["n2"] and w["u2"]:
        total += _span(w["n2"], w["h2"], w["u2"], w["t2"])
    exact = bool(total.hours or total.minutes or total.seconds) or unit.startswith(_EXACT)
    if before in ("提前", "提早"):
        return Spec(length=total, every="LEAD")
    back = "前" in after or before.startswith(("最近", "近", "过去"))
    ahead = "后" in after or before in ("过", "再过", "再等")
    if before.startswith(("未来", "接下来", "今后", "往后")):
        return Spec(length=total, within=True, whole="ahead", exact=exact)
    inside = "内" in after or "里" in after
    if unit == "工作日" and (ahead or inside or back):
        days = number(w["n1"] or "")
        return Spec(workdays=-days if back and not inside else days, within=inside)
    if inside or (back and not after):
        return Spec(length=-total if back else total, within=True, exact=exact)
    if ahead or back:
        return Spec(after=-total if back else total, exact=exact)
    return Spec(length=total)


def _day(w: Word) -> Spec:
    day = number(w["d"] or w["hd"] or w["db"] or "")
    if not 1 <= day <= 31 or (w["d"] or "").startswith("两"):
        raise Unclear("")  # 35号 is a number in a queue, not a day
    return Spec(day=day)


def _part(w: Word) -> Spec:
    return Spec(part=PART_OF[w["p"] or w["ps"] or w["pd"] or ""])


def _minute(told: str | None) -> int:
    value = number(told) if told else 0
    if value > 59:
        raise Unclear(f"没有{value}分，您说的是几点几分？")
    return value


def _digital(w: Word) -> Spec:
    hour, minute = int(w["dh"] or w["ah"] or 0), int(w["dm"] or 0)
    if hour > 24 or minute > 59:
        raise Unclear(
            f"一天没有{hour}点，您说的是几点？" if 24 < hour < 30 and minute <= 59 else ""
        )  # 3:75 is a score
    half = (w["ap"] or w["aap"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0) if hour <= 12 else hour
    fixed = bool(half) or (w["dh"] or "").startswith("0") or hour >= 12
    return Spec(hour=hour, minute=minute, second=int(w["ds"] or 0), fixed=fixed)


def _clock(w: Word) -> Spec:
    if w["now"] or w["now2"]:
        return Spec(now=True)
    if w["dh"] or w["ah"]:
        return _digital(w)
    if w["ca"] and w["cb"]:
        return _two_hours(number(w["ca"]), number(w["cb"]), w)
    if w["hh"]:
        return Spec(hour=number(w["hh"]), fixed=False)
    hour = number(w["c"] or "")
    if hour > 24:
        raise Unclear(f"一天没有{hour}点，您说的是几点？")
    minute = 30 if w["chalf"] else number(w["cq"]) * 15 if w["cq"] else _minute(w["cm"] or w["cm2"])
    lack = w["lack2"] or w["lack3"]
    if lack:
        hour, minute = hour - 1, 60 - (15 if lack == "一刻" else max(_minute(lack), 1))
    loose = w["c"] == "一" and not (w["chalf"] or w["cq"] or w["cm"] or w["cm2"] or w["ck"])
    return Spec(
        hour=hour % 24 if lack else hour, minute=minute, second=_minute(w["cs"]), fixed=w["c"] == "零" or hour > 12, weak=loose,
    )  # fmt: skip


def _two_hours(first: int, last: int, w: Word) -> Spec:
    if first == 11 and last == 2:
        return Spec(hour=11, until_hour=13)
    if (first, last) == (2, 10):
        return Spec(hour=20, fixed=True)
    if last != first + 1:
        return Spec(weak=True)
    return Spec(hour=first, until_hour=last + 1)


READ: Mapping[str, Callable[[Word], Spec]] = {
    "iso": _iso, "year": _year, "lunar": _lunar, "month": _month, "monthpart": _monthpart, "festival": _festival,
    "relative": _relative, "weekday": _weekday, "week": _week, "work": _work, "shift": _shift, "halfyear": _halfyear, "length": _length, "day": _day,
    "part": _part, "clock": _clock,
}  # fmt: skip
