"""Reads lists of identities from CSV: the one that ships, and a newsroom's own.

A newsroom's list is checked line by line, each time that it is read; one with a fault is refused as a whole.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from msgspec import UNSET, Struct, UnsetType

from pipeline.article import Identity, Label, Point
from pipeline.enrich.identity.alias_keys import LONGEST
from pipeline.enrich.language import canonical
from pipeline.errors import NewswireError

SHIPPED = Path(__file__).parent / "gazetteer" / "organisations.csv"
AS_LISTED = 0.95
"""Score of an identity whose name is listed for nobody else, in its label and language."""

EVERY = ""
"""In place of a language: a name that counts in every one."""

NEEDED = ("id", "name", "label", "aliases")
COLUMNS = (*NEEDED, "language", "country", "lat", "lon")
LABELS: tuple[Label, ...] = get_args(Label)

MOST_LINES = 100_000
MOST_BYTES = 64 * 1024 * 1024
MOST_NAMES = 500_000
"""Names of one list; some 270 MiB in each model process."""

MOST_FAULTS = 20
"""Faults that are told of one list; more would be of the same kind."""

# ISO 639-1, by first letter: a name has no other language, since the detector knows no other.
_SECOND_LETTERS = {
    "a": "abefkmnrsvyz",
    "b": "aegimnors",
    "c": "aehorsuvy",
    "d": "aevz",
    "e": "elnostu",
    "f": "afijory",
    "g": "adlnuv",
    "h": "aeiortuyz",
    "i": "adegikostu",
    "j": "av",
    "k": "agijklmnorsuvwy",
    "l": "abginotuv",
    "m": "ghiklnrsty",
    "n": "adeglorvy",
    "o": "cjmrs",
    "p": "ailst",
    "q": "u",
    "r": "mnouw",
    "s": "acdegiklmnoqrstuvw",
    "t": "aeghiklnorstwy",
    "u": "gkrz",
    "v": "eio",
    "w": "ao",
    "x": "h",
    "y": "io",
    "z": "ahu",
}
LANGUAGES = frozenset(first + second for first, seconds in _SECOND_LETTERS.items() for second in seconds)
_PREFIX = re.compile(r"([a-z]{2}):\s*(?=\S)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_EXCEL_ERROR = re.compile(r"#[^\W\d_]+[!?]|#[A-Z]+/[A-Z0]!?")
_COUNTRY = re.compile(r"[A-Za-z]{2}")
_DEGREES = re.compile(r"[-+]?\d{1,3}(?:[.,]\d{1,15})?")
_SEPARATOR_LINE = re.compile(r"sep=([;,\t])\r?\n")
_SHOWN = 60


class ListError(NewswireError):
    """A list of identities cannot be read or kept; the message says which, on what lines, and what to do."""


class Entry(Struct, frozen=True):
    """An identity and names that it is known by, with their languages (``EVERY`` for no certain one)."""

    identity: Identity
    label: Label
    names: tuple[tuple[str, str], ...]


class _FaultError(Exception):
    """What is wrong with one line."""


def shipped(path: Path = SHIPPED) -> Iterator[Entry]:
    """The organisations that Newswire comes with: id, name, kind, country and aliases, in the file's order.

    Aliases are parted by ``|``; one that begins with a language (``fr:ONU``) counts in that one only. The
    name counts in every language.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for id_, name, _, country, aliases in rows:
            identity = Identity(id=id_, name=name, score=AS_LISTED, country=country or UNSET)
            yield Entry(identity, "ORG", ((EVERY, name), *_aliases(aliases, EVERY)))


def _aliases(cell: str, language: str) -> Iterator[tuple[str, str]]:
    """The names in a cell, with their languages."""
    for alias in map(str.strip, cell.split("|")):
        prefix = _PREFIX.match(alias)
        own = canonical(prefix[1]) if prefix else ""
        if prefix and own in LANGUAGES:
            yield own, alias[prefix.end() :]
        elif alias:
            yield language, alias


def read(path: Path) -> list[Entry]:
    """The entries of a newsroom's own list.

    Raises:
        ListError: it cannot be read, is over a limit, or has faults; tells the first ``MOST_FAULTS``.
    """
    return parsed(bytes_of(path), str(path))


def parsed(data: bytes, source: str) -> list[Entry]:
    """As ``read``, of bytes; ``source`` is what a message calls them."""
    faults: list[str] = []
    entries: list[Entry] = []
    try:
        for line, entry in _entries(_text_of(data)):
            if isinstance(entry, Entry):
                entries.append(entry)
            else:
                faults.append(f"line {line}: {entry}")
                if len(faults) > MOST_FAULTS:
                    break
    except _FaultError as fault:
        faults.append(str(fault))
    if not faults and not entries:
        faults.append("line 2: there is no entry; give each person, organisation or place a line of its own")
    if faults:
        told = [*faults[:MOST_FAULTS], *(["and more"] if len(faults) > MOST_FAULTS else [])]
        raise ListError("\n  ".join([f"{source} cannot be used:", *told]))
    return entries


def bytes_of(path: Path) -> bytes:
    """All of a file.

    Raises:
        ListError: it cannot be read, or has over ``MOST_BYTES``.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ListError(f"{path} cannot be read: {error.strerror or error}") from error
    if len(data) > MOST_BYTES:
        raise ListError(
            f"{path} is over the limit of {MOST_BYTES // 1024**2} MiB for a list; split it into several files"
        )
    return data


def _text_of(data: bytes) -> str:
    save = "save the table as 'CSV UTF-8' (in Excel: File, Save As, CSV UTF-8)"
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise _FaultError(f"line 1: it is a workbook and no CSV; {save}")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _FaultError(f"line 1: it is UTF-16; {save}")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _FaultError(f"line {line}: byte 0x{data[error.start]:02X} is no UTF-8; {save}") from error


def _entries(text: str) -> Iterator[tuple[int, Entry | _FaultError]]:
    """What each line gives, with its number.

    Raises:
        _FaultError: nothing can be read from here on.
    """
    columns: list[str] | None = None
    first: dict[str, tuple[int, Identity]] = {}
    count = 0
    for line, cells in _rows(text):
        if columns is None:
            columns = _columns(line, cells)
            continue
        try:
            entry = _entry(line, _fields(cells, columns), first)
        except _FaultError as fault:
            yield line, fault
            continue
        count += len(entry.names)
        if count > MOST_NAMES:
            raise _FaultError(f"line {line}: over the limit of {MOST_NAMES:,} names; split the list")
        yield line, entry


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that hold something, with their numbers."""
    file = io.StringIO(text, newline="")
    said = _SEPARATOR_LINE.match(text)  # Excel's own way to tell
    before = 1 if said else 0
    file.seek(said.end() if said else 0)
    reader = csv.reader(file, delimiter=said[1] if said else _delimiter(text), strict=True)
    line = before + 1
    try:
        for row in reader:
            if before + reader.line_num > MOST_LINES:
                raise _FaultError(f"line {line}: over the limit of {MOST_LINES:,} lines; split the list")
            cells = [" ".join(cell.split()) for cell in row]
            if any(cells):
                yield line, cells
            line = before + reader.line_num + 1
    except csv.Error as error:
        raise _FaultError(
            f"line {line}: {error}; a cell in quotation marks must end with one, and one within it is doubled"
        ) from error


def _delimiter(text: str) -> str:
    """Comma or semicolon, by the first line that says something."""
    header = text[:1000].lstrip().partition("\n")[0]
    return ";" if header.count(";") > header.count(",") else ","


def _columns(line: int, cells: list[str]) -> list[str]:
    """The names in the first line, small; empty for one at the end that has none."""
    names = [cell.lower() for cell in cells]
    hint = f"the first line names the columns {', '.join(NEEDED)}, and if you like {', '.join(COLUMNS[4:])}"
    for name in names:
        if name and name not in COLUMNS:
            raise _FaultError(f"line {line}: there is no column {_quoted(name)}; {hint}")
        if name and names.count(name) > 1:
            raise _FaultError(f"line {line}: the column '{name}' is there twice; {hint}")
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise _FaultError(f"line {line}: the column '{missing[0]}' is missing; {hint}")
    return names


def _fields(cells: list[str], columns: list[str]) -> dict[str, str]:
    """The cells of a line by their columns; those that are not there are empty."""
    if any(cells[len(columns) :]):
        raise _FaultError(
            f"there are {len(cells)} cells for {len(columns)} columns; "
            "a cell with a comma or semicolon in it stands in quotation marks"
        )
    line = " ".join(cells)
    control = _CONTROL.search(line)
    if control:
        raise _FaultError(f"there is a control character (0x{ord(control[0]):02X}); take it out")
    for cell in cells if "#" in line else ():
        if _EXCEL_ERROR.fullmatch(cell):
            raise _FaultError(f"'{cell}' is a formula's error in Excel; format the column as text")
    return dict.fromkeys(COLUMNS, "") | {
        name: cell for name, cell in zip(columns, cells, strict=False) if name
    }


def _entry(line: int, fields: dict[str, str], first: dict[str, tuple[int, Identity]]) -> Entry:
    """What a line says; ``first`` is where each identity was told first, and is added to."""
    identity = Identity(
        id=_id(fields["id"]),
        name=_named(fields["name"], "name"),
        score=AS_LISTED,
        country=_country(fields["country"]),
        point=_point(fields["lat"], fields["lon"]),
    )
    before, known = first.setdefault(identity.id, (line, identity))
    for what in ("name", "country", "point"):
        said = getattr(identity, what)
        if said is not UNSET and said != getattr(known, what):
            raise _FaultError(
                f"id {_quoted(identity.id)} has another {what} than on line {before}; "
                f"write them alike, and {what} on its first line"
            )
    language = _language(fields["language"])
    aliases = [(each, _named(alias, "alias")) for each, alias in _aliases(fields["aliases"], language)]
    return Entry(known, _label(fields["label"]), ((language, identity.name), *aliases))


def _id(cell: str) -> str:
    if not cell:
        raise _FaultError("the id is empty; give each identity one of its own, 'desk:meier' for example")
    if " " in cell or len(cell) > LONGEST:
        raise _FaultError(f"id {_quoted(cell)} has blanks or over {LONGEST} characters; write it shorter")
    return cell


def _named(cell: str, what: str) -> str:
    name = cell.strip()
    if not name:
        raise _FaultError(f"the {what} is empty; write what articles call it")
    if len(name) > LONGEST:
        raise _FaultError(
            f"{what} {_quoted(name)} has {len(name)} characters of at most {LONGEST}; "
            "several aliases are parted by |"
        )
    if not any(map(str.isalnum, name)):
        raise _FaultError(f"{what} {_quoted(name)} has no letter or digit to know it by")
    return name


def _label(cell: str) -> Label:
    for label in LABELS:
        if cell.upper() == label:
            return label
    raise _FaultError(
        f"label {_quoted(cell)} is none of PER (person), ORG (organisation), LOC (place), MISC (else)"
    )


def _language(cell: str) -> str:
    language = canonical(cell.replace("_", "-"))
    if cell and language not in LANGUAGES:
        raise _FaultError(
            f"language {_quoted(cell)} is none; write a code of two letters (fr, en, ar), or nothing for all"
        )
    return language


def _country(cell: str) -> str | UnsetType:
    if cell and not _COUNTRY.fullmatch(cell):
        raise _FaultError(f"country {_quoted(cell)} is no code of two letters; write FR, KP, …, or nothing")
    return cell.upper() or UNSET


def _point(lat: str, lon: str) -> Point | UnsetType:
    if not lat and not lon:
        return UNSET
    if not lat or not lon:
        raise _FaultError("lat and lon belong together; fill both, or none")
    return Point(lat=_degrees(lat, "lat", 90), lon=_degrees(lon, "lon", 180))


def _degrees(cell: str, what: str, most: int) -> float:
    if not _DEGREES.fullmatch(cell) or abs(float(cell.replace(",", "."))) > most:
        raise _FaultError(
            f"{what} {_quoted(cell)} is none; write degrees from -{most} to {most} with a point: 48.8566"
        )
    return float(cell.replace(",", "."))


def _quoted(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")
