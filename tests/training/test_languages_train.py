"""The fit of the language model: it learns, gives the same bytes again, and is read back as it was."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from pipeline.enrich.language import Model, load
from training.languages.corpora import LATIN_SERBIAN, NO_LANGUAGE, SERBO_CROATIAN, Texts, Words
from training.languages.samples import Sampler
from training.languages.train import BITS, DIMENSIONS, Fit, counted, fit, meant, save, softmax

FRENCH = [
    "le président a déclaré mercredi que la pluie tombe",
    "deux morts après une avalanche dans les Alpes",
]
GERMAN = ["der Präsident sagte am Mittwoch dass der Regen fällt", "zwei Tote nach einer Lawine in den Bergen"]


def sampler() -> Sampler:
    return Sampler(
        [
            Texts("fr", "sib", FRENCH),
            Texts("de", "sib", GERMAN),
            Texts("hr", "sib", ["tisuće vlakova čekaju u srijedu"]),
            Texts(LATIN_SERBIAN, "sib", ["hiljade vozova čekaju u sredu"]),
            Texts("bs", "sib", ["hiljade vozova čekaju u srijedu"]),
            Texts("wwa", "udhr", ["onitibe bei tanka"]),
        ],
        [Words(SERBO_CROATIAN, ["čekaju", "vlada"], np.array([0.5, 0.5]))],
        ["Ana Novak", "Oslo"],
        1,
    )


@pytest.fixture(scope="module")
def fitted() -> Model:
    return fit(sampler(), 3)


def test_it_learns_the_languages(fitted: Model) -> None:
    rows = fitted.probabilities(
        ["La pluie tombe mercredi", "DER REGEN FÄLLT", "vlada čekaju", "Oslo, Ana Novak"]
    )
    assert [fitted.tags[each] for each in rows.argmax(axis=1)][:2] == ["fr", "de"]
    assert fitted.tags[rows[2].argmax()] in {"bs", "hr", "sr"}
    assert fitted.tags[rows[3].argmax()] == ""


def test_what_is_no_language_and_what_has_no_name_is_not_named(fitted: Model) -> None:
    assert sorted(fitted.tags) == ["", "", "bs", "de", "fr", "hr", "sr"]
    assert fitted.vectors.shape == (2**BITS, DIMENSIONS)
    assert fitted.vectors.dtype == np.int8
    assert fitted.name.startswith("newswire-languages ")


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    for place in ("one", "other"):
        save(fit(sampler(), 1), tmp_path / place)
    first, second = ((tmp_path / place / "weights.npz").read_bytes() for place in ("one", "other"))
    assert first == second


def test_a_saved_model_is_read_as_it_was(fitted: Model, tmp_path: Path) -> None:
    save(fitted, tmp_path)
    read = load(tmp_path / "weights.npz")
    assert (read.name, read.tags) == (fitted.name, fitted.tags)
    for one, other in (
        (read.vectors, fitted.vectors),
        (read.weights, fitted.weights),
        (read.bias, fitted.bias),
    ):
        assert np.array_equal(one, other)
        assert one.dtype == other.dtype


def test_each_step_lowers_the_loss_of_its_texts() -> None:
    texts = counted([*FRENCH, *GERMAN])
    model = Fit(np.eye(2, dtype=np.float32))
    losses = [model.step(texts, np.array([0, 0, 1, 1]), 0.1) for _ in range(10)]
    assert losses == sorted(losses, reverse=True)
    assert losses[0] == pytest.approx(np.log(2), abs=1e-4)


def test_a_label_of_several_languages_leaves_open_which() -> None:
    """A text that may be in any language teaches nothing."""
    model = Fit(np.ones((1, 3), np.float32))
    before = model.weights.copy()
    assert model.step(counted(FRENCH), np.array([0, 0]), 0.1) == pytest.approx(0, abs=1e-6)
    assert np.allclose(model.weights, before)


@pytest.mark.parametrize(
    ("label", "languages"),
    [(SERBO_CROATIAN, ("bs", "hr", LATIN_SERBIAN)), ("fr", ("fr",)), (NO_LANGUAGE, (NO_LANGUAGE,))],
)
def test_labels_mean_languages(label: str, languages: tuple[str, ...]) -> None:
    assert meant(label) == languages


def test_texts_are_counted_one_after_the_other() -> None:
    texts = ["le mot", "", "the word"]
    together = counted(texts)
    assert together.starts[1] == together.starts[2]
    for place, text in enumerate(texts):
        part, alone = together.part(place, place + 1), counted([text])
        assert part.starts.tolist() == alone.starts.tolist()
        assert Counter(part.buckets.tolist()) == Counter(alone.buckets.tolist())
        assert part.weights.sum() == alone.weights.sum()


def test_a_part_of_counted_texts_is_those_texts_counted() -> None:
    some = counted([*FRENCH, *GERMAN]).part(1, 3)
    same = counted([FRENCH[1], GERMAN[0]])
    assert some.starts.tolist() == same.starts.tolist()
    assert Counter(some.buckets.tolist()) == Counter(same.buckets.tolist())


def test_probabilities_add_up_and_do_not_overflow() -> None:
    rows = softmax(np.array([[1000, 1000], [0, -1000]], np.float32))
    assert rows.tolist() == [[0.5, 0.5], [1, 0]]
