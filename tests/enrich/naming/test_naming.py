"""One entity for each identity: how it is written, and where."""

from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.article import Entity, Span
from pipeline.enrich.mentions import Mention
from pipeline.enrich.naming import entities
from pipeline.enrich.naming.second_pass import improved
from tests import seed
from tests.enrich.naming.marking import read, story, texts_with_mentions
from tests.seed import needs_seed


def named(marked: str, language: str = "fr") -> list[tuple[str, int, list[str]]]:
    """Each entity's text, how often it is mentioned, and its other forms."""
    text, mentions = read(marked)
    return [(each.text, each.count, list(each.forms)) for each in entities(text, mentions, language)]


ONE = [
    # People.
    ("{PER Vladimir Poutine} et {PER Poutine}, {PER Poutine}", "Vladimir Poutine", ["Poutine"]),
    ("{PER POUTINE} {PER Poutine} {PER Vladimir Poutine}", "Vladimir Poutine", ["POUTINE", "Poutine"]),
    ("{PER Kim Jong-un}, {PER Kim Jong Un}, {PER Kim Jong Un}", "Kim Jong Un", ["Kim Jong-un"]),
    ("{PER KIM JONG UN}, {PER KIM JONG UN}, {PER Kim Jong Un}", "Kim Jong Un", ["KIM JONG UN"]),
    ("{PER Kim Jong\nUn} et {PER Kim Jong Un}", "Kim Jong Un", []),
    ("{PER Élie Domota}, {PER Elie Domota}, {PER Elie Domota}", "Elie Domota", ["Élie Domota"]),
    (
        "Mme {PER von der Leyen}, {PER Ursula von der Leyen}, {PER von der Leyen}",
        "Ursula von der Leyen",
        ["von der Leyen"],
    ),
    ("{PER Mohammed ben Salmane} ({PER MBS}) et {PER MBS}", "Mohammed ben Salmane", ["MBS"]),
    # Organisations.
    (
        "L'{ORG Organisation des Nations unies} ({ORG ONU}). L'{ORG ONU}, l'{ORG ONU}",
        "Organisation des Nations unies",
        ["ONU"],
    ),
    ("Le {ORG RN} ({ORG Rassemblement national}). Le {ORG RN}", "Rassemblement national", ["RN"]),
    ("{ORG Onu}, {ORG ONU}, {ORG ONU}", "ONU", ["Onu"]),
    ("{ORG Onu}, {ORG Onu}, {ORG ONU}", "Onu", ["ONU"]),
    ("{ORG Airbus} et {ORG Airbus SE} et {ORG Airbus}", "Airbus", ["Airbus SE"]),
    ("{ORG Le Monde}, {ORG Le Monde}, {ORG Monde}", "Le Monde", ["Monde"]),
    ("{ORG U.N.}, {ORG U.N.}, {ORG UN}", "U.N.", ["UN"]),
    ("{ORG Crédit Agricole}, {ORG Credit agricole}", "Crédit Agricole", ["Credit agricole"]),
    # Places and others.
    ("{LOC Corée-du-Nord}, {LOC Corée du Nord}, {LOC Corée du Nord}", "Corée du Nord", ["Corée-du-Nord"]),
    ("{LOC KOWEÏT}, {LOC KOWEÏT}, {LOC Koweït}", "Koweït", ["KOWEÏT"]),
    ("{LOC États-Unis}, {LOC Etats-Unis}, {LOC Etats-Unis}", "Etats-Unis", ["États-Unis"]),
    (
        "{LOC Émirats arabes unis} ({LOC EAU}) et les {LOC EAU}",
        "Émirats arabes unis",
        ["EAU"],
    ),
    (
        "La {MISC Coupe d'Afrique des nations} ({MISC CAN}), la {MISC Can}",
        "Coupe d'Afrique des nations",
        ["CAN", "Can"],
    ),
]


@pytest.mark.parametrize(("marked", "text", "forms"), ONE)
def test_one_identity_is_one_entity(marked: str, text: str, forms: list[str]) -> None:
    assert named(marked) == [(text, marked.count("{"), forms)]


CASES = [
    ("de", "{PER Angela Merkel}, {PER Merkels}, {PER Merkels}", "Angela Merkel", ["Merkels"]),
    ("de", "{LOC Moskaus} {LOC Moskaus} {LOC Moskau}", "Moskau", ["Moskaus"]),
    ("ru", "{PER Путина} {PER Путина} {PER Путин}", "Путин", ["Путина"]),
    (
        "ru",
        "{PER Владимира Путина} {PER Владимира Путина} {PER Владимир Путин} {PER Путину}",
        "Владимир Путин",
        ["Владимира Путина", "Путину"],
    ),
    ("ru", "{LOC Москве} {LOC Москве} {LOC Москва}", "Москва", ["Москве"]),
    ("ar", "{PER محمود عباس} {PER عباس}", "محمود عباس", ["عباس"]),
]


@pytest.mark.parametrize(("language", "marked", "text", "forms"), CASES)
def test_a_name_in_other_cases(language: str, marked: str, text: str, forms: list[str]) -> None:
    assert named(marked, language) == [(text, marked.count("{"), forms)]


APART = [
    ("fr", "{PER Ségolène Royal}, {PER Jean Royal}, {PER Royal}"),
    ("fr", "{PER Emmanuel Macron} et {PER Olaf Scholz}"),
    ("fr", "{LOC Paris} et {ORG Paris FC}"),
    ("fr", "{ORG CAN} et {PER Can}"),
    ("fr", "{LOC Corée du Nord} et {LOC Corée du Sud}"),
    ("fr", "{ORG ONU} et {ORG Organisation des Nations unies}"),  # the article does not explain it
    ("fr", "{ORG Parti socialiste} ({ORG PS}). {ORG Parti du sud} ({ORG PS})."),  # or explains it twice
    ("fr", "{LOC Moskaus} et {LOC Moskau}"),
    ("fr", "{LOC Conseil européen} ({ORG CE})"),
]


@pytest.mark.parametrize(("language", "marked"), APART)
def test_what_may_be_two_identities_stays_two(language: str, marked: str) -> None:
    text, mentions = read(marked)
    names = {text[start:end] for start, end, _ in mentions}
    assert {each.text for each in entities(text, mentions, language)} == names
    assert all(not each.forms for each in entities(text, mentions, language))


@pytest.mark.parametrize("between", ["et", "&", "ou"])
def test_a_couple_leaves_the_surname_open(between: str) -> None:
    marked = f"{{PER Bill}} {between} {{PER Hillary Clinton}}. {{PER Clinton}} sort."
    assert [text for text, _, _ in named(marked)] == ["Bill", "Hillary Clinton", "Clinton"]


@pytest.mark.parametrize("between", [",", "contre", "voit"])
def test_two_people_are_no_couple(between: str) -> None:
    marked = f"{{PER Bill}} {between} {{PER Hillary Clinton}}. {{PER Clinton}} sort."
    assert [text for text, _, _ in named(marked)] == ["Hillary Clinton", "Bill"]


def test_a_surname_before_another_person_is_no_given_name() -> None:
    marked = "{PER Emmanuel Macron} sort. {PER Macron} et {PER Olaf Scholz} rient. {PER Scholz} dort."
    assert named(marked) == [("Emmanuel Macron", 2, ["Macron"]), ("Olaf Scholz", 2, ["Scholz"])]


def test_a_role_is_a_mention_and_no_form() -> None:
    text, mentions = read(
        "Le dirigeant nord-coréen {PER Kim Jong Un} sort. Le dirigeant a dit. M. {PER Kim} rit."
    )
    [kim] = entities(text, mentions, "fr")
    assert [text[span.start : span.end] for span in kim.mentions] == ["Kim Jong Un", "dirigeant", "Kim"]
    assert (kim.text, kim.count, kim.forms) == ("Kim Jong Un", 3, ("Kim",))


def test_a_role_means_the_person_by_whatever_name() -> None:
    marked = "{PER Emmanuel Macron} sort. Le président {PER Macron} rit. Le président a dit."
    assert named(marked) == [("Emmanuel Macron", 3, ["Macron"])]


STORIES = {
    "a summit": (
        "fr",
        """
        Le président russe {PER Vladimir Poutine} et le dirigeant nord-coréen {PER Kim Jong Un} à
        {LOC Pyongyang}. M. {PER Kim} salue M. {PER Poutine}. Le président russe a dit non, le
        dirigeant nord-coréen rit. L'{ORG Organisation des Nations unies} ({ORG ONU}) attend {PER
        Kim Jong-un}. {LOC PYONGYANG} dort, l'{ORG ONU} aussi.
        """,
        [
            ("Kim Jong Un", 4, ["Kim", "Kim Jong-un"]),
            ("Vladimir Poutine", 3, ["Poutine"]),
            ("Organisation des Nations unies", 3, ["ONU"]),
            ("Pyongyang", 2, ["PYONGYANG"]),
        ],
    ),
    "a dynasty": (
        "en",
        """
        President {PER George W. Bush} and his father {PER George H. W. Bush}. {PER Bush} said no.
        {PER George W. Bush} said yes. President {PER Obama} met {PER Barack Obama}.
        """,
        [
            ("George W. Bush", 2, []),
            ("Barack Obama", 2, ["Obama"]),
            ("George H. W. Bush", 1, []),
            ("Bush", 1, []),
        ],
    ),
    "a couple": (
        "fr",
        """
        {PER Bill} et {PER Hillary Clinton} sortent. {PER Clinton} rit. {PER Bill Clinton} parle.
        {PER Hillary} rit.
        """,
        [("Bill Clinton", 2, ["Bill"]), ("Hillary Clinton", 2, ["Hillary"]), ("Clinton", 1, [])],
    ),
    "a chancellor": (
        "de",
        """
        Kanzler {PER Olaf Scholz} spricht. Der Kanzler sagte, {PER Scholz} bleibe. {LOC Berlins}
        Wetter, {LOC Berlin}.
        """,
        [("Olaf Scholz", 3, ["Scholz"]), ("Berlin", 2, ["Berlins"])],
    ),
    "a merger": (
        "en",
        """
        {ORG Acme Inc.} buys {ORG Acme}'s rival, the {ORG Global Trading Company} ({ORG GTC}). {ORG
        GTC} and {ORG ACME} agree.
        """,
        [("Acme Inc.", 3, ["Acme", "ACME"]), ("Global Trading Company", 3, ["GTC"])],
    ),
}


@pytest.mark.parametrize(("language", "marked", "expected"), STORIES.values(), ids=STORIES)
def test_a_story(language: str, marked: str, expected: list[tuple[str, int, list[str]]]) -> None:
    assert named(story(marked), language) == expected


def test_the_most_frequent_comes_first_then_the_earliest() -> None:
    marked = "{LOC Oslo} {PER Anne Roy} {LOC Rome} {LOC Rome}"
    assert [text for text, _, _ in named(marked)] == ["Rome", "Oslo", "Anne Roy"]


def test_the_most_frequent_form_comes_first_then_the_earliest() -> None:
    marked = "{PER Anne Roy} {PER Anne} {PER Roy} {PER ROY} {PER ROY}"
    assert named(marked) == [("Anne Roy", 5, ["ROY", "Anne", "Roy"])]


def test_mentions_come_in_the_order_of_the_text() -> None:
    text, mentions = read("{PER Roy} {PER Anne Roy} {PER Roy}")
    [roy] = entities(text, mentions[::-1], "fr")
    assert roy.mentions == (Span(0, 3), Span(4, 12), Span(13, 16))


def test_a_name_of_two_labels_is_what_most_say() -> None:
    marked = "{ORG Paris} {LOC Paris} {LOC Paris}"
    text, mentions = read(marked)
    assert entities(text, mentions, "fr") == (
        Entity(text="Paris", label="LOC", count=3, mentions=(Span(0, 5), Span(6, 11), Span(12, 17))),
    )


@pytest.mark.parametrize("text", ["", " ", "...", "\u0301", "«»" * 100])
def test_no_mentions_no_entities(text: str) -> None:
    assert entities(text, [], "fr") == ()


@pytest.mark.parametrize("name", ["«»", "...", "\u0301", "(", "'s", "-", "🙂", "x" * 300])
def test_a_name_of_anything_is_an_entity(name: str) -> None:
    [got] = entities(name, [Mention(0, len(name), "ORG")], "fr")
    assert (got.text, got.count) == (name, 1)


@given(texts_with_mentions(), st.sampled_from(["fr", "en", "de", "ru", "ar", "xx"]))
@settings(deadline=None)
def test_any_mentions_give_sound_entities(case: tuple[str, list[Mention]], language: str) -> None:
    text, mentions = case
    mentions = improved(text, mentions, language)
    got = entities(text, mentions, language)
    assert len({each.text for each in got}) == len(got)
    assert [each.count for each in got] == sorted((each.count for each in got), reverse=True)
    given_spans = {(start, end) for start, end, _ in mentions}
    found: set[tuple[int, int]] = set()
    for each in got:
        spans = [(span.start, span.end) for span in each.mentions]
        assert each.count == len(spans)
        assert spans == sorted(set(spans))
        written = {" ".join(text[start:end].split()) for start, end in given_spans & set(spans)}
        assert written == {each.text, *each.forms}
        assert each.text not in each.forms
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert found.isdisjoint(spans)
        found |= set(spans)
    assert given_spans <= found
    ordered = sorted(found)
    assert all(one[1] <= other[0] for one, other in pairwise(ordered))


@given(texts_with_mentions())
@settings(deadline=None)
def test_the_order_of_mentions_does_not_matter(case: tuple[str, list[Mention]]) -> None:
    text, mentions = case
    mentions = improved(text, mentions, "fr")
    assert entities(text, mentions, "fr") == entities(text, mentions[::-1], "fr")


HOSTILE = {
    "one name": "{PER Jean Dupont} {PER Dupont} " * 6_000,
    "namesakes": " ".join(f"{{PER Jean{'a' * (number % 99)}{number} Dupont}}" for number in range(6_000)),
    "couples": " ".join(f"{{PER A{number}b}} et {{PER Anne B{number}}}." for number in range(4_000)),
    "acronyms": " ".join(f"{{ORG Abc Def{number}}} ({{ORG AD}})" for number in range(4_000)),
    "prefixes": " ".join("{LOC " + " ".join("ABCDEFGHIJKL"[: n % 12 + 1]) + "}" for n in range(6_000)),
    "roles": "Le président {PER Jean Dupont} a dit. Le président a dit. " * 2_000,
    "cases": " ".join(f"{{PER Анна{number} Путин{'а' * (number % 9)}}}" for number in range(4_000)),  # noqa: RUF001 - Russian
}


@pytest.mark.parametrize("marked", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("language", ["fr", "ru"])
def test_thousands_of_names_take_no_minutes(marked: str, language: str) -> None:
    text, mentions = read(marked)
    started = process_time()
    entities(text, mentions, language)
    assert process_time() - started < 8  # measured at below 1 s


@needs_seed
def test_the_seed_articles_people() -> None:
    body = seed.body()
    spans = [
        Mention(start, start + len(name), "PER")
        for name in sorted(seed.NAMES["PER"])
        for start in range(len(body))
        if body.startswith(name, start)
    ]
    got = {each.text: each for each in entities(body, improved(body, spans, "fr"), "fr")}
    assert got.keys() == seed.NAMES["PER"]
    roles = {
        name: [body[span.start : span.end] for span in each.mentions if body[span.start : span.end] != name]
        for name, each in got.items()
    }
    assert roles == {
        "Kim Jong Un": ["dirigeant nord-coréen"],
        "Vladimir Poutine": ["président russe", "président russe"],
    }
