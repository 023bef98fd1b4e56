"""The labelled pairs of news, how they are chosen, and how ways to tell stories apart are measured."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.stories.choice import LEAST
from training.entities.annotations import MissingTextsError, digest
from training.stories import sampling, ways
from training.stories.evaluate import best, by_stratum, candidates, measured, told
from training.stories.pairs import FILE, LANGUAGES, Labelled, Pair, population, read, records, weighed
from training.stories.sampling import days, part_of, sample, strata
from training.topics.corpora import Item

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(
    not (DATA / "topics-weak").is_dir(), reason="the headlines lie in ../shared/data, which is absent here"
)
RECORDS = records()

BRIDGE = "Harbour bridge in Newtown closed after engineers find cracks . Traffic stands still for hours."
AGAIN = "Cracks found: Newtown's harbour bridge is closed to traffic . Commuters queued for hours."
VOTE = "Parliament rejects pension reform by six votes . The debate lasted all night."
MATCH = "Rovers beat United in cup final on penalties . It is their first cup since 1987."


def item(text: str, day: str = "2023-11-20") -> Item:
    return Item("medtop:04000000", "news.example", day, text)


def labelled(first: str, second: str, label: str, weight: float = 1, half: str = "report") -> Labelled:
    pair = msgspec.convert(
        {
            "first": digest(first),
            "second": digest(second),
            "language": "en",
            "stratum": "0.20-0.25",
            "half": half,
            "label": label,
        },
        Pair,
    )
    return Labelled(item(first), item(second), pair, weight)


SAME, DIFFERENT, RELATED = (
    labelled(BRIDGE, AGAIN, "same"),
    labelled(BRIDGE, VOTE, "different"),
    labelled(VOTE, MATCH, "related"),
)


def test_how_many_pairs() -> None:
    assert Counter(each.language for each in RECORDS) == {"fr": 900, "en": 500, "de": 140}
    assert Counter(each.label for each in RECORDS) == {"same": 412, "related": 865, "different": 263}


def test_german_pairs_have_no_part_in_choosing() -> None:
    assert {each.half for each in RECORDS if each.language == "de"} == {"report"}
    assert {each.half for each in RECORDS if each.language != "de"} == {"choose", "report"}


def test_no_pair_stands_twice_and_none_is_of_one_text() -> None:
    assert len({(each.first, each.second) for each in RECORDS}) == len(RECORDS)
    assert all(each.first < each.second for each in RECORDS)


def test_the_file_holds_no_text() -> None:
    assert all(len(part) <= 64 for part in FILE.read_text("utf-8").split('"'))


def test_every_stratum_that_has_pairs_is_counted() -> None:
    counted = Counter((each.language, each.stratum) for each in RECORDS)
    total = population()
    assert set(total) == set(LANGUAGES)
    for (language, stratum), taken in counted.items():
        assert stratum in strata()
        assert taken <= total[language][stratum]


def test_as_many_pairs_as_the_quota_says() -> None:
    for language in LANGUAGES:
        taken = Counter(each.stratum[:4] for each in RECORDS if each.language == language)
        for low, quota in zip(sampling.EDGES, sampling.QUOTA[language], strict=False):
            assert taken[f"{low:.2f}"] == quota * (2 if low < sampling.NAMED_BELOW else 1)


@pytest.mark.parametrize(
    "line",
    ["{}", '{"first":"x","second":"y","language":"fr","stratum":"","half":"choose","label":"same"}'],
)
def test_a_line_of_another_shape_is_refused(tmp_path: Path, line: str) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_text(line + "\n", "utf-8")
    with pytest.raises(msgspec.ValidationError):
        records(file)


def test_pairs_stand_for_their_share_of_their_stratum() -> None:
    pairs = [SAME.pair, DIFFERENT.pair]
    found = weighed(pairs, [(item(BRIDGE), item(AGAIN))] * 2, {"en": {"0.20-0.25": 30}})
    assert [each.weight for each in found] == [15, 15]


def test_days_are_of_each_week_and_have_a_next() -> None:
    whole = [f"{date(2023, 11, 6) + timedelta(day)}" for day in range(14)]
    found = days(whole, 2)
    assert Counter(day.isocalendar()[1] for day in found) == {45: 2, 46: 2}
    assert {day.weekday() for day in found} <= {0, 2, 4}
    assert days(["2023-11-06"], 3) == []
    assert days(["2023-11-07", "2023-11-08"], 3) == []


def test_no_text_is_in_two_of_the_pairs_of_days() -> None:
    found = days([f"{date(2023, 1, 2) + timedelta(day)}" for day in range(70)], 3)
    assert len({when for day in found for when in (day, day + timedelta(1))}) == 2 * len(found)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.sampled_from(["fr", "en"]))
def test_a_week_is_in_one_half(day: date, language: str) -> None:
    monday = day - timedelta(day.weekday())
    assert len({part_of(monday + timedelta(later), language) for later in range(7)}) == 1
    assert part_of(day, "de") == "report"


def test_both_halves_have_weeks() -> None:
    weeks = [part_of(date(2023, 1, 2) + timedelta(7 * week), "fr") for week in range(52)]
    assert 15 < weeks.count("choose") < 37


def test_pairs_are_of_a_day_or_the_next_and_each_is_counted_once() -> None:
    texts = [BRIDGE, AGAIN, VOTE, MATCH]
    items = [
        item(f"{text} {day}", day) for day in ("2023-11-20", "2023-11-21", "2023-11-24") for text in texts
    ]
    taken, total = sample(items, "en")
    assert sum(total.values()) == 6 + 16
    assert len({(pair.first, pair.second) for pair in taken}) == len(taken)
    for pair in taken:
        assert pair.first < pair.second
        assert {items[pair.first].day, items[pair.second].day} <= {"2023-11-20", "2023-11-21"}


def test_a_share_of_the_smallest_hashes_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [item(f"{VOTE} {number}") for number in range(30)] + [item(MATCH, "2023-11-21")]
    everything, total = sample(items, "en")
    monkeypatch.setitem(sampling.QUOTA, "en", (2,) * 11)
    fewer, same_total = sample(items, "en")
    assert same_total == total
    assert set(fewer) < set(everything)
    assert max(Counter(pair.stratum for pair in fewer).values()) == 2


def test_precision_and_recall_count_what_pairs_stand_for() -> None:
    pairs = [
        labelled(BRIDGE, AGAIN, "same", 3),
        labelled(BRIDGE, VOTE, "same", 1),
        labelled(VOTE, MATCH, "related", 2),
        labelled(AGAIN, MATCH, "different", 1),
        labelled(AGAIN, VOTE, "different", 93),
    ]
    found = measured(pairs, np.array([True, False, True, True, False]))
    assert found.precision[0] == pytest.approx(3 / 6)
    assert found.recall[0] == pytest.approx(3 / 4)
    assert found.f1[0] == pytest.approx(0.6)
    assert found.related == pytest.approx(5 / 6, abs=1e-4)
    for middle, low, high in found[:3]:
        assert 0 <= low <= middle <= high <= 1


def test_nothing_found_is_nothing_right() -> None:
    found = measured([SAME, DIFFERENT], np.array([False, False]))
    assert found.precision[0] == found.recall[0] == found.f1[0] == 0


def test_the_best_threshold_parts_what_can_be_parted() -> None:
    assert best([SAME, DIFFERENT, RELATED], np.array([0.6, 0.2, 0.4])) == pytest.approx(0.6)
    assert best([SAME, DIFFERENT, SAME], np.array([0.6, 0.2, 0.4])) == pytest.approx(0.4)


def test_ours_tells_a_rewrite_from_another_event() -> None:
    assert ways.ours(SAME) > LEAST > ways.ours(DIFFERENT)
    assert by_stratum([SAME, DIFFERENT, RELATED]) == {
        "0.20-0.25": {"pairs": 3, "same": 1, "right": 1, "wrong": 0}
    }
    assert candidates([SAME, DIFFERENT]) == {"recall": 1, "of all": 0.5}


def test_a_day_later_is_less_alike() -> None:
    later = SAME._replace(second=item(AGAIN, "2023-11-21"))
    assert ways.ours(later) == pytest.approx(ways.ours(SAME) - 0.1)


def test_stories_come_of_texts_one_after_the_other() -> None:
    stories = told([item(text) for text in (VOTE, BRIDGE, MATCH, AGAIN, "Flash")], "en")
    assert stories[BRIDGE] == stories[AGAIN]
    assert len(set(stories.values())) == 4


@pytest.fixture(scope="module")
def german(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of the German pairs alone, whose texts are soon read."""
    file = tmp_path_factory.mktemp("pairs") / "pairs.jsonl"
    lines = FILE.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if '"language":"de"' in line), "utf-8")
    return file


@needs_data
def test_every_way_finds_a_text_most_like_itself(german: Path) -> None:
    pairs = read(DATA, german)
    assert len(pairs) == 140
    for way in ways.all_of_them(DATA).values():
        for pair in pairs[:5]:
            assert way(pair._replace(second=pair.first)) >= way(pair)


@needs_data
def test_the_pairs_are_those_that_the_rule_chooses() -> None:
    items = sampling.dated(DATA, "de")
    taken, total = sample(items, "de")
    chosen = {
        (*sorted((digest(items[pair.first].text), digest(items[pair.second].text))), pair.stratum)
        for pair in taken
    }
    assert chosen == {(each.first, each.second, each.stratum) for each in RECORDS if each.language == "de"}
    assert total == population()["de"]


@needs_data
def test_a_text_that_is_not_there_is_named(german: Path, tmp_path: Path) -> None:
    file = tmp_path / "pairs.jsonl"
    line = german.read_text("utf-8").splitlines()[0]
    file.write_text(line.replace(msgspec.json.decode(line)["first"], "0" * 64) + "\n", "utf-8")
    with pytest.raises(MissingTextsError, match=r"0{64}"):
        read(DATA, file)
