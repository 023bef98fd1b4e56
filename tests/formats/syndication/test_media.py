"""The files that an item of a feed links to: enclosures of RSS and Atom, and Media RSS."""

from __future__ import annotations

import time

import pytest
from msgspec import UNSET

from pipeline.article import Media
from pipeline.formats import xml
from pipeline.formats.syndication import media as feed_media

NAMES = "xmlns:media='http://search.yahoo.com/mrss/' xmlns:a='http://www.w3.org/2005/Atom'"


def linked(inside: str, base: str = "") -> list[feed_media.Linked]:
    root, _ = xml.parse(f"<item {NAMES}>{inside}</item>".encode())
    return feed_media.linked(root, base)


def media(inside: str, base: str = "") -> list[Media]:
    return [one.media for one in linked(inside, base)]


def test_an_enclosure_of_rss() -> None:
    (one,) = linked("<enclosure url='https://h.example/a.MP3' type='Audio/MPEG' length='7'/>")
    assert one.media == Media(href="https://h.example/a.MP3", type="audio/mpeg")
    assert one.kind == "audio/mpeg"


def test_an_enclosure_of_atom_and_no_other_link() -> None:
    inside = (
        "<a:link href='/a.jpg' rel='enclosure' type='image/jpeg'/><a:link href='/x'"
        " rel='alternate'/><link>/y</link>"
    )
    assert media(inside, "https://h.example/1") == [Media(href="https://h.example/a.jpg", type="image/jpeg")]


def test_media_rss_with_its_caption_credit_and_size() -> None:
    inside = (
        "<media:content url='https://h.example/a.jpg' type='image/jpeg' width='640' height='480'>"
        "<media:title>Pier</media:title><media:description type='html'>The &lt;b&gt;pier&lt;/b&gt;."
        "</media:description>"
        "<media:credit role='photographer'>Ada Pier</media:credit></media:content>"
    )
    assert media(inside) == [
        Media(
            href="https://h.example/a.jpg",
            type="image/jpeg",
            caption="The pier.",
            credit="Ada Pier",
            width=640,
            height=480,
        )
    ]


def test_a_caption_may_stand_around_the_file_but_the_items_own_texts_are_none() -> None:
    inside = (
        "<title>Ferry</title><description>Late.</description><media:credit>Desk</media:credit>"
        "<media:group><media:title>Pier</media:title><media:content url='https://h.example/a.mp4'"
        " medium='video'/>"
        "</media:group>"
    )
    (one,) = linked(inside)
    assert one.media == Media(href="https://h.example/a.mp4", caption="Pier", credit="Desk")
    assert one.kind == "video"


def test_a_thumbnail_says_that_it_is_one() -> None:
    inside = (
        "<media:content url='https://h.example/a.mp4' type='video/mp4'><media:thumbnail"
        " url='/a.jpg'/></media:content>"
    )
    first, second = media(inside, "https://h.example/")
    assert first.rendition is UNSET
    assert second == Media(href="https://h.example/a.jpg", rendition="thumbnail")


def test_each_address_once_and_the_one_that_says_most_first() -> None:
    inside = (
        "<enclosure url='https://h.example/a.jpg' type='image/jpeg'/>"
        "<media:content url='https://h.example/a.jpg' type='image/jpeg' width='640'/>"
    )
    assert media(inside) == [Media(href="https://h.example/a.jpg", type="image/jpeg", width=640)]


@pytest.mark.parametrize(
    "inside",
    [
        "<enclosure url='' type='image/jpeg'/>",
        "<enclosure type='image/jpeg'/>",
        "<enclosure url='javascript:x'/>",
        "<media:content url='file:///etc/passwd'/>",
        "<media:player url='https://h.example/player'/>",
        "<content url='https://h.example/a.jpg'/>",
        "<media:content/>",
    ],
)
def test_what_leads_nowhere_is_no_file(inside: str) -> None:
    assert media(inside) == []


@pytest.mark.parametrize(
    ("width", "pixels"), [("640", 640), ("0", UNSET), ("-3", UNSET), ("9" * 30, UNSET), ("wide", UNSET)]
)
def test_a_width_that_is_no_number_of_pixels_is_absent(width: str, pixels: object) -> None:
    (one,) = media(f"<media:content url='https://h.example/a.jpg' width='{width}'/>")
    assert one.width == pixels


@pytest.mark.parametrize("name", ["enclosure", "media:content", "media:thumbnail"])
def test_so_many_files_that_it_must_be_a_trap_take_no_time(name: str) -> None:
    inside = "".join(f"<{name} url='https://h.example/{number}'/>" for number in range(50_000))
    start = time.process_time()
    assert len(media(inside)) == feed_media.TIMES
    assert time.process_time() - start < 10
