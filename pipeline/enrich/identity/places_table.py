"""The gazetteer's file: places, and the keys of their names, searched where they lie without being unpacked.

The file is ``places.tsv.gz``: the places, one a line, the weightiest first; an empty line; the names, one key
a line, in the order of their bytes. What a column means stands in the README.md beside it.
"""

from __future__ import annotations

import gzip
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

FILE = Path(__file__).parent / "gazetteer" / "places.tsv.gz"

Kind = Literal["territory", "capital", "city", "region", "area"]
KINDS: dict[str, Kind] = {"T": "territory", "C": "capital", "P": "city", "R": "region", "A": "area"}

BLOCK = 1024
"""Bytes of names between two keys that are held for the binary search; in between is a plain search."""

FOLD = "~"
"""Before a key without its diacritics, where no key of that place is written so."""


class Place(NamedTuple):
    """A place as the gazetteer has it.

    Attributes:
        id: ``iso:KP`` or ``geonames:1871859``.
        name: in English, or as GeoNames has it.
        kind: what it is; ``area`` for continents, seas and mountains.
        country: ISO 3166-1 alpha-2, empty for an area.
        region: the first-level division of the country, in GeoNames' code; may be empty.
        point: degrees north and east, WGS 84; none where no source says.
        population: people; for an area a number that stands for how often it is named.
        neighbours: for a territory the codes of those that it borders on.
    """

    id: str
    name: str
    kind: Kind
    country: str
    region: str
    point: tuple[float, float] | None
    population: int
    neighbours: frozenset[str]


class Link(NamedTuple):
    """That a key is a name of a place.

    Attributes:
        number: which place.
        use: empty for its proper name, ``~`` for one that is rather another's, or of no known language,
            ``?`` for one that only qualifies another place (Ill., Calif.).
        languages: those that it is a name in; none for any.
    """

    number: int
    use: str
    languages: frozenset[str]


class Table:
    """All places and their keys.

    Args:
        lines: those of the file.
    """

    def __init__(self, lines: bytes) -> None:
        end = lines.index(b"\n\n")
        self._lines = lines
        self._places = lines[:end].split(b"\n")
        self._starts = list(_block_starts(lines, end + 1))
        self._firsts = [lines[start + 1 : lines.find(b"\t", start)] for start in self._starts]
        self.place = lru_cache(maxsize=4096)(self._place)

    def links(self, key: str) -> tuple[Link, ...]:
        """The places that a key is a name of; none where the gazetteer has no such name."""
        wanted = key.encode("utf-8", "replace")
        block = bisect_right(self._firsts, wanted) - 1
        if block < 0 or b"\n" in wanted:
            return ()
        start = self._starts[block]
        found = self._lines.find(b"\n" + wanted + b"\t", start, start + 2 * BLOCK + len(wanted))
        if found < 0:
            return ()
        begin = found + len(wanted) + 2
        return tuple(map(_link, self._lines[begin : self._lines.find(b"\n", begin)].decode().split(";")))

    def __len__(self) -> int:
        """How many places there are."""
        return len(self._places)

    def _place(self, number: int) -> Place:
        """A place by its number, from 0."""
        line = self._places[number].decode()
        id_, name, kind, country, region, lat, lon, population, neighbours = line.split("\t")
        return Place(
            id=id_,
            name=name,
            kind=KINDS[kind],
            country=country,
            region=region,
            point=(float(lat), float(lon)) if lat else None,
            population=int(population),
            neighbours=frozenset(filter(None, neighbours.split(","))),
        )


def read(file: Path = FILE) -> Table:
    """The table in a file.

    Raises:
        OSError: it cannot be read.
    """
    return Table(gzip.decompress(file.read_bytes()))


def write(file: Path, places: Iterable[Place], names: Iterable[tuple[str, Iterable[Link]]]) -> None:
    """Writes a table; the names in any order."""
    codes = {kind: code for code, kind in KINDS.items()}
    rows = [
        "\t".join(
            (
                place.id,
                place.name,
                codes[place.kind],
                place.country,
                place.region,
                *((f"{place.point[0]:.5g}", f"{place.point[1]:.6g}") if place.point else ("", "")),
                str(place.population),
                ",".join(sorted(place.neighbours)),
            )
        )
        for place in places
    ]
    lines = sorted(f"{key}\t{';'.join(map(_written, links))}".encode() for key, links in names)
    whole = "\n".join(rows).encode() + b"\n\n" + b"\n".join(lines) + b"\n"
    file.write_bytes(gzip.compress(whole, mtime=0))


def _block_starts(lines: bytes, start: int) -> Iterator[int]:
    """The line ends that stand before the first key of each block."""
    while 0 <= start < len(lines) - 1:
        yield start
        start = lines.find(b"\n", start + BLOCK)


def _link(text: str) -> Link:
    """From ``12``, ``12~``, ``12?`` or ``12fr,de``."""
    digits = text.rstrip("~?abcdefghijklmnopqrstuvwxyz,")
    rest = text[len(digits) :]
    languages = rest.rstrip("~?")
    return Link(
        int(digits), rest[len(languages) :], frozenset(languages.split(",")) if languages else frozenset()
    )


def _written(link: Link) -> str:
    return f"{link.number}{','.join(sorted(link.languages))}{link.use}"
