"""The search for what a batch is near to: what it asks for, what Elasticsearch finds, how that is read."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sink.finding import packed
from pipeline.sink.nearest import between, nearest, search
from pipeline.sink.templates import components
from pipeline.stories.sketch import BANDS, SCHEME, WINDOW, Sketch, codes, of_text
from tests.sink.articles import NOON

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 3, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001 - as hypothesis takes them
WORDS = [
    *("harbour", "bridge", "closed", "cracks", "pillars", "engineers"),
    *("traffic", "tunnel", "mayor", "repairs", "drivers", "city"),
]


def made(headline: str, moment: datetime = NOON) -> Sketch:
    found = of_text(headline, "", "en", moment)
    assert found is not None
    return found


def telling(count: int, moment: datetime = NOON) -> Sketch:
    """Fewer of the words and more of others, the larger the number."""
    return made(" ".join([*WORDS[count:], *(word[::-1] for word in WORDS[:count])]), moment)


@pytest.fixture
def index(client: Elasticsearch) -> Iterator[str]:
    """An index with the columns that are read, and no more."""
    name = f"nearest-{uuid.uuid4().hex}"
    fields = components()["newswire-article"]["template"]["mappings"]["properties"]
    wanted = ("@timestamp", "id", "story_id", "story_bands", "story_text")
    client.indices.create(
        index=name,
        settings={"number_of_replicas": 0},
        mappings={"properties": {each: fields[each] for each in wanted}},
    )
    yield name
    client.indices.delete(index=name)


def put(client: Elasticsearch, index: str, sketches: list[Sketch], **more: Any) -> None:
    for number, each in enumerate(sketches):
        document = {
            "id": f"a{number}",
            "story_id": f"s{number}",
            "story_bands": each.bands,
            "story_text": packed(each),
            "@timestamp": each.moment.isoformat(),
            **more,
        }
        client.index(
            index=index, document={name: value for name, value in document.items() if value is not None}
        )
    client.indices.refresh(index=index)


def asked(client: Elasticsearch, index: str, sketches: list[Sketch], most: int = 10) -> list[list[str]]:
    answer = client.search(index=index, **search(sketches, most))
    return [[article for article, *_ in found] for found in nearest(answer.body, len(sketches), most)]


def by_hand(sketch: Sketch, there: list[Sketch]) -> list[int]:
    """How many bands are shared with each that shares any, the most first."""
    shared = [len(set(sketch.bands) & set(each.bands)) for each in there]
    return sorted((each for each in shared if each), reverse=True)


@pytest.mark.services
def test_what_shares_most_bands_is_found(client: Elasticsearch, index: str) -> None:
    there = [telling(count) for count in (8, 2, 5, 0, 3, 1)]
    put(client, index, [*there, made("Parliament rejects pension reform after debate")])
    first, second = telling(0), telling(4)
    for most in (1, 3, 10):
        for sketch, found in zip((first, second), asked(client, index, [first, second], most), strict=True):
            shared = [len(set(sketch.bands) & set(there[int(article[1:])].bands)) for article in found]
            assert shared == by_hand(sketch, there)[:most]


@pytest.mark.services
def test_all_that_is_kept_comes_back(client: Elasticsearch, index: str) -> None:
    sketch = made("Été à Saint-Étienne: le pont fermé après des fissures")
    put(client, index, [sketch])
    answer = client.search(index=index, **search([sketch], 10))
    kept = f"{codes(sketch.bands)}\n{sketch.head}\n{sketch.lead}"
    assert nearest(answer.body, 1, 10) == [[("a0", "s0", int(NOON.timestamp() * 1000), kept)]]


@pytest.mark.services
def test_each_finds_what_is_in_its_own_window(client: Elasticsearch, index: str) -> None:
    days = [0, 2, 5, 40]
    put(client, index, [telling(0, NOON + timedelta(days=each)) for each in days])
    sketches = [telling(0, NOON + timedelta(days=each)) for each in (0, 3, 8, 40, 400)]
    found = [sorted(each) for each in asked(client, index, sketches)]
    assert found == [["a0", "a1"], ["a0", "a1", "a2"], ["a2"], ["a3"], []]


@pytest.mark.services
@pytest.mark.parametrize("missing", ["id", "story_id", "story_text"])
def test_a_document_that_lacks_a_column_is_passed_over(
    missing: str, client: Elasticsearch, index: str
) -> None:
    put(client, index, [telling(0)], **{missing: None})
    assert asked(client, index, [telling(0)]) == [[]]


@pytest.mark.services
@pytest.mark.parametrize("text", ["", "bm8gYmFuZHM=", "YQpiCmM="])
def test_what_was_packed_otherwise_is_passed_over(text: str, client: Elasticsearch, index: str) -> None:
    put(client, index, [telling(0)], story_text=text)
    assert asked(client, index, [telling(0)]) == [[]]


@pytest.mark.services
def test_articles_of_several_indices_are_ranked_together(client: Elasticsearch, index: str) -> None:
    put(client, index, [telling(4), telling(1)])
    other = f"{index}-other"
    client.indices.create(index=other, mappings=client.indices.get_mapping(index=index)[index]["mappings"])
    try:
        put(client, other, [telling(0)], id="b")
        assert asked(client, f"{index},{other}", [telling(0)], 2) == [["b", "a1"]]
    finally:
        client.indices.delete(index=other)


def test_nothing_is_found_where_nothing_was_told() -> None:
    assert nearest({}, 2, 10) == [[], []]
    assert nearest({"aggregations": {"near": {"value": None}}}, 1, 10) == [[]]


def test_bands_are_asked_for_once_and_in_order() -> None:
    sketches = [telling(0), telling(1), telling(0)]
    terms = search(sketches, 10)["query"]["bool"]["filter"][1]["terms"]["story_bands"]
    assert terms == sorted({band for each in sketches for band in each.bands})
    assert all(band.startswith(SCHEME) for band in terms)
    assert BANDS < len(terms) < 2 * BANDS


@given(st.lists(MOMENTS, min_size=1, max_size=8), MOMENTS)
def test_the_windows_cover_those_of_all_and_nothing_else(moments: list[datetime], at: datetime) -> None:
    whole = telling(0)
    asked_for = search([replace(whole, moment=each) for each in moments], 10)["query"]["bool"]["filter"][0]
    ranges = [each["range"]["@timestamp"] for each in asked_for["bool"]["should"]]
    covered = any(
        datetime.fromisoformat(each["gte"]) <= at <= datetime.fromisoformat(each["lte"]) for each in ranges
    )
    assert covered == any(abs(each - at) <= WINDOW for each in moments)


@pytest.mark.parametrize("moment", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)])
def test_a_window_ends_with_the_calendar(moment: datetime) -> None:
    ends = between(moment, moment)["range"]["@timestamp"]
    assert f"{moment:%m-%d}" in ends["gte"] + ends["lte"]
