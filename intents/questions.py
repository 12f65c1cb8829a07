"""Questions a dialogue can ask, each with its own way of hearing an answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from intents.message import Message
from intents.scene import ZONE, Scene
from intents.talk import MISS, Json, Question
from knowledge import when
from knowledge.wishes import words

YES = re.compile(
    r"^(是|是的|对|对的|对着|好|好的|行|可以|可以的|中|能成|嗯+|嗯嗯|没错|确认|确定|要|要的|同意|愿意|提交|就这样|没问题|ok|yes|y)[的啊呀嘛吧咧哩了呢，。！,.!~～ ]*$",
    re.I,
)
NO = re.compile(
    r"^(不|不是|不对|不行|不要|不用|不用了|不了|不约了|算了|没有|没|别|不同意|不愿意|不确定|不好|不提交|no|n)[的啊呀嘛吧咧哩了呢，。！,.!~～ ]*$",
    re.I,
)
SKIP = re.compile(
    r"^(跳过|没有|没|无|不用|不用了|不填|不说|不想说|不知道|不清楚|随便|都行|过)[了吧的啊呀，。！,.! ]*$"
)


def is_yes(text: str) -> bool:
    """Whether a short text plainly agrees."""
    return YES.match(text.strip()) is not None


def is_no(text: str) -> bool:
    """Whether a short text plainly declines."""
    return NO.match(text.strip()) is not None


SPECIFIC = re.compile(
    r"[0-9一二三四五六七八九十]|路|街|巷|小区|花园|家属|广场|市场|公园|学校|医院|[^单]院"
)  # 单元门口 says too little
ADDRESS = re.compile(r"[院楼号路村巷街栋幢]|小区|花园|家属|广场|单元")


class Choice(Question):
    """One of some options. `words` are further ways to name an option's value."""

    def __init__(self, prompt: str, options: Iterable[tuple[str, str]], *, gleans: bool = True,
                 words: Mapping[str, Sequence[str]] | None = None, load: Callable[[str], Any] | None = None) -> None:  # fmt: skip
        super().__init__(prompt)
        self._options = list(options)
        self._words = words or {}
        self._gleans = gleans
        self._load = load
        self.hint = "请选下面的一项，回数字就行。"

    def options(self) -> Sequence[tuple[str, str]]:
        return self._options

    def _named(self, text: str) -> list[str]:
        exact = [value for value, label in self._options if text in (label, *self._words.get(value, ()))]
        if len(exact) == 1:
            return exact
        hits = {value: max((len(w) for w in (label, *self._words.get(value, ())) if w and w in text), default=0)
                for value, label in self._options}  # fmt: skip
        best = max(hits.values(), default=0)
        return [value for value, length in hits.items() if best and length == best]

    def hear(self, message: Message, scene: Scene) -> Json:
        text = message.text.strip()
        named = self._named(text)
        if len(named) == 1:
            return named[0]
        inside = [value for value, label in self._options if len(text) >= 2 and text in label]
        return inside[0] if len(inside) == 1 else MISS

    def glean(self, text: str, scene: Scene) -> Json:
        named = self._named(text) if self._gleans else []
        return named[0] if len(named) == 1 else MISS

    def load(self, value: Json) -> Any:
        return self._load(value) if self._load else value


class YesNo(Question):
    """A plain yes or no; never gleaned, so that nothing is agreed to by accident."""

    def __init__(self, prompt: str, yes: str = "是，确认", no: str = "不，取消") -> None:
        super().__init__(prompt)
        self._labels = (("yes", yes), ("no", no))
        self.hint = "请回“是”或“不”。"

    def options(self) -> Sequence[tuple[str, str]]:
        return self._labels

    def hear(self, message: Message, scene: Scene) -> Json:
        text = message.text.strip()
        if is_yes(text) or text == self._labels[0][1]:
            return "yes"
        return "no" if is_no(text) or text == self._labels[1][1] else MISS

    def load(self, value: Json) -> bool:
        return str(value) == "yes"


class Words(Question):
    """Free words. `open` questions are heard after checking that the person is not asking something back."""

    open = True

    def __init__(
        self, prompt: str, *, least: int = 1, most: int = 1000, skip: str = "", seed: str = ""
    ) -> None:
        super().__init__(prompt)
        self._least, self._most, self._skip, self._seed = least, most, skip, seed
        self.hint = f"请用一句话说说（{least} 个字以上）。" if least > 1 else "请用一句话说说。"

    def options(self) -> Sequence[tuple[str, str]]:
        return [("", self._skip)] if self._skip else ()

    def hear(self, message: Message, scene: Scene) -> Json:
        text = message.text.strip()
        if self._skip and SKIP.match(text):
            return ""
        return text[: self._most] if len(text) >= self._least else MISS

    def glean(self, text: str, scene: Scene) -> Json:
        return self._seed if self._seed else MISS


class Story(Words):
    """What happened, in the person's own words, whatever they sound like."""

    story = True
    open = False  # whatever is said is kept; nothing told to us is lost


class PersonName(Question):
    """Somebody's name: one that begins with a family name, or how people are called (苗奶奶, 李师傅)."""

    def __init__(self, prompt: str = "请问怎么称呼您？") -> None:
        super().__init__(prompt)
        self.hint = "请告诉我姓名，比如“王秀英”或“姓王”。"

    def hear(self, message: Message, scene: Scene) -> Json:
        text = message.text.strip(" ，。！,.!")
        return words.person_name(text) or words.bare_name(text) or MISS

    def glean(self, text: str, scene: Scene) -> Json:
        if found := words.person_name(text):
            return found
        beside = BESIDE_PHONE.search(text)
        return (words.bare_name(beside[1]) if beside else None) or MISS


class Phone(Question):
    """A phone number that can be called back."""

    def __init__(self, prompt: str = "留个电话，方便联系您：", *, skip: str = "") -> None:
        super().__init__(prompt)
        self._skip = skip
        self.hint = "电话号码好像不对，请再发一次（11 位手机号，或带区号的座机）。"

    def options(self) -> Sequence[tuple[str, str]]:
        return [("", self._skip)] if self._skip else ()

    def hear(self, message: Message, scene: Scene) -> Json:
        if self._skip and SKIP.match(message.text.strip()):
            return ""
        digits = re.sub(r"[\s\-—()（）]", "", message.text)
        landline = re.fullmatch(r"0\d{9,11}", digits)
        return words.mobile(message.text) or (digits if landline else MISS)

    def glean(self, text: str, scene: Scene) -> Json:
        return words.mobile(text) or MISS


class Number(Question):
    """A count between `least` and `most`."""

    def __init__(self, prompt: str, *, least: int = 1, most: int = 50, unit: str = "份") -> None:
        super().__init__(prompt)
        self._least, self._most, self._unit = least, most, unit
        self.hint = f"请告诉我数量（{least} 到 {most}）。"

    def _fits(self, count: int | None) -> Json:
        return count if count is not None and self._least <= count <= self._most else MISS

    def hear(self, message: Message, scene: Scene) -> Json:
        digits = re.fullmatch(r"\s*(\d{1,4})\s*[份人个位]?\s*", message.text)
        return self._fits(int(digits[1]) if digits else words.count(message.text))

    def glean(self, text: str, scene: Scene) -> Json:
        return self._fits(words.count(text))


BESIDE_PHONE = re.compile(r"(?:^|[，,、 ])([\u4e00-\u9fff]{2,4})[，,、 ]*1[3-9]\d{9}")
NO_PICTURE = re.compile(r"^(没有?|没)(照片|图|拍|拍照|相片)|不会拍|拍不了|没法拍")


class Picture(Question):
    """A photo, or none. The answer is the stored picture's id."""

    def __init__(self, prompt: str, skip: str = "没有照片") -> None:
        super().__init__(prompt)
        self._skip = skip
        self.hint = "请发一张照片，或者回“没有”。"

    def options(self) -> Sequence[tuple[str, str]]:
        return [("", self._skip)]

    def hear(self, message: Message, scene: Scene) -> Json:
        if message.photo:
            return scene.photo
        text = message.text.strip()
        return "" if SKIP.match(text) or NO_PICTURE.search(text) else MISS

    def glean(self, text: str, scene: Scene) -> Json:
        return scene.photo or MISS


class Where(Question):
    """A place in words, or a shared location. The answer is {"words", "latitude", "longitude"}."""

    open = True

    def __init__(self, prompt: str) -> None:
        super().__init__(prompt)
        self.hint = "请说一下在哪里，比如“人民路 12 号院 3 号楼门口”，也可以发定位。"

    def _from(self, text: str, message: Message) -> Json:
        point = message.location
        told = {"words": text}
        return told | ({"latitude": point.latitude, "longitude": point.longitude} if point else {})

    def hear(self, message: Message, scene: Scene) -> Json:
        text = message.text.strip()
        if message.location:
            return self._from(text or "（已发定位）", message)
        is_place = (
            len(text) >= 2 and re.search(r"[\u4e00-\u9fff]", text) and not is_yes(text) and not is_no(text)
        )
        return self._from(text[:200], message) if is_place else MISS

    def glean(self, text: str, scene: Scene) -> Json:
        if scene.message.location:
            return self._from(words.place(text) or "（已发定位）", scene.message)
        found = words.place(text)
        return self._from(found, scene.message) if found and SPECIFIC.search(found) else MISS


class Address(Question):
    """Where somebody lives: the words of a place in what was said."""

    def __init__(self, prompt: str = "上门的地址是哪里？（小区、楼号、门牌）") -> None:
        super().__init__(prompt)
        self.hint = "请说清小区、楼号和门牌，比如“五号院 3 号楼 2 单元 301”。"

    def hear(self, message: Message, scene: Scene) -> Json:
        text = message.text.strip()
        if found := words.place(text):
            return found
        return text[:100] if 2 <= len(text) <= 40 and ADDRESS.search(text) else MISS

    def glean(self, text: str, scene: Scene) -> Json:
        found = words.place(text)
        return found if found and len(found) > 3 else MISS


class OnDay(Question):
    """A day, among the days offered or in the person's own words. The answer is an ISO date."""

    def __init__(
        self, prompt: str, days: Sequence[date], *, why_not: Callable[[date], str] | None = None
    ) -> None:
        super().__init__(prompt)
        self._days = list(days)
        self._why_not = why_not
        self.hint = "请选一天，或者直接说，比如“后天”“下周三”。"

    def options(self) -> Sequence[tuple[str, str]]:
        return [(day.isoformat(), when.say(day, clock=False)) for day in self._days]

    def _day(self, text: str, scene: Scene) -> Json:
        read = when.read(text, scene.local)
        if read.kind == "question":
            self.hint = read.why
            return MISS
        if read.start is None or read.kind in ("none", "recurrence"):
            return MISS
        return read.start.astimezone(ZONE).date().isoformat()

    def hear(self, message: Message, scene: Scene) -> Json:
        found = self._day(message.text, scene)
        if found is MISS and self._days and ANY.search(message.text):
            return self._days[0].isoformat()
        return found

    def glean(self, text: str, scene: Scene) -> Json:
        found = self._day(text, scene)
        if found is MISS and when.read(text, scene.local).kind == "question":
            self.prompt = f"{self.hint}\n{self.prompt}"
        return found

    def load(self, value: Json) -> date:
        return date.fromisoformat(value)


ANY = re.compile(
    r"随便|随意|都行|都可以|都中|都成|最早|越早越好|最近的|无所谓|看着办|听你的|听您的|你定|您定|任意"
)
DAY = re.compile(
    r"[今明昨后][天儿日个早晚]|大后|前天|当天|当日|赶明|周末|[这下上本]个?(?:周|星期|礼拜|月)|(?:周|星期|礼拜)[一二三四五六日天1-7]"
    r"|[0-9一二三四五六七八九十]{1,3}[号日](?![楼院])|[0-9一二三四五六七八九十]月|[天周月年][之以]?后|元旦|春节|国庆|中秋|端午|清明|五一|[初廿][一二三四五六七八九十]"
)


def names_day(text: str) -> bool:
    """Whether words tell a day, and not only a time of day."""
    return DAY.search(text) is not None


def without_photo(message: Message) -> Message:
    """The same message without its picture."""
    return replace(message, photo=None)
