"""Sentence vectors: near where texts mean the same, and kept in files so that each is made once."""

from pathlib import Path

import numpy as np
import pytest

from training.topics import encoder, train
from training.topics.annotations import LANGUAGES
from training.topics.encoder import LENGTH, READ

SENTENCES = {
    "en": ("The team won the football match.", "The bank raised its interest rates."),
    "de": ("Die Mannschaft gewann das Fußballspiel.", "Die Bank erhöhte ihre Zinsen."),
    "fr": ("L'équipe a gagné le match de football.", "La banque a relevé ses taux d'intérêt."),
    "ru": ("Команда выиграла футбольный матч.", "Банк повысил процентные ставки."),
    "ja": ("チームはサッカーの試合に勝った。", "銀行は金利を引き上げた。"),
}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the vectors that is not there yet."""
    folder = tmp_path / "var" / "vectors"
    monkeypatch.setattr(encoder, "CACHE", folder)
    return folder


def files(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.iterdir())


def test_what_means_the_same_lies_together_in_whichever_language() -> None:
    found = encoder.vectors([text for pair in SENTENCES.values() for text in pair], "sentences")
    assert found.shape == (2 * len(SENTENCES), LENGTH)
    assert found.dtype == np.float32
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-3)
    near = found @ found.T
    sport, bank = near[0], near[1]
    assert sport[::2].min() > 2 * sport[1::2].max()
    assert bank[1::2].min() > 2 * bank[::2].max()


def test_vectors_are_read_again_and_not_made_again(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = ["un", "deux", "trois"]
    first = encoder.vectors(texts, "numbers")
    assert capsys.readouterr().out == "encoding numbers: 0 of 3\n"
    assert np.array_equal(encoder.vectors(texts, "numbers once more"), first)
    [name] = files(cache)
    np.save(cache / name, np.full((3, LENGTH), 0.5, np.float16))
    assert (encoder.vectors(texts, "numbers") == 0.5).all()
    assert not capsys.readouterr().out


def test_other_texts_and_another_order_are_made_anew(cache: Path) -> None:
    one, other = encoder.vectors(["un", "deux"], "two"), encoder.vectors(["deux", "un"], "two")
    assert len(files(cache)) == 2
    assert one == pytest.approx(other[::-1], abs=0.01)
    assert one != pytest.approx(other, abs=0.1)


def test_texts_are_made_some_at_a_time(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = ["un", "deux", "trois", "quatre", "cinq"]
    at_once = encoder.vectors(texts, "numbers")
    capsys.readouterr()
    monkeypatch.setattr(encoder, "AT_ONCE", 2)
    assert encoder.vectors(texts, "numbers") == pytest.approx(at_once, abs=0.01)
    assert capsys.readouterr().out.splitlines() == [f"encoding numbers: {start} of 5" for start in (0, 2, 4)]
    assert len(files(cache)) == 4
    encoder.vectors([*texts[:4], "six"], "numbers")
    assert capsys.readouterr().out == "encoding numbers: 4 of 5\n"


def test_only_the_start_of_a_text_is_read(cache: Path) -> None:
    start = "Le match de football. ".ljust(READ, "x")
    found = encoder.vectors([start], "starts")
    assert np.array_equal(encoder.vectors([f"{start} La loi est votée."], "starts"), found)
    assert len(files(cache)) == 1


def test_no_texts_have_no_vectors_and_no_file(cache: Path) -> None:
    assert encoder.vectors([], "nothing").shape == (0, LENGTH)
    assert not cache.exists()


def test_an_empty_text_has_a_vector_too() -> None:
    found = encoder.vectors(["", " "], "blanks")
    assert np.isfinite(found).all()
    assert found.shape == (2, LENGTH)


def test_what_was_left_unfinished_is_made_again(cache: Path) -> None:
    first = encoder.vectors(["un"], "numbers")
    [name] = files(cache)
    unfinished = (cache / name).with_suffix(".part.npy")
    (cache / name).unlink()
    unfinished.write_bytes(b"\x93NUMPY cut off")
    assert np.array_equal(encoder.vectors(["un"], "numbers"), first)
    assert files(cache) == [name]


def test_texts_that_read_alike_when_joined_are_told_apart() -> None:
    encoder.vectors(["un\0deux"], "one text")
    assert len(encoder.vectors(["un", "deux"], "two texts")) == 2


def test_a_file_that_is_no_array_of_numbers_is_refused(cache: Path) -> None:
    encoder.vectors(["un"], "numbers")
    [name] = files(cache)
    np.save(cache / name, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="allow_pickle"):
        encoder.vectors(["un"], "numbers")


def test_the_encoder_knows_every_language_that_topics_are_learnt_of() -> None:
    assert {*LANGUAGES, *train.SHARED, *train.LEARNT_BESIDE} == encoder.LANGUAGES - {"th"}
