"""What travels: a Message from a person, a Reply to one. Channels know these and nothing behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from knowledge import geo


@dataclass(frozen=True, slots=True)
class Location:
    """A point on the earth, degrees. `system` is the map's that it came from: wgs84, gcj02 (WeCom) or bd09."""

    latitude: float
    longitude: float
    system: str = "wgs84"

    def to(self, system: str) -> Location:
        """The same point in another system."""
        if system == self.system:
            return self
        plain = geo.to_wgs84(self.latitude, self.longitude, self.system)
        return Location(*geo.from_wgs84(*plain, system), system)


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture already re-encoded as JPEG, without EXIF."""

    data: bytes
    mime: str = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Message:
    """One thing that one person said on one channel.

    `address` is where the answer goes; `sender` is who typed it where an address is shared (a staff group);
    `button` is the id of an Option that was tapped; `room` is "staff" for the centre's own group.
    """

    channel: str
    address: str
    event_id: str
    text: str
    at: datetime
    photo: Photo | None = None
    location: Location | None = None
    button: str | None = None
    sender: str = ""
    room: Literal["private", "staff"] = "private"
    kind: Literal["words", "voice", "other"] = "words"
    reply_to: str = ""
    advice: tuple[str, str] | None = (
        None  # a second opinion: about which words, and the entry meant ("": none)
    )

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("message time must be aware")
        if self.location:  # whatever map it came from: from here on a point is WGS-84
            object.__setattr__(self, "location", self.location.to("wgs84"))


@dataclass(frozen=True, slots=True)
class Option:
    """A thing to tap or to type the number of. `id` is at most 60 bytes, never shown."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Card:
    """A titled list of (label, text) rows with a foot line; rendered from typed fields only."""

    title: str
    rows: tuple[tuple[str, str], ...]
    foot: str = ""

    def plain(self) -> str:
        """The card as text, for channels that show only text."""
        rows = [f"{label}：{text}" if "\n" not in text else f"{label}：\n{text}" for label, text in self.rows]
        return "\n".join([f"【{self.title}】", *rows, *([self.foot] if self.foot else [])])


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said to a person. `text` stands before the card; options are numbered from 1."""

    text: str = ""
    options: tuple[Option, ...] = ()
    card: Card | None = None
    location: Location | None = None
    picture: str = ""  # id of a stored attachment
    entry: str = ""  # handbook id whose text this shows, with its version
    version: int = 0
    override: str = ""  # whose local text it is: area:version of each override, the nearest last
    quick_exit: bool = False  # the page offers to hide itself (domestic violence)

    def plain(self) -> str:
        """The whole reply as text alone: words, card, numbered options."""
        parts = [self.text, self.card.plain() if self.card else ""]
        parts.append("\n".join(f"{n}. {option.label}" for n, option in enumerate(self.options, 1)))
        return "\n".join(part for part in parts if part)

    def before(self, text: str) -> Reply:
        """The same reply with a sentence in front."""
        return replace(self, text=f"{text}\n{self.text}" if self.text else text)


def to_json(reply: Reply) -> dict[str, Any]:
    """A reply as plain data; empty parts are left out."""
    out: dict[str, Any] = {"text": reply.text}
    if reply.options:
        out["options"] = [[option.id, option.label] for option in reply.options]
    if reply.card:
        out["card"] = {"title": reply.card.title, "rows": [list(row) for row in reply.card.rows],
                       "foot": reply.card.foot}  # fmt: skip
    if reply.location:
        out["location"] = [reply.location.latitude, reply.location.longitude]
    for name in ("picture", "entry", "version", "override", "quick_exit"):
        if value := getattr(reply, name):
            out[name] = value
    return out


def from_json(told: Mapping[str, Any]) -> Reply:
    """The reply that `to_json` wrote."""
    card = told.get("card")
    where = told.get("location")
    return Reply(
        text=str(told.get("text", "")),
        options=tuple(Option(str(i), str(label)) for i, label in told.get("options", ())),
        card=Card(card["title"], tuple((str(a), str(b)) for a, b in card["rows"]), card["foot"])
        if card
        else None,
        location=Location(where[0], where[1]) if where else None,
        picture=str(told.get("picture", "")),
        entry=str(told.get("entry", "")),
        version=int(told.get("version", 0)),
        override=str(told.get("override", "")),
        quick_exit=bool(told.get("quick_exit", False)),
    )


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A row of the outbox on its way to a channel."""

    id: int
    channel: str
    address: str
    reply: Reply
    purpose: str
    conversation_id: int | None = None
    topic: str = ""  # the staff group's thread for this conversation, where there is one
    topic_name: str = ""
    sender: str = ""  # a worker's name, where a human speaks


@dataclass(frozen=True, slots=True)
class Sent:
    """What the platform said of a delivery; `topic` is set when a thread was opened for it."""

    outcome: Literal["sent", "later", "unsure", "refused"]
    ref: str = ""
    why: str = ""
    retry_after: float = 0.0
    topic: str = ""
    blocked: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)
