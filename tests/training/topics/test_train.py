"""The models that ship are fitted to what the teacher says, and come back from their folders as they were."""

import csv
import io
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.enrich import topics
from pipeline.enrich.topics import Classifier, Description, Level, words_in
from tests.training.entities import small_corpora
from tests.training.entities.corpora.files import packed
from tests.training.test_languages_corpora import HEAD, archived
from tests.training.topics.test_teacher import (
    ARTS,
    DISCIPLINE,
    ENTERTAINMENT,
    HEALTH,
    HUMAN,
    KNOWN,
    POLITICS,
    SPORT,
    UNSEEN,
    fitted,
    items,
    made,
    marked,
)
from training.entities.annotations import digest
from training.topics import annotations, corpora, encoder, lexicon, material, train
from training.topics import student as student_module
from training.topics.annotations import LANGUAGES
from training.topics.corpora import Item
from training.topics.hashed import Rarity
from training.topics.material import TOP, Marked, Material
from training.topics.student import Lesson
from training.topics.teacher import Teacher

WORDS = {
    "es": "película festival actriz director premio hospital médicos pacientes gripe vacuna gobierno ley "
    "parlamento oposición votó delantero goles equipo partido final marcó elección reforma álbum museo virus "
    "enfermedad campeón estadio récord teatro novela clínica senador público",
    "fr": "film festival actrice réalisateur prix hôpital médecin patient grippe vaccin gouvernement loi "
    "parlement opposition voté attaquant buts équipe match finale marqué élection réforme album musée virus "
    "maladie champion stade record théâtre romancière clinique sénateur public",
    "en": "film festival actress director prize hospital doctor patient flu vaccine government law "
    "parliament opposition voted striker goals team match final scored election reform album museum virus "
    "disease champion stadium record theatre novelist clinic senator public bill cup",
}
"""What stands here for the most frequent words of a language; in French and English some of the news is made
of them."""

PUBLISHER = {"en": "www.bbc.co.uk", "fr": "www.lemonde.fr"}
"""One whose texts are measured on."""

LABELS = {qcode: label for label, qcode in corpora.WEAK_LABELS.items()}


def numbered(texts: list[Item], publisher: str, first: int) -> list[Item]:
    """The texts told apart by a number, as each stands once in a corpus."""
    return [
        replace(each, text=f"{each.text} {number}", publisher=publisher)
        for number, each in enumerate(texts, first)
    ]


def lines_of(some: list[Marked]) -> bytes:
    records = [
        annotations.Annotation(
            digest(each.text), each.topics, msgspec.UNSET if each.narrower is None else each.narrower
        )
        for each in some
    ]
    return b"".join(msgspec.json.encode(each) + b"\n" for each in records)


def write_news(data: Path, language: str) -> None:
    """The news of a language: free, annotated to learn from and to measure with, and whole articles."""
    here, other = f"www.a.{language}", PUBLISHER[language]
    free = numbered(items(language, 32, 11), here, 1000) + numbered(items(language, 12, 12), other, 2000)
    learnt, measured = (
        [
            replace(each, text=item.text, item=item)
            for each, item in zip(some, numbered([one.item for one in some], publisher, first), strict=True)
        ]
        for some, publisher, first in (
            (marked(language, 72, 13), here, 3000),
            (marked(language, 24, 14), other, 4000),
        )
    )
    everything = free + [each.item for each in (*learnt, *measured)]
    rows = ("\t".join((LABELS[each.topic], each.publisher, each.day, each.text)) for each in everything)
    packed(data, f"topics-weak/{language}.rss.tsv.xz", "\n".join(rows) + "\n")
    folder = data / "annotated"
    folder.mkdir(exist_ok=True)
    (folder / f"{language}.learnt.jsonl").write_bytes(lines_of(learnt))
    (folder / f"{language}.jsonl").write_bytes(lines_of(measured))
    for part, topic in (("train50", "sports"), ("dev", "health")):
        file = io.StringIO(newline="")
        table = csv.writer(file, delimiter="\t")
        article = UNSEEN[language][corpora.MASAKHANEWS_LABELS[topic]]
        table.writerows([("category", "headline", "text", "url"), (topic, "News", article, "x")])
        packed(data, f"masakhanews/{corpora.MASAKHANEWS_LANGUAGES[language]}.{part}.tsv.xz", file.getvalue())


def write_corpora(data: Path) -> Path:
    """A folder with all that the commands read, in small: English and French news, Spanish sentences."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(small_corpora, "SENTENCES", 3)
        small_corpora.folder(data)
    sentences = UNSEEN["es"]
    labelled = {"entertainment": ARTS, "health": HEALTH, "politics": POLITICS, "sports": SPORT}
    rows = "".join(f"1\t{label}\t{sentences[qcode]}\n" for label, qcode in labelled.items())
    archived(
        data,
        {
            "spa_Latn/train.tsv": f"{HEAD}1\tgeography\tEl río nace en la sierra.\n",
            "spa_Latn/test.tsv": f"{HEAD}{rows}2\tgeography\tLa isla está al norte.\n",
            "eng_Latn/test.tsv": f"{HEAD}1\ttravel\tPack light and stay near the station.\n",
        },
    )
    for language in PUBLISHER:
        write_news(data, language)
    return data


def in_small(patch: pytest.MonkeyPatch, data: Path) -> None:
    """Two languages with annotated texts, one that shares a model, few words of each."""
    patch.setattr(annotations, "FOLDER", data / "annotated")
    patch.setattr(train, "LANGUAGES", ("en", "fr"))
    patch.setattr(train, "SHARED", ("es",))
    patch.setattr(train, "LEARNT_BESIDE", ())
    patch.setattr(material, "words", lambda language: WORDS[language].split())


@cache
def student(language: str) -> Classifier:
    """A model for all tests, of few words."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(material, "words", lambda each: WORDS[each].split())
        return train.fit(fitted(), made(language))


@pytest.fixture(scope="module")
def shared(data: Path) -> Classifier:
    """A model of Spanish, of which nothing is annotated."""
    with pytest.MonkeyPatch.context() as patch:
        in_small(patch, data)
        return train.fit_shared(fitted(), [made("en"), made("fr")], data, ["es"])


def scores(model: Classifier, text: str) -> dict[str, float]:
    found = model.top.scores(*model.vector(words_in(text))).tolist()
    return dict(zip(TOP, found, strict=True))


def best(model: Classifier, text: str) -> str:
    found = scores(model, text)
    return max(found, key=found.__getitem__)


def same(one: Classifier, other: Classifier) -> bool:
    return all(
        np.array_equal(ours, theirs)
        for a, b in ((one.top, other.top), (one.narrower, other.narrower))
        for ours, theirs in ((a.weights, b.weights), (a.scale, b.scale), (a.bias, b.bias))
    ) and np.array_equal(one.rarity, other.rarity)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("topic", KNOWN)
def test_a_model_tells_the_topics_of_unseen_texts(language: str, topic: str) -> None:
    assert best(student(language), UNSEEN[language][topic]) == topic


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_model_gives_what_is_annotated(language: str) -> None:
    given_topics = [
        ({topic.qcode for topic in student(language).classify(each.text)} & set(TOP), set(each.topics))
        for each in made(language).measured
    ]
    assert np.mean([got == right for got, right in given_topics]) > 0.8


def test_topics_below_follow_the_topic_that_they_are_under() -> None:
    text = "l'attaquant a gagné le match et a marqué deux buts au stade devant les supporteurs"
    found = [topic.qcode for topic in student("fr").classify(text)]
    assert found[:2] == [SPORT, DISCIPLINE]
    assert ENTERTAINMENT not in found


def test_annotations_are_learnt_where_sections_say_something_else() -> None:
    """French texts on health stand under human interest."""
    text = "le médecin a soigné la maladie pendant l'épidémie de grippe"
    found = scores(student("fr"), text)
    assert found[HEALTH] > 0.5
    assert found[HUMAN] < 0.05


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_model_has_the_name_of_its_language(language: str) -> None:
    model = student(language)
    assert model.name == f"{language}_topics {train.VERSION}"
    assert model.languages == (language,)
    assert model.narrower.qcodes == fitted().narrower


@pytest.mark.usefixtures("small")
def test_a_model_is_the_same_in_each_run() -> None:
    assert same(student("fr"), train.fit(fitted(), made("fr")))


NOVEL = ["rugby", "handball", "athlètes", "médaille", "olympique", "supporteurs"]
"""Words on sport, but for the last in no text that has a topic."""


def test_words_are_learnt_from_sentences_that_have_no_topic(monkeypatch: pytest.MonkeyPatch) -> None:
    """The teacher says what they are about."""
    monkeypatch.setattr(material, "words", lambda language: WORDS[language].split())
    sentences = ["le handball et le rugby", "une médaille olympique", "les athlètes du rugby olympique"]
    model = train.fit(fitted(), replace(made("fr"), plain=sentences))
    text = " ".join(NOVEL)
    assert scores(model, text)[SPORT] > 2 * scores(student("fr"), text)[SPORT]


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[Lesson]:
    """What a student is handed once one is fitted: its lessons, and last the exam."""
    found: list[Lesson] = []
    fit = student_module.fit

    def watched(
        name: str, languages: Sequence[str], lessons: Sequence[Lesson], narrower: Sequence[str], exam: Lesson
    ) -> Classifier:
        found.extend([*lessons, exam])
        return fit(name, languages, lessons, narrower, exam)

    monkeypatch.setattr(student_module, "fit", watched)
    return found


@pytest.mark.usefixtures("small")
def test_what_is_annotated_counts_most_and_what_has_no_topic_least(handed: list[Lesson]) -> None:
    one = made("fr")
    train.fit(fitted(), one)
    sections, annotated, sentences, words, exam = handed
    assert sections.texts == [each.text for each in one.weak]
    assert annotated.texts == [each.text for each in one.learnt]
    assert (sentences.texts, words.texts) == (one.plain, WORDS["fr"].split())
    assert annotated.weight > sections.weight > sentences.weight > words.weight > 0
    assert exam.texts == [each.text for each in one.calibrated]


def test_a_shared_model_is_calibrated_on_translated_texts(small: Path, handed: list[Lesson]) -> None:
    source = made("fr")
    train.fit_shared(fitted(), [source], small, ["es"])
    *_, news, exam = handed
    by = lexicon.lexicon("fr", "es")
    calibrated = [each.text for each in source.calibrated]
    assert exam.texts == lexicon.translated(calibrated, by, train.SEED) != calibrated
    assert np.array_equal(exam.scores.top, material.truth(source.calibrated, TOP))
    originals = [*(each.text for each in source.learnt), *(each.text for each in source.weak)]
    assert news.texts == lexicon.translated(originals, by, train.SEED)
    assert np.array_equal(news.scores.top, fitted().teach("", originals).top)


def test_the_frequent_words_of_a_language_are_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(material, "words", lambda language: [*WORDS[language].split(), *NOVEL])
    model = train.fit(fitted(), made("fr"))
    text = " ".join(NOVEL)
    assert scores(model, text)[SPORT] > 1.5 * scores(student("fr"), text)[SPORT]


def test_a_word_counts_less_than_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(material, "words", lambda _: ["handball", "rugby"])
    sentences, words = train._plain(fitted(), "fr", ["le match de handball"], 0.4)
    assert (sentences.texts, words.texts) == (["le match de handball"], ["handball", "rugby"])
    assert sentences.weight == 0.4
    assert 0 < words.weight < sentences.weight
    for lesson in (sentences, words):
        said = fitted().teach("", lesson.texts)
        assert np.array_equal(lesson.scores.top, said.top)
        assert np.array_equal(lesson.scores.narrower, said.narrower)


def test_what_is_annotated_is_taught_as_it_is() -> None:
    some = made("fr").learnt
    found = train._answered(fitted(), "fr", some)
    assert np.array_equal(found.top, material.truth(some, TOP))
    looked = [each.narrower is not None for each in some]
    right = material.truth(some, fitted().narrower, narrower=True)
    assert np.array_equal(found.narrower[looked], right[looked])


def test_where_nobody_looked_below_the_top_level_the_teacher_says() -> None:
    some = made("fr").learnt
    nobody = [each.narrower is None for each in some]
    assert 0 < sum(nobody) < len(some)
    found = train._answered(fitted(), "fr", some).narrower[nobody]
    said = fitted().teach("fr", [each.text for each in some]).narrower[nobody]
    assert np.array_equal(found, said)
    assert ((found > 0) & (found < 1)).all()


def test_where_nobody_looked_nothing_is_calibrated() -> None:
    [first, *_] = made("fr").learnt
    some = [
        replace(first, topics=(SPORT, ARTS), narrower=(DISCIPLINE,)),
        replace(first, topics=(), narrower=()),
        replace(first, topics=(HEALTH,), narrower=None),
    ]
    right = train._right(some, [ENTERTAINMENT, DISCIPLINE])
    assert right.narrower[:2].tolist() == [[0, 1], [0, 0]]
    assert np.isnan(right.narrower[2]).all()
    assert [[TOP[place] for place in np.flatnonzero(row)] for row in right.top] == [
        [ARTS, SPORT],
        [],
        [HEALTH],
    ]


@pytest.mark.parametrize("topic", KNOWN)
def test_topics_are_told_in_a_language_without_annotated_texts(shared: Classifier, topic: str) -> None:
    assert best(shared, UNSEEN["es"][topic]) == topic
    assert shared.classify(UNSEEN["es"][topic])[0].qcode == topic


def test_a_shared_model_is_for_all_that_share_it(shared: Classifier) -> None:
    assert shared.name == f"xx_topics {train.VERSION}"
    assert shared.languages == ("es",)
    assert shared.narrower.qcodes == fitted().narrower


def test_a_shared_model_is_the_same_in_each_run(shared: Classifier, small: Path) -> None:
    assert same(shared, train.fit_shared(fitted(), [made("en"), made("fr")], small, ["es"]))


def test_translated_news_is_held_within_its_bound(
    small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Annotated texts come first, then those with a section as long as there is room."""
    one = made("fr")
    plain = len(material.plain(small, "es")) + len(material.words("es"))
    monkeypatch.setattr(train, "TRANSLATED_AT_MOST", len(one.learnt) + 3)
    train.fit_shared(fitted(), [one], small, ["es"])
    assert f"to {plain + len(one.learnt) + 3} texts" in capsys.readouterr().out


def test_languages_that_share_a_model_have_none_of_their_own() -> None:
    assert not set(train.SHARED) & set(LANGUAGES)
    assert set(train.TRANSLATED_FROM) <= set(LANGUAGES)
    assert set(train.SHARED) | set(LANGUAGES) <= encoder.LANGUAGES


def test_a_model_comes_back_from_its_folder_as_it_was(tmp_path: Path) -> None:
    model = student("fr")
    train.save(model, tmp_path / "models" / "fr_topics")
    again = topics.load(tmp_path / "models" / "fr_topics")
    assert same(model, again)
    assert (again.name, again.languages) == (model.name, model.languages)
    assert again.narrower.qcodes == model.narrower.qcodes
    for each in made("fr").measured:
        assert again.classify(each.text) == model.classify(each.text)


def test_a_model_is_put_in_the_place_of_an_older_one(tmp_path: Path) -> None:
    for language in ("en", "fr"):
        train.save(student(language), tmp_path)
    assert same(topics.load(tmp_path), student("fr"))
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "model.json",
        "narrower.npy",
        "rarity.npy",
        "top.npy",
    ]


def test_what_a_model_is_can_be_read_by_people(tmp_path: Path) -> None:
    train.save(student("fr"), tmp_path)
    text = (tmp_path / "model.json").read_text("utf-8")
    card = msgspec.json.decode(text, type=Description)
    assert text.endswith("}\n")
    assert f'\n "name": "fr_topics {train.VERSION}",\n' in text
    assert len(card.scale) == len(card.bias) == len(TOP) + len(card.narrower)


FINITE = st.floats(-1e6, 1e6, width=32)


@st.composite
def levels(draw: st.DrawFn, qcodes: tuple[str, ...]) -> Level:
    numbers = arrays(np.float32, len(qcodes), elements=FINITE)
    return Level(qcodes, draw(arrays(np.int8, (8, len(qcodes)))), draw(numbers), draw(numbers))


@given(
    st.text(min_size=1, max_size=20),
    st.lists(st.text(max_size=3), max_size=4),
    levels(tuple(TOP)),
    st.lists(st.text(max_size=16), max_size=3, unique=True).flatmap(lambda found: levels(tuple(found))),
    arrays(np.float16, 16, elements=st.floats(0, 16, width=16)),
)
@settings(max_examples=30, deadline=None)
def test_any_model_comes_back_as_it_was(
    name: str,
    languages: list[str],
    top: Level,
    narrower: Level,
    rarity: Rarity,
) -> None:
    model = Classifier(name, tuple(languages), rarity, top, narrower)
    with tempfile.TemporaryDirectory() as folder:
        train.save(model, Path(folder) / "x")
        again = topics.load(Path(folder) / "x")
        assert same(model, again)
        assert (again.name, again.languages) == (name, tuple(languages))
        assert (again.top.qcodes, again.narrower.qcodes) == (tuple(TOP), narrower.qcodes)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> None:
    monkeypatch.setattr("sys.argv", ["train", *map(str, arguments)])
    train.main()


def test_the_command_fits_all_models(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "--data", small, "--out", tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["en_topics", "fr_topics", "xx_topics"]
    monkeypatch.setattr(topics, "MODELS", tmp_path)
    found = topics.classifiers()
    assert set(found) == {"en", "es", "fr"}
    for language, model in found.items():
        for topic in (POLITICS, SPORT):
            assert best(model, UNSEEN[language][topic]) == topic
    assert "fitting 17 topics of xx_topics" in capsys.readouterr().out


def test_publishers_that_are_measured_on_are_not_learnt_from(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taught: list[Material] = []

    class Watched(Teacher):
        def __init__(self, materials: Sequence[Material]) -> None:
            taught.extend(materials)
            super().__init__(materials)

    monkeypatch.setattr(train, "Teacher", Watched)
    run(monkeypatch, "--language", "fr", "--data", small, "--out", tmp_path)
    assert [each.language for each in taught] == ["en", "fr"]
    learnt = {item.publisher for each in taught for item in each.weak}
    learnt |= {found.item.publisher for each in taught for found in (*each.learnt, *each.calibrated)}
    assert learnt == {"www.a.en", "www.a.fr"}


@pytest.mark.parametrize(("language", "folder"), [("fr", "fr_topics"), ("xx", "xx_topics")])
def test_one_model_may_be_fitted_alone(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, folder: str
) -> None:
    run(monkeypatch, "--language", language, "--data", small, "--out", tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == [folder]


def test_an_unknown_language_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        run(monkeypatch, "--language", "zz", "--data", tmp_path, "--out", tmp_path)
    assert not list(tmp_path.iterdir())
