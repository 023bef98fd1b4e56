"""What is typed becomes a tree, or an error that says what is wrong, where, and what to write instead."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.query import (
    FIELDS,
    MAX_CHARACTERS,
    MAX_CLAUSES,
    MAX_DEPTH,
    NOTHING,
    And,
    Field,
    Node,
    Not,
    Or,
    Phrase,
    QueryError,
    Word,
    parse,
    written,
)


def all_of(*nodes: Node | str) -> And:
    return And(tuple(Word(one) if isinstance(one, str) else one for one in nodes))


def any_of(*nodes: Node | str) -> Or:
    return Or(all_of(*nodes).nodes)


def leaves(node: Node) -> Iterator[Word | Phrase | Field]:
    match node:
        case And(nodes) | Or(nodes):
            for one in nodes:
                yield from leaves(one)
        case Not(inner):
            yield from leaves(inner)
        case Word() | Phrase() | Field():
            yield node


def attempt(typed: str) -> Node | QueryError:
    try:
        return parse(typed)
    except QueryError as error:
        return error


def fault(typed: str) -> QueryError:
    error = attempt(typed)
    assert isinstance(error, QueryError)
    return error


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("", NOTHING),
        ("poutine", Word("poutine")),
        ("  coree \t du\nnord ", all_of("coree", "du", "nord")),
        ('"assistance mutuelle"', Phrase("assistance mutuelle")),
        ("«\u00a0assistance  mutuelle\u00a0»", Phrase("assistance mutuelle")),
        ("“mutual aid” treaty", all_of(Phrase("mutual aid"), "treaty")),
        ("„gegenseitige Hilfe“", Phrase("gegenseitige Hilfe")),
        ("paix -guerre", all_of("paix", Not(Word("guerre")))),
        ('-"en guerre" paix', all_of(Not(Phrase("en guerre")), "paix")),
        ("paix --guerre", all_of("paix", Not(Word("guerre")))),
        ("nord-coréen l’accord d'État", all_of("nord-coréen", "l’accord", "d'État")),
        ("core\u0301e", Word("corée")),
        ("- -- ! ?? … «»", NOTHING),
        ('"" "!" paix', Word("paix")),
        ('avant"la phrase"après', all_of("avant", Phrase("la phrase"), "après")),
        ("a\x00b \ud800c", all_of("a", "b", "c")),
        ("a* AND body:x /re/ b~2", all_of("a*", "AND", "body:x", "/re/", "b~2")),
        ("b^3 a? a&b", all_of("b^3", "a?", "a&b")),
        ("un or ou pas not", all_of("un", "or", "ou", "pas", "not")),
        ("score 2:1 à 16:30", all_of("score", "2:1", "à", "16:30")),
        ("https://example.org/a feed://example.org", all_of("https://example.org/a", "feed://example.org")),
        ("Nice: le port, état:x", all_of("Nice:", "le", "port,", "état:x")),
        ("Nice:port Langue: did:plc author:x", all_of("Nice:port", "Langue:", "did:plc", "author:x")),
        ('déclaré:"oui"', all_of("déclaré:", Phrase("oui"))),
    ],
)
def test_words_and_phrases_mean_what_they_always_did(typed: str, tree: Node) -> None:
    assert parse(typed) == parse(written(tree)) == tree


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        (
            "Poutine topic:politics since:2024-06",
            all_of("Poutine", Field("topic", "politics"), Field("since", "2024-06")),
        ),
        ('person:"Kim  Jong Un"', Field("person", "Kim Jong Un")),
        ("place:«Corée du Nord»", Field("place", "Corée du Nord")),
        ("-Topic:medtop:11000000", Not(Field("topic", "medtop:11000000"))),
        ("id:org:united-nations", Field("id", "org:united-nations")),
        ("identity:iso:KP", Field("identity", "iso:KP")),
        ('feed:"//odd"', Field("feed", "//odd")),
        ("since:yesterday until:3h", all_of(Field("since", "yesterday"), Field("until", "3h"))),
        ('"poutine"source:AFP', all_of(Phrase("poutine"), Field("source", "AFP"))),
    ],
)
def test_a_field_takes_a_word_or_a_phrase(typed: str, tree: Node) -> None:
    assert parse(typed) == parse(written(tree)) == tree


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("kim OR xi", any_of("kim", "xi")),
        ("kim|xi || mao", any_of("kim", "xi", "mao")),
        ("visite kim OR xi lundi", all_of("visite", any_of("kim", "xi"), "lundi")),
        (
            "topic:sport OR topic:politics since:2024",
            all_of(any_of(Field("topic", "sport"), Field("topic", "politics")), Field("since", "2024")),
        ),
        ("-kim OR -xi", any_of(Not(Word("kim")), Not(Word("xi")))),
        ("(kim un) OR xi", any_of(all_of("kim", "un"), "xi")),
        ("-(kim OR xi)", Not(any_of("kim", "xi"))),
        ("-(-kim)", Not(Not(Word("kim")))),
        ("(Corée du Nord) (a OR (b OR c))", all_of("Corée", "du", "Nord", any_of("a", "b", "c"))),
        ("((kim)) () (!)", Word("kim")),
        ("(ex-)ministre", all_of("ex-", "ministre")),
        ("kim OR xi paix OR guerre", all_of(any_of("kim", "xi"), any_of("paix", "guerre"))),
        ('"OR" -OR', all_of(Phrase("OR"), Not(Word("OR")))),
    ],
)
def test_or_joins_what_stands_beside_it_and_parentheses_group(typed: str, tree: Node) -> None:
    assert parse(typed) == parse(written(tree)) == tree


@pytest.mark.parametrize(
    ("typed", "character", "said"),
    [
        ('paix "et guerre', 6, "the quotation mark is not closed: write another"),
        ("paix (et guerre", 6, "the parenthesis is not closed: write )"),
        ("1) premier", 2, "this parenthesis closes nothing: write ("),
        ("a OR", 3, "OR needs something on both sides"),
        ("a | ) b", 3, "OR needs something on both sides"),
        ("| a", 1, "OR needs something on both sides"),
        ("a OR OR b", 3, 'for the word itself write "OR" or or'),
        ("a OR (!)", 3, "OR needs something on both sides"),
        ("() OR a", 4, "OR needs something on both sides"),
        ("a topic: sport", 3, 'topic: needs a word or a "phrase" directly after it'),
        ("topic:(sport OR war)", 1, "for several write (topic:one OR topic:two)"),
        ("-topic:!", 2, 'for the word itself "topic"'),
        ("x langue:fr", 3, "there is no field 'langue', is language: meant?"),
        ("organisation:onu", 1, "is organization: meant?"),
        ("palce:Lyon", 1, "is place: meant?"),
        ('lang:"fr"', 1, "is language: meant? The fields are language, source, feed, status, person"),
        ("x language:français", 12, "language: 'français' is no language tag such as fr or pt-BR"),
        ("status:dead", 8, "status: 'dead' is none of usable, withheld, canceled"),
        ("since:2024-13", 7, "since: '2024-13' is no date such as 2024, 2024-06"),
        ("since:2days", 7, "today, yesterday, 2d or 3h"),
        ("until:9999", 7, "until: '9999' has no end that can be counted"),
        ("created:2d", 9, "created: '2d' is a length of time: write 2d.."),
        ("created:2024..2023", 9, "'2024..2023' ends before it begins: write 2023..2024"),
        ("created:2024..x", 9, "'x' is no date"),
    ],
)
def test_an_error_says_where_and_what_to_write(typed: str, character: int, said: str) -> None:
    error = fault(typed)
    assert said in error.reason
    assert error.position == character - 1
    assert str(error).startswith(f"character {character}: {error.reason}\n")


def test_an_error_shows_the_text_with_a_mark_under_the_place() -> None:
    assert str(fault("nord\n(kim")).splitlines()[1:] == ["  nord (kim", "       ^"]
    assert str(fault("北朝鮮 (kim")).splitlines()[1:] == ["  北朝鮮 (kim", "         ^"]
    _, text, mark = str(fault("mot " * 20 + "(fin " + "mot " * 20)).splitlines()
    assert text[mark.index("^")] == "("
    assert text[2] == text[-1] == "…"
    assert len(text) < 70


def test_too_long_too_many_and_too_deep_are_said_with_the_limit() -> None:
    error = fault("a" * (MAX_CHARACTERS + 1))
    assert "1001 characters, 1000 are allowed" in error.reason
    assert error.position == MAX_CHARACTERS
    error = fault("a topic:b " * (MAX_CLAUSES // 2) + '"c"')
    assert "more than 50 words, phrases and fields" in error.reason
    assert error.position == 10 * MAX_CLAUSES // 2
    assert len(list(leaves(parse("a " * MAX_CLAUSES)))) == MAX_CLAUSES
    error = fault("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1))
    assert "more than 5 deep" in error.reason
    assert error.position == MAX_DEPTH
    assert parse("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH) == Word("a")


PIECES = [
    *('"', "«", "»", "-", "(", ")", "|", " OR ", " ", "mot", "nord-coréen"),
    *("*", "body:x", "/.*/", "~2", "16:30", "2024-06", "2d", "..", "today", "fr"),
    *("topic:", "since:", "created:", "Person:", "langue:", "id:", "\N{LATIN SMALL LETTER LONG S}ource:"),
]
typed = st.one_of(
    st.text(max_size=60),
    st.text(alphabet='ab é"«»“”„-*?~:/()[]{}^\\+!&|\u0301\u200d²\u0958\u2028\ud800\x00', max_size=40),
    st.lists(st.sampled_from(PIECES), max_size=70).map("".join),
)

words = st.text("abé", min_size=1, max_size=4)
values = st.tuples(st.text("ab()|/: ", max_size=6), words).map("".join)
leaf: st.SearchStrategy[Node] = st.one_of(
    st.builds(Word, words),
    st.builds(Phrase, st.lists(words, min_size=1, max_size=3).map(" ".join)),
    st.builds(Field, st.sampled_from(["topic", "person", "id", "feed"]), values),
    st.sampled_from([Field("since", "2d"), Field("created", "2024..2024-06"), Field("language", "fr-CA")]),
)


def trees(depth: int, within: type[Node] | None = None) -> st.SearchStrategy[Node]:
    """Trees as ``parse`` makes them: no group of one, none directly in one of its own kind."""
    if not depth:
        return leaf
    found: list[st.SearchStrategy[Node]] = [leaf, trees(depth - 1, Not).map(Not)]
    for kind in (And, Or):
        if kind is not within:
            some = st.lists(trees(depth - 1, kind), min_size=2, max_size=3)
            found.append(some.map(tuple).map(kind))
    return st.one_of(found)


@given(typed)
def test_any_text_is_parsed_or_the_place_of_the_fault_is_in_it(text: str) -> None:
    found = attempt(text)
    if isinstance(found, QueryError):
        assert found.position is not None
        assert 0 <= found.position < len(text)
    else:
        assert len(list(leaves(found))) <= MAX_CLAUSES
        assert parse(written(found)) == found


@pytest.mark.parametrize("sign", [*'-("|:!«a²', "topic:", "(a ", "a OR "])
def test_as_much_as_may_be_typed_of_one_thing_is_parsed_or_said(sign: str) -> None:
    found = attempt((sign * MAX_CHARACTERS)[:MAX_CHARACTERS])
    assert not isinstance(found, QueryError) or found.position is not None


@given(trees(3))
def test_a_tree_that_is_printed_is_parsed_to_the_same(tree: Node) -> None:
    assert parse(written(tree)) == evened(tree)


def evened(tree: Node) -> Node:
    """The tree with no more than one blank at a time in the values of fields."""
    match tree:
        case And(nodes):
            return And(tuple(map(evened, nodes)))
        case Or(nodes):
            return Or(tuple(map(evened, nodes)))
        case Not(inner):
            return Not(evened(inner))
        case Field(name, value):
            return Field(name, " ".join(value.split()))
        case Word() | Phrase():
            return tree


@given(typed)
def test_every_word_that_has_a_letter_is_in_the_tree(text: str) -> None:
    found = attempt(text)
    if isinstance(found, QueryError):
        return
    said = "".join(f"{one.name}{one.value}" if isinstance(one, Field) else one.text for one in leaves(found))
    unsaid = sum(map(str.isalnum, unicodedata.normalize("NFC", text))) - sum(map(str.isalnum, said))
    assert unsaid in range(0, 1 + len("OR") * text.count("OR"), len("OR"))


@given(st.sampled_from(sorted(FIELDS)), st.text(max_size=12))
def test_a_field_name_is_known_in_any_case_and_never_silently_a_word(name: str, value: str) -> None:
    found = attempt(f"{name.capitalize()}:{value}")
    if not isinstance(found, QueryError):
        assert isinstance(next(leaves(found)), Field) or value.startswith("//")
