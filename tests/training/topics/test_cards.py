"""The cards of the topic models: what they are, what they learnt from, what was measured."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from pipeline.enrich import topics
from pipeline.enrich.topics import TOPICS, Classifier, Level
from training.topics import cards, train
from training.topics.annotations import LANGUAGES
from training.topics.material import HELD_OUT_PUBLISHERS
from training.topics.scores import Result, Several, Single, TopicScore

NOTES = {
    "every": {"data": "- Words of all.\n", "weaknesses": "- Names.\n"},
    "fr": {"data": "- Headlines.\n", "weaknesses": "- Accents.\n"},
    "shared": {"data": "- News in other words.\n", "weaknesses": "- No news.\n"},
}
SPORT = TopicScore("medtop:15000000", 20, 0.9, 0.8, 0.85)
ON_TEXTS = Several(
    texts=544,
    macro=0.7894,
    low=0.7,
    high=0.8,
    frequent=0.79,
    micro=0.8,
    first=0.7,
    first_macro=0.7,
    among=0.9,
    error=0.04,
    error_all=0.01,
    given=1.5,
    topics=(SPORT,),
)
BY_SECTION = Single(texts=2851, right=0.7, macro=0.5294, frequent=0.6, topics=(SPORT,))


def model(name: str, *languages: str) -> Classifier:
    def level(qcodes: tuple[str, ...]) -> Level:
        count = len(qcodes)
        weights = np.zeros((2, count), np.int8)
        return Level(qcodes, weights, np.ones(count, np.float32), np.zeros(count, np.float32))

    rarity = np.ones(topics.BUCKETS, np.float16)
    return Classifier(name, languages, rarity, level(tuple(TOPICS)), level(("medtop:20001065",)))


def result(**measured: Several | Single | None) -> Result:
    everything = {"annotated": ON_TEXTS, "sections": BY_SECTION} | measured
    return Result("fr", "fr_topics 0.2.0", **everything)  # type: ignore[arg-type]  # of either kind, by name


def test_a_card_says_what_the_model_is_and_how_to_make_it_again() -> None:
    card = cards.card([result()], model("fr_topics 0.2.0", "fr"), NOTES)
    assert card.startswith("# fr_topics 0.2.0\n")
    assert "a text in `fr` for each of the 17 top IPTC Media Topics and 1 topics below" in card
    assert f"given from a score of {topics.LEAST_SCORE}" in card.replace("\n", " ")
    assert "make train-topics LANG=fr\n" in card


def test_a_card_names_data_and_weaknesses_of_its_own_and_of_all() -> None:
    card = cards.card([result()], model("fr_topics 0.2.0", "fr"), NOTES)
    assert "- Headlines.\n- Words of all.\n" in card
    assert "- Accents.\n- Names.\n" in card
    assert "No news" not in card


def test_a_card_has_the_figures_and_whose_texts_they_are_of() -> None:
    card = cards.card([result()], model("fr_topics 0.2.0", "fr"), NOTES)
    assert "| annotated texts, all topics of each | 544 | 0.789 [0.700, 0.800] |" in card
    assert "| publishers' sections | 2,851 | 0.529 |" in card
    assert "| sport | 0.85 (20) |" in card
    assert all(publisher in card for publisher in HELD_OUT_PUBLISHERS["fr"])


def test_what_was_not_measured_has_no_row() -> None:
    without = cards.card([result()], model("fr_topics 0.2.0", "fr"), NOTES)
    assert "MasakhaNEWS dev" not in without
    assert "below the top level |" not in without
    whole = result(masakhanews=BY_SECTION, narrower=ON_TEXTS)
    assert "| MasakhaNEWS dev | 2,851 | 0.529 |" in cards.card([whole], model("fr_topics 0.2.0", "fr"), NOTES)
    assert "| topics below the top level | 544 |" in cards.card(
        [whole], model("fr_topics 0.2.0", "fr"), NOTES
    )


def test_figures_of_another_model_are_not_taken() -> None:
    other = Result("fr", "xx_topics 0.2.0", annotated=ON_TEXTS)
    card = cards.card([other, result()], model("fr_topics 0.2.0", "fr"), NOTES)
    assert card == cards.card([result()], model("fr_topics 0.2.0", "fr"), NOTES)


def test_a_shared_model_names_its_languages_and_says_what_it_never_read() -> None:
    card = cards.card([], model("xx_topics 0.2.0", "es", "tr"), NOTES)
    assert "a text in `es` `tr` for" in card
    assert "No language of this model has annotated news" in card
    assert "- News in other words.\n- Words of all.\n" in card
    assert "make train-topics LANG=xx\n" in card


def test_a_model_without_notes_is_refused() -> None:
    with pytest.raises(KeyError, match="de"):
        cards.card([result()], model("de_topics 0.2.0", "de"), NOTES)


def test_cards_are_written_beside_the_models(tmp_path: Path) -> None:
    notes = tmp_path / "notes.toml"
    lines = [f'[{name}]\ndata = "{name}"\nweaknesses = "weak"\n' for name in ("every", "fr", "shared")]
    notes.write_text("\n".join(lines), "utf-8")
    folders = [tmp_path / "fr_topics", tmp_path / "xx_topics"]
    for folder in folders:
        folder.mkdir()
    models = [model("fr_topics 0.2.0", "fr"), model("xx_topics 0.2.0", "es", "tr")]
    cards.write([result()], zip(models, folders, strict=True), notes)
    texts = [(folder / "README.md").read_text("utf-8") for folder in folders]
    assert [text.partition("\n")[0] for text in texts] == ["# fr_topics 0.2.0", "# xx_topics 0.2.0"]


def test_every_model_has_notes_of_data_and_weaknesses() -> None:
    notes = tomllib.loads(cards.NOTES.read_text("utf-8"))
    assert notes.keys() == {*LANGUAGES, "every", "shared"}
    assert all(each.keys() == {"data", "weaknesses"} for each in notes.values())


@pytest.mark.parametrize("name", [*LANGUAGES, train.TOGETHER])
def test_each_model_that_ships_has_the_card_of_its_version(name: str) -> None:
    folder = topics.MODELS / f"{name}_topics"
    card = (folder / "README.md").read_text("utf-8")
    assert card.startswith(f"# {topics.load(folder).name}\n")
    assert re.findall(r"^## (.*)$", card, re.MULTILINE) == [
        "Data and licences",
        "Measured",
        "Weaknesses",
        "Make it again",
    ]
