"""Models are fitted without one way of varying the texts, and measured on texts that look like it."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from training.entities import augment, levers, train
from training.entities.corpora import Sentence
from training.entities.gazetteer import Gazetteer

from . import small_corpora


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """German in the place of French, whose news are known by their hashes alone."""
    monkeypatch.setattr(levers, "LANGUAGE", "de")
    folder = small_corpora.folder(tmp_path / "data")
    small_corpora.learnable(folder, "de")
    return folder


NAMES = Gazetteer(("Norvège",), ("ONU",), ("Ada Lovelace",))
OSLO = Sentence('Oslo dit "non" à l\'Inde.', ((0, 4, "LOC"), (20, 24, "LOC")))


def varied(times: int = 400) -> list[Sentence]:
    """The sentence alone in its document, so many times, as training sees it."""
    return augment.articles([[OSLO]] * times, augment.style("fr"), NAMES, Random(1))


def labelled(sentences: list[Sentence]) -> list[tuple[str, str]]:
    return [(one.text[start:end].lower(), label) for one in sentences for start, end, label in one.spans]


def text_of(sentences: list[Sentence]) -> str:
    return "\n".join(one.text for one in sentences)


SEEN = {
    "capitals": "OSLO DIT",
    "quotations and their speakers": ", selon Ada Lovelace.",
    "typographic marks": "l’",
    "datelines": "(AFP) - ",
    "other names in the place of those that stand there": "Norvège dit",
}


@pytest.mark.parametrize(("name", "text"), SEEN.items())
def test_what_is_left_out_is_not_seen(name: str, text: str) -> None:
    assert text in text_of(varied())
    with levers.left_out(name):
        assert text not in text_of(varied())
    assert text in text_of(varied())


def test_sentences_stay_alone() -> None:
    assert len(varied()) < 400
    with levers.left_out("several sentences in a text"):
        assert len(varied()) == 400


def test_every_way_of_leaving_something_out_is_tried_here() -> None:
    assert set(levers.WITHOUT) == {"nothing left out", "several sentences in a text", *SEEN}


def test_nothing_else_can_be_left_out() -> None:
    with pytest.raises(KeyError, match="verbs"), levers.left_out("verbs"):
        pass


def test_texts_to_measure_on_look_like_news(data: Path) -> None:
    kinds = levers.tests(data)
    plain = kinds["WikiNEuRal"]
    assert all(one.text.isupper() for one in kinds["in capitals"])
    assert all(one.text.startswith("„") and one.text.endswith("“") for one in kinds["quoted"])
    assert len(kinds["three a text"]) == -(-len(plain) // 3)
    for name in ("in capitals", "quoted", "three a text"):
        assert labelled(kinds[name]) == labelled(plain) != []


def test_a_table_has_a_row_for_each(
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.argv", ["levers", "--data", str(data), "--updates", "2"])
    monkeypatch.setattr(train, "CONFIG", small_corpora.network(tmp_path))
    monkeypatch.setattr(levers, "PLAN", replace(train.ONE, models=1))
    levers.main()
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    assert [row.split(" | ")[0][2:] for row in rows[2:]] == list(levers.WITHOUT)
    for row in rows[2:]:
        assert all(0 <= float(cell) <= 1 for cell in row.strip("| ").split(" | ")[1:])
