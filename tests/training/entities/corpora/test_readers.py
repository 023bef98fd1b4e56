"""Each corpus is read from files of its own shape."""

import json
from pathlib import Path

import pytest

from training.entities import corpora
from training.entities.corpora import Sentence

from .files import archived, column, packed, shown


def test_wikineural(tmp_path: Path) -> None:
    rows = "0\tÀ\tO\n1\tParis\tB-LOC\n2\t.\tO\n\n0\tMarie\tB-PER\n1\tCurie\tI-PER\n\n"
    packed(tmp_path, "wikineural/fr.val.conllu.xz", rows)
    assert corpora.wikineural(tmp_path, "fr", "val") == [
        Sentence("À Paris.", ((2, 7, "LOC"),)),
        Sentence("Marie Curie", ((0, 11, "PER"),)),
    ]


def test_uner(tmp_path: Path) -> None:
    rows = "# sent_id = 1\n# text = In  Tampa!\n1\tIn\tO\t-\t-\n2\tTampa\tB-LOC\t-\tx\n3\t!\tO\t-\t-\n\n"
    packed(tmp_path, "uner/en_ewt-ud-dev.iob2.xz", rows)
    assert corpora.uner(tmp_path, "en_ewt-ud-dev") == [Sentence("In  Tampa!", ((4, 9, "LOC"),))]


def test_the_worldwide_newswire_article_by_article(tmp_path: Path) -> None:
    members = {
        "train/b.tsv": "Lagos\tB-Location\n",
        "train/a.tsv": "David\tB-Person\nKato\tI-Person\n\n2011\tB-Date\n",
    }
    archived(tmp_path, "en-worldwide-newswire/train.tar.xz", members)
    assert corpora.worldwide(tmp_path) == [
        [Sentence("David Kato", ((0, 10, "PER"),)), Sentence("2011")],
        [Sentence("Lagos", ((0, 5, "LOC"),))],
    ]


def test_germeval_by_its_outer_column(tmp_path: Path) -> None:
    rows = (
        "#\thttp://a.example\t[2010-07-04]\t\n1\tBerliner\tB-LOCderiv\tO\n2\tFC\tB-ORG\tO\n3\tKöln\tI-ORG\tB-LOC\n"
        "4\tEU-Budget\tB-ORGpart\tO\n#\thttp://b.example\t[2010-07-05]\t\n1\tBonn\tB-LOC\tO\n"
    )
    packed(tmp_path, "germeval2014/NER-de-dev.tsv.xz", rows)
    got = corpora.germeval(tmp_path)
    assert [shown(one) for one in got] == ["[Berliner]MISC [FC Köln]ORG EU-Budget", "[Bonn]LOC"]


def test_kind_whose_tags_have_no_beginnings(tmp_path: Path) -> None:
    packed(tmp_path, "kind/wikinews_train.tsv.xz", column("dell'/O Unione/ORG Buddhista/ORG | Pisa/LOC"))
    assert [shown(one) for one in corpora.kind(tmp_path)] == ["dell'[Unione Buddhista]ORG", "[Pisa]LOC"]


def test_the_swedish_corpus_whose_o_is_a_nought(tmp_path: Path) -> None:
    packed(tmp_path, "ner-more/sv.klintan.test.txt.xz", column("säger/0 Bodil/PER Hallin/PER ./0", "   "))
    assert [shown(one) for one in corpora.klintan(tmp_path, "test")] == ["säger [Bodil Hallin]PER."]


def test_turku_document_by_document(tmp_path: Path) -> None:
    rows = column("-DOCSTART-/O | Turkuun/B-LOC | Otc-listaa/B-PRO | -DOCSTART-/O | 1998/B-DATE")
    packed(tmp_path, "ner-more/fi.turku.train.tsv.xz", rows)
    got = corpora.turku(tmp_path, "train")
    assert [[shown(one) for one in document] for document in got] == [
        ["[Turkuun]LOC", "[Otc-listaa]MISC"],
        ["1998"],
    ]


def test_stockmark_as_it_was_written(tmp_path: Path) -> None:
    record = {
        "curid": "1",
        "text": "伊藤は東京の法人だ。",
        "entities": [
            {"name": "東京", "span": [3, 5], "type": "地名"},
            {"name": "伊藤", "span": [0, 2], "type": "人名"},
        ],
    }
    packed(tmp_path, "ner-more/ja.stockmark.json.xz", json.dumps([record]))
    assert [shown(one) for one in corpora.stockmark(tmp_path)] == ["[伊藤]PERは[東京]LOCの法人だ。"]


def test_the_turkish_corpus_keeps_case_endings(tmp_path: Path) -> None:
    rows = column("Bern'de/B-GPE Meclisi/B-ORG ,/O 1995/B-DATE Profesör/B-TITLE", " ")
    packed(tmp_path, "ner-more/tr.wikiner.test.conll.xz", rows)
    got = corpora.turkish_wiki(tmp_path, "test")
    assert [shown(one) for one in got] == ["[Bern'de]LOC [Meclisi]ORG, 1995 Profesör"]


def test_msra_character_by_character(tmp_path: Path) -> None:
    packed(tmp_path, "ner-more/zh.msra.test.txt.xz", column("在/O 中/B-LOC 国/I-LOC 美/B-LOC 。/O", " "))
    assert [shown(one) for one in corpora.msra(tmp_path)] == ["在[中国]LOC[美]LOC。"]


def test_hiner_without_the_marks_at_its_names(tmp_path: Path) -> None:
    rows = column("नौला,/B-LOCATION तहसील/O में/O ।/O")
    packed(tmp_path, "ner-more/hi.hiner.validation.conll.xz", rows)
    assert [shown(one) for one in corpora.hiner(tmp_path)] == ["[नौला]LOC, तहसील में।"]


def test_a_missing_corpus_is_told_by_its_path(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"fr\.val\.conllu\.xz"):
        corpora.wikineural(tmp_path, "fr", "val")
