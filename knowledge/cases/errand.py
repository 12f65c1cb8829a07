"""代办帮办: papers collected, filed, amended, brought back."""

from __future__ import annotations

from knowledge.cases.model import Kind, Move, Party, Span

ERRAND = Kind(
    "errand", "代办帮办", "D", "received",
    {"received": "已登记，等社区受理", "accepted": "已受理", "collecting": "上门取件", "filing": "正在代交",
     "amending": "需要补材料", "done": "已办结，等送还", "returned": "已送还", "withdrawn": "已撤回", "refused": "不能代办"},
    ("returned", "withdrawn", "refused"),
    (
        Move("accept", "受理", ("received",), "accepted", effect="take", tells="您的代办{number}已受理，承办人：{who}。{note}材料可以先拍照给我看齐不齐，回“预审”。"),
        Move("collect", "上门取件", ("accepted", "amending"), "collecting", tells="代办{number}：工作人员上门取材料。{note}"),
        Move("file", "代交材料", ("accepted", "collecting", "amending"), "filing", consents=("principal",),
             tells="代办{number}：材料已经交上去了。{note}"),
        Move("amend", "要补材料", ("accepted", "collecting", "filing"), "amending", note="required",
             tells="代办{number}还差这些材料（一次说全）：{note}"),
        Move("finish", "办成", ("accepted", "filing"), "done", tells="代办{number}办好了，会给您送过去。{note}"),
        Move("return", "送还材料", ("done",), "returned", tells="代办{number}的材料和结果已送还。有问题随时找我。"),
        Move("refuse", "不能代办", ("received", "accepted", "collecting"), "refused", note="required",
             tells="代办{number}这次不能代办：{note}"),
        Move("withdraw", "申请人撤回", ("received", "accepted", "collecting", "filing", "amending"), "withdrawn",
             note="required", tells="代办{number}已按您的意思撤回。"),
    ),
    Span(1, "workdays"), pool=("received", "accepted", "collecting", "filing", "amending", "done"), transfers=True,
    parties=(Party("principal", "委托人", consent=True, follows=True), Party("receiver", "代收人", many=True)),
)  # fmt: skip
