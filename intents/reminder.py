"""A person's own reminders: made in plain words, listed, stopped."""

from __future__ import annotations

import re
from datetime import datetime

from intents.intent import Intent
from intents.message import Message, Option, Reply
from intents.questions import Choice, Words, YesNo
from intents.scene import ZONE, Scene, Verdict
from intents.talk import MISS, Json, Question, Stale, Talk, ask
from knowledge import when

NOISE = re.compile(
    r"(等一?[下哈]|等一?会儿?|待会儿?|过一?会儿?|一会儿|请|麻烦|帮我|给我|记得|记着|到时候|到时|定个|设个|设一个|设置|加个|一下|提醒|提个醒|叫我|喊我|我|你|要|让|别忘了|的时候|点个|闹钟)"
)
MOST = 20  # reminders a person may have


class Moment(Question):
    """When, once or again and again. The answer is {"at": ISO, "rule": text or None}."""

    def __init__(self, prompt: str) -> None:
        super().__init__(prompt)
        self.hint = "请说清楚时间，比如“明天早上八点”“每天早上八点”“每周三下午三点”。"

    def _read(self, text: str, scene: Scene) -> Json:
        read = when.read(text, scene.local)
        if read.kind == "question":
            self.hint = read.why
            return MISS
        if read.start is None or read.kind in ("none", "alternatives"):
            return MISS
        if not _has_clock(read):
            self.hint = "是几点呢？请连日子带钟点一起说，比如“明天早上八点”。"
            return MISS
        start = read.start - read.lead if read.lead else read.start
        return {"at": start.isoformat(), "rule": read.rule}

    def hear(self, message: Message, scene: Scene) -> Json:
        """Words without a day belong to the day told before (后天 … 下午三点)."""
        told = scene.answers.get("_told", "")
        text = message.text if _names_day(message.text, scene) else f"{told}{message.text}"
        scene.answers["_told"] = text[:100]
        return self._read(text, scene)

    def glean(self, text: str, scene: Scene) -> Json:
        found = self._read(text, scene)
        if found is MISS and when.read(text, scene.local).kind != "none":
            self.prompt = self.hint
            scene.answers.setdefault("_told", text[:100])
        return found


def _names_day(text: str, scene: Scene) -> bool:
    read = when.read(text, scene.local)
    return read.kind in ("day", "recurrence", "part") or any(c in text for c in "天日号周期每")


def _has_clock(read: when.When) -> bool:
    if read.kind == "point":
        return True
    start = read.start.astimezone(ZONE) if read.start else None
    return read.kind == "recurrence" and start is not None and (start.hour, start.minute) != (0, 0)


def talk(scene: Scene) -> Talk:
    """When and what; said back in full before it is set."""
    scene.verdict = Verdict("act", "reminder")
    moment = yield from ask("when", Moment("什么时候提醒您？"))
    what = yield from ask("what", Words("提醒您做什么？", seed=_what(scene)))
    start = datetime.fromisoformat(moment["at"])
    if start <= scene.now and not moment["rule"]:
        raise Stale("when", "这个时间已经过去了。")
    said = _say(moment, start)
    if not (yield from ask("sure", YesNo(f"{said}提醒您：{what}。\n对吗？", "对，设好", "不对，不设"))):
        return Reply("好的，没有设提醒。")
    if len(scene.records.reminders.of_person(scene.person.id)) >= MOST:
        return Reply(f"提醒最多设 {MOST} 个。先取消几个：说“我的提醒”。")
    scene.records.reminders.add(person_id=scene.person.id, conversation_id=scene.talk.id, what=what, starts_at=start,
                                rule=moment["rule"], now=scene.now, token=f"remind:{scene.token}")  # fmt: skip
    return Reply(
        f"设好了：{said}提醒您“{what}”。\n想看或取消，说“我的提醒”。", (Option("=reminders", "我的提醒"),)
    )


def _say(moment: dict[str, str], start: datetime) -> str:
    return when.say_rule(moment["rule"], start) if moment["rule"] else when.say(start)


def _what(scene: Scene) -> str:
    """The wish without the time and the words of asking; empty where nothing is left."""
    text = scene.opening
    for read in reversed(when.find(text, scene.local)):
        text = text[: read.span[0]] + text[read.span[1] :]
    text = NOISE.sub("", text).strip(" ，。！,.!的了吧呀啊")
    return text if 1 <= len(text) <= 60 and re.search(r"[\u4e00-\u9fff\w]", text) else ""


def mine(scene: Scene) -> Talk:
    """我的提醒: the list, and one can be stopped."""
    scene.verdict = Verdict("act", "reminder")
    found = scene.records.reminders.of_person(scene.person.id)
    if not found:
        return Reply("您现在没有设提醒。", (Option("=start:reminder", "设一个"),))
    rows = [
        (str(r.id), f"{when.say_rule(r.rule, r.starts_at) if r.rule else when.say(r.starts_at)} {r.what}")
        for r in found
    ]
    named = {str(r.id): (r.what,) for r in found}
    chosen = yield from ask(
        "which",
        Choice("您的提醒都在这里。要取消哪一个？", [*rows, ("", "都留着")], gleans=False, words=named),
    )
    if not chosen:
        return Reply("好的，都留着。")
    stopped = scene.records.reminders.stop(int(chosen), scene.person.id)
    return Reply("这个提醒取消了。" if stopped else "这个提醒已经不在了。")


INTENT = Intent("reminder", "提醒", talk)
LIST = Intent("my_reminders", "我的提醒", mine)
