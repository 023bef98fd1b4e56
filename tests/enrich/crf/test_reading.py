"""A model that reads gives the scores that it was taught to give, and works out each word once."""

from collections.abc import Iterable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc
from spacy.vocab import Vocab
from thinc.api import fix_random_seed

from pipeline.enrich.crf import chain, layers, reading, tables, words
from pipeline.enrich.crf.layers import Floats, Scores
from pipeline.enrich.crf.reading import Reader

from .small import ROWS

TEXTS = (["Ada", "met", "Ada", "in", "Oslo"], ["Oslo", "!"], ["東", "京", "ONU", "met"])
WORDS = st.sampled_from([word for text in TEXTS for word in text])


def network() -> Scores:
    fix_random_seed(2)
    model: Scores = layers.entity_scores(8, 1, ROWS, 0.0)
    model.initialize()
    layers.set_tables(model, tables.exact(tables.rounded(layers.tables(model))))
    return model


NETWORK = network()


def reader() -> Reader:
    return Reader(NETWORK, tables.rounded(layers.tables(NETWORK)))


def docs(texts: Iterable[Sequence[str]]) -> list[Doc]:
    vocab = Vocab()
    return [Doc(vocab, words=list(text)) for text in texts]


def close(found: Sequence[Floats], texts: Iterable[Sequence[str]]) -> None:
    for one, wanted in zip(found, NETWORK.predict(docs(texts)), strict=True):
        assert one.dtype == np.float32
        assert one.shape == wanted.shape
        assert one.shape[1] == chain.COUNT
        np.testing.assert_allclose(one, wanted, atol=0.01)


KEPT = reader()


@given(st.lists(st.lists(WORDS, min_size=1), min_size=1, max_size=4))
def test_scores_are_those_of_the_network(texts: list[list[str]]) -> None:
    close(KEPT.scores(docs(texts)), texts)


def test_a_word_has_the_same_scores_when_it_is_met_again() -> None:
    new = reader()
    for one, other in zip(new.scores(docs(TEXTS)), new.scores(docs(TEXTS)), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_word_is_worked_out_once_whatever_vocabulary_it_is_of(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    features = words.features

    def counted(text: str) -> tuple[int, ...]:
        seen.append(text)
        return features(text)

    monkeypatch.setattr(words, "features", counted)
    new = reader()
    for texts in (TEXTS, TEXTS[:1], [[*TEXTS[0], "Bonn"]]):
        new.scores(docs(texts))
    assert sorted(seen) == sorted([*{word for text in TEXTS for word in text}, "Bonn"])


def test_so_many_words_are_remembered_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "REMEMBERED", 10)
    new = reader()
    for batch in range(6):
        texts = [[f"word{batch}-{number}" for number in range(4)] + ["Oslo"]]
        close(new.scores(docs(texts)), texts)
        assert 5 <= len(new._places) <= 10


def test_more_words_at_once_than_are_remembered_are_read_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "REMEMBERED", 3)
    new = reader()
    close(new.scores(docs(TEXTS)), TEXTS)
    assert not new._places
    close(new.scores(docs([["Oslo"]])), [["Oslo"]])
