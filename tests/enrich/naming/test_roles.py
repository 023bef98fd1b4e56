"""Roles that stand for the people who were introduced by them."""

import re
from time import process_time

import pytest
from hypothesis import given, settings

from pipeline.enrich.mentions import Mention
from pipeline.enrich.naming.role_grammars import GRAMMARS
from pipeline.enrich.naming.roles import Person, referring
from tests.enrich.naming.marking import read, texts_with_mentions


def roles(marked: str, language: str = "fr") -> list[tuple[str, str]]:
    """Each role that was found, and the name of whom it means; people are one if their names are."""
    text, mentions = read(marked)
    names = list(dict.fromkeys(text[start:end] for start, end, _ in mentions))
    people = [
        Person(start, end, names.index(text[start:end])) for start, end, label in mentions if label == "PER"
    ]
    found = referring(text, people, [(start, end) for start, end, _ in mentions], language)
    return [(text[role.start : role.end], names[role.who]) for role in found]


INTRODUCED = [
    ("fr", "Le président {PER Macron} sort. Le président a dit.", "président"),
    ("fr", "Le président russe {PER Poutine} sort. Le président s'est tu.", "président"),
    ("fr", "Le président russe {PER Poutine} sort. Puis le président russe rit.", "président russe"),
    ("fr", "Le dirigeant nord-coréen {PER Kim} sort. Le dirigeant nord-coréen rit.", "dirigeant nord-coréen"),
    ("fr", "Le dirigeant {PER Kim} sort, a dit le dirigeant.", "dirigeant"),
    ("fr", "La ministre {PER Borne} sort. L'avis de la ministre, hier.", "ministre"),
    ("fr", "{PER Macron}, le président français, sort. Le président est là.", "président"),
    ("fr", "{PER Macron}, président de la République, sort. Le président est là.", "président"),
    ("fr", "Le président de la {LOC France}, {PER Macron}, sort. Le président est là.", "président"),
    ("fr", "Le président de la République {PER Macron} sort. « Non » (le président).", "président"),
    ("fr", "Le ministre des Affaires étrangères, {PER Lavrov}, sort. Le ministre a ri.", "ministre"),
    ("fr", "L'acteur {PER Delon} sort. L'acteur est mort.", "acteur"),
    ("fr", "Le Premier ministre {PER Attal} sort. Au Premier ministre, rien.", "Premier ministre"),
    ("fr", "Le chef de l'État {PER Macron} sort. Le chef de l'État a dit.", "chef de l'État"),
    ("fr", "Le président {PER Macron} sort. Du président, rien.", "président"),
    ("fr", "LE PRÉSIDENT {PER MACRON} SORT. LE PRÉSIDENT A DIT.", "PRÉSIDENT"),
    ("en", "President {PER Biden} left. The president said no.", "president"),
    ("en", "Russian president {PER Putin} left. The Russian president left.", "Russian president"),
    ("en", "The president of {LOC Russia}, {PER Putin}, left. The president said no.", "president"),
    ("en", "{PER Putin}, the president of {LOC Russia}, left. The president's aides.", "president"),
    ("en", "Prime Minister {PER Modi} left. The Prime Minister will speak.", "Prime Minister"),
    ("en", "Pope {PER Francis} left. We met the Pope.", "Pope"),
    ("de", "Der russische Präsident {PER Putin} ging. Der Präsident hat gelacht.", "Präsident"),
    ("de", "Der russische Präsident {PER Putin} ging. Der russische Präsident lacht.", "russische Präsident"),
    ("de", "Kanzlerin {PER Merkel} ging. Die Kanzlerin sagte nichts.", "Kanzlerin"),
    ("de", "Präsident {PER Putin} ging. Die Rede des Präsidenten, gestern.", "Präsidenten"),
    ("de", "{PER Scholz}, der Kanzler, ging. Der Kanzler ist da.", "Kanzler"),
    ("es", "El presidente ruso {PER Putin} salió. El presidente dijo que no.", "presidente"),
    ("es", "El presidente ruso {PER Putin} salió. El presidente ruso calla.", "presidente ruso"),
    ("es", "La ministra {PER Robles} salió. La ministra afirmó que no.", "ministra"),
    ("it", "Il presidente russo {PER Putin} esce. Il presidente ha detto no.", "presidente"),
    ("it", "Il premier {PER Conte} esce. Le parole del premier, ieri.", "premier"),
    ("it", "L'attore {PER Nielsen} esce. L'attore è morto.", "attore"),
]


@pytest.mark.parametrize(("language", "marked", "role"), INTRODUCED)
def test_a_role_stands_for_whom_it_introduced(language: str, marked: str, role: str) -> None:
    [(found, name)] = roles(marked, language)
    assert found == role
    assert f"PER {name}}}" in marked


NOUNS = {
    "fr": [
        *(
            "le roi",
            "la reine",
            "le pape",
            "le prince",
            "le maire",
            "la maire",
            "le sénateur",
            "la sénatrice",
        ),
        *("le député", "la députée", "le gouverneur", "le procureur", "la juge", "le général", "la patronne"),
        *(
            "le PDG",
            "la directrice",
            "le milliardaire",
            "l'avocate",
            "l'homme d'affaires",
            "le sélectionneur",
        ),
        *("le footballeur", "l'attaquant", "la chanteuse", "l'actrice", "le réalisateur", "l'écrivain"),
        *(
            "la romancière",
            "le cinéaste",
            "la Première ministre",
            "le chef du gouvernement",
            "la chancelière",
        ),
    ],
    "en": [
        *(
            "the king",
            "the queen",
            "the pope",
            "the crown prince",
            "the mayor",
            "the senator",
            "the governor",
        ),
        *("the foreign minister", "the defense minister", "the defence minister", "the secretary of state"),
        *(
            "the secretary-general",
            "the dictator",
            "the judge",
            "the prosecutor",
            "the CEO",
            "the billionaire",
        ),
        *(
            "the coach",
            "the striker",
            "the singer",
            "the actress",
            "the filmmaker",
            "the novelist",
            "the premier",
        ),
    ],
    "de": [
        *(
            "der Papst",
            "die Königin",
            "der Prinz",
            "der Bundeskanzler",
            "die Bundespräsidentin",
            "der Außenminister",
        ),
        *("die Ministerpräsidentin", "der Regierungschef", "der Machthaber", "der Oberbürgermeister"),
        *("der Bundestrainer", "die Schauspielerin", "der Sänger", "die Regisseurin", "der Stürmer"),
    ],
    "es": [
        *(
            "el rey",
            "la reina",
            "el papa",
            "la presidenta",
            "el primer ministro",
            "la canciller",
            "el mandatario",
        ),
        *(
            "el jefe de Gobierno",
            "el alcalde",
            "la gobernadora",
            "el fiscal",
            "el entrenador",
            "el delantero",
        ),
        *("la actriz", "el cantante", "la escritora", "el empresario", "el secretario general"),
    ],
    "it": [
        *(
            "il re",
            "la regina",
            "il papa",
            "il pontefice",
            "il premier",
            "il primo ministro",
            "la cancelliera",
        ),
        *("il sindaco", "il governatore", "la senatrice", "il procuratore", "l'allenatore", "l'attaccante"),
        *("l'attrice", "il regista", "la scrittrice", "l'imprenditore", "il segretario generale"),
    ],
}


@pytest.mark.parametrize(
    ("language", "role"), [(language, role) for language, each in NOUNS.items() for role in each]
)
def test_the_roles_that_are_known(language: str, role: str) -> None:
    sentence = role[0].upper() + role[1:]
    [(found, name)] = roles(f"{sentence} {{PER X. Bauer}}. {sentence}.", language)
    assert role.endswith(found)
    assert name == "X. Bauer"


OPEN = [
    ("fr", "Le président a dit. Le président {PER Macron} sort."),  # not introduced yet
    ("fr", "{PER Macron} sort. Le président a dit."),  # not introduced at all
    ("fr", "Le président {PER Macron} et le président {PER Biden}. Le président a dit."),  # two
    ("fr", "Le président russe {PER Poutine} sort. Le président ukrainien dort. Le président a dit."),
    ("fr", "Le président {PER Macron} sort. Le président du club a dit."),  # of something
    ("fr", "Le président {PER Macron} sort. Le président de la région dort. Le président a dit."),
    ("fr", "Le président {PER Macron} sort. Le président américain a dit."),  # another one
    ("fr", "Le président {PER Macron} sort. Un président a dit. Ce président a dit."),  # not definite
    ("fr", "Le président {PER Macron} sort. Les présidents ont dit."),
    ("fr", "Le président {PER Macron} sort. Le vice-président a dit. Le coprésident a dit."),
    ("fr", "L'ancien président {PER Sarkozy} sort. Le président a dit."),  # no more
    ("fr", "Le président {PER Macron} sort. L'ancien président a dit."),
    ("fr", "Le président a reçu {PER Scholz}. Le président a dit."),  # a verb in between
    ("fr", "Le président {PER Macron} sort. Le président bientôt dort."),  # a word that may qualify
    ("fr", "Le président {PER Macron} sort. Le président Dupont a dit."),
    ("fr", "Le président {PER Macron} sort. Le {ORG président Magazine} a dit."),  # part of a name
    ("fr", "Le président {PER Macron}, le chancelier {PER Scholz}. Le roi a dit."),
    ("en", "Former president {PER Obama} left. The president said no."),
    ("en", "Vice President {PER Harris} left. The president said no."),
    ("en", "President {PER Biden} left. The president of the club said no."),
    ("en", "President {PER Biden} left. The president elect said no."),
    ("en", "President {PER Biden} left. A president said no. Their president said no."),
    ("en", "Turkish president {PER Erdogan} left. The Russian president said no. The president said no."),
    ("de", "Der frühere Präsident {PER Obama} ging. Der Präsident hat gelacht."),
    ("de", "Kanzler {PER Scholz} ging. Der Kanzler der Republik hat gelacht."),
    ("es", "El expresidente {PER Rajoy} salió. El presidente dijo que no."),
    ("es", "El presidente {PER Sánchez} salió. El presidente del club dijo que no."),
    ("it", "L'ex premier {PER Renzi} esce. Il premier ha detto no."),
    ("it", "Il presidente {PER Conte} esce. Il presidente della regione ha detto no."),
    ("pt", "O presidente {PER Lula} saiu. O presidente disse que não."),  # no grammar
    ("xx", "President {PER Biden} left. The president said no."),
    ("fr", ""),
    ("fr", "Le président a dit."),
    ("fr", "{LOC Paris}. Le président a dit."),
]


@pytest.mark.parametrize(("language", "marked"), OPEN)
def test_a_role_that_may_mean_somebody_else_means_nobody(language: str, marked: str) -> None:
    assert roles(marked, language) == []


def test_an_adjective_tells_two_people_apart() -> None:
    marked = (
        "Le président russe {PER Poutine} et le président ukrainien {PER Zelensky}. Le président russe a dit."
    )
    assert roles(marked) == [("président russe", "Poutine")]


def test_a_name_behind_a_comma_is_whom_the_role_means() -> None:
    marked = "{PER Trump}, le président ukrainien, {PER Zelensky}, sort. Le président ukrainien rit."
    assert roles(marked) == [("président ukrainien", "Zelensky")]


def test_a_name_before_a_role_is_no_part_of_it() -> None:
    marked = "{ORG ANC} president {PER Ramaphosa} left. The {ORG ANC} president said no."
    assert roles(marked, "en") == [("president", "Ramaphosa")]


def test_each_use_counts() -> None:
    marked = "Le pape {PER François} sort. " + "Le pape a dit. " * 3
    assert roles(marked) == [("pape", "François")] * 3


@given(texts_with_mentions())
@settings(deadline=None)
def test_roles_lie_apart_from_names_in_any_text(case: tuple[str, list[Mention]]) -> None:
    text, mentions = case
    text = re.sub("Poutine", "président", text) if len(text) % 2 else text
    names, last = [], 0
    for mention in sorted(mentions):
        if last <= mention.start < mention.end <= len(text):
            names.append((mention.start, mention.end))
            last = mention.end
    people = [Person(start, end, number % 3) for number, (start, end) in enumerate(names)]
    for language in GRAMMARS:
        for role in referring(text, people, names, language):
            assert 0 <= role.start < role.end <= len(text)
            assert role.who in {person.who for person in people}
            assert all(end <= role.start or role.end <= start for start, end in names)


@pytest.mark.parametrize("language", GRAMMARS)
@pytest.mark.parametrize(
    "text",
    [
        "le président {PER Macron} a dit. " * 4_000,
        "the president " * 10_000 + "{PER Biden}",
        "{PER Putin}, der russische Präsident hat. " * 4_000,
        "président " + "de la x-y " * 10_000 + "{PER Macron}",
        "a-" * 50_000 + "{PER Macron}",
        " " * 100_000 + "{PER Macron}",
        "présidentministrepräsident" * 4_000 + "{PER Macron}",
    ],
)
def test_no_text_takes_long(text: str, language: str) -> None:
    started = process_time()
    roles(text, language)
    assert process_time() - started < 20  # measured at below 0.5 s
