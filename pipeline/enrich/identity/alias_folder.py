"""The folder of a newsroom's own lists of identities, where each is put whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pipeline import durable
from pipeline.enrich.identity.alias_lists import Entry, ListError, bytes_of, parsed

SUFFIX = ".csv"
SHIPPED_NAME = "shipped"
"""What the list is called that Newswire comes with; no other may be."""

Stamp = tuple[int, int, int]
"""Changes whenever a file is written, replaced or made readable."""


class Stored(NamedTuple):
    """A list that was put into the folder, and whether it took the place of one."""

    name: str
    entries: list[Entry]
    replaced: bool


def path_of(folder: Path, name: str) -> Path:
    """Where the list of a name lies, or would."""
    return folder / f"{name}{SUFFIX}"


def stamps(folder: Path) -> dict[str, Stamp]:
    """The lists in the folder, by name, each with its stamp; none where there is no folder.

    Raises:
        ListError: the folder cannot be read.
    """
    found = {}
    try:
        with os.scandir(folder) as files:
            for file in files:
                name = file.name.removesuffix(SUFFIX)
                if file.name.endswith(SUFFIX) and _is_name(name):
                    with suppress(FileNotFoundError):  # it was removed meanwhile
                        stat = file.stat()
                        found[name] = (stat.st_ino, stat.st_ctime_ns, stat.st_size)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ListError(f"{folder} cannot be read: {error.strerror or error}") from error
    return dict(sorted(found.items()))


def store(folder: Path, file: Path) -> Stored:
    """Put a copy of a list into the folder, in one step, under the file's name.

    Raises:
        ListError: it cannot be read, has faults, or cannot be written; then what was there is there still.
    """
    data = bytes_of(file)
    entries = parsed(data, str(file))
    name = file.name.removesuffix(SUFFIX)
    if not _is_name(name):
        raise ListError(
            f"{file} cannot be the name of a list: it is hidden, '{SHIPPED_NAME}', or holds odd characters; "
            "give the file another name"
        )
    path = path_of(folder, name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        replaced = path.exists()
        with durable.replacing(path) as out:
            out.write(data)
        durable.sync(folder)
    except OSError as error:
        raise ListError(f"{path} cannot be written: {error.strerror or error}") from error
    return Stored(name, entries, replaced)


def remove(folder: Path, name: str) -> None:
    """Take a list out of the folder.

    Raises:
        ListError: there is no such list, or it cannot be removed.
    """
    there = stamps(folder)
    if name not in there:
        lists = f"there are: {', '.join(there)}" if there else "there is none"
        raise ListError(f"there is no list '{name}' in {folder}; {lists}")
    try:
        path_of(folder, name).unlink(missing_ok=True)
    except OSError as error:
        raise ListError(f"{path_of(folder, name)} cannot be removed: {error.strerror or error}") from error


def _is_name(name: str) -> bool:
    """Whether a list may be called so; hidden files are those that are being written."""
    return name.isprintable() and name.strip() == name and name not in {"", SHIPPED_NAME} and name[0] != "."
