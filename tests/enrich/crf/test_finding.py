"""The names are those that spaCy's own way through a pipeline finds."""

from pathlib import Path
from typing import cast

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from pipeline.enrich.crf import finding, storage, tokens
from pipeline.enrich.crf.finding import Finder
from pipeline.enrich.crf.pipe import FACTORY, EntityTagger

from .small import TEXTS, WANTED, names, pipeline, taught


@pytest.fixture(scope="module")
def nlp(tmp_path_factory: pytest.TempPathFactory) -> Language:
    """A pipeline that knows the sentences, as it is read from its folder."""
    made = pipeline()
    taught(made)
    folder: Path = tmp_path_factory.mktemp("models") / "en_entities"
    storage.save(made, folder)
    return storage.load(folder)


def finder(nlp: Language, cutter: Language | None = None) -> Finder:
    found = finding.finder(nlp, cutter or nlp)
    assert found
    return found


def test_it_finds_what_it_was_taught(nlp: Language) -> None:
    assert list(finder(nlp).names(TEXTS)) == WANTED


def test_texts_without_words_have_no_names(nlp: Language) -> None:
    assert list(finder(nlp).names(["", *TEXTS, ""])) == [[], *WANTED, []]
    assert list(finder(nlp).names([""])) == [[]]
    assert list(finder(nlp).names([])) == []


SENTENCE = st.sampled_from([*TEXTS, "Oslo", "Ada  Lovelace", " Oslo.\n\n", "l'Oslo", "?", "東京", " "])


@given(st.lists(st.lists(SENTENCE, max_size=4).map(" ".join), max_size=4))
@settings(max_examples=50, deadline=None)
def test_names_are_those_of_the_pipeline(nlp: Language, texts: list[str]) -> None:
    assert list(finder(nlp).names(texts)) == names(nlp, texts)


def test_another_pipeline_may_cut_the_texts(nlp: Language) -> None:
    found = finder(nlp, tokens.blank("ja")).names(["Ada Lovelace lives in Oslo."])
    assert list(found) == [[(0, 12, "PER"), (22, 26, "LOC")]]


def test_other_pipelines_have_no_finder(nlp: Language) -> None:
    rules = spacy.blank("en")
    rules.add_pipe("entity_ruler")
    assert finding.finder(rules, rules) is None
    assert finding.finder(spacy.blank("en"), nlp) is None
    learning = pipeline()
    assert finding.finder(learning, learning) is None


def test_a_model_that_learns_reads_documents_alone() -> None:
    learning = cast("EntityTagger", pipeline().get_pipe(FACTORY))
    with pytest.raises(ValueError, match="load it from its folder"):
        learning.tags([["Oslo"]])
