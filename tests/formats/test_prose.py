"""Body text: which lines are one paragraph, which paragraphs are headings, which characters are none."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats import prose
from pipeline.formats.shape import UnfitError


def found(*paragraphs: str) -> list[str]:
    text, spans = prose.body("\n\n".join(paragraphs))
    return [text[span.start : span.end] for span in spans]


@pytest.mark.parametrize(
    "heading",
    [
        'Éliminer "la menace d\'un conflit armé dans la péninsule coréenne"',
        "Rapprochement accéléré depuis le début de la guerre en Ukraine",
        "« Un document révolutionnaire »",
        "2024 en chiffres",
        "x" * prose.HEADING,
    ],
)
def test_a_short_line_between_paragraphs_is_a_heading(heading: str) -> None:
    assert found("Premier paragraphe.", heading, "Second paragraphe.") == [heading]


@pytest.mark.parametrize(
    "paragraph",
    [
        "Il est arrivé mardi.",
        "Il est arrivé mardi.”",
        "« Il est arrivé mardi. »",
        "Viendra-t-il ?",
        "Il viendra !",
        "Il viendra…",
        "Les résultats :",
        "Paris, Lyon, Marseille,",
        "Il est venu (mardi.)",
        "- Paris",
        "• Lyon 2",
        "1. Marseille",
        "* * *",
        "2024",
        "Deux lignes\nde texte",
        "x" * (prose.HEADING + 1),
    ],
)
def test_what_ends_as_a_sentence_or_is_a_list_or_long_is_none(paragraph: str) -> None:
    assert found("Premier paragraphe.", paragraph, "Second paragraphe.") == []


def test_the_first_and_the_last_paragraph_are_none() -> None:
    assert found("Un titre sans point", "Un paragraphe.", "Une signature") == []


def test_of_two_in_a_row_the_one_before_the_text_is_it() -> None:
    assert found("Texte.", "Un titre", "Un autre titre", "Texte.") == ["Un autre titre"]


def test_headings_with_characters_beyond_the_basic_plane_keep_their_offsets() -> None:
    assert found("Début 🇫🇷 🎉.", "Titre 🚀", "Fin.") == ["Titre 🚀"]


def test_paragraphs_are_trimmed_and_joined_by_one_blank_line() -> None:
    assert prose.body("\n  Un.  \n \t \n\n  Deux.\n\n")[0] == "Un.\n\nDeux."


def test_no_text_has_no_paragraph() -> None:
    assert prose.body(" \n\n \t") == ("", ())


def test_lines_that_a_margin_broke_are_joined() -> None:
    words = "Le président russe et le dirigeant nord-coréen ont signé mercredi un accord de partenariat. " * 4
    for width in (60, 72, 100):
        wrapped = textwrap.fill(words, width, break_on_hyphens=False)
        assert "\n" in wrapped
        assert prose.body(wrapped)[0] == words.strip()


def test_a_line_that_ends_in_a_word_s_hyphen_is_joined_without_a_space() -> None:
    first = "Les deux dirigeants ont signé un traité dans la capitale nord-"
    assert prose.body(f"{first}\ncoréenne mercredi soir.")[0] == f"{first}coréenne mercredi soir."


@pytest.mark.parametrize(
    "paragraph",
    [
        "Lyon 2 - Nice 1\nParis 0 - Lens 0",
        "- un premier point de la liste qui est assez long pour la marge\n- un deuxième point de la liste",
        "Rang  Pays            Or   Argent   Total des médailles\n1     États-Unis      40   44       42",
        "Rang\tPays\tOr\tArgent\tBronze\tNombre total des médailles gagnées\n1\tÉtats-Unis\t40\t44\t42",
        "Une ligne de soixante caractères au moins, pour la marge, voilà.\n  retrait voulu",
        "a" * 200 + "\n" + "b" * 200,
    ],
)
def test_lists_tables_and_long_lines_keep_their_breaks(paragraph: str) -> None:
    assert prose.body(paragraph)[0] == paragraph


def test_line_ends_of_every_kind_become_one() -> None:
    assert prose.clean("a\r\nb\rc\x85d\x0be\x0cf\n") == "a\nb\nc\nd\ne\nf\n"


def test_soft_hyphens_go_since_they_keep_a_word_from_being_found() -> None:
    assert prose.clean("pre\u00admier lan\u00adceur") == "premier lanceur"


def test_an_odd_control_character_is_dropped() -> None:
    assert prose.clean("x" * 99 + "\x02") == "x" * 99
    assert prose.clean("tab\tstays") == "tab\tstays"


@pytest.mark.parametrize("text", ["\0", "a\0b", "\x01\x02abc", "\x1b[31m\x1b[0m"])
def test_binary_data_are_refused(text: str) -> None:
    with pytest.raises(UnfitError, match="binary data, not text") as error:
        prose.clean(text)
    assert error.value.kind == "binary"


def test_half_of_a_surrogate_pair_is_refused_and_named() -> None:
    with pytest.raises(UnfitError, match=r"U\+D83D") as error:
        prose.clean("ok \ud83d")
    assert error.value.kind == "encoding"


def test_a_line_has_its_white_space_evened_out() -> None:
    assert prose.line("\ufeff  Un\u00a0titre \r\n en  deux\tlignes ") == "Un titre en deux lignes"


@given(st.text())
def test_bodies_and_spans_hold_for_any_text(text: str) -> None:
    try:
        body, spans = prose.body(prose.clean(text))
    except UnfitError:
        return
    assert body == body.strip()
    assert prose.body(body)[0] == body or "\n" in body
    paragraphs = body.split("\n\n")
    for span in spans:
        assert body[span.start : span.end] in paragraphs[1:-1]


@given(st.lists(st.text("abc é.", min_size=1).filter(str.strip), min_size=1))
def test_no_paragraph_is_lost(paragraphs: list[str]) -> None:
    assert prose.body("\n\n".join(paragraphs))[0].split("\n\n") == [part.strip() for part in paragraphs]
