"""The corpora of the language model: the right texts with the right tag, and Serbian in both its scripts."""

# ruff: noqa: RUF001 - Serbian stands in both its scripts

import io
import tarfile
from pathlib import Path

import pytest

from training.languages import corpora
from training.languages.corpora import (
    LATIN_SERBIAN,
    OFTEN,
    cities,
    declarations,
    in_capitals,
    sib200,
    sib200_labelled,
    tag_of,
    to_cyrillic,
    to_latin,
)

SHARED = Path(__file__).parents[3] / "shared" / "data"
HEAD = "index_id\tcategory\ttext\n"


def archived(data: Path, files: dict[str, str]) -> Path:
    (data / "sib200").mkdir()
    with tarfile.open(data / "sib200" / "sib200_annotated.tar.xz", "w:xz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"data/annotated/{name}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return data


def page(folder: Path, name: str, tag: str, count: int) -> None:
    paragraphs = "".join(f"<p>{name} {number} &amp; more</p>" for number in range(1, count + 1))
    (folder / f"{name}.html").write_text(
        f'<html lang="{tag}"><h2>x</h2>{paragraphs}</html>', encoding="utf-8"
    )


def test_sentences_are_read_of_the_wanted_parts_in_their_order(tmp_path: Path) -> None:
    data = archived(
        tmp_path,
        {
            "fra_Latn/dev.tsv": f"{HEAD}1\tsports\tun\n",
            "fra_Latn/train.tsv": f"{HEAD}2\tsports\tdeux\n3\tsports\ttrois\n",
            "fra_Latn/labels.txt": "sports\n",
            "deu_Latn/test.tsv": f'{HEAD}1\tsports\t"vier\n',
        },
    )
    assert sib200(data, ["train", "dev"]) == {"fra_Latn": ["deux", "trois", "un"]}
    assert sib200(data, ["test"]) == {"deu_Latn": ['"vier']}


def test_sentences_are_read_with_their_topics_in_the_words_of_the_corpus(tmp_path: Path) -> None:
    data = archived(
        tmp_path,
        {
            "fra_Latn/dev.tsv": f"{HEAD}1\tsports\tun\n2\tscience/technology\tdeux\n",
            "fra_Latn/train.tsv": f"{HEAD}3\ttravel\tun\n",
            "deu_Latn/train.tsv": f'{HEAD}1\tsports\t"vier "\n',
            "deu_Latn/test.tsv": f"{HEAD}1\thealth\tfünf\n",
        },
    )
    found = sib200_labelled(data, ["train", "dev"])
    assert found == {
        "deu_Latn": [("sports", '"vier "')],
        "fra_Latn": [("travel", "un"), ("sports", "un"), ("science/technology", "deux")],
    }
    assert list(found) == ["deu_Latn", "fra_Latn"]
    assert sib200_labelled(data, ["dev", "train"])["fra_Latn"][-1] == ("travel", "un")
    assert sib200_labelled(data, ["test"]) == {"deu_Latn": [("health", "fünf")]}
    assert sib200_labelled(data, []) == {}


@pytest.mark.parametrize(
    ("folder", "tag"),
    [
        ("fra_Latn", "fr"),
        ("nob_Latn", "no"),
        ("nno_Latn", "no"),
        ("zho_Hant", "zh"),
        ("yue_Hant", "zh"),
        ("arz_Arab", "ar"),
        ("zsm_Latn", "ms"),
        ("ind_Latn", "id"),
        ("bos_Latn", "bs"),
        ("ckb_Arab", "ckb"),
        ("ace_Arab", "ace"),
        ("als_Latn", "sq"),
    ],
)
def test_a_folder_has_the_tag_that_news_uses(folder: str, tag: str) -> None:
    assert tag_of(folder) == tag


def test_declarations_are_read_by_tag_and_pages_of_one_language_together(tmp_path: Path) -> None:
    page(tmp_path, "roh_a", "rm-puter", 2)
    page(tmp_path, "roh_b", "rm-vallader", 1)
    page(tmp_path, "013", "und", 1)
    assert declarations(tmp_path) == {
        "013": ["013 1 & more"],
        "rm": ["roh_a 1 & more", "roh_a 2 & more", "roh_b 1 & more"],
    }


def test_serbian_in_latin_letters_is_apart_and_rare_letters_are_left_out(tmp_path: Path) -> None:
    for name, tag in (
        ("srp_latn", "sr-Latn"),
        ("srp_cyrl", "sr-Cyrl"),
        ("bos_cyrl", "bs-Cyrl"),
        ("bos", "bs-Latn"),
    ):
        page(tmp_path, name, tag, 1)
    assert declarations(tmp_path) == {
        LATIN_SERBIAN: ["srp_latn 1 & more"],
        "sr": ["srp_cyrl 1 & more"],
        "bs": ["bos 1 & more"],
    }


def test_a_fifth_of_a_declaration_is_held_out(tmp_path: Path) -> None:
    page(tmp_path, "bre", "br", 11)
    learnt, held_out = declarations(tmp_path)["br"], declarations(tmp_path, held_out=True)["br"]
    assert held_out == ["bre 5 & more", "bre 10 & more"]
    assert len(learnt) == 9
    assert not set(learnt) & set(held_out)


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        ("Ljubav i njen džep", "Љубав и њен џеп"),
        ("Vlada je saopštila đaku: 5 %", "Влада је саопштила ђаку: 5 %"),
        ("", ""),
    ],
)
def test_serbian_goes_from_either_script_to_the_other(latin: str, cyrillic: str) -> None:
    assert to_cyrillic(latin) == cyrillic
    assert to_latin(cyrillic) == latin


def test_cities_have_names_and_the_large_in_three_scripts() -> None:
    found = cities()
    assert {"Paris", "Москва", "القاهرة"} <= found
    assert not any("\u0900" <= each[0] < "\u1000" for each in found)


def test_names_are_what_stands_in_capitals_after_small_letters() -> None:
    headlines = [
        "Le président Emmanuel Macron reçoit Olaf à Berlin",
        "Deux Mondes: la rencontre, selon Emmanuel Macron, hier",
    ]
    assert in_capitals(headlines * OFTEN) == {"Emmanuel Macron", "Olaf", "Berlin"}


def test_a_name_that_is_rare_is_left_out() -> None:
    assert in_capitals(["le maire de Trifouilly"] * (OFTEN - 1)) == set()
    assert in_capitals([]) == set()


def test_lists_of_words_have_shares_that_add_up() -> None:
    pytest.importorskip("wordfreq", reason="the lists of words are needed to fit alone")
    lists = {(each.language, each.words[0] < "\u0400"): each for each in corpora.words()}
    assert {("no", True), ("sr", False), ("sh", True), ("fr", True)} <= set(lists)
    assert all(each.shares.sum() == pytest.approx(1) for each in lists.values())
    assert all(len(each.words) == len(each.shares) for each in lists.values())


@pytest.mark.skipif(not SHARED.exists(), reason="the corpora are not beside the project")
def test_names_are_sorted_and_many() -> None:
    found = corpora.names(SHARED)
    assert found == sorted(set(found))
    assert {"Paris", "Emmanuel Macron"} <= set(found)
    assert len(found) > 50_000


@pytest.mark.skipif(not SHARED.exists(), reason="the corpora are not beside the project")
def test_the_texts_are_of_many_languages_and_of_the_train_part_alone(tmp_path: Path) -> None:
    page(tmp_path, "bre", "br", 4)
    found = list(corpora.texts(SHARED, tmp_path))
    languages = {each.language for each in found}
    assert len(languages) > 185
    assert {"br", "fr", "no", "zh", "ckb"} <= languages
    learnt = {text for each in found if each.kind == "sib" for text in each.texts}
    tested = {text for each in sib200(SHARED, ["dev", "test"]).values() for text in each}
    assert len(learnt & tested) < 0.001 * len(tested)
    assert {each.texts[0] < "\u0400" for each in found if each.language == LATIN_SERBIAN} == {True}
    assert {each.texts[0] < "\u0400" for each in found if each.language == "sr"} == {False}


@pytest.mark.skipif(not SHARED.exists(), reason="the corpora are not beside the project")
def test_each_sentence_has_the_same_one_of_seven_topics_in_every_language() -> None:
    found = sib200_labelled(SHARED, ["test"])
    assert len(found) == 205
    [topics] = {tuple(topic for topic, _ in pairs) for pairs in found.values()}
    assert len(topics) == 204
    assert set(topics) == {
        "entertainment",
        "geography",
        "health",
        "politics",
        "science/technology",
        "sports",
        "travel",
    }
    assert {folder: [text for _, text in pairs] for folder, pairs in found.items()} == sib200(
        SHARED, ["test"]
    )
