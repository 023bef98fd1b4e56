"""A real Prometheus asks real processes of ours: every expression that we ship gives data."""

from __future__ import annotations

import math
import subprocess
from collections.abc import Iterator

import httpx
import pytest

from tests.monitoring import asked
from tests.monitoring.newsroom import ARTICLES, Newsroom, at_work
from tests.monitoring.programs import HOW, program
from tests.monitoring.running import HOST
from tests.services import Stack, apart
from tests.workers import eventually

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(program("prometheus") is None, reason=f"there is no Prometheus: {HOW}"),
]

VALUES = {"__rate_interval": "1m", "__range": "10m", "group": ".+", "topic": ".+", "worker": ".+"}
"""What stands where Grafana puts what was chosen."""

PATIENCE_S = 60


@pytest.fixture(scope="module")
def room(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    folder = tmp_path_factory.mktemp("monitoring")
    with at_work(apart(stack.settings, var=folder / "var", processes=1), folder) as running:
        yield running


def gives_data(room: Newsroom, expression: str) -> bool:
    return any(not math.isnan(value) for _, value in room.prometheus.query(expression))


def each(found: Iterator[asked.Asked]) -> pytest.MarkDecorator:
    every = list(found)
    return pytest.mark.parametrize(
        "expression", [one.expression for one in every], ids=[one.where for one in every]
    )


class TestThatThereIsData:
    """No exceptions: every expression has data within the patience, after a small load."""

    @each(asked.of_panels(VALUES))
    def test_for_every_expression_of_every_panel(self, room: Newsroom, expression: str) -> None:
        eventually(lambda: gives_data(room, expression), within_s=PATIENCE_S, what=f"data for {expression}")

    @each(asked.of_variables())
    def test_for_every_variable(self, room: Newsroom, expression: str) -> None:
        eventually(lambda: gives_data(room, expression), within_s=PATIENCE_S, what=f"data for {expression}")

    @each(asked.figures())
    def test_for_what_every_rule_is_about(self, room: Newsroom, expression: str) -> None:
        eventually(lambda: gives_data(room, expression), within_s=PATIENCE_S, what=f"data for {expression}")

    @pytest.mark.parametrize("name", asked.names("record"))
    def test_for_everything_that_is_recorded(self, room: Newsroom, name: str) -> None:
        eventually(lambda: gives_data(room, name), within_s=PATIENCE_S, what=f"data for {name}")

    @pytest.mark.parametrize(
        "expression",
        [
            # "Kafka Exporter Overview", 7589 at grafana.com.
            'sum(rate(kafka_topic_partition_current_offset{topic=~".*"}[1m])) by (topic)',
            'sum(delta(kafka_topic_partition_current_offset{topic=~".*"}[5m])/5) by (topic)',
            'sum(kafka_consumergroup_lag{topic=~".*"}) by (consumergroup, topic)',
            'sum(delta(kafka_consumergroup_current_offset{topic=~".*"}[5m])/5) by (consumergroup, topic)',
            'sum by (topic) (kafka_topic_partitions{topic=~".*"})',
            # What kafka-lag-exporter's own dashboard asks about seconds.
            'kafka_consumergroup_group_max_lag_seconds{namespace="",group=~".+"}',
            'kafka_consumergroup_group_lag_seconds{namespace="",cluster_name=~".+",group=~".+"}',
            'max(kafka_consumergroup_group_lag_seconds{group=~".+"}) by (group)',
        ],
    )
    def test_for_what_dashboards_of_other_exporters_ask(self, room: Newsroom, expression: str) -> None:
        eventually(lambda: gives_data(room, expression), within_s=PATIENCE_S, what=f"data for {expression}")


class TestTheRules:
    @each(asked.of_rules())
    def test_prometheus_takes_every_expression(self, room: Newsroom, expression: str) -> None:
        room.prometheus.query(expression)

    def test_every_rule_is_evaluated_without_a_fault(self, room: Newsroom) -> None:
        rules = [rule for group in room.prometheus.get("rules")["groups"] for rule in group["rules"]]
        assert {rule["name"] for rule in rules} == {*asked.names("alert"), *asked.names("record")}
        eventually(
            lambda: all(
                rule["health"] == "ok"
                for group in room.prometheus.get("rules")["groups"]
                for rule in group["rules"]
            ),
            within_s=PATIENCE_S,
            what="rules that are well",
        )


class TestWhatHappened:
    """What Prometheus says is what was done."""

    def test_every_article_is_counted_at_every_stage(self, room: Newsroom) -> None:
        for stage in ("enrich", "index", "watch"):
            expression = f'newswire_articles_total{{stage="{stage}",outcome="done"}}'
            eventually(
                lambda expression=expression: room.prometheus.value(expression) == ARTICLES + 1,  # type: ignore[misc]  # mypy knows no type of a default
                within_s=PATIENCE_S,
                what=f"{ARTICLES + 1} articles at {stage}",
            )

    def test_what_was_no_article_is_one_dead_letter_and_an_alert_that_fires(self, room: Newsroom) -> None:
        letters = "newswire_dead_letters_total > 0"
        eventually(lambda: room.prometheus.value(letters) == 1, within_s=PATIENCE_S, what="one dead letter")
        alert = 'ALERTS{alertname="NewswireDeadLetters",alertstate="firing"}'
        eventually(lambda: room.prometheus.value(alert) == 1, within_s=PATIENCE_S, what="an alert")
        [[stage]] = [[labels["stage"]] for labels, _ in room.prometheus.query(letters)]
        assert [labels["stage"] for labels, _ in room.prometheus.query(alert)] == [stage]

    def test_the_group_that_stands_still_is_stopped_with_all_messages_before_it(self, room: Newsroom) -> None:
        of = f'{{consumergroup="{room.idle}"}}'
        eventually(
            lambda: room.prometheus.value(f"group:newswire_lag_status:max{of}") == 4,
            within_s=PATIENCE_S,
            what="a group that is STOPPED",
        )
        assert room.prometheus.value(f"group:newswire_lag_messages:sum{of}") == ARTICLES + 2
        stopped = f'ALERTS{{alertname="NewswireGroupStopped",consumergroup="{room.idle}"}}'
        eventually(lambda: room.prometheus.value(stopped) == 1, within_s=PATIENCE_S, what="an alert")

    def test_the_groups_that_read_are_ok(self, room: Newsroom) -> None:
        others = f'group:newswire_lag_status:max{{consumergroup!="{room.idle}"}} == 0'
        eventually(lambda: len(room.prometheus.query(others)) == 3, within_s=PATIENCE_S, what="OK")

    def test_no_alert_is_wrong_about_it(self, room: Newsroom) -> None:
        self.test_the_group_that_stands_still_is_stopped_with_all_messages_before_it(room)
        right = {"NewswireDeadLetters", "NewswireGroupStopped", "NewswireFeedErrors"}

        def told() -> set[str]:
            alerts = {labels["alertname"] for labels, _ in room.prometheus.query("ALERTS")}
            # The idle group's lag grew when the load came, and after two minutes it is high.
            return alerts - {"NewswireLagGrowing", "NewswireLagHigh"}

        eventually(lambda: told() == right, within_s=PATIENCE_S, what=f"{right} and no other alert")


class TestTheMetrics:
    @pytest.mark.parametrize("job", ["newswire-worker", "newswire-lag", "newswire-feeder", "newswire-push"])
    def test_promtool_finds_nothing_wrong_with_them(self, room: Newsroom, job: str) -> None:
        command = program("promtool")
        assert command
        page = httpx.get(f"http://{HOST}:{room.ports[job]}/metrics").content
        done = subprocess.run([command, "check", "metrics"], input=page, capture_output=True, check=False)
        assert (done.returncode, done.stdout + done.stderr) == (0, b"")
