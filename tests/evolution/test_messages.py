"""Each kind of change to a message, and what it means for readers and writers of either version."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.evolution.finding import Finding, Verdict
from pipeline.evolution.messages import compare
from tests.evolution import instances

SCHEMAS = Path(__file__).parents[2] / "schemas"
ENRICHED: dict[str, Any] = json.loads((SCHEMAS / "enriched-article.schema.json").read_text())
NAME = "enriched-article.schema.json"
BREAKS, AHEAD = Verdict.BREAKS, Verdict.AHEAD

Schema = dict[str, Any]
Change = Callable[[Schema], Any]


def changed(change: Change, schema: Schema = ENRICHED) -> Schema:
    new = copy.deepcopy(schema)
    change(new)
    return new


def found(change: Change) -> list[Finding]:
    return compare(NAME, ENRICHED, changed(change))


def field(name: str, **keywords: Any) -> Change:
    """A field of the article with other keywords; ``None`` takes one away."""

    def change(schema: Schema) -> None:
        other(schema["properties"][name], **keywords)

    return change


def part(name: str, member: str, **keywords: Any) -> Change:
    def change(schema: Schema) -> None:
        other(schema["$defs"][name]["properties"][member], **keywords)

    return change


def other(schema: Schema, **keywords: Any) -> None:
    schema.update(keywords)
    for keyword in [keyword for keyword, value in keywords.items() if value is None]:
        del schema[keyword]


@pytest.mark.parametrize(
    ("change", "verdict", "where", "what"),
    [
        (lambda s: s["properties"].pop("byline"), BREAKS, " byline", "removed or renamed"),
        (lambda s: s["$defs"]["Place"]["properties"].pop("qcode"), BREAKS, " located.qcode", "removed"),
        (lambda s: s["required"].append("guid"), BREAKS, " guid", "required"),
        (lambda s: s["required"].remove("version"), AHEAD, " version", "may be absent"),
        (
            lambda s: s["properties"].update(unheard_of={"type": "string"}),
            AHEAD,
            " unheard_of",
            "the field is new",
        ),
        (lambda s: s["$defs"]["Span"]["properties"].update(of={}), AHEAD, " headings[].of", "is new"),
        (lambda s: s.update(additionalProperties=True), AHEAD, "", "any name"),
        (field("urgency", type="string"), BREAKS, " urgency", "'integer' and is 'string'"),
        (field("urgency", type="number"), BREAKS, " urgency", "another kind of value"),
        (field("urgency", type=["integer", "string"]), AHEAD, " urgency", "more is taken"),
        (field("urgency", type=None), AHEAD, " urgency", "more is taken"),
        (field("urgency", maximum=8), BREAKS, " urgency", "less is taken"),
        (field("urgency", maximum=10), AHEAD, " urgency", "more is taken"),
        (field("urgency", maximum=None), AHEAD, " urgency", "more is taken"),
        (field("urgency", minimum=2), BREAKS, " urgency", "less is taken"),
        (field("urgency", minimum=0), AHEAD, " urgency", "more is taken"),
        (field("urgency", exclusiveMinimum=0), BREAKS, " urgency", "less is taken"),
        (field("headline", minLength=2), BREAKS, " headline", "less is taken"),
        (field("headline", minLength=0), AHEAD, " headline", "more is taken"),
        (field("headline", maxLength=100), BREAKS, " headline", "less is taken"),
        (field("id", pattern="^[0-9a-f]{33}$"), BREAKS, " id", "another kind of value"),
        (field("id", pattern=None), AHEAD, " id", "more is taken"),
        (field("headline", pattern="x"), BREAKS, " headline", "another kind of value"),
        (field("received", format="date"), BREAKS, " received", "another kind of value"),
        (field("received", format=None), AHEAD, " received", "more is taken"),
        (field("status", enum=["usable", "withheld"]), BREAKS, " status", "less is taken"),
        (field("status", enum=["canceled", "usable", "withheld", "x"]), AHEAD, " status", "more is taken"),
        (part("Entity", "label", enum=["PER", "LOC", "MISC"]), BREAKS, " entities[].label", "less is taken"),
        (part("Topic", "origin", default="declared"), BREAKS, " topics[].origin", "it meant 'inferred'"),
        (part("Provenance", "offset", default=None), BREAKS, " provenance.offset", "means absent"),
        (field("headline", default=""), BREAKS, " headline", "it meant absent"),
        (field("keywords", uniqueItems=True), BREAKS, " keywords", "not known here"),
        (field("keywords", uniqueItems=False), BREAKS, " keywords", "not known here"),
        (field("wire", additionalProperties=False), BREAKS, " wire", "other names are refused"),
        (field("wire", additionalProperties=True), AHEAD, " wire.*", "more is taken"),
        (field("wire", additionalProperties={"type": "integer"}), BREAKS, " wire.*", "another kind"),
        (field("wire", properties={"x": {"type": "integer"}}), BREAKS, " wire.x", "another kind"),
        (field("language_shares", propertyNames=None), AHEAD, " language_shares names", "more is taken"),
        (field("wire", propertyNames={"pattern": "x"}), BREAKS, " wire names", "another kind"),
        (lambda s: s["$defs"]["Identity"].update(oneOf=[]), BREAKS, " entities[].candidates[]", "not known"),
    ],
)
def test_a_change_is_found_where_it_is(change: Change, verdict: Verdict, where: str, what: str) -> None:
    findings = found(change)
    assert (verdict, f"{NAME}:{where}") in {(one.verdict, one.where) for one in findings}
    assert any(what in one.what for one in findings)
    assert all(one.remedy for one in findings)
    if verdict is AHEAD:
        assert {one.verdict for one in findings} == {AHEAD}


@pytest.mark.parametrize(
    "change",
    [
        lambda _: None,
        field("headline", description="Another word for it."),
        field("headline", title="Headline", examples=["One"]),
        lambda s: s["required"].reverse(),
        lambda s: s["properties"]["status"]["enum"].reverse(),
        lambda s: s["$defs"].update(Unused={"type": "object"}),
    ],
)
def test_what_changes_nothing_on_the_wire_is_no_finding(change: Change) -> None:
    assert found(change) == []


def test_a_definition_by_another_name_is_the_same() -> None:
    text = json.dumps(ENRICHED).replace("#/$defs/Place", "#/$defs/Spot").replace('"Place": {', '"Spot": {')
    assert compare(NAME, ENRICHED, json.loads(text)) == []


def test_a_rename_breaks_and_says_so() -> None:
    findings = found(lambda s: s["properties"].update(sign=s["properties"].pop("byline")))
    assert [(one.verdict, one.where) for one in findings] == [
        (AHEAD, f"{NAME}: sign"),
        (BREAKS, f"{NAME}: byline"),
    ]


def test_a_schema_that_refers_to_itself_ends() -> None:
    tree = {"$ref": "#/$defs/Tree", "$defs": {"Tree": {"properties": {"leaf": {"$ref": "#/$defs/Tree"}}}}}
    grown = changed(lambda s: s["$defs"]["Tree"]["properties"].update(name={"type": "string"}), tree)
    assert {(one.verdict, one.where) for one in compare("t", tree, grown)} == {(BREAKS, "t: name")}


KINDS: list[Schema] = [
    {"type": "string"},
    {"type": "string", "minLength": 1},
    {"type": "string", "minLength": 2},
    {"type": "string", "maxLength": 3},
    {"type": "string", "pattern": "^[a-c]{1,2}$"},
    {"type": "string", "enum": ["a", "b"]},
    {"type": "string", "enum": ["a", "b", "c"]},
    {"type": "integer"},
    {"type": "integer", "minimum": 0},
    {"type": "integer", "minimum": 0, "maximum": 2},
    {"type": "integer", "minimum": 1, "maximum": 2},
    {"type": "number", "maximum": 5},
    {"type": "boolean"},
    {},
]
LEAVES: st.SearchStrategy[Schema] = st.sampled_from(KINDS)


@st.composite
def objects(draw: st.DrawFn, inner: st.SearchStrategy[Schema]) -> Schema:
    fields = draw(st.dictionaries(st.sampled_from("abc"), inner, max_size=3))
    needed = draw(st.lists(st.sampled_from(sorted(fields)), unique=True)) if fields else []
    any_rest: st.SearchStrategy[Any] = st.sampled_from([False, False, True]) | inner
    rest = draw(any_rest)
    return {"type": "object", "properties": fields, "required": needed, "additionalProperties": rest}


SCHEMAS_OF_ANY_KIND = objects(
    st.recursive(
        LEAVES,
        lambda inner: objects(inner) | inner.map(lambda items: {"type": "array", "items": items}),
        max_leaves=4,
    )
)


@st.composite
def variants(draw: st.DrawFn) -> tuple[Schema, Schema]:
    """A schema and the same with a little otherwise, so that many pairs are compatible."""
    old = draw(SCHEMAS_OF_ANY_KIND)
    new = copy.deepcopy(old)
    for name, leaf in old["properties"].items():
        alike = [kind for kind in KINDS if kind.get("type") == leaf.get("type")]
        if draw(st.booleans()) and alike:
            new["properties"][name] = draw(st.sampled_from(alike))
    if draw(st.booleans()):
        new["properties"][draw(st.sampled_from("abc"))] = draw(LEAVES)
    if draw(st.booleans()):
        new["required"] = [name for name in new["required"] if draw(st.booleans())]
    if draw(st.booleans()):
        new["additionalProperties"] = draw(st.booleans())
    return old, new


@settings(max_examples=200)
@given(variants() | st.tuples(SCHEMAS_OF_ANY_KIND, SCHEMAS_OF_ANY_KIND), st.data())
def test_what_is_let_pass_is_read_by_the_other_version(
    pair: tuple[Schema, Schema], data: st.DataObject
) -> None:
    """The judge is another program: the validator of ``jsonschema``."""
    old, new = pair
    verdicts = {one.verdict for one in compare("any", old, new)}
    if BREAKS not in verdicts:
        message = data.draw(instances.valid(old), "an old message")
        jsonschema.validate(message, new)
    if not verdicts:
        message = data.draw(instances.valid(new), "a new message")
        jsonschema.validate(message, old)


@given(SCHEMAS_OF_ANY_KIND)
def test_a_schema_is_compatible_with_itself(schema: Schema) -> None:
    assert compare("any", schema, copy.deepcopy(schema)) == []


@given(SCHEMAS_OF_ANY_KIND, SCHEMAS_OF_ANY_KIND)
def test_what_both_ways_pass_is_the_same_to_both(one: Schema, another: Schema) -> None:
    there, back = compare("any", one, another), compare("any", another, one)
    assert bool(there) == bool(back), (there, back)
