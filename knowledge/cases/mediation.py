"""人民调解: three levels, up to three sittings each. Its words are for its mediators."""

from __future__ import annotations

from knowledge.cases.model import MEDIATORS, Kind, Move, Party, Span

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
    Span(3, "workdays"), private=True, pool=("received",), transfers=True,
    parties=(Party("applicant", "申请人", follows=True), Party("other", "对方", consent=True, many=True),
             Party("helper", "代理人", many=True)),
)  # fmt: skip
