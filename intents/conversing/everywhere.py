"""Words that mean the same in every state: 取消, 返回, 继续, and those of the router."""

from __future__ import annotations

import re
from dataclasses import replace

from intents import booking, router, small, staff
from intents.conversing.walking import MENU, begin, finish, repeat, walk_on
from intents.message import Reply
from intents.scene import Scene

_STOP = r"(?:取消|算了|停止|退出|不要了|cancel|(?:先不|不想|不)(?:办|弄|约|报|调|等|问|定|订|搞|填|预约|申请|登记)了)"
CANCEL = re.compile(rf"^[/／]?(?:那|哎|唉)?我?{_STOP}(?:[吧啊呀，, ]*我?{_STOP})?[吧了啊呀。！! ]*$", re.I)
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
    if RESUME.match(text):
        return repeat(scene) if talk.dialogue else [Reply("现在没有放着没办完的事。想办什么，直接说。", MENU)]
    if started := router.universal(scene):
        return _bigger(scene) if talk.dialogue and started.intent is small.ELDER else begin(scene, started)
    if found := router.BIND.match(text):
        return [staff.bind(scene, found[1])]
    if scene.worker is None and not talk.dialogue and (said := staff.unbound(text)):
        return [said]
    return None


def _bigger(scene: Scene) -> list[Reply]:
    """长者模式 in the middle of a form changes how it is shown; the form goes on."""
    return [replace(small.elder(scene), options=()), *repeat(scene)]


def _back(scene: Scene) -> list[Reply]:
    """Forget the last answer given and ask it again."""
    given = [name for name in scene.answers if not name.startswith("_")]
    if not given:
        return finish(scene, [Reply("已经退回到开头了。想办什么，直接说。", MENU)])
    scene.answers.pop(given[-1])
    return walk_on(scene, router.named(scene.talk.dialogue), "", lead="好的，退回上一步。")
