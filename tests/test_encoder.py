"""A sentence encoder from a folder: a tiny model made here, which knows that two words mean the same."""

from __future__ import annotations

import json
import os
import shutil
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from bot.settings import BadSetting, encoder_for, load
from intents.learning import learn_index
from intents.shelf import Shelf
from knowledge.handbook import HandbookEntry, from_mapping
from knowledge.search import Encoder, Index, NoEncoder

WIDTH = 8
LIKE = {"獒": "狗", "豚": "猪"}  # what no gram and no sound shares
LETTERS = "狗证猪病怎么办獒豚想养一只请问有"


def _number(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def _field(tag: int, value: int | bytes | str) -> bytes:
    """One field of a protobuf message."""
    if isinstance(value, int):
        return _number(tag << 3) + _number(value)
    told = value.encode() if isinstance(value, str) else value
    return _number(tag << 3 | 2) + _number(len(told)) + told


def _tensor_type(name: str, kind: int, axes: Iterable[str]) -> bytes:
    shape = b"".join(_field(1, _field(2, axis)) for axis in axes)
    return _field(1, name) + _field(2, _field(1, _field(1, kind) + _field(2, shape)))


def model(vectors: list[list[float]]) -> bytes:
    """An ONNX model of one node: looks each token's vector up."""
    raw = b"".join(struct.pack(f"<{WIDTH}f", *row) for row in vectors)
    table = _field(1, len(vectors)) + _field(1, WIDTH) + _field(2, 1) + _field(8, "table") + _field(9, raw)
    node = _field(1, "table") + _field(1, "input_ids") + _field(2, "tokens") + _field(4, "Gather")
    graph = b"".join([
        _field(1, node), _field(2, "tiny"), _field(5, table),
        _field(11, _tensor_type("input_ids", 7, ("texts", "length"))),
        _field(12, _tensor_type("tokens", 1, ("texts", "length", "width"))),
    ])  # fmt: skip
    return _field(1, 8) + _field(7, graph) + _field(8, _field(1, "") + _field(2, 13))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The model and its tokenizer."""
    tokens = ["[PAD]", "[UNK]", *LETTERS]
    rng = np.random.default_rng(7)
    vectors = {token: rng.normal(size=WIDTH).tolist() for token in tokens}
    vectors.update({token: [0.0] * WIDTH for token in ("[UNK]", *"怎么办想养一只请问有")})
    vectors.update({one: vectors[other] for one, other in LIKE.items()})
    (tmp_path / "model.onnx").write_bytes(model([vectors[token] for token in tokens]))
    told: dict[str, object] = {
        "version": "1.0", "truncation": None, "padding": None, "normalizer": None, "post_processor": None,
        "decoder": None, "added_tokens": [],
        "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "."}, "behavior": "Isolated", "invert": False},
        "model": {"type": "WordLevel", "vocab": {token: n for n, token in enumerate(tokens)}, "unk_token": "[UNK]"},
    }  # fmt: skip
    (tmp_path / "tokenizer.json").write_text(json.dumps(told), "utf-8")
    return tmp_path


def entry(entry_id: str, *lines: str) -> HandbookEntry:
    return from_mapping({"id": entry_id, "title": lines[0], "short": lines[0], "summary": lines[0],
                         "phrasings": {"plain": list(lines)}})  # fmt: skip


ENTRIES = [entry("A1", "狗证", "狗", "狗证怎么办"), entry("A2", "猪病", "猪", "猪病怎么办")]


def test_texts_become_vectors_of_length_1_alone_as_together(folder: Path) -> None:
    encoder = Encoder(folder, 1.0)
    texts = ["狗", "狗证怎么办", "猪" * 500, "没见过的字", ""]
    together = encoder.encode(texts * 20)
    assert together.shape == (100, WIDTH)
    for text, row in zip(texts, together, strict=False):
        np.testing.assert_allclose(encoder.encode([text])[0], row, atol=1e-6)
    assert np.linalg.norm(together[0]) == pytest.approx(1.0)
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_what_no_letter_tells_is_found_by_meaning(folder: Path) -> None:
    without = Index.build(ENTRIES, [])
    index = Index.build(ENTRIES, [], encoder=Encoder(folder, 8.0))
    for text, right in (("獒", "A1"), ("豚", "A2")):
        shares, _ = without.rank(without.signals(without.read(text)[0]).scores)
        assert shares[0] == pytest.approx(shares[1], abs=1e-3)
        scores = index.signals(index.read(text)[0]).scores
        assert scores["encoder"][index.ids.index(right)] == pytest.approx(1.0, abs=1e-5)
        _, order = index.rank(scores)
        assert index.ids[order[0]] == right


def test_a_weight_of_nothing_changes_no_order(folder: Path) -> None:
    without, index = Index.build(ENTRIES, []), Index.build(ENTRIES, [], encoder=Encoder(folder, 0.0))
    for text in ("狗证怎么办", "猪病", "獒", "请问"):
        assert index.find(text) == without.find(text)


def test_an_index_renewed_encodes_only_what_is_new(folder: Path) -> None:
    class Counting(Encoder):
        """Remembers what it was asked."""

        def encode(self, texts: list[str]) -> np.ndarray:  # type: ignore[override]
            asked.extend(texts)
            return super().encode(texts)

    asked: list[str] = []
    encoder = Counting(folder, 8.0)
    index = Index.build(ENTRIES, [], encoder=encoder)
    asked.clear()
    more = [*ENTRIES, entry("A3", "请问有一只")]
    renewed = index.renewed(more, [])
    assert set(asked) == {"请问有一只"}
    fresh = Index.build(more, [], encoder=encoder)
    for text in ("獒", "豚", "请问有"):
        assert renewed.find(text).entries == fresh.find(text).entries


def test_it_is_kept_on_the_shelf_for_this_model_only(folder: Path, tmp_path: Path) -> None:
    shelf, encoder = Shelf(tmp_path / "learned"), Encoder(folder, 8.0)
    first = learn_index(ENTRIES, [], None, shelf, encoder)
    second = learn_index(ENTRIES, [], None, shelf, encoder)
    without = learn_index(ENTRIES, [], None, shelf)
    for text in ("獒", "狗证", "豚怎么办"):
        assert first.find(text) == second.find(text)
    assert "encoder" in second.signals(second.read("獒")[0]).scores
    assert "encoder" not in without.signals(without.read("獒")[0]).scores


@pytest.mark.parametrize("missing", ["model.onnx", "tokenizer.json"])
def test_a_folder_that_lacks_something_is_named(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    with pytest.raises(BadSetting, match=r"JIAMENKOU_ENCODER_DIR.*model\.onnx.*tokenizer\.json"):
        encoder_for(load(encoder_dir=folder))


@pytest.mark.parametrize("broken", ["model.onnx", "tokenizer.json"])
def test_a_broken_file_is_told_in_one_sentence(folder: Path, broken: str) -> None:
    (folder / broken).write_bytes(b"nothing of the kind")
    with pytest.raises(NoEncoder, match="读不了") as caught:
        Encoder(folder, 1.0)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("library", ["onnxruntime", "tokenizers"])
def test_what_is_not_installed_is_told(folder: Path, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(BadSetting, match=r"pip install -r requirements-encoder\.txt"):
        encoder_for(load(encoder_dir=folder))


def test_the_model_may_lie_in_a_folder_of_its_own(folder: Path) -> None:
    (folder / "onnx").mkdir()
    shutil.move(folder / "model.onnx", folder / "onnx" / "model.onnx")
    assert Encoder(folder, 1.0).width == WIDTH
