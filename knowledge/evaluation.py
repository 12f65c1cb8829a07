"""How well questions are answered: recall by style, decisions, confusions, calibration. Pure; `bot/measuring.py` asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from knowledge.handbook_files import ID

BINS = 10
MOST_WORDS = 4000
HEAD = ("id", "style", "question")
ALL = "合计"


class BadFile(ValueError):
    """问题文件有错。"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the entries that are right."""

    id: str
    style: str
    text: str
    right: frozenset[str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was done: the chat's decision and its entries; the index's ranking and its confidence in the first."""

    decision: str
    entries: tuple[str, ...]
    ranked: tuple[str, ...]
    confidence: float


@dataclass(slots=True)
class Figures:
    """Counts over some questions."""

    n: int = 0
    first: int = 0
    three: int = 0
    one_step: int = 0
    right: int = 0
    wrong: int = 0
    decisions: Counter[str] = field(default_factory=Counter)

    def add(self, asked: Asked, told: Answer) -> None:
        """Count one."""
        self.n += 1
        self.first += bool(asked.right & set(told.ranked[:1]))
        self.three += bool(asked.right & set(told.ranked[:3]))
        hit = bool(asked.right & set(told.entries[:1]))
        self.right += told.decision == "answer" and hit
        self.wrong += told.decision == "answer" and not hit
        among = told.decision == "choose" and bool(asked.right & set(told.entries[:3]))
        self.one_step += (told.decision == "answer" and hit) or among
        self.decisions[told.decision] += 1

    def share(self, name: str) -> float:
        """A count as a share of all, 0–1."""
        return float(getattr(self, name)) / self.n if self.n else 0.0


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions whose confidence lies in one tenth: how many, the mean confidence, and how many were right."""

    n: int
    said: float
    true: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything measured on one set of questions."""

    styles: dict[str, Figures]
    confusions: list[tuple[str, str, int]]
    bins: list[Bin]
    ece: float
    failures: list[tuple[Asked, Answer]]

    @property
    def whole(self) -> Figures:
        return self.styles[ALL]


def evaluated(rows: Sequence[tuple[Asked, Answer]]) -> Evaluation:
    """Count everything."""
    styles: dict[str, Figures] = {}
    for asked, told in rows:
        for name in (asked.style, ALL):
            styles.setdefault(name, Figures()).add(asked, told)
    whole = styles.pop(ALL, Figures())
    bins = _bins(rows)
    n = max(1, len(rows))
    return Evaluation(
        styles=dict(sorted(styles.items())) | {ALL: whole},
        confusions=_confusions(rows), bins=bins,
        ece=sum(one.n / n * abs(one.said - one.true) for one in bins),
        failures=[(asked, told) for asked, told in rows if not _is_fine(asked, told)],
    )  # fmt: skip


def _is_fine(asked: Asked, told: Answer) -> bool:
    shown = told.entries[: 3 if told.decision == "choose" else 1]
    return told.decision in ("answer", "choose") and bool(asked.right & set(shown))


def _confusions(rows: Iterable[tuple[Asked, Answer]]) -> list[tuple[str, str, int]]:
    """(right entry, entry taken instead, how often), the most frequent first."""
    counts = Counter(
        (asked.id, told.ranked[0])
        for asked, told in rows
        if told.ranked and told.ranked[0] not in asked.right
    )
    return sorted(((a, b, n) for (a, b), n in counts.items()), key=lambda row: (-row[2], row[:2]))


def _bins(rows: Iterable[tuple[Asked, Answer]]) -> list[Bin]:
    told: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for asked, answer in rows:
        right = bool(asked.right & set(answer.ranked[:1]))
        told[min(int(answer.confidence * BINS), BINS - 1)].append((answer.confidence, right))
    return [
        Bin(len(one), sum(c for c, _ in one) / len(one), sum(r for _, r in one) / len(one))
        if one
        else Bin(0, 0, 0)
        for one in told
    ]


def read_questions(text: str, known: Iterable[str]) -> list[Asked]:
    """A TSV (id, style, question, also_ok); raise BadFile with each wrong row and the reason."""
    head, *lines = text.removeprefix("\ufeff").splitlines() or [""]
    if tuple(head.split("\t")[:3]) != HEAD:
        raise BadFile("TSV 第 1 行要写：id、style、question、also_ok，用制表符分开。")
    ids, out, wrong = set(known), [], []
    for number, line in enumerate(lines, 2):
        cells = [cell.strip() for cell in line.split("\t")]
        if not line.strip():
            continue
        if why := _why_wrong(cells, ids):
            wrong.append(f"TSV 第 {number} 行：{why}")
            continue
        also = cells[3].replace(",", " ").split() if len(cells) > 3 else []
        out.append(Asked(cells[0], cells[1], cells[2], frozenset([cells[0], *also])))
    if wrong:
        raise BadFile("\n".join(wrong[:20]) + (f"\n还有 {len(wrong) - 20} 行。" if len(wrong) > 20 else ""))
    if not out:
        raise BadFile("TSV 里一个问题都没有。")
    return out


def _why_wrong(cells: Sequence[str], ids: set[str]) -> str:
    if len(cells) < 3 or len(cells) > 4:
        return f"有 {len(cells)} 列，要有 id、style、question 三列，also_ok 可不写"
    if not ID.fullmatch(cells[0]) or cells[0] not in ids:
        return f"手册里没有“{cells[0][:20]}”"
    if not cells[1]:
        return "style 是空的"
    if not 1 <= len(cells[2]) <= MOST_WORDS:
        return f"question 要有 1 到 {MOST_WORDS} 个字"
    return ""
