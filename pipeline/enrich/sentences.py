"""Splits a text into sentences and words by its marks alone, and knows the words that say little.

Nothing here knows grammar: a sentence ends at a mark that ends sentences, or at the end of a line, and a
word is letters, their signs and digits. Chinese, Japanese and Thai words are not told apart; a run of their
letters is one word.
"""

# ruff: noqa: RUF001 - the marks and words stand in the letters of their languages

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module

from pipeline.article import Span
from pipeline.enrich import datelines

_SIGNS = "".join(
    re.escape(chr(code)) for code in range(0x300, 0x10000) if unicodedata.category(chr(code))[0] == "M"
)
# A vowel sign or an accent of its own belongs to the word, as do the joiners of Persian and Indic scripts.
_INNER = rf"[\w{_SIGNS}\u200c\u200d]"
_WORD = re.compile(rf"([^\W\d_]{_INNER}*(?:[-‑]{_INNER}+)*|\d+(?:[.,]\d+)*{_INNER}*)")

_CLOSING = "\"'”’»›)\\]」』）】"
_FINAL = ".!?…؟।॥։።"
_FULL = "。！？｡"
_LINE_ENDS = r"\n\r\u2028\u2029"
# Begins with a set of characters, which the engine finds fast; what follows depends on which it was.
_ENDING = re.compile(
    rf"[{_FINAL}{_FULL}{_LINE_ENDS}]"
    rf"(?:(?<=[{_FINAL}])(?<![{_FINAL}]{{2}})[{_FINAL}]*+(?:[{_CLOSING}]++|[ \u00a0\u202f]»)?(?=\s)"
    rf"|(?<=[{_FULL}])[{_FULL}]*[{_CLOSING}]*|(?<=[{_LINE_ENDS}])[{_LINE_ENDS}]*)"
)
_OPENING = re.compile(r"[\s\"'“„‚‘«‹(\[¿¡—–•*-]{0,8}")
_BEFORE = re.compile(r"[^\W_]+(?:\.[^\W_]+)*\Z")

# Words before a full stop that is theirs.
_SHORTENED = """
    a.m adm al approx apr assn asst aug av ave bd bijv bl.a blvd brig bros bzw ca capt cf cie cit cmdr
    co col comdr corp cpl d.h d.v.s dec dept dhr dipl dist dott dr dra drs dyr e.g ecc ed eds eg env esq
    est etc ev feb fig fr ft geb gen gov hab hon hr i.e inc ing inkl insp inż isbn jan jl jr jud jul jun
    kap lb lic lt ltd maj mevr mgr mio mlle mlles mm mme mmes mr mrd mrs ms mt nos nov np nr num obs oct
    okt op ord orig p.m pp pr pres prof pvt rep resp rev réf sen sep sept sgt sig sr sra srta st ste str
    t.ex tel tzn tzv tzw u.a u.k u.n u.s ul univ usw vgl vol vs z.b zit św г гг др им млн млрд проф руб
    см стр т.д т.е т.п тыс ул
"""
_ABBREVIATIONS = frozenset(_SHORTENED.split())
# Languages that write 3. for third.
_ORDINAL_LANGUAGES = "bs cs da de et fi fo hr hu is lb lv no pl sk sl sr tr"
_ORDINALS = frozenset(_ORDINAL_LANGUAGES.split())
_LONGEST_ORDINAL = 2
_LONGEST_ABBREVIATION = 8

_STOP_WORDS = {"no": "nb"}  # the code that spaCy has a language under, where it differs

UNSPACED = frozenset(["ja", "km", "lo", "my", "th", "zh"])
"""Languages that set no blanks between words."""

_DATES = {
    "ar": "الأحد الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت يناير فبراير مارس أبريل مايو يونيو يوليو "
    "أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "cs": "neděle neděli pondělí úterý středa středu čtvrtek pátek sobota sobotu ledna února března dubna "
    "května června července srpna září října listopadu prosince leden únor březen duben květen červen "
    "červenec srpen říjen listopad prosinec",
    "da": "søndag mandag tirsdag onsdag torsdag fredag lørdag januar februar marts april maj juni juli "
    "august september oktober november december",
    "de": "sonntag montag dienstag mittwoch donnerstag freitag samstag sonnabend januar februar märz april "
    "mai juni juli august september oktober november dezember",
    "en": "sunday monday tuesday wednesday thursday friday saturday january february march april may june "
    "july august september october november december jan feb mar apr jun jul aug sept oct nov dec",
    "es": "domingo lunes martes miércoles jueves viernes sábado enero febrero marzo abril mayo junio julio "
    "agosto septiembre octubre noviembre diciembre",
    "fi": "sunnuntaina maanantaina tiistaina keskiviikkona torstaina perjantaina lauantaina sunnuntai "
    "maanantai tiistai keskiviikko torstai perjantai lauantai tammikuuta helmikuuta maaliskuuta "
    "huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta",
    "fr": "dimanche lundi mardi mercredi jeudi vendredi samedi janvier février mars avril mai juin juillet "
    "août septembre octobre novembre décembre",
    "it": "domenica lunedì martedì mercoledì giovedì venerdì sabato gennaio febbraio marzo aprile maggio "
    "giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "zondag maandag dinsdag woensdag donderdag vrijdag zaterdag januari februari maart april mei juni "
    "juli augustus september oktober november december",
    "no": "søndag mandag tirsdag onsdag torsdag fredag lørdag januar februar mars april mai juni juli "
    "august september oktober november desember",
    "pl": "niedziela niedzielę poniedziałek wtorek środa środę czwartek piątek sobota sobotę stycznia "
    "lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "pt": "domingo segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado janeiro fevereiro "
    "março abril maio junho julho agosto setembro outubro novembro dezembro",
    "ro": "duminică luni marți miercuri joi vineri sâmbătă ianuarie februarie martie aprilie mai iunie "
    "iulie august septembrie octombrie noiembrie decembrie",
    "ru": "воскресенье понедельник вторник среда среду четверг пятница пятницу суббота субботу января "
    "февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "sv": "söndag söndagen måndag måndagen tisdag tisdagen onsdag onsdagen torsdag torsdagen fredag "
    "fredagen lördag lördagen januari februari mars april maj juni juli augusti september oktober "
    "november december",
    "tr": "pazar pazartesi salı çarşamba perşembe cuma cumartesi ocak şubat mart nisan mayıs haziran temmuz "
    "ağustos eylül ekim kasım aralık",
    "uk": "неділя неділю понеділок вівторок середа середу четвер пʼятниця суботу субота січня лютого "
    "березня квітня травня червня липня серпня вересня жовтня листопада грудня",
}
"""Days and months by language, from the Unicode CLDR: they date a story, it is not about them."""

_SPOKEN = {
    "da": "sagde siger oplyser ifølge sagt år procent mennesker",
    "de": "sagte sagt sagten erklärte teilte mitteilte hieß sprach betonte fügte hinzu laut angaben prozent "
    "jahr jahre jahren menschen uhr",
    "en": "said says say saying told tell tells added adding according reported reports report announced "
    "stated claimed asked called mr mrs ms dr year years month months week weeks day days today "
    "yesterday tomorrow time times people person percent per cent million billion thousand hundred "
    "good great big long like want wants wanted going come came think know get got gets getting need "
    "needs take taken took taking including expected began started ago late early later earlier man "
    "men woman women way thing things lot end set left right number part place despite didn couldn "
    "wouldn doesn isn wasn don aren weren hasn haven won able use used using high recent following "
    "aged follow",
    "es": "dijo afirmó señaló explicó añadió agregó aseguró informó declaró según millones ciento año años "
    "día días mes meses personas",
    "fr": "dit déclaré déclare affirmé affirme expliqué explique ajouté ajoute annoncé indiqué indique "
    "précisé précise assuré estimé estime rappelé souligné selon afp an ans année années jour jours "
    "mois semaine semaines heure heures personne personnes monde million millions milliard milliards "
    "cent pourcentage fois aujourd hui hier demain peu mettre mis mise prendre pris prise venir fin "
    "début lors après aussi ainsi bien mieux beaucoup alors déjà toujours jamais encore chose choses "
    "fait faire faut dernier dernière derniers dernières premier première homme hommes femme femmes "
    "mme mlle peut peuvent pourrait pourraient doit devrait devraient va vont avait avaient serait "
    "seraient sera seront ont sont était étaient été face afin chaque plusieurs certains savoir voir "
    "être avoir aller donner trouver trouve deux trois quatre cinq six sept huit neuf dix",
    "it": "detto ha dice spiegato affirmato aggiunto dichiarato secondo milioni miliardi anno anni giorno "
    "giorni mese mesi persone cento",
    "nl": "zei zegt aldus meldt meldde liet weten volgens miljoen miljard jaar jaren dag dagen mensen "
    "procent",
    "no": "sa sier opplyser ifølge forteller år prosent mennesker",
    "pl": "powiedział powiedziała dodał dodała poinformował poinformowała według roku lat proc osób mln mld",
    "pt": "disse afirmou explicou acrescentou segundo informou milhões ano anos dia dias mês meses pessoas "
    "cento",
    "ru": "сказал сказала заявил заявила сообщил сообщила сообщили сообщает отметил отметила добавил "
    "добавила словам данным года году лет млн млрд тыс человек процентов",
    "sv": "sade säger sa enligt uppger berättar år procent människor",
}
"""Words of reporting and of counting by language, that any story may have."""


def sentences(text: str, language: str, start: int = 0, end: int = sys.maxsize) -> Iterator[Span]:
    """The sentences of a text in its order, without the blanks around them; the end of a line ends one.

    Args:
        text: plain text, of any size.
        language: primary subtag; in some languages a number before a full stop is an ordinal.
        start: where to begin, in code points.
        end: where to stop; what is cut there is given as if it were whole.
    """
    end = min(end, len(text))
    begun = start
    for mark in _ENDING.finditer(text, start, end):
        if not mark[0].isspace() and not _ends(text, mark, begun, language, end):
            continue
        yield from _trimmed(text, begun, mark.end())
        begun = mark.end()
    yield from _trimmed(text, begun, end)


@lru_cache(maxsize=1)  # keyphrases and key sentences of an article ask for the same in turn
def apart(body: str, language: str) -> tuple[Span, ...]:
    """The places of a body that are no part of the story: dateline, bylines, credits, labels, sign-offs."""
    dateline = datelines.find(body, language)
    return (*datelines.credits(body, language), *([Span(dateline.start, dateline.end)] if dateline else []))


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    """A piece of a text without the blanks around it, if anything is left."""
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end -= len(piece) - len(piece.rstrip())
    if start < end:
        yield Span(start, end)


def _ends(text: str, mark: re.Match[str], begun: int, language: str, end: int) -> bool:
    """Whether a sentence ends at a mark: no small letter follows, and a full stop is no abbreviation's."""
    opening = _OPENING.match(text, mark.end(), end)
    after = text[opening.end() : opening.end() + 1] if opening else ""
    if after.islower():
        return False
    if mark[0] != ".":
        return True
    before = _BEFORE.search(text[max(begun, mark.start() - _LONGEST_ABBREVIATION) : mark.start()])
    if before is None:
        return True
    word = before[0]
    if word.isdecimal():
        return language not in _ORDINALS or len(word) > _LONGEST_ORDINAL
    return not (len(word) == 1 and word.isupper()) and word.casefold() not in _ABBREVIATIONS


def pieces(text: str) -> list[str]:
    """A text cut into what stands between words, and words and numbers, in turn, beginning with the former.

    All of them joined are the text again. An apostrophe parts words, a hyphen does not.
    """
    return _WORD.split(text)


def words(text: str) -> list[str]:
    """The words and numbers of a text, as ``pieces`` cuts it."""
    return pieces(text)[1::2]


@lru_cache(maxsize=256)
def function_words(language: str) -> frozenset[str]:
    """The words of a language that say nothing of what a text is about, in small letters.

    They are spaCy's stop words, days and months, and words of reporting; none where nobody listed them.

    Args:
        language: primary subtag.
    """
    listed = f"{_DATES.get(language, '')} {_SPOKEN.get(language, '')}".split()
    parts = [part for word in [*listed, *_stop_words(language)] for part in (word, *re.split(r"['’-]", word))]
    return frozenset(part.casefold() for part in parts if part)


def _stop_words(language: str) -> frozenset[str]:
    code = _STOP_WORDS.get(language, language)
    if not code.isalpha():
        return frozenset()
    try:
        return frozenset(import_module(f"spacy.lang.{code}.stop_words").STOP_WORDS)
    except ModuleNotFoundError:
        return frozenset()
