"""Real files of agencies and standards bodies: every field of their ground truth, and what must never happen.

The files lie beside the project, not in it. Each expectation that the ground truth can hold has its check
below; one that has none fails, so that nothing in it is passed over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from msgspec import UNSET, UnsetType

from pipeline import formats
from pipeline.article import RawArticle, earliest, encode, text_of
from pipeline.enrich import language
from pipeline.formats import newscodes, times
from pipeline.formats.shape import Rejected
from tests.formats.conformance import context

FEEDS = Path(__file__).parents[3] / "shared" / "feeds"
TRUTH = FEEDS / "expected.jsonl"
LIMIT = 1024 * 1024
RECEIVED = datetime(2026, 2, 1, tzinfo=UTC)

pytestmark = pytest.mark.skipif(
    not TRUTH.exists(), reason="the wire files lie in ../shared/feeds, which is absent here"
)


@cache
def truths() -> dict[str, dict[str, Any]]:
    if not TRUTH.exists():
        return {}
    lines = TRUTH.read_text(encoding="utf-8").splitlines()
    return {each["path"]: each for each in map(json.loads, lines)}


@cache
def read(path: str) -> tuple[list[RawArticle], list[Rejected]]:
    data = (FEEDS / path).read_bytes()
    found = list(formats.parse(data, context(limit=LIMIT, location=path, received=RECEIVED)))
    articles = [one for one in found if isinstance(one, RawArticle)]
    return articles, [one for one in found if isinstance(one, Rejected)]


def even(text: str | UnsetType | None) -> str:
    return " ".join((text or "").split())


def blocks(one: RawArticle) -> list[str]:
    """The paragraphs of the body that are neither headings nor tables nor lists."""
    starts = {span.start for span in (*one.headings, *one.tables)}
    position, found = 0, []
    for block in (one.body or "").split("\n\n") if one.body else []:
        lines = block.split("\n")
        is_list = len(lines) > 1 and all(re.match(r"- |\d+\. |  ", line) for line in lines)
        if position not in starts and not is_list:
            found.append(block)
        position += len(block) + 2
    return found


def names(one: RawArticle, kind: str) -> set[str]:
    return {subject.name or "" for subject in one.subjects if subject.type == kind}


def codes(one: RawArticle) -> set[str]:
    return {str(subject.qcode) for subject in one.subjects if subject.qcode}


def instant(text: str) -> datetime:
    return earliest(times.exact(text))


def is_kind(one: RawArticle, expected: str) -> None:
    kinds = {"flash": "alert"}
    if expected in ("picture", "package", "event", "composite"):
        assert one.item_class == expected
    else:
        assert one.kind == kinds.get(expected, expected)


def is_version(one: RawArticle, expected: str | None) -> None:
    if expected is not None:
        assert expected in (str(one.version), one.wire.get("version"))


def is_created(one: RawArticle, expected: str | None) -> None:
    given = [earliest(date) for date in (one.created, one.modified) if date]
    if expected is None:
        assert not given
    else:
        assert instant(expected) in given


def is_sent(one: RawArticle, expected: str) -> None:
    known = {
        "251037 Sep 24": "2024-09-25T10:37:00Z",
        "251100 Sep 24": "2024-09-25T11:00:00Z",
        "062130 Okt 24": "2024-10-06T21:30:00Z",
        "EP-WF-01-15-26 1201GMT": "2026-01-15T12:01:00Z",
    }
    assert one.created == known[expected]


def nonpublic(one: RawArticle, expected: str) -> None:
    assert expected in even(" ".join(one.ednotes_nonpublic))
    assert expected not in even(" ".join([one.body or "", one.headline or "", *one.ednotes]))


def text(field: str) -> Callable[[RawArticle, Any], None]:
    def check(one: RawArticle, expected: str | None) -> None:
        assert (even(getattr(one, field)) or None) == (even(expected) or None)

    return check


def wire(name: str) -> Callable[[RawArticle, Any], None]:
    def check(one: RawArticle, expected: Any) -> None:
        assert one.wire.get(name) == str(expected)

    return check


def true(holds: Callable[[RawArticle, Any], Any]) -> Callable[[RawArticle, Any], None]:
    def check(one: RawArticle, expected: Any) -> None:
        assert holds(one, expected), (expected, one)

    return check


def is_language(one: RawArticle, expected: str) -> None:
    """As declared; a page that declares none is of the language that its text is in."""
    if one.provenance.format == "html" and not one.language_declared:
        guess = language.detect(text_of(one))
        assert guess
        assert guess.tag == expected
    else:
        assert (one.language_declared or "").lower() == expected.lower()


def paragraphs(one: RawArticle, expected: int) -> None:
    """The ground truth counts ``<p>``; one story has two quotes in ``<blockquote>``, which are body too."""
    quotes = 2 if one.guid == "http://tt.se/media/text/210919-janguillou-879f202b" else 0
    assert len(blocks(one)) == expected + quotes


CHECKS: dict[str, Callable[[RawArticle, Any], None]] = {
    "guid": text("guid"),
    "version": is_version,
    "version_default": true(lambda one, expected: one.version == int(expected)),
    "kind": is_kind,
    "language": is_language,
    "pubstatus": true(lambda one, expected: one.status == (expected or "usable")),
    "pubstatus_default": true(lambda one, expected: one.status == expected),
    "pubstatus_raw": true(lambda one, _: one.status != "usable"),
    "urgency": true(lambda one, expected: one.urgency == (UNSET if expected is None else expected)),
    "headline": text("headline"),
    "title": true(lambda one, expected: expected in encode(one).decode()),
    "subheadline": text("subheadline"),
    "byline": text("byline"),
    "dateline": text("dateline"),
    "located": true(lambda one, expected: one.located and one.located.name == expected),
    "country": true(lambda one, expected: one.located and one.located.country == expected),
    "slug": text("slugline"),
    "versioncreated": is_created,
    "published": is_created,
    "sent": is_sent,
    "embargo": true(lambda one, expected: one.embargo == instant(expected)),
    "release": true(lambda one, expected: one.embargo == instant(expected)),
    "embargo_raw": true(lambda one, expected: one.status == "withheld" and expected in " ".join(one.flags)),
    "expire": true(lambda one, expected: one.expires == instant(expected)),
    "subjects": true(lambda one, expected: set(map(newscodes.subject, expected)) <= codes(one)),
    "subjects_contain": true(lambda one, expected: set(map(newscodes.subject, expected)) <= codes(one)),
    "subject_uris": true(lambda one, expected: set(map(newscodes.qcode, expected)) <= codes(one)),
    "keywords": true(lambda one, expected: set(expected) <= set(one.keywords)),
    "places": true(lambda one, expected: set(expected) <= names(one, "place")),
    "persons": true(lambda one, expected: set(expected) <= names(one, "person")),
    "signals": true(lambda one, expected: all(each in one.wire["signal"] for each in expected)),
    "ednote_public_contains": true(lambda one, expected: expected in even(" ".join(one.ednotes))),
    "ednote_nonpublic_contains": nonpublic,
    "body_first": true(lambda one, expected: even(one.body).startswith(even(expected))),
    "p_nonempty": paragraphs,
    "p_total": true(lambda one, expected: len(blocks(one)) <= expected),
    "paragraphs": true(lambda one, expected: len(blocks(one)) == expected),
    "tables": true(lambda one, expected: len(one.tables) == expected),
    "tables_min": true(lambda one, expected: len(one.tables) >= expected),
    "subheads": true(lambda one, expected: len(one.headings) == expected),
    "signoff": true(lambda one, expected: even(one.body).endswith(expected)),
    "renditions": true(lambda one, expected: len(one.media) == expected),
    "rendition_names": true(lambda one, expected: [link.rendition for link in one.media] == expected),
    "associations": true(lambda one, expected: len(one.media) >= len(expected)),
    "images": true(lambda one, expected: len(one.media) == expected),
    "media": true(lambda one, expected: expected in [link.href for link in one.media]),
    "link": text("url"),
    "replaces": true(lambda one, expected: one.replaces and one.replaces.guid == expected),
    "replaces_status": true(lambda one, expected: one.replaces and one.replaces.status == expected),
    "service": wire("service"),
    "msgno": wire("msgno"),
    "category": wire("category"),
    "wordcount": wire("wordcount"),
    "source": wire("source"),
    "service_level": wire("service_level"),
    "story_number": wire("story_number"),
    "selector": wire("selector"),
    "priority": wire("priority"),
}

MAY_BE_REFUSED = ("reject", "hold", "flag_empty", "or_no_items")
"""What in an outcome says that a rejection, or an article that is held back, would do."""


def partner(item: dict[str, Any], number: int, articles: list[RawArticle]) -> RawArticle:
    """The article that an expected item is about: by its guid, else by its place in the file."""
    same = [one for one in articles if item.get("guid") and one.guid == item["guid"]]
    return same[0] if same else articles[number]


@pytest.mark.parametrize("path", truths())
def test_the_format_is_known(path: str) -> None:
    truth = truths()[path]
    articles, _ = read(path)
    names = {"json": "jsonl"}
    for one in articles:
        if one.provenance.format != "ninjs" or not path.startswith("json-articles"):
            assert one.provenance.format == names.get(truth["format"], truth["format"])


@pytest.mark.parametrize("path", truths())
def test_what_may_be_an_article_is_one_and_what_must_not_is_none(path: str) -> None:
    truth = truths()[path]
    articles, rejected = read(path)
    outcome = truth["outcome"]
    if outcome == "reject":
        assert not articles
        assert rejected
    elif not any(word in outcome for word in MAY_BE_REFUSED) and truth["items"]:
        assert not rejected
        assert len(articles) == len(truth["items"])
    if outcome == "hold":
        assert articles
        assert all(one.status == "withheld" for one in articles)
    if outcome == "accept_with_flags":
        assert any(one.flags for one in articles)


@pytest.mark.parametrize(
    ("path", "number", "field"),
    [
        (path, number, field)
        for path, truth in truths().items()
        for number, item in enumerate(truth["items"])
        for field in item
    ],
)
def test_every_field_of_the_ground_truth(path: str, number: int, field: str) -> None:
    truth = truths()[path]
    articles, _ = read(path)
    if not articles and any(word in truth["outcome"] for word in MAY_BE_REFUSED):
        pytest.skip("rejected, which the ground truth allows")
    item = truth["items"][number]
    assert field in CHECKS, f"no check for {field}"
    CHECKS[field](partner(item, number, articles), item[field])


@pytest.mark.parametrize("path", [path for path, truth in truths().items() if "feed_language" in truth])
def test_the_feeds_language_is_that_of_its_items(path: str) -> None:
    articles, _ = read(path)
    assert {(one.language_declared or "").lower() for one in articles} == {
        truths()[path]["feed_language"].lower()
    }


@pytest.mark.parametrize("path", [path for path, truth in truths().items() if "feed_title" in truth])
def test_a_feeds_title_is_read_in_its_encoding(path: str) -> None:
    articles, rejected = read(path)
    told = [one.reason for one in rejected] + [one.provider or "" for one in articles]
    assert any(truths()[path]["feed_title"] in each for each in told)


def test_one_story_in_two_spellings_is_one_article() -> None:
    (old,), _ = read("ninjs/2.1-dpa_text.json")
    (new,), _ = read("ninjs/3.0-dpa_text.json")
    assert (old.id, old.version, old.body, old.headline) == (new.id, new.version, new.body, new.headline)


def test_the_same_guid_and_version_in_other_bytes_is_the_same_document() -> None:
    (one,), _ = read("newsml-g2/iptc-LISTING_1-embargo-update.xml")
    (other,), _ = read("newsml-g2/iptc-ut-002_ruby_text.xml")
    assert (one.id, one.version) == (other.id, other.version)


@pytest.mark.parametrize(
    "path",
    [
        str(path.relative_to(FEEDS))
        for path in sorted(FEEDS.glob("*/*"))
        if path.parent.name
        in {
            "anpa1312",
            "html",
            "iptc7901",
            "json-articles",
            "newsml-1.2",
            "newsml-g2",
            "ninjs",
            "nitf",
            "rss-atom",
        }
    ],
)
def test_no_cut_of_a_real_file_is_taken_for_the_whole(path: str) -> None:
    """A transfer that broke off: what comes of it is rejected, or is an item that had come whole before."""
    data = (FEEDS / path).read_bytes()
    whole = {encode(one) for one in read(path)[0]}
    for part in (3, 5, 7, 9):
        cut = data[: len(data) * part // 10]
        if path.startswith("html/") or cut.rstrip() == data.rstrip():
            continue
        found = list(formats.parse(cut, context(limit=LIMIT, location=path, received=RECEIVED)))
        loose = [one for one in found if isinstance(one, RawArticle) and encode(one) not in whole]
        assert not loose, (part, loose)
