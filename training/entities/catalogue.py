"""The annotated corpora, whose work they are and what may be done with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from training.entities.corpora import LABELS

THREE = LABELS[:3]


@dataclass(frozen=True, slots=True)
class Source:
    """A corpus.

    Attributes:
        name: what it is called.
        licence: of its annotations and text, as its publishers state it.
        citation: who made it.
        origin: its repository and commit.
        kind: ``gold`` was annotated by people, ``silver`` by machines.
        labels: what it marks; a name of another label is not told from plain text.
        share: of its texts that one round of training takes, others each time.
    """

    name: str
    licence: str
    citation: str
    origin: str
    kind: Literal["gold", "silver"]
    labels: tuple[str, ...] = LABELS
    share: float = 1.0


WIKINEURAL = Source(
    "WikiNEuRal",
    "CC BY-NC-SA 4.0",
    "Tedeschi et al. 2021, Findings of EMNLP",
    "github.com/Babelscape/wikineural d2e28c770cba2b285e742529ae18ed849e336c65",
    "silver",
)
WORLDWIDE = Source(
    "English Worldwide Newswire",
    "none stated",
    "Shan, Bauer, Carlson, Manning 2023, Findings of EMNLP",
    "github.com/stanfordnlp/en-worldwide-newswire e082527b86d9a68475166ab584b9c47f282177da",
    "gold",
)
GERMEVAL = Source(
    "GermEval 2014",
    "CC BY 4.0",
    "Benikova, Biemann, Reznicek 2014, LREC",
    "github.com/davidsbatista/NER-datasets db7ff3ca4ba1df39907f8bdc036a556fed5ecde7",
    "gold",
)
KIND = Source(
    "KIND (Wikinews)",
    "text CC BY 2.5, annotation CC BY-NC 4.0",
    "Paccosi, Palmero Aprosio 2022, LREC",
    "github.com/dhfbk/KIND a2ad139171ef7fde0dff0f8ea94d18356340ada9",
    "gold",
    THREE,
)
KLINTAN = Source(
    "Swedish NER Corpus",
    "CC BY 4.0",
    "Andreas Klintberg, Swedish NER Corpus",
    "github.com/klintan/swedish-ner-corpus 87950716635b2bc6971717e6c0656c902a3831e2",
    "gold",
)
TURKU = Source(
    "Turku NER",
    "CC BY-SA 4.0",
    "Luoma et al. 2020, LREC",
    "github.com/TurkuNLP/turku-ner-corpus 41856819d45580f1c4ce7100e75ea6b859fb75dc",
    "gold",
)
STOCKMARK = Source(
    "Stockmark Wikipedia NER",
    "CC BY-SA 3.0",
    "Stockmark Inc., ner-wikipedia-dataset",
    "github.com/stockmarkteam/ner-wikipedia-dataset 5e525c2132c0e87cce890b8b92639a0cf357c1f3",
    "gold",
)
TURKISH_WIKI = Source(
    "Turkish Wiki NER",
    "CC BY-SA 4.0",
    "Altinok 2023, ACL (Turkish NLP Suite)",
    "github.com/turkish-nlp-suite/Turkish-Wiki-NER-Dataset 34b6e73268e29605b0d9f4914226853e7c325a61",
    "gold",
)
MSRA = Source(
    "MSRA (test part)",
    "not clear (research)",
    "Levow 2006, SIGHAN",
    "github.com/OYE93/Chinese-NLP-Corpus e9bb5b5f262466af5d45bcf7ee3380f2cb994907",
    "gold",
    THREE,
)
ANERCORP = Source(
    "ANERcorp",
    "free for research; the CAMeL split CC BY-SA 4.0",
    "Benajiba, Rosso, Benedí Ruiz 2007; Obeid et al. 2020",
    "github.com/HassanAzzam/Arabic-NER 056cbc16483ae7e2a3ff86615cf46ed26af8c743",
    "gold",
)
WOJOOD = Source(
    "Wojood (sample)",
    "not stated for the sample",
    "Jarrar, Khalilia, Ghanem 2022, LREC",
    "github.com/SinaLab/ArabicNER ef3a7f4e806a2d909b9107d757c5f65545ae83dc",
    "gold",
)
HINER = Source(
    "HiNER (validation part)",
    "CC BY-SA 4.0",
    "Murthy et al. 2022, LREC",
    "github.com/cfiltnlp/HiNER 5e12e796a7a4b7b8880b2e876adb27894501a8e9",
    "gold",
    THREE,
)
FRENCH_NEWS = Source(
    "French news, annotated for Newswire",
    "annotations Apache-2.0; the texts are the publishers' and not distributed",
    "see the guidelines beside the annotations",
    "training/entities/annotations.py",
    "silver",
)
FRENCH_SILVER = Source(
    "French news, labelled by two pipelines that agree",
    "labels by fr_core_news_md (LGPL-LR) and Newswire; the texts are the publishers' and not distributed",
    "see training/entities/voting.py",
    "training/entities/silver.py",
    "silver",
    share=0.125,
)


def uner(name: str) -> Source:
    """A treebank of Universal NER, ``en_ewt`` for example."""
    title, commit = _UNER[name]
    return Source(
        f"Universal NER {title}",
        "CC BY-SA 4.0",
        "Mayhew et al. 2024, NAACL",
        f"github.com/UniversalNER/UNER_{title} {commit}",
        "gold",
        THREE,
    )


_UNER = {
    "en_ewt": ("English-EWT", "8ed072de2fd24022cc62458997fe96a8fe191ea4"),
    "pt_bosque": ("Portuguese-Bosque", "f2c2ad67aed900385fbe5d655af41f439c9b3333"),
    "sv_talbanken": ("Swedish-Talbanken", "dbb692085267da83a35d1e1d2c111671b3c7c46b"),
    "da_ddt": ("Danish-DDT", "983c4cdc09f8ece6069d2b692b60dc4b3649ec6e"),
    "zh_gsdsimp": ("Chinese-GSDSIMP", "1f0307599dece7b83f4cba90ce9b63ef37a7b162"),
    "hr_set": ("Croatian-SET", "20dcb2ef6b6bf9d5e03605a74c4d87215a1574c1"),
    "sk_snk": ("Slovak-SNK", "886e7c6d7e066e23246af5070d115a036a465c6d"),
    "sr_set": ("Serbian-SET", "0d9685f001c10895572d844ef789c53dade0e265"),
}
