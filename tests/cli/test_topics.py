"""``newswire topics`` on a real Kafka."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from pipeline.cli import topics as commands
from pipeline.settings import Settings
from tests.services import Stack, apart
from tests.workers import newswire


def test_the_command_has_help_with_examples() -> None:
    (command,) = commands.app.registered_commands
    assert "newswire topics" in str(command.epilog)
    assert "missing" in str(command.callback.__doc__)


def test_a_broker_that_stays_away_is_one_line() -> None:
    done = newswire(Settings(kafka="127.0.0.1:9"), "topics", "--patience", "0.5")
    assert done.returncode == 1
    assert "error: Kafka at 127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.services
def test_topics_are_made_once_as_the_settings_say(stack: Stack) -> None:
    chosen = apart(stack.settings, partitions=3, retention_days=2)
    first = newswire(chosen, "topics", "--json", "--patience", "30")
    assert first.returncode == 0, first.stderr
    found = {one["topic"]: one for one in json.loads(first.stdout)}
    assert set(found) == {chosen.topic_raw, chosen.topic_enriched, chosen.topic_alerts, chosen.topic_dead}
    assert all(one["made"] and one["partitions"] == 3 for one in found.values())
    assert asyncio.run(_retention(chosen)) == {
        chosen.topic_raw: ("172800000", 3),
        chosen.topic_dead: ("-1", 3),
    }

    again = newswire(chosen.model_copy(update={"partitions": 5}), "topics", "--patience", "30")
    assert again.returncode == 0
    assert again.stdout.count("was there") == 4
    assert asyncio.run(_retention(chosen))[chosen.topic_raw][1] == 3
    once_more = newswire(chosen.model_copy(update={"partitions": 5}), "topics", "--json", "--patience", "30")
    assert all(set(one) == {"topic", "made"} for one in json.loads(once_more.stdout))


async def _retention(settings: Settings) -> dict[str, tuple[str, int]]:
    """Of the raw articles and of the dead letters: for how long they are kept, and their partitions."""
    client = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    await client.start()
    try:
        names = [settings.topic_raw, settings.topic_dead]
        asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        values = {
            resource[3]: next(entry[1] for entry in resource[4] if entry[0] == "retention.ms")
            for answer in await client.describe_configs(asked)
            for resource in answer.resources
        }
        described = {one["topic"]: len(one["partitions"]) for one in await client.describe_topics(names)}
        return {name: (values[name], described[name]) for name in names}
    finally:
        await client.close()
