"""Whatever is written in the shape of a corpus is read back: the same words, the same names."""

import lzma
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.entities import corpora
from training.entities.corpora import Sentence, labels, sentence
from training.entities.corpora.rows import inside

from .files import packed

Tagged = list[tuple[str, str]]
WORDS = st.text("abéÀł", min_size=1, max_size=6)


def tagged(kinds: list[str], prefixes: tuple[str, ...]) -> st.SearchStrategy[list[Tagged]]:
    """Sentences of words with tags of some kinds, or none."""
    tags = st.one_of(
        st.just("O"), st.builds("{}{}".format, st.sampled_from(prefixes), st.sampled_from(kinds))
    )
    return st.lists(st.lists(st.tuples(WORDS, tags), min_size=1, max_size=6), min_size=1, max_size=5)


def read_back(read: Callable[[Path], list[Sentence]], file: str, text: str) -> list[Sentence]:
    with tempfile.TemporaryDirectory() as folder:
        return read(packed(Path(folder), file, text))


def expected(given_sentences: list[Tagged], language: str, names: Mapping[str, str]) -> list[Sentence]:
    return [
        sentence([word for word, _ in one], [tag for _, tag in one], language, names)
        for one in given_sentences
    ]


IOB = ("B-", "I-")


@given(tagged(["PER", "ORG", "LOC", "MISC"], IOB))
def test_wikineural(given_sentences: list[Tagged]) -> None:
    text = "".join(
        "".join(f"{n}\t{word}\t{tag}\n" for n, (word, tag) in enumerate(one)) + "\n"
        for one in given_sentences
    )
    got = read_back(lambda data: corpora.wikineural(data, "pl", "val"), "wikineural/pl.val.conllu.xz", text)
    assert got == expected(given_sentences, "pl", labels.SAME)


@given(tagged(["PER", "LOCderiv", "ORGpart", "OTH"], IOB))
def test_germeval(given_sentences: list[Tagged]) -> None:
    text = "".join(
        "#\thttp://example.org\t[2010-01-01]\n"
        + "".join(f"{n}\t{word}\t{tag}\tO\n" for n, (word, tag) in enumerate(one, 1))
        + "\n"
        for one in given_sentences
    )
    got = read_back(corpora.germeval, "germeval2014/NER-de-dev.tsv.xz", text)
    assert got == expected(given_sentences, "de", labels.GERMEVAL)


@given(tagged(["PER", "ORG", "LOC"], ("",)))
def test_kind(given_sentences: list[Tagged]) -> None:
    text = "".join("".join(f"{word}\t{tag}\n" for word, tag in one) + "\n" for one in given_sentences)
    got = read_back(corpora.kind, "kind/wikinews_train.tsv.xz", text)
    bare = [[(word, inside(tag)) for word, tag in one] for one in given_sentences]
    assert got == expected(bare, "it", labels.SAME)


@given(tagged(["PERSON", "GPE", "DATE", "TITLE", "NORP"], IOB))
def test_turkish_wiki(given_sentences: list[Tagged]) -> None:
    text = "".join("".join(f"{word} {tag}\n" for word, tag in one) + "\n" for one in given_sentences)
    got = read_back(
        lambda data: corpora.turkish_wiki(data, "train"), "ner-more/tr.wikiner.train.conll.xz", text
    )
    assert got == expected(given_sentences, "tr", labels.ONTONOTES)


@given(tagged(["PER", "PRO", "EVENT", "DATE"], IOB), st.integers(1, 3))
def test_turku(given_sentences: list[Tagged], together: int) -> None:
    """So many sentences a document."""
    text = ""
    for number, one in enumerate(given_sentences):
        text += "-DOCSTART-\tO\n\n" if number % together == 0 else ""
        text += "".join(f"{word}\t{tag}\n" for word, tag in one) + "\n"
    with tempfile.TemporaryDirectory() as folder:
        got = corpora.turku(packed(Path(folder), "ner-more/fi.turku.train.tsv.xz", text), "train")
    assert [one for document in got for one in document] == expected(given_sentences, "fi", labels.TURKU)
    assert all(len(document) == together for document in got[:-1])


@given(st.binary(max_size=200))
def test_a_damaged_file_is_an_error_and_no_silence(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "kind" / "wikinews_train.tsv.xz"
        file.parent.mkdir()
        file.write_bytes(content or b"x")
        with pytest.raises((lzma.LZMAError, EOFError)):
            corpora.kind(Path(folder))


@pytest.mark.parametrize("text", ["", "\n", "\n\n\n", "# nothing but a comment\n"])
def test_an_empty_file_has_no_sentences(text: str) -> None:
    assert read_back(corpora.kind, "kind/wikinews_train.tsv.xz", text) == []
    assert read_back(corpora.germeval, "germeval2014/NER-de-dev.tsv.xz", text) == []
    assert read_back(corpora.msra, "ner-more/zh.msra.test.txt.xz", text) == []
    assert (
        read_back(lambda data: corpora.uner(data, "da_ddt-ud-dev"), "uner/da_ddt-ud-dev.iob2.xz", text) == []
    )
