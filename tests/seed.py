"""The first real article and what must be found in it. It lies beside the project, not in it."""

from __future__ import annotations

from pathlib import Path

import pytest

SEED = Path(__file__).parents[2] / "shared" / "seed" / "wire-fr-2024-06.txt"
needs_seed = pytest.mark.skipif(
    not SEED.exists(), reason="the seed article lies in ../shared/seed, which is absent here"
)

NAMES = {
    "PER": {"Vladimir Poutine", "Kim Jong Un"},
    "LOC": {"Corée du Nord", "Russie", "Pyongyang", "Ukraine", "Moscou", "États-Unis"},
    "ORG": {"ONU", "Conseil de sécurité des Nations unies"},
}
TOPICS = {"medtop:11000000", "medtop:16000000"}
"""Politics and conflict; one of them comes first."""

HEADINGS = [
    'Éliminer "la menace d\'un conflit armé dans la péninsule coréenne"',
    "Rapprochement accéléré depuis le début de la guerre en Ukraine",
]


def body() -> str:
    """Its text, without the date before it."""
    return SEED.read_text(encoding="utf-8").strip().removeprefix("date 2024-06 ")
