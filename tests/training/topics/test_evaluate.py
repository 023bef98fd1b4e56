"""The measure of the topic models: the right texts, with the right answers, each model as users get it."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.enrich import topics
from pipeline.enrich.topics import (
    BUCKETS,
    LEAST_SCORE,
    NARROWER_BUCKETS,
    Classifier,
    Level,
    features,
    words_in,
)
from tests.training.test_languages_corpora import HEAD, archived
from tests.training.topics.test_teacher import (
    ARTS,
    DISCIPLINE,
    ENTERTAINMENT,
    HEALTH,
    POLITICS,
    SPORT,
    made,
)
from tests.training.topics.test_train import student
from training.topics import corpora, evaluate, material, train
from training.topics.annotations import LANGUAGES
from training.topics.corpora import Item
from training.topics.material import TOP, Marked
from training.topics.report import CLOSING, OPENING
from training.topics.scores import Result

ELECTION = "medtop:20000574"
WORDS = {"ball": SPORT, "film": ARTS, "law": POLITICS, "nurse": HEALTH}
BELOW = {"match": DISCIPLINE, "actor": ENTERTAINMENT}


def level(qcodes: Sequence[str], words: dict[str, str], buckets: int) -> Level:
    """A level that gives each topic where its word stands."""
    weights = np.zeros((buckets, len(qcodes)), np.int8)
    for word, qcode in words.items():
        [bucket], _ = features([word])
        weights[bucket % buckets, list(qcodes).index(qcode)] = 100
    wide = len(qcodes)
    return Level(tuple(qcodes), weights, np.full(wide, 0.3, np.float32), np.full(wide, -4, np.float32))


MODEL = Classifier(
    "words 0",
    ("en", "es", "tr"),
    np.ones(BUCKETS, np.float16),
    level(TOP, WORDS, BUCKETS),
    level((ENTERTAINMENT, DISCIPLINE), BELOW, NARROWER_BUCKETS),
)
"""A model that anybody can tell the topics of: those of which the word stands in a text."""


def one(text: str, *given_topics: str, narrower: tuple[str, ...] | None = None) -> Marked:
    return Marked(text, item(text, *given_topics[:1]), given_topics, narrower)


def item(text: str, topic: str = SPORT) -> Item:
    return Item(topic, "www.a.uk", "", text)


def test_a_text_has_a_row_of_scores_as_users_get_them() -> None:
    texts = ["the ball and the film again", "a law on the ball", "nothing at all of this"]
    found = evaluate.scored(MODEL, MODEL.top, texts)
    assert found.shape == (3, len(TOP))
    assert found.dtype == np.float32
    for text, row in zip(texts, found, strict=True):
        shown = {topic.qcode: topic.score for topic in MODEL.classify(text)}
        assert shown == {
            qcode: pytest.approx(score, abs=1e-4)
            for qcode, score in zip(TOP, row.tolist(), strict=True)
            if score >= LEAST_SCORE
        }


@given(st.lists(st.sampled_from([*WORDS, "the", "of"]), max_size=12).map(" ".join))
@settings(max_examples=50, deadline=None)
def test_each_level_is_scored_by_its_own_weights(text: str) -> None:
    [row] = evaluate.scored(MODEL, MODEL.top, [text])
    assert {TOP[place] for place in np.flatnonzero(row > 0.5)} == {
        WORDS[each] for each in words_in(text) if each in WORDS
    }
    [below] = evaluate.scored(MODEL, MODEL.narrower, [text])
    assert (below < 0.5).all()


def test_annotated_texts_are_measured_by_all_their_topics() -> None:
    """Both topics of the first are found; of the second one is wrong, and the last is not found."""
    found = evaluate.annotated(
        MODEL,
        [
            one("the ball of the film", SPORT, ARTS),
            one("a law on the ball", POLITICS),
            one("the nurse at last", HEALTH),
            one("nothing here of that", HEALTH),
        ],
    )
    assert found.texts == 4
    assert {each.qcode: each.f1 for each in found.topics} == pytest.approx(
        {ARTS: 1, HEALTH: 2 / 3, POLITICS: 1, SPORT: 2 / 3}
    )
    assert found.macro == pytest.approx((1 + 2 / 3 + 1 + 2 / 3) / 4)
    assert found.given == 5 / 4


def test_the_main_topic_is_the_one_annotated_first() -> None:
    """By the text it is sport: once the first of two, once the second, once none of them."""
    text = "the ball is here"
    first = [
        evaluate.annotated(MODEL, [one(text, *given_topics)])
        for given_topics in ((SPORT, ARTS), (ARTS, SPORT), (ARTS, HEALTH))
    ]
    assert [each.first for each in first] == [1, 0, 0]
    assert [each.among for each in first] == [1, 1, 0]


def test_texts_that_no_topic_applies_to_are_left_out() -> None:
    some = [one("the ball is here", SPORT), one("the ball is not", narrower=())]
    found = evaluate.annotated(MODEL, some)
    assert found.texts == 1
    assert found.macro == 1


def test_topics_below_are_measured_where_they_were_annotated() -> None:
    """Three have a topic below: two of sport, one of them found, and one of arts, found."""
    found = evaluate.below(
        MODEL,
        [
            one("the ball of the match", SPORT, narrower=(DISCIPLINE,)),
            one("the ball of the game", SPORT, narrower=(DISCIPLINE,)),
            one("an actor in a film", ARTS, narrower=(ENTERTAINMENT,)),
            one("an actor in this film", ARTS, narrower=None),
            one("a match of the ball", SPORT, narrower=()),
        ],
    )
    assert found
    assert found.texts == 3
    assert {each.qcode: (each.support, each.recall) for each in found.topics} == {
        DISCIPLINE: (2, 0.5),
        ENTERTAINMENT: (1, 1.0),
    }
    assert found.macro == pytest.approx((2 / 3 + 1) / 2)


def test_a_topic_below_one_that_is_not_given_is_not_given() -> None:
    """The word of the topic below stands there, but that of the one above does not."""
    some = [
        one("the match is on today", SPORT, narrower=(DISCIPLINE,)),
        one("the actor of the film", ARTS, narrower=(ENTERTAINMENT,)),
    ]
    [score, _] = evaluate.scored(MODEL, MODEL.narrower, [each.text for each in some])
    assert score[1] > 0.5
    found = evaluate.below(MODEL, some)
    assert found
    assert {each.qcode: each.recall for each in found.topics} == {DISCIPLINE: 0, ENTERTAINMENT: 1}
    assert not any(topic.qcode == DISCIPLINE for topic in MODEL.classify(some[0].text))


def test_a_topic_below_that_the_model_does_not_know_counts_nothing() -> None:
    some = [
        one("the ball of the match", SPORT, POLITICS, narrower=(ELECTION, DISCIPLINE)),
        one("the actor of the film", ARTS, narrower=(ENTERTAINMENT,)),
    ]
    found = evaluate.below(MODEL, some)
    assert found
    assert {each.qcode for each in found.topics} == {DISCIPLINE, ENTERTAINMENT}
    assert found.macro == 1


def test_the_main_topic_below_is_the_first_annotated_one_that_the_model_knows() -> None:
    text = "the ball of the match with an actor in a film"
    [discipline, entertainment] = [
        evaluate.below(MODEL, [one(text, SPORT, ARTS, narrower=(ELECTION, *order))])
        for order in ((DISCIPLINE, ENTERTAINMENT), (ENTERTAINMENT, DISCIPLINE))
    ]
    assert discipline
    assert entertainment
    assert {discipline.first, entertainment.first} == {0, 1}
    assert discipline.among == entertainment.among == 1


@pytest.mark.parametrize(
    "some",
    [
        [],
        [one("the ball", SPORT)],
        [one("the ball", SPORT, narrower=())],
        [one("a law", POLITICS, narrower=(ELECTION,))],
    ],
)
def test_nothing_annotated_below_the_top_level_is_not_measured(some: list[Marked]) -> None:
    assert evaluate.below(MODEL, some) is None


def test_sections_are_measured_by_the_most_likely_topic() -> None:
    """Of texts on sport one of two is right, that on arts too; on politics are none."""
    found = evaluate.sections(
        MODEL, [item("the ball"), item("the film", SPORT), item("a film", ARTS), item("the ball, a law")]
    )
    assert found.texts == 4
    assert found.right == 3 / 4
    assert {each.qcode: each.f1 for each in found.topics} == pytest.approx({ARTS: 2 / 3, SPORT: 4 / 5})


def test_texts_a_second_are_those_of_a_second_of_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([10.0, 12.5])
    monkeypatch.setattr(evaluate, "process_time", lambda: next(clock))
    assert evaluate.speed(MODEL, ["the ball is round"] * 10) == 4


def test_speed_is_measured_of_what_is_done() -> None:
    words, long = ["the ball is round"] * 20, ["the ball is round " * 300] * 20
    assert evaluate.speed(MODEL, words) > 2 * evaluate.speed(MODEL, long) > 0


def test_sentences_have_a_topic_of_ours(tmp_path: Path) -> None:
    data = archived(
        tmp_path,
        {
            "spa_Latn/test.tsv": f"{HEAD}1\tsports\tgol\n2\tgeography\tisla\n3\ttravel\thotel\n",
            "spa_Latn/train.tsv": f"{HEAD}1\thealth\tsalud\n",
            "zho_Hans/test.tsv": f"{HEAD}1\thealth\t健康\n",
            "zho_Hant/test.tsv": f"{HEAD}1\tpolitics\t政治\n",
            "fra_Latn/test.tsv": f"{HEAD}1\tgeography\tîle\n",
        },
    )
    found = evaluate.labelled_sentences(data)
    assert {tag: [(each.topic, each.text) for each in some] for tag, some in found.items()} == {
        "es": [(SPORT, "gol"), ("medtop:10000000", "hotel")],
        "zh": [(HEALTH, "健康"), (POLITICS, "政治")],
    }


def test_what_is_measured_is_of_the_topics_and_languages_that_there_are() -> None:
    assert set(evaluate.SIB_LABELS.values()) < set(TOP)
    assert set(evaluate.ACROSS) < set(LANGUAGES)
    assert not set(evaluate.ACROSS) & set(train.SHARED)


def test_a_shared_model_is_measured_on_sentences_of_its_languages(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Turkish has no sentences here; English has some."""
    train.save(MODEL, tmp_path / "xx_topics")
    monkeypatch.setattr(topics, "MODELS", tmp_path)
    results = evaluate.of_shared(small)
    assert [(each.language, each.model) for each in results] == [("en", "words 0"), ("es", "words 0")]
    assert [each.sib.texts for each in results if each.sib] == [1, 4]
    assert all(each.annotated is None and each.sections is None for each in results)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the models that ship: two that were fitted, and a shared one of a few words."""
    folder = tmp_path_factory.mktemp("models")
    for language in ("en", "fr"):
        train.save(student(language), folder / f"{language}_topics")
    train.save(replace(student("en"), name="de_topics 0", languages=("de",)), folder / "de_topics")
    train.save(replace(MODEL, name="xx_topics 0", languages=("es", "tr")), folder / "xx_topics")
    return folder


@pytest.fixture
def shipped(small: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The corpora that these models are measured on."""
    monkeypatch.setattr(topics, "MODELS", models)
    monkeypatch.setattr(evaluate, "LANGUAGES", ("en", "fr"))
    monkeypatch.setattr(evaluate, "ACROSS", ("fr",))
    return small


def test_a_language_is_measured_on_all_that_it_has(shipped: Path) -> None:
    found = evaluate.of_language(made("en"), shipped)
    assert (found.language, found.model) == ("en", student("en").name)
    assert found.annotated
    assert found.narrower
    assert found.sections
    assert found.masakhanews
    assert found.annotated.texts == len(made("en").measured)
    assert found.annotated.macro > 0.8
    known = set(student("en").narrower.qcodes)
    assert found.narrower.texts == sum(bool(known & set(each.narrower or ())) for each in made("en").measured)
    assert found.narrower.macro > 0.8
    assert found.sections.texts == len(made("en").held_out)
    assert found.sections.right > 0.8
    assert found.masakhanews.texts == 1
    assert found.speed
    assert found.sib is None


def test_a_language_without_whole_articles_is_measured_on_headlines(
    shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    timed: list[str] = []

    def speed(_: Classifier, texts: Sequence[str]) -> float:
        timed.extend(texts)
        return 123.0

    monkeypatch.setattr(evaluate, "speed", speed)
    found = evaluate.of_language(replace(made("en"), language="de"), shipped)
    assert (found.language, found.model, found.speed) == ("de", "de_topics 0", 123)
    assert found.masakhanews is None
    assert timed == [each.text for each in made("en").held_out]


def test_articles_are_timed_where_there_are_some(shipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate, "speed", lambda _, texts: float(len(texts[0])))
    found = evaluate.of_language(made("fr"), shipped)
    [article] = corpora.masakhanews(shipped, "fr", ["dev"])
    assert found.speed == len(article.text)


def test_a_language_whose_model_does_not_ship_is_not_measured(shipped: Path) -> None:
    with pytest.raises(FileNotFoundError, match="it_topics"):
        evaluate.of_language(replace(made("en"), language="it"), shipped)


def test_a_language_is_read_as_if_nothing_of_it_was_annotated(
    small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gathered = [made("en"), made("fr")]
    monkeypatch.setattr(material, "gather", None)
    found = evaluate.across(gathered, "en", small)
    printed = capsys.readouterr().out
    assert "fitting the sections of fr" in printed
    assert "fitting the sections of en" not in printed
    assert (found.language, found.model) == ("en", f"xx_topics {train.VERSION}")
    assert found.annotated
    assert found.annotated.texts == len(made("en").measured)
    assert 0.5 < found.annotated.first < 1
    assert found.sections is None


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> None:
    monkeypatch.setattr("sys.argv", ["evaluate", *map(str, arguments)])
    evaluate.main()


def test_the_command_measures_writes_and_tells(
    shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    document, file = tmp_path / "quality.md", tmp_path / "topics.json"
    document.write_text(f"# Quality\n\n{OPENING}\n{CLOSING}\n", "utf-8")
    run(monkeypatch, "--data", shipped, "--out", document, "--json", file)
    results = msgspec.json.decode(file.read_bytes(), type=list[Result])
    assert [(each.language, each.model) for each in results] == [
        ("en", student("en").name),
        ("fr", student("fr").name),
        ("es", "xx_topics 0"),
        ("fr", f"xx_topics {train.VERSION}"),
    ]
    printed = [line for line in capsys.readouterr().out.splitlines() if "macro-F1" in line]
    assert [line.partition(": ")[0] for line in printed] == [
        f"{each.language} {each.model}" for each in results if each.annotated
    ]
    text = document.read_text("utf-8")
    assert text.startswith("# Quality\n")
    assert "| en: macro-F1, annotated texts | 0.72 |" in text
    assert "| es | 4 | " in text


def test_the_command_writes_cards_where_asked(
    shipped: Path, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "models"
    shutil.copytree(models, own, ignore=shutil.ignore_patterns("de_topics"))
    monkeypatch.setattr(topics, "MODELS", own)
    arguments = ("--data", shipped, "--json", tmp_path / "x.json", "--across")
    run(monkeypatch, *arguments)
    assert not list(own.glob("*/README.md"))
    run(monkeypatch, *arguments, "fr", "--cards")
    titles = [path.read_text("utf-8").splitlines()[0] for path in sorted(own.glob("*/README.md"))]
    assert titles == [f"# {student('en').name}", f"# {student('fr').name}", "# xx_topics 0"]


def test_no_language_is_measured_across_where_none_is_named(
    shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Then nothing is fitted."""
    run(monkeypatch, "--data", shipped, "--json", tmp_path / "x.json", "--across")
    assert "fitting" not in capsys.readouterr().out
    results = msgspec.json.decode((tmp_path / "x.json").read_bytes(), type=list[Result])
    assert [each.language for each in results] == ["en", "fr", "es"]


def test_a_language_that_is_not_annotated_cannot_be_measured_across(
    shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run(monkeypatch, "--data", shipped, "--json", tmp_path / "x.json", "--across", "es")
    assert "'es'" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["--data", "--json"])
def test_the_command_asks_for_what_it_needs(
    missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = {"--data": tmp_path, "--json": tmp_path / "x.json"}
    del arguments[missing]
    with pytest.raises(SystemExit):
        run(monkeypatch, *(part for pair in arguments.items() for part in pair))
    assert missing in capsys.readouterr().err
