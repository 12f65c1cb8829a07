"""A time that is chosen is kept for five minutes while the rest is asked, on every way to book (RG04)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from intents.booking.free import Want
from intents.scene import Scene
from knowledge.services import Slot
from storage.bookings import Draft

HOLD = timedelta(minutes=5)


def token(scene: Scene, n: int) -> str:
    """One conversation holds one thing at a time."""
    return f"hold:{scene.talk.id}:{n}"


def draft(scene: Scene, want: Want, slot: Slot) -> Draft:
    """What is to be booked."""
    return Draft(want.service.id, want.place_id, slot.starts_at, slot.ends_at, want.quantity, scene.person.id,
                 scene.talk.id, want.claims(scene, slot), want.choice)  # fmt: skip


def keep(scene: Scene, want: Want, slots: Sequence[Slot]) -> None:
    """Hold the slots, or raise SeatTaken with the first that is gone.

    A hold is no deed: it lapses by itself, and taking it twice is taking it once. So it may come before a question.
    """
    with scene.records.uncounted():
        for n, slot in enumerate(slots):
            scene.records.bookings.hold(
                draft(scene, want, slot), scene.now + HOLD, scene.now, token(scene, n)
            )


def let_go(scene: Scene) -> None:
    """Whatever this conversation holds is free again."""
    for n in range(31):
        if scene.records.bookings.held(token(scene, n)) is None:
            break
        scene.records.bookings.let_go(token(scene, n))
