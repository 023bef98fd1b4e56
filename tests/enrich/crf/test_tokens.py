"""Whatever the text, its tokens put together are the text again."""

import subprocess
import sys
import time
from typing import Any

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]  # a compiled module
from spacy.tokens import Doc

from pipeline.enrich.crf import tokens

ANY = st.text(st.characters(exclude_categories=["Cs"]))
MIXED = st.text("東京 タワー\nAbcÀ12٣、。 \u3000ー\t")
JAPANESE = tokens.blank("ja")


def cut(text: str) -> list[str]:
    return [token.text for token in JAPANESE.make_doc(text)]


@given(st.one_of(ANY, MIXED))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    doc = JAPANESE.make_doc(text)
    assert doc.text == text
    assert [text[token.idx : token.idx + len(token)] for token in doc] == [token.text for token in doc]


@given(MIXED)
def test_a_token_is_a_run_of_one_kind_or_one_character(text: str) -> None:
    for word in cut(text):
        one_kind = word.isascii() or word.isspace() or word.isdecimal() or set(word) <= set("タワー")
        assert len(word) == 1 or one_kind or word.isalpha()
        assert word.strip() == word or word.isspace()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("東京タワー", ["東", "京", "タワー"]),
        ("NHKは東京", ["NHK", "は", "東", "京"]),
        ("2024年12月", ["2024", "年", "12", "月"]),
        ("Île de Ré", ["Île", "de", "Ré"]),
        ("A320型", ["A", "320", "型"]),
        ("ジョン・スミス", ["ジョン", "・", "スミス"]),
        ("习近平主席。", list("习近平主席。")),
        ("a  b", ["a", "  ", "b"]),
        (" a", [" ", "a"]),
        ("a\n\n東", ["a", "\n\n", "東"]),
        ("", []),
    ],
)
def test_runs_of_letters_digits_and_katakana_stay_together(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


def test_a_single_blank_belongs_to_the_token_before_it() -> None:
    doc = JAPANESE.make_doc("東 京")
    assert [token.whitespace_ for token in doc] == [" ", ""]


@pytest.mark.parametrize("text", ["東" * 300_000, "a" * 300_000, " " * 300_000, "a1" * 150_000])
def test_monstrous_texts_take_no_longer_than_they_must(text: str) -> None:
    start = time.process_time()
    assert sum(map(len, cut(text))) <= len(text)
    assert time.process_time() - start < 25


@pytest.mark.parametrize("language", ["ja", "zh"])
def test_where_there_are_no_blanks_characters_are_words(language: str) -> None:
    nlp = tokens.blank(language)
    assert isinstance(nlp.tokenizer, tokens.CharacterTokenizer)
    assert [token.text for token in nlp("东京 24")] == ["东", "京", "24"]


@pytest.mark.parametrize("language", ["it", "en", "de", "ar", "hi", "xx"])
def test_other_languages_are_cut_as_spacy_does(language: str) -> None:
    text = "L'ONU isn't à l’Opéra-Comique (Nr. 5)."
    assert [one.text for one in tokens.blank(language)(text)] == [
        one.text for one in spacy.blank(language)(text)
    ]


WRITTEN = st.lists(
    st.sampled_from(
        [*"aÉ.,;:!?'’\"«»()-/@&%$€ \t\n\r\u00a0\u202f\x1c5٣", "don't", "aujourd'hui", "M.", "U.S."]
    )
).map("".join)
SPACED = {
    language: (spacy.blank(language), tokens.remembering(tokens.blank(language)))
    for language in ("en", "fr", "xx")
}


def pieces(nlp: Language, text: str) -> list[tuple[str, str]]:
    return [(token.text, token.whitespace_) for token in nlp.make_doc(text)]


@given(st.one_of(ANY, WRITTEN), st.sampled_from(sorted(SPACED)))
def test_any_text_is_cut_as_spacy_does_however_often(text: str, language: str) -> None:
    theirs, ours = SPACED[language]
    expected = pieces(theirs, text)
    assert pieces(ours, text) == expected
    assert pieces(ours, text) == expected


class Counted(Tokenizer):  # type: ignore[misc]  # spaCy ships no types for it
    """Remembers what it was asked."""

    asked: list[str]

    def __call__(self, text: str) -> Doc:
        self.asked.append(text)
        doc: Doc = super().__call__(text)
        return doc


def counted(language: str) -> Counted:
    whole: Any = spacy.blank(language).tokenizer
    given = ("prefix_search", "suffix_search", "infix_finditer", "token_match", "url_match")
    made = Counted(whole.vocab, rules=whole.rules, **{name: getattr(whole, name) for name in given})
    made.asked = []
    return made


def test_a_run_is_cut_by_spacy_once_and_new_ones_are_cut_together(monkeypatch: pytest.MonkeyPatch) -> None:
    spacys = counted("fr")
    tokenizer = tokens.RememberingTokenizer(spacys)
    for _ in range(3):
        assert tokenizer("l'ONU et l'ONU, qu'on").text == "l'ONU et l'ONU, qu'on"
    (asked,) = spacys.asked
    assert set(asked.split(tokens._BETWEEN)) == {"l'ONU", "l'ONU,", "qu'on"}
    monkeypatch.setattr(tokens, "REMEMBERED", 2)
    assert [token.text for token in tokenizer("à l'ONU")] == ["à", "l'", "ONU"]
    assert spacys.asked[1:] == ["l'ONU"]


def test_a_run_of_letters_with_a_mark_is_cut_without_spacy() -> None:
    spacys = counted("en")
    tokenizer = tokens.RememberingTokenizer(spacys)
    assert tokenizer.cut("Oslo (where she lived), or Bonn.").words == [
        *("Oslo", "(", "where", "she", "lived", ")", ","),
        *("or", "Bonn", "."),
    ]
    assert spacys.asked == ["lived),"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "cannot Mr. U. UN. Un. p.m. (cannot cannot, it's"),
        ("fr", "M. Mme. O.N.U. aujourd'hui »oui« «oui"),
        ("de", "Nr. Dr. u.a. z.B. Straße."),
        ("tr", "XII. II. gün. II"),
    ],
)
def test_what_a_language_has_rules_for_is_cut_by_them(language: str, text: str) -> None:
    nlp = tokens.remembering(tokens.blank(language))
    assert pieces(nlp, text) == pieces(spacy.blank(language), text)


LETTERS = st.text(st.characters(categories=["L"]), min_size=1, max_size=8)
MARK = st.sampled_from(["", *".,;:!?()[]'\"«»“”‘’…-–/%€$°#*&§@"])
CUTTERS = {
    language: (spacy.blank(language), tokens.remembering(tokens.blank(language)))
    for language in ("ar", "de", "es", "fi", "hr", "it", "pl", "pt", "ru", "tr", "xx")
}


@given(st.lists(st.tuples(MARK, LETTERS, MARK).map("".join), max_size=5), st.sampled_from(sorted(CUTTERS)))
def test_letters_and_marks_of_any_language_are_cut_as_spacy_does(runs: list[str], language: str) -> None:
    theirs, ours = CUTTERS[language]
    assert pieces(ours, " ".join(runs)) == pieces(theirs, " ".join(runs))


@given(st.one_of(ANY, WRITTEN), st.sampled_from(["en", "fr", "xx", "ja"]))
def test_words_and_blanks_are_those_of_the_document(text: str, language: str) -> None:
    nlp = JAPANESE if language == "ja" else SPACED[language][1]
    for cutter in (nlp, SPACED["en"][0]):
        cut = tokens.cut(cutter, text)
        assert list(zip(cut.words, (" " * each for each in cut.spaces), strict=True)) == pieces(cutter, text)


def test_a_run_is_remembered_beyond_the_zone_that_it_was_met_in() -> None:
    nlp = tokens.remembering(tokens.blank("fr"))
    for _ in range(2):
        with nlp.memory_zone():
            assert [token.text for token in nlp("l'ONU")] == ["l'", "ONU"]
        assert "ONU" not in nlp.vocab.strings


def test_a_tokeniser_of_another_kind_is_left_alone() -> None:
    nlp = tokens.remembering(spacy.blank("xx"))
    once = nlp.tokenizer
    assert tokens.remembering(nlp).tokenizer is once


def test_no_dictionary_is_asked_for() -> None:
    script = "import sys; from pipeline.enrich.crf import tokens; tokens.blank('ja'); tokens.blank('zh')"
    loaded = "; sys.exit(bool({'sudachipy', 'pkuseg', 'spacy_pkuseg', 'jieba'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script + loaded], check=False).returncode == 0


def test_a_pipeline_keeps_its_tokeniser_on_disk_and_in_bytes(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("pipeline")
    JAPANESE.to_disk(folder)
    read: list[Language] = [spacy.load(folder), tokens.blank("ja").from_bytes(JAPANESE.to_bytes())]
    for nlp in read:
        assert [token.text for token in nlp("東京タワー")] == ["東", "京", "タワー"]


def test_words_are_forgotten_with_the_texts() -> None:
    nlp = tokens.blank("zh")
    with nlp.memory_zone():
        assert len(list(nlp.pipe(["东京", "北京 2024"]))) == 2
        assert "东" in nlp.vocab.strings
    assert not {"东", "京", "2024"} & set(nlp.vocab.strings)
