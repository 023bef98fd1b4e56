"""The overview: whether all is well, how far behind the wire we are, and what came in."""

from __future__ import annotations

from deploy.grafana.board import board
from deploy.grafana.panels import ORANGE, RED, STATUSES, YELLOW, Object, curves, figure, query, states, table

_BEHIND = ((120, YELLOW), (900, RED))
"""As the alerts have it."""


def dashboard() -> Object:
    """The dashboard."""
    return board(
        "overview",
        "Newswire: overview",
        "Whether all is well, how many seconds behind the wire the pipeline is, and what came in.",
        [
            (4, _figures()),
            (6, [_statuses()]),
            (8, [_behind(), _quick(), _hops()]),
            (8, [_stages(), _feeds()]),
            (8, [_alerts(), _targets()]),
        ],
    )


def _figures() -> list[Object]:
    return [
        figure(
            "Furthest behind",
            "How long the next message has waited, of the group that is furthest behind.",
            "s",
            query("max(group:newswire_lag_seconds:max)"),
            _BEHIND,
        ),
        figure(
            "Received to searchable",
            "Seconds within which 95 of 100 articles could be found, of a sample, in five minutes.",
            "s",
            query("newswire:newswire_total_seconds:p95_5m >= 0"),
            _BEHIND,
        ),
        figure(
            "Indexed a second",
            "Articles that were indexed, a second, over five minutes.",
            "cps",
            query('sum(stage:newswire_articles:rate5m{stage="index"})'),
        ),
        figure(
            "Dead letters",
            "Articles that could not be processed within ten minutes.",
            "short",
            query("sum(stage:newswire_dead_letters:increase10m)"),
            ((0.5, ORANGE),),
        ),
        figure(
            "Workers",
            "Workers that answer.",
            "none",
            query('sum(up{job="newswire-worker"}) or vector(0)'),
        ),
        figure(
            "Alerts",
            "Alerts that are firing.",
            "none",
            query('count(ALERTS{alertname=~"Newswire.+",alertstate="firing"}) or vector(0)'),
            ((1, RED),),
        ),
    ]


def _statuses() -> Object:
    return states(
        "Status of the groups",
        "By the rules in docs/lag.md.",
        query("group:newswire_lag_status:max", "{{consumergroup}}"),
        STATUSES,
    )


def _behind() -> Object:
    return curves(
        "Behind",
        "How long the next message to be read has waited, by group.",
        "s",
        query("group:newswire_lag_seconds:max", "{{consumergroup}}"),
    )


def _quick() -> Object:
    return curves(
        "Received to searchable, in time",
        "Half of the articles were quicker than the median, 95 of 100 than the other curve. A sample.",
        "s",
        query("newswire:newswire_total_seconds:p50_5m", "median"),
        query("newswire:newswire_total_seconds:p95_5m", "95 of 100"),
    )


def _hops() -> Object:
    return curves(
        "By hop, in time",
        "Seconds within which 95 of 100 articles got over each hop; to searchable of a sample.",
        "s",
        query("hop:newswire_hop_seconds:p95_5m", "{{hop}}"),
    )


def _stages() -> Object:
    return curves(
        "Articles by stage",
        "Articles a second at each stage, by what became of them.",
        "cps",
        query("stage:newswire_articles:rate5m", "{{stage}}: {{outcome}}"),
    )


def _feeds() -> Object:
    return curves(
        "Articles by feed",
        "Articles a second from each feed.",
        "cps",
        query("feed:newswire_feed_articles:rate5m", "{{feed}}"),
        stacked=True,
    )


def _alerts() -> Object:
    labels = {"alertname": "Alert", "severity": "Severity"}
    labels |= {name: name.capitalize() for name in ("consumergroup", "stage", "feed", "service", "instance")}
    since = (
        f"max by ({', '.join(labels)}) ("
        'ALERTS_FOR_STATE{alertname=~"Newswire.+"}'
        ' and ignoring (alertstate) ALERTS{alertstate="firing"}) * 1000'
    )
    return table(
        "Alerts that are firing",
        "docs/alerts.md says of each what to do.",
        {"Since": (since, "dateTimeAsIso")},
        labels,
    )


def _targets() -> Object:
    return table(
        "Processes",
        "What Prometheus asks, and whether it answers.",
        {"Answers": ('max by (job, instance) (up{job=~"newswire-.+"})', "none")},
        {"job": "Job", "instance": "Instance"},
        named={"Answers": (("no", RED), ("yes", "green"))},
    )
