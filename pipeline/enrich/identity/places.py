"""Gives the places that an article names their identity: countries by ISO 3166-1, all else by GeoNames id.

The gazetteer is the file in ``gazetteer/``; the README.md there tells its sources and their licences.

**The score.** Each place that a name may mean has a weight: how important it is, times how well the name fits
it, times what the rest of the article says for it. Its score is its share in the sum of those weights and of
``UNKNOWN``, which stands for all of that name that the gazetteer does not have. It is an ordering with a
threshold and no probability; ``CLEAR`` was chosen on names that were decided by hand, see ``docs/places.md``.

- importance: people who live there; a country or territory at least ``SMALLEST_TERRITORY``, times
  ``TERRITORY``; a capital at least ``SMALLEST_CAPITAL``, times ``CAPITAL``; what the article's language has a
  name of its own for (Venedig) at least ``WELL_KNOWN``;
- fit: 1 for a name in the article's language or in any, ``FOREIGN`` for one in another language, which counts
  only where no place of weight ``RIGHTFUL`` has the name by right; times ``LOOSE`` for a name that is rather
  another's, or of no known language;
- context: 1, plus for the share of the article's other places that lie in the same country ``SAME_COUNTRY``,
  in the same region ``SAME_REGION``, and, for a region, that are its sisters ``SISTER_REGION``; times
  ``NEIGHBOUR`` for a country if one that it borders on is named, ``AMONG_COUNTRIES`` for a capital if any
  country is. Only places that are clear by themselves count.

A qualifier right after the name (Paris, Texas; Vancouver (Canada)) rules all others out. Of two that lie in
one another and share a name, the country is meant rather than its capital.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from msgspec import UNSET

from pipeline.article import Identity, Point
from pipeline.enrich.identity.places_names import LONGEST, folded, forms, inflects, key
from pipeline.enrich.identity.places_table import FOLD, Link, Place, Table, read

CLEAR = 0.9
"""Score from which a place is the identity of a name; below, it is one of several that the name may mean."""

UNKNOWN = 10_000.0
"""Weight of what is called so and stands in no gazetteer: a village, a hotel, a farm."""

# The terms of the score, as the module says above.
TERRITORY = 3.0
SMALLEST_TERRITORY = 1_000_000
CAPITAL = 10.0
SMALLEST_CAPITAL = 100_000
WELL_KNOWN = 200_000
FOREIGN = 0.05
RIGHTFUL = 100_000
LOOSE = 0.1
SAME_REGION = 500.0
SAME_COUNTRY = 100.0
SISTER_REGION = 500.0
NEIGHBOUR = 3.0
AMONG_COUNTRIES = 10.0
QUALIFIED = 100.0

MOST_CANDIDATES = 5
"""Places that are given for a name that stays open, at most."""

LEAST_SCORE = 0.01
"""Places below this score are not given."""

MOST_MENTIONS = 5
"""Mentions of a name that a qualifier is looked for after, at most."""

QUALIFIER = 48
"""Code points after a name that a qualifier may reach into."""

_OPENS_QUALIFIER = re.compile(r"\s{0,2}[,(\uff08]\s{0,2}")
_CLOSES_QUALIFIER = re.compile(r"[)\uff09;:]")
_WITHIN = re.compile(r"\s{0,2}[,(\uff08]\s{0,2}|[)\uff09]")

KEPT = 8192
"""Names whose meanings by themselves are kept in memory; an article has few that the last ones had not."""

WORDS_IN_QUALIFIER = 4
MOST_SMALL_WORDS = 3
"""Words in small letters that are passed over before a qualifier: Paris, au Texas."""

LONGEST_ABBREVIATION = 4
"""Letters of an abbreviation that could be a word in small letters: La., Pa., Ill., Wash."""

_AROUND_WORD = ",\"'«»“”"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name means in an article.

    Attributes:
        identity: the place, where it is clear.
        candidates: where it is not, the places that it may be, most likely first.
    """

    identity: Identity | None = None
    candidates: tuple[Identity, ...] = ()


class _Candidate(NamedTuple):
    """A place that a name may mean: how likely, and whether the name is its own in the article's language."""

    place: Place
    weight: float
    fits: bool
    proper: bool


class _Evidence:
    """What the places of an article that are clear by themselves say for the others."""

    def __init__(self, clear: Iterable[Place]) -> None:
        self._places = frozenset(place for place in clear if place.country)
        self._signs = Counter(sign for place in self._places for sign in _signs(place))

    def factor(self, candidate: _Candidate, apart: Place | None) -> float:
        """What the weight of a candidate is to be multiplied with.

        Args:
            candidate: one of the places that a name may mean.
            apart: the place that this name would mean by itself. Neither it nor the candidate is evidence:
                that North Korea is named too does not tell which Korea is.
        """
        place = candidate.place
        no_evidence = self._places & {place, apart}
        own = [sign for each in no_evidence for sign in _signs(each)]
        named = len(self._places) - len(no_evidence)
        if not named or not place.country:
            return 1.0

        def share(*sign: str) -> float:
            return (self._signs[sign] - own.count(sign)) / named

        factor = 1 + SAME_COUNTRY * share("in", place.country)
        if place.region:
            factor += SAME_REGION * share("in", place.country, place.region)
        if place.kind == "region":
            factor += SISTER_REGION * share("region", place.country)
        if place.kind == "territory" and candidate.proper:
            factor *= NEIGHBOUR if any(share("territory", each) for each in place.neighbours) else 1.0
        if place.kind == "capital" and share("territory"):
            factor *= AMONG_COUNTRIES
        return factor


def _signs(place: Place) -> Iterator[tuple[str, ...]]:
    """What a place tells of others, once it is named."""
    yield "in", place.country
    if place.region:
        yield "in", place.country, place.region
    if place.kind == "region":
        yield "region", place.country
    if place.kind == "territory":
        yield ("territory",)
        yield "territory", place.country


class Gazetteer:
    """The places that names mean; safe for any strings, and free of side effects."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._candidates = lru_cache(maxsize=KEPT)(self._weighed)
        self._wider = lru_cache(maxsize=KEPT)(self._countries_and_regions)

    def resolve(
        self, names: Mapping[str, Sequence[int]], language: str = "", text: str = ""
    ) -> dict[str, Meaning]:
        """What each name means, in the light of all the others.

        Args:
            names: the names of all places of an article as it writes them, each with where its mentions end
                in ``text``, in code points; may be empty.
            language: primary subtag of the article's language; empty where it is not known.
            text: the article, to look for qualifiers in.

        Returns:
            The meanings of those that the gazetteer knows, by name, in their order.
        """
        found = {name: self._candidates(name, language) for name in names if len(name) <= LONGEST}
        clear = {name: _clear(candidates) for name, candidates in found.items() if candidates}
        evidence = _Evidence(filter(None, clear.values()))
        meanings = {}
        for name, alone in clear.items():
            candidates = self._qualified(found[name], names[name], language, text)
            meanings[name] = _meaning(
                [each._replace(weight=each.weight * evidence.factor(each, alone)) for each in candidates]
            )
        return meanings

    def _weighed(self, name: str, language: str) -> tuple[_Candidate, ...]:
        """All that a name may mean, weighed without the article."""
        links = self._links(name, language)
        if not links and (within := _WITHIN.search(name)):
            around = self._weighed(name[: within.start()], language)
            return self._narrowed(around, [name[within.start() :]], language)
        candidates: dict[int, _Candidate] = {}
        for link in links:
            place = self._table.place(link.number)
            fits = not link.languages or language in link.languages
            weight = _weight(place, fits=fits, loose=bool(link.use), own=bool(link.languages))
            found = _Candidate(place, weight, fits, fits and not link.use)
            known = candidates.get(link.number)
            if known is None or (found.fits, found.weight) > (known.fits, known.weight):
                candidates[link.number] = found
        return tuple(_outermost(_at_home(candidates.values())))

    def _links(self, name: str, language: str) -> list[Link]:
        """The entries for a name: as it is written, else without diacritics, else in other forms."""
        wanted = key(name)
        if len(wanted) > LONGEST:
            return []
        found = self._spelled(wanted, capitals=name.isupper())
        for form in () if found else forms(wanted, language):
            found += self._spelled(form)
            if found and not inflects(language):  # there a form may be that of several names
                break
        return found

    def _spelled(self, form: str, *, capitals: bool = False) -> list[Link]:
        """The entries for a key, and where there are none, or in capitals, for it without diacritics."""
        links = list(self._table.links(form))
        if not links or capitals:
            bare = folded(form)
            links += self._table.links(FOLD + bare)
            if bare != form:
                links += self._table.links(bare)
        return [link for link in links if link.use != "?"]

    def _qualified(
        self, candidates: tuple[_Candidate, ...], ends: Sequence[int], language: str, text: str
    ) -> tuple[_Candidate, ...]:
        """Those that lie where the text says right after a mention; all of them where it does not."""
        if len(candidates) == 1 and _clear(candidates):
            return candidates
        after = [text[end : end + QUALIFIER] for end in ends[:MOST_MENTIONS] if end >= 0]
        return self._narrowed(candidates, after, language) or candidates

    def _narrowed(
        self, candidates: tuple[_Candidate, ...], after: Iterable[str], language: str
    ) -> tuple[_Candidate, ...]:
        """Those that lie in a country or region that one of the texts begins with."""
        wider = [place for each in after for place in self._qualifier(each, language)]
        return tuple(
            each._replace(weight=each.weight * QUALIFIED)
            for each in candidates
            if any(_lies_in(each.place, place) for place in wider)
        )

    def _qualifier(self, after: str, language: str) -> tuple[Place, ...]:
        """The countries and regions that a text begins with, after a comma or bracket."""
        opened = _OPENS_QUALIFIER.match(after)
        words = _CLOSES_QUALIFIER.split(after[opened.end() :], 1)[0].split() if opened else []
        small = next((at for at, word in enumerate(words[:MOST_SMALL_WORDS]) if not word[0].islower()), 0)
        words = words[small : small + WORDS_IN_QUALIFIER]
        for count in range(len(words), 0, -1):
            if places := self._wider(" ".join(words[:count]).strip(_AROUND_WORD), language):
                return places
        return ()

    def _countries_and_regions(self, phrase: str, language: str) -> tuple[Place, ...]:
        """Those that have a name; abbreviations (Ill., NSW) only if they look like one."""
        abbreviated = phrase.isupper() or phrase.endswith(".")
        wanted = key(phrase)
        return tuple(
            place
            for form in (wanted, *forms(wanted, language))
            for link in self._table.links(form)
            if link.use != "?" or abbreviated or len(form) > LONGEST_ABBREVIATION
            if (place := self._table.place(link.number)).kind in {"territory", "region"}
        )


@cache
def load() -> Gazetteer:
    """The gazetteer that ships; read once a process.

    Raises:
        OSError: its file cannot be read.
    """
    return Gazetteer(read())


def importance(place: Place) -> float:
    """How likely a place is to be meant by its name alone, in people."""
    if place.kind == "territory":
        return TERRITORY * max(place.population, SMALLEST_TERRITORY)
    if place.kind == "capital":
        return CAPITAL * max(place.population, SMALLEST_CAPITAL)
    return float(place.population)


def _weight(place: Place, *, fits: bool, loose: bool, own: bool) -> float:
    """The weight of a place under a name: one of the article's language, a loose one, of some languages."""
    weight = importance(place)
    if loose and place.kind == "territory":  # Congo is not the likelier one for having more people
        weight = TERRITORY * SMALLEST_TERRITORY
    elif own and fits and not loose:
        weight = max(weight, WELL_KNOWN)
    return weight * (1.0 if fits else FOREIGN) * (LOOSE if loose else 1.0)


def _at_home(candidates: Collection[_Candidate]) -> list[_Candidate]:
    """Without those of another language, where the name is a place's own in the article's."""
    taken = any(each.proper and each.weight >= RIGHTFUL for each in candidates)
    return [each for each in candidates if each.fits or not taken]


def _outermost(candidates: Sequence[_Candidate]) -> Iterator[_Candidate]:
    """Without those that lie in another candidate which the name rather means."""
    for inner in candidates:
        if not any(
            outer.proper
            and _lies_in(inner.place, outer.place)
            and (outer.place.kind == "territory" or not inner.proper)
            for outer in candidates
        ):
            yield inner


def _lies_in(inner: Place, outer: Place) -> bool:
    if inner == outer or inner.country != outer.country:
        return False
    if outer.kind == "territory":
        return True
    return outer.kind == "region" and inner.region == outer.region and inner.kind != "territory"


def _ranked(candidates: Iterable[_Candidate]) -> list[tuple[float, Place]]:
    """The candidates with their scores, best first."""
    ranked = sorted(candidates, key=lambda each: (-each.weight, each.place.id))
    total = sum(each.weight for each in ranked) + UNKNOWN
    return [(each.weight / total, each.place) for each in ranked]


def _clear(candidates: Iterable[_Candidate]) -> Place | None:
    """The place that a name means by itself, if that is clear."""
    score, place = _ranked(candidates)[0]
    return place if score >= CLEAR else None


def _meaning(candidates: Iterable[_Candidate]) -> Meaning:
    ranked = _ranked(candidates)[:MOST_CANDIDATES]
    if ranked[0][0] >= CLEAR:
        return Meaning(identity=_identity(*ranked[0]))
    return Meaning(candidates=tuple(_identity(*each) for each in ranked if each[0] >= LEAST_SCORE))


def _identity(score: float, place: Place) -> Identity:
    point = Point(lat=place.point[0], lon=place.point[1]) if place.point else UNSET
    return Identity(
        id=place.id, name=place.name, score=round(score, 4), country=place.country or UNSET, point=point
    )
