"""Lines of columns become words and tags, sentence by sentence."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.entities.corpora.rows import columns, inside, lines, members, mended, pairs, tagged

from .files import archived, packed


def test_lines_are_unpacked_without_invisible_marks(tmp_path: Path) -> None:
    packed(tmp_path, "a.txt.xz", "\ufeff\u200eفي\tO\n\nb")
    assert list(lines(tmp_path / "a.txt.xz")) == ["في\tO", "", "b"]


def test_a_missing_file_is_told_by_its_path(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.xz"):
        list(lines(tmp_path / "none.xz"))


def test_members_of_an_archive_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    archived(tmp_path, "a.tar.xz", {"train/b": "2\n3", "train/a": "1"})
    assert list(members(tmp_path / "a.tar.xz")) == [["1"], ["2", "3"]]


def test_columns_are_picked_by_number() -> None:
    assert list(columns(["1\tAda\tB-PER\tx", "", "2\tva\tO\tx"], 1, 2)) == [
        ("Ada", "B-PER"),
        None,
        ("va", "O"),
    ]


def test_a_line_of_blanks_parts_sentences_even_if_it_has_columns() -> None:
    assert list(columns(["Ada\tB-PER", "\t", "va\tO"], 0, 1)) == [("Ada", "B-PER"), None, ("va", "O")]


def test_a_line_of_too_few_columns_is_left_out() -> None:
    assert list(columns(["# text", "Ada\tB-PER"], 0, 1)) == [("Ada", "B-PER")]


def test_pairs_are_parted_by_any_blanks() -> None:
    assert list(pairs(["Inger   PER", "ett\t0", "", "# file: a b", "x"])) == [
        ("Inger", "PER"),
        ("ett", "0"),
        None,
    ]


def test_sentences_end_at_empty_lines_however_many() -> None:
    rows = [("a", "O"), None, None, ("b", "O"), ("", "O"), None, ("", "O")]
    assert list(tagged(rows)) == [(["a"], ["O"]), (["b"], ["O"])]


@pytest.mark.parametrize(("tag", "expected"), [("PER", "I-PER"), ("O", "O"), ("0", "O")])
def test_bare_labels_become_tags(tag: str, expected: str) -> None:
    assert inside(tag) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Thirty - five years", "Thirty-five years"),
        ("Ghana ’ s growth", "Ghana ’s growth"),
        ("Sharm El - Sheikh", "Sharm El-Sheikh"),
        ("- he said", "- he said"),
        ("a - b - c", "a-b-c"),
    ],
)
def test_cuts_within_words_are_mended(words: str, expected: str) -> None:
    tokens = words.split(" ")
    assert " ".join(mended(tokens, ["O"] * len(tokens))[0]) == expected


def test_a_mended_name_keeps_its_tag() -> None:
    assert mended(["El", "-", "Sheikh", "said"], ["B-LOC", "I-LOC", "I-LOC", "O"]) == (
        ["El-Sheikh", "said"],
        ["B-LOC", "O"],
    )


@given(st.lists(st.sampled_from(["a", "-", "’", "s", "El"]), max_size=12))
def test_mending_loses_no_letter_and_keeps_words_and_tags_apace(words: list[str]) -> None:
    whole, tags = mended(words, ["O"] * len(words))
    assert "".join(whole) == "".join(words)
    assert len(whole) == len(tags)
