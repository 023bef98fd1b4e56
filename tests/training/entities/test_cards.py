"""A model card says what one must know before using a model."""

import tomllib
from pathlib import Path

import msgspec
import pytest

from training.entities import cards
from training.entities.cards import card, licence
from training.entities.results import FALLBACK, Result
from training.entities.sources import LANGUAGES

from .measured import datum, french, measured, run

NOTES = """
[every]
weaknesses = "- Everything else.\\n"
besides = "Names from CLDR.\\n"
[fr]
weaknesses = "- Sigles.\\n"
[xx]
weaknesses = "- Much.\\n"
besides = "Texts of feeds.\\n"
"""


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    (tmp_path / "cards.toml").write_text(NOTES)
    return tmp_path / "cards.toml"


def free(*, language: str = "fr", licences: tuple[str, ...] = ("CC BY-SA 4.0",)) -> Result:
    return Result(
        language=language,
        ours=run("free_entities 1.0", measured("uner", 0.8, "da"), licence="CC BY-SA 4.0"),
        data=tuple(datum(f"Corpus {number}", each) for number, each in enumerate(licences)),
    )


def test_it_names_the_model_and_its_language(notes: Path) -> None:
    text = card(french(), notes)
    assert text.startswith("# fr_entities 1.0\n")
    assert "`fr` news" in text
    assert "no model" not in text
    assert "any language without a model of its own" in card(free(language=FALLBACK), notes)


def test_data_that_may_not_be_sold_makes_a_model_that_may_not(notes: Path) -> None:
    text = card(french(), notes)
    assert "## Licence: not for commercial use" in text
    assert "**CC BY-NC-SA 4.0.** The model was fitted to WikiNEuRal" in text
    assert "NEWSWIRE_SPACY" in text


def test_free_data_makes_a_free_model(notes: Path) -> None:
    text = card(free(), notes)
    assert "**CC BY-SA 4.0**" in text
    assert "not for commercial use" not in text


def test_a_model_that_went_on_from_one_that_may_not_be_sold_may_not_either(notes: Path) -> None:
    start = msgspec.structs.replace(free().ours, licence=cards.NOT_COMMERCIAL)
    text = card(msgspec.structs.replace(free(), ours=start), notes)
    assert "**CC BY-NC-SA 4.0.** It went on from the model of all languages" in text
    assert "NEWSWIRE_SPACY" in text


def test_what_was_only_measured_on_binds_nobody(notes: Path) -> None:
    result = msgspec.structs.replace(
        free(), data=(datum(), datum("Strict", "CC BY-NC 4.0", use="measured on"))
    )
    assert "not for commercial use" not in card(result, notes)


@pytest.mark.parametrize("terms", ["none stated", "not clear (research)", "not stated for the sample"])
def test_unclear_terms_are_told(notes: Path, terms: str) -> None:
    assert "The terms of Corpus 1 are not clear" in card(free(licences=("CC0", terms)), notes)
    assert "not clear" not in card(free(), notes)


@pytest.mark.parametrize(
    ("licences", "expected"),
    [
        (["CC BY 4.0", "CC0"], "CC BY-SA 4.0"),
        (["CC BY-SA 3.0", "text CC BY 2.5, annotation CC BY-NC 4.0"], "CC BY-NC-SA 4.0"),
        ([], "CC BY-SA 4.0"),
    ],
)
def test_the_strictest_licence_counts(licences: list[str], expected: str) -> None:
    assert licence(licences) == expected


def test_it_tells_whose_data_it_was(notes: Path) -> None:
    text = card(french(), notes)
    assert "| WikiNEuRal | fitted to | machines | 12,345 | 678 | CC BY-NC-SA 4.0 |" in text
    assert "| Some News | measured on | people |" in text
    assert "- WikiNEuRal: Authors of WikiNEuRal 2020; example.org/WikiNEuRal." in text


def test_a_corpus_used_twice_is_cited_once(notes: Path) -> None:
    result = msgspec.structs.replace(free(), data=(datum(), datum(use="chosen by"), datum(use="measured on")))
    assert card(result, notes).count("Authors of Some News") == 1


def test_it_has_scores_with_intervals_by_label(notes: Path) -> None:
    text = card(french(), notes)
    assert (
        "| Some News (fr news) | 1,234 | 0.860 | 0.840 | 0.850 [0.830, 0.870] | 0.900 [0.880, 0.920] |"
        in text
    )
    row = next(line for line in text.splitlines() if "(fr news)" in line)
    assert row.endswith("| – |"), "the corpus marks no other names"


def test_it_tells_speed_size_and_loading(notes: Path) -> None:
    text = " ".join(card(french(), notes).split())
    assert "16,000 words a CPU second on one core; 6.3 MB on disk; loaded in 0.4 CPU seconds" in text
    assert "which takes 2.5 once a process." in text


def test_it_tells_weaknesses_and_what_else_went_in(notes: Path) -> None:
    text = card(french(), notes)
    assert "## Weaknesses\n\n- Sigles.\n- Everything else.\n" in text
    assert "Names from CLDR." in text
    assert "Texts of feeds.\n\nNames from CLDR." in card(free(language=FALLBACK), notes)


def test_it_tells_how_to_make_it_again(notes: Path) -> None:
    assert "    make train-entities LANG=fr\n    make eval-entities LANG=fr\n" in card(french(), notes)


def test_a_language_without_notes_is_told(notes: Path) -> None:
    with pytest.raises(KeyError, match="sv"):
        card(free(language="sv"), notes)


def test_there_are_notes_for_every_language() -> None:
    known = tomllib.loads(cards.NOTES.read_text("utf-8"))
    assert set(known) == {*LANGUAGES, FALLBACK, "every"}
    for name, entry in known.items():
        assert all(line.startswith(("- ", "  ")) for line in entry["weaknesses"].splitlines()), name
        assert entry["weaknesses"].endswith("\n")
        assert set(entry) <= {"weaknesses", "besides"}
