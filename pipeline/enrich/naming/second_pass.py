"""Reads an article's names once more, now that all of it is known: what one place tells helps at the others.

A name means one thing throughout an article, a name seen in full labels its short forms, and an acronym is
what the article explains it by. All of it takes time in proportion to the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from pipeline.article import Label
from pipeline.enrich.identity.alias_keys import key, tidy
from pipeline.enrich.mentions import Mention
from pipeline.enrich.naming.acronyms import Link, links
from pipeline.enrich.naming.person_names import OWN_WORDS, PARTICLES, inflected, short_forms, without_title
from pipeline.enrich.naming.repeats import Known, missed

# Words that places stand after and people do not.
_LOCATIVES = {
    "da": "i",
    "de": "in nach",
    "en": "in at near",
    "es": "en",
    "fr": "en au aux à",
    "it": "in a",
    "nl": "in",
    "no": "i",
    "pl": "w we",
    "pt": "em no na",
    "ru": "в во",
    "sv": "i",
}
_BEFORE_PLACES = {
    language: re.compile(rf"(?<!\w)(?:{words.replace(' ', '|')})\s$", re.IGNORECASE)
    for language, words in _LOCATIVES.items()
}
_LOOKED_BACK = 6
_LOCATED = 2
"""So often must a surname of the article stand after such a word to be a place of that name all the same."""

_ORG_COUNTS = 5
"""How much more the votes for an organisation count where an acronym is explained."""

_STATE_WORDS = """
    republic republik république república repubblica kingdom royaume königreich reino regno states états
    etats staaten estados stati emirates emirate émirats emirats emiratos emirati
"""
_STATES = frozenset(_STATE_WORDS.split())
"""First or last words of what an acronym may stand for that is a country."""

_ALL: frozenset[Label] = frozenset(["PER", "ORG", "LOC", "MISC"])
_SWALLOWING: frozenset[Label] = frozenset(["PER", "LOC"])
"""Labels of names that take the place of shorter ones within them; for organisations it did more harm."""


def improved(text: str, mentions: Sequence[Mention], language: str) -> list[Mention]:
    """The mentions of an article as they are once the whole of it has been read.

    Args:
        text: the article.
        mentions: what a model found in it: spans of the text, in any order.
        language: primary subtag.

    Returns:
        Mentions in the order of the text, none within another: those given, with other labels or borders
        where the article itself says so, and those that were missed.
    """
    own = [_untitled(text, mention, language) for mention in _apart(mentions)]
    explained = list(links(text, own))
    own = _joined(own, _explained(own, explained), _ALL)
    labels = _labels(text, own, explained, language)
    own = [mention._replace(label=labels[name_at(text, mention)]) for mention in own]
    acronyms = {name_at(text, link.acronym) for link in explained}
    known = _known(text, own, labels, acronyms, language)
    return _joined(own, missed(text, own, known, language), _SWALLOWING)


def name_at(text: str, span: tuple[int, int] | Mention) -> str:
    """What stands at a place, with single blanks between its words."""
    return " ".join(text[span[0] : span[1]].split())


def _apart(mentions: Sequence[Mention]) -> Iterator[Mention]:
    """The mentions in order, without those that reach into an earlier one."""
    end = 0
    for mention in sorted(mentions):
        if mention.start >= end:
            yield mention
            end = mention.end


def _untitled(text: str, mention: Mention, language: str) -> Mention:
    """The mention without titles; who is called Mr is a person, but Justice and King begin many names."""
    is_person = mention.label == "PER"
    start = without_title(text, mention.start, mention.end, language, ranks=is_person)
    return mention if start == mention.start else Mention(start, mention.end, "PER")


def _explained(mentions: Sequence[Mention], explained: Sequence[Link]) -> list[Mention]:
    """Acronyms and what they stand for as mentions in order, both with the label that one of them has."""
    by_end = {mention.end: mention.label for mention in mentions}
    new: dict[tuple[int, int], Label] = {}
    for link in explained:
        label = by_end.get(link.expansion[1]) or by_end.get(link.acronym[1], "ORG")
        for span in link:
            new.setdefault(span, "ORG" if label == "PER" else label)
    return [Mention(*span, new[span]) for span in sorted(new)]


def _joined(
    mentions: Sequence[Mention], added: Sequence[Mention], swallowing: frozenset[Label]
) -> list[Mention]:
    """Both in order, none within another; an added one makes way for those that it overlaps.

    With one of the labels ``swallowing`` it takes the place of shorter ones that lie within it.
    """
    joined: list[Mention] = []
    place = 0
    for new in added:
        while place < len(mentions) and mentions[place].end <= new.start:
            joined.append(mentions[place])
            place += 1
        last = place
        while last < len(mentions) and mentions[last].start < new.end:
            last += 1
        over = mentions[place:last]
        within = all(new.start <= each.start and each.end <= new.end and each[:2] != new[:2] for each in over)
        if (not over or (within and new.label in swallowing)) and (not joined or joined[-1].end <= new.start):
            joined.append(new)
            place = last
    return joined + list(mentions[place:])


def _labels(
    text: str, mentions: Sequence[Mention], explained: Sequence[Link], language: str
) -> dict[str, Label]:
    """What each name means throughout the article."""
    names = [name_at(text, mention) for mention in mentions]
    keys = {name: key(tidy(name)) or name for name in dict.fromkeys(names)}
    votes: dict[str, Counter[Label]] = {each: Counter() for each in keys.values()}
    located: Counter[str] = Counter()
    for mention, name in zip(mentions, names, strict=True):
        votes[keys[name]][mention.label] += 1
        if mention.label == "LOC" and _is_located(text, mention.start, language):
            located[keys[name]] += 1
    labels = {each: _elected(counted) for each, counted in votes.items()}
    for link in explained:
        acronym, expansion = name_at(text, link.acronym), name_at(text, link.expansion)
        if acronym in keys and expansion in keys:
            label = _of_acronym(votes[keys[acronym]], votes[keys[expansion]], expansion)
            labels[keys[acronym]] = labels[keys[expansion]] = label
    people = [name for name, each in keys.items() if labels[each] == "PER"]
    for form in {form for name in people for form in short_forms(name)} & keys.keys():
        if located[keys[form]] < _LOCATED:
            labels[keys[form]] = "PER"
    return {name: labels[each] for name, each in keys.items()}


def _elected(votes: Counter[Label]) -> Label:
    """The most frequent label; of several, LOC, else the earliest in the text."""
    label, times = votes.most_common(1)[0]
    return "LOC" if votes["LOC"] == times else label


def _of_acronym(acronym: Counter[Label], expansion: Counter[Label], name: str) -> Label:
    """What an acronym and its expansion are: an organisation rather than all else, seldom somebody."""
    if acronym.keys() == expansion.keys() == {"PER"}:
        return "PER"
    votes = acronym + expansion + expansion
    del votes["PER"]
    words = name.casefold().split()
    if votes["LOC"] and not _STATES.isdisjoint((words[0], words[-1])):
        return "LOC"
    votes["ORG"] *= _ORG_COUNTS
    return votes.most_common(1)[0][0] if votes.total() else "ORG"


def _is_located(text: str, start: int, language: str) -> bool:
    before = _BEFORE_PLACES.get(language)
    return before is not None and before.search(text, max(0, start - _LOOKED_BACK), start) is not None


def _known(
    text: str, mentions: Sequence[Mention], labels: Mapping[str, Label], acronyms: set[str], language: str
) -> dict[str, Known]:
    """The names to look for at other places, and other forms of them; MISC names are too varied for that."""
    seen = Counter(name_at(text, mention) for mention in mentions)
    known = {
        name: Known(label, seen[name], vouched=name in acronyms)
        for name, label in labels.items()
        if label != "MISC" and len(name) > 1 and name[0].isalpha() and not name[0].islower()
    }
    for name, (label, *_) in list(known.items()):
        for form in _forms(name, label, language):
            if form != name and labels.get(form, label) == label:
                known[form] = Known(label, seen[form], vouched=True)
            for case in inflected(form, language):
                known.setdefault(case, Known(label, 0, vouched=True, case=True))
    return known


def _forms(name: str, label: Label, language: str) -> Iterator[str]:
    """Other ways in which a name may be written, and itself; none that might be words of the language."""
    if label == "LOC" and name[0].isupper():
        yield name
    if label != "PER":
        return
    for form in (name, *short_forms(name)):
        if len(form) > 1 and form[0].isupper():
            yield form
        elif form.replace("-", " ").split()[0] in PARTICLES - OWN_WORDS.get(language, frozenset()):
            yield from (form, form[0].upper() + form[1:])
