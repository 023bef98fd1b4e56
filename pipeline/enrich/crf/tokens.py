"""How our models cut texts into words: as spaCy does for the language, or by character."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab

BY_CHARACTER = frozenset({"ja", "zh"})
"""Languages that write without blanks; spaCy would ask for a dictionary of some 70 MB to cut them."""

TOKENIZER = "newswire.CharacterTokenizer.v1"
# A run of Latin letters, of digits or of katakana is one token, any other character is one by itself.
_PIECES = re.compile(r"[A-Za-zÀ-ɏ]+|\d+|[ァ-ヺー]+|\s+|.", re.DOTALL)


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
