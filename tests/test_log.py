"""What a process says of itself: JSON for machines, text for people, nothing endless."""

import json
import logging

import pytest
import structlog

from pipeline import log


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_our_own_and_the_libraries_lines_look_alike(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("INFO", json=True)
    structlog.get_logger("pipeline.x").warning("waiting for Kafka", attempt=2)
    logging.getLogger("some.library").warning("retry %s", 3)
    ours, theirs = lines(capsys)
    assert ours["event"] == "waiting for Kafka"
    assert ours["attempt"] == 2
    assert theirs["event"] == "retry 3"
    for line in (ours, theirs):
        assert line["level"] == "warning"
        assert str(line["timestamp"]).endswith("Z")


def test_an_exception_stays_on_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("INFO", json=True)
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        structlog.get_logger("pipeline.x").critical("failed", exc_info=True)
    (line,) = lines(capsys)
    assert "division by zero" in str(line["exception"])


def test_a_traceback_on_a_terminal_shows_no_variable(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("INFO", json=False)

    def login(password: str) -> float:
        return len(password) / 0

    try:
        login("not to be " + "seen")
    except ZeroDivisionError:
        structlog.get_logger("pipeline.x").critical("failed", exc_info=True)
    said = capsys.readouterr().err
    assert "ZeroDivisionError" in said
    assert "not to be seen" not in said


@pytest.mark.parametrize("name", ["aiokafka.conn", "kafka.net.connection"])
def test_no_level_of_ours_shows_the_bytes_of_a_login(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Both libraries print whole requests at DEBUG, and a login's has the password or the token."""
    log.configure("DEBUG", json=True)
    logging.getLogger(name).debug("Request: SaslAuthenticateRequest(%s)", b"\x00me\x00password")
    assert lines(capsys) == []


def test_what_is_less_severe_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("WARNING", json=True)
    structlog.get_logger("pipeline.x").info("no")
    logging.getLogger("faust.worker").info("no")
    logging.getLogger("kafka.conn").warning("no")
    assert lines(capsys) == []


def test_a_library_cannot_fill_the_log_with_an_article(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("INFO", json=True)
    logging.getLogger("faust.topics").warning("error for message %s", "x" * 1_000_000)
    (line,) = lines(capsys)
    assert len(str(line["event"])) < 2 * log.LONGEST
    assert "1000018 characters" in str(line["event"])


def test_people_get_text(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("INFO", json=False)
    structlog.get_logger("pipeline.x").warning("waiting for Kafka", attempt=2)
    text = capsys.readouterr().err
    assert "waiting for Kafka" in text
    assert not text.startswith("{")


def test_a_broker_that_is_away_does_not_flood_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("INFO", json=True)
    for _ in range(500):
        logging.getLogger("aiokafka").error("Unable connect to node")
        logging.getLogger("aiokafka.consumer.fetcher").error("Failed fetch messages")
        structlog.get_logger("pipeline.x").warning("ours")
    shown = [line["logger"] for line in lines(capsys)]
    assert shown.count("aiokafka") == 1
    assert shown.count("aiokafka.consumer.fetcher") == 1
    assert shown.count("pipeline.x") == 500
