"""Enrichers of the user's own: found by their entry points, and held to the contract."""

import asyncio
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import UNSET

from pipeline import article, enrich
from pipeline.article import EnrichedArticle, Provenance, RawArticle
from pipeline.enrich import own
from pipeline.enrich.own import OwnEnricherError
from pipeline.enrich.pool import ModelPool
from pipeline.enrich.process import ModelStartError
from pipeline.settings import Settings

NOW = datetime(2024, 6, 19, 12, 0, tzinfo=UTC)
CODE = """
import os
import time
from msgspec import structs

def count(article):
    return structs.replace(article, extra=article.extra | {"count": {"words": len(article.body.split())}})

def shout(article):
    return structs.replace(article, headline=article.headline.upper())

def fail(article):
    return 1 / 0

def forget(article):
    article

def rename(article):
    return structs.replace(article, id="f" * 32)

def break_(article):
    return structs.replace(article, urgency=99)

def dawdle(article):
    time.sleep(60)

def die(article):
    os._exit(9)

def swallow(article):
    try:
        time.sleep(60)
    except Exception:
        return article

text = "no function"
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that packages are installed into, seen by this process and its children."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    yield tmp_path
    for module in [name for name in sys.modules if name.startswith("desk_")]:
        del sys.modules[module]


def install(site: Path, name: str = "desk-enrichers", version: str = "1.2", **points: str) -> None:
    """A package with these entry points: functions of ``CODE`` by the enricher's name."""
    module = name.replace("-", "_")
    (site / f"{module}.py").write_text(CODE)
    info = site / f"{module}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = [f"{point} = {module}:{function}" for point, function in points.items()]
    (info / "entry_points.txt").write_text("\n".join([f"[{own.GROUP}]", *lines]) + "\n")


def raw(**fields: Any) -> RawArticle:
    given: dict[str, Any] = {
        "id": "0" * 32,
        "source": "local",
        "version": 1,
        "status": "usable",
        "received": NOW,
        "provenance": Provenance(feed="files", format="text", location="a.txt"),
        "headline": "Oslo",
        "body": "Nothing happened in Oslo on Monday.",
    }
    return RawArticle(**(given | fields))


def through(*articles: RawArticle, limit_s: float = 5) -> list[EnrichedArticle]:
    """The articles after the installed enrichers alone."""
    return enrich.Chain(tuple(own.stages(limit_s))).enrich(articles, NOW)


def test_nothing_is_installed_here() -> None:
    assert own.stages(5) == []


def test_an_enricher_is_named_by_its_entry_point_and_its_package(site: Path) -> None:
    install(site, words="count")
    [done] = through(raw())
    assert done.extra == {"count": {"words": 6}}
    assert done.models == {"words": "desk-enrichers 1.2"}
    assert done.degraded == {}


def test_enrichers_run_in_the_order_of_their_names_after_ours(site: Path) -> None:
    install(site, b="shout", a="count")
    names = [stage.name for stage in enrich.load(Settings()).stages]
    assert names[-2:] == ["a", "b"]
    assert names[0] == "language"


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        ("fail", "ZeroDivisionError: division by zero"),
        ("forget", "it gave back NoneType, not an article"),
        ("rename", "it changed 'id', which must stay as it is"),
        ("break_", "Expected `int` <= 9"),
        ("dawdle", "it took over 0.2 s"),
        ("swallow", "it took over 0.2 s"),
    ],
)
def test_what_fails_costs_the_article_that_part_alone(site: Path, function: str, reason: str) -> None:
    install(site, bad=function, words="count")
    [done] = through(raw(), limit_s=0.2)
    assert done.degraded.keys() == {"bad"}
    assert reason in done.degraded["bad"]
    assert done.extra == {"count": {"words": 6}}
    assert done.models == {"words": "desk-enrichers 1.2"}
    assert done.id == raw().id
    assert article.decode_enriched(article.encode(done)) == done


def test_one_article_of_a_batch_fails_alone(site: Path) -> None:
    install(site, loud="shout")
    first, without, last = through(raw(), raw(headline=UNSET), raw(headline="Bergen"))
    assert [first.headline, last.headline] == ["OSLO", "BERGEN"]
    assert without.degraded.keys() == {"loud"}


def test_a_canceled_article_is_not_given_to_anybody(site: Path) -> None:
    install(site, loud="shout")
    [done] = through(raw(status="canceled"))
    assert done.headline == "Oslo"


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        ({"bad": "nothing"}, "'bad' of desk-enrichers 1.2 cannot be imported from 'desk_enrichers:nothing'"),
        ({"bad": "text"}, "'bad' of desk-enrichers 1.2 is not callable"),
        ({"topics": "count"}, "'topics' of desk-enrichers 1.2 has a name that another one has"),
    ],
)
def test_an_enricher_that_cannot_be_used_stops_the_start(
    site: Path, points: dict[str, str], reason: str
) -> None:
    install(site, **points)
    with pytest.raises(OwnEnricherError, match=reason):
        own.stages(5, ["language", "entities", "topics"])


def test_two_packages_may_not_offer_the_same_name(site: Path) -> None:
    install(site, words="count")
    install(site, "desk-others", words="count")
    with pytest.raises(OwnEnricherError, match="'words' of desk-"):
        own.stages(5)


def test_in_the_pool_an_enricher_that_ends_its_process_costs_the_article_that_part_alone(site: Path) -> None:
    install(site, deadly="die", words="count")

    async def main() -> bytes:
        async with ModelPool(Settings(processes=1)) as pool:
            [outcome] = await pool.enrich([article.encode(raw())])
        assert isinstance(outcome, bytes)
        return outcome

    done = article.decode_enriched(asyncio.run(main()))
    assert done.degraded == {"deadly": "the model process died with exit code 9"}
    assert done.extra == {"count": {"words": 6}}
    assert done.language == "en"


def test_the_pool_says_which_enricher_cannot_be_loaded(site: Path) -> None:
    install(site, bad="nothing")

    async def main() -> None:
        async with ModelPool(Settings(processes=1)):
            pass

    with pytest.raises(ModelStartError, match=r"'bad' of desk-enrichers 1\.2 cannot be imported"):
        asyncio.run(main())
