"""All feeds of ``feeds.toml`` at once, in one process, with their metrics."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from pipeline.feeds import metrics
from pipeline.feeds.catalog import feeds_of
from pipeline.feeds.config import FeedConfig, base_context
from pipeline.feeds.report import OnEvent, Summary
from pipeline.feeds.run import Run
from pipeline.feeds.spool import Store
from pipeline.feeds.stopping import until_stopped
from pipeline.settings import Settings


def run(
    configs: Sequence[FeedConfig],
    settings: Settings,
    *,
    on_event: OnEvent = lambda _: None,
    stop: threading.Event | None = None,
    metrics_port: int = 0,
    metrics_host: str = metrics.HOST,
    spool: Store | None = None,
) -> Summary:
    """Run feeds until each is at its end, or until stopped.

    A feed that breaks down is told and started again, after 1 s at first and 60 s at last; the others go on.

    Args:
        configs: the feeds.
        settings: where the broker is, and how large an article may be.
        on_event: told of progress and of problems, always from the calling thread.
        stop: ends the run when set, and is set when an error ends it; without one, SIGTERM and SIGINT end it.
        metrics_port: where the metrics are served; 0 for nowhere.
        metrics_host: the address at which they are.
        spool: where copy that does not come again waits for the broker; what is in it is sent first.

    Raises:
        FeedConfigError: the feeds cannot be run as they are configured.
        MetricsError: the port of the metrics cannot be had.
        SpoolError: the spool cannot be used any more.
        UnknownTopicError: the broker lacks a topic, and does not make it.
        KafkaError: the broker refuses to talk to us.
    """
    with until_stopped(stop) as ending:
        feeds = feeds_of(configs, settings, ending)
        running = Run(settings, base_context(settings), on_event, ending, spool)
        for config in configs:
            running.summary.of(config.name)
        with metrics.served(running.summary, metrics_port, metrics_host, running.waiting):
            return running.run(feeds, together=True)
