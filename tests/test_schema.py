"""The contracts in ``schemas/`` and the message types say the same."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pipeline import article, schema
from pipeline.article import InvalidArticleError, Provenance, RawArticle, Span

SCHEMAS = Path(__file__).parent.parent / "schemas"


@pytest.mark.parametrize("name", schema.CONTRACTS)
def test_the_files_are_in_step_with_the_types(name: str, tmp_path: Path) -> None:
    schema.write(tmp_path)
    assert (SCHEMAS / name).read_text() == (tmp_path / name).read_text(), (
        "run `python -m pipeline.schema` and commit what it writes"
    )


@pytest.mark.parametrize("name", schema.CONTRACTS)
def test_each_contract_is_a_valid_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads((SCHEMAS / name).read_text()))


def message(**change: Any) -> dict[str, Any]:
    whole = RawArticle(
        id="0123456789abcdef" * 2,
        source="local",
        guid="urn:1",
        version=3,
        status="usable",
        received=datetime(2024, 6, 19, tzinfo=UTC),
        provenance=Provenance(feed="files", format="text", location="a.txt", offset=7),
        created="2024-06",
        headline="Traité",
        body="Titre\n\nTexte.",
        headings=(Span(0, 5),),
    )
    fields: dict[str, Any] = json.loads(article.encode(whole))
    return fields | change


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"version": 2**63 - 1},
        {"version": -1},
        {"version": 1.5},
        {"headline": ""},
        {"headline": None},
        {"created": "2024-13"},
        {"created": "2024-06-19T10:00:00Z"},
        {"created": "2024-06-19T10:00:00+02:00"},
        {"status": "embargoed"},
        {"id": "short"},
        {"language_declared": "fr-CA"},
        {"language_declared": "français"},
        {"urgency": 10},
        {"unknown": True},
        {"provenance": {"feed": "files"}},
        {"subjects": [{"qcode": "medtop:11000000"}]},
        {"subjects": [{"qcode": 11}]},
    ],
)
def test_schema_and_decoder_agree(change: dict[str, Any]) -> None:
    contract = jsonschema.Draft202012Validator(
        json.loads((SCHEMAS / "raw-article.schema.json").read_text()),
        format_checker=jsonschema.FormatChecker(),
    )
    fields = message(**change)
    try:
        article.decode_raw(json.dumps(fields).encode())
        accepted = True
    except InvalidArticleError:
        accepted = False
    assert contract.is_valid(fields) == accepted
