"""One message within one conversation: emergency first, then whoever holds it, the open dialogue, or a new wish."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from intents import booking, emergency, handoff, router, staff
from intents.intent import Intent, Started
from intents.message import Option, Reply
from intents.scene import Scene
from intents.talk import MISS, Ask, Asked, Done, Question, Talk, proceed, walk

CANCEL = re.compile(
    r"^[/／]?我?(取消|算了|不办了|不弄了|不约了|不报了|不调了|不等了|不问了|退出|停止|不要了|cancel)[吧了啊呀。！! ]*$",
    re.I,
)
BACK = re.compile(r"^[/／]?(返回|上一步|退回|回去|后退|back)[吧了啊呀。！! ]*$", re.I)
RESUME = re.compile(r"^(继续|接着办|接着来)[吧啊。！! ]*$")
CHANGE = re.compile(
    r"^(?:.{0,8}?)(?:改成|改到|换成|换到|改为|改一下|不是.{1,12}是|应该是|说错了|写错了)[，,：: ]*(.*)$"
)
TWO = re.compile(
    r"^(.{4,60}?)[，,。；; ]*(?:另外|顺便|再问一下|再问问|还想问|还有就是|还有个事|再帮我|然后再)[，, ]*(.{4,60})$"
)
NUMBER = re.compile(r"^[第选]?\s*([0-9０-９]{1,2}|[一二三四五六七八九十])\s*[个项条号。.、]?$")
DIGITS = {c: n for n, c in enumerate("一二三四五六七八九十", 1)}
ASKING = re.compile(
    r"[?？]$|吗[。！!]?$|呢$|怎么|咋|多少|几点|什么时候|啥时候|要带|带什么|带啥|哪里|在哪|能不能|可不可以|是不是|为什么"
)


def converse(scene: Scene) -> list[Reply]:
    """What the assistant says to this message; also changes where the talk stands."""
    if scene.text and (alarm := emergency.heard(scene)):
        return _pause(scene, alarm)
    if scene.talk.held != "bot":
        return handoff.while_held(scene)
    if (said := _picked(scene)) is not None:
        return said
    if (said := _everywhere(scene)) is not None:
        return said
    if (said := emergency.aftermath(scene)) is not None:
        return _pause(scene, said)
    if not scene.talk.dialogue and (said := emergency.suspected(scene)) is not None:
        return _pause(scene, said)
    if scene.talk.dialogue:
        return _go_on(scene)
    rest = _first_of_two(scene)
    replies = begin(scene, router.route(scene))
    if rest:
        scene.talk.state["rest"] = rest
    return _offer_rest(scene, replies)


def _first_of_two(scene: Scene) -> str:
    """Two wishes in one sentence: the first is heard now; the other is kept and returned."""
    found = TWO.match(scene.text) if len(scene.text) <= 80 else None
    if not found or not (router.is_clear(scene, found[1]) and router.is_clear(scene, found[2])):
        return ""
    scene.message = replace(scene.message, text=found[1])
    return found[2]


def _offer_rest(scene: Scene, replies: list[Reply]) -> list[Reply]:
    """When the first wish is done, the other is taken up with one tap."""
    talk = scene.talk
    rest = talk.state.get("rest")
    if not rest or talk.dialogue or talk.held != "bot" or not replies:
        return replies
    return [*replies, Reply(f"您刚才还说“{rest}”，接着办吗？", (Option("=rest", "接着办"),))]


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
        return _finish(scene, [said])
    if isinstance(said, list):
        return _finish(scene, said)
    scene.talk.dialogue = intent.name
    scene.note_words()
    return _walk_on(scene, intent, scene.text or CHOSEN)


def _put_aside(scene: Scene) -> str:
    """Keep the open dialogue for 继续; returns its title."""
    talk = scene.talk
    name, talk.dialogue = talk.dialogue, ""
    if name and any(not key.startswith("_") for key in scene.answers):
        talk.state["paused"] = {"dialogue": name, "answers": scene.answers}
        return router.named(name).title
    return ""


def _walk_on(scene: Scene, intent: Intent, text: str, lead: str = "") -> list[Reply]:
    stopped = proceed(lambda: _as_talk(intent, scene), scene.answers, text, scene)
    if isinstance(stopped, Done):
        return _offer_rest(scene, _finish(scene, stopped.replies))
    return [_ask(scene, stopped, lead)]


def _as_talk(intent: Intent, scene: Scene) -> Talk:
    said = intent.talk(scene)
    if isinstance(said, Reply | list):
        return _only(said)
    return said


def _only(said: Reply | list[Reply]) -> Talk:
    yield from ()
    return said


def _ask(scene: Scene, asked: Asked, lead: str = "") -> Reply:
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


def _finish(scene: Scene, replies: list[Reply]) -> list[Reply]:
    talk = scene.talk
    talk.dialogue = ""
    for name in ("answers", "asked", "misses"):
        talk.state.pop(name, None)
    return replies


def _pause(scene: Scene, alarm: list[Reply]) -> list[Reply]:
    """Emergency words suspend what was going on; it can be taken up again (RG45)."""
    _put_aside(scene)
    scene.talk.state.pop("offered", None)
    return _finish(scene, alarm)


# buttons and numbers


def _picked(scene: Scene) -> list[Reply] | None:
    """What a tapped button, a typed number or an option's own words stand for."""
    if button := scene.message.button:
        return _button(scene, button)
    said, talk = scene.message, scene.talk
    asked = talk.state.get("asked") if talk.dialogue else None
    offered = [] if talk.dialogue else (talk.state.get("offered") or [])
    number = _number(said.text)
    if number is None:
        return _named_option(scene, asked, offered)
    scene.message = replace(said, text="")  # a number says nothing by itself
    if number == 0:
        return begin(scene, router.human(scene))
    if asked and asked["options"]:
        return _option(scene, number)
    if 1 <= number <= len(offered):
        return _button(scene, offered[number - 1][0])
    scene.message = said
    return None


def _named_option(scene: Scene, asked: dict[str, Any] | None, offered: list[list[str]]) -> list[Reply] | None:
    """An option's own words, typed, are the option."""
    text = scene.text.strip()
    labels = [label for _, label in (asked["options"] if asked else offered)]
    same = [n for n, label in enumerate(labels, 1) if text in (label, label.split("（")[0])]
    if not text or len(same) != 1:
        return None
    return _option(scene, same[0]) if asked else _button(scene, offered[same[0] - 1][0])


def _number(text: str) -> int | None:
    found = NUMBER.match(text.strip())
    if not found:
        return None
    return DIGITS.get(found[1]) or int(found[1])


def _button(scene: Scene, button: str) -> list[Reply]:
    if button.startswith("="):
        started = router.from_button(scene, button)
        if started:
            return begin(scene, started)
    serial, _, number = button.partition(":")
    asked = scene.talk.state.get("asked") if scene.talk.dialogue else None
    if asked and serial == str(asked["serial"]) and number.isdigit():
        return _option(scene, int(number))
    if not scene.talk.dialogue:
        return [Reply("这个按钮已经用过了。想办什么，直接说就行。", MENU)]
    return _repeat(scene, "这个按钮是之前的，已经不能用了。")


def _option(scene: Scene, number: int) -> list[Reply]:
    """The person picked option `number` of the list they were shown, not of one made anew (law 3)."""
    state = scene.talk.state
    asked = state["asked"]
    if not 1 <= number <= len(asked["options"]):
        return _missed(scene, f"只有 {len(asked['options'])} 个选项。")
    value = asked["options"][number - 1][0]
    if value == MORE:
        state["page"] = state.get("page", 0) + 1
        return _repeat(scene)
    scene.answers[asked["name"]] = value
    state["misses"] = 0
    return _walk_on(scene, router.named(scene.talk.dialogue), CHOSEN)


MORE, FEW = "more", 3  # 长者模式: at most so many choices at once
CHOSEN = (
    " "  # a tap says nothing by itself, but the words that opened the dialogue may answer what comes next
)
MENU = (Option("=menu", "看看能办什么"), Option("=human", "找人工"))


# words that work everywhere


def _everywhere(scene: Scene) -> list[Reply] | None:
    text, talk = scene.text.strip(), scene.talk
    if CANCEL.match(text) and talk.dialogue:
        title = router.named(talk.dialogue).title
        return _finish(scene, [Reply(f"好的，{title}已取消，什么都没有提交。还想办什么，直接说。", MENU)])
    if BACK.match(text) and talk.dialogue:
        return _back(scene)
    if CANCEL.match(text) and not talk.dialogue and (just := booking.just_booked(scene)):
        return begin(scene, just)
    if (CANCEL.match(text) or BACK.match(text)) and not talk.dialogue:
        return [Reply("好的，现在没有正在办的事。想办什么，直接说。", MENU)]
    if RESUME.match(text) and (paused := talk.state.pop("paused", None)):
        talk.dialogue, talk.state["answers"] = paused["dialogue"], paused["answers"]
        return _walk_on(scene, router.named(talk.dialogue), "", lead="好的，我们接着刚才的。")
    if started := router.universal(scene):
        return begin(scene, started)
    if found := router.BIND.match(text):
        return [staff.bind(scene, found[1])]
    if scene.worker is None and not talk.dialogue and (said := staff.unbound(text)):
        return [said]
    return None


def _back(scene: Scene) -> list[Reply]:
    """Forget the last answer given and ask it again."""
    given = [name for name in scene.answers if not name.startswith("_")]
    if not given:
        return _finish(scene, [Reply("已经退回到开头了。想办什么，直接说。", MENU)])
    scene.answers.pop(given[-1])
    return _walk_on(scene, router.named(scene.talk.dialogue), "", lead="好的，退回上一步。")


# inside a dialogue


def _go_on(scene: Scene) -> list[Reply]:
    intent = router.named(scene.talk.dialogue)
    stopped = walk(lambda: _as_talk(intent, scene), scene.answers, scene)
    if isinstance(stopped, Done):
        return _finish(scene, stopped.replies)
    if stopped.name != (scene.talk.state.get("asked") or {}).get("name"):
        return [_ask(scene, stopped)]  # an answer given before does not hold any more: that comes first
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
        return _aside(scene, intent) or _another(scene, intent) or _missed(scene, question.hint)
    scene.answers[stopped.name] = value
    scene.talk.state["misses"] = 0
    scene.note_words()
    return _walk_on(scene, intent, text or CHOSEN)


def _asked_back(scene: Scene, intent: Intent, question: Question) -> list[Reply] | None:
    """Free words that ask something back, or plainly want something else, are not stored as the answer."""
    is_story = getattr(question, "story", False)
    if ASKING.search(scene.text) and (said := _aside(scene, intent)):
        return said
    if not is_story and SHORT_QUESTION.search(scene.text) and len(scene.text) <= 20:
        return _another(scene, intent) or _missed(scene, "这个我答不准，先把这件办完，或者回“0”找人工。")
    started = router.plain_deed(scene)
    if started and started.intent.name != intent.name and not (is_story and started.intent.name in STORIES):
        return begin(scene, started)
    return None


STORIES = frozenset(
    {"mediation", "report", "errand", "progress", "handbook"}
)  # telling one may sound like another
SHORT_QUESTION = re.compile(r"[?？]$|[吗么]$|呢$")


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
    return _walk_on(scene, intent, rest, lead="好的，改过来了。")


def _questions(scene: Scene, intent: Intent) -> list[tuple[str, Question]]:
    """The questions of the walk so far, each with its name."""
    asked: list[tuple[str, Question]] = []

    def watch() -> Talk:
        talk = _as_talk(intent, scene)
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
    return [replace(answer, options=()), *_repeat(scene, f"我们接着办{intent.title}。")]


def _another(scene: Scene, intent: Intent) -> list[Reply] | None:
    """Plainly another wish in the middle of a form: it is begun, and the form is put aside."""
    started = router.plain_deed(scene)
    return begin(scene, started) if started and started.intent.name != intent.name else None


def _repeat(scene: Scene, lead: str = "") -> list[Reply]:
    intent = router.named(scene.talk.dialogue)
    return _walk_on(scene, intent, "", lead=lead)


def _missed(scene: Scene, hint: str) -> list[Reply]:
    """Repeat the question; the third miss offers a person."""
    misses = scene.talk.state["misses"] = scene.talk.state.get("misses", 0) + 1
    if misses < 3:
        return _repeat(scene, hint)
    scene.talk.state["misses"] = 0
    return _repeat(scene, f"{hint}\n要不我帮您转人工？回“0”就转。回“取消”就不办了。")
