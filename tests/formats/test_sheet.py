"""What a format puts down of an item: each field by its rule, flags, and nothing released too early."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.article import Media, Place, Replaced, Subject
from pipeline.formats.sheet import Sheet, language
from tests.formats.conformance import context


def sheet(zone: str | None = None) -> Sheet:
    return Sheet(context(zone=zone))


class TestPutting:
    def test_what_is_there_first_stays_and_what_is_empty_is_not_put(self) -> None:
        one = sheet()
        one.line("headline", " \n")
        one.line("headline", None)
        one.line("headline", " Harbour\n opens ")
        one.line("headline", "Other")
        one.put("members", ())
        assert one.done() == {"headline": "Harbour opens"}

    def test_lists_take_each_line_once(self) -> None:
        one = sheet()
        one.add("keywords", ["bridge", " bridge ", ""])
        one.add("keywords", ["harbour", "bridge"])
        one.add("ednotes", [])
        assert one.done() == {"keywords": ("bridge", "harbour")}

    def test_wire_and_flags_come_last(self) -> None:
        one = sheet()
        one.wire("service", "bdt")
        one.wire("service", "other")
        one.wire("priority", " ")
        one.flag("odd", "odd", "strange")
        assert one.done() == {"wire": {"service": "bdt"}, "flags": ("odd", "strange")}

    def test_a_place_and_what_is_replaced(self) -> None:
        one = sheet()
        one.place()
        one.place("Harbour City", country="HC")
        one.replaces(" ")
        one.replaces("urn:old", "canceled")
        assert one.fields["located"] == Place(name="Harbour City", country="HC")
        assert one.fields["replaces"] == Replaced(guid="urn:old", status="canceled")

    def test_media_have_each_address_once(self) -> None:
        one = sheet()
        one.media([Media(href="a", caption="x"), Media(href="a"), Media(href="b")])
        one.media([Media(href="b", caption="y")])
        one.media([])
        assert one.fields["media"] == (Media(href="a", caption="x"), Media(href="b"))


class TestSubjects:
    @pytest.mark.parametrize(
        ("code", "qcode"),
        [
            ("medtop:11000000", "medtop:11000000"),
            ("dpacat:pl", "dpacat:pl"),
            ("16002000", "subj:16002000"),
            ("http://cv.iptc.org/newscodes/mediatopic/20000056", "medtop:20000056"),
            ("https://cv.iptc.org/newscodes/subjectcode/16002000/", "subj:16002000"),
            ("http://agency.example/topic/7", "http://agency.example/topic/7"),
        ],
    )
    def test_codes_keep_their_scheme(self, code: str, qcode: str) -> None:
        one = sheet()
        one.subject(code, "A name")
        one.subject(code, "A name")
        assert one.done()["subjects"] == (Subject(qcode=qcode, name="A name"),)

    def test_a_name_alone_and_a_type_will_do_and_nothing_is_none(self) -> None:
        one = sheet()
        one.subject()
        one.subject(name="The port", kind="organization")
        assert one.done()["subjects"] == (Subject(name="The port", type="organization"),)


class TestVersion:
    def test_a_number_counts(self) -> None:
        one = sheet()
        one.version(" 12 ")
        assert one.done() == {"version": 12}

    @pytest.mark.parametrize("text", ["1stLd", "2.1", "-1", "9" * 25, "v2"])
    def test_what_is_none_is_kept_and_flagged(self, text: str) -> None:
        one = sheet()
        one.version(text)
        assert "version" not in one.fields
        assert one.done()["wire"] == {"version": text}
        assert text in one.done()["flags"][0]

    @pytest.mark.parametrize(
        ("text", "revised"), [(None, False), ("1", False), ("2", True), ("20240619101500", False)]
    )
    def test_a_small_number_above_one_says_that_there_were_others(
        self, text: str | None, revised: bool
    ) -> None:
        one = sheet()
        one.version(text)
        assert one.revised is revised


@pytest.mark.parametrize(
    ("text", "flagged"), [("4", False), ("0", True), ("10", True), ("high", True), ("", False)]
)
def test_an_urgency_is_one_to_nine_or_flagged(text: str, flagged: bool) -> None:
    one = sheet()
    one.urgency(text)
    assert one.done().get("urgency") == (4 if text == "4" else None)
    assert ("flags" in one.done()) is flagged


class TestLanguage:
    @pytest.mark.parametrize(
        ("text", "tag"),
        [
            ("fr", "fr"),
            ("swe", "sv"),
            ("sv_SE", "sv-SE"),
            ("EN-us", "en-US"),
            ("zh-hant-tw", "zh-Hant-TW"),
            ("nb-NO", "nb-NO"),
            ("ger", "de"),
            ("und", None),
            ("mul", None),
            ("english language", None),
            ("x", None),
            ("", None),
        ],
    )
    def test_it_is_the_shortest_tag(self, text: str, tag: str | None) -> None:
        assert language(text) == tag

    def test_what_is_no_tag_is_flagged(self) -> None:
        one = sheet()
        one.language("Franz.")
        one.language("")
        one.language(None)
        assert list(one.done()) == ["flags"]
        assert "Franz." in one.done()["flags"][0]

    @given(st.text(max_size=20))
    def test_any_text_is_a_tag_or_none(self, text: str) -> None:
        language(text)


class TestTimes:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("2024-06-19T10:15:00+02:00", "2024-06-19T08:15:00Z"),
            ("20240619T101500+0200", "2024-06-19T08:15:00Z"),
            ("20240619T101500Z", "2024-06-19T10:15:00Z"),
            ("2024-06-19T10:15:00.250Z", "2024-06-19T10:15:00.25Z"),
            ("20240619", "2024-06-19"),
            ("2024-06", "2024-06"),
        ],
    )
    def test_all_spellings_of_iso_8601(self, text: str, value: str) -> None:
        one = sheet()
        one.time("created", text)
        assert one.done() == {"created": value}

    def test_one_without_a_zone_is_of_the_feeds_zone_and_flagged(self) -> None:
        there = sheet("Europe/Oslo")
        there.time("created", "2024-06-19T10:15:00")
        assert there.fields["created"] == "2024-06-19T08:15:00Z"
        assert "Europe/Oslo" in there.done()["flags"][0]
        here = sheet()
        here.time("created", "2024-06-19T10:15:00")
        assert here.fields["created"] == "2024-06-19T10:15:00Z"
        assert "UTC" in here.done()["flags"][0]

    @pytest.mark.parametrize("text", ["yesterday", "2024-02-30", "2024-06-19T25:00:00Z", "19.06.2024"])
    def test_one_that_cannot_be_read_is_absent_and_flagged(self, text: str) -> None:
        one = sheet()
        one.time("modified", text)
        one.expires(text)
        assert list(one.fields) == []
        assert len(one.done()["flags"]) == 2

    def test_an_instant_that_was_read_already(self) -> None:
        one = sheet()
        one.moment("created", None)
        one.moment("created", datetime(2024, 6, 19, 10, 15, tzinfo=UTC))
        one.expires("2024-07-01T00:00:00Z")
        one.expires("")
        assert one.done() == {"created": "2024-06-19T10:15:00Z", "expires": datetime(2024, 7, 1, tzinfo=UTC)}


class TestEmbargo:
    def test_one_that_can_be_read_is_kept(self) -> None:
        one = sheet()
        one.embargo("2024-06-20T06:00:00+02:00")
        assert one.done() == {"embargo": datetime(2024, 6, 20, 4, tzinfo=UTC)}

    def test_none_says_nothing(self) -> None:
        one = sheet()
        one.embargo(None)
        assert one.done() == {}

    @pytest.mark.parametrize(
        "text", ["", " ", "Next Monday", "2024-06-20", "2024-06-20T06:00:00", "99999999T000000Z"]
    )
    def test_an_empty_one_and_one_that_cannot_be_read_hold_it_back(self, text: str) -> None:
        one = sheet()
        one.embargo(text)
        assert one.fields == {"status": "withheld"}
        assert "held back" in one.done()["flags"][0]

    def test_the_feeds_zone_makes_one_without_a_zone_readable(self) -> None:
        one = sheet("America/New_York")
        one.embargo("2024-06-20T06:00:00")
        assert one.fields == {"embargo": datetime(2024, 6, 20, 10, tzinfo=UTC)}

    def test_what_is_usable_does_not_release_it(self) -> None:
        for steps in (("status", "embargo"), ("embargo", "status")):
            one = sheet()
            for step in steps:
                getattr(one, step)("usable" if step == "status" else "soon")
            assert one.fields["status"] == "withheld"


class TestStatus:
    @pytest.mark.parametrize(
        ("text", "status"),
        [
            ("usable", "usable"),
            ("stat:usable", "usable"),
            ("Usable", "usable"),
            ("http://cv.iptc.org/newscodes/pubstatusg2/withheld", "withheld"),
            ("embargoed", "withheld"),
            ("stat:canceled", "canceled"),
            ("cancelled", "canceled"),
        ],
    )
    def test_the_standards_words_are_known(self, text: str, status: str) -> None:
        one = sheet()
        one.status(text)
        assert one.done() == {"status": status}

    def test_an_unknown_one_holds_it_back_and_none_says_nothing(self) -> None:
        one = sheet()
        one.status("")
        one.status(None)
        assert one.fields == {}
        one.status("stat:maybe")
        assert one.fields == {"status": "withheld"}
        assert "maybe" in one.done()["flags"][0]

    def test_what_is_held_back_for_another_reason_is_not_released_when_its_embargo_ends(self) -> None:
        for steps in (
            (("embargo", "2024-06-18T06:00:00Z"), ("status", "stat:maybe")),
            (
                ("status", "stat:maybe"),
                ("embargo", "2024-06-18T06:00:00Z"),
            ),
        ):
            one = sheet()
            for field, text in steps:
                getattr(one, field)(text)
            assert one.done()["status"] == "withheld"
            assert "embargo" not in one.done()
            assert one.done()["wire"]["embargo"].startswith("2024-06-18T06:00:00")

    def test_a_kill_is_not_undone(self) -> None:
        one = sheet()
        one.status("canceled")
        one.hold("why")
        assert one.fields["status"] == "canceled"


class TestKind:
    def test_the_gravest_sign_counts(self) -> None:
        one = sheet()
        one.kind("update", "CORRECTION: harbour opens")
        assert one.done() == {"kind": "correction"}

    def test_a_kill_that_is_stated_cancels(self) -> None:
        one = sheet()
        one.kind("kill", "Harbour opens")
        assert one.fields == {"kind": "kill", "status": "canceled"}

    def test_a_kill_in_words_holds_back_and_says_so(self) -> None:
        one = sheet()
        one.kind(None, "MANDATORY KILL")
        assert one.fields == {"kind": "kill", "status": "withheld"}
        assert "kill" in one.done()["flags"][0]

    def test_what_is_canceled_is_a_kill(self) -> None:
        one = sheet()
        one.status("canceled")
        one.kind(None)
        assert one.fields["kind"] == "kill"

    def test_a_later_version_is_an_update_if_nothing_else_is_said(self) -> None:
        for stated, kind in ((None, "update"), ("new", "new"), ("alert", "alert")):
            one = sheet()
            one.version("3")
            one.kind(stated, "Harbour opens")  # type: ignore[arg-type]  # three of its words
            assert one.fields["kind"] == kind

    def test_no_sign_no_kind(self) -> None:
        one = sheet()
        one.kind(None, "Harbour opens", None)
        assert one.done() == {}
