"""Annotated corpora become sentences as a writer would space them, their spans on the right words."""

import io
import lzma
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.entities import corpora
from training.entities.corpora import Sentence, detokenise, mended, sentence


def text(language: str, words: str) -> str:
    return detokenise(words.split(" "), language)[0]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Il vient , dit-il .", "Il vient, dit-il."),
        ("l' Ukraine et d' autres", "l'Ukraine et d'autres"),
        ("L’ ONU", "L’ONU"),
        ("Quoi ? Non !", "Quoi ? Non !"),
        ("deux points : voici ; là", "deux points : voici ; là"),
        ("( Paris )", "(Paris)"),
        ('il dit " oui " .', 'il dit "oui".'),
        ("il dit « oui » .", "il dit « oui »."),
        ("le score ( 1 - 0 )", "le score (1-0)"),
        ("le 24 / 25", "le 24/25"),
        ("le TGV - un train - part", "le TGV - un train - part"),
        ("cette année -là", "cette année-là"),
        ("91 % de part", "91 % de part"),
        ("aujourd'hui", "aujourd'hui"),
    ],
)
def test_french_spacing(words: str, expected: str) -> None:
    assert text("fr", words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("He came , he said .", "He came, he said."),
        ("Nigeria 's president", "Nigeria's president"),
        ("it was n't", "it wasn't"),
        ("What ? No !", "What? No!"),
        ("he said : “ yes ”", "he said: “yes”"),
        ('the " Sovereign " and " Halo "', 'the "Sovereign" and "Halo"'),
        ("$ 5 billion", "$5 billion"),
        ("the 2003 – 04 season", "the 2003–04 season"),
        ("50 %", "50%"),
    ],
)
def test_english_spacing(words: str, expected: str) -> None:
    assert text("en", words) == expected


@given(st.lists(st.text("abé'’\"«».,-1", min_size=1, max_size=5), min_size=1, max_size=20))
def test_every_word_stands_where_it_is_said_to(words: list[str]) -> None:
    for language in ("fr", "en"):
        whole, places = detokenise(words, language)
        assert [whole[start:end] for start, end in places] == words
        assert whole == whole.strip(" ")


def test_tags_become_spans_of_characters() -> None:
    got = sentence(
        ["Kim", "Jong", "Un", "à", "l'", "ONU", "."],
        ["B-PER", "I-PER", "I-PER", "O", "O", "B-ORG", "O"],
        "fr",
    )
    assert got == Sentence("Kim Jong Un à l'ONU.", ((0, 11, "PER"), (16, 19, "ORG")))


def test_neighbouring_names_stay_apart() -> None:
    got = sentence(["Paris", "Lyon", "Metz"], ["B-LOC", "B-LOC", "I-ORG"], "fr")
    assert got.spans == ((0, 5, "LOC"), (6, 10, "LOC"), (11, 15, "ORG"))


def test_labels_are_mapped_or_dropped() -> None:
    got = sentence(["Ugandan", "January"], ["B-NORP", "B-Date"], "en", corpora.WORLDWIDE)
    assert got.spans == ((0, 7, "MISC"),)


def test_every_class_of_the_worldwide_newswire_is_decided() -> None:
    classes = {"Person", "Organization", "Location", "Facility", "NORP", "Product", "Misc", "Date", "Money"}
    assert corpora.WORLDWIDE.keys() | corpora.DROPPED == classes
    assert set(corpora.WORLDWIDE.values()) <= set(corpora.LABELS)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Thirty - five years", "Thirty-five years"),
        ("Ghana ’ s growth", "Ghana ’s growth"),
        ("Sharm El - Sheikh", "Sharm El-Sheikh"),
        ("- he said", "- he said"),
        ("a - b - c", "a-b-c"),
    ],
)
def test_cuts_within_words_are_mended(words: str, expected: str) -> None:
    tokens = words.split(" ")
    assert " ".join(mended(tokens, ["O"] * len(tokens))[0]) == expected


def test_a_mended_name_keeps_its_tag() -> None:
    assert mended(["El", "-", "Sheikh", "said"], ["B-LOC", "I-LOC", "I-LOC", "O"]) == (
        ["El-Sheikh", "said"],
        ["B-LOC", "O"],
    )


def test_wikineural_is_read_from_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "wikineural"
    folder.mkdir()
    rows = "0\tÀ\tO\n1\tParis\tB-LOC\n2\t.\tO\n\n0\tMarie\tB-PER\n1\tCurie\tI-PER\n\n"
    (folder / "fr.val.conllu.xz").write_bytes(lzma.compress(rows.encode()))
    assert corpora.wikineural(tmp_path, "fr", "val") == [
        Sentence("À Paris.", ((2, 7, "LOC"),)),
        Sentence("Marie Curie", ((0, 11, "PER"),)),
    ]


def test_uner_is_read_without_its_comments(tmp_path: Path) -> None:
    folder = tmp_path / "uner"
    folder.mkdir()
    rows = "# sent_id = 1\n# text = In Tampa\n1\tIn\tO\t-\t-\n2\tTampa\tB-LOC\t-\tsomebody\n\n"
    (folder / "en_ewt-ud-dev.iob2.xz").write_bytes(lzma.compress(rows.encode()))
    assert corpora.uner(tmp_path, "en_ewt-ud-dev") == [Sentence("In Tampa", ((3, 8, "LOC"),))]


def test_the_worldwide_newswire_is_read_article_by_article(tmp_path: Path) -> None:
    folder = tmp_path / "en-worldwide-newswire"
    folder.mkdir()
    with tarfile.open(folder / "train.tar.xz", "w:xz") as archive:
        for name, rows in {
            "b": "Lagos\tB-Location\n",
            "a": "David\tB-Person\nKato\tI-Person\n\n2011\tB-Date\n",
        }.items():
            member = tarfile.TarInfo(f"train/{name}.tsv")
            member.size = len(rows)
            archive.addfile(member, io.BytesIO(rows.encode()))
    assert corpora.worldwide(tmp_path) == [
        [Sentence("David Kato", ((0, 10, "PER"),)), Sentence("2011")],
        [Sentence("Lagos", ((0, 5, "LOC"),))],
    ]


def test_tags_without_a_beginning_are_names_too() -> None:
    """IOB1, and a corpus's slips: I-PER after O starts a name."""
    got = sentence(["Ada", "à", "Oslo"], ["I-PER", "O", "I-LOC"], "fr")
    assert got.spans == ((0, 3, "PER"), (6, 10, "LOC"))


@given(
    st.lists(st.sampled_from(["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-Date"]), min_size=1, max_size=12)
)
def test_spans_never_overlap_and_cover_whole_words(tags: list[str]) -> None:
    got = sentence(["mot"] * len(tags), tags, "fr")
    ends = [place for start, end, _ in got.spans for place in (start, end)]
    assert ends == sorted(ends)
    assert all(got.text[start:end].replace("mot", "").strip() == "" for start, end, _ in got.spans)
    assert sum(tag.startswith("B-") and tag != "B-Date" for tag in tags) <= len(got.spans)


def test_a_missing_corpus_is_told_by_its_path(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"fr\.val\.conllu\.xz"):
        corpora.wikineural(tmp_path, "fr", "val")
