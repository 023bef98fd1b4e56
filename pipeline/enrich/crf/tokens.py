"""How our models cut texts into words: as spaCy does for the language, remembered, or by character."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

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

_RUNS = re.compile(r"\S+|\s+")
# A run of Latin letters, of digits or of katakana is one token, any other character is one by itself.
_PIECES = re.compile(r"[A-Za-zÀ-ɏ]+|\d+|[ァ-ヺー]+|\s+|.", re.DOTALL)


class RememberingTokenizer:
    """Cuts a text as a tokeniser of spaCy's does, which cuts each run between blanks by itself.

    spaCy remembers runs too, but nothing that it meets within a memory zone. Its few special cases with a
    blank in them (Russian *и др.*) are two words here.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.vocab = tokenizer.vocab
        self._tokenizer = tokenizer
        self._known: dict[str, tuple[str, ...]] = {}

    def __call__(self, text: str) -> Doc:
        """The text as tokens."""
        words: list[str] = []
        spaces: list[bool] = []
        for run in _RUNS.findall(text):
            rest = run
            if words and run[0] == " ":
                spaces[-1] = True
                rest = run[1:]
            if rest:
                pieces = self._known.get(rest) or self._cut(rest)
                words += pieces
                spaces += [False] * len(pieces)
        return Doc(self.vocab, words=words, spaces=spaces)

    def _cut(self, run: str) -> tuple[str, ...]:
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        pieces = self._known[run] = tuple(token.text for token in self._tokenizer(run))
        return pieces


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
        words: list[str] = []
        spaces: list[bool] = []
        for piece in _PIECES.findall(text):
            if piece == " " and words:
                spaces[-1] = True
            else:
                words.append(piece)
                spaces.append(False)
        return Doc(self.vocab, words=words, spaces=spaces)

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


def blank(language: str) -> Language:
    """A pipeline of the language that does nothing but cut texts into words."""
    if language in BY_CHARACTER:
        return spacy.blank("xx", config={"nlp": {"tokenizer": {"@tokenizers": TOKENIZER}}})
    try:
        return spacy.blank(language)
    except ImportError:  # spaCy does not know the language, or wants a library of its own for it
        return spacy.blank("xx")
