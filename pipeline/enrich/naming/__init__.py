"""Makes the mentions of an article into entities: one for each identity, whatever ways it is written in.

Who or what is meant is decided within the article alone. Where that leaves two possibilities, the short form
stays an entity of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from pipeline.article import Entity, Label, Span
from pipeline.enrich.identity.alias_keys import loosened, tidy
from pipeline.enrich.mentions import Mention
from pipeline.enrich.naming.acronyms import links
from pipeline.enrich.naming.people import persons
from pipeline.enrich.naming.person_names import inflected
from pipeline.enrich.naming.roles import Person, referring
from pipeline.enrich.naming.second_pass import name_at

# Between a given name and the full name of a relative: Bill et Hillary Clinton.
_AND = re.compile(r"\s(?:&|and|e|en|et|i|och|og|oder|or|ou|und|y|и|или)\s")


def entities(text: str, mentions: Sequence[Mention], language: str) -> tuple[Entity, ...]:
    """One entity for each identity, most frequent first, then in the order of the text.

    Args:
        text: the article.
        mentions: the names in it, none within another; ``second_pass.improved`` makes them so.
        language: primary subtag.

    Returns:
        Entities with all mentions; those of people also where a role stands for them (``le dirigeant``),
        which is neither ``text`` nor one of ``forms``. ``text`` is the fullest name, in its most frequent
        spelling; ``forms`` are the others, most frequent first.
    """
    ordered = sorted(mentions)
    names = [name_at(text, mention) for mention in ordered]
    votes: dict[str, Counter[Label]] = {}
    spans: dict[str, list[Span]] = {}
    for name, mention in zip(names, ordered, strict=True):
        votes.setdefault(name, Counter())[mention.label] += 1
        spans.setdefault(name, []).append(Span(mention.start, mention.end))
    labels = {name: counted.most_common(1)[0][0] for name, counted in votes.items()}
    explained = [
        (name_at(text, link.acronym), name_at(text, link.expansion)) for link in links(text, ordered)
    ]
    people = [name for name in labels if labels[name] == "PER"]
    groups = persons(people, language, _relatives(text, ordered), explained)
    roles = _roles(text, ordered, names, groups, language)
    groups += _things(labels, explained, language)
    made = [
        _entity(group, labels[group[0]], spans, roles.get(number, []), language)
        for number, group in enumerate(groups)
    ]
    return tuple(sorted(made, key=lambda entity: (-entity.count, entity.mentions[0].start)))


def _relatives(text: str, mentions: Sequence[Mention]) -> Iterator[tuple[str, str]]:
    """A given name and the full name that it shares the surname of."""
    for one, other in pairwise(mentions):
        if one.label == other.label == "PER" and _AND.fullmatch(text, one.end, other.start):
            given, name = name_at(text, one), name_at(text, other)
            if " " in name and " " not in given:
                yield given, name


def _roles(
    text: str, mentions: Sequence[Mention], names: Sequence[str], groups: list[list[str]], language: str
) -> dict[int, list[Span]]:
    """Where roles stand for people, by the number of the person's group."""
    numbers = {name: number for number, group in enumerate(groups) for name in group}
    people = [
        Person(mention.start, mention.end, numbers[name])
        for mention, name in zip(mentions, names, strict=True)
        if name in numbers
    ]
    found: dict[int, list[Span]] = {}
    for role in referring(text, people, [(mention.start, mention.end) for mention in mentions], language):
        found.setdefault(role.who, []).append(Span(role.start, role.end))
    return found


def _things(
    labels: Mapping[str, Label], explained: Sequence[tuple[str, str]], language: str
) -> list[list[str]]:
    """The names of what is nobody, those that mean the same together.

    They differ in capitals, hyphens, accents, an article, a legal form or a case, or the article explains one
    as the acronym of the other.
    """
    groups: dict[tuple[Label, str], list[str]] = {}
    for name, label in labels.items():
        if label != "PER":
            groups.setdefault(_key(name, label), []).append(name)
    same: dict[tuple[Label, str], set[tuple[Label, str]]] = {}
    for key, group in groups.items():
        for way in (way for name in group for way in inflected(name, language)):
            same.setdefault(_key(way, key[0]), set()).add(key)
    for acronym, expansion in explained:
        if acronym in labels and labels.get(expansion, "PER") != "PER":
            same.setdefault(_key(acronym, labels[acronym]), set()).add(_key(expansion, labels[expansion]))
    for key in [key for key in groups if key in same]:
        others = same[key] & groups.keys() - {key}
        if len(same[key]) == len(others) == 1 and next(iter(others))[0] == key[0]:
            groups[others.pop()] += groups.pop(key)
    return list(groups.values())


def _key(name: str, label: Label) -> tuple[Label, str]:
    return label, loosened(tidy(name), label).casefold() or name


def _entity(
    names: list[str], label: Label, spans: Mapping[str, list[Span]], roles: Sequence[Span], language: str
) -> Entity:
    frequent = sorted(names, key=lambda name: (-len(spans[name]), spans[name][0].start))
    cases = {way for name in names for way in inflected(name, language)}

    def fullness(name: str) -> tuple[int, bool, bool]:
        in_capitals = name.isupper() and (label in {"PER", "LOC"} or " " in name)
        return -len(_key(name, label)[1].split()), name in cases, in_capitals

    fullest = min(frequent, key=fullness)
    mentions = sorted(
        [*roles, *(span for name in names for span in spans[name])], key=lambda span: span.start
    )
    return Entity(
        text=fullest,
        label=label,
        count=len(mentions),
        mentions=tuple(mentions),
        forms=tuple(name for name in frequent if name != fullest),
    )
