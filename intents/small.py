"""Greetings, thanks, menu, help, 长者模式, voice messages, hiding the record."""

from __future__ import annotations

from intents.intent import Intent
from intents.message import Option, Reply
from intents.scene import Scene, Verdict

MENU = (
    Option("=ask", "问政策、问材料"), Option("=start:booking", "约服务（理发、送饭、看病……）"),
    Option("=start:report", "报问题（路灯、垃圾……）"), Option("=start:mediation", "邻里纠纷找人调解"),
    Option("=start:errand", "代办、上门办"), Option("=start:reminder", "定个提醒"),
    Option("=progress", "查我的事、我的预约"), Option("=nearest", "找最近的站点、今天谁值班"), Option("=human", "找人工"),
)  # fmt: skip
ELDER_MENU = (Option("=ask", "办事"), Option("=start:report", "报修"), Option("=human", "找人"))


DOCTORS = ("cloud_hospital", "family_doctor")


def _menu_of(scene: Scene) -> tuple[Option, ...]:
    return ELDER_MENU if scene.person.elder else MENU


def greet(scene: Scene) -> Reply:
    """Hello."""
    scene.verdict = Verdict("act", "greeting")
    sample = "（示例中心，内容仅供试用）" if scene.lore.centre.sample else ""
    return Reply(
        f"您好，我是{scene.lore.centre.name}的小滨{sample}。想办什么直接说，也可以选：", _menu_of(scene)
    )


def thank(scene: Scene) -> Reply:
    """Thanks and goodbyes."""
    scene.verdict = Verdict("act", "greeting")
    return Reply("不客气。有事随时找我。")


def menu(scene: Scene) -> Reply:
    """What can be done here."""
    scene.verdict = Verdict("act", "greeting")
    return Reply("您可以直接说，也可以回数字：", _menu_of(scene))


def help_(scene: Scene) -> Reply:
    """How to talk to the assistant."""
    scene.verdict = Verdict("act", "greeting")
    return Reply(
        "您像平常说话一样打字就行，比如“低保要啥材料”“明天上午给我妈约理发”“楼道灯坏了”。\n"
        "回数字就是选那一项。说“取消”就不办了，说“返回”退一步，说“转人工”找工作人员。\n说“长者模式”，字大、选项少。",
        _menu_of(scene),
    )


def elder(scene: Scene) -> Reply:
    """长者模式 on or off, remembered."""
    scene.verdict = Verdict("act", "greeting")
    off = any(word in scene.text for word in ("关", "退出", "取消", "普通"))
    scene.records.people.set_elder(scene.person.id, not off)
    scene.person.elder = not off
    if off:
        return Reply("好的，换回普通模式了。", MENU)
    return Reply("好的，长者模式开了。选项会少一些，随时可以找人。", ELDER_MENU)


def hide(scene: Scene) -> Reply:
    """How to make the talk vanish from this device; the page does it at once."""
    scene.verdict = Verdict("act", "greeting")
    return Reply("网页上点右上角“清空记录”就看不到了；手机聊天软件里，长按对话可以删除。", quick_exit=True)


def voice(scene: Scene) -> Reply:
    """A voice message or a file that cannot be read (RG31)."""
    scene.verdict = Verdict("refuse", "none")
    what = "语音" if scene.message.kind == "voice" else "这种消息"
    return Reply(
        f"我暂时听不了{what}，请打字，或者按1找人工，也可以打{scene.lore.centre.call}。",
        (Option("=human", "找人工"),),
    )


def medical(scene: Scene) -> Reply:
    """Which medicine, which illness: nothing is advised; a doctor is offered."""
    scene.verdict = Verdict("refuse", "none")
    options = [
        Option(f"=book:{i}", f"预约{scene.lore.services[i].name}")
        for i in DOCTORS
        if i in scene.lore.services
    ]
    return Reply("看病用药的事我不能乱说，请问医生。很难受就打120。", (*options, Option("=human", "找人工")))


def invite_question(scene: Scene) -> Reply:
    """办事: say what you want to know."""
    scene.verdict = Verdict("act", "greeting")
    return Reply("您想办什么事？直接说，比如“老人补贴怎么领”“身份证丢了”。")


def empty(scene: Scene) -> Reply:
    """Nothing was said."""
    scene.verdict = Verdict("refuse", "none")
    return Reply("没收到文字。想办什么，打几个字告诉我就行。", _menu_of(scene))


GREETING = Intent("greeting", "打招呼", greet)
THANKS = Intent("thanks", "道谢", thank)
MENU_INTENT = Intent("menu", "菜单", menu)
HELP = Intent("help", "帮助", help_)
ELDER = Intent("elder_mode", "长者模式", elder)
MEDICAL = Intent("medical", "问医生", medical)
HIDE = Intent("hide", "隐藏记录", hide)
VOICE = Intent("voice", "语音", voice)
ASK = Intent("ask", "问政策", invite_question)
EMPTY = Intent("empty", "空消息", empty)
