"""A person is wanted: queued, human, ended."""

from __future__ import annotations

from knowledge.cases.model import Kind, Move, Party, Span

HANDOFF = Kind(
    "handoff", "人工服务", "R", "queued",
    {"queued": "排队中", "human": "人工服务中", "message": "已留言，等回复", "ended": "已结束"},
    ("ended",),
    (
        Move("take", "接待", ("queued", "message"), "human", effect="take", note=""),
        Move("hand_back", "交回", ("human",), "ended", note=""),
        Move("end", "结束", ("queued", "message"), "ended", note="required"),
    ),
    Span(10, "minutes"), private=True, pool=("queued", "message"),
    rests=("human",), warns=False,
    escalate=(Span(5, "minutes"), Span(15, "minutes"), Span(60, "minutes")), parties=(Party("resident", "居民", follows=True),),
)  # fmt: skip
