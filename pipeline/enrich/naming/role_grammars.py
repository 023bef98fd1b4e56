"""How French, English, German, Spanish and Italian news speaks of people by their roles."""

from __future__ import annotations

import re
from typing import NamedTuple

_NOTHING = r"(?!)"


class Grammar(NamedTuple):
    """Patterns around a role; those that stand before it end at its start."""

    noun: re.Pattern[str]
    article: re.Pattern[str]
    other: re.Pattern[str]
    quality_before: re.Pattern[str]
    quality_after: re.Pattern[str]
    complement: re.Pattern[str]
    before_name: re.Pattern[str]
    after_name: re.Pattern[str]
    after_role: re.Pattern[str]
    verb: re.Pattern[str]
    ending: re.Pattern[str]


def _grammar(
    *,
    nouns: str,
    articles: str,
    indefinite: str,
    others: str,
    verbs: str,
    prepositions: str,
    quality_before: str = _NOTHING,
    quality_after: str = _NOTHING,
    ending: str = _NOTHING,
) -> Grammar:
    """Compiles what a language has: expressions without groups, nouns and verbs parted by blanks."""
    noun = "|".join(sorted(nouns.replace("_", r"[\s-]").split(), key=len, reverse=True))
    verb = "|".join(verbs.split())
    of = rf"\s(?:{prepositions})(?!\w)\s?"
    word = r"[\w'’-]{1,30}"

    def compiled(pattern: str) -> re.Pattern[str]:
        return re.compile(pattern, re.IGNORECASE)

    return Grammar(
        noun=compiled(rf"(?<![\w-])(?:{noun})(?![\w-])"),
        article=compiled(rf"(?<!\w)(?:{articles})$"),
        other=compiled(rf"(?<!\w)(?:{others})$"),
        quality_before=re.compile(rf"(?<![\w'’-])({quality_before})\s$"),
        quality_after=compiled(rf"\s({quality_after})(?!\w)"),
        complement=compiled(rf"{of}{word}(?:\s{word}){{0,2}}"),
        before_name=compiled(rf"\s|,\s|{of}(?:{word}\s){{1,5}}|{of}{word}(?:\s{word}){{0,4}},\s"),
        after_name=compiled(rf",\s(?:{articles}|{indefinite})?(?:[\w-]{{1,30}}\s)?"),
        after_role=compiled(rf"\s(?:{verb})(?:(?!\w)|(?<=['’]))"),
        verb=compiled(rf"(?<!\w)(?:{verb})(?!\w)"),
        ending=compiled(rf"(?:{ending})$"),
    )


_FRENCH = _grammar(
    nouns="""
        présidente? premi(?:er|ère)_ministre ministre chancel(?:ier|ière) dirigeante? numéro_un
        chef_de_l['’][ÉE]tat chef(?:fe)?_du_gouvernement chef(?:fe)?_de_la_diplomatie roi reine pape prince
        princesse empereur maire sénat(?:eur|rice) députée? eurodéputée? gouverneure? procureure? juge général
        secrétaire_général patronne? direct(?:eur|rice) PDG milliardaire homme_d['’]affaires avocate?
        entraîneure? sélectionneu(?:r|se) footballeur attaquante? chant(?:eur|euse) act(?:eur|rice)
        réalisat(?:eur|rice) cinéaste écrivaine? romanci(?:er|ère)
        """,
    articles=r"(?:le|la|du|au)\s|l['’]",
    indefinite=r"une?\s",
    others=r"(?:vice|ex|co)-|(?:anci(?:en|enne)|future?|défunte?|premi(?:er|ère)|vice)\s",
    verbs="""
        a avait aura aurait est était sera serait s['’] n['’] ne se lui et ou mais y doit devait devrait peut
        pouvait pourrait va veut voulait fait reste annonce affirme assure estime explique déclare souligne
        rappelle précise ajoute indique promet refuse rencontre reçoit entend souhaite espère appelle demande
        défend accuse propose lance poursuit raconte évoque dénonce confirme répond juge prend met devient
        semble compte continue
        """,
    prepositions=r"de|du|des|d['’]|à|au|aux|en|pour|par|chargée?",
    quality_after=r"""[\w-]{0,20}(?:ain|aine|ais|aise|ois|oise|ien|ienne|éen|éenne|ique|and|ande|ol|ole|on|onne)"""
    r"|[\w-]{0,20}(?:russe|turc|turque|grec|grecque|belge|suisse|tchèque|arabe|serbe|slovaque|croate|kurde)"
    r"|élue?|sortante?|socialiste|déléguée?|générale?|suédois|danois",
)
_ENGLISH = _grammar(
    nouns="""
        president prime_minister premier chancellor (?:foreign|finance|interior|defen[cs]e|health)_minister
        minister secretary_of_state secretary-general leader dictator king queen pope prince princess emperor
        crown_prince mayor governor senator lawmaker ambassador prosecutor judge justice general chairman
        chairwoman chief_executive CEO billionaire businessman coach manager captain striker singer actor
        actress director filmmaker author novelist
        """,
    articles=r"the\s",
    indefinite=r"an?\s",
    others=r"(?:vice|deputy|former|ex|assistant|acting|late|then|future|co|past|first|junior)[\s-]",
    verbs="""
        said says told has had is was will would could can may might must should also did does and but to who
        in\\san? on\\s(?:mon|tues|wednes|thurs|fri|satur|sun)day [a-z]{2,20}(?:ed|es|(?<!s)s)
        """,
    prepositions="of|for|in|at",
    quality_before=r"(?!(?:The|A|An|Mr|Ms|Mrs|But|And|When|As)\b)[A-Z][\w’'-]{1,20}",
)
_GERMAN = _grammar(
    nouns="""
        (?:bundes|us-|staats|minister)?präsident(?:en|in)? (?:bundes)?kanzler(?:s|in)?
        (?:premier|außen|innen|finanz|verteidigungs|wirtschafts|gesundheits)?minister(?:s|in)?
        (?:regierungs|staats|partei|konzern|vorstands)?chef(?:s|in)? machthaber papst könig(?:s|in)?
        prinz(?:en|essin)? (?:ober)?bürgermeister(?:s|in)? (?:national|bundes)?trainer(?:s|in)?
        gouverneur(?:s|in)? senator(?:s|in)? schauspieler(?:s|in)? sänger(?:s|in)? regisseur(?:s|in)?
        schriftsteller(?:s|in)? stürmer(?:s|in)? milliardär(?:s|in)?
        """,
    articles=r"(?:der|die|dem|den|des)\s",
    indefinite=r"eine?\s",
    others=r"(?:vize|ex)-?|(?:früher|ehemalig|damalig|künftig|designiert|stellvertretend|neu)e[rnms]?\s",
    verbs="""
        hat hatte habe ist war wird wurde würde sei will wollte kann könnte soll sollte muss müsste sich nicht
        und oder aber am [a-zäöüß]{2,20}te
        """,
    prepositions="von|vom|des|der|aus|für|in|im",
    quality_before=r"[\w-]{1,20}(?:sche|ische|deutsche)[rnms]?",
    ending="en|s",
)
_SPANISH = _grammar(
    nouns="""
        president[ea] prime(?:r|ra)_ministr[oa] ministr[oa] canciller líder dirigente mandatari[oa]
        jef[ea]_del?_gobierno jefe_del?_estado rey reina papa pontífice príncipe princesa alcalde alcaldesa
        gobernadora? senadora? diputad[oa] fiscal jueza? general secretari[oa]_general portavoz directora?
        entrenadora? seleccionadora? delanter[oa] futbolista actor actriz cantante escritora? cineasta
        empresari[oa]
        """,
    articles=r"(?:el|la|al|del)\s",
    indefinite=r"una?\s",
    others=r"(?:vice|ex)-?|ex\s|(?:antigu[oa]|entonces|futur[oa]|primer|primera)\s",
    verbs="""
        ha había es era fue será sería está estaba se no y o pero también puede podría debe debería tiene
        quiere hizo dijo [a-záéíóúñ]{2,20}ó
        """,
    prepositions="de|del|en|para|por",
    quality_after=r"[\w-]{0,20}(?:ano|ana|eño|eña|és|esa|ense|ino|ina|ol|ola|ico|ica|ista|eno|ena|ario|aria)"
    r"|rus[oa]|chin[oa]|turc[oa]|grieg[oa]|suec[oa]|electo?a?|saliente",
)
_ITALIAN = _grammar(
    nouns="""
        presidente premier primo_ministro prima_ministra ministr[oa] cancellier[ea] leader capo_dello_stato
        capo_del_governo re regina papa pontefice principe principessa sindac[oa] governat(?:ore|rice)
        senat(?:ore|rice) deputat[oa] procurat(?:ore|rice) giudice generale segretari[oa]_generale
        segretari[oa] dirett(?:ore|rice) allenat(?:ore|rice) tecnico ct attaccante attore attrice cantante
        regista scritt(?:ore|rice) imprendit(?:ore|rice)
        """,
    articles=r"(?:il|lo|la|al|allo|alla|del|dello|della|dal|dallo|dalla|nel|sul)\s|(?:l|all|dell|dall)['’]",
    indefinite=r"una?\s|un['’]",
    others=r"(?:vice|ex)-?|(?:vice|ex|futur[oa]|prim[oa]|defunt[oa])\s",
    verbs="""
        ha aveva avrà avrebbe è era sarà sarebbe si non e o ma può potrebbe deve dovrebbe vuole
        [a-zàèéìòù]{2,20}ò
        """,
    prepositions=r"di|del|dello|della|dei|degli|delle|d['’]|dell['’]|a|in|per",
    quality_after=r"[\w-]{0,20}(?:ano|ana|ese|ino|ina|olo|ola|ico|ica|ista|eno|ena|ario|aria)"
    r"|russ[oa]|turc[oa]|grec[oa]|svizzer[oa]|uscente",
)
GRAMMARS = {"de": _GERMAN, "en": _ENGLISH, "es": _SPANISH, "fr": _FRENCH, "it": _ITALIAN}
"""By language."""
