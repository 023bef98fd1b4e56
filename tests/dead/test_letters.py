"""Dead letters as messages: the original, byte for byte, with the reason beside it, whatever either holds."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, structs

from pipeline import dead
from pipeline.article import DeadLetter, Failure, Header, encode
from pipeline.dead.letters import MOST_BESIDE, MOST_SAID, sent_back
from tests.dead.letters import FAILED, anything, from_feed, from_topic, letters, pairs


def of_message(
    failure: Failure | None = None,
    *,
    key: bytes | None = b"k",
    value: bytes | None = b"v",
    headers: list[tuple[str, bytes | None]] | None = None,
) -> DeadLetter:
    return dead.of_message(
        failure or Failure("enrich", "ValueError", "no"),
        topic="news.raw",
        partition=3,
        offset=17,
        key=key,
        value=value,
        headers=headers or [],
        failed=FAILED,
    )


def spoilt(header: str, value: bytes) -> dead.Headers:
    """The headers of a letter, one of them malformed."""
    return [(name, value if name == header else text) for name, text in dead.message(from_topic())[2]]


class TestAsAMessage:
    @given(letters)
    def test_a_letter_comes_back_as_it_went(self, letter: DeadLetter) -> None:
        assert dead.letter(*dead.message(letter)) == letter

    @given(letters)
    def test_value_key_and_headers_are_the_original_ones(self, letter: DeadLetter) -> None:
        key, value, headers = dead.message(letter)
        assert value == letter.value
        assert key == (None if letter.key is UNSET else letter.key)
        others = [(name, text) for name, text in headers if not name.startswith("newswire-")]
        assert others == [
            (each.name, each.value if each.value is not UNSET else None) for each in letter.headers
        ]

    @given(anything, anything, anything)
    def test_a_letter_of_any_text_can_be_sent(self, error: str, kind: str, location: str) -> None:
        """Names of files may hold bytes that are no text; libraries' errors may hold anything."""
        odd = from_feed(error_type=kind, error_message=error, location=location)
        _, _, headers = dead.message(odd)
        assert all(isinstance(text, bytes) and len(text) <= 4 * MOST_SAID for _, text in headers)

    @given(anything.filter(bool))
    def test_its_identity_is_the_same_before_and_after_the_topic(self, location: str) -> None:
        odd = from_feed(location=location)
        assert dead.identity(dead.letter(*dead.message(odd))) == dead.identity(odd)

    def test_headers_of_ours_that_a_later_version_writes_are_passed_over(self) -> None:
        key, value, headers = dead.message(from_topic())
        more = [("newswire-mood", b"bad"), ("newswire-value", b"forged"), *headers]
        assert dead.letter(key, value, more) == from_topic()

    @pytest.mark.parametrize(
        "headers",
        [
            [],
            [("newswire-attempts", b"1")],
            [("newswire-stage", None)],
            spoilt("newswire-stage", b"lunch"),
            spoilt("newswire-failed", b"\xff"),
            spoilt("newswire-offset", b"-1"),
            spoilt("newswire-error-message", b""),
        ],
    )
    def test_a_message_without_its_reason_is_no_letter(self, headers: list[tuple[str, Any]]) -> None:
        with pytest.raises(ValueError, match=r"stage|failed|offset|error"):
            dead.letter(None, b"x", headers)

    @given(letters)
    def test_as_json_it_keeps_the_same(self, letter: DeadLetter) -> None:
        assert msgspec.json.decode(encode(letter), type=DeadLetter) == letter


class TestOfAMessage:
    @given(st.none() | st.binary(), st.none() | st.binary(), pairs, anything, anything)
    def test_it_carries_the_message_and_never_fails(
        self,
        key: bytes | None,
        value: bytes | None,
        headers: list[tuple[str, bytes | None]],
        kind: str,
        error: str,
    ) -> None:
        failure = Failure("index", kind, error, attempts=2)
        letter = of_message(failure, key=key, value=value, headers=headers)
        assert dead.letter(*dead.message(letter)) == letter
        assert (letter.key, letter.value) == (UNSET if key is None else key, value or b"")
        assert letter.tombstone is (value is None)
        assert letter.headers == tuple(
            Header(name, UNSET if text is None else text) for name, text in headers
        )
        assert (letter.topic, letter.partition, letter.offset) == ("news.raw", 3, 17)
        assert (letter.stage, letter.attempts, letter.failed) == ("index", 2, FAILED)
        encode(letter)

    def test_an_error_of_a_megabyte_is_cut(self) -> None:
        letter = of_message(Failure("enrich", "E" * 1_000_000, "\ud800" * 1_000_000))
        assert len(letter.error_message) == len(letter.error_type) == MOST_SAID
        assert letter.error_message.startswith("\\ud800")
        assert letter.error_message.endswith("…")

    def test_an_error_that_says_nothing_is_told_so(self) -> None:
        letter = of_message(Failure("enrich", "", ""))
        assert (letter.error_type, letter.error_message) == ("unknown", "no reason was given")

    @pytest.mark.parametrize(
        ("headers", "attempts"),
        [
            ([], 2),
            ([("newswire-attempts", b"3")], 5),
            ([("newswire-attempts", b"3"), ("newswire-attempts", b"4")], 6),
            ([("newswire-attempts", None)], 2),
            ([("newswire-attempts", b"")], 2),
            ([("newswire-attempts", b"-3")], 2),
            ([("newswire-attempts", b"three")], 2),
            ([("newswire-attempts", b"\xff")], 2),
            ([("newswire-attempts", "٣".encode())], 2),
            ([("newswire-attempts", b"9" * 5000)], 2),
            ([("attempts", b"3")], 2),
        ],
    )
    def test_attempts_of_earlier_lives_count(
        self, headers: list[tuple[str, bytes | None]], attempts: int
    ) -> None:
        assert of_message(Failure("enrich", "E", "m", attempts=2), headers=headers).attempts == attempts

    def test_our_headers_of_an_earlier_life_are_not_taken_over(self) -> None:
        earlier = dead.message(from_topic())[2]
        letter = of_message(headers=[("trace", b"1"), *earlier, ("trace", b"2")])
        assert letter.headers == (Header("trace", b"1"), Header("trace", b"2"))
        assert letter.error_message == "no"

    @given(pairs, st.integers(1, 1000))
    def test_what_goes_back_is_counted_when_it_fails_again(
        self, headers: list[tuple[str, bytes | None]], attempts: int
    ) -> None:
        back = sent_back(headers, attempts)
        assert back[:-1] == headers
        again = of_message(Failure("enrich", "E", "m", attempts=1), headers=back)
        assert again.attempts == attempts + 1
        assert again.headers == of_message(headers=headers).headers


class TestWithoutBytes:
    def test_it_says_where_its_bytes_are(self) -> None:
        short = dead.without_bytes(from_topic(value=b"x" * 99, error_message="slow"))
        assert (short.value, short.omitted) == (b"", 99)
        assert "99 bytes" in short.error_message
        assert short.error_message.startswith("slow")
        assert short.key == b"k0"

    def test_it_says_so_too_when_the_reason_is_long(self) -> None:
        short = dead.without_bytes(of_message(Failure("enrich", "E", "m" * 1_000_000), value=b"x" * 99))
        assert "99 bytes" in dead.letter(*dead.message(short)).error_message

    def test_large_headers_and_keys_are_left_out_too(self) -> None:
        small = (Header("trace", b"1"), Header("none"))
        large = (*small, Header("map", b"x" * MOST_BESIDE))
        assert dead.without_bytes(from_topic(headers=small)).headers == small
        assert dead.without_bytes(from_topic(headers=large)).headers == ()
        assert dead.without_bytes(from_topic(key=b"k" * (MOST_BESIDE + 1))).key is UNSET

    @given(letters)
    def test_it_is_small(self, letter: DeadLetter) -> None:
        key, value, headers = dead.message(dead.without_bytes(letter))
        sizes = [len(name.encode()) + len(text or b"") for name, text in headers]
        assert len(key or b"") + len(value) + sum(sizes) < 2 * MOST_BESIDE


class TestIdentity:
    @given(letters)
    def test_it_is_short_and_the_same_for_each_copy(self, letter: DeadLetter) -> None:
        copy = dead.letter(*dead.message(letter))
        assert dead.identity(copy) == dead.identity(letter)
        assert len(dead.identity(letter)) == 16
        assert int(dead.identity(letter), 16) >= 0

    def test_when_and_how_often_it_failed_is_no_part_of_it(self) -> None:
        later = from_topic(failed=from_topic(9).failed, attempts=7, error_message="other", stage="enrich")
        assert dead.identity(later) == dead.identity(from_topic())

    @pytest.mark.parametrize(
        "changes", [{"topic": "news.raw"}, {"partition": 1}, {"offset": 1}, {"value": b"other"}]
    )
    def test_another_message_is_another_letter(self, changes: dict[str, Any]) -> None:
        """Another value at the same place: the topic was made anew."""
        assert dead.identity(from_topic(**changes)) != dead.identity(from_topic())

    @pytest.mark.parametrize("changes", [{"location": "/in/other, byte 0"}, {"value": b"other"}])
    def test_another_rejected_piece_is_another_letter(self, changes: dict[str, Any]) -> None:
        assert dead.identity(from_feed(**changes)) != dead.identity(from_feed())

    def test_pieces_whose_bytes_are_not_kept_are_told_apart_by_what_is_said(self) -> None:
        one = from_feed(value=b"", error_message="too large (its 2,000,000 bytes are too many)")
        other = structs.replace(one, error_message="too large (its 2,000,001 bytes are too many)")
        assert dead.identity(one) != dead.identity(other)


class TestMarks:
    @given(letters)
    def test_a_mark_names_its_letter_and_is_none(self, letter: DeadLetter) -> None:
        mark = dead.mark(dead.identity(letter))
        assert dead.retried(mark) == dead.identity(letter)
        assert dead.retried(dead.message(letter)[2]) is None
        with pytest.raises(ValueError, match="missing"):
            dead.letter(None, b"", mark)

    @pytest.mark.parametrize("text", [None, b"", b"12", b"x" * 16, b"\xff" * 16, b"0" * 17])
    def test_a_malformed_one_is_none(self, text: bytes | None) -> None:
        assert dead.retried([("newswire-retried", text)]) is None
