"""What pages are written on: the templates, and how times, names and numbers are shown."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from intents.scene import ZONE
from intents.staff.chat import masked

HERE = Path(__file__).parent
WEEKDAYS = "一二三四五六日"
ROLES = {"worker": "工作人员", "mediator": "调解员", "admin": "管理员", "auditor": "审计"}
CHANNELS = {
    "telegram": "Telegram",
    "wecom": "企业微信",
    "wecom_kf": "微信客服",
    "web": "网页",
    "console": "终端",
}


def clock(moment: datetime | None) -> str:
    """11月24日 14:05, on the wall clock here."""
    return f"{moment.astimezone(ZONE):%-m月%-d日 %H:%M}" if moment else ""


def hour(moment: datetime | None) -> str:
    """14:05."""
    return f"{moment.astimezone(ZONE):%H:%M}" if moment else ""


def day_name(day: date) -> str:
    """11月24日 周二."""
    return f"{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}"


def span(length: timedelta) -> str:
    """How long: 不到1分钟, 7分钟, 3小时, 2天."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return "不到1分钟"
    if minutes < 60:
        return f"{minutes}分钟"
    return f"{minutes // 60}小时" if minutes < 60 * 24 else f"{minutes // (60 * 24)}天"


def masked_phone(phone: str) -> str:
    """13812345678 → 138****5678; shorter words keep their last two signs."""
    if len(phone) >= 11:
        return phone[:3] + "*" * (len(phone) - 7) + phone[-4:]
    return "*" * max(len(phone) - 2, 0) + phone[-2:] if len(phone) > 2 else "*" * len(phone)


def _environment() -> Environment:
    paper = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    paper.filters |= {"clock": clock, "hour": hour, "day_name": day_name, "span": span, "mask": masked,
                      "mask_phone": masked_phone}  # fmt: skip
    paper.globals |= {"ROLES": ROLES, "CHANNELS": CHANNELS}
    return paper


PAPER = _environment()


def render(template: str, **context: Any) -> str:
    """A template as HTML; everything put into it is escaped."""
    return PAPER.get_template(template).render(**context)
