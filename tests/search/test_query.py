"""The query language on a real Elasticsearch: fields, groups and dates find what they say."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.query import MAX_CHARACTERS, MAX_DEPTH
from pipeline.search import UNFILTERED, Filters, search
from pipeline.settings import Settings
from tests.search.news import ARTICLES, guids, new_alias, write
from tests.sink.articles import article
from tests.test_cli import newswire

if TYPE_CHECKING:
    from tests.services import Stack

services = pytest.mark.services


@services
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("topic:politics", {"talks"}),
        ("topic:medtop:15000000", {"match"}),
        ('topic:"politics and government"', {"talks"}),
        ('topic:"government and politics"', set()),
        ("person:MBAPPE", {"match"}),
        ('person:"jong un"', {"talks"}),
        ('person:"un kim"', set()),
        ('place:"north korea" person:kim', {"talks"}),
        ("organization:parlement", {"law"}),
        ("identity:iso:KP", {"talks"}),
        (f"id:iso:kp OR id:{ARTICLES[1].id}", {"talks", "match"}),
        ("language:fr-CA", {"canada"}),
        ("language:EN OR language:pl", {"talks", "polish"}),
        ("loi source:test feed:DESK status:usable", {"law", "canada"}),
        ("loi source:tes", set()),
        ("loi -feed:desk", set()),
        ("status:withheld OR status:canceled", set()),
        ("ouistiti OR mbappe", {"html", "match"}),
        ("loi parlement OR québec", {"law", "canada"}),
        ("(loi parlement) | (ouragan côte)", {"law", "headline"}),
        ("loi -(langues OR xylophone)", {"law"}),
        ("ouragan -(souvient parlent)", {"headline"}),
        ("ouragan -(souvient xylophone)", {"headline", "passing"}),
        ("-(-loi)", {"law", "canada"}),
        ("loi OR ²", {"law", "canada"}),
        ("loi -(langues OR ²)", {"law"}),
        ("topic:sport OR organization:parlement until:2023", {"law"}),
        ("until:2023-04 OR topic:war", {"law", "talks"}),
        ("(since:2024-07 topic:sport) OR (until:2023 -loi) OR 导弹", {"match", "chinese"}),
        ("since:2024-06-20 until:2024-06-20", {"talks"}),
        ("-since:2024", {"law", "canada"}),
        ("created:2023", {"law", "canada"}),
        ("created:..2023-04", {"law"}),
        ("created:2024-06-20..", {"talks", "match"}),
        ("created:2023-02..2024-07-01T19:59:59Z", {"talks", "canada"}),
        ("since:2d", set()),
    ],
)
def test_a_query_with_fields_and_groups_finds(typed: str, found: set[str], news: Settings) -> None:
    assert set(guids(search(typed, news))) == found


@services
def test_what_is_relative_is_counted_from_now(stack: Stack) -> None:
    own = new_alias(stack)
    now = datetime.now(UTC)
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
    moments = {
        "now": now,
        "yesterday": noon,
        "older": now - timedelta(days=3),
        "old": now - timedelta(days=30),
    }
    articles = [
        article(guid, created=moment.strftime("%Y-%m-%dT%H:%M:%SZ")) for guid, moment in moments.items()
    ]
    write(own, articles)
    names = {one.id: str(one.guid) for one in articles}

    def found(typed: str, filters: Filters = UNFILTERED) -> set[str]:
        return {names[hit.id] for hit in search(typed, own, filters, collapse=False).hits}

    assert found("since:today") == found("created:today") == found("since:3h until:today") == {"now"}
    assert (
        found("since:2d") == found("created:2d..") == found("", Filters(since="48h")) == {"now", "yesterday"}
    )
    assert found("since:yesterday until:yesterday") == found("created:yesterday") == {"yesterday"}
    assert found("until:2d") == {"older", "old"}
    assert found("since:1w until:2d") == {"older"}
    assert found("until:1w OR since:90min", Filters(until="yesterday")) == {"old"}


@services
def test_fields_do_not_change_the_ranking(news: Settings) -> None:
    plain = search("ouragan", news)
    assert search("ouragan source:test OR topic:sport", news).hits == plain.hits
    assert guids(search("xylophone OR ouragan", news)) == ["headline", "passing"]


@services
def test_the_command_takes_the_language(news: Settings, stack: Stack, tmp_path: Path) -> None:
    variables = stack.environment | {"NEWSWIRE_INDEX": news.index}
    typed = "Putin topic:politics since:2024-06"
    done = newswire("search", typed, "--until", "2024", "--json", folder=tmp_path, **variables)
    assert [hit["id"] for hit in json.loads(done.stdout)["hits"]] == [ARTICLES[0].id]


@services
def test_as_much_as_is_allowed_of_fields_and_groups_is_answered(news: Settings) -> None:
    assert search("source:" + "é" * (MAX_CHARACTERS - 7), news).total == 0
    assert search('place:"' + "é " * 490 + '"', news).total == 0
    assert search(" OR ".join(["id:a b"] * 25), news).total == 0
    assert search("language:aa OR " * 49 + "language:fr-CA", news).total == 1
    assert search("x OR -(" * MAX_DEPTH + "loi" + ")" * MAX_DEPTH, news).total == len(ARTICLES) - 2
