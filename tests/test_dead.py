"""Dead letters on their topic: original bytes as value, the reason as headers."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline import dead
from pipeline.article import DeadLetter

FAILED = datetime(2024, 6, 19, 10, 0, 0, 123456, tzinfo=UTC)

letters = st.builds(
    DeadLetter,
    stage=st.sampled_from(["parse", "validate", "enrich", "index"]),
    error_type=st.text(min_size=1).filter(lambda text: text.isprintable()),
    error_message=st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    failed=st.just(FAILED),
    attempts=st.integers(1, 99),
    value=st.binary(),
    key=st.just(UNSET) | st.binary(),
    topic=st.just(UNSET) | st.just("news.raw"),
    partition=st.just(UNSET) | st.integers(0, 2**31 - 1),
    offset=st.just(UNSET) | st.integers(0, 2**63 - 1),
    location=st.just(UNSET) | st.just("a.txt"),
)


@given(letters)
def test_a_letter_comes_back_as_it_went(letter: DeadLetter) -> None:
    assert dead.letter(*dead.message(letter)) == letter


@given(letters)
def test_value_and_key_are_the_original_bytes(letter: DeadLetter) -> None:
    key, value, headers = dead.message(letter)
    assert value == letter.value
    assert key == (None if letter.key is UNSET else letter.key)
    assert all(name.startswith("newswire-") for name, _ in headers)


def test_headers_of_others_are_passed_over() -> None:
    letter = DeadLetter(
        stage="index", error_type="E", error_message="é", failed=FAILED, attempts=2, value=b"{}"
    )
    key, value, headers = dead.message(letter)
    assert dead.letter(key, value, [("traceparent", b"\xff"), *headers]) == letter


def test_a_message_without_its_reason_is_no_letter() -> None:
    with pytest.raises(ValueError, match="stage"):
        dead.letter(None, b"x", [("newswire-attempts", b"1")])


def test_a_letter_too_large_says_where_its_bytes_are() -> None:
    letter = DeadLetter(
        stage="enrich", error_type="E", error_message="slow", failed=FAILED, attempts=1, value=b"x" * 99
    )
    short = dead.without_bytes(letter)
    assert short.value == b""
    assert "99 bytes" in short.error_message
    assert short.error_message.startswith("slow")
