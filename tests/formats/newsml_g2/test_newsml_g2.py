"""NewsML-G2 documents: items and packages, namespaces or none, languages, what is no article, attacks."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline import formats
from pipeline.article import RawArticle
from pipeline.formats import newsml_g2
from pipeline.formats.shape import Rejected
from pipeline.formats.stream import stream_of
from tests.formats import conformance
from tests.formats.conformance import Conformance, outcomes
from tests.formats.newsml_g2.copies import (
    CLASS,
    HEADLINE,
    NAMESPACE,
    TEXT,
    article,
    articles,
    html,
    item,
    message,
    nitf,
    paragraphs,
    rejected,
)

FULL = item(
    '<provider qcode="nprov:XX"><name>Example Wire</name></provider>'
    "<versionCreated>2024-06-19T10:15:00+02:00</versionCreated>"
    "<firstCreated>2024-06-19T08:00:00Z</firstCreated>"
    '<pubStatus qcode="stat:usable"/><edNote>Pictures follow.</edNote>',
    "<urgency>4</urgency><located><name>Port Example</name></located><slugline>bridge</slugline>"
    f'{HEADLINE}<subject qcode="medtop:20000297" type="cpnat:abstract"><name>transport</name></subject>',
    html(f"{TEXT}<h2>What follows</h2><p>Trains will cross it in autumn.</p>"),
)
PACKAGE = (
    f'<packageItem xmlns="{NAMESPACE}" guid="urn:x:pack" version="2" xml:lang="en"><itemMeta>'
    '<itemClass qcode="ninat:composite"/></itemMeta>'
    "<contentMeta><headline>Top stories</headline></contentMeta>"
    '<groupSet root="r"><group id="r"><groupRef idref="m"/><itemRef residref="urn:x:1"/></group>'
    '<group id="m"><itemRef residref="urn:x:2"/><itemRef residref="urn:x:1"/></group></groupSet>'
    "</packageItem>"
)


class TestItem(Conformance):
    format = newsml_g2
    copy = f'<?xml version="1.0" encoding="UTF-8"?>\n{FULL}'.encode()


class TestMessage(Conformance):
    format = newsml_g2
    copy = message(PACKAGE, FULL, item(attributes='guid="urn:x:2"')).encode()


class TestWithoutNamespace(Conformance):
    format = newsml_g2
    copy = FULL.replace(f'xmlns="{NAMESPACE}"', "").encode()


def read(data: bytes) -> list[RawArticle | Rejected]:
    return list(newsml_g2.read(stream_of(data), conformance.context()))


class TestWhatItIs:
    def test_all_that_a_plain_item_says_is_read(self) -> None:
        one = article(FULL)
        assert (one.guid, one.version, one.status, one.item_class) == ("urn:x:1", 1, "usable", "text")
        assert (one.headline, one.slugline, one.urgency) == ("Harbour bridge opens", "bridge", 4)
        assert (one.created, one.modified) == ("2024-06-19T08:00:00Z", "2024-06-19T08:15:00Z")
        assert (one.provider, one.language_declared) == ("Example Wire", "en")
        assert one.located
        assert one.located.name == "Port Example"
        assert one.ednotes == ("Pictures follow.",)
        assert conformance.headings(one) == ["What follows"]
        assert paragraphs(one)[0] == "The bridge over the harbour opened on Monday."
        assert (one.kind, one.byline, one.embargo, one.flags) == (UNSET, UNSET, UNSET, ())

    def test_a_prefix_a_namespace_and_none_make_no_difference(self) -> None:
        bare = FULL.replace(f'xmlns="{NAMESPACE}"', "")
        names = ("newsItem", "itemMeta", "contentMeta", "contentSet", "headline", "edNote", "inlineXML")
        prefixed = bare.replace("<newsItem", f'<newsItem xmlns:n="{NAMESPACE}"')
        for name in (*names, "provider", "name", "itemClass", "pubStatus", "versionCreated", "urgency"):
            prefixed = prefixed.replace(f"<{name}", f"<n:{name}").replace(f"</{name}", f"</n:{name}")
        for name in ("firstCreated", "located", "slugline", "subject"):
            prefixed = prefixed.replace(f"<{name}", f"<n:{name}").replace(f"</{name}", f"</n:{name}")
        assert article(bare) == article(FULL) == article(prefixed)

    @pytest.mark.parametrize(
        "head",
        [
            "<newsItem>",
            "<newsItem",
            f'<?xml version="1.0"?>\n<!-- wire -->\n<x:newsMessage xmlns:x="{NAMESPACE}">',
            f'<!DOCTYPE newsItem SYSTEM "http://x.example/g2.dtd">\n<newsItem xmlns="{NAMESPACE}">',
            '\ufeff<packageItem xmlns="">',
            "<conceptItem>",
            "<knowledgeItem>",
            "<planningItem>",
            "<catalogItem>",
        ],
    )
    def test_its_root_tells_it(self, head: str) -> None:
        assert newsml_g2.sniff(head.encode())

    @pytest.mark.parametrize(
        "head",
        [
            "",
            '<?xml version="1.0"?>',
            "<NewsML>",
            "<nitf>",
            "<rss>",
            "<newsitem>",
            '<newsItem xmlns="http://other.example/">',
            "newsItem",
            '{"type": "newsItem"}',
        ],
    )
    def test_other_files_are_not_its_own(self, head: str) -> None:
        assert not newsml_g2.sniff(head.encode())

    def test_no_version_is_the_first_one_as_the_standard_says(self) -> None:
        one = article(item(attributes='guid="urn:x:1"'))
        assert one.version == 1
        assert one.kind is UNSET

    def test_an_opaque_version_is_kept_and_the_time_orders(self) -> None:
        one = article(
            item("<versionCreated>2024-06-19T10:00:00Z</versionCreated>", attributes='guid="u" version="a7"')
        )
        assert one.wire["version"] == "a7"
        assert one.version == 1718791200000
        assert "version" in one.flags[0]


class TestMessages:
    def test_each_item_is_an_article_in_its_order(self) -> None:
        found = articles(message(PACKAGE, FULL, item(attributes='guid="urn:x:2" version="1"')))
        assert [one.guid for one in found] == ["urn:x:pack", "urn:x:1", "urn:x:2"]

    def test_a_package_names_its_members_and_needs_no_text(self) -> None:
        one = article(PACKAGE)
        assert one.item_class == "package"
        assert one.members == ("urn:x:1", "urn:x:2")
        assert one.headline == "Top stories"
        assert one.body is UNSET

    def test_the_header_of_the_message_is_kept_beside_it(self) -> None:
        header = (
            "<sent>2024-06-19T10:00:00Z</sent><transmitId>t-7</transmitId><priority>4</priority>"
            "<channel>A</channel><channel>B</channel>"
        )
        one = article(message(item(), header=header))
        assert one.wire["transmit_id"] == "t-7"
        assert one.wire["channel"] == "A B"
        assert one.created == "2024-06-19T10:00:00Z"

    def test_the_message_speaks_of_no_time_that_the_item_says_itself(self) -> None:
        one = article(message(FULL, header="<sent>2030-01-01T00:00:00Z</sent>"))
        assert one.created == "2024-06-19T08:00:00Z"

    def test_items_may_stand_in_several_sets_and_capitals_do_not_matter(self) -> None:
        text = message(item(attributes='guid="urn:x:1"'), header="").replace("header>", "Header>")
        second = item(attributes='guid="urn:x:2"')
        text = text.replace("</newsMessage>", f"<itemSet>{second}</itemSet></newsMessage>")
        assert [one.guid for one in articles(text)] == ["urn:x:1", "urn:x:2"]

    def test_an_item_that_is_none_harms_only_itself(self) -> None:
        *found, last = outcomes(message(FULL, '<newsItem guid="urn:x:9"> … </newsItem>', PACKAGE).encode())
        assert [one.guid for one in found if isinstance(one, RawArticle)] == ["urn:x:1", "urn:x:pack"]
        assert isinstance(last, Rejected)
        assert "1 of 3 items" in last.reason
        assert "urn:x:9 is empty" in last.reason

    def test_a_message_without_items_says_so(self) -> None:
        assert rejected(message()).kind == "empty"

    @pytest.mark.parametrize("name", ["conceptItem", "knowledgeItem", "catalogItem", "strangeItem"])
    def test_what_is_no_article_is_said_to_be_none(self, name: str) -> None:
        concept = f'<{name} guid="urn:x:c"><itemMeta/><concept><name>Port</name></concept></{name}>'
        one = rejected(message(concept))
        assert one.kind == "type"
        assert f"the {name} urn:x:c is no article" in one.reason

    def test_a_plan_with_a_headline_is_one_and_its_notes_are_to_editors(self) -> None:
        coverage = (
            "<newsCoverageSet><newsCoverage><planning><edNote>Text, 250 words</edNote></planning>"
            "</newsCoverage></newsCoverageSet>"
        )
        plan = item(inline="", kind='<itemClass qcode="plinat:newscoverage"/>')
        plan = plan.replace("<contentSet></contentSet>", coverage).replace("newsItem", "planningItem")
        one = article(plan)
        assert (one.item_class, one.headline) == ("planning", "Harbour bridge opens")
        assert one.ednotes == ("Text, 250 words",)
        assert "no headline" in rejected(plan.replace(HEADLINE, "<urgency>4</urgency>")).reason

    def test_a_text_without_headline_and_body_is_rejected(self) -> None:
        bare = item(
            content="", inline='<inlineXML contenttype="application/nitf+xml"> <!-- none --> </inlineXML>'
        )
        assert "no text to publish" in rejected(bare).reason

    def test_a_canceled_one_needs_no_text(self) -> None:
        one = article(item('<pubStatus qcode="stat:canceled"/>', content="", inline=""))
        assert (one.status, one.kind) == ("canceled", "kill")


TWO = html("<p>The bridge opened.</p>").replace("<inlineXML", '<inlineXML xml:lang="en"') + html(
    "<p>Le pont a ouvert.</p>"
).replace("<inlineXML", '<inlineXML xml:lang="fr"')
NAMES = (
    '<headline xml:lang="fr">Le pont ouvre</headline><headline xml:lang="en">The bridge opens</headline>'
    '<subject qcode="medtop:20000297"><name xml:lang="fr">transports</name>'
    '<name xml:lang="en-GB">transport</name></subject>'
)


class TestLanguages:
    @pytest.mark.parametrize(
        ("attribute", "tag", "expected"),
        [
            ('xml:lang="swe"', "", "sv"),
            ('xml:lang="sv_SE"', "", "sv-SE"),
            ("", '<language tag="nb"/>', "nb"),
            ('xml:lang="en-GB"', '<language tag="en"/>', "en-GB"),
            ('xml:lang="en"', '<language tag="ar"/>', "ar"),
            ('xml:lang="en"', '<language tag="fr"/><language tag="en"/>', "en"),
            ("", '<language tag="fr"/><language tag="en"/>', "fr"),
        ],
    )
    def test_it_is_that_of_the_item_unless_its_content_is_in_others(
        self, attribute: str, tag: str, expected: str
    ) -> None:
        one = article(item(content=HEADLINE + tag, attributes=f'guid="u" {attribute}'))
        assert one.language_declared == expected

    def test_it_is_inherited_from_the_message(self) -> None:
        text = message(item(attributes='guid="u"')).replace("<newsMessage", '<newsMessage xml:lang="pt-BR"')
        assert article(text).language_declared == "pt-BR"

    def test_what_is_no_language_is_flagged(self) -> None:
        one = article(item(attributes='guid="u" xml:lang="English, British"'))
        assert one.language_declared is UNSET
        assert any("language" in flag for flag in one.flags)

    def test_the_feeds_language_counts_where_none_is_declared(self) -> None:
        assert article(item(attributes='guid="u"'), language="de").language_declared == "de"

    @pytest.mark.parametrize(("own", "other"), [("en", "fr"), ("fr", "en")])
    def test_each_language_with_a_body_is_an_article(self, own: str, other: str) -> None:
        text = item(content=NAMES, inline=TWO, attributes=f'guid="urn:x:1" version="4" xml:lang="{own}"')
        first, second = articles(text)
        assert (first.guid, first.language_declared) == ("urn:x:1", own)
        assert (second.guid, second.language_declared) == (f"urn:x:1#{other}", other)
        said = {"en": ("The bridge opens", "The bridge opened.", "transport")}
        said["fr"] = ("Le pont ouvre", "Le pont a ouvert.", "transports")
        for one in (first, second):
            assert (one.headline, one.body, one.subjects[0].name) == said[str(one.language_declared)]
        assert first.version == second.version == 4
        assert first.id != second.id

    def test_the_first_one_is_the_article_where_none_is_declared(self) -> None:
        first, second = articles(item(content=NAMES, inline=TWO, attributes='guid="u"'))
        assert (first.language_declared, second.guid) == ("en", "u#fr")

    def test_an_embargo_and_private_notes_hold_for_all_languages(self) -> None:
        meta = '<embargoed/><edNote role="x:private">Call the desk.</edNote>'
        for one in articles(item(meta, NAMES, TWO)):
            assert one.status == "withheld"
            assert one.ednotes_nonpublic == ("Call the desk.",)

    def test_parts_of_one_document_may_be_of_two_languages(self) -> None:
        both = html(
            '<div lang="de"><h1>Brücke auf</h1><p>Die Brücke ist offen.</p></div>'
            '<div lang="fr"><h1>Pont ouvert</h1><p>Le pont est ouvert.</p></div>'
        )
        first, second = articles(item(content="", inline=both, attributes='guid="u" xml:lang="de"'))
        assert (first.headline, first.body) == ("Brücke auf", "Die Brücke ist offen.")
        assert (second.guid, second.headline, second.body) == ("u#fr", "Pont ouvert", "Le pont est ouvert.")

    def test_a_headline_in_another_language_is_none_of_a_further_article(self) -> None:
        _, second = articles(item(inline=TWO))
        assert (second.guid, second.headline) == ("urn:x:1#fr", "A page")

    def test_a_quotation_in_another_language_is_no_second_body(self) -> None:
        (one,) = articles(item(inline=html('<p>He said:</p><p lang="fr">Bonjour.</p>')))
        assert one.body == "He said:\n\nBonjour."

    def test_a_template_that_always_says_english_is_not_believed(self) -> None:
        one = article(item(inline=html(TEXT, 'lang="en"'), attributes='guid="u" xml:lang="de"'))
        assert one.language_declared == "de"

    def test_two_spellings_of_one_language_are_renditions_of_one_body(self) -> None:
        text = TWO.replace('xml:lang="fr"', 'xml:lang="en-GB"')
        assert len(articles(item(inline=text))) == 1

    def test_right_to_left_text_stays_as_it_is(self) -> None:
        words = "افتتح الجسر فوق الميناء يوم الاثنين."
        headline = "<headline>عاجل: الجسر مفتوح</headline>"
        one = article(
            item(
                content=headline,
                inline=html(f'<p dir="rtl">{words}</p>'),
                attributes='guid="u" xml:lang="ar"',
            )
        )
        assert (one.body, one.language_declared, one.kind) == (words, "ar", "alert")


def cut(text: str) -> str:
    return text[: len(text) * 2 // 3]


class TestHostile:
    def test_an_external_dtd_is_neither_fetched_nor_a_reason_to_refuse(self) -> None:
        opened: list[str] = []
        watching = True
        sys.addaudithook(lambda event, _: opened.append(event) if watching and event in _OPENING else None)
        data = f'<!DOCTYPE newsItem SYSTEM "http://x.example/g2.dtd">\n{FULL}'.encode()
        (one,) = outcomes(data)
        watching = False
        assert isinstance(one, RawArticle)
        assert not opened

    @pytest.mark.parametrize(
        ("change", "kind"),
        [
            (cut, "truncated"),
            (lambda text: text.replace("Monday", "Mon\0day"), "binary"),
            (
                lambda text: (
                    '<!DOCTYPE newsItem [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
                    + text.replace("Monday", "&x;")
                ),
                "syntax",
            ),
            (lambda text: text.replace("<p>", "<p><b>"), "syntax"),
            (
                lambda text: text.replace("<p>The", "<div>" * 300 + "<p>The").replace(
                    "Monday.</p>", "Monday.</p>" + "</div>" * 300
                ),
                "syntax",
            ),
            (lambda text: text.replace("Monday", "word " * 10_000), "size"),
            (lambda text: text.replace("<p>The", "<p>x</p>" * 20_000 + "<p>The"), "size"),
            (lambda _: "<newsItem", "truncated"),
            (lambda _: '<newsItem guid="u"/>', "value"),
        ],
        ids=["cut", "nul", "external entity", "not well formed", "deep", "long", "many", "start", "nothing"],
    )
    def test_each_is_rejected_with_its_reason(self, change: Callable[[str], str], kind: str) -> None:
        assert rejected(change(FULL)).kind == kind

    def test_an_entity_bomb_does_not_go_off(self) -> None:
        levels = "".join(
            f'<!ENTITY {name} "{f"&{below};" * 20}">' for below, name in zip("abcdef", "bcdefg", strict=True)
        )
        bomb = f'<!DOCTYPE newsItem [<!ENTITY a "boom">{levels}]>' + FULL.replace("Monday", "&g;")
        assert rejected(bomb).kind in ("syntax", "size")

    def test_nothing_is_included(self) -> None:
        include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/hostname" parse="text"/>'
        one = article(FULL.replace("Monday.", f"Monday.{include}"))
        assert paragraphs(one)[0] == "The bridge over the harbour opened on Monday."

    def test_of_script_nothing_stays(self) -> None:
        one = article(FULL.replace("<p>", "<script>alert(1)</script><style>p {}</style><p>", 1))
        assert "alert" not in (one.body or "")

    @pytest.mark.parametrize(("declared", "sent"), [("iso-8859-1", "utf-8"), ("utf-8", "windows-1252")])
    def test_an_encoding_that_is_not_the_declared_one_is_seen_through(self, declared: str, sent: str) -> None:
        text = f'<?xml version="1.0" encoding="{declared}"?>{FULL.replace("harbour", "fjörd")}'
        (one,) = outcomes(text.encode(sent))
        assert isinstance(one, RawArticle)
        assert "over the fjörd" in (one.body or "")
        assert one.flags

    def test_what_is_forced_to_be_of_this_format_and_is_not_says_so(self) -> None:
        (one,) = read(b"<nitf><body/></nitf>")
        assert isinstance(one, Rejected)
        assert (one.kind, "<nitf>" in one.reason) == ("format", True)

    def test_too_large_a_file_is_rejected_with_its_size_and_the_limit(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("pipeline.formats.xml.DOCUMENT", 500)
        one = rejected(FULL)
        assert one.kind == "size"
        assert "500" in one.reason
        assert f"{len(FULL):,}" in one.reason

    @given(
        st.lists(
            st.sampled_from(
                [
                    CLASS,
                    HEADLINE,
                    TEXT,
                    "<p>",
                    "</p>",
                    "<name>",
                    "]]>",
                    "&amp;",
                    "&",
                    "é",
                    "<edNote>x</edNote>",
                    nitf(TEXT),
                    TWO,
                    NAMES,
                ]
            ),
            max_size=8,
        )
    )
    def test_any_mixture_of_its_parts_is_read_or_rejected(self, parts: list[str]) -> None:
        data = item("".join(parts), "".join(parts[::-1]), "".join(parts)).encode()
        conformance.assert_sound(data, list(formats.parse(data, conformance.context())))


_OPENING = frozenset(
    {"open", "socket.connect", "socket.getaddrinfo", "urllib.Request", "subprocess.Popen", "os.system"}
)
