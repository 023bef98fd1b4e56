"""The Arabic corpora are kept apart where they hold the same articles."""

from pathlib import Path

import pytest

from training.entities.corpora import anercorp, camel, wojood
from training.entities.corpora.arabic import TEST_LINES

from .files import packed, shown

ROWS = ["قال", "برند", ".", "في", "سوريا", "و", "27", ".", "أحمد", "؟"]
TAGS = ["O", "B-PERS", "O", "O", "B-LOC", "O", "O", "O", "B-PERS", "O"]


def packed_rows(tmp_path: Path, rows: list[str]) -> Path:
    return packed(tmp_path, "ner-more/ar.anercorp.txt.xz", "\n".join(rows) + "\n")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three sentences to learn from, and as many lines behind them as the test part has."""
    rows = [f"{word} {tag}" for word, tag in zip(ROWS, TAGS, strict=True)]
    return packed_rows(tmp_path, [*rows, *["مصر B-LOC", ". O"] * (TEST_LINES // 2)])


def test_anercorp_has_sentences_and_none_of_the_test_part(data: Path) -> None:
    assert [shown(one) for one in anercorp(data)] == ["قال [برند]PER.", "في [سوريا]LOC و27.", "[أحمد]PER؟"]


def test_the_test_part_is_the_end_of_the_file(data: Path) -> None:
    got = camel(data)
    assert len(got) == TEST_LINES // 2
    assert {shown(one) for one in got} == {"[مصر]LOC."}


def test_a_line_without_a_word_and_blanks_within_one_do_no_harm(tmp_path: Path) -> None:
    odd = ["\u00a0 O", "أبو\u00a0ظبي B-LOC", " O"]
    packed_rows(tmp_path, [*odd, *[". O"] * TEST_LINES])
    assert [shown(one) for one in anercorp(tmp_path)] == ["[أبو ظبي]LOC"]


def nested(tmp_path: Path, *rows: str) -> list[str]:
    packed(tmp_path, "ner-more/ar.wojood_sample.txt.xz", "\n".join(rows) + "\n")
    return [shown(one) for one in wojood(tmp_path)]


def test_the_outermost_name_counts(tmp_path: Path) -> None:
    got = nested(tmp_path, "مجلس B-ORG", "الأمن I-ORG", "سوريا I-ORG B-GPE", "$#$")
    assert got == ["[مجلس الأمن سوريا]ORG"]


def test_a_name_within_what_is_no_name_counts(tmp_path: Path) -> None:
    got = nested(tmp_path, "سكرتير B-OCC", "اللجنة I-OCC B-ORG", "في I-OCC", "نابلس I-OCC B-GPE")
    assert got == ["سكرتير [اللجنة]ORG في [نابلس]LOC"]


def test_dates_are_no_names_and_sentences_end_at_empty_lines(tmp_path: Path) -> None:
    assert nested(tmp_path, "1948 B-DATE", "", "أحمد B-PERS", "", "$#$") == ["1948", "[أحمد]PER"]
