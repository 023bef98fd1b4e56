"""The component learns the names of a few sentences, and does whatever spaCy asks of one."""

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example
from thinc.api import Adam

from pipeline.enrich.crf import chain, layers, pipe, storage, viterbi
from pipeline.enrich.crf.chain import LABELS, PLACE, TAGS
from pipeline.enrich.crf.pipe import FACTORY, UNMARKED, EntityTagger, right

from .small import TEXTS, WANTED, examples, names, pipeline, taught


def tagger(nlp: Language) -> EntityTagger:
    return cast("EntityTagger", nlp.get_pipe(FACTORY))


def weights(nlp: Language) -> bytes:
    return tagger(nlp).model.to_bytes()


def parameters(nlp: Language) -> list[Any]:
    nodes = tagger(nlp).model.walk()
    return [np.asarray(node.get_param(name)) for node in nodes for name in node.param_names]


@pytest.fixture(scope="module")
def nlp() -> Language:
    """A pipeline that knows the sentences; nothing teaches it more."""
    made = pipeline()
    losses = taught(made)
    assert losses[-1] < losses[0] / 10
    return made


@pytest.fixture
def fresh() -> Language:
    return pipeline()


def test_it_finds_what_it_was_taught(nlp: Language) -> None:
    assert names(nlp, TEXTS) == WANTED


def test_it_finds_names_in_sentences_that_it_has_not_seen(nlp: Language) -> None:
    assert names(nlp, ["Grace Hopper lives in Oslo."]) == [[(0, 12, "PER"), (22, 26, "LOC")]]


def test_a_text_alone_has_the_names_that_it_has_among_others(nlp: Language) -> None:
    assert [names(nlp, [text])[0] for text in TEXTS] == names(nlp, TEXTS)


def test_texts_without_words_have_no_names(nlp: Language) -> None:
    assert names(nlp, ["", *TEXTS, "", ""]) == [[], *WANTED, [], []]
    assert names(nlp, ["", ""]) == [[], []]
    assert tagger(nlp).predict([]) == []


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), max_size=4))
@settings(max_examples=30, deadline=None)
def test_any_texts_are_read(texts: list[str]) -> None:
    for text, doc in zip(texts, ANY.pipe(texts), strict=True):
        assert doc.text == text
        assert all(span.label_ in LABELS for span in doc.ents)


ANY = pipeline()


def test_texts_of_different_vocabularies_are_read_together(nlp: Language) -> None:
    others = [pipeline(language) for language in ("es", "de", "zh")]
    docs = [nlp.make_doc(TEXTS[0]), *(other.make_doc(TEXTS[0]) for other in others), nlp.make_doc(TEXTS[1])]
    found = [[span.text for span in doc.ents] for doc in tagger(nlp).pipe(docs, batch_size=10)]
    assert found == [["Ada Lovelace", "Oslo"]] * 4 + [["Oslo", "Grace Hopper"]]


def test_texts_of_different_vocabularies_are_learnt_from_together(fresh: Language) -> None:
    optimiser = Adam(0.02)
    given_examples = examples(fresh)[:2] + examples(pipeline("zh"))[2:]
    for _ in range(40):
        fresh.update(given_examples, sgd=optimiser)
    assert names(fresh, TEXTS) == WANTED


def test_what_stood_there_goes(nlp: Language) -> None:
    doc = nlp.make_doc(TEXTS[3])
    doc.ents = [Span(doc, 0, 2, label="ORG")]
    assert tagger(nlp)(doc).ents == ()
    assert {token.ent_iob_ for token in doc} == {"O"}


def test_it_is_scored_by_whole_names(nlp: Language) -> None:
    scores = nlp.evaluate(examples(nlp))
    assert (scores["ents_p"], scores["ents_r"], scores["ents_f"]) == (1, 1, 1)
    assert set(scores["ents_per_type"]) == {"PER", "ORG", "LOC"}


def test_half_a_name_is_no_name(nlp: Language) -> None:
    half = Example.from_dict(nlp.make_doc(TEXTS[0]), {"entities": [(4, 12, "PER"), (22, 26, "LOC")]})
    scores = nlp.evaluate([half])
    assert (scores["ents_p"], scores["ents_r"]) == (1 / 2, 1 / 2)


def test_its_labels_are_ours_and_no_others(fresh: Language) -> None:
    assert tagger(fresh).labels == ("PER", "ORG", "LOC", "MISC")
    assert tagger(fresh).add_label("PER") == 0
    with pytest.raises(ValueError, match="'GPE' is none of"):
        tagger(fresh).add_label("GPE")


def test_bytes_give_the_same_pipeline(nlp: Language, fresh: Language) -> None:
    assert names(fresh, TEXTS) != WANTED
    assert names(fresh.from_bytes(nlp.to_bytes()), TEXTS) == WANTED


def test_a_folder_gives_the_same_component(nlp: Language, fresh: Language, tmp_path: Path) -> None:
    tagger(nlp).to_disk(tmp_path / "component")
    tagger(fresh).from_disk(tmp_path / "component")
    assert names(fresh, TEXTS) == WANTED


class TestStart:
    def test_weights_are_those_of_a_finished_pipeline(
        self, nlp: Language, fresh: Language, tmp_path: Path
    ) -> None:
        storage.save(nlp, tmp_path / "finished")
        tagger(fresh).initialize(list, start=str(tmp_path / "finished"))
        for one, other in zip(parameters(fresh), parameters(nlp), strict=True):
            np.testing.assert_allclose(one, other, atol=0.02)

    def test_those_of_a_shipped_one_are_fit_to_learn(self, tmp_path: Path) -> None:
        finished, other = pipeline(), pipeline("es")
        taught(finished)
        storage.save(finished, tmp_path / "shipped")
        other.config["initialize"]["components"][FACTORY] = {"start": str(tmp_path / "shipped")}
        other.initialize(list)
        assert names(other, TEXTS) == WANTED
        kinds = {
            np.asarray(node.get_param(name)).dtype
            for node in tagger(other).model.walk()
            for name in node.param_names
        }
        assert kinds == {np.dtype(np.float32)}
        assert taught(other, 5)[-1] < 1
        assert names(other, TEXTS) == WANTED

    @pytest.mark.parametrize("fixed", [True, False])
    def test_tables_stay_as_they_are_if_that_is_told(
        self, fixed: bool, nlp: Language, fresh: Language, tmp_path: Path
    ) -> None:
        storage.save(nlp, tmp_path / "finished")
        tagger(fresh).initialize(list, start=str(tmp_path / "finished"), fixed=fixed)
        before = [table.copy() for table in layers.tables(tagger(fresh).model)]
        others = weights(fresh)
        taught(fresh, 3)
        after = layers.tables(tagger(fresh).model)
        assert all(map(np.array_equal, before, after)) is fixed
        assert weights(fresh) != others

    def test_the_vocabulary_stays_its_own(self, nlp: Language, tmp_path: Path) -> None:
        storage.save(nlp, tmp_path / "finished")
        other = pipeline("es")
        other.vocab.strings.add("Lutèce")
        tagger(other).initialize(list, start=str(tmp_path / "finished"))
        assert "Lutèce" in other.vocab.strings

    def test_without_one_they_are_fresh(self, fresh: Language) -> None:
        taught(fresh, 3)
        before = weights(fresh)
        tagger(fresh).initialize(list)
        assert weights(fresh) != before
        assert not np.asarray(tagger(fresh).model.get_param("steps")).any()

    def test_a_folder_that_is_not_there_is_told(self, fresh: Language, tmp_path: Path) -> None:
        with pytest.raises(OSError, match="none"):
            tagger(fresh).initialize(list, start=str(tmp_path / "none"))


class TestUpdate:
    def test_what_is_loaded_to_read_with_does_not_learn(self, nlp: Language, tmp_path: Path) -> None:
        storage.save(nlp, tmp_path / "finished")
        reading = storage.load(tmp_path / "finished")
        with pytest.raises(ValueError, match="name its folder as 'start'"):
            reading.update(examples(reading))

    def test_it_returns_the_losses_with_its_own_added(self, fresh: Language) -> None:
        losses = {"other": 1.5, FACTORY: 2.0}
        got = tagger(fresh).update(examples(fresh), losses=losses)
        assert got is losses
        assert got["other"] == 1.5
        assert got[FACTORY] > 2

    def test_without_an_optimiser_nothing_changes_until_it_is_told(self, fresh: Language) -> None:
        before = weights(fresh)
        tagger(fresh).update(examples(fresh))
        assert weights(fresh) == before
        tagger(fresh).finish_update(Adam(0.001))
        assert weights(fresh) != before

    def test_with_one_it_learns_at_once_the_steps_too(self, fresh: Language) -> None:
        tagger(fresh).update(examples(fresh), sgd=Adam(0.001))
        steps = np.asarray(tagger(fresh).model.get_param("steps"))
        assert steps[PLACE["B-PER"], PLACE["E-PER"]] > 0 > steps[PLACE["B-MISC"], PLACE["I-MISC"]]

    def test_texts_without_words_teach_nothing(self, fresh: Language) -> None:
        before = weights(fresh)
        empty = Example.from_dict(fresh.make_doc(""), {"entities": []})
        assert tagger(fresh).update([empty], sgd=Adam(0.001)) == {FACTORY: 0.0}
        assert tagger(fresh).update([]) == {FACTORY: 0.0}
        assert weights(fresh) == before
        [alone] = [tagger(fresh).update(examples(fresh))[FACTORY]]
        assert tagger(fresh).update([empty, *examples(fresh)])[FACTORY] == pytest.approx(alone)

    def test_texts_of_which_nothing_is_known_teach_nothing(self, fresh: Language) -> None:
        unknown = [Example(fresh.make_doc(text), fresh.make_doc(text)) for text in TEXTS]
        assert tagger(fresh).update(unknown)[FACTORY] == 0

    def test_dropout_is_for_training(self, fresh: Language) -> None:
        without = tagger(fresh).update(examples(fresh))[FACTORY]
        assert tagger(fresh).update(examples(fresh))[FACTORY] == pytest.approx(without)
        seen = tagger(fresh).model.predict([fresh.make_doc(TEXTS[0])])[0]
        assert tagger(fresh).update(examples(fresh), drop=0.5)[FACTORY] != pytest.approx(without)
        np.testing.assert_array_equal(tagger(fresh).model.predict([fresh.make_doc(TEXTS[0])])[0], seen)


class TestRight:
    def tags(self, reference: Doc) -> list[str]:
        """The right tags of each token, as one text."""
        return [" ".join(np.array(TAGS)[marks]) for marks in right(reference)]

    def reference(self, *spans: tuple[int, int, str], **more: Any) -> Doc:
        """Five words with these names."""
        doc = Doc(ANY.vocab, words=["a", "b", "c", "d", "e"])
        doc.set_ents([Span(doc, *span) for span in spans], **more)
        return doc

    def test_names_of_every_length(self) -> None:
        got = self.tags(self.reference((0, 1, "LOC"), (1, 4, "ORG")))
        assert got == ["S-LOC", "B-ORG", "I-ORG", "E-ORG", "O"]

    def test_names_that_touch(self) -> None:
        got = self.tags(self.reference((0, 2, "PER"), (2, 4, "PER"), (4, 5, "PER")))
        assert got == ["B-PER", "E-PER", "B-PER", "E-PER", "S-PER"]

    def test_of_tokens_that_nobody_marked_all_tags_may_be(self) -> None:
        doc = self.reference((0, 1, "LOC"))
        doc.set_ents([Span(doc, 0, 1, "LOC")], missing=[doc[2:4]], default="outside")
        assert [int(marks.sum()) for marks in right(doc)] == [1, 1, chain.COUNT, chain.COUNT, 1]
        assert right(Doc(ANY.vocab, words=["a", "b"])).all()

    def test_what_a_corpus_does_not_mark_may_be_where_no_name_is(self) -> None:
        doc = self.reference((1, 3, "PER"))
        doc.user_data[UNMARKED] = ("MISC",)
        open_tags = "O B-MISC I-MISC E-MISC S-MISC"
        assert self.tags(doc) == [open_tags, "B-PER", "E-PER", open_tags, open_tags]

    def test_a_text_without_words(self) -> None:
        assert right(Doc(ANY.vocab)).shape == (0, chain.COUNT)

    @given(
        st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3), st.sampled_from(LABELS)), max_size=5),
        st.sets(st.sampled_from(LABELS)),
    )
    def test_the_names_themselves_are_always_a_right_sequence(
        self, given_names: list[tuple[int, int, str]], unmarked: set[str]
    ) -> None:
        spans, at = [], 0
        for gap, size, label in given_names:
            spans.append((at + gap, at + gap + size, label))
            at += gap + size
        doc = Doc(ANY.vocab, words=["w"] * (at + 1))
        doc.set_ents([Span(doc, *span) for span in spans])
        doc.user_data[UNMARKED] = tuple(unmarked)
        best = viterbi.best(
            [np.where(right(doc), 0, -100).astype(np.float32)],
            np.zeros((chain.COUNT, chain.COUNT), np.float32),
        )[0]
        assert right(doc)[np.arange(len(doc)), best].all()
        assert set(spans) <= set(chain.names(best))


def test_names_of_an_unmarked_label_are_not_unlearnt() -> None:
    """Sentences of a corpus without ORG leave alone what another one taught."""
    nlp = pipeline()
    losses = []
    for unmarked in [("ORG",), ()]:
        reference = examples(nlp)[2]
        reference.y.set_ents([span for span in reference.y.ents if span.label_ != "ORG"])
        reference.y.user_data[UNMARKED] = unmarked
        taught(nlp, 40 if unmarked else 0)
        losses.append(tagger(nlp).update([reference])[FACTORY])
    assert losses[0] < 0.5
    assert losses[1] > 3


def test_the_factory_says_what_it_sets() -> None:
    meta = Language.get_factory_meta(FACTORY)
    assert set(meta.assigns) == {"doc.ents", "token.ent_iob", "token.ent_type"}
    assert (meta.default_score_weights or {})["ents_f"] == 1
    assert pipe.make(ANY, "other", tagger(ANY).model).name == "other"
