"""What counts as a quotation in French, and whose it is: one construction a case."""

import pytest

from tests.enrich.quotes.bodies import mention, shown

BEHIND = [
    ("« Nous irons », a déclaré {PER Anne Martin}.", "Nous irons | Anne Martin"),
    ("« Nous irons », déclare {PER Anne Martin}.", "Nous irons | Anne Martin"),
    ("« Nous irons », déclarait {PER Anne Martin}.", "Nous irons | Anne Martin"),
    ("« Nous irons », répondit alors {PER Anne Martin}.", "Nous irons | Anne Martin"),
    ("« Nous irons » a ensuite précisé {PER Anne Martin}.", "Nous irons | Anne Martin"),
    ("« Nous irons », nous a confié {PER Anne Martin}.", "Nous irons | Anne Martin"),
    ("« Nous irons », m'a écrit une voisine.", "Nous irons | une voisine"),
    ("« Nous irons », a lancé mardi {PER Anne Martin}.", "Nous irons | Anne Martin"),
    ("« Nous irons », a dit jeudi 12 {PER Anne Martin}.", "Nous irons | Anne Martin"),
    ("« Nous irons », a dit à l'{ORG AFP} {PER Anne Martin}.", "Nous irons | Anne Martin"),
    ("« Nous irons », a dit à la presse le ministre.", "Nous irons | le ministre"),
    ("« Nous irons », a dit au {ORG Monde} le ministre.", "Nous irons | le ministre"),
    ("« Nous irons », a affirmé dans un communiqué le maire.", "Nous irons | le maire"),
    ("« Nous irons », a déclaré le ministre {PER Paul Durand}.", "Nous irons | Paul Durand"),
    ("« Nous irons », a déclaré M. {PER Durand}.", "Nous irons | Durand"),
    ("« Nous irons », explique le Dr {PER Paul Durand}, médecin.", "Nous irons | Paul Durand"),
    ("« Nous irons », dit {PER Paul Durand}, maire de {LOC Lyon}.", "Nous irons | Paul Durand"),
    ("« Nous irons », a dit la militante des droits, {PER Anne Martin}.", "Nous irons | Anne Martin"),
    (
        "« Nous irons », a dit le porte-parole de {PER Anne Martin}.",
        "Nous irons | le porte-parole de Anne Martin",
    ),
    (
        "« Nous irons », a dit le ministre des Sports et de la Jeunesse.",
        "Nous irons | le ministre des Sports et de la Jeunesse",
    ),
    ("« Nous irons », a jugé le président russe face à la presse.", "Nous irons | le président russe"),
    ("« Nous irons », indique le communiqué.", "Nous irons | le communiqué"),
    ("« Nous irons », a répondu l'homme de 41 ans, qui part.", "Nous irons | l'homme de 41 ans"),
    ("« Nous irons », s'est réjoui le porte-parole.", "Nous irons | le porte-parole"),
    ("« Nous irons », s’est exclamée {PER Anne Martin}.", "Nous irons | Anne Martin"),
    ("« Nous irons », selon {PER Anne Martin}.", "Nous irons | Anne Martin"),
    ("« Nous irons », d'après le maire.", "Nous irons | le maire"),
    ("« Nous irons », {PER Anne Martin} l'a dit.", "Nous irons | Anne Martin"),
    ("« Non », a répondu la directrice.", "Non | la directrice"),
    ("« Qui ira ? » demande {PER Anne Martin}.", "Qui ira ? | Anne Martin"),
    ("« Nous irons ! », a crié la foule.", "Nous irons ! | la foule"),
    ("« Nous irons », a dit dans un communiqué.", "Nous irons | -"),
]
BEFORE = [
    ("{PER Anne Martin} a dit : « Nous irons. »", "Nous irons. | Anne Martin"),
    ("{PER Anne Martin} a dit :\n\n« Nous irons. »", "Nous irons. | Anne Martin"),
    ("Le ministre a dit que « nous irons tous ».", "nous irons tous | Le ministre"),
    ("{PER Anne Martin} a estimé que « la paix est proche ».", "la paix est proche | Anne Martin"),
    ("{PER Anne Martin}, maire de {LOC Lyon}, a dit : « Oui. »", "Oui. | Anne Martin"),
    ("La maire de {LOC Lyon}, {PER Anne Martin}, a dit : « Oui. »", "Oui. | Anne Martin"),
    ("{PER Anne Martin}, dont le fils {PER Paul} est mort, dit : « Oui. »", "Oui. | Anne Martin"),
    ("{PER Anne Martin}, qui part, a dit : « Oui. »", "Oui. | Anne Martin"),
    ("Le maire, interrogé, a répondu : « Oui. »", "Oui. | Le maire"),
    ("Le porte-parole de {PER Anne Martin} a dit : « Oui. »", "Oui. | Le porte-parole de Anne Martin"),
    ("Des voisins qui ont dit : « Oui. »", "Oui. | Des voisins"),
    ("De jeunes gens affirment être « très déçus par cela ».", "très déçus par cela | De jeunes gens"),
    ("Mais en 2018, une étude a révélé que « la glace avait fondu ».", "la glace avait fondu | une étude"),
    ("La {ORG NASA} indiquait : « La capsule est en orbite. »", "La capsule est en orbite. | NASA"),
    ("{LOC Moscou} a dénoncé une « provocation de plus ».", "provocation de plus | Moscou"),
    ("A ajouté le ministre : « Oui. »", "Oui. | le ministre"),
    ("Et {PER Anne Martin} d'ajouter : « Oui. »", "Oui. | Anne Martin"),
    ("{PER Anne Martin} : « Oui. »", "Oui. | Anne Martin"),
    ("{PER Anne Martin} a présenté ses vœux ce matin : « Bonne année. »", "Bonne année. | Anne Martin"),
    ("Selon {PER Anne Martin}, « il faut partir ».", "il faut partir | Anne Martin"),
    ("Selon la fédération, {ORG Febelfin}, « il faut partir ».", "il faut partir | Febelfin"),
    ("D’après le maire, « il faut partir ».", "il faut partir | le maire"),
    ("Pour {PER Anne Martin}, « il faut partir ».", "il faut partir | Anne Martin"),
    ("Pour le maire, « il faut partir ».", "il faut partir | le maire"),
    ("{PER Anne Martin} dénonce une « dérive du pouvoir ».", "dérive du pouvoir | Anne Martin"),
    (
        "{PER Anne Martin} a quitté la salle, disant qu'elle « en avait assez ».",
        "en avait assez | Anne Martin",
    ),
    (
        "Il a été décrit par {PER Anne Martin} comme « un très grand homme ».",
        "un très grand homme | Anne Martin",
    ),
]
PRONOUNS = [
    ("{PER Anne Martin} est là. « Nous irons », dit-elle.", "Nous irons | Anne Martin"),
    ("{PER Anne Martin} est là. « Nous irons », a-t-elle dit.", "Nous irons | Anne Martin"),
    ("{PER Anne Martin} est là. « Nous irons », a-t-elle encore affirmé.", "Nous irons | Anne Martin"),
    ("{PER Anne Martin} est là. « Nous irons », s'est-elle réjouie.", "Nous irons | Anne Martin"),
    ("{PER Paul Durand} est là. « Nous irons », souligne-t-il.", "Nous irons | Paul Durand"),
    ("{PER Anne Martin} est là. Elle a dit : « Nous irons. »", "Nous irons. | Anne Martin"),
    ("{PER Anne Martin} est là. Selon elle, « il faut partir ».", "il faut partir | Anne Martin"),
    ("{PER Paul Durand} a parlé de {PER Anne Martin}. Il a dit : « Oui. »", "Oui. | Paul Durand"),
    ("Mme {PER Martin} a vu M. {PER Durand}. Il a dit : « Oui. »", "Oui. | Durand"),
    ("M. {PER Durand} a vu Mme {PER Martin}. Elle a dit : « Oui. »", "Oui. | Martin"),
    ("Le maire a dit qu'il partait. « C'est fini », a-t-il ajouté.", "C'est fini | Le maire"),
    ("« C'est fini », a-t-il ajouté.", "C'est fini | -"),
    ("« C'est fini », ont-ils ajouté.", "C'est fini | -"),
    (
        "{PER Anne Martin} est là. « Nous irons, a-t-elle dit, jusqu'au bout. »",
        "Nous irons, a-t-elle dit, jusqu'au bout. | Anne Martin",
    ),
    (
        "{PER Anne Martin} a lu le livre. L'auteur y salue « une amie de toujours ».",
        "une amie de toujours | L'auteur",
    ),
]
SEVERAL = [
    (
        "« Nous irons », a dit {PER Anne Martin}, « et nous gagnerons ».",
        ["Nous irons | Anne Martin", "et nous gagnerons | Anne Martin"],
    ),
    (
        "« Nous irons », a dit {PER Anne Martin}. « C'est sûr. »",
        ["Nous irons | Anne Martin", "C'est sûr. | Anne Martin"],
    ),
    (
        "« Nous irons », a dit {PER Anne Martin}, ajoutant que « rien ne presse ».",
        ["Nous irons | Anne Martin", "rien ne presse | Anne Martin"],
    ),
    (
        "« Oui », dit {PER Anne Martin}. « Non », dit {PER Paul Durand}. « Si », dit-elle.",
        ["Oui | Anne Martin", "Non | Paul Durand", "Si | Paul Durand"],
    ),
    (
        "En réponse à cela, « je pars demain », le maire a répondu que « tout ira bien ».",
        ["tout ira bien | le maire"],
    ),
    (
        "« C'est la fin », dit le maire. Le conseil a voté. « Nous sommes tous très tristes ce soir. »",
        ["C'est la fin | le maire", "Nous sommes tous très tristes ce soir. | le maire"],
    ),
    (
        "« C'est la fin », dit le maire. {PER Anne Martin} a dit non. « Nous sommes tous très tristes. »",
        ["C'est la fin | le maire", "Nous sommes tous très tristes. | Anne Martin"],
    ),
]
NONE = [
    "Le film « Les Enfants du paradis » a séduit {PER Anne Martin}.",
    "{PER Anne Martin} dit aimer le film « Les Enfants du paradis ».",
    "Le « ni-ni » a vécu, a dit {PER Anne Martin}.",
    "{PER Anne Martin} a dénoncé une « dérive ».",
    "{PER Anne Martin} a dénoncé « l'atmosphère masculine ».",
    "Ils servaient de « mules » au réseau.",
    "Le plan, appelé « la paix pour tous », a dit {PER Anne Martin}.",
    "Éliminer « la menace d'un conflit armé »",
    "« La vie est belle »\n\nLe texte commence.",
    "Une base de données « très utile pour tous » existe.",
    "Le juge « bien connu de tous » est parti.",
    "« Bien fait. »",
]


@pytest.mark.parametrize(("body", "found"), [*BEHIND, *BEFORE, *PRONOUNS])
def test_a_quotation_has_its_speaker(body: str, found: str) -> None:
    assert shown(body, "fr") == [found]


@pytest.mark.parametrize(("body", "found"), SEVERAL)
def test_quotations_in_a_row(body: str, found: list[str]) -> None:
    assert shown(body, "fr") == found


@pytest.mark.parametrize("body", NONE)
def test_not_all_that_stands_in_marks_is_a_quotation(body: str) -> None:
    assert shown(body, "fr") == []


MARKS = ["«{}»", "« {} »", "«\u00a0{}\u00a0»", "«\u202f{}\u202f»", "“{}”", '"{}"', "„{}“", "''{}''", "``{}''"]


@pytest.mark.parametrize("marks", MARKS)
def test_all_marks_are_the_same(marks: str) -> None:
    said = marks.format("Nous irons")
    assert shown(f"{said}, a déclaré {{PER Anne Martin}}.", "fr") == ["Nous irons | Anne Martin"]
    assert shown(f"{{PER Anne Martin}} a dit : {said}.", "fr") == ["Nous irons | Anne Martin"]


@pytest.mark.parametrize("body", [each for each, _ in (*BEHIND, *BEFORE, *PRONOUNS)])
def test_the_shape_of_apostrophes_is_the_same(body: str) -> None:
    curly, straight = body.replace("'", "’"), body.replace("’", "'")
    assert [each.replace("’", "'") for each in shown(curly, "fr")] == shown(straight, "fr")


def test_the_speaker_is_the_fullest_form_and_the_mention_what_stands_there() -> None:
    body = "{PER Anne Martin} est là. « Nous irons », a dit Mme {PER Martin}."
    assert shown(body, "fr") == ["Nous irons | Anne Martin"]
    assert mention(body, "fr") == "Martin"
