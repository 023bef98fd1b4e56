"""IPTC's vocabularies: which scheme a URI is of, and which Media Topic an old subject code stands for.

The table ``newscodes.json`` is made by ``python -m training.newscodes`` from IPTC's Media Topics (CC BY 4.0).
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

import msgspec

SUBJECT = "subj"
"""The alias that IPTC's catalogue gives to the subject codes (eight digits)."""

_URI = re.compile(r"https?://(?:cv|www)\.iptc\.org/newscodes/([\w-]+)/([^/?#\s]+)/?")
_CODE = re.compile(r"[0-9]{8}")
# Alias by the last part of a scheme's URI: IPTC's catalogue for NewsML-G2, release 41.
_ALIASES = {
    "mediatopic": "medtop",
    "subjectcode": "subj",
    "genre": "genre",
    "pubstatusg2": "stat",
    "newsitemtype": "ninat",
    "ninature": "ninat",
    "signal": "sig",
    "provider": "nprov",
    "newsprovider": "nprov",
    "worldregion": "wldreg",
    "scene": "scene",
    "cpnature": "cpnat",
    "productgenre": "prodgenre",
}
_SUBJECT_ALIASES = {"subj", "subject", "subjectcode", "iptc-subject", "iptc", "iptcsubjectcodes", "sc"}


def qcode(code: str) -> str:
    """A qcode as it is; a URI of IPTC's as the qcode that it stands for; any other URI as it is."""
    match = _URI.fullmatch(code)
    if not match:
        return code
    return f"{_ALIASES.get(match[1].lower(), match[1].lower())}:{match[2]}"


def subject(code: str) -> str:
    """Eight digits as the qcode of a subject code; all else as ``qcode``."""
    return f"{SUBJECT}:{code}" if _CODE.fullmatch(code) else qcode(code)


def media_topic(code: str) -> str | None:
    """The qcode of the Media Topic that a subject code's qcode stands for, or the nearest above it.

    Source: the matches that IPTC gives with its Media Topics; none for what is no IPTC subject code.
    """
    scheme, _, digits = code.partition(":")
    if scheme.lower() not in _SUBJECT_ALIASES or not _CODE.fullmatch(digits):
        return None
    topics = _topics()
    above = (digits, f"{digits[:5]}000", f"{digits[:2]}000000")
    found = next((topics[each] for each in above if each in topics), None)
    return f"medtop:{found}" if found else None


@cache
def _topics() -> dict[str, str]:
    data = resources.files("pipeline.formats").joinpath("newscodes.json").read_bytes()
    return msgspec.json.decode(data, type=dict[str, str])
