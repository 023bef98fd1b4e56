"""Fitting, on a corpus of a few invented sentences: a model learns what it is shown, and says what it is."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from spacy.language import Language
from spacy.util import load_config
from thinc.api import Config

from pipeline.enrich.crf import storage, tables, tokens
from pipeline.enrich.crf.pipe import FACTORY
from training.entities import sources, texts, train

from . import small_corpora

TEXT = "Simone Veil vive en Nantes."
NAMES = {("Simone Veil", "PER"), ("Nantes", "LOC")}


@pytest.fixture(scope="module", autouse=True)
def _small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The configuration of a model that is fitted in seconds."""
    small = small_corpora.network(tmp_path_factory.mktemp("config"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "CONFIG", small)
        patch.setattr(train, "ONE", train.Recipe(updates=100, zero_at=120, every=50, rate=0.01, models=2))
        patch.setattr(train, "OWN_TABLES", {"en": replace(train.ONE), "fr": replace(train.ONE)})
        patch.setattr(train, "EVERY", train.Recipe(updates=4, zero_at=60, every=2, rate=0.02, models=1))
        yield


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of small corpora, with a Spanish WikiNEuRal that there is something to learn from."""
    folder = small_corpora.folder(tmp_path_factory.mktemp("data"))
    small_corpora.learnable(folder)
    return folder


@pytest.fixture(scope="module")
def model(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("model") / "es_entities"
    train.save(train.fit("es", data), out, data)
    return out


def quick(language: str, updates: int) -> train.Recipe:
    return train.recipe(language).shortened(updates)


def found(nlp: Language) -> set[tuple[str, str]]:
    return {(span.text, span.label_) for span in nlp(TEXT).ents}


def weights(nlp: Language) -> bytes:
    component: Any = nlp.get_pipe(FACTORY)
    given: bytes = component.model.to_bytes()
    return given


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> None:
    monkeypatch.setattr("sys.argv", ["train", *map(str, arguments)])
    train.main()


def test_a_trained_model_finds_what_it_was_shown(model: Path) -> None:
    assert found(storage.load(model)) == NAMES


def test_a_saved_model_says_what_it_is(model: Path) -> None:
    nlp = storage.load(model)
    assert (nlp.lang, nlp.meta["name"], nlp.meta["version"]) == ("es", "entities", train.VERSION)
    assert nlp.meta["license"] == "CC BY-NC-SA 4.0"
    assert "es news" in nlp.meta["description"]
    assert nlp.pipe_names == [FACTORY]


def test_a_saved_model_holds_no_more_than_it_needs(model: Path) -> None:
    assert {path.name for path in model.iterdir()} == {"config.cfg", "meta.json", tables.FILE, FACTORY}


def test_a_model_that_went_on_shares_the_tables_of_all_languages(
    data: Path, model: Path, tmp_path: Path
) -> None:
    every = tmp_path / tables.EVERY
    every.symlink_to(model)
    for language, own in {"es": False, "en": True}.items():
        out = tmp_path / f"{language}_entities"
        train.save(train.fit(language, data, every, plan=quick(language, 2)), out, data)
        assert (out / tables.FILE).exists() is own
        assert storage.load(out).lang == language


def test_a_model_is_the_mean_of_those_that_its_recipe_asks_for(
    data: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mean = train.fit("es", data, model, plan=quick("es", 3))
    seeds: list[NDArray[np.float32]] = []
    one = train._one

    def alone(config: Config, step: str) -> Language:
        nlp = one(config, step)
        seeds.append(nlp.get_pipe(FACTORY).model.get_param("steps").copy())  # type: ignore[attr-defined]  # ours has it
        return nlp

    monkeypatch.setattr(train, "_one", alone)
    train.fit("es", data, model, plan=quick("es", 3))
    assert len(seeds) == train.ONE.models
    assert (seeds[0] != seeds[1]).any()
    steps = mean.get_pipe(FACTORY).model.get_param("steps")  # type: ignore[attr-defined]  # ours has it
    np.testing.assert_allclose(steps, np.mean(seeds, axis=0), rtol=1e-6)


def test_a_saved_model_says_nothing_of_the_machine_that_made_it(
    data: Path, model: Path, tmp_path: Path
) -> None:
    train.save(train.fit("es", data, model, plan=quick("es", 1)), tmp_path / "model", data)
    for path in (tmp_path / "model").glob("*.[cj]*"):
        assert str(data) not in path.read_text("utf-8")
        assert str(model) not in path.read_text("utf-8")


def test_a_model_of_free_data_is_free_unless_it_went_on_from_one_that_is_not(
    data: Path, model: Path, tmp_path: Path
) -> None:
    for start, licence in ((None, "CC BY-SA 4.0"), (model, "CC BY-NC-SA 4.0")):
        train.save(train.fit("da", data, start, plan=quick("da", 1)), tmp_path / "model", data)
        assert storage.load(tmp_path / "model").meta["license"] == licence


def test_a_model_goes_on_from_the_one_that_it_starts_from(
    data: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert found(train.fit("es", data, model, plan=quick("es", 1))) == NAMES
    capsys.readouterr()
    assert found(train.fit("es", data, plan=quick("es", 1))) != NAMES


def test_the_model_of_all_languages_learns_from_all(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "LANGUAGES", ("es", "hi", "zh"))
    nlp = train.fit(texts.EVERY, data, plan=quick(texts.EVERY, 2))
    train.save(nlp, tmp_path / "model", data)
    assert storage.load(tmp_path / "model").lang == texts.EVERY
    assert nlp.meta["license"] == "CC BY-NC-SA 4.0"


@pytest.mark.parametrize("language", sorted(tokens.BY_CHARACTER))
def test_where_there_are_no_blanks_a_model_reads_characters(
    language: str, data: Path, tmp_path: Path
) -> None:
    train.save(train.fit(language, data, plan=quick(language, 1)), tmp_path / "model", data)
    nlp = storage.load(tmp_path / "model")
    assert [token.text for token in nlp("东京タワー")] == ["东", "京", "タワー"]
    assert nlp.lang == language


def test_the_same_seed_gives_the_same_model(data: Path) -> None:
    first, second = (train.fit("es", data, plan=quick("es", 3)) for _ in range(2))
    assert weights(first) == weights(second)
    assert found(first) == found(second)


def test_the_configuration_is_of_no_language_and_no_folder() -> None:
    """What is told on the command line stands nowhere else."""
    config = load_config(Path(train.__file__).with_name("config.cfg"))
    assert config["nlp"]["lang"] is None
    assert config["paths"] == {"data": None, "start": None}


@pytest.mark.parametrize("language", train.LANGUAGES)
def test_every_language_has_a_recipe(language: str) -> None:
    """The learning rate is not at zero before the end."""
    recipe = train.recipe(language)
    assert recipe.every <= recipe.updates < recipe.zero_at
    assert (recipe is train.EVERY) is (language == texts.EVERY)
    assert (recipe is train.ONE) is (language not in {texts.EVERY, *train.OWN_TABLES})


class TestCommand:
    def test_it_saves_a_model(
        self, data: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        out = tmp_path / "es"
        run(monkeypatch, "--language", "es", "--data", data, "--out", out, "--start", model, "--steps", "1")
        assert found(storage.load(out)) == NAMES

    def test_it_starts_from_the_shipped_model_of_all(
        self, data: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "xx_entities").symlink_to(model)
        monkeypatch.setattr(train, "MODELS", tmp_path)
        run(monkeypatch, "--language", "es", "--data", data, "--out", tmp_path / "es", "--steps", "1")
        assert found(storage.load(tmp_path / "es")) == NAMES

    def test_without_that_model_it_says_so(
        self, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(train, "MODELS", tmp_path)
        with pytest.raises(FileNotFoundError, match="xx_entities"):
            run(monkeypatch, "--language", "es", "--data", data, "--out", tmp_path / "es", "--steps", "1")

    def test_the_model_of_all_starts_from_nothing(
        self, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(train, "MODELS", tmp_path)
        monkeypatch.setattr(sources, "LANGUAGES", ("hi", "hr"))
        run(monkeypatch, "--language", "xx", "--data", data, "--out", tmp_path / "xx", "--steps", "1")
        assert storage.load(tmp_path / "xx").lang == "xx"

    def test_an_unknown_language_is_refused(
        self, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit):
            run(monkeypatch, "--language", "tlh", "--data", data, "--out", tmp_path / "tlh")
        assert "tlh" in capsys.readouterr().err
