"""NITF: what the head says, what of the body is the story, and what must never reach a reader."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline.article import RawArticle, Replaced, Subject
from pipeline.formats import nitf
from pipeline.formats.shape import Rejected
from tests.formats.conformance import Conformance, article, outcomes, rejected
from tests.formats.nitf.copies import FULL, document, flags, read


class TestConformance(Conformance):
    format = nitf
    copy = FULL


class TestDialect(Conformance):
    """No namespace, an external DTD, entities of HTML's."""

    format = nitf
    copy = (
        b'<!DOCTYPE nitf SYSTEM "nitf-3-2.dtd">\n<nitf><body><body.content><p>Caf&eacute;.</p>'
        b"</body.content></body></nitf>"
    )


@pytest.mark.parametrize(
    ("head", "is_it"),
    [
        (b"<nitf>", True),
        (b'<?xml version="1.0"?>\n<!-- a note --><n:nitf xmlns:n="urn:any">', True),
        (
            (
                b'\xef\xbb\xbf\n <!DOCTYPE nitf PUBLIC "-//IPTC//DTD NITF 3.2//EN" "nitf-3-2.dtd">'
                b'\n<nitf version="x">'
            ),
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
                '<object.title>The Boat</object.title><classifier type="x" value="tide"/>'
                "</identified-content>"
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


@given(st.text(max_size=40))
def test_any_status_and_any_release_never_free_what_they_do_not_name(text: str) -> None:
    value = text.translate({ord(mark): None for mark in '<>&"'})
    if value.strip().lower() == "usable":
        return
    (one,) = outcomes(document(status=f'management-status="{value}"'))
    if isinstance(one, RawArticle):
        assert one.status != "usable"
