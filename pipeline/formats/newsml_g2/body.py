"""The body that a rendition of a NewsML-G2 item holds, without what stands around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.formats import markup, prose, xml
from pipeline.formats.flow import Flow
from pipeline.formats.newsml_g2.content import Rendition
from pipeline.formats.newsml_g2.parts import classes, lines, rich
from pipeline.formats.xml import Element

_MARGINAL = frozenset(
    {
        "author",
        "by-line",
        "byline",
        "credit",
        "dat",
        "date",
        "dateline",
        "datum",
        "genre",
        "keywords",
        "kicker",
    }
    | {"pubdate", "publicationdate", "published", "slugline", "source", "time", "timestamp", "vignette"}
)
_TEXT_BLOCKS = frozenset({"p", "blockquote", "pre", "table"})


def body(rendition: Rendition, titles: set[str], limit: int, *, story: bool) -> tuple[Flow, list[Element]]:
    """The body that a rendition holds, and the notepads to editors that were found in it.

    Args:
        rendition: what to read.
        titles: the headlines of the article; a heading before the text that says the same is left out.
        limit: code points that the body may have.
        story: whether the item is a text; else a figure's caption is no body.

    Raises:
        UnfitError: it is longer, or no text.
    """
    if rendition.root is None:
        flow = Flow(limit)
        flow.prose(prose.clean(rendition.text))
        return flow, []
    if rendition.vocabulary == "other":
        flow = Flow(limit)
        _readable(rendition.root, flow)
        return flow, []
    margin = _Margin(titles, story=story)
    content = rendition.root
    for name in ("body.content", "body"):
        if xml.local(content).lower() != name:
            content = next(xml.descendants(content, name), content)
        if xml.local(content).lower() == name:
            break
    return markup.flow(content, limit, skip=margin), margin.notepads


def joined(elements: list[Element], limit: int) -> Flow:
    """Several pieces of text as one body: the script and the list of shots of a video."""
    flow = Flow(limit)
    for element in elements:
        for line in lines(rich(element, limit)):
            flow.paragraph(line)
    return flow


def _readable(element: Element, flow: Flow) -> None:
    """The text of an unknown vocabulary: each element that holds text of its own is a paragraph."""
    below = list(xml.children(element))
    loose = [element.text, *(each.tail for each in below)]
    if not below or any(text and text.strip() for text in loose):
        flow.paragraph(prose.clean(" ".join("".join(xml.pieces(element)).split())))
        return
    for each in below:
        _readable(each, flow)


@dataclass
class _Margin:
    """Tells what is no part of the body while it is walked through from its start to its end."""

    titles: set[str]
    story: bool
    notepads: list[Element] = field(default_factory=list)
    _begun: bool = False
    _captions: set[Element] = field(default_factory=set)

    def __call__(self, element: Element) -> bool:
        """Whether to leave it out: header matter before the text, captions, notes to editors."""
        name = xml.local(element).lower()
        words = classes(element)
        if words and words & {"notepad", "np-public"}:
            self.notepads.append(element)
            return True
        if name in ("body.head", "body.end") or element in self._captions:
            return True
        if name == "figure":
            if not any(xml.local(above) == "figure" for above in element.iterancestors()):
                self._captions.update(_captions(element) if self.story else xml.children(element))
            return False
        if self._begun:
            return False
        if name in _TEXT_BLOCKS:
            self._begun = any(piece.strip() for piece in xml.pieces(element))
            return False
        return (
            name in ("header", "time", "hedline", "byline", "dateline")
            or bool(words & _MARGINAL)
            or (name in markup.HEADINGS and prose.line(xml.text(element)).casefold() in self.titles)
        )


def _captions(figure: Element) -> Iterator[Element]:
    """What in a figure is neither a paragraph nor holds one: its caption goes with the picture."""
    holders = {figure}
    for paragraph in xml.descendants(figure, "p"):
        for above in paragraph.iterancestors():
            if above in holders:
                break
            holders.add(above)
    todo = [figure]
    while todo:
        for child in xml.children(todo.pop()):
            if child in holders:
                todo.append(child)
            elif xml.local(child) != "p":
                yield child
