"""A run ends by a signal or by the caller's event, and signals are as before afterwards."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from pipeline.feeds.stopping import until_stopped


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_sets_it(number: signal.Signals) -> None:
    with until_stopped(None) as stop:
        assert not stop.is_set()
        os.kill(os.getpid(), number)
        assert stop.wait(5)


def test_the_callers_event_is_used_and_no_signal_taken() -> None:
    own = threading.Event()
    before = signal.getsignal(signal.SIGTERM)
    with until_stopped(own) as stop:
        assert stop is own
        assert signal.getsignal(signal.SIGTERM) is before


def test_signals_are_as_they_were_afterwards_also_when_it_fails() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    with pytest.raises(ZeroDivisionError), until_stopped(None):
        raise ZeroDivisionError
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before


def test_in_another_thread_there_are_no_signals_to_take() -> None:
    found: list[threading.Event] = []

    def run() -> None:
        with until_stopped(None) as stop:
            found.append(stop)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert not found[0].is_set()
