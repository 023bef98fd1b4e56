"""The Media Topics: every one has a name, and a way up to the top level."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import media_topics
from pipeline.enrich import topics
from pipeline.media_topics import lineage

ALL = sorted(media_topics.SCHEME + code for code in media_topics._table())


def test_a_topic_and_those_above_it() -> None:
    assert lineage("medtop:20000003") == (
        ("medtop:20000003", "animation"),
        ("medtop:20000002", "arts and entertainment"),
        ("medtop:01000000", "arts, culture, entertainment and media"),
    )


def test_one_of_the_top_level_stands_alone() -> None:
    assert lineage("medtop:15000000") == (("medtop:15000000", "sport"),)


@pytest.mark.parametrize("qcode", ["", "medtop:", "medtop:99999999", "subj:15000000", "15000000", "medtop:1"])
def test_what_is_no_media_topic_has_none(qcode: str) -> None:
    assert lineage(qcode) == ()


@given(st.text(max_size=30))
def test_any_text_is_asked_for_safely(qcode: str) -> None:
    assert lineage(qcode) == () or qcode in ALL


def test_each_ends_at_the_top_level_within_six_steps() -> None:
    assert len(ALL) > 1300
    for qcode in ALL:
        steps = lineage(qcode)
        assert 1 <= len(steps) <= 6
        assert steps[0].qcode == qcode
        assert steps[-1].qcode in topics.TOPICS
        assert all(step.name for step in steps)


def test_the_top_level_is_that_of_the_models() -> None:
    tops = {qcode: lineage(qcode)[0].name for qcode in ALL if len(lineage(qcode)) == 1}
    assert tops.keys() == topics.TOPICS.keys()
    assert {qcode: name for qcode, name in tops.items() if topics.TOPICS[qcode] != name} == {}
