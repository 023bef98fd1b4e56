"""Finds names in texts of one language with a spaCy pipeline: ours, or one that is installed.

spaCy is imported only when a model is loaded. A text of any size and shape is safe: it is read in windows
of bounded size, and runs of characters that no word is made of are broken up before the tokeniser sees them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from pipeline.article import Entity
from pipeline.enrich import datelines, naming
from pipeline.enrich.labels import is_known, label_of
from pipeline.enrich.mentions import Mention
from pipeline.enrich.naming import second_pass
from pipeline.errors import NewswireError

if TYPE_CHECKING:
    from spacy.language import Language

    from pipeline.enrich.crf.finding import Name

log = structlog.get_logger(__name__)

MODELS = Path(__file__).parent / "models"
FALLBACK = "xx"
"""The model of many languages, for those that have none of their own."""

BATCH = 12
"""Windows that spaCy takes at once; more were slower and took more memory."""

TOGETHER = 24
"""Windows that our own models take at once, some 20,000 words: the more, the more words they share."""

WINDOW = 4000
"""Longest piece of a text, in code points, that the model sees at once; it bounds the memory."""

READ = 150_000
"""Code points of a text that are searched for names; some 25,000 words, far beyond any wire article."""

LONGEST_WORD = 200
"""Longest run without a blank; spaCy's tokeniser takes quadratic time on longer ones."""

FINDERS = ("ner", "entity_ruler", "span_ruler")
NOT_FOR_NAMES = (
    "tagger",
    "morphologizer",
    "parser",
    "senter",
    "attribute_ruler",
    "lemmatizer",
    "trainable_lemmatizer",
)
# Before a name but no part of it; written small, since "L'Express" and "The Guardian" are names.
ARTICLES = {
    "en": re.compile(r"(?:the|a|an)\s+"),
    "fr": re.compile(r"(?:(?:de\s+l|l|d|qu)['’]|(?:de\s+la|le|la|les|de|du|des|un|une|au|aux|à)\s+)"),
}
POSSESSIVE = re.compile(r"(?<=\w)['’]s$")
INITIALS = re.compile(r"(?:^|[\s.])\w{1,4}\.$")
# Where a name ends though a model may read on: a paragraph, and prepositions of several words.
PARAGRAPH = r"\n\s*\n"
GAPS = {
    "en": re.compile(rf"{PARAGRAPH}|\s(?:with regard to|on behalf of|in favou?r of|as well as)(?=\s)"),
    "fr": re.compile(
        rf"{PARAGRAPH}|\s(?:à l['’]égard|à l['’]encontre|au sein|au sujet|à propos|en faveur|vis-à-vis)(?=\s)"
    ),
}
GAP = re.compile(PARAGRAPH)
_MONSTROUS = re.compile(rf"[^\s\u2e80-\u9fff\uac00-\ud7af]{{{LONGEST_WORD}}}")
_NO_WORD = re.compile(r"[^\w\s]{50,}")


class EntityModelError(NewswireError):
    """A spaCy pipeline that the settings name cannot be used; the message says why and what to do."""


class Recogniser:
    """The names in texts of one language, by one spaCy pipeline."""

    def __init__(self, nlp: Language, cutter: Language | None = None, language: str = "") -> None:
        """Names by a pipeline.

        Args:
            nlp: the pipeline.
            cutter: what cuts texts into words for it; itself, if none is given.
            language: primary subtag whose rules count; the pipeline's, if none is given.
        """
        from pipeline.enrich.crf import finding  # noqa: PLC0415 - imports spaCy

        self._nlp = nlp
        self._cutter = cutter or nlp
        self._finder = finding.finder(nlp, self._cutter)
        self._language: str = language or nlp.meta["lang"]
        self.name = f"{nlp.meta['lang']}_{nlp.meta['name']} {nlp.meta['version']}"

    def find(self, texts: Sequence[str]) -> list[tuple[Entity, ...]]:
        """The entities of each text, most frequent first; offsets are in code points of the text."""
        found = zip(texts, self.mentions(texts), strict=True)
        return [naming.entities(text[:READ], mentions, self._language) for text, mentions in found]

    def mentions(self, texts: Sequence[str]) -> list[list[Mention]]:
        """The places of each text that a name stands in, in their order, none within another."""
        mentions: list[list[Mention]] = [[] for _ in texts]
        places = [(number, start, end) for number, text in enumerate(texts) for start, end in windows(text)]
        with self._nlp.memory_zone(), self._cutter_zone():
            found = self._names([tame(texts[number][start:end]) for number, start, end in places])
            for (number, offset, _), names in zip(places, found, strict=True):
                for start, end, label in names:
                    raw = Mention(offset + start, offset + end, label)
                    mentions[number] += refined(texts[number], raw, self._language)
        return [self._settled(text, found) for text, found in zip(texts, mentions, strict=True)]

    def _names(self, pieces: Sequence[str]) -> Iterator[Sequence[Name]]:
        """The names of each piece of a text, those of labels that mean something here."""
        if self._finder is not None:
            for start in range(0, len(pieces), TOGETHER):
                yield from self._finder.names(pieces[start : start + TOGETHER])
            return
        docs = (self._cutter.make_doc(piece) for piece in pieces)
        for doc in self._nlp.pipe(docs, batch_size=BATCH):
            labelled = ((found, label_of(found.label_)) for found in doc.ents)
            yield [(found.start_char, found.end_char, label) for found, label in labelled if label]

    def _cutter_zone(self) -> AbstractContextManager[object]:
        """Forgets the words of a batch, where the cutter has a vocabulary of its own."""
        return nullcontext() if self._cutter is self._nlp else self._cutter.memory_zone()

    def _settled(self, text: str, mentions: Sequence[Mention]) -> list[Mention]:
        """The mentions of a whole article in the light of one another."""
        read = text[:READ]
        story = datelines.applied(read, mentions, self._language)
        return second_pass.improved(read, story, self._language)


def available() -> frozenset[str]:
    """The languages that a model of our own ships for."""
    return frozenset(path.name.removesuffix("_entities") for path in MODELS.glob("*_entities"))


def load(language: str, package: str | None = None) -> Recogniser:
    """The recogniser of a language.

    Args:
        language: primary subtag; without ``package`` and a model of its own it gets the fall-back.
        package: an installed spaCy pipeline, ``fr_core_news_lg`` for example, to use instead of ours.

    Raises:
        EntityModelError: the pipeline is not installed, of another language, or finds no entities.
    """
    import spacy  # noqa: PLC0415 - costs a second, and most of the package does without

    if package is None:
        return _own(language) if language in available() else fallback(language)
    try:
        nlp = spacy.load(package, exclude=NOT_FOR_NAMES)
    except OSError as error:
        raise EntityModelError(
            f"the spaCy pipeline '{package}' for '{language}' cannot be loaded; "
            f"install it, or take it out of the setting 'spacy' (NEWSWIRE_SPACY): {error}"
        ) from error
    if nlp.lang != language or not {"ner", "entity_ruler"} & set(nlp.pipe_names):
        raise EntityModelError(
            f"the spaCy pipeline '{package}' is of language '{nlp.lang}' with {nlp.pipe_names}, "
            f"but the setting 'spacy' (NEWSWIRE_SPACY) names it to find entities in '{language}'"
        )
    _check_labels(nlp, package)
    return Recogniser(nlp)


def fallback(language: str) -> Recogniser:
    """The model of many languages, with the words and the rules of this one.

    Args:
        language: primary subtag, of any language.
    """
    from pipeline.enrich.crf import tokens  # noqa: PLC0415 - imports spaCy

    cutter = tokens.remembering(tokens.blank(language))
    return Recogniser(_shared(MODELS / f"{FALLBACK}_entities"), cutter, language)


def _own(language: str) -> Recogniser:
    from pipeline.enrich.crf import storage  # noqa: PLC0415 - imports spaCy

    return Recogniser(storage.load(MODELS / f"{language}_entities"))


@lru_cache(maxsize=1)
def _shared(folder: Path) -> Language:
    """The fall-back, which all languages without a model of their own share."""
    from pipeline.enrich.crf import storage  # noqa: PLC0415 - imports spaCy

    return storage.load(folder)


def _check_labels(nlp: Language, package: str) -> None:
    """Refuses a pipeline none of whose labels means anything to us, and tells those that do not.

    Raises:
        EntityModelError: there is none.
    """
    finders = [pipe for name, pipe in nlp.pipeline if name in FINDERS]
    labels = {label for pipe in finders for label in getattr(pipe, "labels", ())}
    if labels and not any(map(label_of, labels)):
        raise EntityModelError(
            f"the spaCy pipeline '{package}' finds {sorted(labels)}, none of which is a person, an "
            "organisation or a place; name another in the setting 'spacy' (NEWSWIRE_SPACY)"
        )
    unknown = sorted(label for label in labels if not is_known(label))
    if unknown:
        log.warning("names of these labels are left out", pipeline=package, labels=unknown)


def windows(text: str) -> Iterator[tuple[int, int]]:
    """Where to cut a text: pieces of at most ``WINDOW``, ending at a paragraph, a line or a blank if any."""
    start, last = 0, min(len(text), READ)
    while start < last:
        end = min(start + WINDOW, last)
        if end < last:
            cuts = (text.rfind(mark, start + WINDOW // 2, end) for mark in ("\n\n", "\n", ". ", " "))
            end = next((cut + 1 for cut in cuts if cut > 0), end)
        yield start, end
        start = end


def tame(text: str) -> str:
    """A text of the same length that no tokeniser chokes on.

    Long runs of signs become blanks, and a run of letters that is no word any more gets a blank in the
    place of every ``LONGEST_WORD``-th; scripts that write without blanks are left alone.
    """
    text = _NO_WORD.sub(lambda run: " " * len(run[0]), text)
    return _MONSTROUS.sub(lambda run: run[0][:-1] + " ", text)


def refined(text: str, mention: Mention, language: str) -> Iterator[Mention]:
    """The mention without what is around the name; none, or one for each part that it ran together."""
    start = mention.start
    gaps = GAPS.get(language, GAP)
    for gap in [*gaps.finditer(text, mention.start, mention.end), None]:
        end = gap.start() if gap else mention.end
        trimmed = _trimmed(text, Mention(start, end, mention.label), language)
        if _is_name(text[trimmed.start : trimmed.end]):
            yield trimmed
        start = gap.end() if gap else end


def _trimmed(text: str, mention: Mention, language: str) -> Mention:
    start, end, label = mention
    start = _first(text, start, end)
    article = ARTICLES[language].match(text, start, end) if language in ARTICLES and label != "PER" else None
    start = _first(text, article.end(), end) if article else start
    end = start + len(_without_tail(text[start:end]))
    possessive = POSSESSIVE.search(text[start:end]) if language == "en" else None
    return Mention(start, start + possessive.start() if possessive else end, label)


def _first(text: str, start: int, end: int) -> int:
    """Where the first character stands that may be part of a name."""
    return next((place for place in range(start, end) if _in_names(text[place])), end)


def _without_tail(name: str) -> str:
    """Without the marks at the end; a bracket opened within the name and the point of initials stay."""
    while name and not _in_names(name[-1]) and not INITIALS.search(name):
        if (name[-1] == ")" and "(" in name) or (name[-1] == "]" and "[" in name):
            break
        name = name[:-1]
    return name


def _in_names(character: str) -> bool:
    """Letters, digits, and the marks that some scripts put on letters."""
    return character.isalnum() or unicodedata.category(character).startswith("M")


def _is_name(text: str) -> bool:
    """Whether a text has a letter, and no script with capitals is written all in small letters."""
    return any(map(str.isalpha, text)) and (
        text != text.lower() or text == text.upper() or any(map(str.isdigit, text))
    )
