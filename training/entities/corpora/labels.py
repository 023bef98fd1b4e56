"""What the labels of each corpus are called here; dates, figures and titles are no names and are dropped."""

from __future__ import annotations

LABELS = ("PER", "ORG", "LOC", "MISC")

SAME = {label: label for label in LABELS}
"""WikiNEuRal, Universal NER, KIND, Swedish NER Corpus, MSRA."""

WORLDWIDE = {
    "Person": "PER",
    "Organization": "ORG",
    "Location": "LOC",
    "Facility": "LOC",
    "NORP": "MISC",
    "Product": "MISC",
    "Misc": "MISC",
}
DROPPED = frozenset({"Date", "Money"})
"""Classes of the Worldwide Newswire that are no names."""

GERMEVAL = {
    "PER": "PER",
    "ORG": "ORG",
    "LOC": "LOC",
    "OTH": "MISC",
    "PERderiv": "MISC",
    "ORGderiv": "MISC",
    "LOCderiv": "MISC",
    "OTHderiv": "MISC",
}
"""``deriv`` is a word made from a name (deutsch, Berliner). ``part``, a compound that begins with one
(EU-Budget), is dropped: it names neither the Union nor anything else."""

TURKU = {"PER": "PER", "ORG": "ORG", "LOC": "LOC", "PRO": "MISC", "EVENT": "MISC"}
"""DATE is dropped."""

STOCKMARK = {
    "人名": "PER",  # person
    "法人名": "ORG",  # company or other legal person
    "政治的組織名": "ORG",  # political organisation
    "その他の組織名": "ORG",  # other organisation
    "地名": "LOC",  # place
    "施設名": "LOC",  # facility
    "製品名": "MISC",  # product
    "イベント名": "MISC",  # event
}

ONTONOTES = {
    "PERSON": "PER",
    "ORG": "ORG",
    "GPE": "LOC",
    "LOC": "LOC",
    "FAC": "LOC",
    "NORP": "MISC",
    "EVENT": "MISC",
    "WORK_OF_ART": "MISC",
    "PRODUCT": "MISC",
    "LAW": "MISC",
    "LANGUAGE": "MISC",
}
"""Turkish Wiki NER; its DATE, TIME, CARDINAL, ORDINAL, QUANTITY, PERCENT, MONEY and TITLE are dropped."""

WOJOOD = {**ONTONOTES, "PERS": "PER", "WEBSITE": "MISC"}
"""As OntoNotes; OCC (occupation) and what counts or measures are dropped."""

ANERCORP = {"PERS": "PER", "ORG": "ORG", "LOC": "LOC", "MISC": "MISC"}

HINER = {"PERSON": "PER", "ORGANIZATION": "ORG", "LOCATION": "LOC"}
