"""People and where they can be reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update

from storage.door import Book
from storage.tables import contacts, people

_AT = select(contacts.c.person_id).where(
    contacts.c.channel == bindparam("on"), contacts.c.address == bindparam("to")
)
FIELDS = ("name", "phone", "address")


@dataclass(slots=True)
class Person:
    """A resident. Name, phone and address are read through the door, so that reading them is a deed."""

    id: int
    area_id: str | None = None
    elder: bool = False


class PeopleBook(Book):
    """Residents: one row a person; sensitive columns sealed for that row alone."""

    def add(self, now: datetime) -> int:
        """A new, unknown person."""
        return self.insert(people, {"code": self.records.code(12), "made_at": now, "elder": False})

    def meet(self, channel: str, address: str, now: datetime) -> int:
        """The person behind an address; a new one where nobody is known."""
        found = self.records.run(_AT, {"on": channel, "to": address}).scalar()
        if found is not None:
            return int(found)
        person_id = self.add(now)
        self.insert(
            contacts, {"person_id": person_id, "channel": channel, "address": address, "made_at": now}
        )
        return person_id

    def get(self, person_id: int) -> Person:
        """The person with that id."""
        row = self.records.run(select(people.c.area_id, people.c.elder).where(people.c.id == person_id)).one()
        return Person(person_id, row.area_id, row.elder)

    def told(self, person_id: int) -> dict[str, str]:
        """What the person has told of name, phone and address; empty strings where nothing."""
        row = self.records.run(select(people).where(people.c.id == person_id)).one()
        return {name: self.vault.open(getattr(row, name), f"people.{name}:{person_id}") for name in FIELDS}

    def tell(self, person_id: int, *, name: str = "", phone: str = "", address: str = "") -> None:
        """Remember what the person told; empty words change nothing."""
        given = {k: v for k, v in {"name": name, "phone": phone, "address": address}.items() if v}
        if not given:
            return
        values: dict[str, object] = {
            k: self.vault.seal(v, f"people.{k}:{person_id}") for k, v in given.items()
        }
        if phone:
            values["phone_index"] = self.vault.index(phone)
        self.records.run(update(people).where(people.c.id == person_id).values(**values))

    def by_phone(self, phone: str) -> list[int]:
        """Everybody who told this number as theirs."""
        same = (
            select(people.c.id).where(people.c.phone_index == self.vault.index(phone)).order_by(people.c.id)
        )
        return list(self.records.run(same).scalars())

    def set_elder(self, person_id: int, on: bool) -> None:
        """Turn 长者模式 on or off, and remember it."""
        self.records.run(update(people).where(people.c.id == person_id).values(elder=on))

    def set_area(self, person_id: int, area_id: str) -> None:
        """Remember which area the person lives in."""
        self.records.run(update(people).where(people.c.id == person_id).values(area_id=area_id))

    def block(self, channel: str, address: str, now: datetime) -> None:
        """The platform says this person does not want to be written to (RG23)."""
        mine = (contacts.c.channel == channel) & (contacts.c.address == address)
        self.records.run(update(contacts).where(mine).values(blocked_at=now))

    def unblock(self, channel: str, address: str) -> None:
        """The person wrote again, so can be reached again."""
        mine = (
            (contacts.c.channel == channel)
            & (contacts.c.address == address)
            & contacts.c.blocked_at.is_not(None)
        )
        self.records.run(update(contacts).where(mine).values(blocked_at=None))

    def is_blocked(self, channel: str, address: str) -> bool:
        """Whether writing to this address is pointless."""
        mine = (contacts.c.channel == channel) & (contacts.c.address == address)
        return self.records.run(select(contacts.c.blocked_at).where(mine)).scalar() is not None
