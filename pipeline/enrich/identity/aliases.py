"""Tells whom or what a name means, by the lists of names: a newsroom's own, then the one that ships."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

import structlog
from msgspec import UNSET, Struct, UnsetType, structs

from pipeline.article import Identity, Label
from pipeline.enrich.identity import alias_folder, alias_lists
from pipeline.enrich.identity.alias_folder import SHIPPED_NAME, Stamp
from pipeline.enrich.identity.alias_keys import key, keys, loosened, tidy
from pipeline.enrich.identity.alias_lists import AS_LISTED, EVERY, LABELS, Entry, ListError

LOOSELY = 0.85
"""As ``AS_LISTED``, where accents, hyphens, the article or the legal form had to be left aside."""

CHECK_S = 1.0
"""Seconds between two looks at the folder of lists."""

MOST_CANDIDATES = 20
"""Identities that one name may have in a list and language; a name that means more tells nothing."""

OWN_NAME_WEIGHT = 2
"""How much likelier a name means who has it as the name than who has it as an alias."""

log = structlog.get_logger(__name__)


class Found(NamedTuple):
    """One identity that a name may mean, and the list that says so."""

    identity: Identity
    list: str


class Meaning(Struct, frozen=True):
    """What a name means under one label, in some languages (none: in every other), most likely first."""

    label: Label
    languages: tuple[str, ...]
    found: tuple[Found, ...]


class OpenName(Struct, frozen=True):
    """A name, as it is compared, that may mean several; the language is ``EVERY`` where that is so in all."""

    name: str
    label: Label
    language: str
    ids: tuple[str, ...]


class Kept(Struct, frozen=True, omit_defaults=True):
    """One list: how many identities it has by how many names, since when; or why it cannot be read."""

    list: str
    identities: int = 0
    names: int = 0
    changed: datetime | UnsetType = UNSET
    problem: str | UnsetType = UNSET


class Names(NamedTuple):
    """Who bears the names of one label and language in one list, by the keys of the names.

    ``loose`` has the keys of loosened names that are no keys of the same names as they are listed.
    """

    list: str
    listed: dict[str, tuple[Identity, ...]]
    loose: dict[str, tuple[Identity, ...]]


class Index:
    """One list, ready to be looked up; the names of a language are made ready when it is first asked for.

    Args:
        name: what the list is called.
        entries: what is in it; of an id that is there more than once, the first identity counts.
    """

    def __init__(self, name: str, entries: Iterable[Entry]) -> None:
        self.name = name
        self.identities: dict[str, Identity] = {}
        self.names = 0
        self._waiting: dict[tuple[Label, str], list[tuple[str, Identity]]] = {}
        self._ready: dict[tuple[Label, str], Names] = {}
        for entry in entries:
            identity = self.identities.setdefault(entry.identity.id, entry.identity)
            self.names += len(entry.names)
            for language, text in entry.names:
                self._waiting.setdefault((entry.label, language), []).append((text, identity))
        self.languages = frozenset(language for _, language in self._waiting)

    def of(self, label: Label, language: str) -> Names | None:
        """The names of one label and language, if there are any."""
        kind = (label, language)
        if kind in self._waiting:
            self._ready[kind] = _made_ready(self.name, label, self._waiting.pop(kind))
        return self._ready.get(kind)

    def open_names(self) -> Iterator[OpenName]:
        """The names that may mean several, in the order of labels, languages and letters."""
        for label, language in sorted({*self._waiting, *self._ready}):
            names, every = self.of(label, language), self.of(label, EVERY)
            several: dict[tuple[str, tuple[str, ...]], str] = {}
            for name, bearers in names.listed.items() if names else ():
                others = every.listed.get(name, ()) if every else ()
                ids = tuple(sorted({identity.id for identity in (*bearers, *others)}))
                if len(ids) > 1:  # a short word in capitals and as it is listed is one name
                    several[name.casefold(), ids] = max(name, several.get((name.casefold(), ids), ""))
            for (_, ids), name in sorted(several.items()):
                yield OpenName(name, label, language, ids)


def _made_ready(name: str, label: Label, waiting: list[tuple[str, Identity]]) -> Names:
    names = Names(name, {}, {})
    alone: dict[str, tuple[Identity]] = {}  # one tuple for all names of an identity saves memory
    for text, identity in waiting:
        bearer = alone.setdefault(identity.id, (identity,))
        tidied = tidy(text)
        if not tidied:
            continue
        exact = keys(tidied)
        for each in exact:
            _add(names.listed, each, bearer)
        loose = loosened(tidied, label)
        for each in keys(loose) - exact if loose != tidied else ():
            _add(names.loose, each, bearer)
    return names


def _add(names: dict[str, tuple[Identity, ...]], name: str, bearer: tuple[Identity]) -> None:
    before = names.setdefault(name, bearer)
    if bearer[0] not in before and len(before) < MOST_CANDIDATES:
        names[name] = before + bearer


class Aliases:
    """All lists together.

    Args:
        own: the newsroom's own lists; what any of them knows is not looked up in the shipped one, and an
            identity that stands in several is what the first says of it.
        shipped: the list that Newswire comes with.
    """

    def __init__(self, own: Iterable[Index] = (), shipped: Index | None = None) -> None:
        self.shipped = shipped_index() if shipped is None else shipped
        self._levels = (tuple(own), (self.shipped,))
        self._languages = frozenset().union(*(index.languages for level in self._levels for index in level))
        self._views: dict[tuple[Label, str], list[list[Names]]] = {}
        self._told: dict[str, Identity] = {}
        for index in self._levels[0]:
            self._told = index.identities | self._told

    def find(self, name: str, label: Label, language: str) -> tuple[Identity, ...]:
        """Whom a name means: nobody that is known, one, or those that it may mean, most likely first.

        Args:
            name: as an article writes it, of any length.
            label: what kind of name it is; who is listed under another label is not found.
            language: the primary subtag of the article's language, as ``language.canonical`` gives it. For
                one that no list knows, the empty one included, names that count in every language are found.

        Returns:
            The identities. The score is ``AS_LISTED`` or ``LOOSELY``; where there are several, they share it,
            and one that has this very name gets twice as much as one that has it as an alias.
        """
        return tuple([found.identity for found in self.look_up(name, label, language)])

    def look_up(self, name: str, label: Label, language: str) -> tuple[Found, ...]:
        """As ``find``, each with the list that it is from."""
        view = self._view(label, language)
        tidied = tidy(name) if view else ""
        if not tidied:
            return ()
        exact, loose = key(tidied), ""
        for level in view:
            found = [Found(one, names.list) for names in level for one in names.listed.get(exact, ())]
            if found:
                return self._scored(found, exact, AS_LISTED)
            loose = loose or key(loosened(tidied, label))
            found = [
                Found(one, names.list)
                for names in level
                for bearers in (names.listed, names.loose)
                for one in bearers.get(loose, ())
            ]
            if found:
                return self._scored(found, exact, LOOSELY)
        return ()

    def meanings(self, name: str) -> list[Meaning]:
        """What a name means, under each label and in each language where it means anything."""
        meanings = []
        for label in LABELS:
            usual = self.look_up(name, label, EVERY)
            apart: dict[tuple[Found, ...], list[str]] = {}
            for language in sorted(self._languages - {EVERY}):
                found = self.look_up(name, label, language)
                if found != usual:
                    apart.setdefault(found, []).append(language)
            meanings += [Meaning(label, tuple(those), found) for found, those in apart.items()]
            meanings += [Meaning(label, (), usual)] if usual else []
        return meanings

    def _view(self, label: Label, language: str) -> list[list[Names]]:
        """The names to look through, own lists first; kept for languages of the lists, not for any tag."""
        kind = (label, language if language in self._languages else EVERY)
        view = self._views.get(kind)
        if view is None:
            languages = dict.fromkeys((kind[1], EVERY))
            view = [
                [
                    names
                    for index in level
                    for each in languages
                    if (names := index.of(label, each)) is not None
                ]
                for level in self._levels
            ]
            view = self._views[kind] = [level for level in view if level]
        return view

    def _scored(self, found: list[Found], exact: str, score: float) -> tuple[Found, ...]:
        """Each identity once, with its share of the score."""
        if len(found) == 1:
            return (self._with(score, found[0]),)
        unique = {each.identity.id: each for each in reversed(found)}
        weights = {
            id_: OWN_NAME_WEIGHT if exact in keys(tidy(each.identity.name)) else 1
            for id_, each in unique.items()
        }
        share = score / sum(weights.values())
        scored = [self._with(round(share * weights[id_], 4), each) for id_, each in unique.items()]
        return tuple(sorted(scored, key=lambda each: (-each.identity.score, each.identity.id)))

    def _with(self, score: float, found: Found) -> Found:
        """With this score, and as the first of the own lists tells it, if any does."""
        identity = self._told.get(found.identity.id, found.identity)
        if identity.score != score:
            identity = structs.replace(identity, score=score)
        return Found(identity, found.list)


@cache
def shipped_index() -> Index:
    """The list that Newswire comes with, read once a process."""
    return Index(SHIPPED_NAME, alias_lists.shipped())


def current(folder: Path) -> Aliases:
    """The lists as they are now, all of them.

    Raises:
        ListError: the folder or a list cannot be read.
    """
    names = alias_folder.stamps(folder)
    return Aliases(Index(name, alias_lists.read(alias_folder.path_of(folder, name))) for name in names)


def kept(folder: Path) -> list[Kept]:
    """What each list holds, the shipped one last.

    Raises:
        ListError: the folder cannot be read.
    """
    found = []
    for name, (_, changed_ns, _) in alias_folder.stamps(folder).items():
        changed = datetime.fromtimestamp(changed_ns // 10**9, UTC)
        try:
            index = Index(name, alias_lists.read(alias_folder.path_of(folder, name)))
        except ListError as error:
            found.append(Kept(name, changed=changed, problem=str(error)))
        else:
            found.append(Kept(name, len(index.identities), index.names, changed))
    shipped = shipped_index()
    return [*found, Kept(shipped.name, len(shipped.identities), shipped.names)]


class Live:
    """The lists as they are now: a list that is imported or removed counts within a second.

    A list that cannot be read is told in the log, and what was known of it before stays in use.

    Args:
        folder: where the newsroom's own lists lie; it need not be there.
        clock: gives seconds that only grow.
        shipped: the list that Newswire comes with.
    """

    def __init__(
        self, folder: Path, clock: Callable[[], float] = time.monotonic, shipped: Index | None = None
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._shipped = shipped
        self._next = clock()
        self._stamps: dict[str, Stamp] | None = None
        self._indices: dict[str, Index] = {}
        self._problem = ""
        self._aliases = Aliases(shipped=shipped)

    def current(self) -> Aliases:
        """The lists to use for a batch; looks at the folder, once in ``CHECK_S`` at most."""
        now = self._clock()
        if now >= self._next:
            self._next = now + CHECK_S
            self._look()
        return self._aliases

    def _look(self) -> None:
        try:
            stamps = alias_folder.stamps(self._folder)
        except ListError as error:
            if str(error) != self._problem:
                log.warning("the lists of entities stay as they were", reason=str(error))
            self._problem = str(error)
            return
        self._problem = ""
        if stamps == self._stamps:
            return
        former = self._stamps
        indices = {name: self._index(name, stamp) for name, stamp in stamps.items()}
        self._stamps = stamps
        self._indices = {name: index for name, index in indices.items() if index is not None}
        self._aliases = Aliases(self._indices.values(), self._shipped)
        if former is not None:  # a process that starts has nothing new to tell
            log.info("lists of entities were changed", in_use=sorted(self._indices))

    def _index(self, name: str, stamp: Stamp) -> Index | None:
        """A list as it is now; as it was before, if at all, where it cannot be read."""
        before = self._indices.get(name)
        if self._stamps is not None and self._stamps.get(name) == stamp:
            return before
        try:
            return Index(name, alias_lists.read(alias_folder.path_of(self._folder, name)))
        except ListError as error:
            former = "in use" if before else "none"
            log.warning("a list of entities cannot be read", list=name, reason=str(error), former=former)
            return before
