"""Tells whom a pronoun stands for, and who speaks where nobody is named beside the words."""

from __future__ import annotations

from pipeline.enrich.quotes.clause import Clause, Speaker
from pipeline.enrich.quotes.scene import Scene
from pipeline.enrich.quotes.tags import Tags
from pipeline.enrich.quotes.words import Person

BACK = 1500
"""Code points that whom a pronoun stands for, or who goes on speaking, is away at most."""

_AHEAD = 30
"""Code points before a name that tell whether it is a subject."""

_TITLE = 12
"""Code points before a name that a title stands in."""


class Speakers:
    """The speakers of a body that are not named beside their words.

    Args:
        scene: the body.
        tags: what finds the subjects of verbs of speech in it.
    """

    def __init__(self, scene: Scene, tags: Tags) -> None:
        self._scene = scene
        self._tags = tags

    def meant(self, person: Person, place: int, told: int, last: Speaker | None) -> Speaker | None:
        """Whom a pronoun stands for: the subject of a sentence before it, or who spoke last; none if unclear.

        Args:
            person: the pronoun's.
            place: where it stands.
            told: where the last quotation ended, with its tag.
            last: who spoke there.
        """
        if person != "they":
            end = self._scene.sentence_start(place)
            while end > max(told, place - BACK):
                start = max(self._scene.sentence_start(end - 1), told)
                found = self._tags.subject(start, end)
                if found is None or not self._fits(found, person):
                    found = self._about(start, end, person)
                if found:
                    return found
                end = start
        if last and place - told < BACK and self._fits(last, person):
            return last
        return self._only(max(told, place - BACK), place, person)

    def introduced(self, place: int, told: int, last: Speaker | None) -> Speaker | None:
        """Who says a sentence that nothing else is told of.

        That is whom the sentence before it is about, if it tells of speech or nobody spoke before; else who
        spoke last.

        Args:
            place: where the quotation begins.
            told: as in ``meant``.
            last: as in ``meant``.
        """
        start = max(self._scene.sentence_start(max(0, place - 1)), told)
        found = self._tags.subject(start, place)
        if found:
            return found
        if last is None:
            return self._about(start, place, "he")
        return last if place - told < BACK else None

    def _only(self, start: int, end: int, person: Person) -> Speaker | None:
        """The one person in a stretch, though no subject, who fits; none where there are two."""
        people = [name for name in self._scene.names_in(start, end) if name.label == "PER"]
        found = Speaker(people[0].start, people[0].end) if people else None
        alone = len({name.full for name in people}) == 1 and person in {"he", "she"}
        return found if found and alone and self._fits(found, person) else None

    def _about(self, start: int, end: int, person: Person) -> Speaker | None:
        """The first name of a stretch that may be its subject."""
        label = "ORG" if person == "it" else "PER"
        for name in self._scene.names_in(start, end):
            if name.label != label or self._scene.owns(name):
                continue
            clause = Clause(self._scene, max(start, name.start - _AHEAD), name.start)
            found = Speaker(name.start, name.end)
            if not clause.rules([each.text for each in clause.tokens]) and self._fits(found, person):
                return found
        return None

    def _fits(self, speaker: Speaker, person: Person) -> bool:
        """Whether a pronoun may stand for somebody, as far as the kind of the name and a title tell."""
        name = self._scene.name_over(speaker.start, speaker.end)
        if person == "they":
            return name is None
        if person == "it":
            return name is None or name.label != "PER"
        if name and name.label != "PER" and not self._scene.words.gendered:
            return (name.start, name.end) != (speaker.start, speaker.end)
        titles = self._scene.words.titles
        ahead = self._scene.tokens(max(0, speaker.start - _TITLE), speaker.end)
        known = {titles[each.text] for each in ahead if each.text in titles}
        return not known or person in known
