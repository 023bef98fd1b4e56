"""The annotated news: that the file is in order, and that its texts are those that the rule chooses."""

from collections import Counter
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.enrich.quotes import quotes
from training.entities.annotations import MissingTextsError, digest
from training.quotes import annotations
from training.quotes.annotations import FILE, LONGEST, SHORTEST, Quotation, every, fits, read, records, sample

DATA = Path(__file__).parents[4] / "shared" / "data"
needs_data = pytest.mark.skipif(
    not (DATA / "masakhanews").is_dir(),
    reason="the annotated news lie in ../shared/data, which is absent here",
)
RECORDS = records()
MARKS = set("\"“”„«»'‘’ \u00a0\u202f\n")


def test_fifty_articles_and_twenty_more() -> None:
    counted = Counter((each.part, each.language) for each in RECORDS)
    assert counted == {
        ("first", "fr"): 25,
        ("first", "en"): 25,
        ("second", "fr"): 10,
        ("second", "en"): 10,
    }


def test_where_they_are_from() -> None:
    assert Counter(each.source for each in RECORDS) == {"wikinews": 3, "masakhanews": 49, "worldwide": 18}


def test_how_many_quotations() -> None:
    counted: Counter[tuple[str, str]] = Counter()
    for each in RECORDS:
        counted[each.part, each.language] += len(each.quotes)
    assert counted == {
        ("first", "fr"): 107,
        ("first", "en"): 103,
        ("second", "fr"): 26,
        ("second", "en"): 43,
    }


def test_no_text_stands_twice() -> None:
    assert len({each.sha256 for each in RECORDS}) == len(RECORDS)


def test_quotations_are_in_order_and_apart() -> None:
    for record in RECORDS:
        end = 0
        for each in record.quotes:
            assert end < each.start < each.end
            end = each.end


def test_a_mention_lies_outside_of_all_quotations() -> None:
    for record in RECORDS:
        for start, end in (place for each in record.quotes for place in each.mentions):
            assert start < end
            assert all(end <= each.start or start >= each.end for each in record.quotes)


def test_few_have_nobody() -> None:
    assert sum(not each.mentions for record in RECORDS for each in record.quotes) == 1


def test_the_file_holds_no_text() -> None:
    longest = max(FILE.read_text("utf-8").split('"'), key=len)
    assert len(longest) < 2000
    assert set(FILE.read_text("utf-8").replace("\n", "")) <= set(
        '0123456789abcdefghijklmnopqrstuvwxyz{}[]":, '
    )


@pytest.mark.parametrize(
    "line",
    [
        "{}",
        '{"sha256": "xy", "language": "fr", "source": "wikinews", "set": "first", "quotes": []}',
        f'{{"sha256": "{"a" * 64}", "language": "de", "source": "wikinews", "set": "first", "quotes": []}}',
        f'{{"sha256": "{"a" * 64}", "language": "fr", "source": "x", "set": "first", "quotes": []}}',
        f'{{"sha256": "{"a" * 64}", "language": "fr", "source": "wikinews", "set": "third", "quotes": []}}',
    ],
)
def test_a_line_of_another_shape_is_refused(tmp_path: Path, line: str) -> None:
    file = tmp_path / "quotes.jsonl"
    file.write_text(line + "\n", "utf-8")
    with pytest.raises(msgspec.ValidationError):
        records(file)


def test_a_line_is_read(tmp_path: Path) -> None:
    file = tmp_path / "quotes.jsonl"
    quote = '{"start": 2, "end": 5, "mentions": [[9, 12]], "carried": true}'
    line = '{"sha256": "%s", "language": "fr", "source": "wikinews", "set": "first", "quotes": [%s]}'
    file.write_text(line % ("a" * 64, quote), "utf-8")
    (record,) = records(file)
    assert record.part == "first"
    assert record.quotes == (Quotation(2, 5, ((9, 12),), carried=True),)


@given(st.lists(st.text(max_size=5), max_size=60), st.integers(1, 20))
def test_texts_at_equal_distances(texts: list[str], count: int) -> None:
    taken = every(texts, count)
    assert len(taken) == min(count, len(texts))
    assert taken == texts[:: max(1, len(texts) // count)][: len(taken)]


def test_neither_too_short_nor_too_long() -> None:
    assert not fits("word " * (SHORTEST - 1))
    assert fits("word " * SHORTEST)
    assert fits("word " * LONGEST)
    assert not fits("word " * (LONGEST + 1))


@needs_data
def test_the_texts_are_those_that_the_rule_chooses() -> None:
    chosen = [(part, digest(text)) for part, texts in sample(DATA).items() for text in texts]
    kept = [(each.part, each.sha256) for each in RECORDS]
    assert sorted(chosen) == sorted(kept)


@needs_data
def test_what_is_annotated_stands_in_marks() -> None:
    for text, annotation in read(DATA):
        for each in annotation.quotes:
            assert text[each.start - 1] in MARKS
            assert text[each.end] in MARKS
            words = text[each.start : each.end]
            assert words == words.strip()


@needs_data
def test_what_is_annotated_as_a_speaker_is_no_blank() -> None:
    for text, annotation in read(DATA):
        for start, end in (place for each in annotation.quotes for place in each.mentions):
            assert text[start:end] == text[start:end].strip() != ""
            assert end <= len(text)


@needs_data
def test_articles_without_quotations_stay_in() -> None:
    silent = [text for text, annotation in read(DATA) if not annotation.quotes]
    assert len(silent) == 10
    assert all(len(quotes(text, "en")) <= 1 for text in silent)


@needs_data
def test_a_text_that_is_not_there_is_told(tmp_path: Path) -> None:
    file = tmp_path / "quotes.jsonl"
    lost = FILE.read_text("utf-8").splitlines()[0].replace(RECORDS[0].sha256, "0" * 64)
    file.write_text(lost + "\n", "utf-8")
    with pytest.raises(MissingTextsError, match=r"1 of 1 [^\n]*\n  0{64}"):
        read(DATA, file)


def test_a_corpus_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        annotations.read(tmp_path)
