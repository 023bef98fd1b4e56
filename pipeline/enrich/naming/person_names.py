"""What people's names are made of: titles before them, surnames by which they are named alone, cases.

All of it takes time in proportion to the name, which the callers keep short.
"""

# ruff: noqa: RUF001 - letters of other scripts, and hyphens as they are written
from __future__ import annotations

import re

_TITLES = {
    "ar": "السيد السيدة الدكتور الدكتورة الشيخ الأمير اللواء العميد",
    "da": "hr fru frk dr prof",
    "de": "herr herrn frau dr prof professor",
    "en": "mr mrs ms mx dr prof professor sir madam",
    "es": "sr sra srta sres don doña dr dra",
    "fi": "herra rouva tohtori",
    "fr": """
        m mm mme mmes mlle mlles monsieur madame messieurs mesdames me maître mgr dr docteur pr professeur
        sir lord mr mrs ms
        """,
    "hr": "g gđa dr prof",
    "it": "sig sigg signor signora signorina dott dottor on prof",
    "nl": "meneer mevrouw mr dr prof",
    "no": "hr fru dr prof",
    "pl": "pan pani pana panu panem państwo dr prof",
    "pt": "sr sra srta dr dra dom dona",
    "ru": "г-н г-на г-ну г-ном г-жа г-жи г-же г-жой г-жу господин госпожа господина госпожи",
    "sk": "pán pani dr prof",
    "sr": "g gđa dr prof г гђа др",
    "sv": "herr fru fröken dr prof",
    "tr": "sayın bay bayan dr prof",
}
TITLES = {language: frozenset(words.split()) for language, words in _TITLES.items()}
"""What stands before a name by language, in small letters and without the point."""

# Titles that also begin other names: Justice Department, King Street, Premier League.
_RANKS = {
    "de": """
        kanzler kanzlerin bundeskanzler bundeskanzlerin präsident präsidentin bundespräsident
        ministerpräsident minister ministerin außenminister außenministerin innenminister innenministerin
        finanzminister verteidigungsminister wirtschaftsminister gesundheitsminister könig königin prinz
        prinzessin papst general
        """,
    "en": """
        miss dame lord lady pres president sen senator rep gov governor gen general adm admiral col colonel
        maj major capt captain lt sgt insp rev justice judge sheikh prince princess king queen emperor sultan
        pope premier minister chancellor ambassador comrade chief
        """,
}
RANKS = {language: frozenset(words.split()) for language, words in _RANKS.items()}
"""What stands before people's names, but before others too."""

# Family names that come first, in the usual romanisations; without those of Vietnam, where people are called
# by what comes last.
_CHINESE = """
    Bai Bo Cai Cao Chan Chen Cheng Cheung Chiang Deng Ding Dong Du Fan Feng Gao Guo Hou Hsieh Hsu Hu Huang Jia
    Jiang Lai Lam Lau Leung Li Liang Lin Liu Lu Luo Lü Ma Mao Pan Peng Qian Qin Ren Shen Su Sun Tan Tang Tian
    Tsai Wang Wei Wen Wong Wu Xi Xiao Xie Xu Yan Yang Yao Ye Yu Yuan Zeng Zhang Zhao Zheng Zhou Zhu
"""
_KOREAN = """
    Ahn An Bae Baek Ban Cha Cho Choe Choi Choo Chung Go Ha Ham Han Heo Hong Hwang Hyun Im Jang Jeon Jeong Jo
    Joo Jung Kang Kim Ko Kwon Lee Lim Moon Nam No Noh Oh Pak Park Rhee Ri Roh Ryu Seo Shin Sim Sohn Son Song
    Suh Woo Yang Yeo Yi Yoo Yoon Yu Yun
"""
_CHINESE_FAMILIES = frozenset(_CHINESE.split())
_EAST_ASIAN_FAMILIES = _CHINESE_FAMILIES | frozenset(_KOREAN.split())
_SYLLABLE = r"(?:[bcdfghjklmnpqrstwxyz]{1,2}y?)?(?:[aeiouü]|y(?=n)){1,3}(?:ng|[nklpmtwh])?"
_ONE_SYLLABLE = re.compile(_SYLLABLE, re.IGNORECASE)
_ONE_OR_TWO = re.compile(rf"{_SYLLABLE}(?:['’]?{_SYLLABLE})?", re.IGNORECASE)
_TWO = 2

_GENITIVE_S = frozenset(["da", "de", "no", "sv"])
_HISSING = frozenset("sßxz")
# Genitive, dative, instrumental, prepositional, accusative by the nominative's ending, the longest first.
_RUSSIAN = {
    "ский": "ского скому ским ском ского",
    "ская": "ской ской ской ской скую",
    "ова": "овой овой овой овой ову",
    "ева": "евой евой евой евой еву",
    "ина": "иной иной иной иной ину",
    "ов": "ова ову овым ове ова",
    "ев": "ева еву евым еве ева",
    "ин": "ина ину иным ине ина",
    "ий": "ия ию ием ии ия",
    "ей": "ея ею еем ее ея",
    "ай": "ая аю аем ае ая",
    "ия": "ии ии ией ии ию",
    "ья": "ьи ье ьей ье ью",
    "га": "ги ге гой ге гу",
    "ка": "ки ке кой ке ку",
    "ь": "я ю ем е я",
    "а": "ы е ой е у",
}
_RUSSIAN_AFTER_CONSONANT = "а у ом е а"
_RUSSIAN_CONSONANTS = frozenset("бвгджзклмнпрстфхцчшщ")

_PARTICLES = """
    von van der den dem zu zum zur vom de del della dello dei di da do dos das du des le la el al ben bin ibn
    bint abu ter ten te af av ka بن ابن أبو آل
"""
PARTICLES = frozenset(_PARTICLES.split())
"""What a surname may begin with."""

_OWN_WORDS = {
    "de": "von vom der den dem zu zum zur",
    "es": "de del el la",
    "fr": "de du des la le",
    "it": "di de del della dello dei da la le",
    "nl": "van de der den te ter",
    "pt": "de da do dos das",
}
OWN_WORDS = {language: frozenset(words.split()) for language, words in _OWN_WORDS.items()}
"""Particles that are words of the language as well: ``les amis de Villepin``."""

SUFFIXES = frozenset(["jr", "sr", "ii", "iii", "iv", "fils", "père", "júnior", "neto", "filho"])
"""What tells a person from a relative of the same name."""

_ARTICLE = re.compile(r"(?:al|el|as|ash|an|ar|ad|at|az)[-‐‑](?=\w)", re.IGNORECASE)

_WORD = r"([^\W\d_]+(?:-[^\W\d_]+)?)"
_TITLE = re.compile(rf"{_WORD}\.?\s+(?=[^\W\d_])")
_AT_END = re.compile(rf"(?<!\w){_WORD}\.?\s{{1,2}}$")
_LOOKED_BACK = 20


def without_title(text: str, start: int, end: int, language: str, *, ranks: bool = True) -> int:
    """Where a person's name begins behind its titles, ``Mr.`` or ``Herr Dr.``; at ``start`` without any."""
    while (match := _TITLE.match(text, start, end)) and match.end() < end:
        if not _is_title(match[1], language, ranks=ranks):
            break
        start = match.end()
    return start


def after_title(text: str, start: int, language: str) -> bool:
    """Whether a title stands right before a place."""
    match = _AT_END.search(text, max(0, start - _LOOKED_BACK), start)
    return match is not None and _is_title(match[1], language, ranks=True)


def _is_title(word: str, language: str, *, ranks: bool) -> bool:
    word = word.lower()
    titles = TITLES.get(language, TITLES["en"])
    return word in titles or (ranks and word in RANKS.get(language, ()))


def short_forms(name: str) -> tuple[str, ...]:
    """What somebody with this full name may be called alone, the fullest first; nothing for a single word.

    ``von der Leyen``, ``Leyen`` for ``Ursula von der Leyen``; ``Kim`` for ``Kim Jong Un``, whose family name
    comes first; ``al-Sissi``, ``Sissi`` for ``Abdel Fattah al-Sissi``.
    """
    words = name.split()
    while len(words) > 1 and words[-1].rstrip(".").casefold() in SUFFIXES:
        words.pop()
    if len(words) < _TWO or not all(word[0].isalpha() for word in words):
        return ()
    if _family_name_first(words):
        return (words[0],)
    first = len(words) - 1
    while first > 1 and words[first - 1].casefold() in PARTICLES:
        first -= 1
    if words[-1].casefold() in PARTICLES:
        return ()
    return tuple(dict.fromkeys([" ".join(words[first:]), words[-1], _ARTICLE.sub("", words[-1])]))


def _family_name_first(words: list[str]) -> bool:
    """Whether a name is one of China or Korea in their own order: ``Xi Jinping``, ``Moon Jae-in``."""
    family, *given = words
    family = family.capitalize()
    parts = re.split(r"[ \-‐‑]", " ".join(given))
    if len(parts) == _TWO:
        return family in _EAST_ASIAN_FAMILIES and all(map(_ONE_SYLLABLE.fullmatch, parts))
    return len(parts) == 1 and family in _CHINESE_FAMILIES and _ONE_OR_TWO.fullmatch(parts[0]) is not None


def inflected(name: str, language: str) -> tuple[str, ...]:
    """The cases that a name may stand in, where they can be told from its ending: genitives, and Russian.

    ``Putins`` in German, ``Путина``, ``Путину``, … in Russian; nothing for most languages.
    """
    if language in _GENITIVE_S:
        return () if name[-1:].casefold() in _HISSING else (f"{name}s",)
    if language == "ru":
        cases = [_russian(word) for word in name.split()]
        if all(cases):
            return tuple(" ".join(words) for words in zip(*cases, strict=True))
    return ()


def _russian(word: str) -> tuple[str, ...]:
    """The other cases of a name in the nominative; nothing if its ending is none of those known."""
    for ending, cases in _RUSSIAN.items():
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return tuple(word.removesuffix(ending) + case for case in cases.split())
    if word[-1:] in _RUSSIAN_CONSONANTS:
        return tuple(word + case for case in _RUSSIAN_AFTER_CONSONANT.split())
    return ()
