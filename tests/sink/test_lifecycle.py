"""Months get a lifecycle where the cluster has it; the one of the tests has none: a stand-in answers for it.

What a real cluster does with such a policy is its own; here it is what we ask of it, request by request.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from structlog.testing import capture_logs

from pipeline.settings import Settings
from pipeline.sink import lifecycle
from pipeline.sink.elasticsearch import Indexed
from pipeline.sink.names import Month
from pipeline.sink.switching import switch
from tests.sink.faulty import FaultyProxy
from tests.sink.setting_up import JUNE, added, indexed, many, month_of, this_month_of, undated, written

pytestmark = pytest.mark.services

PREFIX = "index.lifecycle."
KNOWN = {"content-type": "application/json", "x-elastic-product": "Elasticsearch"}
JUNE_ENDED = 1719792000000


class WithLifecycles(FaultyProxy):
    """Before a real Elasticsearch: keeps policies, and the lifecycle of each index, for one without them."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, [])
        self.policies: dict[str, Any] = {}
        self.lifecycles: dict[str, dict[str, Any]] = {}
        self.puts = 0

    def forward(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        if matched := re.match(r"/_ilm/policy/([^?]+)", path):
            return self._policy(method, matched[1], body)
        if path.startswith("/_ilm/status"):
            return _answer(200, {"operation_mode": "RUNNING"})
        if matched := re.match(r"/([^/]+)/_ilm/remove", path):
            self.lifecycles.pop(matched[1])
            return _answer(200, {"has_failures": False, "failed_indexes": []})
        if "index.lifecycle.name" in path:
            found = {
                index: {"settings": {"index": {"lifecycle": {"name": each["index.lifecycle.name"]}}}}
                for index, each in self.lifecycles.items()
            }
            return _answer(200, found)
        if method == "PUT" and body and PREFIX in body.decode():
            return self._put(path, headers, body)
        return super().forward(method, path, headers, body)

    def _policy(self, method: str, name: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        if method == "PUT":
            self.puts += 1
            self.policies[name] = json.loads(body)
            return _answer(200, {"acknowledged": True})
        if name not in self.policies:
            return _answer(404, {"error": {"type": "resource_not_found_exception"}, "status": 404})
        return _answer(200, {name: self.policies[name]})

    def _put(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        content = json.loads(body)
        settings = content if path.partition("?")[0].endswith("/_settings") else content["settings"]
        index = path.lstrip("/").partition("?")[0].partition("/")[0]
        own = {name: settings.pop(name) for name in list(settings) if name.startswith(PREFIX)}
        if content:
            answer = super().forward("PUT", path, headers, json.dumps(content).encode())
            if answer[0] >= 300:
                return answer
        else:
            answer = _answer(200, {"acknowledged": True})
        self.lifecycles[index] = own
        return answer


def _answer(status: int, content: Any) -> tuple[int, dict[str, str], bytes]:
    return status, KNOWN, json.dumps(content).encode()


def keeping(settings: Settings, days: int | None) -> Settings:
    return settings.model_copy(update={"keep_days": days})


def test_each_month_is_deleted_so_long_after_its_end(own: Settings) -> None:
    with WithLifecycles(own) as proxy:
        assert indexed(keeping(proxy.settings, 90), many(2)) == [Indexed()] * 2
    name = lifecycle.policy(own.index)
    delete = {"min_age": "90d", "actions": {"delete": {}}}
    assert proxy.policies == {name: {"policy": {"phases": {"delete": delete}}}}
    first = f"{own.index}-000001"
    assert set(proxy.lifecycles) == {month_of(first), this_month_of(first)}
    assert proxy.lifecycles[month_of(first)] == {
        "index.lifecycle.name": name,
        "index.lifecycle.origination_date": JUNE_ENDED,
    }


def test_months_of_a_replay_get_it_when_they_are_live_and_keep_it_afterwards(own: Settings) -> None:
    with WithLifecycles(own) as proxy:
        settings = keeping(proxy.settings, 90)
        indexed(settings, many(1))
        first = set(proxy.lifecycles)
        new = added(settings)
        written(settings, new, many(1))
        indexed(settings, many(1))
        assert set(proxy.lifecycles) == first
        asyncio.run(switch(settings))
    assert set(proxy.lifecycles) == first | {month_of(new), this_month_of(new)}
    assert proxy.lifecycles[month_of(new)]["index.lifecycle.origination_date"] == JUNE_ENDED


def test_a_policy_is_put_when_it_changes_and_not_otherwise(own: Settings) -> None:
    with WithLifecycles(own) as proxy:
        for days in (90, 90, 30):
            indexed(keeping(proxy.settings, days), [])
        assert proxy.puts == 2
        assert proxy.policies[lifecycle.policy(own.index)]["policy"]["phases"]["delete"]["min_age"] == "30d"


def test_months_that_are_there_get_it_when_it_is_first_asked_for_and_lose_it_again(
    own: Settings, client: Elasticsearch
) -> None:
    first = undated(client, own)
    with WithLifecycles(own) as proxy:
        indexed(proxy.settings, many(1))
        assert not proxy.lifecycles
        indexed(keeping(proxy.settings, 90), [])
        assert {
            index: each["index.lifecycle.origination_date"] for index, each in proxy.lifecycles.items()
        } == {month_of(first): JUNE_ENDED}
        indexed(keeping(proxy.settings, None), [])
        assert not proxy.lifecycles


def test_a_policy_that_a_person_chose_stays(own: Settings) -> None:
    with WithLifecycles(own) as proxy:
        indexed(proxy.settings, many(1))
        theirs = {"index.lifecycle.name": "theirs"}
        proxy.lifecycles[month_of(f"{own.index}-000001")] = theirs
        for days in (90, None):
            indexed(keeping(proxy.settings, days), [])
        assert proxy.lifecycles[month_of(f"{own.index}-000001")] == theirs


def test_a_cluster_without_it_is_said_once_with_what_to_do(own: Settings) -> None:
    lifecycle._say_once.cache_clear()
    with capture_logs() as logs:
        for _ in range(2):
            assert indexed(keeping(own, 90), many(1)) == [Indexed()]
    (line,) = [line for line in logs if "lifecycle" in line["event"]]
    assert "newswire index prune --older-than 90d" in line["do"]


def test_where_all_is_kept_nobody_is_asked(own: Settings) -> None:
    with FaultyProxy(own, [], path="_ilm") as proxy:
        indexed(proxy.settings, many(1))
    assert not proxy.sizes


def test_the_age_of_a_month_counts_from_its_end() -> None:
    assert lifecycle._settings("news", JUNE)["index.lifecycle.origination_date"] == JUNE_ENDED
    december = lifecycle._settings("news", Month(2024, 12))["index.lifecycle.origination_date"]
    assert december - JUNE_ENDED == (184) * 24 * 3600 * 1000
