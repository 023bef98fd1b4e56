"""Finds the subject of a verb in a clause, before it or behind it: a name, a description, or a pronoun."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import NamedTuple

from pipeline.enrich.quotes.scene import COVER, Scene
from pipeline.enrich.quotes.words import Person

LONGEST = 14
"""Words of a description that are looked at."""

LEADING = 6
"""Words at the start of a sentence that a description there has at most."""

APPOSITIONS = 4
"""Stretches between commas that are looked at for a subject."""

_CUTS = frozenset(",;:()—–.!?\n" + COVER)
_COMMAS = frozenset(",—–()")


class Speaker(NamedTuple):
    """Where a name or a description stands; ``person`` tells a pronoun, which stands for one elsewhere."""

    start: int
    end: int
    person: Person | None = None


class Clause:
    """Words in a row, and the subjects among them.

    Args:
        scene: the body.
        start: where the stretch begins, in code points.
        end: where it ends.
    """

    def __init__(self, scene: Scene, start: int, end: int) -> None:
        self.scene = scene
        self.words = scene.words
        self.tokens = scene.tokens(start, end)

    def subject(self, verb: int) -> Speaker | None:
        """Who does what a verb before a quotation says; of a passive, by whom it is done.

        Args:
            verb: place of the verb in ``tokens``, as in the other methods.
        """
        if self.is_passive(verb):
            by = next((at for at in range(verb + 1, len(self.tokens)) if self._is(at, self.words.by)), None)
            return self.phrase(by + 1) if by is not None else None
        if self._is(verb, self.words.gerunds):
            return self.leading(verb)
        return self.before(verb) or self.leading(verb)

    def before(self, verb: int) -> Speaker | None:
        """The subject that stands before a verb."""
        words = self.words
        place = verb - 1
        while place >= 0 and self._is(place, words.auxiliaries):
            place -= 1
        if place < 0:
            return None
        last = self.tokens[place]
        gap = set(self.gap(place))
        if gap & {";", ":", COVER} or last.text in words.passive or last.text in words.joins:
            return None
        if last.text in words.pronouns:
            return Speaker(last.start, last.end, words.pronouns[last.text])
        if last.text in words.subjects:
            return self._ending(place - 1) if place else None
        found = None if gap & _COMMAS else self._ending(place)
        return found or self._past_appositions(place)

    def behind(self, verb: int) -> Speaker | None:
        """The subject that stands behind a verb: … a déclaré mardi à la presse le ministre."""
        place = self._past_complements(verb + 1)
        return None if place is None else self.phrase(place)

    def phrase(self, place: int) -> Speaker | None:
        """The pronoun, name or description that begins at a place of ``tokens``."""
        if place >= len(self.tokens):
            return None
        first = self.tokens[place]
        owns = first.text in self.words.articles and not self.is_cut(place)  # her lawyer
        if first.text in self.words.pronouns and not owns:
            return Speaker(first.start, first.end, self.words.pronouns[first.text])
        return self._starting(place)

    def leading(self, verb: int) -> Speaker | None:
        """What the clause begins with: the subject of a verb far behind it."""
        place = 0
        while place < verb and self._is(place, self.words.links):
            place += 1
        if place >= verb:
            return None
        first = self.tokens[place]
        if first.text in self.words.pronouns and first.text not in self.words.articles:
            return Speaker(first.start, first.end, self.words.pronouns[first.text])
        for name in self.scene.names_in(first.start, self.tokens[verb].start):
            if name.label in {"PER", "ORG"} and not self.rules([*self._ahead(place, name.start)]):
                return Speaker(name.start, name.end)
        if first.text not in self.words.articles:
            return None
        last = place
        while (
            last + 1 < verb and last - place < LEADING and not self.is_cut(last) and not self._acts(last + 1)
        ):
            last += 1
        return Speaker(first.start, self.tokens[last].end)

    def is_passive(self, verb: int) -> bool:
        """Whether something is said of the subject rather than by it."""
        place = verb - 1
        return (
            place >= 0
            and self._is(place, self.words.passive)
            and not (place and self._is(place - 1, self.words.reflexive))
        )

    def gap(self, place: int) -> str:
        """What stands between a word and the next one."""
        following = place + 1 < len(self.tokens)
        end = self.tokens[place + 1].start if following else self.tokens[place].end + 1
        return self.scene.text[self.tokens[place].end : end]

    def is_cut(self, place: int) -> bool:
        """Whether a clause or an apposition may end behind a word; the point of a title ends nothing."""
        gap = self.gap(place)
        if gap.startswith(".") and self._is(place, self.words.titles.keys()):
            return False
        return not _CUTS.isdisjoint(gap)

    def rules(self, ahead: Sequence[str]) -> bool:
        """Whether words make no subject of the name behind them (of the, the firm's)."""
        place = len(ahead) - 1
        while (
            place > 0 and ahead[place] in self.words.articles and ahead[place] not in self.words.prepositions
        ):
            place -= 1
        return place >= 0 and (ahead[place] in self.words.prepositions or ahead[-1].endswith(("'s", "’s")))

    def _is(self, place: int, some: Container[str]) -> bool:
        return self.tokens[place].text in some

    def _ahead(self, first: int, end: int) -> list[str]:
        """The words from a place on that end before a code point."""
        return [each.text for each in self.tokens[first : first + LONGEST] if each.end <= end]

    def _acts(self, place: int) -> bool:
        """Whether a word is, as far as its look tells, a verb, or begins a clause with one."""
        text = self.tokens[place].text
        words = self.words
        if text in words.relatives:
            return True
        return (
            text in words.verbs
            or text in words.passive
            or text in words.auxiliaries - words.articles
            or (text.endswith("ed") and not words.inverts)
        )

    def _past_complements(self, place: int) -> int | None:
        """The first word that a subject may begin with, past adverbs, days, and whom the words went to."""
        while place < len(self.tokens):
            if place and self.is_cut(place - 1):
                return None
            if self._is(place, self.words.adverbs) or self.tokens[place].text.isdigit():
                place += 1
            elif self._is(place, self.words.prepositions) and not self._is(place, self.words.pronouns):
                place = self._past_phrase(place + 1)
            else:
                return place
        return None

    def _past_phrase(self, place: int) -> int:
        """Past what a preposition rules, up to the article, title or name that begins another phrase."""
        words = self.words
        while place < len(self.tokens) and self._is(place, words.articles):
            place += 1
        first = place
        while place < len(self.tokens):
            if place > first and not self._is(place - 1, words.prepositions) and self._begins_phrase(place):
                return place
            if place > first and self._is(place, words.prepositions - words.of):
                return place
            if self.is_cut(place):
                return len(self.tokens)
            place += 1
        return place

    def _begins_phrase(self, place: int) -> bool:
        token = self.tokens[place]
        name = self.scene.name_over(token.start, token.end)
        named = name is not None and name.start == token.start
        return named or self._is(place, self.words.articles) or self._is(place, self.words.titles)

    def _starting(self, place: int) -> Speaker | None:
        """The name or the description that begins with a word."""
        last = self._last(place)
        named = self._named(place, last)
        if named:
            return named
        if not self._may_begin(place):
            return None
        apposed = last + 1 < len(self.tokens) and self.gap(last).strip() == ","
        name = self.scene.name_over(*self.tokens[last + 1][1:]) if apposed else None
        if name and name.label in {"PER", "ORG"}:
            return Speaker(name.start, name.end)
        return Speaker(self.tokens[place].start, self.tokens[last].end)

    def _last(self, place: int) -> int:
        """The last word of the description that begins at a place."""
        last = place
        while last + 1 < len(self.tokens) and last - place < LONGEST and not self.is_cut(last):
            after = self.tokens[last + 2].text if last + 2 < len(self.tokens) else ""
            if self.words.ends_description(self.tokens[last + 1].text, after):
                break
            last += 1
        while last > place and self._is(last, self.words.of):
            last -= 1
        return last

    def _ending(self, place: int) -> Speaker | None:
        """The name or the description that ends with a word."""
        words = self.words
        if place < 0:
            return None
        start = place
        while start > 0 and place - start < LONGEST and not self.is_cut(start - 1):
            joins = self._is(start - 1, words.joins) and start > 1 and self._joins_names(start - 1)
            if not joins and (self._is(start - 1, words.links) or self._is(start - 1, words.relatives)):
                break
            start -= 1
        while start < place and self._is(start, words.links):
            start += 1
        if not self._may_begin(start) and (
            self._is(start, words.prepositions) or self._is(start, words.gerunds)
        ):
            start = self._last_phrase(start, place)
        named = self._named(start, place)
        if named:
            return named
        return Speaker(self.tokens[start].start, self.tokens[place].end) if self._may_begin(start) else None

    def _joins_names(self, place: int) -> bool:
        """Whether a word stands between two with capitals: Marks and Spencer."""
        return all(self.scene.text[self.tokens[each].start].isupper() for each in (place - 1, place + 1))

    def _may_begin(self, place: int) -> bool:
        """Whether a description may begin with a word: an article or a capital (officials: at the start)."""
        words = self.words
        if self._is(place, words.prepositions):
            capital = self.scene.text[self.tokens[place].start].isupper()
            return capital and self._is(place, words.some | words.articles)
        if self._is(place, words.gerunds) or (self.tokens[place].text.endswith("ing") and not words.inverts):
            return False
        return self._is(place, words.articles) or self.scene.text[self.tokens[place].start].isupper()

    def _last_phrase(self, start: int, place: int) -> int:
        """The last word of a stretch that begins a phrase, with no preposition before; else the first."""
        ruling = self.words.prepositions | self.words.articles
        for index in range(place, start, -1):
            if not self._is(index - 1, ruling) and self._begins_phrase(index):
                return index
        return start

    def _named(self, first: int, last: int) -> Speaker | None:
        """The name that a phrase is about: the only thing in it, or behind a function (le ministre X)."""
        for name in reversed(self.scene.names_in(self.tokens[first].start, self.tokens[last].end)):
            ahead = self._ahead(first, name.start)
            alone = name.end >= self.tokens[last].end and all(each in self.words.articles for each in ahead)
            person = name.label == "PER" and not self.rules(ahead)
            if (alone or person) and not self.scene.owns(name):
                return Speaker(name.start, name.end)
        return None

    def _past_appositions(self, place: int) -> Speaker | None:
        """The subject where commas stand before the verb: a name there, or what is told more of."""
        nearest = None
        for _ in range(APPOSITIONS):
            start = place
            while start > 0 and not self.is_cut(start - 1):
                start -= 1
            if not self._is(start, self.words.relatives | self.words.prepositions):
                found = self._ending(place)
                if found and self.scene.is_name(found.start, found.end):
                    return found
                nearest = found or nearest
            if start == 0 or _COMMAS.isdisjoint(self.gap(start - 1)):
                break
            place = start - 1
        return nearest
