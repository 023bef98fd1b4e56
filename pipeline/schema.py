"""The contracts as JSON Schema, from the message types; ``python -m pipeline.schema`` writes ``schemas/``."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import msgspec

from pipeline.article import Alert, DeadLetter, EnrichedArticle, RawArticle

CONTRACTS: dict[str, type[msgspec.Struct]] = {
    "raw-article.schema.json": RawArticle,
    "enriched-article.schema.json": EnrichedArticle,
    "dead-letter.schema.json": DeadLetter,
    "alert.schema.json": Alert,
}


def schema(message: type[msgspec.Struct]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one message type."""
    body = msgspec.json.schema(message)
    parts = body["$defs"]
    for part in parts.values():
        part["description"] = inspect.cleandoc(part["description"])
    root = parts.pop(body["$ref"].removeprefix("#/$defs/"))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **root, "$defs": parts}


def write(folder: Path) -> None:
    """Write every contract into a folder, as indented JSON."""
    for name, message in CONTRACTS.items():
        text = msgspec.json.format(msgspec.json.encode(schema(message), order="deterministic"), indent=2)
        (folder / name).write_bytes(text + b"\n")


if __name__ == "__main__":
    write(Path(__file__).parent.parent / "schemas")
