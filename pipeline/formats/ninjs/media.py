"""What goes with a ninjs item: the files of its pictures, and the items that it is associated with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from pipeline.article import ItemClass, Media
from pipeline.formats import _body, _headers
from pipeline.formats.ninjs.item import Item
from pipeline.formats.sheet import Sheet

CLASSES: dict[str, ItemClass] = {
    "text": "text",
    "story": "text",
    "article": "text",
    "advisory": "text",
    "preformatted": "text",
    "audio": "audio",
    "video": "video",
    "picture": "picture",
    "image": "picture",
    "photo": "picture",
    "graphic": "graphic",
    "animation": "animation",
    "composite": "composite",
    "package": "package",
    "planning": "planning",
    "event": "event",
    "component": "component",
}
"""The classes of items by the types of ninjs, and by those that dialects have for them."""

_SHOWN = ("picture", "graphic", "video", "audio", "animation")
_PACKAGES = ("composite", "package")
_TEXTS = re.compile(r"text/|application/(?:xml|json|xhtml)|nitf|anpa", re.IGNORECASE)
_CAPTIONS = ("caption", "descriptiontext", "descriptioncaption", "descriptionhtml", "descriptionsummary")
_CREDITS = ("creditline", "descriptioncreditline", "credit", "byline", "by", "copyrightholder", "source")


def guid(item: Item) -> str:
    """What identifies an item: Superdesk has ``guid`` beside or instead of ``uri``, dpa has ``urn``."""
    return item.text("guid", "uri", "urn", "id") or item.inner("altids").text("itemid")


def item_class(item: Item) -> ItemClass | None:
    """The class that an item says it is of; none where it says none that is known."""
    return CLASSES.get(item.text("type").rpartition(":")[2].lower())


def own(item: Item, sheet: Sheet) -> None:
    """The item's own files. Those of a text are the text once more, in another format."""
    links: list[Media] = []
    for name, each in item.named("renditions"):
        kind = each.text("mimetype", "contenttype")
        if _TEXTS.search(kind) or (not kind and name.lower() in ("nitf", "anpa")):
            sheet.wire(f"rendition_{_headers.snake(name) or 'text'}", _href(each))
        else:
            links += _media(item, name, each)
    sheet.media(links)


def associated(item: Item, sheet: Sheet) -> None:
    """Pictures and the like with their files as links; all else, and what is in a package, as a member.

    A text that stands in another one is no article by itself: agencies send it by itself as well.
    """
    names: list[str] = []
    links: list[Media] = []
    members: list[str] = []
    for name, each in item.named("associations"):
        names.append(name)
        kind = item_class(each)
        files = [link for title, file in each.named("renditions") for link in _media(each, title, file)]
        shown = bool(files) and (kind is None or kind in _SHOWN)
        links += files if shown else []
        if not shown or sheet.fields.get("item_class") in _PACKAGES:
            members.append(guid(each))
    sheet.media(links)
    sheet.add("members", members)
    sheet.wire("associations", ", ".join(filter(None, names)))


def _href(file: Item) -> str:
    return file.text("href", "url", "src")


def _media(item: Item, name: str, file: Item) -> Iterator[Media]:
    """The link to one file of an item."""
    href = _href(file)
    if not href:
        return
    pixels = file.text("unit").lower() in ("", "px")
    yield Media(
        href=href,
        type=_mime(file) or UNSET,
        rendition=file.text("usage") or name or file.text("role") or UNSET,
        caption=_caption(item) or UNSET,
        credit=_body.line(item.text(*_CREDITS)) or UNSET,
        width=(pixels and _size(file.raw("width"))) or UNSET,
        height=(pixels and _size(file.raw("height"))) or UNSET,
    )


def _mime(file: Item) -> str:
    given = file.text("mimetype", "contenttype")
    return given if "/" in given else ""


def _caption(item: Item) -> str:
    described = [each.text("value", "description", "name") for each in item.listed("descriptions")]
    texts = [item.text(*_CAPTIONS), *described, item.text("headline", "title")]
    return next((line for text in texts if (line := _body.line(text))), "")


def _size(value: Any) -> int | None:
    """Pixels, of a number or a string of digits; none where it is none, or zero."""
    if isinstance(value, str) and re.fullmatch(r"[1-9][0-9]{0,5}", value):
        return int(value)
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return int(value) if number and 1 <= value < 10**6 else None
