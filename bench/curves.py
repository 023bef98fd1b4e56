"""The curves of a soak, as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.memory import WARM, Sample


def draw(samples: Sequence[Sample], file: Path, warm: int = WARM) -> None:
    """Resident memory over articles, a curve for each process, the services apart from what is ours."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to load, and only needed here

    names = list(dict.fromkeys(sample.process for sample in samples))
    services = [name for name in names if name in {"Kafka", "Elasticsearch"}]
    parts = [[name for name in names if name not in services], services]
    figure = Figure(figsize=(9, 8), layout="tight")
    axes = figure.subplots(2, 1, sharex=True)
    for axis, part, title in zip(axes, parts, ("Newswire", "Services"), strict=True):
        for name in part:
            mine = [sample for sample in samples if sample.process == name]
            axis.plot(
                [sample.done for sample in mine], [sample.rss for sample in mine], label=name, linewidth=1
            )
        axis.axvline(warm, color="grey", linestyle=":", linewidth=1)
        axis.set_title(title)
        axis.set_ylabel("resident memory, MiB")
        axis.set_ylim(bottom=0)
        axis.grid(alpha=0.3)
        if part:
            axis.legend(loc="lower right")
    axes[1].set_xlabel("articles searchable")
    figure.savefig(file, dpi=110)
