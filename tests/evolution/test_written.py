"""What this version writes, readers of the last release take; what that release wrote, this version reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import article, dead, enrich
from pipeline.article import Alert, DeadLetter, EnrichedArticle, Failure, RawArticle
from pipeline.schema import CONTRACTS
from pipeline.settings import Settings
from pipeline.watch import watcher
from pipeline.watch.matching import Match
from pipeline.watch.watches import Watch
from tests.evolution import instances, old
from tests.test_samples import ALL

NOW = datetime(2024, 6, 19, 12, tzinfo=UTC)
CHAIN = enrich.load(Settings())


def whole(name: str, **fields: Any) -> bytes:
    return json.dumps(old.message(name, whole=True, **fields)).encode()


def fewest(name: str, **fields: Any) -> bytes:
    return json.dumps(old.message(name, whole=False, **fields)).encode()


def enriched() -> list[EnrichedArticle]:
    """What the chain makes of the samples, of an old article with every field, and of a killed one."""
    olds = [article.decode_raw(whole(old.RAW)), article.decode_raw(fewest(old.RAW, status="canceled"))]
    return CHAIN.enrich([*ALL, *olds], NOW, skipped={})


@pytest.mark.parametrize("one", ALL, ids=lambda one: str(one.guid or one.provenance.location))
def test_old_readers_take_what_feeders_write(one: RawArticle) -> None:
    old.check(old.RAW, article.encode(one))


def test_old_readers_take_what_enrichers_write() -> None:
    found = enriched()
    found += CHAIN.enrich(ALL[:1], NOW, skipped={stage.name: "stopped" for stage in CHAIN.stages})
    for one in found:
        old.check(old.ENRICHED, article.encode(one))
    written = {name for one in found for name in json.loads(article.encode(one))}
    # Users' own enrichers write `extra`, where any value may stand; shares are of articles in two languages.
    assert set(old.schema(old.ENRICHED)["properties"]) - written == {"extra", "language_shares"}


@pytest.mark.parametrize("value", [b"{}", None, b"\xff"])
@pytest.mark.parametrize("key", [b"key", None])
def test_old_readers_take_what_is_written_of_the_dead(key: bytes | None, value: bytes | None) -> None:
    letter = dead.of_message(
        Failure("parse", "Error", "of no kind"),
        topic="news.raw",
        partition=1,
        offset=2,
        key=key,
        value=value,
        headers=[("trace", b"1"), ("empty", None)],
        failed=NOW,
    )
    old.check("dead-letter.schema.json", msgspec.json.encode(letter))


def test_old_readers_take_what_watches_write() -> None:
    watch = Watch(name="korea", query="kim", created=NOW)
    for one in enriched():
        alert = watcher._alert(watch, one, Match("korea", 0, ("a **word**",)))
        old.check("alert.schema.json", article.encode(alert))


def test_a_field_that_the_last_release_does_not_know_would_be_refused_by_it() -> None:
    """So the checks above can fail; and this is why a field is read for a release before it is written."""
    with pytest.raises(jsonschema.ValidationError, match="Additional properties are not allowed"):
        old.check(old.RAW, whole(old.RAW)[:-1] + b', "unheard_of": "night"}')
    with pytest.raises(article.InvalidArticleError, match="unknown field `unheard_of`"):
        article.decode_raw(whole(old.RAW)[:-1] + b', "unheard_of": "night"}')


def test_an_old_article_is_read_and_nothing_of_it_is_lost() -> None:
    assert json.loads(article.encode(article.decode_raw(whole(old.RAW)))) == json.loads(whole(old.RAW))
    value = whole(old.ENRICHED, extra={"mood": [1, None]})
    assert json.loads(article.encode(article.decode_enriched(value))) == json.loads(value)


def test_an_old_article_with_the_fewest_fields_is_read() -> None:
    assert article.decode_raw(fewest(old.RAW)).body == old.BODY
    assert article.decode_enriched(fewest(old.ENRICHED)).body == old.BODY


def test_old_letters_and_alerts_are_read() -> None:
    for every in (True, False):
        letter = instances.example(old.schema("dead-letter.schema.json"), whole=every)
        assert msgspec.json.decode(json.dumps(letter), type=DeadLetter).value == b"bytes"
        alert = instances.example(old.schema("alert.schema.json"), whole=every)
        assert article.decode_alert(json.dumps(alert).encode()).watch == alert["watch"]


@pytest.mark.parametrize("name", CONTRACTS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_whatever_an_old_writer_may_write_is_read(name: str, data: st.DataObject) -> None:
    message = data.draw(instances.valid(old.schema(name)))
    message = json.loads(json.dumps(message))
    jsonschema.validate(message, old.schema(name))
    read = msgspec.json.decode(json.dumps(message), type=CONTRACTS[name])
    assert isinstance(read, RawArticle | DeadLetter | Alert)
