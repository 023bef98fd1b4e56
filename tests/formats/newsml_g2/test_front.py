"""What NITF and HTML inside NewsML-G2 say around the body."""

from __future__ import annotations

import pytest
from lxml import etree
from msgspec import UNSET

from pipeline.article import Media
from pipeline.formats.newsml_g2.front import spaced
from tests.formats.newsml_g2.copies import STORY, TEXT, article, html, item, nitf


class TestNitf:
    HEAD = (
        "<hedline><hl1>Harbour bridge opens</hl1><hl2>Trains follow</hl2></hedline>"
        "<byline>By <person>B. Example</person><byttl>Port Reporter</byttl></byline>"
        "<dateline><location>Bremen</location>, <story.date>June 19</story.date></dateline>"
        "<abstract><p>A bridge is open.</p></abstract>"
    )

    def test_its_head_says_what_the_metadata_do_not(self) -> None:
        one = article(item(content="", inline=nitf(TEXT, self.HEAD)))
        assert (one.headline, one.subheadline) == ("Harbour bridge opens", "Trains follow")
        assert (one.byline, one.dateline) == ("By B. Example Port Reporter", "Bremen, June 19")
        assert (one.summary, one.body) == ("A bridge is open.", STORY)

    def test_the_metadata_come_first(self) -> None:
        content = "<headline>Other</headline><by>By C. Example</by><description>Short.</description>"
        one = article(item(content=content, inline=nitf(TEXT, self.HEAD)))
        assert (one.headline, one.byline, one.summary) == ("Other", "By C. Example", "Short.")

    def test_words_within_a_byline_keep_their_commas(self) -> None:
        one = article(item(inline=nitf(TEXT, "<byline>By B. Example, <byttl>Staff</byttl></byline>")))
        assert one.byline == "By B. Example, Staff"

    def test_its_title_is_the_last_resort_for_a_headline(self) -> None:
        inline = nitf(TEXT).replace("<body>", "<head><title>A bridge</title></head><body>", 1)
        assert article(item(content="", inline=inline)).headline == "A bridge"

    def test_its_media_are_links_and_no_text(self) -> None:
        media = (
            '<media media-type="image">'
            '<media-reference source="http://x.example/a.jpg" mime-type="image/jpeg" width="10" height="x"/>'
            "<media-caption>At night.</media-caption><media-producer>XX</media-producer></media>"
        )
        one = article(item(inline=nitf(TEXT + media)))
        assert one.body == STORY
        assert one.media == (
            Media(
                href="http://x.example/a.jpg", type="image/jpeg", caption="At night.", credit="XX", width=10
            ),
        )

    def test_its_end_is_no_body(self) -> None:
        inline = nitf(TEXT).replace(
            "</body.content>", "</body.content><body.end><tagline>bex</tagline></body.end>"
        )
        one = article(item(inline=inline))
        assert (one.body, one.wire["tagline"]) == (STORY, "bex")

    def test_a_body_without_its_content_element_is_read(self) -> None:
        head = "<body.head><byline>By B.</byline></body.head>"
        inline = f"<inlineXML><nitf><body>{head}{TEXT}</body></nitf></inlineXML>"
        one = article(item(inline=inline))
        assert (one.body, one.byline) == (STORY, "By B.")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<byline>By<person>A. Example</person><byttl>Wire</byttl></byline>", "By A. Example Wire"),
        ("<byline>By <b>A</b>. <b>E</b>xample</byline>", "By A. Example"),
        ("<byline><person>A</person>, <person>B</person>; <byttl>XX</byttl></byline>", "A, B; XX"),
        ("<byline>  </byline>", ""),
    ],
)
def test_names_are_parted_from_what_they_touch_and_letters_are_not(markup: str, text: str) -> None:
    assert spaced(etree.fromstring(markup)) == text


@pytest.mark.parametrize("byline", ['<p class="byline">', '<span class="by-line x">', '<a class="Author">'])
def test_a_byline_is_known_by_its_class(byline: str) -> None:
    name = byline[1:].split(maxsplit=1)[0]
    one = article(item(inline=html(f"<header>{byline}By A. Example</{name}></header>{TEXT}")))
    assert (one.byline, one.body) == ("By A. Example", STORY)


def test_a_text_about_the_author_is_no_byline() -> None:
    about = "A. Example writes on ports. " * 20
    assert article(item(inline=html(f'{TEXT}<p class="author">{about}</p>'))).byline is UNSET
