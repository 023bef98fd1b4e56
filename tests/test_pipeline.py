"""The main job on the real services: what is fed is found, once, whatever dies on the way."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from elasticsearch import Elasticsearch
from kafka import KafkaProducer

from pipeline.article import DeadLetter, article_id
from tests import corpus, feeding, seed
from tests.seed import needs_seed
from tests.services import Stack, apart
from tests.workers import Worker, environment, eventually

pytestmark = pytest.mark.services

ROOT = Path(__file__).parent.parent
SCHEMAS = ROOT / "schemas"


class Bench:
    """Topics, consumer groups and an index of one test's own, on the services of all."""

    def __init__(self, stack: Stack, folder: Path, **fields: Any) -> None:
        self.stack = stack
        self.folder = folder
        self.settings = apart(stack.settings, var=folder / "var", processes=2, **fields)
        self.client = Elasticsearch(str(self.settings.elasticsearch), request_timeout=60)

    def newswire(self, *arguments: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[str]:
        """Run the command and give what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", *arguments],
            env=environment(self.settings),
            input=stdin,
            capture_output=True,
            timeout=180,
            check=False,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    def feed(self, *paths: Path) -> dict[str, Any]:
        """Feed files; all must be accepted."""
        done = self.newswire("feed", "--json", *map(str, paths))
        assert done.returncode == 0, done.stderr
        summary: dict[str, Any] = json.loads(done.stdout)
        return summary

    def count(self) -> int:
        """Documents that a search can find."""
        if not self.client.indices.exists_alias(name=self.settings.index):
            return 0
        self.client.indices.refresh(index=self.settings.index)
        return int(self.client.count(index=self.settings.index)["count"])

    def ids(self) -> list[str]:
        """The ids of all documents."""
        found = self.client.search(index=self.settings.index, size=10_000, source=False)
        return [hit["_id"] for hit in found["hits"]["hits"]]

    def search(self, *arguments: str) -> list[dict[str, Any]]:
        """The hits of the search command."""
        done = self.newswire("search", *arguments, "--json")
        assert done.returncode == 0, done.stderr
        hits: list[dict[str, Any]] = json.loads(done.stdout)["hits"]
        return hits

    def letters(self) -> list[DeadLetter]:
        """The dead letters."""
        return feeding.letters(self.settings)

    def worker(self, *arguments: str) -> Worker:
        return Worker(self.settings, self.folder, *arguments)


@pytest.fixture
def bench(stack: Stack, tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(stack, tmp_path)
    yield bench
    bench.client.close()


def expected_ids(lines: list[dict[str, object]]) -> set[str]:
    return {article_id("local", str(line["guid"]), "") for line in lines}


def names(document: dict[str, Any], label: str) -> set[str]:
    return {entity["text"] for entity in document["entities"] if entity["label"] == label}


@needs_seed
def test_the_first_article(bench: Bench) -> None:
    with bench.worker():
        for _ in range(3):
            assert bench.feed(seed.SEED)["accepted"] == 1
        eventually(lambda: bench.count() == 1, within_s=60, what="the article in the index")
        eventually(
            lambda: len(feeding.records(bench.settings, bench.settings.topic_enriched)) == 3,
            within_s=60,
            what="three feeds, three enrichments",
        )
        time.sleep(2)
        assert bench.count() == 1, "fed three times, one document"

    (hit,) = bench.search("poutine")
    document = json.loads(bench.newswire("show", hit["id"], "--json").stdout)
    assert document["language"] == "fr"
    assert document["created"] == "2024-06"
    for label, expected in seed.NAMES.items():
        assert names(document, label) >= expected
    assert document["topics"][0] in seed.TOPICS
    body = document["body"]
    headings = [body[heading["start"] : heading["end"]] for heading in document["headings"]]
    assert headings == seed.HEADINGS
    for entity in document["entities"]:
        spelled = {body[mention["start"] : mention["end"]] for mention in entity["mentions"]}
        # Beside its names a person has roles: le dirigeant nord-coréen.
        assert {name for name in spelled if not name.islower()} == {entity["text"], *entity.get("forms", ())}
    ids = {entity["text"]: entity.get("id") for entity in document["entities"]}
    assert (ids["Corée du Nord"], ids["Moscou"]) == ("iso:KP", "geonames:524901")
    assert document["places_names"].count("North Korea") == 1
    for words in ("poutine", "POUTINE", "coree du nord", '"assistance mutuelle"', "sanction", "sanctionner"):
        assert [found["id"] for found in bench.search(words)] == [hit["id"]], words
    assert bench.search("xylophone") == []
    assert bench.search("poutine", "--place", "pyongyang", "--person", "kim jong un", "--language", "fr")
    assert bench.search("poutine", "--since", "2024-06-01")
    assert not bench.search("poutine", "--since", "2024-07-01")


def test_every_message_on_every_topic_keeps_its_contract(bench: Bench) -> None:
    lines = corpus.articles(6)
    path = corpus.write(bench.folder / "six.jsonl", lines)
    with path.open("a") as file:
        file.write('{"guid": "cut", "body": "no end\n')
    with bench.worker():
        fed = bench.newswire("feed", "--json", str(path))
        assert fed.returncode != 0
        eventually(lambda: bench.count() == 6, within_s=60, what="six articles in the index")
    for topic, contract in (
        (bench.settings.topic_raw, "raw-article"),
        (bench.settings.topic_enriched, "enriched-article"),
    ):
        schema = jsonschema.Draft202012Validator(
            json.loads((SCHEMAS / f"{contract}.schema.json").read_text()),
            format_checker=jsonschema.FormatChecker(),
        )
        records = feeding.records(bench.settings, topic)
        assert len(records) == 6
        for record in records:
            message = json.loads(record.value)
            schema.validate(message)
            assert record.key.decode() == message["id"]
    schema = jsonschema.Draft202012Validator(json.loads((SCHEMAS / "dead-letter.schema.json").read_text()))
    letters = bench.letters()
    assert len(letters) == 1
    schema.validate(json.loads(msgspec.json.encode(letters[0])))
    assert letters[0].value.startswith(b'{"guid": "cut"')


def test_the_life_of_a_story(bench: Bench) -> None:
    """Versions in any order, a kill, an embargo: what a search may find is the newest usable one."""
    story = {"guid": "story", "body": "La première version de la dépêche parle de Lyon.", "version": 1}
    lines: list[dict[str, object]] = [
        {**story, "version": 3, "body": "La troisième version de la dépêche parle de Toulouse."},
        {**story, "version": 2, "body": "La deuxième version de la dépêche parle de Nantes."},
        story,
        {"guid": "killed", "body": "Une dépêche qui parle de Bordeaux.", "version": 1},
        {"guid": "killed", "status": "canceled", "version": 2},
        {
            "guid": "held",
            "body": "Une dépêche de Strasbourg.",
            "embargo": "2999-01-01T00:00:00Z",
            "version": 1,
        },
    ]
    with bench.worker():
        bench.feed(corpus.write(bench.folder / "story.jsonl", lines))
        eventually(lambda: bench.count() == 3, within_s=60, what="three stories in the index")
        eventually(
            lambda: len(feeding.records(bench.settings, bench.settings.topic_enriched)) == 6,
            within_s=60,
            what="every version enriched",
        )
        eventually(lambda: not bench.search("Bordeaux"), within_s=30, what="the killed story gone")
    (hit,) = bench.search("dépêche")
    assert hit["version"] == 3
    assert bench.search("Nantes") == bench.search("Lyon") == bench.search("Strasbourg") == []
    tombstone = json.loads(bench.newswire("show", article_id("local", "killed", ""), "--json").stdout)
    assert tombstone["status"] == "canceled"
    assert "body" not in tombstone


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["SIGTERM", "SIGKILL"])
def test_a_worker_stopped_in_mid_batch_loses_nothing(bench: Bench, number: signal.Signals) -> None:
    lines = corpus.articles(600, sentences=12)
    worker = bench.worker()
    worker.start()
    assert bench.feed(corpus.write(bench.folder / "all.jsonl", lines))["accepted"] == 600
    for share in (60, 200, 350):
        eventually(lambda share=share: bench.count() >= share, within_s=120, what=f"{share} articles")  # type: ignore[misc]  # a default binds the loop's value
        assert bench.count() < 600, "the worker was done before it could be stopped"
        code = worker.stop(number)
        assert code == (0 if number is signal.SIGTERM else -signal.SIGKILL)
        worker.start()
    eventually(lambda: bench.count() >= 600, within_s=180, what="600 articles in the index")
    worker.stop()
    assert set(bench.ids()) == expected_ids(lines)
    assert bench.count() == 600
    assert bench.letters() == []


def test_elasticsearch_away_for_half_a_minute_loses_nothing(bench: Bench) -> None:
    lines = corpus.articles(300, sentences=8)
    with bench.worker() as worker:
        bench.feed(corpus.write(bench.folder / "first.jsonl", lines[:150]))
        eventually(lambda: bench.count() > 0, within_s=60, what="the first articles")
        bench.stack.elasticsearch.stop()
        try:
            away = time.monotonic()
            bench.feed(corpus.write(bench.folder / "second.jsonl", lines[150:]))
            time.sleep(max(0.0, 30 - (time.monotonic() - away)))
        finally:
            bench.stack.elasticsearch.start()
        eventually(lambda: bench.count() >= 300, within_s=180, what="300 articles in the index")
        assert worker.stop() == 0
    assert set(bench.ids()) == expected_ids(lines)
    assert bench.letters() == []


BROKEN: dict[str, bytes] = {
    "empty": b"",
    "null": b"null",
    "a number": b"42",
    "a list": b"[]",
    "an empty object": b"{}",
    "binary": bytes(range(256)) * 20,
    "zeros": b"\x00" * 1000,
    "a picture": b"\x89PNG\r\n\x1a\n" + b"\x00\xff" * 100,
    "gzip": b"\x1f\x8b\x08\x00" + b"\x99" * 100,
    "ten megabytes of one character": b"x" * 10_000_000,
    "one character for the whole limit": b"x" * 1_048_577,
    "invalid UTF-8": '{"guid": "é", "body": "cassé"}'.encode("latin-1"),
    "UTF-16 cut in half": "Le président a parlé.".encode("utf-16")[:-1],
    "JSON cut off": b'{"guid": "g", "body": "an article that never en',
    "a body that is a number": b'{"guid": "g", "body": 7}',
    "a version that is text": b'{"guid": "g", "body": "b", "version": "new"}',
    "a date that cannot be": b'{"guid": "g", "body": "b", "created": "2024-02-30"}',
    "a lone surrogate": b'{"guid": "g", "body": "\\ud800"}',
    "not a number": b'{"guid": "g", "body": NaN}',
    "nested a hundred thousand times": b'{"guid":' + b"[" * 100_000 + b"]" * 100_000 + b', "body": "b"}',
    "nothing but blanks": b" \n\t\r\n ",
    "no text": b'{"guid": "g", "headline": "", "body": null}',
}


# In a file of their own these are plain text, if short; as messages they are no articles.
PLAIN_TEXT = {"null", "a number"}


def test_broken_files_are_told_and_the_next_article_gets_through(bench: Bench) -> None:
    paths = []
    broken = {name: data for name, data in BROKEN.items() if name not in PLAIN_TEXT}
    for place, (name, data) in enumerate(broken.items()):
        path = bench.folder / f"{place:02}-{name.replace(' ', '-')}"
        path.write_bytes(data)
        paths.append(path)
    good = corpus.write(bench.folder / "99-good.jsonl", corpus.articles(1))
    with bench.worker():
        done = bench.newswire("feed", "--json", *map(str, paths), str(good))
        summary = json.loads(done.stdout)
        assert done.returncode != 0
        assert (summary["accepted"], summary["rejected"]) == (1, len(broken))
        for path in paths:
            assert path.name in done.stderr, f"nothing was said of {path.name}"
        assert "Traceback" not in done.stderr
        eventually(lambda: bench.count() == 1, within_s=60, what="the good article in the index")
    small = [data for data in broken.values() if len(data) < 1_000_000]
    kept = [letter.value for letter in bench.letters()]
    assert all(data in kept for data in small if data), "original bytes are missing"


def test_broken_messages_become_dead_letters_and_the_next_gets_through(bench: Bench) -> None:
    good = corpus.write(bench.folder / "good.jsonl", corpus.articles(1))
    with bench.worker("--only", "enrich"), bench.worker("--only", "index"):
        producer = KafkaProducer(
            bootstrap_servers=bench.settings.kafka, max_request_size=bench.settings.max_message_bytes
        )
        fitting = {
            name: data for name, data in BROKEN.items() if len(data) < bench.settings.max_message_bytes
        }
        for topic in (bench.settings.topic_raw, bench.settings.topic_enriched):
            for data in fitting.values():
                producer.send(topic, key=b"k", value=data).get(timeout=30)
            producer.send(topic, key=b"k", value=None).get(timeout=30)
        producer.close()
        bench.feed(good)
        eventually(lambda: bench.count() == 1, within_s=120, what="the good article in the index")
        eventually(
            lambda: len(bench.letters()) == 2 * (len(fitting) + 1), within_s=60, what="a dead letter for each"
        )
    letters = bench.letters()
    for topic in (bench.settings.topic_raw, bench.settings.topic_enriched):
        kept = [letter for letter in letters if letter.topic == topic]
        assert sorted(letter.value for letter in kept) == sorted([*fitting.values(), b""])
        assert all(letter.key == b"k" and letter.stage == "validate" for letter in kept)
        assert all(letter.error_message for letter in kept)
