"""The index comes to be there, once, as its files say; what does not fit is said."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from elasticsearch import AsyncElasticsearch, BadRequestError, Elasticsearch

from pipeline.settings import Settings
from pipeline.sink import connection
from pipeline.sink.templates import UnfitIndexError, components, ensure, index_template, languages

Answer = TypeVar("Answer")


def run(settings: Settings, work: Callable[[AsyncElasticsearch], Awaitable[Answer]]) -> Answer:
    async def inner() -> Answer:
        async with AsyncElasticsearch(**connection.options(settings, timeout_s=60)) as client:
            return await work(client)

    return asyncio.run(inner())


def prepare(settings: Settings) -> str:
    return run(settings, lambda client: ensure(client, settings.index))


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
def test_templates_index_and_alias_are_made_once(own: Settings, client: Elasticsearch) -> None:
    index = f"{own.index}-000001"
    assert prepare(own) == index
    assert prepare(own) == index
    assert client.indices.get_alias(name=own.index).body == {
        index: {"aliases": {own.index: {"is_write_index": True}}}
    }
    settings = client.indices.get_settings(index=index)[index]["settings"]["index"]
    assert (settings["number_of_shards"], settings["number_of_replicas"]) == ("1", "0")
    assert settings["refresh_interval"] == "1s"
    for name, body in components().items():
        found = client.cluster.get_component_template(name=name)["component_templates"][0]
        assert found["component_template"]["version"] == body["version"]


@pytest.mark.services
def test_many_workers_at_once_make_one_index(own: Settings, client: Elasticsearch) -> None:
    async def all_at_once(one: AsyncElasticsearch) -> list[str]:
        return await asyncio.gather(*(ensure(one, own.index) for _ in range(6)))

    assert set(run(own, all_at_once)) == {f"{own.index}-000001"}
    assert list(client.indices.get(index=f"{own.index}-*")) == [f"{own.index}-000001"]


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
    assert found["component_template"]["version"] == 1
    assert found["component_template"]["template"]["settings"]["index"]["number_of_replicas"] == "0"


@pytest.mark.services
def test_a_field_that_is_new_is_added_to_an_index_that_is_there(own: Settings, client: Elasticsearch) -> None:
    prepare(own)
    index = f"{own.index}-000001"
    settings = client.indices.get_settings(index=index)[index]["settings"]["index"]["analysis"]
    client.indices.delete(index=index)
    client.indices.create(
        index=index,
        settings={"analysis": settings},
        mappings={"properties": {"id": {"type": "keyword", "ignore_above": 1024}}},
        aliases={own.index: {}},
    )
    prepare(own)
    mapping = client.indices.get_mapping(index=index)[index]["mappings"]
    assert mapping["properties"]["people"]["fields"]["text"]["analyzer"] == "folded"
    assert mapping["dynamic"] == "strict"


@pytest.mark.services
def test_a_mapping_that_contradicts_is_said(own: Settings, client: Elasticsearch) -> None:
    client.indices.create(
        index=f"{own.index}-000001",
        mappings={"properties": {"version": {"type": "keyword"}}},
        aliases={own.index: {"is_write_index": True}},
    )
    with pytest.raises(UnfitIndexError, match=r"-000001 does not fit .*(version|analyzer).* NEWSWIRE_INDEX"):
        prepare(own)


@pytest.mark.services
def test_an_index_with_the_name_of_the_alias_is_said(own: Settings, client: Elasticsearch) -> None:
    client.indices.create(index=own.index)
    with pytest.raises(UnfitIndexError, match=f"'{own.index}' is an index .* must be an alias"):
        prepare(own)


@pytest.mark.services
def test_an_index_without_its_alias_is_said(own: Settings, client: Elasticsearch) -> None:
    client.indices.create(index=f"{own.index}-000001")
    with pytest.raises(UnfitIndexError, match="add the alias to it"):
        prepare(own)


@pytest.mark.services
def test_an_alias_with_two_indices_and_none_to_write_to_is_said(own: Settings, client: Elasticsearch) -> None:
    prepare(own)
    first = f"{own.index}-000001"
    client.indices.create(index=f"{own.index}-000002", aliases={own.index: {}})
    assert prepare(own) == first
    client.indices.put_alias(index=first, name=own.index, is_write_index=False)
    with pytest.raises(UnfitIndexError, match="set is_write_index on one of them"):
        prepare(own)
    client.indices.put_alias(index=f"{own.index}-000002", name=own.index, is_write_index=True)
    assert prepare(own) == f"{own.index}-000002"


@pytest.mark.services
def test_a_field_that_nobody_knows_is_refused(own: Settings, client: Elasticsearch) -> None:
    prepare(own)
    with pytest.raises(BadRequestError, match="strict_dynamic_mapping_exception"):
        client.index(index=own.index, id="x", document={"id": "x", "colour": "blue"})


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
    prepare(own)
    found = client.indices.analyze(index=f"{own.index}-000001", analyzer=analyzer, text=text)
    assert " ".join(token["token"] for token in found["tokens"]) == terms


@pytest.mark.services
def test_every_language_keeps_something_of_a_text(own: Settings, client: Elasticsearch) -> None:
    prepare(own)
    for code in sorted(languages()):
        found = client.indices.analyze(
            index=f"{own.index}-000001", analyzer=f"text_{code}", text="Pyongyang 2024"
        )
        tokens = [token["token"] for token in found["tokens"]]
        assert any(re.match("pyongyan", token) for token in tokens), (code, tokens)
