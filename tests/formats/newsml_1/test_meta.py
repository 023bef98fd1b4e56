"""NewsML 1.x: lines, notes, rights, subjects and places."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import UNSET

from pipeline.article import Place, RawArticle, Subject
from tests.formats.newsml_1.copies import HEADLINE, component, content, read


def described(inside: str, before: str = "") -> RawArticle:
    metadata = f"<DescriptiveMetadata>{inside}</DescriptiveMetadata>"
    return read(component(HEADLINE + metadata + content()), before=before)


def administered(inside: str) -> RawArticle:
    return read(component(f"{HEADLINE}<AdministrativeMetadata>{inside}</AdministrativeMetadata>{content()}"))


def lined(inside: str) -> RawArticle:
    return read(component(f"<NewsLines><HeadLine>Ferry late</HeadLine>{inside}</NewsLines>{content()}"))


def news_line(kind: str, text: str = "Some words") -> RawArticle:
    return lined(
        f'<NewsLine><NewsLineType FormalName="{kind}"/><NewsLineText>{text}</NewsLineText></NewsLine>'
    )


class TestLines:
    def test_all_of_the_standards(self) -> None:
        one = lined(
            "<SubHeadLine>Fog</SubHeadLine><ByLine>A. Writer</ByLine><ByLine>B. Writer</ByLine>"
            "<DateLine>Oslo, June 19</DateLine><CreditLine>Acme</CreditLine><CopyrightLine>© "
            "Acme</CopyrightLine>"
            "<RightsLine>Not for resale</RightsLine><SeriesLine>Sea</SeriesLine><SlugLine>"
            "ferry-late</SlugLine>"
            "<KeywordLine>ferry, sea; fog</KeywordLine>"
        )
        assert (one.headline, one.subheadline, one.byline) == ("Ferry late", "Fog", "A. Writer / B. Writer")
        assert (one.dateline, one.rights, one.slugline) == ("Oslo, June 19", "© Acme", "ferry-late")
        assert one.keywords == ("ferry", "sea", "fog")
        assert one.wire == {"credit": "Acme", "series": "Sea"}

    def test_markup_and_entities_in_them_are_read(self) -> None:
        one = read(
            component(
                "<NewsLines><HeadLine><![CDATA[<b>Caf&eacute;</b> late]]></HeadLine>"
                "<DateLine><Origin>Oslo</Origin>, June 19</DateLine></NewsLines>" + content()
            )
        )
        assert (one.headline, one.dateline) == ("Café late", "Oslo, June 19")

    @pytest.mark.parametrize("kind", ["AdvisoryLine", "EditorialNote", "EdNote", "Iptc:EditorsNote", "Note"])
    def test_notes_to_editors(self, kind: str) -> None:
        one = news_line(kind)
        assert (one.ednotes, one.ednotes_nonpublic, one.kind) == (("Some words",), (), UNSET)

    @pytest.mark.parametrize("kind", ["NonPublicNote", "InternalNote", "PrivateLine", "Confidential"])
    def test_notes_that_are_not_public(self, kind: str) -> None:
        one = news_line(kind)
        assert (one.ednotes, one.ednotes_nonpublic, one.wire) == ((), ("Some words",), {})

    def test_a_note_that_says_it_itself(self) -> None:
        one = news_line("AdvisoryLine", "Not for publication: call the desk")
        assert one.ednotes_nonpublic == ("Not for publication: call the desk",)

    def test_a_correction_as_a_line(self) -> None:
        one = news_line("CorrectionLine", "The name in line 2")
        assert (one.kind, one.ednotes) == ("correction", ("The name in line 2",))

    def test_a_note_in_whose_words_a_kind_stands(self) -> None:
        assert news_line("AdvisoryLine", "CORRECTION: name in line 2").kind == "correction"

    @pytest.mark.parametrize(("text", "held"), [("until noon", True), ("20200101T000000Z", False)])
    def test_an_embargo_as_a_line(self, text: str, held: bool) -> None:
        assert (news_line("EmbargoLine", text).status == "withheld") is held

    def test_keywords_a_summary_and_all_else(self) -> None:
        assert news_line("Keywords", "ferry, sea").keywords == ("ferry", "sea")
        assert news_line("Summary").summary == "Some words"
        assert news_line("ProductLine").wire == {"productline": "Some words"}

    def test_a_note_that_is_a_component(self) -> None:
        one = read(component(HEADLINE + component(content("Picture follows"), "EditorialNote") + content()))
        assert (one.ednotes, one.body) == (("Picture follows",), "The ferry is late.")


class TestAdministrative:
    def test_parties(self) -> None:
        one = administered(
            '<FileName>a.xml</FileName><Provider><Party FormalName="Acme"/></Provider>'
            '<Creator><Party FormalName="A. Writer "/></Creator><Source><Party FormalName="B"/></Source>'
            '<Source><Party FormalName="C"/></Source><Contributor><Party FormalName="D"/></Contributor>'
        )
        assert one.provider == "Acme"
        assert one.byline is UNSET
        assert one.wire == {
            "file_name": "a.xml",
            "creator": "A. Writer",
            "source": "B / C",
            "contributor": "D",
        }

    def test_the_provider_is_who_provides_else_who_sent_it_else_its_identifier(self) -> None:
        named = (
            "<AdministrativeMetadata><Provider><Party FormalName='Acme'/></Provider></AdministrativeMetadata>"
        )
        envelope = "<SentFrom><Party FormalName='Acme Wire'/></SentFrom>"
        identifier = "<ProviderId>acme.example</ProviderId>"
        inside = component(HEADLINE + content())
        both: dict[str, Any] = {"envelope": envelope, "identifier": identifier}
        assert read(component(HEADLINE + named + content()), **both).provider == "Acme"
        assert read(inside, **both).provider == "Acme Wire"
        assert read(inside, identifier=identifier).provider == "acme.example"

    def test_properties(self) -> None:
        one = administered(
            '<Property FormalName="EditorialInfo" Value="Picture follows"/>'
            '<Property FormalName="InternalComment" Value="call the mayor"/>'
            '<Property FormalName="Department" Value="Sea"/>'
        )
        assert (one.ednotes, one.ednotes_nonpublic) == (("Picture follows",), ("call the mayor",))
        assert one.wire == {"department": "Sea"}

    def test_an_embargo_among_them(self) -> None:
        assert administered('<Property FormalName="EmbargoTime" Value=""/>').status == "withheld"

    def test_rights(self) -> None:
        one = read(
            component(
                HEADLINE + "<RightsMetadata><Copyright><CopyrightHolder>Acme</CopyrightHolder><CopyrightDate>"
                "2024</CopyrightDate>"
                "</Copyright><UsageRights><UsageType>Online</UsageType><Geography>Norway</Geography>"
                "<Limitations>One year</Limitations></UsageRights></RightsMetadata>" + content()
            )
        )
        assert (one.rights, one.usageterms) == ("© 2024 Acme", "Online; Norway; One year")


class TestSubjects:
    def test_all_levels_each_code_once(self) -> None:
        one = described(
            '<SubjectCode><Subject FormalName="11000000" cat="POL"/><SubjectMatter '
            'FormalName="11007000"/></SubjectCode>'
            '<SubjectCode><SubjectDetail FormalName="02003001" cat="CLJ"/><Subject '
            'FormalName="11000000"/></SubjectCode>'
        )
        assert [subject.qcode for subject in one.subjects] == [
            "subj:11000000",
            "subj:11007000",
            "subj:02003001",
        ]
        assert one.subjects[0].media_topic == "medtop:11000000"
        assert one.wire["category"] == "POL CLJ"

    @pytest.mark.parametrize(
        ("element", "code"),
        [
            ('<Subject FormalName="11000000" Scheme="IptcSubjectCodes"/>', "subj:11000000"),
            ('<Subject FormalName="11000000" Scheme="SubjectCode"/>', "subj:11000000"),
            ('<Subject FormalName="11000000" Scheme="acme"/>', "acme:11000000"),
            ('<Subject FormalName="acme:7"/>', "acme:7"),
            ('<SubjectQualifier FormalName="00000001"/>', "squ:00000001"),
            ('<SubjectQualifier FormalName="7" Scheme="acme"/>', "acme:7"),
        ],
    )
    def test_codes_keep_their_scheme(self, element: str, code: str) -> None:
        (subject,) = described(f"<SubjectCode>{element}</SubjectCode>").subjects
        assert subject.qcode == code

    def test_an_empty_code_is_none(self) -> None:
        assert described('<SubjectCode><Subject FormalName=""/></SubjectCode>').subjects == ()

    def test_names_from_the_files_own_topics_in_the_articles_language(self) -> None:
        topics = (
            "<TopicSet><Topic><FormalName>11000000</FormalName>"
            '<Description xml:lang="en" Variant="Category">POL</Description>'
            '<Description xml:lang="fr" Variant="Name">politique</Description>'
            '<Description xml:lang="en" Variant="Name">politics</Description></Topic></TopicSet>'
        )
        for tag, name in (("en", "politics"), ("fr", "politique"), ("de", UNSET)):
            (subject,) = described(
                f'<Language FormalName="{tag}"/><SubjectCode><Subject FormalName="11000000"/></SubjectCode>',
                topics,
            ).subjects
            assert subject.name == name

    @pytest.mark.parametrize(
        ("kind", "type_"),
        [
            ("Person", "person"),
            ("Company", "organization"),
            ("Organisation", "organization"),
            ("Country", "place"),
            ("Event", "event"),
            ("Thing", UNSET),
        ],
    )
    def test_topics_that_occur(self, kind: str, type_: Any) -> None:
        topics = (
            f'<TopicSet><Topic Duid="t1"><TopicType FormalName="{kind}"/><FormalName Scheme="who">'
            f"x7</FormalName>"
            "<Description>Acme Ferries</Description></Topic></TopicSet>"
        )
        one = described(
            '<TopicOccurrence Topic="#t1"/><TopicOccurrence Topic="#t2"/><TopicOccurrence/>', topics
        )
        assert one.subjects == (Subject(qcode="who:x7", name="Acme Ferries", type=type_),)

    def test_genres_readers_and_dates(self) -> None:
        one = described(
            '<Genre FormalName="Feature"/><OfInterestTo FormalName="Sea Desk"/><OfInterestTo '
            'FormalName="TV"/>'
            "<DateLineDate>20240619</DateLineDate>"
        )
        assert one.subjects == (Subject(name="Feature", type="genre"),)
        assert one.wire == {"of_interest_to": "Sea Desk; TV", "date_line_date": "20240619"}

    def test_keywords_in_properties_of_the_standard_and_of_the_provider(self) -> None:
        own = (
            '<Metadata><MetadataType FormalName="AcmeKeywords"/><Property '
            'FormalName="AcmeRegionKeywords" Value="Norway"/>'
            '<Property FormalName="Other" Value="x"/></Metadata>'
        )
        metadata = '<DescriptiveMetadata><Property FormalName="Keyword" Value="ferry"/></DescriptiveMetadata>'
        assert read(component(HEADLINE + metadata + own + content())).keywords == ("ferry", "Norway")


class TestPlaces:
    CITY = '<Property FormalName="City" Value="Oslo"/><Property FormalName="Country" Value="NOR"/>'

    @pytest.mark.parametrize("how", ["", 'HowPresent="Origin"', 'HowPresent="DateLine"'])
    def test_where_it_comes_from(self, how: str) -> None:
        one = described(f"<Location {how}>{self.CITY}</Location>")
        assert one.located == Place(name="Oslo", country="NOR")
        assert one.subjects == ()

    def test_other_places_are_subjects(self) -> None:
        area = (
            '<Location HowPresent="RelatesTo"><Property FormalName="CountryArea" Value="Viken"/></Location>'
        )
        one = described(f'<Location HowPresent="Event">{self.CITY}</Location>{area}')
        assert one.located is UNSET
        assert one.subjects == (Subject(name="Oslo, NOR", type="place"), Subject(name="Viken", type="place"))

    def test_places_among_the_properties(self) -> None:
        assert described(self.CITY).located == Place(name="Oslo", country="NOR")

    def test_an_empty_one_is_none(self) -> None:
        assert described('<Location><Property FormalName="City" Value=""/></Location>').located is UNSET
