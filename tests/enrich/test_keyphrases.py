"""Keyphrases: names and what is said again, as it is written, without repeats, in any language."""

# ruff: noqa: RUF001 - the texts stand in the letters of their languages

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.article import Entity, Label, Span
from pipeline.enrich import keyphrases as module
from pipeline.enrich.keyphrases import keyphrases
from pipeline.enrich.sentences import function_words, words

HEADLINE = "Newtown closes harbour bridge"
BODY = (
    "The harbour bridge in Newtown was closed after engineers found cracks, Maria Delgado said on Monday. "
    "Delgado, who leads the Port Authority, said that the harbour bridge needs repairs. "
    "The repairs of the harbour bridge will cost Newtown two million, according to the Port Authority. "
    "Furthermore, the old tunnel stays open. Traffic stood still, but the tunnel was safe."
)
FRENCH = (
    "La réforme des retraites a été adoptée lundi par l'Assemblée nationale. Élisabeth Martin a défendu la "
    "réforme des retraites devant les députés. « La réforme est juste », a déclaré Martin. Les syndicats "
    "veulent manifester contre la réforme des retraites à Lyon, et l'Assemblée nationale votera en juin."
)


def entity(body: str, *names: str, label: Label = "PER") -> Entity:
    spans = [
        Span(match.start(), match.end()) for name in names for match in re.finditer(re.escape(name), body)
    ]
    return Entity(text=names[0], label=label, count=len(spans), mentions=tuple(spans))


def test_names_and_what_is_said_again() -> None:
    found = keyphrases(HEADLINE, BODY, "en")
    assert found[0] == "harbour bridge"
    assert {"Newtown", "Maria Delgado", "Port Authority"} <= set(found)


def test_most_important_comes_first() -> None:
    body = BODY + " A kiosk burnt. The kiosk was old. Nobody was in the kiosk, and no other kiosk is left."
    found = keyphrases(HEADLINE, body, "en")
    assert found.index("harbour bridge") < found.index("kiosk")


def test_what_the_headline_says_moves_up() -> None:
    body = "The river rose again and again. The river was high. A dam held. The dam was old. A dam is strong."
    assert keyphrases("Dam holds as dam is tested", body, "en")[0] == "dam"
    assert keyphrases("River on the rise, river high", body, "en")[0] == "river"


def test_a_last_name_counts_for_the_full_one() -> None:
    found = keyphrases("", BODY, "en")
    assert "Maria Delgado" in found
    assert "Delgado" not in found


def test_french_phrases_keep_their_small_words_within() -> None:
    found = keyphrases("", FRENCH, "fr")
    assert found[0] == "réforme des retraites"
    assert "Assemblée nationale" in found
    assert "Élisabeth Martin" in found


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("en", "He works for the Bank of England. The Bank of England raised rates.", "Bank of England"),
        ("fr", "Il joue la Ligue des champions. La Ligue des champions commence.", "Ligue des champions"),
        ("fr", "Il a gagné le Ballon d'Or. On donne le Ballon d'Or à Paris.", "Ballon d'Or"),
        ("es", "Aquí habló Gabriel García Márquez. Leen a Gabriel García Márquez.", "Gabriel García Márquez"),
        ("nl", "Hij zag Vincent van Gogh. Men prijst Vincent van Gogh.", "Vincent van Gogh"),
        ("pt", "Chegou ao Rio de Janeiro. O Rio de Janeiro festeja.", "Rio de Janeiro"),
        ("en", "They won in Formula 1 racing. The race in Formula 1 was long.", "Formula 1"),
        ("en", "She went to New York. He loves New York.", "New York"),
    ],
)
def test_names_are_whole(language: str, text: str, name: str) -> None:
    assert name in keyphrases("", text, language)


@pytest.mark.parametrize(
    "word", ["Furthermore", "Monday", "said", "The", "two million", "according", "Traffic stood", "closed"]
)
def test_what_says_little_is_no_phrase(word: str) -> None:
    assert word not in keyphrases(HEADLINE, BODY, "en")


def test_a_word_that_begins_a_sentence_is_no_name_for_that() -> None:
    body = "Rainfall was low. Farmers lost crops. Rainfall may return, and so may farmers."
    assert not {"Rainfall", "Farmers"} & set(keyphrases("", body, "en"))


def test_a_name_in_passing_is_none() -> None:
    late = BODY + " Nothing else was said." * 15 + " A visitor had come from Springfield to see it."
    assert "Springfield" not in keyphrases(HEADLINE, late, "en")
    assert "Springfield" in keyphrases("Springfield visitor sees bridge", late, "en")


def test_capitals_of_a_headline_tell_nothing() -> None:
    assert keyphrases("Newtown Closes Harbour Bridge", BODY, "en")[0] == "harbour bridge"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("pension reform", "pension reforms"),
        ("retailer", "retailers"),
        ("Wahlkampf", "Wahlkampfs"),
        ("выборы", "выборов"),
    ],
)
def test_forms_of_a_word_are_one_phrase(one: str, other: str) -> None:
    text = f"Some like the {one}. Many fear the {other}. The {one}, the {other}, a {one}, an {other}."
    found = [phrase for phrase in keyphrases(one, text, "en") if phrase in {one, other}]
    assert len(found) == 1


def test_a_phrase_is_given_in_the_form_that_is_written_most() -> None:
    text = "The strike began. Strikes hurt, strikes cost, strikes end. No strikes are planned."
    assert keyphrases("Strikes go on", text, "en")[0] == "strikes"


def test_what_stands_around_the_story_is_no_phrase() -> None:
    body = f"SPRINGFIELD (Reuters) - {BODY}\n\n(Reporting by Hans Muster; Editing by Hans Muster)"
    found = keyphrases(HEADLINE, body, "en")
    assert found[0] == "harbour bridge"
    assert not [phrase for phrase in found if phrase in {"Reuters", "SPRINGFIELD", "Hans Muster"}]


def test_entities_are_kept_whole() -> None:
    body = "He read War and Peace twice. War and Peace is long. Readers of War and Peace like it."
    assert "War and Peace" not in keyphrases("", body, "en")
    assert keyphrases("", body, "en", [entity(body, "War and Peace", label="MISC")])[0] == "War and Peace"


def test_a_title_before_an_entity_is_no_phrase_of_its_own() -> None:
    body = "They met Prime Minister Jane Doe in Oslo. In Oslo, Prime Minister Jane Doe spoke of peace."
    found = keyphrases("", body, "en", [entity(body, "Jane Doe"), entity(body, "Oslo", label="LOC")])
    assert "Jane Doe" in found
    assert "Prime Minister" not in found


def test_small_words_at_the_edges_of_an_entity_are_cut() -> None:
    body = "He joined The Who in May. The band The Who played. Fans of The Who came to the Isle of Wight."
    found = keyphrases("", body, "en", [entity(body, "the Isle of Wight", label="LOC")])
    assert "Isle of Wight" in found


@pytest.mark.parametrize("span", [Span(0, 10_000), Span(9_000, 9_001), Span(3, 4)])
def test_mentions_that_are_no_words_do_no_harm(span: Span) -> None:
    odd = Entity(text="odd", label="PER", count=1, mentions=(span,))
    assert "harbour bridge" in keyphrases(HEADLINE, BODY, "en", [odd])


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "de",
            (
                "Der Landtag hat das Schulgesetz beschlossen. Das Schulgesetz gilt ab Montag. "
                "Lehrer loben es, "
                "doch der Landtag streitet über das Schulgesetz, und die Lehrer warten."
            ),
            ["Schulgesetz", "Landtag", "Lehrer"],
        ),
        (
            "ru",
            (
                "Совет города принял новый бюджет. Мэр заявил, что бюджет города вырос. Депутаты "
                "хвалят бюджет "
                "города, а бюджет области, бюджет страны и бюджет города растут."
            ),
            ["бюджет города"],
        ),
        (
            "es",
            (
                "El puente del puerto fue cerrado. El puente del puerto tiene grietas, dijo Ana "
                "Ruiz. Ana Ruiz "
                "visitó el puente del puerto."
            ),
            ["puente del puerto", "Ana Ruiz"],
        ),
        (
            "ar",
            "قال رئيس الوزراء إن ميزانية التعليم سترتفع. وأضاف رئيس الوزراء أن ميزانية التعليم مهمة.",
            ["رئيس الوزراء", "ميزانية التعليم"],
        ),
        ("hi", "नई रेल लाइन खुली। यह रेल लाइन लंबी है। रेल लाइन पर भीड़ थी।", ["रेल लाइन"]),
        (
            "ko",
            "한국은행 총재가 말했다. 한국은행 총재는 금리를 동결했다. 한국은행 총재가 떠났다.",
            ["한국은행 총재가"],
        ),
        ("zh", "港口大桥星期一关闭。市长说，港口大桥有裂缝。修复港口大桥需要两年。", ["港口大桥"]),
        (
            "ja",
            "港の大橋は月曜日に閉鎖された。市長は大橋にひびがあると述べた。ニュータウンとニュータウン。",
            ["大橋", "ニュータウン"],
        ),
    ],
)
def test_languages(language: str, text: str, expected: list[str]) -> None:
    found = keyphrases("", text, language)
    assert [phrase for phrase in expected if phrase not in found] == []


def test_of_thai_entities_alone_are_given() -> None:
    body = "นายกรัฐมนตรีไทยเดินทางไปกรุงเทพ กรุงเทพมีฝนตก"
    assert keyphrases("", body, "th") == ()
    assert keyphrases("", body, "th", [entity(body, "กรุงเทพ", label="LOC")]) == ("กรุงเทพ",)


def test_chinese_entities_come_first_and_are_not_said_again() -> None:
    body = "李明在北京说，大桥已关闭。李明说大桥有裂缝。大桥大桥。"
    found = keyphrases("", body, "zh", [entity(body, "李明"), entity(body, "北京", label="LOC")])
    assert "李明" in found
    assert "大桥" in found


@pytest.mark.parametrize("text", ["", " ", "\n", "1 2 3", "...", "The of and."])
@pytest.mark.parametrize("language", ["en", "zh", "th", "xx", ""])
def test_nothing_to_say_is_nothing(text: str, language: str) -> None:
    assert keyphrases("", text, language) == ()
    assert keyphrases(text, "", language) == ()


def test_there_are_ten_at_most() -> None:
    names = re.findall(
        r"\w+", "Anna Bern Cork Dover Essen Fulda Genoa Haifa Izmir Jena Kyoto Lyon Milan Nancy"
    )
    body = " ".join(f"They saw {name}, and in {name} it rained." for name in names)
    assert len(keyphrases("", body, "en")) == module.COUNT


def test_no_more_than_the_start_of_a_body_is_read() -> None:
    body = BODY + " Nothing else was said." * 400
    assert len(body) > module.LOOKED_AT
    assert keyphrases(HEADLINE, body + " Springfield, Springfield." * 20, "en") == keyphrases(
        HEADLINE, body, "en"
    )


def test_a_body_in_capitals_has_phrases_all_the_same() -> None:
    assert "HARBOUR BRIDGE" in keyphrases("", BODY.upper(), "en")


PARTS = [
    *"aA1 .,'’-\n。中カ",
    "Paris",
    "Paris ",
    "de ",
    "the ",
    "harbour ",
    "bridge ",
    "Delgado ",
    "New ",
    "l'",
    "\u0301",
    "रेल ",
]
TEXTS = st.one_of(
    st.text(st.characters(codec=None), max_size=300),
    st.lists(st.sampled_from(PARTS), max_size=60).map("".join),
)
SPANS = st.tuples(st.integers(0, 80), st.integers(1, 30)).map(lambda each: Span(each[0], each[0] + each[1]))


@given(
    TEXTS,
    TEXTS,
    st.sampled_from(["en", "fr", "de", "zh", "ja", "th", "ko", "xx", ""]),
    st.lists(SPANS, max_size=3),
)
@settings(max_examples=400, deadline=None)
def test_phrases_are_sound_whatever_the_text(
    headline: str, body: str, language: str, spans: list[Span]
) -> None:
    entities = [
        Entity(text=body[span.start : span.end], label="PER", count=1, mentions=(span,))
        for span in spans
        if span.end <= len(body)
    ]
    found = keyphrases(headline, body, language, entities)
    assert len(found) <= module.COUNT
    assert len({phrase.casefold() for phrase in found}) == len(found)
    for phrase in found:
        assert phrase.strip()
        assert phrase in body or phrase in headline
        if language not in {"zh", "ja", "th"}:
            inside = words(phrase)
            assert 1 <= len(inside) <= module.LONGEST
            assert inside[0].casefold() not in function_words(language)
            assert phrase.startswith(inside[0])
            assert phrase.endswith(inside[-1])


@pytest.mark.parametrize(
    "unit",
    ["a", "a ", "Paris ", "A", "ab ba ", "\n", "'", "de ", "Paris de ", "中", "カ", "\u0301", "1 ", BODY],
)
@pytest.mark.parametrize("language", ["en", "de", "zh", "ja"])
def test_a_megabyte_of_one_thing_takes_little_time(unit: str, language: str) -> None:
    text = unit * (1_000_000 // len(unit))
    started = time.process_time()
    keyphrases(text, text, language)
    assert time.process_time() - started < 10


def plain_families(words: set[str]) -> list[set[str]]:
    """Families word by word, each held against the first of the one before."""
    families: list[list[str]] = []
    for word in sorted(words):
        head = families[-1][0] if families else ""
        least = 4 if head < "\uac00" else 2
        start = head if len(head) < least else head[: max(least, len(head) - 2)]
        if head and len(word) <= len(head) + 3 and word.startswith(start):
            families[-1].append(word)
        else:
            families.append([word])
    return [set(each) for each in families]


@given(st.sets(st.text("abcé가나", min_size=1, max_size=9), max_size=40))
@settings(max_examples=500, deadline=None)
def test_words_are_of_one_family_that_differ_in_a_few_letters_at_the_end(words: set[str]) -> None:
    found: dict[int, set[str]] = {}
    for word, number in module._families(words).items():
        found.setdefault(number, set()).add(word)
    assert [found[number] for number in sorted(found)] == plain_families(words)


def test_so_many_words_are_remembered_and_none_that_is_monstrous(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CACHED", 20)
    known = module._Words("en")
    for number in range(100):
        assert known[f"Word{number}"] == (f"word{number}", module._WORD, True)
        assert known["the"] == ("the", module._LITTLE, False)
        assert known["x" * 5000] == module._NO_WORD
        assert len(known) <= 20
