"""智慧网格 problem reports: photo, holder, after-photo, the reporter's verdict."""

from __future__ import annotations

from knowledge.cases.model import Kind, Move, Party, Span

WITHIN = {
    "elevator": Span(1, "workdays"), "wires": Span(1, "workdays"), "fire_lane": Span(1, "workdays"),
    "water_leak": Span(2, "workdays"), "rubbish": Span(2, "workdays"), "light": Span(3, "workdays"),
    "road": Span(5, "workdays"), "facility": Span(5, "workdays"), "parking": Span(5, "workdays"),
    "noise": Span(5, "workdays"), "other": Span(5, "workdays"), "station": Span(5, "workdays"),
}  # fmt: skip

DANGEROUS = Span(1, "workdays")  # whatever its category
ASK_AGAIN = Span(7, "days")  # the reporter's verdict is asked for once more
NO_PHOTO = ("无法整改", "不属管辖", "重复")  # why there is no photo of a repair: each is an end of its own
INSTEAD = dict(zip(NO_PHOTO, ("unfixable", "elsewhere", "duplicate"), strict=True))
WITHOUT_VERDICT = (
    "电话核实",
    "联系不上",
    "到期未回复",
)  # why a case is closed that its reporter has not judged

REPORT = Kind(
    "report", "问题上报", "B", "received",
    {"received": "已派单，等接单", "accepted": "已受理", "working": "处置中", "fixed": "已整改，等您确认",
     "unfixable": "无法整改", "elsewhere": "不属本单位管，已告知归谁管", "duplicate": "与别的上报并成一件", "closed": "已办结",
     "withdrawn": "已撤回"},
    ("closed", "unfixable", "elsewhere", "duplicate", "withdrawn"),
    (
        Move("accept", "接单", ("received",), "accepted", effect="take", tells="您上报的{number}已有人接手：{who}。"),
        Move("work", "开始处置", ("accepted",), "working", tells="{number}正在处置。{note}"),
        Move("fix", "整改完成", ("accepted", "working"), "fixed", photo_or_reason=True, reasons=NO_PHOTO,
             clock=("verdict", ASK_AGAIN), tells="{number}说是修好了。{note}您看解决了吗？回复“解决了”或“没解决”。"),
        Move("solve", "当场解决", ("received", "accepted", "working"), "closed", photo_or_reason=True, reasons=NO_PHOTO),
        Move("unfixable", "无法整改", ("accepted", "working"), "unfixable", note="required",
             tells="{number}暂时没法整改，原因：{note}有意见请说“转人工”。"),
        Move("elsewhere", "不属管辖", ("received", "accepted", "working"), "elsewhere", note="required",
             tells="{number}不归我们管：{note}"),
        Move("duplicate", "并单", ("received", "accepted", "working"), "duplicate", note="required",
             tells="{number}和别人报的是同一件事，已并到一起办：{note}"),
        Move("close", "办结", ("fixed",), "closed", note="required", reasons=WITHOUT_VERDICT,
             tells="{number}已办结：{note}还没解决的话，随时说“转人工”。"),
        Move("reopen", "重新办理", ("fixed",), "working", note="required", stops=("verdict",), tells="{number}已重新办理。"),
    ),
    Span(1, "workdays"), pool=("received", "accepted", "working", "fixed"),
    rests=("fixed",), transfers=True, recategorised="restart", within=WITHIN,
    parties=(Party("reporter", "上报人", follows=True), Party("joined", "一起跟进的人", follows=True, many=True)),
)  # fmt: skip
