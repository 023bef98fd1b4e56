"""The verdict finds what is lost, doubled, stale or strange: a suite that cannot fail proves nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.chaos.verdict import Document, Letter, Verdict, judge
from tests.chaos.wire import Wanted

WANTED = {"a": Wanted(1, "A."), "b": Wanted(3, "B, the third.")}
POISON = {"p"}
GOOD = [Document("a", 1, "A."), Document("b", 3, "B, the third.")]
LETTERS = [Letter("p", "raw/0/7")]


def test_all_is_well() -> None:
    found = judge(WANTED, POISON, GOOD, LETTERS)
    assert found == Verdict(fed=3, found=2, dead=1)
    assert found.good


def test_an_article_that_is_nowhere_is_lost() -> None:
    found = judge(WANTED, POISON, GOOD[:1], LETTERS)
    assert found.lost == ("b",)
    assert not found.good


def test_poison_without_a_letter_is_lost() -> None:
    assert judge(WANTED, POISON, GOOD, []).lost == ("p",)


def test_two_documents_of_one_article_are_twice() -> None:
    found = judge(WANTED, POISON, [*GOOD, GOOD[0]], LETTERS)
    assert found.twice == ("a",)
    assert found.found == 2
    assert not found.good


def test_two_letters_are_twice_but_a_letter_that_was_sent_again_is_one() -> None:
    assert judge(WANTED, POISON, GOOD, LETTERS * 2).good
    found = judge(WANTED, POISON, GOOD, [*LETTERS, Letter("p", "raw/0/8")])
    assert found.twice == ("p",)
    assert not found.good


def test_found_and_dead_is_twice_and_strange() -> None:
    found = judge(WANTED, POISON, GOOD, [*LETTERS, Letter("a", "raw/0/1")])
    assert (found.twice, found.strange) == (("a",), ("a",))
    assert not found.good


def test_good_copy_that_is_dead_is_no_good_end() -> None:
    found = judge(WANTED, POISON, GOOD[1:], [*LETTERS, Letter("a", "raw/0/1")])
    assert (found.lost, found.strange) == ((), ("a",))
    assert not found.good


def test_an_older_version_is_stale() -> None:
    found = judge(WANTED, POISON, [GOOD[0], Document("b", 2, "B, the second.")], LETTERS)
    assert found.stale == ("b",)
    assert not found.good


def test_the_newest_version_with_the_text_of_another_is_stale() -> None:
    assert judge(WANTED, POISON, [GOOD[0], Document("b", 3, "B, the second.")], LETTERS).stale == ("b",)


def test_what_nobody_fed_is_strange() -> None:
    found = judge(WANTED, POISON, [*GOOD, Document("x", 1, "X.")], [*LETTERS, Letter("y", "y")])
    assert found.strange == ("x", "y")
    assert not found.good


def test_poison_that_is_found_is_strange() -> None:
    found = judge(WANTED, POISON, [*GOOD, Document("p", 1, "P.")], [])
    assert found.strange == ("p",)
    assert not found.good


guids = st.sampled_from("abcdefgh")


@given(st.sets(guids, min_size=1), st.sets(guids), st.sets(guids))
def test_every_article_is_found_dead_or_lost(fed: set[str], found: set[str], dead: set[str]) -> None:
    wanted = {guid: Wanted(1, guid) for guid in fed}
    result = judge(
        wanted, (), [Document(guid, 1, guid) for guid in found], [Letter(guid, guid) for guid in dead]
    )
    assert fed == (fed & (found | dead)) | set(result.lost)
    assert set(result.twice) == found & dead
    assert result.good == (fed == found and not dead)
