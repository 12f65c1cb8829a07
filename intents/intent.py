"""What an intent is: a name, a title people read, and how it talks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from intents.message import Reply
from intents.scene import Scene
from intents.talk import Talk


@dataclass(frozen=True, slots=True)
class Intent:
    """`talk` answers at once or is a dialogue; `aside` answers questions asked back in the middle of it.

    `about` names the handbook entry that short questions (多少钱？) belong to meanwhile.
    """

    name: str
    title: str
    talk: Callable[[Scene], Talk | Reply | list[Reply]]
    aside: Callable[[Scene], Reply | None] | None = None
    about: Callable[[Scene], str | None] | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """An intent to begin, with answers already known."""

    intent: Intent
    seeds: dict[str, Any] = field(default_factory=dict)
