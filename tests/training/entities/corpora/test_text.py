"""Tags become spans of characters, and sentences become documents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.entities.corpora import Sentence, sentence, whole
from training.entities.corpora.labels import WORLDWIDE
from training.entities.corpora.text import tight

from .files import shown

KIM = Sentence("Kim à Oslo.", ((0, 3, "PER"), (6, 10, "LOC")))


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


def test_tags_without_a_beginning_are_names_too() -> None:
    """IOB1, and a corpus's slips: I-PER after O starts a name."""
    got = sentence(["Ada", "à", "Oslo"], ["I-PER", "O", "I-LOC"], "fr")
    assert got.spans == ((0, 3, "PER"), (6, 10, "LOC"))


def test_labels_are_mapped_or_dropped() -> None:
    got = sentence(["Ugandan", "January"], ["B-NORP", "B-Date"], "en", WORLDWIDE)
    assert got.spans == ((0, 7, "MISC"),)


@given(
    st.lists(st.sampled_from(["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-Date"]), min_size=1, max_size=12)
)
def test_spans_never_overlap_and_cover_whole_words(tags: list[str]) -> None:
    got = sentence(["mot"] * len(tags), tags, "fr")
    ends = [place for start, end, _ in got.spans for place in (start, end)]
    assert ends == sorted(ends)
    assert all(got.text[start:end].replace("mot", "").strip() == "" for start, end, _ in got.spans)
    assert sum(tag.startswith("B-") and tag != "B-Date" for tag in tags) <= len(got.spans)


@pytest.mark.parametrize(
    ("text", "span", "expected"),
    [
        ("te Salo. aan", (3, 8), "te [Salo]LOC. aan"),
        ("naar Verona) en", (5, 12), "naar [Verona]LOC) en"),
        ("(Rom", (0, 4), "([Rom]LOC"),
        ("—", (0, 1), "—"),
        ("in Salo", (3, 7), "in [Salo]LOC"),
    ],
)
def test_names_are_freed_of_marks_at_their_ends(text: str, span: tuple[int, int], expected: str) -> None:
    assert shown(tight(Sentence(text, ((*span, "LOC"),)))) == expected


@given(st.text(" .,a–", max_size=12), st.data())
def test_what_is_left_of_a_name_was_in_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    for begin, stop, label in tight(Sentence(text, ((start, end, "ORG"),))).spans:
        assert start <= begin < stop <= end
        assert label == "ORG"
        assert text[begin].isalpha()
        assert text[stop - 1].isalpha()


def test_a_document_is_its_sentences_in_a_row() -> None:
    assert shown(whole([KIM, KIM])) == "[Kim]PER à [Oslo]LOC. [Kim]PER à [Oslo]LOC."
    assert shown(whole([KIM, KIM], "zh")) == "[Kim]PER à [Oslo]LOC.[Kim]PER à [Oslo]LOC."


def test_a_document_of_one_sentence_is_the_sentence() -> None:
    assert whole([KIM]) == KIM
    assert whole([]) == Sentence("")


@given(st.lists(st.sampled_from([KIM, Sentence("Oui."), Sentence("")]), max_size=6))
def test_a_document_has_every_name_of_its_sentences(sentences: list[Sentence]) -> None:
    got = whole(sentences)
    names = [one.text[start:end] for one in sentences for start, end, _ in one.spans]
    assert [got.text[start:end] for start, end, _ in got.spans] == names
