"""Copy in which one thing stands thousands of times: what takes time with the square of a number shows."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator

from lxml import etree

from tests.fuzzing.targets import seeds

SIZE = 250_000
"""Bytes, about, of what is made."""

LONGEST = 8_000
"""Bytes of the copy that it is made of."""

_MOST = 20_000
_WORD = re.compile(rb"[^\W_]+")
_PART = re.compile(rb"(?<=\n)|(?<=>)(?=<)|(?<=,)")


def crowds(target: str) -> Iterator[tuple[str, bytes]]:
    """Each element of XML, and each line or member of other copy, very often; with its name.

    Things of one kind (elements of a name, lines that differ in their words alone) are taken once.
    """
    seen: set[object] = set()
    for data in seeds(target):
        if len(data) <= LONGEST:
            try:
                root = etree.fromstring(data)
            except etree.XMLSyntaxError:
                yield from _parts(data, seen)
            else:
                yield from _elements(root, seen)


def _elements(root: etree._Element, seen: set[object]) -> Iterator[tuple[str, bytes]]:
    for element in list(root.iter(etree.Element)):
        parent = element.getparent()
        if parent is None or element.tag in seen:
            continue
        seen.add(element.tag)
        made = copy.deepcopy(root)
        one = made.find(root.getroottree().getelementpath(element))
        assert one is not None
        around = one.getparent()
        assert around is not None
        place = around.index(one)
        for _ in range(_times(len(etree.tostring(one)))):
            around.insert(place, copy.deepcopy(one))
        yield etree.QName(element).localname, etree.tostring(made)


def _parts(data: bytes, seen: set[object]) -> Iterator[tuple[str, bytes]]:
    parts = _PART.split(data)
    for number, part in enumerate(parts):
        kind = _WORD.sub(b"x", part)[:40]
        if part and kind not in seen:
            seen.add(kind)
            many = [part] * _times(len(part))
            yield repr(part[:40]), b"".join([*parts[:number], *many, *parts[number + 1 :]])


def _times(size: int) -> int:
    return max(20, min(_MOST, SIZE // size))
