"""What two pipelines' names in many texts tell together: which are sure, as what, which nobody knows.

A pipeline errs on one mention and is right on the next: what most mentions of a name are called, by both,
says more than either says of one.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from training.entities.corpora import UNSURE, Sentence, Span

ENOUGH = 8
"""Votes from which on a name's most frequent label counts for all its mentions, if ``MOST`` are for it."""

MOST = 0.85
WELL_KNOWN = 20
"""Votes from which on a mention that nobody found is no plain text, but unsure."""

SURELY_OTHER = 0.9
"""Share of votes for a place or a person that outweighs the list of organisations: *Kremlin*."""

ORDINARY = 10
"""Times from which on a word in small letters is an ordinary one, which a sentence may begin with."""

FAR_MORE = 4
PEOPLE = 0.6
"""Share of the mentions after a plural article from which on a name is that of a people."""

_PLURAL = re.compile(r"(?:^|\s)(?:les|des|aux|ces|deux|trois|mille|000) $", re.IGNORECASE)
_LONGEST_PLURAL = 7
_WORD = re.compile(r"[^\W\d_]+")
_CAPITALISED = re.compile(r"(?:(?<![^\W_])[LD]['’])?([A-ZÀ-Ý][\w'’.&-]*\w)")

Listed = Callable[[str], bool]
Place = tuple[int, int]


class Votes:
    """How often each name was found in a corpus, as what, and how its letters stand there otherwise."""

    def __init__(self, listed: Listed) -> None:
        """Nothing counted yet.

        Args:
            listed: whether a name is, in a list, that of one organisation.
        """
        self._listed = listed
        self._labels: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._plural: Counter[str] = Counter()
        self._small: Counter[str] = Counter()

    def count(self, text: str, readings: Iterable[Sequence[Span]]) -> None:
        """Counts a text, read by each of the pipelines."""
        self._small.update(word for word in _WORD.findall(text) if word.islower())
        for start, end, label in (span for spans in readings for span in spans):
            name = text[start:end]
            self._labels[name][label] += 1
            if _PLURAL.search(text[max(0, start - _LONGEST_PLURAL) : start]):
                self._plural[name] += 1

    def total(self, name: str) -> int:
        """All votes for a name."""
        return self._labels[name].total() if name in self._labels else 0

    def label(self, name: str) -> str | None:
        """What a name is called by so many that each mention is; None where that is open."""
        total = self.total(name)
        if not total:
            return None
        if self._is_people(name):
            return "MISC"
        votes = self._labels[name]
        if votes["PER"] + votes["LOC"] < SURELY_OTHER * total and self._listed(name):
            return "ORG"
        first, most = votes.most_common(1)[0]
        return first if total >= ENOUGH and most >= MOST * total else None

    def allow(self, name: str, label: str) -> bool:
        """Whether no other label of the name is more frequent by ``ENOUGH`` votes."""
        votes = self._labels[name]
        return max(votes.values(), default=0) < votes[label] + ENOUGH

    def _is_people(self, name: str) -> bool:
        """*Ukrainiens*, which pipelines take for a place; *les Alpes* have no adjective in small letters."""
        total = self.total(name)
        form = name.istitle() and name.isalpha() and name.endswith(("s", "x"))
        if not form or total < ENOUGH or not self._small[name.lower()]:
            return False
        places = self._labels[name]["LOC"] + self._labels[name]["MISC"]
        return min(self._plural[name], places) > PEOPLE * total

    def ordinary(self, name: str) -> int:
        """How sure it is that this is a word with a capital for its place: 2 yes, 1 perhaps, 0 no."""
        small = self._small[name.lower()] if name.isalpha() and not name.isupper() else 0
        if small < ORDINARY or self._listed(name) or self._is_people(name):
            return 0
        found = self.total(name) / 2
        return 2 if small >= FAR_MORE * found else int(small >= found)


def merged(text: str, ours: Sequence[Span], theirs: Sequence[Span], votes: Votes) -> Sentence:
    """The text with the names that are sure, and ``UNSURE`` where the pipelines do not settle it.

    Args:
        text: counted by ``votes``.
        ours: names by the one pipeline, none within another.
        theirs: by the other.
        votes: on the whole corpus.
    """
    sure: list[Span] = []
    unsure: list[Place] = []
    mine, others = ({span[:2]: span[2] for span in spans} for spans in (ours, theirs))
    for start, end in sorted(mine.keys() | others.keys()):
        name = text[start:end]
        ordinary = votes.ordinary(name)
        label = None if ordinary else _settled(name, (start, end), mine, others, votes)
        if label:
            sure.append((start, end, label))
        elif ordinary <= 1:
            unsure.append((start, end))
    unsure += _overlooked(text, [*(span[:2] for span in sure), *unsure], votes)
    return Sentence(text, tuple(sorted([*sure, *((start, end, UNSURE) for start, end in _joined(unsure))])))


def _settled(
    name: str,
    place: Place,
    mine: dict[Place, str],
    others: dict[Place, str],
    votes: Votes,
) -> str | None:
    """The label of a name that both found, or one and most mentions of it elsewhere."""
    known = votes.label(name)
    if place in mine and place in others:
        agreed = mine[place] == others[place] and votes.allow(name, mine[place])
        return known or (mine[place] if agreed else None)
    alone = not _touches(place, others if place in mine else mine)
    return known if alone and votes.total(name) >= ENOUGH else None


def _overlooked(text: str, found: Sequence[Place], votes: Votes) -> list[Place]:
    """Where a name stands that is well known, and nobody found it."""
    return [
        word.span(1)
        for word in _CAPITALISED.finditer(text)
        if votes.total(word[1]) >= WELL_KNOWN
        and votes.label(word[1])
        and votes.ordinary(word[1]) <= 1
        and not _touches(word.span(1), found)
    ]


def _joined(places: Iterable[Place]) -> list[Place]:
    """Stretches that overlap as one."""
    joined: list[Place] = []
    for start, end in sorted(places):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _touches(place: Place, places: Iterable[Place]) -> bool:
    """Whether it overlaps one of them."""
    start, end = place
    return any(start < stop and begin < end for begin, stop in places)
