"""What kind of message it is, by the marks in its words: kill, correction, advisory, alert, update.

Headers say it where they can (``signal``, ``edStat``, revision numbers); many agencies say it only in words,
in the headline, a marker line or a note to editors. Words count only where agencies put them: at the start,
in brackets, or in capitals, so that a story about a kill or an update is none.
"""

from __future__ import annotations

import re

from pipeline.article import Kind

_KILL = (
    r"MANDATORY KILL|KILL NOTICE|BULLETIN KILL|URGENT KILL|ADVISORY KILL|KILL|STORY KILLED|STORY REMOVED"
    r"|WITHDRAWN|ANNULATION|ANNUL[ÉE]E?|SUPPRESSION|ANULACI[ÓO]N|ANULAD[AO]|ANNULLAMENTO|ANNULLATO"
    r"|STORNIERUNG|ZURÜCKGEZOGEN|ANNULLIERUNG|ANULAÇÃO|INTREKKING|TREKKES TILBAKE|АННУЛИРОВАНИЕ"
)
# A "KORR-Bericht" is a correspondent's report.
_CORRECTION = (
    r"CORRECTIONS?|CORRECTED|CORRECTIVE|CORRECTS|CORR|RECTIFICATIF|RECTIFICATION|RECTIFI[ÉE]|CORRIG[ÉE]"
    r"|KORREKTUR|KORR(?!-\w)|BERICHTIGUNG|BERICHTIGT|RICHTIGSTELLUNG|CORRECCI[ÓO]N|CORREGID[AO]"
    r"|RECTIFICACI[ÓO]N|CORREZIONE|RETTIFICA|CORREÇÃO|CORRECTIE|RECTIFICATIE|RETTELSE|RÄTTELSE|KORRIGERT"
    r"|KORREKTA|КОРРЕКЦИЯ|ИСПРАВЛЕНИЕ|УТОЧНЕНИЕ|VERSI[ÓO]N CORREGIDA"
)
_ALERT = (
    r"FLASH|ALERT|ALERTE|URGENT|BULLETIN|NEWSALERT|NEWS ALERT|BREAKING|EIL(?:MELDUNG)?|BLITZ|SNAP"
    r"|URGENTE|D'URGENCE|PILNE|ALERTA|HAST|SPOEDBERICHT|МОЛНИЯ|СРОЧНО|عاجل|速報|快讯"
)
_UPDATE = (
    r"UPDATE(?: \d+)?|UPDATED|UPDATES|[1-9]\d?(?:ST|ND|RD|TH) ?(?:LD|LEAD)(?:-WRITETHRU)?|WRITETHRU"
    r"|RECASTS|REFILE|ACTUALISATION|ACTUALIS[ÉE]|MISE [ÀA] JOUR|ACTUALIZACI[ÓO]N|ACTUALIZAD[AO]"
    r"|AMP(?:LIACI[ÓO]N)?|AGGIORNAMENTO|AKTUALISIERUNG|AKTUALISIERT|NEUFASSUNG|ZUSAMMENFASSUNG"
    r"|[1-9]\. ?(?:UPDATE|LEAD|ZF)|ERG[ÄA]NZUNG|METTRE [ÀA] JOUR|AKTUALIZACJA|OPPDATERT|UPPDATERAD|REPLACES"
    r"|ОБНОВЛЕНИЕ|ОБНОВИТЬ"
)
_ADVISORY = (
    r"ADVISORY|EDITORS? ADVISORY|PLANNING ADVISORY|PLANUNGSHINWEIS|ACHTUNG - PLANUNGSHINWEIS|VORSCHAU"
    r"|PR[ÉE]VISIONS?|AVIS AUX CLIENTS|NOTE AUX CLIENTS|PREVISI[ÓO]N|DAYBOOK|NEWS DIGEST"
)
_WORDS: tuple[tuple[Kind, str, re.RegexFlag], ...] = (
    ("kill", _KILL, re.NOFLAG),
    ("correction", _CORRECTION, re.IGNORECASE),
    ("advisory", _ADVISORY, re.IGNORECASE),
    ("alert", _ALERT, re.IGNORECASE),
    ("update", _UPDATE, re.IGNORECASE),
)
# In brackets, or in front and parted from what follows: "UPDATE 1-Fed holds", "(Korrektur: …)", "AMP.- …".
# A kill counts in capitals alone: "Annulation : le concert…" is a story.
_PATTERNS = tuple(
    (
        kind,
        re.compile(rf"^\W*(?:{words})(?:\s*(?:[-–—:/|.=+]|\d+\s*-)|\W*$)", flags),
        re.compile(rf"[(\[]\s*(?:{words})\b", flags),
        re.compile(rf"(?:^|[,;]\s*|\s[-–—]\s|--)(?:{words})\W*$", flags),
    )
    for kind, words, flags in _WORDS
)
_LONGEST = 300


def in_words(*texts: str | None) -> Kind | None:
    """The kind that marks in these texts say: headline, slug line, marker lines, one line each.

    The gravest wins: a kill before a correction before an alert before an update.
    """
    lines = [text[:_LONGEST] for text in texts if text]
    for kind, *patterns in _PATTERNS:
        if any(pattern.search(line) for pattern in patterns for line in lines):
            return kind
    return None


def gravest(*kinds: Kind | None) -> Kind | None:
    """The one of several signs that must not be overlooked; ``new`` is the weakest."""
    order = (*(kind for kind, *_ in _WORDS), "new")
    return min((kind for kind in kinds if kind), key=order.index, default=None)
