"""The measure of quotations: what counts as found, as right, and that the bar is held."""

from collections import Counter
from pathlib import Path

import pytest

from pipeline.article import Quote, Span
from training.quotes import evaluate
from training.quotes.annotations import Annotation, Article, Quotation, read
from training.quotes.evaluate import KINDS, counts, matches, measured, report, right, rows

DATA = Path(__file__).parents[4] / "shared" / "data"
needs_data = pytest.mark.skipif(
    not (DATA / "masakhanews").is_dir(),
    reason="the annotated news lie in ../shared/data, which is absent here",
)
TEXT = "Anne Martin rose. “We will go,” said Martin. Bob Smith left. “We will not go,” he said."
FIRST = Quotation(19, 30, ((37, 43),))
SECOND = Quotation(62, 77, ((45, 54),), carried=True)
ARTICLE = Article(TEXT, Annotation("0" * 64, "en", "worldwide", "first", (FIRST, SECOND)))


def quote(start: int, end: int, mention: tuple[int, int] | None = None) -> Quote:
    span = Span(start, end)
    if mention is None:
        return Quote(span=span)
    return Quote(span=span, speaker=TEXT[slice(*mention)], mention=Span(*mention))


def test_the_text_is_as_annotated() -> None:
    assert TEXT[19:30] == "We will go,"
    assert TEXT[62:77] == "We will not go,"
    assert TEXT[37:43] == "Martin"
    assert TEXT[45:54] == "Bob Smith"


MATCHES = [
    (Span(0, 100), True),
    (Span(0, 80), True),
    (Span(20, 100), True),
    (Span(0, 125), True),
    (Span(0, 79), False),
    (Span(0, 126), False),
    (Span(10, 115), True),
    (Span(30, 130), False),
    (Span(200, 300), False),
]


@pytest.mark.parametrize(("found", "same"), MATCHES)
def test_what_overlaps_is_eight_tenths_of_both(found: Span, *, same: bool) -> None:
    assert matches(found, Quotation(0, 100, ())) is same


RIGHT = [
    (quote(19, 30, (37, 43)), FIRST, 3),
    (quote(19, 30, (33, 40)), FIRST, 3),
    (quote(19, 30, (0, 11)), FIRST, 2),
    (quote(19, 30, (5, 11)), FIRST, 2),
    (quote(19, 30, (0, 4)), FIRST, 1),
    (quote(19, 30, (45, 54)), FIRST, 1),
    (quote(19, 30), FIRST, 1),
    (quote(19, 30), Quotation(19, 30, ()), 3),
    (quote(19, 30, (37, 43)), Quotation(19, 30, ()), 1),
    (quote(19, 30, (45, 54)), Quotation(19, 30, ((37, 43), (45, 54))), 3),
]


@pytest.mark.parametrize(("found", "wanted", "many"), RIGHT)
def test_whether_the_speaker_is_right(found: Quote, wanted: Quotation, many: int) -> None:
    assert right(found, wanted, TEXT) == KINDS[:many]


def test_all_right() -> None:
    counted = counts(ARTICLE, [quote(19, 30, (37, 43)), quote(62, 77, (45, 54))])
    assert counted["wanted"] == counted["found"] == 2
    assert [counted[kind] for kind in KINDS] == [2, 2, 2]
    assert counted["carried wanted"] == 1
    assert [counted[f"carried {kind}"] for kind in KINDS] == [1, 1, 1]


def test_one_missing_one_too_many_one_of_somebody_else() -> None:
    counted = counts(ARTICLE, [quote(0, 11), quote(62, 77, (37, 43))])
    assert counted["wanted"] == counted["found"] == 2
    assert [counted[kind] for kind in KINDS] == [1, 0, 0]
    assert counted["carried quotation"] == 1


def test_nothing_found() -> None:
    counted = counts(ARTICLE, [])
    assert counted["wanted"] == 2
    assert not any(counted[kind] for kind in KINDS)


def test_the_names_are_the_models() -> None:
    counted = measured([ARTICLE])
    assert [counted[kind] for kind in KINDS] == [2, 2, 2]


def test_a_row_has_precision_recall_and_f1() -> None:
    counted = Counter({"wanted": 10, "found": 5, "quotation": 4, "carried wanted": 3, "carried quotation": 2})
    lines = rows("en", counted).splitlines()
    assert lines[0] == "| en | quotation | 10 | 5 | 4 | 0.800 | 0.400 | 0.533 | 2/3 |"
    assert lines[1] == "| en | and speaker | 10 | 5 | 0 | 0.000 | 0.000 | 0.000 | 0/3 |"
    assert len(lines) == len(KINDS)


def test_a_row_of_nothing() -> None:
    assert (
        rows("en", Counter()).splitlines()[0]
        == "| en | quotation | 0 | 0 | 0 | 0.000 | 0.000 | 0.000 | 0/0 |"
    )


@needs_data
def test_the_report_has_each_part_and_language(capsys: pytest.CaptureFixture[str]) -> None:
    report(read(DATA))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Names: en_entities")
    assert lines[2].startswith("| articles | right |")
    assert len({line.count("|") for line in lines[2:]}) == 1
    names = [line.split(" | ")[0].removeprefix("| ") for line in lines[4 :: len(KINDS)]]
    assert names == [
        *("first, en (25)", "first, fr (25)", "first, both (50)"),
        *("second, en (10)", "second, fr (10)", "second, both (20)"),
    ]


@needs_data
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_bar_is_held(language: str) -> None:
    records = [each for each in read(DATA) if each.annotation.part == "first"]
    counted = measured([each for each in records if each.annotation.language == language])
    for kind in KINDS[:2]:
        assert counted[kind] / counted["found"] >= 0.9
        assert counted[kind] / counted["wanted"] >= 0.7


def test_the_command_names_its_folder(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["evaluate"])
    with pytest.raises(SystemExit):
        evaluate.main()
    assert "--data" in capsys.readouterr().err
