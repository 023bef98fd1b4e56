"""Models are measured as users get them, and bare."""

from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language

from pipeline.enrich import entities
from pipeline.enrich.entities import Recogniser
from training.entities import evaluate, results, sources
from training.entities.catalogue import Source
from training.entities.corpora import Sentence
from training.entities.evaluate import Loaded, articles, measured, words_in
from training.entities.sources import Parts

from .corpora.files import packed

NEWS = Source("News", "CC0", "Us 2024", "here", "gold", ("PER", "ORG", "LOC"))
PATTERNS = [
    {"label": "PERSON", "pattern": "Ada Lovelace"},
    {"label": "GPE", "pattern": "Oslo"},
    {"label": "ORG", "pattern": "the UN"},
    {"label": "ORG", "pattern": "WHO"},
    {"label": "DATE", "pattern": "Monday"},
]
RIGHT = Sentence("Ada Lovelace left Oslo on Monday.", ((0, 12, "PER"), (18, 22, "LOC")))
ARTICLE = Sentence("She met the UN.", ((12, 14, "ORG"),))
WRONG = Sentence("WHO is Bob?", ((7, 10, "PER"),))


def by_heart(language: str) -> Language:
    """A pipeline that knows a few names by heart."""
    nlp = spacy.blank(language, meta={"name": "heart", "version": "1.2"})
    nlp.add_pipe("entity_ruler").add_patterns(PATTERNS)  # type: ignore[attr-defined]  # the ruler has it
    return nlp


def pipeline(folder: Path, language: str = "en") -> Path:
    """The same on the disk."""
    folder.mkdir(parents=True)
    by_heart(language).to_disk(folder)
    return folder


HEART = Recogniser(by_heart("en"))


@pytest.fixture
def recogniser() -> Recogniser:
    return HEART


def parts(*texts: Sentence) -> Parts:
    gathered = Parts()
    gathered.measure("news", NEWS, [[one] for one in texts])
    return gathered


def news(recogniser: Recogniser, *texts: Sentence) -> results.Measured:
    return measured(recogniser, "news", "en", texts, parts(*texts))


def test_what_is_found_is_scored(recogniser: Recogniser) -> None:
    got = news(recogniser, RIGHT, WRONG)
    assert got.overall.precision == pytest.approx(2 / 3)
    assert got.overall.recall == pytest.approx(2 / 3)
    assert {label: score.f1 for label, score in got.labels.items()} == pytest.approx(
        {"PER": 2 / 3, "ORG": 0, "LOC": 1}
    )
    assert (got.source, got.texts, got.words) == ("News", 2, 9)


def test_the_rules_are_measured_and_the_model_alone_beside_them(recogniser: Recogniser) -> None:
    """The rules cut off the article that the model takes into the name."""
    got = news(recogniser, ARTICLE)
    assert got.overall.f1 == 1
    assert got.bare.f1 == 0


def test_labels_of_other_sets_are_mapped_and_dates_left_out(recogniser: Recogniser) -> None:
    assert evaluate.bare_spans(recogniser, [RIGHT.text]) == [list(RIGHT.spans)]
    assert sorted(evaluate.spans_found(recogniser, [RIGHT.text])[0]) == list(RIGHT.spans)


def test_acronyms_are_scored_by_themselves(recogniser: Recogniser) -> None:
    assert news(recogniser, ARTICLE, WRONG).acronyms.precision == pytest.approx(1 / 2)
    assert news(recogniser, ARTICLE, WRONG).acronyms.recall == 1


@pytest.mark.parametrize(
    ("language", "text", "words"), [("fr", "l'ONU à Oslo", 3), ("zh", "中国和美国", 2), ("ja", "", 0)]
)
def test_words_are_counted_by_blanks_or_by_characters(language: str, text: str, words: int) -> None:
    assert words_in(text, language) == words


@given(st.lists(st.integers(1, 150), max_size=60))
def test_articles_are_as_long_as_wire_copy(lengths: list[int]) -> None:
    got = list(articles([Sentence(" ".join(["mot"] * length)) for length in lengths], "fr"))
    counts = [len(text.split()) for text in got]
    assert sum(counts) == sum(lengths)
    assert all(evaluate.LONG_ENOUGH <= count < evaluate.LONG_ENOUGH + 150 for count in counts[:-1])


def test_speed_is_measured_on_so_many_words_and_no_more() -> None:
    endless = (Sentence(" ".join(["mot"] * 1000)) for _ in range(10**9))
    assert len(list(articles(endless, "fr"))) == evaluate.SPEED_WORDS // 1000


def test_speed_is_in_words_a_second(recogniser: Recogniser) -> None:
    assert evaluate.speed(recogniser, [RIGHT] * 200, "en") > 1000


def test_a_run_tells_the_size_on_disk_and_every_test(recogniser: Recogniser, tmp_path: Path) -> None:
    (tmp_path / "model" / "ner").mkdir(parents=True)
    (tmp_path / "model" / "meta.json").write_bytes(bytes(1000))
    (tmp_path / "model" / "ner" / "model").write_bytes(bytes(500))
    tests = {"en": parts(RIGHT), "da": parts(ARTICLE)}
    got = evaluate.run(Loaded(recogniser, 0.3), tmp_path / "model", tests, tokeniser=2.0)
    assert (got.model, got.size, got.load, got.tokeniser, got.package) == ("en_heart 1.2", 1500, 0.3, 2.0, "")
    assert [(each.language, each.texts) for each in got.tests] == [("en", 1), ("da", 1)]


def test_loading_is_timed_in_cpu_seconds(recogniser: Recogniser) -> None:
    def load() -> Recogniser:
        sum(range(5_000_000))
        return recogniser

    assert evaluate.timed(load).seconds > 0.01
    assert evaluate.timed(lambda: recogniser).recogniser is recogniser
    assert evaluate.timed(lambda: recogniser).seconds < 0.01


def test_an_installed_package_is_found_by_its_folder() -> None:
    assert evaluate.folder_of("spacy") == Path(spacy.__file__).parent
    assert evaluate.folder_of("xx_core_news_none") is None


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for part, name in {"val": "Bonn", "test": "Oslo"}.items():
        rows = f"0\tW\tO\n1\t{name}\tB-LOC\n\n" * 3
        packed(tmp_path / "data", f"wikineural/pl.{part}.conllu.xz", rows)
    return tmp_path / "data"


def test_a_model_that_does_not_ship_yet_is_measured_from_its_folder(data: Path, tmp_path: Path) -> None:
    got = evaluate.result("pl", data, pipeline(tmp_path / "heart", "pl"))
    assert got.ours.model == "pl_heart 1.2"
    assert [(each.test, each.overall.f1) for each in got.ours.tests] == [("wikineural", 1)]
    assert [(datum.use, datum.names) for datum in got.data] == [
        ("fitted to", 3),
        ("chosen by", 0),
        ("measured on", 3),
    ]
    assert (got.peers, got.missing) == ((), ())


def test_peers_that_are_not_installed_are_named(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate, "PEERS", {"pl": ("pl_core_news_none",)})
    got = evaluate.result("pl", data, pipeline(tmp_path / "heart", "pl"))
    assert got.missing == ("pl_core_news_none",)


def test_peers_that_are_installed_are_measured_on_the_same_texts(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installed pipeline is a package whose ``load`` gives it."""
    package = tmp_path / "site" / "pl_news_heart"
    pipeline(package / "model", "pl")
    (package / "__init__.py").write_text(
        "from pathlib import Path\nimport spacy\n"
        "def load(**overrides):\n    return spacy.load(Path(__file__).parent / 'model', **overrides)\n"
    )
    (tmp_path / "site" / "pl_news_heart-1.2.dist-info").mkdir()
    (tmp_path / "site" / "pl_news_heart-1.2.dist-info" / "METADATA").write_text("Name: pl-news-heart\n")
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.setattr(evaluate, "PEERS", {"pl": ("pl_news_heart",)})
    got = evaluate.result("pl", data, pipeline(tmp_path / "heart", "pl"))
    assert [peer.package for peer in got.peers] == ["pl_news_heart"]
    assert [each.overall for each in got.peers[0].tests] == [each.overall for each in got.ours.tests]
    assert got.peers[0].size > 100


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of models in the place of ours: Polish, and the fall-back."""
    models = tmp_path / "models"
    pipeline(models / "pl_entities", "pl")
    pipeline(models / "xx_entities", "xx")
    monkeypatch.setattr(entities, "MODELS", models)
    monkeypatch.setattr(evaluate, "MODELS", models)
    return models


def test_a_language_with_a_model_is_measured_with_it(data: Path, shipped: Path) -> None:
    got = evaluate.result("pl", data)
    assert got.ours.model == "pl_heart 1.2"
    files = [file for file in (shipped / "pl_entities").rglob("*") if file.is_file()]
    assert got.ours.size == sum(file.stat().st_size for file in files) > 0


def test_a_language_without_a_model_is_measured_with_the_fall_back(data: Path, shipped: Path) -> None:
    for part in ("val", "test"):
        packed(data, f"wikineural/es.{part}.conllu.xz", "0\tW\tO\n1\tOslo\tB-LOC\n\n" * 3)
    got = evaluate.result("es", data)
    assert (got.language, got.ours.model) == ("es", "xx_heart 1.2")
    assert not (shipped / "es_entities").exists()


def test_the_fall_back_is_measured_on_every_language(
    data: Path, shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shipped.is_dir()
    for part in ("train", "dev", "test"):
        packed(data, f"uner/da_ddt-ud-{part}.iob2.xz", "1\tOslo\tB-LOC\t-\t-\n\n1\tja\tO\t-\t-\n")
    monkeypatch.setattr(sources, "LANGUAGES", ("da", "pl"))
    got = evaluate.result(results.FALLBACK, data)
    assert [(each.language, each.test) for each in got.ours.tests] == [("da", "uner"), ("pl", "wikineural")]
    assert {datum.source for datum in got.data} == {"WikiNEuRal", "Universal NER Danish-DDT"}


def test_models_with_data_are_measured_where_nothing_else_is_asked(shipped: Path) -> None:
    assert shipped.is_dir()
    assert evaluate.languages_with_a_model() == ["pl", "xx"]


def test_a_corpus_without_other_names_has_no_score_for_them(recogniser: Recogniser) -> None:
    assert set(news(recogniser, RIGHT).labels) == {"PER", "ORG", "LOC"}


def test_a_test_without_names_is_scored_too(recogniser: Recogniser) -> None:
    got = news(recogniser, Sentence("Nothing here."))
    assert (got.overall.f1, got.overall.wanted, got.acronyms.wanted) == (0, 0, 0)


@given(st.lists(st.sampled_from([RIGHT, ARTICLE, WRONG, Sentence("x")]), min_size=1, max_size=40))
def test_texts_are_scored_one_by_one_however_they_are_batched(texts: list[Sentence]) -> None:
    singly = [evaluate.spans_found(HEART, [one.text])[0] for one in texts]
    assert evaluate.spans_found(HEART, [one.text for one in texts]) == singly
    bare = [evaluate.bare_spans(HEART, [one.text])[0] for one in texts]
    assert evaluate.bare_spans(HEART, [one.text for one in texts]) == bare


def test_the_command_prints_and_writes(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model, json, out = pipeline(tmp_path / "heart", "pl"), tmp_path / "r.json", tmp_path / "quality.md"
    options = f"--data {data} --languages pl --model {model} --json {json} --out {out}"
    monkeypatch.setattr("sys.argv", ["evaluate", *options.split()])
    evaluate.main()
    assert "| pl wikineural | pl_heart 1.2 |" in capsys.readouterr().out
    assert "| pl: WikiNEuRal test | 0.90 | 1.000 | yes |" in out.read_text("utf-8")
    assert [each.language for each in results.read(json)] == ["pl"]


def test_cards_are_written_for_shipped_models_alone(
    data: Path, shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["evaluate", "--data", str(data), "--languages", "pl", "--cards"])
    evaluate.main()
    assert (shipped / "pl_entities" / "README.md").read_text("utf-8").startswith("# pl_heart 1.2\n")
    assert not (shipped / "xx_entities" / "README.md").exists()


def test_languages_with_data_and_a_model_are_measured() -> None:
    assert {"en", "fr"} <= set(evaluate.languages_with_a_model()) <= entities.available()
