"""NewsML-G2's building stones: codes, names in a language, and elements whatever their capitals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, cast

from lxml import etree

from pipeline.formats import markup, newscodes, xml
from pipeline.formats import sheet as sheets
from pipeline.formats.flow import Flow
from pipeline.formats.xml import Element

_SCRIPT = 4
_NONE: frozenset[str] = frozenset()
_SHORT_NAMES = frozenset({"mnemonic", "short", "code", "abbreviation", "abbr", "sort"})


def kids(element: Element | None, *names: str) -> Iterator[Element]:
    """The child elements of these names, which are in small letters; any capitals match them."""
    for child in xml.children(element):
        if xml.local(child).lower() in names:
            yield child


def kid(element: Element | None, *path: str) -> Element | None:
    """The first element at the end of a path of names in small letters."""
    for name in path:
        element = next(kids(element, name), None)
    return element


def finder(path: str) -> Callable[[Element], list[Any]]:
    """What finds the nodes of an XPath in a tree, at the speed of C: copy may have many elements."""
    return cast("Callable[[Element], list[Any]]", etree.XPath(path))


def childless(element: Element) -> bool:
    """Whether there are no elements in it."""
    return next(xml.children(element), None) is None


def code(element: Element | None) -> str:
    """What identifies a value: its qcode, its URI (as a qcode where IPTC has one), or its literal."""
    return xml.attribute(element, "qcode") or newscodes.qcode(xml.attribute(element, "uri", "literal"))


def tail(value: str) -> str:
    """The last part of a qcode or URI, in small letters: ``usable`` of ``stat:usable``."""
    return value.rstrip("/").rpartition("/")[2].rpartition(":")[2].lower()


def role(element: Element, name: str = "role") -> str:
    """The last part of what an attribute, or the one beside it that holds a URI, says."""
    return tail(xml.attribute(element, name, f"{name}uri"))


def classes(element: Element) -> frozenset[str]:
    """The words of the attribute ``class``, in small letters."""
    given = element.get("class") if element.attrib else None
    return frozenset(str(given).lower().split()) if given else _NONE


def own_language(element: Element | None) -> str | None:
    """The language that an element itself declares, as a tag."""
    return sheets.language(xml.attribute(element, "lang"))


def inherited_language(element: Element) -> str:
    """The language that an element or the nearest one around it declares, as it is written."""
    around = (xml.attribute(each, "lang") for each in (element, *element.iterancestors()))
    return next(filter(None, around), "")


def tongue(tag: str) -> str:
    """What two tags of one language share: ``en`` of ``en-GB``, ``zh-Hans`` of ``zh-Hans-CN``."""
    first, *others = tag.split("-")
    script = [part.title() for part in others[:1] if len(part) == _SCRIPT and part.isalpha()]
    return "-".join([first.lower(), *script])


class Languages(NamedTuple):
    """The language that an article is in, and the one of what declares none."""

    wanted: str | None
    default: str | None

    def fit(self, element: Element) -> int:
        """How well an element's language suits: 3 exactly, 2 in general, 1 if nobody says it, 0 not."""
        own = own_language(element) or self.default
        if own is None or self.wanted is None:
            return 1
        return 3 if own == self.wanted else 2 if tongue(own) == tongue(self.wanted) else 0

    def best(self, elements: Iterable[Element], *, strict: bool = False) -> list[Element]:
        """Those that suit best, in their order; if strict, none that are in another language."""
        fits = [(self.fit(element), element) for element in elements]
        most = max((fit for fit, _ in fits), default=0)
        return [] if strict and not most else [element for fit, element in fits if fit == most]

    def text(self, elements: Iterable[Element], *, strict: bool = False) -> str:
        """The text of the best one that has any."""
        return next(filter(None, map(xml.text, self.best(filter(xml.text, elements), strict=strict))), "")

    def name(self, element: Element | None) -> str:
        """The full name of a concept; empty where it has none."""
        names = [name for name in kids(element, "name") if xml.text(name)]
        spoken = [name for name in names if self.fit(name)]
        order = [(role(name) in _SHORT_NAMES, -self.fit(name)) for name in spoken or names]
        return xml.text((spoken or names)[order.index(min(order))] if order else None)

    def label(self, element: Element | None) -> str:
        """What to call a concept: its name, else its literal, its code, its text."""
        return self.name(element) or xml.attribute(element, "literal") or code(element) or xml.text(element)


def rich(element: Element, limit: int, skip: markup.Skip = lambda _: False) -> Flow:
    """The blocks of an element that holds text, markup, or markup that is escaped once more."""
    text = element.text or ""
    if childless(element) and markup.looks_like_html(text):
        return markup.flow(markup.html(text), limit, skip=skip)
    return markup.flow(element, limit, skip=skip)


def lines(flow: Flow) -> list[str]:
    """The lines of what was read, list items without their marks."""
    body: str = flow.fields().get("body", "")
    return [line.strip().removeprefix("- ") for line in body.split("\n") if line.strip()]
