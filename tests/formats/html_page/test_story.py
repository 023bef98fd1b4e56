"""Where the story of a page is: in the element that plainly holds it, else where trafilatura finds it."""

from __future__ import annotations

import json
import time

import pytest

from pipeline.formats import markup
from pipeline.formats.html_page import story as page_story
from pipeline.formats.html_page.facts import Page
from pipeline.formats.html_page.story import Story
from pipeline.formats.shape import UnfitError

LIMIT = 1_000_000
SENTENCE = (
    "The ferry to the island is late again, and the captain says that the bridge has been up since dawn. "
)
FIRST, SECOND, THIRD = (f"<p>{word}. {SENTENCE * 2}</p>" for word in ("One", "Two", "Three"))
NAV = "<nav><ul>" + "".join(f"<li><a href='/{n}'>Section {n}</a></li>" for n in range(30)) + "</ul></nav>"
TEASERS = "".join(f"<div class='teaser'><h3><a href='/{n}'>Teaser {n}</a></h3></div>" for n in range(20))


def story(body: str, head: str = "", limit: int = LIMIT) -> Story:
    text = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
    root = markup.html(text)
    assert root is not None
    return page_story.of(root, text, Page(root), limit)


def body(text: str, head: str = "") -> str:
    return str(story(text, head).flow.fields().get("body", ""))


def starts(text: str, head: str = "") -> list[str]:
    """The first words of its blocks."""
    return [block.split(". ")[0].split(".")[0] for block in body(text, head).split("\n\n") if block]


@pytest.mark.parametrize(
    "page",
    [
        f"{NAV}<article><h1>Ferry</h1>{FIRST}{SECOND}</article><aside>{TEASERS}</aside>",
        f"{NAV}<main><h1>Ferry</h1>{FIRST}{SECOND}</main><footer>{NAV}</footer>",
        f"{NAV}<div role='main'>{FIRST}{SECOND}</div>",
        f"{NAV}<div><div itemprop='articleBody'>{FIRST}{SECOND}</div><p>{SENTENCE * 9}</p></div>",
        f"<h1>Ferry</h1>{FIRST}{SECOND}",
        f"<article>{FIRST}{SECOND}<article><p>A comment on it.</p></article></article>".replace(
            "<article><p>", "<article class='comment'><p>"
        ),
        f"<article>{FIRST}{SECOND}</article><article><p>A teaser.</p></article>",
    ],
)
def test_the_element_that_plainly_holds_it_is_read(page: str) -> None:
    assert starts(page) == ["One", "Two"]


@pytest.mark.parametrize(
    "page",
    [
        (
            f"{NAV}<div class='page'><div class='text'>{FIRST}{SECOND}{THIRD}</div><div"
            f" class='side'>{TEASERS}</div></div>"
        ),
        (
            f"{NAV}<div id='content'><div><div>{FIRST}{SECOND}{THIRD}</div></div></div><div"
            f" id='footer'>{NAV}</div>"
        ),
    ],
)
def test_where_none_does_trafilatura_finds_it(page: str) -> None:
    assert starts(page) == ["One", "Two", "Three"]


def test_an_element_whose_name_xml_forbids_does_no_harm() -> None:
    assert starts("<article><h1>Harbour <e~>news</h1><p>One day.") == ["One day"]


def test_headings_lists_and_tables_of_what_it_finds_stay() -> None:
    inner = (
        f"{FIRST}<h2>Why it is late</h2>{SECOND}<ul><li>Bridge up for the whole day</li><li>Tide too"
        f" low to land</li></ul>"
        f"<table><tr><th>Ferry</th><th>Delay</th></tr><tr><td>Gull</td><td>5</td></tr></table>{THIRD}"
    )
    flow = story(f"{NAV}<div class='page'><div class='text'>{inner}</div></div>").flow
    fields = flow.fields()
    heads = [fields["body"][span.start : span.end] for span in fields["headings"]]
    assert heads == ["Why it is late"]
    assert "- Bridge up for the whole day\n- Tide too low to land" in fields["body"]
    assert "Ferry | Delay\nGull | 5" in fields["body"]


def test_header_matter_is_no_body() -> None:
    page = (
        "<article><header><h1>Ferry</h1><p>By Ada Pier</p></header><div class='byline'>Ada Pier</div>"
        "<p class='article-meta'>18 June</p><span class='dateline'>x</span><div class='tags'>a b</div>"
        f"{FIRST}<h2>Why</h2>{SECOND}<footer>About us</footer><form>Subscribe</form></article>"
    )
    assert starts(page) == ["One", "Why", "Two"]


def test_a_byline_that_is_a_paragraph_of_the_story_stays() -> None:
    assert starts(f"<article>{FIRST}<p>Ada Pier</p></article>") == ["One", "Ada Pier"]


@pytest.mark.parametrize(
    ("below", "deck"),
    [
        ("<h2>The bridge has been up since dawn.</h2>", "The bridge has been up since dawn."),
        (f"<h2>{'word ' * 20}</h2>", ("word " * 20).strip()),
        ("<p class='standfirst'>The bridge is up.</p>", "The bridge is up."),
        ("<h2>Why it is late</h2>", ""),
        ("<p>The bridge is up.</p>", ""),
        ("", ""),
    ],
)
def test_the_line_beneath_the_headline_is_none_of_the_body(below: str, deck: str) -> None:
    one = story(f"<article><h1>Ferry</h1>{below}{FIRST}{SECOND}</article>")
    assert one.deck == deck
    assert (deck not in one.flow.fields()["body"]) or not deck


def test_pictures_of_the_story_are_media_and_those_around_it_are_not() -> None:
    page = (
        f"<article><figure><img src='https://h.example/a.jpg'><figcaption>The pier.</figcaption>"
        f"</figure>{FIRST}"
        f"<aside><img src='https://h.example/ad.jpg'></aside></article>"
    )
    one = story(page)
    assert [(each.href, each.caption) for each in one.media] == [("https://h.example/a.jpg", "The pier.")]
    assert "pier" not in one.flow.fields()["body"]


def test_what_json_ld_has_counts_where_the_page_shows_less_than_half() -> None:
    said = {"@type": "NewsArticle", "articleBody": f"One. {SENTENCE * 3}\n\nTwo. {SENTENCE}"}
    head = f"<script type='application/ld+json'>{json.dumps(said)}</script>"
    assert starts(f"<article><p>{SENTENCE}</p></article>", head) == ["One", "Two"]
    assert starts(f"<article>{FIRST}{SECOND}{THIRD}</article>", head) == ["One", "Two", "Three"]


def test_a_short_story_in_an_article_of_its_own_is_one() -> None:
    assert body("<article><h1>Ferry</h1><p>The ferry is late.</p></article>") == "The ferry is late."


def test_a_page_without_a_story_gives_none() -> None:
    assert body(f"{NAV}<div>{TEASERS}</div>") == ""
    assert body("") == ""


def test_a_page_that_is_too_heavy_for_trafilatura_is_read_as_it_is() -> None:
    page = f"<div class='text'>{FIRST}{SECOND}</div>" + "<div><i>x</i></div>" * 10_000
    assert body(page).startswith("One.")


def test_a_story_over_the_limit_is_refused() -> None:
    with pytest.raises(UnfitError, match="too large"):
        story(f"<article>{FIRST * 100}</article>", limit=1000)


@pytest.mark.parametrize(
    "page",
    [
        "<article><p>abc</p></article>" * 15_000,
        "<div>" * 240 + "text" + "</div>" * 240,
        ("<div>" * 200 + "text" + "</div>" * 200) * 60,
        "<p>some text that goes on</p>" * 14_000,
        "<main>" * 200 + FIRST,
        "<table><tr><td>" * 80 + SENTENCE,
    ],
)
def test_a_trap_takes_little_time(page: str) -> None:
    start = time.process_time()
    try:
        story(page)
    except UnfitError as error:
        assert error.kind in ("size", "syntax")  # noqa: PT017 - either is fine
    assert time.process_time() - start < 15
