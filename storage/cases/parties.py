"""Who belongs to a case: a role, a person or a sealed contact, what they agreed to, when they were told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update

from storage.door import Book
from storage.tables import case_parties


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody of a case. consent: empty (not asked) | asked | yes | no."""

    id: int
    case_id: int
    role: str
    person_id: int | None
    conversation_id: int | None
    consent: str
    consent_at: datetime | None
    told_at: datetime | None
    contact: dict[str, str] = field(repr=False)


class PartyBook(Book):
    """Parties of cases; contacts are sealed."""

    def add(self, case_id: int, role: str, now: datetime, *, person_id: int | None = None,
            conversation_id: int | None = None, contact: dict[str, str] | None = None) -> int:  # fmt: skip
        """Add somebody: a resident who writes to us, or a name and a phone."""
        sealed = self.vault.seal_json(contact, f"case_parties.contact:{case_id}") if contact else None
        return self.insert(case_parties, {
            "case_id": case_id, "role": role, "person_id": person_id, "conversation_id": conversation_id, "contact": sealed,
            "consent": "", "made_at": now,
        })  # fmt: skip

    def of(self, case_id: int, role: str = "") -> list[Party]:
        """The parties of a case, in the order in which they came."""
        found = select(case_parties).where(case_parties.c.case_id == case_id)
        if role:
            found = found.where(case_parties.c.role == role)
        about = f"case_parties.contact:{case_id}"
        return [
            Party(r.id, r.case_id, r.role, r.person_id, r.conversation_id, r.consent, r.consent_at, r.told_at,
                  self.vault.open_json(r.contact, about) or {})
            for r in self.records.run(found.order_by(case_parties.c.id))
        ]  # fmt: skip

    def consent(self, party: Party, answer: str, now: datetime) -> bool:
        """Write down what somebody answered; False where it has changed meanwhile."""
        as_read = (case_parties.c.id == party.id) & (case_parties.c.consent == party.consent)
        done = update(case_parties).where(as_read).values(consent=answer, consent_at=now)
        return self.records.run(done).rowcount == 1

    def seat(self, party: Party, person_id: int, conversation_id: int, contact: dict[str, str]) -> bool:
        """Somebody known by name or telephone only now writes to us; False where another has taken that place."""
        free = (case_parties.c.id == party.id) & case_parties.c.person_id.is_(None)
        sealed = self.vault.seal_json(party.contact | contact, f"case_parties.contact:{party.case_id}")
        done = update(case_parties).where(free)
        return (
            self.records.run(
                done.values(person_id=person_id, conversation_id=conversation_id, contact=sealed)
            ).rowcount
            == 1
        )

    def of_person(self, person_id: int, role: str = "") -> list[tuple[int, str]]:
        """(case, role) of everything somebody is a party of, the newest first."""
        found = select(case_parties.c.case_id, case_parties.c.role).where(
            case_parties.c.person_id == person_id
        )
        found = found.where(case_parties.c.role == role) if role else found
        return [(row.case_id, row.role) for row in self.records.run(found.order_by(case_parties.c.id.desc()))]

    def told(self, party_id: int, now: datetime) -> None:
        """Somebody was told how the case stands."""
        self.records.run(update(case_parties).where(case_parties.c.id == party_id).values(told_at=now))

    def missing(self, case_id: int, roles: tuple[str, ...]) -> list[str]:
        """Roles of which nobody is there, or somebody has not agreed."""
        there = self.of(case_id)
        return [role for role in roles
                if not (mine := [p for p in there if p.role == role]) or any(p.consent != "yes" for p in mine)]  # fmt: skip
