"""Embedding tables as they are stored and read: eight bits for a number, and a scale for each row.

A feature of a word is hashed to four rows, whose sum stands for it, as in thinc's ``HashEmbed``; after
Svenstrup, Hansen, Winther: "Hash Embeddings for Efficient Word Representations", NeurIPS 2017.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from thinc.api import NumpyOps

Floats = NDArray[np.float32]
FILE = "tables.npz"
EVERY = "xx_entities"
"""Folder of the model whose tables are those of each model beside it that brings none."""

FULL = 127
"""Largest number of a row after its scale is taken out."""

_OPS = NumpyOps()


class Tables(NamedTuple):
    """One table for each feature.

    Attributes:
        rows: of each table, (rows, width) from -127 to 127.
        scales: of each table, (rows,): what to multiply a row by.
    """

    rows: tuple[NDArray[np.int8], ...]
    scales: tuple[Floats, ...]

    def vectors(self, features: NDArray[np.uint64]) -> Floats:
        """What stands for some words.

        Args:
            features: hashes, (words, tables).

        Returns:
            (words, tables * width), the tables side by side.
        """
        found = []
        for at, (rows, scales) in enumerate(zip(self.rows, self.scales, strict=True)):
            which = _OPS.hash(np.ascontiguousarray(features[:, at]), at) % len(rows)
            found.append(np.matmul(scales[which][:, None, :], rows[which].astype(np.float32))[:, 0])
        return np.concatenate(found, axis=1)


def rounded(tables: Sequence[Floats]) -> Tables:
    """Tables in eight bits; a number changes by some 1/254 of the largest of its row at most."""
    scales = [(np.abs(table).max(axis=1) / FULL).astype(np.float16).astype(np.float32) for table in tables]
    rows = [
        np.clip(np.rint(table / np.where(scale, scale, 1)[:, None]), -FULL, FULL).astype(np.int8)
        for table, scale in zip(tables, scales, strict=True)
    ]
    return Tables(tuple(rows), tuple(scales))


def exact(tables: Tables) -> list[Floats]:
    """The same in single precision, to learn on with."""
    return [rows * scales[:, None] for rows, scales in zip(*tables, strict=True)]


def write(tables: Tables, folder: Path) -> None:
    """Puts the tables into a model's folder."""
    arrays = {f"rows{at}": rows for at, rows in enumerate(tables.rows)}
    arrays |= {f"scales{at}": scales.astype(np.float16) for at, scales in enumerate(tables.scales)}
    np.savez(folder / FILE, allow_pickle=False, **arrays)


def are_shared(given: Tables, folder: Path) -> bool:
    """Whether these are the tables of the model of all languages that lies beside a folder."""
    every = folder.parent / EVERY / FILE
    if folder.name == EVERY or not every.exists():
        return False
    theirs = _read(every)
    rows = zip(given.rows, theirs.rows, strict=True)
    scales = zip(given.scales, theirs.scales, strict=True)
    return all(np.array_equal(*pair) for pair in rows) and all(np.array_equal(*pair) for pair in scales)


def of(folder: Path) -> Tables:
    """The tables of a model: its own, or those of all languages, which lie in memory once.

    Raises:
        OSError: neither is there.
    """
    own = folder / FILE
    return _read(own) if own.exists() and folder.name != EVERY else _shared(folder.parent / EVERY / FILE)


@lru_cache(maxsize=1)
def _shared(path: Path) -> Tables:
    return _read(path)


def _read(path: Path) -> Tables:
    with np.load(path, allow_pickle=False) as arrays:
        count = len(arrays.files) // 2
        return Tables(
            tuple(arrays[f"rows{at}"] for at in range(count)),
            tuple(arrays[f"scales{at}"].astype(np.float32) for at in range(count)),
        )
