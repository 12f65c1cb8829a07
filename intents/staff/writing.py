"""What workers write down in chat: 巡查, 当场解决, 建单, and answers from the handbook (答 MZ01 材料)."""

from __future__ import annotations

import re

from intents import handbook, handoff
from intents.message import Reply
from intents.refused import Refused
from intents.staff import casework, deeds, recording
from intents.staff.recording import ON_THE_SPOT, PATROL, SOLVED, Told
from intents.staff.speaker import NUMBER, Speaker
from knowledge import when
from storage.cases import Case

ANSWER = re.compile(r"^答\s*([A-Za-z]{1,4}\d{1,4})(?:[\s：:，,]+(\S+))?$")
WRITE = re.compile(rf"^建单(?:\s*{NUMBER})?[\s：:，,]*(上报|报修|代办)[\s：:，,]*([\s\S]+)$", re.I)
FACETS = {"材料": "materials", "要带什么": "materials", "流程": "steps", "怎么办": "steps", "时间": "hours", "费用": "fee",
          "多少钱": "fee", "地点": "where", "在哪办": "where", "条件": "who", "谁能办": "who", "时限": "time_limit",
          "多长时间": "time_limit", "依据": "basis", "电话": "phone", "代办": "proxy", "网上": "online"}  # fmt: skip


def command(speaker: Speaker, text: str) -> Reply | None:
    """What such words lead to; None where they are none. Raises Refused."""
    if speaker.in_group:
        return None
    if found := PATROL.match(text):
        return _patrol(speaker, found[1].strip())
    if SOLVED.match(text) and (case := recording.latest_patrol(speaker.records, speaker.worker)):
        return _solved(speaker, case, text)
    if found := ANSWER.match(text):
        return answer(speaker, found[1].upper(), found[2] or "")
    if found := WRITE.match(text):
        return _write(speaker, found[1] or "", found[2], found[3].strip())
    return None


def _patrol(speaker: Speaker, words: str) -> Reply:
    """巡查 7号楼门口垃圾没清: written down with a photo in one message; 已清理 at its end closes it at once."""
    picture = casework.photo(speaker, speaker.talk_id)
    if not picture:
        raise deeds.NoPhoto("巡查记录要有照片。现在发照片来也行，十分钟内都算。")
    done = ON_THE_SPOT.search(words)
    told = ON_THE_SPOT.sub("", words)
    place = told[:60]
    note = Told("report", "patrol", told, place, picture="" if done else picture)
    case = recording.record(speaker.records, speaker.lore, speaker.worker, note, speaker.now)
    area = speaker.lore.area_name(case.area_id)
    if done:
        _close(speaker, case, picture, done[0])
        return Reply(f"{case.number}记下了（{area}，{case.body['category']}），当场解决，已办结。")
    assert case.due_at is not None
    return Reply(
        f"{case.number}记下了（{area}，{case.body['category']}），由您承办，{when.say(case.due_at)}前办好。\n"
        "当场处理好了，再发一张照片，写“当场解决”。"
    )


def _close(speaker: Speaker, case: Case, picture: str, words: str) -> None:
    note = words.strip(" ，,。；;！!")
    deeds.move(
        speaker.records, speaker.lore, speaker.worker, case, "solve", speaker.now, note=note, picture=picture
    )


def _solved(speaker: Speaker, case: Case, text: str) -> Reply:
    picture = casework.photo(speaker, speaker.talk_id)
    if not picture:
        raise deeds.NoPhoto(f"{case.number}当场解决要有照片。现在发照片来也行，十分钟内都算。")
    _close(speaker, case, picture, text)
    return Reply(f"{case.number}当场解决，已办结。")


def answer(speaker: Speaker, entry_id: str, facet: str) -> Reply:
    """The card of an entry, as published now, said to the resident by the worker; the version is kept with it."""
    if not speaker.talks:
        return Reply("您现在没有在接待居民。")
    if speaker.talk is None:
        raise Refused(f"您同时接待着{speaker.listed()}，请先交回别的，或到工作台发。")
    send_entry(speaker, speaker.talk, entry_id, facet)
    return Reply(f"{entry_id}发给居民了。")


def send_entry(speaker: Speaker, case: Case, entry_id: str, facet: str = "") -> None:
    """Say an entry's card in a talk. `facet`: a field's name, or its Chinese word."""
    entry = speaker.lore.entry(entry_id, speaker.now)
    if entry is None:
        raise Refused(f"手册里现在没有“{entry_id}”，请核对编号。")
    field = FACETS.get(facet, facet) or None
    if field and field not in handbook.LABELS:
        raise Refused(f"没有“{facet}”这一项。可以写：{'、'.join(FACETS)}。")
    card = handbook.card(entry, speaker.lore.versions[entry_id], field)
    handoff.show(speaker.records, speaker.worker, case, card, speaker.now)


def _write(speaker: Speaker, number: str, kind: str, words: str) -> Reply:
    """代居民建单: the resident of the talk gets a number, a holder and a date."""
    talk = deeds.find(speaker.records, speaker.worker, number) if number else speaker.talk
    if talk is None or talk.kind != "handoff":
        raise Refused(
            "请写明是哪位居民：建单 编号 上报 内容。" if speaker.talks else "您现在没有在接待居民。"
        )
    case = for_talk(speaker, talk, "errand" if kind == "代办" else "report", words)
    return Reply(f"{case.number}登记好了，也告诉了居民。")


def for_talk(
    speaker: Speaker, talk: Case, kind: str, words: str, place: str = "", category: str = ""
) -> Case:
    """A case of the resident whom the worker speaks with."""
    if talk.holder_id != speaker.worker.id or talk.state != "human":
        raise Refused(f"请先接待{talk.number}，再帮居民登记。")
    who = speaker.records.people.told(talk.person_id) if talk.person_id else {}
    told = Told(kind, "talk", words, place or words[:60], category, name=who.get("name", ""), phone=who.get("phone", ""),
                conversation_id=talk.conversation_id, person_id=talk.person_id)  # fmt: skip
    case = recording.record(speaker.records, speaker.lore, speaker.worker, told, speaker.now)
    speaker.records.cases.note(
        talk.id, speaker.now, speaker.worker.name, "note", talk.state, f"代居民建单{case.number}"
    )
    return case
