"""What must never reach a reader: notes, and parts of the copy, that are marked as not for publication."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from pipeline.formats import xml
from pipeline.formats.newsml_g2.parts import classes, finder, kid, kids, lines, rich, role, tail
from pipeline.formats.sheet import Sheet
from pipeline.formats.xml import Element

_CODE = re.compile(
    r"(?:non|not|un|no)[-_]?publi|private|internal|intern$|confidential|contacts?$|notforpub|hidden"
)
_CLASS = re.compile(r"(?:^|-)(?:non|not)-?public$")
_PUBLIC = re.compile(r"^(?:public|none|everyone|unrestricted)$")
_PHRASE = (
    r"nicht (?:zur|für die) (?:veröffentlichung|publikation)(?: bestimmt| frei)?"
    r"|nicht (?:zu )?veröffentlichen|nur (?:zur|für den) internen? (?:gebrauch|information)"
    r"|not (?:intended )?for (?:publication|publishing|print|broadcast)|do not publish|internal use only"
    r"|(?:pas|non) (?:destinée?s? )?(?:à|pour) (?:la )?publication|ne pas publier|à usage interne"
    r"|no (?:son |es )?para (?:su )?publicaci[óo]n|no publicables?|no publicar|não (?:é )?para publicação"
    r"|non (?:destinat[oaie] alla|per la) pubblicazione|non pubblicare|não publicar"
    r"|niet (?:bestemd )?voor publicatie|ikke (?:til|for) (?:publisering|publicering|offentliggørelse)"
    r"|(?:ej|inte|icke) för publicering|не для (?:публикации|печати)"
)
# "Not for publication before noon" is an embargo, which readers may know of.
_LATER = r"(?!\W+(?:until|before|prior|till|vor|bis|avant|antes|hasta|prima|fino|voor|før|före|до)\b)"
_STARS = re.compile(r"\*(?: ?\*){3,}")
_MARK = re.compile(rf"\b(?:{_PHRASE})\b{_LATER}", re.IGNORECASE)
# In the copy itself only a paragraph that is nothing but such a notice counts: people say these words too.
_NOTICE = re.compile(
    r"\W*(?:(?:achtung|hinweis|attention|note|die|das|diese|the|this|these|les|las|los|le|folgende\w*"
    r"|following|suivante?s?|siguientes?|seguenti|informatione?n?s?|informations?|informaci[óo]n(?:es)?"
    r"|informazioni|angaben|sind|ist|is|are|sont|ne|son|sono|qui|suivent|below)\W+){0,7}"
    rf"(?:{_PHRASE})\b{_LATER}\W*",
    re.IGNORECASE,
)
_HIDDEN = "hidden"
_MAY_SAY = finder(
    "descendant::*[@*][@pubconstraint or @pubconstrainturi or contains(@class, 'ublic')"
    " or ((@role or @roleuri) and (local-name()='edNote' or local-name()='ednote'))]"
)
_LONGEST = 300


def take(item: Element, sheet: Sheet) -> None:
    """Take out of an item what is marked as not for publication, and put it on the sheet as such notes.

    A constraint on publishing that nobody here knows holds the item back.

    Raises:
        UnfitError: a note is longer than an article may be.
    """
    marked = dict.fromkeys(element for element in _MAY_SAY(item) if _is_hidden(element, sheet))
    outermost = [element for element in marked if marked.keys().isdisjoint(element.iterancestors())]
    given = [lines(rich(element, sheet.limit)) for element in outermost]
    sheet.add("ednotes_nonpublic", (line for each in given for line in each))
    for element in outermost:
        element.tag = _HIDDEN
    etree.strip_elements(item, _HIDDEN, with_tail=False)


def _is_hidden(element: Element, sheet: Sheet) -> bool:
    constraints = xml.attribute(element, "pubconstraint", "pubconstrainturi").split()
    note = xml.local(element).lower() == "ednote"
    hidden = any(_CODE.search(tail(each)) for each in constraints)
    limited = not all(_PUBLIC.match(tail(each)) for each in constraints)
    if limited and not hidden and not note:
        sheet.hold(f"publishing is limited in a way that is not known ({constraints[0]}): held back")
    if note:
        return limited or hidden or bool(_CODE.search(role(element)))
    return hidden or any(map(_CLASS.search, classes(element)))


def notes(meta: Element | None, sheet: Sheet) -> None:
    """The notes to editors of an item: public ones, and those that stand after a mark that they are not.

    A note that is nothing but such a mark speaks of the notes that follow it.
    """
    marked = False
    public: list[str] = []
    private: list[str] = []
    for note in kids(meta, "ednote"):
        given = lines(rich(note, sheet.limit, skip=lambda each: xml.local(each) == "header"))
        shown, kept = ([], given) if marked and not _PUBLIC.match(role(note)) else parted(given)
        marked = marked or (not shown and len(kept) == 1 and _bare(kept[0]))
        public += shown
        private += kept
        if role(note).startswith("embargo") and kid(meta, "embargoed") is None:
            sheet.hold("a note speaks of an embargo, and no time says when it ends: held back")
    sheet.add("ednotes", public)
    sheet.add("ednotes_nonpublic", private)


def parted(given: list[str]) -> tuple[list[str], list[str]]:
    """Lines before a mark that what follows is not for publication, and the lines from the mark on."""
    for number, line in enumerate(given):
        if stars := _STARS.search(line):
            before = line[: stars.start()].strip()
            return [*given[:number], *filter(None, [before])], [line[stars.start() :], *given[number + 1 :]]
        if _MARK.search(line):
            return given[:number], given[number:]
    return given, []


def _bare(line: str) -> bool:
    return bool(_NOTICE.fullmatch(line) or _STARS.fullmatch(line.strip()))


def cut(fields: dict[str, Any], sheet: Sheet, *, typed: bool) -> dict[str, Any]:
    """A body without what stands after a notice in it that the rest is not for publication.

    Args:
        fields: what ``Flow.fields`` gave.
        sheet: where the rest goes, as notes that are not public.
        typed: whether it is plain text, in which four stars are such a notice by themselves (IPTC 7901).
    """
    given = str(fields.get("body", "")).split("\n")
    first = next((number for number, line in enumerate(given) if _ends(line, typed=typed)), None)
    if first is None:
        return fields
    sheet.add("ednotes_nonpublic", given[first:])
    sheet.flag("what follows a notice that it is not for publication is kept out of the body")
    while first and (not given[first - 1] or _STARS.fullmatch(given[first - 1])):
        first -= 1
    body = "\n".join(given[:first])
    spans = {
        name: tuple(span for span in fields[name] if span.end <= len(body)) for name in ("headings", "tables")
    }
    return {"body": body} | spans if body else {}


def _ends(line: str, *, typed: bool) -> bool:
    """Whether all that follows a line of the copy is not for publication."""
    if len(line) > _LONGEST:
        return False
    return bool(_NOTICE.fullmatch(line) or (typed and _STARS.fullmatch(line.strip())))
