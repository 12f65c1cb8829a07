"""Character grams of a sentence, and a ridge classifier over them (numpy and scipy only, deterministic)."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import yaml
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix  # heavy, and needed for training only

Matrix = NDArray[np.float32]
Vector = NDArray[np.float32]
Longs = NDArray[np.int64]
Numbers = NDArray[np.intp]
LIMIT = 300  # characters read
_DIALECT = str.maketrans({**dict.fromkeys("咧嘞哩啦喽", "了"), **dict.fromkeys("俺额咱", "我"), "您": "你"})
_DIGIT = "0-9零〇一二两三四五六七八九十"
_SHAPES = tuple(
    (re.compile(pattern), shape)
    for pattern, shape in (
        (r"[a-z]{1,3}[0-9]{3,}|(?:单号|编号|受理号|工单号?|预约号)(?:是|为)?[a-z0-9]{3,}", "#"),
        (r"1[3-9][0-9]{9}", "☎"),
        (rf"[{_DIGIT}]+(?:点|时)(?:半|[{_DIGIT}]+(?:分|刻)?|整|钟)?(?!课堂|意|好|没)", "⏰"),
        (r"[0-9]{1,2}:[0-9]{2}", "⏰"),
        (rf"(?:[{_DIGIT}]+月)?[{_DIGIT}]+(?:号|日)(?!楼|院|店|子|窗|线|厅|门|码|桥|房|墙|车)", "日"),
        (r"(?:这个?|下个?|上个?|下下|每个?|本)?(?:礼拜|星期|周)(?:[一二三四五六日天末]|(?=[到至]))", "日"),
        (r"今儿个?|明儿个?|后儿个?|大后[天儿]|今[天日]|明[天日早晚]|后天|改日", "日"),
        (r"(?:早上|早晨|上午|前晌|中午|晌午|下午|后晌|傍晚|擦黑|晚上|晚夕)", "晌"),
        (rf"[{_DIGIT}]+(?:栋|楼|单元|号楼|号院|幢)", "楼"),
        (rf"[{_DIGIT}]+(?=个|份|位|碗|间|盏|辆|块|人|户|家|次|顿|岁|年|天)", "0"),
        (r"[0-9]+", "0"),
        (r"[^\w#☎⏰]+", " "),
    )
)
SIGNS = Path(__file__).parent.parent / "data" / "wish_signs.yaml"
SIGN = 1.5  # how much heavier a sign is than a gram


@cache
def _signs() -> tuple[re.Pattern[str], ...]:
    """What a sentence does, whatever it speaks of: each is one more gram."""
    told = yaml.load(SIGNS.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return tuple(re.compile("|".join(patterns)) for patterns in told.values())


def normal(text: str) -> str:
    """One spelling for what the classifier need not tell apart: numbers, days, hours, dialect letters."""
    line = unicodedata.normalize("NFKC", text[:LIMIT]).lower().translate(_DIALECT)
    for pattern, shape in _SHAPES:
        line = pattern.sub(shape, line)
    return line.strip()


_UNIT = 21  # bits of a letter: a key holds up to three
_FEED = ord("\n")
_FIRST_SIGN = sys.maxunicode + 1  # signs are keys that no letter has


def keys(texts: Sequence[str]) -> tuple[Numbers, Longs]:
    """Line by line the 1–3-grams within the sentence, its beginning and end marked, and its signs, each once.

    Parallel arrays, sorted: the number of the line, and the gram as one whole number.
    """
    told = [normal(text) for text in texts]
    letters = "".join(f"^{line}$\n" for line in told).encode("utf-32-le", "replace")
    units = np.frombuffer(letters, dtype=np.uint32).astype(np.int64)
    ends = units == _FEED
    owner, key, held = np.cumsum(ends), units, ~ends
    lines, found = [], []
    for size in range(3):
        if size:
            key, held = key[:-1] << _UNIT | units[size:], held[:-1] & ~ends[size:]
        lines.append(owner[: len(key)][held])
        found.append(key[held])
    patterns = tuple(enumerate(_signs()))
    signs = [(i, sign) for i, line in enumerate(told) for sign, seen in patterns if seen.search(line)]
    signed = np.array(signs, dtype=np.int64).reshape(-1, 2)
    return _once(np.concatenate([*lines, signed[:, 0]]), np.concatenate([*found, signed[:, 1] + _FIRST_SIGN]))


def _keys_of(text: str) -> list[int]:
    """The same of one sentence, quicker."""
    line = normal(text)
    signs = [_FIRST_SIGN + sign for sign, seen in enumerate(_signs()) if seen.search(line)]
    units = [ord(letter) for letter in f"^{line}$"]
    pairs = [one << _UNIT | two for one, two in pairwise(units)]
    triples = [pair << _UNIT | unit for pair, unit in zip(pairs, units[2:], strict=False)]
    return sorted({*units, *pairs, *triples, *signs})


def _once(lines: Numbers, found: Longs) -> tuple[Numbers, Longs]:
    order = np.lexsort((found, lines))
    lines, found = lines[order], found[order]
    fresh = np.append(True, (lines[1:] != lines[:-1]) | (found[1:] != found[:-1]))
    return lines[fresh], found[fresh]


class Space:
    """Grams as columns; those seen once are left out."""

    def __init__(self, keys: Longs, weights: Vector) -> None:
        """`keys`: the grams, sorted; `weights`: how much each counts."""
        self.keys, self.weights = keys, weights

    @classmethod
    def learn(cls, texts: Sequence[str], least: int = 2) -> tuple[Space, csr_matrix]:
        """The grams of at least `least` of the sentences, and the sentences as rows of length 1."""
        from scipy.sparse import csr_matrix

        lines, found = keys(texts)
        known, column, count = np.unique(found, return_inverse=True, return_counts=True)
        kept = count >= least
        weights = (1.0 + np.log(len(texts) / count[kept])).astype(np.float32)
        known, used, numbers = known[kept], kept[column], np.cumsum(kept) - 1
        signs = (known >= _FIRST_SIGN) & (known < _FIRST_SIGN + len(_signs()))
        weights[signs] = SIGN * weights.max(initial=0.0)
        lines, column = lines[used], numbers[column[used]].astype(np.int32)
        values = weights[column]
        norms = np.sqrt(np.bincount(lines, values * values, len(texts)))
        values = (values / np.maximum(norms, 1e-9)[lines]).astype(np.float32)
        starts = np.searchsorted(lines, np.arange(len(texts) + 1)).astype(np.int32)
        return cls(known, weights), csr_matrix((values, column, starts), shape=(len(texts), len(known)))

    def row(self, text: str) -> tuple[Numbers, Vector]:
        """One sentence as a row of length 1: the columns, and their values."""
        found = np.array(_keys_of(text), dtype=np.int64)
        column = np.minimum(np.searchsorted(self.keys, found), max(0, len(self.keys) - 1))
        column = column[self.keys[column] == found] if len(self.keys) else column[:0]
        values = self.weights[column]
        return column, values / np.float32(max(float(np.linalg.norm(values)), 1e-9))


def ridge(
    rows: csr_matrix, classes: NDArray[np.intp], weights: Matrix, rounds: int, penalty: float
) -> Matrix:
    """Weighted least squares of ±1 targets, one column a class, by conjugate gradients."""
    wanted = np.full((rows.shape[0], int(classes.max()) + 1), -1, dtype=np.float32)
    wanted[np.arange(rows.shape[0]), classes] = 1
    turned = rows.T.tocsr()
    by = weights[:, None]

    def normal_equations(x: Matrix) -> Matrix:
        product: Matrix = turned @ (by * (rows @ x)) + penalty * x
        return product

    x: Matrix = np.zeros((rows.shape[1], wanted.shape[1]), dtype=np.float32)
    rest: Matrix = turned @ (by * wanted)
    way, size = rest.copy(), (rest * rest).sum(0)
    for _ in range(rounds):
        pushed = normal_equations(way)
        step = size / np.maximum((way * pushed).sum(0), 1e-12)
        x += step * way
        rest -= step * pushed
        size, before = (rest * rest).sum(0), size
        way = rest + size / np.maximum(before, 1e-12) * way
    return x
