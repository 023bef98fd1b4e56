"""IPTC 7901: header, markers, text, notes, time of sending, in the dialects of the agencies."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline import formats
from pipeline.article import Place, RawArticle, Subject
from pipeline.formats import anpa1312, iptc7901
from pipeline.formats.shape import Rejected
from pipeline.formats.stream import stream_of
from tests.formats.conformance import Conformance, article, headings, outcomes, rejected

DPA = """\x01bdt0123 2 pl 41  dpa 0456

Brücke/Hafen/Exempelland/
\x02(Eil \a\a\a\a\a)
Brücke in Port Example wieder offen =

Port Example (dpa) - Die Brücke am Hafen von Port Example ist nach
zwei Wochen wieder offen. Das sagte eine Sprecherin der Stadt.

# Notizblock

## Redaktionelle Hinweise
- Zu diesem Text finden Sie Bilder
- dpa-Eilmeldung

* * * *
Die folgenden Informationen sind nicht zur Veröffentlichung bestimmt

## Kontakte
- Redaktion: Desk (Port Example), +49 30 123456,
  <desk@agency.example>

dpa abc yydd n1 sku

\x03251037 Sep 24
\x7f
\x7f\x04
"""

AFP = """\x01FRA0123 4 POL 0345 /AFP-AB12\r
Politique-gouvernement-hôpitaux\r
\x02Le gouvernement annonce une réforme des hôpitaux\r
Par Anne EXEMPLE\r
\r
   PORT EXEMPLE, 3 sept 2024 (AFP) - Le gouvernement a annoncé mardi une\r
réforme des hôpitaux.\r
   "C'est un pas", a dit la ministre.\r
\r
   - Un premier pas -\r
\r
   La suite est attendue.\r
   abc/def/gh\r
\r
\x03031215 SEP 24\r
\x04"""


def made(
    body: str = "Port Example (dpa) - The bridge is open.",
    *,
    head: str = "Bridge open =",
    header: str = "eca0001 3 i 8 dpa 0002",
    slug: str = "Bridge/",
    after: str = "241200 GMT Sep 24",
) -> bytes:
    return f"\x01{header}\r\n{slug}\r\n\x02{head}\r\n\r\n{body}\r\n\r\n\x03{after}\r\n\x04".encode()


def one(*arguments: Any, **changes: Any) -> RawArticle:
    return article(made(*arguments, **changes))


class TestConformance(Conformance):
    format = iptc7901
    copy = DPA.encode()


class TestLatinConformance(Conformance):
    format = iptc7901
    copy = AFP.encode("latin-1")


class TestHeader:
    def test_its_fields_are_kept(self) -> None:
        found = article(DPA.encode())
        assert found.urgency == 2
        assert found.wire["service"] == "bdt"
        assert found.wire["msgno"] == "0123"
        assert found.wire["category"] == "pl"
        assert found.wire["wordcount"] == "41"
        assert (found.wire["source"], found.wire["source_number"]) == ("dpa", "0456")
        assert found.provider == "dpa"
        assert found.subjects == (Subject(qcode="iptc7901:pl"),)

    def test_there_is_no_guid_so_none_is_made_up(self) -> None:
        assert article(DPA.encode()).guid is UNSET

    def test_the_slug_line_gives_keywords_where_strokes_part_it(self) -> None:
        found = article(DPA.encode())
        assert found.slugline == "Brücke/Hafen/Exempelland/"
        assert found.keywords == ("Brücke", "Hafen", "Exempelland")
        other = article(AFP.encode("latin-1"))
        assert (other.slugline, other.keywords) == ("Politique-gouvernement-hôpitaux", ())

    def test_several_slug_lines_are_one(self) -> None:
        assert one(slug="Bridge/\r\nPort/").keywords == ("Bridge", "Port")

    @pytest.mark.parametrize(
        ("extra", "wire", "language"),
        [
            ("dpa-spe 0000", {"source": "dpa-spe", "source_number": "0000"}, None),
            ("dpa 0045 bdt0012 4 pl", {"source": "dpa", "reference": "bdt0012 4 pl"}, None),
            ("vvvvb KNA 170123-89-00065#2", {"source": "KNA", "source_number": "170123-89-00065#2"}, None),
            ("F BELGA-0031", {"source": "BELGA", "source_number": "0031"}, "fr"),
            ("N BELGA-....", {"source": "BELGA"}, "nl"),
            ("/AFP-AB12", {"source": "AFP", "source_number": "AB12"}, None),
            ("APA", {"source": "APA"}, None),
            ("12 34", {"extra": "12 34"}, None),
        ],
    )
    def test_what_the_sender_adds_tells_the_source(
        self, extra: str, wire: dict[str, str], language: str | None
    ) -> None:
        found = one(header=f"eca0001 3 i 8 {extra}")
        assert wire.items() <= found.wire.items()
        assert found.provider == wire.get("source", UNSET)
        assert found.language_declared == (language or UNSET)

    def test_without_a_source_there_is_no_provider(self) -> None:
        found = one(header="ats123 3 CL 234")
        assert found.provider is UNSET
        assert "source" not in found.wire

    def test_a_priority_that_is_a_letter_is_no_urgency(self) -> None:
        found = next(iter(outcomes(made(header="eca0001 B i 8"), format="iptc7901")))
        assert isinstance(found, RawArticle)
        assert (found.urgency, found.wire["priority"]) == (UNSET, "B")

    def test_a_word_count_may_be_missing(self) -> None:
        found = next(iter(outcomes(made(header="eca0001 4 i"), format="iptc7901")))
        assert isinstance(found, RawArticle)
        assert "wordcount" not in found.wire

    def test_another_header_is_refused_and_shown(self) -> None:
        (found,) = outcomes(made(header="hello world"), format="iptc7901")
        assert isinstance(found, Rejected)
        assert found.reason == "the header 'hello world' is none of IPTC 7901"


class TestHead:
    def test_the_marker_says_the_kind_and_is_no_headline(self) -> None:
        found = article(DPA.encode())
        assert found.headline == "Brücke in Port Example wieder offen"
        assert (found.kind, found.wire["marker"]) == ("alert", "(Eil)")

    @pytest.mark.parametrize(
        ("marker", "kind"),
        [
            ("(Blitz \a\a)", "alert"),
            ("URGENT", "alert"),
            ("FLASH", "alert"),
            ("(Achtung - Planungshinweis)", "advisory"),
            ("Achtung Redaktionen", "advisory"),
            ("(Berichtigung: Zahl)", "correction"),
            ("(KORREKTUR: Name)", "correction"),
            ("VERSIÓN CORREGIDA", "correction"),
            ("(Zusammenfassung - neu: Stimmen)", "update"),
            ("(Ergänzung: Stimmen)", "update"),
            ("1ST LEAD", "update"),
            ("REFILE", "update"),
            ("(Wiederholung)", None),
            ("(KORR-Bericht)", None),
            ("(Foto Archiv)", None),
        ],
    )
    def test_markers_say_kinds(self, marker: str, kind: str | None) -> None:
        found = one(head=f"{marker}\r\nBridge open =")
        assert (found.kind or None, found.headline) == (kind, "Bridge open")
        assert found.status == "usable"

    @pytest.mark.parametrize(
        "marker", ["KILL KILL KILL", "*** ELIMINAR - ELIMINAR ***", "(Achtung) Bitte nicht verwenden"]
    )
    def test_a_kill_in_words_holds_the_copy_back(self, marker: str) -> None:
        found = one(head=f"{marker}\r\nBridge open =")
        assert (found.kind, found.status) == ("kill", "withheld")

    def test_what_a_marker_says_to_editors_is_told_to_them(self) -> None:
        assert (
            "Berichtigung: Zahl im ersten Satz"
            in one(head="(Berichtigung: Zahl im ersten Satz)\r\nBridge =").ednotes
        )

    @pytest.mark.parametrize(
        "line",
        [
            "(Sperrfrist 9. Oktober 14.20 Uhr)",
            "Gesperrt bis Montag, 6.00 Uhr",
            "EMBARGOED for publication until Monday",
        ],
    )
    def test_an_embargo_in_words_holds_it_back(self, line: str) -> None:
        found = one(head=f"{line}\r\nBridge open =")
        assert (found.status, found.headline) == ("withheld", "Bridge open")
        assert found.embargo is UNSET
        assert any("embargo in words" in flag for flag in found.flags)
        assert found.ednotes == (line.strip("()"),)

    @pytest.mark.parametrize(
        "line", ["SPERRFRIST: 14.20 Uhr", "Embargo until Monday 6 p.m.", "Sous embargo jusqu'à lundi"]
    )
    def test_an_embargo_in_front_of_the_text_or_in_the_notes_does_too(self, line: str) -> None:
        front = one(f"{line}\r\n\r\nPort Example (dpa) - The bridge is open.")
        notes = one(
            f"Port Example (dpa) - The bridge is open.\r\n\r\n# Notebook\r\n\r\n## {line}\r\n- see above"
        )
        assert front.status == notes.status == "withheld"
        assert (front.body or "").startswith("Port Example")

    def test_a_call_to_editors_in_front_of_the_text_is_no_text(self) -> None:
        found = one("Achtung Redaktionen: Bild folgt.\r\n\r\nPort Example (dpa) - The bridge is open.")
        assert found.body == "Port Example (dpa) - The bridge is open."
        assert found.ednotes == ("Achtung Redaktionen: Bild folgt.",)

    def test_a_byline_is_kept_and_is_no_headline(self) -> None:
        found = one(head="Bridge open\r\nBy Ann Example and Bob Sample, dpa =")
        assert (found.headline, found.byline) == ("Bridge open", "By Ann Example and Bob Sample, dpa")

    def test_a_flash_may_be_a_headline_and_no_more(self) -> None:
        found = article(
            b"\x01eca0001 1 i 8 dpa 0002\r\nX/\r\n\x02FLASH\r\nBridge open =\r\n\x03241200 GMT Sep 24\r\n\x04"
        )
        assert (found.headline, found.body, found.kind) == ("Bridge open", UNSET, "alert")

    def test_a_text_without_a_headline_has_none(self) -> None:
        found = article(
            b"\x01eca0001 3 i 8 dpa 0002\r\nX/\r\n\x02Port Example (dpa) - The bridge is open.\r\n"
            b"\x03241200 Sep 24\r\n\x04"
        )
        assert (found.headline, found.body) == (UNSET, "Port Example (dpa) - The bridge is open.")

    def test_belgas_revisions_are_updates_and_its_cor_a_correction(self) -> None:
        header = "INT001 3 GEN 0091 F BELGA-0031"
        assert one(head="Pont ouvert (3DER)\r\n", header=header).kind == "update"
        assert one(head="Pont ouvert (1LEAD)\r\n", header=header).wire["version"] == "1LEAD"
        assert one(head="Pont ouvert (2)\r\n", header=header).kind == "update"
        assert one(head="Pont ouvert (2)\r\n").kind is UNSET
        assert one(head="Pont ouvert\r\n", header=f"{header} COR 703").kind == "correction"


class TestText:
    def test_lines_are_joined_and_notes_are_apart(self) -> None:
        found = article(DPA.encode())
        assert found.body == (
            "Port Example (dpa) - Die Brücke am Hafen von Port Example ist nach zwei Wochen wieder offen."
            " Das sagte eine Sprecherin der Stadt."
        )
        assert found.ednotes == ("Redaktionelle Hinweise: Zu diesem Text finden Sie Bilder; dpa-Eilmeldung",)
        assert found.wire["signoff"] == "dpa abc yydd n1 sku"

    def test_what_is_not_for_publication_gets_nowhere_else(self) -> None:
        found = article(DPA.encode())
        assert found.ednotes_nonpublic == (
            "Kontakte: Redaktion: Desk (Port Example), +49 30 123456, <desk@agency.example>",
        )
        public = (
            found.body,
            found.headline,
            found.summary,
            found.slugline,
            found.byline,
            *found.ednotes,
            *found.wire.values(),
        )
        assert not any("123456" in str(text) for text in public)

    def test_a_message_that_is_all_of_it_for_editors_is_no_article(self) -> None:
        found = rejected(made(head="(Nicht zur Veröffentlichung)\r\nBridge open ="))
        assert "message to editors" in found.reason

    def test_where_only_words_say_that_the_rest_is_secret_a_flag_says_so(self) -> None:
        found = one("Port Example (dpa) - The bridge is open.\r\n\r\nNot for publication:\r\nCall 123.")
        assert found.ednotes_nonpublic
        assert any("kept as not for publication" in flag for flag in found.flags)

    def test_paragraphs_headings_and_sign_off_of_afp(self) -> None:
        found = article(AFP.encode("latin-1"))
        assert (found.body or "").split("\n\n") == [
            "PORT EXEMPLE, 3 sept 2024 (AFP) - Le gouvernement a annoncé mardi une réforme des hôpitaux.",
            '"C\'est un pas", a dit la ministre.',
            "Un premier pas",
            "La suite est attendue.",
        ]
        assert headings(found) == ["Un premier pas"]
        assert (found.byline, found.wire["signoff"]) == ("Par Anne EXEMPLE", "abc/def/gh")

    def test_the_dateline_stays_in_the_body_and_is_a_place_too(self) -> None:
        found = article(AFP.encode("latin-1"))
        assert found.dateline == "PORT EXEMPLE, 3 sept 2024 (AFP) -"
        assert found.located == Place(name="PORT EXEMPLE")

    def test_a_dateline_may_follow_a_teaser(self) -> None:
        found = one(
            "The bridge is open again, and the ferry stops.\r\n\r\nPort Example (dpa) - The mayor said so."
        )
        assert found.dateline == "Port Example (dpa) -"

    def test_tables_keep_their_rows(self) -> None:
        found = one("Results:\r\n\r\n| Harbour | 2:1 |\r\n| Lake    | 0:0 |")
        (table,) = found.tables
        assert (found.body or "")[table.start : table.end] == "Harbour | 2:1\nLake | 0:0"

    @pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "cp850"])
    def test_encodings_that_nothing_tells(self, encoding: str) -> None:
        text = made("Port Example (dpa) - Die Brücke für später.", slug="Brücke/").decode()
        found = article(text.encode(encoding))
        assert found.body == "Port Example (dpa) - Die Brücke für später."
        assert found.slugline == "Brücke/"
        assert any("encoding" in flag for flag in found.flags) == (encoding != "utf-8")

    @pytest.mark.parametrize("end", ["\n", "\r", "\n\r", "\r\r\n"])
    def test_line_ends_of_any_kind(self, end: str) -> None:
        whole = one()
        other = article(made().decode().replace("\r\n", end).encode())
        assert (other.body, other.headline, other.slugline) == (whole.body, whole.headline, whole.slugline)

    def test_fillers_and_bells_anywhere_change_nothing(self) -> None:
        data = made().replace(b"open", b"op\x00\x7fen\x07").replace(b"\x04", b"\x7f\x00\x04\x00\x00")
        assert article(b"\x7f\x7f\r\n\x16" + data).body == one().body


class TestSent:
    @pytest.mark.parametrize(
        ("after", "created"),
        [
            ("251037 Sep 24", "2024-09-25T10:37:00Z"),
            ("062130 Okt 24", "2024-10-06T21:30:00Z"),
            ("242200 GMT Jun 17", "2017-06-24T22:00:00Z"),
            ("031215 MESZ SEPT 2024", "2024-09-03T10:15:00Z"),
            ("150000 juin", "2024-06-15T00:00:00Z"),
            ("310900 Dez", "2023-12-31T09:00:00Z"),
        ],
    )
    def test_the_time_after_the_text(self, after: str, created: str) -> None:
        found = one(after=after)
        assert (found.created, found.wire["sent"]) == (created, after)

    def test_without_a_zone_it_is_the_feeds_and_that_is_told(self) -> None:
        found = article(made(after="251037 Sep 24"), zone="Europe/Berlin")
        assert found.created == "2024-09-25T08:37:00Z"
        assert found.flags == ("created: 2024-09-25T10:37 has no time zone: read as Europe/Berlin",)

    @pytest.mark.parametrize("after", ["", "NNNN", "320000 Sep 24", "251037 Xyz 24"])
    def test_what_is_no_time_is_told_and_absent(self, after: str) -> None:
        found = one(after=after)
        assert found.created is UNSET
        assert found.flags

    def test_versions_are_ordered_by_it(self) -> None:
        assert one(after="251038 GMT Sep 24").version > one(after="251037 GMT Sep 24").version


class TestFiles:
    def test_many_messages_of_one_file_are_an_article_each(self) -> None:
        data = b"\x7f\x7f\r\n".join(made(f"Port Example (dpa) - Story {number}.") for number in range(50))
        found = outcomes(data)
        assert [str(each.body)[-3:].strip() for each in found if isinstance(each, RawArticle)] == [
            f"{n}.".rjust(3).strip() for n in range(50)
        ]
        offsets = [each.provenance.offset for each in found if isinstance(each, RawArticle)]
        assert all(data[offset] == 1 for offset in offsets)

    def test_one_that_is_broken_does_not_stop_the_others(self) -> None:
        found = outcomes(made() + b"\x01what is this\x02x\x03y\x04" + made("Other text."))
        assert [type(each) for each in found] == [RawArticle, Rejected, RawArticle]

    @pytest.mark.parametrize("until", [b"\x02", b"\x03", b"\x04"])
    def test_a_message_that_was_cut_off_is_none(self, until: bytes) -> None:
        data = made()
        found = rejected(data[: data.index(until)])
        assert found.kind == "truncated"

    @pytest.mark.parametrize(
        "head",
        [
            b"\x01\x02\x03\x04",
            b"\x01\x00\x00\x00abc0001 3 pl 10",
            b"\x01abc",
            b"\x01abc0001 x y z",
            b"\x01abc0001 3 pl",
            b"abc0001 3 pl 10 dpa",
            b'{"a": 1}',
            b"<nitf/>",
            b"\x16\x16\x01a0001\x1fasian\r\nr i\x13\x11 slug 01-02 0001\r\n\x02",
            b"",
        ],
    )
    def test_what_is_none_is_not_taken(self, head: bytes) -> None:
        assert not iptc7901.sniff(head)

    @pytest.mark.parametrize(
        "front", [b"", b"\x7f\x7f\r\n\x7f", b"\x00" * 40, b"\x16\x16", b"the tail of another message\r\n"]
    )
    def test_what_is_one_is_known_by_its_start(self, front: bytes) -> None:
        assert formats.choose(stream_of(front + made())) is iptc7901

    def test_its_first_line_is_enough(self) -> None:
        assert iptc7901.sniff(made().split(b"\n")[0])
        assert not anpa1312.sniff(made())

    @given(st.text(max_size=200))
    def test_any_text_in_a_message_gives_an_article_or_a_rejection(self, text: str) -> None:
        for each in outcomes(made(text)):
            assert isinstance(each, RawArticle | Rejected)
