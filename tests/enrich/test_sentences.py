"""Sentences and words: where they end, in the languages of the wires, whatever the text is."""

# ruff: noqa: RUF001 - the sentences stand in the letters of their languages

import re
import subprocess
import sys
import time
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.article import Span
from pipeline.enrich import sentences as module
from pipeline.enrich.sentences import apart, function_words, pieces, sentences, words

ANY_TEXT = st.text(st.characters(codec=None), max_size=300)
PARTS = [*"aA1 .!?…\"'”»()-\n。！」é,", "\u00a0", "\u0301", "M.", "U.S."]
MARKS = st.lists(st.sampled_from(PARTS), max_size=80).map("".join)


def split(text: str, language: str = "en") -> list[str]:
    return [text[span.start : span.end] for span in sentences(text, language)]


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("en", "The cabinet met on Monday.", "It agreed on a budget."),
        ("fr", "Le gouvernement s'est réuni lundi.", "Il a adopté un budget."),
        ("de", "Das Kabinett tagte am Montag.", "Es beschloss einen Haushalt."),
        ("es", "El gobierno se reunió el lunes.", "¿Aprobó un presupuesto?"),
        ("pl", "Rząd zebrał się w poniedziałek.", "Przyjął budżet."),
        ("ru", "Правительство собралось в понедельник.", "Оно приняло бюджет."),
        ("el", "Η κυβέρνηση συνεδρίασε τη Δευτέρα.", "Ενέκρινε τον προϋπολογισμό."),
        ("ar", "اجتمعت الحكومة يوم الاثنين.", "هل أقرت الميزانية؟"),
        ("fa", "آیا دولت دوشنبه تشکیل جلسه داد؟", "بودجه تصویب شد."),
        ("hi", "मंत्रिमंडल की बैठक सोमवार को हुई।", "उसने बजट पारित किया।"),
        ("ko", "내각은 월요일에 회의를 열었다.", "예산안을 승인했다."),
        ("hy", "Կառավարությունը հավաքվեց։", "Այն ընդունեց բյուջեն։"),
    ],
)
def test_two_sentences_are_two(language: str, first: str, second: str) -> None:
    assert split(f"{first} {second}", language) == [first, second]
    assert split(f"{first}\n{second}\n", language) == [first, second]


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("zh", "内阁星期一开会。", "它通过了预算！"),
        ("ja", "内閣は月曜日に会議を開いた。", "予算を承認した。"),
    ],
)
def test_full_width_marks_need_no_blank(language: str, first: str, second: str) -> None:
    assert split(first + second, language) == [first, second]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Mr. Smith met Dr. Jones."),
        ("en", "J. K. Rowling wrote it."),
        ("en", "The U.S. Senate voted."),
        ("en", "It rose 3.5 percent to 1.2 million."),
        ("en", "It begins at 5 p.m. Eastern time."),
        ("en", "The site example.org is down."),
        ("en", "Gen. Milley spoke for Acme Inc. Tuesday."),
        ("fr", "M. Dupont a vu Mme. Durand et Dr. Martin."),
        ("fr", "« Oui ! » a-t-il dit à la presse."),
        ("fr", "Vraiment ? demande-t-elle."),
        ("de", "Am 3. Oktober feiert Berlin."),
        ("de", "Prof. Müller kam z.B. Am Abend."),
        ("pl", "Prof. Kowalski mieszka przy ul. Długiej."),
        ("ru", "Бюджет вырос на 3 млн. Рублей стало больше."),
        ("no", "Han kom 17. Mai til Oslo."),
    ],
)
def test_marks_within_a_sentence_do_not_end_it(language: str, sentence: str) -> None:
    assert split(sentence, language) == [sentence]


def test_a_number_before_a_full_stop_is_an_ordinal_in_some_languages_only() -> None:
    assert len(split("He was 17. Now he is 18.", "en")) == 2
    assert len(split("Er kam am 17. August.", "de")) == 1
    assert len(split("Das war im Jahr 1989. Danach kam er.", "de")) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"We agreed." He left.', ['"We agreed."', "He left."]),
        ("“We agreed.” He left.", ["“We agreed.”", "He left."]),
        ("« Nous sommes d'accord. » Il est parti.", ["« Nous sommes d'accord. »", "Il est parti."]),
        ("(It rained.) He left.", ["(It rained.)", "He left."]),
        ("Really?! Yes... He left.", ["Really?!", "Yes...", "He left."]),
        ("「はい。」彼は言った。", ["「はい。」", "彼は言った。"]),
    ],
)
def test_closing_marks_belong_to_the_sentence_that_they_close(text: str, expected: list[str]) -> None:
    assert split(text) == expected


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n", "\n \t\n", "\u2028", "\u2029"])
def test_the_end_of_a_line_ends_a_sentence(end: str) -> None:
    assert split(f"A heading without a mark{end}and the text") == ["A heading without a mark", "and the text"]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\t \u00a0"])
def test_blanks_are_no_sentence(text: str) -> None:
    assert split(text) == []


def test_a_part_of_a_text_is_read_with_the_offsets_of_the_whole() -> None:
    text = "First one. Second one. Third one."
    assert list(sentences(text, "en", 11, 22)) == [Span(11, 22)]
    assert [text[each.start : each.end] for each in sentences(text, "en", 11)] == [
        "Second one.",
        "Third one.",
    ]


@given(st.one_of(ANY_TEXT, MARKS), st.sampled_from(["en", "de", "zh", "xx", ""]))
@settings(max_examples=300, deadline=None)
def test_sentences_are_in_order_and_leave_out_nothing_but_blanks(text: str, language: str) -> None:
    end = 0
    for span in sentences(text, language):
        assert end <= span.start < span.end <= len(text)
        assert not text[end : span.start].strip()
        piece = text[span.start : span.end]
        assert piece == piece.strip()
        assert "\n" not in piece
        end = span.end
    assert not text[end:].strip()


@pytest.mark.parametrize(
    "unit",
    [
        ".",
        "?!",
        "a",
        "a.",
        "A. ",
        "1.",
        "\n",
        '."',
        "»",
        ".»",
        ". »",
        "。",
        "-",
        "a-",
        "a'",
        "\u0301",
        "١",
        "1,",
        "M. ",
    ],
)
def test_a_megabyte_of_one_thing_takes_little_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    started = time.process_time()
    for _ in sentences(text, "en"):
        pass
    pieces(text)
    assert time.process_time() - started < 20


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The vice-president said 3.5 percent", ["The", "vice-president", "said", "3.5", "percent"]),
        ("l'accord d’Évian", ["l", "accord", "d", "Évian"]),
        ("Trump's lawyer", ["Trump", "s", "lawyer"]),
        ("Covid-19 et G7", ["Covid-19", "et", "G7"]),
        ("a 16th-century 2,000-year-old", ["a", "16th", "century", "2,000", "year-old"]),
        ("प्रधानमंत्री ने हिन्दी", ["प्रधानमंत्री", "ने", "हिन्दी"]),
        ("Việt Nam", ["Việt", "Nam"]),
        ("cafe\u0301 noir", ["cafe\u0301", "noir"]),
        ("می‌شود گفت", ["می‌شود", "گفت"]),
        ("ภาษาไทย", ["ภาษาไทย"]),
        ("中国，日本", ["中国", "日本"]),
        ("- _ .", []),
    ],
)
def test_words_are_letters_with_their_signs(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(st.one_of(ANY_TEXT, MARKS))
@settings(max_examples=300, deadline=None)
def test_pieces_are_the_text_in_turn(text: str) -> None:
    cut = pieces(text)
    assert "".join(cut) == text
    assert len(cut) % 2 == 1
    assert words(text) == cut[1::2]
    assert all(word[0].isalnum() for word in cut[1::2])
    assert not any(re.search(r"[^\W_]", gap) for gap in cut[0::2])


@pytest.mark.parametrize(
    ("language", "little", "telling"),
    [
        ("en", ["the", "of", "said", "monday", "percent"], ["police", "budget", "new", "york"]),
        ("fr", ["le", "des", "déclaré", "lundi", "aujourd"], ["police", "budget", "retraites", "ministre"]),
        ("de", ["der", "und", "sagte", "montag", "prozent"], ["polizei", "haushalt"]),
        ("es", ["el", "que", "dijo", "lunes"], ["policía", "presupuesto"]),
        ("it", ["il", "che", "lunedì"], ["polizia", "bilancio"]),
        ("nl", ["het", "een", "maandag"], ["politie", "begroting"]),
        ("pt", ["os", "segunda-feira", "disse"], ["polícia", "orçamento"]),
        ("no", ["og", "mandag", "ifølge"], ["politiet", "budsjett"]),
        ("sv", ["och", "måndag", "enligt"], ["polisen", "budget"]),
        ("da", ["og", "mandag"], ["politiet"]),
        ("pl", ["nie", "poniedziałek"], ["policja"]),
        ("ru", ["не", "понедельник", "заявил"], ["полиция"]),
        ("ar", ["من", "في", "الاثنين"], ["الشرطة"]),
        ("ja", ["これ"], ["政府"]),
    ],
)
def test_words_that_say_little_are_known(language: str, little: list[str], telling: list[str]) -> None:
    known = function_words(language)
    assert [word for word in little if word not in known] == []
    assert [word for word in telling if word in known] == []


def test_words_of_norwegian_are_those_that_spacy_has_as_bokmal() -> None:
    assert function_words("no") >= {
        word for word in import_module("spacy.lang.nb.stop_words").STOP_WORDS if "'" not in word
    }


@pytest.mark.parametrize(
    "language", ["", "xx", "zz", "so", "zh-Hant", "../fr", "os.path", "fr.stop_words", "\x00"]
)
def test_a_language_that_nobody_listed_has_none(language: str) -> None:
    assert function_words(language) == frozenset()


def test_the_lists_are_read_when_they_are_asked_for_and_not_before() -> None:
    program = (
        "import sys; import pipeline.enrich.sentences; print(any(name == 'spacy' for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_what_stands_around_a_story_is_told_from_it() -> None:
    body = "PARIS, 3 juin (AFP) - Le gouvernement a démissionné.\nIl reste en place.\n\n© AFP"
    found = [body[span.start : span.end] for span in apart(body, "fr")]
    assert any("PARIS" in each for each in found)
    assert any("©" in each for each in found)
    assert not any("gouvernement" in each for each in found)


def test_a_bare_story_has_nothing_around_it() -> None:
    assert apart("Le gouvernement a démissionné lundi. Il reste en place.", "fr") == ()


def test_sentences_end_where_the_marks_say_each_for_itself() -> None:
    """The one pattern finds what its three parts find that stand side by side."""
    final, closing = module._FINAL, module._CLOSING
    plain = re.compile(
        rf"(?<![{final}])[{final}]++(?:[{closing}]++|[ \u00a0\u202f]»)?(?=\s)"
        rf"|[。！？｡]+[{closing}]*|[\n\r\u2028\u2029]+"
    )

    @given(st.text('aB1 .!?…।"”»)\u00a0\u202f。！？｡」\n\r\u2028', max_size=40), st.integers(0, 20))
    @settings(max_examples=2000, deadline=None)
    def holds(text: str, start: int) -> None:
        expected = [each.span() for each in plain.finditer(text, start, len(text) - 1)]
        assert [each.span() for each in module._ENDING.finditer(text, start, len(text) - 1)] == expected

    holds()
