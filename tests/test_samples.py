"""The sample articles: sound copy in both languages, and what the demo's searches look for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline import formats
from pipeline.article import RawArticle

FILES = sorted((Path(__file__).parents[1] / "samples").iterdir())


def read(file: Path) -> list[RawArticle]:
    context = formats.Context(
        source="samples",
        feed="files",
        location=file.name,
        received=datetime(2024, 12, 1, tzinfo=UTC),
        limit=100_000,
    )
    found = list(formats.parse(file.read_bytes(), context))
    assert not [one for one in found if isinstance(one, formats.Rejected)]
    return [one for one in found if isinstance(one, RawArticle)]


ALL = [one for file in FILES for one in read(file)]


def test_there_are_enough_of_them_in_both_languages_and_formats() -> None:
    french = [
        one for one in ALL if one.provenance.location.startswith("fr-") or one.language_declared == "fr"
    ]
    assert len(ALL) == 13
    assert len({one.id for one in ALL}) == len(ALL)
    assert len(french) == 7
    assert {one.provenance.format for one in ALL} == {"text", "jsonl"}


@pytest.mark.parametrize("one", ALL, ids=lambda one: str(one.guid or one.provenance.location))
def test_each_has_a_date_and_several_paragraphs(one: RawArticle) -> None:
    assert one.created
    assert len((one.body or "").split("\n\n")) >= 3
    assert one.status == "usable"


def test_each_text_file_has_a_heading() -> None:
    assert all(one.headings for one in ALL if one.provenance.format == "text")


def test_the_demo_s_searches_find_something() -> None:
    texts = [one.body or "" for one in ALL]
    for words in ("Poutine", "Conseil de sécurité", "Corée du Nord", "Kim Jong Un", "ONU", "Pyongyang"):
        assert any(words in text for text in texts), words
