"""The pipeline from within: stages, seconds by hop, batches, models, and what feeds and services do."""

from __future__ import annotations

from deploy.grafana.board import board, choice
from deploy.grafana.panels import Object, curves, heading, query, states

_OF = 'instance=~"$worker"'
_RATE = "[$__rate_interval]"


def dashboard() -> Object:
    """The dashboard."""
    return board(
        "pipeline",
        "Newswire: pipeline",
        "What each stage does, how long articles take by hop, batches, models, services and feeds.",
        [
            (1, [heading("Stages")]),
            (8, [_articles(), _in_flight()]),
            (1, [heading("Seconds of an article")]),
            (8, [_total(), _hops()]),
            (1, [heading("Batches and models")]),
            (8, [_sizes(), _work()]),
            (8, [_cores(), _cost(), _processes()]),
            (1, [heading("Services and machine")]),
            (8, [_waiting(), _retries()]),
            (8, [_memory(), _cpu(), _versions()]),
            (1, [heading("Feeds")]),
            (8, [_feeds(), _faults(), _spool()]),
            (8, [_requests(), _request_seconds()]),
        ],
        [choice("worker", "Worker", "newswire_worker_info", "instance")],
    )


def _rate(metric: str, by: str, labels: str = _OF) -> str:
    return f"sum by ({by}) (rate({metric}{{{labels}}}{_RATE}))"


def _quantile(share: float, metric: str, by: str = "", labels: str = _OF) -> str:
    kept = f"{by}, le" if by else "le"
    return f"histogram_quantile({share}, {_rate(f'{metric}_bucket', kept, labels)})"


def _mean(metric: str, by: str) -> str:
    return f"{_rate(f'{metric}_sum', by)} / {_rate(f'{metric}_count', by)}"


def _articles() -> Object:
    return curves(
        "Articles by stage and outcome",
        "Articles a second. stale: an older version that changed nothing; dead: it went to the dead letters.",
        "cps",
        query(_rate("newswire_articles_total", "stage, outcome"), "{{stage}}: {{outcome}}"),
    )


def _in_flight() -> Object:
    return curves(
        "In flight",
        "Articles that are taken and not acknowledged yet.",
        "short",
        query(f"sum by (stage) (newswire_in_flight{{{_OF}}})", "{{stage}}"),
    )


def _total() -> Object:
    metric = "newswire_total_seconds"
    return curves(
        "Received to searchable",
        "Of a sample. A letter that is retried was received long ago, and shows so.",
        "s",
        query(_quantile(0.5, metric), "median"),
        query(_quantile(0.95, metric), "95 of 100"),
        query(_quantile(0.99, metric), "99 of 100"),
    )


def _hops() -> Object:
    metric = "newswire_hop_seconds"
    return curves(
        "By hop",
        "Received to enriched, enriched to indexed, indexed to searchable (of a sample).",
        "s",
        query(_quantile(0.5, metric, "hop"), "{{hop}}: median"),
        query(_quantile(0.95, metric, "hop"), "{{hop}}: 95 of 100"),
    )


def _sizes() -> Object:
    return curves(
        "Articles in a batch",
        "On the average.",
        "short",
        query(_mean("newswire_batch_articles", "stage"), "{{stage}}"),
    )


def _work() -> Object:
    metric = "newswire_batch_seconds"
    return curves(
        "Seconds a batch is in work",
        "Waiting for services counts, and at index for the batch before.",
        "s",
        query(_quantile(0.5, metric, "stage"), "{{stage}}: median"),
        query(_quantile(0.95, metric, "stage"), "{{stage}}: 95 of 100"),
    )


def _cores() -> Object:
    return curves(
        "Cores that the models keep busy",
        "CPU seconds a second in the model processes.",
        "short",
        query(_rate("newswire_model_seconds_total", "instance"), "{{instance}}"),
        stacked=True,
    )


def _cost() -> Object:
    articles = f'sum(rate(newswire_articles_total{{stage="enrich",{_OF}}}{_RATE}))'
    return curves(
        "CPU seconds of the models for an article",
        "On the average.",
        "s",
        query(f"sum(rate(newswire_model_seconds_total{{{_OF}}}{_RATE})) / {articles}", "an article"),
    )


def _processes() -> Object:
    return curves(
        "Model processes",
        "That live; one that died is started again.",
        "none",
        query(f"newswire_model_processes{{{_OF}}}", "{{instance}}"),
    )


def _waiting() -> Object:
    return states(
        "Waiting for services",
        "Whether a worker cannot go on because a service does not answer or takes nothing.",
        query(f"max by (service) (newswire_waiting{{{_OF}}})", "{{service}}"),
        (("goes on", "green"), ("waits", "red")),
    )


def _retries() -> Object:
    return curves(
        "Bulk requests that were repeated",
        "Rounds a second in which Elasticsearch did not take all documents.",
        "cps",
        query(_rate("newswire_bulk_retries_total", "instance"), "{{instance}}"),
    )


def _memory() -> Object:
    return curves(
        "Memory",
        "Of each process that tells it; of a worker without its model processes.",
        "bytes",
        query('process_resident_memory_bytes{job=~"newswire-.+"}', "{{job}} {{instance}}"),
    )


def _cpu() -> Object:
    return curves(
        "Cores",
        "CPU seconds a second of each process that tells it; of a worker without its model processes.",
        "short",
        query(f'rate(process_cpu_seconds_total{{job=~"newswire-.+"}}{_RATE})', "{{job}} {{instance}}"),
    )


def _versions() -> Object:
    return curves(
        "Versions",
        "Workers of each version.",
        "none",
        query(f"count by (version) (newswire_worker_info{{{_OF}}})", "{{version}}"),
        stacked=True,
    )


def _feeds() -> Object:
    return curves(
        "Articles by feed",
        "Articles a second that the broker acknowledged, or the spool.",
        "cps",
        query(_rate("newswire_feed_articles_total", "feed", ""), "{{feed}}"),
        stacked=True,
    )


def _faults() -> Object:
    return curves(
        "Faults by feed",
        "rejected: no articles; failed: the broker did not take it; unreadable: files; feed: its breakdowns.",
        "cps",
        query(_rate("newswire_feed_errors_total", "feed, kind", ""), "{{feed}}: {{kind}}"),
    )


def _spool() -> Object:
    return curves(
        "Messages in the spool",
        "What feeders took and the broker does not have yet; nothing without --spool.",
        "short",
        query("newswire_feed_spool_messages", "{{instance}}"),
    )


def _requests() -> Object:
    return curves(
        "Requests that push copy",
        "Answers a second, by their status.",
        "cps",
        query(_rate("newswire_push_requests_total", "feed, status", ""), "{{feed}}: {{status}}"),
    )


def _request_seconds() -> Object:
    metric = "newswire_push_request_seconds"
    return curves(
        "Seconds of a request",
        "From its head to its answer.",
        "s",
        query(_quantile(0.5, metric, "feed", ""), "{{feed}}: median"),
        query(_quantile(0.95, metric, "feed", ""), "{{feed}}: 95 of 100"),
    )
