"""The walk of a dialogue: begun, gone on with, asked again, put aside, ended."""

from __future__ import annotations

from intents import router
from intents.intent import Intent, Started
from intents.message import Option, Reply
from intents.scene import Scene
from intents.talk import Asked, Done, Talk, proceed

MORE, FEW = "more", 3  # 长者模式: at most so many choices at once
CHOSEN = (
    " "  # a tap says nothing by itself, but the words that opened the dialogue may answer what comes next
)
MENU = (Option("=menu", "看看能办什么"), Option("=human", "找人工"))


def begin(scene: Scene, started: Started) -> list[Reply]:
    """Start an intent with what is already known; what was being done is put aside, not lost."""
    talk = scene.talk
    aside = _put_aside(scene)
    talk.state["misses"] = 0
    talk.state["answers"] = {"_opening": scene.text, "_token": scene.message.event_id} | started.seeds
    replies = _start(scene, started.intent)
    if aside and replies and talk.held == "bot":
        replies[0] = replies[0].before(f"刚才的{aside}先放着，回“继续”可以接着办。")
    return replies


def _start(scene: Scene, intent: Intent) -> list[Reply]:
    said = intent.talk(scene)
    if isinstance(said, Reply):
        return finish(scene, [said])
    if isinstance(said, list):
        return finish(scene, said)
    scene.talk.dialogue = intent.name
    scene.note_words()
    return walk_on(scene, intent, scene.text or CHOSEN)


def _put_aside(scene: Scene) -> str:
    """Keep the open dialogue for 继续; returns its title."""
    talk = scene.talk
    name, talk.dialogue = talk.dialogue, ""
    if name and any(not key.startswith("_") for key in scene.answers):
        talk.state["paused"] = {"dialogue": name, "answers": scene.answers}
        return router.named(name).title
    return ""


def walk_on(scene: Scene, intent: Intent, text: str, lead: str = "") -> list[Reply]:
    stopped = proceed(lambda: as_talk(intent, scene), scene.answers, text, scene)
    if isinstance(stopped, Done):
        return offer_rest(scene, finish(scene, stopped.replies))
    return [ask(scene, stopped, lead)]


def as_talk(intent: Intent, scene: Scene) -> Talk:
    said = intent.talk(scene)
    if isinstance(said, Reply | list):
        return _only(said)
    return said


def _only(said: Reply | list[Reply]) -> Talk:
    yield from ()
    return said


def ask(scene: Scene, asked: Asked, lead: str = "") -> Reply:
    state = scene.talk.state
    serial = state["serial"] = state.get("serial", 0) + 1
    before = state.get("asked") or {}
    if before.get("name") != asked.name:
        state.pop("page", None)
    options = _shown(scene, [[value, label] for value, label in asked.question.options()])
    state["asked"] = {"name": asked.name, "serial": serial, "options": options}
    state.pop("offered", None)
    text = f"{asked.excuse}\n{asked.question.prompt}" if asked.excuse else asked.question.prompt
    reply = Reply(text, tuple(Option(f"{serial}:{n}", label) for n, (_, label) in enumerate(options, 1)),
                  picture=asked.question.picture)  # fmt: skip
    return reply.before(lead) if lead else reply


def _shown(scene: Scene, options: list[list[str]]) -> list[list[str]]:
    """All options, or in 长者模式 two at a time and a way on."""
    if not scene.person.elder or len(options) <= FEW:
        return options
    pages = -(-len(options) // (FEW - 1))
    first = (scene.talk.state.get("page", 0) % pages) * (FEW - 1)
    return [*options[first : first + FEW - 1], [MORE, "看别的"]]


def finish(scene: Scene, replies: list[Reply]) -> list[Reply]:
    talk = scene.talk
    talk.dialogue = ""
    for name in ("answers", "asked", "misses"):
        talk.state.pop(name, None)
    return replies


def pause(scene: Scene, alarm: list[Reply]) -> list[Reply]:
    """Emergency words suspend what was going on; it can be taken up again (RG45)."""
    _put_aside(scene)
    scene.talk.state.pop("offered", None)
    return finish(scene, alarm)


def offer_rest(scene: Scene, replies: list[Reply]) -> list[Reply]:
    """When the first wish is done, the other is taken up with one tap."""
    talk = scene.talk
    rest = talk.state.get("rest")
    if not rest or talk.dialogue or talk.held != "bot" or not replies:
        return replies
    return [*replies, Reply(f"您刚才还说“{rest}”，接着办吗？", (Option("=rest", "接着办"),))]


def repeat(scene: Scene, lead: str = "") -> list[Reply]:
    intent = router.named(scene.talk.dialogue)
    return walk_on(scene, intent, "", lead=lead)


def missed(scene: Scene, hint: str) -> list[Reply]:
    """Repeat the question; the third miss offers a person."""
    misses = scene.talk.state["misses"] = scene.talk.state.get("misses", 0) + 1
    if misses < 3:
        return repeat(scene, hint)
    scene.talk.state["misses"] = 0
    return repeat(scene, f"{hint}\n要不我帮您转人工？回“0”就转。回“取消”就不办了。")
