"""Tells the language of a text, by py3langid, whose model comes in its wheel: no network is ever used."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

LOOKED_AT = 2000
"""Code points from the start of a text that are looked at; enough for certainty, and a bound for any text."""

LEAST_CONFIDENCE = 0.5
"""Below this a text counts as undetermined; measured in ``docs/decisions/0003-language-detector.md``."""

NOT_LINGUISTIC = "zxx"

# Languages within a macrolanguage (ISO 639-3) that feeds and detectors name either way, and withdrawn codes
# of the IANA registry; each to the tag that news uses.
CANONICAL = {
    "arb": "ar",
    "ary": "ar",
    "arz": "ar",
    "cmn": "zh",
    "in": "id",
    "iw": "he",
    "ji": "yi",
    "mo": "ro",
    "nb": "no",
    "nn": "no",
    "sdh": "ku",
    "uzs": "uz",
    "wuu": "zh",
    "yue": "zh",
}


class Guess(NamedTuple):
    """A language as its BCP 47 tag, and how sure that is, from 0 to 1."""

    tag: str
    confidence: float


def detect(text: str) -> Guess | None:
    """The language that the start of a text is written in.

    Args:
        text: any text; capitals, line ends and control characters do not matter.

    Returns:
        The most likely language; none where there is too little text or no language is likely enough.
    """
    shares: dict[str, float] = {}
    for tag, share in _identifier().rank(text[:LOOKED_AT]):
        shares[canonical(tag)] = shares.get(canonical(tag), 0.0) + share
    tag, share = max(shares.items(), key=lambda item: item[1])
    if tag == NOT_LINGUISTIC or share < LEAST_CONFIDENCE:
        return None
    return Guess(tag, min(share, 1.0))


def canonical(tag: str) -> str:
    """The primary subtag of a BCP 47 tag, as news names it: ``no`` for ``nb-NO``, ``fr`` for ``fr-CA``."""
    primary = tag.partition("-")[0].lower()
    return CANONICAL.get(primary, primary)


def contradicts(declared: str, detected: str) -> bool:
    """Whether two tags name different languages, whatever their region or script."""
    return canonical(declared) != canonical(detected)


def name() -> str:
    """The detector and its version, as ``models`` states it."""
    return f"py3langid {version('py3langid')}"


@cache
def _identifier() -> LanguageIdentifier:
    """The model, read once a process."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - costs numpy and a second

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
