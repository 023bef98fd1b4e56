"""NewsML 1.x: identity, versions, status and instructions of an item; what its envelope says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline.article import RawArticle, Replaced
from tests.formats.conformance import outcomes
from tests.formats.newsml_1.copies import HEADLINE, component, content, item, newsml, read

GUID = "urn:newsml:acme.example:20240619:ferry"
USABLE = '<Status FormalName="Usable"/>'
PARTS = "<ProviderId>acme.example</ProviderId><DateId>20240619</DateId><NewsItemId>ferry</NewsItemId>"


def revision(number: str, previous: str | None = "0", update: str = "N") -> str:
    former = "" if previous is None else f' PreviousRevision="{previous}"'
    return f'<RevisionId{former} Update="{update}">{number}</RevisionId>'


def change(future: str, when: str | None) -> str:
    time = "" if when is None else f"<DateAndTime>{when}</DateAndTime>"
    return f'<StatusWillChange><FutureStatus FormalName="{future}"/>{time}</StatusWillChange>'


def flags(one: RawArticle) -> str:
    return " | ".join(one.flags)


class TestIdentity:
    def test_the_public_identifier_is_the_guid_as_written(self) -> None:
        one = read(identifier=PARTS + revision("1"))
        assert (one.guid, one.version, one.kind) == (f"{GUID}:1", 1, "new")
        assert one.replaces is UNSET
        assert (one.wire["provider_id"], one.wire["date_id"], one.wire["news_item_id"]) == (
            "acme.example",
            "20240619",
            "ferry",
        )

    @pytest.mark.parametrize(
        ("number", "guid"),
        [(revision("3"), f"{GUID}:3"), (revision("3", "2", "U"), f"{GUID}:3U"), ("", None)],
    )
    def test_without_it_the_guid_is_made_of_its_parts_as_the_standard_says(
        self, number: str, guid: str | None
    ) -> None:
        assert read(guid="", identifier=PARTS + number).guid == (guid or UNSET)

    def test_without_all_of_them_there_is_none(self) -> None:
        one = read(guid="", identifier=revision("1"))
        assert one.guid is UNSET

    @pytest.mark.parametrize(
        ("guid", "number", "former"),
        [
            (f"{GUID}:2", revision("2", "1"), f"{GUID}:1"),
            (f"{GUID}:2U", revision("2", "1", "U"), f"{GUID}:1"),
            (f"{GUID}:12", revision("12", "7"), f"{GUID}:7"),
            ("urn:acme:7", revision("2", "1"), None),
            (f"{GUID}:2", revision("2", "2"), None),
        ],
    )
    def test_a_revision_takes_the_place_of_the_one_before(
        self, guid: str, number: str, former: str | None
    ) -> None:
        one = read(guid=guid, identifier=number)
        assert one.kind == "update"
        assert one.replaces == (Replaced(guid=former) if former else UNSET)

    def test_a_revision_that_is_no_number_is_flagged(self) -> None:
        one = read(identifier=revision("2024-A"))
        assert one.wire["version"] == "2024-A"
        assert "'2024-A' is no whole number" in flags(one)

    def test_without_a_word_on_revisions_nothing_is_said_of_the_kind(self) -> None:
        assert read(identifier=revision("1", None, "")).kind is UNSET

    def test_labels(self) -> None:
        labels = (
            "<NameLabel>ferry-late</NameLabel><Label><LabelType FormalName='DeskCode'/>"
            "<LabelText>7</LabelText></Label>"
        )
        one = read(labels=labels)
        assert (one.slugline, one.wire["label_desk_code"]) == ("ferry-late", "7")

    def test_a_slug_line_goes_before_the_name_label(self) -> None:
        lines = "<NewsLines><SlugLine>FERRY-LATE</SlugLine></NewsLines>"
        assert read(component(lines + content()), labels="<NameLabel>x</NameLabel>").slugline == "FERRY-LATE"


class TestTimes:
    @pytest.mark.parametrize(
        ("text", "written"),
        [
            ("20210516T080625+0000", "2021-05-16T08:06:25Z"),
            ("20180404T175859+0300", "2018-04-04T14:58:59Z"),
            ("20210516T080625Z", "2021-05-16T08:06:25Z"),
            ("20001006", "2000-10-06"),
            ("2021-05-16T08:06:25.5+02:00", "2021-05-16T06:06:25.5Z"),
        ],
    )
    def test_first_and_this_revision(self, text: str, written: str) -> None:
        manage = (
            f"<FirstCreated>{text}</FirstCreated><ThisRevisionCreated>{text}</ThisRevisionCreated>{USABLE}"
        )
        one = read(manage=manage)
        assert (one.created, one.modified) == (written, written)

    def test_one_that_cannot_be_read_is_flagged_and_absent(self) -> None:
        one = read(manage=f"<FirstCreated>yesterday</FirstCreated>{USABLE}")
        assert one.created is UNSET
        assert "'yesterday'" in flags(one)

    def test_without_a_zone_the_feeds_is_taken(self) -> None:
        manage = f"<ThisRevisionCreated>20190212T083703</ThisRevisionCreated>{USABLE}"
        one = read(manage=manage, zone="Europe/Brussels")
        assert one.modified == "2019-02-12T07:37:03Z"
        assert "read as Europe/Brussels" in flags(one)

    def test_when_it_was_sent_stands_in_for_both(self) -> None:
        envelope = "<DateAndTime>20240619T101500Z</DateAndTime>"
        assert read(envelope=envelope).created == "2024-06-19T10:15:00Z"
        manage = f"<ThisRevisionCreated>20240618T101500Z</ThisRevisionCreated>{USABLE}"
        assert read(envelope=envelope, manage=manage).created is UNSET


class TestStatus:
    @pytest.mark.parametrize(
        ("name", "status"),
        [
            ("Usable", "usable"),
            ("USABLE", "usable"),
            ("Embargoed", "withheld"),
            ("Withheld", "withheld"),
            ("Canceled", "canceled"),
            ("Cancelled", "canceled"),
            ("Pending", "withheld"),
            ("", "withheld"),
            (" ", "withheld"),
        ],
    )
    def test_by_its_name(self, name: str, status: str) -> None:
        assert read(manage=f'<Status FormalName="{name}"/>').status == status

    def test_by_its_text(self) -> None:
        assert read(manage="<Status>Withheld</Status>").status == "withheld"

    def test_none_means_usable(self) -> None:
        assert read(manage="").status == "usable"

    @pytest.mark.parametrize("now", ["Embargoed", "Withheld", "Usable"])
    def test_a_change_to_usable_is_when_the_embargo_ends(self, now: str) -> None:
        one = read(manage=f'<Status FormalName="{now}"/>' + change("Usable", "20240620T060000+0200"))
        assert (one.status, one.embargo) == ("withheld", datetime(2024, 6, 20, 4, tzinfo=UTC))

    @pytest.mark.parametrize("when", [None, "", "soon", "20240620"])
    def test_one_without_a_time_holds_it_back(self, when: str | None) -> None:
        one = read(manage=USABLE + change("Usable", when))
        assert (one.status, one.embargo) == ("withheld", UNSET)
        assert "held back" in flags(one)

    @pytest.mark.parametrize("now", ["Withheld", "Pending"])
    def test_without_one_it_is_held_back_for_good(self, now: str) -> None:
        manage = f'<Status FormalName="{now}"/><Property FormalName="EmbargoUntil" Value="20200101T000000Z"/>'
        one = read(manage=manage)
        assert (one.status, one.embargo, one.wire["embargo"]) == ("withheld", UNSET, "2020-01-01T00:00:00Z")

    @pytest.mark.parametrize("future", ["Canceled", "Withheld"])
    def test_a_change_to_all_else_is_when_it_expires(self, future: str) -> None:
        one = read(manage=USABLE + change(future, "20240701T000000Z"))
        assert (one.status, one.expires) == ("usable", datetime(2024, 7, 1, tzinfo=UTC))

    @pytest.mark.parametrize("when", ["20200101T000000Z", "soon", None])
    def test_one_that_has_passed_or_says_no_time_holds_it_back(self, when: str | None) -> None:
        one = read(manage=USABLE + change("Canceled", when))
        assert one.status == "withheld"
        assert "held back" in flags(one)

    def test_an_embargo_and_an_end(self) -> None:
        manage = change("Usable", "20240620T000000Z") + change("Canceled", "20240701T000000Z")
        one = read(manage='<Status FormalName="Embargoed"/>' + manage)
        assert (one.embargo, one.expires) == (
            datetime(2024, 6, 20, tzinfo=UTC),
            datetime(2024, 7, 1, tzinfo=UTC),
        )

    def test_a_future_status_that_is_unknown_holds_it_back(self) -> None:
        one = read(manage=USABLE + change("Maybe", "20240620T000000Z"))
        assert (one.status, one.embargo) == ("withheld", UNSET)

    @pytest.mark.parametrize(("value", "status"), [("", "withheld"), ("20240620T000000Z", "withheld")])
    def test_a_property_that_speaks_of_an_embargo(self, value: str, status: str) -> None:
        assert read(manage=f'{USABLE}<Property FormalName="Embargo" Value="{value}"/>').status == status


class TestUrgency:
    @pytest.mark.parametrize(
        ("given", "urgency"),
        [
            ('<Urgency FormalName="4"/>', 4),
            ("<Urgency>2</Urgency>", 2),
            ('<Urgency FormalName="4 - normal"/>', 4),
            ('<Urgency FormalName="IptcUrgency:1"/>', 1),
            ('<Urgency FormalName="Most urgent"/>', 1),
            ('<Urgency FormalName="normal"/>', 5),
            ('<Urgency FormalName="LeastUrgent"/>', 8),
        ],
    )
    def test_digits_and_the_standards_words(self, given: str, urgency: int) -> None:
        assert read(manage=USABLE + given).urgency == urgency

    @pytest.mark.parametrize("word", ["High", "0", "42"])
    def test_all_else_is_flagged_and_kept(self, word: str) -> None:
        one = read(manage=f'{USABLE}<Urgency FormalName="{word}"/>')
        assert one.urgency is UNSET
        assert one.wire["urgency"] == word
        assert repr(word) in flags(one)

    def test_a_word_may_state_the_kind(self) -> None:
        assert read(manage=f'{USABLE}<Urgency FormalName="Flash"/>').kind == "alert"


class TestKind:
    @pytest.mark.parametrize(
        ("name", "kind"),
        [("News", UNSET), ("Alert", "alert"), ("Advisory", "advisory"), ("Correction", "correction")],
    )
    def test_the_type_of_the_item(self, name: str, kind: Any) -> None:
        one = read(manage=f'<NewsItemType FormalName="{name}"/>{USABLE}')
        assert (one.kind, one.wire["news_item_type"]) == (kind, name)

    @pytest.mark.parametrize(
        ("genre", "kind"),
        [("Update", "update"), ("Correction", "correction"), ("Advisory", "advisory"), ("News", UNSET)],
    )
    def test_the_genre(self, genre: str, kind: Any) -> None:
        genres = f'<DescriptiveMetadata><Genre FormalName="{genre}"/></DescriptiveMetadata>'
        assert read(component(HEADLINE + genres + content())).kind == kind

    @pytest.mark.parametrize("name", ["Delete", "Kill", "Cancel", "Iptc:Delete"])
    def test_an_instruction_to_delete_kills(self, name: str) -> None:
        one = read(manage=f'{USABLE}<Instruction FormalName="{name}"/>')
        assert (one.kind, one.status) == ("kill", "canceled")

    def test_one_to_rectify_corrects_and_cancels_what_was_before(self) -> None:
        instruction = (
            '<Instruction FormalName="Rectify"><RevisionStatus Revision="1"><Status FormalName="Canceled"/>'
            "</RevisionStatus></Instruction>"
        )
        one = read(guid=f"{GUID}:2", identifier=revision("2", "1"), manage=USABLE + instruction)
        assert (one.kind, one.status) == ("correction", "usable")
        assert one.replaces == Replaced(guid=f"{GUID}:1", status="canceled")

    def test_one_to_delete_former_revisions_leaves_this_one(self) -> None:
        instruction = (
            '<Instruction FormalName="Delete"><RevisionStatus Revision="1"><Status FormalName="Canceled"/>'
            "</RevisionStatus></Instruction>"
        )
        one = read(guid=f"{GUID}:2", identifier=revision("2", "1"), manage=USABLE + instruction)
        assert (one.kind, one.status) == ("update", "usable")
        assert one.replaces == Replaced(guid=f"{GUID}:1", status="canceled")

    @pytest.mark.parametrize("name", ["Hold", "Embargo until noon", "OnHold"])
    def test_one_to_hold_holds_it_back(self, name: str) -> None:
        one = read(manage=f'{USABLE}<Instruction FormalName="{name}"/>')
        assert one.status == "withheld"
        assert repr(name) in flags(one)

    def test_words_count_too(self) -> None:
        lines = "<NewsLines><HeadLine>CORRECTION: Ferry late</HeadLine></NewsLines>"
        one = read(component(lines + content()), identifier=revision("1"))
        assert one.kind == "correction"


def test_the_envelope_and_links() -> None:
    one = read(
        envelope=(
            "<TransmissionId>0235</TransmissionId><SentFrom><Party FormalName='Acme Wire'/></SentFrom>"
            "<DateAndTime>20240619T101500Z</DateAndTime><NewsService FormalName='DGTE'/>"
            "<NewsProduct FormalName='PAW'/><NewsProduct FormalName='EAA'/><NewsProduct FormalName=''/>"
            "<Priority FormalName='4'/>"
        ),
        manage=f'{USABLE}<DerivedFrom NewsItem="urn:x:1"/><AssociatedWith NewsItem="urn:x:2"/>'
        '<AssociatedWith FormalName="Photo"/><Property FormalName="DeskCode" Value="7"/>',
    )
    assert one.provider == "Acme Wire"
    assert one.wire == {
        "derived_from": "urn:x:1",
        "associated_with": "urn:x:2 Photo",
        "desk_code": "7",
        "transmission_id": "0235",
        "service": "DGTE",
        "product": "PAW EAA",
        "priority": "4",
        "sent": "20240619T101500Z",
    }


@given(st.text(max_size=30), st.text(max_size=30))
def test_nothing_but_the_word_for_it_makes_an_item_usable(status: str, future: str) -> None:
    clean = {ord(mark): None for mark in '<>&"'}
    now, then = status.translate(clean), future.translate(clean)
    manage = f'<Status FormalName="{now}"/>' + change(then, "20240620T060000Z")
    for one in outcomes(newsml(item(manage=manage))):
        if isinstance(one, RawArticle) and now.strip().lower() != "usable":
            assert one.status != "usable"
