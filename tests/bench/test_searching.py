"""The measurement of searching: every kind of query runs, and the figures are those of what was measured."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bench import corpus, searching
from pipeline import search
from pipeline.sink.bulk import Document
from tests.services import apart
from tests.sink.articles import article

if TYPE_CHECKING:
    from tests.services import Stack


def test_bare_bulk_gets_the_articles_own_documents_once_and_not_what_else_was_rewritten() -> None:
    one, other, old = article("one"), article("other"), article("old")
    sent = [
        Document(each.id, 7, each.received, {"id": each.id, "n": n})
        for n, each in enumerate((one, old, other, one))
    ]
    found = [each.split(b"\n") for each in searching._of_articles(sent, [one, other])]
    assert [json.loads(fields)["n"] for _, fields, _ in found] == [0, 2]
    action = {"_id": one.id, "version": 7, "version_type": "external_gte"}
    assert json.loads(found[0][0]) == {"index": action}


@pytest.mark.services
def test_a_small_run_measures_every_kind_of_query(stack: Stack) -> None:
    settings = apart(stack.settings, processes=1)
    figures = searching.measure(settings, 120, 60, 2, corpus.articles(40, "bench"))
    assert search.count(settings) == 120
    kinds = figures["milliseconds"]
    assert len(kinds) > 10
    assert all(
        0 < found[at_once]["p50"] <= found[at_once]["p99"] for found in kinds.values() for at_once in "18"
    )
    assert len(figures["articles a second"]["sink"]) == len(figures["articles a second"]["bulk"]) == 1
    assert figures["bytes a document"]["merged"] > 100
    printed = searching.table(figures)
    assert all(f"| {kind} |" in printed for kind in kinds)
    assert "120 articles" in printed
