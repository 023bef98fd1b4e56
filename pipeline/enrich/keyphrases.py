"""Picks the phrases that tell what an article is about: its names, and what it says again.

No model is read: words that matter are said more than once, early, and in the headline. How that compares
with the known libraries stands in ``docs/decisions/0017-keyphrases.md``.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, compress
from operator import itemgetter

from pipeline.article import Entity
from pipeline.enrich import sentences

COUNT = 10
"""Most phrases that are given."""

LONGEST = 4
"""Most words in a phrase, small ones such as *of* among them."""

LOOKED_AT = 6000
"""Code points from the start of a body that are read, about 1,000 words."""

LONGEST_HEADLINE = 300
"""Code points from the start of a headline that are read."""

LEAD = 50
"""Words from the start of a text within which a name that stands there but once may be a phrase."""

EARLY = 3.0
"""What a phrase gains by standing at the very start; it falls off over ``LEAD`` words."""

IN_HEADLINE = 1.0
"""What a phrase gains by having all its words in the headline."""

KNOWN = 0.3
"""What an entity gains over a phrase that is none."""

ALONE = 0.6
"""What a single word that is no name is worth beside a phrase or a name."""

LEAST_ALONE = 4
"""How often a single word is said at least that is in no headline and, as its capitals tell, no name."""

_LONGEST_WORD = 40  # code points; what is longer is no word
_SHORTEST = 3  # letters that a word has at least that may say something
_SHORTEST_CAPITALS = 2
_LONGEST_MENTION = 12  # words of a mention; one of more is a mistake
_LONGEST_FIGURE = 2  # digits that may end a name
_CACHED = 2**14  # words of a language, 3.9 MB
_LANGUAGES = 4  # whose words are remembered
_NAME, _WORD, _LINK, _LITTLE, _NUMBER = range(5)
_CONTENT = frozenset([_NAME, _WORD])
_ENDING = _CONTENT | {_NUMBER}
_NO_WORD = ("", _LITTLE, False)

_JOINTS = frozenset([" ", "\u00a0", "\u202f", "'", "’", " '", " ’"])
_CONTINUING = _JOINTS | {", ", "; ", ' "', " «", " «\u00a0", " “", " (", "-", " - ", " – "}
"""What may stand between two words of one phrase, and of one sentence."""

_LINK_WORDS = (
    "of de du des d l la le les del della dello dei degli delle di do da dos das van von der den ten ter "
    "zu zum zur al el bin ibn ben y e"
)
_LINKS = frozenset(_LINK_WORDS.split())
"""Small words that hold a name or a phrase together; any other parts it."""

_CAPITAL_NOUNS = frozenset(["de", "lb"])  # languages that write every noun with a capital
_ENDINGS = {"en": ("ed", "ing", "ly")}
"""Endings of words that are verbs or adverbs more often than things, where they stand alone."""
_SYLLABLES = "\uac00"  # Korean begins here

_STEM = 4  # letters that the forms of a word share at least
_SYLLABLE_STEM = 2
_CUT = 2  # letters of the shortest form that another may lack
_MORE = 3  # letters that another may have more
_LINKS_AT_MOST = 2  # small words on end within a name

_UNSPACED_LOOKED_AT = 2000  # about 1,000 words
_LONGEST_RUN = 16
_LONGEST_CHINESE = 6
_JAPANESE = re.compile(r"[\u3400-\u9fff々]{2,12}|[\u30a1-\u30fa\u30fc]{2,16}")
_CHINESE = re.compile(r"[\u3400-\u9fff]{2,}")
_CHINESE_SMALL = frozenset(
    "的了在是和与及或也都而但被把对从到于将已就还又很这那其此并等们着过之则所为说称有个我你他她不以月日年"
)


@dataclass(slots=True)
class _Reading:
    """The words of headline and body, one entry a word in each list, and what is known of each.

    ``families`` numbers words whose forms differ at the end only; it is -1 for a word that says little.
    """

    text: str
    offset: int  # where the body begins
    starts: list[int]
    ends: list[int]
    folded: list[str]  # in small letters
    kinds: list[int]
    capital: list[bool]
    joined: list[bool]  # to the word before
    families: list[int]
    said: Counter[int]  # how often a family is
    headline: frozenset[int]  # families in it


@dataclass(slots=True)
class _Phrase:
    """What is known of a phrase: its first word's number, how often it stands there, and the places."""

    first: int
    name: bool
    known: bool
    count: int = 0
    in_headline: bool = False
    places: list[tuple[int, int]] = field(default_factory=list)


def keyphrases(headline: str, body: str, language: str, entities: Sequence[Entity] = ()) -> tuple[str, ...]:
    """The phrases of an article, most important first: ``COUNT``, or fewer where little is said twice.

    A phrase has one to ``LONGEST`` words and stands so in headline or body; none has most of its words in
    common with one before, whatever their endings. Of Chinese and Japanese, which have no blanks, a phrase
    is a run of letters that is said again; of other languages without blanks, entities alone are given.

    Args:
        headline: plain text; may be empty.
        body: plain text, of any size.
        language: primary subtag.
        entities: those found in the body; they are kept whole and come before what is none.
    """
    headline, body = headline[:LONGEST_HEADLINE], body[:LOOKED_AT]
    if language in sentences.UNSPACED:
        return _unspaced(headline, body, language, entities)
    reading = _read(headline, body, language)
    phrases = _gathered(reading, entities, language)
    _merged(phrases)
    ranked = sorted(
        (
            (_score(key, phrase, reading), -phrase.first, key)
            for key, phrase in phrases.items()
            if _is_told(key, phrase, reading, language)
        ),
        reverse=True,
    )
    return tuple(_chosen(ranked, phrases, reading))


def _read(headline: str, body: str, language: str) -> _Reading:
    """The words of an article; those of its dateline, byline and credits are read as saying little."""
    text = f"{headline}\n{body}"
    offset = len(headline) + 1
    pieces = sentences.pieces(text)
    gaps, words = pieces[0::2], pieces[1::2]
    ends = [*accumulate(map(len, pieces))][1::2]
    starts = [end - len(word) for end, word in zip(ends, words, strict=True)]
    known = [*map(_words(language).__getitem__, words)]
    folded, kinds, capital = ([*map(itemgetter(place), known)] for place in range(3))
    joined = [*map(_JOINTS.__contains__, gaps[:-1])]
    first = bisect_left(starts, offset)
    for span in sentences.apart(body, language):
        for number in range(bisect_left(starts, span.start + offset), bisect_left(starts, span.end + offset)):
            kinds[number] = _LITTLE
    if language not in _CAPITAL_NOUNS and not body.isupper():
        _mark_names(kinds, folded=folded, capital=capital, joined=joined, gaps=gaps, first=first)
    families = _families(set(compress(folded, map(_CONTENT.__contains__, kinds))))
    numbers = [families[word] if kind in _CONTENT else -1 for word, kind in zip(folded, kinds, strict=True)]
    return _Reading(
        text,
        offset,
        starts,
        ends,
        folded,
        kinds,
        capital,
        joined,
        numbers,
        Counter(numbers),
        frozenset(numbers[:first]),
    )


class _Words(dict[str, tuple[str, int, bool]]):
    """What ``_word`` says of the words of a language; ``_CACHED`` are remembered, then all are forgotten."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._little = sentences.function_words(language)

    def __missing__(self, word: str) -> tuple[str, int, bool]:
        if len(word) > _LONGEST_WORD:
            return _NO_WORD
        if len(self) >= _CACHED:
            self.clear()
        found = self[word] = _word(word, self._little)
        return found


@lru_cache(maxsize=_LANGUAGES)
def _words(language: str) -> _Words:
    return _Words(language)


def _word(word: str, little: frozenset[str]) -> tuple[str, int, bool]:
    """A word in small letters, its kind as far as it tells that itself, and whether it has a capital."""
    folded, capital = word.casefold(), word[0].isupper()
    if word[0].isdigit():
        return folded, _NUMBER, capital
    if folded in _LINKS and not capital:
        return folded, _LINK, capital
    if folded in little:
        return folded, _LITTLE, capital
    least = _SHORTEST_CAPITALS if word.isupper() else _SHORTEST
    short = len(folded) < _SHORTEST_CAPITALS or (len(folded) < least and folded != folded.upper())
    return folded, _LITTLE if short else _WORD, capital


def _mark_names(
    kinds: list[int],
    *,
    folded: Sequence[str],
    capital: Sequence[bool],
    joined: Sequence[bool],
    gaps: Sequence[str],
    first: int,
) -> None:
    """Tells names from words: a capital amid a sentence, or one of a word that is never written small.

    A capital in the headline tells nothing, as some papers write all its words with one.
    """
    numbers = range(first, len(kinds))
    small = {folded[number] for number in numbers if not capital[number]}
    amid = {folded[number] for number in numbers if capital[number] and gaps[number] in _CONTINUING}
    for number, kind in enumerate(kinds):
        if kind != _WORD or not capital[number]:
            continue
        word = folded[number]
        following = number + 1 < len(kinds) and joined[number + 1] and capital[number + 1]
        if word in amid or (word not in small and following and number >= first):
            kinds[number] = _NAME


def _families(words: set[str]) -> dict[str, int]:
    """A number for each word, the same for those that differ in a few letters at the end."""
    families: dict[str, int] = {}
    longest, start, number = -1, "", -1
    for word in sorted(words):
        if len(word) > longest or not word.startswith(start):
            size, number = len(word), number + 1
            least = _STEM if word[0] < _SYLLABLES else _SYLLABLE_STEM
            longest, start = size + _MORE, word[: max(least, size - _CUT)]
        families[word] = number
    return families


def _gathered(reading: _Reading, entities: Sequence[Entity], language: str) -> dict[tuple[int, ...], _Phrase]:
    """The phrases that may be given, by the families of their words."""
    phrases: dict[tuple[int, ...], _Phrase] = {}
    whole = [False] * (len(reading.kinds) + 1)  # within a name: no phrase begins there or ends before it
    known = sorted(set(_known(reading, entities)))
    for first, last in known:
        whole[first + 1 : last] = [True] * (last - first - 1)
        _add(phrases, reading, first, last, name=True, known=True)
    taken = {number for first, last in known for number in range(first, last)}
    for first, last in _names(reading, taken):
        whole[first + 1 : last] = [True] * (last - first - 1)
        _add(phrases, reading, first, last, name=True)
    for first, last in _repeated(reading, whole, nouns=language in _CAPITAL_NOUNS):
        _add(phrases, reading, first, last)
    return phrases


def _add(
    phrases: dict[tuple[int, ...], _Phrase],
    reading: _Reading,
    first: int,
    last: int,
    *,
    name: bool = False,
    known: bool = False,
) -> None:
    """Counts one place where a phrase stands, unless it is too long to be one."""
    if last - first > LONGEST:
        return
    key = tuple(reading.families[first:last])
    if -1 in key:
        key = tuple([family for family in key if family >= 0])
        if not key:
            return
    phrase = phrases.get(key)
    if phrase is None:
        phrase = phrases[key] = _Phrase(first, name, known)
    phrase.count += 1
    phrase.name |= name
    phrase.known |= known
    phrase.in_headline |= reading.ends[first] < reading.offset
    phrase.places.append((reading.starts[first], reading.ends[last - 1]))


def _known(reading: _Reading, entities: Sequence[Entity]) -> Iterator[tuple[int, int]]:
    """The first word of each mention of an entity, and the word after; small words at its edges are cut."""
    for entity in entities:
        for mention in entity.mentions:
            first = bisect_left(reading.starts, mention.start + reading.offset)
            last = bisect_left(reading.starts, mention.end + reading.offset)
            while first < last and reading.kinds[first] not in _CONTENT:
                first += 1
            while first < last and reading.kinds[last - 1] not in _ENDING:
                last -= 1
            if 0 < last - first <= _LONGEST_MENTION:
                yield first, last


def _names(reading: _Reading, taken: set[int]) -> Iterator[tuple[int, int]]:
    """The first word of each name that no entity has, and the word after it; small words may stand within."""
    kinds, joined = reading.kinds, reading.joined
    number = 0
    while number < len(kinds):
        first, number = number, number + 1
        if kinds[first] != _NAME or first in taken:
            continue
        last = number
        while (
            number < len(kinds) and joined[number] and number - last < _LINKS_AT_MOST and number not in taken
        ):
            if _goes_on(reading, number, last):
                last = number + 1
            elif kinds[number] != _LINK and not reading.capital[number]:
                break
            number += 1
        if last not in taken or not joined[last]:  # else a title before an entity
            yield first, last
        number = last


def _goes_on(reading: _Reading, number: int, last: int) -> bool:
    """Whether a name that reaches to ``last`` so far reaches further, up to this word."""
    kind, before = reading.kinds[number], reading.kinds[number - 1]
    if kind == _NUMBER:  # Ligue 1
        return number == last and reading.ends[number] - reading.starts[number] <= _LONGEST_FIGURE
    return kind == _NAME or (kind == _LITTLE and before == _LINK and reading.capital[number])


def _repeated(reading: _Reading, whole: Sequence[bool], *, nouns: bool) -> Iterator[tuple[int, int]]:
    """The first word, and the word after the last, of each phrase whose words are all said more than once."""
    kinds, joined, families, said = reading.kinds, reading.joined, reading.families, reading.said
    often = [family >= 0 and said[family] > 1 for family in families]
    for first in range(len(kinds)):
        if not often[first] or whole[first]:
            continue
        plain = False
        for number in range(first, min(len(kinds), first + LONGEST)):
            if number > first and not joined[number]:
                break
            if often[number]:
                plain = plain or kinds[number] == _WORD
                if plain and not whole[number + 1] and (not nouns or reading.capital[number]):
                    yield first, number + 1
            elif kinds[number] != _LINK:
                break


def _merged(phrases: dict[tuple[int, ...], _Phrase]) -> None:
    """Counts a last name for the full name that is said most, in its place."""
    full: dict[int, tuple[int, ...]] = {}
    for key, phrase in phrases.items():
        if phrase.name and 1 < len(key) < LONGEST:
            other = full.get(key[-1])
            if other is None or phrases[other].count < phrase.count:
                full[key[-1]] = key
    for family, key in full.items():
        short = phrases.get((family,))
        if short is not None and short.name:
            phrase = phrases[key]
            phrase.count += short.count
            phrase.in_headline |= short.in_headline
            phrase.first = min(phrase.first, short.first)
            del phrases[(family,)]


def _is_told(key: tuple[int, ...], phrase: _Phrase, reading: _Reading, language: str) -> bool:
    """Whether a phrase stands there often enough, or in a place that counts, to be what the text is about."""
    if phrase.name:
        return phrase.count > 1 or phrase.in_headline or phrase.first < LEAD
    if len(key) > 1:
        return phrase.count > 1
    word = reading.folded[phrase.first]
    endings = _ENDINGS.get(language)
    if endings and any(reading.text[start:end].endswith(endings) for start, end in phrase.places):
        return False
    if language in _CAPITAL_NOUNS or word == word.upper():  # names look like any other word
        return phrase.count > 1
    return phrase.count >= (2 if phrase.in_headline else LEAST_ALONE)


def _score(key: tuple[int, ...], phrase: _Phrase, reading: _Reading) -> float:
    """What a phrase is worth: how often it and its words are said, how early, and whether in the headline."""
    score = (
        math.log1p(phrase.count)
        * sum(math.log1p(reading.said[family]) for family in key)
        / math.sqrt(len(key))
    )
    score *= 1 + EARLY * math.exp(-phrase.first / LEAD)
    score *= 1 + IN_HEADLINE * sum(family in reading.headline for family in key) / len(key)
    if phrase.known:
        score *= 1 + KNOWN
    return score * (ALONE if len(key) == 1 and not phrase.name else 1)


def _chosen(
    ranked: Iterable[tuple[float, int, tuple[int, ...]]],
    phrases: dict[tuple[int, ...], _Phrase],
    reading: _Reading,
) -> Iterator[str]:
    """The first phrases that do not say again what one before them says, each in its most frequent form."""
    given: list[set[int]] = []
    for _, _, key in ranked:
        words = set(key)
        if any(2 * len(words & other) > min(len(words), len(other)) for other in given):
            continue
        given.append(words)
        places = phrases[key].places
        inside = [place for place in places if place[0] >= reading.offset] or places
        yield Counter(reading.text[start:end] for start, end in inside).most_common(1)[0][0]
        if len(given) == COUNT:
            return


def _unspaced(headline: str, body: str, language: str, entities: Sequence[Entity]) -> tuple[str, ...]:
    """The phrases of an article whose words are not parted: entities, and runs of letters said again."""
    text = f"{headline}\n{body[:_UNSPACED_LOOKED_AT]}"
    counts = _runs(text, language)
    scores = {run: math.log(count) * math.sqrt(len(run)) for run, count in counts.items()}
    for entity in entities:
        if len(entity.text) <= _LONGEST_RUN and entity.text in text and sentences.words(entity.text):
            scores[entity.text] = math.log1p(entity.count) * math.sqrt(len(entity.text)) * (1 + KNOWN)
    for run in scores:
        place = text.find(run)
        scores[run] *= 1 + EARLY * math.exp(-max(place, 0) / (2 * LEAD))
        scores[run] *= 1 + IN_HEADLINE * (0 <= place < len(headline))
    given: list[str] = []
    for run in sorted(scores, key=lambda each: (-scores[each], each)):
        if len(given) < COUNT and not any(run in other or other in run for other in given):
            given.append(run)
    return tuple(given)


def _runs(text: str, language: str) -> dict[str, int]:
    """Runs of letters that stand in a text more than once and may be words, and how often each does.

    Japanese changes its letters between words: a run is Chinese characters or katakana. Of Chinese, all runs
    are counted that do not begin or end in a small word and are no part of a longer run as frequent.
    """
    if language == "ja":
        counts = Counter(_JAPANESE.findall(text))
    elif language == "zh":
        counts = Counter(
            run[start : start + length]
            for run in _CHINESE.findall(text)
            for length in range(2, _LONGEST_CHINESE + 1)
            for start in range(len(run) - length + 1)
        )
    else:
        counts = Counter[str]()
    often = {run: count for run, count in counts.items() if count > 1}
    parts = {part for run, count in often.items() for part in (run[1:], run[:-1]) if often.get(part) == count}
    little = sentences.function_words(language)
    return {
        run: count
        for run, count in often.items()
        if not (language == "zh" and (run in parts or run[0] in _CHINESE_SMALL or run[-1] in _CHINESE_SMALL))
        and run not in little
    }
