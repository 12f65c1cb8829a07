"""代办, 上门办, 错时办: one question decides which; then an entrustment with a number and a promised day."""

from __future__ import annotations

import re
from typing import Any

from intents import handbook
from intents.address import Settled, remember, responsible, settle
from intents.cases import dispatch
from intents.clocks import workdays_on
from intents.handbook import lines
from intents.intent import Intent
from intents.message import Message, Option, Reply
from intents.questions import Address, Choice, PersonName, Phone, Words, YesNo
from intents.scene import Scene, Verdict
from intents.talk import MISS, Json, Part, Talk, ask
from knowledge import when
from knowledge.areas import Found
from knowledge.wishes import words
from storage.cases import Case

MODES = (("visit", "腿脚不便，请上门"), ("agent", "不会弄，请代办"), ("late", "上班没空，想下班后办"))
NAMES = {"visit": "上门办", "agent": "代办", "late": "错时办"}
HINTS = {
    "visit": (
        "瘫",
        "下不了",
        "走不动",
        "腿脚",
        "卧床",
        "住院",
        "轮椅",
        "上门",
        "不方便",
        "行动不便",
        "下不来",
    ),
    "agent": ("不会弄", "不会办", "不识字", "代办", "帮办", "跑腿", "替我", "帮我办", "代我", "不会用"),
    "late": ("没空", "下班", "上班走不开", "周末", "晚上", "请不了假", "没时间"),
}


class Item(Words):
    """Which item of the handbook; the answer is its id, or the words where it is none."""

    def __init__(self, scene: Scene) -> None:
        super().__init__("想办什么事？直接说，比如“残疾证”“居住证”。")
        finding = scene.lore.index.find(scene.opening) if scene.opening else None
        near = finding.entries if finding and finding.decision == "choose" else ()
        self._near = [(i, scene.lore.entries[i].short) for i in near if i in scene.lore.entries]
        if self._near:
            self.prompt = "是要办哪一件？不在里面就直接说。"

    def options(self) -> list[tuple[str, str]]:
        return self._near

    def _read(self, text: str, scene: Scene) -> Json:
        finding = scene.lore.index.find(text)
        return finding.entries[0] if finding.decision == "answer" else MISS

    def hear(self, message: Message, scene: Scene) -> Json:
        text = message.text.strip()
        found = self._read(text, scene)
        if found is not MISS:
            return found
        is_matter = 2 <= len(text) <= 40 and not words.mobile(text) and not text.endswith(("吗", "？", "?"))
        return text if is_matter and not words.bare_name(text) else MISS

    def glean(self, text: str, scene: Scene) -> Json:
        return self._read(text, scene)


LONE = re.compile("独居|一个人住|自己住|一人住|孤寡|没儿没女|空巢|无儿无女")


def talk(scene: Scene) -> Talk:
    """Which matter, which way, who and where; then the entrustment."""
    scene.verdict = Verdict("act", "errand")
    if "item" not in scene.answers and (last := handbook.current(scene)) and _says_only_how(scene):
        scene.answers["item"] = last
    item = yield from ask("item", Item(scene))
    mode = yield from ask("mode", Choice("您是哪种情况？", MODES, words=HINTS))
    told = scene.records.people.told(scene.person.id)
    name = told["name"] or (yield from ask("name", PersonName()))
    phone = told["phone"] or (yield from ask("phone", Phone()))
    address, where = "", Settled(scene.area_id, Found())
    if mode == "visit":
        address = yield from _address(told["address"])
        where = yield from settle(scene, {"words": address})
    time = yield from ask("time", Words("什么时候方便？（比如“明天上午”“周末”）", least=2, skip="都可以"))
    title = _title(scene, item)
    question = YesNo(
        f"请核对：{NAMES[mode]}，{title}，{name}，电话尾号{phone[-4:]}{_where(address)}，{time or '时间都可以'}。\n提交后社区会联系您；代交材料要您本人签委托书。确定提交吗？",
        "提交",
        "不提交",
    )
    if not (yield from ask("sure", question)):
        return Reply("好的，没有提交。")
    whom = words.relation(scene.opening) or ""
    return _open(scene, where, item, {"item": title, "mode": NAMES[mode], "name": name, "phone": phone, "address": address,
                               "time": time, "words": scene.opening, "for_whom": whom,
                               "lone": bool(LONE.search(scene.opening))})  # fmt: skip


def _where(address: str) -> str:
    return f"，{address}" if address else ""


def _says_only_how(scene: Scene) -> bool:
    """俺腿脚不好去不了: no matter is named, so the one last shown is meant."""
    finding = scene.lore.index.find(scene.opening)
    return finding.decision != "answer" and any(
        word in scene.opening for hints in HINTS.values() for word in hints
    )


def _address(known: str) -> Part:
    """Where to come; an address told before is asked about, not taken."""
    if known and (yield from ask("same_address", YesNo(f"上门地址还是{known}吗？", "还是这里", "换地址"))):
        return known
    return (yield from ask("address", Address()))


def _title(scene: Scene, item: str) -> str:
    entry = scene.lore.entries.get(item)
    return entry.title if entry else item


def _open(scene: Scene, where: Settled, item: str, body: dict[str, Any]) -> Reply:
    due = workdays_on(scene, 1)
    entry = scene.lore.entry(item, scene.now)
    case = scene.records.cases.open(
        "errand", area_id=where.area_id, title=f"{body['mode']}：{(entry.short if entry else '') or body['item'][:20]}",
        body=body, person_id=scene.person.id, conversation_id=scene.talk.id, due_at=due, now=scene.now,
        category=entry.id if entry else "", token=f"errand:{scene.token}",
    )  # fmt: skip
    scene.records.people.tell(
        scene.person.id, name=body["name"], phone=body["phone"], address=body["address"]
    )
    if not body["for_whom"]:
        remember(scene, where)
    _principal(scene, case, body)
    case = dispatch.dispatch(
        scene.records, scene.lore, case, scene.now, here=responsible(scene, where.area_id)
    )
    papers = f"\n先把这些准备好：\n{lines(entry, 'materials')}" if entry else ""
    return Reply(
        f"登记好了，编号{case.number}。社区{when.say(due.date(), clock=False)}前跟您联系。{papers}",
        (Option("=progress", "查进度"), Option("=menu", "办别的事")),
        entry=entry.id if entry else "", version=scene.lore.versions.get(item, 0) if entry else 0,
    )  # fmt: skip


def _principal(scene: Scene, case: Case, body: dict[str, Any]) -> None:
    """Whose matter it is. For oneself, sending it is the entrustment; for others a proxy in force, or their signature."""
    whom, person, now = body["for_whom"], scene.person.id, scene.now
    if not whom:
        party = scene.records.parties.add(
            case.id, "principal", now, person_id=person, conversation_id=scene.talk.id
        )
        _agree(scene, case, party)
        return
    valid = [p for p in scene.records.proxies.of(person, now)
             if words.relation(p.relation) in (whom, None) and scene.records.proxies.may_act(person, p.person_id, "errand", now)]  # fmt: skip
    of = valid[0].person_id if len(valid) == 1 else None
    party = scene.records.parties.add(case.id, "principal", now, person_id=of, contact={"name": whom})
    if of is not None:
        _agree(scene, case, party)


def _agree(scene: Scene, case: Case, party_id: int) -> None:
    for party in scene.records.parties.of(case.id, "principal"):
        if party.id == party_id:
            scene.records.parties.consent(party, "yes", scene.now)


INTENT = Intent("errand", "代办帮办", talk, about=lambda scene: str(scene.answers.get("item", "")))
