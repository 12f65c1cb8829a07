"""What every channel is: a way in and a way out. A channel knows no storage, no knowledge and no other channel."""

from __future__ import annotations

from typing import Any, Protocol

from intents.message import Message, Outgoing, Reply, Sent


class Ears(Protocol):
    """What a channel may ask of the assistant."""

    async def keep(self, channel: str, event_id: str, address: str, body: dict[str, Any]) -> bool:
        """Commit a raw update to the inbox before it is acknowledged; False where it is there already."""

    async def unheard(self, channel: str) -> list[dict[str, Any]]:
        """Bodies that were kept and not heard (after a restart), oldest first."""

    async def hear(self, message: Message) -> list[Reply]:
        """One turn, committed. Channels that are pushed to get their replies through `send` instead."""


class Channel(Protocol):
    """One platform."""

    name: str

    async def run(self, ears: Ears) -> None:
        """Listen until cancelled."""

    async def send(self, outgoing: Outgoing) -> Sent:
        """Deliver one thing; never raises for what the platform answers."""

    async def close(self) -> None:
        """Let go of connections."""
