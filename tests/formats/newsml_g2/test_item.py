"""How NewsML-G2 items are managed: status, embargo, signals, links, rights, class."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline.article import Replaced
from tests.formats.newsml_g2.copies import CLASS, article, item, rejected


class TestStatus:
    @pytest.mark.parametrize(
        ("element", "status"),
        [
            ("", "usable"),
            ('<pubStatus qcode="stat:usable"/>', "usable"),
            ('<pubStatus qcode="xyz:usable"><name>ok</name></pubStatus>', "usable"),
            ('<pubStatus literal="Usable"/>', "usable"),
            ('<pubStatus uri="http://cv.iptc.org/newscodes/pubstatusg2/usable"/>', "usable"),
            ("<pubStatus>usable</pubStatus>", "usable"),
            ('<pubStatus qcode="stat:withheld"/>', "withheld"),
            ('<pubStatus uri="http://cv.iptc.org/newscodes/pubstatusg2/withheld/"/>', "withheld"),
            ('<pubStatus qcode="stat:canceled"/>', "canceled"),
            ('<pubStatus qcode="stat:cancelled"/>', "canceled"),
            ('<pubStatus qcode="x:replaced"/>', "withheld"),
            ("<pubStatus/>", "withheld"),
            ('<pubStatus qcode=" "/>', "withheld"),
        ],
    )
    def test_it_is_read_in_all_its_spellings_and_held_back_where_it_is_unknown(
        self, element: str, status: str
    ) -> None:
        assert article(item(element)).status == status

    @pytest.mark.parametrize(
        ("text", "status", "embargo"),
        [
            ("2024-06-20T06:00:00+02:00", "withheld", datetime(2024, 6, 20, 4, tzinfo=UTC)),
            ("2024-06-18T06:00:00Z", "usable", datetime(2024, 6, 18, 6, tzinfo=UTC)),
            ("", "withheld", UNSET),
            ("tomorrow noon", "withheld", UNSET),
            ("2024-06-20T06:00:00", "withheld", UNSET),
            ("2024-06-20", "withheld", UNSET),
        ],
    )
    def test_an_embargo_is_apart_from_the_status_and_never_releases_by_mistake(
        self, text: str, status: str, embargo: object
    ) -> None:
        one = article(item(f'<embargoed>{text}</embargoed><pubStatus qcode="stat:usable"/>'))
        assert (one.status, one.embargo) == (status, embargo)
        assert bool(one.flags) == (embargo is UNSET)

    @given(
        st.text(st.characters(codec="utf-8", exclude_characters="<&", exclude_categories=["C"]), max_size=30)
    )
    def test_no_embargo_that_cannot_be_read_lets_an_item_pass(self, text: str) -> None:
        one = article(item(f"<embargoed>{text}</embargoed>"))
        assert one.status == "withheld" or one.embargo

    def test_two_embargoes_hold_it_back(self) -> None:
        twice = "<embargoed>2020-01-01T00:00:00Z</embargoed><embargoed>2020-01-02T00:00:00Z</embargoed>"
        assert article(item(twice)).status == "withheld"

    def test_an_embargo_that_only_the_copy_tells_of_counts(self) -> None:
        told = (
            '<strong class="embargoed" data-datetime="2024-06-20T19:00:00+02:00">Hold until tonight.</strong>'
        )
        one = article(item(inline=_html(f"<header>{told}</header><p>Story.</p>")))
        assert (one.status, one.embargo) == ("withheld", datetime(2024, 6, 20, 17, tzinfo=UTC))
        assert one.body == "Story."

    def test_a_note_of_an_embargo_without_a_time_holds_it_back(self) -> None:
        note = '<edNote role="x:embargo">Please mind the embargo.</edNote>'
        assert article(item(note)).status == "withheld"
        assert article(item(f"<embargoed>2020-01-01T00:00:00Z</embargoed>{note}")).status == "usable"

    def test_it_may_expire(self) -> None:
        one = article(item("<expires>2024-07-01T00:00:00Z</expires>"))
        assert one.expires == datetime(2024, 7, 1, tzinfo=UTC)


def _html(body: str) -> str:
    return f"<inlineXML><html><body>{body}</body></html></inlineXML>"


class TestKind:
    @pytest.mark.parametrize(
        ("signal", "kind"),
        [
            ('<signal qcode="sig:update"/>', "update"),
            ('<signal qcode="sig:correction"/>', "correction"),
            ('<signal uri="http://cv.iptc.org/newscodes/signal/correction"/>', "correction"),
            ('<signal qcode="x:CORRECTED"/>', "correction"),
            ('<signal qcode="x:flash"/>', "alert"),
            ('<signal literal="bulletin"/>', "alert"),
            ('<signal qcode="act:replacePrev"/>', "update"),
            ('<signal qcode="x:advisory"/>', "advisory"),
            ('<signal qcode="x:new"/>', "new"),
            ('<signal qcode="sig:update"/><signal qcode="sig:correction"/>', "correction"),
            ('<signal qcode="sig:cwarn"/>', UNSET),
            ('<signal qcode="sig:routing"><name>R A B</name></signal>', UNSET),
            (
                '<edNote role="x:correctionshort">An earlier version gave the wrong year.</edNote>',
                "correction",
            ),
        ],
    )
    def test_signals_state_it(self, signal: str, kind: object) -> None:
        assert article(item(signal)).kind == kind

    @pytest.mark.parametrize(
        "code", ["sig:kill", "x:mandatorykill", "x:retraction", "x:withdrawn", "x:cancel"]
    )
    def test_a_kill_by_signal_cancels_and_needs_no_text(self, code: str) -> None:
        one = article(item(f'<signal qcode="{code}"/>', content="", inline=""))
        assert (one.kind, one.status) == ("kill", "canceled")

    def test_signals_are_kept_as_they_are(self) -> None:
        one = article(item('<signal qcode="sig:update"/><signal qcode="update:append-major-content"/>'))
        assert one.wire["signal"] == "sig:update update:append-major-content"

    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            ("<headline>AMP.- El puente abre</headline>", "update"),
            ("<headline>CORRECTED: Bridge opens</headline>", "correction"),
            ("<headline>Bridge opens</headline><genre><name>Eilmeldung</name></genre>", "alert"),
            (
                "<headline>Bridge opens</headline><genre qcode='x:14'><name>KORR-Bericht</name></genre>",
                "correction",
            ),
            ("<headline>Correction in the markets</headline>", UNSET),
        ],
    )
    def test_words_say_it_where_no_signal_does(self, content: str, kind: object) -> None:
        assert article(item(content=content)).kind == kind

    def test_a_higher_version_is_an_update(self) -> None:
        assert article(item(attributes='guid="u" version="3"')).kind == "update"


class TestLinks:
    @pytest.mark.parametrize("rel", ["irel:previousVersion", "x:replaces", "x:isReplacementOf"])
    @pytest.mark.parametrize("attribute", ["residref", "guidref", "href"])
    def test_a_replacement_under_a_new_guid_is_seen(self, rel: str, attribute: str) -> None:
        one = article(item(f'<link rel="{rel}" {attribute}="urn:x:0"/>'))
        assert one.replaces == Replaced(guid="urn:x:0")

    def test_the_last_of_several_is_the_one_that_stood(self) -> None:
        link = '<link rel="irel:previousVersion" href="urn:x:{}"/>'
        links = link.format("a") + link.format("b")
        one = article(item(links))
        assert one.replaces == Replaced(guid="urn:x:b")
        assert one.wire["replaces"] == "urn:x:a urn:x:b"

    def test_its_own_earlier_version_is_no_replacement(self) -> None:
        one = article(item('<link rel="irel:previousVersion" residref="urn:x:1" version="3"/>'))
        assert one.replaces is UNSET

    def test_a_kill_under_a_new_guid_cancels_the_other(self) -> None:
        one = article(item('<signal qcode="sig:kill"/><link rel="x:replaces" residref="urn:x:0"/>'))
        assert one.replaces == Replaced(guid="urn:x:0", status="canceled")

    def test_other_relations_are_kept_by_their_names(self) -> None:
        links = (
            '<link rel="irel:seeAlso" href="http://x.example/a"/><link rel="irel:seeAlso" href="http://x.example/b"/>'
            '<link rel="irel:translatedFrom" residref="urn:x:0"/><link rel="?!" href="http://x.example/c"/>'
        )
        wire = article(item(links)).wire
        assert wire["see_also"] == "http://x.example/a http://x.example/b"
        assert (wire["translated_from"], wire["link"]) == ("urn:x:0", "http://x.example/c")


class TestItem:
    @pytest.mark.parametrize(
        ("element", "expected"),
        [
            (CLASS, "text"),
            ('<itemClass qcode="icls:text"/>', "text"),
            ('<itemClass uri="http://cv.iptc.org/newscodes/ninature/text"/>', "text"),
            ('<itemClass qcode="ninat:picture"/>', "picture"),
            ('<itemClass qcode="ninat:graphic"/>', "graphic"),
            ('<itemClass qcode="ninat:video"/>', "video"),
            ('<itemClass qcode="ninat:audio"/>', "audio"),
            ('<itemClass qcode="ninat:animation"/>', "animation"),
            ('<itemClass qcode="ninat:composite"/>', "composite"),
            ("", UNSET),
        ],
    )
    def test_its_class(self, element: str, expected: object) -> None:
        assert article(item(kind=element)).item_class == expected

    def test_an_unknown_class_is_flagged_and_kept(self) -> None:
        one = article(item(kind='<itemClass qcode="x:poem"/>'))
        assert (one.item_class, one.wire["item_class"]) == (UNSET, "x:poem")
        assert "x:poem" in one.flags[0]

    @pytest.mark.parametrize(
        ("element", "provider"),
        [
            ('<provider qcode="nprov:XX"><name>Example Wire</name></provider>', "Example Wire"),
            ('<provider qcode="nprov:XX"><name/></provider>', "nprov:XX"),
            ('<provider literal="Example Wire"/>', "Example Wire"),
            ('<provider uri="http://x.example/about"/>', "http://x.example/about"),
        ],
    )
    def test_its_provider_is_named_as_well_as_it_can_be(self, element: str, provider: str) -> None:
        assert article(item(element)).provider == provider

    def test_the_credit_line_stands_in_for_a_provider(self) -> None:
        one = article(item(content="<headline>H</headline><creditline>Example Wire</creditline>"))
        assert one.provider == one.wire["creditline"] == "Example Wire"

    def test_service_role_and_title_are_kept(self) -> None:
        meta = (
            '<service qcode="s:a"/><service qcode="s:b"><name>B</name></service>'
            '<role qcode="r:N"/><title>A title</title>'
        )
        wire = article(item(meta)).wire
        assert (wire["service"], wire["role"], wire["title"]) == ("s:a s:b", "r:N", "A title")

    def test_times_without_a_zone_are_read_and_flagged(self) -> None:
        one = article(item("<versionCreated>2024-01-12 12:35:40</versionCreated>"), zone="Europe/Berlin")
        assert one.modified == "2024-01-12T11:35:40Z"
        assert "no time zone" in one.flags[0]

    def test_a_time_that_is_none_is_flagged(self) -> None:
        one = article(item("<versionCreated>yesterday</versionCreated>"))
        assert one.modified is UNSET
        assert "yesterday" in one.flags[0]

    def test_an_item_without_a_guid_is_known_by_its_text(self) -> None:
        one = article(item(attributes=""))
        assert one.guid is UNSET
        assert one.id == article(item(attributes='xml:lang="en"')).id

    def test_an_item_without_management_is_read_and_flagged(self) -> None:
        one = article('<newsItem guid="u"><contentMeta><headline>H</headline></contentMeta></newsItem>')
        assert one.headline == "H"
        assert "no itemMeta" in one.flags[0]

    def test_an_item_of_nothing_is_rejected(self) -> None:
        assert (
            "neither metadata nor content"
            in rejected('<packageItem><itemRef residref="a"/></packageItem>').reason
        )


class TestRights:
    def test_notice_and_terms_are_kept_with_the_base_text_of_ruby(self) -> None:
        rights = (
            '<copyrightHolder uri="http://x.example"><name>Example Wire</name></copyrightHolder>'
            '<copyrightNotice>(c) <a href="x">Example</a> Wire</copyrightNotice>'
            "<usageTerms>For <ruby><rb>漢字</rb><rp>(</rp><rt>kanji</rt><rp>)</rp></ruby> only</usageTerms>"
        )
        one = article(item(rights=rights))
        assert one.rights == "(c) Example Wire"
        assert one.usageterms == "For 漢字 only"
        assert one.wire["copyright_holder"] == "Example Wire"

    def test_the_holder_stands_in_for_a_notice(self) -> None:
        assert article(item(rights='<copyrightHolder literal="Example Wire"/>')).rights == "Example Wire"

    def test_they_are_taken_in_the_language_of_the_item(self) -> None:
        rights = (
            '<copyrightNotice xml:lang="de">Alle Rechte</copyrightNotice>'
            '<copyrightNotice xml:lang="en">All rights</copyrightNotice>'
            '<usageTerms xml:lang="de">Nur hier</usageTerms>'
            '<usageTerms xml:lang="en">Here only</usageTerms>'
        )
        one = article(item(rights=rights))
        assert (one.rights, one.usageterms) == ("All rights", "Here only")
