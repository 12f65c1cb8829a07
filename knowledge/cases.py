"""Kinds of cases: their states, who may move them where, what a move needs, and whom it tells in which words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

STAFF = ("worker", "mediator", "admin")
MEDIATORS = ("mediator", "admin")
LEVELS = ("社区", "街道", "区")
ROUNDS_A_LEVEL = 3


@dataclass(frozen=True, slots=True)
class Move:
    """One thing a worker can do with a case in one of the states `start`.

    `tells` is said to the reporter ({number}, {note}, {who} are filled in); empty: nobody is told.
    """

    name: str
    label: str
    start: tuple[str, ...]
    to: str
    roles: tuple[str, ...] = STAFF
    note: Literal["", "optional", "required"] = "optional"
    photo_or_reason: bool = False
    tells: str = ""
    effect: Literal["", "take", "raise", "round"] = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A table of allowed moves. `states` maps each state to the words people read."""

    name: str
    title: str
    letter: str
    first: str
    states: dict[str, str]
    ends: tuple[str, ...]
    moves: tuple[Move, ...]
    accept_within: tuple[int, Literal["minutes", "workdays"]]
    private: bool = False  # its words are shown to its holder and its mediators only

    def is_end(self, state: str) -> bool:
        """Whether nothing more happens in that state."""
        return state in self.ends

    def moves_from(self, state: str, role: str) -> list[Move]:
        """What somebody of that role can do now."""
        return [move for move in self.moves if state in move.start and role in move.roles]

    def move(self, name: str) -> Move | None:
        """The move with that name or label."""
        return next((move for move in self.moves if name in (move.name, move.label)), None)


MEDIATION = Kind(
    "mediation", "人民调解", "T", "received",
    {"received": "已登记，等调解员受理", "accepted": "已受理", "inviting": "正在征求对方意见", "sitting": "正在调解",
     "agreed": "已达成协议", "failed": "调解不成，已告知其他途径", "refused": "对方不同意调解，已终止", "withdrawn": "已撤回"},
    ("agreed", "failed", "refused", "withdrawn"),
    (
        Move("accept", "受理", ("received",), "accepted", MEDIATORS, effect="take",
             tells="您的调解申请{number}已受理，承办人：{who}。接下来会征求对方意见，对方愿意才能调解。"),
        Move("invite", "征求对方意见", ("accepted",), "inviting", MEDIATORS,
             tells="调解{number}：正在征求对方意见，有结果就告诉您。"),
        Move("sit", "开始调解", ("accepted", "inviting", "sitting"), "sitting", MEDIATORS, effect="round",
             tells="调解{number}：{level}第{round}次调解已安排。{note}"),
        Move("raise", "转上一级", ("accepted", "inviting", "sitting"), "accepted", MEDIATORS, note="required",
             effect="raise", tells="调解{number}已转到{level}继续调解。"),
        Move("agree", "达成协议", ("sitting",), "agreed", MEDIATORS,
             tells="调解{number}已达成协议。协议生效后30天内，双方可以一起去法院申请司法确认，不收费。"),
        Move("fail", "调解不成", ("accepted", "inviting", "sitting"), "failed", MEDIATORS, note="required",
             tells="调解{number}没有谈成。您还可以走仲裁、行政或法院的路，需要法律帮助请说“法律援助”。"),
        Move("refuse", "对方不同意", ("accepted", "inviting"), "refused", MEDIATORS,
             tells="调解{number}：对方不同意调解，调解到此终止。您还可以走仲裁、行政或法院的路。"),
        Move("withdraw", "申请人撤回", ("received", "accepted", "inviting", "sitting"), "withdrawn", MEDIATORS,
             note="required", tells="调解{number}已按您的意思撤回。"),
    ),
    (3, "workdays"), private=True,
)  # fmt: skip

REPORT = Kind(
    "report", "问题上报", "B", "received",
    {"received": "已登记，等待派单", "accepted": "已受理", "working": "处置中", "fixed": "已整改，等您确认",
     "unfixable": "无法整改", "elsewhere": "不属本单位管，已告知归谁管", "duplicate": "与别的上报并成一件", "closed": "已办结",
     "withdrawn": "已撤回"},
    ("closed", "unfixable", "elsewhere", "duplicate", "withdrawn"),
    (
        Move("accept", "接单", ("received",), "accepted", effect="take", tells="您上报的{number}已有人接手：{who}。"),
        Move("work", "开始处置", ("accepted",), "working", tells="{number}正在处置。{note}"),
        Move("fix", "整改完成", ("accepted", "working"), "fixed", photo_or_reason=True,
             tells="{number}说是修好了。{note}您看解决了吗？回复“解决了”或“没解决”。"),
        Move("unfixable", "无法整改", ("accepted", "working"), "unfixable", note="required",
             tells="{number}暂时没法整改，原因：{note}有意见请说“转人工”。"),
        Move("elsewhere", "不属管辖", ("received", "accepted", "working"), "elsewhere", note="required",
             tells="{number}不归我们管：{note}"),
        Move("duplicate", "并单", ("received", "accepted", "working"), "duplicate", note="required",
             tells="{number}和别人报的是同一件事，已并到一起办：{note}"),
        Move("close", "办结", ("fixed",), "closed", tells="{number}已办结。谢谢您。"),
        Move("reopen", "重新办理", ("fixed",), "working", note="required", tells="{number}已重新办理。"),
    ),
    (1, "workdays"),
)  # fmt: skip

ERRAND = Kind(
    "errand", "代办帮办", "D", "received",
    {"received": "已登记，等社区受理", "accepted": "已受理", "collecting": "上门取件", "filing": "正在代交",
     "amending": "需要补材料", "done": "已办结，等送还", "returned": "已送还", "withdrawn": "已撤回", "refused": "不能代办"},
    ("returned", "withdrawn", "refused"),
    (
        Move("accept", "受理", ("received",), "accepted", effect="take", tells="您的代办{number}已受理，承办人：{who}。{note}"),
        Move("collect", "上门取件", ("accepted", "amending"), "collecting", tells="代办{number}：工作人员上门取材料。{note}"),
        Move("file", "代交材料", ("accepted", "collecting", "amending"), "filing", tells="代办{number}：材料已经交上去了。{note}"),
        Move("amend", "要补材料", ("accepted", "collecting", "filing"), "amending", note="required",
             tells="代办{number}还差这些材料：{note}"),
        Move("finish", "办成", ("accepted", "filing"), "done", tells="代办{number}办好了，会给您送过去。{note}"),
        Move("return", "送还材料", ("done",), "returned", tells="代办{number}的材料和结果已送还。有问题随时找我。"),
        Move("refuse", "不能代办", ("received", "accepted", "collecting"), "refused", note="required",
             tells="代办{number}这次不能代办：{note}"),
        Move("withdraw", "申请人撤回", ("received", "accepted", "collecting", "filing", "amending"), "withdrawn",
             note="required", tells="代办{number}已按您的意思撤回。"),
    ),
    (1, "workdays"),
)  # fmt: skip

HANDOFF = Kind(
    "handoff", "人工服务", "R", "queued",
    {"queued": "排队中", "human": "人工服务中", "message": "已留言，等回复", "ended": "已结束"},
    ("ended",),
    (
        Move("take", "接待", ("queued", "message"), "human", effect="take", note=""),
        Move("hand_back", "交回", ("human",), "ended", note=""),
        Move("end", "结束", ("queued", "message"), "ended", note="required"),
    ),
    (10, "minutes"), private=True,
)  # fmt: skip

ALERT = Kind(
    "alert", "紧急提醒", "J", "raised",
    {"raised": "待处理", "seen": "已有人处理", "ended": "已结束"},
    ("ended",),
    (
        Move("take", "我来处理", ("raised",), "seen", effect="take", note=""),
        Move("end", "处理完毕", ("raised", "seen"), "ended", note="required"),
    ),
    (1, "minutes"), private=True,
)  # fmt: skip

KINDS: dict[str, Kind] = {kind.name: kind for kind in (MEDIATION, REPORT, ERRAND, HANDOFF, ALERT)}


def may_read(kind: Kind, role: str, *, is_holder: bool, level: int = 0, case_level: int = 0) -> bool:
    """Whether somebody of that role may read a case's words (RG41).

    Mediation is for its holder and for mediators of the levels it has reached (0 community, 1 street, 2 district).
    """
    if not kind.private or is_holder:
        return True
    if kind.name != "mediation":
        return role in STAFF
    return role in MEDIATORS and level <= case_level
