"""The copy of a case: two thousand stories in versions, out of order and repeated, each with its own text."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

FRENCH = (
    "La version {version} de la dépêche {number} parle du budget présenté mercredi à Paris.",
    "Selon la version {version} de la dépêche {number}, la Banque centrale européenne attend.",
    "À Genève, la version {version} de la dépêche {number} annonce un rapport sur la qualité de l'air.",
)
ENGLISH = (
    "Version {version} of story {number} is about the budget that was shown in London on Wednesday.",
    "In version {version} of story {number}, the Federal Reserve in Washington waits and sees.",
    "Version {version} of story {number} tells of a report from Geneva about the quality of the air.",
)

# Of so many stories one comes in several versions: newer behind older, and the newest first.
NEWER_EVERY = 10
BACKWARDS_EVERY = 20
# Of so many stories one comes twice, byte for byte.
AGAIN_EVERY = 15
# So many lines come before the first article that the models cannot process.
HARMLESS = 120


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search must find of a story in the end: its newest version, with that version's text."""

    version: int
    text: str


@dataclass(frozen=True, slots=True)
class Copy:
    """What is fed in one case.

    Attributes:
        lines: JSON lines in the order of feeding.
        versions: guid and version of all articles that a feed takes.
        wanted: what must be found, by guid.
        poison: the guids of what can only become a dead letter.
        straight: messages that stand on the raw topic though no feed put them there.
    """

    lines: tuple[bytes, ...]
    versions: frozenset[tuple[str, int]]
    wanted: dict[str, Wanted]
    poison: frozenset[str] = frozenset()
    straight: tuple[bytes, ...] = ()


def stories(count: int, seed: int) -> Copy:
    """So many distinct stories; the same seed gives the same lines in the same order."""
    chooser = random.Random(seed)
    placed: list[tuple[float, bytes]] = []
    wanted = {}
    told = set()
    for number in range(count):
        guid = f"story-{number:05}"
        versions = _versions(number)
        place = float(number)
        for version in versions:
            told.add((guid, version))
            placed.append((place, line(guid, version, text(number, version))))
            # The next version comes soon, or when all that is here was indexed long ago.
            place += chooser.choice((0.5, 3, count / 4))
        newest = max(versions)
        wanted[guid] = Wanted(newest, text(number, newest))
    placed.sort(key=lambda each: each[0])
    return Copy(tuple(each for _, each in placed), frozenset(told), wanted)


def _versions(number: int) -> list[int]:
    if number % BACKWARDS_EVERY == 1:
        return [3, 1, 2]
    if number % NEWER_EVERY == 2:
        return [1, 2]
    if number % AGAIN_EVERY == 3:
        return [1, 1]
    return [1]


def text(number: int, version: int) -> str:
    """One sentence that no other story and no other version has."""
    sentences = ENGLISH if number % 2 else FRENCH
    return sentences[number // 2 % len(sentences)].format(version=version, number=number)


def line(guid: str, version: int, body: str) -> bytes:
    """An article as a line of JSON."""
    members = {"guid": guid, "version": version, "headline": f"Story {guid}", "body": body}
    return json.dumps(members, ensure_ascii=False).encode() + b"\n"


def poisoned(copy: Copy, every: int, bodies: Sequence[str]) -> Copy:
    """The copy with one piece in so many that can only become a dead letter.

    In turn: a line that its feed must reject, bytes on the raw topic that are no article, JSON there that is
    none; and in place of some, when all is under way, articles that have one of the bodies.

    Args:
        copy: good copy.
        every: how many good lines there are to a bad piece.
        bodies: what is in the articles that the models cannot process, one article each.
    """
    lines: list[bytes] = []
    straight: list[bytes] = []
    poison: list[str] = []
    deadly: set[tuple[str, int]] = set()
    left = list(bodies)
    for place, good in enumerate(copy.lines):
        if place % every == every // 2:
            guid = f"poison-{len(poison):05}"
            poison.append(guid)
            if left and place > HARMLESS:
                lines.append(line(guid, 1, left.pop()))
                deadly.add((guid, 1))
            else:
                _bad_piece(guid, len(poison) % 3, lines, straight)
        lines.append(good)
    return Copy(tuple(lines), copy.versions | deadly, copy.wanted, frozenset(poison), tuple(straight))


def _bad_piece(guid: str, kind: int, lines: list[bytes], straight: list[bytes]) -> None:
    if kind == 0:
        lines.append(json.dumps({"guid": guid, "version": "many", "body": "Bad."}).encode() + b"\n")
    elif kind == 1:
        straight.append(b"\xff\xfe\x00" + guid.encode())
    else:
        straight.append(json.dumps({"guid": guid, "id": 7}).encode())


def files(lines: Sequence[bytes], size: int) -> Iterator[bytes]:
    """The lines as files of so many."""
    for start in range(0, len(lines), size):
        yield b"".join(lines[start : start + size])
