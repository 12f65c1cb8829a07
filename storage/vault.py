"""Sealing what is sensitive: AES-256-GCM with associated data, and blind indexes for look-ups."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"


class Unreadable(ValueError):
    """这条加密内容打不开：密钥不对，或数据被改动过。请检查 SECRET_KEY 设置。"""


class Vault:
    """Seals bytes for one place (`about`); what was sealed for another place does not open here.

    Layout: version byte, 12 bytes nonce, ciphertext with 16 bytes tag (NIST SP 800-38D).
    """

    def __init__(self, key: bytes, chance: Callable[[int], bytes]) -> None:
        if len(key) != 32:
            raise ValueError("the key must be 32 bytes")
        self._aes = AESGCM(key)
        self._index_key = hashlib.sha256(b"blind index" + key).digest()
        self._chance = chance

    def seal(self, words: str, about: str) -> bytes:
        """Encrypt a text for the column or row named by `about`."""
        nonce = self._chance(12)
        return VERSION + nonce + self._aes.encrypt(nonce, words.encode(), about.encode())

    def open(self, sealed: bytes | None, about: str) -> str:
        """The text that was sealed; an empty string for nothing."""
        return self.open_bytes(sealed, about).decode() if sealed else ""

    def seal_json(self, value: Any, about: str) -> bytes:
        """Encrypt plain data as JSON."""
        return self.seal(json.dumps(value, ensure_ascii=False, separators=(",", ":")), about)

    def open_json(self, sealed: bytes | None, about: str) -> Any:
        """The data that was sealed; None for nothing."""
        return json.loads(self.open(sealed, about)) if sealed else None

    def seal_bytes(self, data: bytes, about: str) -> bytes:
        """Encrypt a file's bytes."""
        nonce = self._chance(12)
        return VERSION + nonce + self._aes.encrypt(nonce, data, about.encode())

    def open_bytes(self, sealed: bytes, about: str) -> bytes:
        """The file's bytes."""
        if sealed[:1] != VERSION:
            raise Unreadable(Unreadable.__doc__)
        try:
            return self._aes.decrypt(sealed[1:13], sealed[13:], about.encode())
        except (InvalidTag, ValueError) as error:  # ValueError: cut short
            raise Unreadable(Unreadable.__doc__) from error

    def index(self, words: str) -> bytes:
        """A keyed digest, so that equal values can be found without being read."""
        return hmac.digest(self._index_key, words.encode(), "sha256")[:16]

    def token_hash(self, token: str) -> str:
        """What is stored of a link or session token."""
        return hmac.digest(self._index_key, b"token" + token.encode(), "sha256").hex()
