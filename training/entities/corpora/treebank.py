"""Universal NER: treebanks whose comments hold the text as it was written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from training.entities.corpora.rows import columns
from training.entities.corpora.text import Sentence, marked, sentence

# Portuguese prepositions and what they are written together with; the treebank takes them apart.
_ARTICLES = ("o", "a", "os", "as")
_DEMONSTRATIVES = (
    *("este", "esta", "estes", "estas", "esse", "essa", "esses", "essas", "isto", "isso"),
    *("aquele", "aquela", "aqueles", "aquelas", "aquilo"),
)
_PERSONAL = ("ele", "ela", "eles", "elas")
_CONTRACTED = {
    **{("de", word): "d" + word for word in (*_ARTICLES, *_DEMONSTRATIVES, *_PERSONAL)},
    **{("em", word): "n" + word for word in (*_ARTICLES, *_DEMONSTRATIVES, *_PERSONAL)},
    **{("por", word): "pel" + word for word in _ARTICLES},
    **{("a", word): "à" + word[1:] for word in ("a", "as", *_DEMONSTRATIVES) if word[0] == "a"},
    ("a", "o"): "ao",
    ("a", "os"): "aos",
}

Token = tuple[str, str, str]  # what stands before it, the word, its tag


def treebank(given: Iterable[str], language: str) -> Iterator[Sentence]:
    """The sentences of a file's lines."""
    text, block = "", list[str]()
    for line in [*given, ""]:
        if line.startswith("# text = "):
            text = line.removeprefix("# text = ")
        elif line.strip() and not line.startswith("#"):
            block.append(line)
        elif block and not line.strip():
            rows = [row for row in columns(block, 1, 2) if row is not None]
            yield _read(text, [word for word, _ in rows], [tag for _, tag in rows], language)
            text, block = "", []


def _read(text: str, words: Sequence[str], tags: Sequence[str], language: str) -> Sentence:
    places = found(text, words)
    if places is None:
        return sentence(words, tags, language)
    if language != "pt":
        return marked(text, places, tags)
    ends = [0, *(end for _, end in places)]
    gaps = [text[end:start] for end, (start, _) in zip(ends, places, strict=False)]
    tokens = contracted(list(zip(gaps, words, tags, strict=True)))
    return _built(tokens)


def found(text: str, words: Sequence[str]) -> list[tuple[int, int]] | None:
    """Where each word stands in the text, or None where they do not make it up; blanks do not count."""
    places: list[tuple[int, int]] = []
    position = 0
    for word in words:
        start = -1
        for character in word.replace(" ", ""):
            while text[position : position + 1].isspace():
                position += 1
            if text[position : position + 1] != character:
                return None
            start = position if start < 0 else start
            position += 1
        places.append((max(start, 0), position))
    return places if not text[position:].strip() else None


def contracted(tokens: Sequence[Token]) -> list[Token]:
    """With Portuguese prepositions and articles written together: ``de a`` as ``da``.

    A name that began with the article begins behind it; one that is the article alone keeps it.
    """
    merged: list[Token] = []
    for index, (gap, word, tag) in enumerate(tokens):
        before = merged[-1] if merged else ("", "", "")
        together = _CONTRACTED.get((before[1].lower(), word)) if gap == " " else None
        after = tokens[index + 1][2] if index + 1 < len(tokens) else "O"
        cut_off = tag.startswith("B-") and not after.startswith("I-")
        if together is None or cut_off or (index and tokens[index - 1][1] != before[1]):
            opened = tag
            if tag.startswith("I-") and before[2] in {"", "O"}:
                opened = "B" + tag[1:]
            merged.append((gap, word, opened))
        else:
            cased = together if before[1].islower() else together[0].upper() + together[1:]
            merged[-1] = (before[0], cased, before[2])
    return merged


def _built(tokens: Sequence[Token]) -> Sentence:
    text, places = "", list[tuple[int, int]]()
    for gap, word, _ in tokens:
        text += gap
        places.append((len(text), len(text) + len(word)))
        text += word
    return marked(text, places, [tag for _, _, tag in tokens])
