"""NITF: which words of the body are the story, and which must never reach a reader."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline.article import RawArticle
from tests.formats.conformance import article, headings, outcomes, rejected
from tests.formats.nitf.copies import FULL, NITF, document, flags, read


class TestNotes:
    @pytest.mark.parametrize(
        "docdata",
        [
            '<ed-msg msg-type="npa" info="Do not run the name"/>',
            '<ed-msg msg-type="non-public" info="Do not run the name"/>',
            '<ed-msg msg-type="internal" info="Do not run the name"/>',
        ],
    )
    def test_a_message_that_is_not_public(self, docdata: str) -> None:
        one = read(docdata=docdata)
        assert (one.ednotes, one.ednotes_nonpublic) == ((), ("Do not run the name",))

    def test_a_message_that_says_it_itself(self) -> None:
        one = read(docdata='<ed-msg info="NOT FOR PUBLICATION: call the desk"/>')
        assert one.ednotes_nonpublic == ("NOT FOR PUBLICATION: call the desk",)

    def test_a_public_one_and_an_empty_one(self) -> None:
        one = read(docdata='<ed-msg msg-type="announcement" info="A new column."/><ed-msg info=""/>')
        assert (one.ednotes, one.ednotes_nonpublic) == (("A new column.",), ())

    @pytest.mark.parametrize("place", ["above", "body", "block"])
    def test_a_note_that_is_not_for_publication_reaches_no_reader(self, place: str) -> None:
        note = (
            '<note noteclass="editorsnote" type="npa"><body.content><p>Secret word.</p></body.content></note>'
        )
        text = "<p>The ferry is late.</p>"
        parts = {
            "above": {"above": f"<hedline><hl1>Ferry late</hl1></hedline>{note}"},
            "body": {"body": f"{note}{text}{note}"},
            "block": {"body": f"<block>{note}{text}</block>"},
        }
        one = read(**parts[place])
        assert one.ednotes_nonpublic == ("Secret word.",)
        assert one.body == "The ferry is late."
        assert one.ednotes == ()
        assert "Secret" not in f"{one.headline}{one.summary}{one.wire}"

    @pytest.mark.parametrize("kind", ["xyz", "internal", "NPA", "non-std"])
    def test_a_type_that_is_unknown_is_taken_for_the_graver_one(self, kind: str) -> None:
        one = read(f'<note type="{kind}"><body.content><p>Secret.</p></body.content></note><p>Text.</p>')
        assert (one.ednotes_nonpublic, one.ednotes, one.body) == (("Secret.",), (), "Text.")

    def test_public_notes_are_notes_and_no_body(self) -> None:
        one = read(
            '<note type="pa"><body.content><p>First.</p><p>Second.</p></body.content></note><p>Text.</p>'
            '<note noteclass="cpyrt"><body.content><p>© Acme</p></body.content></note>'
        )
        assert (one.ednotes, one.body, one.rights) == (("First. Second.",), "Text.", "© Acme")


class TestLines:
    def test_headline_subheadline_and_the_original_of_it(self) -> None:
        one = read(
            above="<hedline><hl1>Ferry <em>late</em></hl1><hl2>Ferry late</hl2><hl2>Fog</hl2></hedline>"
        )
        assert (one.headline, one.subheadline) == ("Ferry late", "Fog")

    @pytest.mark.parametrize(
        ("above", "headline"),
        [
            ("", "Title"),
            ("<hedline/>", "Title"),
            ("<hedline>Bare words</hedline>", "Bare words"),
            ("<hl1>Without its frame</hl1>", "Without its frame"),
            ("<hedline><hl1> </hl1><hl1>Second</hl1></hedline>", "Second"),
        ],
    )
    def test_the_headline_where_it_is_to_be_found(self, above: str, headline: str) -> None:
        assert read(above=above).headline == headline

    def test_a_headline_that_stands_in_the_text_is_no_body(self) -> None:
        one = read("<hl1>Ferry late</hl1><p>Text.</p>", above="")
        assert (one.headline, one.body) == ("Ferry late", "Text.")

    def test_a_headline_repeated_in_the_text_is_no_body_and_other_headings_are(self) -> None:
        one = read("<hl1>Ferry late</hl1><p>Text.</p><hl2>Fog</hl2><p>End.</p>")
        assert (one.body, headings(one)) == ("Text.\n\nFog\n\nEnd.", ["Fog"])

    @pytest.mark.parametrize(
        ("byline", "text"),
        [
            ("<byline>By A. Writer<byttl>Sea Desk</byttl></byline>", "By A. Writer Sea Desk"),
            ("<byline>By A. Writer, <byttl>Sea Desk</byttl>.</byline>", "By A. Writer, Sea Desk."),
            ("<byline>By <person>A. Writer</person>\n <byttl>Acme</byttl></byline>", "By A. Writer Acme"),
            ("<byline>A. Writer</byline><byline>B. Writer</byline>", "A. Writer; B. Writer"),
            ("<byline>A. Writer <virtloc>w@acme.example</virtloc></byline>", "A. Writer w@acme.example"),
            ("<byline> </byline>", None),
        ],
    )
    def test_the_byline_does_not_run_together(self, byline: str, text: str | None) -> None:
        assert read(above=byline).byline == (text or UNSET)

    @pytest.mark.parametrize(
        ("dateline", "text", "place"),
        [
            (("<location><city>HULL</city>, <state>Yorks</state>"
".</location>"), "HULL, Yorks.", ("HULL", UNSET)),
            ("<location>OSLO</location>", "OSLO", ("OSLO", UNSET)),
            (("<location><city>Oslo</city>, <country>Norway</country>"
"</location> (Acme)"), "Oslo, Norway (Acme)",
             ("Oslo", "Norway")),
            ("<city>Oslo</city>", "Oslo", ("Oslo", UNSET)),
            ("Unnao, June 19", "Unnao, June 19", None),
            ('<story.date norm="20170102T222800Z">20170102T222800+0000</story.date>', None, None),
        ],
    )  # fmt: skip
    def test_the_dateline_and_the_place_where_it_is_marked(
        self, dateline: str, text: str | None, place: tuple[Any, Any] | None
    ) -> None:
        one = read(above=f"<dateline>{dateline}</dateline>")
        assert one.dateline == (text or UNSET)
        assert (one.located and (one.located.name, one.located.country)) == (place or UNSET)

    def test_the_distributor_is_the_provider(self) -> None:
        one = read(above="<distributor><org>Acme Wire</org></distributor>", docdata='<doc-id regsrc="AW"/>')
        assert (one.provider, one.wire["regsrc"]) == ("Acme Wire", "AW")

    def test_the_abstract_is_a_summary(self) -> None:
        one = read(above="<abstract><hl2>Fog!</hl2><p>It is foggy.</p></abstract>")
        assert (one.summary, one.body) == ("Fog!\n\nIt is foggy.", "The ferry is late.")

    def test_rights_above_the_text_go_first(self) -> None:
        one = read(
            above="<rights>All rights of <rights.owner>Acme</rights.owner></rights>",
            docdata='<doc.copyright holder="Other" year="2024"/>',
        )
        assert one.rights == "All rights of Acme"

    def test_what_stands_below_is_kept_apart(self) -> None:
        end = (
            b"<body.end><tagline>With B. Writer.</tagline><bibliography>A book.</bibliography>"
            b"</body.end></body>"
        )
        one = article(document().replace(b"</body></nitf>", end + b"</nitf>"))
        assert (one.wire["tagline"], one.wire["bibliography"]) == ("With B. Writer.", "A book.")
        assert one.body == "The ferry is late."


class TestBody:
    def test_blocks_quotes_lists_and_tables(self) -> None:
        one = read(
            "<block><p>First.</p><bq><block><p>Quoted.</p></block><credit>A. Writer</credit></bq></block>"
            "<ul><li>one</li><li>two</li></ul><ol><li>first</li></ol><dl><dt>a</dt><dd>b</dd></dl>"
            "<nitf-table><nitf-table-metadata><nitf-table-summary><p>About it.</p></nitf-table-summary>"
            "</nitf-table-metadata><table><tr><th>x</th><th>y</th></tr><tr><td>1</td><td>2</td></tr></table>"
            "</nitf-table><pre>A   1\nB   2</pre><hr/><p>End.</p>"
        )
        assert one.body == (
            "First.\n\nQuoted.\n\nA. Writer\n\n- one\n- two\n\n1. first\n\n- a: b\n\nx | y\n1 | "
            "2\n\nA   1\nB   2\n\nEnd."
        )
        assert [one.body[span.start : span.end] for span in one.tables] == ["x | y\n1 | 2", "A   1\nB   2"]

    def test_a_table_in_one_paragraph_keeps_its_lines(self) -> None:
        one = read("<p>Oslo     3 <br/>Bergen     1 <br/>Hull     0</p>")
        assert one.body == "Oslo     3\nBergen     1\nHull     0"
        assert len(one.tables) == 1

    def test_headings_have_their_place(self) -> None:
        one = read("<p>A.</p><hl2>Heading one</hl2><p>B.</p><block><hl2>Heading two</hl2><p>C.</p></block>")
        assert headings(one) == ["Heading one", "Heading two"]

    def test_captions_are_no_body_and_pictures_are_links(self) -> None:
        one = read(
            '<p>Text.</p><media media-type="image"><media-reference mime-type="image/jpeg" source="a.jpg" '
            'width="278" height="185"/><media-reference mime-type="image/png" source="b.png" width="0"/>'
            "<media-caption><p>The</p><p>ferry.</p></media-caption><media-producer>Acme</media-producer>"
            "<media-producer>B. Lens</media-producer></media>"
        )
        assert one.body == "Text."
        first, second = one.media
        assert (first.href, first.type, first.caption, first.credit) == (
            "a.jpg",
            "image/jpeg",
            "The ferry.",
            "Acme / B. Lens",
        )
        assert (first.width, first.height) == (278, 185)
        assert (second.href, second.width, second.height) == ("b.png", UNSET, UNSET)

    def test_a_picture_without_a_link_is_none_and_its_words_stand_in_for_a_caption(self) -> None:
        one = read(
            "<p>Text.</p><media><media-reference/></media>"
            '<media><media-reference source="a" mime-type="photo" alternate-text="Fog" '
            'source-credit="Acme"/></media>'
        )
        (link,) = one.media
        assert (link.href, link.type, link.caption, link.credit) == ("a", UNSET, "Fog", "Acme")

    def test_pictures_alone_are_a_picture(self) -> None:
        one = read(
            '<media media-type="image"><media-reference source="a"/><media-caption>'
            "Fog.</media-caption></media>"
        )
        assert (one.item_class, one.summary, one.body) == ("picture", "Fog.", UNSET)
        assert "no text in the body" in flags(one)

    @pytest.mark.parametrize("tail", [b"", b"<body/>", b"<body><body.content/></body>"])
    def test_a_headline_without_a_text_is_flagged(self, tail: bytes) -> None:
        one = article(b"<nitf><head><title>Ferry late</title></head>" + tail + b"</nitf>")
        assert (one.headline, one.body) == ("Ferry late", UNSET)
        assert "no text in the body" in flags(one)

    def test_neither_headline_nor_text_is_no_article(self) -> None:
        assert rejected(b"<nitf><body/></nitf>").kind == "value"

    def test_text_without_its_frame(self) -> None:
        one = article(b"<nitf><body><p>One.</p>loose words<p>Two.</p></body></nitf>")
        assert one.body == "One.\n\nloose words\n\nTwo."

    def test_a_byline_and_a_dateline_in_the_text_stay_there(self) -> None:
        one = read("<block><byline>By A. Writer</byline><dateline>OSLO</dateline><p>Text.</p></block>")
        assert one.body == "By A. Writer\n\nOSLO\n\nText."

    def test_a_fraction_is_one(self) -> None:
        one = read(
            "<p><num>1 <frac><numer>1</numer><denom>2</denom></frac></num> hours, "
            "<frac><numer>3</numer><frac-sep>/</frac-sep><denom>4</denom></frac></p>"
        )
        assert one.body == "1 1/2 hours, 3/4"


class TestForeignVocabularies:
    ROOT = f'xmlns="{NITF}" xmlns:x="urn:acme" xmlns:h="http://www.w3.org/1999/xhtml"'

    def test_between_paragraphs_they_are_no_body(self) -> None:
        one = read("<p>One.</p><x:b>Bold.</x:b><h:b>Loud.</h:b><p>Two.</p><x:p>Three.</x:p>", root=self.ROOT)
        assert one.body == "One.\n\nTwo."
        assert flags(one) == "words in elements of another vocabulary are left out of the body: x:b, h:b, x:p"

    def test_amid_the_words_they_are_words(self) -> None:
        one = read("<p>Blobs of <x:span>water</x:span>, <h:em>big</h:em> ones.</p>", root=self.ROOT)
        assert (one.body, one.flags) == ("Blobs of water, big ones.", ())

    def test_blocks_of_xhtml_are_body(self) -> None:
        one = read("<h:p>One.</h:p><h:div><h:p>Two <h:b>bold</h:b>.</h:p></h:div>", root=self.ROOT)
        assert one.body == "One.\n\nTwo bold."

    def test_in_the_head_they_are_not_taken_for_nitfs(self) -> None:
        one = read(
            docdata='<x:doc-id id-string="wrong"/><x:date.release/><doc-id id-string="right"/>',
            above="<x:hedline><x:hl1>Wrong</x:hl1></x:hedline><hedline><hl1>Right</hl1></hedline>",
            root=self.ROOT,
        )
        assert (one.guid, one.headline, one.status) == ("right", "Right", "usable")

    def test_an_old_namespace_of_iptcs_is_nitfs_own(self) -> None:
        one = read('<old:p xmlns:old="http://iptc.org/std/nitf/2006-03-01/">Old.</old:p>', root=self.ROOT)
        assert one.body == "Old."

    def test_any_namespace_of_the_root_is(self) -> None:
        one = article(b'<n:nitf xmlns:n="urn:any"><n:body><n:p>Text.</n:p></n:body></n:nitf>')
        assert one.body == "Text."


class TestEntities:
    def test_an_external_dtd_is_neither_fetched_nor_a_reason_to_refuse(self) -> None:
        start = (
            b'<!DOCTYPE nitf SYSTEM "file:///etc/passwd">\n<nitf><body><p>'
            b"Caf&eacute;&nbsp;&mdash; x &amp; y</p>"
        )
        assert article(start + b"</body></nitf>").body == "Café — x & y"

    def test_entities_of_html_in_attributes(self) -> None:
        assert read(docdata='<ed-msg info="Caf&eacute; &amp; bar"/>').ednotes == ("Café & bar",)

    def test_the_wrong_encoding_is_mended_and_flagged(self) -> None:
        data = document("<p>Blåbær og øl.</p>").replace(b'"UTF-8"', b'"iso-8859-1"')
        one = article(data)
        assert one.body == "Blåbær og øl."
        assert "read as UTF-8" in flags(one)


class TestHostile:
    @pytest.mark.parametrize(
        "data",
        [
            (
                b'<!DOCTYPE nitf [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
                b'<!ENTITY c "&b;&b;&b;'
                b'&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e '
                b'"&d;&d;&d;&d;&d;&d;&d;&d;">'
                b'<!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;">]><nitf><body><p>&f;</p></body></nitf>'
            ),
            b"<nitf><body>" + b"<block>" * 4000 + b"<p>x</p>" + b"</block>" * 4000 + b"</body></nitf>",
            document("<p>x y</p>" * 30_000),
            document("<p>" + "word " * 400_000 + "</p>"),
            document("<p>x</p>", docdata='<ed-msg info="x"/>' * 10_000 + '<keyword key="a"/>' * 10_000),
            document("".join(f'<note type="npa"><p>{number}</p></note>' for number in range(5_000))),
            document("<x:y xmlns:x='urn:x'>a</x:y>t" * 10_000),
            FULL.replace(b"paragraph", b"para\0graph"),
        ],
        ids=[
            "bomb",
            "deep",
            "many paragraphs",
            "long paragraph",
            "many messages",
            "many notes",
            "foreign",
            "NUL",
        ],
    )
    def test_it_ends_soon(self, data: bytes) -> None:
        start = time.process_time()
        (one,) = outcomes(data)
        assert time.process_time() - start < 15
        assert isinstance(one, RawArticle) or one.reason

    def test_an_external_entity_is_not_read(self) -> None:
        data = b'<!DOCTYPE nitf [<!ENTITY x SYSTEM "/etc/passwd">]><nitf><body><p>Text &x;</p></body></nitf>'
        (one,) = outcomes(data)
        assert b"root:" not in repr(one).encode()

    def test_right_to_left_text(self) -> None:
        assert read("<p>العبّارة متأخرة.</p>", root='xml:lang="ar"').body == "العبّارة متأخرة."


WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=12)


@given(st.lists(WORDS, min_size=1, max_size=6), WORDS)
def test_every_paragraph_is_there_once_and_no_secret_is(words: list[str], secret: str) -> None:
    hidden = f"zz{secret}zz"
    note = f'<note type="npa"><body.content><p>{hidden}</p></body.content></note>'
    one = read(note.join(f"<p>a{word}</p>" for word in words))
    assert (one.body or "").split("\n\n") == [f"a{word}" for word in words]
    assert one.ednotes_nonpublic == ((hidden,) if len(words) > 1 else ())
