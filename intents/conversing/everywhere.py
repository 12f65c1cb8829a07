"""Words that mean the same in every state: 取消, 返回, 继续, and those of the router."""

from __future__ import annotations

import re

from intents import booking, router, staff
from intents.conversing.walking import MENU, begin, finish, walk_on
from intents.message import Reply
from intents.scene import Scene

CANCEL = re.compile(
    r"^[/／]?我?(取消|算了|不办了|不弄了|不约了|不报了|不调了|不等了|不问了|退出|停止|不要了|cancel)[吧了啊呀。！! ]*$",
    re.I,
)
BACK = re.compile(r"^[/／]?(返回|上一步|退回|回去|后退|back)[吧了啊呀。！! ]*$", re.I)
RESUME = re.compile(r"^(继续|接着办|接着来)[吧啊。！! ]*$")


def everywhere(scene: Scene) -> list[Reply] | None:
    text, talk = scene.text.strip(), scene.talk
    if CANCEL.match(text) and talk.dialogue:
        title = router.named(talk.dialogue).title
        booking.let_go(scene)
        return finish(scene, [Reply(f"好的，{title}已取消，什么都没有提交。还想办什么，直接说。", MENU)])
    if BACK.match(text) and talk.dialogue:
        return _back(scene)
    if CANCEL.match(text) and not talk.dialogue and (just := booking.just_booked(scene)):
        return begin(scene, just)
    if (CANCEL.match(text) or BACK.match(text)) and not talk.dialogue:
        return [Reply("好的，现在没有正在办的事。想办什么，直接说。", MENU)]
    if RESUME.match(text) and (paused := talk.state.pop("paused", None)):
        talk.dialogue, talk.state["answers"] = paused["dialogue"], paused["answers"]
        return walk_on(scene, router.named(talk.dialogue), "", lead="好的，我们接着刚才的。")
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
        return finish(scene, [Reply("已经退回到开头了。想办什么，直接说。", MENU)])
    scene.answers.pop(given[-1])
    return walk_on(scene, router.named(scene.talk.dialogue), "", lead="好的，退回上一步。")
