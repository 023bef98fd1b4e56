"""What a comparison of two versions' contracts finds: how bad it is, where, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What a change means for the old and the new version side by side."""

    BREAKS = "breaks"
    """What one of them wrote, the other cannot take, or reads as something else."""
    REBUILD = "rebuild"
    """The indices that are there do not get it: it needs a replay and a switch, announced beforehand."""
    AHEAD = "ahead"
    """The new version reads what the old one refuses: to be read now, and written from the next release."""
    GROWS = "grows"
    """New workers add it to what is there, and old ones do not mind."""


@dataclass(frozen=True, order=True)
class Finding:
    """One change.

    Attributes:
        verdict: what it means.
        where: file and place in it, as ``raw-article.schema.json: provenance.offset``; ends with the colon
            where it is the file as a whole.
        what: what is otherwise.
        remedy: what to do.
    """

    verdict: Verdict
    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.verdict}: {self.where.rstrip(':')}: {self.what}\n    {self.remedy}"
