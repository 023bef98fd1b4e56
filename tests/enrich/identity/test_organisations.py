"""The shipped list of organisations: no slip of the pen, and every name that stays open is meant to."""

from __future__ import annotations

import csv
import re
import time
import timeit
import tracemalloc
from collections import Counter
from pathlib import Path

import pytest

from pipeline.enrich.identity.alias_keys import LONGEST, tidy
from pipeline.enrich.identity.alias_lists import EVERY, LANGUAGES, SHIPPED, shipped
from pipeline.enrich.identity.aliases import Aliases, Index

if not SHIPPED.exists():
    pytest.skip("the list of organisations is not there", allow_module_level=True)

KINDS = {
    *("igo", "eu", "government", "agency", "court", "military", "armed_group"),
    *("party", "union", "ngo", "university", "media"),
    *("company", "bank", "central_bank", "exchange"),
    *("club", "league", "federation"),
}
"""What an organisation may be."""

MEANT = (Path(__file__).parent / "open_names.txt").read_text(encoding="utf-8").splitlines()
"""Names that stay open on purpose, as they are compared, each after its language (``*`` for all)."""


def rows() -> list[dict[str, str]]:
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def index() -> Index:
    return Index("shipped", shipped())


def test_the_columns_are_filled() -> None:
    for row in rows():
        assert list(row) == ["id", "name", "kind", "country", "aliases"]
        assert None not in row.values(), row["id"]
        assert re.fullmatch(r"org:[a-z0-9]+(-[a-z0-9]+)*", row["id"]), row["id"]
        assert re.fullmatch(r"|[A-Z]{2}", row["country"]), row["id"]
        assert row["kind"] in KINDS, row["id"]


def test_no_id_and_no_name_is_there_twice() -> None:
    for column in ("id", "name"):
        counts = Counter(row[column] for row in rows())
        assert [value for value, count in counts.items() if count > 1] == []


def test_every_name_can_be_found() -> None:
    for entry in shipped():
        for language, name in entry.names:
            assert language in {EVERY, *LANGUAGES}
            assert tidy(name), entry.identity.id
            assert len(name) <= LONGEST
            assert name == " ".join(name.split()), entry.identity.id
            assert name.isprintable(), entry.identity.id
            assert not re.match(r"[a-z]{2,3}(-[A-Za-z]+)?:", name), f"{name} has no language that is known"


def test_no_name_is_told_twice() -> None:
    for entry in shipped():
        twice = [name for name, count in Counter(entry.names).items() if count > 1]
        assert twice == [], entry.identity.id


def test_whatever_stays_open_is_meant_to(index: Index) -> None:
    found = {f"{each.language or '*'} {each.name}" for each in index.open_names()}
    assert sorted(found - set(MEANT)) == [], "one name of two: mend it, or add it to open_names.txt"
    assert sorted(set(MEANT) - found) == [], "no longer open"


def test_it_is_as_large_as_is_told(index: Index) -> None:
    assert len(index.identities) > 1500
    assert index.names > 2 * len(index.identities)
    assert SHIPPED.stat().st_size < 2 * 1024 * 1024


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_name_means_its_identity(language: str, index: Index) -> None:
    aliases = Aliases(shipped=index)
    for entry in shipped():
        for each, name in entry.names:
            if each in {EVERY, language}:
                found = aliases.find(name, "ORG", language)
                assert entry.identity.id in {identity.id for identity in found}, name


def test_it_costs_little() -> None:
    """Bounds far above what was measured, since the machine has other things to do."""
    begin = time.process_time()
    aliases = Aliases(shipped=Index("shipped", shipped()))
    for language in ("fr", "en"):
        aliases.find("ONU", "ORG", language)
    assert time.process_time() - begin < 5
    for name in ("ONU", "Banque centrale européenne", "Nobody in Particular Ltd."):
        runs = timeit.repeat(
            lambda name=name: aliases.find(name, "ORG", "fr"),  # type: ignore[misc]  # bound as it is defined
            number=200,
            repeat=10,
            timer=time.process_time,
        )
        assert min(runs) / 200 < 50e-6, name


def test_it_takes_little_memory() -> None:
    tracemalloc.start()
    try:
        index = Index("shipped", shipped())
        for language in index.languages:
            index.of("ORG", language)
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size < 32 * 1024 * 1024
