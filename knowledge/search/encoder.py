"""An optional sentence encoder from a folder (model.onnx, tokenizer.json): one more signal, off unless it is set.

Nothing is looked up elsewhere. What it needs is in requirements-encoder.txt and imported only here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.search.keys import Longs
from knowledge.search.vocabulary import Floats, Numbers

MODELS = ("model.onnx", "onnx/model.onnx")
TOKENIZER = "tokenizer.json"
MOST = 128  # tokens read of a sentence
TOGETHER = 32  # sentences encoded at a time
INSTALL = "句子编码模型要先装两个库：pip install -r requirements-encoder.txt"


class NoEncoder(ValueError):
    """句子编码模型用不了。"""


class Encoder:
    """Sentences to vectors of length 1. `weight`: how much the signal counts; `mark` changes with the files."""

    def __init__(self, folder: Path, weight: float) -> None:
        """Raise NoEncoder with one sentence that says what is missing."""
        os.environ["HF_HUB_OFFLINE"] = "1"
        self.weight = weight
        model = next((folder / name for name in MODELS if (folder / name).is_file()), None)
        if model is None or not (folder / TOKENIZER).is_file():
            raise NoEncoder(f"句子编码模型的文件夹 {folder} 里要有 {MODELS[0]} 和 {TOKENIZER}")
        try:
            runtime: Any = import_module("onnxruntime")
            tokenizers: Any = import_module("tokenizers")
        except ImportError:
            raise NoEncoder(INSTALL) from None
        try:
            self._tokenizer: Any = tokenizers.Tokenizer.from_file(str(folder / TOKENIZER))
            self._tokenizer.enable_truncation(MOST)
            self._tokenizer.enable_padding(
                pad_id=self._tokenizer.token_to_id("[PAD]") or 0, pad_token="[PAD]"
            )
            self._model = _session(runtime, model)
            self._wanted = {told.name for told in self._model.get_inputs()}
            self.width = self.encode(["试"]).shape[1]
        except Exception as error:  # both libraries raise plain Exceptions of their own
            raise NoEncoder(f"句子编码模型 {folder} 读不了：{str(error).splitlines()[0][:200]}") from error
        self.mark = _mark((model, folder / TOKENIZER))

    def encode(self, texts: Sequence[str]) -> Floats:
        """One row a text."""
        parts = [self._together(texts[n : n + TOGETHER]) for n in range(0, len(texts), TOGETHER)]
        return np.concatenate(parts) if parts else np.zeros((0, self.width), dtype=np.float32)

    def _together(self, texts: Sequence[str]) -> Floats:
        told = self._tokenizer.encode_batch(list(texts))
        ids = np.array([one.ids for one in told], dtype=np.int64)
        mask = np.array([one.attention_mask for one in told], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        out = self._model.run(None, {name: given[name] for name in self._wanted})[0]
        rows = _pooled(np.asarray(out, dtype=np.float32), mask)
        return np.asarray(rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9), dtype=np.float32)


def _session(runtime: Any, model: Path) -> Any:
    """One thread: deterministic, and the other core is left to the talks."""
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return runtime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def _pooled(out: Floats, mask: NDArray[np.int64]) -> Floats:
    """The mean over the tokens, where the model gives one vector a token."""
    if out.ndim == 2:
        return out
    shares = mask[:, :, None].astype(np.float32)
    return np.asarray((out * shares).sum(axis=1) / np.maximum(shares.sum(axis=1), 1.0), dtype=np.float32)


def _mark(files: Sequence[Path]) -> str:
    mark = blake2b(digest_size=12)
    for path in files:
        with path.open("rb") as opened:
            while part := opened.read(1 << 20):
                mark.update(part)
    return mark.hexdigest()


def _keys(lines: Sequence[str]) -> Longs:
    """A number for each line, so that what was encoded before is known again."""
    digests = b"".join(blake2b(line.encode("utf-8", "replace"), digest_size=8).digest() for line in lines)
    return np.frombuffer(digests, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Meaning:
    """The lines that are kept one by one as vectors; a class scores as its line that is nearest in meaning."""

    encoder: Encoder
    keys: Longs
    vectors: Floats
    starts: Numbers

    @classmethod
    def of(
        cls, encoder: Encoder, lines: Sequence[str], starts: Numbers, before: Meaning | None = None
    ) -> Meaning:
        """Only lines that `before` does not hold are encoded."""
        keys, vectors = _keys(lines), np.zeros((len(lines), encoder.width), dtype=np.float32)
        known = {key: n for n, key in enumerate(before.keys.tolist())} if before else {}
        fresh = [n for n, key in enumerate(keys.tolist()) if key not in known]
        if before:
            held = [n for n, key in enumerate(keys.tolist()) if key in known]
            vectors[held] = before.vectors[[known[key] for key in keys[held].tolist()]]
        vectors[fresh] = encoder.encode([lines[n] for n in fresh])
        return cls(encoder, keys, vectors, starts)

    def scores(self, text: str) -> Floats:
        """The cosine of the nearest line of each class."""
        near = self.vectors @ self.encoder.encode([text])[0]
        return np.asarray(np.maximum.reduceat(near, self.starts), dtype=np.float32)

    def packed(self) -> dict[str, NDArray[Any]]:
        """As plain arrays."""
        return {"meaning_keys": self.keys, "meaning_vectors": self.vectors}

    @classmethod
    def unpacked(cls, encoder: Encoder, told: Mapping[str, NDArray[Any]], starts: Numbers) -> Meaning:
        """The same from those arrays."""
        return cls(encoder, told["meaning_keys"], told["meaning_vectors"], starts)
