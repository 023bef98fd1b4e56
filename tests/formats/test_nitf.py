"""NITF: what the head says, what of the body is the story, and what must never reach a reader."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline.article import RawArticle, Replaced, Subject
from pipeline.formats import nitf
from pipeline.formats.shape import Rejected
from tests.formats.conformance import Conformance, article, headings, outcomes, rejected

NITF = "http://iptc.org/std/NITF/2006-10-18/"


def document(
    body: str = "<p>The ferry is late.</p>",
    *,
    docdata: str = "",
    head: str = "",
    above: str = "<hedline><hl1>Ferry late</hl1></hedline>",
    root: str = "",
    status: str = "",
) -> bytes:
    """A NITF document with what a test is about put in its place."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<nitf {root}><head><title>Title</title>{head}'
        f"<docdata {status}>{docdata}</docdata></head><body><body.head>{above}</body.head>"
        f"<body.content>{body}</body.content></body></nitf>"
    ).encode()


def read(body: str = "<p>The ferry is late.</p>", **parts: Any) -> RawArticle:
    zone = parts.pop("zone", None)
    return article(document(body, **parts), zone=zone)


def flags(one: RawArticle) -> str:
    return " | ".join(one.flags)


FULL = document(
    "<p>One paragraph, and <em>more</em>.</p><hl2>A heading</hl2><p>The end.</p>",
    docdata=(
        '<doc-id id-string="acme.7.b" regsrc="ACME"/><urgency ed-urg="3"/><date.issue norm="20240619T101500+0200"/>'
        '<du-key key="ferry" version="2" generation="4"/><doc.copyright holder="Acme" year="2024"/>'
    ),
    root=f'xmlns="{NITF}" xml:lang="en-GB"',
)


class TestConformance(Conformance):
    format = nitf
    copy = FULL


class TestDialect(Conformance):
    """No namespace, an external DTD, entities of HTML's."""

    format = nitf
    copy = b'<!DOCTYPE nitf SYSTEM "nitf-3-2.dtd">\n<nitf><body><body.content><p>Caf&eacute;.</p></body.content></body></nitf>'


@pytest.mark.parametrize(
    ("head", "is_it"),
    [
        (b"<nitf>", True),
        (b'<?xml version="1.0"?>\n<!-- a note --><n:nitf xmlns:n="urn:any">', True),
        (
            b'\xef\xbb\xbf\n <!DOCTYPE nitf PUBLIC "-//IPTC//DTD NITF 3.2//EN" "nitf-3-2.dtd">\n<nitf version="x">',
            True,
        ),
        (b"<article><nitf/></article>", False),
        (b"<nitfx>", False),
        (b"nitf", False),
        (b"", False),
        (b"\xff\xfe\x00", False),
    ],
)
def test_it_is_known_by_its_root_element(head: bytes, is_it: bool) -> None:
    assert nitf.sniff(head) is is_it


def test_other_xml_is_rejected_where_it_is_read_as_nitf() -> None:
    (outcome,) = outcomes(b"<article><title>x</title></article>", format="nitf")
    assert isinstance(outcome, Rejected)
    assert (outcome.kind, "root element is <article>" in outcome.reason) == ("format", True)


def test_what_is_cut_off_may_come_yet() -> None:
    assert rejected(FULL[:-40]).kind == "truncated"


def test_a_file_over_the_limit_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.formats.xml.DOCUMENT", 200)
    one = rejected(FULL)
    assert one.kind == "size"
    assert "too large" in one.reason
    assert "200" in one.reason


class TestIdentity:
    def test_guid_version_urgency_language(self) -> None:
        one = article(FULL)
        assert (one.guid, one.version, one.urgency, one.language_declared) == ("acme.7.b", 2, 3, "en-GB")
        assert (one.provider, one.wire["regsrc"], one.wire["generation"]) == ("ACME", "ACME", "4")
        assert (one.slugline, one.rights, one.created) == ("ferry", "© 2024 Acme", "2024-06-19T08:15:00Z")

    def test_without_an_identifier_there_is_none(self) -> None:
        one = read(docdata='<doc-id regsrc="ACME"/>')
        assert one.guid is UNSET
        assert one.version == 1718798400000

    def test_the_universal_name_stands_in_for_it(self) -> None:
        assert read(root='uno="acme:7:a"').guid == "acme:7:a"

    @pytest.mark.parametrize("value", ["invalid", "0", "12", "high"])
    def test_an_urgency_that_is_no_digit_is_flagged(self, value: str) -> None:
        one = read(docdata=f'<urgency ed-urg="{value}"/>')
        assert one.urgency is UNSET
        assert repr(value) in flags(one)

    @pytest.mark.parametrize(
        ("parts", "tag"),
        [
            ({"root": 'baselang="nb-NO"'}, "nb-NO"),
            ({"root": 'xml:lang="swe"'}, "sv"),
            ({"head": '<meta name="language" content="fr"/>'}, "fr"),
            ({}, None),
        ],
    )
    def test_the_language_where_dialects_put_it(self, parts: dict[str, str], tag: str | None) -> None:
        assert read(**parts).language_declared == (tag or UNSET)

    def test_the_bodys_language_goes_before_that_of_the_whole(self) -> None:
        data = FULL.replace(b"<body>", b'<body xml:lang="cy">')
        assert article(data).language_declared == "cy"


class TestTimes:
    @pytest.mark.parametrize(
        ("norm", "created"),
        [
            ("20020225T143000-0500", "2002-02-25T19:30:00Z"),
            ("20091123T114428Z", "2009-11-23T11:44:28Z"),
            ("2021-05-16T09:00:04+02:00", "2021-05-16T07:00:04Z"),
            ("16.05.2021 09:00", "2021-05-16T09:00:00Z"),
            ("2021.05.16 09:00:04", "2021-05-16T09:00:04Z"),
            ("20210516090004", "2021-05-16T09:00:04Z"),
            ("20240619", "2024-06-19"),
            ("16.05.2021", "2021-05-16"),
        ],
    )
    def test_the_spellings_of_the_time_of_issue(self, norm: str, created: str) -> None:
        assert read(docdata=f'<date.issue norm="{norm}"/>').created == created

    @pytest.mark.parametrize("norm", ["not-a-date", "31.02.2021", "20021345T000000Z", "20151210T191044+9999"])
    def test_what_is_no_time_is_flagged_and_absent(self, norm: str) -> None:
        one = read(docdata=f'<date.issue norm="{norm}"/>')
        assert one.created is UNSET
        assert "created" in flags(one)

    def test_one_without_a_zone_is_flagged_and_read_in_the_feeds(self) -> None:
        one = read(docdata='<date.issue norm="2021-05-16T09:00:04"/>', zone="Europe/Oslo")
        assert one.created == "2021-05-16T07:00:04Z"
        assert "has no time zone: read as Europe/Oslo" in flags(one)

    def test_the_storys_date_and_that_of_publication_stand_in_for_it(self) -> None:
        above = '<dateline><story.date norm="20240101T000000Z"/></dateline>'
        published = '<pubdata date.publication="20230101T000000Z"/>'
        assert read(above=above, head=published).created == "2024-01-01T00:00:00Z"
        data = document().replace(b"</head>", f"{published}</head>".encode())
        assert article(data).created == "2023-01-01T00:00:00Z"

    def test_when_it_expires(self) -> None:
        one = read(docdata='<date.expire norm="20240701T000000Z"/>')
        assert one.expires == datetime(2024, 7, 1, tzinfo=UTC)


class TestEmbargo:
    def test_a_release_ahead_withholds(self) -> None:
        one = read(docdata='<date.release norm="20240620T060000+0200"/>')
        assert (one.status, one.embargo) == ("withheld", datetime(2024, 6, 20, 4, tzinfo=UTC))

    def test_one_that_has_passed_is_kept_and_does_not(self) -> None:
        one = read(docdata='<date.release norm="20240601T060000Z"/>', status='management-status="usable"')
        assert (one.status, one.embargo) == ("usable", datetime(2024, 6, 1, 6, tzinfo=UTC))

    @pytest.mark.parametrize(
        "release",
        [
            "<date.release/>",
            '<date.release norm=""/>',
            '<date.release norm="99999999"/>',
            '<date.release norm="soon"/>',
        ],
    )
    def test_an_empty_one_and_one_that_cannot_be_read_hold_it_back(self, release: str) -> None:
        one = read(docdata=release, status='management-status="usable"')
        assert (one.status, one.embargo) == ("withheld", UNSET)
        assert "held back" in flags(one)

    def test_embargoed_without_a_release_is_held_back(self) -> None:
        assert read(status='management-status="embargoed"').status == "withheld"


class TestStatus:
    @pytest.mark.parametrize(
        ("given", "status"),
        [
            ("usable", "usable"),
            ("Usable", "usable"),
            ("embargoed", "withheld"),
            ("withheld", "withheld"),
            ("hold", "withheld"),
            ("", "withheld"),
            ("pending", "withheld"),
            ("canceled", "canceled"),
            ("cancelled", "canceled"),
            ("killed", "canceled"),
        ],
    )
    def test_the_management_status(self, given: str, status: str) -> None:
        assert read(status=f'management-status="{given}"').status == status

    def test_none_means_usable(self) -> None:
        assert read().status == "usable"

    @pytest.mark.parametrize("given", ["withheld", "hold", "pending"])
    def test_a_release_in_the_past_frees_nothing_that_is_withheld(self, given: str) -> None:
        release = '<date.release norm="20240601T060000Z"/>'
        one = read(status=f'management-status="{given}"', docdata=release)
        assert (one.status, one.embargo) == ("withheld", UNSET)
        assert one.wire["embargo"] == "2024-06-01T06:00:00Z"

    def test_a_canceled_one_needs_no_text(self) -> None:
        data = (
            b'<nitf><head><docdata management-status="canceled" management-doc-idref="acme.6">'
            b'<doc-id id-string="acme.7"/></docdata></head></nitf>'
        )
        one = article(data)
        assert (one.status, one.kind, one.replaces) == ("canceled", "kill", Replaced(guid="acme.6"))


class TestKind:
    def test_a_document_that_takes_the_place_of_another(self) -> None:
        one = read(
            docdata='<doc-id id-string="b"/>',
            status='management-doc-idref="a" management-idref-status="Cancelled"',
        )
        assert (one.kind, one.replaces) == ("update", Replaced(guid="a", status="canceled"))

    def test_a_status_for_it_that_is_unknown_is_flagged(self) -> None:
        one = read(status='management-doc-idref="a" management-idref-status="dead"')
        assert one.replaces == Replaced(guid="a")
        assert "'dead'" in flags(one)

    def test_a_new_version_under_its_own_name_replaces_nothing_else(self) -> None:
        one = read(docdata='<doc-id id-string="a"/>', status='management-doc-idref="a"')
        assert (one.kind, one.replaces) == ("update", UNSET)

    def test_a_correction_and_what_it_is_of(self) -> None:
        one = read(docdata='<correction info="The name in line 2." id-string="a"/>')
        assert (one.kind, one.replaces, one.ednotes) == (
            "correction",
            Replaced(guid="a"),
            ("The name in line 2.",),
        )

    @pytest.mark.parametrize(
        "parts",
        [
            {"head": '<meta name="edStat" content="C"/><meta name="ap-edstat" content="Correction"/>'},
            {"status": 'edStat="corr"'},
            {"docdata": '<ed-msg edStat="corrected" info=""/>'},
            {"docdata": '<ed-msg msg-type="rectification" info="Name."/>'},
            {"docdata": '<ed-msg info="CORRECTION: name in line 2"/>'},
            {"above": "<hedline><hl1>Ferry late (CORRECTED)</hl1></hedline>"},
        ],
    )
    def test_a_correction_where_dialects_say_so(self, parts: dict[str, str]) -> None:
        assert read(**parts).kind == "correction"

    def test_an_edstat_that_kills(self) -> None:
        for word in ("MandatoryKill", "Kill", "kill notice"):
            one = read(status=f'edStat="{word}"')
            assert (one.kind, one.status) == ("kill", "canceled")

    def test_a_kill_in_words_is_held_back(self) -> None:
        one = read(docdata='<ed-msg info="MANDATORY KILL: the ferry story"/>')
        assert (one.kind, one.status) == ("kill", "withheld")

    @pytest.mark.parametrize(
        ("type_", "kind"),
        [("news", UNSET), ("advisory", "advisory"), ("Alert", "alert"), ("Utenriks", UNSET)],
    )
    def test_the_type_of_the_material(self, type_: str, kind: Any) -> None:
        one = read(head=f'<tobject tobject.type="{type_}"/>')
        assert one.kind == kind
        assert one.wire["tobject_type"] == type_

    def test_a_later_version_is_an_update_and_a_first_one_says_nothing(self) -> None:
        assert read(docdata='<du-key version="2"/>').kind == "update"
        assert read(docdata='<du-key version="1"/>').kind is UNSET


class TestSubjects:
    def subjects(self, tobject: str = "", docdata: str = "") -> tuple[Subject, ...]:
        return read(head=f"<tobject>{tobject}</tobject>", docdata=docdata).subjects

    @pytest.mark.parametrize(
        ("code", "name"),
        [("17000000", "Weather"), ("17004000", "Statistics"), ("17004001", "Tides"), ("", "Tides")],
    )
    def test_a_code_has_the_name_of_its_level(self, code: str, name: str) -> None:
        (one,) = self.subjects(
            f'<tobject.subject tobject.subject.refnum="{code}" tobject.subject.type="Weather" '
            'tobject.subject.matter="Statistics" tobject.subject.detail="Tides"/>'
        )
        assert (one.qcode, one.name) == (f"subj:{code}" if code else UNSET, name)

    def test_a_missing_name_is_that_of_the_level_next_to_it(self) -> None:
        (one,) = self.subjects(
            '<tobject.subject tobject.subject.refnum="17004001" tobject.subject.type="Weather"/>'
        )
        assert (one.qcode, one.name, one.media_topic) == ("subj:17004001", "Weather", "medtop:20001130")

    def test_a_code_of_an_agencys_own_is_none_of_iptcs(self) -> None:
        (one,) = self.subjects(
            '<tobject.subject tobject.subject.ipr="ACME" tobject.subject.refnum="01001000"/>'
        )
        assert (one.qcode, one.media_topic) == ("ACME:01001000", UNSET)

    def test_a_property_is_a_genre(self) -> None:
        assert self.subjects('<tobject.property tobject.property.type="feature"/>') == (
            Subject(name="feature", type="genre"),
        )

    def test_where_it_happened_is_no_dateline(self) -> None:
        one = read(docdata='<evloc city="Norfolk" state-prov="VA" iso-cc="US"/><evloc county-dist="Asia"/>')
        assert one.located is UNSET
        assert one.subjects == (
            Subject(name="Norfolk, VA, US", type="place"),
            Subject(name="Asia", type="place"),
        )

    def test_identified_content_has_its_type_and_its_scheme(self) -> None:
        found = self.subjects(
            docdata=(
                '<identified-content><person idsrc="who" value="7">A. Writer</person><org>Acme</org>'
                '<location location-code="23602" code-source="zip"/><event>Ferry Day</event>'
                '<object.title>The Boat</object.title><classifier type="x" value="tide"/></identified-content>'
            )
        )
        assert found == (
            Subject(qcode="who:7", name="A. Writer", type="person"),
            Subject(name="Acme", type="organization"),
            Subject(qcode="zip:23602", type="place"),
            Subject(name="Ferry Day", type="event"),
            Subject(name="The Boat", type="object"),
            Subject(name="tide", type="concept"),
        )

    def test_keywords(self) -> None:
        one = read(
            docdata='<key-list><keyword key="ferry"/><keyword>sea</keyword></key-list><key-list key="boat"/>',
            head='<meta name="keywords" content="tide, sea; wind"/>',
        )
        assert set(one.keywords) == {"ferry", "sea", "boat", "tide", "wind"}
        assert len(one.keywords) == 5


class TestMeta:
    def test_what_has_no_name_of_its_own_is_kept_as_it_is(self) -> None:
        head = (
            '<meta name="NTBTjeneste" content="News"/><meta name="ap-cycle" content="BC"/><meta content="x"/>'
        )
        assert read(head=head).wire == {"ntb_tjeneste": "News", "ap_cycle": "BC"}

    @pytest.mark.parametrize("name", ["anpa-keyword", "slugline", "NTBStikkord", "ap_slug"])
    def test_slug_lines_where_dialects_put_them(self, name: str) -> None:
        one = read(head=f'<meta name="{name}" content="ferry-late"/>', docdata='<du-key key="other"/>')
        assert one.slugline == "ferry-late"

    @pytest.mark.parametrize("name", ["InternalNote", "private", "desk-memo", "confidential-remark"])
    def test_a_note_of_the_desk_gets_nowhere_else(self, name: str) -> None:
        one = read(head=f'<meta name="{name}" content="call the mayor"/>')
        assert one.ednotes_nonpublic == ("call the mayor",)
        assert one.wire == {}

    def test_a_note_to_editors_is_one(self) -> None:
        one = read(head='<meta name="editorial-note" content="Picture follows"/>')
        assert (one.ednotes, one.ednotes_nonpublic) == (("Picture follows",), ())

    def test_the_rest_of_the_header(self) -> None:
        one = read(
            docdata=(
                '<fixture fix-id="tides"/><doc-scope scope="Coast"/><doc-scope scope="TV"/>'
                '<series series.name="Sea" series.part="2" series.totalpart="3"/>'
                '<del-list><from-src src-name="A"/><from-src src-name="B"/></del-list>'
                '<doc.rights owner="Acme" limitations="online" type="none" geography="Norway"/>'
            ),
        )
        assert one.wire == {
            "fixture": "tides",
            "doc_scope": "Coast; TV",
            "series_name": "Sea",
            "series_part": "2",
            "series_totalpart": "3",
            "delivered_by": "A > B",
        }
        assert (one.rights, one.usageterms) == ("Acme", "online; Norway")

    def test_the_publication_and_the_revisions(self) -> None:
        tail = (
            '<pubdata name="Acme Daily" edition.name="Late" volume="3" ex-ref="https://acme.example/7"/>'
            '<revision-history norm="20240619" function="editor" name="A. Writer" comment="cut the boss"/>'
        )
        one = article(document().replace(b"</head>", f"{tail}</head>".encode()))
        assert one.url == "https://acme.example/7"
        assert one.wire == {
            "publication_name": "Acme Daily",
            "publication_edition_name": "Late",
            "publication_volume": "3",
            "revisions": "20240619 editor",
        }


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
            ("<location><city>HULL</city>, <state>Yorks</state>.</location>", "HULL, Yorks.", ("HULL", UNSET)),
            ("<location>OSLO</location>", "OSLO", ("OSLO", UNSET)),
            ("<location><city>Oslo</city>, <country>Norway</country></location> (Acme)", "Oslo, Norway (Acme)",
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
        end = b"<body.end><tagline>With B. Writer.</tagline><bibliography>A book.</bibliography></body.end></body>"
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
            "First.\n\nQuoted.\n\nA. Writer\n\n- one\n- two\n\n1. first\n\n- a: b\n\nx | y\n1 | 2\n\nA   1\nB   2\n\nEnd."
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
            '<media><media-reference source="a" mime-type="photo" alternate-text="Fog" source-credit="Acme"/></media>'
        )
        (link,) = one.media
        assert (link.href, link.type, link.caption, link.credit) == ("a", UNSET, "Fog", "Acme")

    def test_pictures_alone_are_a_picture(self) -> None:
        one = read(
            '<media media-type="image"><media-reference source="a"/><media-caption>Fog.</media-caption></media>'
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
        start = b'<!DOCTYPE nitf SYSTEM "file:///etc/passwd">\n<nitf><body><p>Caf&eacute;&nbsp;&mdash; x &amp; y</p>'
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
            b'<!DOCTYPE nitf [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;'
            b'&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;">'
            b'<!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;">]><nitf><body><p>&f;</p></body></nitf>',
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
        assert time.process_time() - start < 3
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


@given(st.text(max_size=40))
def test_any_status_and_any_release_never_free_what_they_do_not_name(text: str) -> None:
    value = text.translate({ord(mark): None for mark in '<>&"'})
    if value.strip().lower() == "usable":
        return
    (one,) = outcomes(document(status=f'management-status="{value}"'))
    if isinstance(one, RawArticle):
        assert one.status != "usable"
