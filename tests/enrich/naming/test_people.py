"""Which names in one article are one person's."""

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.enrich.naming.people import MOST_NAMESAKES, persons

ONE_PERSON = [
    ("fr", "Vladimir Poutine|Poutine|Vladimir"),
    ("fr", "Poutine|Vladimir Poutine"),
    ("fr", "Vladimir Poutine|VLADIMIR POUTINE|POUTINE"),
    ("fr", "Kim Jong Un|Kim Jong-un|KIM JONG UN|Kim"),
    ("fr", "Kim Jong Un|M. Kim"),
    ("fr", "Éric Ciotti|Eric Ciotti|Ciotti"),
    ("fr", "Mme Borne|Élisabeth Borne|Borne"),
    ("fr", "Ursula von der Leyen|von der Leyen|Von der Leyen|Leyen"),
    ("fr", "Abdel Fattah al-Sissi|al-Sissi|Sissi|Al-Sissi"),
    ("fr", "Mohammed ben Salmane|Ben Salmane"),
    ("fr", "Najat Vallaud-Belkacem|Vallaud-Belkacem|Najat Vallaud Belkacem"),
    ("es", "Pedro Sánchez Pérez-Castejón|Pedro Sánchez|Sánchez"),
    ("es", "Mario Abdo Benítez|Abdo"),
    ("en", "Xi Jinping|Xi"),
    ("en", "George W. Bush|G. W. Bush|George Bush|Bush"),
    ("en", "Joe Biden|J. Biden"),
    ("en", "Joe Biden|Joe R. Biden"),
    ("en", "Carl Niehaus|Carl Mpangazitha Niehaus|Niehaus|Carl"),
    ("en", "Haibatullah Akhunzada|Mullah Haibatullah Akhunzada|Akhunzada"),
    ("en", "Donald Trump Jr.|Donald Trump Jr|Trump"),
    ("en", "Conor O'Brien|Conor O’Brien|O'Brien"),
    ("de", "Angela Merkel|Merkels|Angela Merkels"),
    ("de", "Merkel|Merkels"),
    ("ru", "Владимир Путин|Путин|Путина|Владимиром Путиным|Путину"),
    ("ru", "Путину|Путина|Путин"),
    ("ru", "Мария Захарова|Захаровой|Марии Захаровой"),
    ("ar", "محمود عباس|عباس|السيد عباس"),
]


@pytest.mark.parametrize(("language", "names"), ONE_PERSON)
def test_names_of_one_person(language: str, names: str) -> None:
    assert persons(names.split("|"), language) == [names.split("|")]


SEVERAL = [
    # Two share the surname: alone it is open.
    ("fr", "Ségolène Royal|Jean Royal|Royal", "Ségolène Royal/Jean Royal/Royal"),
    ("fr", "Ségolène Royal|Jean Royal|Ségolène", "Ségolène Royal|Ségolène/Jean Royal"),
    (
        "en",
        "George W. Bush|George H. W. Bush|George Bush|Bush",
        "George W. Bush/George H. W. Bush/George Bush/Bush",
    ),
    ("en", "Donald Trump|Donald Trump Jr.|Trump", "Donald Trump/Donald Trump Jr./Trump"),
    ("fr", "Kim Jong Un|Kim Yo-jong|Kim", "Kim Jong Un/Kim Yo-jong/Kim"),
    ("fr", "Kim Jong Un|Kim Kardashian|Kim|Kardashian", "Kim Jong Un/Kim Kardashian|Kardashian/Kim"),
    ("en", "Scott Morrison|Ridley Scott|Scott|Morrison", "Scott Morrison|Morrison/Ridley Scott/Scott"),
    ("en", "Joe Biden|Jill Biden|J. Biden", "Joe Biden/Jill Biden/J. Biden"),
    ("ru", "Владимир Путин|Людмила Путина|Путина|Путин", "Владимир Путин|Путин/Людмила Путина/Путина"),
    # What only looks alike.
    ("fr", "Vladimir Poutine|Vladimir Zelensky", "Vladimir Poutine/Vladimir Zelensky"),
    ("fr", "Emmanuel Macron|Brigitte Macron", "Emmanuel Macron/Brigitte Macron"),
    ("fr", "Merkel|Merkels", "Merkel/Merkels"),
    ("de", "Olaf Scholz|Scholzs", "Olaf Scholz/Scholzs"),
    ("fr", "Poutine|Macron", "Poutine/Macron"),
    ("en", "Ann Lee|Ann Lee-Smith", "Ann Lee|Ann Lee-Smith"),
]


@pytest.mark.parametrize(("language", "names", "expected"), SEVERAL)
def test_what_may_be_several_people_stays_open(language: str, names: str, expected: str) -> None:
    got = persons(names.split("|"), language)
    assert sorted(got) == sorted(group.split("|") for group in expected.split("/"))


def test_a_relative_shares_the_surname() -> None:
    names = ["Bill", "Hillary Clinton", "Clinton"]
    assert persons(names, "fr", [("Bill", "Hillary Clinton")]) == [[name] for name in names]
    assert persons(names, "fr") == [["Bill"], ["Hillary Clinton", "Clinton"]]


def test_a_relative_named_in_full_elsewhere_is_the_same_person() -> None:
    names = ["Bill", "Hillary Clinton", "Clinton", "Bill Clinton", "Hillary"]
    assert persons(names, "fr", [("Bill", "Hillary Clinton")]) == [
        ["Bill", "Bill Clinton"],
        ["Hillary Clinton", "Hillary"],
        ["Clinton"],
    ]


def test_a_surname_before_a_full_name_is_no_relative() -> None:
    names = ["Emmanuel Macron", "Macron", "Olaf Scholz", "Scholz"]
    assert persons(names, "fr", [("Macron", "Olaf Scholz")]) == [names[:2], names[2:]]


def test_initials_are_who_they_are_explained_by() -> None:
    names = ["Mohammed ben Salmane", "MBS"]
    assert persons(names, "fr", initials=[("MBS", "Mohammed ben Salmane")]) == [names]
    assert persons(names, "fr", initials=[("ONU", "Nations unies")]) == [[name] for name in names]


def test_initials_that_are_explained_twice_stay_open() -> None:
    names = ["Anne Marie Dupont", "AMD", "Ali Moussa Diop"]
    explained = [("AMD", "Anne Marie Dupont"), ("AMD", "Ali Moussa Diop")]
    assert persons(names, "fr", initials=explained) == [[name] for name in names]


def test_persons_and_names_come_in_the_order_given() -> None:
    names = ["Macron", "Scholz", "Olaf Scholz", "Emmanuel Macron"]
    assert persons(names, "fr") == [["Macron", "Emmanuel Macron"], ["Scholz", "Olaf Scholz"]]


@pytest.mark.parametrize("names", [[], [""], ["«»"], [" "], ["Jr."], ["M."], ["\u0301"], ["-"], ["a" * 500]])
def test_names_that_are_none(names: list[str]) -> None:
    assert persons(names, "fr") == [[name] for name in names]


PARTS = "Anna Bill Clinton Kim Jong Un von der Leyen M. Jr. G. al-Sissi Путин Путина ' (x)"
parts = st.sampled_from(PARTS.split())
some_names = st.lists(st.one_of(st.lists(parts, min_size=1, max_size=4).map(" ".join), st.text(max_size=12)))


@given(some_names, st.sampled_from(["fr", "en", "de", "ru", "xx"]), st.data())
@settings(deadline=None)
def test_each_name_is_one_persons(names: list[str], language: str, data: st.DataObject) -> None:
    names = list(dict.fromkeys(names))
    pairs = st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=5)
    relatives, initials = (data.draw(pairs), data.draw(pairs)) if names else ([], [])
    got = persons(names, language, relatives, initials)
    assert sorted(name for group in got for name in group) == sorted(names)
    assert all(got)


@given(some_names.map(lambda names: list(dict.fromkeys(names))))
@settings(deadline=None)
def test_the_order_of_names_does_not_change_who_is_who(names: list[str]) -> None:
    def groups(ordered: list[str]) -> set[frozenset[str]]:
        return {frozenset(group) for group in persons(ordered, "fr")}

    assert groups(names) == groups(names[::-1])


def test_beyond_so_many_namesakes_only_equal_names_are_joined() -> None:
    few = ["Jean Dupont", "Jean Marie Dupont"]
    crowd = [f"Anne{'b' * number} Dupont" for number in range(MOST_NAMESAKES)]
    assert few in persons(few, "fr")
    got = persons([*few, *crowd], "fr")
    assert ["Jean Dupont", "Jean Marie Dupont"] in got  # they still share the given name
    got = persons([*few, *crowd, *(f"Jean {'B' * number}a" for number in range(MOST_NAMESAKES))], "fr")
    assert ["Jean Dupont"] in got


@pytest.mark.parametrize(
    "names",
    [
        [f"A{'b' * (number % 40)}{number} Dupont" for number in range(8_000)],
        [f"Anna B{number}c" for number in range(8_000)],
        [" ".join("Abcdefgh"[: number % 8 + 1]) + f" X{number}" for number in range(8_000)],
        ["Путин" + "а" * (number % 60) + str(number) for number in range(8_000)],  # noqa: RUF001 - Russian
    ],
)
def test_thousands_of_people_take_no_minutes(names: list[str]) -> None:
    started = process_time()
    persons(names, "ru")
    assert process_time() - started < 8  # measured at below 1 s
