"""NewsML 1.x: how content is written, NITF in it, pictures and packages."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from msgspec import UNSET

from pipeline.article import RawArticle
from tests.formats.conformance import outcomes, rejected
from tests.formats.newsml_1.copies import HEADLINE, component, content, item, newsml, read


def articles(data: bytes) -> list[RawArticle]:
    return [one for one in outcomes(data) if isinstance(one, RawArticle)]


def headline(text: str, language: str = "") -> str:
    tag = f' xml:lang="{language}"' if language else ""
    return f"<NewsLines><HeadLine{tag}>{text}</HeadLine></NewsLines>"


def flags(one: RawArticle) -> str:
    return " | ".join(one.flags)


PICTURE = '<MimeType FormalName="image/jpeg"/>'


class TestOneOfSeveral:
    PLAIN = content("Plain story.", '<Format FormalName="Text"/>')
    HTML = content("<![CDATA[<p>HTML story.</p>]]>", '<Format FormalName="HTML"/>')
    NITF = content("<nitf><body><body.content><p>NITF story.</p></body.content></body></nitf>")

    @pytest.mark.parametrize(
        ("items", "body"),
        [
            (PLAIN + HTML, "HTML story."),
            (HTML + PLAIN, "HTML story."),
            (PLAIN + NITF + HTML, "NITF story."),
        ],
    )
    @pytest.mark.parametrize("basis", ["", "<BasisForChoice>./ContentItem/Format</BasisForChoice>"])
    def test_the_best_writing_is_taken_once(self, items: str, body: str, basis: str) -> None:
        assert read(component(HEADLINE + basis + items)).body == body

    def test_in_components_too(self) -> None:
        inside = component(self.PLAIN) + component(self.HTML)
        assert read(component(HEADLINE + inside, attributes='EquivalentsList="yes"')).body == "HTML story."

    @pytest.mark.parametrize("where", ["own", "above"])
    def test_of_equivalents_the_first(self, where: str) -> None:
        yes = 'EquivalentsList="yes"'
        one, two = content("<p>One.</p>"), content("<p>Two.</p>")
        inside = component(one + two, attributes=yes) if where == "own" else component(one) + component(two)
        assert read(component(HEADLINE + inside, attributes=yes)).body == "One."


class TestContent:
    def body(self, data: str, about: str = "") -> Any:
        return read(component(HEADLINE + content(data, about))).body

    @pytest.mark.parametrize(
        "data",
        [
            "<p>One <b>bold</b>.</p><p>Two.</p>",
            (
                '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>T</title></head><body><p>'
                "One bold.</p>"
                "<p>Two.</p></body></html>"
            ),
            "<nitf><body><body.content><p>One bold.</p><p>Two.</p></body.content></body></nitf>",
            "<body.content><p>One bold.</p><p>Two.</p></body.content>",
            "<![CDATA[<P>One <B>bold</B>.</P>\n<P>Two.</P>\n<P> </P>]]>",
            "&lt;p&gt;One bold.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;",
            "<![CDATA[<?xml version='1.0'?><nitf><body><p>One bold.</p><p>Two.</p></body></nitf>]]>",
            "<![CDATA[One <b>bold</b>.\n\nTwo.]]>",
            "One bold.\n\nTwo.\n",
        ],
        ids=["p", "xhtml", "nitf", "fragment", "cdata", "escaped", "nitf in cdata", "inline tags", "plain"],
    )
    def test_all_ways_of_writing_it_give_the_same_text(self, data: str) -> None:
        assert self.body(data) == "One bold.\n\nTwo."

    def test_entities_in_plain_text(self) -> None:
        assert self.body("Caf&amp;eacute; &amp;amp; bar\n\nTwo.") == "Café & bar\n\nTwo."

    def test_comparisons_in_plain_text_are_no_tags(self) -> None:
        assert self.body("3 &lt; 5 and a &lt;b, x &gt; y.") == "3 < 5 and a <b, x > y."

    @pytest.mark.parametrize("notation", ["base64", "Base64", "IptcEncoding:base64"])
    def test_base64(self, notation: str) -> None:
        data = base64.b64encode("<p>Blåbær.</p>".encode()).decode()
        inside = (
            f'<ContentItem><Encoding Notation="{notation}"><DataContent>{data}</DataContent>'
            f"</Encoding></ContentItem>"
        )
        assert read(component(HEADLINE + inside)).body == "Blåbær."

    @pytest.mark.parametrize(
        ("notation", "data", "body"),
        [
            ("quoted-printable", "Bl=C3=A5b=C3=A6r", "Blåbær"),
            ("8bit", "Blåbær", "Blåbær"),
            ("", "Blåbær", "Blåbær"),
        ],
    )
    def test_other_encodings(self, notation: str, data: str, body: str) -> None:
        inside = (
            f'<ContentItem><Encoding Notation="{notation}"><DataContent>{data}</DataContent>'
            f"</Encoding></ContentItem>"
        )
        assert read(component(HEADLINE + inside)).body == body

    @pytest.mark.parametrize(("notation", "data"), [("base64", "!!!"), ("base64", "QUJ"), ("uuencode", "x")])
    def test_an_encoding_that_cannot_be_undone_is_flagged(self, notation: str, data: str) -> None:
        inside = (
            f'<ContentItem><Encoding Notation="{notation}"><DataContent>{data}</DataContent>'
            f"</Encoding></ContentItem>"
        )
        one = read(component(HEADLINE + inside))
        assert one.body is UNSET
        assert "content" in one.flags[0]

    @pytest.mark.parametrize(
        "data",
        [
            "<![CDATA[<Result><Home>Hull</Home><Score>2</Score></Result>]]>",
            "<Result><Home>Hull</Home><Score>2</Score></Result>",
        ],
    )
    def test_an_unknown_vocabulary_gives_its_words_and_a_flag(self, data: str) -> None:
        one = read(component(HEADLINE + content(data)))
        assert one.body == "Hull 2"
        assert "unknown vocabulary" in flags(one)

    def test_broken_nitf_is_read_as_well_as_it_can_be_and_flagged(self) -> None:
        one = read(component(HEADLINE + content("<![CDATA[<nitf><body><p>One.</p><p>Two.</body>]]>")))
        assert one.body == "One.\n\nTwo."
        assert "its nitf is broken" in flags(one)

    @pytest.mark.parametrize("mime", ["text/css", "text/javascript", "application/pdf", "image/jpeg"])
    def test_what_is_no_text_is_none(self, mime: str) -> None:
        assert self.body(".x {color: red}", f'<MimeType FormalName="{mime}"/>') is UNSET

    def test_script_does_not_come_out(self) -> None:
        assert self.body("<![CDATA[<p>Text.</p><script>alert(1)</script>]]>") == "Text."

    def test_an_article_over_the_limit_is_rejected(self) -> None:
        one = rejected(newsml(item(component(HEADLINE + content("<p>" + "word " * 9000 + "</p>")))))
        assert (one.kind, "too large" in one.reason) == ("size", True)


class TestNitfInside:
    def nitf(self, head: str = "", above: str = "", body: str = "<p>Text.</p>") -> RawArticle:
        data = (
            f"<nitf><head>{head}</head><body><body.head>{above}</body.head>"
            f"<body.content>{body}</body.content></body></nitf>"
        )
        return read(component(content(data)))

    def test_its_lines_stand_in_for_missing_ones(self) -> None:
        one = self.nitf(above="<hedline><hl1>Inside</hl1></hedline><byline>By A. Writer</byline>")
        assert (one.headline, one.byline) == ("Inside", "By A. Writer")

    def test_its_notes_reach_no_reader(self) -> None:
        one = self.nitf(
            body='<note type="npa"><body.content><p>Secret.</p></body.content></note><p>Text.</p>'
        )
        assert (one.body, one.ednotes_nonpublic) == ("Text.", ("Secret.",))

    def test_what_it_withholds_is_withheld(self) -> None:
        one = self.nitf(
            head='<docdata management-status="withheld"><date.release norm="20200101T000000Z"/></docdata>'
        )
        assert (one.status, one.embargo) == ("withheld", UNSET)

    def test_its_pictures_are_links(self) -> None:
        picture = '<media><media-reference source="a.jpg"/><media-caption>Fog.</media-caption></media>'
        one = self.nitf(body=f"<p>Text.</p>{picture}")
        assert [(link.href, link.caption) for link in one.media] == [("a.jpg", "Fog.")]
        assert one.body == "Text."


class TestPictures:
    def test_links_with_size_caption_credit_and_role(self) -> None:
        size = (
            '<Characteristics><Property FormalName="PixelWidth" Value="120"/>'
            '<Property FormalName="Height" Value="45"/></Characteristics>'
        )
        picture = component(
            "<NewsLines><CreditLine>Acme</CreditLine></NewsLines>"
            + component(content("The caption."), "Caption")
            + component(content("", PICTURE + size, "a.jpg"), "Quicklook"),
            "Supporting",
        )
        one = read(component(HEADLINE + component(content("Story."), "Main") + picture))
        (link,) = one.media
        assert (link.href, link.type, link.rendition) == ("a.jpg", "image/jpeg", "Quicklook")
        assert (link.caption, link.width, link.height) == ("The caption.", 120, 45)
        assert one.body == "Story."
        assert one.flags == ()

    @pytest.mark.parametrize(
        "about",
        [
            '<MimeType FormalName="image/png"/>',
            '<MediaType FormalName="Photo"/>',
            '<MediaType FormalName="Video"/>',
            '<Format FormalName="JPEG Baseline"/>',
            "",
        ],
    )
    def test_what_is_a_picture(self, about: str) -> None:
        one = read(component(HEADLINE + content() + content("", about, "http://acme.example/a.jpg")))
        assert [link.href for link in one.media] == ["http://acme.example/a.jpg"]

    def test_captions_stay_with_their_pictures(self) -> None:
        two = "".join(
            component(
                component(content(f"Caption {name}."), "Caption") + content("", PICTURE, f"{name}.jpg"),
                "Picture",
            )
            for name in ("a", "b")
        )
        one = read(component(HEADLINE + content() + two))
        assert [link.caption for link in one.media] == ["Caption a.", "Caption b."]

    def test_a_caption_as_a_line(self) -> None:
        line = "<NewsLine><NewsLineType FormalName='Caption'/><NewsLineText>Fog.</NewsLineText></NewsLine>"
        inside = component(f"<NewsLines>{line}</NewsLines>" + content("", PICTURE, "a.jpg"), "Picture")
        (link,) = read(component(HEADLINE + content() + inside)).media
        assert link.caption == "Fog."

    def test_the_storys_headline_is_no_caption_and_the_pictures_own_is(self) -> None:
        inside = component(headline("Ferry in fog") + content("", PICTURE, "b.jpg"), "Picture")
        one = read(component(HEADLINE + content() + content("", PICTURE, "a.jpg") + inside))
        assert [link.caption for link in one.media] == [UNSET, "Ferry in fog"]

    def test_pictures_alone_are_a_picture_and_several_kinds_are_composite(self) -> None:
        caption = component(content("The caption."), "Caption")
        one = read(component(HEADLINE + caption + content("", PICTURE, "a.jpg")))
        assert (one.item_class, one.summary, one.body) == ("picture", "The caption.", UNSET)
        sound = content("", '<MimeType FormalName="audio/mpeg"/>', "a.mp3")
        assert read(component(HEADLINE + content("", PICTURE, "a.jpg") + sound)).item_class == "composite"

    def test_a_picture_without_any_words_is_one_too(self) -> None:
        one = read(component(content("", PICTURE, "a.jpg")))
        assert (one.item_class, one.headline) == ("picture", UNSET)

    def test_pictures_in_the_text(self) -> None:
        one = read(component(HEADLINE + content('<![CDATA[<p>Text.</p><img src="a.jpg" alt="Fog">]]>')))
        assert [(link.href, link.caption) for link in one.media] == [("a.jpg", "Fog")]


class TestPackages:
    def test_references_are_members(self) -> None:
        inside = (
            '<NewsItemRef NewsItem="urn:x:7"/><NewsItemRef NewsItem="#second"/><NewsItemRef '
            'NewsItem="../a.xml"/>'
        )
        first, second = articles(
            newsml(
                item(component(HEADLINE + inside), guid="urn:x:1"),
                item(guid="urn:x:2", attributes='Duid="second"'),
            )
        )
        assert (first.item_class, first.members) == ("package", ("urn:x:7", "urn:x:2"))
        assert second.item_class is UNSET

    def test_items_within_an_item_are_articles_and_members(self) -> None:
        inner = item(component(headline("Inner") + content("<p>Inner story.</p>")), guid="urn:x:2")
        outer, found = articles(newsml(item(component(HEADLINE + inner), guid="urn:x:1")))
        assert (outer.guid, outer.item_class, outer.members, outer.body) == (
            "urn:x:1",
            "package",
            ("urn:x:2",),
            UNSET,
        )
        assert (found.guid, found.headline, found.body) == ("urn:x:2", "Inner", "Inner story.")
