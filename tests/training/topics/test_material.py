"""What topic models learn from and are measured on: gathered from all corpora, and kept apart."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.enrich.topics import TOPICS
from tests.training.entities import small_corpora
from tests.training.entities.corpora.files import archived, packed
from training.entities.annotations import digest
from training.topics import annotations, material
from training.topics.annotations import LANGUAGES, Annotation
from training.topics.corpora import Item
from training.topics.material import CALIBRATION, HELD_OUT_PUBLISHERS, Marked, Material, gather, truth

DATA = Path(__file__).parents[4] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the corpora are not beside the project")
SPORT, POLITICS, ARTS = "medtop:15000000", "medtop:11000000", "medtop:01000000"
FOOTBALL, TENNIS, FILM = "medtop:20001065", "medtop:20001085", "medtop:20000005"
HEAD = "index_id\tcategory\ttext\n"
FREE = [f"free {number}" for number in range(6)]
HELD_OUT = ["held out 0", "held out 1"]
LEARNT = [f"learnt {number}" for number in range(40)]
MEASURED = ["measured 0", "measured 1"]
READ = ("de", "en", "it", "nl", "ru")  # French takes long; test_annotations.py has it too


def others(folder: Path) -> Path:
    """The folder with the corpora beside the news, in small."""
    small_corpora.folder(folder)
    sentences = {f"{name}/train.tsv": f"{HEAD}1\tsports\tsib {name}\n" for name in ("fra_Latn", "deu_Latn")}
    sentences |= {f"{name}/test.tsv": f"{HEAD}1\tsports\tsib test\n" for name in ("fra_Latn", "zho_Hans")}
    sentences |= {f"{name}/train.tsv": f"{HEAD}1\tsports\tsib {name}\n" for name in ("zho_Hans", "zho_Hant")}
    members = {f"data/annotated/{name}": text for name, text in sentences.items()}
    return archived(folder, "sib200/sib200_annotated.tar.xz", members)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpora in small, with news in French and German."""
    folder = others(tmp_path_factory.mktemp("data"))
    held_out = ("www.lemonde.fr", "www.spiegel.de")
    publishers = [("www.a.fr", FREE), (held_out[0], HELD_OUT), ("www.b.fr", LEARNT), (held_out[0], MEASURED)]
    lines = [f"sport\t{publisher}\t\t{text}\n" for publisher, texts in publishers for text in texts]
    packed(folder, "topics-weak/fr.rss.tsv.xz", "".join(lines))
    packed(folder, "topics-weak/de.headlines.tsv.xz", f"sport\t{held_out[1]}\t\tdas eine\n")
    article = "category\theadline\ttext\turl\nsports\tArticle\t{}\tx\n"
    for part in ("dev", "train50"):
        packed(folder, f"masakhanews/fra.{part}.tsv.xz", article.format(part))
    return folder


@pytest.fixture(autouse=True)
def few_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(material, "WORDS", 500)


@pytest.fixture
def annotated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Annotations of the small corpora, in the place of the real ones."""
    learnt = [Annotation(digest(text), (POLITICS, SPORT)) for text in LEARNT]
    measured = [
        Annotation(digest(text), (SPORT,), narrower)
        for text, narrower in zip(MEASURED, ((), (TENNIS,)), strict=True)
    ]
    german = [Annotation(digest("das eine"), (SPORT,))]
    for name, found in {"fr": measured, "fr.learnt": learnt, "de": german, "de.learnt": []}.items():
        (tmp_path / f"{name}.jsonl").write_bytes(msgspec.json.Encoder().encode_lines(found))
    monkeypatch.setattr(annotations, "FOLDER", tmp_path)


def texts(found: Iterable[Item | Marked]) -> list[str]:
    return [each.text for each in found]


def marked(*topics: str, narrower: tuple[str, ...] | None = None) -> Marked:
    return Marked("a text", Item(SPORT, "p", "", "a text"), topics, narrower)


def made(learnt: list[Marked], *, others: list[Marked] | None = None) -> Material:
    """Material that has these texts to learn from, and others to calibrate on and to measure with."""
    rest = others or []
    return Material(
        language="fr",
        weak=[],
        learnt=learnt,
        calibrated=rest,
        measured=rest,
        held_out=[],
        plain=[],
    )


@pytest.mark.usefixtures("annotated")
def test_nothing_is_learnt_from_the_publishers_that_are_held_out(data: Path) -> None:
    found = gather(data, "fr")
    assert set(texts(found.weak)) == set(FREE)
    assert len(found.weak) == len(FREE)
    assert texts(found.held_out) == HELD_OUT
    assert texts(found.measured) == MEASURED


@pytest.mark.usefixtures("annotated")
def test_annotated_texts_come_with_all_that_is_known_of_them(data: Path) -> None:
    found = gather(data, "fr")
    measured = [Item(SPORT, "www.lemonde.fr", "", text) for text in MEASURED]
    assert found.measured == [
        Marked(MEASURED[0], measured[0], (SPORT,), ()),
        Marked(MEASURED[1], measured[1], (SPORT,), (TENNIS,)),
    ]
    assert found.language == "fr"
    for each in (*found.learnt, *found.calibrated):
        assert each == Marked(
            each.text, Item(SPORT, "www.b.fr", "", each.text), (POLITICS, SPORT), narrower=None
        )


@pytest.mark.usefixtures("annotated")
def test_what_scores_are_calibrated_on_is_not_learnt_from(data: Path) -> None:
    found = gather(data, "fr")
    assert texts(found.learnt) == [text for text in LEARNT if digest(text)[0] not in CALIBRATION]
    assert texts(found.calibrated) == [text for text in LEARNT if digest(text)[0] in CALIBRATION]
    assert found.learnt
    assert found.calibrated


@pytest.mark.usefixtures("annotated")
def test_of_too_many_texts_the_same_are_read_wherever_they_stand(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(material, "WEAK_AT_MOST", 3)
    found = gather(data, "fr")
    assert texts(found.weak) == sorted(FREE, key=digest)[:3]
    assert texts(found.held_out) == HELD_OUT


@pytest.mark.usefixtures("annotated")
def test_masakhanews_is_not_learnt_from(data: Path) -> None:
    assert "masakhanews" not in {item.publisher for item in gather(data, "fr").weak}


@pytest.mark.usefixtures("annotated")
def test_a_language_may_have_nothing_to_learn_from(data: Path) -> None:
    found = gather(data, "de")
    assert not [*found.weak, *found.held_out, *found.learnt, *found.calibrated]
    assert texts(found.measured) == ["das eine"]
    assert "sib deu_Latn" in found.plain


def test_a_language_without_annotations_is_refused(data: Path) -> None:
    with pytest.raises(FileNotFoundError):
        gather(data, "xx")


def test_plain_texts_are_sentences_each_once(data: Path) -> None:
    numbers = range(small_corpora.SENTENCES)
    wikipedia = [f"wikineural.{part} {number:03}" for part in ("val", "test") for number in numbers]
    assert material.plain(data, "fr") == [*wikipedia, "sib fra_Latn"]


def test_plain_texts_are_of_all_corpora_of_a_language(data: Path) -> None:
    chinese = {each.rstrip("0123456789") for each in material.plain(data, "zh")}
    assert chinese == {"uner.train", "sib zho_Hans", "sib zho_Hant"}
    assert {each.rstrip("0123456789") for each in material.plain(data, "ja")} == {"stockmark "}
    assert material.plain(data, "ko") == []


@pytest.mark.parametrize("language", ["fr", "zh", "ar", "pt"])
def test_plain_texts_have_none_of_a_test_part(data: Path, language: str) -> None:
    found = material.plain(data, language)
    assert len(found) >= small_corpora.SENTENCES
    assert not any(each.startswith(("sib test", "uner.test", "uner.dev", "aner.1")) for each in found)


@pytest.mark.parametrize("language", ["de", "fr", "ru", "ar"])
def test_words_are_frequent_and_have_letters_enough_and_no_digit(language: str) -> None:
    found = material.words(language)
    assert 300 < len(found) <= 500
    assert len(set(found)) == len(found)
    assert all(len(word) >= material.LEAST_LETTERS for word in found)
    assert not any(character.isdigit() for word in found for character in word)


def test_the_most_frequent_words_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    few = material.words("fr")
    assert "les" in few[:10]
    monkeypatch.setattr(material, "WORDS", 1000)
    assert material.words("fr")[: len(few)] == few


@pytest.mark.parametrize(("language", "word"), [("ja", "人"), ("zh", "年")])
def test_one_character_may_be_a_word_where_words_are_so_short(language: str, word: str) -> None:
    assert word in material.words(language)


@pytest.mark.parametrize("word", ["경제", "사고", "선거"])
def test_words_of_two_syllables_are_most_of_those_of_korean(
    word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(material, "WORDS", 3000)
    found = material.words("ko")
    assert len(found) > 1500
    assert word in found


def test_a_language_without_a_list_has_no_words() -> None:
    assert material.words("xx") == []


def test_topics_below_the_top_level_need_examples_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(material, "LEAST_EXAMPLES", 3)
    twice, once = marked(SPORT, narrower=(TENNIS, FOOTBALL)), marked(ARTS, narrower=(FILM, FOOTBALL))
    nobody, nothing = marked(SPORT), marked(SPORT, narrower=())
    materials = [made([twice, nobody]), made([twice, nothing, once])]
    assert material.narrower_topics(materials) == (FOOTBALL,)
    assert material.narrower_topics([*materials, made([twice, once, once])]) == (FILM, FOOTBALL, TENNIS)


def test_topics_below_are_counted_in_what_is_learnt_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(material, "LEAST_EXAMPLES", 1)
    found = made([marked(SPORT, narrower=(TENNIS,))], others=[marked(SPORT, narrower=(FOOTBALL,))])
    assert material.narrower_topics(iter([found])) == (TENNIS,)
    assert material.narrower_topics([]) == ()


def test_the_truth_is_a_row_a_text_and_a_column_a_topic() -> None:
    some = [
        marked(SPORT, POLITICS, narrower=(TENNIS,)),
        marked(),
        marked(ARTS, narrower=()),
    ]
    assert truth(some, [POLITICS, SPORT, ARTS]).tolist() == [[1, 1, 0], [0, 0, 0], [0, 0, 1]]
    assert truth(some, [FOOTBALL, TENNIS], narrower=True).tolist() == [[0, 1], [0, 0], [0, 0]]


@given(st.lists(st.lists(st.sampled_from(sorted(TOPICS)), unique=True, max_size=3), max_size=5))
def test_the_truth_holds_all_topics_and_has_its_shape_even_without_texts(given: list[list[str]]) -> None:
    found = truth([marked(*topics) for topics in given], material.TOP)
    assert found.shape == (len(given), len(TOPICS))
    assert found.dtype == np.float32
    assert [{material.TOP[place] for place in np.flatnonzero(row)} for row in found] == [*map(set, given)]


def test_what_no_column_stands_for_is_left_out() -> None:
    assert truth([marked(SPORT)], [ARTS]).tolist() == [[0]]
    assert truth([marked(SPORT)], []).shape == (1, 0)


def test_a_topic_stands_under_one_of_the_top_level() -> None:
    assert [material.above(qcode) for qcode in (TENNIS, FOOTBALL, FILM)] == [SPORT, SPORT, ARTS]
    assert all(material.above(qcode) == qcode for qcode in TOPICS)


def test_publishers_are_held_out_of_every_language_that_has_annotations() -> None:
    assert HELD_OUT_PUBLISHERS.keys() == set(LANGUAGES)
    assert all(len(publishers) >= 3 for publishers in HELD_OUT_PUBLISHERS.values())


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real news, beside the other corpora in small."""
    folder = others(tmp_path_factory.mktemp("news"))
    for name in ("topics-weak", "masakhanews"):
        (folder / name).symlink_to(DATA / name, target_is_directory=True)
    return folder


@cache
def real(folder: Path, language: str) -> Material:
    return gather(folder, language)


@needs_data
@pytest.mark.parametrize("language", READ)
def test_nothing_real_is_learnt_that_is_measured_or_calibrated_on(news: Path, language: str) -> None:
    found = real(news, language)
    learnt = {*texts([*found.weak, *found.learnt]), *found.plain}
    measured, calibrated, held_out = (
        set(texts(some)) for some in (found.measured, found.calibrated, found.held_out)
    )
    assert len(learnt) > 4_000
    assert len(measured) > 340
    assert learnt.isdisjoint(measured | calibrated | held_out)
    assert measured.isdisjoint(calibrated | held_out)


@needs_data
@pytest.mark.parametrize("language", READ)
def test_the_real_publishers_that_are_held_out_are_in_what_is_measured_alone(
    news: Path, language: str
) -> None:
    found = real(news, language)
    publishers = HELD_OUT_PUBLISHERS[language]
    assert {each.item.publisher for each in found.measured} == publishers
    assert {each.publisher for each in found.held_out} == publishers
    assert publishers.isdisjoint(each.publisher for each in found.weak)
    assert publishers.isdisjoint(each.item.publisher for each in (*found.learnt, *found.calibrated))


@needs_data
@pytest.mark.parametrize("language", READ)
def test_about_an_eighth_of_the_real_texts_is_calibrated_on(news: Path, language: str) -> None:
    found = real(news, language)
    share = len(found.calibrated) / len([*found.calibrated, *found.learnt])
    assert share == pytest.approx(1 / 8, abs=0.015)


@needs_data
def test_the_real_topics_below_the_top_level_are_learnt_from_fifteen_texts_each(news: Path) -> None:
    materials = [real(news, language) for language in READ]
    found = material.narrower_topics(materials)
    assert len(found) > 20
    assert found == tuple(sorted(set(found)))
    assert {material.above(qcode) for qcode in found} <= set(TOPICS)
    examples = sum(truth(each.learnt, found, narrower=True).sum(axis=0) for each in materials)
    assert np.min(examples) >= material.LEAST_EXAMPLES
