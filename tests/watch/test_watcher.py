"""From articles to alerts, on a real Elasticsearch."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from pipeline.article import Alert, EnrichedArticle, decode_enriched
from pipeline.settings import Settings
from pipeline.sink import document as documents
from pipeline.sink.elasticsearch import Sink
from pipeline.watch import Watch, matching, watcher
from pipeline.watch.store import Waiting
from pipeline.watch.watcher import Arrived, Watcher
from tests.sink.articles import article, seed
from tests.sink.faulty import FaultyProxy
from tests.watch.saved import keep, made, store

pytestmark = pytest.mark.services


class Desk:
    """A watcher, and the alerts that it sends."""

    def __init__(self, settings: Settings) -> None:
        self.watcher = Watcher(settings)
        self.sent: list[Alert] = []

    async def send(self, alerts: Sequence[Alert]) -> None:
        self.sent += alerts

    async def see(self, *articles: EnrichedArticle, at: datetime | None = None) -> None:
        moment = at or datetime.now(UTC)
        await self.watcher.alert([Arrived(each, moment) for each in articles], self.send)

    async def release(self) -> None:
        await self.watcher.release(self.send)


def see(settings: Settings, *articles: EnrichedArticle, at: datetime | None = None) -> list[tuple[str, int]]:
    """Who is alerted of which version."""

    async def main() -> Desk:
        desk = Desk(settings)
        await desk.see(*articles, at=at)
        await desk.watcher.close()
        return desk

    return sorted((alert.watch, alert.version) for alert in asyncio.run(main()).sent)


def treaty(guid: str = "g", **fields: Any) -> EnrichedArticle:
    return article(f"{guid}-{_mark[-1]}", **{"body": "Un traité de paix.", **fields})


_mark: list[str] = []


@pytest.fixture(autouse=True)
def mark() -> None:
    """Other articles for each test: Elasticsearch remembers the versions of what was deleted for a while."""
    _mark.append(uuid.uuid4().hex)


def soon(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def test_each_watch_that_an_article_answers_alerts(settings: Settings) -> None:
    keep(
        settings,
        made(settings, "peace", "traité paix"),
        made(settings, "stems", "traités"),
        made(settings, "war", "guerre"),
        made(settings, "either", "guerre OR paix"),
        made(settings, "not", "-paix"),
        made(settings, "field", "language:fr source:test since:2024"),
        made(settings, "new", "since:2d"),
    )
    assert see(settings, treaty()) == [(name, 1) for name in ("either", "field", "peace", "stems")]


def test_names_topics_and_headings_are_watched_as_they_are_searched(settings: Settings) -> None:
    keep(
        settings,
        made(settings, "place", 'place:"North Korea"'),
        made(settings, "person", "person:poutine identity:iso:KP"),
        made(settings, "topic", "topic:politics"),
        made(settings, "sport", "topic:sport"),
        made(settings, "phrase", '"assistance mutuelle"'),
    )
    assert [name for name, _ in see(settings, seed())] == ["person", "phrase", "place", "topic"]


def test_an_alert_says_what_is_needed_to_act(settings: Settings) -> None:
    keep(settings, made(settings, "w", "paix"))
    seen = article(
        "g",
        version=7,
        kind="update",
        headline="Un traité",
        body="Enfin la paix.",
        created="2024-06",
        url="https://a.example/1",
    )

    async def main() -> Desk:
        desk = Desk(settings)
        await desk.see(article("other"), seen)
        await desk.watcher.close()
        return desk

    before = datetime.now(UTC)
    (alert,) = asyncio.run(main()).sent
    assert (alert.watch, alert.query, alert.article, alert.version) == ("w", "paix", seen.id, 7)
    assert (alert.title, alert.source, alert.kind) == ("Un traité", "Test", "update")
    assert (alert.language, alert.created, alert.url) == ("fr", "2024-06", "https://a.example/1")
    assert alert.highlights == ("Enfin la **paix**.",)
    assert before <= alert.matched <= datetime.now(UTC)


def test_each_version_alerts_and_the_same_one_twice_can_be_told(settings: Settings) -> None:
    keep(settings, made(settings))

    async def main() -> list[Alert]:
        desk = Desk(settings)
        for version in (1, 2, 1):
            await desk.see(treaty(version=version))
        await desk.watcher.close()
        return desk.sent

    first, second, third = asyncio.run(main())
    assert first.id == third.id != second.id


def test_one_batch_leaves_nothing_for_the_next(settings: Settings) -> None:
    keep(settings, made(settings))

    async def main() -> list[Alert]:
        desk = Desk(settings)
        await desk.see(*(treaty(f"g{number}") for number in range(5)))
        desk.sent.clear()
        await desk.see(article("other"))
        await desk.watcher.close()
        return desk.sent

    assert asyncio.run(main()) == []


def test_more_watches_than_fit_a_request_all_count(settings: Settings) -> None:
    keep(settings, *(made(settings, f"w{number}") for number in range(60)))
    assert len(see(settings, treaty("a"), treaty("b"))) == 120


def test_where_there_is_no_watch_no_article_is_written_to_be_matched(settings: Settings) -> None:
    def written() -> int:
        with Elasticsearch(str(settings.elasticsearch)) as client:
            stats = client.indices.stats(index=f"watched-{settings.index}-*", metric="indexing")
        return int(stats["_all"]["primaries"]["indexing"]["index_total"])

    before = written()
    see(settings, treaty())
    assert written() == before
    keep(settings, made(settings, "peace", "traité"))
    see(settings, treaty("another"))
    assert written() > before


def test_neither_a_kill_nor_copy_withheld_without_an_end_alerts(settings: Settings) -> None:
    keep(settings, made(settings, "all", "-nothing"))
    assert see(settings, treaty("a", status="canceled"), treaty("b", status="withheld")) == []


def test_a_kill_in_the_same_batch_silences_what_it_kills(settings: Settings) -> None:
    keep(settings, made(settings, "all", "-nothing"))
    kill = treaty("a", version=2, status="canceled")
    assert see(settings, treaty("a", version=1), treaty("a", version=2), kill, treaty("b", version=9)) == [
        ("all", 9)
    ]
    assert see(settings, kill, treaty("a", version=2)) == []
    assert see(settings, kill, treaty("a", version=3)) == [("all", 3)]


def test_what_is_withheld_without_an_end_silences_what_came_before_it(settings: Settings) -> None:
    keep(settings, made(settings, "all", "-nothing"))
    held = treaty("a", version=2, status="withheld")
    assert see(settings, treaty("a", version=1), held) == []
    assert see(settings, held, treaty("a", version=2)) == [("all", 2)]


def test_copy_whose_kill_is_in_the_index_alerts_nobody(settings: Settings) -> None:
    """Both were in the backlog, and the index hop was faster."""
    keep(settings, made(settings))
    _index(settings, treaty("killed", version=2, status="canceled"), treaty("shown", version=9))
    assert see(
        settings, treaty("killed", version=1), treaty("shown", version=1), treaty("new", version=5)
    ) == [
        ("w", 1),
        ("w", 5),
    ]
    assert see(settings, treaty("killed", version=3)) == [("w", 3)]


@pytest.mark.parametrize("status", ["canceled", "withheld"])
def test_copy_under_embargo_that_is_killed_is_kept_no_longer(settings: Settings, status: str) -> None:
    keep(settings, made(settings))
    see(settings, treaty("a", embargo=soon(-1)), treaty("b", version=2, embargo=soon(-1)))
    see(settings, treaty("a", status=status), treaty("b", status=status))
    assert _released(settings) == [("w", 2)]


def test_notes_that_nobody_may_see_are_not_kept_of_copy_under_embargo(settings: Settings) -> None:
    see(settings, treaty(ednotes=("Seen.",), ednotes_nonpublic=("Unseen.",), embargo=soon(-2)))

    async def main() -> list[Waiting]:
        async with store(settings) as kept:
            return await kept.due(10)

    (held,) = asyncio.run(main())
    kept = decode_enriched(held.message)
    assert (kept.ednotes, kept.ednotes_nonpublic) == (("Seen.",), ())


def test_times_that_utc_does_not_have_stop_no_other(settings: Settings) -> None:
    keep(settings, made(settings))
    first = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-5)))
    given = treaty("a", received=first), treaty("b", embargo=last), treaty("c", expires=last)
    assert see(settings, *given, treaty("d", version=2)) == [("w", 2)]


def test_an_article_that_cannot_be_matched_stops_no_other(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    keep(settings, made(settings))
    matches = matching.Matcher.matches
    bad = treaty("bad")

    def fails(self: Any, documents: Sequence[Any], *rest: Any) -> Any:
        if any(each["id"] == bad.id for each in documents):
            raise LookupError("unforeseen")
        return matches(self, documents, *rest)

    monkeypatch.setattr(matching.Matcher, "matches", fails)
    assert see(settings, treaty("a", version=2), bad, treaty("b", version=3)) == [("w", 2), ("w", 3)]
    assert bad.id in capsys.readouterr().out
    see(settings, *(treaty(guid, embargo=soon(-1)) for guid in ("bad", "c")))
    assert _released(settings) == [("w", 1)]
    assert bad.id in capsys.readouterr().out


def test_alerts_that_cannot_be_sent_are_no_articles_fault(settings: Settings) -> None:
    """They come out, so that the article is not acked."""
    keep(settings, made(settings))

    async def main() -> None:
        async def fail(_: Sequence[Alert]) -> None:
            raise LookupError("the topic is full")

        held = Watcher(settings)
        try:
            await held.alert([Arrived(treaty(guid), datetime.now(UTC)) for guid in "ab"], fail)
        finally:
            await held.close()

    with pytest.raises(LookupError):
        asyncio.run(main())


def test_what_is_in_the_way_of_the_watches_is_told_until_it_is_gone(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr(watcher, "PREPARE_S", 0.2)

    async def main() -> list[str | None]:
        with FaultyProxy(settings, [400] * 100, path="/_index_template") as proxy:
            held = Watcher(proxy.settings)
            said = [held.waiting]
            preparing = asyncio.create_task(held.prepare())
            while len(proxy.faults) > 98:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.02)
            said.append(held.waiting)
            proxy.faults.clear()
            await preparing
            await held.close()
            return [*said, held.waiting]

    before, during, after = asyncio.run(main())
    assert before is None
    assert "the watches cannot be prepared" in (during or "")
    assert after is None
    assert "see to the rights" in capsys.readouterr().out


def test_what_came_before_the_watch_alerts_nobody(settings: Settings) -> None:
    keep(settings, made(settings, "new", created=soon(3600)), made(settings, "old"))
    assert see(settings, treaty()) == [("old", 1)]
    assert see(settings, treaty(), at=soon(-7200)) == []


def test_an_embargo_holds_the_alert_back_until_it_ends(settings: Settings) -> None:
    keep(settings, made(settings))
    end = soon(1.5)

    async def main() -> list[Alert]:
        desk = Desk(settings)
        await desk.see(treaty(status="withheld", embargo=end), treaty("b", embargo=soon(3600)))
        while not desk.sent:
            await desk.release()
        await desk.release()
        await desk.watcher.close()
        return desk.sent

    (alert,) = asyncio.run(main())
    assert alert.matched >= end


def test_an_embargo_of_long_ago_holds_nothing_back(settings: Settings) -> None:
    keep(settings, made(settings))
    assert see(settings, treaty(embargo=soon(-3600))) == [("w", 1)]


def test_a_watch_that_is_added_while_an_embargo_holds_is_alerted(settings: Settings) -> None:
    assert see(settings, treaty(embargo=soon(-1))) == []
    keep(settings, made(settings, created=datetime.now(UTC)))
    assert _released(settings) == [("w", 1)]
    assert _released(settings) == []


def test_more_embargoes_than_are_taken_at_once_end_together(settings: Settings) -> None:
    keep(settings, made(settings))
    see(settings, *(treaty(f"g{number}", embargo=soon(-1)) for number in range(2 * watcher.DUE)))
    assert len(_released(settings)) == 2 * watcher.DUE


def test_alerts_that_could_not_be_sent_when_the_embargo_ended_are_sent_later(settings: Settings) -> None:
    keep(settings, made(settings))
    see(settings, treaty(embargo=soon(-1)))

    async def main() -> None:
        async def fail(_: Sequence[Alert]) -> None:
            raise KeyboardInterrupt

        dying = Watcher(settings)
        try:
            await dying.release(fail)
        finally:
            await dying.close()

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(main())
    assert _released(settings) == [("w", 1)]


def test_of_an_embargo_that_a_later_version_overtook_only_that_one_alerts(settings: Settings) -> None:
    keep(settings, made(settings))
    see(settings, treaty(version=1, embargo=soon(-1)))
    see(settings, treaty(version=2, embargo=soon(-1)))
    see(settings, treaty(version=1, embargo=soon(-1)))
    assert _released(settings) == [("w", 2)]


def test_copy_that_was_killed_under_embargo_alerts_nobody(settings: Settings) -> None:
    """The kill is in the index when the time comes, as is all that the index hop has seen."""
    keep(settings, made(settings))
    _index(settings, treaty("g", version=2, status="canceled"))
    see(settings, treaty("g", embargo=soon(-1)), treaty("h", version=9, embargo=soon(-1)))
    assert _released(settings) == [("w", 9)]


def test_copy_that_the_index_shows_nobody_when_its_time_comes_alerts_nobody(settings: Settings) -> None:
    """Another article withdrew it: its document is of the same version, and canceled."""
    keep(settings, made(settings))
    _index(settings, treaty("withdrawn", status="canceled"), treaty("shown"))
    see(settings, *(treaty(guid, embargo=soon(-1)) for guid in ("withdrawn", "shown", "not indexed yet")))
    assert _released(settings) == [("w", 1), ("w", 1)]


def test_a_message_that_cannot_be_read_any_more_holds_nothing_up(settings: Settings) -> None:
    keep(settings, made(settings))

    async def main() -> None:
        async with store(settings) as kept:
            await kept.hold([Waiting("0" * 32, 1, soon(-5), b"{}")])

    asyncio.run(main())
    see(settings, treaty(embargo=soon(-1)))
    assert _released(settings) == [("w", 1)]


def test_a_watch_counts_within_a_second_and_no_longer_when_it_is_removed(settings: Settings) -> None:
    async def main() -> list[Alert]:
        desk = Desk(settings)
        await desk.see(treaty("a"))
        async with store(settings) as kept:
            await kept.add(made(settings, "one"))
            await asyncio.sleep(watcher.LOOK_S)
            await desk.see(treaty("b", version=2))
            await kept.remove("one")
            await kept.add(made(settings, "two"))
            await asyncio.sleep(watcher.LOOK_S)
            await desk.see(treaty("c", version=3))
        await desk.watcher.close()
        return desk.sent

    assert [(alert.watch, alert.version) for alert in asyncio.run(main())] == [("one", 2), ("two", 3)]


def test_a_query_that_is_none_any_more_stops_no_other(settings: Settings) -> None:
    broken = Watch(name="broken", query="topic:", created=datetime(2024, 1, 1, tzinfo=UTC))
    keep(settings, broken, made(settings))
    assert see(settings, treaty()) == [("w", 1)]


def test_a_date_of_no_calendar_stops_nobody(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such an article does not come through the contract today; were it let through, the index refuses it."""
    keep(settings, made(settings))

    def document(seen: EnrichedArticle, *rest: Any) -> dict[str, Any]:
        if seen.version == 1:
            raise ValueError("no such day")
        return documents.document(seen, *rest)

    monkeypatch.setattr("pipeline.watch.watcher.document", document)
    assert see(settings, treaty("a", version=1), treaty("b", version=2)) == [("w", 2)]
    assert see(settings, treaty("a", version=1)) == []


def test_elasticsearch_that_is_busy_or_cut_off_is_waited_for(settings: Settings) -> None:
    keep(settings, made(settings))
    for path in ("/_bulk", "/_search", "/_msearch"):
        with FaultyProxy(settings, [503, "lost", "garbled"], path=path) as proxy:
            assert see(proxy.settings, treaty()) == [("w", 1)]
            assert not proxy.faults


def test_that_it_waits_is_said(settings: Settings) -> None:
    async def main() -> list[str | None]:
        with FaultyProxy(settings, [503] * 50, path="/_search") as proxy:
            desk = Desk(proxy.settings)
            seeing = asyncio.create_task(desk.see(treaty()))
            while desk.watcher.waiting is None:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.02)
            said: list[str | None] = [desk.watcher.waiting]
            proxy.faults.clear()
            await seeing
            await desk.watcher.close()
            return [*said, desk.watcher.waiting]

    during, after = asyncio.run(main())
    assert "which watches there are since 2" in (during or "")
    assert after is None


def test_watches_of_another_alias_are_not_ours(settings: Settings) -> None:
    keep(settings, made(settings))
    other = settings.model_copy(update={"index": f"{settings.index}-other"})
    assert see(other, treaty()) == []


def _released(settings: Settings) -> list[tuple[str, int]]:
    async def main() -> list[Alert]:
        desk = Desk(settings)
        await desk.release()
        await desk.watcher.close()
        return desk.sent

    return sorted((alert.watch, alert.version) for alert in asyncio.run(main()))


def _index(settings: Settings, *articles: EnrichedArticle) -> None:
    async def main() -> None:
        sink = Sink(settings)
        await sink.ready()
        await sink.index(articles)
        await sink.close()

    asyncio.run(main())
    with Elasticsearch(str(settings.elasticsearch), request_timeout=60) as client:
        client.indices.refresh(index=settings.index)
