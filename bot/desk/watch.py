"""没送到的 and 日志: what did not arrive, and who did what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response
from starlette.routing import Route

from bot.desk.guard import ADMINS, Desk, Visit
from bot.desk.paper import CHANNELS
from intents.staff.chat import masked
from knowledge.cases import KINDS
from storage.archive import Records

LAST = 200
STATES = {"dead": "送不到", "unknown": "不知道送到没有", "expired": "过时没发"}
PURPOSES = {"reply": "回答", "human": "人工回复", "case": "办件进展", "booking": "预约通知", "reminder": "提醒",
            "notice": "通知", "staff": "给工作人员", "group": "工作群", "broadcast": "群发"}  # fmt: skip
ACTIONS = {
    "look": "查看", "reveal": "显示个人信息", "take": "接待", "hand_back": "交回", "note": "备注", "assign": "转派",
    "sign_in": "登录", "sign_out": "退出", "set_password": "设置密码", "locked": "连错5次锁定", "bind": "绑定聊天",
    "unbind": "解绑聊天", "add_worker": "加人员", "change_worker": "改人员", "invite": "发登录链接", "deactivate": "停用",
    "activate": "启用", "add_shift": "加值班", "drop_shift": "去值班", "done": "预约完成", "no_show": "预约没来",
    "cancelled": "取消预约", "draft": "存手册草稿", "publish": "发布手册", "withdraw": "撤回", "reject": "退回手册草稿",
    "walk_speed": "改步行速度",
    "import": "导入手册", "export": "导出手册", "close_miss": "处理没答上的", "dispatch": "派单", "recategorise": "改类别", "offer": "请别的单位接手",
    "accept_offer": "接手", "decline_offer": "不接", "object": "提异议", "decide": "裁定异议", "pause": "挂起", "give_back": "退回",
    "own_miss": "分派没答上的", "approve": "批准", "waive": "提出接受退步", "agree": "同意退步", "still_right": "核对仍有效",
    "suggest": "加词", "save_questions": "存试问的问题", "drop_question": "删试问的问题",
}  # fmt: skip
MOVES = {move.name: move.label for kind in KINDS.values() for move in kind.moves}
LABELS = MOVES | ACTIONS


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that was not delivered, without its words."""

    id: int
    made_at: datetime
    channel: str
    address: str
    purpose: str
    state: str
    why: str
    tries: int


async def outbox(visit: Visit) -> Response:
    """What did not arrive. Its words are not shown: they may be anybody's."""

    def look(records: Records) -> list[Trouble]:
        return [
            Trouble(row.id, row.made_at, CHANNELS.get(row.channel, row.channel), masked(row.address),
                    PURPOSES.get(row.purpose, row.purpose), STATES[row.state], row.error or "", row.tries)
            for row in records.outbox.troubled(LAST)
        ]  # fmt: skip

    return visit.page("outbox.html", troubles=await visit.read(look))


async def audit(visit: Visit) -> Response:
    """The last deeds of the workers of this area."""
    who, action, about = visit.asked("who"), visit.asked("action"), visit.asked("about").upper()

    def look(records: Records) -> tuple[list[object], list[str]]:
        here = [worker.login for worker in records.staff.within(records.places.path(visit.worker.area_id))]
        wanted = [who] if who in here else here
        return list(records.audit.last(LAST, about, action=action, who=wanted)), sorted(here)

    rows, logins = await visit.read(look)
    return visit.page("audit.html", rows=rows, who=who, action=action, about=about, LABELS=LABELS,
                      people=[("", "所有人"), *((login, login) for login in logins)],
                      deeds=[("", "所有操作"), *LABELS.items()])  # fmt: skip


def routes(desk: Desk) -> list[Route]:
    """Pages for admins who look after the whole."""
    return [desk.get("/outbox", outbox, roles=ADMINS), desk.get("/audit", audit, roles=(*ADMINS, "auditor"))]
