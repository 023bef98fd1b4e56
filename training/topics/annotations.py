"""News whose topics were annotated for this project: several a text. The texts stay in the data folder.

``annotated/guidelines.md`` says how the texts were chosen and what is a topic of one.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import msgspec

from training.topics.corpora import Item

FOLDER = Path(__file__).parent / "annotated"
LANGUAGES = ("en", "fr")


class Annotation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One annotated text, without the text: the SHA-256 of its UTF-8, and its topics, the main one first."""

    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    topics: tuple[Annotated[str, msgspec.Meta(pattern="^medtop:[01][0-9]000000$")], ...]


class MissingTextsError(LookupError):
    """Annotated texts are not among the items; the message names each."""


def records(language: str) -> list[Annotation]:
    """All annotations of a language, in the order of their file.

    Raises:
        FileNotFoundError: there are none for it.
        msgspec.ValidationError: a line is no annotation.
    """
    return msgspec.json.Decoder(Annotation).decode_lines((FOLDER / f"{language}.jsonl").read_bytes())


def digest(text: str) -> str:
    """What an annotation calls its text."""
    return sha256(text.encode()).hexdigest()


def split(items: Iterable[Item], language: str) -> tuple[list[Item], list[tuple[Item, tuple[str, ...]]]]:
    """The items that are not annotated, to learn from; and those that are, each with its topics.

    Raises:
        MissingTextsError: an annotated text is not among the items.
    """
    known = {each.sha256: each.topics for each in records(language)} if language in LANGUAGES else {}
    free: list[Item] = []
    annotated: list[tuple[Item, tuple[str, ...]]] = []
    for item in items:
        topics = known.pop(digest(item.text), None)
        if topics is None:
            free.append(item)
        else:
            annotated.append((item, topics))
    if known:
        raise MissingTextsError(f"{len(known)} annotated texts are not in the corpus: {sorted(known)}")
    return free, annotated
