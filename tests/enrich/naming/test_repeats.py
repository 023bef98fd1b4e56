"""Where known names stand that nobody saw."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.article import Label
from pipeline.enrich.mentions import Mention
from pipeline.enrich.naming.repeats import LONGEST, Known, missed
from tests.enrich.naming.marking import assert_sound, hostile_texts, read

OSLO = {"Oslo": Known("LOC", 9)}


def found(marked: str, names: dict[str, Known], language: str = "fr") -> list[str]:
    text, mentions = read(marked)
    return [text[start:end] for start, end, _ in missed(text, mentions, names, language)]


WHOLE = [
    ("Oslo", 1),
    ("à Oslo, Oslo. Oslo! «Oslo» (Oslo) “Oslo”", 6),
    ("d'Oslo et d’Oslo", 2),
    ("Oslo's and Oslo’s", 2),
    ("Oslo\nOslo\tOslo", 3),
    ("L'Oslo d'hier. L’Oslo", 2),
    ("Osloois oslo Oslonaute", 0),
    ("Nord-Oslo Oslo-Bergen", 0),
    ("Nord‑Oslo Oslo‑Bergen", 0),  # noqa: RUF001 - the hyphen that does not break
    ("Oslo - Bergen, Oslo – Bergen", 2),
    ("@Oslo #Oslo /Oslo _Oslo Oslo_ Oslo@x", 0),
    ("Oslo.no Oslo/Bergen", 0),
    ("O'Oslo N’Oslo", 0),
    ("vers L'Oslo", 0),
    ("Oslo\u0301", 0),
    ("Oslo\u00adx", 1),
]


@pytest.mark.parametrize(("text", "times"), WHOLE)
def test_a_name_is_a_whole_word(text: str, times: int) -> None:
    assert found(text, OSLO) == ["Oslo"] * times


BESIDE = [
    ("le grand Oslo dort", True),
    ("Pour Oslo, non.", True),
    ("Vu. « Pour Oslo, non. »", True),
    ("– Pour Oslo, non.", True),
    ("dit Anne Oslo", False),
    ("Oslo Rapport", False),
    ("Oslo\u00a0Rapport", False),
    ("Oslo, Rapport", True),
    ("Oslo  Rapport", True),
    ("M. Oslo", True),
    ("dit Mme Oslo", True),
    ("AU SUD D'OSLO NEIGE", True),
    ("Oslo NEIGE", False),
]


@pytest.mark.parametrize(("text", "stands"), BESIDE)
def test_a_capital_beside_a_word_may_make_it_a_part_of_another_name(text: str, stands: bool) -> None:
    names = {**OSLO, "OSLO": Known("LOC", 1)}
    assert bool(found(text, names)) is stands


def test_a_genitive_stands_before_its_noun() -> None:
    assert found("Oslos Bürger", {"Oslos": Known("LOC", 0, vouched=True, case=True)}, "de") == ["Oslos"]
    assert found("Oslos Bürger", {"Oslos": Known("LOC", 0, vouched=True)}, "de") == []


COMMON = [
    # (text, seen, found) of a name that is a word of the same text as well
    ("Une rose. Rose rit.", 9, False),
    ("Une rose. La douce Rose rit.", 9, True),
    ("Une rose. La douce Rose rit.", 0, False),
    ("Une rose. Mme Rose rit.", 0, True),
    ("Une rose. À ROSE RIEN", 9, False),
    ("La douce Rose rit.", 0, True),
    ("Rose rit.", 0, True),
]


@pytest.mark.parametrize(("text", "seen", "stands"), COMMON)
def test_a_common_word_is_a_name_only_where_that_is_sure(text: str, seen: int, stands: bool) -> None:
    names = {name: Known("PER", seen, vouched=True) for name in ("Rose", "ROSE")}
    assert bool(found(text, names)) is stands


@pytest.mark.parametrize(("seen", "times"), [(1, 1), (2, 2), (1, 2), (3, 5), (0, 7)])
def test_a_word_that_is_mostly_no_name_is_left_alone_unless_it_is_vouched_for(seen: int, times: int) -> None:
    assert len(found("Oslo. " * times, {"Oslo": Known("LOC", seen)})) == (times if seen >= times else 0)
    assert len(found("Oslo. " * times, {"Oslo": Known("LOC", seen, vouched=True)})) == times


def test_names_of_several_words_are_found_however_seldom_they_were_seen() -> None:
    assert found("Kim Jong Un. " * 5, {"Kim Jong Un": Known("PER", 1)}) == ["Kim Jong Un"] * 5


SEVERAL = [
    ("Kim Jong Un", ["Kim Jong Un"]),
    ("Kim  Jong\nUn", ["Kim  Jong\nUn"]),
    ("KIM JONG UN", ["KIM JONG UN"]),
    ("Kim, Jong Un", []),
    ("Kim. Jong Un", []),
    ("Kim Jong", []),
    ("Kim Jong Unis", []),
    ("dit Anne Kim Jong Un", []),
    ("Kim Jong Un Kim Jong Un", []),
    ("Kim Jong Un, Kim Jong Un", ["Kim Jong Un"] * 2),
]


@pytest.mark.parametrize(("text", "expected"), SEVERAL)
def test_a_name_of_several_words(text: str, expected: list[str]) -> None:
    assert found(text, {"Kim Jong Un": Known("PER", 1)}) == expected


def test_the_longest_name_that_fits_is_found() -> None:
    names = {"Kim": Known("PER", 5), "Kim Jong": Known("PER", 5), "Kim Jong Un": Known("PER", 5)}
    assert found("Kim Jong Un. Kim Jong Il. Kim Jong. Kim.", names) == ["Kim Jong Un", "Kim Jong", "Kim"]


POINTS = [
    ("Acme Inc.", "Il dit qu'Acme Inc. vend.", "Acme Inc."),
    ("Acme Inc.", "Il dit qu'Acme Inc vend.", "Acme Inc"),
    ("U.S.", "the U.S. army", "U.S."),
    ("Georgia (États-Unis)", "en Georgia (États-Unis).", "Georgia (États-Unis)"),
    ("Georgia (États-Unis)", "en Georgia (États-Unis", None),
    ("Yahoo!", "chez Yahoo! hier", "Yahoo!"),
    ("Yahoo!", "chez Yahoo hier", None),
    ("A+", "un A parmi", None),
    ("«", "« »", None),
    ("«Oslo", "«Oslo»", None),
    ("दिल्ली", "यह दिल्ली है", "दिल्ली"),
]


@pytest.mark.parametrize(("name", "text", "expected"), POINTS)
def test_marks_at_the_end_of_a_name(name: str, text: str, expected: str | None) -> None:
    assert found(text, {name: Known("ORG", 1)}) == ([expected] if expected else [])


def test_capitals_are_another_way_of_writing_but_not_for_the_shortest() -> None:
    assert found("POUTINE parle.", {"Poutine": Known("PER", 1)}) == ["POUTINE"]
    assert found("CAN rit. POUR LA CAN 2024", {"Can": Known("PER", 1)}) == []


def test_names_that_were_seen_are_passed_over() -> None:
    assert found("{LOC Oslo}, Oslo, {ORG FC Oslo}, Oslo", OSLO) == ["Oslo"] * 2


def test_a_name_may_take_in_what_was_seen_within_it() -> None:
    assert found("{LOC Corée} du Nord", {"Corée du Nord": Known("LOC", 1)}) == ["Corée du Nord"]


def test_a_label_is_the_names() -> None:
    text = "Oslo"
    assert missed(text, [], OSLO, "fr") == [Mention(0, 4, "LOC")]


@pytest.mark.parametrize("text", ["", " ", "...", "\n", "\u0301"])
@pytest.mark.parametrize("names", [{}, OSLO, {"": Known("PER", 1)}, {"x" * LONGEST * 2: Known("PER", 1)}])
def test_where_there_is_nothing_nothing_is_found(text: str, names: dict[str, Known]) -> None:
    assert missed(text, [], names, "fr") == []


def test_a_name_that_is_too_long_is_not_looked_for() -> None:
    name = "a".join("B" * LONGEST)
    assert found(f"{name}.", {name: Known("PER", 1)}) == []
    assert found(f"{name[:LONGEST]}.", {name[:LONGEST]: Known("PER", 1)}) == [name[:LONGEST]]


labels: st.SearchStrategy[Label] = st.sampled_from(["PER", "ORG", "LOC"])
known = st.dictionaries(
    st.text(max_size=12), st.builds(Known, labels, st.integers(0, 5), st.booleans(), st.booleans())
)


@given(hostile_texts, known, st.sampled_from(["fr", "de", "ar", "xx"]))
@settings(deadline=None)
def test_any_names_in_any_text(text: str, names: dict[str, Known], language: str) -> None:
    words = {word: Known("PER", 1) for word in text.split()[::3]}
    assert_sound(text, missed(text, [], {**names, **words}, language))
