"""ninjs in all its versions: what each member becomes, in each spelling, and what must never be published."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, structs

from pipeline import formats
from pipeline.article import Media, Place, RawArticle, Replaced, Subject
from pipeline.formats import jsonl, ninjs, text
from pipeline.formats.shape import Rejected
from pipeline.formats.stream import Stream, stream_of
from tests.formats.conformance import Conformance, article, context, headings, outcomes, rejected

OLD: dict[str, Any] = {
    "$standard": {"name": "ninjs", "version": "1.6"},
    "uri": "urn:x:bridge",
    "type": "text",
    "version": "3",
    "firstcreated": "2024-06-18T10:00:00Z",
    "versioncreated": "2024-06-19T12:00:00+02:00",
    "pubstatus": "usable",
    "urgency": 4,
    "copyrightnotice": "© The Agency",
    "usageterms": "Not for resale",
    "ednote": "Pictures follow.",
    "language": "en-GB",
    "headline": "The bridge reopens",
    "byline": "By A. Writer",
    "slugline": "bridge-reopens",
    "located": "Leeds",
    "subject": [
        {"name": "transport", "scheme": "http://cv.iptc.org/newscodes/mediatopic/", "code": "20001337"}
    ],
    "place": [{"name": "Leeds", "rel": "about"}],
    "body_xhtml": "<p>The bridge is open.</p><h2>Traffic</h2><p>Cars cross it again.</p>",
    "body_text": "The bridge is open. Cars cross it again.",
}
SECOND: dict[str, Any] = {
    "standard": {"name": "ninjs", "version": "2.1"},
    "uri": "urn:x:bridge",
    "type": "text",
    "version": "3",
    "firstcreated": "2024-06-18T10:00:00Z",
    "versioncreated": "2024-06-19T12:00:00+02:00",
    "pubstatus": "usable",
    "urgency": 4,
    "copyrightnotice": "© The Agency",
    "usageterms": "Not for resale",
    "ednote": "Pictures follow.",
    "language": "en-GB",
    "headlines": [{"role": "main", "contenttype": "text/plain", "value": "The bridge reopens"}],
    "by": "By A. Writer",
    "slugline": "bridge-reopens",
    "located": "Leeds",
    "subjects": [{"name": "transport", "uri": "http://cv.iptc.org/newscodes/mediatopic/20001337"}],
    "places": [{"name": "Leeds", "literal": "Leeds"}],
    "bodies": [
        {"role": "text", "contenttype": "text/plain", "value": "The bridge is open. Cars cross it again."},
        {"role": "html", "contenttype": "text/html", "charcount": 40, "value": OLD["body_xhtml"]},
    ],
}
CAMEL = {"firstcreated": "firstCreated", "versioncreated": "versionCreated", "pubstatus": "pubStatus"}
CAMEL |= {"copyrightnotice": "copyrightNotice", "usageterms": "usageTerms", "ednote": "edNote"}
CAMEL |= {"contenttype": "contentType", "charcount": "charCount", "embargoed": "embargoedUntil"}


def third(value: Any) -> Any:
    """A 2.x object in the spelling of 3.x."""
    if isinstance(value, dict):
        return {CAMEL.get(name, name): third(each) for name, each in value.items()}
    return [third(each) for each in value] if isinstance(value, list) else value


THIRD: dict[str, Any] = third(SECOND)


def encoded(item: dict[str, Any]) -> bytes:
    return json.dumps(item, ensure_ascii=False).encode()


def read(**members: Any) -> RawArticle:
    """The article of an item of which only what matters is given."""
    return article(encoded({"uri": "urn:x", "pubstatus": "usable", "headline": "Harbour"} | members))


def old(**members: Any) -> RawArticle:
    return article(encoded(OLD | members))


def alike(one: RawArticle) -> RawArticle:
    """Without what only says where it came from."""
    return structs.replace(one, provenance=read().provenance)


class TestOne(Conformance):
    format = ninjs
    copy = json.dumps(OLD, indent=4).encode()


class TestLines(Conformance):
    format = ninjs
    copy = encoded(OLD) + b"\n" + encoded(THIRD | {"uri": "urn:x:2"}) + b"\n"


class TestArray(Conformance):
    format = ninjs
    copy = json.dumps([SECOND, OLD | {"uri": "urn:x:2"}], indent=1).encode()


class TestSpelling:
    @pytest.mark.parametrize("item", [OLD, SECOND, THIRD])
    def test_every_version_gives_the_same_article(self, item: dict[str, Any]) -> None:
        one = article(encoded(item))
        assert one.guid == "urn:x:bridge"
        assert (one.item_class, one.version, one.kind, one.status) == ("text", 3, "update", "usable")
        assert (one.created, one.modified) == ("2024-06-18T10:00:00Z", "2024-06-19T10:00:00Z")
        assert (one.headline, one.byline) == ("The bridge reopens", "By A. Writer")
        assert (one.urgency, one.language_declared, one.slugline) == (4, "en-GB", "bridge-reopens")
        assert (one.rights, one.usageterms, one.ednotes) == (
            "© The Agency",
            "Not for resale",
            ("Pictures follow.",),
        )
        assert one.located == Place(name="Leeds")
        assert one.subjects == (
            Subject(qcode="medtop:20001337", name="transport", type="concept"),
            Subject(name="Leeds", type="place"),
        )
        assert one.body == "The bridge is open.\n\nTraffic\n\nCars cross it again."
        assert headings(one) == ["Traffic"]
        assert one.flags == ()

    def test_they_are_equal_in_all_but_provenance(self) -> None:
        assert (
            alike(article(encoded(OLD))) == alike(article(encoded(SECOND))) == alike(article(encoded(THIRD)))
        )

    @pytest.mark.parametrize("embargo", ["2030-01-01T00:00:00Z", "", "Next Monday"])
    def test_so_they_are_under_an_embargo(self, embargo: str) -> None:
        second = SECOND | {"embargoed": embargo}
        assert alike(article(encoded(second))) == alike(article(encoded(third(second))))
        assert article(encoded(third(second))).status == "withheld"

    @given(st.dictionaries(st.sampled_from(sorted(SECOND)), st.none() | st.integers() | st.text(max_size=5)))
    def test_whatever_is_wrong_with_them(self, wrong: dict[str, Any]) -> None:
        (one,), (other,) = outcomes(encoded(SECOND | wrong)), outcomes(encoded(third(SECOND | wrong)))
        if isinstance(one, Rejected) or isinstance(other, Rejected):
            assert isinstance(one, Rejected)
            assert isinstance(other, Rejected)
            assert (one.kind, one.reason) == (other.kind, other.reason)
        else:
            assert alike(one) == alike(other)

    def test_unknown_members_and_null_are_ignored(self) -> None:
        assert alike(old(random="x", embargoed=None, expires=None, person=None)) == alike(old())


class TestStatus:
    @pytest.mark.parametrize("status", ["canceled", "cancelled", "CANCELED", "stat:canceled", "Killed"])
    def test_a_kill_however_it_is_spelt_is_never_usable(self, status: str) -> None:
        one = article(encoded({"uri": "urn:x", "pubstatus": status}))
        assert (one.status, one.kind, one.guid) == ("canceled", "kill", "urn:x")
        assert one.body is UNSET

    @pytest.mark.parametrize(
        "status", ["withheld", "replaced", "commissioned", "draft", 7, 0, True, False, [], {}, ["usable"]]
    )
    def test_what_is_not_said_to_be_usable_is_held_back(self, status: Any) -> None:
        assert read(pubstatus=status).status == "withheld"

    @pytest.mark.parametrize("status", [None, "", "usable", "Usable"])
    def test_none_means_usable(self, status: str | None) -> None:
        assert read(pubstatus=status, urgency=3).status == "usable"

    def test_an_embargo_that_lies_ahead_holds_it_back(self) -> None:
        one = read(embargoed="2024-06-19T14:00:01+02:00")
        assert one.status == "withheld"
        assert one.embargo == datetime(2024, 6, 19, 12, 0, 1, tzinfo=UTC)

    def test_one_that_is_over_does_not(self) -> None:
        assert read(embargoed="2024-06-19T11:00:00Z").status == "usable"

    @pytest.mark.parametrize(
        "embargo", ["", " ", "Next Monday", "2024-06-18", "2024-06-18T10:00:00", 5, True, {}]
    )
    def test_one_that_does_not_say_when_it_ends_holds_it_back(self, embargo: Any) -> None:
        one = read(embargoed=embargo)
        assert (one.status, one.embargo) == ("withheld", UNSET)
        assert "does not say when it ends" in one.flags[0]

    @pytest.mark.parametrize("embargo", [None, False])
    def test_null_and_false_are_none(self, embargo: object) -> None:
        assert read(embargoed=embargo).status == "usable"

    def test_it_is_independent_of_the_status(self) -> None:
        over = "2024-06-19T11:00:00Z"
        assert read(pubstatus="withheld", embargoed=over).status == "withheld"
        assert read(pubstatus="canceled", embargoed="2030-01-01T00:00:00Z").status == "canceled"

    def test_a_status_that_only_says_that_there_is_an_embargo_ends_with_it(self) -> None:
        assert read(pubstatus="embargoed", embargoed="2024-06-19T11:00:00Z").status == "usable"
        assert read(pubstatus="embargoed", embargoed="2030-06-19T11:00:00Z").status == "withheld"
        assert read(pubstatus="embargoed").status == "withheld"

    def test_the_zone_of_the_feed_reads_a_time_without_one(self) -> None:
        item = encoded(OLD | {"embargoed": "2024-06-19T13:30:00"})
        one = article(item, zone="Europe/Paris")
        assert one.embargo == datetime(2024, 6, 19, 11, 30, tzinfo=UTC)
        assert one.status == "usable"


class TestHeader:
    @pytest.mark.parametrize("urgency", [1, 9, "4", 4.0])
    def test_an_urgency_from_1_to_9_counts(self, urgency: Any) -> None:
        assert read(urgency=urgency).urgency == int(urgency)

    @pytest.mark.parametrize("urgency", [0, 10, 0.1, -1, "high", True, [4, 5]])
    def test_any_other_is_flagged(self, urgency: Any) -> None:
        one = read(urgency=urgency)
        assert one.urgency is UNSET
        assert any("urgency" in flag for flag in one.flags)

    @pytest.mark.parametrize(
        ("kind", "becomes"),
        [
            ("text", "text"),
            ("picture", "picture"),
            ("graphic", "graphic"),
            ("video", "video"),
            ("audio", "audio"),
            ("composite", "composite"),
            ("component", "component"),
            ("planning", "planning"),
            ("event", "event"),
            ("ninat:text", "text"),
        ],
    )
    def test_the_type_is_the_class(self, kind: str, becomes: str) -> None:
        assert read(type=kind).item_class == becomes

    def test_a_type_that_is_unknown_is_flagged_and_kept(self) -> None:
        one = read(type="hologram")
        assert one.item_class is UNSET
        assert one.wire["type"] == "hologram"
        assert one.flags == ("the type 'hologram' is unknown",)

    def test_no_type_is_no_class(self) -> None:
        assert read().item_class is UNSET

    @pytest.mark.parametrize(("version", "kept"), [("2", 2), (7, 7), ("0", 0)])
    def test_a_version_that_is_a_number_orders(self, version: Any, kept: int) -> None:
        assert read(version=version).version == kept

    def test_one_that_is_none_is_kept_and_the_time_orders(self) -> None:
        one = read(version="5f-a", versioncreated="2024-06-19T10:00:00Z")
        assert one.version == 1718791200000
        assert one.wire["version"] == "5f-a"

    @pytest.mark.parametrize("created", ["firstcreated", "contentcreated", "contentCreated"])
    def test_when_it_was_first_made(self, created: str) -> None:
        assert read(**{created: "2024-06-18T10:00:00+0000"}).created == "2024-06-18T10:00:00Z"

    def test_a_time_that_cannot_be_read_is_flagged(self) -> None:
        one = read(versioncreated="yesterday")
        assert one.modified is UNSET
        assert "yesterday" in one.flags[0]

    def test_expiry(self) -> None:
        assert read(expires="2024-07-01T00:00:00Z").expires == datetime(2024, 7, 1, tzinfo=UTC)

    def test_header_fields_without_a_name_are_kept(self) -> None:
        one = read(
            profile="text-photo",
            copyrightholder="The Agency",
            infosources=[{"name": "Police", "role": "x"}, {"uri": "urn:council"}],
            rightsinfo={"linkedrights": "https://example.org/rights"},
            altIds=[{"role": "internal", "value": "77"}],
            digitalSourceType={
                "uri": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
            },
            trustIndicators=[{"href": "https://example.org/trust", "title": "T"}],
        )
        assert one.rights == "The Agency"
        assert one.wire == {
            "profile": "text-photo",
            "copyright_holder": "The Agency",
            "infosource": "Police, urn:council",
            "rights_link": "https://example.org/rights",
            "altid_internal": "77",
            "digital_source_type": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
            "trust_indicators": "https://example.org/trust",
        }

    @pytest.mark.parametrize("part", ["partial", "incomplete"])
    def test_a_part_of_an_item_says_so(self, part: str) -> None:
        assert read(representationtype=part).flags == (
            "it says that it is a part of the item, not the whole",
        )
        assert read(representationtype="full").flags == ()

    def test_a_member_of_an_odd_type_is_flagged(self) -> None:
        assert read(byline={"x": 1}, language=True).flags == (
            "the member 'language' is a JSON boolean: not read",
            "the member 'byline' is a JSON object: not read",
        )

    @pytest.mark.parametrize("kind", ["urgent", "Correction"])
    def test_words_in_the_headline_tell_the_kind(self, kind: str) -> None:
        assert read(headline=f"{kind.upper()}: Harbour").kind == {"urgent": "alert"}.get(kind, "correction")

    def test_notes_to_editors_tell_it_too(self) -> None:
        assert read(ednote="CORRECTS the name of the bridge - corrected").kind == "correction"


class TestHeadlines:
    def test_the_main_one_counts_wherever_it_stands(self) -> None:
        one = read(
            headline=None,
            headlines=[
                {"role": "short", "value": "Bridge"},
                {"role": "hdrol:sub", "value": "Cars cross it again"},
                {"role": "main", "contentType": "text/html", "value": "<b>The</b> bridge &amp; the river"},
                {"role": "______", "value": "?"},
            ],
        )
        assert (one.headline, one.subheadline) == ("The bridge & the river", "Cars cross it again")
        assert one.wire == {"headline_short": "Bridge", "headline_other": "?"}

    def test_one_without_a_role_is_the_main_one(self) -> None:
        assert read(headline=None, headlines=[{"role": "seo", "value": "A"}, {"value": "B"}]).headline == "B"
        assert read(headline=None, headlines=[{"role": "seo", "value": "A"}]).headline == "A"

    def test_extra_headlines_of_1_3(self) -> None:
        one = read(headline_extended="The bridge, in long", headline_sub="Below")
        assert one.subheadline == "Below"
        assert one.wire == {"headline_extended": "The bridge, in long"}

    def test_a_title_is_for_editors(self) -> None:
        one = read(title="BC-Harbour")
        assert one.headline == "Harbour"
        assert one.wire["title"] == "BC-Harbour"
        assert read(title="Harbour").wire == {}

    def test_it_stands_for_the_headline_only_of_a_text_without_any_words(self) -> None:
        one = read(headline=None, title="BC-Harbour")
        assert one.headline == "BC-Harbour"
        assert "its title stands for the headline" in one.flags[0]
        assert read(headline=None, title="T", body_text="Words.").headline is UNSET
        assert read(headline=None, title="T", type="event").headline is UNSET


class TestBodies:
    @pytest.mark.parametrize(
        ("members", "body"),
        [
            ({"body_text": "One.\n\nTwo."}, "One.\n\nTwo."),
            ({"body_text": "<p>One.</p><p>Two.</p>"}, "One.\n\nTwo."),
            ({"body_html": "<p>One.</p>", "body_text": "Other."}, "One."),
            ({"body_text": "Other.", "body_xhtml": "<p>One.</p>"}, "One."),
            ({"body_xhtml": "\n  One\n  line.\n"}, "One line."),
            (
                {"body_html5": "<p>One.</p>", "body_sportsml": "<sports/>", "body_event": {"city": "x"}},
                "One.",
            ),
            ({"body_html": "<p> </p><br>", "body_text": "Other."}, "Other."),
            ({"body_nitf": "<nitf><body><body.content><p>One.</p></body.content></body></nitf>"}, "One."),
            ({"body_teaser": "Short.", "body_text": "Long."}, "Long."),
            ({"body_teaser": "Short."}, "Short."),
            ({"bodies": [{"value": "One."}]}, "One."),
            ({"bodies": {"value": "<p>One.</p>"}}, "One."),
            ({"bodies": ["One."]}, "One."),
            (
                {"bodies": [{"role": "main", "contentType": "application/xhtml+xml", "value": "<p>1</p>"}]},
                "1",
            ),
            ({"bodies": [{"contentType": "text/plain", "value": "a <b>"}]}, "a <b>"),
            ({"bodies": [{"role": "shotlist", "value": "S"}, {"role": "body", "value": "B"}]}, "B"),
            ({"bodies": [{"contentType": "text/html", "value": ""}, {"value": "B"}]}, "B"),
            ({"bodies": [{"value": None}, {"value": 7}, {}]}, UNSET),
        ],
    )
    def test_one_of_them_is_the_body(self, members: dict[str, Any], body: Any) -> None:
        assert read(**members).body == body

    def test_a_nitf_document_in_a_string_is_read_as_one(self) -> None:
        value = (
            "<?xml version='1.0'?><nitf><head><title>T</title></head><body><body.head><hedline>"
            "<hl1>Harbour</hl1></hedline></body.head><body.content><p>One.</p>"
            "<note type='npa'>Call 555.</note></body.content></body></nitf>"
        )
        one = read(bodies=[{"contentType": "text/vnd.IPTC.NITF", "value": value}, {"value": "Two."}])
        assert one.body == "One."
        assert one.ednotes_nonpublic == ("Call 555.",)

    def test_one_that_cannot_be_read_gives_way_to_one_that_can_and_is_flagged(self) -> None:
        one = read(bodies=[{"role": "nitf", "value": "<nitf><body><p>cut"}, {"value": "Two."}])
        assert one.body == "Two."
        assert "one of its bodies cannot be read: its NITF cannot be read" in one.flags[0]

    def test_where_none_can_be_read_the_item_is_rejected(self) -> None:
        item = {"uri": "urn:x", "headline": "H", "bodies": [{"role": "nitf", "value": "<nitf><body><p>cut"}]}
        assert "its NITF cannot be read" in rejected(encoded(item)).reason

    def test_pictures_in_it_are_links(self) -> None:
        one = read(body_html="<p>One.</p><img src='https://x/p.jpg' alt='The bridge'>")
        assert one.media == (Media(href="https://x/p.jpg", caption="The bridge"),)

    def test_what_follows_a_notice_that_it_is_not_for_publication_is_kept_out(self) -> None:
        one = read(body_html="<p>One.</p><p>Not for publication:</p><p>Call 555.</p>")
        assert one.body == "One."
        assert "Call 555." in one.ednotes_nonpublic

    def test_script_does_not_come_out(self) -> None:
        one = read(headline="A<script>x()</script> harbour<b>", body_html="<script>x()</script><p>One.</p>")
        assert (one.headline, one.body) == ("A harbour", "One.")


class TestDescriptions:
    @pytest.mark.parametrize(
        "members",
        [
            {"description_text": "What it says."},
            {"description_html": "<p>What it says.</p>"},
            {"descriptions": [{"value": ""}, {"role": "lead", "value": "What it says."}]},
            {"descriptions": ["What it says."]},
            {"description_other": "What it says."},
            {"descriptions": [{"value": "Harbour"}], "description_text": "What it says."},
        ],
    )
    def test_the_first_that_says_something_is_the_summary(self, members: dict[str, Any]) -> None:
        assert read(**members).summary == "What it says."

    def test_an_item_may_have_no_body_at_all(self) -> None:
        one = article(encoded({"uri": "urn:x", "pubstatus": "usable", "descriptions": [{"value": "S."}]}))
        assert (one.summary, one.body, one.headline) == ("S.", UNSET, UNSET)


class TestAbout:
    @pytest.mark.parametrize(
        ("entry", "subject"),
        [
            ({"uri": "http://cv.iptc.org/newscodes/mediatopic/15000000"}, {"qcode": "medtop:15000000"}),
            (
                {"scheme": "http://cv.iptc.org/newscodes/mediatopic", "code": "15000000"},
                {"qcode": "medtop:15000000"},
            ),
            ({"code": "medtop:15000000"}, {"qcode": "medtop:15000000"}),
            ({"code": "20000002"}, {"qcode": "medtop:20000002"}),
            ({"literal": "13010000"}, {"qcode": "subj:13010000", "media_topic": "medtop:13000000"}),
            (
                {"scheme": "http://tt.se/spec/subref/1.0/", "code": "13010000"},
                {"qcode": "subj:13010000", "media_topic": "medtop:13000000"},
            ),
            ({"scheme": "http://example.org/m/", "code": "0k"}, {"qcode": "http://example.org/m/0k"}),
            (
                {"scheme": "http://example.org/m/", "code": "13010000"},
                {"qcode": "http://example.org/m/13010000"},
            ),
            ({"scheme": "topics", "code": "7"}, {"qcode": "topics:7"}),
            ({"name": "Bridges", "literal": "Bridges"}, {"name": "Bridges"}),
            ({"name": "Bridges", "literal": "BRI"}, {"name": "Bridges", "qcode": "BRI"}),
        ],
    )
    def test_a_subject_has_its_code_its_name_or_both(
        self, entry: dict[str, str], subject: dict[str, str]
    ) -> None:
        expected = Subject(**subject, type="concept")
        assert read(subject=[entry]).subjects == (expected,)

    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("person", "person"),
            ("people", "person"),
            ("organisation", "organization"),
            ("organisations", "organization"),
            ("place", "place"),
            ("places", "place"),
            ("event", "event"),
            ("events", "event"),
            ("object", "object"),
            ("objects", "object"),
            ("genre", "genre"),
            ("genres", "genre"),
            ("subjects", "concept"),
        ],
    )
    def test_each_kind_of_concept_has_its_type(self, name: str, kind: str) -> None:
        assert [each.type for each in read(**{name: [{"name": "X", "rel": "about"}]}).subjects] == [kind]

    @pytest.mark.parametrize("odd", [None, [], "", {}, [None, 3, ""], 7, [{}], [{"name": 3.5e300}]])
    def test_odd_lists_of_concepts_do_no_harm(self, odd: Any) -> None:
        assert all(each.name for each in read(subject=odd, place=odd, keywords=odd).subjects)

    def test_keywords_have_no_code(self) -> None:
        assert read(keywords=["bridge", "river", "bridge"]).keywords == ("bridge", "river")
        assert read(keywords="bridge, river").keywords == ("bridge", "river")

    def test_tickers(self) -> None:
        one = read(organisations=[{"name": "B", "symbols": [{"exchange": "XLON", "symbol": "BRG"}]}])
        assert one.wire == {"tickers": "XLON:BRG"}

    @pytest.mark.parametrize(
        ("located", "place"),
        [
            ("Oslo, Norway", Place(name="Oslo, Norway")),
            (
                {"name": "Oslo", "country": "Norway", "qcode": "geo:1"},
                Place(name="Oslo", country="Norway", qcode="geo:1"),
            ),
            ({"city": "Oslo"}, Place(name="Oslo")),
            ("", UNSET),
        ],
    )
    def test_where_it_was_written(self, located: Any, place: Any) -> None:
        assert read(located=located).located == place


PICTURE = {
    "uri": "urn:x:p",
    "type": "picture",
    "byline": "A. Photographer",
    "headline": "Bridge",
    "description_text": "The bridge at dawn.",
    "renditions": {
        "main": {
            "href": "https://x/m.jpg",
            "mimetype": "image/jpeg",
            "width": 800,
            "height": 600,
            "title": "Mid",
        },
        "small": {"href": "https://x/s.jpg", "width": 80.0, "height": "60"},
        "none": {"mimetype": "image/jpeg"},
    },
}
FILES = (
    Media(
        href="https://x/m.jpg",
        type="image/jpeg",
        rendition="main",
        caption="The bridge at dawn.",
        credit="A. Photographer",
        width=800,
        height=600,
    ),
    Media(
        href="https://x/s.jpg",
        rendition="small",
        caption="The bridge at dawn.",
        credit="A. Photographer",
        width=80,
        height=60,
    ),
)


def renditions_as_array(item: dict[str, Any]) -> dict[str, Any]:
    return item | {"renditions": [{"name": name} | each for name, each in item["renditions"].items()]}


class TestMedia:
    @pytest.mark.parametrize(
        "associations",
        [
            {"mainpic": PICTURE, "gone": None},
            [{"name": "mainpic"} | renditions_as_array(PICTURE)],
        ],
    )
    def test_an_associated_picture_gives_its_files(self, associations: Any) -> None:
        one = read(associations=associations)
        assert one.media == FILES
        assert one.members == ()
        assert one.wire == {"associations": "mainpic"}

    @pytest.mark.parametrize("picture", [PICTURE, renditions_as_array(PICTURE)])
    def test_a_picture_has_its_own(self, picture: dict[str, Any]) -> None:
        one = article(encoded(picture | {"pubstatus": "usable"}))
        assert (one.item_class, one.media, one.summary) == ("picture", FILES, "The bridge at dawn.")
        assert one.body is UNSET

    def test_a_picture_needs_no_text(self) -> None:
        one = article(encoded({"uri": "u", "type": "picture", "renditions": PICTURE["renditions"]}))
        assert len(one.media) == 2

    def test_what_a_picture_has_for_a_body_is_its_summary(self) -> None:
        one = read(type="picture", body_text="A bridge.")
        assert (one.summary, one.body) == ("A bridge.", UNSET)

    def test_an_associated_text_is_a_member(self) -> None:
        other = {"uri": "urn:x:t", "type": "text", "body_text": "Other story."}
        one = read(body_text="This story.", associations={"more": other, "pic": PICTURE})
        assert one.members == ("urn:x:t",)
        assert one.body == "This story."
        assert len(one.media) == 2

    def test_in_a_composite_all_are_members(self) -> None:
        one = read(type="composite", associations={"a": PICTURE, "b": {"uri": "urn:x:t", "type": "text"}})
        assert one.members == ("urn:x:p", "urn:x:t")
        assert one.media == FILES

    def test_a_reference_without_files_is_a_member(self) -> None:
        assert read(associations={"a": {"uri": "urn:x:p", "type": "picture"}}).members == ("urn:x:p",)

    def test_a_text_in_another_format_is_no_picture(self) -> None:
        one = read(renditions={"nitf": {"href": "https://x/t.xml", "mimetype": "text/xml"}})
        assert one.media == ()
        assert one.wire == {"rendition_nitf": "https://x/t.xml"}

    @pytest.mark.parametrize("size", [None, 0, -5, "wide", True, 10**9, 0.2, []])
    def test_an_odd_size_is_none(self, size: Any) -> None:
        (file,) = read(type="picture", renditions={"m": {"href": "h", "width": size}}).media
        assert file.width is UNSET

    def test_a_size_that_is_no_number_of_pixels_is_none(self) -> None:
        (file,) = read(renditions={"m": {"href": "h", "width": 90, "unit": "mm"}}).media
        assert file.width is UNSET


class TestEvents:
    ITEM: ClassVar[dict[str, Any]] = {
        "standard": {"name": "ninjs", "version": "3.0"},
        "uri": "urn:x:e",
        "type": "event",
        "title": "Opening of the bridge",
        "pubStatus": "usable",
        "descriptions": [{"role": "text", "value": "The bridge opens."}],
        "eventDetails": {
            "eventStatus": "http://cv.iptc.org/newscodes/eventstatus/confirmed",
            "dates": {"expectedStartDate": "2024-07-01", "endDate": "2024-07-02T10:00:00Z"},
        },
        "places": [{"name": "Leeds"}],
    }

    def test_an_event_is_no_story_and_has_no_headline(self) -> None:
        one = article(encoded(self.ITEM))
        assert (one.item_class, one.headline, one.summary) == ("event", UNSET, "The bridge opens.")
        assert one.wire == {
            "title": "Opening of the bridge",
            "event_start": "2024-07-01",
            "event_end": "2024-07-02T10:00:00Z",
            "event_status": "http://cv.iptc.org/newscodes/eventstatus/confirmed",
        }

    def test_it_needs_no_words(self) -> None:
        assert article(encoded({"uri": "u", "type": "event", "pubStatus": "usable"})).item_class == "event"


class TestSniff:
    @pytest.mark.parametrize(
        "item",
        [
            OLD,
            SECOND,
            THIRD,
            {"uri": "u", "headline": "H"},
            {"uri": "u", "bodies": []},
            {"uri": "u", "urgency": 0.1},
            {"$schema": "https://iptc.org/std/ninjs/ninjs-schema_3.0.json", "x": 1},
            {"standard": {"name": "ninjs"}, "x": 1},
            {"guid": "g", "type": "text", "versioncreated": "2024-06-19T10:00:00+0000"},
            {"format": "digitalwires@0.9.1", "urn": "u"},
        ],
    )
    @pytest.mark.parametrize("written", ["line", "indented", "array", "lines", "marked"])
    def test_it_is_known_however_it_is_written(self, item: dict[str, Any], written: str) -> None:
        data = {
            "line": encoded(item),
            "indented": json.dumps(item, indent=4).encode(),
            "array": json.dumps([item], indent=2).encode(),
            "lines": encoded(item) + b"\n" + encoded(item) + b"\n",
            "marked": b"\xef\xbb\xbf\r\n " + json.dumps(item, indent=2).replace("\n", "\r\n").encode(),
        }[written]
        assert formats.choose(stream_of(data)) is ninjs

    @pytest.mark.parametrize(
        "item",
        [
            {"guid": "g", "body": "x"},
            {"guid": "g", "headline": "H", "body": "x", "urgency": 4, "slugline": "s", "usageterms": "t"},
            {"id": 1, "title": "T", "url": "https://x", "content": "x"},
            {"guid": "g", "embargo": "", "status": "withheld", "located": "x", "media": []},
            {"body": "uri, pubstatus, headline"},
            {"guid": "g", "subjects": [{"uri": "u", "versioncreated": "x"}]},
        ],
    )
    def test_plain_json_lines_are_left_alone(self, item: dict[str, Any]) -> None:
        assert formats.choose(stream_of(encoded(item))) is jsonl
        assert formats.choose(stream_of(json.dumps(item, indent=1).encode())) is jsonl

    @pytest.mark.parametrize(
        "feed", [{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1"}]}]
    )
    def test_so_is_json_feed(self, feed: dict[str, Any]) -> None:
        assert not ninjs.sniff(encoded(feed))
        assert not ninjs.sniff(encoded(feed | {"uri": "u", "expires": "x"}))

    @pytest.mark.parametrize("data", [b"", b'"uri": "x", "headline": "y"', b"<p>uri</p>", b"uri headline {"])
    def test_so_is_what_is_no_json(self, data: bytes) -> None:
        assert formats.choose(stream_of(data)) is text

    def test_the_first_line_may_be_broken(self) -> None:
        data = b'{"uri": "u", "headline": "cut\n' + encoded(OLD) + b"\n"
        bad, good = outcomes(data)
        assert isinstance(bad, Rejected)
        assert isinstance(good, RawArticle)
        assert good.provenance.format == "ninjs"

    def test_a_live_stream_gives_each_article_as_soon_as_its_line_is_there(self) -> None:
        class Live(io.BytesIO):
            asked = 0

            def readline(self, size: int | None = -1, /) -> bytes:
                self.asked += 1
                return super().readline(size)

            def read(self, size: int | None = -1, /) -> bytes:  # noqa: ARG002 - the shape of a file
                raise AssertionError("a live stream would block here")

        live = Live(b"".join(encoded(OLD | {"uri": f"urn:{number}"}) + b"\n" for number in range(3)))
        found = formats.read(Stream(live), context())
        for number in range(3):
            one = next(found)
            assert isinstance(one, RawArticle)
            assert (one.guid, one.provenance.format, live.asked) == (f"urn:{number}", "ninjs", number + 1)


class TestBroken:
    @pytest.mark.parametrize(
        ("data", "kind"),
        [
            (b'{"uri": "u", "headline": "a\nb"}', "syntax"),
            (b'{"uri": "u", "headline": NaN}', "syntax"),
            (b'{"uri": "u", "headline": "a", "headline": "b"}', "value"),
            (b'{"uri": "u", "headline": "a\\ud800"}', "encoding"),
            (b'{"uri": "u", "headline": "a\\u0000b"}', "binary"),
            (b'{"uri": "u", "body_text": "a\\u0000b"}', "binary"),
            (b'{"uri": "u", "headline": "caf\xe9"}', "encoding"),
            (b'{"uri": "u", "headline": "cut', "truncated"),
            (b'{\n"uri": "u",\n"headline": "cut",\n', "truncated"),
            (b'[{"uri": "u", "headline": "cut"', "truncated"),
            (b'{"uri": "u", "pubstatus": "usable"}', "value"),
        ],
    )
    def test_it_is_rejected_with_the_reason(self, data: bytes, kind: str) -> None:
        (*_, one) = outcomes(data)
        assert isinstance(one, Rejected)
        assert one.kind == kind

    def test_an_embargo_without_an_end_is_kept_and_held_back_even_on_nothing(self) -> None:
        one = article(encoded({"uri": "u", "embargoed": "Next Monday"}))
        assert (one.status, one.body) == ("withheld", UNSET)
        assert "Next Monday" in one.flags[0]

    @given(st.data())
    def test_no_cut_of_an_item_is_taken_for_the_whole(self, data: st.DataObject) -> None:
        whole = json.dumps(THIRD, indent=data.draw(st.sampled_from([None, 2]))).encode()
        cut = whole[: data.draw(st.integers(40, len(whole) - 1))]
        one = rejected(cut, format="ninjs")
        assert one.kind == "truncated"

    json_values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["name", "value", "code", "role", "href", "type", "x"]), inner, max_size=4
            )
        ),
        max_leaves=9,
    )

    @given(
        st.dictionaries(
            st.sampled_from([*OLD, *THIRD, "associations", "renditions", "altids", "signal"]), json_values
        )
    )
    def test_members_of_any_type_give_an_article_or_a_rejection(self, members: dict[str, Any]) -> None:
        (one,) = outcomes(encoded({"uri": "u", "headline": "H"} | members), format="ninjs")
        if isinstance(one, RawArticle) and members.get("pubstatus") not in (None, "", "usable"):
            assert one.status != "usable"


def test_what_it_replaces() -> None:
    one = read(replacing=["urn:x:0", "urn:x:00"])
    assert one.replaces == Replaced(guid="urn:x:0")
    assert one.kind == "update"
