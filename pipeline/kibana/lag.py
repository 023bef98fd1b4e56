"""What Kibana shows of the lag: a data view, a saved search, and the lag dashboard."""

from __future__ import annotations

from pipeline.kibana import lens
from pipeline.kibana.saved import Object, dashboard, data_view, search

VIEW = "newswire-lag"
# A document without a partition is its group's total.
_GROUPS = "not partition: *"
_PARTITIONS = "partition: *"
_DURATION = {
    "id": "duration",
    "params": {"inputFormat": "seconds", "outputFormat": "humanizePrecise", "outputPrecision": 1},
}
_MOST_GROUPS = 20
_MOST_PARTITIONS = 100


def objects(alias: str) -> list[Object]:
    """All of it, each object after those that it needs.

    Args:
        alias: of the articles; the lag is in indices named after it.
    """
    durations = {"lag_seconds": _DURATION, "catch_up_seconds": _DURATION}
    view = data_view(VIEW, "Lag of the consumer groups", f"{alias}-lag-*", durations)
    return [view, *_tables(), *_curves(), _search(), _dashboard()]


def _tables() -> list[Object]:
    newest = {
        "status": lens.last("status", "Status", "string"),
        "lag": lens.last("lag", "Messages behind"),
        "seconds": lens.last("lag_seconds", "Time behind"),
        "consume": lens.last("consume_rate", "Read a second"),
        "produce": lens.last("produce_rate", "Written a second"),
        "catch_up": lens.last("catch_up_seconds", "Caught up in"),
    }
    groups = {"group": lens.terms("group", "Group", None, size=_MOST_GROUPS), **newest}
    partitions = {
        "group": lens.terms("group", "Group", None, size=_MOST_GROUPS),
        "topic": lens.terms("topic", "Topic", None, size=_MOST_GROUPS),
        "partition": lens.terms("partition", "Partition", None, size=_MOST_PARTITIONS, kind="number"),
        "committed": lens.last("committed_offset", "Committed"),
        "end": lens.last("log_end_offset", "End of the log"),
        **newest,
    }
    return [
        lens.chart(
            "newswire-lag-groups",
            "Groups now",
            "The newest figures of each consumer group within the time shown.",
            groups,
            lens.table(groups),
            view=VIEW,
            query=_GROUPS,
        ),
        lens.chart(
            "newswire-lag-partitions",
            "Partitions now",
            "The newest figures of each partition within the time shown.",
            partitions,
            lens.table(partitions),
            view=VIEW,
            query=_PARTITIONS,
        ),
    ]


def _curves() -> list[Object]:
    group = lens.terms("group", "Group", "value", size=_MOST_GROUPS)
    curves = {
        "seconds": ("Time behind", "How old the next message is that each group reads.", "lag_seconds"),
        "messages": ("Messages behind", "Messages that each group has not yet committed.", "lag"),
    }
    found = []
    for key, (title, description, field) in curves.items():
        columns = {"group": group, "time": lens.over_time(), "value": lens.measured("max", field, title)}
        drawing = lens.lines(columns, "time", split="group")
        found.append(
            lens.chart(f"newswire-lag-{key}", title, description, columns, drawing, view=VIEW, query=_GROUPS)
        )
    rates = {
        "group": lens.terms("group", "Group", "consume", size=_MOST_GROUPS),
        "time": lens.over_time(),
        "produce": lens.measured("average", "produce_rate", "Written a second"),
        "consume": lens.measured("average", "consume_rate", "Read a second"),
    }
    found.append(
        lens.chart(
            "newswire-lag-rates",
            "Written and read a second",
            "Where reading stays below writing, lag grows.",
            rates,
            lens.lines(rates, "time", split="group"),
            view=VIEW,
            query=_GROUPS,
        )
    )
    return found


def _search() -> Object:
    return search(
        "newswire-lag-alarms",
        "Lag that is not OK",
        "Each time a group or a partition was found to be anything but OK.",
        ["status", "group", "topic", "partition", "lag", "lag_seconds", "reason"],
        view=VIEW,
        query="not status: OK",
    )


def _dashboard() -> Object:
    panels = [
        ("lens", "newswire-lag-groups", (0, 0, 48, 10)),
        ("lens", "newswire-lag-seconds", (0, 10, 24, 14)),
        ("lens", "newswire-lag-messages", (24, 10, 24, 14)),
        ("lens", "newswire-lag-rates", (0, 24, 48, 14)),
        ("lens", "newswire-lag-partitions", (0, 38, 48, 16)),
        ("search", "newswire-lag-alarms", (0, 54, 48, 14)),
    ]
    return dashboard(
        "newswire-lag-dashboard",
        "Newswire: lag",
        "How far each consumer group is behind, in messages and in time, and when it will have caught up.",
        panels,
        view=VIEW,
        since="now-6h",
        refresh_s=30,
    )
