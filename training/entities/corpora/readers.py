"""The corpora of modern texts, one function each; those with articles give them as lists of sentences."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from training.entities.corpora import labels
from training.entities.corpora.rows import columns, inside, lines, members, mended, pairs, tagged
from training.entities.corpora.text import Sentence, sentence, tight
from training.entities.corpora.treebank import treebank


def wikineural(data: Path, language: str, part: str) -> list[Sentence]:
    """The sentences of WikiNEuRal's ``val`` or ``test`` part."""
    rows = columns(lines(data / "wikineural" / f"{language}.{part}.conllu.xz"), 1, 2)
    return [sentence(words, tags, language) for words, tags in tagged(rows)]


def uner(data: Path, name: str) -> list[Sentence]:
    """The sentences of a Universal NER file, ``en_ewt-ud-dev`` for example, spaced as in the treebank."""
    return list(treebank(lines(data / "uner" / f"{name}.iob2.xz"), name[:2]))


def worldwide(data: Path) -> list[list[Sentence]]:
    """The articles of the English Worldwide Newswire, its nine classes mapped to ours; in order of name."""
    return [
        [
            sentence(*mended(words, tags), "en", labels.WORLDWIDE)
            for words, tags in tagged(columns(article, 0, 1))
        ]
        for article in members(data / "en-worldwide-newswire" / "train.tar.xz")
    ]


def germeval(data: Path) -> list[Sentence]:
    """The development part of GermEval 2014, German encyclopaedia and news: its outer annotation."""
    rows = columns(_without_comments(data / "germeval2014" / "NER-de-dev.tsv.xz"), 1, 2)
    return [sentence(words, tags, "de", labels.GERMEVAL) for words, tags in tagged(rows)]


def kind(data: Path) -> list[Sentence]:
    """The Italian Wikinews of KIND; names that touch are one, as its tags do not say where one begins."""
    rows = columns(lines(data / "kind" / "wikinews_train.tsv.xz"), 0, 1)
    return [sentence(words, [inside(tag) for tag in tags], "it") for words, tags in tagged(rows)]


def klintan(data: Path, part: str) -> list[Sentence]:
    """The ``train`` or ``test`` part of the Swedish NER Corpus; names that touch are one, as in KIND."""
    rows = pairs(lines(data / "ner-more" / f"sv.klintan.{part}.txt.xz"))
    return [sentence(words, [inside(tag) for tag in tags], "sv") for words, tags in tagged(rows)]


def turku(data: Path, part: str) -> list[list[Sentence]]:
    """The documents of the ``train`` or ``test`` part of the Finnish Turku NER corpus."""
    documents: list[list[Sentence]] = []
    for words, tags in tagged(columns(lines(data / "ner-more" / f"fi.turku.{part}.tsv.xz"), 0, 1)):
        if words == ["-DOCSTART-"]:
            documents.append([])
        else:
            documents[-1].append(sentence(words, tags, "fi", labels.TURKU))
    return [document for document in documents if document]


def stockmark(data: Path) -> list[Sentence]:
    """The Japanese Wikipedia sentences of Stockmark, as they were written."""
    with lzma.open(data / "ner-more" / "ja.stockmark.json.xz", "rt", encoding="utf-8") as file:
        records = json.load(file)
    return [
        Sentence(
            record["text"],
            tuple(sorted((*each["span"], labels.STOCKMARK[each["type"]]) for each in record["entities"])),
        )
        for record in records
    ]


def turkish_wiki(data: Path, part: str) -> list[Sentence]:
    """The ``train`` or ``test`` part of Turkish Wiki NER; a case ending (Bern'de) belongs to the name."""
    rows = pairs(lines(data / "ner-more" / f"tr.wikiner.{part}.conll.xz"))
    return [sentence(words, tags, "tr", labels.ONTONOTES) for words, tags in tagged(rows)]


def msra(data: Path) -> list[Sentence]:
    """The test part of MSRA's Chinese news, tagged character by character; in the order of the paper."""
    rows = pairs(lines(data / "ner-more" / "zh.msra.test.txt.xz"))
    return [sentence(words, tags, "zh") for words, tags in tagged(rows)]


def hiner(data: Path) -> list[Sentence]:
    """The validation part of HiNER, Hindi."""
    rows = columns(lines(data / "ner-more" / "hi.hiner.validation.conll.xz"), 0, 1)
    return [tight(sentence(words, tags, "hi", labels.HINER)) for words, tags in tagged(rows)]


def _without_comments(path: Path) -> Iterator[str]:
    """A file's lines; a comment, which stands before each sentence, as an empty one."""
    for is_comment, group in groupby(lines(path), key=lambda line: line.startswith("#\t")):
        yield from [""] if is_comment else group
