"""A folder with every corpus in small, each sentence of which says where it is from."""

import json
from pathlib import Path
from random import Random

from spacy.util import load_config

from training.entities import train
from training.entities.corpora.arabic import TEST_LINES

from .corpora.files import archived, packed

WIKIPEDIAS = ["de", "en", "es", "fr", "it", "nl", "pl", "pt", "ru"]
TREEBANKS = ["da_ddt", "en_ewt", "hr_set", "pt_bosque", "sk_snk", "sr_set", "sv_talbanken", "zh_gsdsimp"]
SENTENCES = 40
PEOPLE = ("Marie Curie", "Jean Moulin", "Simone Veil", "Victor Hugo", "Louise Michel", "Blaise Pascal")
PLACES = ("Paris", "Lyon", "Nantes", "Lille", "Brest", "Metz")


def rows(name: str, gap: str = "\t", count: int = SENTENCES, end: str = "\n") -> str:
    """Sentences of two words: which corpus they are from, and the number."""
    return "".join(f"{name}{gap}O\n{number:03}{gap}O\n{end}" for number in range(count))


def numbered(name: str, columns: str) -> str:
    return "".join(f"1\t{name}\tO{columns}\n2\t{number:03}\tO{columns}\n\n" for number in range(SENTENCES))


def folder(data: Path) -> Path:
    """Writes them all but the French news, whose texts are known by their hashes."""
    for language in WIKIPEDIAS:
        for part in ("val", "test"):
            packed(data, f"wikineural/{language}.{part}.conllu.xz", numbered(f"wikineural.{part}", ""))
    for name in TREEBANKS:
        for part in ("train", "dev", "test"):
            packed(data, f"uner/{name}-ud-{part}.iob2.xz", numbered(f"uner.{part}", "\t-\t-"))
    members = {
        f"train/{n:02}.tsv": f"news\tO\n{n:03}\tO\n\nnews\tO\nEnd{n:03}\tO\n" for n in range(SENTENCES)
    }
    archived(data, "en-worldwide-newswire/train.tar.xz", members)
    packed(data, "germeval2014/NER-de-dev.tsv.xz", numbered("germeval", "\tO"))
    packed(data, "kind/wikinews_train.tsv.xz", rows("kind", count=700))
    for part in ("train", "test"):
        packed(data, f"ner-more/sv.klintan.{part}.txt.xz", rows(f"klintan.{part}"))
        packed(data, f"ner-more/tr.wikiner.{part}.conll.xz", rows(f"wiki.{part}", " "))
        packed(data, f"ner-more/fi.turku.{part}.tsv.xz", turku(part))
    packed(data, "ner-more/hi.hiner.validation.conll.xz", rows("hiner"))
    packed(data, "ner-more/zh.msra.test.txt.xz", rows("M", " ", count=700))
    packed(data, "ner-more/ja.stockmark.json.xz", stockmark())
    packed(data, "ner-more/ar.wojood_sample.txt.xz", rows("wojood", " "))
    packed(data, "ner-more/ar.anercorp.txt.xz", anercorp())
    return data


def turku(part: str) -> str:
    name = f"turku.{part}\tO\n"
    documents = (f"{name}{n:03}\tO\n\n{name}Loppu{n:03}\tO\n\n" for n in range(SENTENCES))
    return "".join(f"-DOCSTART-\tO\n\n{document}" for document in documents)


def stockmark() -> str:
    return json.dumps([{"text": f"stockmark {n:03}", "entities": []} for n in range(SENTENCES)])


def anercorp() -> str:
    learnt = "".join(f"aner.train O\n{n:03} O\n. O\n" for n in range(SENTENCES))
    return learnt + "".join(f"aner.{n} O\n. O\n" for n in range(TEST_LINES // 2))


def learnable(folder: Path, language: str = "es") -> None:
    """A WikiNEuRal of the language that there is something to learn from, in the place of the other."""
    chance = Random(0)
    for part, verb in {"val": "vive", "test": "trabaja"}.items():
        rows = []
        for _ in range(200):
            first, last = chance.choice(PEOPLE).split(" ")
            rows += [f"0\t{first}\tB-PER", f"1\t{last}\tI-PER", f"2\t{verb}\tO", "3\ten\tO"]
            rows += [f"4\t{chance.choice(PLACES)}\tB-LOC", "5\t.\tO", ""]
        packed(folder, f"wikineural/{language}.{part}.conllu.xz", "\n".join(rows))


def network(folder: Path) -> Path:
    """The configuration of a model that is fitted in seconds."""
    config = load_config(
        train.CONFIG,
        overrides={
            "components.newswire_entities.model.width": 24,
            "components.newswire_entities.model.depth": 1,
            "components.newswire_entities.model.rows": [300] * 6,
            "training.optimizer.learn_rate.warmup_steps": 5,
            "training.batcher.size.stop": 400,
        },
    )
    config.to_disk(folder / "config.cfg")
    return folder / "config.cfg"
