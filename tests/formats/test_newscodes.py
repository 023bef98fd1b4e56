"""IPTC's vocabularies: URIs become qcodes, old subject codes find their Media Topic."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.article import RawArticle, Subject
from pipeline.formats import newscodes
from tests.formats.conformance import context, outcomes


@pytest.mark.parametrize(
    ("code", "topic"),
    [
        ("subj:11000000", "medtop:11000000"),
        ("subj:16002000", "medtop:20000056"),
        ("subj:04001002", "medtop:20000213"),
        ("iptc:16002000", "medtop:20000056"),
        ("subj:07001000", "medtop:07000000"),
        ("subj:13010000", "medtop:13000000"),
        ("subj:16002999", "medtop:20000056"),
        ("subj:99000000", None),
        ("medtop:11000000", None),
        ("dpacat:pl", None),
        ("11000000", None),
        ("subj:1", None),
        ("", None),
    ],
)
def test_a_subject_code_stands_for_its_topic_or_the_nearest_above(code: str, topic: str | None) -> None:
    assert newscodes.media_topic(code) == topic


@pytest.mark.parametrize("number", range(1, 18))
def test_all_of_the_top_level_have_one(number: int) -> None:
    assert newscodes.media_topic(f"subj:{number:02}000000") is not None


@pytest.mark.parametrize(
    ("code", "qcode"),
    [
        ("http://cv.iptc.org/newscodes/mediatopic/15000000", "medtop:15000000"),
        ("http://cv.iptc.org/newscodes/genre/Feature", "genre:Feature"),
        ("http://cv.iptc.org/newscodes/scene/010100", "scene:010100"),
        ("http://agency.example/15000000", "http://agency.example/15000000"),
        ("medtop:15000000", "medtop:15000000"),
    ],
)
def test_uris_of_iptc_are_qcodes(code: str, qcode: str) -> None:
    assert newscodes.qcode(code) == qcode


def test_eight_digits_are_a_subject_code() -> None:
    assert newscodes.subject("15000000") == "subj:15000000"
    assert newscodes.subject("1500000") == "1500000"


def test_an_article_carries_the_topics_of_its_subject_codes() -> None:
    copy = {"guid": "1", "body": "Text.", "subjects": ["subj:16002000", "dpacat:pl", "subj:16002000"]}
    (one,) = outcomes(json.dumps(copy).encode(), source=context().source)
    assert isinstance(one, RawArticle)
    assert one.subjects == (
        Subject(qcode="subj:16002000", media_topic="medtop:20000056"),
        Subject(qcode="dpacat:pl"),
    )


@given(st.text(max_size=30))
def test_any_text_is_a_code_or_none(text: str) -> None:
    newscodes.media_topic(newscodes.subject(text))
