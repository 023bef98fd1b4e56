"""The annotated topics: read without their texts, and kept apart from what is learnt from."""

from pathlib import Path

import msgspec
import pytest

from pipeline.enrich.topics import TOPICS
from training.topics import annotations, corpora
from training.topics.annotations import MissingTextsError, digest, records, split
from training.topics.corpora import Item
from training.topics.evaluate import HELD_OUT_PUBLISHERS

DATA = Path(__file__).parents[4] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the corpora are not beside the project")
SPORT, POLITICS = "medtop:15000000", "medtop:11000000"


def item(text: str) -> Item:
    return Item(topic=SPORT, publisher="p", day="", text=text)


@pytest.fixture
def annotated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Annotations of two French texts."""
    lines = [{"sha256": digest("a"), "topics": [SPORT, POLITICS]}, {"sha256": digest("é"), "topics": []}]
    file = tmp_path / "fr.jsonl"
    file.write_bytes(b"\n".join(map(msgspec.json.encode, lines)) + b"\n")
    monkeypatch.setattr(annotations, "FOLDER", tmp_path)
    return file


@pytest.mark.parametrize("language", annotations.LANGUAGES)
def test_each_text_has_one_to_three_topics_of_the_top_level(language: str) -> None:
    found = records(language)
    assert len({each.sha256 for each in found}) == len(found) > 400
    for each in found:
        assert 1 <= len(each.topics) <= 3
        assert len(set(each.topics)) == len(each.topics)
        assert set(each.topics) <= TOPICS.keys()


def test_every_topic_is_annotated_in_each_language() -> None:
    for language in annotations.LANGUAGES:
        assert {topic for each in records(language) for topic in each.topics} == TOPICS.keys()


@pytest.mark.usefixtures("annotated")
def test_what_is_annotated_is_not_learnt_from() -> None:
    free, kept = split([item("b"), item("é"), item("a")], "fr")
    assert [each.text for each in free] == ["b"]
    assert [(each.text, topics) for each, topics in kept] == [("é", ()), ("a", (SPORT, POLITICS))]


@pytest.mark.usefixtures("annotated")
def test_a_text_that_is_missing_is_named() -> None:
    with pytest.raises(MissingTextsError, match=f"1 annotated texts are not in the corpus.*{digest('a')}"):
        split([item("é")], "fr")


def test_a_language_without_annotations_is_learnt_from_as_it_is() -> None:
    assert split([item("a")], "nl") == ([item("a")], [])


@pytest.mark.parametrize("line", ['{"sha256": "ab", "topics": []}', "{", '{"sha256": 1}'])
def test_a_line_that_is_no_annotation_is_refused(annotated: Path, line: str) -> None:
    annotated.write_text(line + "\n")
    with pytest.raises(msgspec.DecodeError):
        records("fr")


@needs_data
@pytest.mark.parametrize("language", annotations.LANGUAGES)
def test_all_texts_are_of_publishers_that_are_held_out(language: str) -> None:
    items = corpora.weak(DATA, language)
    free, kept = split(items, language)
    assert len(free) + len(kept) == len(items)
    assert {each.publisher for each, _ in kept} <= HELD_OUT_PUBLISHERS[language]
