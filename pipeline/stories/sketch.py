"""What is kept of an article to find others that tell the same story, and how alike two of them are.

A story is told by its headline and first words: those are compared by pieces of words, which takes endings
and compounds as they come, in any language. Articles worth comparing share a band of a MinHash signature.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice, pairwise
from zlib import crc32

import numpy as np
from rensa import RMinHash

from pipeline.article import EnrichedArticle, earliest
from pipeline.enrich import sentences

LEAD = 45
"""Words of the body that are looked at, beside the headline."""

LEAST_HEAD = 5
"""A headline of fewer words says too little; the first words of the body make up for it."""

HEAD = 12
"""Words that stand for a headline where there is none, or too short a one."""

LEAST_WORDS = 3
"""Articles with fewer words that say something are compared with none."""

SIGNED = 30
"""Words of the body that the signature is of, beside the headline."""

STEM = 6
"""Letters that stand for all forms of a word in the signature."""

LONG = 5
"""Letters of a word of the signature at least, in scripts with capitals: most shorter ones say little."""

PIECE = 4
"""Letters of the pieces of words, the blanks around a word among them."""

BANDS, ROWS = 24, 2
"""Numbers of the signature that have to agree for two articles to be compared: all rows of any band."""

CODE = 4
"""Letters that a band ends with: they stand for its numbers."""

BITS = 2**13
"""Length of the set of a text's pieces: two pieces fall on one bit once in so many times."""

CHANCE = 0.0006
"""Share of a headline's pieces that stand in a text on something else, for each of the text's pieces."""

WINDOW = timedelta(days=3)
"""Articles further apart are not compared."""

FADING = 0.1
"""How much less alike two articles are for each day between them."""

SCHEME = "2"
"""One letter. Bands of different schemes never agree; raise it with whatever changes a signature."""

_LOOKED_AT = 2000  # code points of a body that have its first words, datelines and credits before them
_LEAD_LOOKED_AT = 900  # of the story that begins then: HEAD and LEAD words are no longer
_HEAD_LOOKED_AT = 900  # of a headline: no longer one is a headline, and what is kept of it is bounded
_CACHED = 2**13  # texts, some 1.5 kB each: candidates come again and again
_WORD = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*")
_UNSPACED = re.compile(r"([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+)")
_SIGNS = re.compile(
    "["
    + "".join(chr(code) for code in range(0x300, 0x10000) if unicodedata.category(chr(code))[0] == "M")
    + "]"
)
_SEED = 1
_WEIGHTS = np.array(
    [0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93], np.uint64
)
_SHIFT = np.uint64(64 - (BITS - 1).bit_length())


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is compared of an article.

    Attributes:
        moment: when it was written.
        head: the words of its headline, evened out and parted by blanks.
        lead: the words after it, likewise.
        bands: terms, one or more of which every article worth comparing has.
        head_pieces: the pieces of the headline's words, as a set of bits.
        lead_pieces: those of headline and lead together.
    """

    moment: datetime
    head: str
    lead: str
    bands: tuple[str, ...]
    head_pieces: int
    lead_pieces: int


def sketch(article: EnrichedArticle) -> Sketch | None:
    """What is compared of an article; none for one that says too little, or was killed."""
    if article.status == "canceled":
        return None
    language = (article.language or "").partition("-")[0]
    return of_text(article.headline or "", article.body or article.summary or "", language, moment(article))


def moment(article: EnrichedArticle) -> datetime:
    """When an article was written, else changed, else received; the first instant that the date may mean."""
    date = article.created or article.modified
    return earliest(date) if date else article.received


def of_text(headline: str, body: str, language: str, written: datetime) -> Sketch | None:
    """As ``sketch``, of the texts themselves.

    Args:
        headline: plain text; may be empty.
        body: plain text, of any size; may be empty.
        language: primary subtag; it tells which words say little, and may be unknown.
        written: when, aware of its time zone.
    """
    head = list(words(headline[:_HEAD_LOOKED_AT]))
    lead = list(islice(words(_story(body, language)[:_LEAD_LOOKED_AT]), HEAD + LEAD))
    if len(head) < LEAST_HEAD:
        missing = HEAD - len(head)
        head, lead = head + lead[:missing], lead[missing:]
    lead = lead[:LEAD]
    stems = _stems([*head, *lead[:SIGNED]])
    if len(stems) < LEAST_WORDS:
        return None
    return restored(" ".join(head), " ".join(lead), bands(signature(stems)), written)


def restored(head: str, lead: str, terms: Sequence[str], written: datetime) -> Sketch:
    """A sketch from what was kept of it; without terms it can be compared, but not found."""
    pieces = _pieces(head)
    return Sketch(written, head, lead, tuple(terms), pieces, pieces | _pieces(lead))


def words(text: str) -> Iterator[str]:
    """The words and numbers of a text without capitals and accents; pairs of letters in unspaced scripts."""
    for found in _WORD.finditer(_folded(text)):
        word = found[0]
        if word.isascii():
            yield word
        else:
            yield from _apart(word)


def signature(stems: Sequence[str]) -> list[int]:
    """The MinHash of a set of words: the more of its numbers agree with another's, the more words do."""
    made = RMinHash(num_perm=BANDS * ROWS, seed=_SEED)
    made.update(stems)
    numbers: list[int] = made.digest()
    return numbers


def bands(numbers: Sequence[int]) -> tuple[str, ...]:
    """The terms of a signature, one a band."""
    rows = [numbers[start : start + ROWS] for start in range(0, BANDS * ROWS, ROWS)]
    hashed = (crc32(b"".join(row.to_bytes(4, "little") for row in each)) for each in rows)
    return terms(urlsafe_b64encode(b"".join((each >> 8).to_bytes(3, "little") for each in hashed)).decode())


def codes(bands: Iterable[str]) -> str:
    """The ends of bands, one after the other: what ``terms`` makes bands from again."""
    return "".join(band[-CODE:] for band in bands)


def terms(codes: str) -> tuple[str, ...]:
    """The bands that end with these codes, in their order."""
    return tuple(
        f"{SCHEME}{place:02x}{codes[place * CODE : (place + 1) * CODE]}"
        for place in range(len(codes) // CODE)
    )


def similarity(first: Sketch, second: Sketch) -> float:
    """How sure it is that two articles tell the same story: 1 at most, and less the further they are apart.

    It is the share of either headline's pieces that stand in the other's headline or lead, averaged, less
    what stands there by chance.
    """
    apart = abs(first.moment - second.moment) / timedelta(days=1)
    shares = _share(first.head_pieces, second.lead_pieces) + _share(second.head_pieces, first.lead_pieces)
    return shares / 2 - FADING * apart


def _share(part: int, whole: int) -> float:
    share = (part & whole).bit_count() / part.bit_count()
    chance = (CHANCE + 1 / BITS) * whole.bit_count()
    return (share - chance) / (1 - chance)


def _story(body: str, language: str) -> str:
    """The beginning of a body without dateline, bylines and credits, which differ between pick-ups."""
    body = body[:_LOOKED_AT]
    kept, start = [], 0
    for span in sorted(sentences.apart(body, language), key=lambda span: span.start):
        kept.append(body[start : max(start, span.start)])
        start = max(start, span.end)
    return "\n".join([*kept, body[start:]])


def _stems(told: Sequence[str]) -> list[str]:
    """The beginnings of the words that say something, each once, in order."""
    return sorted({word[:STEM] for word in told if len(word) >= LONG or word[0].isdigit() or _caseless(word)})


def _caseless(word: str) -> bool:
    """Whether a word is of a script without capitals, where words that matter may be short."""
    return len(word) > 1 and word == word.upper()


def _folded(text: str) -> str:
    plain = unicodedata.normalize(
        "NFKD", unicodedata.normalize("NFKD", text).casefold()
    )  # some capitals are compatibility forms
    return plain if plain.isascii() else _SIGNS.sub("", plain)


def _apart(word: str) -> Iterator[str]:
    """A word, or pairs of letters of each part that is in a script without blanks between words."""
    for place, part in enumerate(_UNSPACED.split(word)):
        if place % 2 == 0 or len(part) == 1:
            yield from [part] if part else []
        else:
            yield from map("".join, pairwise(part))


@lru_cache(maxsize=_CACHED)
def _pieces(told: str) -> int:
    """The pieces of words that are parted by blanks, as a set of bits.

    Each falls on the upper bits of a sum of products, as multiply-shift hashing of vectors has it
    ("Universal Hashing and k-wise Independent Random Variables via Integer Arithmetic", 1996).
    """
    if not told:
        return 0
    letters = np.frombuffer(f" {told}  ".encode("utf-32-le"), np.uint32).astype(np.uint64)
    blank = letters == ord(" ")
    # All that stands side by side: pieces have no blank within, and a single letter has one on each side.
    first, second, third, fourth = (letters[at : at - PIECE + 1 or None] for at in range(PIECE))
    before, second_is_blank, third_is_blank = (blank[at : at - PIECE + 1] for at in range(PIECE - 1))
    of_three = first * _WEIGHTS[0] + second * _WEIGHTS[1] + third * _WEIGHTS[2]
    of_four = of_three + fourth * _WEIGHTS[3]
    found = np.zeros(BITS, np.bool_)
    found[(of_four >> _SHIFT)[~(second_is_blank | third_is_blank)]] = True
    found[(of_three >> _SHIFT)[before & ~second_is_blank & third_is_blank]] = True
    return int.from_bytes(np.packbits(found, bitorder="little").tobytes(), "little")
