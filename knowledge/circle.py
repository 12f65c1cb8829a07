"""The 15-minute circle: estates from which nothing of a kind is reached on foot in time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians

from knowledge.areas import Estate
from knowledge.places import WALK, Place, metres, walking_minutes

MINUTES = 15


@dataclass(frozen=True, slots=True)
class Far:
    """An estate outside the circle; `place` is the nearest, None where there is none at all."""

    estate: Estate
    place: Place | None
    minutes: int


def closest(places: Sequence[Place], latitude: float, longitude: float) -> Place | None:
    """The nearest place, by a flat approximation that is exact enough within a county."""
    narrow = cos(radians(latitude))
    return min(
        places,
        key=lambda p: ((p.latitude - latitude) ** 2 + ((p.longitude - longitude) * narrow) ** 2, p.id),
        default=None,
    )


def outside(estates: Iterable[Estate], places: Sequence[Place], *, speed: float = WALK, within: int = MINUTES
            ) -> list[Far]:  # fmt: skip
    """Estates farther than so many minutes from every place, the farthest first; those without a point are left out."""
    found = []
    for estate in estates:
        if estate.latitude is None or estate.longitude is None:
            continue
        place = closest(places, estate.latitude, estate.longitude)
        if place is None:
            found.append(Far(estate, None, 0))
            continue
        far = metres(estate.latitude, estate.longitude, place.latitude, place.longitude)
        minutes = walking_minutes(far, speed)
        if minutes > within:
            found.append(Far(estate, place, minutes))
    return sorted(found, key=lambda far: (-far.minutes, far.estate.id))
