"""预审: a resident photographs the papers of an errand, so that what is missing is told once and early. And 收件/还件 confirmed."""

from __future__ import annotations

from intents.cases import papers
from intents.intent import Intent
from intents.message import Message, Option, Reply
from intents.questions import Choice, Picture
from intents.scene import Scene, Verdict
from intents.talk import MISS, Json, Talk, ask
from storage.cases import Case

MOST = 9


class Next(Picture):
    """One more photo; the same photo never answers two questions."""

    def __init__(self) -> None:
        super().__init__("收到了。还有就接着发，发完了回“没有了”。", "没有了")

    def hear(self, message: Message, scene: Scene) -> Json:
        return (
            ""
            if message.text.strip(" 。！了") in ("没有", "没", "完", "发完")
            else super().hear(message, scene)
        )

    def glean(self, text: str, scene: Scene) -> Json:
        return MISS


def talk(scene: Scene) -> Talk:
    """Which errand, its photos one by one; the holder is told."""
    scene.verdict = Verdict("act", "errand")
    own = {case.number: case for case in _own(scene)}
    if not own:
        return Reply("您现在没有正在代办的事。想办什么，直接说。", (Option("=start:errand", "申请代办"),))
    number = next(iter(own))
    if len(own) > 1:
        number = yield from ask(
            "number", Choice("是哪一件的材料？", [(n, c.title) for n, c in own.items()], gleans=False)
        )
    first = yield from ask("photo", Picture("请拍一张材料发来，一张拍一样，拍清楚。", "先不发"))
    shots = [first] if first else []
    while shots and len(shots) < MOST:
        more = yield from ask(f"photo{len(shots) + 1}", Next())
        if not more:
            break
        shots.append(more)
    if not shots or number not in own:
        return Reply("好的，先不发。准备好了再说“预审”。")
    return _filed(scene, own[number], shots)


def _own(scene: Scene) -> list[Case]:
    found = scene.records.cases.of_person(scene.person.id, kinds=("errand",))
    return [case for case in found if case.closed_at is None and case.person_id == scene.person.id]


def _filed(scene: Scene, case: Case, shots: list[str]) -> Reply:
    for shot in shots:  # papers are for who does the errand, and nobody else
        scene.records.cases.file(shot, case.id, "paper", seen_by="holder")
    scene.records.cases.note(
        case.id, scene.now, "居民", "precheck", case.state, f"发来{len(shots)}张材料照片"
    )
    if case.holder_id:
        text = f"{case.number} 居民发来{len(shots)}张材料照片，请到工作台预审。齐了回“{case.number} 材料齐”，不齐回“{case.number} 要补材料 缺的全写上”。"
        scene.tell_workers(
            [scene.records.staff.get(case.holder_id)], text, f"precheck:{case.number}:{shots[0]}"
        )
    return Reply(f"{len(shots)}张都收到了，只有承办人能看。看完一次告诉您还缺什么（{case.number}）。")


def confirmed(scene: Scene) -> Reply:
    """对 or 不对 to a hand-over."""
    scene.verdict = Verdict("act", "errand")
    number, said = str(scene.answers.get("paper", "")), scene.answers.get("said") == "yes"
    if not number.isdigit():
        return Reply("这一条现在不用确认。")
    return Reply(papers.answer(scene.records, int(number), scene.talk.id, said, scene.now))


INTENT = Intent("precheck", "材料预审", talk)
PAPER = Intent("paper", "材料确认", confirmed)
