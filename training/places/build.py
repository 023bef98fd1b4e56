"""Makes the gazetteer that ships: places with their ids, and all the names that lead to them.

``python -m training.places.build --out pipeline/enrich/identity/gazetteer/places.tsv.gz``
"""

from __future__ import annotations

import argparse
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pipeline.enrich.identity import places_names
from pipeline.enrich.identity.places import importance
from pipeline.enrich.identity.places_names import LONGEST, folded
from pipeline.enrich.identity.places_table import FOLD, Link, Place, write
from training.places import sources
from training.places.sources import City, Name

AREA = 10_000_000
"""The weight of a continent or sea, as a population: they are named about as often as a country."""

LEAST_IN_REGION = 500_000
"""People of a region that has no towns in GeoNames' list, or small ones."""

CROWDED_OUT = 10
"""A name of no known language is dropped where another place has it by right and weighs a tenth or more."""

CROWDED_OUT_AT_HOME = 100
"""The same for a place in the same country that weighs a hundredth or more: New Delhi is not Delhi."""

BIGGEST_IN_ZONE = 50
"""A time zone is called after one of its biggest cities, so many of which are looked at."""

LEAST_FOR_OTHERS = 30_000
"""People of a town whose names of no known language are taken, at least."""

SHOWN = {"HK": "Hong Kong", "MO": "Macao", "PS": "Palestine"}
"""CLDR's short variants, for names that are whole phrases otherwise."""

SCRIPTS = frozenset(
    {"LATIN", "CYRILLIC", "ARABIC", "GREEK", "HEBREW", "CJK", "HIRAGANA", "KATAKANA", "HANGUL"}
)
"""Scripts that names of towns are taken in; names of territories are in all that CLDR has."""

_CODE = re.compile(r"[A-Z]{2,4}")
_DIGIT = re.compile(r"\d")

key = cache(places_names.key)  # most names are looked at twice

Use = tuple[str, str]  # language or "*", and use, as in ``Name``


@dataclass
class Gazetteer:
    """The places so far, and their names by key: for each place the languages and uses of the name."""

    places: list[Place] = field(default_factory=list)
    names: dict[str, dict[int, set[Use]]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, place: Place, names: Iterable[Name]) -> int:
        """One more place; its number."""
        number = len(self.places)
        self.places.append(place)
        self.name(number, names)
        return number

    def is_loose(self, number: int, name: Name) -> bool:
        """Whether a place is known to have a name only loosely, in its language or in any."""
        uses = self.names.get(key(name.text), {}).get(number, set())
        return bool(uses & {(name.language, "~"), ("*", "~")})

    def name(self, number: int, names: Iterable[Name]) -> None:
        """More names for a place; the ones that are no name at all are left out."""
        for name in names:
            wanted = key(name.text)
            if 0 < len(wanted) <= LONGEST:
                self.names[wanted].setdefault(number, set()).add((name.language, name.use))


def build() -> Gazetteer:
    """All places, the weightiest first, with all their names."""
    cities = sources.cities()
    capitals = _capitals(cities)
    made = Gazetteer()
    _territories(made, capitals)
    _regions(made, cities)
    _areas(made)
    numbers = _cities(
        made, cities, {city.id for code, city in capitals.items() if code not in sources.DEPENDENT}
    )
    _names_by_hand(made, cities, numbers)
    _zone_cities(made, cities, numbers)
    _other_names(made, cities, numbers)
    return _sorted(made)


def _capitals(cities: Iterable[City]) -> dict[str, City]:
    """The capital of each country, where GeoNames' cities have it."""
    by_name = _by_name(cities)
    found = {code: by_name.get((code, sources.capital(code))) for code in sources.territories()}
    return {code: city for code, city in found.items() if city}


def _by_name(cities: Iterable[City]) -> dict[tuple[str, str], City]:
    """The most populous city of each country and name; the cities come in that order."""
    found: dict[tuple[str, str], City] = {}
    for city in cities:
        found.setdefault((city.country, city.name), city)
    return found


def _territories(made: Gazetteer, capitals: Mapping[str, City]) -> None:
    """Countries and territories by CLDR's names and our own list, at their capitals."""
    facts = sources.countries()
    ours = {code: sources.tagged(names) for code, names in sources.listed("countries.tsv")}
    for code, names in sources.territories().items():
        about = facts.get(code, {})
        doubtful = {(key(name.text), name.language) for name in ours.get(code, []) if name.use}
        place = Place(
            id=f"iso:{code}",
            name=SHOWN.get(code, names[0].text),
            kind="territory",
            country=code,
            region="",
            point=capitals[code].point if code in capitals else None,
            population=int(about.get("population", 0)),
            neighbours=frozenset(filter(None, about.get("neighbours", "").split(","))),
        )
        sure = (name for name in names if (key(name.text), name.language) not in doubtful)
        english = SHOWN.get(code, names[0].text)
        more = [Name(english, "en"), Name(english.replace(" & ", " and "), "en")]
        made.add(place, [*more, *sure, *ours.get(code, [])])


def _regions(made: Gazetteer, cities: Iterable[City]) -> None:
    """First-level divisions by our own list; where, and how many people, by the towns that GeoNames has."""
    people: Counter[tuple[str, str]] = Counter()
    north: dict[tuple[str, str], float] = defaultdict(float)
    east: dict[tuple[str, str], float] = defaultdict(float)
    for city in cities:
        where = (city.country, city.region)
        people[where] += city.population
        north[where] += city.population * city.point[0]
        east[where] += city.population * city.point[1]
    for id_, country, region, name, names in sources.listed("regions.tsv"):
        where = (country, region)
        total = people[where]
        centre = (north[where] / total, east[where] / total) if total else None
        people_in = max(total, LEAST_IN_REGION)
        place = Place(f"geonames:{id_}", name, "region", country, region, centre, people_in, frozenset())
        listed = sources.tagged(names)
        # New York or Quebec alone is as much the city: then the list says so.
        own = [] if any(key(each.text) == key(name) and each.use for each in listed) else [Name(name)]
        made.add(place, [*own, *listed])


def _areas(made: Gazetteer) -> None:
    """Continents, seas and mountains by our own list, continents by CLDR's names too."""
    continents = sources.continents()
    for id_, lat, lon, name, names in sources.listed("areas.tsv"):
        point = (float(lat), float(lon))
        place = Place(f"geonames:{id_}", name, "area", "", "", point, AREA, frozenset())
        made.add(place, [Name(name), *continents.get(id_, []), *sources.tagged(names)])


def _cities(made: Gazetteer, cities: Iterable[City], capitals: set[str]) -> dict[str, int]:
    """Towns by the name that GeoNames has for them, unless our list says that it is rather another's."""
    numbers = {}
    doubtful = {
        (country, name)
        for country, name, names in sources.listed("cities.tsv")
        if Name(name, "*", "~") in sources.tagged(names)
    }
    known: set[tuple[str, str, str]] = set()
    for city in cities:
        again = (city.country, city.region, key(city.name)) in known  # GeoNames has some towns twice
        known.add((city.country, city.region, key(city.name)))
        place = Place(
            id=f"geonames:{city.id}",
            name=city.name,
            kind="capital" if city.id in capitals else "city",
            country=city.country,
            region=city.region,
            point=city.point,
            population=city.population,
            neighbours=frozenset(),
        )
        numbers[city.id] = made.add(
            place, [] if again or (city.country, city.name) in doubtful else [Name(city.name)]
        )
    return numbers


def _names_by_hand(made: Gazetteer, cities: Iterable[City], numbers: Mapping[str, int]) -> None:
    """What our own list calls a town, in the languages that it says."""
    by_name = _by_name(cities)
    for country, name, names in sources.listed("cities.tsv"):
        made.name(numbers[by_name[country, name].id], sources.tagged(names))


def _zone_cities(made: Gazetteer, cities: Iterable[City], numbers: Mapping[str, int]) -> None:
    """CLDR's names for the cities of the time zones, where it is clear which city of GeoNames that is."""
    in_zone: dict[str, list[City]] = defaultdict(list)
    for city in cities:
        in_zone[city.zone].append(city)
    for zone, names in sources.zone_cities().items():
        english = folded(key(names[0].text))
        same = (
            city
            for city in in_zone[zone][:BIGGEST_IN_ZONE]
            if english in {folded(key(each)) for each in (city.name, *city.others)}
        )
        if match := next(same, None):
            number = numbers[match.id]
            # What our own list gives to another rather stays so: Gaza is the Strip.
            made.name(number, [name for name in names if not made.is_loose(number, name)])


def _other_names(made: Gazetteer, cities: Iterable[City], numbers: Mapping[str, int]) -> None:
    """GeoNames' other names, of no known language: those that look like names and crowd nobody out."""
    by_right: dict[str, float] = {}
    at_home: dict[tuple[str, str], float] = {}
    for name, places in made.names.items():
        for place in map(made.places.__getitem__, places):
            by_right[name] = max(by_right.get(name, 0), importance(place))
            at_home[name, place.country] = max(at_home.get((name, place.country), 0), importance(place))
    for city in cities:
        if city.population < LEAST_FOR_OTHERS and made.places[numbers[city.id]].kind == "city":
            continue
        number = numbers[city.id]
        for other in filter(_looks_like_name, city.others):
            wanted = key(other)
            weight = importance(made.places[number])
            if number in made.names.get(wanted, {}):
                continue
            if at_home.get((wanted, city.country), 0) * CROWDED_OUT_AT_HOME > weight:
                continue
            if wanted == folded(key(city.name)):
                made.name(number, [Name(other)])
            elif by_right.get(wanted, 0) * CROWDED_OUT < weight:
                made.name(number, [Name(other, "*", "~" if _script(other) == "LATIN" else "")])


def _looks_like_name(text: str) -> bool:
    """Whether it is no airport's code, no transliteration in small letters, and in a script that is kept."""
    first = next(filter(str.isalpha, text), "")
    if not first or _DIGIT.search(text) or _CODE.fullmatch(text) or "," in text:
        return False
    return _script(text) in SCRIPTS and (
        _script(text) not in {"LATIN", "CYRILLIC", "GREEK"} or first.isupper()
    )


def _script(text: str) -> str:
    """The script of the first letter: only of Latin names there is no telling what language they are in."""
    return unicodedata.name(next(filter(str.isalpha, text), " "), "").partition(" ")[0]


def _sorted(made: Gazetteer) -> Gazetteer:
    """The same with the weightiest place first: its number is written most often, so it should be short."""
    order = sorted(range(len(made.places)), key=lambda number: (-importance(made.places[number]), number))
    numbers = {old: new for new, old in enumerate(order)}
    names = {
        name: {numbers[old]: uses for old, uses in places.items()} for name, places in made.names.items()
    }
    return Gazetteer([made.places[old] for old in order], names)


def links(uses: Mapping[int, set[Use]]) -> Iterator[Link]:
    """The links of one key: for each place its uses, those for any language in place of those for some."""
    for number, found in sorted(uses.items()):
        for use in sorted({use for _, use in found}):
            languages = {language for language, each in found if each == use}
            if "*" in languages:
                languages = set()
            if use != "~" or ("*", "") not in found:
                yield Link(number, use, frozenset(languages))


def with_folded(names: Mapping[str, dict[int, set[Use]]]) -> Iterator[tuple[str, list[Link]]]:
    """All keys, and those without diacritics: as good as the ones that they are typed for."""
    typed: dict[str, dict[int, set[Use]]] = {name: dict(places) for name, places in names.items()}
    for name, places in names.items():
        plain = folded(name)
        if plain != name:
            for number, uses in places.items():
                known = names.get(plain, {}).get(number)
                entry = typed[plain] if known else typed.setdefault(FOLD + plain, {})
                entry[number] = entry.get(number, set()) | uses
    for name, places in typed.items():
        yield name, list(links(places))


def main() -> None:
    """Reads the command line, builds, writes, says how much it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="file to write")
    arguments = parser.parse_args()
    made = build()
    write(arguments.out, made.places, with_folded(made.names))
    size = arguments.out.stat().st_size
    print(f"{len(made.places)} places, {len(made.names)} keys, {size / 1e6:.2f} MB in {arguments.out}")


if __name__ == "__main__":
    main()
