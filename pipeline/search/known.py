"""Who bears a name, in any language and spelling: the tables of the enricher, and the newsroom's own lists.

They are read once a process, when the first name is asked for; the own lists again when they change.
"""

from __future__ import annotations

import threading
import time
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import structlog

from pipeline.article import Label
from pipeline.enrich.identity import alias_folder, alias_lists
from pipeline.enrich.identity.alias_folder import Stamp
from pipeline.enrich.identity.alias_lists import EVERY, Entry, ListError
from pipeline.enrich.identity.places import SMALLEST_TERRITORY, TERRITORY, WELL_KNOWN, importance
from pipeline.enrich.identity.places_names import LONGEST, folded, forms, key
from pipeline.enrich.identity.places_table import FOLD, Link, Place, Table, read
from pipeline.search.spelling import bare, spelled, spellings

MOST = 3
"""Identities that one name may mean; of organisations, what means more tells nothing."""

CHECK_S = 1.0
"""Seconds between two looks at the folder of lists."""

_AS_LIKELY = 0.1  # of the likeliest place; below it a place is not meant
_LARGE_TOWN = 1_000_000
_LONG = 5  # letters from which a country's name is no other word
_ACRONYM = 5
_ENDINGS = {"CYRILLIC": "ru", "ARABIC": "ar"}

log = structlog.get_logger(__name__)


class Bearer(NamedTuple):
    """One who has a name, and how: in every language, as the first of all names, as an acronym."""

    id: str
    label: Label
    every: bool
    own: bool
    acronym: bool


class Meaning(NamedTuple):
    """Who is meant by a name, the likeliest first.

    Attributes:
        doubtful: whether it may as well be a word that is no name: one in small letters, or in a script that
            has no capitals, unless it is that of a country, region, capital or large town.
    """

    ids: tuple[str, ...] = ()
    doubtful: bool = False


class Lists:
    """Names of lists, by their spelling without case, accents, dots and dashes."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._bearers: dict[str, tuple[Bearer, ...]] = {}
        for entry in entries:
            for language, name in entry.names:
                acronym = name.isupper() and len(name) <= _ACRONYM
                own = name == entry.identity.name
                one = Bearer(entry.identity.id, entry.label, language == EVERY, own, acronym)
                self._add(spelled(name), one)

    def find(self, spelling: str) -> tuple[Bearer, ...]:
        """All who have a name; of an identity that has it several times, once."""
        return self._bearers.get(spelling, ())

    def _add(self, spelling: str, one: Bearer) -> None:
        before = self._bearers.get(spelling)
        if before is None:
            self._bearers[spelling] = (one,)
            return
        same = next((each for each in before if each[:2] == one[:2]), None)
        others = tuple(each for each in before if each is not same)
        self._bearers[spelling] = (*others, _merged(one, same) if same else one)


def _merged(one: Bearer, other: Bearer) -> Bearer:
    return Bearer(
        one.id, one.label, one.every or other.every, one.own or other.own, one.acronym or other.acronym
    )


class Known:
    """All names that are known.

    Args:
        own: the newsroom's own lists; what they know is looked up nowhere else.
        shipped: the organisations that Newswire comes with.
        places: the gazetteer.
    """

    def __init__(self, own: Lists, shipped: Lists, places: Table) -> None:
        self._own = own
        self._shipped = shipped
        self._places = places

    def meaning(self, name: str, label: Label | None = None) -> Meaning:
        """Who is meant by a name as it was typed; nobody where it is none.

        Args:
            name: in any language.
            label: what it must be the name of.
        """
        for typed in bare(name):
            if len(typed) > LONGEST or not (spelling := spelled(typed)):
                continue
            for each in spellings(spelling):
                written = typed if each == spelling else each
                if ids := self._ids(written, each, label):
                    return Meaning(ids, label is None and self._is_doubtful(typed, written))
        return Meaning()

    def _ids(self, name: str, spelling: str, label: Label | None) -> tuple[str, ...]:
        own = [one for one in self._own.find(spelling) if label in {None, one.label}]
        if own:
            return _few(own)
        listed = [one for one in self._shipped.find(spelling) if label in {None, one.label}]
        places = _likely(self._places, self._links(name)) if label in {None, "LOC"} else []
        if places and listed:
            listed, places = _of_either(listed, places)
        organizations = _few(listed)
        room = MOST - min(len(organizations), 1)
        ids = (*[place.id for _, place in places][:room], *organizations)
        return tuple(dict.fromkeys(ids))[:MOST]

    def _links(self, name: str) -> tuple[Link, ...]:
        """The gazetteer's entries for a name: as it is written, without its accents, or in its basic form."""
        wanted = key(name)
        script = unicodedata.name(wanted[:1] or " ", "").partition(" ")[0]
        inflected = forms(wanted, _ENDINGS[script]) if script in _ENDINGS else ()
        for form in (wanted, *inflected):
            bare = folded(form)
            for spelling in dict.fromkeys((form, FOLD + bare, bare)):
                if links := self._places.links(spelling):
                    return links
        return ()

    def _is_doubtful(self, typed: str, name: str) -> bool:
        """Whether what was typed may be words that are no name."""
        if typed.isupper():
            return False
        has_capitals = typed.lower() != typed.upper()
        short = has_capitals and len(name) < _LONG  # without capitals, two signs may be a whole country
        if typed != typed.lower() and not short:
            return False
        return short or not any(
            place.kind != "city" or place.population >= _LARGE_TOWN
            for _, place in _likely(self._places, self._links(name))
        )


def _few(bearers: Sequence[Bearer]) -> tuple[str, ...]:
    """Those who have it as the first of their names, else in every language, else all; nobody if too many."""
    for chosen in (
        [one for one in bearers if one.own],
        [one for one in bearers if one.every],
        list(bearers),
    ):
        if chosen:
            ids = tuple(dict.fromkeys(one.id for one in chosen))
            return ids if len(ids) <= MOST else ()
    return ()


def _likely(table: Table, links: Iterable[Link]) -> list[tuple[Link, Place]]:
    """The places that a name means by itself, the likeliest first; see the enricher for the weights."""
    weights: dict[str, tuple[float, Link, Place]] = {}
    for link in links:
        place = table.place(link.number)
        if link.use == "?" or (link.use and place.kind != "territory"):
            continue
        weight = TERRITORY * SMALLEST_TERRITORY if link.use else importance(place)
        if weight > weights.get(place.id, (0.0,))[0]:
            weights[place.id] = weight, link, place
    ranked = sorted(weights.values(), key=lambda each: (-each[0], each[2].id))[:MOST]
    return [(link, place) for weight, link, place in ranked if weight >= _AS_LIKELY * ranked[0][0]]


def _of_either(
    listed: list[Bearer], places: list[tuple[Link, Place]]
) -> tuple[list[Bearer], list[tuple[Link, Place]]]:
    """Whether organisations or places are meant by a name that both have.

    An acronym is whose it is in every language: ``EU`` is no country, though it is one in French. Another
    name is the place's, if that is well known, and an organisation's only if it is the first of its names:
    ``Cologne`` is no club, but ``Lens`` may be.
    """
    acronyms = [one for one in listed if one.acronym and one.every]
    if acronyms and all(link.languages or place.kind != "territory" for link, place in places):
        return acronyms, []
    if any(place.kind != "city" or place.population >= WELL_KNOWN for _, place in places):
        return [one for one in listed if one.own], places
    return listed, places


class _Live:
    """The own lists of a folder as they are now; one that cannot be read is left as it was."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._next = 0.0
        self._lock = threading.Lock()
        self._stamps: dict[str, Stamp] | None = None
        self._entries: dict[str, list[Entry]] = {}
        self._known = Known(Lists(()), _shipped(), _places())

    def current(self) -> Known:
        with self._lock:
            if time.monotonic() >= self._next:
                self._next = time.monotonic() + CHECK_S
                self._look()
            return self._known

    def _look(self) -> None:
        before = self._stamps or {}
        try:
            stamps = alias_folder.stamps(self._folder)
        except ListError as error:
            log.warning("the lists of entities stay as they were", reason=str(error))
            return
        if stamps == self._stamps:
            return
        entries = {}
        for name, stamp in stamps.items():
            entries[name] = self._entries.get(name, [])
            if before.get(name) != stamp:
                try:
                    entries[name] = alias_lists.read(alias_folder.path_of(self._folder, name))
                except ListError as error:
                    log.warning("a list of entities cannot be read", list=name, reason=str(error))
        self._stamps, self._entries = stamps, entries
        own = Lists(entry for name in entries for entry in entries[name])
        self._known = Known(own, _shipped(), _places())


def known(folder: Path) -> Known:
    """All names that are known now, with the lists in a folder; may be asked for by several threads.

    Raises:
        OSError: what ships cannot be read.
    """
    with _lock:
        live = _live(folder)
    return live.current()


_lock = threading.Lock()


@cache
def _live(folder: Path) -> _Live:
    return _Live(folder)


@cache
def _shipped() -> Lists:
    return Lists(alias_lists.shipped())


@cache
def _places() -> Table:
    return read()
