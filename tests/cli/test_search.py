"""``newswire search``, ``suggest`` and ``show`` as a person and a script use them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from pipeline.cli import cli
from pipeline.errors import NewswireError
from pipeline.settings import Settings
from tests.search.news import APART, ARTICLES, new_alias, tell, write

if TYPE_CHECKING:
    from tests.services import Stack

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def stories(stack: Stack) -> Settings:
    """The usual articles; the law and what is told of Canada are one story."""
    settings = new_alias(stack)
    write(settings, ARTICLES)
    tell(settings, APART | {"law": {"story_id": "one"}, "canada": {"story_id": "one"}})
    return settings


@pytest.fixture
def run(stories: Settings, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Runs the command on these articles."""
    for name, value in (stack.environment | {"NEWSWIRE_INDEX": stories.index}).items():
        monkeypatch.setenv(name, value)
    return CliRunner()


def printed(runner: CliRunner, *arguments: str) -> str:
    done = runner.invoke(cli, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def data(runner: CliRunner, *arguments: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(printed(runner, *arguments, "--json"))
    return found


def ids(found: dict[str, object]) -> list[str]:
    hits = found["hits"]
    assert isinstance(hits, list)
    return [hit["id"] for hit in hits]


def test_search_prints_a_story_with_its_others_under_it(run: CliRunner) -> None:
    lines = printed(run, "search", "loi", "--sort", "newest").splitlines()
    assert lines[0] == " 1. La loi sur les langues au Québec."
    (other,) = [line for line in lines if line.startswith("        Le Parlement")]
    assert f"newswire show {ARTICLES[2].id}" in " ".join(" ".join(lines).split())
    assert "Test" in other
    assert lines[-1].startswith("1 of 2 found, 1 story in ")


def test_search_gives_every_article_or_orders_by_time_if_asked(run: CliRunner) -> None:
    law, canada = ARTICLES[2].id, ARTICLES[3].id
    assert ids(data(run, "search", "loi", "--all", "--sort", "oldest")) == [law, canada]
    assert ids(data(run, "search", "loi", "--sort", "oldest")) == [law]


def test_search_goes_on_where_a_page_ended(run: CliRunner) -> None:
    first = data(run, "search", "--language", "fr", "-n", "2")
    second = data(run, "search", "--language", "fr", "-n", "2", "--after", str(first["after"]))
    assert not set(ids(first)) & set(ids(second))
    assert f"--after {second['after']}" in printed(
        run, "search", "--language", "fr", "-n", "2", "--after", str(first["after"])
    )


def test_search_takes_sources_feeds_identities_and_countries(run: CliRunner) -> None:
    assert ids(data(run, "search", "--country", "KP", "--source", "test", "--feed", "desk")) == [
        ARTICLES[0].id
    ]
    assert ids(data(run, "search", "--identity", "iso:KP")) == [ARTICLES[0].id]


def test_facets_are_printed_in_place_of_hits(run: CliRunner) -> None:
    text = printed(run, "search", "--since", "2023", "--facets")
    assert "politics (medtop:11000000)" in text
    assert "North Korea (KP)" in text
    assert "timeline, by " in text
    found = data(run, "search", "--since", "2023", "--facets", "-n", "1000")
    assert found["total"] == len(ARTICLES)
    assert {"language", "timeline", "map", "interval"} <= set(found)


def test_like_takes_an_id_and_nothing_beside_it(run: CliRunner) -> None:
    assert ARTICLES[2].id not in ids(data(run, "search", "--like", ARTICLES[2].id))
    for beside in (["x"], ["--language", "fr"], ["--facets"]):
        with pytest.raises(NewswireError, match="takes no query"):
            run.invoke(cli, ["search", *beside, "--like", ARTICLES[2].id], catch_exceptions=False)


def test_suggest_prints_what_to_search_for(run: CliRunner) -> None:
    assert 'person:"Kim Jong Un"' in printed(run, "suggest", "kim j")
    assert printed(run, "suggest", "xylo") == "Nothing found.\n"
    found = json.loads(printed(run, "suggest", "lyo", "--json"))
    assert found == [{"text": "Lyon", "kind": "place", "query": 'place:"Lyon"', "count": 1}]


def test_show_prints_the_article_or_says_that_there_is_none(run: CliRunner) -> None:
    assert "Mbappé" in printed(run, "show", ARTICLES[1].id)
    assert data(run, "show", ARTICLES[1].id)["headline"] == "La France gagne"
    with pytest.raises(NewswireError, match="there is no article x"):
        run.invoke(cli, ["show", "x"], catch_exceptions=False)
