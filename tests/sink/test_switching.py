"""A switch on a real Elasticsearch, under load: search never lacks anything, and nothing is left behind."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from msgspec import UNSET, UnsetType

from pipeline import search
from pipeline.article import EnrichedArticle, Replaced, Status
from pipeline.query.elastic import visible
from pipeline.settings import Settings
from pipeline.sink import switching
from pipeline.sink.document import document
from pipeline.sink.elasticsearch import Indexed, Sink
from pipeline.sink.indices import Generation, IndicesError, client_for
from pipeline.sink.names import entrance
from pipeline.sink.switching import Switched, chosen, switch
from pipeline.sink.templates import UnfitIndexError
from tests.sink.articles import NOON, article
from tests.sink.faulty import FaultyProxy
from tests.sink.setting_up import (
    added,
    contents,
    indexed,
    many,
    month_of,
    places,
    strange,
    this_month_of,
    undated,
    written,
)
from tests.workers import environment, eventually


def index(name: str, day: int = 1, **fields: Any) -> Generation:
    usual: dict[str, Any] = {"live": False, "searched": False, "writable": True, "documents": 0, "bytes": 0}
    return Generation(name=name, created=datetime(2024, 6, day, tzinfo=UTC), **usual | fields)


LIVE = index("news-000002", 2, live=True, searched=True)
OLD = index("news-000001", 1)
NEW = index("news-000003", 3)
UNFINISHED = index("news-000004", 4, replay={"id": "a"})


@pytest.mark.parametrize(
    ("indices", "found"),
    [
        ([OLD, LIVE], OLD),
        ([LIVE, NEW], NEW),
        ([OLD, LIVE, NEW], NEW),
        ([OLD, LIVE, NEW, UNFINISHED], NEW),
        ([NEW], NEW),
        ([LIVE, NEW, index("old-news", 9, searched=True)], NEW),
    ],
)
def test_without_a_name_the_newer_one_is_meant_else_the_only_other(
    indices: list[Generation], found: Generation
) -> None:
    assert chosen(indices, "news", None) == found


@pytest.mark.parametrize(
    ("indices", "name", "complaint"),
    [
        ([], None, "no other index"),
        ([LIVE], None, "no other index that is complete"),
        ([LIVE, UNFINISHED], None, "no other index that is complete"),
        ([index("news-000000"), OLD, LIVE], None, "news-000000, news-000001 may be meant"),
        ([LIVE, NEW, index("news-000005", 5)], None, "news-000003, news-000005 may be meant"),
        ([LIVE, NEW], "news-000009", "no index news-000009 of the alias 'news'"),
        ([LIVE, index("old-news", searched=True)], "old-news", "no index old-news of the alias 'news'"),
        ([LIVE, UNFINISHED], "news-000004", "newswire replay --into news-000004"),
    ],
)
def test_what_cannot_be_meant_is_said(indices: list[Generation], name: str | None, complaint: str) -> None:
    with pytest.raises(IndicesError, match=complaint):
        chosen(indices, "news", name)


@pytest.fixture
def live(own: Settings) -> str:
    """The live generation, with twenty articles in it."""
    assert indexed(own, many(20)) == [Indexed()] * 20
    return f"{own.index}-000001"


def switched(settings: Settings, name: str | None = None) -> Switched:
    return asyncio.run(switch(settings, name))


@pytest.mark.services
def test_the_new_index_has_all_that_the_live_one_had_and_is_live(
    own: Settings, live: str, client: Elasticsearch
) -> None:
    new = added(own)
    before = contents(client, live)
    done = switched(own)
    assert (done.index, done.before, done.copied) == (new, (live,), 20)
    assert contents(client, new) == before
    assert set(client.indices.get_alias(name=own.index)) == {month_of(new), this_month_of(new)}
    assert indexed(own, [article("later")]) == [Indexed()]
    assert set(contents(client, new)) == set(contents(client, live)) | {article("later").id}


@pytest.mark.services
def test_and_back_with_what_came_in_meanwhile(own: Settings, live: str, client: Elasticsearch) -> None:
    added(own)
    new = switched(own).index
    indexed(own, [article("later"), article("g0", version=5, body="Corrigé."), article("g1", version=0)])
    done = switched(own)
    assert (done.index, done.before, done.copied) == (live, (new,), 2)
    assert contents(client, live) == contents(client, new)
    assert indexed(own, [article("last")]) == [Indexed()]
    assert article("last").id in contents(client, live)


@pytest.mark.services
def test_each_keeps_its_own_enrichment_of_the_same_text(
    own: Settings, live: str, client: Elasticsearch
) -> None:
    new = added(own)
    written(own, new, many(10, models={"topics": "better"}))
    assert switched(own).copied == 10
    models = [source.get("models") for _, source in contents(client, own.index).values()]
    assert models.count({"topics": "better"}) == 10
    assert switched(own, live).copied == 0
    assert not any(source.get("models") for _, source in contents(client, own.index).values())


@pytest.mark.usefixtures("live")
@pytest.mark.services
def test_a_later_text_with_the_same_version_comes_over_and_an_earlier_one_does_not(
    own: Settings, client: Elasticsearch
) -> None:
    new = added(own)
    later, earlier = NOON + timedelta(seconds=1), NOON - timedelta(seconds=1)
    written(own, new, many(3, models={"topics": "better"}))
    indexed(own, [article("g0", body="Plus tard.", received=later)])
    indexed(own, [article("g1", body="Plus tôt.", received=earlier)])
    switched(own)
    bodies = {source["guid"]: source["body"] for _, source in contents(client, new).values()}
    assert (bodies["g0"], bodies["g1"], bodies["g2"]) == ("Plus tard.", "Le corps 1.", "Le corps 2.")


@pytest.mark.usefixtures("live")
@pytest.mark.services
def test_a_kill_stays_a_kill(own: Settings, client: Elasticsearch) -> None:
    new = added(own)
    written(own, new, many(3))
    indexed(own, [article("g1", version=2, status="canceled")])
    switched(own)
    version, source = contents(client, new)[article("g1").id]
    assert (version, source["status"], "body" in source) == (2, "canceled", False)


@pytest.mark.usefixtures("live")
@pytest.mark.services
@pytest.mark.parametrize("status", ["canceled", UNSET])
def test_what_another_article_has_replaced_stays_hidden(
    status: Status | UnsetType, own: Settings, client: Elasticsearch
) -> None:
    """Its document has the same version as before, and was received at the same time."""
    new = added(own)
    written(own, new, many(3))
    indexed(own, [article("b", replaces=Replaced(guid="g1", status=status))])
    switched(own)
    client.indices.refresh(index=own.index)
    assert client.count(index=own.index, query=visible())["count"] == 20  # g1 is not, b is
    _, source = contents(client, new)[article("g1").id]
    assert source["replaced_by"] == article("b").id
    assert source["status"] == ("canceled" if status == "canceled" else "usable")


@pytest.mark.usefixtures("live")
@pytest.mark.services
def test_what_is_hidden_in_the_target_is_not_brought_back(own: Settings, client: Elasticsearch) -> None:
    new = added(own)
    written(own, new, [*many(3), article("b", replaces=Replaced(guid="g1", status="canceled"))])
    switched(own)
    _, source = contents(client, new)[article("g1").id]
    assert (source["status"], "body" in source) == ("canceled", False)


@pytest.mark.usefixtures("live")
@pytest.mark.services
def test_versions_come_over_so_that_an_older_one_is_still_refused(own: Settings) -> None:
    indexed(own, [article("g7", version=70)])
    added(own)
    switched(own)
    assert [type(each).__name__ for each in indexed(own, [article("g7", version=69)])] == ["Stale"]


@pytest.mark.services
def test_stems_are_found_after_the_switch(own: Settings, client: Elasticsearch) -> None:
    indexed(own, [article(body="Les sanctions.", headline="Un accord")])
    added(own)
    new = switched(own).index
    for word in ("sanctionner", "accords"):
        assert client.count(index=month_of(new), query={"match": {"text_fr": word}})["count"] == 1
    assert not [name for name in contents(client, new)[article().id][1] if name.startswith("text_")]


@pytest.mark.services
def test_the_index_that_was_left_takes_no_writes_until_it_is_live_again(
    own: Settings, live: str, client: Elasticsearch
) -> None:
    added(own)
    switched(own)
    bulk = client.bulk(operations=[{"index": {"_id": "x"}}, {"id": "x"}], index=month_of(live))
    assert bulk["items"][0]["index"]["status"] == 403
    assert not client.indices.exists_alias(name=entrance(month_of(live)))
    switched(own, live)
    assert indexed(own, [article("x")]) == [Indexed()]


@contextmanager
def steady_writer(settings: Settings) -> Iterator[list[EnrichedArticle]]:
    """Writes through the alias all the time, new articles and new versions; what was confirmed."""
    confirmed: list[EnrichedArticle] = []
    stop = threading.Event()

    async def write() -> None:
        sink = Sink(settings)
        number = 0
        while not stop.is_set():
            number += 1
            batch = [article(f"w{number}-{each}") for each in range(5)]
            batch.append(article("g0", version=number + 1, body=f"Version {number + 1}."))
            assert await sink.index(batch) == [Indexed()] * 6
            confirmed.extend(batch)
        await sink.close()

    thread = threading.Thread(target=asyncio.run, args=(write(),))
    thread.start()
    try:
        eventually(lambda: len(confirmed) > 30, within_s=60, what="a writer that writes")
        yield confirmed
    finally:
        stop.set()
        thread.join()


@contextmanager
def steady_searcher(settings: Settings) -> Iterator[list[int]]:
    """Counts what is found, all the time; an error ends it, and fails the test."""
    counts: list[int] = []
    stop = threading.Event()
    errors: list[Exception] = []

    def look() -> None:
        try:
            while not stop.is_set():
                counts.append(search.count(settings))
                assert search.search("corps", settings, size=1).total == 19  # the twentieth is corrected
        except Exception as error:  # noqa: BLE001 - it is raised again in the test's own thread
            errors.append(error)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield counts
    finally:
        stop.set()
        thread.join()
    if errors:
        raise errors[0]


def newest(articles: list[EnrichedArticle]) -> dict[str, int]:
    return {each.id: each.version for each in sorted(articles, key=lambda each: each.version)}


@pytest.mark.services
def test_under_load_search_never_lacks_anything_and_all_that_was_written_is_there(
    own: Settings, live: str, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switching, "FEW", 20)
    new = added(own)
    with steady_writer(own) as confirmed:
        client.indices.refresh(index=own.index)
        with steady_searcher(own) as counts:
            for target in (new, live, new):
                assert switched(own, target).index == target
                time.sleep(0.5)
    assert counts == sorted(counts)
    assert len(counts) > 20
    versions = {each: version for each, (version, _) in contents(client, new).items()}
    assert versions == newest([*many(20), *confirmed])


@pytest.mark.usefixtures("live")
@pytest.mark.services
@pytest.mark.parametrize("dies_in", ["_come_near", "_hold", "_compare", "_move", "after"])
def test_killed_at_any_step_the_same_command_finishes_the_job(
    dies_in: str, own: Settings, client: Elasticsearch, tmp_path: Path
) -> None:
    """The process kills itself when it has done the step."""
    new = added(own)
    script = tmp_path / "dies.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import asyncio, os, signal
            from pipeline.settings import settings
            from pipeline.sink import switching

            def then_die(step):
                async def wrapped(*arguments):
                    done = await step(*arguments)
                    os.kill(os.getpid(), signal.SIGKILL)
                    return done
                return wrapped

            if {dies_in!r} != "after":
                step = getattr(switching._Change, {dies_in!r})
                setattr(switching._Change, {dies_in!r}, then_die(step))
            asyncio.run(switching.switch(settings(), {new!r}))
            os.kill(os.getpid(), signal.SIGKILL)
            """
        )
    )
    with steady_writer(own) as confirmed:
        died = subprocess.run(
            [sys.executable, script], env=environment(own), cwd=Path.cwd(), check=False, timeout=60
        )
        assert died.returncode == -signal.SIGKILL
        done = switched(own, new)
        count = len(confirmed)
        eventually(lambda: len(confirmed) > count, within_s=60, what="a writer that writes again")
    assert done.index == new
    versions = {each: version for each, (version, _) in contents(client, new).items()}
    assert versions == newest([*many(20), *confirmed])


@pytest.mark.services
def test_a_switch_that_was_killed_can_also_be_taken_back(
    own: Settings, live: str, client: Elasticsearch
) -> None:
    """What a switch leaves that dies just before the alias moves."""
    added(own)
    client.indices.add_block(index=month_of(live), block="write")
    client.indices.delete_alias(index="_all", name=f"{live}-*")
    done = switched(own, live)
    assert (done.index, done.before, done.released) == (live, (), True)
    assert indexed(own, [article("x")]) == [Indexed()]
    assert not switched(own, live).released


@pytest.mark.usefixtures("live")
@pytest.mark.services
@pytest.mark.parametrize("path", ["/_aliases", "/_block/write", "/_search", "level=shards", "/_bulk"])
def test_faults_on_the_way_are_waited_out(path: str, own: Settings, client: Elasticsearch) -> None:
    new = added(own)
    with FaultyProxy(own, [503, "unheard", "lost", 429, "unheard"], path=path) as proxy:
        assert switched(proxy.settings).index == new
        assert not proxy.faults
    assert len(contents(client, own.index)) == 20
    assert set(client.indices.get_alias(name=own.index)) == {month_of(new), this_month_of(new)}


@pytest.mark.services
def test_a_document_that_does_not_fit_leaves_all_as_it_was(
    own: Settings, live: str, client: Elasticsearch
) -> None:
    client.indices.put_mapping(index=month_of(live), properties={"colour": {"type": "keyword"}})
    client.index(
        index=month_of(live), id="odd", document={"id": "odd", "received": NOON.isoformat(), "colour": "red"}
    )
    added(own)
    with pytest.raises(IndicesError, match=r"refuses the article odd of .*-000001-2024.06: .*colour"):
        switched(own)
    assert set(client.indices.get_alias(name=own.index)) == {month_of(live), this_month_of(live)}
    assert indexed(own, [article("x")]) == [Indexed()]


@pytest.mark.services
def test_an_index_with_other_fields_is_no_target(own: Settings, live: str, client: Elasticsearch) -> None:
    odd = f"{own.index}-000007"
    client.indices.delete_index_template(name=f"newswire-{own.index}")
    client.indices.create(index=odd, mappings={"properties": {"version": {"type": "keyword"}}})
    with pytest.raises(UnfitIndexError, match="-000007 does not fit"):
        switched(own, odd)
    assert set(client.indices.get_alias(name=own.index)) == {month_of(live), this_month_of(live)}


@pytest.mark.usefixtures("live")
@pytest.mark.services
@pytest.mark.parametrize("step", ["_pass", "_compare", "_move"])
def test_what_goes_wrong_while_writes_are_held_lets_them_go(
    step: str, own: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    added(own)
    holding: list[bool] = []
    hold = switching._Change._hold

    async def held(change: switching._Change) -> list[str]:
        blocked = await hold(change)
        holding.append(True)

        async def fails(*_: object) -> None:
            raise KeyError("a bug")

        monkeypatch.setattr(change, step, fails)
        return blocked

    monkeypatch.setattr(switching._Change, "_hold", held)
    with pytest.raises(KeyError):
        switched(own)
    assert holding
    assert indexed(own, [article("x")]) == [Indexed()]


def lose(client: Elasticsearch, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """While writes are held, one article vanishes from the target."""
    hold = switching._Change._hold

    async def held(change: switching._Change) -> list[str]:
        blocked = await hold(change)
        client.delete_by_query(index=month_of(target), query={"term": {"guid": "g7"}}, refresh=True)
        return blocked

    monkeypatch.setattr(switching._Change, "_hold", held)


@pytest.mark.services
def test_a_target_that_lost_something_never_becomes_live(
    own: Settings, live: str, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose(client, added(own), monkeypatch)
    with pytest.raises(IndicesError, match=r"has 19 documents and .*-000001 has 20"):
        switched(own)
    assert set(client.indices.get_alias(name=own.index)) == {month_of(live), this_month_of(live)}


@pytest.mark.services
def test_an_article_that_stands_twice_is_no_hindrance_and_stands_once_afterwards(
    own: Settings, live: str, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers that write two versions at the same moment may bring that about."""
    monkeypatch.setattr(switching, "_IDS", 7)
    fields = document(article("g3", version=2, body="Deux."), NOON)
    client.index(
        index=this_month_of(live), id=fields["id"], document=fields, version=2, version_type="external"
    )
    new = added(own)
    assert switched(own).index == new
    found = contents(client, new)
    assert len(found) == 20
    version, source = found[fields["id"]]
    assert (version, source["body"]) == (2, "Deux.")


@pytest.mark.services
def test_a_double_does_not_conceal_what_the_target_lost(
    own: Settings, live: str, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = document(article("g3"), NOON)
    client.index(index=this_month_of(live), id=fields["id"], document=fields)
    new = added(own)
    lose(client, new, monkeypatch)
    with pytest.raises(IndicesError, match=r"has 19 documents and .*-000001 has 20"):
        switched(own)


@pytest.mark.usefixtures("live")
@pytest.mark.services
def test_two_at_once_end_with_one_live_index_that_has_all(own: Settings, client: Elasticsearch) -> None:
    targets = [added(own), added(own)]

    async def both() -> list[Any]:
        return await asyncio.gather(*(switch(own, each) for each in targets), return_exceptions=True)

    outcomes = asyncio.run(both())
    (now,) = {name.rpartition("-")[0] for name in client.indices.get_alias(name=own.index)}
    assert now in targets
    assert len(contents(client, now)) == 20
    assert all(isinstance(each, Switched | IndicesError) for each in outcomes)
    assert indexed(own, [article("x")]) == [Indexed()]


@pytest.mark.services
def test_an_alias_without_an_index_gets_one(own: Settings, client: Elasticsearch) -> None:
    new = added(own)
    done = switched(own)
    assert (done.index, done.before, done.copied) == (new, (), 0)
    assert indexed(own, [article("x")]) == [Indexed()]
    assert set(client.indices.get_alias(name=own.index)) == {month_of(new), this_month_of(new)}


@pytest.mark.services
def test_all_months_come_over_each_to_its_own(own: Settings, live: str, client: Elasticsearch) -> None:
    indexed(own, [article(f"m{month}", received=NOON.replace(month=month)) for month in (1, 3, 5)])
    indexed(own, [article("m1", version=2, received=NOON.replace(month=9))])
    new = added(own)
    before = contents(client, live)
    assert switched(own).copied == 23
    assert contents(client, new) == before
    moved = {each: name.replace(live, new) for each, name in places(client, live).items()}
    assert places(client, new) == moved
    assert switched(own, live).copied == 0


@pytest.mark.services
def test_a_generation_of_an_earlier_version_is_parted_into_months(
    own: Settings, client: Elasticsearch
) -> None:
    old = undated(client, own)
    for month in (1, 2):
        fields = document(article(f"m{month}", received=NOON.replace(month=month)), NOON)
        client.index(index=old, id=fields["id"], document=fields, version=1, version_type="external")
    indexed(own, [article("beside"), article("m1", version=2, received=NOON.replace(month=9))])
    assert set(places(client, own.index).values()) == {old, month_of(old)}
    new = added(own)
    before = contents(client, own.index)
    done = switched(own)
    assert (done.before, done.copied) == ((old,), 3)
    assert contents(client, own.index) == before
    names = {article(guid).id: f"{new}-2024.{month}" for guid, month in (("m2", "02"), ("beside", "06"))}
    assert places(client, own.index).items() >= names.items()
    assert switched(own, old).index == old
    assert contents(client, own.index) == before


@pytest.mark.usefixtures("live")
@pytest.mark.services
def test_an_index_that_somebody_put_behind_the_alias_comes_over_too(
    own: Settings, client: Elasticsearch
) -> None:
    old = strange(client, own)
    fields = document(article("old"), NOON)
    client.index(index=old, id=fields["id"], document=fields)
    new = added(own)
    done = switched(own)
    assert set(done.before) == {f"{own.index}-000001", old}
    assert done.copied == 21
    assert set(client.indices.get_alias(name=own.index)) == {month_of(new), this_month_of(new)}


@pytest.mark.usefixtures("live")
@pytest.mark.services
def test_a_month_made_just_before_writes_are_held_comes_over(
    own: Settings, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = added(own)
    block = switching._Change._block
    made: list[bool] = []

    async def make_a_month_first(change: switching._Change, index: str) -> None:
        if not made:
            made.append(True)
            sink = Sink(own)
            assert await sink.index([article("late", received=NOON.replace(month=3))]) == [Indexed()]
            await sink.close()
        await block(change, index)

    monkeypatch.setattr(switching._Change, "_block", make_a_month_first)
    done = switched(own)
    assert (done.copied, done.before) == (21, (f"{own.index}-000001",))
    assert places(client, own.index)[article("late").id] == f"{new}-2024.03"
    assert contents(client, own.index).keys() == {each.id for each in [*many(20), article("late")]}


@pytest.mark.usefixtures("live")
@pytest.mark.services
def test_while_writes_are_held_no_month_is_made_and_afterwards_it_is_one_of_the_new_generation(
    own: Settings, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = added(own)
    move = switching._Change._move

    async def main() -> Switched:
        sink = Sink(own)
        await sink.ready()
        writing: list[asyncio.Task[list[Any]]] = []

        async def write_first(change: switching._Change, sources: list[str]) -> list[str]:
            late = article("late", received=NOON.replace(month=3))
            writing.append(asyncio.create_task(sink.index([late])))
            while not sink.waiting:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)
            return await move(change, sources)

        monkeypatch.setattr(switching._Change, "_move", write_first)
        done = await switch(own)
        assert await writing[0] == [Indexed()]
        await sink.close()
        return done

    assert asyncio.run(main()).index == new
    assert places(client, own.index)[article("late").id] == f"{new}-2024.03"
    assert all(name.startswith(new) for name in client.indices.get_alias(name=own.index))


@pytest.mark.usefixtures("live")
@pytest.mark.services
def test_a_month_that_comes_to_be_behind_its_back_is_brought_over_in_a_second_round(
    own: Settings, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As nobody can who asks for an entrance first; a person can."""
    new = added(own)
    live = f"{own.index}-000001"
    compare = switching._Change._compare

    async def put_one(change: switching._Change) -> None:
        await compare(change)
        if not client.indices.exists(index=f"{live}-2024.03"):
            client.indices.create(index=f"{live}-2024.03", aliases={own.index: {}})
            fields = document(article("late"), NOON)
            client.index(index=f"{live}-2024.03", id=fields["id"], document=fields)

    monkeypatch.setattr(switching._Change, "_compare", put_one)
    assert switched(own).copied == 21
    assert places(client, own.index)[article("late").id] == f"{new}-2024.03"
    assert len(contents(client, own.index)) == 21
    assert all(name.startswith(new) for name in client.indices.get_alias(name=own.index))


@pytest.mark.services
def test_a_switch_that_left_two_generations_is_finished_by_the_same_command(
    own: Settings, live: str, client: Elasticsearch
) -> None:
    new = added(own)
    switched(own)
    client.indices.put_alias(index=month_of(live), name=own.index)
    client.indices.put_alias(index=month_of(new), name=own.index, is_write_index=True)
    done = switched(own, new)
    assert (done.index, done.before) == (new, (live,))
    assert set(client.indices.get_alias(name=own.index)) == {month_of(new), this_month_of(new)}


def test_elasticsearch_away_is_said_at_once() -> None:
    away = Settings(elasticsearch="http://127.0.0.1:9")
    with pytest.raises(IndicesError, match="newswire up"):
        switched(away)


def test_a_client_is_for_one_command(own: Settings) -> None:
    async def main() -> None:
        with pytest.raises(IndicesError, match="refuses"):
            async with client_for(own) as client:
                await client.indices.get(index="no-such-index")

    asyncio.run(main())
