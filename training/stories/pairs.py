"""Pairs of news, labelled by reading with whether they tell the same story. The texts stay where they are.

``guidelines.md`` says how the pairs were chosen and what the labels mean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec

from training.entities.annotations import MissingTextsError, digest
from training.stories.sampling import dated
from training.topics.corpora import Item

FILE = Path(__file__).with_name("pairs.jsonl")
STRATA = Path(__file__).with_name("strata.json")
LANGUAGES = ("fr", "en", "de")

Label = Literal["same", "related", "different"]
Half = Literal["choose", "report"]
Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One labelled pair without its texts.

    Attributes:
        first: SHA-256 of the one text in UTF-8, the smaller of the two.
        second: of the other.
        language: primary subtag.
        stratum: how alike they are, and where that is little, whether they share a name (``sampling``).
        half: the half to choose with, or that to report on.
        label: what was decided.
    """

    first: Sha256
    second: Sha256
    language: Literal["fr", "en", "de"]
    stratum: str
    half: Half
    label: Label


class Labelled(NamedTuple):
    """A pair with its texts, and how many pairs of its days it stands for."""

    first: Item
    second: Item
    pair: Pair
    weight: float


def records(file: Path = FILE) -> list[Pair]:
    """All pairs of a file, one a line.

    Raises:
        msgspec.ValidationError: a line is no pair.
    """
    return msgspec.json.Decoder(Pair).decode_lines(file.read_bytes())


def population(file: Path = STRATA) -> dict[str, dict[str, int]]:
    """How many pairs each stratum has in all, by language."""
    return msgspec.json.decode(file.read_bytes(), type=dict[str, dict[str, int]])


def read(data: Path, file: Path = FILE) -> list[Labelled]:
    """The labelled pairs with their texts, in the order of the file.

    Args:
        data: the folder of the corpora.
        file: the pairs.

    Raises:
        MissingTextsError: one or more of the texts are not there.
    """
    pairs = records(file)
    languages = sorted({pair.language for pair in pairs})
    texts = {digest(item.text): item for language in languages for item in dated(data, language)}
    missing = {each for pair in pairs for each in (pair.first, pair.second)} - texts.keys()
    if missing:
        raise MissingTextsError(f"{len(missing)} labelled texts are not in {data}: {sorted(missing)}")
    return weighed(pairs, [(texts[pair.first], texts[pair.second]) for pair in pairs], population())


def weighed(
    pairs: Sequence[Pair], texts: Sequence[tuple[Item, Item]], total: dict[str, dict[str, int]]
) -> list[Labelled]:
    """Pairs with their texts; each stands for its share of its stratum."""
    taken = Counter((pair.language, pair.stratum) for pair in pairs)
    return [
        Labelled(first, second, pair, total[pair.language][pair.stratum] / taken[pair.language, pair.stratum])
        for pair, (first, second) in zip(pairs, texts, strict=True)
    ]
