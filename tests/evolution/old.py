"""The last release, as far as its schemas tell: what its readers take and its writers wrote."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from pipeline.evolution import released
from tests.evolution import instances

FOLDER = released.last(Path(__file__).parents[2] / "schemas")
RAW, ENRICHED = "raw-article.schema.json", "enriched-article.schema.json"

BODY = "Emmanuel Macron a reçu mercredi à Paris le chancelier Olaf Scholz. « Nous avançons », a-t-il dit."


@cache
def schema(name: str) -> dict[str, Any]:
    """A contract as it was released."""
    content: dict[str, Any] = json.loads((FOLDER / name).read_bytes())
    return content


@cache
def _reader(name: str) -> Draft202012Validator:
    """As strict as that release's decoder, which refuses fields that it does not know; so do the schemas."""
    return Draft202012Validator(schema(name), format_checker=FormatChecker())


def check(name: str, value: bytes) -> None:
    """Fail as a reader of the last release would."""
    _reader(name).validate(json.loads(value))


def message(name: str, *, whole: bool, **fields: Any) -> dict[str, Any]:
    """A message as that release may have written it: with all its fields or with the fewest."""
    usual: dict[str, Any] = {"status": "usable", "body": BODY}
    if whole:
        usual |= {"item_class": "text", "replaces": {"guid": "another"}, "language_declared": "fr"}
    made: dict[str, Any] = instances.example(schema(name), whole=whole) | usual | fields
    check(name, json.dumps(made).encode())
    return made
