"""The rights of each role, from the shipped files; that they are enough is shown in ``tests/security``."""

from __future__ import annotations

import re
import subprocess

import pytest
from msgspec import json

from pipeline import access
from pipeline.resources import resource
from pipeline.settings import Settings

OWN = Settings(topic_raw="in", topic_dead="lost", group="desk", index="wire")


def test_every_role_says_what_it_is_for() -> None:
    for roles in (access.kafka_roles(), access.elasticsearch_roles()):
        assert all(said.startswith("newswire ") for said in roles.values())


def test_rights_are_for_the_topics_and_groups_of_the_settings() -> None:
    assert access.Right(kind="topic", name="in", operations=("Write",)) in access.rights("feed", OWN)
    assert access.Right(kind="group", name="desk-index", operations=("Read",)) in access.rights("index", OWN)
    assert not [
        each for each in access.rights("feed", OWN) if "news" in each.name and each.name == "news.raw"
    ]


@pytest.mark.parametrize("role", access.kafka_roles())
def test_nobody_has_a_right_to_the_cluster_or_to_all_names(role: str) -> None:
    for right in access.rights(role, OWN):
        assert right.name not in {"", "*"}
        assert {"All", "Alter", "AlterConfigs", "ClusterAction"}.isdisjoint(right.operations)


def test_the_commands_are_those_of_kafkas_own_tool() -> None:
    lines = list(access.commands("watch", "User:CN=a desk", OWN))
    assert lines[0] == (
        "kafka-acls.sh --add --allow-principal 'User:CN=a desk' --operation Read --topic news.enriched"
    )
    assert lines[-1].endswith("--operation Read --group desk-webhook- --resource-pattern-type prefixed")
    for line in lines:
        assert subprocess.run(["bash", "-n", "-c", line], check=False).returncode == 0  # noqa: S607 - any bash


@pytest.mark.parametrize("role", access.elasticsearch_roles())
def test_a_role_at_elasticsearch_is_for_the_indices_of_the_alias_alone(role: str) -> None:
    found = access.elasticsearch_role(role, OWN)
    assert "{" not in "".join(name for one in found["indices"] for name in one["names"]).replace("{6,}", "")
    for one in found["indices"]:
        assert "all" not in one["privileges"]
        for name in one["names"]:
            assert not _matches(name, "news-000001"), name
            assert not _matches(name, ".security-7"), name
    assert {"all", "manage", "manage_security", "manage_api_key"}.isdisjoint(found["cluster"])


def test_the_articles_are_not_the_lag() -> None:
    names = access.elasticsearch_role("index", OWN)["indices"][0]["names"]
    theirs = ("wire", "wire-000001", "wire-000001-2026.11", "wire-000012-2026.11-entrance")
    assert all(any(_matches(name, one) for name in names) for one in theirs)
    others = ("wire-lag-2026.11", "wire-fr-000001", "watches-wire", "wired", "wire-1")
    assert not any(_matches(name, one) for name in names for one in others)


def _matches(name: str, index: str) -> bool:
    """As Elasticsearch reads a role's names: a regular expression between slashes, else with stars."""
    if name.startswith("/"):
        return re.fullmatch(name.strip("/"), index) is not None
    return re.fullmatch(re.escape(name).replace(r"\*", ".*"), index) is not None


def test_the_files_of_roles_are_what_elasticsearchs_api_takes() -> None:
    for file in resource("deploy/elasticsearch/roles").glob("*.json"):
        assert json.decode(file.read_bytes()).keys() == {"cluster", "indices", "metadata"}
