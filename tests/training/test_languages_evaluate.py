"""The measure of the language detector: the right texts, cut as they should be, counted rightly."""

# ruff: noqa: RUF001 - sentences stand in the letters of their languages

from itertools import pairwise
from pathlib import Path

import pytest

from tests.training.test_languages_corpora import HEAD, archived
from training.languages import evaluate
from training.languages.corpora import tag_of
from training.languages.evaluate import (
    FOLDERS,
    NOTHING,
    articles,
    calibration_error,
    distance,
    known,
    measure,
    mixed,
)

FRENCH = "Le président a déclaré mercredi que l'accord prévoit une assistance mutuelle."
GERMAN = "Der Präsident sagte am Mittwoch, das Abkommen sehe gegenseitigen Beistand vor."


@pytest.mark.parametrize(
    ("tag", "sentence", "words", "expected"),
    [
        ("fr", "un deux trois quatre", 2, "un deux"),
        ("fr", "un deux", 5, "un deux"),
        ("fr", "un deux", None, "un deux"),
        ("zh", "总统星期三表示", 2, "总统星期"),
    ],
)
def test_sentences_are_cut_to_words(tag: str, sentence: str, words: int | None, expected: str) -> None:
    assert evaluate.shortened(tag, sentence, words) == expected


def test_what_is_right_wrong_and_undetermined_is_counted() -> None:
    result = measure([("fr", FRENCH), ("de", GERMAN), ("it", GERMAN), ("fr", "12 30")])
    assert result.determined == 3 / 4
    assert result.right == 2 / 4
    assert result.right_of_determined == pytest.approx(2 / 3)
    assert result.error == pytest.approx(1 / 3, abs=0.05)


@pytest.mark.parametrize(
    ("pairs", "error"),
    [
        ([], 0),
        ([(1.0, True)], 0),
        ([(1.0, False)], 1),
        ([(0.75, True), (0.75, True), (0.75, True), (0.75, False)], 0),
        ([(0.55, True), (0.95, False)], 0.7),
    ],
)
def test_calibration_compares_confidence_with_what_is_right(
    pairs: list[tuple[float, bool]], error: float
) -> None:
    assert calibration_error(pairs) == pytest.approx(error)


def test_thirty_languages_are_measured() -> None:
    assert len(FOLDERS) == len(set(FOLDERS.values())) == 30


def test_the_tag_of_a_folder_is_what_the_detector_is_to_say() -> None:
    assert {tag_of(folder) for folder in FOLDERS.values()} == set(FOLDERS)


def test_the_texts_of_no_language_are_different_ones() -> None:
    assert len(NOTHING) == len(set(NOTHING)) > 50


def test_articles_are_whole_ones_of_sentences_in_their_order() -> None:
    assert articles(["a", "b", "c", "d", "e"], 2) == ["a b", "c d"]
    assert articles(["a"], 2) == []


def test_mixed_articles_have_the_shares_that_are_told() -> None:
    folders = {"fra_Latn": [FRENCH] * 5, "deu_Latn": [GERMAN] * 5}
    for shares, text in mixed(folders, 2):
        assert set(shares) == {"fr", "de"}
        assert sum(shares.values()) == pytest.approx(1)
        first, second, third = text.split("\n")
        assert first == third != second
        assert max(shares.values()) == pytest.approx(2 * len(first) / (2 * len(first) + len(second)))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"fr": 1.0}, {"fr": 1.0}, 0),
        ({"fr": 1.0}, {"de": 1.0}, 1),
        ({"fr": 0.5, "de": 0.5}, {"fr": 1.0}, 0.5),
        ({"fr": 1.0}, {}, 1),
    ],
)
def test_the_distance_of_shares_is_the_part_in_a_wrong_language(
    one: dict[str, float], other: dict[str, float], expected: float
) -> None:
    assert distance(one, other) == pytest.approx(expected)


def test_sentences_are_known_by_tag_and_cut() -> None:
    assert known({"nob_Latn": ["en to tre"], "zho_Hans": ["总统星期三"]}, 1) == [("no", "en"), ("zh", "总统")]


def test_the_command_prints_all_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sentences = {
        "fra_Latn": FRENCH,
        "deu_Latn": GERMAN,
        "rus_Cyrl": "Президент заявил об этом в среду вечером.",
    }
    lines = {
        f"{folder}/test.tsv": HEAD + "".join(f"{number}\tsports\t{text}\n" for number in range(40))
        for folder, text in sentences.items()
    }
    monkeypatch.setattr("sys.argv", ["languages", "--data", str(archived(tmp_path, lines))])
    monkeypatch.setattr(evaluate, "MIXTURES", 5)
    evaluate.main()
    rows = capsys.readouterr().out.splitlines()
    first = [row.split("|")[1].strip() for row in rows if row.startswith("|")]
    lengths = ["all", "12", "5", "all, capitals", "12, capitals", "5, capitals"]
    assert first[:8] == ["words", "---", *lengths]
    assert {"rus_Cyrl", "one language", "shares, two", "shares, three"} <= set(first)
    assert all(row.split("|")[4].strip() == "1.0000" for row in rows[2:4])
    assert any(row.startswith("No language: ") for row in rows)
    assert any(row.startswith("Loading: ") for row in rows)
    assert all(one.count("|") == other.count("|") for one, other in pairwise(rows[:8]))
