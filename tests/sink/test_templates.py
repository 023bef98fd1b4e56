"""Templates come to be there as their files say, and so do the fields of an index; what is unfit is said."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from elasticsearch import AsyncElasticsearch, BadRequestError, Elasticsearch

from pipeline.settings import Settings
from pipeline.sink import connection
from pipeline.sink.months import Months
from pipeline.sink.templates import UnfitIndexError, components, fit, index_template, languages
from tests.sink.setting_up import this_month_of, undated

Answer = TypeVar("Answer")


def run(settings: Settings, work: Callable[[AsyncElasticsearch], Awaitable[Answer]]) -> Answer:
    async def inner() -> Answer:
        async with AsyncElasticsearch(**connection.options(settings, timeout_s=60)) as client:
            return await work(client)

    return asyncio.run(inner())


def prepare(settings: Settings) -> str:
    """The first index, made from the templates."""
    run(settings, lambda client: Months(client, settings).ready())
    return this_month_of(f"{settings.index}-000001")


def analysis(body: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = body["template"].get("settings", {}).get("analysis", {})
    return found


def test_every_template_has_a_version() -> None:
    bodies = [*components().values(), index_template("news")[1]]
    assert all(isinstance(body["version"], int) and body["version"] > 0 for body in bodies)


def test_unknown_fields_are_refused_by_the_mapping() -> None:
    assert components()["newswire-article"]["template"]["mappings"]["dynamic"] == "strict"


def test_each_language_has_a_field_and_an_analyzer_of_its_own() -> None:
    assert {"fr", "en", "de", "es", "it", "pt", "nl", "ru", "ar", "zh"} <= languages()
    body = components()["newswire-languages"]
    fields = body["template"]["mappings"]["properties"]
    assert {field["analyzer"] for field in fields.values()} == set(analysis(body)["analyzer"])
    assert all(name == field["analyzer"] for name, field in fields.items())


@pytest.mark.parametrize("name", ["newswire-article", "newswire-languages"])
def test_all_filters_are_used(name: str) -> None:
    parts = analysis(components()[name])
    used = {filter_ for one in parts["analyzer"].values() for filter_ in one["filter"]}
    assert set(parts["filter"]) <= used
    marks = {mark for one in parts["analyzer"].values() for mark in one.get("char_filter", ())}
    assert set(parts["char_filter"]) <= marks


def test_what_both_components_define_they_define_the_same() -> None:
    one, other = analysis(components()["newswire-article"]), analysis(components()["newswire-languages"])
    for kind in ("filter", "char_filter"):
        for name in set(one[kind]) & set(other[kind]):
            assert one[kind][name] == other[kind][name], name


def test_an_alias_within_anothers_pattern_comes_first() -> None:
    (_, wide), (_, narrow) = index_template("news"), index_template("news-fr")
    assert (wide["index_patterns"], narrow["index_patterns"]) == (["news-*"], ["news-fr-*"])
    assert narrow["priority"] > wide["priority"]


@pytest.mark.services
def test_an_index_is_as_the_templates_say(own: Settings, client: Elasticsearch) -> None:
    index = prepare(own)
    settings = client.indices.get_settings(index=index)[index]["settings"]["index"]
    assert settings["number_of_shards"] == "1"
    assert (settings["auto_expand_replicas"], settings["number_of_replicas"]) == ("0-1", "0"), "on one node"
    assert settings["refresh_interval"] == "1s"
    for name, body in components().items():
        found = client.cluster.get_component_template(name=name)["component_templates"][0]
        assert found["component_template"]["version"] == body["version"]


@pytest.mark.services
def test_an_older_template_is_replaced_and_a_newer_one_stays(own: Settings, client: Elasticsearch) -> None:
    prepare(own)
    name, body = index_template(own.index)
    composed = {key: body[key] for key in ("index_patterns", "priority", "composed_of")}
    for version, after in ((0, 1), (99, 99)):
        client.indices.put_index_template(name=name, version=version, **composed)
        prepare(own)
        found = client.indices.get_index_template(name=name)["index_templates"][0]["index_template"]
        assert found["version"] == after


@pytest.mark.services
def test_an_older_component_is_replaced(own: Settings, client: Elasticsearch) -> None:
    prepare(own)
    client.cluster.put_component_template(
        name="newswire-settings", version=0, template={"settings": {"number_of_replicas": 1}}
    )
    prepare(own)
    found = client.cluster.get_component_template(name="newswire-settings")["component_templates"][0]
    assert found["component_template"]["version"] == components()["newswire-settings"]["version"]
    assert found["component_template"]["template"]["settings"]["index"]["auto_expand_replicas"] == "0-1"


@pytest.mark.services
def test_a_field_that_is_new_is_added_to_an_index_that_is_there(own: Settings, client: Elasticsearch) -> None:
    first = prepare(own)
    settings = client.indices.get_settings(index=first)[first]["settings"]["index"]["analysis"]
    client.indices.delete(index=first)
    index = undated(
        client,
        own,
        settings={"analysis": settings},
        mappings={"properties": {"id": {"type": "keyword", "ignore_above": 1024}}},
    )
    prepare(own)
    mapping = client.indices.get_mapping(index=index)[index]["mappings"]
    assert mapping["properties"]["people"]["fields"]["text"]["analyzer"] == "folded"
    assert mapping["dynamic"] == "strict"


@pytest.mark.services
def test_a_mapping_that_contradicts_is_said(own: Settings, client: Elasticsearch) -> None:
    undated(client, own, mappings={"properties": {"version": {"type": "keyword"}}})
    with pytest.raises(UnfitIndexError, match=r"-000001 does not fit .*(version|analyzer).* NEWSWIRE_INDEX"):
        prepare(own)


@pytest.mark.services
def test_of_several_indices_the_one_that_contradicts_is_named(own: Settings, client: Elasticsearch) -> None:
    prepare(own)
    client.indices.delete_index_template(name=f"newswire-{own.index}")
    odd = f"{own.index}-000001-2024.05"
    client.indices.create(
        index=odd, mappings={"properties": {"version": {"type": "keyword"}}}, aliases={own.index: {}}
    )
    with pytest.raises(UnfitIndexError, match=r"-000001-2024\.05 does not fit"):
        run(own, lambda one: fit(one, own.index))


@pytest.mark.services
def test_a_field_that_nobody_knows_is_refused(own: Settings, client: Elasticsearch) -> None:
    with pytest.raises(BadRequestError, match="strict_dynamic_mapping_exception"):
        client.index(index=prepare(own), id="x", document={"id": "x", "colour": "blue"})


WORDS = [
    ("folded", "L'accord, l’accord et d'assistance: ÉTATS-UNIS", "accord accord et assistance etats unis"),
    ("folded", "Putin's Œuvre naïve Łódź Ångström", "putin oeuvre naive lodz angstrom"),
    ("folded", "Core\u0301e ВСЁ всё", "coree все все"),
    ("text_fr", "les sanctions sanctionner sanctionnée", "sanction sanction sanction"),
    ("text_fr", "l’assistance qu'il d'États", "asistanc etat"),
    ("text_en", "the sanctions sanctioned Putin’s elections", "sanction sanction putin elect"),
    ("text_de", "die Häuser und das Haus", "haus haus"),
    ("text_es", "las sanciones, la sanción", "sancion sancion"),
    ("text_it", "l'accordo degli accordi", "accord accord"),
    ("text_pt", "as sanções da sanção", "sanca sanca"),
    ("text_nl", "de sancties en sancties", "sancties sancties"),
    ("text_ru", "санкции санкций", "санкц санкц"),
    ("text_ja", "北朝鮮", "北朝 朝鮮"),
    ("text_tr", "İstanbul'da", "istanbul"),
    ("text_el", "Αθήνα", "αθην"),
]


@pytest.mark.services
@pytest.mark.parametrize(("analyzer", "text", "terms"), WORDS, ids=[f"{a} {t[:12]}" for a, t, _ in WORDS])
def test_words(analyzer: str, text: str, terms: str, own: Settings, client: Elasticsearch) -> None:
    found = client.indices.analyze(index=prepare(own), analyzer=analyzer, text=text)
    assert " ".join(token["token"] for token in found["tokens"]) == terms


@pytest.mark.services
def test_every_language_keeps_something_of_a_text(own: Settings, client: Elasticsearch) -> None:
    index = prepare(own)
    for code in sorted(languages()):
        found = client.indices.analyze(index=index, analyzer=f"text_{code}", text="Pyongyang 2024")
        tokens = [token["token"] for token in found["tokens"]]
        assert any(re.match("pyongyan", token) for token in tokens), (code, tokens)
