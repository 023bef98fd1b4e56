"""No thing costs more for each that there is the more there are of it."""

from __future__ import annotations

import time

import pytest
from lxml import etree

from tests.fuzzing import crowds as module
from tests.fuzzing.crowds import crowds
from tests.fuzzing.targets import TARGETS

CPU_S = 5.0
"""Processor seconds: what is linear takes one or two, of thousands of articles; what is not, minutes."""


@pytest.mark.parametrize("target", [each for each in TARGETS if each not in ("any format", "gzip")])
def test_a_crowd_is_read_soon(target: str) -> None:
    for what, data in crowds(target):
        began = time.process_time()
        TARGETS[target](data)
        took = time.process_time() - began
        assert took < CPU_S, f"{len(data):,} bytes of {what}"


def test_each_element_stands_there_very_often() -> None:
    found = dict(crowds("newsml-1.2"))
    assert {"NewsItem", "NewsLines", "HeadLine", "DataContent"} <= found.keys()
    root = etree.fromstring(found["HeadLine"])
    assert len(list(root.iter("{*}HeadLine"))) > 1000
    assert len(found["HeadLine"]) < module.SIZE + module.LONGEST


def test_each_line_of_other_copy_does() -> None:
    for _, data in crowds("iptc7901"):
        assert 20_000 < len(data) < module.SIZE * 2
