"""Tells which names of people in one article mean the same person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pipeline.enrich.identity.alias_keys import loosened, tidy
from pipeline.enrich.naming.person_names import SUFFIXES, inflected, short_forms, without_title

MOST_NAMESAKES = 20
"""So many full names may share a word and be compared; of more namesakes nobody tells who is who."""


def persons(
    names: Sequence[str],
    language: str,
    relatives: Iterable[tuple[str, str]] = (),
    initials: Iterable[tuple[str, str]] = (),
) -> list[list[str]]:
    """The names, those of one person together, all in the order given.

    A surname, a given or a middle name alone is the person whose full name has it, if there is just one.
    Names that differ only in capitals, hyphens, accents or titles are one.

    Args:
        names: how an article writes people, each name once.
        language: primary subtag.
        relatives: given names and the full name that they share the surname of: Bill, Hillary Clinton.
        initials: initials of people and their full names, as the article explains them.
    """
    people = _People(names, language)
    people.add_relatives(relatives)
    people.join_full()
    people.join_initials(initials)
    people.join_short()
    return people.together()


class _People:
    """The names of an article by their keys, and which keys are of one person."""

    def __init__(self, names: Sequence[str], language: str) -> None:
        self._language = language
        self._keys = {name: self._key(name) for name in names}
        self._names: dict[str, list[str]] = {}
        for name, key in self._keys.items():
            self._names.setdefault(key, []).append(name)
        self._parents = {key: key for key in self._names}

    def add_relatives(self, relatives: Iterable[tuple[str, str]]) -> None:
        """Makes somebody of each given name, so that the surname is known to be shared."""
        relatives = list(relatives)
        surnames = relatives and {form for key in self._full() for form in self._short_keys(key)}
        for given, name in relatives:
            if self._key(given) not in surnames:
                for surname in short_forms(name)[:1]:
                    relative = self._key(f"{given} {surname}")
                    self._names.setdefault(relative, [])
                    self._parents.setdefault(relative, relative)

    def join_full(self) -> None:
        """Joins full names that are part of one other, the longest first, and the cases of one name."""
        full = self._full()
        alike: dict[str, list[str]] = {}
        for key in full:
            for word in {key.partition(" ")[0], key.rpartition(" ")[2]}:
                alike.setdefault(word, []).append(key)
        few = {word: keys for word, keys in alike.items() if len(keys) <= MOST_NAMESAKES}
        for key in sorted(full, key=len, reverse=True):
            near = few.get(key.partition(" ")[0], []) + few.get(key.rpartition(" ")[2], [])
            self._join_if_one(key, (other for other in near if _is_part(key.split(), other.split())))
        self._join_cases(full)

    def join_initials(self, initials: Iterable[tuple[str, str]]) -> None:
        """Joins initials to the one person that they are explained by."""
        explained: dict[str, set[str]] = {}
        for short, full in initials:
            if short in self._keys and full in self._keys:
                explained.setdefault(self._keys[short], set()).add(self._keys[full])
        for key, others in explained.items():
            self._join_if_one(key, others)

    def join_short(self) -> None:
        """Joins single words to the one person whose full name, or a form of whose surname, has them."""
        called: dict[str, set[str]] = {}
        for key in self._full():
            for form in (*key.split(), *self._short_keys(key)):
                called.setdefault(form, set()).add(self._root(key))
        short = [key for key in self._names if " " not in key]
        for key in short:
            self._join_if_one(key, called.get(key, ()))
        self._join_cases(key for key in short if self._root(key) == key)

    def together(self) -> list[list[str]]:
        persons: dict[str, list[str]] = {}
        for name, key in self._keys.items():
            persons.setdefault(self._root(key), []).append(name)
        return list(persons.values())

    def _key(self, name: str) -> str:
        bare = name[without_title(name, 0, len(name), self._language) :]
        return loosened(tidy(bare), "PER").casefold() or name

    def _full(self) -> list[str]:
        return [key for key in self._names if " " in key]

    def _short_keys(self, key: str) -> Iterator[str]:
        for form in {form for name in [*self._names[key], key] for form in short_forms(name)}:
            for way in (form, *inflected(form, self._language)):
                yield self._key(way)

    def _join_cases(self, keys: Iterable[str]) -> None:
        """Joins names to what they are the genitive, dative, … of."""
        bases: dict[str, set[str]] = {}
        for key in keys:
            for name in self._names[key]:
                for way in inflected(name, self._language):
                    bases.setdefault(self._key(way), set()).add(key)
        for key in sorted((key for key in self._names if key in bases), key=lambda key: len(bases[key])):
            self._join_if_one(key, bases[key])

    def _join_if_one(self, key: str, others: Iterable[str]) -> None:
        """Makes a name, if it is nobody's yet, the person's whom all the others are."""
        roots = {self._root(other) for other in others} - {key}
        if self._root(key) == key and len(roots) == 1:
            self._parents[key] = roots.pop()

    def _root(self, key: str) -> str:
        while self._parents[key] != key:
            self._parents[key] = key = self._parents[self._parents[key]]
        return key


def _is_part(short: list[str], long: list[str]) -> bool:
    """Whether a name of several words is a shorter way of writing another one.

    It begins or ends it, or leaves out what is between given name and surname; an initial stands for a name.
    """
    if short == long or len(short) > len(long) or not SUFFIXES.isdisjoint(set(long) ^ set(short)):
        return False
    if short in (long[: len(short)], long[-len(short) :]):
        return True
    if short[-1] != long[-1] or not _stands_for(short[0], long[0]):
        return False
    between, others = short[1:-1], long[1:-1]
    return not between or (len(between) == len(others) and all(map(_stands_for, between, others)))


def _stands_for(word: str, other: str) -> bool:
    return word == other or (len(word) == 1 and other.startswith(word))
