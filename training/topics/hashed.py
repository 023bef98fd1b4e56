"""Texts as rows of hashed words, the way that the models which ship read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from pipeline.enrich import topics
from pipeline.enrich.topics import BUCKETS

Rarity = NDArray[np.float16]


def rarity(texts: Iterable[str]) -> Rarity:
    """The weight of each bucket: inverse document frequency, smoothed and plus one."""
    seen = np.zeros(BUCKETS)
    count = 0
    for text in texts:
        buckets, _ = topics.features(topics.words_in(text))
        seen[buckets] += 1
        count += 1
    return (np.log((1 + count) / (1 + seen)) + 1).astype(np.float16)


def rows(texts: Sequence[str], weights: Rarity) -> csr_matrix:
    """A row of weighted buckets for each text."""
    if not texts:
        return csr_matrix((0, BUCKETS), dtype=np.float32)
    found = []
    for text in texts:
        buckets, counts = topics.features(topics.words_in(text))
        found.append((buckets.astype(np.int32), topics.weighted(buckets, counts, weights)))
    values = np.concatenate([row for _, row in found])
    columns = np.concatenate([buckets for buckets, _ in found])
    starts = np.cumsum([0, *(len(buckets) for buckets, _ in found)])
    return csr_matrix((values, columns, starts), shape=(len(texts), BUCKETS), dtype=np.float32)


def folded(matrix: csr_matrix, buckets: int) -> csr_matrix:
    """The same rows with the buckets taken modulo a smaller number of them; what falls together adds up."""
    found = csr_matrix(
        (matrix.data.copy(), matrix.indices % buckets, matrix.indptr.copy()), shape=(matrix.shape[0], buckets)
    )
    found.sum_duplicates()
    return found
