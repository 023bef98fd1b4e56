"""ninjs as agencies really send it: Superdesk, AP, TT, dpa's digitalwires, and their wrappings."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline.article import Media, Place, RawArticle, Replaced, Subject
from pipeline.formats import ninjs
from pipeline.formats.shape import Rejected
from tests.formats.conformance import Conformance, article, headings, outcomes, rejected


def encoded(item: Any) -> bytes:
    return json.dumps(item, ensure_ascii=False).encode()


def short(item: dict[str, Any]) -> dict[str, Any]:
    """As much of an item as shows whose it is."""
    shown = {"guid", "uri", "urn", "format", "headline", "pubstatus", "version", "versioncreated", "urgency"}
    return {name: value for name, value in item.items() if name in shown or name == "version_created"}


SUPERDESK: dict[str, Any] = {
    "guid": "urn:newsml:localhost:2024:1",
    "uri": "https://example.org/bridge",
    "version": "2",
    "type": "text",
    "versioncreated": "2024-06-19T10:00:00+0000",
    "firstcreated": "2024-06-19T09:00:00+0000",
    "pubstatus": "usable",
    "headline": "<p>Bridge &amp; river</p>",
    "byline": "A. Writer",
    "located": "Leeds",
    "body_html": "<p>The bridge is open.</p><!-- EMBED START --><figure><img src='https://x/p.jpg'>"
    "<figcaption>At dawn</figcaption></figure><p>Cars cross it.</p>",
    "description_html": "<p>Short.</p>",
    "description_text": "Short.",
    "subject": [
        {"code": "04015000", "name": "transport"},
        {"code": "b", "name": "Bridges", "scheme": "topics"},
    ],
    "place": [{"code": "UK", "name": "United Kingdom"}],
    "service": [{"code": "a", "name": "Domestic"}, {"code": "s", "name": "Sport"}],
    "genre": [{"code": "Article", "name": "Article (news)"}],
    "signal": [
        {"name": "Content Warning", "code": "cwarn", "scheme": "http://cv.iptc.org/newscodes/signal/"},
    ],
    "keywords": ["bridge"],
    "priority": 6,
    "urgency": 3,
    "source": "AGY",
    "profile": "Article",
    "evolvedfrom": "urn:newsml:localhost:2024:0",
    "authors": [{"name": "A. Writer", "role": "writer"}],
    "annotations": [],
    "extra": {"seo_title": "x"},
    "readtime": 1,
    "associations": {
        "featuremedia": {
            "guid": "urn:p",
            "type": "picture",
            "headline": "Bridge",
            "body_text": "A bridge at dawn",
            "renditions": {
                "original": {"href": "https://x/o.jpg", "mimetype": "image/jpeg", "poi": {"x": 1}}
            },
        },
        "related--1": {"guid": "urn:t", "type": "text"},
        "empty": None,
    },
}


class TestSuperdesk(Conformance):
    format = ninjs
    copy = encoded(short(SUPERDESK))

    def test_guid_comes_before_uri_which_is_an_address(self) -> None:
        one = article(encoded(SUPERDESK))
        assert (one.guid, one.url) == ("urn:newsml:localhost:2024:1", "https://example.org/bridge")

    def test_html_in_lines_and_comments_in_the_body_are_no_text(self) -> None:
        one = article(encoded(SUPERDESK))
        assert (one.headline, one.summary) == ("Bridge & river", "Short.")
        assert one.body == "The bridge is open.\n\nCars cross it."
        assert one.media == (
            Media(href="https://x/p.jpg", caption="At dawn"),
            Media(href="https://x/o.jpg", type="image/jpeg", rendition="original", caption="Bridge"),
        )

    def test_codes_without_a_scheme_are_iptc_s(self) -> None:
        one = article(encoded(SUPERDESK))
        assert one.subjects[0].qcode == "subj:04015000"
        assert one.subjects[0].media_topic is not UNSET
        assert one.subjects[1].qcode == "topics:b"

    def test_an_update_under_a_new_guid_names_the_old_one(self) -> None:
        one = article(encoded(SUPERDESK))
        assert one.replaces == Replaced(guid="urn:newsml:localhost:2024:0")
        assert one.kind == "update"

    def test_the_rest_is_kept(self) -> None:
        one = article(encoded(SUPERDESK))
        assert (one.provider, one.keywords, one.members) == ("AGY", ("bridge",), ("urn:t",))
        assert one.wire == {
            "associations": "featuremedia, related--1",
            "profile": "Article",
            "priority": "6",
            "service": "Domestic, Sport",
            "signal": "cwarn",
        }
        assert one.flags == ()

    def test_a_byline_is_made_of_the_authors_where_there_is_none(self) -> None:
        assert article(encoded(SUPERDESK | {"byline": None})).byline == "A. Writer"

    def test_a_dateline_may_be_an_object(self) -> None:
        dateline = {"text": "LEEDS, June 19 AGY -", "located": {"city": "Leeds", "country": "UK"}}
        one = article(encoded(SUPERDESK | {"dateline": dateline, "located": None}))
        assert (one.dateline, one.located) == ("LEEDS, June 19 AGY -", Place(name="Leeds", country="UK"))


AP: dict[str, Any] = {
    "uri": "https://api.ap.org/media/v/content/abc",
    "altids": {"itemid": "abc", "etag": "abc_1"},
    "version": 1,
    "type": "text",
    "profile": "Spot Development",
    "urgency": 4,
    "pubstatus": "usable",
    "signals": ["newscontent", "whitelisted"],
    "editorialtypes": ["Writethru"],
    "versioncreated": "2024-06-19T10:00:00Z",
    "firstcreated": "2024-06-19T09:00:00Z",
    "title": "UK--Bridge",
    "headline": "Bridge reopens",
    "headline_extended": "The bridge reopens after two years",
    "ednote": "Eds: UPDATES",
    "bylines": [{"by": "By A. WRITER", "title": "The Agency"}, {"name": "B. Writer"}],
    "located": "LEEDS, England (AP)",
    "datelinelocation": {"city": "Leeds", "countryname": "United Kingdom"},
    "usageterms": ["Not for resale.", "No archives."],
    "subject": [{"code": "t", "name": "Transport", "scheme": "http://cv.ap.org/id/", "rels": ["direct"]}],
    "companies": [{"name": "Bridge Co"}],
    "description_summary": "Short.",
    "renditions": {"nitf": {"href": "https://x/abc.nitf", "mimetype": "text/xml", "title": "NITF"}},
    "associations": {"1": {"uri": "https://api.ap.org/media/v/content/pic", "type": "picture"}},
}


class TestAP(Conformance):
    format = ninjs
    copy = encoded(short(AP))

    def test_its_fields(self) -> None:
        one = article(encoded(AP))
        assert (one.guid, one.kind, one.status) == (AP["uri"], "update", "usable")
        assert (one.dateline, one.located) == (
            "LEEDS, England (AP)",
            Place(name="Leeds", country="United Kingdom"),
        )
        assert (one.byline, one.usageterms) == ("By A. WRITER, B. Writer", "Not for resale., No archives.")
        assert one.subjects == (
            Subject(qcode="http://cv.ap.org/id/t", name="Transport", type="concept"),
            Subject(name="Bridge Co", type="organization"),
        )
        assert (one.summary, one.members) == ("Short.", ("https://api.ap.org/media/v/content/pic",))
        assert one.wire["headline_extended"] == "The bridge reopens after two years"
        assert one.wire["rendition_nitf"] == "https://x/abc.nitf"
        assert one.wire["altid_itemid"] == "abc"
        assert one.wire["signal"] == "newscontent, whitelisted, Writethru"

    @pytest.mark.parametrize("signals", [[], ["whitelisted"]])
    def test_what_is_no_news_content_is_held_back(self, signals: list[str]) -> None:
        assert article(encoded(AP | {"signals": signals})).status == "withheld"

    @pytest.mark.parametrize(
        ("types", "kind", "status"),
        [
            (["Kill"], "kill", "canceled"),
            (["Correction"], "correction", "usable"),
            (["Advisory"], "advisory", "usable"),
            (["NewsAlert"], "alert", "usable"),
            (["Withhold"], UNSET, "withheld"),
            (["Elimination"], UNSET, "withheld"),
            (["HoldForRelease"], UNSET, "withheld"),
            (["Urgent", "Corrective"], "correction", "usable"),
        ],
    )
    def test_editorial_types_say_what_it_is(self, types: list[str], kind: Any, status: str) -> None:
        one = article(encoded(AP | {"editorialtypes": types, "ednote": None}))
        assert (one.kind, one.status) == (kind, status)

    def test_a_hold_for_release_ends_with_its_embargo(self) -> None:
        item = AP | {"editorialtypes": ["HoldForRelease"], "embargoed": "2024-06-19T11:00:00Z"}
        assert article(encoded(item)).status == "usable"
        assert article(encoded(item | {"embargoed": "2030-06-19T11:00:00Z"})).status == "withheld"


TT: dict[str, Any] = {
    "uri": "http://tt.se/media/text/240619-bridge-1",
    "type": "text",
    "profile": "PUBL",
    "pubstatus": "usable",
    "versioncreated": "2024-06-19T10:00:00Z",
    "headline": "Bron öppen",
    "body_richhtml5": "<h1>Bron öppen</h1><p>Bron är öppen.</p><h3>Trafik</h3><p>Bilar kör.</p>",
    "body_html5": "<p>Bron är öppen.</p>",
    "body_text": "Bron är öppen. Bilar kör.",
    "description_usage": "Bild kommer.",
    "slug": "bron",
    "bylines": [
        {"firstname": "A.", "lastname": "Skribent", "role": "Reporter"},
        {"initials": "ab", "internal": "true", "byline": "Desk"},
    ],
    "product": [{"name": "Inrikes", "code": "TTINR"}],
    "subject": [{"name": "transport", "scheme": "http://tt.se/spec/subref/1.0/", "code": "04015000"}],
    "newsvalue": 4,
    "webprio": 2,
    "job": "12",
}


class TestTT(Conformance):
    format = ninjs
    copy = encoded(short(TT))

    def test_its_fields(self) -> None:
        one = article(encoded(TT))
        assert one.body == "Bron är öppen.\n\nTrafik\n\nBilar kör."
        assert headings(one) == ["Trafik"]
        assert (one.byline, one.slugline, one.ednotes) == ("A. Skribent", "bron", ("Bild kommer.",))
        assert one.subjects[0].qcode == "subj:04015000"
        assert one.summary is UNSET
        assert one.wire == {
            "profile": "PUBL",
            "newsvalue": "4",
            "webprio": "2",
            "job": "12",
            "product": "Inrikes",
        }

    @pytest.mark.parametrize(
        ("update", "kind"),
        [("UV", "update"), ("KORR", "correction"), ("RÄ", "correction"), ("AVPUB", "kill")],
    )
    def test_its_signals_say_what_kind_of_update_it_is(self, update: str, kind: str) -> None:
        one = article(
            encoded(TT | {"signals": {"updatetype": update}, "replacing": ["http://tt.se/media/0"]})
        )
        assert one.kind == kind
        assert one.replaces == Replaced(guid="http://tt.se/media/0")
        assert (one.status == "canceled") == (kind == "kill")

    def test_what_is_for_information_only_is_held_back(self) -> None:
        assert article(encoded(TT | {"profile": "INFO"})).status == "withheld"
        assert article(encoded(TT | {"profile": "INFO", "uri": "urn:other"})).status == "usable"

    def test_events(self) -> None:
        item = {"uri": "http://tt.se/event/1", "type": "event", "headline": "Opening", "pubstatus": "usable"}
        item |= {"date": "2024-07-01", "enddate": "2024-07-02"}
        assert article(encoded(item)).wire == {"event_start": "2024-07-01", "event_end": "2024-07-02"}


def category(kind: str, name: str | None, qcode: str | None = None, **more: Any) -> dict[str, Any]:
    return {"type": f"dnltype:{kind}", "name": name, "qcode": qcode} | more


def note(role: str | None, text: str, *, public: bool | None = True) -> dict[str, Any]:
    return {"role": role and f"dpaednoterole:{role}", "ednote": text, "is_publishable": public}


DPA: dict[str, Any] = {
    "format": "digitalwires@0.9.1",
    "type": "composite",
    "entry_id": "e1",
    "updated": "2024-06-19T10:01:00Z",
    "urn": "urn:newsml:example.com:2024:1",
    "version_created": "2024-06-19T12:00:00+02:00",
    "version": 1,
    "pubstatus": "usable",
    "signal": None,
    "embargoed": None,
    "content_created": None,
    "language": "de",
    "urgency": 4,
    "kicker": "Verkehr",
    "headline": "Brücke wieder offen",
    "subhead": "Autos fahren",
    "teaser": "Nach zwei Jahren.",
    "byline": "Von A. Autorin",
    "dateline": "Leipzig (dpx) - ",
    "article_html": "<section class='main'><p></p><p>Die Brücke ist offen.</p><h2>Verkehr</h2>"
    "<p>Autos.</p></section>",
    "infobox_html": "<section><h3>Daten</h3><p>80 Meter</p></section>",
    "linkbox_html": None,
    "creditline": "dpx",
    "copyrightnotice": "Copyright 2024, dpx",
    "usageterms": "Nur mit Vertrag\nContract only",
    "autopublishnotice": None,
    "notepad": {
        "header_html": "<header><h3>Notizblock</h3></header>",
        "public_html": "<section class='np-public'><ul><li>Bilder folgen.</li></ul></section>",
        "nonpublic_html": "<section class='np-nonpublic'><p>Nicht zur Veröffentlichung</p>"
        "<ul><li>Tel. 555</li></ul></section>",
    },
    "ednotes": [
        note("editorialnote", "Bilder folgen."),
        note("closingline", "dpx aa n1 bb"),
        note("dpacontacts", "Tel. 555, <desk@example.com>", public=False),
        note("contacts", "Tel. 556"),
        note("nonpublic", "Intern."),
        note(None, "Ohne Rolle", public=None),
    ],
    "descriptions": None,
    "associations": [
        {
            "type": "image",
            "urn": "urn:p",
            "rank": 1,
            "headline": "Brücke",
            "caption": "Die Brücke am Morgen.",
            "creditline": "A. Fotograf/dpx",
            "renditions": [
                {
                    "size": 2048,
                    "width": 2048,
                    "height": None,
                    "mimetype": "image/jpeg",
                    "url": "https://x/p.jpg",
                }
            ],
        }
    ],
    "categories": [
        category("pubstatus", "usable", "stat:usable"),
        category("wire", "bdt", "dpasrv:bdt"),
        category("wire", "bid", "dpasrv:bid"),
        category("dpasubject", "Verkehr", "medtop:20001337", rank=1),
        category("geosubject", "Leipzig", "dpaarea:1"),
        category("keyword", "Brücke", rank=None),
        category("person", "A. Person"),
        category("desk", "vm", "dpacat:vm"),
        category("genre", "Meldung", "dpatextgenre:1"),
        category("infosource", None, None, role="isrol:contentSource"),
        category("creator", "login.name"),
        category("located", "Leipzig", "dpaloc:1"),
        category("poi", "Hafenbrücke", geojson={"type": "Feature"}),
        category("urgency", "4", "urgency:4"),
        category("scope", "Region", "dpascope:1"),
        category("provider", "dpx", "dnlprov:dpx"),
    ],
    "keyword_names": ["Brücke"],
}


class TestDigitalwires(Conformance):
    format = ninjs
    copy = encoded(short(DPA))

    def test_its_lines(self) -> None:
        one = article(encoded(DPA))
        assert (one.guid, one.item_class, one.version) == ("urn:newsml:example.com:2024:1", "text", 1)
        assert (one.modified, one.created) == ("2024-06-19T10:00:00Z", UNSET)
        assert (one.headline, one.subheadline, one.summary) == (
            "Brücke wieder offen",
            "Autos fahren",
            "Nach zwei Jahren.",
        )
        assert (one.byline, one.dateline) == ("Von A. Autorin", "Leipzig (dpx) -")
        assert (one.provider, one.rights) == ("dpx", "Copyright 2024, dpx")
        assert one.usageterms == "Nur mit Vertrag Contract only"
        assert one.body == "Die Brücke ist offen.\n\nVerkehr\n\nAutos."
        assert headings(one) == ["Verkehr"]
        assert (one.status, one.kind, one.flags) == ("usable", UNSET, ())

    def test_its_notes_are_parted(self) -> None:
        one = article(encoded(DPA))
        assert one.ednotes == ("Bilder folgen.", "Ohne Rolle")
        assert one.ednotes_nonpublic == ("Tel. 555, <desk@example.com>", "Tel. 556", "Intern.")

    def test_where_there_are_none_its_notepad_is_read(self) -> None:
        one = article(encoded(DPA | {"ednotes": []}))
        assert one.ednotes == ("Bilder folgen.",)
        assert one.ednotes_nonpublic == ("Nicht zur Veröffentlichung", "Tel. 555")

    @pytest.mark.parametrize("secret", ["555", "556", "Intern."])
    def test_what_is_not_public_stays_out_of_the_rest(self, secret: str) -> None:
        one = article(encoded(DPA))
        shown = [one.body, one.headline, one.summary, *one.ednotes, *one.wire.values()]
        assert not [each for each in shown if each and secret in each]

    def test_its_categories(self) -> None:
        one = article(encoded(DPA))
        assert one.subjects == (
            Subject(qcode="medtop:20001337", name="Verkehr", type="concept"),
            Subject(qcode="dpaarea:1", name="Leipzig", type="place"),
            Subject(name="A. Person", type="person"),
            Subject(qcode="dpatextgenre:1", name="Meldung", type="genre"),
            Subject(name="Hafenbrücke", type="place"),
        )
        assert one.keywords == ("Brücke",)
        assert one.located == Place(name="Leipzig", qcode="dpaloc:1")
        assert one.wire == {
            "kicker": "Verkehr",
            "credit_line": "dpx",
            "closing_line": "dpx aa n1 bb",
            "service": "bdt, bid",
            "desk": "vm",
            "scope": "Region",
            "infobox": "Daten 80 Meter",
        }

    def test_its_pictures(self) -> None:
        assert article(encoded(DPA)).media == (
            Media(
                href="https://x/p.jpg",
                type="image/jpeg",
                caption="Die Brücke am Morgen.",
                credit="A. Fotograf/dpx",
                width=2048,
            ),
        )

    def test_without_a_text_it_is_what_goes_with_it(self) -> None:
        item = DPA | {"article_html": None, "teaser": None}
        item |= {"descriptions": [{"role": "drol:caption", "description": "Am Morgen."}]}
        one = article(encoded(item))
        assert (one.item_class, one.summary) == ("picture", "Am Morgen.")
        audio = [{"type": "audio", "renditions": [{"role": "raw", "url": "https://x/a.mp3"}]}]
        one = article(encoded(item | {"associations": audio}))
        assert (one.item_class, one.media[0].rendition) == ("audio", "raw")
        assert article(encoded(item | {"associations": []})).item_class == "text"

    @pytest.mark.parametrize(
        ("changes", "kind"),
        [
            ({"signal": "sig:correction"}, "correction"),
            ({"signal": "sig:update"}, "update"),
            ({"categories": [category("signal", "correction", "sig:correction")]}, "correction"),
            ({"ednotes": [note("correctionshort", "(Zahl berichtigt)")]}, "correction"),
            ({"ednotes": [note("genrenote", "Planungshinweis")]}, "advisory"),
            ({"urgency": 2}, "alert"),
            ({"urgency": 1, "signal": "sig:correction"}, "correction"),
            ({"headline": "AMP.- Brücke"}, "update"),
            ({"version": 3}, "update"),
        ],
    )
    def test_its_kind(self, changes: dict[str, Any], kind: str) -> None:
        assert article(encoded(DPA | changes)).kind == kind

    def test_a_kill_among_its_categories_counts(self) -> None:
        one = article(encoded(DPA | {"categories": [category("pubstatus", "canceled", "stat:canceled")]}))
        assert (one.status, one.kind) == ("canceled", "kill")

    def test_its_embargo(self) -> None:
        assert article(encoded(DPA | {"embargoed": "2030-01-01T00:00:00+01:00"})).status == "withheld"
        assert article(encoded(DPA | {"embargoed": ""})).status == "withheld"

    @given(
        st.dictionaries(
            st.sampled_from(["categories", "ednotes", "notepad", "associations", "descriptions", "signal"]),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.text(max_size=9),
                lambda inner: (
                    st.lists(inner, max_size=3)
                    | st.dictionaries(
                        st.sampled_from(
                            ["type", "name", "qcode", "role", "ednote", "nonpublic_html", "renditions"]
                        ),
                        inner,
                        max_size=4,
                    )
                ),
                max_leaves=9,
            ),
        )
    )
    def test_members_of_any_type_do_no_harm(self, members: dict[str, Any]) -> None:
        (one,) = outcomes(encoded(DPA | members))
        assert isinstance(one, RawArticle | Rejected)


WRAPPED = [
    {"data": {"item": AP}, "api_version": "1"},
    {"data": {"items": [{"item": AP, "meta": {"score": 1}}]}},
    {"items": [AP]},
    {"total": 1, "item": [AP]},
    {"entries": [AP], "title": "wire"},
    {"hits": [AP], "total": 1},
]


class TestWrapping:
    @pytest.mark.parametrize("wrapping", WRAPPED)
    def test_items_are_found_in_an_agency_s_wrapping(self, wrapping: dict[str, Any]) -> None:
        one = article(encoded(wrapping))
        assert (one.guid, one.provenance.format) == (AP["uri"], "ninjs")

    def test_each_gives_an_article_and_all_that_are_none_one_rejection(self) -> None:
        first, second, bad = outcomes(encoded({"entries": [DPA, {"uri": "urn:bad"}, AP, 7]}))
        assert isinstance(first, RawArticle)
        assert isinstance(second, RawArticle)
        assert isinstance(bad, Rejected)
        assert (first.guid, second.guid) == (DPA["urn"], AP["uri"])
        assert bad.reason.startswith("1 of 3 items are no articles: item 2: neither headline nor body")

    def test_half_a_surrogate_pair_in_one_harms_only_that(self) -> None:
        data = json.dumps({"items": [AP | {"headline": "x\ud800"}, TT]}).encode()
        good, wrong = outcomes(data)
        assert isinstance(good, RawArticle)
        assert isinstance(wrong, Rejected)
        assert "surrogate" in wrong.reason

    def test_an_empty_one_is_no_article(self) -> None:
        assert rejected(b'{"uri": null, "data": {"items": []}}', format="ninjs").kind == "value"

    def test_an_item_with_a_member_of_that_name_is_no_wrapping(self) -> None:
        one = article(encoded(TT | {"items": [AP]}))
        assert one.guid == TT["uri"]
