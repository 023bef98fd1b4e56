"""ANPA 1312: header, heading lines, paragraphs, tables, and the line that says when it was sent."""

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

STORY = """\x16\x16\x01W0123\x1fasian\r
r i\x13\x11 BC-XX--Harbor-Bridge 1stLd-Writethru   06-15 0420\r
\x02^BC-XX--Harbor Bridge, 1st Ld-Writethru,42<\r
^Harbor bridge reopens after repairs<\r
^The bridge was closed for two weeks, and the ferry was full.<\r
^EP Photo EPX101, EPX102<\r
^Eds: Adds quote.<\r
^By ANN EXAMPLE=\r
^Example Press Writer=\r
\t   PORT EXAMPLE, Exampleland (EP) _ The harbor bridge reopened Saturday after two\r
weeks of work.\r
 \r
\t   ``It is safe,'' engineer Bob Sample said. ``We tested it `twice.'''\r
\r
\t   ___\r
\r
\t   The ferry stops on Monday.\r
\r
\t   \x03EP-WF-06-15-24 1201GMT<\r
\r
\x0c\r
\x04"""

GLANCE = """\x16\x16\x01z9631\x1f-----\r
r s\x14\x12 BC-BBX--Standings     05-17 0820\r
\x02^BC-BBX--Harbor Glance<\r
^Harbor League Standings=\r
^All Times EDT=\r
^By The Example Press=\r
^EAST DIVISION=\r
\x08^;W;L;Pct;GB\r
\x08Harbor;23;13;.639;_\r
\x08Lake;19;21;.475;3{\r
\t   ___=\r
^Sunday's Games=\r
\t   Harbor 7, Lake 5\r
\t   Ferry 5, Bridge 1<\r
\r
\t   \x03EP-WF-05-17-24 0620GMT<\r
\x0c\r
\x04"""


def made(
    *lines: str,
    second: str = "r i\x13\x11 BC-XX--Bridge     06-15 0420",
    first: str = "W0001\x1fasian",
    after: str = "EP-WF-06-15-24 1201GMT<",
    slug: str = "^BC-XX--Bridge,42<",
) -> bytes:
    text = "\r\n".join([slug, *(lines or ("^Bridge open<", "\t   PORT (EP) _ The bridge is open."))])
    return f"\x16\x16\x01{first}\r\n{second}\r\n\x02{text}\r\n\t   \x03{after}\r\n\x0c\r\n\x04".encode(
        "latin-1"
    )


def one(*lines: str, **changes: Any) -> RawArticle:
    return article(made(*lines, **changes))


class TestConformance(Conformance):
    format = anpa1312
    copy = STORY.encode()


class TestHeader:
    def test_its_fields_are_kept(self) -> None:
        found = article(STORY.encode())
        expected = {
            "service_level": "W",
            "story_number": "0123",
            "selector": "asian",
            "priority": "r",
            "category": "i",
            "format": "body text",
            "keyword": "BC-XX--Harbor-Bridge",
            "version": "1stLd-Writethru",
            "date": "06-15",
            "wordcount": "0420",
        }
        assert expected.items() <= found.wire.items()
        assert found.subjects == (Subject(qcode="anpa1312:i"),)

    def test_letters_are_no_numbers(self) -> None:
        """The standard gives an order of priorities and no number: there is no urgency to read."""
        assert article(STORY.encode()).urgency is UNSET

    def test_there_is_no_guid_so_none_is_made_up(self) -> None:
        assert article(STORY.encode()).guid is UNSET

    def test_control_characters_may_be_written_with_carets(self) -> None:
        found = one(first="W0001^_asian", second="r i^S^Q BC-XX--Bridge     06-15 0420")
        assert (found.wire["selector"], found.wire["format"]) == ("asian", "body text")
        assert found.wire["keyword"] == "BC-XX--Bridge"

    def test_a_field_of_the_senders_own_may_stand_before_the_selector(self) -> None:
        found = one(first="W0001 upi-7\x1fasian")
        assert (found.wire["selector"], found.wire["extra"]) == ("asian", "upi-7")

    @pytest.mark.parametrize(
        ("second", "version", "reference", "count"),
        [
            ("r i\x13\x11 BC-XX--Bridge 2ndLd a0123 06-15 0420", "2ndLd", "a0123", "0420"),
            ("r i\x13\x11 BC-XX--Bridge     06-15 0420", None, None, "0420"),
            ("r s\x13\x11 BC-XX--Bridge     06-15 ", None, None, None),
            ("d n\x13\x11 bc-BRIDGE", None, None, None),
        ],
    )
    def test_version_reference_and_count_may_be_missing(
        self, second: str, version: str | None, reference: str | None, count: str | None
    ) -> None:
        wire = one(second=second).wire
        assert (wire.get("version"), wire.get("reference"), wire.get("wordcount")) == (
            version,
            reference,
            count,
        )

    def test_a_second_line_that_cannot_be_read_is_told(self) -> None:
        found = one(second="???")
        assert any("second line '???'" in flag for flag in found.flags)
        assert found.headline == "Bridge open"

    def test_another_first_line_is_refused_and_shown(self) -> None:
        (found,) = outcomes(made(first="hello"), format="anpa1312")
        assert isinstance(found, Rejected)
        assert found.reason == "the header 'hello' is none of ANPA 1312"


class TestHeadingLines:
    def test_each_is_what_it_says(self) -> None:
        found = article(STORY.encode())
        assert found.slugline == "BC-XX--Harbor Bridge, 1st Ld-Writethru"
        assert found.headline == "Harbor bridge reopens after repairs"
        assert found.summary == "The bridge was closed for two weeks, and the ferry was full."
        assert found.ednotes == ("EP Photo EPX101, EPX102", "Eds: Adds quote.")
        assert found.byline == "By ANN EXAMPLE"
        assert found.wire["credit"] == "Example Press Writer"

    def test_without_a_slug_line_the_keyword_is_it(self) -> None:
        assert one(slug="^Bridge open<").slugline == "BC-XX--Bridge"
        assert one("\t   Text.", slug="^Bridge open<").headline == "Bridge open"

    def test_a_slug_line_need_not_end_in_a_count(self) -> None:
        assert one(slug="^BC-XX--Bridge Glance<").slugline == "BC-XX--Bridge Glance"

    def test_a_file_number_before_the_slug_is_none(self) -> None:
        found = one(slug="^*9006< ^BC-XX--Bridge,42<")
        assert (found.slugline, found.headline) == ("BC-XX--Bridge", "Bridge open")

    def test_an_alert_without_a_headline_has_none(self) -> None:
        found = one(
            "\t   PORT (EP) _ The bridge is open.",
            slug="^BC-XX--EPNewsAlert,17<",
            second="b a\x13\x11 BC-XX--EPNewsAlert     06-15 0017",
        )
        assert (found.headline, found.kind, found.body) == (UNSET, "alert", "PORT (EP) _ The bridge is open.")

    def test_notes_in_brackets_are_for_editors_too(self) -> None:
        assert one("^Bridge open<", "^(Eds: Minor edits.)<", "\t   Text.").ednotes == ("(Eds: Minor edits.)",)

    def test_lines_without_carets_before_the_first_paragraph_are_headings(self) -> None:
        found = one("\t   The bridge is open.", slug="BCN43: BRIDGE OPEN\r\n")
        assert (found.headline, found.body) == ("BCN43: BRIDGE OPEN", "The bridge is open.")

    def test_where_there_are_headings_alone_they_are_the_text(self) -> None:
        found = one("^Top news at noon<", "^Bridge open", "^Ferry stops")
        assert (found.headline, found.body) == ("Top news at noon", "Bridge open\n\nFerry stops")

    @pytest.mark.parametrize(
        ("slug", "second", "kind"),
        [
            ("^BC-XX--Bridge, 2nd Ld-Writethru,42<", "2ndLd-Writethru", "update"),
            ("^BC-XX--Bridge,42<", "1stLd", "update"),
            ("^BC-XX--Bridge, Sub,42<", "", "update"),
            ("^BC-XX--Bridge, Correction,42<", "", "correction"),
            ("^BC-XX--Bridge, Corrective,42<", "Corrective", "correction"),
            ("^BC-XX--EP NewsAlert,42<", "", "alert"),
            ("^BC-XX--Bridge, Advisory,42<", "", "advisory"),
            ("^BC-XX--Bridge,42<", "", None),
        ],
    )
    def test_version_and_slug_say_the_kind(self, slug: str, second: str, kind: str | None) -> None:
        found = one(slug=slug, second=f"r i\x13\x11 BC-XX--Bridge {second}   06-15 0420")
        assert (found.kind or None, found.status) == (kind, "usable")

    @pytest.mark.parametrize("slug", ["^BC-XX--Bridge, KILL,42<", "^BC-XX--Bridge, Bulletin Kill,42<"])
    def test_a_kill_in_words_holds_the_copy_back(self, slug: str) -> None:
        found = one(slug=slug)
        assert (found.kind, found.status) == ("kill", "withheld")

    def test_a_story_about_a_kill_is_none(self) -> None:
        found = one("^Wolves kill sheep<", "\t   Text.", slug="^BC-XX--Wolves Kill,42<")
        assert (found.kind, found.status) == (UNSET, "usable")

    @pytest.mark.parametrize(
        ("lines", "slug", "second"),
        [
            (("^Bridge open<", "^For release Sunday, June 16<", "\t   Text."), "^BC-XX--Bridge,42<", "r i"),
            (("^Bridge open<", "^ADV16<", "\t   Text."), "^BC-XX--Bridge,42<", "r i"),
            (
                ("^Bridge open<", "^Eds: Hold for release at 6 p.m.<", "\t   Text."),
                "^BC-XX--Bridge,42<",
                "r i",
            ),
            (("^Bridge open<", "\t   Text."), "^BC-XX--Bridge, ADV 06-16,42<", "r i"),
            (("^Bridge open<", "\t   Text."), "^BC-XX--Bridge,42<", "a i"),
            (("^Bridge open<", "\t   Text."), "^BC-XX--Bridge,42<", "s i"),
        ],
    )
    def test_an_advance_is_held_back(self, lines: tuple[str, ...], slug: str, second: str) -> None:
        found = one(*lines, slug=slug, second=f"{second}\x13\x11 BC-XX--Bridge     06-15 0420")
        assert found.status == "withheld"
        assert any("held back" in flag for flag in found.flags)
        assert (found.headline, found.body) == ("Bridge open", "Text.")

    @pytest.mark.parametrize(
        "headline", ["Adventures on the bridge", "Advance of the sea", "Advisory panel meets"]
    )
    def test_a_headline_that_starts_alike_is_no_advance(self, headline: str) -> None:
        found = one(f"^{headline}<", "\t   Text.")
        assert (found.headline, found.status) == (headline, "usable")


class TestText:
    def test_paragraphs_start_at_tabs_and_quotes_are_curled(self) -> None:
        assert (article(STORY.encode()).body or "").split("\n\n") == [
            "PORT EXAMPLE, Exampleland (EP) _ The harbor bridge reopened Saturday after two weeks of work.",
            "“It is safe,” engineer Bob Sample said. “We tested it ‘twice.'”",
            "The ferry stops on Monday.",
        ]

    def test_the_dateline_stays_in_the_body_and_is_a_place_too(self) -> None:
        found = article(STORY.encode())
        assert found.dateline == "PORT EXAMPLE, Exampleland (EP)"
        assert found.located == Place(name="PORT EXAMPLE, Exampleland")

    def test_rows_are_tables_and_headings_between_them_headings(self) -> None:
        found = article(GLANCE.encode())
        (table,) = found.tables
        assert (found.body or "")[table.start : table.end] == (
            "| W | L | Pct | GB\nHarbor | 23 | 13 | .639 | _\nLake | 19 | 21 | .475 | 3½"
        )
        assert headings(found) == ["All Times EDT", "EAST DIVISION", "Sunday's Games"]
        assert (found.headline, found.byline) == ("Harbor League Standings", "By The Example Press")
        assert (found.body or "").split("\n\n")[-2:] == ["Harbor 7, Lake 5", "Ferry 5, Bridge 1"]

    def test_rows_whose_backspace_was_lost_are_rows(self) -> None:
        assert len(article(GLANCE.replace("\x08", "").encode()).tables) == 1

    def test_fixed_spaces_part_columns(self) -> None:
        found = one(
            "^Standings<",
            "^By The Example Press=",
            "\x08Harbor\x1e\x1e73\x1d52",
            "\x08Lake\x1e\x1e\x1e\x1e60\x1d63",
        )
        (table,) = found.tables
        assert (found.body or "")[table.start : table.end] == "Harbor  73 52\nLake    60 63"

    def test_a_brace_in_prose_stays(self) -> None:
        assert one("^H<", "\t   A {brace} stays, 3{ is a half.").body == "A {brace} stays, 3½ is a half."

    def test_semicolons_in_prose_are_no_table(self) -> None:
        assert not one("^H<", "\t   Members are: Ann;", "Bob; Carl; Dora; Emil.").tables

    def test_eight_bits_are_read_as_windows_1252(self) -> None:
        found = one("^H<", "\t   Said Señor López.")
        assert found.body == "Said Señor López."
        assert "the encoding is not told: read as windows-1252" in found.flags


class TestSent:
    @pytest.mark.parametrize(
        ("after", "created"),
        [
            ("EP-WF-06-15-24 1201GMT<", "2024-06-15T12:01:00Z"),
            ("EP-NY-06-15-24 0801EDT<", "2024-06-15T12:01:00Z"),
            ("EP-06-15-2024 1201 GMT", "2024-06-15T12:01:00Z"),
            ("NYT-06-15-98 1201EST<", "1998-06-15T17:01:00Z"),
            ("Exut12:01 06-15-24", "2024-06-15T12:01:00Z"),
        ],
    )
    def test_the_line_after_the_text(self, after: str, created: str) -> None:
        found = one(after=after)
        assert found.created == created
        assert found.wire["sent"] == after.rstrip("<")

    def test_it_names_the_provider(self) -> None:
        found = article(STORY.encode())
        assert (found.provider, found.wire["source"]) == ("EP", "EP")

    def test_without_a_zone_it_is_the_feeds(self) -> None:
        found = article(made(after="EP-WF-06-15-24 1201"), zone="America/New_York")
        assert found.created == "2024-06-15T16:01:00Z"
        assert any("has no time zone" in flag for flag in found.flags)

    def test_an_unknown_zone_is_told(self) -> None:
        assert any("'XYZ' is unknown" in flag for flag in one(after="EP-WF-06-15-24 1201XYZ").flags)

    def test_the_month_stands_first(self) -> None:
        found = one(after="EP-WF-05-03-24 1201GMT", second="r i\x13\x11 BC-XX--Bridge     05-03 0420")
        assert (found.created, found.flags) == ("2024-05-03T12:01:00Z", ())

    def test_unless_the_headers_date_says_otherwise(self) -> None:
        found = one(after="EP-WF-03-05-24 1201GMT", second="r i\x13\x11 BC-XX--Bridge     05-03 0420")
        assert found.created == "2024-05-03T12:01:00Z"
        assert any("has the day first" in flag for flag in found.flags)

    def test_or_there_is_no_such_month(self) -> None:
        found = one(after="EP-WF-15-06-24 1201GMT")
        assert found.created == "2024-06-15T12:01:00Z"
        assert any("has the day first" in flag for flag in found.flags)

    @pytest.mark.parametrize(
        ("after", "agrees"), [("EP-WF-06-16-24 0300GMT", True), ("EP-WF-06-19-24 0300GMT", False)]
    )
    def test_a_headers_date_that_is_another_day_is_told(self, after: str, agrees: bool) -> None:
        told = [flag for flag in one(after=after).flags if "is not the day of sending" in flag]
        assert bool(told) != agrees

    def test_without_the_line_the_header_gives_the_day_and_no_time(self) -> None:
        found = one(after="")
        assert found.created == "2024-06-15"
        assert found.flags == (
            "no time of sending stands after the text",
            "the header's date tells no year: read as 2024",
        )

    def test_a_day_that_does_not_exist_is_told_and_absent(self) -> None:
        found = one(after="EP-WF-02-31-24 1201GMT", second="r i\x13\x11 BC-XX--Bridge")
        assert found.created is UNSET
        assert any("created" in flag for flag in found.flags)


class TestFiles:
    def test_many_messages_of_one_file_are_an_article_each(self) -> None:
        data = b"\x7f\x00\r\n".join([STORY.encode(), GLANCE.encode(), made()])
        found = outcomes(data)
        assert [each.headline for each in found if isinstance(each, RawArticle)] == [
            "Harbor bridge reopens after repairs",
            "Harbor League Standings",
            "Bridge open",
        ]
        assert all(data[each.provenance.offset] == 1 for each in found if isinstance(each, RawArticle))

    @pytest.mark.parametrize("until", [b"\x02", b"\x03", b"\x0c", b"\x04"])
    def test_a_message_that_was_cut_off_is_none(self, until: bytes) -> None:
        data = made()
        assert rejected(data[: data.index(until)]).kind == "truncated"

    @pytest.mark.parametrize(
        "head",
        [
            b"\x01",
            b"\x01a000",
            b"\x01a0001 3 pl 10 dpa 0001\r\n\r\nslug\r\n\x02",
            b"\x01abc0001 3 pl 10 dpa 0001\r\n\r\nslug\r\n\x02",
            b"\x16\x16\x01\x02\x03\x04",
            b"PK\x03\x04\x01a0001\x1fx y",
            b"W0001\x1fasian\r\n",
            b"",
        ],
    )
    def test_what_is_none_is_not_taken(self, head: bytes) -> None:
        assert not anpa1312.sniff(head)

    @pytest.mark.parametrize("front", [b"", b"\x16\x16\x16", b"\x7f\x7f\r\n", b"\x00" * 40])
    def test_what_is_one_is_known_by_its_start(self, front: bytes) -> None:
        assert formats.choose(stream_of(front + made())) is anpa1312

    def test_its_first_line_is_enough(self) -> None:
        assert anpa1312.sniff(made().split(b"\n")[0])
        assert not iptc7901.sniff(made())

    @given(
        st.lists(
            st.tuples(st.sampled_from(["^", "\t", "\b", "", "\b^", " "]), st.text(max_size=30)), max_size=10
        )
    )
    def test_any_lines_in_a_message_give_an_article_or_a_rejection(
        self, lines: list[tuple[str, str]]
    ) -> None:
        text = "\r\n".join(key + text for key, text in lines).encode()
        head = b"\x16\x16\x01W0001\x1fasian\r\nr i\x13\x11 BC-XX--Bridge     06-15 0420\r\n\x02"
        for each in outcomes(head + text + b"\x03EP-WF-06-15-24 1201GMT\r\n\x04"):
            assert isinstance(each, RawArticle | Rejected)
