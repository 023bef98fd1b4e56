"""Lag: each group and each partition, in messages and seconds, and which way it goes."""

from __future__ import annotations

from deploy.grafana.board import board, choice
from deploy.grafana.panels import STATUSES, Object, curves, heading, query, states, table

_GROUP = 'consumergroup=~"$group"'
_PLACE = f'{_GROUP},topic=~"$topic"'
_BY_PLACE = "max by (consumergroup, topic, partition)"


def _seconds() -> str:
    """The seconds of each partition, under the labels that the other metrics have."""
    metric = 'kafka_consumergroup_group_lag_seconds{group=~"$group",topic=~"$topic"}'
    return f'{_BY_PLACE} (label_replace({metric}, "consumergroup", "$1", "group", "(.+)"))'


def dashboard() -> Object:
    """The dashboard."""
    return board(
        "lag",
        "Newswire: lag",
        "How far behind each group is, in messages and in seconds, by partition, and whether it catches up.",
        [
            (6, [_statuses()]),
            (8, [_behind(), _messages()]),
            (8, [_written(), _read(), _growth()]),
            (1, [heading("By partition")]),
            (8, [_partition_seconds(), _partition_messages()]),
            (10, [_partitions()]),
            (8, [_members(), _kept(), _sight()]),
        ],
        [
            choice("group", "Group", "kafka_consumergroup_members", "consumergroup"),
            choice("topic", "Topic", "kafka_topic_partition_current_offset", "topic"),
        ],
    )


def _statuses() -> Object:
    return states(
        "Status",
        "By the rules in docs/lag.md.",
        query(f"group:newswire_lag_status:max{{{_GROUP}}}", "{{consumergroup}}"),
        STATUSES,
    )


def _behind() -> Object:
    return curves(
        "Behind",
        "How long the next message to be read has waited, in the partition that is furthest behind.",
        "s",
        query(f"group:newswire_lag_seconds:max{{{_GROUP}}}", "{{consumergroup}}"),
    )


def _messages() -> Object:
    return curves(
        "Messages behind",
        "Messages that are there and not read.",
        "short",
        query(f"group:newswire_lag_messages:sum{{{_GROUP}}}", "{{consumergroup}}"),
    )


def _written() -> Object:
    return curves(
        "Written a second",
        "Messages a second that came onto each topic, over five minutes.",
        "cps",
        query('topic:newswire_lag_written:deriv5m{topic=~"$topic"}', "{{topic}}"),
    )


def _read() -> Object:
    return curves(
        "Read a second",
        "Messages a second that each group committed, over five minutes; below 0 where it began anew.",
        "cps",
        query(f"group:newswire_lag_read:deriv5m{{{_GROUP}}}", "{{consumergroup}}"),
    )


def _growth() -> Object:
    return curves(
        "Growth a second",
        "Messages a second by which the lag grows; below 0 it falls.",
        "cps",
        query(f"group:newswire_lag_messages:deriv5m{{{_GROUP}}}", "{{consumergroup}}"),
    )


def _partition_seconds() -> Object:
    return curves(
        "Behind, by partition",
        "How long the next message of each partition has waited.",
        "s",
        query(_seconds(), "{{consumergroup}} {{topic}}/{{partition}}"),
    )


def _partition_messages() -> Object:
    return curves(
        "Messages behind, by partition",
        "Messages of each partition that are there and not read.",
        "short",
        query(
            f"{_BY_PLACE} (kafka_consumergroup_lag{{{_PLACE}}})", "{{consumergroup}} {{topic}}/{{partition}}"
        ),
    )


def _partitions() -> Object:
    return table(
        "Partitions now",
        "The newest figures of each partition.",
        {
            "Messages behind": (f"{_BY_PLACE} (kafka_consumergroup_lag{{{_PLACE}}})", "short"),
            "Behind": (_seconds(), "s"),
            "Committed": (f"{_BY_PLACE} (kafka_consumergroup_current_offset{{{_PLACE}}})", "none"),
        },
        {"consumergroup": "Group", "topic": "Topic", "partition": "Partition"},
    )


def _members() -> Object:
    return curves(
        "Members",
        "Members of each group.",
        "none",
        query(f"max by (consumergroup) (kafka_consumergroup_members{{{_GROUP}}})", "{{consumergroup}}"),
    )


def _kept() -> Object:
    by_partition = "max by (topic, partition)"
    newest = f'{by_partition} (kafka_topic_partition_current_offset{{topic=~"$topic"}})'
    oldest = f'{by_partition} (kafka_topic_partition_oldest_offset{{topic=~"$topic"}})'
    return curves(
        "Messages kept",
        "Messages between the start and the end of each topic's log: what a replay could read.",
        "short",
        query(f"sum by (topic) ({newest} - {oldest})", "{{topic}}"),
    )


def _sight() -> Object:
    return states(
        "Exporter",
        "Whether Kafka says how far behind the groups are.",
        query("max(newswire_lag_up)", "Kafka"),
        (("does not say", "red"), ("says", "green")),
    )
