"""One object of ninjs, whatever the spelling of its members: they are asked for in lower case, without marks.

``versionCreated`` (3.x), ``versioncreated`` (1.x, 2.x) and ``version_created`` (dpa) are one name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

_MARKS = re.compile(r"[^a-z0-9]")
_INNER = ("value", "name", "main", "text")


@lru_cache(maxsize=1024)
def plain(name: str) -> str:
    """A member's name as it is asked for."""
    return _MARKS.sub("", name.lower())


class Item:
    """The members that are not null. ``odd`` collects the names of those that were asked for in vain."""

    def __init__(self, members: dict[str, Any]) -> None:
        self.odd: list[str] = []
        self._members: dict[str, Any] = {}
        for name, value in members.items():
            if value is not None:
                self._members.setdefault(plain(name), value)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def raw(self, *names: str) -> Any:
        """The first of these members that is there, as JSON has it; else none."""
        return next((self._members[name] for name in names if name in self._members), None)

    def text(self, *names: str) -> str:
        """The first of these members that says something: a string, a number, or strings in an array."""
        for name in names:
            value = self._members.get(name)
            if value is None:
                continue
            if text := _text(value):
                return text
            if not isinstance(value, str) and value not in ([], {}):
                self.odd.append(name)
        return ""

    def strings(self, name: str) -> list[str]:
        """A member that is one string or an array of them; what else is in the array is left out."""
        value = self._members.get(name)
        return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]

    def inner(self, name: str) -> Item:
        """A member that is an object; an empty one where it is none."""
        value = self._members.get(name)
        return Item(value if isinstance(value, dict) else {})

    def listed(self, *names: str) -> list[Item]:
        """The objects in these members; a string among them is an object that has a name alone."""
        found = []
        for name in names:
            value = self._members.get(name)
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, dict):
                    found.append(Item(each))
                elif isinstance(each, str) and each.strip():
                    found.append(Item({"name": each}))
        return found

    def named(self, name: str) -> list[tuple[str, Item]]:
        """The objects in a member with their names: an object of objects (1.x), or an array of them (2.x)."""
        value = self._members.get(name)
        if isinstance(value, dict):
            return [(key, Item(each)) for key, each in value.items() if isinstance(each, dict)]
        return [(each.text("name", "role"), each) for each in self.listed(name)]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if isinstance(value, list):
        return ", ".join(each.strip() for each in value if isinstance(each, str) and each.strip())
    if isinstance(value, dict):
        return next((text.strip() for key in _INNER if isinstance(text := value.get(key), str)), "")
    return ""
