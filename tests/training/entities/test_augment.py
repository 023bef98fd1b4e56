"""Varied sentences: whatever is done to a text, its spans still cover the same names, or new ones."""

import itertools
import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.entities import augment, gazetteer, sources
from training.entities.augment import COMMON, STYLES, Style
from training.entities.corpora import Sentence
from training.entities.gazetteer import Gazetteer

NAMES = Gazetteer(
    places=("Norvège", "Inde"), organisations=("Sénat", "ONU"), people=("Ada Lovelace", "Kofi Annan")
)
KIM = Sentence('Kim Jong Un a vu "Le Monde" à l\'Opéra.', ((0, 11, "PER"), (18, 26, "ORG"), (32, 37, "LOC")))
FRENCH = STYLES["fr"]


def covered(sentence: Sentence) -> list[tuple[str, str]]:
    return [(sentence.text[start:end], label) for start, end, label in sentence.spans]


@st.composite
def sentences(draw: st.DrawFn) -> Sentence:
    """Words, some of them names, with quotation marks and apostrophes between."""
    text, spans = "", []
    for _ in range(draw(st.integers(1, 8))):
        word = draw(st.sampled_from(["Oslo", "va", "Ada Lovelace", '"oui"', "l'", "ONU", "et", '"']))
        if word in {"Oslo", "ONU", "Ada Lovelace"}:
            label = {"Oslo": "LOC", "ONU": "ORG", "Ada Lovelace": "PER"}[word]
            spans.append((len(text), len(text) + len(word), label))
        text += word + ("" if word == "l'" else " ")
    return Sentence(text.rstrip() + ".", tuple(spans))


@given(sentences(), st.integers(0, 10_000), st.sampled_from([*STYLES.values(), COMMON]))
def test_varied_names_are_whole_and_in_order(sentence: Sentence, seed: int, style: Style) -> None:
    varied = augment.vary(sentence, style, NAMES, Random(seed))
    known = {"Oslo", "ONU", "Ada Lovelace", *NAMES.places, *NAMES.organisations, *NAMES.people}
    known |= {name.upper() for name in known} | set(style.agencies)
    for name, label in covered(varied):
        assert name in known or (label == "ORG" and name.isupper())
    ends = [0] + [place for start, end, _ in varied.spans for place in (start, end)]
    assert ends == sorted(ends)


@given(st.lists(st.lists(sentences(), min_size=1, max_size=5), max_size=8), st.integers(0, 1000))
def test_articles_hold_every_name(documents: list[list[Sentence]], seed: int) -> None:
    texts = augment.articles(documents, FRENCH, NAMES, Random(seed))
    every = [one for document in documents for one in document]
    assert sum(len(text.spans) for text in texts) >= sum(len(each.spans) for each in every)
    assert len(texts) <= len(every)


def numbered(*lengths: int) -> list[list[Sentence]]:
    """Documents of so many sentences, each of which says its document and its number."""
    return [
        [Sentence(f"d{document}s{number}.") for number in range(length)]
        for document, length in enumerate(lengths)
    ]


def places(text: str) -> list[tuple[int, int]]:
    """The documents and numbers of the sentences of a text."""
    return [(int(document), int(number)) for document, number in re.findall(r"d(\d+)s(\d+)", text.casefold())]


@given(st.lists(st.integers(1, 9), max_size=12), st.integers(0, 1000))
def test_no_sentence_is_lost_and_none_comes_twice(lengths: list[int], seed: int) -> None:
    texts = augment.articles(numbered(*lengths), FRENCH, NAMES, Random(seed))
    got = [place for text in texts for place in places(text.text)]
    assert sorted(got) == [(document, n) for document, length in enumerate(lengths) for n in range(length)]
    assert all(1 <= len(places(text.text)) <= max(augment.LENGTHS) for text in texts)


@given(st.lists(st.integers(1, 9), max_size=12), st.integers(0, 1000))
def test_sentences_of_one_document_stay_together_in_their_order(lengths: list[int], seed: int) -> None:
    for text in augment.articles(numbered(*lengths), FRENCH, NAMES, Random(seed)):
        (first, start), *rest = places(text.text)
        if lengths[first] > 1:
            assert rest == [(first, start + step) for step in range(1, len(rest) + 1)]
        else:
            assert all(lengths[document] == 1 for document, _ in rest)


def test_sentences_without_a_document_are_joined_at_random() -> None:
    texts = augment.articles(numbered(*[1] * 60), FRENCH, NAMES, Random(1))
    neighbours = [pair for text in texts for pair in itertools.pairwise(places(text.text))]
    assert len(neighbours) > 20
    assert sum(second[0] == first[0] + 1 for first, second in neighbours) < 5


def test_texts_of_one_document_are_read_apart() -> None:
    texts = augment.articles(numbered(40, 40, 40), FRENCH, NAMES, Random(1))
    order = [places(text.text)[0][0] for text in texts]
    assert order != sorted(order)


def test_the_same_chance_gives_the_same_articles() -> None:
    one, other = (augment.articles([[KIM]] * 20, FRENCH, NAMES, Random(3)) for _ in range(2))
    assert one == other
    assert one != augment.articles([[KIM]] * 20, FRENCH, NAMES, Random(4))


def test_pairs_of_quotation_marks_become_typographic() -> None:
    got = augment.requoted(KIM, "« ", " »")
    assert got.text == "Kim Jong Un a vu « Le Monde » à l'Opéra."
    assert covered(got) == covered(KIM)


def test_an_odd_quotation_mark_stays() -> None:
    odd = Sentence('Un 12" de Prince', ((10, 16, "PER"),))
    assert augment.requoted(odd, "«", "»") == odd


def test_a_name_that_holds_the_marks_gets_the_new_ones() -> None:
    got = augment.requoted(Sentence('Le "Oslo" court', ((3, 9, "MISC"),)), "« ", " »")
    assert covered(got) == [("« Oslo »", "MISC")]


def test_a_sentence_between_marks_keeps_its_names() -> None:
    got = augment.around("« ", KIM, " »")
    assert got.text.startswith("« Kim")
    assert covered(got) == covered(KIM)


def test_an_attribution_adds_the_speaker() -> None:
    got = augment.attributed(KIM, FRENCH, NAMES, Random(0))
    assert covered(got)[:-1] == covered(KIM)
    assert covered(got)[-1][0] in NAMES.people
    assert covered(got)[-1][1] == "PER"


def test_a_dateline_adds_place_and_agency() -> None:
    got = augment.datelined(KIM, FRENCH, NAMES, Random(0))
    (place, place_label), (agency, agency_label), *rest = covered(got)
    assert (place_label, agency_label) == ("LOC", "ORG")
    assert place.casefold() in {name.casefold() for name in NAMES.places}
    assert agency in FRENCH.agencies
    assert rest == covered(KIM)


def test_capitals_keep_the_places() -> None:
    assert covered(augment.capitals(KIM))[0] == ("KIM JONG UN", "PER")
    sharp = Sentence("Weißrussland", ((0, 12, "LOC"),))
    assert augment.capitals(sharp) == sharp


def test_after_an_elision_comes_a_vowel_and_only_there() -> None:
    for seed in range(200):
        got = augment.swapped(KIM, NAMES, Random(seed))
        for start, _, _ in got.spans:
            elided = got.text[max(0, start - 1) : start] == "'"
            assert (got.text[start] in augment.VOWELS) == elided or got.text[start : start + 3] in {
                "Kim",
                "Le ",
            }


def test_names_are_swapped_for_names_of_their_label() -> None:
    swapped = {pair for seed in range(300) for pair in covered(augment.swapped(KIM, NAMES, Random(seed)))}
    assert ("Kofi Annan", "PER") in swapped
    assert ("Sénat", "ORG") in swapped
    assert ("Inde", "LOC") in swapped
    assert not {("Sénat", "PER"), ("Inde", "ORG"), ("Kofi Annan", "LOC")} & swapped


def test_sentences_are_joined_with_their_names_in_place() -> None:
    got = augment.joined([KIM, KIM, KIM], Random(1))
    assert covered(got) == covered(KIM) * 3


@pytest.mark.parametrize("seed", range(20))
def test_a_heading_loses_its_full_stop_and_stands_alone(seed: int) -> None:
    got = augment.joined([KIM, KIM], Random(seed))
    first, _, rest = got.text.partition("\n\n")
    assert rest == "" or first.endswith(("Opéra", "Opéra."))
    assert "\n\n\n" not in got.text


def test_blanks_at_the_ends_of_spans_are_cut() -> None:
    assert augment.tight(Sentence(" Oslo  ", ((0, 6, "LOC"), (5, 7, "ORG")))).spans == ((1, 5, "LOC"),)


@pytest.mark.parametrize("style", [*STYLES.values(), COMMON], ids=[*STYLES, "common"])
def test_a_style_is_complete(style: Style) -> None:
    assert style.attributions or style is COMMON
    assert all(each.count("{}") == 1 for each in style.attributions)
    assert all(each.count("{}") == 2 for each in style.datelines)
    assert ('"', '"') in style.quotes


@given(sentences(), st.data())
def test_what_is_rewritten_leaves_the_rest_alone(sentence: Sentence, data: st.DataObject) -> None:
    """A mark put in at any place moves the names behind it along."""
    at = data.draw(st.integers(0, len(sentence.text)))
    inside = any(start < at < end for start, end, _ in sentence.spans)
    got = augment.rewritten(sentence, [(at, at, "++")])
    assert got.text == sentence.text[:at] + "++" + sentence.text[at:]
    if not inside:
        touching = {(name.replace("++", ""), label) for name, label in covered(got)}
        assert touching == set(covered(sentence))


def test_two_pieces_are_rewritten_at_once() -> None:
    got = augment.rewritten(KIM, [(0, 11, "Ada"), (18, 26, "Sénat de l'Inde")])
    assert got.text == "Ada a vu \"Sénat de l'Inde\" à l'Opéra."
    assert covered(got) == [("Ada", "PER"), ("Sénat de l'Inde", "ORG"), ("Opéra", "LOC")]


def test_all_kinds_of_variation_occur() -> None:
    texts = [augment.vary(KIM, FRENCH, NAMES, Random(seed)).text for seed in range(400)]
    assert any(text.isupper() for text in texts)
    assert any("’Opéra" in text for text in texts)
    assert any("« " in text for text in texts)
    assert any("\u00a0»" in text for text in texts)
    assert any(text.startswith("«") for text in texts)
    assert any(f"({agency})" in text for text in texts for agency in FRENCH.agencies)
    assert any("a déclaré" in text or "selon" in text for text in texts)
    assert KIM.text in texts


def test_a_language_without_a_style_of_its_own_has_what_is_common() -> None:
    assert augment.style("fr") is FRENCH
    assert augment.style("fi") is COMMON


def test_where_we_know_no_words_for_it_nobody_is_quoted() -> None:
    assert augment.attributed(KIM, COMMON, NAMES, Random(0)) == KIM


def test_acronyms_take_the_place_of_names_in_latin_letters_alone() -> None:
    plain = Gazetteer(places=(), organisations=("红十字会",))
    for name, latin in {"NATO": True, "联合国": False}.items():
        sentence = Sentence(f"- {name} -", ((2, 2 + len(name), "ORG"),))
        got = {covered(augment.swapped(sentence, plain, Random(seed)))[0][0] for seed in range(300)}
        assert {"红十字会", name} <= got
        assert any(one.isascii() for one in got - {name}) == latin


def test_no_names_to_swap_leave_the_sentence_as_it_is() -> None:
    nobody = Gazetteer(places=(), organisations=())
    sentence = Sentence("Ada à Oslo", ((0, 3, "PER"), (6, 10, "LOC")))
    assert {augment.swapped(sentence, nobody, Random(seed)) for seed in range(50)} == {sentence}


@pytest.mark.parametrize("language", sources.LANGUAGES)
def test_sentences_of_every_language_are_varied(language: str) -> None:
    names = gazetteer.load(language, [KIM])
    for text in augment.articles([[KIM]] * 90, augment.style(language), names, Random(1)):
        assert all(text.text[start:end].strip() == text.text[start:end] != "" for start, end, _ in text.spans)
