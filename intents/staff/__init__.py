"""The workers' side in words: the same deeds that the desk's buttons do."""

from intents.staff.chat import bind, in_group, in_private, unbound

__all__ = ["bind", "in_group", "in_private", "unbound"]
