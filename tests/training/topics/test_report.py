"""The tables say what was measured of topics, what was asked for and what was not reached."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pipeline import media_topics
from pipeline.enrich.topics import TOPICS
from training.topics import report
from training.topics.annotations import LANGUAGES
from training.topics.corpora import MASAKHANEWS_LANGUAGES
from training.topics.report import CLOSING, OPENING, bars, by_topic, document
from training.topics.scores import LEAST_SUPPORT, Result, Several, Single, TopicScore

ARTS, SPORT, CINEMA = "medtop:01000000", "medtop:15000000", "medtop:20000005"


def topic(qcode: str = SPORT, f1: float = 0.754, support: int = 23) -> TopicScore:
    return TopicScore(qcode, support, f1 + 0.1, f1 - 0.1, f1)


def several(macro: float = 0.7654, error: float = 0.0321, *topics: TopicScore) -> Several:
    return Several(
        texts=1234,
        macro=macro,
        low=macro - 0.03,
        high=macro + 0.04,
        frequent=0.8012,
        micro=0.8123,
        first=0.7011,
        first_macro=0.6022,
        among=0.9033,
        error=error,
        error_all=0.0043,
        given=1.456,
        topics=topics or (topic(),),
    )


def single(macro: float = 0.6543, texts: int = 4321) -> Single:
    return Single(texts=texts, right=0.7210, macro=macro, frequent=0.6789, topics=(topic(ARTS),))


def own(language: str = "fr", macro: float = 0.7654) -> Result:
    """A model with its own annotated texts, of which everything was measured."""
    return Result(
        language=language,
        model=f"{language}_topics 1.0",
        annotated=several(macro),
        narrower=several(0.5, 0.03, topic(CINEMA, 0.5, 12)),
        sections=single(macro),
        masakhanews=single(0.9, 111) if language in MASAKHANEWS_LANGUAGES else None,
        speed=1500.4,
    )


def across(language: str = "de") -> Result:
    """A model that was measured as if nothing of its language was annotated."""
    return Result(language=language, model="xx_topics 1.0", annotated=several(0.4567))


def shared(language: str = "es") -> Result:
    return Result(language=language, model="xx_topics 1.0", sib=single(0.8765, 204))


def reached(*results: Result) -> dict[str, bool]:
    return {bar.name: bar.reached for bar in bars(results)}


def parts(text: str) -> dict[str, str]:
    """What stands under each bold or marked title, by the title's first words."""
    found: dict[str, str] = {}
    title = ""
    for line in text.splitlines():
        if line.startswith(("###", "**")):
            title = line.strip("#* ").partition("**")[0].rstrip(".")
        found[title] = f"{found.get(title, '')}{line}\n"
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_with_annotated_texts_has_its_bar(language: str) -> None:
    bar = report.MACRO_BARS[language]
    for name in ("macro-F1, annotated texts", "macro-F1, publishers' sections"):
        assert reached(own(language, bar))[f"{language}: {name}"]
        assert not reached(own(language, bar - 0.001))[f"{language}: {name}"]


@pytest.mark.parametrize("language", MASAKHANEWS_LANGUAGES)
def test_whole_articles_have_their_bar(language: str) -> None:
    bar = report.MASAKHANEWS_BARS[language]
    name = f"{language}: MasakhaNEWS"
    assert reached(replace(own(language), masakhanews=single(bar)))[name]
    assert not reached(replace(own(language), masakhanews=single(bar - 0.0001)))[name]
    assert name not in reached(replace(own(language), masakhanews=None))


@pytest.mark.parametrize(("error", "is_reached"), [(0.0, True), (0.05, True), (0.0501, False), (0.4, False)])
def test_scores_may_be_off_by_a_twentieth(error: float, is_reached: bool) -> None:
    [bar] = [
        each for each in bars([replace(own(), annotated=several(0.8, error))]) if "calibration" in each.name
    ]
    assert (bar.name, bar.asked, bar.reached) == ("fr: calibration error", "≤ 0.05", is_reached)
    assert bar.measured == f"{error:.3f}"


@pytest.mark.parametrize(("speed", "is_reached"), [(1000.0, True), (999.9, False), (25_000.0, True)])
def test_a_thousand_texts_a_second_are_asked_for(speed: float, is_reached: bool) -> None:
    assert reached(replace(own(), speed=speed))["fr: texts a CPU second"] is is_reached


def test_the_bars_of_a_language_come_in_their_order() -> None:
    assert [bar.name for bar in bars([own(), own("en")])] == [
        f"{language}: {name}"
        for language in ("fr", "en")
        for name in (
            "macro-F1, annotated texts",
            "calibration error",
            "macro-F1, publishers' sections",
            "MasakhaNEWS",
            "texts a CPU second",
        )
    ]


def test_what_was_not_measured_has_no_bar() -> None:
    assert reached(Result(language="fr", model="m")) == {}
    assert set(reached(Result(language="fr", model="m", speed=2000.0))) == {"fr: texts a CPU second"}
    assert set(reached(shared())) == set()


def test_the_document_says_yes_and_no() -> None:
    asked = parts(document([own(macro=0.745), own("en", 0.7)]))["What was asked for"]
    assert "| fr: macro-F1, annotated texts | 0.74 | 0.745 | yes |" in asked
    assert "| en: macro-F1, annotated texts | 0.72 | 0.700 | **no** |" in asked
    assert "| fr: calibration error | ≤ 0.05 | 0.032 | yes |" in asked
    assert "| fr: texts a CPU second | 1,000 | 1,500 | yes |" in asked
    assert asked.count("**no**") == 2


def test_nothing_is_asked_of_the_way_across_languages() -> None:
    asked = parts(document([own(), across(), shared()]))["What was asked for"]
    assert "| fr: " in asked
    assert "| de: " not in asked
    assert "| es: " not in asked


def test_annotated_texts_have_all_that_was_measured() -> None:
    text = parts(document([own()]))["Annotated texts"]
    row = (
        "| fr | 1,234 | 0.765 [0.735, 0.805] | 0.801 | 0.812 | 0.701 | 0.602 | 0.903 | 1.46 | 0.032 (0.004) |"
    )
    assert row in text
    assert f"topics that apply to {LEAST_SUPPORT} texts or more" in text


def test_sections_and_articles_have_a_table_each() -> None:
    text = parts(document([own()]))
    assert "| fr | 4,321 | 0.721 | 0.765 | 0.679 |" in text["Publishers' sections"]
    assert "| fr | 111 | 0.721 | 0.900 | 0.679 |" in text["MasakhaNEWS"]


def test_topics_below_the_top_level_have_a_table() -> None:
    assert "| fr | 1,234 | 0.500 [0.470, 0.540] |" in parts(document([own()]))["Below the top level"]


def test_a_language_without_a_measure_has_no_row_of_it() -> None:
    text = parts(document([own(), replace(own("de"), narrower=None)]))
    assert "| de | 4,321 |" in text["Publishers' sections"]
    assert "| de |" not in text["MasakhaNEWS"]
    assert "| de |" not in text["Below the top level"]


def test_the_way_across_languages_has_its_own_tables() -> None:
    text = parts(document([own("de"), across("de"), shared("es"), shared("tr")]))
    assert "| de | 1,234 | 0.457 [0.427, 0.497] |" in text["Across languages"]
    assert "| es | 204 | 0.721 | 0.876 | 0.679 |" in text["Across languages"]
    assert "| tr | 204 |" in text["Across languages"]
    assert "0.457" not in text["Annotated texts"]
    assert "0.765" not in text["Across languages"]


def test_the_parts_of_the_document_come_in_order() -> None:
    assert list(parts(document([own(), across(), shared()]))) == [
        "What was asked for",
        "Annotated texts",
        "Publishers' sections",
        "MasakhaNEWS",
        "Below the top level",
        "Across languages",
        "By topic",
    ]


def test_every_row_has_as_many_cells_as_its_table() -> None:
    results = [own(), own("en"), own("ru"), across(), shared()]
    blocks = document(results).split("\n\n")
    for block in blocks:
        rows = [line for line in block.splitlines() if line.startswith("|")]
        assert len({row.count("|") for row in rows}) <= 1, block
    assert sum(block.lstrip().startswith("|") for block in blocks) >= 8


def test_nothing_measured_makes_tables_without_rows() -> None:
    text = document([])
    assert "| asked for | at least | measured | reached |" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {row.split()[1] for row in rows} == {"asked", "language", "topic", "---"}


def test_each_topic_has_a_row_and_each_language_a_column() -> None:
    table = by_topic(
        [
            ("fr", (topic(SPORT, 0.756, 31), topic(ARTS, 0.5, 8))),
            ("en", (topic(SPORT, 1.0, 4),)),
        ]
    )
    assert table.splitlines() == [
        "| topic | fr | en |",
        "| --- | --- | --- |",
        f"| {TOPICS[ARTS]} | 0.50 (8) | – |",
        f"| {TOPICS[SPORT]} | 0.76 (31) | 1.00 (4) |",
    ]


def test_a_topic_below_the_top_level_has_its_own_name() -> None:
    assert "| cinema | 0.50 (3) |" in by_topic([("fr", (topic(CINEMA, 0.5, 3),))])


def test_topics_of_both_levels_are_in_the_document() -> None:
    text = parts(document([own(), across()]))["By topic"]
    assert "| sport | 0.75 (23) |" in text
    assert "| cinema | 0.50 (12) |" in text
    assert "| topic | fr |\n" in text


@given(st.lists(st.sampled_from(list(TOPICS)), unique=True, max_size=17), st.integers(1, 3))
def test_topics_come_in_the_order_of_the_vocabulary(qcodes: list[str], languages: int) -> None:
    columns = [(f"l{number}", [topic(each) for each in qcodes]) for number in range(languages)]
    lines = by_topic(columns).splitlines()[2:]
    assert [line.split(" | ")[0].removeprefix("| ") for line in lines] == [
        media_topics.lineage(qcode)[0].name for qcode in sorted(qcodes)
    ]
    assert all(line.count("0.75 (23)") == languages for line in lines)


def test_tables_are_put_between_the_marks(tmp_path: Path) -> None:
    file = tmp_path / "quality.md"
    file.write_text(f"# Quality\n\nÀ nous.\n\n{OPENING}\nold\n{CLOSING}\n\nThe rest.\n", "utf-8")
    report.write([own()], file)
    text = file.read_text("utf-8")
    assert text == (f"# Quality\n\nÀ nous.\n\n{OPENING}\n\n{document([own()])}\n{CLOSING}\n\nThe rest.\n")


def test_what_is_written_twice_stands_there_once(tmp_path: Path) -> None:
    file = tmp_path / "quality.md"
    file.write_text(f"{OPENING}{CLOSING}", "utf-8")
    report.write([own("en")], file)
    report.write([own("fr")], file)
    once = file.read_text("utf-8")
    report.write([own("fr")], file)
    assert file.read_text("utf-8") == once
    assert "| en |" not in once


WRITTEN = st.text("ab é\n#<!-|", max_size=30)


@given(before=WRITTEN, old=WRITTEN, after=WRITTEN)
def test_what_people_wrote_around_the_tables_stays(
    tmp_path_factory: pytest.TempPathFactory, before: str, old: str, after: str
) -> None:
    file = tmp_path_factory.getbasetemp() / "topics-quality.md"
    file.write_text(f"{before}{OPENING}{old}{CLOSING}{after}", "utf-8")
    report.write([shared()], file)
    text = file.read_text("utf-8")
    assert text == f"{before}{OPENING}\n\n{document([shared()])}\n{CLOSING}{after}"


def test_the_marks_of_other_tables_are_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "quality.md"
    others = "<!-- measured -->\nmine\n<!-- /measured -->\n"
    file.write_text(f"{others}{OPENING}\n{CLOSING}\n{others}", "utf-8")
    report.write([own()], file)
    assert file.read_text("utf-8").count(others) == 2


@pytest.mark.parametrize(
    "text", ["", "mine", OPENING, CLOSING, f"{CLOSING}{OPENING}", f"{OPENING} {OPENING}", "<!-- measured -->"]
)
def test_a_document_without_marks_in_their_order_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "notes.md"
    file.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=r"notes\.md has no place for the tables: put <!-- topics --> and "):
        report.write([own()], file)
    assert file.read_text("utf-8") == text


def test_a_document_that_is_missing_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        report.write([own()], tmp_path / "quality.md")
    assert not list(tmp_path.iterdir())
