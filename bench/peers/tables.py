"""The figures as Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from bench.peers.contenders import OURS

SERVICES = ("Kafka", "Elasticsearch")


def rates(rounds: Mapping[str, Sequence[Mapping[str, Any]]], what: str) -> str:
    """One row a contender: its rate over all rounds, ours beside it in the same round, CPU and memory.

    Args:
        rounds: by contender, each with ``rate``, ``cpu``, ``memory`` and ``messages``; those that failed are
            not there.
        what: what is counted: articles, messages.
    """
    unit = what.removesuffix("s")
    head = f"{what}/s, median | lowest to highest | ours / it, same round | CPU ms a {unit}, its own"
    lines = [
        f"| peer | {head} | Kafka | Elasticsearch | peak RSS, MiB | PSS, MiB |",
        f"| --- |{' ---: |' * 8}",
    ]
    for name, each in rounds.items():
        found = [one["rate"] for one in each]
        cells = [f"{statistics.median(found):,.1f}", f"{min(found):,.1f} to {max(found):,.1f}"]
        cells.append(f"{ratio(rounds[OURS], each):.2f}" if OURS in rounds and name != OURS else "")
        cells += [f"{cpu:.2f}" for cpu in cpu_ms(each).values()]
        cells += [
            f"{statistics.median(one['memory'][kind] for one in each):,.0f}" for kind in ("peak RSS", "PSS")
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def ratio(ours: Sequence[Mapping[str, Any]], its: Sequence[Mapping[str, Any]]) -> float:
    """How often our rate is its: the median of the ratios within a round."""
    both = {one["round"]: one["rate"] for one in its}
    found = [one["rate"] / both[one["round"]] for one in ours if one["round"] in both]
    return statistics.median(found) if found else float("nan")


def cpu_ms(rounds: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """CPU milliseconds a message, in the median round: of the contender's processes, and of the services."""
    found: dict[str, list[float]] = {name: [] for name in ("its own", *SERVICES)}
    for one in rounds:
        own = sum(seconds for name, seconds in one["cpu"].items() if name not in SERVICES)
        for name, seconds in (("its own", own), *((each, one["cpu"].get(each, 0.0)) for each in SERVICES)):
            found[name].append(1000 * seconds / one["messages"])
    return {name: statistics.median(values) for name, values in found.items()}


def by_process(rounds: Sequence[Mapping[str, Any]]) -> str:
    """CPU milliseconds a message by process, in the median round, in one line."""
    names = dict.fromkeys(name for one in rounds for name in one["cpu"] if name not in SERVICES)
    parts = []
    for name in names:
        each = statistics.median(1000 * one["cpu"].get(name, 0.0) / one["messages"] for one in rounds)
        parts.append(f"{name} {each:.2f}")
    return ", ".join(parts)


def guarantees(found: Mapping[str, Mapping[str, Any]]) -> str:
    """One row a contender: what a kill in the middle did."""
    head = "sent | on its topic at the kill | lost on the topic | twice on the topic | lost in the index"
    lines = [f"| peer | set up | {head} | s until the last came |", f"| --- | --- |{' ---: |' * 6}"]
    columns = ("articles", "standing", "lost_topic", "twice_topic", "lost_index", "seconds")
    for name, one in found.items():
        lines.append(
            f"| {name} | {one['setting']} | " + " | ".join(f"{one[each]:,}" for each in columns) + " |"
        )
    return "\n".join(lines)


def failures(found: Sequence[str]) -> str:
    """What went wrong, as a list; nothing if nothing did."""
    return "\n".join(f"- {each}" for each in found)
