"""What a measurement of the models gives: the JSON that the report and the model cards are written from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from training.entities.scores import Score
from training.entities.sources import Parts, Shares

FALLBACK = "xx"
"""What stands for the language of the model for all languages that have none of their own."""

Use = Literal["fitted to", "chosen by", "measured on"]


class Measured(Struct, frozen=True, kw_only=True):
    """One test.

    Attributes:
        test: its name.
        language: of its texts.
        source: the corpus that it is from.
        texts: how many.
        words: how many, parted by blanks; where a language writes none, two characters count as a word.
        overall: the score over people, organisations and places, with all rules, as users get it.
        bare: the same of the model's own spans, without the rules.
        labels: the score of each label that the corpus marks.
        acronyms: the score of the organisations named by two to six capitals.
    """

    test: str
    language: str
    source: str
    texts: int
    words: int
    overall: Score
    bare: Score
    labels: dict[str, Score]
    acronyms: Score


class Run(Struct, frozen=True, kw_only=True):
    """One model on all tests.

    Attributes:
        model: its name and version.
        package: the installed pipeline that it is; none for ours.
        licence: what it says of itself.
        size: bytes on disk.
        tokeniser: CPU seconds that spaCy takes for its data of the language, once a process.
        load: CPU seconds to load the model after that.
        speed: words a CPU second on one core.
    """

    model: str
    package: str = ""
    licence: str
    size: int
    tokeniser: float
    load: float
    speed: float
    tests: tuple[Measured, ...]


class Datum(Struct, frozen=True, kw_only=True):
    """A part of a corpus and what it was used for."""

    source: str
    licence: str
    citation: str
    origin: str
    kind: str
    use: Use
    sentences: int
    names: int


class Result(Struct, frozen=True, kw_only=True):
    """A language's model, measured beside others on the same texts in the same run.

    Attributes:
        language: primary subtag, or ``FALLBACK``.
        ours: our model; the one for all languages where there is no other.
        peers: installed pipelines.
        missing: pipelines that are not installed, so that they could not be measured.
        data: what our model was fitted to and measured on.
    """

    language: str
    ours: Run
    peers: tuple[Run, ...] = ()
    missing: tuple[str, ...] = ()
    data: tuple[Datum, ...] = ()


def data_of(parts: Parts) -> tuple[Datum, ...]:
    """What a language's data is used for, corpus by corpus."""
    tested: Shares = [(parts.tested[name], [[one] for one in texts]) for name, texts in parts.tests.items()]
    uses: list[tuple[Use, Shares]] = [
        ("fitted to", parts.train),
        ("chosen by", parts.dev),
        ("measured on", tested),
    ]
    return tuple(
        Datum(
            source=source.name,
            licence=source.licence,
            citation=source.citation,
            origin=source.origin,
            kind=source.kind,
            use=use,
            sentences=sum(map(len, documents)),
            names=sum(len(one.spans) for document in documents for one in document),
        )
        for use, shares in uses
        for source, documents in shares
    )


def write(results: Sequence[Result], file: Path) -> None:
    """Writes results as JSON; the folder is made."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")


def read(file: Path) -> list[Result]:
    """The results in a file.

    Raises:
        msgspec.ValidationError: it holds no results.
    """
    return msgspec.json.decode(file.read_bytes(), type=list[Result])
