"""The words that agencies put around their stories, in the languages that they send in."""

from __future__ import annotations

import re

_ANY = re.IGNORECASE

# What a marker says: urgency, repetition, update, correction, kill, attention, genre.
_MARKS = (
    r"eil(?:meldung)?|blitz(?:meldung)?|flash|d'urgence|urgente?|alert[ea]?|bulletin|extra|snap|pilne|молния"
    r"|срочно|عاجل"
    r"|refile|repeat|rpt|remettre|wiederholung|powtarzanie|повтор|إعادة"
    r"|[1-9]\d?(?:st|nd|rd|th) (?:lead|ld)|[1-9]\. (?:lead|zf|update)|\d?(?:roundup|update)(?: \d+)?"
    r"|aktualisierung|aktualizacja|actualizaci[oó]n|mise [aà] jour|mettre [aà] jour|обновить|ampliaci[oó]n"
    r"|erg[aä]nzung|neufassung|zusammenfassung|تحديث"
    r"|correct(?:ion|ed|if|ive)|korrektur|berichtigung|rectificati[fo]n?|korekta|коррекция|rettelse|rättelse"
    r"|versi[oó]n corregida|correcci[oó]n|errata|تصحيح"
    r"|kill|eliminar|annulation|annul[ée]|anulaci[oó]n|annullamento|аннулирование|حظر"
    r"|achtung|attention|advisory|vorschau|preview|previsi[oó]n|pr[eé]visions?"
    r"|(?:news )?(?:feature|analysis)|background|hintergrund|factbox|profile|portr[aä]t|reportage|stichwort"
    r"|chronologie|interview|exclusive|exklusiv"
)
MARKER = re.compile(rf"\W*(?:{_MARKS})(?:\W+(?:{_MARKS}))*\W*", _ANY)
"""A line that is nothing but markers."""

ATTENTION = re.compile(r"\W*(?:achtung|attention)\W*", _ANY)
TO_EDITORS = re.compile(
    r"\W*(?:achtung,? redaktion(?:en)?|attention,? (?:editors|r[eé]dactions?|users)"
    r"|atenci[oó]n,? redacciones|(?:eds?|editors?' ?notes?|notes? to editors|ndlr|n\. ?de la r\."
    r"|avis aux (?:clients|r[eé]dactions))\b\W)",
    _ANY,
)
"""How a line starts that speaks to editors."""

KILL = re.compile(
    r"\bKILL\b|\bELIMINAR\b|АННУЛИРОВАНИЕ|حظر حظر"
    r"|(?i:zurückgezogen|zurückziehen|nicht (?:zu )?verwenden|annulliert|storniert)"
)
PICTURES = re.compile(
    r"\W*(?:foto|photo|bild|grafik|graphi[ck]|infografik|video|audio|avec|mit|with)\b", _ANY
)
EMBARGO = re.compile(
    r"\b(?:sperrfrist|sperrvermerk|gesperrt (?:bis|für)|frei ab\b|zur veröffentlichung (?:ab|frei)"
    r"|embargoed|hold for release|(?:not )?for (?:release|use) (?:at|on|after|before|until)\b"
    r"|(?:not )?for release\W*(?:\d|sun|mon|tue|wed|thu|fri|sat)|not for publication before"
    r"|sous embargo|bajo embargo|sotto embargo|onder embargo|sob embargo|эмбарго|do publikacji do"
    r"|embargo\s*:|embargo\W+(?:\d|until\b|bis\b|jusqu|hasta\b|fino\b|tot\b|till?\b|до\b))"
    r"|حظر للنشر|^\W*embargo\W*$",
    _ANY,
)
LIFTED = re.compile(r"aufgehoben|entfällt|lifted|lev[eé]e?\b|levantado", _ANY)

BYLINE = re.compile(
    r"(?:(?:Von|By|Par|Por|Da|Door|Av|Af|Autor(?:in)?:|Text:)\s+(?=[^\W\d_])(?=\S*[^a-zß-ÿ\s]|dpa)"
    r"|(?:VON|BY|PAR|POR)\s+(?=[A-Z]))\S.*"
)
BRACKETED_BYLINE = re.compile(
    r"\(\s*(?:[Dd]i|[Vv]on|[Bb]y|[Pp]ar|[Pp]or|[Dd]a|[Aa]v)\s+[A-ZÀ-Þ][^()]{2,80}\)"
)

_AGENCY_NAMES = (
    "aa aap afp afx agerpres anadolu anp ansa ap apa ats belga bns bta cp ctk čtk dapd ddp delfi dj dpa efe"
    " epd hina interfax ips itar keystone kna kyodo leta lusa mti ntb pa pap pti reuter reuters ritzau rtr"
    " sda sid sta stt tanjug tasr tass tt upi xinhua"
)
AGENCIES = frozenset(_AGENCY_NAMES.split())
DATELINE = re.compile(
    r"(?P<whole>(?P<place>[^\W\d_][^()\n;!?]{0,80}?),?\s*\((?P<agency>[^\W\d_][^()\n]{0,50}?)\))"
    r"\s?(?P<dash>\.?[-–—=_:]+)?(?=\s|$)"
)
AGENCY_FIRST = re.compile(
    r"(?P<whole>\((?P<agency>[A-Z][A-Za-z]{1,9})\) ?[-–] ?"
    r"(?P<place>[A-ZÀ-Þ][A-ZÀ-Þ .'’-]{1,40}(?:, \d{1,2} [A-Z]{3,9})?)) ?(?P<dash>[-–])(?=\s|$)"
)
DATE_IN_PLACE = re.compile(r",?\s+(?=\d)|,\s+(?=[^\W\d_]+\.?\s+\d)")

_NOTEBOOK = r"notizblock|notebook|bloc-notes|notatnik|блокнот"
NOTES = re.compile(rf"#{{1,4}}\s+\S.*|\W*(?:{_NOTEBOOK})\W*", _ANY)
"""A line from which on notes stand: a notebook's title, or a heading as in Markdown."""

TITLE = re.compile(rf"\W*(?:{_NOTEBOOK})?\W*", _ANY)
STARS = re.compile(r"\s*\*(?:\s*\*){3,}\s*")
"""Four stars: what follows is not for publication (dpa)."""

NONPUBLIC = re.compile(
    r"nicht (?:zur|für die) veröffentlichung"
    r"|not (?:(?:intended|meant) )?for publication(?! before)|not for (?:print|broadcast)\b"
    r"|(?:pas|non) destinée?s? à (?:la |être )?publi|pas pour publication"
    r"|non (?:destinat[oaie] alla|per la) pubblicazione"
    r"|no (?:(?:son|es|est[áa]n?|destinad[oa]s?) ){0,2}(?:para|a) (?:su |la )?publicaci[oó]n"
    r"|niet (?:bestemd )?voor publicatie|nie (?:są przeznaczone )?do publikacji(?! do)"
    r"|не (?:предназначен\w* )?для (?:публикации|печати)"
    r"|ikke (?:for|til) (?:publisering|offentliggørelse|offentliggjøring)|(?:ej|inte) för publicering",
    _ANY,
)
SAYS_PUBLICATION = re.compile(r"publi|veröffentlich|print|broadcast|печат|публик|offentlig|\*\s*\*", _ANY)
"""What stands in every text in which ``STARS`` or ``NONPUBLIC`` finds something."""

QUOTED = re.compile(r"[\"“”„«»]")
DETAIL = re.compile(r"[\d:;@]")

SIGN_OFFS = (
    re.compile(
        r"(?:dpa|afp|apa|sda|ats|kna|epd|ddp|dapd|sid|rtr|belga|ntb|efe|ansa|anp|tt|pap|lni|lsw|lhe|lby|lbn"
        r"|lnw|lno|lrs|lsn|lah|lth|lmv)(?:[-/][a-zäöü]+)*"
        r"(?: [a-zäöüß0-9]{1,5}(?:[-/][a-zäöüß0-9]{1,5})*){1,8}"
    ),
    re.compile(r"[a-zäöüß]{2,4}(?:[-/][a-zäöüß]{2,4}){1,6}/?(?: [a-z0-9]{1,3})?"),
    re.compile(r"[A-Z]{2,4}(?:/[A-Z]{2,4}){1,6}/?|[A-Z]{2,4}/"),
    re.compile(r"\((?:Schluss|Forts(?:etzung)?\.?)\)(?: [\w/-]{2,20}){0,3}"),
    re.compile(r"\./\.\s?[A-Z/]{0,20}"),
)
"""The last line: agency and initials, initials alone, or a mark of the end."""
