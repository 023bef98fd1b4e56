"""The body of a NewsML-G2 item without what stands around it: headers, repeated headlines, captions."""

from __future__ import annotations

from msgspec import UNSET

from pipeline.article import Media
from tests.formats.conformance import headings
from tests.formats.newsml_g2.copies import HEADLINE, STORY, TEXT, article, html, item, paragraphs

HEADER = (
    '<header><time class="publicationDate">19.06.2024</time><ul class="slugline"><li>Bridge</li></ul>'
    '<p class="genre">Report</p><h1>Harbour bridge opens</h1><h3>Traffic</h3>'
    '<p class="byline">By B. Example</p></header>'
)


class TestMargin:
    def test_a_header_is_no_body_and_its_byline_is_found(self) -> None:
        one = article(item(inline=html(f'{HEADER}<section class="main">{TEXT}</section>')))
        assert (one.body, one.byline) == (STORY, "By B. Example")

    def test_the_metadata_know_the_byline_better(self) -> None:
        one = article(item(content=f"{HEADLINE}<by>By C. Example</by>", inline=html(HEADER + TEXT)))
        assert one.byline == "By C. Example"

    def test_the_headline_repeated_is_no_body(self) -> None:
        one = article(
            item(
                inline=html(
                    f"<article><h1>Harbour  bridge opens</h1>{TEXT}"
                    "<h2>Harbour bridge opens</h2><p>End.</p></article>"
                )
            )
        )
        assert paragraphs(one) == [STORY, "Harbour bridge opens", "End."]

    def test_another_heading_at_the_start_is_a_heading(self) -> None:
        assert headings(article(item(inline=html(f"<h2>The way there</h2>{TEXT}")))) == ["The way there"]

    def test_date_source_and_rubric_before_the_text_are_no_body(self) -> None:
        lead = '<div class="dat"><span class="vignette">Traffic</span><span class="source">XX</span></div>'
        one = article(
            item(inline=html(f'{lead}<div class="bodytext">{TEXT}</div><div class="source">(XX)</div>'))
        )
        assert paragraphs(one) == [STORY, "(XX)"]

    def test_a_byline_that_is_a_paragraph_of_the_body_stays_there(self) -> None:
        one = article(item(inline=html(f'<p class="byline">By B. Example</p>{TEXT}')))
        assert (one.byline, paragraphs(one)[0]) == ("By B. Example", "By B. Example")

    def test_a_dateline_in_the_text_is_found_and_stays(self) -> None:
        one = article(
            item(inline=html('<p><span class="dateline">BREMEN (XX) - </span>The bridge is open.</p>'))
        )
        assert (one.dateline, one.body) == ("BREMEN (XX) -", "BREMEN (XX) - The bridge is open.")

    def test_a_caption_goes_with_its_picture_and_paragraphs_in_it_stay(self) -> None:
        figure = (
            '<figure><img src="http://x.example/a.jpg" alt="x"/><div class="byline">B. Example/XX</div>'
            "<figcaption>The bridge at night.</figcaption></figure>"
        )
        long = "<figure><figcaption><div>Pier</div><div><p>The pier is old.</p></div></figcaption></figure>"
        one = article(item(inline=html(f"{figure}{TEXT}{long}")))
        assert paragraphs(one) == [STORY, "The pier is old."]
        assert one.media == (Media(href="http://x.example/a.jpg", caption="The bridge at night."),)
        assert one.byline is UNSET

    def test_a_picture_has_no_body_of_its_caption(self) -> None:
        figure = (
            '<figure><img src="http://x.example/a.jpg"/><figcaption><p>At night.</p></figcaption></figure>'
        )
        one = article(item(inline=html(figure), kind='<itemClass qcode="ninat:picture"/>'))
        assert one.body is UNSET

    def test_the_headline_is_found_in_the_content_alone(self) -> None:
        assert article(item(content="", inline=html(HEADER + TEXT))).headline == "Harbour bridge opens"
        assert article(item(content="", inline=html(TEXT))).headline == "A page"


def test_a_script_is_the_body_of_what_is_seen_or_heard() -> None:
    script = '<description role="x:shotlist">Pier<br/>- bridge opens</description>'
    text = item(content=HEADLINE + script, inline="", kind='<itemClass qcode="ninat:video"/>')
    assert article(text).body == "Pier\n\nbridge opens"
