"""What became of everything that was fed: what is lost, what is twice, what is not the newest version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from tests.chaos.wire import Wanted


@dataclass(frozen=True, slots=True)
class Document:
    """A hit of a search for everything."""

    guid: str
    version: int
    text: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter: whose it is, and what tells it from the letters of others.

    A letter that was sent again after a crash is the same letter.
    """

    guid: str
    identity: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of what was fed; the lists name the guids at fault.

    Attributes:
        fed: distinct articles and pieces of poison.
        found: distinct articles that a search finds.
        dead: distinct pieces among the dead letters.
        lost: neither found nor dead.
        twice: two documents, two letters, or both a document and a letter.
        stale: found, but not as their newest version, or with another text than that version's.
        strange: found or dead, though they were never fed; or good copy that is dead.
    """

    fed: int
    found: int
    dead: int
    lost: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether all promises were kept."""
        return not (self.lost or self.twice or self.stale or self.strange)


def judge(
    wanted: Mapping[str, Wanted],
    poison: Collection[str],
    documents: Iterable[Document],
    letters: Iterable[Letter],
) -> Verdict:
    """Compare what was fed with what there is.

    Args:
        wanted: what must be found of each good article, by guid.
        poison: the guids of what must be a dead letter.
        documents: all that a search finds.
        letters: all dead letters.
    """
    documents = list(documents)
    found = Counter(document.guid for document in documents)
    dead = Counter(guid for guid, _ in {(letter.guid, letter.identity) for letter in letters})
    times = found + dead
    fed = wanted.keys() | set(poison)
    stale = {
        each.guid
        for each in documents
        if each.guid in wanted and wanted[each.guid] != Wanted(each.version, each.text)
    }
    strange = (times.keys() - fed) | (found.keys() & set(poison)) | (dead.keys() & wanted.keys())
    return Verdict(
        fed=len(fed),
        found=len(found),
        dead=len(dead),
        lost=tuple(sorted(fed - times.keys())),
        twice=tuple(sorted(guid for guid, count in times.items() if count > 1)),
        stale=tuple(sorted(stale)),
        strange=tuple(sorted(strange)),
    )
