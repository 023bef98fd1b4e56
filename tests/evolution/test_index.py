"""Each kind of change to a template, and whether the indices that are there fit workers of both versions."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.evolution import index
from pipeline.evolution.finding import Verdict

TEMPLATES = Path(__file__).parents[2] / "schemas" / "elasticsearch"
NAME = "elasticsearch/component/newswire-article.json"
ARTICLE: dict[str, Any] = json.loads((TEMPLATES / "component/newswire-article.json").read_text())
NEWSWIRE: dict[str, Any] = json.loads((TEMPLATES / "index/newswire.json").read_text())
BREAKS, REBUILD, GROWS = Verdict.BREAKS, Verdict.REBUILD, Verdict.GROWS

Template = dict[str, Any]
Change = Callable[[Template], Any]


def fields(template: Template) -> Any:
    return template["template"]["mappings"]["properties"]


def changed(template: Template, change: Change, *, by: int = 1) -> Template:
    new = copy.deepcopy(template)
    change(new)
    new["version"] += by
    return new


def found(change: Change, template: Template = ARTICLE) -> list[tuple[Verdict, str]]:
    return [(one.verdict, one.where) for one in index.compare(NAME, template, changed(template, change))]


@pytest.mark.parametrize(
    ("change", "verdict", "where"),
    [
        (lambda t: fields(t).update(unheard_of={"type": "keyword"}), GROWS, "mappings.unheard_of"),
        (lambda t: fields(t)["located"]["properties"].update(x={}), GROWS, "mappings.located.x"),
        (lambda t: fields(t)["headline"].update(fields={"raw": {}}), GROWS, "mappings.headline.raw"),
        (lambda t: fields(t).pop("byline"), BREAKS, "mappings.byline"),
        (lambda t: fields(t)["located"]["properties"].pop("country"), BREAKS, "mappings.located.country"),
        (lambda t: fields(t)["keywords"].pop("fields"), BREAKS, "mappings.keywords.text"),
        (lambda t: fields(t)["urgency"].update(type="short"), REBUILD, "mappings.urgency type"),
        (lambda t: fields(t)["body"].update(analyzer="standard"), REBUILD, "mappings.body analyzer"),
        (lambda t: fields(t)["guid"].pop("ignore_above"), REBUILD, "mappings.guid ignore_above"),
        (lambda t: fields(t)["title"].update(index=True), REBUILD, "mappings.title index"),
        (lambda t: t["template"]["mappings"].update(dynamic=False), REBUILD, "mappings dynamic"),
        (
            lambda t: t["template"]["settings"]["analysis"]["analyzer"]["folded"]["filter"].pop(),
            REBUILD,
            "settings.analysis.analyzer.folded.filter",
        ),
        (
            lambda t: t["template"]["settings"]["analysis"].update(normalizer={"n": {"type": "custom"}}),
            REBUILD,
            "settings.analysis.normalizer.n.type",
        ),
        (
            lambda t: t["template"]["settings"].update(index={"analysis": {"filter": {"n": {"type": "x"}}}}),
            REBUILD,
            "settings.analysis.filter.n.type",
        ),
        (
            lambda t: t["template"]["settings"].update(refresh_interval="9s"),
            GROWS,
            "settings.refresh_interval",
        ),
        (lambda t: t["template"].update(aliases={"x": {}}), REBUILD, "aliases"),
        (lambda t: t.update(priority=9), REBUILD, "priority"),
    ],
)
def test_a_change_is_found_where_it_is(change: Change, verdict: Verdict, where: str) -> None:
    assert found(change) == [(verdict, f"{NAME}: {where}")]


def test_a_component_may_be_added_but_none_taken_away_or_moved() -> None:
    place = f"{NAME}: composed_of"
    assert found(lambda t: t["composed_of"].append("newswire-more"), NEWSWIRE) == []
    assert found(lambda t: t["composed_of"].insert(1, "newswire-more"), NEWSWIRE) == []
    assert found(lambda t: t["composed_of"].pop(), NEWSWIRE) == [(REBUILD, place)]
    assert found(lambda t: t["composed_of"].reverse(), NEWSWIRE) == [(REBUILD, place)]


@pytest.mark.parametrize("by", [0, -1])
def test_a_template_that_changed_needs_a_later_version(by: int) -> None:
    new = changed(ARTICLE, lambda t: fields(t).update(unheard_of={"type": "keyword"}), by=by)
    findings = index.compare(NAME, ARTICLE, new)
    assert (BREAKS, f"{NAME}: version") in {(one.verdict, one.where) for one in findings}


def test_a_version_never_goes_back() -> None:
    (finding,) = index.compare(NAME, ARTICLE, changed(ARTICLE, lambda _: None, by=-1))
    assert (finding.verdict, finding.where) == (BREAKS, f"{NAME}: version")


def test_another_description_is_no_change() -> None:
    assert found(lambda t: t["_meta"].update(description="Other words.")) == []
    assert index.compare(NAME, ARTICLE, changed(ARTICLE, lambda t: t["_meta"].clear(), by=0)) == []


def test_numbers_are_no_booleans() -> None:
    one = {"version": 1, "template": {"mappings": {"properties": {"a": {"index": True}}}}}
    two = {"version": 2, "template": {"mappings": {"properties": {"a": {"index": 1}}}}}
    assert [each.verdict for each in index.compare(NAME, one, two)] == [REBUILD]


def test_a_new_template_grows_and_one_with_analysis_is_a_rebuild() -> None:
    settings = {"analysis": {"filter": {"n": {"type": "lowercase"}}}}
    assert [one.verdict for one in index.added(NAME, {"version": 1})] == [GROWS]
    verdicts = [one.verdict for one in index.added(NAME, {"version": 1, "template": {"settings": settings}})]
    assert verdicts == [GROWS, REBUILD]
