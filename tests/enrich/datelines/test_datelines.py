"""What stands around a story, told from the story: the dateline's own mentions, and none of the credits'."""

# ruff: noqa: RUF001 - the copy stands in the letters of its languages

import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import formats
from pipeline.article import RawArticle
from pipeline.enrich import datelines
from pipeline.enrich.datelines import LINES, WINDOW, Dateline, applied, find
from pipeline.enrich.mentions import Mention
from tests import seed
from tests.enrich.datelines.hostile import megabytes, texts
from tests.formats.conformance import context
from tests.seed import needs_seed

FEEDS = Path(__file__).parents[4] / "shared" / "feeds"
needs_feeds = pytest.mark.skipif(
    not FEEDS.exists(), reason="the wire files lie in ../shared/feeds, which is absent here"
)

STORY = "Le président Jean Exemple a reçu mardi Marie Modèle à Lyon, a annoncé l'Élysée."


def read(body: str, language: str = "fr") -> tuple[list[str], str | None, str] | None:
    """The places and the agency of the dateline, and what follows it."""
    found = find(body, language)
    if found is None:
        return None
    agency = body[found.agency.start : found.agency.end] if found.agency else None
    return [body[each.start : each.end] for each in found.places], agency, body[found.end :]


def mention(body: str, name: str, label: str = "PER", nth: int = 0) -> Mention:
    """The nth place of a name in a text."""
    start = -1
    for _ in range(nth + 1):
        start = body.index(name, start + 1)
    return Mention(start, start + len(name), label)  # type: ignore[arg-type]  # a label of ours


def kept(body: str, mentions: list[Mention], language: str = "fr") -> list[tuple[str, str]]:
    return [(body[each.start : each.end], each.label) for each in applied(body, mentions, language)]


def test_the_package_shows_what_it_is_for() -> None:
    assert set(datelines.__all__) == {"LINES", "WINDOW", "Dateline", "applied", "credits", "find"}
    assert all(hasattr(datelines, name) for name in datelines.__all__)


def test_places_are_places_and_the_agency_an_organisation() -> None:
    body = f"PARIS/LONDRES, 12 juin (AFP) – {STORY}"
    assert find(body, "fr") == Dateline(
        places=(Mention(0, 5, "LOC"), Mention(6, 13, "LOC")),
        agency=Mention(24, 27, "ORG"),
        start=0,
        end=body.index("Le président"),
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"SPORT. PARIS (AFP) – {STORY}", (["PARIS"], "AFP", STORY)),
        (f"(2e version) URGENT - PARIS (AFP) – {STORY}", (["PARIS"], "AFP", STORY)),
        (f"URGENT\nPARIS (AFP) – {STORY}", (["PARIS"], "AFP", STORY)),
        (f"\n\n  PARIS (AFP) – {STORY}", (["PARIS"], "AFP", STORY)),
        (f"Le ministre part\n\nPARIS (AFP) – {STORY}", (["PARIS"], "AFP", STORY)),
        (f"Le ministre part\nPar Jean Dupont\nPARIS (AFP) – {STORY}", (["PARIS"], "AFP", STORY)),
        (f"PARIS, 12 juin (AFP) -\n\n{STORY}", (["PARIS"], "AFP", STORY)),
        (f"ROMA - {STORY}", (["ROMA"], None, STORY)),
        (f"【パリ時事】{STORY}", (["パリ"], "時事", STORY)),
        (f"URGENT - {STORY}", None),
        (f"{STORY}\n{STORY}\n{STORY}\nPARIS (AFP) – {STORY}", None),
        (f"{STORY}\nROMA - {STORY}", None),
        (STORY, None),
        ("", None),
        ("\n \n", None),
    ],
)
def test_where_a_dateline_stands(body: str, expected: tuple[list[str], str | None, str] | None) -> None:
    assert read(body) == expected


def test_it_stands_in_one_of_the_first_lines() -> None:
    for above in range(LINES + 2):
        body = "Une ligne\n" * above + f"PARIS (AFP) – {STORY}"
        assert (find(body, "fr") is not None) == (above < LINES)


def test_a_long_line_above_is_the_story_already() -> None:
    dateline = f"\nPARIS (AFP) – {STORY}"
    assert find("A" * WINDOW + dateline, "fr") is not None
    assert find("A" * (WINDOW + 1) + dateline, "fr") is None


def test_it_ends_within_the_window() -> None:
    far = "PARIS" + " " * WINDOW + "(AFP) – "
    assert find(far + STORY, "fr") is None


def test_the_language_tells_whether_a_place_may_be_written_small() -> None:
    body = f"Muscat: {STORY}"
    assert read(body, "en") == (["Muscat"], None, STORY)
    assert read(body, "fr") is None


def test_who_knows_more_places_finds_more() -> None:
    body = f"KLANG: {STORY}"
    assert find(body, "en") is None
    found = find(body, "en", known={"KLANG"}.__contains__)
    assert found is not None
    assert found.places == (Mention(0, 5, "LOC"),)
    assert applied(body, [], "en", known={"KLANG"}.__contains__) == [Mention(0, 5, "LOC")]


def test_what_the_model_found_in_a_dateline_is_replaced() -> None:
    body = f"PARIS (AFP) – {STORY}"
    wrong = [
        Mention(0, 5, "PER"),
        Mention(0, 11, "ORG"),
        mention(body, "Jean Exemple"),
        mention(body, "Lyon", "LOC"),
    ]
    assert kept(body, wrong) == [
        ("PARIS", "LOC"),
        ("AFP", "ORG"),
        ("Jean Exemple", "PER"),
        ("Lyon", "LOC"),
    ]


def test_a_mention_that_reaches_into_the_story_keeps_what_is_in_it() -> None:
    body = "PARIS (AFP) – Jean Exemple a reçu Marie Modèle."
    reaching = Mention(7, body.index(" a reçu"), "PER")
    assert kept(body, [reaching]) == [("PARIS", "LOC"), ("AFP", "ORG"), ("Jean Exemple", "PER")]


def test_reporters_within_a_dateline_are_no_entities() -> None:
    body = "МОСКВА, 12 июн - РИА Новости, Иван Примеров. Президент Пётр Образцов приехал."
    found = [mention(body, "Иван Примеров"), mention(body, "Пётр Образцов")]
    assert kept(body, found, "ru") == [("МОСКВА", "LOC"), ("РИА Новости", "ORG"), ("Пётр Образцов", "PER")]


def test_names_in_bylines_and_credits_are_no_entities() -> None:
    body = f"Par Jean Dupont\n\n{STORY}\n\n(Avec Reuters)\n\nCopyright © AFP"
    found = [
        mention(body, name) for name in ("Jean Dupont", "Jean Exemple", "Marie Modèle", "Reuters", "AFP")
    ]
    assert kept(body, found) == [("Jean Exemple", "PER"), ("Marie Modèle", "PER")]


def test_the_same_name_in_the_story_stays() -> None:
    body = f"Par Jean Exemple\n\n{STORY} (AFP)"
    found = [
        mention(body, "Jean Exemple", nth=0),
        mention(body, "Jean Exemple", nth=1),
        mention(body, "AFP", "ORG"),
    ]
    assert applied(body, found, "fr") == [mention(body, "Jean Exemple", nth=1)]


def test_a_headline_above_the_dateline_keeps_its_names() -> None:
    body = f"Marie Modèle démissionne\n\nPARIS (AFP) – {STORY}"
    found = [mention(body, "Marie Modèle")]
    assert kept(body, found) == [("Marie Modèle", "PER"), ("PARIS", "LOC"), ("AFP", "ORG")]


def test_labels_are_neither_place_nor_entity() -> None:
    body = f"SPORT. {STORY}"
    assert kept(body, [Mention(0, 5, "ORG"), mention(body, "Lyon", "LOC")]) == [("Lyon", "LOC")]


def test_a_story_alone_keeps_all() -> None:
    found = [mention(STORY, "Lyon", "LOC"), mention(STORY, "Jean Exemple")]
    assert applied(STORY, found, "fr") == sorted(found)
    assert applied("", [], "fr") == []


@given(texts, st.lists(st.tuples(st.integers(0, 400), st.integers(1, 40)), max_size=10))
def test_mentions_stay_in_the_text_in_their_order(text: str, places: list[tuple[int, int]]) -> None:
    body = f"{text}\n{STORY}"
    found = [Mention(at, at + size, "PER") for at, size in places if at + size <= len(body)]
    got = applied(body, found, "fr")
    assert got == sorted(got)
    assert all(0 <= each.start < each.end <= len(body) for each in got)
    dateline, left_out = find(body, "fr"), datelines.credits(body, "fr")
    own = [*dateline.places, dateline.agency] if dateline else []
    for each in got:
        if each not in own:
            assert not any(each.start < span.end and span.start < each.end for span in left_out)
            assert dateline is None or each.end <= dateline.start or dateline.end <= each.start


@given(texts)
def test_what_stands_far_below_changes_no_dateline(text: str) -> None:
    body = f"PARIS (AFP) – Le ministre part.\n{STORY}\n{STORY}\n{text}"
    found = find(body, "fr")
    assert found is not None
    assert (found.places, found.end) == ((Mention(0, 5, "LOC"),), body.index("Le ministre"))


@given(texts, st.sampled_from(["en", "fr", "ar", "ja", "", "tlh"]))
def test_any_text_is_read_in_any_language(text: str, language: str) -> None:
    found = find(text, language)
    assert found is None or 0 <= found.start < found.end <= len(text)


@pytest.mark.timeout(30)
def test_a_megabyte_is_read_at_once() -> None:
    for text in megabytes:
        started = time.process_time()
        applied(text, [], "en")
        assert time.process_time() - started < 2.5


@cache
def articles() -> list[RawArticle]:
    """All articles of the wire files."""
    found: list[RawArticle] = []
    for path in sorted(FEEDS.glob("*/*")):
        here = context(limit=1 << 20, location=path.name, received=datetime(2026, 2, 1, tzinfo=UTC))
        found += [one for one in formats.parse(path.read_bytes(), here) if isinstance(one, RawArticle)]
    return found


def wire(name: str) -> str:
    """The body of a wire file that holds one article."""
    [one] = [each for each in articles() if each.provenance.location == name]
    assert one.body
    return one.body


@needs_feeds
@pytest.mark.parametrize(
    ("name", "places", "agency"),
    [
        ("dpa-eil.iptc", ["Berlin"], "dpa"),
        ("SYNTHETIC-ap-style.anpa", ["PORT EXAMPLE"], "EP"),
        ("1.4-ninjsExSimpleText1.json", ["GROSSETO", "Italy"], "AP"),
        ("example-press-3.6-foreign-ns.xml", ["CAPE CANAVERAL"], "EP"),
        ("europapress-empty-paragraph.xml", ["MADRID"], "Europa Press"),
        ("businesswire-20130605006126.xml", [], "美國商業資訊"),
    ],
)
def test_the_datelines_of_real_wires(name: str, places: list[str], agency: str) -> None:
    found = read(wire(name))
    assert found is not None
    assert found[:2] == (places, agency)


@needs_feeds
def test_a_format_that_tells_the_dateline_apart_leaves_none_in_the_body() -> None:
    told = [one for one in articles() if one.dateline and one.body and one.dateline not in one.body]
    assert len(told) > 3
    assert [one.provenance.location for one in told if find(one.body or "", "")] == []


@needs_feeds
def test_the_sign_offs_of_real_wires() -> None:
    for name, credit in (("afp-sample-en.xml", "bur-dar-gl/fz"), ("ntb-nb.xml", "(©NTB)")):
        body = wire(name)
        assert [body[span.start : span.end] for span in datelines.credits(body, "")] == [credit]


@needs_seed
def test_the_seed_article_has_neither() -> None:
    assert find(seed.body(), "fr") is None
    assert datelines.credits(seed.body(), "fr") == ()
