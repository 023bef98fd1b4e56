"""News annotated by reading: where its quotations and their speakers stand. The texts stay where they are.

``guidelines.md`` says how the texts were chosen and what is a quotation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec
from lxml import html

from training.entities.annotations import MissingTextsError, digest
from training.entities.corpora import readers
from training.topics import corpora

FILE = Path(__file__).parent / "quotes.jsonl"
SHORTEST, LONGEST = 150, 700
"""Words, parted by blanks, of the articles that were taken, at least and at most."""

Language = Literal["en", "fr"]
Source = Literal["wikinews", "masakhanews", "worldwide"]
Part = Literal["first", "second"]
Offset = Annotated[int, msgspec.Meta(ge=0)]
Place = tuple[Offset, Offset]


class Quotation(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One quotation; places are in code points of the text, ends excluded.

    Attributes:
        start: where the words between the marks begin.
        end: where they end.
        mentions: the name or the description of the speaker, each of several that are as good; none where
            nobody is named.
        carried: whether the words beside the quotation tell of the speaker by a pronoun or not at all.
    """

    start: Offset
    end: Offset
    mentions: tuple[Place, ...]
    carried: bool = False


class Annotation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One annotated article without its text.

    Attributes:
        sha256: of the text in UTF-8, in hexadecimal.
        language: primary subtag.
        source: the corpus it is from.
        part: ``first`` was read before there were rules, ``second`` when there were.
        quotes: its quotations in order.
    """

    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    language: Language
    source: Source
    part: Part = msgspec.field(name="set")
    quotes: tuple[Quotation, ...]


class Article(NamedTuple):
    """A text and what was annotated in it."""

    text: str
    annotation: Annotation


def records(file: Path = FILE) -> list[Annotation]:
    """All annotations of a file, one a line.

    Raises:
        msgspec.ValidationError: a line is no annotation.
    """
    return msgspec.json.Decoder(Annotation).decode_lines(file.read_bytes())


def read(data: Path, file: Path = FILE) -> list[Article]:
    """The annotated articles, in the order of the file.

    Args:
        data: the folder of the corpora; that of the wire files, ``feeds``, stands beside it.
        file: the annotations.

    Raises:
        MissingTextsError: one or more of the texts are not there.
        FileNotFoundError: a corpus is not there.
    """
    texts = {digest(text): text for each in sample(data).values() for text in each}
    wanted = records(file)
    if missing := [each.sha256 for each in wanted if each.sha256 not in texts]:
        raise MissingTextsError(
            f"{len(missing)} of {len(wanted)} annotated texts are not in {data}:\n  " + "\n  ".join(missing)
        )
    return [Article(texts[each.sha256], each) for each in wanted]


def sample(data: Path) -> dict[Part, list[str]]:
    """The articles that were annotated, in the order of the file, chosen by their places in the corpora.

    Args:
        data: as in ``read``.

    Raises:
        FileNotFoundError: a corpus is not there.
    """
    french, english = _masakhanews(data, "fr"), _masakhanews(data, "en")
    worldwide = _worldwide(data)
    taken = [every(french, 22), every(english, 12), every(worldwide, 13)]
    left = [
        [text for text in texts if text not in first]
        for texts, first in zip((french, english, worldwide), taken, strict=True)
    ]
    wikinews = _wikinews(data.parent / "feeds" / "html")
    return {
        "first": [*wikinews, *(text for each in taken for text in each)],
        "second": [*left[0][4::12][:10], *left[1][20::85][:5], *left[2][20::110][:5]],
    }


def every(texts: Sequence[str], count: int) -> list[str]:
    """So many texts, at equal distances from the first on."""
    return list(texts[:: max(1, len(texts) // count)][:count])


def fits(text: str) -> bool:
    """Whether an article is neither too short nor too long to be taken."""
    return SHORTEST <= len(text.split()) <= LONGEST


def _masakhanews(data: Path, language: Language) -> list[str]:
    """The articles that fit, without their headlines."""
    bodies = (item.text.partition("\n\n")[2] for item in corpora.masakhanews(data, language))
    return [*filter(fits, bodies)]


def _worldwide(data: Path) -> list[str]:
    """The articles that fit, a line of the corpus as a paragraph."""
    bodies = ("\n\n".join(line.text for line in article) for article in readers.worldwide(data))
    return [*filter(fits, bodies)]


def _wikinews(folder: Path) -> Iterator[str]:
    """The headings and paragraphs of the pages of French Wikinews."""
    for path in sorted(folder.glob("wikinews-fr-*.html")):
        page = html.parse(str(path), html.HTMLParser(encoding="utf-8"))
        lines = (" ".join(element.text_content().split()) for element in page.iter("h2", "p"))
        yield "\n\n".join(line for line in lines if line)
