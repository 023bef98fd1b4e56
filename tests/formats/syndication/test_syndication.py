"""RSS and Atom: what of each item is the story, and that nothing of it is invented or lost in silence."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline.article import Media, RawArticle, Subject
from pipeline.formats import syndication
from pipeline.formats.shape import NO_ITEM, Rejected
from tests.formats.conformance import Conformance, article, headings, outcomes, rejected

NAMES = (
    "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:content='http://purl.org/rss/1.0/modules/content/'"
    " xmlns:media='http://search.yahoo.com/mrss/' xmlns:dcterms='http://purl.org/dc/terms/'"
    " xmlns:feedburner='http://rssnamespace.org/feedburner/ext/1.0'"
)
STORY = "<description>The ferry is late.</description>"


def rss(*items: str, head: str = "", root: str = "") -> bytes:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return (
        f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0' {NAMES} {root}><channel>"
        f"<title>Harbour News</title>"
        f"<link>https://harbour.example/</link>{head}{inside}</channel></rss>"
    ).encode()


def atom(*entries: str, head: str = "", root: str = "") -> bytes:
    inside = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return (
        f"<feed xmlns='http://www.w3.org/2005/Atom' {root}><title>Harbour News</title><id>urn:f"
        f"</id>{head}{inside}</feed>"
    ).encode()


def read(item: str, *, head: str = "", root: str = "", **changes: Any) -> RawArticle:
    return article(rss(item, head=head, root=root), **changes)


def entry(inside: str, *, head: str = "", root: str = "") -> RawArticle:
    return article(atom(inside, head=head, root=root))


def flags(one: RawArticle) -> str:
    return " | ".join(one.flags)


FULL = rss(
    "<title>Ferry &amp;amp; bridge</title><link>https://harbour.example/1</link><guid"
    " isPermaLink='false'>h-1</guid>"
    "<pubDate>Tue, 18 Jun 2024 10:15:00 +0200</pubDate><dc:creator>Ada Pier</dc:creator>"
    "<category domain='https://harbour.example/topics'>transport</category><category>Ferry</category>"
    "<description>A short one.</description><content:encoded><![CDATA[<p>The ferry is late.</p><h2>Why</h2>"
    "<p>The bridge is up.</p>]]></content:encoded><enclosure url='https://harbour.example/a.jpg'"
    " type='image/jpeg'/>",
    "<title>Second</title><guid>h-2</guid><description>And another.</description>",
    head="<language>en-gb</language><copyright>Harbour News 2024</copyright>",
)


class TestConformance(Conformance):
    format = syndication
    copy = FULL


class TestConformanceOfAtom(Conformance):
    format = syndication
    copy = atom(
        "<id>urn:1</id><title>Ferry</title><updated>2024-06-18T10:15:00+02:00</updated>"
        "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>The ferry is late.</p>"
        "</div></content>"
    )


def test_everything_that_an_item_says() -> None:
    first, second = outcomes(FULL)
    assert isinstance(first, RawArticle)
    assert isinstance(second, RawArticle)
    assert first.guid == "h-1"
    assert first.url == "https://harbour.example/1"
    assert first.headline == "Ferry & bridge"
    assert first.created == "2024-06-18T08:15:00Z"
    assert first.modified is UNSET
    assert first.byline == "Ada Pier"
    assert first.language_declared == "en-GB"
    assert first.body == "The ferry is late.\n\nWhy\n\nThe bridge is up."
    assert headings(first) == ["Why"]
    assert first.summary == "A short one."
    assert first.subjects == (Subject(qcode="https://harbour.example/topics/transport", name="transport"),)
    assert first.keywords == ("Ferry",)
    assert first.media == (Media(href="https://harbour.example/a.jpg", type="image/jpeg"),)
    assert first.provider == "Harbour News"
    assert first.rights == "Harbour News 2024"
    assert first.flags == ()
    assert second.guid == "h-2"
    assert second.created is UNSET


@pytest.mark.parametrize(
    "head",
    [
        b"<rss version='2.0'>",
        b"\n\n <?xml version='1.0'?>\n<!-- a comment -->\n<?xml-stylesheet href='x'?><rss>",
        b"\xef\xbb\xbf<rss>",
        "<rss>".encode("utf-16"),
        b"<RSS>",
        b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>",
        b"<rdf:RDF xmlns='http://my.netscape.com/rdf/simple/0.9/'>",
        b"<feed xmlns='http://www.w3.org/2005/Atom'>",
        b"<a:feed xmlns:a='http://www.w3.org/2005/Atom'>",
        b"<feed version='0.3' xmlns='http://purl.org/atom/ns#'>",
        b"<feed>",
        b"<channel>",
        b"<!DOCTYPE rss PUBLIC '-//Netscape//DTD RSS 0.91//EN' 'http://x.example/rss.dtd'><rss>",
    ],
)
def test_its_root_gives_a_feed_away(head: bytes) -> None:
    assert syndication.sniff(head)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"rss",
        b"<html><rss>",
        b"<!DOCTYPE html><html><body>&lt;rss&gt;",
        b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>",
        b"<feed xmlns='urn:cattle'>",
        b"<channel xmlns='urn:river'>",
        b"<newsItem><rss/>",
        b"<rssx>",
        b'{"rss": 1}',
        b"<!-- <rss> -->",
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_feed_is_left_to_others(head: bytes) -> None:
    assert not syndication.sniff(head)


# Identity and address


def test_two_equal_guids_are_one() -> None:
    assert read(f"<guid>h-1</guid><guid>h-1</guid>{STORY}").guid == "h-1"


@pytest.mark.parametrize("permalink", ["false", "False", "FALSE"])
def test_a_guid_that_is_no_address_is_none(permalink: str) -> None:
    one = read(f"<guid isPermaLink='{permalink}'>https://harbour.example/x</guid>{STORY}")
    assert one.guid == "https://harbour.example/x"
    assert one.url is UNSET


def test_a_guid_is_the_address_where_it_may_be() -> None:
    assert read(f"<guid>https://harbour.example/x</guid>{STORY}").url == "https://harbour.example/x"


def test_a_guid_that_is_no_address_of_the_web_stays_as_it_is_written() -> None:
    one = read(f"<guid>h 7</guid>{STORY}")
    assert one.guid == "h 7"


def test_without_a_guid_the_link_identifies_and_without_both_nothing_does() -> None:
    assert read(f"<link>https://harbour.example/1</link>{STORY}").guid == "https://harbour.example/1"
    assert read(STORY).guid is UNSET


def test_a_guid_comes_before_an_identifier_of_dublin_core() -> None:
    assert read(f"<dc:identifier>d</dc:identifier><guid>h-1</guid>{STORY}").guid == "h-1"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "file:///etc/passwd", "x" * 5000, ""])
def test_a_link_that_is_none_of_the_web_is_absent(link: str) -> None:
    assert read(f"<link>{link}</link>{STORY}", head="").url is UNSET or not link.startswith("x")
    assert read(f"<link>{link}</link><guid isPermaLink='false'>1</guid>{STORY}").guid == "1"


def test_the_address_before_a_counter_is_the_address() -> None:
    inside = (
        "<link>https://count.example/x</link><feedburner:origLink>https://harbour.example/1"
        "</feedburner:origLink>"
    )
    assert read(inside + STORY).url == "https://harbour.example/1"


def test_relative_links_are_those_of_the_feed_or_of_xml_base() -> None:
    assert read(f"<link>/1?a=1&amp;b=2</link>{STORY}").url == "https://harbour.example/1?a=1&b=2"
    one = entry("<id>1</id><title>F</title><link href='1'/>", root="xml:base='https://base.example/news/'")
    assert one.url == "https://base.example/news/1"


def test_of_atoms_links_the_alternate_is_the_address() -> None:
    links = (
        "<link rel='self' href='https://h.example/self'/><link rel='alternate' type='text/html'"
        " href='https://h.example/1'/>"
        "<link rel='enclosure' href='https://h.example/a.mp3' type='audio/mpeg'/>"
    )
    one = entry(f"<id>1</id><title>F</title>{links}<summary>S.</summary>")
    assert one.url == "https://h.example/1"
    assert one.media == (Media(href="https://h.example/a.mp3", type="audio/mpeg"),)


# Headline


@pytest.mark.parametrize(
    ("title", "headline"),
    [
        ("Ferry &lt;b&gt;late&lt;/b&gt;", "Ferry late"),
        ("<![CDATA[Ferry &amp; <i>bridge</i>]]>", "Ferry & bridge"),
        ("  Ferry\n   late ", "Ferry late"),
        ("Ferry <b>late</b>", "Ferry late"),
        ("It won\x92t sail", "It won’t sail"),
        ("العبارة متأخرة", "العبارة متأخرة"),
    ],
)
def test_a_headline_is_one_line_without_markup(title: str, headline: str) -> None:
    assert read(f"<title>{title}</title>{STORY}").headline == headline


def test_no_title_is_no_headline() -> None:
    assert read(STORY).headline is UNSET
    assert read(f"<title/>{STORY}").headline is UNSET


def test_the_title_of_a_picture_is_none_of_the_story() -> None:
    picture = "<media:content url='https://h.example/a.jpg'><media:title>Pier</media:title></media:content>"
    one = read(f"<title>Ferry</title>{picture}{STORY}")
    assert one.headline == "Ferry"
    assert one.media[0].caption == "Pier"
    assert read(f"{picture}{STORY}").headline is UNSET


@pytest.mark.parametrize(
    ("title", "kind"), [("CORRECTION: Ferry", "correction"), ("Ferry", UNSET), ("UPDATE 1-Ferry", "update")]
)
def test_words_in_the_headline_say_the_kind(title: str, kind: object) -> None:
    assert read(f"<title>{title}</title>{STORY}").kind == kind


def test_words_that_ask_to_kill_hold_back() -> None:
    assert read(f"<title>KILL: Ferry</title>{STORY}").status == "withheld"


# Text


def test_the_longest_full_text_is_the_body() -> None:
    inside = (
        "<content:encoded>Short.</content:encoded><content:encoded>&lt;p&gt;The long"
        " one.&lt;/p&gt;</content:encoded>"
    )
    assert read(inside).body == "The long one."


def test_the_description_is_the_body_where_there_is_no_other() -> None:
    one = read("<description>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;</description>")
    assert one.body == "One.\n\nTwo."
    assert one.summary is UNSET


@pytest.mark.parametrize(
    "description", ["The ferry is late.", "The ferry is …", "<![CDATA[<p>The ferry</p>]]>"]
)
def test_a_description_that_starts_the_body_is_no_summary(description: str) -> None:
    full = "<content:encoded>The ferry is late. It will come.</content:encoded>"
    assert read(f"<description>{description}</description>{full}").summary is UNSET


def test_a_full_text_without_any_text_gives_way_to_the_description() -> None:
    full = "<content:encoded>&lt;img src='https://h.example/a.jpg'&gt;</content:encoded>"
    one = read(full + STORY)
    assert one.body == "The ferry is late."


def test_script_pixels_and_boxes_are_no_copy() -> None:
    html = (
        "<p>The ferry is late.</p><script>steal()</script><img src='https://t.example/p.gif'"
        " width='1' height='1'/>"
        "<div class='feedflare'><a href='x'>Share</a></div><p><a href='x'>Read more</a></p>"
    )
    one = read(f"<description><![CDATA[{html}]]></description>")
    assert one.body == "The ferry is late."
    assert one.media == ()


def test_script_that_is_escaped_within_markup_does_not_come_out() -> None:
    assert read("<description>&lt;script&gt;steal()&lt;/script&gt;<p>Text.</p></description>").body == "Text."


def test_plain_text_keeps_its_paragraphs() -> None:
    assert read("<description>One &lt; two.\n\nThree.</description>").body == "One < two.\n\nThree."


def test_lists_and_tables_stay_readable() -> None:
    html = "<ul><li>A</li><li>B</li></ul><table><tr><td>Ferry</td><td>5</td></tr></table>"
    one = read(f"<description><![CDATA[{html}]]></description>")
    assert one.body == "- A\n- B\n\nFerry | 5"
    assert len(one.tables) == 1


def test_pictures_in_the_text_are_media_with_whole_addresses() -> None:
    html = "<p>Text.</p><img src='/a.jpg' alt='The pier' width='640'>"
    one = read(f"<link>https://harbour.example/1</link><description><![CDATA[{html}]]></description>")
    assert one.media == (Media(href="https://harbour.example/a.jpg", caption="The pier", width=640),)


@pytest.mark.parametrize(
    ("content", "body"),
    [
        ("<content type='html'>&lt;p>One.&lt;/p></content>", "One."),
        ("<content type='text'>One &amp;lt; two.</content>", "One < two."),
        ("<content>One.</content>", "One."),
        (
            "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>One.<br/>Two.</div></content>",
            "One.\nTwo.",
        ),
        ("<summary>One.</summary>", "One."),
    ],
)
def test_atoms_content_by_its_type(content: str, body: str) -> None:
    assert entry(f"<id>1</id>{content}").body == body


@pytest.mark.parametrize(
    "content", ["<content type='image/png'>aGFsbG8=</content>", "<content src='https://h.example/x'/>"]
)
def test_content_that_is_no_text_is_no_body(content: str) -> None:
    assert entry(f"<id>1</id><title>F</title>{content}").body is UNSET


def test_misread_characters_are_mended_and_told() -> None:
    one = read("<description>&#226;&#128;&#166; caf\xc3\xa9</description>".replace("\xc3\xa9", "Ã©"))
    assert one.body == "… café"
    assert "UTF-8 that was read as another encoding" in flags(one)


# Dates


def test_published_and_updated() -> None:
    one = entry(
        "<id>1</id><title>F</title><published>2024-06-18</published><updated>2024-06-19T08:00:00Z</updated>"
    )
    assert (one.created, one.modified) == ("2024-06-18", "2024-06-19T08:00:00Z")


def test_the_only_date_is_that_of_the_publication() -> None:
    one = entry("<id>1</id><title>F</title><updated>2024-06-19T08:00:00Z</updated>")
    assert (one.created, one.modified) == ("2024-06-19T08:00:00Z", UNSET)


def test_dates_by_dublin_core() -> None:
    one = read(f"<dcterms:created>2024-06-17</dcterms:created><dc:date>2024-06-18</dc:date>{STORY}")
    assert (one.created, one.modified) == ("2024-06-17", "2024-06-18")


@pytest.mark.parametrize(
    "date", ["yesterday", "2024-13-02T10:00:00Z", "03/04/2024", "31 Feb 2024", "w" * 500]
)
def test_a_date_that_cannot_be_read_is_absent_and_flagged(date: str) -> None:
    one = read(f"<pubDate>{date}</pubDate>{STORY}")
    assert one.created is UNSET
    assert "created: " in flags(one)


def test_a_date_that_cannot_be_read_is_not_replaced_by_another() -> None:
    one = read(f"<pubDate>soon</pubDate><dcterms:modified>2024-06-18</dcterms:modified>{STORY}")
    assert (one.created, one.modified) == (UNSET, "2024-06-18")


def test_the_feeds_own_zone_holds_for_times_without_one() -> None:
    one = read(f"<pubDate>Tue, 18 Jun 2024 10:15:00</pubDate>{STORY}", zone="Europe/Berlin")
    assert one.created == "2024-06-18T08:15:00Z"
    assert "no time zone" in flags(one)


# People, provider, language, subjects


@pytest.mark.parametrize(
    ("author", "byline", "wire"),
    [
        ("<author>desk@harbour.example (Ada Pier)</author>", "Ada Pier", {}),
        ("<dc:creator>Ada Pier</dc:creator><dc:creator>Bo Quay</dc:creator>", "Ada Pier, Bo Quay", {}),
        ("<author>desk@harbour.example</author>", UNSET, {"author": "desk@harbour.example"}),
        ("<author/>", UNSET, {}),
    ],
)
def test_authors_by_their_names(author: str, byline: object, wire: dict[str, str]) -> None:
    one = read(author + STORY)
    assert one.byline == byline
    assert one.wire == wire


def test_an_entry_without_an_author_has_that_of_its_feed() -> None:
    head = "<author><name>Ada Pier</name></author>"
    assert entry("<id>1</id><title>F</title>", head=head).byline == "Ada Pier"
    assert entry("<id>1</id><title>F</title><author><name>Bo</name></author>", head=head).byline == "Bo"
    assert read(STORY, head="<managingEditor>ed@h.example (Ed)</managingEditor>").byline is UNSET


def test_an_item_that_was_taken_from_elsewhere_has_that_as_its_provider() -> None:
    one = read(f"<source url='https://o.example/feed'>Other News</source>{STORY}")
    assert one.provider == "Other News"
    assert one.wire == {"feed": "Harbour News"}
    one = entry("<id>1</id><title>F</title><source><title>Other News</title><id>x</id></source>")
    assert (one.headline, one.guid, one.provider) == ("F", "1", "Other News")


@pytest.mark.parametrize(
    ("item", "head", "root", "language"),
    [
        ("", "<language>en-us</language>", "", "en-US"),
        ("", "", "xml:lang='sv'", "sv"),
        ("<dc:language>fr</dc:language>", "<language>en</language>", "", "fr"),
        ("", "<dc:language>de-at</dc:language>", "", "de-AT"),
        ("", "", "", UNSET),
    ],
)
def test_the_language_of_an_item_or_else_of_its_feed(
    item: str, head: str, root: str, language: object
) -> None:
    assert read(item + STORY, head=head, root=root).language_declared == language


def test_the_language_of_the_text_comes_first() -> None:
    one = entry("<id>1</id><title>F</title><content xml:lang='fr'>Le bac.</content>", root="xml:lang='en'")
    assert one.language_declared == "fr"


def test_a_language_that_is_none_is_flagged() -> None:
    one = read(STORY, head="<language>English (all of it)</language>")
    assert one.language_declared is UNSET
    assert "is no language tag" in flags(one)


@pytest.mark.parametrize(
    ("category", "subject"),
    [
        ("<category domain='Desk'>local</category>", Subject(qcode="Desk:local", name="local")),
        (
            "<category domain='http://cv.iptc.org/newscodes/subjectcode/'>04000000</category>",
            Subject(qcode="subj:04000000", name="04000000", media_topic="medtop:04000000"),
        ),
        (
            "<category domain='https://h.example/t#'>a b</category>",
            Subject(qcode="https://h.example/t#a%20b", name="a b"),
        ),
    ],
)
def test_a_category_in_a_scheme_is_a_subject(category: str, subject: Subject) -> None:
    assert read(category + STORY).subjects == (subject,)


def test_other_categories_are_keywords() -> None:
    inside = "<category>Ferry</category><dc:subject>Harbour</dc:subject><category>Ferry</category><category/>"
    one = read(inside + "<media:keywords>pier, quay</media:keywords>" + STORY)
    assert one.keywords == ("Ferry", "Harbour", "pier", "quay")
    one = entry("<id>1</id><title>F</title><category term='a' label='Alpha'/><category term='b' scheme='s'/>")
    assert one.keywords == ("Alpha",)
    assert one.subjects == (Subject(qcode="s:b", name="b"),)


@pytest.mark.parametrize(
    ("kind", "found"), [("video/mp4", "video"), ("audio/mpeg", "audio"), ("image/png", "picture")]
)
def test_an_item_without_text_is_what_it_encloses(kind: str, found: str) -> None:
    inside = f"<title>Ferry</title><enclosure url='https://h.example/a' type='{kind}'/>"
    assert read(inside).item_class == found
    assert read(inside + STORY).item_class is UNSET


# Status


def test_an_entry_that_is_taken_back_is_a_kill() -> None:
    data = (
        b"<feed xmlns='http://www.w3.org/2005/Atom' xmlns:at='http://purl.org/atompub/tombstones/1.0'>"
        b"<at:deleted-entry ref='urn:1' when='2024-06-18T08:15:00Z'><at:comment>Wrong ferry</at:comment>"
        b"</at:deleted-entry></feed>"
    )
    one = article(data)
    assert (one.guid, one.status, one.kind) == ("urn:1", "canceled", "kill")
    assert one.modified == "2024-06-18T08:15:00Z"
    assert one.ednotes == ("Wrong ferry",)


def test_a_tombstone_that_names_nothing_is_rejected() -> None:
    data = b"<feed xmlns='http://www.w3.org/2005/Atom'><deleted-entry/></feed>"
    assert "none is named" in rejected(data).reason


def test_a_draft_is_held_back() -> None:
    control = "<app:control xmlns:app='http://www.w3.org/2007/app'><app:draft>yes</app:draft></app:control>"
    assert entry(f"<id>1</id><title>F</title>{control}").status == "withheld"
    assert entry(f"<id>1</id><title>F</title>{control.replace('yes', 'no')}").status == "usable"


# The feed as a whole


def test_a_feed_without_items_is_told_with_its_title() -> None:
    one = rejected(rss())
    assert one.kind == "empty"
    assert one.reason.startswith(NO_ITEM)
    assert "Harbour News" in one.reason
    assert rejected(b"<rss><channel/></rss>").reason == NO_ITEM


def test_an_item_that_is_no_article_does_not_cost_the_others() -> None:
    *articles, last = outcomes(rss(STORY, "<guid>1</guid>", "", STORY.replace("late", "early")))
    assert [one.body for one in articles if isinstance(one, RawArticle)] == [
        "The ferry is late.",
        "The ferry is early.",
    ]
    assert isinstance(last, Rejected)
    assert "2 of 4 items are no articles" in last.reason
    assert "item 3: an item that says nothing" in last.reason


def test_what_stands_within_an_item_is_no_other_article() -> None:
    first, second = outcomes(rss(f"<guid>1 <item>{STORY}</item></guid>{STORY}", f"<guid>2</guid>{STORY}"))
    assert isinstance(first, RawArticle)
    assert isinstance(second, RawArticle)
    assert (first.body, second.body, second.guid) == ("The ferry is late.", "The ferry is late.", "2")


def test_an_item_that_is_too_large_does_not_cost_the_others() -> None:
    *articles, last = outcomes(rss("<description>" + "word " * 10_000 + "</description>", STORY))
    assert len(articles) == 1
    assert isinstance(last, Rejected)
    assert last.kind == "size"


def test_what_was_mended_in_the_file_is_told_of_each_item() -> None:
    data = rss(STORY, STORY).replace(b"version='2.0'", b"version=2.0")
    assert all("was mended" in flags(one) for one in outcomes(data) if isinstance(one, RawArticle))


def test_items_that_are_lost_in_broken_xml_are_told() -> None:
    data = rss("<title>A</title>", "<title>B</title>").replace(
        b"<title>B", b"<description><i><b></i></b>" + b"<item><title>B"
    )
    found = outcomes(data)
    assert any(isinstance(one, Rejected) and "lost in broken XML" in one.reason for one in found)


def test_xml_of_another_kind_is_none() -> None:
    found = list(outcomes(b"<svg><item/></svg>", format="rss-atom"))
    assert isinstance(found[0], Rejected)
    assert found[0].kind == "format"


@pytest.mark.parametrize(
    "root",
    [
        (
            "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
            "<channel rdf:about='x'><title>Harbour News</title></channel>"
            "<item rdf:about='urn:1'><title>Ferry</title><link>https://h.example/1</link></item></rdf:RDF>"
        ),
        (
            "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
            " xmlns='http://my.netscape.com/rdf/simple/0.9/'>"
            "<channel><title>Harbour News</title></channel><item><title>Ferry</title><link>urn:1</link>"
            "<guid>urn:1</guid>"
            "</item></rdf:RDF>"
        ),
        (
            "<rss version='0.91'><channel><title>Harbour News</title><item><title>Ferry</title>"
            "<guid>urn:1</guid></item>"
            "</channel></rss>"
        ),
        (
            "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><title>Harbour News</title><entry>"
            "<id>urn:1</id>"
            "<title mode='escaped' type='text/html'>Ferry</title><issued>2024-06-18</issued></entry></feed>"
        ),
        (
            "<rss xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>Harbour News</title><atom:link"
            " rel='self' href='x'/>"
            "<item><title>Ferry</title><atom:id>urn:1</atom:id></item></channel></rss>"
        ),
        "<channel><title>Harbour News</title><item><title>Ferry</title><guid>urn:1</guid></item></channel>",
    ],
)
def test_every_version_of_rss_and_atom(root: str) -> None:
    one = article(root.encode())
    assert (one.guid, one.headline, one.provider) == ("urn:1", "Ferry", "Harbour News")


def test_time_is_linear_in_the_number_of_items() -> None:
    def took(count: int) -> float:
        data = rss(*(f"<title>T{number}</title><guid>{number}</guid>{STORY}" for number in range(count)))
        start = time.process_time()
        assert len(outcomes(data)) == count
        return time.process_time() - start

    took(100)
    assert took(1600) < 8 * took(400) + 0.2


def test_a_feed_over_the_limit_is_told_with_its_size() -> None:
    one = rejected(b"<rss>" + b" " * (16 * 1024 * 1024) + b"</rss>")
    assert one.kind == "size"
    assert "too large: 16,777,227 bytes" in one.reason


@given(
    st.text(max_size=60),
    st.sampled_from(["title", "link", "guid", "pubDate", "description", "author", "category"]),
)
def test_any_text_in_any_element_is_an_article_or_rejected(text: str, name: str) -> None:
    data = rss(f"<{name}>{text}</{name}>")
    for one in outcomes(data):
        assert isinstance(one, RawArticle) or one.reason
