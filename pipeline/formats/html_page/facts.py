"""What an HTML page says of itself: JSON-LD, ``meta``, and the marks in its markup, the surest first."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from pipeline.formats import _web, prose, xml
from pipeline.formats.xml import Element

LINKED = 1_000_000
"""Characters of JSON-LD that are read of a page."""

TITLE = 500
"""Characters of a title that may have a site's name behind it."""

METAS = 2000
"""``meta`` elements that are read of it."""

_ARTICLE = re.compile(
    r"(?:https?://schema\.org/)?(?:\w*NewsArticle|Article|BlogPosting|LiveBlogPosting|Report|SocialMediaPosting"
    r"|AdvertiserContentArticle|SatiricalArticle|ScholarlyArticle|TechArticle)"
)
_SUFFIX = re.compile(r"\s+[|\-–—·•»:]{1,2}\s+(?=[^|–—·•»]*$)")
_AUTHORS = _web.finder("//*[@itemprop='author'][not(self::meta)] | //a[@rel='author']")
_MARKED = _web.finder("//*[@itemprop=$name][not(self::meta)]")
_DEEP = 6
_WRAP = 100


class Page:
    """The facts of one page. All are empty where it does not say them."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self.flags: list[str] = []
        self._metas = _metas(root)
        self._linked = self._main(list(self._documents()))

    def meta(self, *names: str) -> str:
        """The first of these ``meta`` elements that says something, by name, property or itemprop."""
        return next((value for name in names if (value := self._metas.get(name, [""])[0])), "")

    def metas(self, *names: str) -> list[str]:
        """All that these ``meta`` elements say."""
        return [value for name in names for value in self._metas.get(name, [])]

    def linked(self, *names: str) -> str:
        """The first of these members of the article's JSON-LD that is a text, or a thing with a name."""
        return next((text for name in names if (text := _named(self._linked.get(name)))), "")

    def linked_all(self, name: str) -> list[Any]:
        """A member of the article's JSON-LD as a list, however it is written."""
        value = self._linked.get(name)
        return value if isinstance(value, list) else [] if value in (None, "") else [value]

    @property
    def is_article(self) -> bool:
        """Whether the page says that it is an article."""
        return bool(self._linked) or self.meta("og:type").lower().endswith("article")

    def language(self) -> str:
        """By ``lang``, ``meta``, JSON-LD, Open Graph: as it is written there."""
        html_root = next(self._root.iter("html"), self._root)
        said = xml.attribute(html_root, "lang", "xml:lang") or self.meta(
            "content-language", "dc.language", "language"
        )
        said = said or self.linked("inLanguage") or self.meta("og:locale")
        return re.split(r"[,;\s]", said.strip())[0]

    def headline(self) -> str:
        """JSON-LD, Open Graph or the first heading; the title last. The site's name behind it goes."""
        site = self.site()
        first = next((text for one in self._root.iter("h1") if (text := xml.text(one))), "")
        for text in (self.linked("headline", "name"), self.meta("og:title", "twitter:title"), first):
            if text:
                return _without_site(_web.line(text), site, first)
        return _without_site(xml.text(next(self._root.iter("title"), None)), site, first)

    def site(self) -> str:
        """Who publishes the page."""
        return _web.line(
            self.linked("publisher") or self.meta("og:site_name", "application-name", "dc.publisher")
        )

    def url(self) -> str:
        """The canonical address."""
        for link in self._root.iter("link"):
            if "canonical" in xml.attribute(link, "rel").lower().split() and (
                href := _web.link(link.get("href"))
            ):
                return href
        of_page = self._linked.get("mainEntityOfPage")
        named = of_page.get("@id") if isinstance(of_page, dict) else of_page
        return next(filter(None, map(_web.link, (self.meta("og:url"), named, self._linked.get("url")))), "")

    def published(self) -> str:
        """When it was published first."""
        return (
            self.linked("datePublished", "dateCreated")
            or self.meta("article:published_time", "article:published", "og:article:published_time")
            or self.meta(
                "datepublished", "parsely-pub-date", "sailthru.date", "dcterms.created", "dc.date.issued"
            )
            or self.meta("dc.date", "dcterms.date", "publish-date", "publishdate", "pubdate", "date")
            or self._marked("datePublished")
            or _attribute(self._root, "time", "pubdate", "datetime")
        )

    def modified(self) -> str:
        """When it was changed last."""
        return (
            self.linked("dateModified")
            or self.meta(
                "article:modified_time",
                "og:updated_time",
                "datemodified",
                "dcterms.modified",
                "last-modified",
            )
            or self._marked("dateModified")
        )

    def authors(self) -> list[str]:
        """The names of the authors; addresses of their pages are none."""
        names = [_named(each) for each in self.linked_all("author")]
        names = names or self.metas(
            "author", "article:author", "parsely-author", "sailthru.author", "byl", "dc.creator"
        )
        names = names or [xml.text(element) for element in _AUTHORS(self._root)]
        lines = (_web.line(name) for name in names if "://" not in name)
        return list(dict.fromkeys(filter(None, lines)))

    def keywords(self) -> list[str]:
        """Keywords and tags; where they are one text they are parted by commas."""
        given = [_named(each) for each in self.linked_all("keywords")]
        given = given or self.metas("news_keywords", "article:tag") or self.metas("keywords", "parsely-tags")
        return [word for each in given for word in (part.strip() for part in each.split(",")) if word]

    def sections(self) -> list[str]:
        """The sections that the page belongs to."""
        given = [_named(each) for each in self.linked_all("articleSection")] or self.metas("article:section")
        return [text for each in given if (text := _web.line(each))]

    def pictures(self) -> Iterator[str]:
        """The addresses of the main pictures."""
        for each in self.linked_all("image"):
            url = (
                each.get("url") or each.get("contentUrl") or each.get("@id")
                if isinstance(each, dict)
                else each
            )
            yield from filter(None, [_web.link(url, self.url())])
        yield from filter(
            None, (_web.link(url, self.url()) for url in self.metas("og:image", "og:image:url"))
        )

    def _marked(self, name: str) -> str:
        """What an element marked as microdata says."""
        for element in _MARKED(self._root, name=name)[:1]:
            return xml.attribute(element, "datetime", "content") or xml.text(element)
        return ""

    def _documents(self) -> Iterator[dict[str, Any]]:
        """Every object of JSON-LD in the page, outermost first."""
        left = LINKED
        for script in self._root.iter("script"):
            if xml.attribute(script, "type").lower() != "application/ld+json" or left < 0:
                continue
            text = script.text or ""
            left -= len(text)
            try:
                value = json.loads(_json_in(text) if left >= 0 else "{}", strict=False)
            except (ValueError, RecursionError):
                self.flags.append("its JSON-LD cannot be read")
                continue
            yield from _objects(value, _DEEP)

    def _main(self, documents: list[dict[str, Any]]) -> dict[str, Any]:
        """The article among them: the one of this page, where several are told of, else the first."""
        articles = [each for each in documents if any(map(_is_article, _kinds(each)))]
        url = self.meta("og:url")
        named = (
            each
            for each in articles
            if url and url in (each.get("url"), each.get("@id"), _named(each.get("mainEntityOfPage")))
        )
        return next(named, articles[0] if articles else {})


def _json_in(text: str) -> str:
    """The array or object in a script, which may stand in a comment or in a CDATA section."""
    text = text.rpartition("<![CDATA[")[2].partition("]]>")[0] if "<![CDATA[" in text[:_WRAP] else text
    starts = [at for bracket in "[{" if (at := text.find(bracket)) >= 0]
    return text[min(starts, default=0) : max(text.rfind("]"), text.rfind("}")) + 1]


def _metas(root: Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for count, meta in enumerate(root.iter("meta")):
        if count >= METAS:
            break
        value = prose.line(meta.get("content") or "")
        for name in ("name", "property", "itemprop", "http-equiv"):
            if value and (key := (meta.get(name) or "").lower()):
                found.setdefault(key, []).append(value)
    return found


def _objects(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if isinstance(value, list) and depth:
        for each in value:
            yield from _objects(each, depth - 1)
    elif isinstance(value, dict):
        yield value
        for name in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item"):
            if depth:
                yield from _objects(value.get(name), depth - 1)


def _kinds(thing: dict[str, Any]) -> list[Any]:
    kinds = thing.get("@type")
    return kinds if isinstance(kinds, list) else [kinds]


def _is_article(kind: Any) -> bool:
    return isinstance(kind, str) and bool(_ARTICLE.fullmatch(kind))


def _named(value: Any) -> str:
    """A text as it is, a thing by its name, of several the first; addresses of things count too."""
    if isinstance(value, list):
        value = next(filter(None, value), None)
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value") or value.get("@id")
    if isinstance(value, bool):
        return str(value).lower()
    return html.unescape(value).strip() if isinstance(value, str) else ""


def _attribute(root: Element, tag: str, marker: str, name: str) -> str:
    return next((xml.attribute(each, name) for each in root.iter(tag) if each.get(marker) is not None), "")


def _without_site(title: str, site: str, heading: str) -> str:
    """The title without the site's name behind it: if that is the name, or the rest is the first heading."""
    parts = _SUFFIX.split(title) if len(title) <= TITLE else [title]
    if len(parts) == 2:  # noqa: PLR2004 - the title and the site
        rest, last = parts
        known = site and (last.lower() in site.lower() or site.lower() in last.lower())
        return rest if known or rest == heading else title
    return title
