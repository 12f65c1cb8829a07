"""Plots as inline SVG, from numbers alone: no script, no network, and nothing a content policy forbids."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from knowledge.evaluation import Bin, Evaluation

INK, LINE, SERIES = "#1f2a30", "#d5dde0", ("#1d5b63", "#5b9aa0", "#c98a1b")
NAMES = (("first", "第一个就对"), ("three", "前三个里有"), ("one_step", "一步到位"))
DECISIONS = (("answer", "直接回答", "#1d5b63"), ("choose", "让居民选", "#5b9aa0"), ("refuse", "说没有收录", "#c98a1b"),
             ("act", "开始办事等", "#8a6fb0"))  # fmt: skip


def _text(x: float, y: float, words: str, anchor: str = "start", size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{INK}">{escape(words)}</text>'


def _rect(x: float, y: float, width: float, height: float, fill: str, title: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}" fill="{fill}">'
        f"<title>{escape(title)}</title></rect>"
    )


def _svg(width: int, height: int, label: str, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="100%" role="img" '
        f'aria-label="{escape(label)}" font-family="sans-serif">{"".join(parts)}</svg>'
    )


def recall(told: Evaluation) -> str:
    """Bars for each style: first, among three, in one step."""
    left, wide, row = 120, 400, 52
    parts = [_rect(left, 6 + n * 16, 10, 10, SERIES[n], name) + _text(left + 16, 15 + n * 16, name)
             for n, (_, name) in enumerate(NAMES)]  # fmt: skip
    top = 64
    for at, (style, figures) in enumerate(told.styles.items()):
        y = top + at * row
        parts.append(_text(left - 8, y + 26, f"{style}（{figures.n}）", "end"))
        for n, (name, label) in enumerate(NAMES):
            share = figures.share(name)
            parts.append(_rect(left, y + n * 14, share * wide, 11, SERIES[n], f"{style} {label} {share:.1%}"))
            parts.append(_text(left + share * wide + 6, y + n * 14 + 10, f"{share:.1%}", size=11))
    return _svg(600, top + len(told.styles) * row + 8, "各种说法的命中率", parts)


def decisions(told: Evaluation) -> str:
    """One bar a style, cut by what the chat did."""
    left, wide, row = 120, 460, 28
    parts, x = [], float(left)
    for _, label, fill in DECISIONS:
        parts.append(_rect(x, 6, 10, 10, fill, label) + _text(x + 14, 15, label))
        x += 115
    for at, (style, figures) in enumerate(told.styles.items()):
        y, x = 32 + at * row, float(left)
        parts.append(_text(left - 8, y + 14, style, "end"))
        for name, label, fill in _counted(figures.decisions):
            width = figures.decisions[name] / max(1, figures.n) * wide
            parts.append(_rect(x, y, width, 18, fill, f"{style} {label} {figures.decisions[name]} 句"))
            x += width
    return _svg(600, 40 + len(told.styles) * row, "聊天里怎么处理", parts)


def _counted(counts: dict[str, int]) -> list[tuple[str, str, str]]:
    known = {name for name, _, _ in DECISIONS}
    rest = [(name, name, "#a31515") for name in counts if name not in known]
    return [*DECISIONS, *rest]


def reliability(bins: Sequence[Bin], ece: float) -> str:
    """How often the first entry was right, against how sure the index was; on the line both agree."""
    left, top, side = 60, 20, 300
    low = top + side
    parts = [f'<rect x="{left}" y="{top}" width="{side}" height="{side}" fill="none" stroke="{LINE}"/>',
             f'<line x1="{left}" y1="{low}" x2="{left + side}" y2="{top}" stroke="{LINE}" stroke-dasharray="4 4"/>']  # fmt: skip
    for tick in range(0, 11, 2):
        parts.append(_text(left + tick / 10 * side, low + 16, f"{tick * 10}%", "middle", 11))
        parts.append(_text(left - 6, low - tick / 10 * side + 4, f"{tick * 10}%", "end", 11))
    most = max((one.n for one in bins), default=0) or 1
    for one in bins:
        if one.n:
            x, y = left + one.said * side, low - one.true * side
            title = f"{one.n} 句：说有 {one.said:.0%} 把握，对了 {one.true:.0%}"
            size = 3 + 7 * (one.n / most) ** 0.5
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}" fill="{SERIES[0]}" fill-opacity="0.75">'
                         f"<title>{escape(title)}</title></circle>")  # fmt: skip
    parts.append(
        _text(left + side / 2, low + 36, f"说的把握（横）和真对的比例（竖），ECE {ece:.3f}", "middle")
    )
    return _svg(400, low + 48, "把握准不准", parts)
