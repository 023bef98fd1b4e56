"""What files would give: nothing is sent, nothing private shown, and everything wrong told."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.article import Media, Place, Provenance, RawArticle, Replaced, Span, Subject
from pipeline.check import Checked, CheckError, check, sketch
from pipeline.feed import context_of
from pipeline.settings import Settings

CONTEXT = context_of(Settings(), source="agency", language="fr")

FULL = RawArticle(
    id="0" * 32,
    source="agency",
    version=3,
    status="withheld",
    received=datetime(2024, 6, 19, tzinfo=UTC),
    provenance=Provenance(feed="files", format="ninjs", location="/in/a", offset=7),
    guid="urn:1",
    kind="correction",
    item_class="text",
    replaces=Replaced(guid="urn:0"),
    embargo=datetime(2030, 1, 1, tzinfo=UTC),
    urgency=3,
    language_declared="fr",
    headline="Titre",
    dateline="PARIS, 19 juin",
    located=Place(name="Paris"),
    created="2024-06-19",
    subjects=(Subject(qcode="medtop:11000000", name="politique"),),
    keywords=("un", "deux"),
    body="Un.\n\nTitre\n\na | b",
    headings=(Span(start=5, end=10),),
    tables=(Span(start=12, end=17),),
    media=(Media(href="https://example.org/a.jpg"),),
    ednotes=("À noter.",),
    ednotes_nonpublic=("Secret.", "Encore."),
    wire={"service": "fra"},
    flags=("mended",),
)


def built(data: Any) -> Any:
    return json.loads(msgspec.json.encode(data))


def test_an_article_in_short() -> None:
    assert built(sketch(FULL)) == {
        "id": "0" * 32,
        "version": 3,
        "status": "withheld",
        "format": "ninjs",
        "offset": 7,
        "source": "agency",
        "guid": "urn:1",
        "kind": "correction",
        "item_class": "text",
        "replaces": "urn:0",
        "embargo": "2030-01-01T00:00:00Z",
        "urgency": 3,
        "language": "fr",
        "created": "2024-06-19",
        "headline": "Titre",
        "dateline": "PARIS, 19 juin",
        "subjects": [{"qcode": "medtop:11000000", "name": "politique"}],
        "keywords": ["un", "deux"],
        "paragraphs": 3,
        "headings": 1,
        "tables": 1,
        "characters": 17,
        "media": ["https://example.org/a.jpg"],
        "notes": ["À noter."],
        "private_notes": 2,
        "wire": {"service": "fra"},
        "flags": ["mended"],
    }


def test_what_is_not_for_publication_is_counted_and_given_only_when_asked_for() -> None:
    assert b"Secret" not in msgspec.json.encode(sketch(FULL))
    assert sketch(FULL, private=True).private == ("Secret.", "Encore.")


def test_a_kill_has_no_paragraphs() -> None:
    kill = msgspec.structs.replace(FULL, body=msgspec.UNSET, headings=(), tables=())
    assert (sketch(kill).paragraphs, sketch(kill).characters) == (0, 0)


def test_files_and_folders_one_after_the_other(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"guid": "1", "body": "Un."}\n{"guid": "2", "body": 7}\n')
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.txt").write_text("date 2024-06 Deux.")
    first, second = check([tmp_path], CONTEXT)
    assert (first.file, second.file) == (str(tmp_path / "a.jsonl"), str(tmp_path / "sub" / "b.txt"))
    (article,) = first.articles
    assert (article.guid, article.source, article.language) == ("1", "agency", "fr")
    (fault,) = first.faults
    assert fault.place == f"{tmp_path}/a.jsonl, byte 29"
    assert (fault.kind, fault.size) == ("type", 25)
    assert "expected a string" in fault.reason
    assert not first.good
    assert second.good
    assert second.articles[0].created == "2024-06"


def test_it_is_what_feeding_would_give(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Un.")
    first, second = (next(check([tmp_path / "a.txt"], CONTEXT)).articles[0] for _ in range(2))
    assert first.id == second.id
    other = context_of(Settings(), source="other")
    assert next(check([tmp_path / "a.txt"], other)).articles[0].id != first.id


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    (missing,) = check([tmp_path / "none"], CONTEXT)
    assert missing == Checked(file=str(tmp_path / "none"), unreadable="No such file or directory")
    assert not missing.good


def test_the_format_may_be_said(tmp_path: Path) -> None:
    (tmp_path / "a").write_text('{"guid": "1", "body": "Un."}')
    (said,) = check([tmp_path / "a"], context_of(Settings(), format="text"))
    assert said.articles[0].format == "text"


def test_no_file_is_told(tmp_path: Path) -> None:
    for paths in ([], [tmp_path]):
        with pytest.raises(CheckError, match="nothing to check"):
            list(check(paths, CONTEXT))
