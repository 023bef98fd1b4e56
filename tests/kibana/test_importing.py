"""``newswire kibana import`` against a server that answers as Kibana's API is documented to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import HttpUrl

from pipeline.kibana import importing
from pipeline.kibana.importing import KibanaError, Summary, import_objects
from pipeline.kibana.objects import objects
from pipeline.resources import PACKAGE
from pipeline.settings import Settings
from tests.kibana.server import Kibana
from tests.workers import newswire

IMPORT = "/api/saved_objects/_import"
# Words that the API uses, so that what is made comes near to what it says.
WORDS = st.sampled_from(
    ["success", "successResults", "errors", "version", "number", "type", "id", "error", "meta"]
)
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["9.4.3", "9", "8.0.0"])
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=8,
)


@pytest.fixture
def kibana() -> Iterator[Kibana]:
    with Kibana() as running:
        yield running


def settings(kibana: Kibana, **changes: Any) -> Settings:
    return Settings(kibana=HttpUrl(kibana.url), **changes)


def fault(kibana: Kibana, space: str | None = None) -> str:
    """What a person is told."""
    with pytest.raises(KibanaError) as caught:
        import_objects(settings(kibana), space=space)
    return str(caught.value)


def refused(summary: Summary) -> dict[str, str]:
    return {one.id: one.reason for one in summary.refused}


class TestWhatIsTaken:
    def test_every_object_gets_there_as_it_is(self, kibana: Kibana) -> None:
        summary = import_objects(settings(kibana))
        assert list(kibana.spaces[""].values()) == objects("news")
        assert [one.id for one in summary.taken] == [one["id"] for one in objects("news")]
        assert (summary.version, summary.space, summary.refused) == ("9.4.3", None, ())
        assert summary.kibana == kibana.url

    def test_the_data_views_are_of_the_alias_in_the_settings(self, kibana: Kibana) -> None:
        import_objects(settings(kibana, index="desk"))
        views = [one for (kind, _), one in kibana.spaces[""].items() if kind == "index-pattern"]
        assert [one["attributes"]["title"] for one in views] == ["desk", "desk-lag-*"]

    def test_a_space_gets_them_and_the_default_one_does_not(self, kibana: Kibana) -> None:
        assert import_objects(settings(kibana), space="desk").space == "desk"
        assert len(kibana.spaces["desk"]) == len(objects("news"))
        assert kibana.spaces[""] == {}

    def test_again_replaces_what_is_there(self, kibana: Kibana) -> None:
        import_objects(settings(kibana))
        for one in kibana.spaces[""].values():
            one["attributes"]["title"] = "changed by hand"
        assert import_objects(settings(kibana)).refused == ()
        assert list(kibana.spaces[""].values()) == objects("news")

    def test_without_overwrite_what_is_there_stays(self, kibana: Kibana) -> None:
        import_objects(settings(kibana))
        kibana.spaces[""].pop(("dashboard", "newswire-news"))
        kibana.spaces[""]["map", "newswire-map"]["attributes"]["title"] = "changed by hand"
        summary = import_objects(settings(kibana), overwrite=False)
        assert [one.id for one in summary.taken] == ["newswire-news"]
        assert "--overwrite" in refused(summary)["newswire-map"]
        assert kibana.spaces[""]["map", "newswire-map"]["attributes"]["title"] == "changed by hand"

    def test_a_base_path_is_kept(self, kibana: Kibana) -> None:
        kibana.base = "/kibana"
        import_objects(settings(kibana))
        import_objects(Settings(), url=f"{kibana.url}/")
        assert len(kibana.spaces[""]) == len(objects("news"))

    def test_user_and_password_are_in_the_url_and_are_told_to_nobody(self, kibana: Kibana) -> None:
        kibana.login = ("me", "s@cr:t")
        url = kibana.url.replace("http://", "http://me:s%40cr%3At@")
        summary = import_objects(Settings(), url=url)
        assert summary.refused == ()
        assert summary.kibana == kibana.url
        assert import_objects(Settings(kibana=HttpUrl(url))).refused == ()

    @pytest.mark.parametrize("version", ["9.4.0", "9.5.1", "9.10.0", "10.0.0", "9.5.0-SNAPSHOT"])
    def test_newer_versions_will_do(self, kibana: Kibana, version: str) -> None:
        kibana.version = version
        assert import_objects(settings(kibana)).version == version

    def test_an_object_with_another_id_there_is_told_by_that_id(self, kibana: Kibana) -> None:
        given = {
            "type": "lens",
            "id": "newswire-people",
            "destinationId": "7c1b",
            "meta": {"title": "People"},
        }
        answer = {"success": True, "successCount": 1, "successResults": [given]}
        kibana.answers[IMPORT] = (200, {}, json.dumps(answer).encode())
        (taken,) = import_objects(settings(kibana)).taken
        assert (taken.type, taken.id, taken.title) == ("lens", "7c1b", "People")


class TestWhatIsRefused:
    def test_each_object_is_told_with_its_reason_and_the_others_are_taken(self, kibana: Kibana) -> None:
        kibana.unknown = {"map"}
        summary = import_objects(settings(kibana))
        assert refused(summary) == {
            "newswire-map": "this Kibana knows no such type",
            "newswire-news": "needs what is not there: map newswire-map",
        }
        assert len(summary.taken) == len(objects("news")) - 2

    @pytest.mark.parametrize(
        ("error", "reason"),
        [
            ({"type": "unknown", "message": "the disk is full", "statusCode": 500}, "the disk is full"),
            ({"type": "ambiguous_conflict", "destinations": []}, "is there already; --overwrite replaces it"),
            ({"type": "never_seen"}, "never_seen"),
            ({}, "no reason was given"),
        ],
        ids=str,
    )
    def test_any_reason_is_told(self, kibana: Kibana, error: object, reason: str) -> None:
        answer = {"success": False, "errors": [{"type": "lens", "id": "x", "title": "X", "error": error}]}
        kibana.answers[IMPORT] = (200, {}, json.dumps(answer).encode())
        (one,) = import_objects(settings(kibana)).refused
        assert (one.title, one.reason) == ("X", reason)


class TestWhatCannotBeDone:
    def test_nothing_is_there(self) -> None:
        with pytest.raises(KibanaError, match="NEWSWIRE_KIBANA"):
            import_objects(Settings(kibana=HttpUrl("http://127.0.0.1:9")))

    def test_it_goes_away_between_two_requests(self, kibana: Kibana) -> None:
        kibana.answers[IMPORT] = (200, {"content-length": "99999"}, b"{")
        assert "does not answer" in fault(kibana)

    def test_no_user(self, kibana: Kibana) -> None:
        kibana.login = ("me", "secret")
        assert "http://user:password@host:5601" in fault(kibana)

    def test_a_wrong_password_is_not_repeated(self, kibana: Kibana) -> None:
        kibana.answers["/api/status"] = (401, {}, b'{"statusCode":401,"message":"[security_exception]"}')
        with pytest.raises(KibanaError, match="does not let us in") as caught:
            import_objects(Settings(), url=kibana.url.replace("http://", "http://me:hush@"))
        assert "hush" not in str(caught.value)
        assert "[security_exception]" in str(caught.value)

    def test_a_user_who_may_not(self, kibana: Kibana) -> None:
        kibana.forbidden = True
        assert "Saved Objects Management" in fault(kibana)

    @pytest.mark.parametrize("version", ["8.19.3", "9.3.9", "7.17.0"])
    def test_too_old(self, kibana: Kibana, version: str) -> None:
        kibana.version = version
        said = fault(kibana)
        assert version in said
        assert "9.4" in said
        assert kibana.spaces[""] == {}

    def test_not_ready(self, kibana: Kibana) -> None:
        kibana.ready = False
        assert "not ready" in fault(kibana)

    def test_no_such_space(self, kibana: Kibana) -> None:
        assert "create the space first" in fault(kibana, space="sport")

    @pytest.mark.parametrize("space", ["", "Sport", "a/b", "../x", "ä", "a" * 256])
    def test_what_cannot_be_a_space_is_not_asked_for(self, space: str) -> None:
        with pytest.raises(KibanaError, match="no id of a space"):
            import_objects(Settings(), url="http://127.0.0.1:9", space=space)

    @pytest.mark.parametrize(
        "url",
        [
            "me:secret@host",
            "me:secret@host:5601",
            "ftp://me:secret@host",
            "http://me:secret@",
            "http://me:secret@host:port",
            "http://me:secret/rest@host",
        ],
    )
    def test_a_password_is_not_told_where_what_has_it_is_no_url(self, url: str) -> None:
        with pytest.raises(KibanaError, match="is no URL") as caught:
            import_objects(Settings(), url=url)
        assert "secret" not in str(caught.value)

    @pytest.mark.parametrize("url", ["kibana", "ftp://host", "http://", "http://host:port", "http://[::1"])
    def test_what_is_no_url(self, url: str) -> None:
        with pytest.raises(KibanaError, match="is no URL"):
            import_objects(Settings(), url=url)

    @pytest.mark.parametrize(
        "body",
        [b"<html>hello</html>", b"", b"[]", b'{"tagline":"You Know, for Search"}', b'{"version":"9.4.3"}'],
    )
    def test_something_else_answers(self, kibana: Kibana, body: bytes) -> None:
        kibana.answers["/api/status"] = (200, {}, body)
        assert "is not Kibana" in fault(kibana)

    def test_elasticsearch_answers(self, kibana: Kibana) -> None:
        kibana.answers["/api/status"] = (404, {}, b'{"error":"no handler found"}')
        assert "no such space or path" in fault(kibana)

    def test_a_redirect_is_told_and_not_followed(self, kibana: Kibana) -> None:
        kibana.answers["/api/status"] = (302, {"location": "/login?next=%2F"}, b"")
        assert "/login?next=%2F" in fault(kibana)

    @pytest.mark.parametrize(
        ("status", "said"), [(413, "limit of the proxy"), (500, "answers 500"), (429, "429")]
    )
    def test_any_other_answer(self, kibana: Kibana, status: int, said: str) -> None:
        kibana.answers[IMPORT] = (status, {}, b"<h1>" + b"x" * 10_000)
        told = fault(kibana)
        assert said in told
        assert len(told) < 1000

    @given(body=JSON)
    def test_no_answer_whatever_ends_in_anything_but_an_error(self, body: Any) -> None:
        for read in (
            lambda: importing._version(body, "there"),
            lambda: importing._summary(body, "there", "9.4.3", None),
        ):
            with suppress(KibanaError):
                read()

    def test_an_answer_that_says_nothing_is_no_success(self, kibana: Kibana) -> None:
        kibana.answers[IMPORT] = (200, {}, b"{}")
        assert "did not say" in fault(kibana)


class TestTheCommand:
    def test_it_says_what_is_there_now(self, kibana: Kibana) -> None:
        done = newswire(settings(kibana), "kibana", "import")
        assert (done.returncode, done.stderr) == (0, "")
        assert "Newswire: news" in done.stdout
        assert f"{len(objects('news'))} objects are in the default space of Kibana 9.4.3" in done.stdout

    def test_it_prints_json_and_fails_if_anything_was_refused(self, kibana: Kibana) -> None:
        kibana.unknown = {"map"}
        done = newswire(settings(kibana), "kibana", "import", "--space", "desk", "--json")
        found = json.loads(done.stdout)
        assert done.returncode == 1
        assert found["space"] == "desk"
        assert [one["type"] for one in found["refused"]] == ["map", "dashboard"]

    def test_what_was_refused_is_in_the_table(self, kibana: Kibana) -> None:
        import_objects(settings(kibana))
        done = newswire(settings(kibana), "kibana", "import", "--no-overwrite")
        assert done.returncode == 1
        assert "--overwrite replaces it" in done.stdout
        assert "were refused" in done.stdout

    def test_no_kibana_is_one_line(self) -> None:
        done = newswire(Settings(), "kibana", "import", "--url", "http://127.0.0.1:9")
        assert done.returncode == 1
        assert done.stderr.startswith("error: Kibana at http://127.0.0.1:9 does not answer")
        assert "Traceback" not in done.stderr


def test_containers_run_a_kibana_of_the_same_version_for_this_machine_only() -> None:
    compose = (PACKAGE.parent / "docker-compose.yml").read_text("utf-8")
    images = dict(re.findall(r"image: (\S+):(\S+)", compose))
    assert images["kibana"] == images["elasticsearch"]
    assert tuple(map(int, images["kibana"].split(".")[:2])) >= importing.OLDEST
    published = re.findall(r"ports: \[(.+)\]", compose)
    assert published
    assert all(port.strip().startswith('"127.0.0.1:') for ports in published for port in ports.split(","))


def test_the_password_is_not_shown_with_the_settings() -> None:
    shown = Settings(kibana=HttpUrl("https://me:s3cret@kibana.example.org/base")).shown()
    assert shown["kibana"] == "https://me:***@kibana.example.org/base"
