"""NewsML-G2's building stones: codes, languages, names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pipeline.formats.newsml_g2.parts import (
    Languages,
    code,
    inherited_language,
    kid,
    kids,
    rich,
    tail,
    tongue,
)
from pipeline.formats.newsml_g2.parts import lines as lines_of
from pipeline.formats.xml import Element

LANGUAGES = st.sampled_from(["en", "en-GB", "en-US", "de", "zh-Hans", "zh-Hant-TW", "sr-Latn"])


def parsed(text: str) -> Element:
    return etree.fromstring(text)


@pytest.mark.parametrize(
    ("value", "last"),
    [
        ("stat:usable", "usable"),
        ("http://cv.iptc.org/newscodes/pubstatusg2/Usable/", "usable"),
        ("urn:x:y:KILL", "kill"),
        ("usable", "usable"),
        ("", ""),
    ],
)
def test_the_last_part_of_a_code_is_what_it_says(value: str, last: str) -> None:
    assert tail(value) == last


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ('<a qcode="x:1" uri="http://u" literal="l"/>', "x:1"),
        ('<a uri="http://cv.iptc.org/newscodes/signal/update"/>', "sig:update"),
        ('<a uri="http://u.example/1"/>', "http://u.example/1"),
        ('<a literal="l"/>', "l"),
        ("<a/>", ""),
    ],
)
def test_a_qcode_comes_before_a_uri_and_a_literal(element: str, expected: str) -> None:
    assert code(parsed(element)) == expected


@pytest.mark.parametrize(
    ("tag", "shared"),
    [
        ("en-GB", "en"),
        ("EN", "en"),
        ("zh-Hans-CN", "zh-Hans"),
        ("zh-hant", "zh-Hant"),
        ("es-419", "es"),
        ("", ""),
    ],
)
def test_tags_of_one_language_share_their_script(tag: str, shared: str) -> None:
    assert tongue(tag) == shared


def test_names_of_elements_match_in_any_capitals() -> None:
    root = parsed("<r><EDNOTE/><edNote/><x:ednote xmlns:x='y'/><other/></r>")
    assert len(list(kids(root, "ednote"))) == 3
    assert kid(root, "ednote", "none") is None
    assert kid(None, "ednote") is None


def test_a_language_is_inherited() -> None:
    root = parsed('<r xml:lang="en"><a xml:lang=""><b/></a></r>')
    assert inherited_language(root[0][0]) == "en"
    assert inherited_language(parsed("<r/>")) == ""


class TestLanguages:
    @pytest.mark.parametrize(
        ("wanted", "default", "attribute", "fit"),
        [
            ("en", "en", 'xml:lang="en"', 3),
            ("en", "en", 'xml:lang="en-GB"', 2),
            ("en", "en", 'xml:lang="fr"', 0),
            ("en", "en", "", 3),
            ("fr", "en", "", 0),
            ("en", None, "", 1),
            (None, None, 'xml:lang="fr"', 1),
            ("zh-Hans", None, 'xml:lang="zh-Hant"', 0),
        ],
    )
    def test_how_well_an_element_suits(
        self, wanted: str | None, default: str | None, attribute: str, fit: int
    ) -> None:
        assert Languages(wanted, default).fit(parsed(f"<a {attribute}/>")) == fit

    @given(LANGUAGES, st.lists(st.one_of(st.just(""), LANGUAGES), min_size=1, max_size=5))
    def test_there_is_always_a_name_where_there_is_one(self, wanted: str, tags: list[str]) -> None:
        names = [f'<name xml:lang="{tag}">n{n}</name>' for n, tag in enumerate(tags)]
        name = Languages(wanted, None).name(parsed(f"<a>{''.join(names)}</a>"))
        assert name in [f"n{n}" for n in range(len(tags))]
        if wanted in tags:
            assert tags[int(name[1:])] == wanted

    @given(LANGUAGES, st.lists(LANGUAGES, max_size=5))
    def test_strictly_nothing_is_of_another_language(self, wanted: str, tags: list[str]) -> None:
        elements = [parsed(f'<h xml:lang="{tag}">x</h>') for tag in tags]
        best = Languages(wanted, None).best(elements, strict=True)
        assert all(tongue(str(each.get(XML_LANG))) == tongue(wanted) for each in best)
        assert bool(best) == any(tongue(tag) == tongue(wanted) for tag in tags)

    @pytest.mark.parametrize(
        ("element", "label"),
        [
            ('<a literal="l" qcode="x:1"><name>N</name></a>', "N"),
            ('<a literal="l" qcode="x:1"/>', "l"),
            ('<a qcode="x:1"/>', "x:1"),
            ("<a>text</a>", "text"),
            ("<a/>", ""),
        ],
    )
    def test_a_label_is_the_best_that_there_is_to_call_it(self, element: str, label: str) -> None:
        assert Languages("en", None).label(parsed(element)) == label


XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<n>One\n  line</n>", ["One line"]),
        ("<n>One<br/>two</n>", ["One", "two"]),
        ("<n><ul><li>One</li><li>Two</li></ul></n>", ["One", "Two"]),
        ("<n>&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;</n>", ["One", "Two"]),
        ("<n>3 &lt; 4</n>", ["3 < 4"]),
        ("<n/>", []),
    ],
)
def test_text_with_or_without_markup_is_read_line_by_line(markup: str, expected: list[str]) -> None:
    assert lines_of(rich(parsed(markup), 1000)) == expected
