"""人民调解: three levels, a few sittings each. Its words are for its mediators; both sides read the same neutral words.

What each step needs beyond this table (disclosure, rights card, agreed summary …) and does after it is in intents/mediation/.
"""

from __future__ import annotations

from knowledge.cases.model import MEDIATORS, Kind, Move, Party, Span

STANDING = ("无利害关系", "已披露")  # how a mediator says where they stand: 无利害关系 | 已披露：…
BOTH = ("applicant", "other")
UNTIL_AGREED = ("received", "accepted", "inviting", "ready", "sitting", "raised")

MEDIATION = Kind(
    "mediation", "人民调解", "T", "received",
    {"received": "已登记，等调解员受理", "accepted": "已受理", "inviting": "正在征求对方意见", "ready": "双方同意，等约时间",
     "sitting": "正在调解", "raised": "已转上一级，等调解员受理", "agreed": "谈成了，等双方在纸上签字", "signed": "协议已生效，正在履行",
     "closed": "已办结", "failed": "调解不成，已告知其他途径", "refused": "有一方不同意调解，已终止",
     "diverted": "不适合调解，已告知去处", "withdrawn": "已撤回"},
    ("closed", "failed", "refused", "diverted", "withdrawn"),
    (
        Move("accept", "受理", ("received", "raised"), "accepted", MEDIATORS, effect="take", note="required", reasons=STANDING,
             ask="受理前先说明您和双方有没有亲属、利害关系。回“{number} 受理 无利害关系”，或“{number} 受理 已披露：是什么关系”（双方都会看到）。有关系的最好不接。",
             tells="调解{number}已受理，调解员：{who}，声明：{note}不放心可以说“换调解员”（能换一次）。"),
        Move("divert", "不适合调解", ("received", "accepted"), "diverted", MEDIATORS, note="required",
             tells="调解{number}：这件事不适合在这里调解。{note}"),
        Move("invite", "征求对方意见", ("accepted",), "inviting", MEDIATORS, note="",
             clock=("invite", Span(3, "workdays")), tells="调解{number}：正在征求对方意见，有结果就告诉您。"),
        Move("consent", "对方同意", ("inviting",), "ready", MEDIATORS, stops=("invite",),
             tells="调解{number}：双方都同意调解，接下来约时间。"),
        Move("sit", "开始调解", ("accepted", "ready", "sitting"), "sitting", MEDIATORS, effect="round", note="required",
             consents=BOTH, ask="写明什么时候，比如“{number} 开始调解 周三下午三点”。"),
        Move("raise", "转上一级", ("sitting",), "raised", MEDIATORS, effect="raise", note="",
             tells="调解{number}已转到{level}继续调解，只带去双方都认可的摘要。"),
        Move("agree", "达成协议", ("sitting",), "agreed", MEDIATORS,
             tells="调解{number}谈成了。请到调解室看清协议书，再在纸上签字；在这里说“同意”不算签字。"),
        Move("sign", "签字生效", ("agreed",), "signed", MEDIATORS, note="required", stops=("term",),
             ask="写明哪一天生效（双方签字、调解员签名盖章的那天），比如“{number} 签字生效 2026-12-01”。"),
        Move("again", "重新调解", ("signed", "agreed"), "accepted", MEDIATORS, note="required", stops=("confirm", "follow", "debt"),
             tells="调解{number}重新开始，要再问一次双方愿不愿意。"),
        Move("finish", "履行完毕", ("signed",), "closed", MEDIATORS, tells="调解{number}：协议已履行完，办结了。谢谢双方。"),
        Move("fail", "调解不成", ("accepted", "ready", "sitting", "raised", "agreed"), "failed", MEDIATORS, note="required"),
        Move("refuse", "对方不同意", ("accepted", "inviting", "ready", "sitting", "raised", "agreed"), "refused", MEDIATORS),
        Move("withdraw", "申请人撤回", (*UNTIL_AGREED, "agreed"), "withdrawn", MEDIATORS,
             note="required", tells="调解{number}已按申请人的意思撤回。"),
    ),
    Span(3, "workdays"), private=True, pool=("received",), transfers=True,
    clocks={"accepted": Span(2, "workdays"), "inviting": Span(5, "workdays"), "ready": Span(5, "workdays"),
            "sitting": Span(10, "workdays"), "raised": Span(3, "workdays"), "agreed": Span(10, "workdays"), "signed": Span(100, "days")},
    parties=(Party("applicant", "申请人", consent=True, follows=True), Party("other", "对方", consent=True, follows=True),
             Party("helper", "代理人", many=True)),
)  # fmt: skip
