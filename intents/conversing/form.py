"""Words said inside an open dialogue: an answer, a change, something asked back, another wish."""

from __future__ import annotations

import re
from dataclasses import replace

from intents import booking, router
from intents.conversing.walking import CHOSEN, as_talk, ask, begin, finish, missed, repeat, walk_on
from intents.intent import Intent
from intents.message import Reply
from intents.scene import Scene
from intents.talk import MISS, Ask, Done, Question, Talk, walk

CHANGE = re.compile(
    r"^(?:.{0,8}?)(?:改成|改到|换成|换到|改为|改一下|不是.{1,12}是|应该是|说错了|写错了)[，,：: ]*(.*)$"
)
ASKING = re.compile(
    r"[?？]$|吗[。！!]?$|呢$|怎么|咋|多少|几点|什么时候|啥时候|要带|带什么|带啥|哪里|在哪|能不能|可不可以|是不是|为什么"
)
STORIES = frozenset(
    {"mediation", "report", "errand", "progress", "handbook"}
)  # telling one may sound like another
SHORT_QUESTION = re.compile(r"[?？]$|[吗么]$|呢$")


def go_on(scene: Scene) -> list[Reply]:
    intent = router.named(scene.talk.dialogue)
    stopped = walk(lambda: as_talk(intent, scene), scene.answers, scene)
    if isinstance(stopped, Done):
        return finish(scene, stopped.replies)
    if stopped.name != (scene.talk.state.get("asked") or {}).get("name"):
        scene.note_words()
        return [ask(scene, stopped)]  # an answer given before does not hold any more: that comes first
    question, text = stopped.question, scene.text
    if (changed := _change(scene, intent, stopped.name)) is not None:
        return changed
    if other := booking.other_service(scene):
        return begin(scene, router.to_service(other))
    if (
        getattr(question, "open", False)
        and not scene.message.photo
        and (said := _asked_back(scene, intent, question))
    ):
        return said
    value = question.hear(scene.message, scene)
    if value is MISS:
        scene.note_words()  # it may answer what is asked later
        return _aside(scene, intent) or _another(scene, intent) or missed(scene, question.hint)
    scene.answers[stopped.name] = value
    scene.talk.state["misses"] = 0
    scene.note_words()
    return walk_on(scene, intent, text or CHOSEN)


def _asked_back(scene: Scene, intent: Intent, question: Question) -> list[Reply] | None:
    """Free words that ask something back, or plainly want something else, are not stored as the answer."""
    is_story = getattr(question, "story", False)
    if ASKING.search(scene.text) and (said := _aside(scene, intent)):
        return said
    if not is_story and SHORT_QUESTION.search(scene.text) and len(scene.text) <= 20:
        return _another(scene, intent) or missed(scene, "这个我答不准，先把这件办完，或者回“0”找人工。")
    started = router.plain_deed(scene)
    if started and started.intent.name != intent.name and not (is_story and started.intent.name in STORIES):
        return begin(scene, started)
    return None


def _change(scene: Scene, intent: Intent, current: str) -> list[Reply] | None:
    """改成…: what the rest of the words answers anew is forgotten and heard again."""
    found = CHANGE.match(scene.text.strip())
    if not found:
        return None
    rest = found[1].strip() or scene.text
    for name, question in _questions(scene, intent):
        value = question.glean(rest, scene)
        if name != current and value is not MISS and value != scene.answers.get(name):
            scene.answers[name] = value
            scene.answers["_said"] = []  # what was said before does not hold any more
            return _change_rest(scene, intent, rest)
    return None


def _change_rest(scene: Scene, intent: Intent, rest: str) -> list[Reply]:
    """The same words may change a later answer too (后天上午十点: the day and the time)."""
    for name, question in _questions(scene, intent):
        value = question.glean(rest, scene)
        if value is not MISS and name in scene.answers:
            scene.answers[name] = value
    return walk_on(scene, intent, rest, lead="好的，改过来了。")


def _questions(scene: Scene, intent: Intent) -> list[tuple[str, Question]]:
    """The questions of the walk so far, each with its name."""
    asked: list[tuple[str, Question]] = []

    def watch() -> Talk:
        talk = as_talk(intent, scene)
        value = None
        while True:
            try:
                wanted: Ask = talk.send(value)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            asked.append((wanted.name, wanted.question))
            value = yield wanted

    walk(watch, dict(scene.answers), scene)
    return asked


def _aside(scene: Scene, intent: Intent) -> list[Reply] | None:
    """A question asked back in the middle of a form is answered; then the form goes on (RG29)."""
    answer = intent.aside(scene) if intent.aside else None
    answer = answer or router.aside(scene, intent)
    if answer is None:
        return None
    scene.talk.state["misses"] = 0
    return [replace(answer, options=()), *repeat(scene, f"我们接着办{intent.title}。")]


def _another(scene: Scene, intent: Intent) -> list[Reply] | None:
    """Plainly another wish in the middle of a form: it is begun, and the form is put aside."""
    started = router.plain_deed(scene)
    return begin(scene, started) if started and started.intent.name != intent.name else None
