"""司法确认: thirty days from the day an agreement takes effect (人民调解法 第三十三条; 民事诉讼法 第八十五条、第二百零五条)."""

from __future__ import annotations

from datetime import date, timedelta

from knowledge.calendar import Calendar

DAYS = 30
REMIND_ON = (7, 20, 25, 29)  # days after the effective one
CHECKS = (
    ("identity", "不是确认身份、收养、婚姻关系的（这些法院不受理）"),
    ("definite", "给什么、给多少、什么时候给，写得明白，能执行"),
    ("lawful", "不违反法律，不损害国家、集体和别人的利益"),
    ("both", "双方都愿意，一起去申请"),
    ("signed", "纸上双方签名或按指印，调解员签名，盖了调委会的章"),
)  # 最高人民法院 人民调解协议司法确认程序的若干规定 第四、七条
PACK = ("司法确认申请书", "调解协议书", "双方身份证复印件", "与协议有关的证明材料")


def last_day(effective_on: date, calendar: Calendar) -> date:
    """The last day to apply: the first day is not counted; a day off rolls on to the next working day."""
    day = effective_on + timedelta(days=DAYS)
    return day if calendar.is_workday(day) else calendar.next_workday(day)


def reminders(effective_on: date) -> list[date]:
    """The days on which both sides are reminded."""
    return [effective_on + timedelta(days=n) for n in REMIND_ON]


def is_open(today: date, effective_on: date, calendar: Calendar) -> bool:
    """Whether one may still apply today."""
    return today <= last_day(effective_on, calendar)
