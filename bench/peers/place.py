"""Where the peers' things lie: the checkout, and in it the environment that ``make peers`` builds."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PYTHON = ROOT / "var" / "peers" / "bin" / "python"
"""The interpreter of the peers' own environment."""
