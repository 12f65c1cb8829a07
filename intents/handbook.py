"""Answers from the handbook: the entry's own fields as a card, short first, each further field a button."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from intents import feedback, local
from intents.intent import Intent
from intents.message import Card, Message, Option, Reply
from intents.scene import Scene, Verdict
from knowledge.areas.care import law_of
from knowledge.handbook import HandbookEntry
from knowledge.search import Finding

GUESSED = "我猜您问的是这一项。不是的话，换个说法再问我一次，或者找人工。"
KEEPS = timedelta(minutes=10)  # how long follow-ups belong to the last entry
LABELS = {
    "who": "谁能办", "materials": "要带什么", "steps": "怎么办", "time_limit": "多长时间", "fee": "多少钱",
    "where": "在哪办", "hours": "什么时间", "online": "网上办", "proxy": "能不能代办", "lost": "丢了怎么补",
    "progress": "怎么查进度", "phone": "咨询电话", "basis": "依据", "notes": "要注意",
}  # fmt: skip
SHORT = ("materials", "where", "hours", "fee")
BUTTONS = ("steps", "who", "time_limit", "proxy", "basis")


def lines(entry: HandbookEntry, field: str) -> str:
    """A field's text as people read it."""
    value = getattr(entry, field)
    if isinstance(value, str):
        return value
    numbered = [f"{n}. {line}" for n, line in enumerate(value, 1)]
    return "\n".join(numbered) if len(value) > 1 else "".join(value)


def _foot(entry: HandbookEntry) -> str:
    day = f"{entry.checked_on:%Y年%-m月%-d日}核对" if entry.checked_on else ""
    basis = entry.basis[0] + ("等" if len(entry.basis) > 1 else "") if entry.basis else ""
    return f"依据：{basis}（{day}）\n问不清楚：{entry.phone}"


def card(entry: HandbookEntry, version: int, facet: str | None = None) -> Reply:
    """The answer. With a facet, that field leads; else the short card."""
    fields = [facet] if facet and getattr(entry, facet) else list(SHORT)
    rows = tuple((LABELS[field], lines(entry, field)) for field in fields if getattr(entry, field))
    text = "" if facet and getattr(entry, facet) else entry.summary
    if facet and not getattr(entry, facet):
        text = f"手册里没有写“{LABELS[facet]}”，请问{entry.phone}。"
    return Reply(
        text, _buttons(entry, fields), Card(entry.title, rows, _foot(entry)), entry=entry.id, version=version
    )


def _buttons(entry: HandbookEntry, shown: list[str]) -> tuple[Option, ...]:
    fields = [f for f in (*SHORT, *BUTTONS) if f not in shown and getattr(entry, f)][:5]
    return tuple(Option(f"=card:{entry.id}:{field}", LABELS[field]) for field in fields)


def show(scene: Scene, entry_id: str, facet: str | None = None, *, confidence: float = 1.0) -> Reply:
    """The card of an entry, if it may be answered now (RG24, RG25)."""
    entry = scene.lore.entry(entry_id, scene.now)
    if entry is None:
        return not_now(scene, entry_id)
    scene.talk.state["entry"] = _shown(scene, entry)
    scene.talk.state["denied"] = 0
    scene.verdict = Verdict("answer", "handbook", (entry_id,), confidence)
    entry, whose = local.text(scene.lore, entry, scene.area_id)
    reply = card(entry, scene.lore.versions[entry_id], facet)
    return _with_deeds(scene, entry, _with_law(scene, entry, replace(reply, override=whose)))


def _with_law(scene: Scene, entry: HandbookEntry, reply: Reply) -> Reply:
    """Who of one's own grid can be asked about law; the street where the grid has nobody (S63)."""
    grid = scene.lore.areas.get(scene.person.area_id or "")
    law = law_of(scene.lore.areas, grid.id) if grid and grid.kind == "网格" and entry.id in LEGAL else None
    if grid is None or law is None:
        return reply
    who, area = law
    own = "" if area.id == grid.id else f"，{grid.name}没有专人，由{area.name}负责"
    return reply.before(f"您网格的法律联系人：{who}{own}。")


def _shown(scene: Scene, entry: HandbookEntry) -> dict[str, Any]:
    """What follow-ups and feedback belong to: the entry, its version, and the words that asked for it."""
    before = scene.talk.state.get("entry") or {}
    words = scene.text[:200] or (before.get("words", "") if before.get("id") == entry.id else "")
    version = scene.lore.versions[entry.id]
    return {"id": entry.id, "at": scene.now.isoformat(), "version": version, "words": words}


def _with_deeds(scene: Scene, entry: HandbookEntry, reply: Reply) -> Reply:
    """Where the centre can do it, the card offers the deed as its first button; last: was it of use."""
    deeds = [
        Option(f"=book:{i}", f"预约{scene.lore.services[i].name}")
        for i in entry.services
        if i in scene.lore.services
    ]
    deeds += [Option(f"=start:{name}", label) for name, label in DEEDS.get(entry.id, ())]
    last = Option("=human", "找人工")
    options = (*deeds[:2], *reply.options)
    limit = 3 if scene.person.elder else 7
    asked = (
        () if scene.person.elder else feedback.options(entry.id, reply.version)
    )  # three choices are enough
    return replace(reply, options=(*options[: limit - 1], last, *asked))


LEGAL = frozenset(("SF01", "SF02", "SF03", "SF04", "SF05", "SF06", "RS13", "CG05", "ZJ08"))  # matters of law
DEEDS = {
    "SF01": (("mediation", "申请调解"),), "RS13": (("mediation", "申请调解"),), "CG02": (("report", "我要上报"),),
    "CG03": (("report", "我要上报"),), "CG05": (("report", "我要上报"), ("mediation", "申请调解")),
    "CG06": (("report", "我要上报"),), "ZJ08": (("report", "我要上报"),), "JY04": (("activity", "我要报名"),),
    "JY06": (("activity", "我要报名"),), "DQ03": (("activity", "我要报名"),), "DQ05": (("activity", "我要报名"),),
}  # fmt: skip


def not_now(scene: Scene, entry_id: str) -> Reply:
    """An entry that is withdrawn or past its date is not answered from."""
    scene.verdict = Verdict("refuse", "handbook", (entry_id,), 0.0)
    return Reply(
        f"这一项的内容正在核对，先不答，免得答错。请问{scene.lore.centre.call}。",
        (Option("=human", "找人工"),),
    )


def current(scene: Scene) -> str | None:
    """The entry that a follow-up belongs to."""
    kept = scene.talk.state.get("entry")
    if not kept or scene.now - datetime.fromisoformat(kept["at"]) > KEEPS:
        return None
    return str(kept["id"])


def follow_up(scene: Scene) -> tuple[str, str | None] | None:
    """(entry, facet) where the words are a question about the last entry."""
    entry_id = current(scene)
    if entry_id is None or not scene.lore.index.is_elliptic(scene.text):
        return None
    return entry_id, scene.lore.index.facet(scene.text)


def advised(message: Message, finding: Finding) -> Finding:
    """The finding with a second opinion taken where there is one: an entry it offers, or none of them."""
    told = message.advice
    if told is None or told[0] != message.text or finding.decision != "choose":
        return finding
    if told[1] == "":
        return replace(finding, decision="refuse")
    if told[1] not in finding.entries[:3]:
        return finding
    rest = (i for i in finding.entries if i != told[1])
    return replace(finding, decision="answer", entries=(told[1], *rest))


def talk(scene: Scene) -> Reply | list[Reply]:
    """Answer, offer a choice, or say honestly that it is not in the handbook."""
    if entry_id := scene.answers.get("entry"):
        return show(scene, entry_id, scene.answers.get("facet"))
    finding = scene.lore.index.find(scene.text)
    told = advised(scene.message, finding)
    replies = respond(scene, told)
    return replies.before(GUESSED) if told.decision == "answer" and told is not finding else replies


def respond(scene: Scene, finding: Finding) -> Reply:
    """What a finding leads to."""
    known = [i for i in finding.entries if scene.lore.entry(i, scene.now)]
    if finding.entries and finding.entries[0] not in known and finding.decision == "answer":
        return not_now(scene, finding.entries[0])
    if finding.decision == "answer":
        return show(scene, known[0], finding.facet, confidence=finding.confidence)
    if finding.decision == "choose" and known:
        return _choose(scene, finding, known)
    return refuse(scene, finding)


def _choose(scene: Scene, finding: Finding, known: list[str]) -> Reply:
    scene.verdict = Verdict("choose", "handbook", tuple(known), finding.confidence)
    scene.records.handbook.miss(scene.text[:500], "choose", known, scene.talk.id, scene.now)
    facet = f":{finding.facet}" if finding.facet else ""
    options = [
        Option(f"=card:{i}{facet}", scene.lore.entries[i].short or scene.lore.entries[i].title)
        for i in known[:3]
    ]
    return Reply("您想问的是哪一项？", (*options, Option("=none", "都不是")))


def refuse(scene: Scene, finding: Finding) -> Reply:
    """Outside the handbook: say so, name the office where known, offer a person (RG26)."""
    scene.verdict = Verdict("refuse", "none", finding.entries, finding.confidence)
    if finding.outside == "chitchat":
        return Reply("我是小滨，社区里的事我来帮您：问政策、约服务、报问题、找人工。您想办什么？", MENU)
    if finding.outside != "nonsense":
        scene.records.handbook.miss(
            scene.text[:500], "refuse", list(finding.entries), scene.talk.id, scene.now
        )
    if finding.outside == "other_gov":
        office = (
            f"这件事请问{finding.office}。"
            if finding.office
            else "可以打 12345 问问归哪里管，也可以找社区的工作人员。"
        )
        return Reply(f"这一项我们手册里没有收录，不敢乱答。{office}", MENU)
    if finding.outside == "nonsense":
        return Reply("没看明白您的意思。可以用一句话说说想办什么，也可以选下面的。", MENU)
    return _with_holder(scene, denied(scene, "这个问题手册里没有收录，我不敢乱答。"))


def _with_holder(scene: Scene, reply: Reply) -> Reply:
    """Words that may be about one's own open matter can be passed on to who holds it."""
    held = [
        c
        for c in scene.records.cases.of_person(scene.person.id, kinds=HELD)
        if c.closed_at is None and c.holder_id
    ]
    if not held:
        return reply
    scene.talk.state["untold"] = scene.text[:500]
    options = [Option(f"=tell:{case.number}", f"转告{case.number}的承办人") for case in held[:2]]
    return replace(reply, options=(*options, *reply.options))


HELD = ("mediation", "report", "errand")


def denied(scene: Scene, text: str) -> Reply:
    """The second miss in a row ends with the offer of a person (RG28)."""
    count = scene.talk.state["denied"] = scene.talk.state.get("denied", 0) + 1
    if count >= 2:
        return Reply(
            f"{text}要不我帮您转人工？回“0”就转。",
            (Option("=human", "找人工"), Option("=menu", "看看能办什么")),
        )
    return Reply(f"{text}您可以换个说法，或者选下面的。", MENU)


MENU = (Option("=menu", "看看能办什么"), Option("=human", "找人工"))


def none_of_these(scene: Scene) -> Reply:
    """都不是: the choice did not hold what was meant."""
    scene.verdict = Verdict("refuse", "handbook")
    return denied(scene, "好的，都不是。")


INTENT = Intent("handbook", "查手册", talk)
NONE = Intent("none", "都不是", none_of_these)
