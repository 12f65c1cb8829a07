"""S19: one door. Twenty utterances of all sorts each end with an answer, a number with a holder, or a person."""

from __future__ import annotations

import re

import pytest

from bot import turn
from intents.library import Library
from intents.message import Message, Reply
from storage.archive import Archive
from tests.databases import START, open_archive

NUMBER = re.compile(r"编号([BDTRJ]\d{9})|预约号\s*(Y\d{9,})")
# what is said first; then whatever else a resident in a hurry says, by the words of the question
UTTERANCES = (
    "低保要带什么材料", "老年证怎么办", "医保断缴了能补吗", "居住证在哪办", "社区几点下班",
    "给我妈约理发明天上午十点", "我要预约午餐", "想报名书法班",
    "珠泉路4号院六单元楼道灯坏了", "示例花园3号楼门口垃圾没人管", "电梯一直坏着物业不修",
    "楼上天天半夜剁肉我要申请调解", "欠我工资不给我想找人调解",
    "我腿脚不便请上门帮我办残疾证", "我不会弄帮我代办居住证",
    "我要投诉你们网格员态度差", "转人工", "今天谁值班", "在吗", "提醒我明天上午九点吃药",
)  # fmt: skip
ANSWERS = (
    ("核对", "1"), ("照片", "没有"), ("是不是这一类", "1"), ("要留名", "2"), ("在哪里", "示例花园3号楼"), ("称呼", "王秀英"),
    ("电话", "13912345678"), ("地址", "示例花园3号楼201"), ("什么时候方便", "都可以"), ("属于哪一类", "11"), ("哪种情况", "1"),
)  # fmt: skip


def say(archive: Archive, library: Library, n: int, text: str) -> tuple[list[Reply], str]:
    with archive.open() as records:
        message = Message("console", "ren", f"e{n}", text, START)
        replies = turn.hear(records, library, message, START)
        return replies, records.conversations.open("console", "ren", START).dialogue


def answer(said: str) -> str:
    return next((reply for words, reply in ANSWERS if words in said), "1")


@pytest.mark.parametrize("text", UTTERANCES)
def test_s19_every_wish_ends_with_an_answer_a_number_or_a_person(
    text: str, sqlite_url: str, library: Library
) -> None:
    archive = open_archive(sqlite_url)
    try:
        replies, dialogue = say(archive, library, 0, text)
        for n in range(1, 14):
            if not dialogue and not any("哪一项" in r.text for r in replies):
                break
            replies, dialogue = say(archive, library, n, answer("\n".join(r.text for r in replies)))
        said = "\n".join(reply.plain() for reply in replies)
        assert not dialogue, said
        assert "不理解" not in said
        found = NUMBER.search(said)
        by_person = any(option.id == "=human" for reply in replies for option in reply.options)
        assert (
            found or by_person or any(reply.card or reply.entry for reply in replies) or is_answer(text, said)
        ), said
        if found and found[1]:
            with archive.reading() as records:
                case = records.cases.by_number(found[1])
                assert case
                assert case.due_at
                assert case.holder_id or case.unit or case.state in ("received", "queued", "message")
    finally:
        archive.close()


def is_answer(text: str, said: str) -> bool:
    """Answers that are neither a card nor a number: who is on duty, a reminder set."""
    return {"今天谁值班": "李姐", "提醒我明天上午九点吃药": "提醒"}.get(text, "\0") in said
