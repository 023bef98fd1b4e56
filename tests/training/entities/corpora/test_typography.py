"""Tokens are put together as a writer of each language would space them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.entities.corpora import detokenise


def text(language: str, words: str) -> str:
    return detokenise(words.split(" "), language)[0]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Il vient , dit-il .", "Il vient, dit-il."),
        ("l' Ukraine et d' autres", "l'Ukraine et d'autres"),
        ("L’ ONU", "L’ONU"),
        ("Quoi ? Non !", "Quoi ? Non !"),
        ("deux points : voici ; là", "deux points : voici ; là"),
        ("( Paris )", "(Paris)"),
        ('il dit " oui " .', 'il dit "oui".'),
        ("il dit « oui » .", "il dit « oui »."),
        ("le score ( 1 - 0 )", "le score (1-0)"),
        ("le 24 / 25", "le 24/25"),
        ("le TGV - un train - part", "le TGV - un train - part"),
        ("cette année -là", "cette année-là"),
        ("91 % de part", "91 % de part"),
        ("aujourd'hui", "aujourd'hui"),
    ],
)
def test_french_spacing(words: str, expected: str) -> None:
    assert text("fr", words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("He came , he said .", "He came, he said."),
        ("Nigeria 's president", "Nigeria's president"),
        ("it was n't", "it wasn't"),
        ("What ? No !", "What? No!"),
        ("he said : “ yes ”", "he said: “yes”"),
        ('the " Sovereign " and " Halo "', 'the "Sovereign" and "Halo"'),
        ("$ 5 billion", "$5 billion"),
        ("the 2003 – 04 season", "the 2003–04 season"),
        ("50 %", "50%"),
    ],
)
def test_english_spacing(words: str, expected: str) -> None:
    assert text("en", words) == expected


@pytest.mark.parametrize(
    ("language", "words", "expected"),
    [
        ("it", "nell' età dell' oro", "nell'età dell'oro"),
        ("it", "un po' di pane", "un po' di pane"),
        ("it", "disse « no »", "disse «no»"),
        ("de", "er sagt „ ja “ und geht", "er sagt „ja“ und geht"),
        ("de", "42 % der Stimmen", "42 % der Stimmen"),
        ("pl", "mówi „ tak ” i idzie", "mówi „tak” i idzie"),
        ("sv", "31 % av rösterna", "31 % av rösterna"),
        ("nl", "de foto 's van Anna 's huis", "de foto's van Anna's huis"),
        ("nl", "wel 's avonds", "wel 's avonds"),
        ("ru", "слово « Синд » и", "слово «Синд» и"),
        ("es", "¿ Quién ? ¡ Yo !", "¿Quién? ¡Yo!"),
        ("hi", "भारत है ।", "भारत है।"),
        ("tr", "Bern'de , dedi .", "Bern'de, dedi."),
    ],
)
def test_marks_stand_where_each_language_has_them(language: str, words: str, expected: str) -> None:
    assert text(language, words) == expected


@pytest.mark.parametrize(
    ("language", "words", "expected"),
    [
        ("zh", "中国 、 IBM 公司 1 9 9 8 年", "中国、IBM公司1998年"),
        ("ja", "東京 の 「 駅 」 。", "東京の「駅」。"),
    ],
)
def test_chinese_and_japanese_have_no_blanks(language: str, words: str, expected: str) -> None:
    assert text(language, words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("قال ، لماذا ؟", "قال، لماذا؟"),
        ("و 27 وحدة", "و27 وحدة"),
        ('ب ـ " طالبان "', 'بـ"طالبان"'),
        ("( د ب أ )", "(د ب أ)"),
        ("وقال في سوريا", "وقال في سوريا"),
    ],
)
def test_arabic_proclitics_are_written_together(words: str, expected: str) -> None:
    assert text("ar", words) == expected


LANGUAGES = ["ar", "da", "de", "en", "es", "fi", "fr", "hi", "it", "ja", "nl", "pl", "pt", "ru", "sv", "zh"]


@given(
    st.lists(st.text("abé'’\"«»„“.,-1%sو", min_size=1, max_size=5), min_size=1, max_size=20),
    st.sampled_from(LANGUAGES),
)
def test_every_word_stands_where_it_is_said_to(words: list[str], language: str) -> None:
    whole, places = detokenise(words, language)
    assert [whole[start:end] for start, end in places] == words
    assert whole == whole.strip(" ")
    assert whole.replace(" ", "") == "".join(words)
