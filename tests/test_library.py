"""What was learned: kept until the next start, learned again where anything differs, exchanged beside the talk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from intents.library import Library
from intents.shelf import Shelf
from knowledge.handbook import HandbookEntry
from storage.archive import Archive
from tests.databases import START

WORDS = "低保要带什么材料"
FOLLOWED = ("低保", "我要预约理发", "残疾证咋办", "给我讲个笑话", "谁能帮我跟楼上调解一下")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that keeps what the tests of this file learn."""
    return tmp_path_factory.mktemp("learned")


def published(archive: Archive) -> list[HandbookEntry]:
    """What the sample centre has published."""
    with archive.open() as records:
        return [version.entry for version in records.handbook.published()]


def test_a_second_start_knows_the_same_without_learning(
    archive: Archive, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with archive.open() as records:
        first = Library(shelf=Shelf(folder)).lore(records)
    with monkeypatch.context() as nothing_is_learned, archive.open() as records:
        for name in ("Index", "Recogniser"):
            nothing_is_learned.delattr(f"intents.library.{name}.build")
        second = Library(shelf=Shelf(folder)).lore(records)
    for text in FOLLOWED:
        assert second.index.find(text) == first.index.find(text)
        assert second.recogniser.recognise(text) == first.recogniser.recognise(text)


@pytest.mark.parametrize("broken", [b"", b"PK\x03\x04 half a file", b"not at all" * 1000])
def test_a_broken_or_foreign_file_is_as_good_as_none(tmp_path: Path, broken: bytes) -> None:
    shelf = Shelf(tmp_path / "new")
    assert shelf.load("index", "m1") is None
    shelf.keep("index", "m1", {"a": np.arange(3)})
    assert shelf.load("index", "m2") is None
    kept = shelf.load("index", "m1")
    assert kept is not None
    assert kept["a"].tolist() == [0, 1, 2]
    (path,) = (tmp_path / "new").iterdir()
    path.write_bytes(broken or path.read_bytes()[:-100])
    assert shelf.load("index", "m1") is None
    np.savez(path, mark=np.array("m1"), a=np.array([{"an": "object"}], dtype=object))
    assert shelf.load("index", "m1") is None


def test_a_folder_that_cannot_be_written_is_no_reason_to_stop(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here is no folder", "utf-8")
    Shelf(tmp_path / "file").keep("index", "m1", {"a": np.arange(3)})
    assert Shelf(tmp_path / "file").load("index", "m1") is None


def test_what_is_published_is_found_after_a_rebuild_beside_the_talk(archive: Archive, folder: Path) -> None:
    library = Library(shelf=Shelf(folder))
    told = "蓝莓采摘券怎么领"
    model = published(archive)[0]
    fresh = replace(model, id="CS99", title="蓝莓采摘券发放", short="采摘券", aliases=("蓝莓券",), summary="",
                    phrasings={"plain": (told, "采摘蓝莓的券在哪领", "蓝莓采摘券一人几张", "领蓝莓采摘券带什么")})  # fmt: skip
    with archive.open() as records:
        library.lore(records)
        version = records.handbook.draft(fresh, "甲", "新事项", START)
        assert records.handbook.publish(fresh.id, version, "乙", START)
    with archive.open() as records:
        assert library.lore(records).entry("CS99", START) is not None
        assert library.is_stale()
        library.rebuild(records)
        lore = library.lore(records)
        assert (library.is_stale(), lore.index.find(told).entries[0]) == (False, "CS99")
        assert lore.index.find(WORDS).entries[0] == "MZ01"
