"""Links to pictures, videos and sounds in NewsML-G2, and to other forms of the text."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from pipeline.article import Media
from tests.formats.newsml_g2.copies import HEADLINE, TEXT, article, html, item

PICTURE = '<itemClass qcode="ninat:picture"/>'


def test_each_size_of_a_picture_is_a_link_with_its_role() -> None:
    sizes = (
        '<remoteContent rendition="rnd:highRes" href="http://x.example/a.jpg" contenttype="image/jpeg"'
        ' width="1500" height="1001"/>'
        '<remoteContent renditionuri="http://x.example/r/web" residref="urn:x:a"/>'
    )
    one = article(item(inline=sizes, kind=PICTURE))
    assert one.item_class == "picture"
    assert one.media == (
        Media(
            href="http://x.example/a.jpg", type="image/jpeg", rendition="rnd:highRes", width=1500, height=1001
        ),
        Media(href="urn:x:a", rendition="http://x.example/r/web"),
    )


@pytest.mark.parametrize(
    ("attributes", "width"),
    [
        ('width="10"', 10),
        ('width="10" widthunit="dimensionunit:pixels"', 10),
        ('width="10" widthunit="dimensionunit:points"', UNSET),
        ('width="0"', UNSET),
        ('width="-3"', UNSET),
        ('width="10.5"', UNSET),
        ('width="99999999999999999999"', UNSET),
    ],
)
def test_sides_are_whole_pixels_or_absent(attributes: str, width: object) -> None:
    one = article(item(inline=f'<remoteContent href="a.jpg" {attributes}/>', kind=PICTURE))
    assert one.media[0].width == width


def test_a_picture_needs_neither_text_nor_headline() -> None:
    one = article(item(content="", inline='<remoteContent href="a.jpg"/>', kind=PICTURE))
    assert (one.headline, one.body) == (UNSET, UNSET)


def test_the_same_address_is_one_link() -> None:
    shown = html('<figure><img src="http://x.example/a.jpg" width="9" height="9"/></figure>')
    one = article(
        item(
            inline=f'{shown}<remoteContent href="http://x.example/a.jpg" rendition="rnd:web"/>', kind=PICTURE
        )
    )
    assert one.media == (Media(href="http://x.example/a.jpg", rendition="rnd:web"),)


def test_an_icon_is_a_link_too() -> None:
    icon = '<icon href="http://x.example/i.jpg" rendition="rnd:thumbnail" contenttype="image/jpeg"/>'
    one = article(item(content=HEADLINE + icon))
    assert one.media == (Media(href="http://x.example/i.jpg", type="image/jpeg", rendition="rnd:thumbnail"),)


def test_a_link_to_an_item_that_is_a_picture_is_one_to_a_picture() -> None:
    link = (
        f'<link rel="irel:seeAlso" residref="urn:x:p" href="http://x.example/p.jpg">{PICTURE}'
        "<title>At night</title></link>"
        f'<link rel="irel:dependsOn" guidref="urn:x:q">{PICTURE}<remoteContent href="http://x.example/q1.jpg"/>'
        '<remoteContent href="http://x.example/q2.jpg"/></link>'
        f'<link rel="irel:seeAlso" residref="urn:x:r">{PICTURE}</link>'
        '<link rel="irel:seeAlso" href="http://x.example/page"/>'
    )
    one = article(item(link))
    assert [media.href for media in one.media] == [
        "http://x.example/p.jpg",
        "http://x.example/q1.jpg",
        "http://x.example/q2.jpg",
    ]
    assert one.media[0].caption == "At night"


@pytest.mark.parametrize(
    ("kind", "url"),
    [("text/html", "http://x.example/story"), ("application/nitf+xml", UNSET), ("application/pdf", UNSET)],
)
def test_another_form_of_the_text_is_no_picture(kind: str, url: object) -> None:
    remote = f'<remoteContent contenttype="{kind}" href="http://x.example/story"/>'
    one = article(item(inline=html(TEXT) + remote))
    assert one.media == ()
    assert (one.url, one.wire["remote_content"]) == (url, "http://x.example/story")


def test_a_caption_is_the_summary_of_a_picture() -> None:
    caption = '<description role="drol:caption">The bridge at night.</description>'
    one = article(item(content=HEADLINE + caption, inline='<remoteContent href="a.jpg"/>', kind=PICTURE))
    assert (one.summary, one.body) == ("The bridge at night.", UNSET)


def test_what_has_no_address_is_no_link() -> None:
    assert article(item(inline='<remoteContent contenttype="image/jpeg"/>', kind=PICTURE)).media == ()
