"""Lists of words: aliases of entries, words the handbook must not say, words that residents say and nobody answers alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from intents.handoff import Refused
from intents.sensitive import ACTIONS
from intents.staff.editing import Deed, keep
from intents.staff.misses import PRIVATE, Group
from intents.staff.people import require_editor
from knowledge.handbook import HandbookEntry
from storage.archive import Records
from storage.questions import Term
from storage.staff import Worker

KINDS = {"alias": "别名", "forbidden": "手册不能写的词", "sensitive": "敏感词"}
STATES = {"suggested": "等批准", "approved": "已批准", "rejected": "不用"}
LOG = "记录"  # who suggests what was found in the log
LEAST = 3  # how often a word must have been asked for to be suggested
MOST = 40
ASKING = re.compile(
    r"(请问|我想|想问|一下|怎么|咋|如何|办理|申请|办|弄|领|开|补|查|在哪里?|哪里|哪儿|要|需要|带|什么|啥|材料|手续|流程|多少钱|多久|吗|呢|呀|啊|嘛|的|了|可以|能不能|不|[？?，。,.!！\s])+"
)


def suggest(records: Records, worker: Worker, kind: str, word: str, value: str, now: datetime) -> None:
    """A word that waits for somebody to approve it."""
    require_editor(worker)
    word, value = word.strip(), value.strip()
    if kind not in KINDS:
        raise Refused("请选一种词表。")
    if not 2 <= len(word) <= MOST or PRIVATE.search(word):
        raise Refused(f"词要有 2 到 {MOST} 个字，不能带号码。")
    if kind == "alias" and records.handbook.current(value) is None:
        raise Refused(f"没有已发布的“{value}”，请核对编号。")
    if kind == "sensitive" and value not in ACTIONS:
        raise Refused("请选碰到这个词怎么办。")
    if kind == "forbidden" and (not value or len(value) > 60):
        raise Refused("请写用什么词代替（最多 60 个字）。")
    if not records.questions.suggest_term(kind, word, value, worker.login, now):
        raise Refused("这个词已经在表里了。")
    records.audit.write(now, worker.login, "suggest", word, KINDS[kind])


def approve(records: Records, worker: Worker, term: Term, now: datetime) -> str:
    """The word counts from now on; an alias becomes a draft of its entry, to be published like any other."""
    require_editor(worker)
    said = "已批准。"
    if term.kind == "alias":
        said = _to_draft(records, worker, term, now)
    if not records.questions.decide_term(term.id, "approved", worker.login, now):
        raise Refused("这个词刚被别人处理了，请刷新再看。")
    records.audit.write(now, worker.login, "approve", term.word, KINDS[term.kind])
    return said


def reject(records: Records, worker: Worker, term: Term, now: datetime) -> str:
    """The word does not count (any more)."""
    require_editor(worker)
    if not records.questions.decide_term(term.id, "rejected", worker.login, now):
        raise Refused("这个词刚被别人处理了，请刷新再看。")
    records.audit.write(now, worker.login, "reject", term.word, KINDS[term.kind])
    return "已记下：不用。"


def _to_draft(records: Records, worker: Worker, term: Term, now: datetime) -> str:
    history = records.handbook.history(term.value)
    base = next((v for v in history if v.state == "draft"), None) or next(
        (v for v in history if v.state == "published"), None
    )
    if base is None:
        raise Refused(f"没有已发布的“{term.value}”，请核对编号。")
    if base.state == "draft" and base.author != worker.login:
        raise Refused(f"{term.value} 有别人的草稿还没处理，请先发布或退回。")
    if term.word in base.entry.aliases:
        return "已批准，别名里本来就有。"
    entry: HandbookEntry = replace(base.entry, aliases=(*base.entry.aliases, term.word))
    number = keep(records, Deed(worker.login, f"加别名“{term.word}”"), entry, now)
    return f"已批准，存为 {term.value} 第 {number} 版草稿，等另一位管理员发布。"


def from_log(records: Records, groups: Sequence[Group], now: datetime) -> int:
    """Suggest aliases: what many asked for in few words, where the search thought of an entry. Returns how many are new."""
    titles = {version.entry.id: version.entry for version in records.handbook.published()}
    counts: Counter[tuple[str, str]] = Counter()
    for group in groups:
        if not group.candidates or group.candidates[0] not in titles:
            continue
        for miss in group.misses:
            if word := core(miss.words):
                counts[word, group.candidates[0]] += 1
    count = 0
    for (word, entry_id), times in sorted(counts.items()):
        entry = titles[entry_id]
        if times >= LEAST and word not in (entry.title, entry.short, *entry.aliases):
            count += records.questions.suggest_term("alias", word, entry_id, LOG, now)
    return count


def core(words: str) -> str:
    """What a short question is about, without asking words; empty where it says too little or too much."""
    left = ASKING.sub("", words.strip())
    return left if 2 <= len(left) <= 10 and not PRIVATE.search(left) and "（" not in left else ""
