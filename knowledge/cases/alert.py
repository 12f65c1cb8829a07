"""Danger: goes to people at once, never into a queue."""

from __future__ import annotations

from knowledge.cases.model import Kind, Move, Party, Span

ALERT = Kind(
    "alert", "紧急提醒", "J", "raised",
    {"raised": "待处理", "seen": "已有人处理", "ended": "已结束"},
    ("ended",),
    (
        Move("take", "我来处理", ("raised",), "seen", effect="take", note=""),
        Move("end", "处理完毕", ("raised", "seen"), "ended", note="required"),
    ),
    Span(1, "minutes"), private=True, pool=("raised",), rests=("seen",), warns=False,
    escalate=(Span(5, "minutes"), Span(15, "minutes"), Span(60, "minutes")), parties=(Party("resident", "居民", follows=True),),
)  # fmt: skip
