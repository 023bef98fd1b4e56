"""The French news annotated for this project: where its names stand. The texts stay in the data folder.

``annotated/guidelines.md`` says how the texts were chosen and what is a name.
"""

from __future__ import annotations

import lzma
from collections.abc import Collection, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from pipeline.article import Label
from training.entities.corpora import Sentence

FILE = Path(__file__).parent / "annotated" / "fr-news.jsonl"
CORPUS = Path("topics-weak") / "fr.rss.tsv.xz"

Part = Literal["news", "acronyms"]
Offset = Annotated[int, msgspec.Meta(ge=0)]


class Annotation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One annotated text, without the text.

    Attributes:
        sha256: of the text in UTF-8, in hexadecimal: the last column of its line in the corpus.
        host: the outlet.
        date: of publication, ``2024-05-31`` for example.
        topic: the corpus's own.
        part: ``news`` is a sample of all topics and outlets, ``acronyms`` has two or more in each text.
        spans: ``(start, end, label)`` in code points of the text, ``end`` excluded, in order.
    """

    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    host: str
    date: Annotated[str, msgspec.Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    topic: str
    part: Part = msgspec.field(name="set")
    spans: tuple[tuple[Offset, Offset, Label], ...]


class MissingTextsError(LookupError):
    """Annotated texts are not in the data folder; the message names each."""


def records(file: Path = FILE) -> list[Annotation]:
    """All annotations of a file, one a line.

    Raises:
        msgspec.ValidationError: a line is no annotation.
    """
    return msgspec.json.Decoder(Annotation).decode_lines(file.read_bytes())


def digest(text: str) -> str:
    """What an annotation calls its text: the SHA-256 of its UTF-8, in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def hashes(file: Path = FILE) -> frozenset[str]:
    """The ``digest`` of every annotated text, to keep them out of training and pretraining."""
    return frozenset(each.sha256 for each in records(file))


def read(data: Path, file: Path = FILE, part: Part | None = None) -> list[Sentence]:
    """The annotated texts with their spans, in the order of the file.

    Args:
        data: the folder of the corpora.
        file: the annotations.
        part: only those of one set; all without it.

    Raises:
        MissingTextsError: one or more of the texts are not in the corpus.
        FileNotFoundError: the corpus is not in the folder.
    """
    wanted = [each for each in records(file) if part in {None, each.part}]
    texts = _texts(data / CORPUS, {each.sha256 for each in wanted})
    if missing := [each for each in wanted if each.sha256 not in texts]:
        named = "".join(f"\n  {each.date} {each.host} {each.sha256}" for each in missing)
        raise MissingTextsError(
            f"{len(missing)} of {len(wanted)} annotated texts are not in {data / CORPUS}:{named}"
        )
    return [Sentence(texts[each.sha256], each.spans) for each in wanted]


def news(corpus: Path) -> Iterator[tuple[str, str]]:
    """The ``digest`` and the text of each line of the corpus.

    Raises:
        FileNotFoundError: there is none.
    """
    with lzma.open(corpus, "rt", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            text = line.rstrip("\n").rpartition("\t")[2]
            yield digest(text), text


def _texts(corpus: Path, wanted: Collection[str]) -> dict[str, str]:
    """The texts that are wanted, by their hash; reads no further than the last of them."""
    found: dict[str, str] = {}
    for name, text in news(corpus):
        if len(found) == len(wanted):
            break
        if name in wanted:
            found[name] = text
    return found
