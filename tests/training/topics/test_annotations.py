"""The annotated topics: read without their texts, and what is measured kept apart from what is learnt."""

import tempfile
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline import media_topics
from pipeline.enrich.topics import TOPICS
from training.entities.annotations import MissingTextsError, digest
from training.topics import annotations, corpora
from training.topics.annotations import (
    LANGUAGES,
    Annotation,
    Split,
    records,
    split,
)
from training.topics.corpora import Item
from training.topics.material import HELD_OUT_PUBLISHERS

DATA = Path(__file__).parents[4] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the corpora are not beside the project")
SPORT, POLITICS = "medtop:15000000", "medtop:11000000"
FOOTBALL = "medtop:20001065"
NAMES = {"de": "German", "en": "English", "fr": "French", "it": "Italian", "nl": "Dutch", "ru": "Russian"}
LISTED = 92
"""Topics below the top level that the annotator could choose from, as the guidelines say."""


def item(text: str) -> Item:
    return Item(topic=SPORT, publisher="p", day="", text=text)


def annotated(text: str, *topics: str) -> Annotation:
    return Annotation(digest(text), topics)


def write(folder: Path, measured: list[Annotation], learnt: list[Annotation], language: str = "fr") -> None:
    for name, found in ((language, measured), (f"{language}.learnt", learnt)):
        (folder / f"{name}.jsonl").write_bytes(msgspec.json.Encoder().encode_lines(found))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Annotations of three French texts: two to measure with, one to learn from."""
    monkeypatch.setattr(annotations, "FOLDER", tmp_path)
    write(tmp_path, [annotated("a", SPORT, POLITICS), annotated("é")], [annotated("c", POLITICS)])
    return tmp_path


def texts(found: list[tuple[Item, Annotation]]) -> list[str]:
    return [each.text for each, _ in found]


@pytest.mark.parametrize("learnt", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_text_is_annotated_once_in_the_order_of_the_hashes(language: str, *, learnt: bool) -> None:
    found = [each.sha256 for each in records(language, learnt=learnt)]
    assert found == sorted(set(found))
    assert len(found) > (1800 if learnt else 340)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_text_to_measure_with_has_one_to_three_topics_of_the_top_level(language: str) -> None:
    for each in records(language):
        assert 1 <= len(each.topics) <= 3
        assert len(set(each.topics)) == len(each.topics)
        assert set(each.topics) <= TOPICS.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_to_learn_from_may_be_of_no_topic_but_few_are(language: str) -> None:
    found = records(language, learnt=True)
    for each in found:
        assert len(set(each.topics)) == len(each.topics) <= 3
        assert set(each.topics) <= TOPICS.keys()
    assert sum(not each.topics for each in found) < 0.02 * len(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_is_learnt_and_all_but_one_at_most_measured(language: str) -> None:
    learnt, measured = (
        {topic for each in records(language, learnt=learnt) for topic in each.topics}
        for learnt in (True, False)
    )
    assert learnt == TOPICS.keys()
    assert len(TOPICS.keys() - measured) <= 1


@pytest.mark.parametrize("learnt", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
def test_narrower_topics_stand_under_one_of_the_texts_topics(language: str, *, learnt: bool) -> None:
    looked_at = [each for each in records(language, learnt=learnt) if each.narrower is not UNSET]
    assert len(looked_at) >= 200
    for each in looked_at:
        assert each.narrower is not UNSET
        assert len(set(each.narrower)) == len(each.narrower) <= 4
        for qcode in each.narrower:
            lineage = media_topics.lineage(qcode)
            assert lineage[0].qcode == qcode
            assert lineage[-1].qcode in each.topics


def test_narrower_topics_are_those_of_the_list() -> None:
    counts = Counter(
        qcode
        for language in LANGUAGES
        for learnt in (False, True)
        for each in records(language, learnt=learnt)
        for qcode in each.narrower or ()
    )
    assert len(counts) == LISTED


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guidelines_say_how_many_texts_there_are(language: str) -> None:
    guidelines = (annotations.FOLDER / "guidelines.md").read_text(encoding="utf-8")
    measured, learnt = (len(records(language, learnt=learnt)) for learnt in (False, True))
    assert f"| {NAMES[language]} | {measured:,} | {learnt:,} |" in guidelines


def test_there_are_no_annotations_but_of_the_languages() -> None:
    names = {path.name.removesuffix(".jsonl") for path in annotations.FOLDER.glob("*.jsonl")}
    assert names == {*LANGUAGES, *(f"{language}.learnt" for language in LANGUAGES)}


@pytest.mark.usefixtures("folder")
def test_items_are_kept_apart_by_what_they_are_for() -> None:
    found = split([item(text) for text in ("b", "é", "c", "a", "d")], "fr")
    assert found == Split(
        free=[item("b"), item("d")],
        learnt=[(item("c"), annotated("c", POLITICS))],
        measured=[(item("é"), annotated("é")), (item("a"), annotated("a", SPORT, POLITICS))],
    )


def test_a_text_that_is_in_both_files_is_measured_alone(folder: Path) -> None:
    write(folder, [annotated("a", SPORT)], [annotated("a", POLITICS), annotated("b", POLITICS)])
    found = split([item("a"), item("b")], "fr")
    assert found.measured == [(item("a"), annotated("a", SPORT))]
    assert texts(found.learnt) == ["b"]
    assert found.free == []


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.text(max_size=5), st.sampled_from(["free", "learnt", "measured", "both"])))
def test_no_text_is_for_two_things_and_none_is_lost(uses: dict[str, str]) -> None:
    measured = [annotated(text, SPORT) for text, use in uses.items() if use in {"measured", "both"}]
    learnt = [annotated(text, POLITICS) for text, use in uses.items() if use in {"learnt", "both"}]
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(annotations, "FOLDER", Path(name))
        write(Path(name), measured, learnt)
        found = split(map(item, uses), "fr")
    assert [each.text for each in found.free] == [text for text, use in uses.items() if use == "free"]
    assert texts(found.learnt) == [text for text, use in uses.items() if use == "learnt"]
    assert texts(found.measured) == [text for text, use in uses.items() if use in {"measured", "both"}]
    assert all(digest(each.text) == mark.sha256 for each, mark in (*found.learnt, *found.measured))


@pytest.mark.parametrize("missing", ["a", "c"])
@pytest.mark.usefixtures("folder")
def test_a_text_that_is_missing_is_named(missing: str) -> None:
    others = [item(text) for text in ("a", "é", "c") if text != missing]
    with pytest.raises(
        MissingTextsError, match=f"1 annotated texts are not in the corpus.*{digest(missing)}"
    ):
        split(others, "fr")


@pytest.mark.usefixtures("folder")
def test_a_language_without_annotations_is_refused() -> None:
    with pytest.raises(FileNotFoundError, match=r"nl\.learnt\.jsonl"):
        split([item("a")], "nl")
    with pytest.raises(FileNotFoundError, match=r"nl\.jsonl"):
        records("nl")


def test_that_nobody_looked_is_told_from_that_nothing_was_found(folder: Path) -> None:
    start = f'{{"sha256": "{digest("a")}", "topics": ["{SPORT}"]'
    lines = [f"{start}}}", f'{start}, "narrower": []}}', f'{start}, "narrower": ["{FOOTBALL}"]}}']
    (folder / "fr.jsonl").write_text("\n".join(lines) + "\n")
    assert [each.narrower for each in records("fr")] == [UNSET, (), (FOOTBALL,)]


def test_an_annotation_is_written_as_it_was_read() -> None:
    line = (annotations.FOLDER / "de.jsonl").read_bytes()
    again = msgspec.json.Encoder().encode_lines(records("de"))
    assert msgspec.json.Decoder().decode_lines(again) == msgspec.json.Decoder().decode_lines(line)


@pytest.mark.parametrize("name", ["fr", "fr.learnt"])
@pytest.mark.parametrize(
    "line",
    [
        "{",
        '{"sha256": 1}',
        '{"sha256": "ab", "topics": []}',
        f'{{"sha256": "{"A" * 64}", "topics": []}}',
        f'{{"sha256": "{"a" * 64}"}}',
        f'{{"sha256": "{"a" * 64}", "topics": ["{FOOTBALL}"]}}',
        f'{{"sha256": "{"a" * 64}", "topics": ["{SPORT}"], "narrower": ["{SPORT}"]}}',
        f'{{"sha256": "{"a" * 64}", "topics": [], "narrower": null}}',
        f'{{"sha256": "{"a" * 64}", "topics": [], "text": "a"}}',
    ],
)
def test_a_line_that_is_no_annotation_is_refused(folder: Path, line: str, name: str) -> None:
    (folder / f"{name}.jsonl").write_text(line + "\n")
    with pytest.raises(msgspec.DecodeError):
        records("fr", learnt=name == "fr.learnt")


@cache
def real(language: str) -> tuple[list[Item], Split]:
    items = corpora.weak(DATA, language)
    return items, split(items, language)


@needs_data
@pytest.mark.parametrize("language", LANGUAGES)
def test_all_annotated_texts_are_in_the_corpora(language: str) -> None:
    items, found = real(language)
    assert len(found.learnt) == len(records(language, learnt=True))
    assert len(found.measured) == len(records(language))
    assert len(found.free) + len(found.learnt) + len(found.measured) == len(items)


@needs_data
@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_to_measure_with_are_of_the_publishers_that_are_held_out(language: str) -> None:
    _, found = real(language)
    assert {each.publisher for each, _ in found.measured} == HELD_OUT_PUBLISHERS[language]


@needs_data
@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_to_learn_from_are_of_other_publishers(language: str) -> None:
    _, found = real(language)
    assert {each.publisher for each, _ in found.learnt}.isdisjoint(HELD_OUT_PUBLISHERS[language])


@needs_data
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_headline_to_measure_with_is_learnt_with_another_summary(language: str) -> None:
    def headlines(items: Iterable[Item]) -> set[str]:
        return {each.text.partition(" . ")[0].strip().casefold() for each in items}

    _, found = real(language)
    measured = headlines(each for each, _ in found.measured)
    others = [each for each in found.free if each.publisher not in HELD_OUT_PUBLISHERS[language]]
    assert len(measured) > 340
    assert measured.isdisjoint(headlines(others))
    assert measured.isdisjoint(headlines(each for each, _ in found.learnt))
