"""The models and the other data in the package, and their licences: as the cards say, or the table here."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Struct

from deploy.shipped.packages import UnknownLicenceError
from pipeline.resources import PACKAGE

MODELS = PACKAGE / "enrich" / "models"

_TITLE = re.compile(r"^# (\S+) (\S+)$", re.MULTILINE)
_SENTENCES = (
    re.compile(r"^\*\*(CC [A-Z-]+ [\d.]+)\.\*\*", re.MULTILINE),
    re.compile(r"^The model is under (CC [A-Z-]+ [\d.]+)[,.]", re.MULTILINE),
    re.compile(r"^The weights may be used under (CC [A-Z-]+ [\d.]+)[,.]", re.MULTILINE),
)


class Data(Struct, frozen=True, kw_only=True):
    """Something that is no code: ``place`` is its path in the project, ``source`` who made it, of what."""

    name: str
    version: str | None
    licence: str
    place: str
    source: str
    model: bool


OTHERS = (
    Data(
        name="places",
        version=None,
        licence="CC-BY-4.0 AND Unicode-3.0",
        place="pipeline/enrich/identity/gazetteer/places.tsv.gz",
        source="GeoNames; Unicode CLDR 47",
        model=False,
    ),
    Data(
        name="names of Media Topics",
        version="2023-10-24",
        licence="CC-BY-4.0",
        place="pipeline/media_topics.json",
        source="IPTC Media Topics",
        model=False,
    ),
    Data(
        name="subject codes as Media Topics",
        version=None,
        licence="CC-BY-4.0",
        place="pipeline/formats/newscodes.json",
        source="IPTC Media Topics",
        model=False,
    ),
    Data(
        name="words of dates",
        version=None,
        licence="Unicode-3.0",
        place="pipeline/formats/calendar.json",
        source="Unicode CLDR 47",
        model=False,
    ),
    Data(
        name="outline of the continents",
        version=None,
        licence="LicenseRef-public-domain",
        place="pipeline/web/static/land.txt",
        source="Natural Earth, land at 1:110 million",
        model=False,
    ),
)
"""Data of others that is no model. Whatever else is in the package was written for this project."""


def models() -> list[Data]:
    """The shipped models, as their cards (README.md) have it.

    Raises:
        UnknownLicenceError: a card does not say under which licence the model is, or there is none.
    """
    return [
        _model(folder) for folder in sorted(MODELS.iterdir()) if folder.is_dir() and any(folder.iterdir())
    ]


def _model(folder: Path) -> Data:
    card = folder / "README.md"
    place = str(folder.relative_to(PACKAGE.parent))
    text = card.read_text("utf-8") if card.is_file() else ""
    title = _TITLE.search(text)
    said = {match[1] for pattern in _SENTENCES for match in [pattern.search(text)] if match}
    if title is None or len(said) != 1:
        raise UnknownLicenceError(f"{place}/README.md does not say one name and one licence: {sorted(said)}")
    return Data(
        name=title[1],
        version=title[2],
        licence=said.pop().replace(" ", "-"),
        place=place,
        source=f"its card, {place}/README.md",
        model=True,
    )
