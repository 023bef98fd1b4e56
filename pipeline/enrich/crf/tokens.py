"""How our models cut texts into words: as spaCy does for the language, remembered, or by character."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import spacy
from spacy.language import Language
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]  # a compiled module
from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab

BY_CHARACTER = frozenset({"ja", "zh"})
"""Languages that write without blanks; spaCy would ask for a dictionary of some 70 MB to cut them."""

TOKENIZER = "newswire.CharacterTokenizer.v1"
REMEMBERED = 20_000
"""Runs between blanks whose words are remembered, some 4 MB for a language; then all are forgotten."""

_LOOKED_BACK = 2
"""Letters before a mark that spaCy's rules look at: they cut a point from two capitals, not from one."""

_RUNS = re.compile(r"\S+|\s+")
_ODD_BLANK = re.compile(r"(?:\A|\s) ")
_BETWEEN = "\u2028"
"""A blank that no run is likely to have: between runs that are cut together."""
# A run of Latin letters, of digits or of katakana is one token, any other character is one by itself.
_PIECES = re.compile(r"[A-Za-zÀ-ɏ]+|\d+|[ァ-ヺー]+|\s+|.", re.DOTALL)


class Cut(NamedTuple):
    """A text as tokens.

    Attributes:
        words: the text again, when they are put together with the blanks.
        spaces: whether a blank follows that belongs to no other token.
    """

    words: list[str]
    spaces: list[bool]


class RememberingTokenizer:
    """Cuts a text as a tokeniser of spaCy's does, which cuts each run between blanks by itself.

    spaCy remembers runs too, but nothing that it meets within a memory zone. Its few special cases with a
    blank in them (Russian *и др.*) are two words here.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.vocab = tokenizer.vocab
        self._tokenizer = tokenizer
        self._rules = tokenizer.rules or {}
        self._known: dict[str, tuple[str, ...]] = {}
        self._ends: dict[str, bool] = {}

    def __call__(self, text: str) -> Doc:
        """The text as tokens."""
        return Doc(self.vocab, *self.cut(text))

    def cut(self, text: str) -> Cut:
        """The text as tokens, without a document of spaCy's."""
        if _ODD_BLANK.search(text):
            return self._by_runs(text)
        runs = text.split(" ")
        self._learn(runs)
        words: list[str] = []
        spaces: list[bool] = []
        for pieces in map(self._known.__getitem__, runs):
            words += pieces
            spaces += _BLANK_BEHIND[len(pieces)] if len(pieces) < _FEW else _blank_behind(len(pieces))
        if words:
            spaces[-1] = text[-1] == " "
        return Cut(words, spaces)

    def _by_runs(self, text: str) -> Cut:
        """Where blanks stand beside other blanks, or at the beginning."""
        words: list[str] = []
        spaces: list[bool] = []
        for run in _RUNS.findall(text):
            rest = run
            if words and run[0] == " ":
                spaces[-1] = True
                rest = run[1:]
            if rest:
                self._learn([rest])
                pieces = self._known[rest]
                words += pieces
                spaces += [False] * len(pieces)
        return Cut(words, spaces)

    def _learn(self, runs: Sequence[str]) -> None:
        """Cuts the runs that are not known; those that spaCy must cut all at once, as each call costs."""
        new = set(runs).difference(self._known)
        if not new:
            return
        if len(self._known) + len(new) > REMEMBERED:
            self._known.clear()
            new = set(runs)
        simple = {run: pieces for run in new if (pieces := self._simple(run))}
        self._known.update(simple)
        new.difference_update(simple)
        alone = [run for run in new if not run or run[0].isspace() or run[-1].isspace() or _BETWEEN in run]
        for run in alone:
            self._known[run] = tuple(token.text for token in self._tokenizer(run))
        together = list(new.difference(alone))
        if together:
            found = [token.text for token in self._tokenizer(_BETWEEN.join(together))]
            start = 0
            for run in together:
                end = found.index(_BETWEEN, start) if run is not together[-1] else len(found)
                self._known[run] = tuple(found[start:end])
                start = end + 1

    def _simple(self, run: str) -> tuple[str, ...] | None:
        """A run of letters, with one mark before or behind them or none, as spaCy cuts it; none for others.

        Three runs of four are such, and spaCy tries all its rules in vain on each of their letters.
        """
        if run in self._rules:
            return None
        if run.isalpha():
            return (run,)
        whole = self._tokenizer.token_match
        if whole and whole(run):  # Turkish: XII.
            return None
        word, mark = run[:-1], run[-1:]
        if word.isalpha() and word not in self._rules:
            return (word, mark) if self._ends_word(word[-_LOOKED_BACK:] + mark) else None
        mark, word = run[:1], run[1:]
        if word.isalpha() and word not in self._rules:
            found = self._tokenizer.prefix_search(run)
            return (mark, word) if found and found.end() == 1 else None
        return None

    def _ends_word(self, end: str) -> bool:
        """Whether the last character is cut off, by those before it."""
        if end not in self._ends:
            if len(self._ends) >= REMEMBERED:
                self._ends.clear()
            found = self._tokenizer.suffix_search(end)
            self._ends[end] = found is not None and found.start() == len(end) - 1
        return self._ends[end]


def _blank_behind(count: int) -> tuple[bool, ...]:
    """So many tokens, with a blank behind the last."""
    return (*[False] * (count - 1), *[True] * (count > 0))


_FEW = 8
_BLANK_BEHIND = tuple(map(_blank_behind, range(_FEW)))


def remembering(nlp: Language) -> Language:
    """The pipeline with a quicker tokeniser, and without what spaCy works out of each new word.

    Our models read neither of it; with spaCy's own tokeniser alone: others stay as they are.
    """
    if type(nlp.tokenizer) is Tokenizer:
        nlp.tokenizer = RememberingTokenizer(nlp.tokenizer)
        nlp.vocab.lex_attr_getters = {}  # type: ignore[attr-defined]  # spaCy's stub leaves it out
    return nlp


class CharacterTokenizer:
    """Cuts a text into characters and runs of them; any text comes back as it was."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """The text as tokens; a single blank belongs to the token before it."""
        return Doc(self.vocab, *self.cut(text))

    def cut(self, text: str) -> Cut:
        """The text as tokens, without a document of spaCy's."""
        words: list[str] = []
        spaces: list[bool] = []
        for piece in _PIECES.findall(text):
            if piece == " " and words:
                spaces[-1] = True
            else:
                words.append(piece)
                spaces.append(False)
        return Cut(words, spaces)

    def to_disk(self, path: Path, **_: Any) -> None:
        """Nothing is stored: the configuration says it all. spaCy asks for these four methods."""

    def from_disk(self, path: Path, **_: Any) -> CharacterTokenizer:  # noqa: ARG002 - spaCy's signature
        """The tokeniser as it is."""
        return self

    def to_bytes(self, **_: Any) -> bytes:
        """Nothing."""
        return b""

    def from_bytes(self, data: bytes, **_: Any) -> CharacterTokenizer:  # noqa: ARG002 - spaCy's signature
        """The tokeniser as it is."""
        return self


@registry.tokenizers(TOKENIZER)  # type: ignore[untyped-decorator]  # catalogue ships no types
def character_tokenizer() -> Callable[[Language], CharacterTokenizer]:
    """For spaCy's configuration."""
    return lambda nlp: CharacterTokenizer(nlp.vocab)


def cut(nlp: Language, text: str) -> Cut:
    """A text as the tokeniser of a pipeline cuts it."""
    tokenizer = nlp.tokenizer
    if isinstance(tokenizer, RememberingTokenizer | CharacterTokenizer):
        return tokenizer.cut(text)
    doc = nlp.make_doc(text)
    return Cut([token.text for token in doc], [bool(token.whitespace_) for token in doc])


def blank(language: str) -> Language:
    """A pipeline of the language that does nothing but cut texts into words."""
    if language in BY_CHARACTER:
        return spacy.blank("xx", config={"nlp": {"tokenizer": {"@tokenizers": TOKENIZER}}})
    try:
        return spacy.blank(language)
    except ImportError:  # spaCy does not know the language, or wants a library of its own for it
        return spacy.blank("xx")
