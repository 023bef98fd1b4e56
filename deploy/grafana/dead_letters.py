"""Dead letters: how many, at which stage, and which part of all articles they are."""

from __future__ import annotations

from deploy.grafana.board import board
from deploy.grafana.panels import ORANGE, Object, curves, figure, query, table, text

_RANGE = "[$__range]"
_WORDS = """\
What could not be processed is kept with its bytes and its reason.

- `newswire dead list` shows what is open, the newest first
- `newswire dead show ID` shows all of one
- `newswire dead retry --stage STAGE` sends it through once more
"""


def dashboard() -> Object:
    """The dashboard."""
    return board(
        "dead-letters",
        "Newswire: dead letters",
        "How many articles could not be processed, at which stage, and what feeds rejected.",
        [
            (6, [_count(), _share(), _rejected(), text("What to do", _WORDS)]),
            (8, [_stages(), _shares()]),
            (8, [_table(), _feeds()]),
        ],
    )


def _count() -> Object:
    return figure(
        "Dead letters",
        "Articles that could not be processed, within the time shown.",
        "short",
        query(f"sum(increase(newswire_dead_letters_total{_RANGE}))"),
        ((0.5, ORANGE),),
    )


def _share() -> Object:
    dead = f'sum(increase(newswire_articles_total{{outcome="dead"}}{_RANGE}))'
    every = f'sum(increase(newswire_articles_total{{stage="enrich"}}{_RANGE}))'
    return figure(
        "Part of all articles",
        "Dead letters as a part of the articles that were read, within the time shown.",
        "percentunit",
        query(f"{dead} / {every}"),
        ((0.001, ORANGE),),
    )


def _rejected() -> Object:
    return figure(
        "Rejected by feeds",
        "Pieces that were no articles, within the time shown; they are dead letters of the stage parse.",
        "short",
        query(f'sum(increase(newswire_feed_errors_total{{kind="rejected"}}{_RANGE}))'),
        ((0.5, ORANGE),),
    )


def _stages() -> Object:
    return curves(
        "By stage",
        "Dead letters within ten minutes, by the stage that they name.",
        "short",
        query("stage:newswire_dead_letters:increase10m", "{{stage}}"),
        stacked=True,
    )


def _shares() -> Object:
    return curves(
        "Part of each stage's articles",
        "Of the articles that a stage finished, which part went to the dead letters, over five minutes.",
        "percentunit",
        query(
            'sum by (stage) (stage:newswire_articles:rate5m{outcome="dead"})'
            " / sum by (stage) (stage:newswire_articles:rate5m)",
            "{{stage}}",
        ),
    )


def _table() -> Object:
    return table(
        "Within the time shown",
        "Dead letters by stage.",
        {"Dead letters": (f"sum by (stage) (increase(newswire_dead_letters_total{_RANGE}))", "short")},
        {"stage": "Stage"},
    )


def _feeds() -> Object:
    return table(
        "Faults of feeds, within the time shown",
        "By feed and kind; docs/feeds.md says what the kinds are.",
        {"Faults": (f"sum by (feed, kind) (increase(newswire_feed_errors_total{_RANGE}))", "short")},
        {"feed": "Feed", "kind": "Kind"},
    )
