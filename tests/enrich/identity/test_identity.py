"""Identities of entities: whose word counts first, what stays open, and one place in all languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline.article import Entity, Label, Span
from pipeline.enrich.identity import Identifier, alias_folder, places
from pipeline.enrich.identity.aliases import Live, shipped_index

GAZETTEER = places.load()
SHIPPED = shipped_index()
COUNTRY = {
    "fr": "Corée du Nord",
    "en": "North Korea",
    "de": "Nordkorea",
    "es": "Corea del Norte",
    "ar": "كوريا الشمالية",
    "zh": "朝鲜",
}


def entity(text: str, label: Label = "LOC", *forms: str, at: int = 0) -> Entity:
    return Entity(
        text=text, label=label, count=1, mentions=(Span(start=at, end=at + len(text)),), forms=forms
    )


def store(folder: Path, *rows: str) -> None:
    """Puts a list of the user's own in place."""
    file = folder / "desk.csv"
    file.write_text("\n".join(["id,name,label,aliases", *rows]), "utf-8")
    alias_folder.store(folder / "lists", file)


def identified(*entities: Entity, language: str = "fr", folder: Path = Path("/nowhere")) -> list[Entity]:
    """The entities as of an article that is their names, one after the other."""
    at, placed, text = 0, [], ""
    for one in entities:
        placed.append(
            Entity(
                text=one.text,
                label=one.label,
                count=1,
                mentions=(Span(start=at, end=at + len(one.text)),),
                forms=one.forms,
            )
        )
        text += one.text + ". "
        at = len(text)
    identifier = Identifier(GAZETTEER, Live(folder, shipped=SHIPPED))
    return list(identifier.identified(placed, text, language, identifier.current()))


@pytest.mark.parametrize(("language", "name"), COUNTRY.items())
def test_a_country_is_the_same_in_every_language(language: str, name: str) -> None:
    [found] = identified(entity(name), language=language)
    assert (found.id, found.name, found.country, found.text) == ("iso:KP", "North Korea", "KP", name)
    assert found.point is not UNSET
    assert found.score is not UNSET
    assert found.candidates == ()


def test_a_capital_has_the_id_of_geonames_and_lies_somewhere() -> None:
    [found] = identified(entity("Pyongyang"))
    assert (found.id, found.country) == ("geonames:1871859", "KP")
    assert found.point
    assert (round(found.point.lat), round(found.point.lon)) == (39, 126)


def test_an_organisation_by_its_name_or_its_acronym() -> None:
    for one in (
        entity("Organisation des Nations unies", "ORG", "ONU"),
        entity("ONU", "ORG"),
        entity("ce qui ne s'appelle pas ainsi", "ORG", "ONU"),
    ):
        [found] = identified(one)
        assert (found.id, found.name) == ("org:united-nations", "United Nations")
        assert found.country is UNSET


def test_what_may_be_several_is_left_open() -> None:
    [found] = identified(entity("Parti socialiste", "ORG"))
    assert (found.id, found.name, found.score) == (UNSET, UNSET, UNSET)
    assert len(found.candidates) > 1
    scores = [each.score for each in found.candidates]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) <= 1


def test_the_label_decides_what_is_looked_for() -> None:
    place, person = identified(entity("Washington"), entity("Washington", "PER"), language="en")
    assert place.id is not UNSET or place.candidates
    assert (person.id, person.candidates) == (UNSET, ())


def test_names_of_one_identity_are_one_entity() -> None:
    found = identified(entity("Paris"), entity("États-Unis"), entity("USA"), entity("PARIS"), entity("Lyon"))
    assert [(one.text, one.forms, one.count) for one in found] == [
        ("Paris", ("PARIS",), 2),
        ("États-Unis", ("USA",), 2),
        ("Lyon", (), 1),
    ]
    starts = [span.start for span in found[0].mentions]
    assert len(starts) == found[0].count
    assert starts == sorted(starts)


def test_nobody_knows_it() -> None:
    given_entities = [entity("Xyzzyville"), entity("Jean Untel", "PER"), entity("COP28", "MISC")]
    for one in identified(*given_entities):
        assert (one.id, one.candidates) == (UNSET, ())


def test_the_users_own_list_counts_before_ours(tmp_path: Path) -> None:
    store(
        tmp_path,
        "desk:paris,Paris newsroom,LOC,Paris",
        "desk:macron,Emmanuel Macron,PER,fr:Macron|Jupiter",
        "desk:onu,Our UN desk,ORG,ONU",
    )
    found = identified(
        entity("Paris"),
        entity("Macron", "PER"),
        entity("ONU", "ORG"),
        entity("Lyon"),
        folder=tmp_path / "lists",
    )
    assert [one.id for one in found[:3]] == ["desk:paris", "desk:macron", "desk:onu"]
    assert found[3].country == "FR"


def test_a_list_that_comes_later_counts_within_a_second(tmp_path: Path) -> None:
    now = 0.0
    identifier = Identifier(GAZETTEER, Live(tmp_path / "lists", clock=lambda: now, shipped=SHIPPED))
    one = entity("Jupiter", "PER")
    [before] = identifier.identified([one], "Jupiter", "fr", identifier.current())
    store(tmp_path, "desk:macron,Emmanuel Macron,PER,Jupiter")
    now = 1.5
    [after] = identifier.identified([one], "Jupiter", "fr", identifier.current())
    assert (before.id, after.id) == (UNSET, "desk:macron")


@given(
    st.lists(
        st.tuples(st.text(min_size=1, max_size=40), st.sampled_from(["PER", "ORG", "LOC", "MISC"])),
        max_size=8,
    ),
    st.sampled_from(["fr", "ar", "", "zz"]),
)
@settings(deadline=None, max_examples=60)
def test_no_name_is_lost_or_made_up(names: list[tuple[str, Label]], language: str) -> None:
    given_entities = [entity(name, label) for name, label in names]
    found = identified(*given_entities, language=language)
    spelled = [(name, one.label) for one in found for name in (one.text, *one.forms)]
    assert sorted(set(spelled)) == sorted(set(names))
    assert sum(one.count for one in found) == len(names)
    assert all(one.id is UNSET or not one.candidates for one in found)
