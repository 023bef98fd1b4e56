"""Topics: the corpora are read as they are, and a fitted model comes back from its file as it was."""

import csv
import io
import lzma
from pathlib import Path

import numpy as np
import pytest

from pipeline.enrich import topics
from training.topics import corpora, evaluate, train
from training.topics.corpora import Item

SPORT, POLITICS, ARTS = "medtop:15000000", "medtop:11000000", "medtop:01000000"


def item(text: str, topic: str = SPORT, publisher: str = "a.fr", day: str = "2024-01-01") -> Item:
    return Item(topic, publisher, day, text)


ITEMS = [
    item(sentence.format(number), topic)
    for number in range(60)
    for topic, sentence in {
        SPORT: "le match {} de football gagné par les joueurs de la ligue",
        POLITICS: "la loi {} votée par les députés du parlement hier soir",
        ARTS: "le film {} de la réalisatrice montré au festival",
    }.items()
]


def written(data: Path, name: str, text: str) -> None:
    path = data / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(lzma.compress(text.encode()))


def test_weak_items_are_read_each_text_once(tmp_path: Path) -> None:
    line = "sport\twww.a.fr\t2024-01-02\tLe match"
    written(tmp_path, "topics-weak/fr.one.tsv.xz", f"{line}\npolitics\twww.b.fr\t\tLa loi\u2028 votée\n")
    written(tmp_path, "topics-weak/fr.two.tsv.xz", f"{line}\n")
    assert corpora.weak(tmp_path, "fr") == [
        Item(SPORT, "www.a.fr", "2024-01-02", "Le match"),
        Item(POLITICS, "www.b.fr", "", "La loi\u2028 votée"),
    ]


def test_other_languages_are_left_out(tmp_path: Path) -> None:
    written(tmp_path, "topics-weak/en.one.tsv.xz", "sport\twww.a.uk\t\tThe match\n")
    written(tmp_path, "topics-weak/fr.one.tsv.xz", "sport\twww.a.fr\t\tLe match\n")
    assert [each.text for each in corpora.weak(tmp_path, "en")] == ["The match"]


def test_masakhanews_is_read_with_its_line_ends(tmp_path: Path) -> None:
    for part in ("dev", "train50"):
        file = io.StringIO(newline="")
        rows = csv.writer(file, delimiter="\t")
        rows.writerow(["category", "headline", "text", "url"])
        rows.writerow(["sports", f"Le match {part}", 'Premier "alinéa".\nDeuxième.', "x"])
        written(tmp_path, f"masakhanews/fra.{part}.tsv.xz", file.getvalue())
    assert corpora.masakhanews(tmp_path, "fr") == [
        Item(SPORT, "masakhanews", "", 'Le match dev\n\nPremier "alinéa".\nDeuxième.'),
        Item(SPORT, "masakhanews", "", 'Le match train50\n\nPremier "alinéa".\nDeuxième.'),
    ]


def test_every_label_is_one_of_the_seventeen_topics() -> None:
    assert set(corpora.WEAK_LABELS.values()) == set(topics.TOPICS)
    assert set(corpora.MASAKHANEWS_LABELS.values()) <= set(topics.TOPICS)


def test_a_fitted_model_tells_its_topics_apart() -> None:
    model = train.fit(ITEMS, "fr_topics 0")
    assert model.classify("les joueurs ont gagné le match de football")[0].qcode == SPORT
    assert model.classify("les députés ont voté la loi au parlement")[0].qcode == POLITICS


def test_a_topic_without_items_is_never_given() -> None:
    model = train.fit(ITEMS, "fr_topics 0")
    scores = dict(zip(topics.TOPICS, model.scores(["loi", "match"]).tolist(), strict=True))
    assert all(score < 0.001 for qcode, score in scores.items() if qcode not in {SPORT, POLITICS, ARTS})


def test_a_fit_is_the_same_in_each_run() -> None:
    one, other = train.fit(ITEMS, "x 0"), train.fit(ITEMS, "x 0")
    assert np.array_equal(one.weights, other.weights)
    assert np.array_equal(one.bias, other.bias)


def test_a_model_comes_back_from_its_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = train.fit(ITEMS, "fr_topics 1.2.3")
    train.save(model, tmp_path / "fr_topics")
    monkeypatch.setattr(topics, "MODELS", tmp_path)
    again = topics.load("fr")
    assert topics.available() == {"fr"}
    assert again.name == "fr_topics 1.2.3"
    for text in ("les joueurs du match de football", "la loi votée par les députés"):
        assert again.classify(text) == model.classify(text)


def test_a_rare_word_is_rarer_than_a_frequent_one() -> None:
    model = train.fit([*ITEMS, item("un mot unique")], "x 0")
    [rare], _ = topics.features(["unique"])[0][:1], None
    [frequent] = topics.features(["les"])[0]
    assert model.rarity[rare] > model.rarity[frequent] >= 1


def test_the_latest_items_are_held_out() -> None:
    items = [item("a", day=f"2024-01-{day:02}") for day in range(10, 30)] + [item("b", day="")]
    earlier, later = evaluate.by_time(items)
    assert [each.day for each in later] == ["2024-01-27", "2024-01-28", "2024-01-29"]
    assert len(earlier) + len(later) == len(items)


def test_whole_publishers_are_held_out() -> None:
    items = [item("a", publisher="a.fr"), item("b", publisher="b.fr"), item("c", publisher="a.fr")]
    kept, others = evaluate.by_publisher(items, frozenset({"a.fr"}))
    assert [each.text for each in kept] == ["b"]
    assert [each.text for each in others] == ["a", "c"]


def test_f1_is_told_for_the_topics_that_occur() -> None:
    sport, politics = train.QCODES.index(SPORT), train.QCODES.index(POLITICS)
    scores = evaluate.by_topic(np.array([sport, sport, politics]), np.array([sport, 0, politics]))
    assert scores == pytest.approx({SPORT: 2 / 3, POLITICS: 1})


def test_the_report_says_how_many_are_right(capsys: pytest.CaptureFixture[str]) -> None:
    evaluate.report("a check", train.fit(ITEMS, "x 0"), ITEMS)
    printed = capsys.readouterr().out
    assert "a check: 180 texts" in printed
    assert "first topic right 1.000, macro-F1 1.000" in printed


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with the corpora that the commands read: three topics, two publishers."""
    labels = {qcode: label for label, qcode in corpora.WEAK_LABELS.items()}
    lines = [
        "\t".join((labels[each.topic], publisher, f"2024-01-{number % 28 + 1:02}", each.text))
        for number, each in enumerate(ITEMS)
        for publisher in ["www.lemonde.fr" if number // 3 % 3 else "www.a.fr"]
    ]
    written(tmp_path, "topics-weak/fr.rss.tsv.xz", "\n".join(lines) + "\n")
    head = "category\theadline\ttext\turl\n"
    for part in ("dev", "train50"):
        row = "sports\tUn match de football\tgagné par les joueurs de la ligue\tx\n"
        written(tmp_path, f"masakhanews/fra.{part}.tsv.xz", head + row)
    return tmp_path


def test_the_training_command_saves_a_model(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = data / "models" / "fr_topics"
    monkeypatch.setattr("sys.argv", ["train", "--language", "fr", "--data", str(data), "--out", str(out)])
    train.main()
    monkeypatch.setattr(topics, "MODELS", out.parent)
    model = topics.load("fr")
    assert model.name == f"fr_topics {train.VERSION}"
    assert model.classify("les joueurs ont gagné le match de football")[0].qcode == SPORT


def test_the_evaluation_command_prints_three_measures(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["evaluate", "--language", "fr", "--data", str(data)])
    evaluate.main()
    titles = [line.partition(":")[0] for line in capsys.readouterr().out.splitlines() if "texts," in line]
    assert titles == ["later months", "MasakhaNEWS", "publishers not fitted to"]


@pytest.mark.parametrize("language", train.LANGUAGES)
def test_every_language_can_be_measured(language: str) -> None:
    assert evaluate.HELD_OUT_PUBLISHERS[language]
    assert language in corpora.MASAKHANEWS_LANGUAGES


def test_an_unknown_language_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["train", "--language", "xx", "--data", ".", "--out", "."])
    with pytest.raises(SystemExit):
        train.main()
