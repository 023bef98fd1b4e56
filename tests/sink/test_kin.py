"""The life of a story on a real Elasticsearch: found, kept and united, whoever writes in whatever order."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from msgspec import UNSET, structs
from structlog.testing import capture_logs

from pipeline.article import EnrichedArticle, Replaced, article_id
from pipeline.query.elastic import visible
from pipeline.settings import Settings
from pipeline.sink import amending, changes
from pipeline.sink.elasticsearch import Indexed, Outcome, Sink, Stale
from pipeline.sink.finding import FindingError
from pipeline.stories.choice import founded
from tests.sink.articles import NOON
from tests.sink.faulty import FaultyProxy
from tests.sink.telling import came, stories, telling, there, with_sinks, wrote

pytestmark = pytest.mark.services

FIRST, LATER = telling("bridge"), telling("rewrite", received=NOON + timedelta(minutes=5))
VOTE = telling("vote")


def seen(client: Elasticsearch, settings: Settings) -> set[str]:
    """The guids of what a search may show."""
    client.indices.refresh(index=settings.index)
    hits = client.search(index=settings.index, query=visible(), size=100)["hits"]["hits"]
    return {hit["_source"]["guid"] for hit in hits}


def plain(fields: dict[str, Any]) -> dict[str, Any]:
    """A document but for the moment when it was written."""
    return {name: value for name, value in fields.items() if name != "indexed"}


async def until(
    client: Elasticsearch, settings: Settings, story: dict[str, str | None]
) -> dict[str, str | None]:
    """The stories of all articles, as soon as they are these; or what they are in the end."""
    for _ in range(100):
        if (found := await asyncio.to_thread(stories, client, settings)) == story:
            break
        await asyncio.sleep(0.1)
    return found


def test_a_rewrite_joins_its_story_and_another_event_has_its_own(
    own: Settings, client: Elasticsearch
) -> None:
    wrote(own, [FIRST, VOTE, LATER, telling("take")])
    bridge = founded(FIRST)
    assert stories(client, own) == {
        "bridge": bridge, "rewrite": bridge, "take": bridge, "vote": founded(VOTE)
    }  # fmt: skip


def test_a_story_goes_on_after_a_restart_at_once_and_later(own: Settings, client: Elasticsearch) -> None:
    wrote(own, [FIRST, VOTE])
    client.indices.refresh(index=own.index)
    wrote(own, [LATER])
    client.indices.refresh(index=own.index)
    wrote(own, [telling("take")])
    bridge = founded(FIRST)
    assert stories(client, own) == {
        "bridge": bridge, "rewrite": bridge, "take": bridge, "vote": founded(VOTE)
    }  # fmt: skip


def apart(settings: Settings, client: Elasticsearch, *batches: Sequence[EnrichedArticle]) -> None:
    """Batches that as many workers wrote at once; none of them looks a second time."""

    async def work(*sinks: Sink) -> None:
        await asyncio.to_thread(
            client.indices.put_settings, index=settings.index, settings={"refresh_interval": "-1"}
        )
        for sink, batch in zip(sinks, batches, strict=True):
            await sink.index(batch)

    with_sinks(settings, len(batches), work)
    client.indices.put_settings(index=settings.index, settings={"refresh_interval": "1s"})
    client.indices.refresh(index=settings.index)


def test_what_was_written_a_moment_ago_is_found_before_any_refresh(
    own: Settings, client: Elasticsearch
) -> None:
    async def work(sink: Sink) -> None:
        await asyncio.to_thread(
            client.indices.put_settings, index=own.index, settings={"refresh_interval": "-1"}
        )
        for each in (FIRST, LATER):
            await sink.index([each])

    with_sinks(own, 1, work)
    assert set(stories(client, own).values()) == {founded(FIRST)}


def test_an_article_with_nothing_to_compare_is_its_own_story(own: Settings, client: Elasticsearch) -> None:
    brief, same = (telling("vote", guid, headline=UNSET, body="Rain.") for guid in ("a", "b"))
    wrote(own, [brief, same])
    assert stories(client, own) == {"a": founded(brief), "b": founded(same)}
    assert there(client, own)["a"].keys().isdisjoint({"story_bands", "story_text"})


def test_an_article_of_another_week_is_another_story(own: Settings, client: Elasticsearch) -> None:
    late = telling("rewrite", created="2024-06-23T12:00:00Z")
    wrote(own, [FIRST], [late])
    assert stories(client, own) == {"bridge": founded(FIRST), "rewrite": founded(late)}


def test_a_later_version_keeps_its_story_whatever_it_tells(own: Settings, client: Elasticsearch) -> None:
    wrote(own, [FIRST, LATER, VOTE], [telling("vote", "rewrite", version=2)])
    assert stories(client, own)["rewrite"] == founded(FIRST)


def test_two_workers_that_write_at_once_end_up_with_one_story(own: Settings, client: Elasticsearch) -> None:
    expected: dict[str, str | None] = dict.fromkeys(("bridge", "rewrite"), founded(FIRST))

    async def work(one: Sink, other: Sink) -> dict[str, str | None]:
        await asyncio.gather(one.index([FIRST]), other.index([LATER]))
        return await until(client, own, expected)

    assert with_sinks(own, 2, work) == expected


def test_stories_that_turn_out_to_be_one_get_the_id_of_the_oldest(
    own: Settings, client: Elasticsearch
) -> None:
    """The workers that could have looked again died before."""
    apart(own, client, [LATER], [FIRST])
    before = stories(client, own)
    wrote(own, [telling("take", received=NOON + timedelta(hours=1))])
    assert before == {"bridge": founded(FIRST), "rewrite": founded(LATER)}
    assert set(stories(client, own).values()) == {founded(FIRST)}


def test_only_so_many_documents_get_another_story_at_once_and_the_rest_later(
    own: Settings, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(amending, "REWRITTEN", 3)

    late = [telling("take", f"t{place}", received=NOON + timedelta(hours=1)) for place in range(6)]
    apart(own, client, [FIRST], late)
    numbers = []
    for place in range(3):
        wrote(own, [telling("rewrite", f"r{place}", received=NOON + timedelta(hours=2))])
        numbers.append(list(stories(client, own).values()).count(founded(FIRST)))
    # How many at first depends on how soon the sink looks again.
    assert numbers[0] < numbers[-1] == 10


def test_the_same_batch_again_is_the_same_documents(own: Settings, client: Elasticsearch) -> None:
    batch = [FIRST, VOTE, LATER, telling("take", replaces=Replaced(guid="bridge"))]
    wrote(own, batch)
    before = {guid: plain(fields) for guid, fields in there(client, own).items()}
    wrote(own, batch, batch[1:], batch)
    assert {guid: plain(fields) for guid, fields in there(client, own).items()} == before


# aiohttp warns of what is larger than one MiB; it is written to a socket in milliseconds.
@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
def test_a_batch_of_nothing_but_the_same_is_one_story(own: Settings, client: Elasticsearch) -> None:
    batch = [telling("bridge", f"g{place}", received=NOON + timedelta(seconds=place)) for place in range(500)]
    assert wrote(own, batch, batch[::-1]) == [[Indexed()] * 500] * 2
    assert set(stories(client, own).values()) == {founded(batch[0])}


def test_a_kill_leaves_its_story_and_the_story_goes_on(own: Settings, client: Elasticsearch) -> None:
    kill = telling("bridge", version=2, status="canceled")
    wrote(own, [FIRST, LATER], [kill], [telling("take")])
    found = there(client, own)
    assert found["bridge"].keys().isdisjoint({"story_id", "story_bands", "story_text", "headline", "body"})
    assert found["rewrite"]["story_id"] == found["take"]["story_id"] == founded(FIRST)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_versions_in_any_order_are_one_document_with_all_its_provenances(
    order: Sequence[int], own: Settings, client: Elasticsearch
) -> None:
    versions = [telling("bridge", version=place, provenance=came("afp", place)) for place in range(3)]
    wrote(own, *([versions[place]] for place in order))
    found = there(client, own)["bridge"]
    assert found["version"] == 2
    assert found["provenance"]["offset"] == 2
    assert sorted(each["offset"] for each in found["provenances"]) == [0, 1, 2]
    assert found["provenances"][-1]["offset"] == 2
    assert found["feed"] == ["afp"]


def test_a_version_that_comes_too_late_leaves_no_trace_in_stories(
    own: Settings, client: Elasticsearch
) -> None:
    """The older text told of the bridge; what is there tells of the vote."""
    newer, older = telling("vote", "one", version=2), telling("bridge", "one", version=1)

    async def work(sink: Sink) -> list[list[Outcome]]:
        return [await sink.index(batch) for batch in ([newer], [older], [LATER])]

    assert with_sinks(own, 1, work) == [[Indexed()], [Stale()], [Indexed()]]
    assert stories(client, own) == {"one": founded(newer), "rewrite": founded(LATER)}


def test_the_same_article_from_two_feeds_is_one_document(own: Settings, client: Elasticsearch) -> None:
    copies = [structs.replace(FIRST, provenance=came(feed)) for feed in ("afp", "reuters")]
    wrote(own, copies)
    wrote(own, copies[:1])
    (found,) = there(client, own).values()
    assert [each["feed"] for each in found["provenances"]] == ["afp", "reuters"]
    assert found["feed"] == ["afp", "reuters"]
    assert found["provenance"]["feed"] == "afp"
    assert client.count(index=own.index, query={"term": {"feed": "reuters"}})["count"] == 1


def test_a_kill_keeps_where_all_versions_came_from(own: Settings, client: Elasticsearch) -> None:
    kill = telling("bridge", version=2, status="canceled", provenance=came("desk", 9))
    wrote(own, [structs.replace(FIRST, provenance=came("afp"))], [kill])
    found = there(client, own)["bridge"]
    assert [each["feed"] for each in found["provenances"]] == ["afp", "desk"]
    assert found["feed"] == ["afp", "desk"]


def test_of_many_provenances_the_latest_stay(own: Settings, client: Elasticsearch) -> None:
    number = changes.PROVENANCES + 5
    wrote(own, [structs.replace(FIRST, version=1 + n, provenance=came("afp", n)) for n in range(number)])
    wrote(own, [structs.replace(FIRST, version=1, provenance=came("afp", 0))])
    found = there(client, own)["bridge"]["provenances"]
    assert [each["offset"] for each in found] == list(range(5, number))


def replacing(guid: str, status: Any = UNSET, **fields: Any) -> EnrichedArticle:
    return telling("take", "new", replaces=Replaced(guid=guid, status=status), **fields)


@pytest.mark.parametrize("status", [UNSET, "canceled"])
@pytest.mark.parametrize("batches", ["old, new", "new, old", "old then new", "new then old", "new. old"])
def test_what_is_replaced_is_not_found_any_more_in_whatever_order(
    batches: str, status: Any, own: Settings, client: Elasticsearch
) -> None:
    """Together, one after the other, or with a restart between."""
    by_name = {"old": FIRST, "new": replacing("bridge", status)}
    for run in batches.split(". "):
        wrote(own, *([by_name[name] for name in each.split(", ")] for each in run.split(" then ")))
        client.indices.refresh(index=own.index)
    found = there(client, own)
    assert found["new"]["replaces_id"] == found["bridge"]["id"]
    assert found["bridge"]["replaced_by"] == found["new"]["id"]
    assert seen(client, own) == {"new"}
    if status is UNSET:
        assert found["bridge"]["story_id"] == found["new"]["story_id"]
        assert found["bridge"]["body"] == FIRST.body
    else:
        assert found["bridge"]["status"] == "canceled"
        assert found["bridge"].keys().isdisjoint({"headline", "body", "story_id", "story_text"})


def test_what_replaces_is_of_the_same_story_whatever_it_tells(own: Settings, client: Elasticsearch) -> None:
    wrote(own, [FIRST], [telling("vote", "new", replaces=Replaced(guid="bridge"))])
    assert set(stories(client, own).values()) == {founded(FIRST)}


def test_stories_of_their_own_become_one_where_one_replaces_the_other(
    own: Settings, client: Elasticsearch
) -> None:
    corrected = telling("vote", version=2, replaces=Replaced(guid="bridge"))
    wrote(own, [FIRST, VOTE], [corrected])
    assert set(stories(client, own).values()) == {min(founded(FIRST), founded(VOTE))}


@pytest.mark.parametrize("status", [UNSET, "canceled"])
def test_a_kill_of_what_replaces_does_not_bring_the_other_back(
    status: Any, own: Settings, client: Elasticsearch
) -> None:
    kill = telling("take", "new", version=2, status="canceled")
    wrote(own, [FIRST], [replacing("bridge", status)], [kill])
    client.indices.refresh(index=own.index)
    wrote(own, [structs.replace(FIRST, version=5)])
    found = there(client, own)
    assert found["bridge"]["replaced_by"] == found["new"]["id"]
    assert found["new"]["status"] == "canceled"
    assert seen(client, own) == set()
    assert found["bridge"]["status"] == ("usable" if status is UNSET else "canceled")


def test_an_older_version_that_replaces_something_does_so_though_it_comes_late(
    own: Settings, client: Elasticsearch
) -> None:
    newer = telling("take", "new", version=2)
    assert wrote(own, [FIRST], [newer], [replacing("bridge", version=1)])[2] == [Stale()]
    client.indices.refresh(index=own.index)
    wrote(own, [FIRST])
    found = there(client, own)
    assert found["bridge"]["replaced_by"] == found["new"]["id"]
    assert found["new"]["replaces_id"] == found["bridge"]["id"]
    assert seen(client, own) == {"new"}


def test_what_replaces_itself_or_nothing_that_is_there_stays(own: Settings, client: Elasticsearch) -> None:
    itself = telling("bridge", replaces=Replaced(guid="bridge"))
    wrote(own, [itself, replacing("unknown")])
    assert seen(client, own) == {"bridge", "new"}
    assert there(client, own)["new"]["replaces_id"] == article_id("Test", "unknown", "")


def test_another_source_replaces_nothing_of_ours(own: Settings, client: Elasticsearch) -> None:
    wrote(own, [FIRST], [replacing("bridge", source="Other", id=article_id("Other", "new", ""))])
    assert seen(client, own) == {"bridge", "new"}


def test_two_workers_that_write_what_replaces_and_what_is_replaced_at_once(
    own: Settings, client: Elasticsearch
) -> None:
    async def work(one: Sink, other: Sink) -> set[str]:
        await asyncio.gather(one.index([FIRST]), other.index([replacing("bridge")]))
        for _ in range(100):
            if (found := await asyncio.to_thread(seen, client, own)) == {"new"}:
                break
            await asyncio.sleep(0.1)
        return found

    assert with_sinks(own, 2, work) == {"new"}


def test_few_requests_are_made_for_a_batch(own: Settings) -> None:
    batch = [telling("bridge", f"g{place}") for place in range(100)]
    with FaultyProxy(own, [], path="/") as proxy:

        async def work(sink: Sink) -> int:
            await sink.index([telling("vote")])  # from here on the month has its index
            await sink.index([VOTE])  # the month is there
            before = len(proxy.sizes)
            await sink.index(batch)
            return len(proxy.sizes) - before

        assert with_sinks(proxy.settings, 1, work) <= 6


@pytest.mark.parametrize("path", ["/_mget", "/_msearch"])
def test_faults_while_stories_are_looked_for_are_waited_out(
    path: str, own: Settings, client: Elasticsearch
) -> None:
    with FaultyProxy(own, [503, "unheard", 429], path=path) as proxy:
        assert wrote(proxy.settings, [FIRST], [LATER]) == [[Indexed()]] * 2
    assert set(stories(client, own).values()) == {founded(FIRST)}


class Meanwhile(FaultyProxy):
    """Does not take one bulk request, and somebody else does something before it says so.

    Args:
        settings: where the real Elasticsearch is.
        number: which of the requests.
        act: what happens meanwhile.
    """

    def __init__(self, settings: Settings, number: int, act: Callable[[], object]) -> None:
        super().__init__(settings, [])
        self._left = number
        self._act = act

    def forward(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        self._left -= "/_bulk" in path
        if "/_bulk" in path and self._left == 0:
            self._act()
            return 503, {"content-type": "text/plain"}, b"not now"
        return super().forward(method, path, headers, body)


def test_what_is_withdrawn_while_a_change_is_waited_for_stays_withdrawn(
    own: Settings, client: Elasticsearch
) -> None:
    wrote(own, [FIRST])
    client.indices.refresh(index=own.index)
    withdraws = telling("vote", "other", replaces=Replaced(guid="bridge", status="canceled"))
    with Meanwhile(own, 2, lambda: wrote(own, [withdraws])) as proxy:
        wrote(proxy.settings, [replacing("bridge")])
    found = there(client, own)["bridge"]
    assert found["status"] == "canceled"
    assert found.keys().isdisjoint({"headline", "body", "story_id"})


def test_a_batch_that_is_waited_for_is_planned_anew(own: Settings, client: Elasticsearch) -> None:
    def act() -> None:
        wrote(own, [FIRST])
        client.indices.refresh(index=own.index)

    with Meanwhile(own, 1, act) as proxy:
        assert wrote(proxy.settings, [LATER, VOTE]) == [[Indexed()] * 2]
    assert stories(client, own) == {
        "bridge": founded(FIRST), "rewrite": founded(FIRST), "vote": founded(VOTE)
    }  # fmt: skip


def test_what_was_taken_is_settled_though_the_rest_is_planned_anew(
    own: Settings, client: Elasticsearch
) -> None:
    """The proxy takes the first half, which says what is to become of an older article."""
    wrote(own, [FIRST])
    with FaultyProxy(own, ["half"]) as proxy:
        assert wrote(proxy.settings, [replacing("bridge"), VOTE]) == [[Indexed()] * 2]
    found = there(client, own)
    assert found["bridge"]["replaced_by"] == found["new"]["id"]
    assert found["vote"]["story_id"] == founded(VOTE)


def no_terms(client: Elasticsearch, settings: Settings) -> None:
    """Elasticsearch refuses, for good, a search for more than one term."""
    wrote(settings, [FIRST])
    client.indices.put_settings(index=settings.index, settings={"index.max_terms_count": 1})


def test_where_articles_cannot_be_compared_each_founds_its_story_and_that_is_logged(
    own: Settings, client: Elasticsearch
) -> None:
    no_terms(client, own)
    with capture_logs() as logs:
        assert wrote(own, [LATER]) == [[Indexed()]]
    assert stories(client, own)["rewrite"] == founded(LATER)
    (line,) = [line for line in logs if line["event"] == "articles are not compared"]
    assert line["status"] == 400
    assert "max_terms_count" in line["error"]


def test_who_takes_the_place_of_what_is_not_guessed_where_it_cannot_be_asked(
    own: Settings, client: Elasticsearch
) -> None:
    no_terms(client, own)
    with pytest.raises(FindingError, match=r"refuses to search .* 400 .* see that the index has the mapping"):
        wrote(own, [LATER, VOTE])


def test_a_document_that_does_not_say_when_it_was_received_is_left_as_it_is(
    own: Settings, client: Elasticsearch
) -> None:
    wrote(own, [FIRST])
    client.indices.refresh(index=own.index)
    (hit,) = client.search(index=own.index)["hits"]["hits"]
    fields = {name: value for name, value in hit["_source"].items() if name != "received"}
    client.index(index=hit["_index"], id=hit["_id"], document=fields, version=1, version_type="external_gte")
    with capture_logs() as logs:
        assert wrote(own, [replacing("bridge")]) == [[Indexed()]]
    assert [line["article"] for line in logs if line["event"] == "a document cannot be changed"] == [FIRST.id]
    assert there(client, own)["bridge"] == fields


def test_large_documents_are_changed_few_at_once(
    own: Settings, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(amending, "PORTION_BYTES", 1)
    guids = [f"g{number}" for number in range(amending.FIRST + 2)]
    wrote(own, [telling("vote", guid) for guid in guids])
    with FaultyProxy(own, []) as proxy:
        wrote(proxy.settings, [telling("vote", f"n{each}", replaces=Replaced(guid=each)) for each in guids])
    assert len(proxy.sizes) == 4
    found = there(client, own)
    assert [found[guid]["replaced_by"] for guid in guids] == [found[f"n{guid}"]["id"] for guid in guids]
