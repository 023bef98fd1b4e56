"""The French news annotated by hand: each span is a name, and the texts are those that the rule chooses."""

import json
import lzma
import re
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.entities.annotations import (
    CORPUS,
    FILE,
    Annotation,
    MissingTextsError,
    digest,
    hashes,
    read,
    records,
)
from training.entities.corpora import LABELS, Sentence

DATA = Path(__file__).parents[4] / "shared" / "data"
needs_corpus = pytest.mark.skipif(
    not (DATA / CORPUS).exists(), reason="the annotated news lie in ../shared/data, which is absent here"
)
ACRONYM = re.compile("[A-Z]{2,6}")
# Titles, and articles in small letters: "Le Monde" and "L’Express" keep theirs.
BEFORE_A_NAME = re.compile(
    r"(?:les?|la|du|des|aux?|une?|ces?|cette|son|sa|ses|M\.|Mme|Dr|Mgr|président|ministre|pape)\s|[ld]['’]"
)


def corpus(folder: Path, *texts: str) -> Path:
    """A data folder whose news are these texts."""
    (folder / CORPUS).parent.mkdir(exist_ok=True)
    lines = "".join(f"sport\twww.example.fr\t2024-05-31\t{text}\n" for text in texts)
    (folder / CORPUS).write_bytes(lzma.compress(lines.encode()))
    return folder


def line(text: str, /, *spans: tuple[int, int, str], **changed: Any) -> str:
    """A line of the file of annotations."""
    fields = {"sha256": digest(text), "host": "www.example.fr", "date": "2024-05-31", "topic": "sport"}
    return json.dumps(fields | {"set": "news", "spans": spans} | changed) + "\n"


def annotated(folder: Path, *lines: str) -> Path:
    """A file of annotations."""
    (folder / "annotated.jsonl").write_text("".join(lines), encoding="utf-8")
    return folder / "annotated.jsonl"


def test_texts_are_found_by_their_hash_in_the_order_of_the_file(tmp_path: Path) -> None:
    data = corpus(tmp_path, "Lens bat Lille .", "Rien.", "L’Élysée se tait.")
    file = annotated(
        tmp_path, line("L’Élysée se tait.", (2, 8, "LOC")), line("Lens bat Lille .", (0, 4, "ORG"))
    )

    assert read(data, file) == [
        Sentence("L’Élysée se tait.", ((2, 8, "LOC"),)),
        Sentence("Lens bat Lille .", ((0, 4, "ORG"),)),
    ]


def test_a_part_alone_needs_no_text_of_the_other(tmp_path: Path) -> None:
    data = corpus(tmp_path, "L'ONU et l'UE.")
    file = annotated(
        tmp_path, line("L'ONU et l'UE.", (2, 5, "ORG"), set="acronyms"), line("Not in the corpus.")
    )

    assert read(data, file, "acronyms") == [Sentence("L'ONU et l'UE.", ((2, 5, "ORG"),))]


def test_missing_texts_are_named(tmp_path: Path) -> None:
    data = corpus(tmp_path, "Une autre.", "Lens bat Lille.")
    file = annotated(tmp_path, line("Lens bat Lille."), line("Une", host="a.example"), line("Deux"))

    with pytest.raises(MissingTextsError) as raised:
        read(data, file)

    message = str(raised.value)
    assert message.startswith(f"2 of 3 annotated texts are not in {data / CORPUS}:")
    assert f"2024-05-31 a.example {digest('Une')}" in message
    assert digest("Deux") in message
    assert digest("Lens bat Lille.") not in message


def test_a_folder_without_the_corpus_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(tmp_path, annotated(tmp_path, line("Lens bat Lille.")))


@pytest.mark.parametrize(
    "wrong",
    [
        {"spans": [[0, 4, "GPE"]]},
        {"spans": [[-1, 4, "ORG"]]},
        {"spans": [[0, 4]]},
        {"set": "other"},
        {"date": "May 2024"},
        {"sha256": "5e"},
        {"text": "Lens bat Lille."},
    ],
)
def test_a_line_that_is_no_annotation_is_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        records(annotated(tmp_path, line("Lens bat Lille.", **wrong)))


@given(
    st.lists(
        st.text(st.characters(exclude_characters="\t\n", exclude_categories=["Cs"]), min_size=1),
        min_size=1,
        unique=True,
    ),
    st.data(),
)
def test_any_texts_come_back_whole(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("data")
    chosen = data.draw(st.lists(st.sampled_from(texts), unique=True))
    file = annotated(folder, *(line(text, (0, len(text), "MISC")) for text in chosen))

    read_back = read(corpus(folder, *texts), file)
    assert read_back == [Sentence(text, ((0, len(text), "MISC"),)) for text in chosen]
    assert hashes(file) == {digest(text) for text in chosen}


@pytest.fixture(scope="module")
def ours() -> list[Annotation]:
    return records()


def test_as_many_as_the_guidelines_say(ours: list[Annotation]) -> None:
    assert Counter(each.part for each in ours) == {"news": 160, "acronyms": 40}
    assert len(hashes()) == 200


def test_spans_are_in_order_and_apart(ours: list[Annotation]) -> None:
    for each in ours:
        ends = [0, *(end for _, end, _ in each.spans)]
        assert all(before <= start < end for before, (start, end, _) in zip(ends, each.spans, strict=False))


def test_every_label_is_met_often_enough_to_be_measured(ours: list[Annotation]) -> None:
    met = Counter(label for each in ours for _, _, label in each.spans)
    assert set(met) == set(LABELS)
    assert min(met.values()) >= 90


def test_the_file_holds_no_text() -> None:
    assert set(re.findall(r'"(\w+)": ', FILE.read_text("utf-8"))) == {
        "sha256",
        "host",
        "date",
        "topic",
        "set",
        "spans",
    }


@pytest.fixture(scope="module")
def rows() -> list[tuple[str, str, str, str]]:
    """Hash, topic, outlet and date of each line of the corpus."""
    with lzma.open(DATA / CORPUS) as lines:
        found = []
        for each in lines:
            topic, host, date, text = each.decode().rstrip("\n").split("\t")
            found.append((digest(text), topic, host, date))
        return found


@pytest.fixture(scope="module")
def sentences() -> list[Sentence]:
    return read(DATA)


@needs_corpus
def test_every_text_is_found_and_holds_its_spans(ours: list[Annotation], sentences: list[Sentence]) -> None:
    assert [digest(one.text) for one in sentences] == [each.sha256 for each in ours]
    assert all(end <= len(one.text) for one in sentences for _, end, _ in one.spans)


@needs_corpus
def test_a_span_is_made_of_whole_words_and_begins_with_the_name(sentences: list[Sentence]) -> None:
    for one in sentences:
        for start, end, _ in one.spans:
            name, around = one.text[start:end], one.text[start - 1 : start] + one.text[end : end + 1]
            assert not any(mark.isalnum() or mark == "_" for mark in around), name
            assert name[0].isalnum(), name
            assert name[-1].isalnum() or name[-1] in "!?.…", name
            assert not BEFORE_A_NAME.match(name), name


@needs_corpus
def test_a_name_is_marked_wherever_its_text_has_it(sentences: list[Sentence]) -> None:
    for one in sentences:
        covered = {place for start, end, _ in one.spans for place in range(start, end)}
        for name in {one.text[start:end] for start, end, _ in one.spans}:
            found = re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", one.text)
            assert all(match.start() in covered for match in found), name


@needs_corpus
def test_the_acronyms_are_two_or_more_in_each_text(ours: list[Annotation], sentences: list[Sentence]) -> None:
    for each, one in zip(ours, sentences, strict=True):
        organisations = {one.text[start:end] for start, end, label in one.spans if label == "ORG"}
        acronyms = [name for name in organisations if ACRONYM.fullmatch(name)]
        assert each.part == "news" or len(acronyms) >= 2


@needs_corpus
def test_the_news_are_those_that_the_rule_of_the_guidelines_chooses(
    ours: list[Annotation], rows: list[tuple[str, str, str, str]]
) -> None:
    pool = [row for row in rows if row[0].startswith("5e")]
    size = Counter(topic for _, topic, _, _ in pool)
    topics, outlets, months = Counter[str](), Counter[str](), Counter[str]()
    chosen = set()
    for name, topic, host, date in sorted(pool, key=lambda row: (size[row[1]], row[1], row[0])):
        if topics[topic] < 10 and outlets[host] < 18 and months[date[:7]] < 4:
            topics[topic] += 1
            outlets[host] += 1
            months[date[:7]] += 1
            chosen.add(name)

    assert chosen == {each.sha256 for each in ours if each.part == "news"}


@needs_corpus
def test_an_annotation_names_its_line_and_keeps_the_order_of_the_corpus(
    ours: list[Annotation], rows: list[tuple[str, str, str, str]]
) -> None:
    named = [(each.sha256, each.topic, each.host, each.date) for each in ours]
    wanted = hashes()
    assert named == [row for row in rows if row[0] in wanted]
