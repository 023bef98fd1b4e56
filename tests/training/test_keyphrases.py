"""The measure of keyphrases and key sentences: the right articles, headlines and counts."""

from pathlib import Path

import msgspec
import pytest

from pipeline.enrich.keyphrases import COUNT
from training import keyphrases as module
from training.keyphrases import Article, Judged, covered, digest, precision, purity, slug, telling

DATA = Path(__file__).parents[3] / "shared" / "data"

FIRST = "The harbour bridge in Newtown was closed on Monday after engineers found cracks in two pillars."
SECOND = "The mayor said that the bridge needs repairs and that nobody knows how long they may take."
THIRD = "Many drivers had to take the old tunnel, where traffic stood still for three hours."
BODY = f"{FIRST} {SECOND} {THIRD}"
HEADLINE = "Harbour bridge in Newtown closed"


def article(headline: str = HEADLINE, body: str = BODY) -> Article:
    return Article("corpus", "en", headline, body, headline)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (
            "https://news.example/2022/07/harbour-bridge-closed-after-cracks/",
            "harbour bridge closed after cracks",
        ),
        ("https://news.example/harbour-bridge-closed.html?id=3-4-5", "harbour bridge closed"),
        ("https://news.example/Harbour_bridge_closed/12", "Harbour bridge closed"),
        ("https://news.example/a/harbour-bridge-closed-1654010483", "harbour bridge closed"),
        ("https://news.example/world/asia/harbour-bridge-is-closed", "harbour bridge is closed"),
        ("https://news.example/articles/38446", ""),
        ("https://news.example/", ""),
        ("", ""),
    ],
)
def test_an_address_may_tell_the_headline(address: str, told: str) -> None:
    assert slug(address) == told


def test_words_tell_by_their_beginnings() -> None:
    assert telling("The bridges of Newtown, 2024", "en") == {"bridge", "newtow"}


def test_a_headline_is_covered_by_its_words() -> None:
    told = telling(HEADLINE, "en")
    assert covered(told, [HEADLINE], "en") == 1
    assert covered(told, ["harbour", "bridges"], "en") == pytest.approx(2 / len(told))
    assert covered(told, [], "en") == 0


def test_phrases_are_pure_by_the_words_of_the_headline() -> None:
    told = telling(HEADLINE, "en")
    assert purity(told, ["harbour bridge"], "en") == 1
    assert purity(told, ["harbour bridge", "old tunnel"], "en") == 0.5
    assert purity(told, ["old bridge"], "en") in {0.5, 1.0}
    assert purity(told, ["the"], "en") == 0
    assert purity(told, [], "en") == 0


def test_precision_is_that_of_the_phrases_that_were_judged() -> None:
    judged = Judged(good=["harbour bridge", "newtown"], bad=["monday"])
    assert precision(["Harbour bridge", "Newtown"], judged) == 1
    assert precision(["Harbour bridge", "Monday"], judged) == 0.5
    assert precision(["Harbour bridge", "Monday", "tunnel"], judged) == 0.5
    assert precision(["tunnel"], judged) is None
    assert precision([], judged) is None


def test_summaries_are_two_sentences_of_the_body() -> None:
    assert module.lead(article()) == [FIRST, SECOND]
    assert module.lead_whole(article()) == [FIRST, SECOND]
    for summary in module.SUMMARIES.values():
        found = summary(article())
        assert len(found) == 2
        assert set(found) <= {FIRST, SECOND, THIRD}


def test_whole_sentences_leave_out_what_is_none() -> None:
    cut = article(body=f"and was seen by nobody on the bridge.\n{BODY}")
    assert module.lead(cut)[0] != FIRST
    assert module.lead_whole(cut) == [FIRST, SECOND]


def test_chance_is_the_same_each_time() -> None:
    assert module.at_random(article()) == module.at_random(article())


def test_rows_have_a_figure_for_each_column() -> None:
    measured = [(article(), telling(HEADLINE, "en"))] * 2
    assert [float(each) for each in module.measured_phrases(measured).split(" | ")][-1] <= COUNT
    cover, length = module.measured_sentences(measured, module.lead).split(" | ")
    assert float(cover) == 1
    assert int(length) == len(f"{FIRST} {SECOND}".split())


def test_articles_of_few_sentences_are_not_measured_by_them() -> None:
    measured = [(article(), telling(HEADLINE, "en")), (article(body=FIRST), telling(HEADLINE, "en"))]
    assert module.measured_sentences(measured, module.lead) == module.measured_sentences(
        measured[:1], module.lead
    )


def test_judgments_are_of_the_articles_that_are_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    judgments = tmp_path / "judged.json"
    french = Article("corpus", "fr", "", "Le pont du port est fermé. Le pont du port a des fissures.", "")
    marks = {
        digest(BODY): {"good": ["harbour bridge", "newtown"], "bad": ["bridge"]},
        digest(french.body): {"good": ["pont du port"], "bad": []},
        digest("another"): {"good": [], "bad": ["x"]},
    }
    judgments.write_bytes(msgspec.json.encode(marks))
    monkeypatch.setattr(module, "JUDGED", judgments)
    rows = list(module.measured_judgments([article(), french]))
    assert [(language, count) for language, count, _, _ in rows] == [("en", 1), ("fr", 1)]
    assert all(0 <= five <= 1 and 0 <= ten <= 1 for _, _, five, ten in rows)


def test_the_judgments_that_ship_hold_phrases_and_no_texts() -> None:
    judged = msgspec.json.decode(module.JUDGED.read_bytes(), type=dict[str, Judged])
    assert len(judged) == 30
    for key, marks in judged.items():
        assert len(key) == 64
        assert marks.good
        assert marks.bad
        assert not set(marks.good) & set(marks.bad)
        assert all(len(phrase.split()) <= 6 for phrase in [*marks.good, *marks.bad])


def test_speed_is_above_nothing() -> None:
    assert module.speed([article()] * 3) > 0


@pytest.mark.skipif(not DATA.exists(), reason="the corpora are not beside the project")
def test_the_corpora_are_read() -> None:
    found = list(module.articles(DATA))
    assert {each.corpus for each in found} == {"MasakhaNEWS en", "MasakhaNEWS fr", "Worldwide Newswire"}
    assert all(each.headline for each in found if each.corpus.startswith("MasakhaNEWS"))
    assert sum(bool(each.told) for each in found if each.corpus == "Worldwide Newswire") > 500
    judged = msgspec.json.decode(module.JUDGED.read_bytes(), type=dict[str, Judged])
    assert judged.keys() <= {digest(each.body) for each in found}
    assert not [key for key in judged if key[0] in module.CHOSEN_ON]


@pytest.mark.skipif(not DATA.exists(), reason="the corpora are not beside the project")
def test_phrases_that_were_judged_stay_as_good_as_the_decision_says() -> None:
    for _, count, five, ten in module.measured_judgments(list(module.articles(DATA))):
        assert count == 15
        assert five > 0.55
        assert ten > 0.45
