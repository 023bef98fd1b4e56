"""What the models of each language learn from and are measured on.

``python -m training.entities.sources --data ../shared/data`` counts it.

No text is both learnt from and measured on, and those that choose the best step are in neither part.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import get_args

from training.entities import annotations as annotated
from training.entities import catalogue, corpora, silver
from training.entities.catalogue import Source
from training.entities.corpora import LABELS, Sentence, whole

TENTH = 10
MEASURED, CHOOSING = 0, 5
"""Of every ten documents, the one that is measured where a corpus has no test part of its own, and the one
that the best step is chosen by."""

ARTICLES = 30
"""Sentences in a row that are kept together where a corpus of articles does not say where one ends."""

Documents = list[list[Sentence]]
Shares = list[tuple[Source, Documents]]
Gather = Callable[["Parts", Path, str], None]


@dataclass(frozen=True, slots=True)
class Parts:
    """A language's data, document by document; a sentence without a document is one of its own.

    Attributes:
        train: to learn from.
        dev: to choose the best step by; in no other part.
        tests: to measure the finished model on, by name; a document is one text.
        tested: the source of each test.
    """

    train: Shares = field(default_factory=list)
    dev: Shares = field(default_factory=list)
    tests: dict[str, list[Sentence]] = field(default_factory=dict)
    tested: dict[str, Source] = field(default_factory=dict)
    _measured: set[str] = field(default_factory=set)

    def learn(self, source: Source, documents: Iterable[list[Sentence]]) -> None:
        """Puts documents to ``train``, and every tenth of them to ``dev``."""
        given = list(documents)
        self.train.append((source, [one for number, one in enumerate(given) if number % TENTH != CHOOSING]))
        self.dev.append((source, given[CHOOSING::TENTH]))

    def measure(self, name: str, source: Source, documents: Iterable[list[Sentence]]) -> None:
        """Puts documents to ``tests``."""
        given = list(documents)
        self.tests[name] = [whole(one) for one in given]
        self.tested[name] = source
        self._measured.update(one.text for document in given for one in document)

    def unseen(self) -> Parts:
        """Without the sentences to learn from that stand in a test too, word for word."""
        return Parts(
            [(source, self._unmeasured(documents)) for source, documents in self.train],
            [(source, self._unmeasured(documents)) for source, documents in self.dev],
            self.tests,
            self.tested,
        )

    def _unmeasured(self, documents: Documents) -> Documents:
        left = ([one for one in each if one.text not in self._measured] for each in documents)
        return [each for each in left if each]


@cache
def parts(data: Path, language: str) -> Parts:
    """What there is for a language, one of ``LANGUAGES``; read once, though a training asks three times.

    Raises:
        FileNotFoundError: a corpus is missing from the folder.
        KeyError: there is nothing for the language.
    """
    gathered = Parts()
    for gather in _GATHERED[language]:
        gather(gathered, data, language)
    return gathered.unseen()


def _alone(sentences: Iterable[Sentence]) -> Documents:
    return [[one] for one in sentences]


def _wikineural(gathered: Parts, data: Path, language: str) -> None:
    gathered.learn(catalogue.WIKINEURAL, _alone(corpora.wikineural(data, language, "val")))
    gathered.measure("wikineural", catalogue.WIKINEURAL, _alone(corpora.wikineural(data, language, "test")))


def _worldwide(gathered: Parts, data: Path, _: str) -> None:
    tenths = [corpora.worldwide(data)[number::TENTH] for number in range(TENTH)]
    learnt = [tenth for number, tenth in enumerate(tenths) if number not in {MEASURED, CHOOSING}]
    gathered.train.append((catalogue.WORLDWIDE, [article for tenth in learnt for article in tenth]))
    gathered.dev.append((catalogue.WORLDWIDE, tenths[CHOOSING]))
    gathered.measure("newswire", catalogue.WORLDWIDE, tenths[MEASURED])


def _uner(name: str, *learnt: str) -> Gather:
    def gather(gathered: Parts, data: Path, _: str) -> None:
        source = catalogue.uner(name)
        sentences = [one for part in learnt for one in corpora.uner(data, f"{name}-ud-{part}")]
        gathered.learn(source, _alone(sentences))
        gathered.measure("uner", source, _alone(corpora.uner(data, f"{name}-ud-test")))

    return gather


def _serbian(gathered: Parts, data: Path, language: str) -> None:
    """All sentences once in each of the two alphabets."""
    latin = Parts()
    _uner("sr_set", "train", "dev")(latin, data, language)
    for write in (lambda one: one, corpora.cyrillic):
        for given, into in ((latin.train, gathered.train), (latin.dev, gathered.dev)):
            into += [(source, [[write(one) for one in each] for each in some]) for source, some in given]
    gathered.measure("uner", latin.tested["uner"], _alone(latin.tests["uner"]))
    gathered.measure(
        "uner-cyrillic", latin.tested["uner"], _alone(map(corpora.cyrillic, latin.tests["uner"]))
    )


def _germeval(gathered: Parts, data: Path, _: str) -> None:
    """Every other sentence is learnt from: there is little other German news."""
    sentences = _alone(corpora.germeval(data))
    gathered.learn(catalogue.GERMEVAL, sentences[::2])
    gathered.measure("germeval", catalogue.GERMEVAL, sentences[1::2])


def _klintan(gathered: Parts, data: Path, _: str) -> None:
    gathered.learn(catalogue.KLINTAN, _alone(corpora.klintan(data, "train")))
    gathered.measure("swedish-ner", catalogue.KLINTAN, _alone(corpora.klintan(data, "test")))


def _turku(gathered: Parts, data: Path, _: str) -> None:
    gathered.learn(catalogue.TURKU, corpora.turku(data, "train"))
    gathered.measure("turku", catalogue.TURKU, corpora.turku(data, "test"))


def _turkish_wiki(gathered: Parts, data: Path, _: str) -> None:
    gathered.learn(catalogue.TURKISH_WIKI, _alone(corpora.turkish_wiki(data, "train")))
    gathered.measure("turkish-wiki", catalogue.TURKISH_WIKI, _alone(corpora.turkish_wiki(data, "test")))


def _arabic(gathered: Parts, data: Path, _: str) -> None:
    gathered.learn(catalogue.ANERCORP, _alone(corpora.anercorp(data)))
    gathered.learn(catalogue.WOJOOD, _alone(corpora.wojood(data)))
    gathered.measure("anercorp", catalogue.ANERCORP, _alone(corpora.camel(data)))


def _french_news(gathered: Parts, data: Path, _: str) -> None:
    for part in get_args(annotated.Part):
        gathered.measure(part, catalogue.FRENCH_NEWS, _alone(annotated.read(data, part=part)))


def _french_silver(gathered: Parts, data: Path, _: str) -> None:
    """To learn from alone: what machines agree on chooses no step."""
    gathered.train.append((catalogue.FRENCH_SILVER, _alone(silver.read(data))))


def _tenth(
    name: str, source: Source, read: Callable[[Path], Sequence[Sentence]], together: int = 1
) -> Gather:
    """Measures every tenth of a corpus's sentences, or of so many as are kept ``together``."""

    def gather(gathered: Parts, data: Path, _: str) -> None:
        sentences = list(enumerate(read(data)))
        learnt = [one for number, one in sentences if number // together % TENTH != MEASURED]
        gathered.learn(source, _alone(learnt))
        measured = [one for number, one in sentences if number // together % TENTH == MEASURED]
        gathered.measure(name, source, _alone(measured))

    return gather


_GATHERED: dict[str, tuple[Gather, ...]] = {
    "ar": (_arabic,),
    "da": (_uner("da_ddt", "train", "dev"),),
    "de": (_wikineural, _germeval),
    "en": (_wikineural, _worldwide, _uner("en_ewt", "dev")),
    "es": (_wikineural,),
    "fi": (_turku,),
    "fr": (_wikineural, _french_silver, _french_news),
    "hi": (_tenth("hiner", catalogue.HINER, corpora.hiner),),
    "hr": (_uner("hr_set", "train", "dev"),),
    "it": (_wikineural, _tenth("kind", catalogue.KIND, corpora.kind, ARTICLES)),
    "ja": (_tenth("stockmark", catalogue.STOCKMARK, corpora.stockmark),),
    "nl": (_wikineural,),
    "pl": (_wikineural,),
    "pt": (_wikineural, _uner("pt_bosque", "train", "dev")),
    "ru": (_wikineural,),
    "sk": (_uner("sk_snk", "train", "dev"),),
    "sr": (_serbian,),
    "sv": (_uner("sv_talbanken", "train", "dev"), _klintan),
    "tr": (_turkish_wiki,),
    "zh": (
        _uner("zh_gsdsimp", "train", "dev"),
        # Of MSRA there is the test part alone, so that scores on its tenth are not those of papers.
        _tenth("msra", catalogue.MSRA, corpora.msra, ARTICLES),
    ),
}
LANGUAGES = tuple(_GATHERED)


def main() -> None:
    """Reads the command line, counts, prints a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    data = parser.parse_args().data
    print("| language | part | source | documents | sentences | words | " + " | ".join(LABELS) + " |")
    print("| --- |" + " --- |" * (5 + len(LABELS)))
    for language in LANGUAGES:
        gathered = parts(data, language)
        for part, share in (("train", gathered.train), ("dev", gathered.dev)):
            for source, documents in share:
                print(_row(language, part, source.name, documents))
        for name, texts in gathered.tests.items():
            print(_row(language, "test", name, _alone(texts)))


def _row(language: str, part: str, name: str, documents: Documents) -> str:
    sentences = [one for document in documents for one in document]
    words = sum(len(one.text.split()) for one in sentences)
    counted = Counter(label for one in sentences for _, _, label in one.spans)
    counts = " | ".join(str(counted[label]) for label in LABELS)
    return f"| {language} | {part} | {name} | {len(documents)} | {len(sentences)} | {words} | {counts} |"


if __name__ == "__main__":
    main()
