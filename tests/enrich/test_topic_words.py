"""Topics: what a text's words are, and which features stand for them."""

from collections import Counter
from itertools import pairwise
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.enrich import topics
from pipeline.enrich.topics import BUCKETS, STEM, features, weighted, words_in
from tests.enrich.topic_texts import ANY_TEXT

HAN_AND_KANA = st.sampled_from("日本語中国新聞記者発表東京北京サッカートヨタひらがなのをは")


def test_words_are_letters_or_figures_in_small_letters() -> None:
    assert words_in("L'ÉTÉ_2024, c'est 40°C!") == ["l", "été", "2024", "c", "est", "40", "c"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("東京で会談", ["東京", "京で", "で会", "会談"]),
        ("ฟุตบอล", ["ฟุ", "ุต", "ตบ", "บอ", "อล"]),
        ("東京。大阪", ["東京", "大阪"]),
        ("2024年3月", ["2024", "年", "3", "月"]),
        ("iPhone 15を発売", ["iphone", "15", "を発", "発売"]),
        ("NHKの記者とBBC", ["nhk", "の記", "記者", "者と", "bbc"]),
        ("축구 경기 2대1", ["축구", "경기", "2", "대", "1"]),
        ("كأس العالم", ["كأس", "العالم"]),
    ],
)
def test_scripts_without_spaces_are_cut_to_pairs_of_characters(text: str, words: list[str]) -> None:
    assert words_in(text) == words


@given(st.lists(HAN_AND_KANA, min_size=2, max_size=30).map("".join))
def test_pairs_tell_the_whole_text(text: str) -> None:
    words = words_in(text)
    assert {len(word) for word in words} == {2}
    assert "".join(word[0] for word in words) + words[-1][1] == text


@given(st.lists(st.tuples(st.from_regex(r"[a-zà-öа-я]{1,8}", fullmatch=True), HAN_AND_KANA), min_size=1))
def test_a_change_of_script_ends_a_word(parts: list[tuple[str, str]]) -> None:
    assert words_in("".join(map("".join, parts))) == [word for part in parts for word in part]


@given(ANY_TEXT)
def test_spaced_words_are_the_same_beside_another_script(text: str) -> None:
    alone = words_in(text)
    assert words_in(f"東京 {text}") == ["東京", *alone]


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=60))
@settings(deadline=None)
def test_features_count_words_stems_and_pairs(words: list[str]) -> None:
    buckets, counts = features(words)
    stems = sum(len(word) > STEM for word in words)
    assert counts.sum() == len(words) + stems + len(words) - 1
    assert len(set(buckets.tolist())) == len(buckets)
    assert 0 <= buckets.min() <= buckets.max() < BUCKETS


def test_features_tell_the_order_of_words() -> None:
    there, back = features(["man", "bites", "dog"]), features(["dog", "bites", "man"])
    assert set(there[0].tolist()) != set(back[0].tolist())


@pytest.mark.parametrize(
    ("one", "other"),
    [("gouvernement", "gouvernementale"), ("правительство", "правительства"), ("ελληνικής", "ελληνική")],
)
def test_forms_of_a_word_share_their_stem(one: str, other: str) -> None:
    assert len(shared(one, other)) == 1


@pytest.mark.parametrize(("one", "other"), [("программа", "процессы"), ("ελληνικός", "ελλείψεων")])
def test_words_of_the_same_start_shorter_than_a_stem_share_nothing(one: str, other: str) -> None:
    assert shared(one, other) == set()


def shared(one: str, other: str) -> set[int]:
    """The buckets that two words have in common."""
    return set(features([one])[0].tolist()) & set(features([other])[0].tolist())


def test_features_are_the_same_in_every_process() -> None:
    """The weights of a shipped model stand for these very buckets."""
    buckets, counts = features(["ligue", "des", "champions"])
    assert buckets.tolist() == sorted(buckets.tolist())
    assert buckets.tolist() == EXPECTED_BUCKETS
    assert counts.tolist() == [1] * len(EXPECTED_BUCKETS)


EXPECTED_BUCKETS = [63443, 66954, 68170, 93145, 135193, 261088]


@given(st.lists(st.integers(1, 50), min_size=1, max_size=30))
def test_a_vector_has_length_one(counts: list[int]) -> None:
    rarity = np.linspace(1, 9, BUCKETS, dtype=np.float16)
    buckets = np.arange(len(counts))
    values = weighted(buckets, np.array(counts, np.float32), rarity)
    assert np.isclose(np.sqrt(values @ values), 1, atol=1e-5)


def test_a_rare_word_weighs_more_than_a_frequent_one() -> None:
    rarity = np.array([1.0, 5.0], np.float16)
    values = weighted(np.array([0, 1]), np.ones(2, np.float32), rarity)
    assert values[1] > values[0]


def test_a_word_said_often_weighs_more_but_not_as_often_more() -> None:
    once, often = weighted(np.array([0, 1]), np.array([1, 10], np.float32), np.ones(2, np.float16))
    assert once < often < 5 * once


def test_letters_taken_apart_are_put_together() -> None:
    assert words_in("Universita\u0308t") == words_in("Universität") == ["universität"]


def test_a_turkish_capital_does_not_split_its_word() -> None:
    assert words_in("İstanbul") == ["istanbul"]


def plain_features(words: list[str]) -> tuple[list[int], list[int]]:
    """Buckets and counts with each word hashed anew."""
    hashes = [crc32(word.encode("utf-8", "replace")) for word in words]
    stems = [crc32(word[:STEM].encode("utf-8", "replace"), STEM) for word in words if len(word) > STEM]
    pairs = [(first * 0x9E3779B1 + second) % 2**32 for first, second in pairwise(hashes)]
    counts = Counter(number % BUCKETS for number in [*hashes, *stems, *pairs])
    return sorted(counts), [counts[each] for each in sorted(counts)]


@given(st.lists(st.text(st.characters(codec=None), min_size=1, max_size=12), min_size=1, max_size=40))
@settings(max_examples=500, deadline=None)
def test_words_that_were_met_before_fall_where_they_fell(words: list[str]) -> None:
    for _ in range(2):
        buckets, counts = features([*words, *words])
        assert (buckets.tolist(), counts.tolist()) == plain_features([*words, *words])


def test_so_many_words_are_remembered_and_none_that_is_monstrous(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topics, "REMEMBERED", 20)
    monkeypatch.setattr(topics, "_known", topics._Known())
    words = [f"word{number}" for number in range(100)] + ["x" * 5000]
    for start in range(0, 101, 7):
        some = words[start : start + 9]
        buckets, counts = features(some)
        assert (buckets.tolist(), counts.tolist()) == plain_features(some)
        assert len(topics._known) <= 20
    assert max(map(len, topics._known)) < 40
