"""Training, reading and measuring, on a corpus of a few invented sentences: it learns what it is shown."""

import lzma
from pathlib import Path
from random import Random

import pytest
import spacy
from spacy.util import load_config

from pipeline.enrich.entities import Recogniser
from training.entities import augment, evaluate, gazetteer, texts, train
from training.entities.corpora import Sentence
from training.entities.evaluate import Tally

PEOPLE = ("Marie Curie", "Jean Moulin", "Simone Veil", "Victor Hugo", "Louise Michel", "Blaise Pascal")
PLACES = ("Paris", "Lyon", "Nantes", "Lille", "Brest", "Metz")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the two parts of a tiny WikiNEuRal."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "wikineural").mkdir()
    chance = Random(0)
    for part in ("val", "test"):
        rows = []
        for _ in range(200):
            first, last = chance.choice(PEOPLE).split(" ")
            rows += [f"0\t{first}\tB-PER", f"1\t{last}\tI-PER", "2\thabite\tO", "3\tà\tO"]
            rows += [f"4\t{chance.choice(PLACES)}\tB-LOC", "5\t.\tO", ""]
        packed = lzma.compress("\n".join(rows).encode())
        (folder / "wikineural" / f"fr.{part}.conllu.xz").write_bytes(packed)
    return folder


@pytest.fixture(scope="module")
def model(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of a hundred updates."""
    out = tmp_path_factory.mktemp("model") / "fr_entities"
    train.save(train.fit("fr", data, steps=100), out)
    return out


def test_a_trained_model_finds_what_it_was_shown(model: Path) -> None:
    [found] = Recogniser(spacy.load(model, exclude=["tokenizer"])).find(["Simone Veil habite à Nantes."])
    assert {(entity.text, entity.label) for entity in found} == {("Simone Veil", "PER"), ("Nantes", "LOC")}


def test_a_saved_model_says_what_it_is(model: Path) -> None:
    nlp = spacy.load(model, exclude=["tokenizer"])
    assert nlp.meta["name"] == "entities"
    assert nlp.meta["version"] == train.RECIPES["fr"].version
    assert nlp.meta["license"] == "CC BY-NC-SA 4.0"
    assert nlp.pipe_names == ["tok2vec", "ner"]


def test_a_saved_model_holds_no_more_than_it_needs(model: Path) -> None:
    assert {path.name for path in model.iterdir()} == {"config.cfg", "meta.json", "ner", "tok2vec"}


def test_the_measure_knows_a_good_model(model: Path, data: Path) -> None:
    recogniser = Recogniser(spacy.load(model, exclude=["tokenizer"]))
    sentences, labels = evaluate.suites(data, "fr")["WikiNEuRal test"]
    tally, speed = evaluate.measure(recogniser, sentences)
    precision, recall, f1 = tally.scores(labels)
    assert min(precision, recall, f1) > 0.9
    assert speed > 0


def test_the_measure_counts_by_label() -> None:
    tally = Tally()
    tally.add(
        found={(0, 3, "PER"), (4, 6, "LOC"), (7, 9, "ORG")},
        wanted={(0, 3, "PER"), (4, 6, "ORG"), (7, 9, "ORG"), (10, 12, "ORG")},
    )
    assert tally.scores(["PER"]) == pytest.approx((1, 1, 1))
    assert tally.scores(["ORG"]) == pytest.approx((1, 1 / 3, 1 / 2))
    assert tally.scores(["PER", "ORG", "LOC"]) == pytest.approx((2 / 3, 2 / 4, 4 / 7))
    assert tally.scores(["MISC"]) == (0, 0, 0)


def test_what_is_held_out_is_not_trained_on(data: Path) -> None:
    kept, held_out = texts.split(data, "fr")
    assert len(kept) == 180
    assert len(held_out) == 20


def test_sentences_of_an_article_are_joined_in_their_order() -> None:
    oslo, ada = Sentence("À Oslo.", ((2, 6, "LOC"),)), Sentence("Ada rit.", ((0, 3, "PER"),))
    assert texts.whole([oslo, ada]) == Sentence("À Oslo. Ada rit. ", ((2, 6, "LOC"), (8, 11, "PER")))


def test_a_corpus_of_sentences_has_no_articles(data: Path) -> None:
    assert texts.held_out_articles(data, "fr") == []


def test_texts_are_new_each_time_but_the_same_in_each_run(data: Path) -> None:
    nlp = spacy.blank("fr")
    first, second = (texts.training_texts(data, "fr", 1) for _ in range(2))
    once = [example.text for example in first(nlp)]
    assert once == [example.text for example in second(nlp)]
    assert once != [example.text for example in first(nlp)]


def test_held_out_texts_stay_the_same(data: Path) -> None:
    nlp = spacy.blank("fr")
    read = texts.held_out_texts(data, "fr", 1)
    assert [example.text for example in read(nlp)] == [example.text for example in read(nlp)]


def test_people_are_names_of_two_words_each_once() -> None:
    sentences = [
        Sentence("Ada Lovelace, Ada", ((0, 12, "PER"), (14, 17, "PER"))),
        Sentence("Oslo", ((0, 4, "LOC"),)),
    ]
    assert texts.people_in(sentences * 2) == ["Ada Lovelace"]


def test_an_example_marks_the_names() -> None:
    example = texts.example(
        spacy.blank("fr"), Sentence("À Paris, Ada Lovelace.", ((2, 7, "LOC"), (9, 21, "PER")))
    )
    assert [(span.text, span.label_) for span in example.reference.ents] == [
        ("Paris", "LOC"),
        ("Ada Lovelace", "PER"),
    ]
    assert not example.predicted.ents


def test_a_name_that_ends_within_a_token_is_left_open() -> None:
    """Neither right nor wrong: the model is not taught that it is no name."""
    example = texts.example(spacy.blank("en"), Sentence("in 2003–04 there", ((7, 10, "MISC"),)))
    assert not example.reference.ents
    marks = {token.text: token.ent_iob_ for token in example.reference}
    assert "" in marks.values()
    assert marks["there"] == "O"


def test_a_name_beside_a_blurred_one_is_kept() -> None:
    spans = ((0, 2, "LOC"), (3, 10, "MISC"))
    example = texts.example(spacy.blank("en"), Sentence("UK 2003–04", spans))
    assert example.reference.ents[0].text == "UK"


@pytest.mark.parametrize("language", train.LANGUAGES)
def test_every_language_has_its_style_and_names(language: str) -> None:
    assert language in augment.STYLES
    assert gazetteer.load(language).organisations


def test_the_training_command_saves_a_model(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "fr_entities"
    command = ["train", "--language", "fr", "--data", str(data), "--out", str(out), "--steps", "4"]
    monkeypatch.setattr("sys.argv", command)
    train.main()
    assert spacy.load(out, exclude=["tokenizer"]).meta["name"] == "entities"


def test_the_evaluation_command_prints_a_table(
    data: Path, model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["evaluate", "--language", "fr", "--data", str(data), "--model", str(model)]
    monkeypatch.setattr("sys.argv", command)
    evaluate.main()
    head, _, *rows = capsys.readouterr().out.splitlines()
    assert [cell.strip() for cell in head.split("|")[1:7]] == ["on", "texts", "P", "R", "F1", "PER"]
    assert [row.split("|")[1].strip() for row in rows] == [
        "WikiNEuRal test",
        "WikiNEuRal test, varied and joined",
        "held out of training",
    ]


def test_the_configuration_is_of_no_language_and_no_folder() -> None:
    """What is told on the command line stands nowhere else."""
    config = load_config(train.CONFIG)
    assert config["nlp"]["lang"] is None
    assert config["paths"]["data"] is None


def test_the_same_seed_gives_the_same_model(data: Path) -> None:
    text = "Simone Veil habite à Nantes."
    first, second = (train.fit("fr", data, steps=4) for _ in range(2))
    weights = [nlp.get_pipe("tok2vec").model.to_bytes() for nlp in (first, second)]  # type: ignore[attr-defined]  # it has
    assert weights[0] == weights[1]
    assert [span.text for span in first(text).ents] == [span.text for span in second(text).ents]
