"""What NewsML-G2 says of the content: headlines, subjects, places, people, times."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from pipeline.article import Place
from tests.formats.newsml_g2.copies import HEADLINE, article, item, subjects


class TestHeadlines:
    @pytest.mark.parametrize(
        ("content", "headline", "below", "kicker"),
        [
            ("<headline>A</headline>", "A", UNSET, None),
            ("<headline> A \n <b>b</b></headline>", "A b", UNSET, None),
            ('<headline rank="1">A</headline><headline rank="3">K</headline>', "A", UNSET, "K"),
            ('<headline rank="3">K</headline><headline rank="1">A</headline>', "A", UNSET, "K"),
            ('<headline>A</headline><headline role="hld:subHeadline">B</headline>', "A", "B", None),
            ('<headline role="x:kicker">K</headline><headline>A</headline>', "A", UNSET, "K"),
            ('<headline role="x:short">S</headline><headline role="x:main">A</headline>', "A", UNSET, None),
            ('<headline role="x:web">S</headline>', "S", UNSET, None),
            ("<headline>A</headline><headline>B</headline>", "A", "B", None),
            ("<headline/><headline>A</headline>", "A", UNSET, None),
        ],
    )
    def test_the_main_one_is_told_from_the_others(
        self, content: str, headline: str, below: object, kicker: str | None
    ) -> None:
        one = article(item(content=content))
        assert (one.headline, one.subheadline, one.wire.get("kicker")) == (headline, below, kicker)

    def test_it_is_taken_in_the_language_of_the_item(self) -> None:
        content = '<headline xml:lang="fr">Pont</headline><headline xml:lang="en-US">Bridge</headline>'
        assert article(item(content=content)).headline == "Bridge"

    def test_another_language_is_better_than_none(self) -> None:
        assert article(item(content='<headline xml:lang="fr">Pont</headline>')).headline == "Pont"

    def test_no_headline_at_all_is_none(self) -> None:
        one = article(
            item("<title>internal-name-7</title>", content="", inline="<inlineXML><p>Text.</p></inlineXML>")
        )
        assert (one.headline, one.body) == (UNSET, "Text.")


class TestSubjects:
    @pytest.mark.parametrize(
        ("element", "expected"),
        [
            (
                '<subject qcode="medtop:20000297"><name>transport</name></subject>',
                ("medtop:20000297", "transport", None),
            ),
            (
                '<subject uri="http://cv.iptc.org/newscodes/mediatopic/20000297"/>',
                ("medtop:20000297", None, None),
            ),
            ('<subject qcode="x:1" type="cpnat:abstract"/>', ("x:1", None, "concept")),
            (
                '<subject type="cpnat:person"><name>A. Example</name></subject>',
                (None, "A. Example", "person"),
            ),
            (
                '<subject type="cpnat:organisation"><name>Port</name></subject>',
                (None, "Port", "organization"),
            ),
            ('<subject type="cpnat:geoArea" qcode="x:2"/>', ("x:2", None, "place")),
            (
                '<subject type="cpnat:poi" literal="id0"><name>Pier 4</name></subject>',
                (None, "Pier 4", "place"),
            ),
            (
                '<subject typeuri="http://cv.iptc.org/newscodes/cpnature/event" qcode="x:3"/>',
                ("x:3", None, "event"),
            ),
            ('<subject type="cpnat:object"><name>Bridge</name></subject>', (None, "Bridge", "object")),
            ('<subject type="x:category" literal="ALR"/>', (None, "ALR", None)),
            ('<subject literal="Bridges_and_roads"><name>Bridges</name></subject>', (None, "Bridges", None)),
            ('<subject literal="a note" qcode="x:4"/>', ("x:4", None, None)),
            (
                '<genre qcode="genre:interview"><name>Interview</name></genre>',
                ("genre:interview", "Interview", "genre"),
            ),
        ],
    )
    def test_codes_names_and_types(self, element: str, expected: tuple[str | None, ...]) -> None:
        assert subjects(article(item(content=HEADLINE + element))) == [expected]

    def test_names_are_taken_in_the_language_of_the_item_and_in_full(self) -> None:
        element = (
            '<subject qcode="x:1"><name xml:lang="de">Verkehr</name><name role="nrol:mnemonic">TR</name>'
            '<name xml:lang="en-GB">transport</name></subject><subject qcode="x:2">'
            '<name role="nrol:short">DE</name><name role="nrol:display">Germany</name></subject>'
            '<subject qcode="x:3"><name xml:lang="de">Hafen</name></subject>'
        )
        names = [name for _, name, _ in subjects(article(item(content=HEADLINE + element)))]
        assert names == ["transport", "Germany", "Hafen"]

    def test_a_code_of_iptc_that_another_code_stands_for_is_one_too(self) -> None:
        element = (
            '<subject qcode="x:832"><name>Rail</name><sameAs qcode="subj:04015001"><name>rail</name></sameAs>'
            '<sameAs qcode="wikidata:Q1"/><broader qcode="medtop:04000000"/></subject>'
        )
        codes = [code for code, _, _ in subjects(article(item(content=HEADLINE + element)))]
        assert codes == ["x:832", "subj:04015001"]

    def test_empty_ones_are_none(self) -> None:
        one = article(item(content=f"{HEADLINE}<subject><name/></subject><keyword/><keyword> </keyword>"))
        assert (one.subjects, one.keywords) == ((), ())

    def test_keywords(self) -> None:
        one = article(item(content=f"{HEADLINE}<keyword rank='1'>bridge</keyword><keyword>port</keyword>"))
        assert one.keywords == ("bridge", "port")


class TestPlace:
    @pytest.mark.parametrize(
        ("element", "place"),
        [
            ("<located><name>Bremen</name></located>", Place(name="Bremen")),
            ('<located literal="Bremen"/>', Place(name="Bremen")),
            ('<located qcode="x:1"/>', Place(qcode="x:1")),
            (
                (
                    '<located qcode="x:1"><name xml:lang="fr">Brême</name><name xml:lang="en">Bremen</name>'
                    '<broader type="cptype:statprov"><name>Bremen (state)</name></broader><broader '
                    'type="cptype:country" qcode="iso3166-1a2:DE"><name>Germany</name></broader></located>'
                ),
                Place(name="Bremen", country="Germany", qcode="x:1"),
            ),
            (
                (
                    '<located><name>Reno</name><broader qcode="iso3166-1a2:US-NV"><name>Nevada</name>'
                    '</broader><broader qcode="iso3166-1a3:USA"/></located>'
                ),
                Place(name="Reno", country="USA"),
            ),
            (
                '<located type="cptype:country"><name>Malta</name></located>',
                Place(name="Malta", country="Malta"),
            ),
            ("<located><name/></located>", UNSET),
            ("", UNSET),
        ],
    )
    def test_it_has_a_name_a_country_and_a_code(self, element: str, place: object) -> None:
        assert article(item(content=HEADLINE + element)).located == place


class TestLines:
    def test_byline_dateline_and_credit(self) -> None:
        lines = "<by>By A. Example</by><dateline>BREMEN, June 19 (XX) -</dateline><creditline>XX</creditline>"
        one = article(item(content=HEADLINE + lines))
        assert (one.byline, one.dateline) == ("By A. Example", "BREMEN, June 19 (XX) -")
        assert one.wire["creditline"] == "XX"

    def test_who_made_it_is_kept_and_is_no_byline(self) -> None:
        people = (
            '<creator role="x:photo"><name>A. Example</name></creator><creator literal="bex"/>'
            '<contributor qcode="c:1"/><infoSource uri="http://x.example"/><altId type="x:id">id-7</altId>'
        )
        one = article(item(content=HEADLINE + people))
        assert one.byline is UNSET
        assert one.wire["creator"] == "A. Example; bex"
        assert (one.wire["contributor"], one.wire["info_source"]) == ("c:1", "http://x.example")
        assert one.wire["alt_id"] == "id-7"

    @pytest.mark.parametrize(
        ("elements", "summary"),
        [
            ("<description>D</description>", "D"),
            (
                '<description role="x:teaser">T</description><description role="x:summary">S</description>',
                "S",
            ),
            ('<description role="drol:caption">C</description><description>D</description>', "C"),
            ('<description role="x:script">Shots</description>', UNSET),
            ("<description/>", UNSET),
        ],
    )
    def test_the_shortest_description_is_the_summary(self, elements: str, summary: object) -> None:
        assert article(item(content=HEADLINE + elements)).summary == summary

    def test_times_of_the_content_count_where_the_item_has_none(self) -> None:
        content = (
            f"{HEADLINE}<contentCreated>2016-04-21</contentCreated><contentModified>2016-05</contentModified>"
        )
        one = article(item(content=content))
        assert (one.created, one.modified) == ("2016-04-21", "2016-05")
        time = "2017-01-01T00:00:00Z"
        managed = f"<versionCreated>{time}</versionCreated><firstCreated>{time}</firstCreated>"
        one = article(item(managed, content))
        assert one.created == one.modified == "2017-01-01T00:00:00Z"

    @pytest.mark.parametrize(
        ("text", "urgency"), [("3", 3), (" 1 ", 1), ("0", UNSET), ("high", UNSET), ("", UNSET)]
    )
    def test_urgency(self, text: str, urgency: object) -> None:
        one = article(item(content=f"{HEADLINE}<urgency>{text}</urgency>"))
        assert one.urgency == urgency
        assert bool(one.flags) == (urgency is UNSET and bool(text))
