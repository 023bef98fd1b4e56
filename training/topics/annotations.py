"""News whose topics were annotated for this project: several a text. The texts stay in the data folder.

``annotated/guidelines.md`` says how the texts were chosen, who annotated them, and what is a topic of one.
``annotated/fr.jsonl`` is to measure with, ``annotated/fr.learnt.jsonl`` to learn from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from training.entities.annotations import MissingTextsError, digest
from training.topics.corpora import Item

FOLDER = Path(__file__).parent / "annotated"
LANGUAGES = ("de", "en", "fr", "it", "nl", "ru")
Top = Annotated[str, msgspec.Meta(pattern="^medtop:[01][0-9]000000$")]
Narrower = Annotated[str, msgspec.Meta(pattern="^medtop:2000[0-9]{4}$")]


class Annotation(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One annotated text, without the text.

    Attributes:
        sha256: of the text's UTF-8.
        topics: those of the top level, the main one first.
        narrower: those below; absent where nobody looked for them.
    """

    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    topics: tuple[Top, ...]
    narrower: tuple[Narrower, ...] | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class Split:
    """The items of a language by what they are for.

    Attributes:
        free: those that nobody annotated.
        learnt: annotated ones to learn from.
        measured: annotated ones to measure with; nothing may learn from them.
    """

    free: list[Item]
    learnt: list[tuple[Item, Annotation]]
    measured: list[tuple[Item, Annotation]]


def records(language: str, *, learnt: bool = False) -> list[Annotation]:
    """All annotations of a language to measure with, or to learn from, in the order of their file.

    Raises:
        FileNotFoundError: there are none for it.
        msgspec.ValidationError: a line is no annotation.
    """
    path = FOLDER / f"{language}{'.learnt' if learnt else ''}.jsonl"
    return msgspec.json.Decoder(Annotation).decode_lines(path.read_bytes())


def split(items: Iterable[Item], language: str) -> Split:
    """The items that are not annotated; and those that are, with what they are annotated with.

    Raises:
        FileNotFoundError: there are no annotations for the language.
        MissingTextsError: an annotated text is not among the items.
    """
    found = Split([], [], [])
    known = {
        each.sha256: (each, kept)
        for learnt, kept in ((True, found.learnt), (False, found.measured))
        for each in records(language, learnt=learnt)
    }
    for item in items:
        if (name := digest(item.text)) in known:
            annotation, kept = known.pop(name)
            kept.append((item, annotation))
        else:
            found.free.append(item)
    if known:
        raise MissingTextsError(f"{len(known)} annotated texts are not in the corpus: {sorted(known)}")
    return found
