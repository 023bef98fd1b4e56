"""Quotation marks: which belong together, in all their shapes, and which are none."""

import pytest
from hypothesis import given, settings

from pipeline.enrich.quotes.marks import LONGEST, Quoted, quoted
from tests.enrich.quotes.bodies import hostile


def inner(text: str) -> list[str]:
    return [text[each.first : each.last] for each in quoted(text)]


PLAIN = [
    ("« a b »", ["a b"]),
    ("«a b»", ["a b"]),
    ("«\u00a0a b\u00a0»", ["a b"]),
    ("«\u202fa b\u202f»", ["a b"]),
    ("“a b”", ["a b"]),
    ('"a b"', ["a b"]),
    ("‘a b’", ["a b"]),
    ("'a b'", ["a b"]),
    ("„a b“", ["a b"]),
    ("„a b”", ["a b"]),
    ("\u201aa b’", ["a b"]),
    ("``a b''", ["a b"]),
    ("''a b''", ["a b"]),
    ("”a b”", ["a b"]),
    ("“a b“", ["a b"]),
    ('"a b”', ["a b"]),
    ('“a b"', ["a b"]),
    ('x "a" y "b" z', ["a", "b"]),
    ("x (“a”) y [“b”] z", ["a", "b"]),
    ("x—“a”—y", ["a"]),
    ('x: "a".', ["a"]),
    ('d\'"a" b', ["a"]),
    ("l’« a » b", ["a"]),
    ('say " a " b', ["a"]),
    ('"a," he said, "b."', ["a,", "b."]),
    ('"a"b "c"', ["a", "c"]),
    ("« a », « b » et « c »", ["a", "b", "c"]),
    ("x « a\nb » y", ["a\nb"]),
    ("", []),
    ("no marks", []),
    ('one " alone', []),
    ("“ ”", []),
    ('""', []),
    ("« »", []),
    ("a » b", []),
    ("a” b", []),
    ("« a", []),
]
NESTED = [
    ("« a « b » c »", ["a « b » c"]),
    ("« a “b” c »", ["a “b” c"]),
    ("“a ‘b’ c”", ["a ‘b’ c"]),
    ("“‘a’ b ‘c’ d”", ["‘a’ b ‘c’ d"]),
    ("‘a “b” c’", ["a “b” c"]),
    ("'a \"b\" c'", ['a "b" c']),
    ("\"a 'b' c\"", ["a 'b' c"]),
    ("« a » b “c ‘d’”", ["a", "c ‘d’"]),
]
APOSTROPHES = [
    ("it's Anne's", []),
    ("it’s Anne’s", []),
    ("the workers' rights", []),
    ("the workers’ rights", []),
    ("'tis the season", []),
    ("the '90s and the '80s", []),
    ("l'homme qu'il aime", []),
    ("rock 'n' roll", ["n"]),
    ("'We don't go'", ["We don't go"]),
    ("‘We don’t go’", ["We don’t go"]),
    ("‘the workers’ rights’ x", ["the workers’ rights"]),
    ("'the workers' rights' x", ["the workers' rights"]),
    ("‘the workers’ went", ["the workers"]),
    ("‘a\nb’", []),
    ("“the workers' rights”", ["the workers' rights"]),
    ("5'11\" tall", []),
    ("6' x 5'", []),
]
PARAGRAPHS = [
    ("“a.\n\n“b.\n\n“c.” x", ["a.\n\n“b.\n\n“c."]),
    ('"a.\n\n"b.\n\n"c." x', ['a.\n\n"b.\n\n"c.']),
    ('"a.\n"b." x', ['a.\n"b.']),
    ("« a.\n\n« b. » x", ["a.\n\n« b."]),
    ("« a.\n\n» b. » x", ["a.\n\n» b."]),
    ("« a.\n\nb. » x", ["a.\n\nb."]),
    ("“a.\n\nb.” x", ["a.\n\nb."]),
    ("“a. “b. “c.” x", ["a. “b. “c."]),
    ('"a. "b. "c." x', ['a. "b. "c.']),
    ("“a.\n\nx\n\n“b.” y", ["b."]),
    ('"a.\n\nx "b" y', ["b"]),
    ("“a.\n\nx “b” y", ["b"]),
    ('"a.\n\n"b.\n\nx "c" y', ["c"]),
    ('a 5" pipe.\n\nx "b" y', ["b"]),
    ('"a b\nc d" x', ["a b\nc d"]),
    ("“a.”\n\n“b.”", ["a.", "b."]),
]


@pytest.mark.parametrize(("text", "found"), [*PLAIN, *NESTED, *APOSTROPHES, *PARAGRAPHS])
def test_what_stands_in_marks(text: str, found: list[str]) -> None:
    assert inner(text) == found


@pytest.mark.parametrize(("text", "found"), [*PLAIN, *NESTED, *PARAGRAPHS])
def test_what_stands_around_does_not_matter(text: str, found: list[str]) -> None:
    assert inner(f"Before it. {text}\n\nBehind it.") == found


def test_a_stretch_has_its_marks_and_its_words() -> None:
    text = "x « a b » y"
    (found,) = quoted(text)
    assert found == Quoted(2, 4, 7, 9)
    assert text[found.start : found.end] == "« a b »"


@pytest.mark.parametrize("marks", ["“{}”", "« {} »", '"{}"', "‘{}’"])
def test_marks_too_far_apart_do_not_belong_together(marks: str) -> None:
    assert len(inner(marks.format("a " * 100 + "a"))) == 1
    assert inner(marks.format("a " * LONGEST + "a")) == []


def test_one_lost_mark_spoils_its_own_paragraph_alone() -> None:
    text = 'He said "yes.\n\n' + 'She said "no" to him.\n\n' * 3
    assert inner(text) == ["no"] * 3


@given(hostile)
@settings(max_examples=400, deadline=None)
def test_stretches_are_in_order_and_apart(text: str) -> None:
    end = 0
    for each in quoted(text):
        assert end <= each.start < each.first < each.last < each.end <= len(text)
        assert not text[each.first].isspace()
        assert not text[each.last - 1].isspace()
        end = each.end


@given(hostile)
@settings(max_examples=200, deadline=None)
def test_marks_stand_at_both_ends(text: str) -> None:
    marks = set("\"“”„«»'‘’`\u201a")
    for each in quoted(text):
        assert text[each.start] in marks
        assert text[each.end - 1] in marks
