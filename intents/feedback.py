"""有用, 没用, 已过时: what a resident says of an answer. 没用 joins the questions to look at, 已过时 is a task for the owner."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from intents.intent import Intent, Started
from intents.message import Option, Reply
from intents.scene import Scene, Verdict
from storage.archive import Records
from storage.staff import Worker

KEEPS = timedelta(minutes=10)  # how long the bare words belong to the last card
RATINGS = {"good": "有用", "bad": "没用", "old": "已过时"}
WHY = {"off": "答的不是我问的", "hard": "看不懂", "less": "内容不全"}
SAID = re.compile(
    r"^(这条|这个|回答)?(?:(?P<good>有用|有帮助)|(?P<bad>没用|没有用|没帮助|没有帮助)|(?P<old>(已经)?过时了?|已过时))[了的呀啊。！! ]*$"
)


def options(entry_id: str, version: int) -> tuple[Option, ...]:
    """The three buttons below a card; they need no memory."""
    return tuple(Option(f"=fb:{entry_id}:{version}:{rating}", label) for rating, label in RATINGS.items())


def from_button(rest: list[str]) -> Started | None:
    """What a tapped =fb or =why button stands for: entry, version, rating or reason."""
    if len(rest) != 3 or not (rest[1].isascii() and rest[1].isdigit() and len(rest[1]) < 9):
        return None
    known = rest[2] in RATINGS or rest[2] in WHY
    return Started(INTENT, {"entry": rest[0], "version": int(rest[1]), "said": rest[2]}) if known else None


def from_words(scene: Scene) -> Started | None:
    """没用, said within ten minutes of a card."""
    found = SAID.match(scene.text.strip())
    shown = scene.talk.state.get("entry")
    if not found or not shown or scene.now - datetime.fromisoformat(shown["at"]) > KEEPS:
        return None
    rating = next(name for name in RATINGS if found[name])
    return Started(INTENT, {"entry": shown["id"], "version": shown.get("version", 0), "said": rating})


def talk(scene: Scene) -> Reply:
    """Keep it, and say what happens with it."""
    entry_id, version, said = scene.answers["entry"], scene.answers["version"], scene.answers["said"]
    scene.verdict = Verdict("act", "feedback", (entry_id,))
    if scene.records.handbook.version(entry_id, version) is None:
        return Reply("这条内容已经换了，您再问一次就能看到新的。")
    if said in WHY:
        scene.records.feedback.explain(scene.talk.id, entry_id, version, said)
        return Reply("知道了，谢谢您。会有人照您说的改。")
    new = scene.records.feedback.rate(scene.talk.id, entry_id, version, said, scene.now)
    if said == "good":
        return Reply("好的，有用就好。")
    if said == "bad":
        return _no_use(scene, entry_id, version, new)
    if new:
        _tell_owner(scene, entry_id, version)
    return Reply("记下了，已经请这条的负责人核对，有了结果就告诉您。急着办的话，先打电话问一下。", HUMAN)


HUMAN = (Option("=human", "找人工"),)


def _no_use(scene: Scene, entry_id: str, version: int, new: bool) -> Reply:
    if new:
        words = str((scene.talk.state.get("entry") or {}).get("words") or "")
        entry = scene.lore.entries.get(entry_id)
        told = words or (entry.title if entry else entry_id)
        scene.records.handbook.miss(told[:500], "bad", [entry_id], scene.talk.id, scene.now)
    why = tuple(Option(f"=why:{entry_id}:{version}:{name}", label) for name, label in WHY.items())
    return Reply("对不起，没帮上您。哪里不好？点一下，我们来改。", why)


def _tell_owner(scene: Scene, entry_id: str, version: int) -> None:
    entry = scene.lore.entries.get(entry_id)
    title = entry.title if entry else ""
    people = owners(scene.records, entry.owner if entry else "")
    text = f"有居民说手册 {entry_id} {title} 已过时（第 {version} 版），请核对。工作台“手册·要做的”里处理。"
    scene.tell_workers(people, text, f"outdated:{entry_id}:{version}")


def owners(records: Records, owner: str) -> list[Worker]:
    """Who sees to an entry: the worker it names (by name or login), or the admins."""
    active = [worker for worker in records.staff.all() if worker.active]
    named = [worker for worker in active if owner and owner in (worker.name, worker.login)]
    return named or [worker for worker in active if worker.role == "admin"]


INTENT = Intent("feedback", "评价回答", talk)
