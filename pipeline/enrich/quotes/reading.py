"""Goes through a body's stretches in quotation marks and tells which are somebody's words, and whose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.article import Quote, Span
from pipeline.enrich.quotes.clause import Speaker
from pipeline.enrich.quotes.marks import Quoted
from pipeline.enrich.quotes.scene import STOPS, Scene
from pipeline.enrich.quotes.speakers import Speakers
from pipeline.enrich.quotes.tags import Tag, Tags

FRAGMENT = 3
"""Words, parted by blanks, that a part of a sentence has at least to count as a quotation."""

SENTENCE = 5
"""Words that a sentence has at least where nothing says who speaks, and few ones before it."""

_REACH = 5
"""Stretches in quotation marks of one sentence that its verb is looked for behind, at most."""

_ADJACENT = 200
"""Code points between two quotations of one speaker with nothing of weight between them."""

_TITLE = 4
"""Letters, at least, of the words that have capitals in titles."""

_LOOKED_AT = 8
"""Words of a title that are looked at."""


class Reader:
    """The quotations of a body.

    Args:
        scene: the body.
        found: its stretches in quotation marks, in order.
    """

    def __init__(self, scene: Scene, found: Sequence[Quoted]) -> None:
        self._scene = scene
        self._found = found
        self._tags = Tags(scene)
        self._speakers = Speakers(scene, self._tags)
        self._last: Speaker | None = None  # who spoke last
        self._told = 0  # where the last quotation ended, with the tag behind it

    def quotes(self) -> Iterator[Quote]:
        """The quotations with their speakers, in order."""
        for place, each in enumerate(self._found):
            tag = self._tag(each, place)
            if tag is None or not self._counts(each, tag):
                continue
            speaker = self._speaker(each, tag)
            if speaker or tag.direct:
                self._last = speaker
            self._told = max(each.end, tag.end)
            yield self._quote(each, speaker)

    def _tag(self, each: Quoted, place: int) -> Tag | None:
        if self._scene.lead(each.start) != ":" and not self._scene.begins(each.start) and self._is_name(each):
            return None
        near = self._found[place - _REACH].end if place >= _REACH else 0
        last = place + 1 == len(self._found)
        following = len(self._scene.text) if last else self._found[place + 1].start
        return self._tags.find(each, self._told, near, following) or self._untold(each)

    def _untold(self, each: Quoted) -> Tag | None:
        """A sentence of its own: the last speaker's if it follows at once, else too long to be a title."""
        if not self._stands_alone(each):
            return None
        adjacent = (
            self._told > 0 and each.start - self._told < _ADJACENT and self._is_bare(self._told, each.start)
        )
        if adjacent:
            return Tag(None, each.end, direct=True, same=True)
        if self._words(each, SENTENCE) < SENTENCE:
            return None
        return Tag(self._speakers.introduced(each.start, self._told, self._last), each.end, direct=True)

    def _is_bare(self, start: int, end: int) -> bool:
        """Whether there are few words, and no name among them."""
        return len(self._scene.text[start:end].split()) < SENTENCE and not self._scene.names_in(start, end)

    def _speaker(self, each: Quoted, tag: Tag) -> Speaker | None:
        if tag.same:
            return self._last
        if tag.speaker is None or tag.speaker.person is None:
            return tag.speaker
        place = min(tag.speaker.start, each.start)
        return self._speakers.meant(tag.speaker.person, place, self._told, self._last)

    def _quote(self, each: Quoted, speaker: Speaker | None) -> Quote:
        span = Span(each.first, each.last)
        if speaker is None:
            return Quote(span=span)
        name = self._scene.name_over(speaker.start, speaker.end)
        whole = name is not None and (name.start, name.end) == (speaker.start, speaker.end)
        text = name.full if name and whole else self._scene.body[speaker.start : speaker.end]
        return Quote(span=span, speaker=text, mention=Span(speaker.start, speaker.end))

    def _counts(self, each: Quoted, tag: Tag) -> bool:
        """Whether a quotation is long enough: one that is no part of a sentence always is."""
        if tag.direct and (self._scene.begins(each.start) or self._scene.lead(each.start) in {":", ","}):
            return True
        return self._words(each, FRAGMENT) >= FRAGMENT

    def _words(self, each: Quoted, many: int) -> int:
        """How many words a quotation has, as far as so many."""
        return len(self._scene.body[each.first : each.last].split(None, many)[:many])

    def _stands_alone(self, each: Quoted) -> bool:
        """Whether a quotation is a sentence of its own; without a stop it is a heading or a title."""
        after = self._scene.text[each.end : each.end + 3].lstrip(" \u00a0\u202f")[:1]
        return self._scene.begins(each.start) and (
            self._scene.body[each.last - 1] in {*STOPS, ","} or after in STOPS
        )

    def _is_name(self, each: Quoted) -> bool:
        """Whether it is a name, a title or a term that is in marks: by the word before or its capitals."""
        words = self._scene.words
        small = words.articles | words.prepositions | words.links
        ahead = [token.text for token in self._scene.tokens(max(0, each.start - 30), each.start)]
        while len(ahead) > 1 and ahead[-1] in small:
            ahead.pop()  # known as the “…”, sous le titre de « … »
        if ahead and ahead[-1] in words.naming:
            return True
        inner = self._scene.body[each.first : each.last].split(None, _LOOKED_AT)[:_LOOKED_AT]
        capitals = [word[0].isupper() for word in inner if word[0].isupper() or len(word) >= _TITLE]
        return len(capitals) > 1 and all(capitals) and inner[-1][0].isupper()
