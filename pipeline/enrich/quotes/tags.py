"""Finds what says that words in quotation marks are somebody's: the tag behind, before or within them."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.enrich.quotes.clause import Clause, Speaker
from pipeline.enrich.quotes.marks import Quoted
from pipeline.enrich.quotes.scene import COVER, Scene

_TAG = 14
"""Words behind a quotation that the verb of its tag is among."""

_AHEAD = 8
"""Words between a quotation and the subject behind it, at most."""

_NEAR = 4
"""Words between a verb and the comma that stands before a quotation, at most."""

_LABEL = 5
"""Words before a colon that are nothing but a name and its titles, at most."""

_MAIN = 60
"""Code points from a fragment to the main clause behind it, at most."""

_INCISED = 1000
"""Code points of a quotation that a tag within it is looked for in."""

_PAUSES = frozenset(",!?;—–-…")
_BESIDE = frozenset(" \u00a0\u202f\n,–—-'\"")
_INVERTED = re.compile(r"([^\W\d_]+)-(?:t-)?(ils?|elles?)$")
_INCISE = re.compile(
    r"[,–—-] ?(?:[^\W\d_]{1,4}['’ ]){0,2}([^\W\d_]{1,20}-(?:t-)?(?:il|elle)s?)\b(?: ([^\W\d_]+))?"
)


class Tag(NamedTuple):
    """What says that words are somebody's.

    Attributes:
        speaker: whose; none where nobody is named there.
        end: where the tag ends, and what stands before the next quotation begins.
        direct: whether it stands beside the quotation, parted by a comma or a colon at most.
        same: whether the one who spoke last goes on.
    """

    speaker: Speaker | None
    end: int
    direct: bool
    same: bool = False


class Tags:
    """The tags of the quotations of a body.

    Args:
        scene: the body.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._words = scene.words

    def find(self, each: Quoted, told: int, near: int, following: int) -> Tag | None:
        """The tag of a quotation, if there is one.

        Args:
            each: the quotation.
            told: where the last quotation ended, with its tag; 0 if there was none.
            near: where what may be its tag begins at the earliest.
            following: where the next stretch in quotation marks begins.
        """
        before = self._before(each, told, near)
        if before and before.direct:
            return before
        return self._behind(each, following) or before or self._within(each) or self._main(each, following)

    def subject(self, start: int, end: int) -> Speaker | None:
        """The subject of the first active verb of speech in a stretch, where it is no pronoun."""
        clause = Clause(self._scene, start, end)
        for at in range(len(clause.tokens)):
            if self._speaks(clause, at) and not clause.is_passive(at):
                found = clause.before(at)
                return found if found and found.person is None else None
        return None

    def _behind(self, each: Quoted, following: int) -> Tag | None:
        """The tag behind a quotation, as in « … », a-t-il dit, « … », selon lui, “…,” said the minister."""
        clause = Clause(self._scene, each.end, min(self._scene.sentence_end(each.end), following))
        tokens = clause.tokens
        if not tokens or not _BESIDE.issuperset(self._scene.text[each.end : tokens[0].start]):
            return None
        return self._inverted(clause, 0, _NEAR) or self._source(clause, 0) or self._said(each, clause)

    def _said(self, each: Quoted, clause: Clause) -> Tag | None:
        """A verb of speech behind a quotation, with its subject before or behind it."""
        tokens = clause.tokens
        verb = next((at for at in range(min(_TAG, len(tokens))) if self._speaks(clause, at)), None)
        if verb is None:
            return None
        if all(token.text in self._words.auxiliaries for token in tokens[:verb]):
            speaker = clause.behind(verb)
            is_tag = self._is_closed(each, clause) or self._scene.begins(each.start)
        else:
            speaker = clause.before(verb)
            is_tag = speaker is not None and self._is_tag(each, clause, verb, speaker)
        end = max(speaker.end if speaker else 0, tokens[verb].end)
        return Tag(speaker, end, direct=True) if is_tag else None

    def _is_tag(self, each: Quoted, clause: Clause, verb: int, speaker: Speaker) -> bool:
        """Whether a subject with its verb behind a quotation is its tag, and not that of the next one."""
        tokens = clause.tokens
        ahead = [token.text for token in tokens if token.end <= speaker.start]
        aside = tokens[0].text in self._words.prepositions or not self._words.links.isdisjoint(ahead)
        at_once = tokens[verb - 1].end == speaker.end
        near = len(ahead) <= _AHEAD and (at_once or self._is_closed(each, clause))
        return near and not aside and not self._leads(tokens[verb].end)

    def _leads(self, end: int) -> bool:
        """Whether a verb that ends there leads to the next quotation: … a dit que « … »."""
        between, cover, _ = self._scene.text[end : end + 8].partition(COVER)
        return bool(cover) and between.strip().replace("’", "'") in {":", *self._words.that}

    def _is_closed(self, each: Quoted, clause: Clause) -> bool:
        """Whether a mark parts a quotation from the clause behind it."""
        return (
            self._scene.body[each.last - 1] in _PAUSES
            or "," in self._scene.text[each.end : clause.tokens[0].start]
        )

    def _before(self, each: Quoted, told: int, near: int) -> Tag | None:
        """The tag before a quotation in its sentence, as in X said: “…”, X dénonce « … », selon X, « … »."""
        scene, lead = self._scene, self._scene.lead(each.start)
        start, end = max(scene.sentence_start(each.start), told, near), each.start
        if lead == ":" and not scene.text[start:end].strip():  # the quotation is a paragraph of its own
            end = scene.text.rindex(":", 0, each.start) + 1
            start = max(scene.sentence_start(end - 1), told)
        clause = Clause(scene, start, end)
        if told and start == told and self._joins(clause, lead):
            return Tag(None, each.end, direct=lead == ",", same=True)
        unnamed = None
        for at in range(len(clause.tokens) - 1, -1, -1):
            found = self._inverted(clause, at, 1) or self._source(clause, at)
            if found:
                return found._replace(end=each.end, direct=lead in {":", ","})
            if clause.tokens[at].text in self._words.gerunds or self._speaks(clause, at):
                direct = lead == ":" or (lead == "," and at >= len(clause.tokens) - _NEAR)
                speaker = clause.subject(at) or self._beside(clause, at, each, lead)
                if speaker:
                    return Tag(speaker, each.end, direct)
                if told and start == told:
                    return Tag(None, each.end, direct, same=True)
                if direct or self._tells(clause, at, each):
                    unnamed = unnamed or Tag(None, each.end, direct)
        return self._labelled(clause, lead, each) or unnamed

    def _joins(self, clause: Clause, lead: str) -> bool:
        """Whether nothing parts two quotations of one sentence: « … », a dit X, « … » et « … »."""
        small = self._words.joins | self._words.articles | self._words.prepositions
        return len(clause.tokens) <= _NEAR and (
            all(token.text in small for token in clause.tokens) if clause.tokens else lead == ","
        )

    def _tells(self, clause: Clause, at: int, each: Quoted) -> bool:
        """Whether a verb says by itself that a fragment behind it is a quotation."""
        token = clause.tokens[at]
        finite = token.text in self._words.verbs and not clause.is_passive(at)
        return finite and "(" not in self._scene.text[token.end : each.start]

    def _beside(self, clause: Clause, verb: int, each: Quoted, lead: str) -> Speaker | None:
        """A subject behind the verb before a colon, or behind the clause that a sentence begins with."""
        if lead == ":" and clause.tokens[verb].text in self._words.verbs:
            return clause.behind(verb)
        if verb or clause.tokens[verb].text not in self._words.gerunds:
            return None
        end = self._scene.sentence_end(each.end)
        comma = self._scene.text.find(",", each.end, end)
        found = Clause(self._scene, comma, end).phrase(0) if comma >= 0 else None
        return found if found and self._scene.is_name(found.start, found.end) else None

    def _labelled(self, clause: Clause, lead: str, each: Quoted) -> Tag | None:
        """A name before a colon, alone as in interviews or with what was done; « Pour X, … » of French."""
        tokens = clause.tokens
        if not tokens:
            return None
        if lead == ":":
            speaker = clause.leading(len(tokens) - 1) if len(tokens) > _LABEL else clause.phrase(0)
            if speaker and self._scene.is_name(speaker.start, speaker.end):
                return Tag(speaker, each.end, direct=True)
        if lead == "," and tokens[0].text in self._words.supposing:
            speaker = clause.phrase(1)
            return Tag(speaker, each.end, direct=True) if speaker else None
        return None

    def _within(self, each: Quoted) -> Tag | None:
        """The tag that French puts into the quotation: « Nous irons, a-t-il dit, jusqu'au bout »."""
        if not self._words.inverts:
            return None
        for found in _INCISE.finditer(self._scene.body, each.first, min(each.last, each.first + _INCISED)):
            verb = _INVERTED.match(found[1].lower())
            told = found[2] if verb and verb[1] in self._words.auxiliaries else verb and verb[1]
            if verb and told in self._words.verbs:
                person = self._words.pronouns[verb[2]]
                return Tag(Speaker(each.start, each.start, person), each.end, direct=True)
        return None

    def _main(self, each: Quoted, following: int) -> Tag | None:
        """The main clause behind the one that a fragment is in: A plan to “…”, X told reporters."""
        clause = Clause(self._scene, each.end, min(self._scene.sentence_end(each.end), following))
        for at in range(len(clause.tokens)):
            source = self._source(clause, at) if clause.tokens[at].start < each.end + _MAIN else None
            if source:
                return source._replace(direct=False)
        verb = next((at for at in range(1, len(clause.tokens)) if self._speaks(clause, at)), None)
        speaker = clause.before(verb) if verb else None
        if verb is None or speaker is None or self._leads(clause.tokens[verb].end):
            return None
        comma = self._scene.text.find(",", each.end, min(speaker.start, each.end + _MAIN))
        return Tag(speaker, clause.tokens[verb].end, direct=False) if comma >= 0 else None

    def _inverted(self, clause: Clause, first: int, many: int) -> Tag | None:
        """A verb with a pronoun behind it (dit-elle, a-t-il dit), after auxiliaries alone."""
        words, tokens = self._words, clause.tokens
        if not words.inverts:
            return None
        for at in range(first, min(first + many, len(tokens))):
            found = _INVERTED.match(tokens[at].text)
            if found:
                speaker = Speaker(tokens[at].start, tokens[at].end, words.pronouns[found[2]])
                helps = found[1] in words.auxiliaries or found[1] in words.passive
                told = tokens[at + 1 : at + 6] if helps else []
                verb = next((each for each in told if each.text in words.verbs), None)
                if verb or found[1] in words.verbs:
                    return Tag(speaker, verb.end if verb else tokens[at].end, direct=True)
                return None
            if tokens[at].text not in words.auxiliaries:
                return None
        return None

    def _source(self, clause: Clause, at: int) -> Tag | None:
        """Who is named behind « selon » or « according to »."""
        for source in self._words.sources:
            behind = at + len(source)
            if (
                clause.tokens[at].text == source[0]
                and tuple(each.text for each in clause.tokens[at:behind]) == source
            ):
                speaker = clause.phrase(behind)
                return Tag(speaker, speaker.end, direct=True) if speaker else None
        return None

    def _speaks(self, clause: Clause, at: int) -> bool:
        """Whether a word is a verb of speech, and no noun that looks like one."""
        token = clause.tokens[at]
        if token.text not in self._words.verbs or self._scene.text[token.start].isupper():
            return False
        if not at:
            return True
        before = clause.tokens[at - 1]
        if token.text in self._words.doubtful and before.text not in self._words.pronouns:
            named = self._scene.name_over(before.start, before.end) is not None
            return named or before.text in self._words.auxiliaries
        return before.text not in self._words.before_nouns
