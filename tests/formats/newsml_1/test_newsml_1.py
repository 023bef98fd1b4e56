"""NewsML 1.x: which of its components is the story, in which language, and how content is written."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline.article import RawArticle
from pipeline.formats import newsml_1
from pipeline.formats.shape import Rejected
from tests.formats.conformance import Conformance, article, headings, outcomes, rejected
from tests.formats.newsml_1.copies import HEADLINE, component, content, item, newsml, read


def articles(data: bytes) -> list[RawArticle]:
    return [one for one in outcomes(data) if isinstance(one, RawArticle)]


def headline(text: str, language: str = "") -> str:
    tag = f' xml:lang="{language}"' if language else ""
    return f"<NewsLines><HeadLine{tag}>{text}</HeadLine></NewsLines>"


def language(tag: str) -> str:
    return f'<DescriptiveMetadata><Language FormalName="{tag}"/></DescriptiveMetadata>'


def flags(one: RawArticle) -> str:
    return " | ".join(one.flags)


PICTURE = '<MimeType FormalName="image/jpeg"/>'


COPY = newsml(
    item(
        component(
            HEADLINE + component(content("<p>One paragraph.</p><hl2>A heading</hl2><p>The end.</p>"), "Body")
        ),
        manage='<FirstCreated>20240619T101500+0200</FirstCreated><Status FormalName="Usable"/>',
    ),
    envelope="<DateAndTime>20240619T101500Z</DateAndTime>",
)


class TestConformance(Conformance):
    format = newsml_1
    copy = COPY


class TestSeveral(Conformance):
    """Several items, a namespace with a prefix, a document type, a stylesheet, a blank line at the start."""

    format = newsml_1
    copy = (
        b'\n<!DOCTYPE n:NewsML SYSTEM "./DTD/NewsMLv1.0.dtd">\n<?xml-stylesheet type="text/xsl" '
        b'href="x.xsl"?>\n'
        b'<n:NewsML xmlns:n="urn:newsml:1"><n:NewsItem><n:NewsComponent><n:ContentItem><n:DataContent>'
        b"One ferry is late, and another one is not, which is all that there is to "
        b"say.</n:DataContent></n:ContentItem>"
        b"</n:NewsComponent></n:NewsItem>"
        b"<n:NewsItem><n:NewsComponent><n:NewsLines><n:HeadLine>Two ferries are late, and a third "
        b"one is not, which is all that there is to say"
        b"</n:HeadLine></n:NewsLines></n:NewsComponent></n:NewsItem></n:NewsML>"
    )


@pytest.mark.parametrize(
    ("head", "is_it"),
    [
        (b"<NewsML>", True),
        (b'<NewsML Version="1.2" xmlns="http://iptc.org/std/NewsML/2003-10-10/">', True),
        (b'\n\n<!DOCTYPE NewsML PUBLIC "urn:newsml:iptc.org:20021018:NewsMLv1.1:1" "x.dtd">\n<NewsML>', True),
        (b'<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/">', False),
        (b"<newsMessage>", False),
        (b"<NewsMLx>", False),
        (b"\x00", False),
    ],
)
def test_it_is_known_by_its_root_element(head: bytes, is_it: bool) -> None:
    assert newsml_1.sniff(head) is is_it


class TestFile:
    def test_each_item_is_an_article_in_order(self) -> None:
        found = articles(newsml(*(item(guid=f"urn:x:{number}") for number in range(3))))
        assert [one.guid for one in found] == ["urn:x:0", "urn:x:1", "urn:x:2"]

    def test_an_item_that_is_none_harms_no_other(self) -> None:
        good, bad = outcomes(newsml(item("<TopicSet/>"), item(guid="urn:x:2")))
        assert isinstance(good, RawArticle)
        assert isinstance(bad, Rejected)
        assert (good.guid, bad.reason) == (
            "urn:x:2",
            "1 of 2 items are no articles: item 1: a topic set, no story",
        )

    @pytest.mark.parametrize(
        ("inside", "reason"),
        [
            ("", "no NewsComponent in it"),
            ('<Update IdRef="a"><Replace/></Update>', "changes to parts of an earlier revision"),
            ("<TopicSet/>", "a topic set"),
            (component(), "neither headline nor body"),
        ],
    )
    def test_an_item_without_a_story_says_why(self, inside: str, reason: str) -> None:
        assert reason in rejected(newsml(item(inside))).reason

    def test_an_item_that_only_cancels_needs_none(self) -> None:
        one = read("", manage='<Status FormalName="Canceled"/>')
        assert (one.status, one.kind) == ("canceled", "kill")

    def test_no_item_is_no_article(self) -> None:
        assert rejected(newsml(before="<Catalog/>")).kind == "empty"

    def test_other_xml_is_rejected(self) -> None:
        (one,) = outcomes(b"<nitf/>", format="newsml-1.2")
        assert isinstance(one, Rejected)
        assert "root element is <nitf>" in one.reason

    def test_what_is_cut_off_may_come_yet(self) -> None:
        assert rejected(COPY[:-40]).kind == "truncated"

    def test_a_file_over_the_limit_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("pipeline.formats.xml.DOCUMENT", 200)
        one = rejected(COPY)
        assert (one.kind, "too large" in one.reason, "200" in one.reason) == ("size", True, True)


class TestStory:
    def test_text_headings_and_headline(self) -> None:
        one = article(COPY)
        assert (one.headline, one.body) == ("Ferry late", "One paragraph.\n\nA heading\n\nThe end.")
        assert headings(one) == ["A heading"]

    @pytest.mark.parametrize(
        "role", ["StyleSheet", "Contact", "Copyright", "Logo", "Thumbnail", "Metadata", "IptcRole:StyleSheet"]
    )
    def test_components_that_are_no_story(self, role: str) -> None:
        one = read(
            component(HEADLINE + component(content("other"), role) + component(content("Story."), "Body"))
        )
        assert one.body == "Story."

    @pytest.mark.parametrize(
        ("role", "field"),
        [
            ("HeadLine", "headline"),
            ("Title", "headline"),
            ("SubHeadLine", "subheadline"),
            ("ByLine", "byline"),
            ("DateLine", "dateline"),
            ("Abstract", "summary"),
            ("Summary", "summary"),
        ],
    )
    def test_components_that_are_a_line(self, role: str, field: str) -> None:
        spoken = component(content('<html><body><p class="x"><b>Some words</b></p></body></html>'), role)
        one = read(component(spoken + component(content("Story."), "Body")))
        assert (getattr(one, field), one.body) == ("Some words", "Story.")

    def test_news_lines_go_before_components(self) -> None:
        one = read(
            component(HEADLINE + component(content("Other"), "HeadLine") + component(content("Story.")))
        )
        assert one.headline == "Ferry late"

    def test_the_innermost_headline_is_the_storys(self) -> None:
        one = read(component(HEADLINE + component(headline("Inner") + content("Story."), "Main")))
        assert one.headline == "Inner"

    def test_texts_in_pieces_are_put_together(self) -> None:
        one = read(
            component(HEADLINE + component(content("<p>One.</p>")) + component(content("<p>Two.</p>")))
        )
        assert one.body == "One.\n\nTwo."

    def test_texts_beside_the_story_are_told_of(self) -> None:
        one = read(
            component(
                HEADLINE + component(content("Side."), "Supporting") + component(content("Story."), "Main"),
                "Main",
            )
        )
        assert one.body == "Story."
        assert "texts beside the story are left out: Supporting" in flags(one)

    def test_a_text_beside_it_is_the_story_where_there_is_no_other(self) -> None:
        assert read(component(HEADLINE + component(content("Side."), "Supporting"))).body == "Side."

    def test_another_story_is_told_of(self) -> None:
        two = "".join(component(headline(name) + content(f"{name}."), "Main") for name in ("First", "Second"))
        one = read(component(two))
        assert (one.headline, one.body) == ("First", "First.")
        assert "other stories in it are left out: Second" in flags(one)

    @pytest.mark.parametrize("body", ["Story.", "The lead. Story."])
    def test_a_lead_is_the_first_paragraph_once(self, body: str) -> None:
        one = read(component(component(content("The lead."), "Lead") + component(content(body), "Body")))
        assert (one.body or "").split() == ["The", "lead.", "Story."]

    def test_the_headline_repeated_in_the_text_is_no_body(self) -> None:
        one = read(component(HEADLINE + content("<h1>Ferry late</h1><p>Story.</p><h2>Fog</h2><p>End.</p>")))
        assert one.body == "Story.\n\nFog\n\nEnd."

    def test_a_headline_alone_is_flagged(self) -> None:
        one = read(component(HEADLINE))
        assert (one.headline, one.body, one.flags) == ("Ferry late", UNSET, ("there is no text in it",))

    def test_text_in_another_file_is_told_of_and_not_fetched(self) -> None:
        inside = HEADLINE + content("", '<MimeType FormalName="text/xml"/>', "../x/story.xml")
        one = read(component(inside))
        assert one.body is UNSET
        assert "in other files, which are not fetched: ../x/story.xml" in flags(one)
        assert one.media == ()


class TestLanguages:
    def two(self, first: str = "en", second: str = "fr", **parts: Any) -> list[RawArticle]:
        inside = "".join(
            component(headline(f"Headline {tag}") + language(tag) + content(f"<p>Story {tag}.</p>"), "Main")
            for tag in (first, second)
        )
        basis = "<BasisForChoice>./NewsComponent/DescriptiveMetadata/Language</BasisForChoice>"
        return articles(newsml(item(component(basis + inside), **parts)))

    def test_each_language_is_an_article(self) -> None:
        first, second = self.two()
        assert (first.guid, second.guid) == (
            "urn:newsml:acme.example:20240619:ferry:1",
            "urn:newsml:acme.example:20240619:ferry:1#fr",
        )
        assert (first.language_declared, first.headline, first.body) == ("en", "Headline en", "Story en.")
        assert (second.language_declared, second.headline, second.body) == ("fr", "Headline fr", "Story fr.")
        assert first.id != second.id

    def test_the_declared_one_goes_first(self) -> None:
        assert [one.language_declared for one in self.two(attributes='xml:lang="fr"')] == ["fr", "en"]

    def test_one_that_is_declared_and_has_no_story_does_not(self) -> None:
        assert [one.language_declared for one in self.two(attributes='xml:lang="de"')] == ["en", "fr"]

    def test_two_writings_of_a_tag_are_one(self) -> None:
        (one,) = self.two("swe", "sv")
        assert (one.language_declared, one.body) == ("sv", "Story swe.")

    def test_lines_in_two_languages(self) -> None:
        lines = (
            '<NewsLines><HeadLine xml:lang="fr">Bac</HeadLine><HeadLine xml:lang="en">'
            "Ferry</HeadLine></NewsLines>"
        )
        assert read(component(lines + language("en") + content())).headline == "Ferry"
        assert read(component(lines + language("fr") + content())).headline == "Bac"
        assert read(component(lines + content())).headline == "Bac"

    @pytest.mark.parametrize(
        "inside",
        [
            component(HEADLINE + content("<p>x</p>"), attributes='xml:lang="nl"'),
            component(HEADLINE + language("nl") + content("<p>x</p>")),
            component(HEADLINE + content('<html xml:lang="nl"><body><p>x</p></body></html>')),
            component(HEADLINE + content('<nitf><body xml:lang="nl"><body.content><p>x</p>'
'</body.content></body></nitf>')),
        ],
    )  # fmt: skip
    def test_where_a_language_is_declared(self, inside: str) -> None:
        assert read(inside).language_declared == "nl"

    def test_one_that_is_no_tag_is_flagged(self) -> None:
        one = read(component(HEADLINE + language("English (UK)") + content()))
        assert one.language_declared is UNSET
        assert "'English (UK)'" in flags(one)

    def test_there_is_an_end_to_them(self) -> None:
        tags = [f"en-x-a{number}" for number in range(newsml_1.LANGUAGES + 5)]
        inside = "".join(component(content(f"Story {tag}."), attributes=f'xml:lang="{tag}"') for tag in tags)
        found = articles(newsml(item(component(HEADLINE + inside))))
        assert len(found) == newsml_1.LANGUAGES
        assert "it has 25 languages, of which 20 are read" in flags(found[0])


class TestHostile:
    @pytest.mark.parametrize(
        "data",
        [
            newsml(item(component(HEADLINE + content("<p>x</p>") * 5_000))),
            newsml(item(component(HEADLINE + component(content("x")) * 5_000))),
            newsml(
                item("<NewsComponent>" * 100 + component(content("x")) * 3_000 + "</NewsComponent>" * 100)
            ),
            newsml(
                item(
                    component(
                        "<NewsLines>" + "<HeadLine>h</HeadLine>" * 5_000 + "</NewsLines>" + content("x")
                    )
                )
            ),
            newsml(item(component(HEADLINE + content("", PICTURE, "a.jpg") * 5_000))),
            newsml(item(component(HEADLINE + content("<![CDATA[" + "<b>x " * 50_000 + "]]>")))),
            newsml(item(component(HEADLINE + content("<p>" + "word " * 300_000 + "</p>")))),
            newsml(item("<NewsComponent>" * 4_000 + "</NewsComponent>" * 4_000)),
            newsml(*[item()] * 500),
            b'<!DOCTYPE NewsML [<!ENTITY x SYSTEM "/etc/passwd">]>'
            + newsml(item(component(content("&x;"))))[39:],
        ],
        ids=[
            "contents",
            "components",
            "bush",
            "lines",
            "pictures",
            "tags",
            "long",
            "deep",
            "items",
            "entity",
        ],
    )
    def test_it_ends_soon(self, data: bytes) -> None:
        start = time.process_time()
        found = outcomes(data)
        assert time.process_time() - start < 15
        assert found
        assert "root:" not in repr(found)


WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=12)


ROLES = st.sampled_from(
    ["", "Main", "Body", "Supporting", "Caption", "HeadLine", "Contact", "StyleSheet", "Lead"]
)


@given(st.lists(st.tuples(ROLES, WORDS), max_size=6), st.sampled_from(["en", "fr", ""]))
def test_whatever_the_roles_contacts_and_styles_are_no_body(parts: list[tuple[str, str]], tag: str) -> None:
    attributes = f'xml:lang="{tag}"' if tag else ""
    inside = "".join(component(content(f"zz{role}{word}"), role, attributes) for role, word in parts)
    for one in outcomes(newsml(item(component(HEADLINE + inside)))):
        assert isinstance(one, RawArticle)
        assert not any(
            f"zz{role}" in (one.body or "") for role in ("Contact", "StyleSheet", "Caption", "HeadLine")
        )
        assert one.headline == "Ferry late"
