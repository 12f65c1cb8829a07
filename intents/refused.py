"""What a worker hears who asks for something that cannot be done now."""

from __future__ import annotations


class Refused(ValueError):
    """这一步现在不能做。"""
