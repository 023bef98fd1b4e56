"""What has to be known of a language to tell who speaks: verbs of speech, pronouns, what stands around names.

The words are in ``english.toml`` and ``french.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

Person = Literal["he", "she", "it", "they"]

FILES = {"en": "english.toml", "fr": "french.toml"}
"""The languages that are known."""

_WORD = {
    "en": re.compile(r"\w+(?:[-.'’&]\w+)*"),
    "fr": re.compile(r"\w+(?:[-.]\w+)*['’]?"),  # an elided word is one of its own: l', qu'
}
_LAST_E = re.compile(r"é([^aeiouyé])$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of a language in small letters, with straight apostrophes, as ``word`` cuts a text.

    Attributes:
        word: one word of a text.
        verbs: finite forms and participles of verbs of speech.
        doubtful: those of them that are nouns as often; they count behind a pronoun, a name or an auxiliary.
        gerunds: forms that have the subject of their sentence (adding, ajoutant).
        auxiliaries: what may stand between a subject and the verb behind it.
        adverbs: what may stand between a verb and the subject behind it.
        passive: forms of to be.
        reflexive: what makes no passive of the form of to be behind it (s'est réjoui).
        by: before the one who speaks, where the verb is passive.
        pronouns: whom a pronoun may stand for.
        articles: what a description may begin with.
        some: prepositions that begin a description at the start of a sentence (De jeunes gens).
        of: what joins the words of a description.
        also: what joins two parts of a description, where one of ``of`` follows (et de).
        prepositions: what makes no subject of the name behind it.
        relatives: who, whose, which.
        subjects: those of them that may be a subject.
        joins: and, or, but.
        that: what stands between a verb and a quotation that is a part of the sentence.
        links: what begins a clause, and is no part of a description.
        before_nouns: what no verb follows, whatever it looks like.
        naming: what stands before a name, a title or a term in quotation marks.
        sources: what stands before the one whom words are given to (according to).
        supposing: what may stand so at the start of a sentence, with a comma behind the name (pour X, …).
        titles: what stands before names of persons, and the pronoun for those.
        inverts: whether a verb and the pronoun behind it are one word (dit-elle).
        gendered: whether he and she stand for things as well.
    """

    word: re.Pattern[str]
    verbs: frozenset[str]
    doubtful: frozenset[str]
    gerunds: frozenset[str]
    auxiliaries: frozenset[str]
    adverbs: frozenset[str]
    passive: frozenset[str]
    reflexive: frozenset[str]
    by: frozenset[str]
    pronouns: Mapping[str, Person]
    articles: frozenset[str]
    some: frozenset[str]
    of: frozenset[str]
    also: frozenset[str]
    prepositions: frozenset[str]
    relatives: frozenset[str]
    subjects: frozenset[str]
    joins: frozenset[str]
    that: frozenset[str]
    links: frozenset[str]
    before_nouns: frozenset[str]
    naming: frozenset[str]
    sources: tuple[tuple[str, ...], ...]
    supposing: frozenset[str]
    titles: Mapping[str, Person]
    inverts: bool
    gendered: bool

    def ends_description(self, word: str, following: str) -> bool:
        """Whether a description that began behind a verb ends before a word.

        Args:
            word: the word.
            following: the one behind it, empty if there is none.
        """
        if word in self.of:
            return False
        if word in self.also:
            return following not in self.of
        return (
            word in self.links or word in self.relatives or word in self.prepositions or word in self.adverbs
        )


@lru_cache(maxsize=len(FILES))
def load(language: str) -> Words:
    """The words of a language.

    Args:
        language: one of ``FILES``.

    Raises:
        KeyError: it is none.
    """
    table = tomllib.loads((Path(__file__).parent / FILES[language]).read_text("utf-8"))
    inflected = _english(_set(table, "regular")) if language == "en" else _french(_set(table, "regular"))
    finite, gerunds = inflected
    sets = {
        name: _set(table, name)
        for name in (
            *("doubtful", "adverbs", "passive", "reflexive", "by", "articles", "some", "of", "also"),
            *(
                "prepositions",
                "relatives",
                "subjects",
                "joins",
                "that",
                "before_nouns",
                "naming",
                "supposing",
            ),
        )
    }
    return Words(
        word=_WORD[language],
        verbs=finite | _set(table, "irregular"),
        gerunds=gerunds | _set(table, "gerunds"),
        auxiliaries=sets["adverbs"] | _set(table, "auxiliaries"),
        links=sets["joins"] | sets["that"] | _set(table, "links"),
        pronouns=_persons(table["pronouns"]),
        titles=_persons(table["titles"]),
        sources=tuple(tuple(each.split()) for each in table["sources"]),
        inverts=language == "fr",
        gendered=language == "fr",
        **sets,
    )


def _set(table: Mapping[str, Any], name: str) -> frozenset[str]:
    """The words under a name; none if it is not there."""
    return frozenset(table.get(name, "").split())


def _persons(table: Mapping[Person, str]) -> dict[str, Person]:
    """The words of each person turned round."""
    return {word: person for person, words in table.items() for word in words.split()}


def _english(bases: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Finite forms with participles, and gerunds, of regular verbs."""
    finite: set[str] = set()
    gerunds: set[str] = set()
    for base in bases:
        stem = base.removesuffix("e")
        soft = base[:-1] + "ie" if base.endswith("fy") else None  # testifies, but conveys
        third = f"{soft}s" if soft else base + ("es" if base.endswith("sh") else "s")
        finite |= {base, third, f"{soft}d" if soft else f"{stem}ed"}
        gerunds.add(f"{stem}ing")
    return frozenset(finite), frozenset(gerunds)


def _french(stems: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Finite forms with participles, and gerunds, of verbs in -er: annonc- gives annonçait, répét- répète."""
    finite: set[str] = set()
    gerunds: set[str] = set()
    for stem in stems:
        soft = stem[:-1] + "ç" if stem.endswith("c") else stem + "e" if stem.endswith("g") else stem
        stressed = stem + "l" if stem.endswith("pel") else _LAST_E.sub(r"è\1", stem)
        finite |= {f"{stressed}{end}" for end in ("e", "ent")}
        finite |= {f"{stem}{end}" for end in ("é", "ée", "és", "ées", "èrent")}
        finite |= {f"{soft}{end}" for end in ("a", "ait", "aient")}
        gerunds.add(f"{soft}ant")
    return frozenset(finite), frozenset(gerunds)
