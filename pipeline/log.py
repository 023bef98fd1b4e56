"""What a process says of itself on standard error: readable on a terminal, JSON lines elsewhere."""

from __future__ import annotations

import logging
import sys

import stamina
import structlog

QUIETER = {
    "kafka": "ERROR",
    "aiokafka": "ERROR",
    "faust": "WARNING",
    "mode": "WARNING",
    "elastic_transport": "ERROR",
}


LONGEST = 2000
SPARING_S = 5.0


def _short(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Libraries print whole messages on errors: an article of a megabyte has no place in a log line."""
    text = str(event["event"])
    if len(text) > LONGEST:
        event["event"] = f"{text[:LONGEST]} … ({len(text)} characters)"
    return event


class _Sparing(logging.Filter):
    """One line of each of aiokafka's loggers in so many seconds: without a broker they write hundreds."""

    def __init__(self) -> None:
        super().__init__()
        self._next: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is shown."""
        if not record.name.startswith("aiokafka"):
            return True
        if record.created < self._next.get(record.name, 0):
            return False
        self._next[record.name] = record.created + SPARING_S
        return True


def configure(level: str = "INFO", *, json: bool | None = None) -> None:
    """Send structlog's and the libraries' own messages to standard error.

    Args:
        level: the least severe level that is shown.
        json: JSON lines or readable text; by default text on a terminal and JSON elsewhere.
    """
    as_json = not sys.stderr.isatty() if json is None else json
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        _short,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[structlog.typing.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if as_json
        # Tracebacks without the values of variables, of which one may be a password.
        else [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler()
    handler.addFilter(_Sparing())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    # Whoever waits says so in words of its own; stamina would say it once more.
    stamina.instrumentation.set_on_retry_hooks(())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name, least in QUIETER.items():
        logging.getLogger(name).setLevel(least)
