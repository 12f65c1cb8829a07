"""Sealing: what was changed, cut short or put elsewhere does not open."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.vault import Unreadable, Vault
from tests.databases import KEY

ABOUT = "people.phone:1"


def vault() -> Vault:
    """A vault with real chance, as in production."""
    return Vault(KEY, os.urandom)


@given(st.text(), st.data())
def test_a_changed_byte_is_noticed(words: str, data: st.DataObject) -> None:
    sealed = bytearray(vault().seal(words, ABOUT))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unreadable):
        vault().open(bytes(sealed), ABOUT)


@given(st.text(min_size=1), st.integers(0, 40))
def test_what_was_cut_short_is_noticed(words: str, left: int) -> None:
    sealed = vault().seal(words, ABOUT)
    with pytest.raises(Unreadable):
        vault().open(sealed[: max(1, min(left, len(sealed) - 1))], ABOUT)


@given(st.text(), st.binary(max_size=200))
def test_what_is_sealed_opens_in_its_place_only(words: str, data: bytes) -> None:
    mine = vault()
    assert mine.open(mine.seal(words, ABOUT), ABOUT) == words
    assert mine.open_bytes(mine.seal_bytes(data, ABOUT), ABOUT) == data
    with pytest.raises(Unreadable):
        mine.open(mine.seal(words, ABOUT), "people.phone:2")
    with pytest.raises(Unreadable):
        mine.open_bytes(mine.seal_bytes(data, ABOUT), "people.name:1")


def test_another_key_opens_nothing_and_finds_nothing() -> None:
    other = Vault(bytes(32), os.urandom)
    with pytest.raises(Unreadable, match="SECRET_KEY"):
        other.open(vault().seal("13800001111", ABOUT), ABOUT)
    assert other.index("13800001111") != vault().index("13800001111") == vault().index("13800001111")
    assert other.token_hash("t") != vault().token_hash("t")


def test_the_same_words_are_never_sealed_alike() -> None:
    assert len({vault().seal("13800001111", ABOUT) for _ in range(100)}) == 100


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(bytes(31), os.urandom)
