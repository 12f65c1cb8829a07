"""What the conversation asks of bookings: another service named midway, and the booking made just now."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from intents.booking.change import CANCEL
from intents.intent import Started
from intents.scene import Scene
from knowledge import services as catalogue

JUST = timedelta(minutes=30)
DROPPED = re.compile(
    r"(?:算了|不|别|取消|先不|不要|不想|不用)[^，。,；;不]{0,8}?(?:了|啦|咧)(?=[，。,；;！! ]|$|约|改|换|我|想|还是)"
)
WANTED = re.compile(
    r"约|订|定|预约|預約|借|报名|报个|报一个|想学|想去|想借|想要|我要|我想|换成|改成|改约|还是|帮我|给我"
)
FREE_WORDS = frozenset(("note", "child", "name", "address", "people", "for_whom"))
TAKE_BACK = re.compile(r"取消|算了|不约|不要|不去|不办|不报|退")


def other_service(scene: Scene) -> str | None:
    """The id of another service that the words ask for while one is being booked; None where they may be an answer."""
    current = scene.answers.get("service")
    asked = str((scene.talk.state.get("asked") or {}).get("name", ""))
    if (
        scene.talk.dialogue not in ("booking", "activity")
        or not current
        or asked in ("", "service", "group", "place")
    ):
        return None
    rest = DROPPED.sub("，", scene.text)
    if asked in FREE_WORDS and not WANTED.search(rest):
        return None
    named = [service.id for service in catalogue.named(rest, dict(scene.lore.services))]
    return named[0] if len(named) == 1 and named[0] != current else None


def just_booked(scene: Scene) -> Started | None:
    """取消吧 when nothing is open and a booking was made a moment ago: that booking is meant."""
    made = scene.talk.state.get("booked")
    if not made or not TAKE_BACK.search(scene.text) or scene.now - datetime.fromisoformat(made["at"]) > JUST:
        return None
    live = {booking.code for booking in scene.records.bookings.of_person(scene.person.id, scene.now)}
    codes = [code for code in made["codes"] if code in live]
    return Started(CANCEL, {"code": ",".join(codes)}) if codes else None
