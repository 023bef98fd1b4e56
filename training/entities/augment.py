"""Makes encyclopaedia sentences look like news copy: quotations, datelines, capitals, other names.

Every function is pure: a sentence and a source of chance in, a sentence with its spans moved along out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from training.entities.corpora import Sentence, Span
from training.entities.gazetteer import Gazetteer

SWAPPED = {"LOC": 0.15, "ORG": 0.35, "PER": 0.1}
ACRONYM_SHARE = 0.15
TYPOGRAPHIC_QUOTES = 0.6
TYPOGRAPHIC_APOSTROPHES = 0.45
QUOTED = 0.12
ATTRIBUTED = 0.06
DATELINED = 0.04
CAPITALS = 0.04
HEADING = 0.15
LENGTHS = (1, 2, 2, 3, 3, 4)
VOWELS = frozenset("aeiouyàâäéèêëîïôöùûühAEIOUYÀÂÄÉÈÊËÎÏÔÖÙÛÜH")
CONSONANTS = "BCDFGJKLMNPRSTVZ"

Step = Callable[[Sentence, Random], Sentence]


@dataclass(frozen=True, slots=True)
class Style:
    """How a language's newspapers quote, attribute and sign."""

    quotes: tuple[tuple[str, str], ...]
    attributions: tuple[str, ...]
    datelines: tuple[str, ...]
    agencies: tuple[str, ...]


STYLES = {
    "fr": Style(
        quotes=(("« ", " »"), ("«\u00a0", "\u00a0»"), ("«", "»"), ("“", "”"), ('"', '"')),
        attributions=(
            ", a déclaré {}.",
            ", a affirmé {}.",
            ", a ajouté {} mardi.",
            ", a estimé {} lors d'une conférence de presse.",
            ", a-t-on appris auprès de {}.",
            ", indique {} dans un communiqué.",
            ", selon {}.",
        ),
        datelines=("{}, 12 juin ({}) - ", "{} ({}) – ", "{} ({}) - "),
        agencies=("AFP", "Reuters", "AP", "Belga", "ATS"),
    ),
    "de": Style(
        quotes=(("„", "“"), ("»", "«"), ('"', '"'), ("“", "”")),
        attributions=(", sagte {}.", ", erklärte {} am Dienstag.", ", teilte {} mit.", ", so {}."),
        datelines=("{} ({}) - ", "{}, 12. Juni ({}) - ", "{} ({}) – "),
        agencies=("dpa", "AFP", "Reuters", "AP", "APA"),
    ),
    "en": Style(
        quotes=(("“", "”"), ("‘", "’"), ('"', '"')),
        attributions=(
            ", said {}.",
            ", {} said on Tuesday.",
            ", {} told reporters.",
            ", according to {}.",
            ", {} said in a statement.",
        ),
        datelines=("{}, June 12 ({}) - ", "{} ({}) – ", "{} ({}) -- "),
        agencies=("Reuters", "AP", "AFP", "PTI", "Xinhua"),
    ),
    "es": Style(
        quotes=(("«", "»"), ("“", "”"), ('"', '"')),
        attributions=(", dijo {}.", ", afirmó {} el martes.", ", según {}.", ", declaró {}."),
        datelines=("{}, 12 jun ({}).- ", "{} ({}) – "),
        agencies=("EFE", "AFP", "AP", "Reuters", "Europa Press"),
    ),
    "it": Style(
        quotes=(("«", "»"), ("“", "”"), ('"', '"')),
        attributions=(", ha detto {}.", ", ha dichiarato {}.", ", secondo {}.", ", spiega {}."),
        datelines=("{} ({}) - ", "{} ({}) – "),
        agencies=("ANSA", "AGI", "Adnkronos", "AFP"),
    ),
    "nl": Style(
        quotes=(("‘", "’"), ("“", "”"), ('"', '"')),
        attributions=(", zegt {}.", ", aldus {}.", ", zei {} dinsdag.", ", volgens {}."),
        datelines=("{} ({}) - ", "{} ({}) – "),
        agencies=("ANP", "Belga", "AFP", "Reuters"),
    ),
    "pl": Style(
        quotes=(("„", "”"), ("«", "»"), ('"', '"')),
        attributions=(", powiedział {}.", ", podkreślił {}.", " - powiedziała {}."),
        datelines=("{} ({}) - ", "{} ({}) – "),
        agencies=("PAP", "AFP", "Reuters"),
    ),
    "pt": Style(
        quotes=(("“", "”"), ("«", "»"), ('"', '"')),
        attributions=(", disse {}.", ", afirmou {} na terça-feira.", ", segundo {}.", ", declarou {}."),
        datelines=("{}, 12 jun ({}) – ", "{} ({}) – "),
        agencies=("Lusa", "Agência Brasil", "AFP", "Reuters"),
    ),
    "ru": Style(
        quotes=(("«", "»"), ("„", "“"), ('"', '"')),
        attributions=(", заявил {}.", ", сообщил {}.", ", сказал {} во вторник.", ", сообщает {}."),
        datelines=("{}, 12 июня. /{}/. ", "{}, 12 июн – {}. "),
        agencies=("ТАСС", "РИА Новости", "Интерфакс"),  # noqa: RUF001 - Cyrillic it is
    ),
}

COMMON = Style(
    quotes=(("“", "”"), ("„", "“"), ("«", "»"), ('"', '"')),
    attributions=(),
    datelines=("{} ({}) - ", "{} ({}) – "),
    agencies=("AFP", "Reuters", "AP"),
)


def style(language: str) -> Style:
    """How newspapers of a language write; what is common to many where we know no more."""
    return STYLES.get(language, COMMON)


def articles(
    documents: Sequence[Sequence[Sentence]], style: Style, names: Gazetteer, chance: Random
) -> list[Sentence]:
    """All sentences once, in a random order, varied and joined to texts of one to four.

    Sentences of one document stay together in their order; those that are documents by themselves are
    joined at random.
    """
    alone = [document[0] for document in documents if len(document) == 1]
    chains = [chance.sample(alone, len(alone)), *(document for document in documents if len(document) > 1)]
    texts = [
        joined([vary(one, style, names, chance) for one in some], chance)
        for sentences in chains
        for some in _cut(sentences, chance)
    ]
    chance.shuffle(texts)
    return texts


def _cut(sentences: Sequence[Sentence], chance: Random) -> Iterator[Sequence[Sentence]]:
    """Runs of one to four sentences."""
    at = 0
    while at < len(sentences):
        count = chance.choice(LENGTHS)
        yield sentences[at : at + count]
        at += count


def vary(sentence: Sentence, style: Style, names: Gazetteer, chance: Random) -> Sentence:
    """One sentence as a newspaper might have had it."""
    sentence = swapped(sentence, names, chance)
    fate = chance.random()
    if fate < CAPITALS:
        return capitals(sentence)
    if fate < CAPITALS + DATELINED:
        sentence = datelined(sentence, style, names, chance)
    elif fate < CAPITALS + DATELINED + ATTRIBUTED:
        sentence = attributed(sentence, style, names, chance)
    elif fate < CAPITALS + DATELINED + ATTRIBUTED + QUOTED:
        opening, closing = chance.choice(style.quotes)
        sentence = around(opening, sentence, closing)
    if chance.random() < TYPOGRAPHIC_QUOTES:
        sentence = requoted(sentence, *chance.choice(style.quotes))
    if chance.random() < TYPOGRAPHIC_APOSTROPHES:
        sentence = Sentence(sentence.text.replace("'", "’"), sentence.spans)
    return sentence


def rewritten(sentence: Sentence, pieces: Sequence[tuple[int, int, str]]) -> Sentence:
    """The sentence with each piece ``(start, end, new text)``, in order, in the place of what stood there."""
    text: list[str] = []
    position, length, moved = 0, 0, {}
    for start, end, new in pieces:
        for offset in range(position, start + 1):
            moved[offset] = length + offset - position
        text += [sentence.text[position:start], new]
        length += start - position + len(new)
        position = end
        moved.setdefault(end, length)
    for offset in range(position, len(sentence.text) + 1):
        moved[offset] = length + offset - position
    text.append(sentence.text[position:])
    spans = tuple((moved[start], moved[end], label) for start, end, label in sentence.spans)
    return tight(Sentence("".join(text), spans))


def tight(sentence: Sentence) -> Sentence:
    """Without blanks at the ends of its spans, which the entity recogniser refuses."""
    spans: list[Span] = []
    for start, end, label in sentence.spans:
        covered = sentence.text[start:end]
        left = len(covered) - len(covered.lstrip())
        if covered.strip():
            spans.append((start + left, start + left + len(covered.strip()), label))
    return Sentence(sentence.text, tuple(spans))


def swapped(sentence: Sentence, names: Gazetteer, chance: Random) -> Sentence:
    """Some of its names changed for others, so that a name is known by its company too."""
    pieces = []
    for start, end, label in sentence.spans:
        if chance.random() < SWAPPED.get(label, 0):
            elided = sentence.text[max(0, start - 1) : start] in {"'", "’"}
            new = _name(label, names, chance, latin=sentence.text[start].isascii())
            if new and (new[0] in VOWELS) == elided:
                pieces.append((start, end, new))
    return rewritten(sentence, pieces) if pieces else sentence


def _name(label: str, names: Gazetteer, chance: Random, *, latin: bool) -> str | None:
    if label == "ORG" and latin and chance.random() < ACRONYM_SHARE:
        return chance.choice("AEIOU" + CONSONANTS) + "".join(
            chance.choices(CONSONANTS + "AEIO", k=chance.choice((1, 2, 2, 3)))
        )
    choices = {"LOC": names.places, "ORG": names.organisations, "PER": names.people}[label]
    return chance.choice(choices) if choices else None


def requoted(sentence: Sentence, opening: str, closing: str) -> Sentence:
    """Straight quotation marks made typographic, where they come in pairs."""
    marks = [index for index, character in enumerate(sentence.text) if character == '"']
    if len(marks) % 2 or not marks:
        return sentence
    return rewritten(
        sentence, [(at, at + 1, closing if number % 2 else opening) for number, at in enumerate(marks)]
    )


def around(before: str, sentence: Sentence, after: str) -> Sentence:
    """The sentence between two texts."""
    shift = len(before)
    spans = tuple((start + shift, end + shift, label) for start, end, label in sentence.spans)
    return Sentence(before + sentence.text + after, spans)


def attributed(sentence: Sentence, style: Style, names: Gazetteer, chance: Random) -> Sentence:
    """The sentence as somebody's words: quoted, then who said it."""
    if not sentence.text.endswith(".") or not names.people or not style.attributions:
        return sentence
    opening, closing = chance.choice(style.quotes)
    stem = len(sentence.text) - 1
    spans = tuple(span for span in sentence.spans if span[1] <= stem)
    quoted = around(opening, Sentence(sentence.text[:stem], spans), closing)
    before, after = chance.choice(style.attributions).split("{}")
    who = chance.choice(names.people)
    start = len(quoted.text) + len(before)
    return Sentence(quoted.text + before + who + after, (*quoted.spans, (start, start + len(who), "PER")))


def datelined(sentence: Sentence, style: Style, names: Gazetteer, chance: Random) -> Sentence:
    """The sentence after a dateline: where and by which agency it was written."""
    place, agency = chance.choice(names.places), chance.choice(style.agencies)
    if chance.random() < 1 / 2:
        place = place.upper()
    dateline = chance.choice(style.datelines).format(place, agency)
    at = dateline.index(agency, len(place))
    moved = around(dateline, sentence, "")
    head: tuple[Span, ...] = ((0, len(place), "LOC"), (at, at + len(agency), "ORG"))
    return Sentence(moved.text, head + moved.spans)


def capitals(sentence: Sentence) -> Sentence:
    """The sentence as a headline all in capitals; as it was where that changes its length (ß)."""
    upper = sentence.text.upper()
    return Sentence(upper, sentence.spans) if len(upper) == len(sentence.text) else sentence


def joined(sentences: Sequence[Sentence], chance: Random) -> Sentence:
    """Sentences as one text, on one line or in paragraphs; a first one without its full stop is a heading."""
    text, spans = "", list[Span]()
    for number, one in enumerate(sentences):
        if number and not text.endswith("\n"):
            text += chance.choice((" ", " ", " ", " ", "\n", "\n\n"))
        moved = around(text, one, "")
        text = moved.text
        spans += moved.spans
        is_heading = number == 0 and len(sentences) > 1 and text.endswith(".")
        if is_heading and chance.random() < HEADING and all(end < len(text) for _, end, _ in spans):
            text = text[:-1] + "\n\n"
    return Sentence(text, tuple(spans))
