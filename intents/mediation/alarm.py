"""Danger in a mediation: people are told at once, in their own chats; the words lie in the alert, not in the case list (CL10, RG45)."""

from __future__ import annotations

from datetime import datetime, timedelta

from intents import duty
from intents.library import Lore
from intents.refused import Refused
from intents.scene import tell_workers
from storage.archive import Records
from storage.cases import Case
from storage.staff import Worker

TAKE_WITHIN = timedelta(minutes=1)


def sound(records: Records, lore: Lore, area_id: str, title: str, words: str, now: datetime, *, token: str,
          person_id: int | None = None, conversation_id: int | None = None, actor: str = "居民",
          up: bool = False) -> Case:  # fmt: skip
    """Open an alert and tell the duty people, with `up` the leaders above too."""
    case = records.cases.open(
        "alert", area_id=area_id, title=f"紧急提醒：{title}", priority=9, body={"words": words, "kind": "violence"},
        person_id=person_id, conversation_id=conversation_id, due_at=now + TAKE_WITHIN, now=now, token=token[:120], actor=actor,
    )  # fmt: skip
    people = list(duty.to_alert(records, lore, area_id, now))
    people += duty.supervisors(records, lore, area_id, 1, now) if up else []
    people += [who for who in records.staff.all() if up and who.active and who.role == "admin" and who.area_id == area_id]  # fmt: skip
    text = f"【紧急】{case.number} {title}。请马上到工作台查看并联系，必要时报110，或回“接 {case.number}”。"
    tell_workers(records, {who.id: who for who in people}.values(), text, f"alert:{case.number}", now)
    return case


def by_mediator(records: Records, lore: Lore, worker: Worker, case: Case, words: str, now: datetime) -> Case:
    """有暴力风险: the mediator's button. The duty leader is told within the same minute."""
    if not words.strip():
        raise Refused(f"写一句情况：{case.number} 有暴力风险 情况。人有危险先打110。")
    token = f"risk:{case.number}:{now:%Y%m%d%H%M}"
    alert = sound(records, lore, case.area_id, f"调解{case.number}有暴力风险", words.strip()[:500], now, token=token,
                  actor=worker.name, up=True)  # fmt: skip
    records.cases.note(case.id, now, worker.name, "alarm", case.state, f"已报值班领导 {alert.number}")
    records.audit.write(now, worker.login, "alarm", case.number, alert.number)
    return alert
