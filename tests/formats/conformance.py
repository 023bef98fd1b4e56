"""What every format must do, written once; a format's own tests inherit it."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from pipeline import formats
from pipeline.article import RawArticle, decode_raw, encode
from pipeline.formats.shape import Context, Format, Outcome, Rejected
from pipeline.formats.stream import stream_of
from tests.evolution import old

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

RECEIVED = datetime(2024, 6, 19, 12, 0, tzinfo=UTC)
LIMIT = 16 * 1024
SCHEMA = Path(__file__).parents[2] / "schemas" / "raw-article.schema.json"


def context(**changes: Any) -> Context:
    given_fields: dict[str, Any] = {
        "source": "agency",
        "feed": "files",
        "location": "/in/wire",
        "received": RECEIVED,
        "limit": LIMIT,
    }
    return Context(**(given_fields | changes))


def outcomes(data: bytes, **changes: Any) -> list[Outcome]:
    """What a whole file gives, by the format that it turns out to be of."""
    return list(formats.parse(data, context(**changes)))


def article(data: bytes, **changes: Any) -> RawArticle:
    """The one article that a file gives."""
    (outcome,) = outcomes(data, **changes)
    assert isinstance(outcome, RawArticle), outcome
    return outcome


def rejected(data: bytes, **changes: Any) -> Rejected:
    """The one rejection that a file gives."""
    (outcome,) = outcomes(data, **changes)
    assert isinstance(outcome, Rejected), outcome
    return outcome


def headings(one: RawArticle) -> list[str]:
    return [(one.body or "")[span.start : span.end] for span in one.headings]


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA.read_text()))


def assert_sound(data: bytes, found: Iterable[Outcome]) -> None:
    """Every article keeps the contract; every rejection says where in the file its bytes are, and why."""
    found = list(found)
    assert found, "neither an article nor a rejection"
    for one in found:
        if isinstance(one, RawArticle):
            encoded = encode(one)
            assert len(encoded) <= LIMIT
            assert decode_raw(encoded) == one
            _validator().validate(json.loads(encoded))
            old.check(old.RAW, encoded)  # workers of the last release may be those who read it
            assert all(text and "\n\n" not in text for text in headings(one))
            assert 0 <= one.provenance.offset <= len(data)
        else:
            assert one.reason
            assert 0 <= one.offset <= len(data)
            assert one.data in data
            assert one.complete == (one.size == len(one.data))
            assert one.place == f"/in/wire, byte {one.offset}"


_FORBIDDEN = (
    "open",
    "socket.",
    "subprocess.",
    "os.exec",
    "os.system",
    "os.posix_spawn",
    "urllib.",
    "ftplib.",
)
_watching = False


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuses what opens something; a hook cannot be taken away again, so it is told when to look."""
    if _watching and event.startswith(_FORBIDDEN):
        raise AssertionError(f"{event}{arguments} while reading")


sys.addaudithook(_audit)


@contextmanager
def opening_forbidden() -> Iterator[None]:
    """Within it no file, socket or program is opened by Python (libxml2's own are tested in test_xml)."""
    global _watching  # noqa: PLW0603 - the hook is one for the whole process
    _watching = True
    try:
        yield
    finally:
        _watching = False


class Conformance:
    """Inherit it, name the format, and give copy that is of it."""

    format: Format
    copy: bytes
    ends: bool = True
    """Whether a file of this format shows that its end is there; plain text and HTML do not."""

    def read(self, data: bytes) -> list[Outcome]:
        return list(self.format.read(stream_of(data), context()))

    def test_its_own_copy_is_known_by_its_bytes(self) -> None:
        assert formats.choose(stream_of(self.copy)) is self.format
        assert {one.provenance.format for one in outcomes(self.copy) if isinstance(one, RawArticle)} == {
            self.format.NAME
        }

    @settings(suppress_health_check=[HealthCheck.differing_executors])
    @given(st.binary(max_size=2000))
    def test_arbitrary_bytes_give_articles_or_rejections(self, data: bytes) -> None:
        self.format.sniff(data)
        assert_sound(data, self.read(data))

    @settings(suppress_health_check=[HealthCheck.differing_executors])
    @given(st.data())
    def test_damaged_copy_gives_articles_or_rejections(self, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(self.copy)))
        until = data.draw(st.integers(at, len(self.copy)))
        junk = data.draw(st.binary(max_size=8))
        damaged = self.copy[:at] + junk + self.copy[until:]
        assert_sound(damaged, self.read(damaged))

    @settings(suppress_health_check=[HealthCheck.differing_executors])
    @given(st.text(max_size=500))
    def test_any_text_gives_articles_or_rejections(self, text: str) -> None:
        data = text.encode()
        assert_sound(data, self.read(data))

    def test_nothing_is_opened_while_it_is_read(self) -> None:
        self.read(self.copy)  # What is loaded at first use is loaded now.
        for data in (self.copy, self.copy.replace(b">", b"> ", 1), self.copy[: len(self.copy) // 2]):
            with opening_forbidden():
                self.read(data)

    def test_copy_that_was_cut_off_gives_nothing_that_was_not_whole(self) -> None:
        """Half an article is none: it is rejected, or it had come whole before the cut."""
        whole = {(one.guid, one.body) for one in self.read(self.copy) if isinstance(one, RawArticle)}
        if self.ends:
            for end in range(1, len(self.copy.rstrip()) - 1, max(1, len(self.copy) // 150)):
                found = [one for one in self.read(self.copy[:end]) if isinstance(one, RawArticle)]
                assert {(one.guid, one.body) for one in found} <= whole, self.copy[:end]

    def test_the_same_copy_gives_the_same_ids_and_versions(self) -> None:
        first, second = self.read(self.copy), self.read(self.copy)
        assert [one.id for one in first if isinstance(one, RawArticle)] == [
            one.id for one in second if isinstance(one, RawArticle)
        ]
        assert first == second

    def test_another_source_gives_other_ids(self) -> None:
        ours = {one.id for one in outcomes(self.copy) if isinstance(one, RawArticle)}
        theirs = {one.id for one in outcomes(self.copy, source="other") if isinstance(one, RawArticle)}
        assert ours
        assert not ours & theirs

    def test_an_article_over_the_limit_is_rejected_with_its_size_and_the_limit(self) -> None:
        (first, *_) = outcomes(self.copy, limit=300)
        assert isinstance(first, Rejected)
        assert first.kind == "size"
        assert "too large" in first.reason
        assert "300" in first.reason

    def test_where_it_comes_from_stays_with_it(self) -> None:
        first = next(iter(outcomes(self.copy, feed="watch", location="/x/y")))
        assert isinstance(first, RawArticle)
        assert first.source == "agency"
        assert first.received == RECEIVED
        assert (first.provenance.feed, first.provenance.location) == ("watch", "/x/y")
