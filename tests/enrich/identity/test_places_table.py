"""The gazetteer's file: what is written is found again, and what ships is sound."""

import gzip
import re
import time
import tracemalloc
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.article import Country
from pipeline.enrich.identity.places_names import LONGEST, folded, key
from pipeline.enrich.identity.places_table import BLOCK, FILE, FOLD, KINDS, Link, Place, Table, read, write

TABLE = read()
PLACES = [TABLE.place(number) for number in range(len(TABLE))]
LINES = gzip.decompress(FILE.read_bytes()).decode().partition("\n\n")[2].splitlines()
BY_ID = {place.id: place for place in PLACES}

KEYS = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp", "Zs")), min_size=1, max_size=20)
LINKS = st.lists(
    st.builds(
        Link,
        st.integers(0, 40_000),
        st.sampled_from(["", "~", "?"]),
        st.frozensets(st.sampled_from(["fr", "en", "fil"])),
    ),
    min_size=1,
    max_size=3,
)
NORTH = Place(
    "iso:KP", "North Korea", "territory", "KP", "", (39.034, 125.754), 25_549_604, frozenset({"CN", "KR"})
)
BARE = Place("geonames:1", "Nowhere", "area", "", "", None, 0, frozenset())


def table(tmp_path: Path, names: Iterable[tuple[str, Iterable[Link]]], *places: Place) -> Table:
    file = tmp_path / "places.tsv.gz"
    write(file, places or (BARE,), names)
    return read(file)


@given(st.dictionaries(KEYS, LINKS, min_size=1, max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_each_name_that_is_written_is_found(tmp_path: Path, names: dict[str, list[Link]]) -> None:
    made = table(tmp_path, names.items())
    for name, links in names.items():
        assert list(made.links(name)) == links


@given(st.dictionaries(KEYS, LINKS, max_size=20), KEYS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_other_name_is_found(tmp_path: Path, names: dict[str, list[Link]], other: str) -> None:
    made = table(tmp_path, names.items())
    assert (made.links(other) == ()) == (other not in names)


@pytest.mark.parametrize("place", [NORTH, BARE])
def test_a_place_that_is_written_is_read_again(tmp_path: Path, place: Place) -> None:
    made = table(tmp_path, [("x", [Link(0, "", frozenset())])], place)
    assert len(made) == 1
    assert made.place(0) == place


def test_names_longer_than_a_block_are_found(tmp_path: Path) -> None:
    names = {letter * BLOCK: [Link(number, "", frozenset())] for number, letter in enumerate("abc")}
    made = table(tmp_path, names.items())
    assert [made.links(name)[0].number for name in names] == [0, 1, 2]


def test_the_first_and_the_last_name_are_found() -> None:
    for line in (LINES[0], LINES[-1]):
        assert TABLE.links(line.partition("\t")[0])


@pytest.mark.parametrize(
    "name", ["", "\t", "\n", "paris\n", "paris\t", "\x00", "\ud800", "\U0010ffff", "parix", "paris "]
)
def test_what_is_no_key_is_not_found(name: str) -> None:
    assert TABLE.links(name) == ()


def test_a_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"nothing\.gz"):
        read(tmp_path / "nothing.gz")


def test_the_same_places_make_the_same_file(tmp_path: Path) -> None:
    names = [("b", [Link(0, "", frozenset({"fr", "en"}))]), ("a", [Link(0, "~", frozenset())])]
    first, second = tmp_path / "1.gz", tmp_path / "2.gz"
    write(first, [NORTH], names)
    write(second, [NORTH], names[::-1])
    assert first.read_bytes() == second.read_bytes()


def test_the_file_that_ships_is_small_and_quick_to_load() -> None:
    assert FILE.stat().st_size < 3_000_000
    started = time.process_time()
    read()
    assert time.process_time() - started < 1.5


def test_the_file_that_ships_takes_little_memory() -> None:
    tracemalloc.start()
    kept = read()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(kept) == len(TABLE)
    assert taken < 20_000_000


def test_a_look_up_is_quick() -> None:
    keys = [line.partition("\t")[0] for line in LINES[:: len(LINES) // 2000]]
    started = time.process_time()
    for name in keys:
        TABLE.links(name)
    assert (time.process_time() - started) / len(keys) < 0.000_05


def test_ids_are_of_iso_or_geonames_and_each_is_there_once() -> None:
    assert len(BY_ID) == len(PLACES)
    assert all(re.fullmatch(r"iso:[A-Z]{2}|geonames:[1-9]\d*", place.id) for place in PLACES)


def test_only_areas_lie_in_no_country() -> None:
    pattern = re.compile(Country.__metadata__[0].pattern)  # type: ignore[attr-defined]  # of msgspec's Meta
    for place in PLACES:
        assert place.country == "" if place.kind == "area" else pattern.match(place.country)


def test_a_territory_is_its_own_country() -> None:
    territories = {place.country: place for place in PLACES if place.kind == "territory"}
    assert all(place.id == f"iso:{code}" for code, place in territories.items())
    assert {place.country for place in PLACES if place.country} <= set(territories) | {"AN", "CS"}


def test_coordinates_are_on_the_globe() -> None:
    points = [place.point for place in PLACES if place.point]
    assert all(-90 <= lat <= 90 and -180 <= lon <= 180 for lat, lon in points)
    assert len(points) > 0.99 * len(PLACES)


@pytest.mark.parametrize(
    ("id_", "wanted", "point"),
    [
        ("iso:KP", ("North Korea", "territory", "KP"), (39.0, 125.8)),
        ("iso:FR", ("France", "territory", "FR"), (48.9, 2.3)),
        ("iso:PS", ("Palestine", "territory", "PS"), (31.9, 35.2)),
        ("iso:HK", ("Hong Kong", "territory", "HK"), (22.3, 114.2)),
        ("geonames:2988507", ("Paris", "capital", "FR"), (48.9, 2.3)),
        ("geonames:4717560", ("Paris", "city", "US"), (33.7, -95.6)),
        ("geonames:524901", ("Moscow", "capital", "RU"), (55.8, 37.6)),
        ("geonames:5128581", ("New York City", "city", "US"), (40.7, -74.0)),
        ("geonames:935264", ("Saint-Denis", "city", "RE"), (-20.9, 55.4)),
        ("geonames:3336901", ("Catalonia", "region", "ES"), (41.4, 2.1)),
        ("geonames:4736286", ("Texas", "region", "US"), (31.0, -97.5)),
        ("geonames:281132", ("Gaza Strip", "region", "PS"), (31.4, 34.4)),
        ("geonames:6255148", ("Europe", "area", ""), (48.7, 9.1)),
        ("geonames:630673", ("Black Sea", "area", ""), (43.4, 34.3)),
    ],
)
def test_places_stand_where_they_are(
    id_: str, wanted: tuple[str, str, str], point: tuple[float, float]
) -> None:
    place = BY_ID[id_]
    assert (place.name, place.kind, place.country) == wanted
    assert place.point is not None
    assert place.point == pytest.approx(point, abs=0.15)


def test_every_kind_is_there() -> None:
    assert {place.kind for place in PLACES} == set(KINDS.values())


def test_neighbours_of_a_country_are_countries() -> None:
    assert BY_ID["iso:GE"].neighbours == {"AM", "AZ", "RU", "TR"}
    assert all(place.kind == "territory" for place in PLACES if place.neighbours)


def test_names_are_sorted_each_once_and_lead_to_places() -> None:
    keys = [line.partition("\t")[0].encode() for line in LINES]
    assert keys == sorted(set(keys))
    numbers = {int(number) for line in LINES for number in re.findall(r"(?:\t|;)(\d+)", line)}
    assert numbers <= set(range(len(PLACES)))


def test_names_are_keys() -> None:
    for line in LINES[::97]:
        name = line.partition("\t")[0]
        if name.startswith(FOLD):
            assert folded(name[1:]) == name[1:]
        else:
            assert key(name) == name
        assert len(name) <= LONGEST + len(FOLD)


def test_most_places_can_be_found_by_their_name() -> None:
    lost = [place for place in PLACES if not TABLE.links(key(place.name))]
    assert len(lost) < 0.01 * len(PLACES)
