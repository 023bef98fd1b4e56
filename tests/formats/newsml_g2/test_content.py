"""The content of NewsML-G2 items: NITF, XHTML, escaped HTML, plain text; which rendition is the body."""

from __future__ import annotations

import base64

import pytest
from msgspec import UNSET

from tests.formats.conformance import headings
from tests.formats.newsml_g2.copies import STORY, TEXT, XHTML, article, html, item, nitf, paragraphs


class TestVocabularies:
    @pytest.mark.parametrize(
        "inline",
        [
            html(TEXT),
            html(TEXT).replace(f'xmlns="{XHTML}"', ""),
            nitf(TEXT),
            nitf(TEXT, namespace=""),
            nitf(TEXT, namespace='xmlns="http://iptc.org/std/NITF/2006-10-18/" version="x"'),
            nitf(f"<block>{TEXT}</block>"),
            f"<inlineXML>{TEXT}</inlineXML>",
            f"<inlineXML><div>{TEXT}</div></inlineXML>",
            f"<inlineXML><body.content>{TEXT}</body.content></inlineXML>",
            f'<inlineXML><body xmlns="{XHTML}">{TEXT}</body></inlineXML>',
            f"<inlineXML><h:html xmlns:h='{XHTML}'><h:body><h:p>{STORY}</h:p></h:body></h:html></inlineXML>",
            f"<inlineXML>&lt;p&gt;{STORY}&lt;/p&gt;</inlineXML>",
            f"<inlineXML><![CDATA[<p>{STORY}</p>]]></inlineXML>",
            f"<inlineXML><html><body>&lt;div&gt;&lt;p&gt;{STORY}&lt;/p&gt;&lt;/div&gt;</body></html></inlineXML>",
            f"<inlineXML>{STORY}</inlineXML>",
            f"<inlineXML><story><para>{STORY}</para></story></inlineXML>",
            f"<inlineData contenttype='text/plain'>{STORY}</inlineData>",
            f"<inlineData contenttype='text/html'>&lt;p&gt;{STORY}&lt;/p&gt;</inlineData>",
            f"<inlineData contenttype='text/plain'>\n<![CDATA[<p>\n  {STORY}\n</p>]]></inlineData>",
        ],
    )
    def test_the_same_story_is_read_in_all_of_them(self, inline: str) -> None:
        assert article(item(inline=inline)).body == STORY

    @pytest.mark.parametrize(
        "encoding", ['encoding="encd:base64"', 'encodinguri="http://x.example/enc/base64"']
    )
    def test_base64_is_decoded(self, encoding: str) -> None:
        packed = base64.encodebytes(STORY.encode()).decode()
        inline = f'<inlineData contenttype="text/plain" {encoding}>{packed}</inlineData>'
        assert article(item(inline=inline)).body == STORY

    @pytest.mark.parametrize(
        ("inline", "told"),
        [
            ('<inlineData encoding="encd:base64">%%% not it</inlineData>', "Base64"),
            ('<inlineData encoding="encd:base64">é</inlineData>', "Base64"),
            ('<inlineData encoding="encd:base64">AAAA</inlineData>', "Base64"),
            ('<inlineData encoding="encd:uuencode">M5&amp;AE</inlineData>', "uuencode"),
            ('<inlineData contenttype="image/jpeg" encoding="encd:base64">AAAA</inlineData>', "image/jpeg"),
        ],
    )
    def test_data_that_is_no_text_is_left_out_and_flagged(self, inline: str, told: str) -> None:
        one = article(item(inline=inline))
        assert one.body is UNSET
        assert told in one.flags[0]

    @pytest.mark.parametrize(
        "inline", ["<inlineXML><!-- none --></inlineXML>", "<inlineXML/>", html(""), nitf(""), ""]
    )
    def test_comments_and_empty_markup_are_no_body(self, inline: str) -> None:
        assert article(item(inline=inline)).body is UNSET

    def test_an_unknown_vocabulary_gives_its_readable_text(self) -> None:
        events = (
            "<inlineXML><events><event><name>Meeting</name><dates><start>2024-06-19</start></dates></event>"
            "<event><name>Opening of the <b>new</b> bridge</name></event></events></inlineXML>"
        )
        one = article(item(inline=events))
        assert paragraphs(one) == ["Meeting", "2024-06-19", "Opening of the new bridge"]

    def test_entities_that_were_escaped_twice_are_mended_and_flagged(self) -> None:
        one = article(
            item(
                inline=html(
                    "<p>&amp;quot;It&amp;#39;s open&amp;quot;, <b>&amp;amp;</b> free &amp;lt;here</p>"
                )
            )
        )
        assert one.body == '"It\'s open", & free &lt;here'
        assert "escaped twice" in one.flags[0]

    def test_headings_lists_and_tables_are_readable(self) -> None:
        body = (
            f"{TEXT}<h2>Costs</h2><ul><li>Steel</li><li>Stone</li></ul>"
            "<table><tr><th>Year</th><th>Cars</th></tr><tr><td>2024</td><td>12</td></tr></table>"
            "<p>Team A   3   1<br/>Team B   2   2</p>"
        )
        one = article(item(inline=html(body)))
        assert headings(one) == ["Costs"]
        assert paragraphs(one)[2:] == [
            "- Steel\n- Stone",
            "Year | Cars\n2024 | 12",
            "Team A   3   1\nTeam B   2   2",
        ]
        assert len(one.tables) == 2


class TestRenditions:
    def test_the_structured_one_is_the_body_and_not_both(self) -> None:
        plain = f"<inlineData contenttype='text/plain'>{STORY}</inlineData>"
        one = article(item(inline=plain + html(f"{TEXT}<h2>More</h2><p>End.</p>")))
        assert paragraphs(one) == [STORY, "More", "End."]

    def test_the_first_of_two_structured_ones_is_it(self) -> None:
        assert article(item(inline=html("<p>A.</p>") + nitf("<p>B.</p>"))).body == "A."

    def test_a_structured_one_without_text_gives_way(self) -> None:
        plain = f"<inlineData contenttype='text/plain'>{STORY}</inlineData>"
        assert article(item(inline=nitf("") + plain)).body == STORY

    def test_two_content_sets_are_looked_at(self) -> None:
        text = item(inline="").replace("</newsItem>", f"<contentSet>{html(TEXT)}</contentSet></newsItem>")
        assert article(text).body == STORY
