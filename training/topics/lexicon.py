"""Puts texts of one language into words of another, by which words lie next to one another as vectors.

What comes out is no sentence, but it has the words that news of these topics has in the other language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module

import numpy as np

from pipeline.enrich.topics import words_in
from training.topics import encoder, material
from training.topics.teacher import Floats

SAMPLE = 3_000  # words that tell how near a word lies to any
CROWDED = 0.5  # how much lying near to any counts against a word
READ_WORDS = 60
SECOND = 0.2  # how often the second-best word is taken
AT_ONCE = 1_000

Lexicon = Mapping[str, tuple[str, str]]


def lexicon(source: str, target: str) -> Lexicon:
    """The two words of a target language that are nearest to each frequent word of a source language.

    What is more frequent in the source language is taken for a word of that, borrowed.
    Words that lie near to very many, and would be everybody's neighbours, are put back (as in Conneau et al.,
    Word Translation Without Parallel Data, 2018).
    """
    frequencies = import_module("wordfreq").get_frequency_dict
    in_source, in_target = frequencies(source, "best"), frequencies(target, "best")
    old, known = material.words(source), material.words(target)
    kept = [place for place, word in enumerate(known) if in_source.get(word, 0.0) <= in_target[word]]
    new = [known[place] for place in kept]
    there = encoder.vectors(old, f"words, {source}")
    here = encoder.vectors(known, f"words, {target}")[kept]
    crowd = CROWDED * (here @ there[:SAMPLE].T).mean(axis=1)
    found = {}
    for start in range(0, len(old), AT_ONCE):
        for word, row in zip(
            old[start:], _nearest(there[start : start + AT_ONCE], here, crowd), strict=False
        ):
            found[word] = (new[row[0]], new[row[1]])
    return found


def translated(texts: Sequence[str], by: Lexicon, seed: int) -> list[str]:
    """Texts word by word; a word that is not known stays, as names do."""
    chance = np.random.default_rng(seed)
    return [
        " ".join(
            by[word][int(chance.random() < SECOND)] if word in by else word
            for word in words_in(text)[:READ_WORDS]
        )
        for text in texts
    ]


def _nearest(some: Floats, here: Floats, crowd: Floats) -> Sequence[tuple[int, int]]:
    near = some @ here.T - crowd
    best = np.argpartition(-near, 1, axis=1)[:, :2]
    return [
        (int(a), int(b)) if row[a] >= row[b] else (int(b), int(a))
        for (a, b), row in zip(best, near, strict=True)
    ]
