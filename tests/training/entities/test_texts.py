"""The texts to learn from: varied anew each time, the same in each run, open where their corpora are."""

from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.training import Example

from pipeline.enrich.crf import pipe, tokens
from training.entities import sources, texts
from training.entities.corpora import UNSURE, Sentence

from . import small_corpora

ENGLISH = spacy.blank("en")
JAPANESE = tokens.blank("ja")
OTHER_NLP = spacy.blank("xx")
"""The reader is given one by spaCy; each text is cut by that of its own language."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_corpora.folder(tmp_path_factory.mktemp("data"))


def read(reader: texts.Reader) -> list[Example]:
    return list(reader(OTHER_NLP))


def written(examples: list[Example]) -> str:
    """All texts as one, without regard to capitals."""
    return "\n".join(example.text for example in examples).casefold()


def test_texts_are_new_each_time_but_the_same_in_each_run(small: Path) -> None:
    first, second = (texts.training_texts(small, "tr", 1) for _ in range(2))
    once = [example.text for example in read(first)]
    assert once == [example.text for example in read(second)]
    assert once != [example.text for example in read(first)]
    assert once != [example.text for example in read(texts.training_texts(small, "tr", 2))]


def test_every_sentence_is_read_once_in_a_round(small: Path) -> None:
    wanted = [one.text for _, given in sources.parts(small, "tr").train for each in given for one in each]
    got = written(read(texts.training_texts(small, "tr", 1)))
    assert [got.count(text.casefold()) for text in wanted] == [1] * 36


def test_what_people_annotated_is_read_twice_beside_what_a_machine_did(small: Path) -> None:
    got = written(read(texts.training_texts(small, "pt", 1)))
    for source, documents in sources.parts(small, "pt").train:
        times = texts.GOLD if source.kind == "gold" else 1
        assert {got.count(one.text.casefold()) for each in documents for one in each} == {times}


def test_what_a_machine_annotated_alone_is_read_once(small: Path) -> None:
    got = written(read(texts.training_texts(small, "pl", 1)))
    assert got.count("wikineural.val") == 36


def test_sentences_of_a_document_stay_together(small: Path) -> None:
    got = " ".join(written(read(texts.training_texts(small, "fi", 1))).split())
    together = [f"{number:03}" for number in range(40) if f"{number:03} turku.train loppu{number:03}" in got]
    assert len(together) > 15


def test_held_out_texts_are_those_that_choose_the_best_step_and_stay_the_same(small: Path) -> None:
    reader = texts.held_out_texts(small, "hr", 1)
    got = written(read(reader))
    assert got == written(read(reader)) == written(read(texts.held_out_texts(small, "hr", 1)))
    wanted = [one.text for _, given in sources.parts(small, "hr").dev for each in given for one in each]
    assert len(wanted) == 8
    assert all(text in got for text in wanted)
    learnt = read(texts.training_texts(small, "hr", 1))
    assert not set(got.split("\n")) & {example.text.casefold() for example in learnt}


def test_no_more_are_held_out_than_are_needed(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "DEV", 2)
    assert len(read(texts.held_out_texts(small, "it", 1))) == 2


def unmarked(examples: list[Example]) -> set[tuple[str, ...]]:
    return {example.reference.user_data[pipe.UNMARKED] for example in examples}


def test_what_a_corpus_does_not_mark_is_left_open(small: Path) -> None:
    assert unmarked(read(texts.training_texts(small, "da", 1))) == {("MISC",)}
    assert unmarked(read(texts.training_texts(small, "pl", 1))) == {()}
    assert unmarked(read(texts.held_out_texts(small, "da", 1))) == {("MISC",)}
    for example in read(texts.training_texts(small, "pt", 1)):
        of_a_treebank = "uner" in example.text.casefold()
        assert example.reference.user_data[pipe.UNMARKED] == (("MISC",) if of_a_treebank else ())


def test_a_language_learns_from_its_own_texts_and_one_model_from_all() -> None:
    assert texts.languages("fi") == ("fi",)
    assert texts.languages(texts.EVERY) == sources.LANGUAGES


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if there were no more languages."""
    monkeypatch.setattr(sources, "LANGUAGES", ("fi", "hi", "ja"))


@pytest.mark.usefixtures("three")
def test_the_texts_of_all_languages_are_mixed(small: Path) -> None:
    got = read(texts.training_texts(small, texts.EVERY, 1))
    marks = ["turku.train", "hiner", "stockmark"]
    kinds = [next(mark for mark in marks if mark in example.text.casefold()) for example in got]
    assert set(kinds) == set(marks)
    assert len({*kinds[:12]}) > 1
    assert {mark.split(".")[0] for mark in marks} <= set(
        written(read(texts.held_out_texts(small, texts.EVERY, 1))).replace(".", " ").split()
    )


@pytest.mark.usefixtures("three")
def test_each_text_is_cut_as_its_language_is(small: Path) -> None:
    finnish = spacy.blank("fi")
    for example in read(texts.training_texts(small, texts.EVERY, 1)):
        nlp = JAPANESE if "stockmark" in example.text.casefold() else finnish
        assert [token.text for token in example.x] == [token.text for token in nlp(example.text)]


def test_spacy_knows_the_readers_by_their_names(small: Path) -> None:
    for name in ("newswire.TrainingTexts.v1", "newswire.HeldOutTexts.v1"):
        reader = spacy.util.registry.readers.get(name)(data=str(small), language="sr", seed=3)
        assert all(isinstance(example, Example) for example in reader(OTHER_NLP))


def test_a_missing_corpus_is_told_before_anything_is_learnt(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        texts.training_texts(tmp_path, "fi", 1)


def test_an_example_marks_the_names() -> None:
    got = texts.example(ENGLISH, Sentence("In Paris, Ada Lovelace.", ((3, 8, "LOC"), (10, 22, "PER"))))
    assert [(span.text, span.label_) for span in got.reference.ents] == [
        ("Paris", "LOC"),
        ("Ada Lovelace", "PER"),
    ]
    assert not got.predicted.ents
    assert got.reference.user_data[pipe.UNMARKED] == ()


def test_an_example_says_what_is_not_marked_in_our_order() -> None:
    got = texts.example(ENGLISH, Sentence("Nobody."), ("MISC", "PER"))
    assert got.reference.user_data[pipe.UNMARKED] == ("PER", "MISC")
    assert pipe.right(got.reference).sum(axis=1).tolist() == [9, 9]


def test_a_name_that_ends_within_a_token_is_left_open() -> None:
    """Neither right nor wrong: the model is not taught that it is no name."""
    got = texts.example(ENGLISH, Sentence("in 2003–04 there", ((7, 10, "MISC"),)))
    assert not got.reference.ents
    marks = {token.text: token.ent_iob_ for token in got.reference}
    assert "" in marks.values()
    assert marks["there"] == "O"


def test_a_name_beside_a_blurred_one_is_kept() -> None:
    spans = ((0, 2, "LOC"), (3, 10, "MISC"))
    got = texts.example(ENGLISH, Sentence("UK 2003–04", spans))
    assert got.reference.ents[0].text == "UK"


def test_nothing_is_known_of_an_unsure_stretch() -> None:
    """Any tag is right in it; the names beside it are learnt as ever."""
    spans = ((3, 8, UNSURE), (10, 22, "PER"))
    got = texts.example(ENGLISH, Sentence("In Paris, Ada Lovelace.", spans)).reference
    assert [span.text for span in got.ents] == ["Ada Lovelace"]
    right = zip(got, pipe.right(got), strict=True)
    assert [token.text for token, tags in right if tags.all()] == ["Paris"]


def test_a_name_beside_an_unsure_stretch_that_ends_within_a_token_is_kept() -> None:
    got = texts.example(ENGLISH, Sentence("UK 2003–04 there", ((0, 2, "LOC"), (3, 7, UNSURE)))).reference
    assert [(span.text, span.label_) for span in got.ents] == [("UK", "LOC")]
    assert [token.ent_iob_ for token in got if token.text in {"2003–04", "there"}] == ["", "O"]


@given(st.text("ab -–'.É東", min_size=1, max_size=30), st.data())
def test_any_names_may_be_marked(text: str, data: st.DataObject) -> None:
    """Those that are whole tokens are right, others and what is unsure are left open; none is plain text."""
    places = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    labels = st.sampled_from(["ORG", UNSURE])
    pairs = zip(places[::2], places[1::2], strict=False)
    spans = tuple((start, end, data.draw(labels)) for start, end in pairs)
    for nlp in (ENGLISH, JAPANESE):
        check(nlp, text, spans)


def check(nlp: Language, text: str, spans: tuple[tuple[int, int, str], ...]) -> None:
    reference = texts.example(nlp, Sentence(text, spans)).reference
    sure = {span for span in spans if span[2] != UNSURE}
    assert {(span.start_char, span.end_char, span.label_) for span in reference.ents} <= sure
    for token in reference:
        named = any(start < token.idx + len(token) and token.idx < end for start, end, _ in spans)
        assert (token.ent_iob_ != "O") == named
