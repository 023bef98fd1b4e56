"""The table of subject codes: what IPTC says is the same comes first, what is only wider gives none."""

from __future__ import annotations

from typing import Any

from training.newscodes import table

_URI = "http://cv.iptc.org/newscodes/subjectcode/"


def concept(code: str, retired: str = "", **matches: str) -> dict[str, Any]:
    one: dict[str, Any] = {"qcode": f"medtop:{code}"} | ({"retired": retired} if retired else {})
    return one | {
        relation: [_URI + value, "http://www.wikidata.org/entity/Q1"] for relation, value in matches.items()
    }


def test_the_same_comes_before_the_close_and_the_living_before_the_retired() -> None:
    found = table(
        [
            concept("20000001", closeMatch="02001000"),
            concept("20000002", exactMatch="02001000"),
            concept("20000003", retired="2020-01-01", exactMatch="02002000"),
            concept("20000004", exactMatch="02002000"),
            concept("20000005", retired="2020-01-01", exactMatch="02003000"),
        ]
    )
    assert found == {"02001000": "20000002", "02002000": "20000004", "02003000": "20000005"}


def test_a_wider_code_gives_none() -> None:
    assert table([concept("20000001", broadMatch="02000000")]) == {}


def test_the_top_level_stands_for_itself_unless_iptc_says_otherwise() -> None:
    found = table([concept("16000000"), concept("14000000", exactMatch="14025000")])
    assert found == {"14000000": "14000000", "14025000": "14000000", "16000000": "16000000"}


def test_a_concept_without_matches_is_passed_over() -> None:
    assert table([{"qcode": "medtop:20000001", "exactMatch": None}]) == {}
