"""Reads the word lists beside the code: names and phrases in many languages, parted by commas."""

from __future__ import annotations

from importlib import resources


def read(name: str) -> dict[str, tuple[str, ...]]:
    """The lists of a table, by their headings in brackets; what stands before any has an empty one.

    Args:
        name: of a file in this folder. Lines with ``#`` at their start are comments, ends of lines part
            entries as commas do.
    """
    lists: dict[str, list[str]] = {}
    heading = ""
    for line in resources.files(__package__).joinpath(name).read_text("utf-8").splitlines():
        if line.startswith("["):
            heading = line.strip("[]")
        elif not line.startswith("#"):
            lists.setdefault(heading, []).extend(filter(None, map(str.strip, line.split(","))))
    return {heading: tuple(entries) for heading, entries in lists.items() if entries}
