"""The teacher tells the topics of texts that it never saw, also in languages that it was not fitted to.

It is fitted here to news made up of parts, in English and French, of four topics.
"""

from dataclasses import replace
from functools import cache
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from pipeline.enrich.topics import TOPICS
from training.topics import hashed, material, teacher
from training.topics.corpora import Item
from training.topics.material import LEAST_EXAMPLES, TOP, Marked, Material, truth
from training.topics.scores import calibration_error
from training.topics.teacher import NEVER, Floats, Heads, Taught, Teacher

ARTS, HEALTH, HUMAN = "medtop:01000000", "medtop:07000000", "medtop:08000000"
POLITICS, SPORT, WEATHER = "medtop:11000000", "medtop:15000000", "medtop:17000000"
KNOWN = (ARTS, HEALTH, POLITICS, SPORT)
ENTERTAINMENT, ELECTION, DISCIPLINE = "medtop:20000002", "medtop:20000574", "medtop:20000822"
BELOW = {ARTS: ENTERTAINMENT, SPORT: DISCIPLINE}
"""What is annotated below the top level, beside a few elections: too few to be learnt."""

PARTS = {
    "en": {
        ARTS: (
            "the film director|the singer|the painter|the actress|the novelist|the orchestra",
            "presented a new film|recorded an album|won the literary prize|opened an exhibition|wrote a play",
            "at the festival|in the museum|at the theatre|in the concert hall|for the audience",
        ),
        HEALTH: (
            "the doctor|the hospital|the nurse|the patient|the surgeon|the clinic",
            "treated the disease|tested the vaccine|warned of the virus|cured the infection|studied cancer",
            "in the ward|during the epidemic|after surgery|in the emergency room|this flu season",
        ),
        POLITICS: (
            "the prime minister|the opposition|parliament|the senator|the ruling party|the government",
            "voted on the bill|called an election|debated the law|announced a reform|signed the treaty",
            "in the chamber|before the session|in the capital|after the poll|with the deputies",
        ),
        SPORT: (
            "the striker|the goalkeeper|the home team|the young tennis player|the coach|the champion",
            "won the match|scored twice|lost the final|broke the record|reached the cup",
            "in the stadium|in the league|at the tournament|in extra time|before the fans",
        ),
    },
    "fr": {
        ARTS: (
            "le réalisateur|la chanteuse|le peintre|l'actrice|la romancière|l'orchestre",
            "a présenté un film|a enregistré un album|a reçu le prix littéraire|a ouvert une exposition",
            "au festival|au musée|au théâtre|dans la salle de concert|devant le public",
        ),
        HEALTH: (
            "le médecin|l'hôpital|l'infirmière|le patient|le chirurgien|la clinique",
            "a soigné la maladie|a testé le vaccin|a alerté sur le virus|a guéri l'infection",
            "dans le service|pendant l'épidémie|après l'opération|aux urgences|cette saison de grippe",
        ),
        POLITICS: (
            "le premier ministre|l'opposition|le parlement|le sénateur|la majorité|le gouvernement",
            "a voté le projet de loi|a convoqué une élection|a débattu de la loi|a annoncé une réforme",
            "à l'assemblée|avant la session|dans la capitale|après le scrutin|avec les députés",
        ),
        SPORT: (
            "l'attaquant|le gardien|l'équipe à domicile|la joueuse de tennis|l'entraîneur|le champion",
            "a gagné le match|a marqué deux buts|a perdu la finale|a battu le record",
            "au stade|en championnat|au tournoi|en prolongation|devant les supporteurs",
        ),
    },
}
UNSEEN = {
    "en": {
        ARTS: "Her third novel became a bestseller and will soon be a film starring the famous actor.",
        HEALTH: "Physicians recommend a second dose of the vaccine to patients with heart disease.",
        POLITICS: "Lawmakers rejected the budget bill, and the president may dissolve parliament.",
        SPORT: "The midfielder scored a late penalty, and his club is now on top of the league.",
    },
    "fr": {
        ARTS: "Le roman de la jeune écrivaine sera porté à l'écran par un grand réalisateur de cinéma.",
        HEALTH: "Les médecins recommandent une seconde dose du vaccin aux patients de l'hôpital.",
        POLITICS: "Les députés ont rejeté le budget et le président pourrait dissoudre l'assemblée.",
        SPORT: "Le milieu a marqué un penalty et son club de football est en tête du championnat.",
    },
    "de": {
        ARTS: "Der Regisseur zeigte seinen neuen Film auf dem Festival, die Schauspielerin siegte.",
        HEALTH: "Ärzte im Krankenhaus behandeln Patienten mit der Grippe und empfehlen die Impfung.",
        POLITICS: "Die Regierung brachte das Gesetz durch das Parlament, die Opposition stimmte dagegen.",
        SPORT: "Der Stürmer schoss zwei Tore, die Mannschaft gewann das Spiel und steht im Finale.",
    },
    "es": {
        ARTS: "El director presentó su nueva película en el festival y la actriz ganó un premio.",
        HEALTH: "Los médicos del hospital atienden a los pacientes con gripe y recomiendan la vacuna.",
        POLITICS: "El gobierno aprobó la ley en el parlamento y la oposición votó en contra.",
        SPORT: "El delantero marcó dos goles y el equipo ganó el partido y llegó a la final.",
    },
    "ja": {
        ARTS: "監督は映画祭で新しい映画を発表し、女優が賞を受賞した。",
        HEALTH: "病院の医師はインフルエンザの患者を治療し、ワクチンを勧めている。",
        POLITICS: "政府は国会で法案を可決し、野党は反対票を投じた。",
        SPORT: "フォワードが2得点を挙げ、チームは試合に勝って決勝に進んだ。",
    },
}
"""What no part of the news above is in; Spanish, German and Japanese the teacher is not fitted to at all."""

Said = dict[str, float]


def sentence(language: str, topic: str, chance: Random) -> str:
    return " ".join(chance.choice(part.split("|")) for part in PARTS[language][topic])


def items(language: str, count: int, seed: int) -> list[Item]:
    """Texts of the four topics by turns; those on health stand under human interest in French."""
    chance = Random(seed)
    section = {HEALTH: HUMAN} if language == "fr" else {}
    topics = [KNOWN[number % len(KNOWN)] for number in range(count)]
    return [
        Item(section.get(each, each), f"www.a.{language}", "2024-01-01", sentence(language, each, chance))
        for each in topics
    ]


def marked(language: str, count: int, seed: int) -> list[Marked]:
    """Annotated texts, every third of two topics; of a fifth of the French nobody looked below the top."""
    chance = Random(seed)
    found = []
    for number in range(count):
        topics: tuple[str, ...] = (KNOWN[number % 4],)
        if number % 3 == 0:
            topics += (chance.choice([each for each in KNOWN if each not in topics]),)
        text = ", ".join(sentence(language, each, chance) for each in topics)
        below = tuple(BELOW[each] for each in topics if each in BELOW) + ((ELECTION,) if number == 2 else ())
        item = Item(topics[0], f"www.a.{language}", "2024-01-01", text)
        found.append(Marked(text, item, topics, None if number % 5 == 4 and language == "fr" else below))
    return found


@cache
def made(language: str) -> Material:
    return Material(
        language,
        items(language, 64, 1),
        marked(language, 72, 2),
        marked(language, 60, 3),
        marked(language, 40, 4),
        items(language, 40, 5),
        [sentence(language, each, Random(number)) for number in range(5) for each in KNOWN],
    )


@cache
def fitted() -> Teacher:
    """A teacher for all tests: it may be asked, but not changed."""
    return Teacher([made("en"), made("fr")])


def said(text: str, language: str) -> Said:
    """What the teacher says of one text, by topic."""
    [row] = fitted().teach(language, [text]).top.tolist()
    return dict(zip(TOP, row, strict=True))


def said_below(text: str, language: str) -> Said:
    [row] = fitted().teach(language, [text]).narrower.tolist()
    return dict(zip(fitted().narrower, row, strict=True))


def best(scores: Said) -> str:
    return max(scores, key=scores.__getitem__)


def cases(*languages: str) -> list[tuple[str, str]]:
    return [(language, topic) for language in languages for topic in UNSEEN[language]]


@pytest.mark.parametrize(("language", "topic"), cases("en", "fr"))
def test_the_topic_of_an_unseen_text_is_told(language: str, topic: str) -> None:
    scores = said(UNSEEN[language][topic], language)
    assert best(scores) == topic
    assert scores[topic] > 0.5


@pytest.mark.parametrize(("language", "topic"), cases("de", "es", "ja"))
def test_the_topic_is_told_in_a_language_that_it_was_not_fitted_to(language: str, topic: str) -> None:
    scores = said(UNSEEN[language][topic], language)
    assert best(scores) == topic
    assert scores[topic] > 2 * max(score for each, score in scores.items() if each != topic)


def test_a_language_without_a_name_is_one_that_it_was_not_fitted_to() -> None:
    text = UNSEEN["fr"][SPORT]
    assert said(text, "") == said(text, "zz")
    assert said(text, "") != said(text, "fr")


def test_words_count_in_a_language_that_it_was_fitted_to() -> None:
    """The same text read as English and as French is scored by other words."""
    text = UNSEEN["en"][POLITICS]
    assert said(text, "en") != said(text, "fr")


def test_a_text_on_two_topics_has_both() -> None:
    scores = said("The government voted on a bill about hospitals, and doctors warned of the disease.", "en")
    assert sorted(scores, key=scores.__getitem__)[-2:] in ([HEALTH, POLITICS], [POLITICS, HEALTH])
    assert min(scores[HEALTH], scores[POLITICS]) > 3 * max(scores[SPORT], scores[ARTS])


@pytest.mark.parametrize("text", [UNSEEN["fr"][HEALTH], made("fr").weak[1].text])
def test_annotations_make_up_for_a_section_that_means_something_else(text: str) -> None:
    """French texts on health stand under human interest, also the second of those that it is fitted to."""
    assert made("fr").weak[1].topic == HUMAN
    scores = said(text, "fr")
    assert best(scores) == HEALTH
    assert scores[HUMAN] < 0.01


def test_a_topic_that_no_text_was_on_is_never_likely() -> None:
    for language in UNSEEN:
        scores = said(UNSEEN[language][SPORT], language)
        assert max(score for topic, score in scores.items() if topic not in KNOWN) < 0.001


def test_a_text_without_any_word_is_scored_too() -> None:
    found = fitted().teach("en", ["", "?!"])
    assert np.isfinite(found.top).all()
    assert np.isfinite(found.narrower).all()


def test_topics_below_the_top_level_are_those_with_enough_examples() -> None:
    every = [qcode for language in PARTS for each in made(language).learnt for qcode in each.narrower or ()]
    assert 0 < every.count(ELECTION) < LEAST_EXAMPLES <= every.count(ENTERTAINMENT)
    assert fitted().narrower == (ENTERTAINMENT, DISCIPLINE)


@pytest.mark.parametrize("language", ["en", "fr", "de", "ja"])
def test_topics_below_the_top_level_are_told(language: str) -> None:
    arts, sport = (said_below(UNSEEN[language][each], language) for each in (ARTS, SPORT))
    assert arts[ENTERTAINMENT] > 2 * arts[DISCIPLINE]
    assert sport[DISCIPLINE] > 2 * sport[ENTERTAINMENT]


def test_texts_that_nobody_looked_below_the_top_level_of_do_not_count_there() -> None:
    """Of three texts in five nobody looked; as if nothing applied, sport would rarely have its discipline."""
    some = [
        replace(
            made(language),
            learnt=[
                replace(each, narrower=None) if number % 5 < 3 else each
                for number, each in enumerate(made(language).learnt)
            ],
        )
        for language in ("en", "fr")
    ]
    found = Teacher(some)
    assert DISCIPLINE in found.narrower
    place = found.narrower.index(DISCIPLINE)
    unseen = [each.text for each in made("en").measured if SPORT in each.topics]
    assert found.teach("en", unseen).narrower[:, place].mean() > 0.6


def test_there_is_a_row_for_each_text_and_a_column_for_each_topic() -> None:
    found = fitted().teach("fr", [*UNSEEN["fr"].values(), "un autre texte"])
    assert found.top.shape == (5, len(TOPICS))
    assert found.narrower.shape == (5, 2)
    assert found.top.dtype == found.narrower.dtype == np.float32


def test_no_text_has_no_row_in_a_language_that_it_was_not_fitted_to() -> None:
    found = fitted().teach("", [])
    assert found.top.shape == (0, len(TOPICS))
    assert found.narrower.shape == (0, 2)


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_text_is_scored_the_same_among_others_and_alone(language: str) -> None:
    texts = list(UNSEEN[language].values())
    together = fitted().teach(language, texts)
    alone = [fitted().teach(language, [each]) for each in texts]
    assert together.top == pytest.approx(np.vstack([each.top for each in alone]), abs=0.01)
    assert together.narrower == pytest.approx(np.vstack([each.narrower for each in alone]), abs=0.01)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_scores_are_as_high_as_they_are_often_right(language: str) -> None:
    some = made(language).measured
    found = fitted().teach(language, [each.text for each in some]).top
    assert calibration_error(found.ravel(), truth(some, TOP).ravel()) < 0.05
    assert found.sum(axis=1).mean() == pytest.approx(np.mean([len(each.topics) for each in some]), abs=0.3)


def test_a_teacher_is_the_same_in_each_run() -> None:
    again = Teacher([made("en"), made("fr")])
    for language in ("fr", "de"):
        texts = list(UNSEEN[language].values())
        one, other = fitted().teach(language, texts), again.teach(language, texts)
        assert np.array_equal(one.top, other.top)
        assert np.array_equal(one.narrower, other.narrower)


def test_it_tells_what_it_is_fitted_to(capsys: pytest.CaptureFixture[str]) -> None:
    Teacher([replace(made("en"), weak=made("en").weak[:40])])
    assert "fitting the sections of en: 40 texts" in capsys.readouterr().out


def test_what_the_teacher_is_asked_about_is_told_while_it_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    fitted().teach("en", ["a text that nobody asked about"], "some title")
    fitted().teach("en", ["another text that nobody asked about"])
    printed = capsys.readouterr().out
    assert "encoding some title: 0 of 1" in printed
    assert "encoding en: 0 of 1" in printed


def test_a_language_is_read_by_its_own_annotations_and_by_those_of_all() -> None:
    """English alone is taught that its texts on sport are on weather; the other half of the answer is not."""
    odd = [
        replace(each, topics=tuple(WEATHER if topic == SPORT else topic for topic in each.topics))
        for each in made("en").learnt
    ]
    mixed = Teacher([replace(made("en"), learnt=odd), made("fr")])
    [english] = mixed.teach("en", [UNSEEN["en"][SPORT]]).top
    [french] = mixed.teach("fr", [UNSEEN["fr"][SPORT]]).top
    sport, weather = TOP.index(SPORT), TOP.index(WEATHER)
    assert english[weather] > english[sport] > 0.01
    assert french[sport] > french[weather] > 0.01


def test_sections_of_a_topic_without_texts_are_out_of_question() -> None:
    heads = teacher._heads(np.array([2, 5, 6]), np.ones((3, 4), np.float32), np.zeros(3, np.float32))
    found = heads.sums(np.full((1, 4), 2, np.float32))[0]
    assert found[[2, 5, 6]].tolist() == [8, 8, 8]
    assert set(np.delete(found, [2, 5, 6]).tolist()) == {NEVER}


def test_a_regression_is_fitted_to_each_column_that_has_an_answer() -> None:
    features = np.array([[0.0], [0.1], [0.9], [1.0]] * 20, np.float32)
    truths = np.array([[0, 1, 0], [0, 1, 0], [1, 0, 0], [1, 0, 0]] * 20, np.float32)
    heads = teacher._regressions(features, truths)
    low, high = heads.scores(np.array([[0], [1]], np.float32))
    assert max(low[0], high[1]) < 0.2
    assert min(high[0], low[1]) > 0.8
    assert max(low[2], high[2]) < 0.001


def test_sections_have_the_place_of_their_topic() -> None:
    some = [Item(each, "", "", "") for each in (SPORT, ARTS, SPORT)]
    assert material.sections(some).tolist() == [14, 0, 14]


def test_the_first_scores_are_what_narrower_topics_are_learnt_from() -> None:
    """As logits, and held within bounds where a score is 0 or 1."""
    top = np.array([[0.5, 0.0, 1.0]], np.float32)
    found = teacher._narrower_features(top, np.ones((1, 2), np.float32))[0]
    assert found[0] == pytest.approx(0)
    assert found[1] == pytest.approx(-found[2], rel=1e-3)
    assert found[2] == pytest.approx(teacher.FIRST * np.log(0.9999 / 0.0001), rel=1e-3)
    assert found[3:].tolist() == [teacher.VECTOR] * 2


def test_what_a_model_says_is_the_sum_of_weights_and_bias() -> None:
    heads = Heads(np.array([[1, 0], [2, -1]], np.float32), np.array([0.5, 1], np.float32))
    assert heads.sums(np.array([[1, 1], [0, 3]], np.float32)).tolist() == [[3.5, 0], [6.5, -2]]


def test_a_score_is_the_logistic_function_of_the_sum() -> None:
    heads = Heads(np.zeros((1, 3), np.float32), np.array([0, np.log(3), -np.log(3)], np.float32))
    assert heads.scores(np.ones((1, 1), np.float32))[0].tolist() == pytest.approx([0.5, 0.75, 0.25])


NUMBERS = st.floats(-3, 3, width=32)


@st.composite
def features_and_heads(draw: st.DrawFn) -> tuple[Floats, Heads]:
    rows, wide, topics = (draw(st.integers(1, 4)) for _ in range(3))
    numbers = draw(
        st.lists(NUMBERS, min_size=(rows + topics) * wide + topics, max_size=(rows + topics) * wide + topics)
    )
    every = np.array(numbers, np.float32)
    features, weights, bias = np.split(every, [rows * wide, (rows + topics) * wide])
    return features.reshape(rows, wide), Heads(weights.reshape(wide, topics), bias)


@given(features_and_heads())
@settings(deadline=None)
def test_scores_lie_between_0_and_1_in_the_order_of_the_sums(drawn: tuple[Floats, Heads]) -> None:
    features, heads = drawn
    scores, sums = heads.scores(features), heads.sums(features)
    assert ((scores > 0) & (scores <= 1)).all()
    order = np.argsort(sums, axis=1)
    assert (np.diff(np.take_along_axis(scores, order, axis=1), axis=1) >= 0).all()


@given(features_and_heads())
@settings(deadline=None)
def test_sparse_rows_are_read_as_dense_ones(drawn: tuple[Floats, Heads]) -> None:
    features, heads = drawn
    assert heads.sums(csr_matrix(features)) == pytest.approx(heads.sums(features), abs=1e-4)


@given(st.text(max_size=60))
@settings(max_examples=8, deadline=None)
def test_any_text_is_scored_from_0_to_1(text: str) -> None:
    found: Taught = fitted().teach("fr", [text])
    for scores in (found.top, found.narrower):
        assert ((scores > 0) & (scores < 1)).all()


def test_hashed_words_of_a_language_tell_its_sections() -> None:
    """The first part of the teacher alone, on texts that it saw: sections are learnt as they stand."""
    weak = made("fr").weak
    rows = hashed.rows([each.text for each in weak], fitted()._rarity["fr"])
    first = fitted()._sections["fr"].sums(rows).argmax(axis=1)
    assert [TOP[place] for place in first] == [each.topic for each in weak]
