"""The news that topics are learnt from and measured on is read as it is written, each text once."""

import csv
import io
import re
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.enrich.topics import TOPICS
from tests.training.entities.corpora.files import packed
from training.topics import corpora
from training.topics.annotations import LANGUAGES
from training.topics.corpora import MASAKHANEWS_LABELS, MASAKHANEWS_LANGUAGES, WEAK_LABELS, Item

DATA = Path(__file__).parents[4] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the corpora are not beside the project")
SPORT, POLITICS = "medtop:15000000", "medtop:11000000"
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\t\n"), max_size=20)
LINES = st.lists(st.tuples(st.sampled_from(sorted(WEAK_LABELS)), CELLS, CELLS, CELLS), max_size=8)


def articles(data: Path, name: str, *rows: tuple[str, str, str]) -> None:
    """A file of MasakhaNEWS with articles of a category, a headline and a text each."""
    file = io.StringIO(newline="")
    table = csv.writer(file, delimiter="\t")
    table.writerow(["category", "headline", "text", "url"])
    table.writerows((*row, "x") for row in rows)
    packed(data, f"masakhanews/{name}.tsv.xz", file.getvalue())


def test_weak_items_are_read_each_text_once(tmp_path: Path) -> None:
    line = "sport\twww.a.fr\t2024-01-02\tLe match"
    packed(tmp_path, "topics-weak/fr.one.tsv.xz", f"{line}\npolitics\twww.b.fr\t\tLa loi\u2028 votée\n")
    packed(tmp_path, "topics-weak/fr.two.tsv.xz", f"{line}\n")
    assert corpora.weak(tmp_path, "fr") == [
        Item(SPORT, "www.a.fr", "2024-01-02", "Le match"),
        Item(POLITICS, "www.b.fr", "", "La loi\u2028 votée"),
    ]


def test_of_a_text_that_two_publishers_have_the_first_in_the_order_of_the_files_is_kept(
    tmp_path: Path,
) -> None:
    packed(tmp_path, "topics-weak/fr.two.tsv.xz", "politics\twww.b.fr\t\tUn texte\n")
    packed(tmp_path, "topics-weak/fr.one.tsv.xz", "sport\twww.a.fr\t\tUn texte\n")
    assert corpora.weak(tmp_path, "fr") == [Item(SPORT, "www.a.fr", "", "Un texte")]


def test_other_languages_are_left_out(tmp_path: Path) -> None:
    packed(tmp_path, "topics-weak/en.one.tsv.xz", "sport\twww.a.uk\t\tThe match\n")
    packed(tmp_path, "topics-weak/fr.one.tsv.xz", "sport\twww.a.fr\t\tLe match\n")
    assert [each.text for each in corpora.weak(tmp_path, "en")] == ["The match"]
    assert corpora.weak(tmp_path, "e") == corpora.weak(tmp_path, "nl") == []


@settings(max_examples=40, deadline=None)
@given(LINES)
def test_whatever_the_cells_hold_they_come_back(lines: list[tuple[str, str, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        packed(Path(name), "topics-weak/fr.one.tsv.xz", "".join("\t".join(line) + "\n" for line in lines))
        found = corpora.weak(Path(name), "fr")
    expected = [Item(WEAK_LABELS[label], publisher, day, text) for label, publisher, day, text in lines]
    first = {each.text: each for each in reversed(expected)}
    assert {each.text: each for each in found} == first
    assert [each.text for each in found] == list(dict.fromkeys(each.text for each in expected))


@pytest.mark.parametrize("line", ["gossip\twww.a.fr\t\tUn texte", "sport\twww.a.fr\tUn texte", ""])
def test_a_line_that_is_no_item_is_refused(tmp_path: Path, line: str) -> None:
    packed(tmp_path, "topics-weak/fr.one.tsv.xz", f"{line}\n")
    with pytest.raises((KeyError, ValueError), match=r"gossip|unpack"):
        corpora.weak(tmp_path, "fr")


def test_masakhanews_is_read_with_its_line_ends(tmp_path: Path) -> None:
    articles(tmp_path, "fra.dev", ("sports", "Le match", 'Premier "alinéa".\nDeuxième.\r\n\tTroisième.'))
    assert list(corpora.masakhanews(tmp_path, "fr", ["dev"])) == [
        Item(SPORT, "masakhanews", "", 'Le match\n\nPremier "alinéa".\nDeuxième.\r\n\tTroisième.')
    ]


def test_only_the_wanted_part_of_masakhanews_is_read(tmp_path: Path) -> None:
    for part in ("dev", "train50"):
        articles(tmp_path, f"eng.{part}", ("sports", "The match", part), ("politics", "The law", part))
    for part in ("dev", "train50"):
        found = list(corpora.masakhanews(tmp_path, "en", [part]))
        assert [each.text for each in found] == [f"The match\n\n{part}", f"The law\n\n{part}"]
        assert [each.topic for each in found] == [SPORT, POLITICS]


def test_an_article_may_be_longer_than_what_csv_reads_of_itself(tmp_path: Path) -> None:
    csv.field_size_limit(131_072)
    articles(tmp_path, "fra.dev", ("religion", "Long", "a" * 200_000))
    [found] = corpora.masakhanews(tmp_path, "fr", ["dev"])
    assert len(found.text) == 200_000 + len("Long\n\n")


def test_what_masakhanews_has_not_is_refused(tmp_path: Path) -> None:
    articles(tmp_path, "fra.dev", ("gossip", "Un texte", ""))
    with pytest.raises(KeyError, match="gossip"):
        list(corpora.masakhanews(tmp_path, "fr", ["dev"]))
    with pytest.raises(FileNotFoundError):
        list(corpora.masakhanews(tmp_path, "fr", ["train50"]))
    with pytest.raises(KeyError, match="de"):
        list(corpora.masakhanews(tmp_path, "de", ["dev"]))


def test_every_label_is_one_of_the_seventeen_topics() -> None:
    assert sorted(WEAK_LABELS.values()) == list(TOPICS)
    assert set(MASAKHANEWS_LABELS.values()) < set(TOPICS)
    assert len(set(MASAKHANEWS_LABELS.values())) == 7


@needs_data
@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"fr"}))
def test_the_real_items_have_a_topic_a_text_and_a_day_or_none(language: str) -> None:
    found = corpora.weak(DATA, language)
    assert len(found) > 8_000
    assert len({each.topic for each in found}) >= len(TOPICS) - 2
    assert all(re.fullmatch(r"(20\d\d-\d\d-\d\d)?", each.day) for each in found)
    assert all(each.text.strip() for each in found)
    assert sum(not each.publisher for each in found) <= 1


@needs_data
@pytest.mark.parametrize(("language", "topics"), [("en", 6), ("fr", 5)])
def test_the_real_articles_are_fifty_a_topic_and_others(language: str, topics: int) -> None:
    fifty, measured = (list(corpora.masakhanews(DATA, language, [part])) for part in ("train50", "dev"))
    assert list(Counter(each.topic for each in fifty).values()) == [50] * topics
    assert len(measured) > 200
    assert {each.topic for each in measured} == {each.topic for each in fifty}
    assert {each.text for each in fifty}.isdisjoint(each.text for each in measured)


def test_masakhanews_is_of_languages_that_have_annotations() -> None:
    assert set(MASAKHANEWS_LANGUAGES) < set(LANGUAGES)
