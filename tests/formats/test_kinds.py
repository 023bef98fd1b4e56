"""The marks of agencies in words: found where agencies put them, not where a story tells of such things."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.kinds import gravest, in_words


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("MANDATORY KILL", "kill"),
        ("KILL: Harbour bridge", "kill"),
        ("ANNULATION - Le pont du port", "kill"),
        ("(STORNIERUNG)", "kill"),
        ("CORRECTED-Harbour bridge opens", "correction"),
        ("Berichtigung: Zahl im zweiten Absatz", "correction"),
        ("(Korrektur: Name)", "correction"),
        ("RECTIFICATIF : Le pont rouvre", "correction"),
        ("CORRECCIÓN.- El puente", "correction"),
        ("ИСПРАВЛЕНИЕ: мост", "correction"),
        ("Harbour bridge opens, CORRECTED", "correction"),
        ("(Achtung - Planungshinweis)", "advisory"),
        ("ADVISORY: plans for today", "advisory"),
        ("(Eil)", "alert"),
        ("(Eil \a\a)", "alert"),
        ("URGENT", "alert"),
        ("ALERTE - Le pont rouvre", "alert"),
        ("FLASH: bridge open", "alert"),
        ("СРОЧНО: мост открыт", "alert"),
        ("UPDATE 2-Harbour bridge opens", "update"),
        ("AMP.- El puente", "update"),
        ("BC-Test--Harbor Bridge, 1st Ld-Writethru", "update"),
        ("(Zusammenfassung - neu: Reaktionen)", "update"),
        ("Le pont rouvre (ACTUALISATION)", "update"),
    ],
)
def test_marks_are_found(text: str, kind: str) -> None:
    assert in_words(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "Kill switch found in harbour crane",
        "KILL THE LIGHTS, says the mayor",
        "Annulation : le concert du port n'aura pas lieu",
        "Flash floods close the bridge",
        "Urgent appeal for volunteers",
        "Alert level raised at the port",
        "Correction officers walk out",
        "Update on the harbour bridge",
        "Breaking the ice: how the port stays open",
        "Snap election in the city",
        "The bulletin board is full",
        "Eilige Sitzung im Rathaus",
        "Budget: city council agrees",
        "",
    ],
)
def test_stories_about_such_things_are_none(text: str) -> None:
    assert in_words(text) is None


def test_the_gravest_of_several_lines_counts() -> None:
    assert in_words("UPDATE 1-Bridge opens", None, "(Korrektur)") == "correction"
    assert in_words(None) is None


def test_the_gravest_of_several_signs_counts() -> None:
    assert gravest("update", None, "kill", "alert") == "kill"
    assert gravest("new", "update") == "update"
    assert gravest("new") == "new"
    assert gravest(None) is None


@given(st.text(max_size=400))
def test_any_text_has_a_kind_or_none(text: str) -> None:
    assert in_words(text) in (None, "kill", "correction", "advisory", "alert", "update")


@pytest.mark.parametrize("text", ["(" * 100_000, "- " * 100_000, "UPDATE " * 50_000, " " * 200_000 + "KILL"])
def test_a_line_made_to_be_slow_is_not(text: str) -> None:
    start = time.process_time()
    in_words(text)
    assert time.process_time() - start < 5
