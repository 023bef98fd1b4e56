"""The Dockerfile: from locked packages to a user without rights. `make image-check` carries it out."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from fnmatch import fnmatch
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

import pipeline
from pipeline.settings import Settings
from tests.deploy.dockerfile import ROOT, stages

BUILD, IMAGE = stages()


def test_instructions_are_read_with_their_flags_and_arguments(tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text(
        '# a word\nARG BASE=slim\nFROM python:${BASE} AS build\n\nENV A=1 \\\n    B="two words"\n'
        'COPY --from=other --chmod=0755 a b\nFROM scratch\nCMD ["x", "y"]\n'
    )
    first, second = stages(file)
    assert (first.base, first.name, second.base, second.name) == ("python:slim", "build", "scratch", "")
    environment, copy = first.instructions
    assert environment.pairs == {"A": "1", "B": "two words"}
    assert (copy.flags, copy.words) == ({"from": "other", "chmod": "0755"}, ["a", "b"])
    assert second.of("CMD")[0].words == ["x", "y"]


def test_only_locked_packages_with_hashes_are_installed() -> None:
    installs = [one.rest for one in BUILD.of("RUN") if "pip install" in one.rest]
    assert len(installs) == 3
    for install in installs:
        assert "--require-hashes" in install or "--no-index" in install
    assert not any("pip" in one.rest for one in IMAGE.of("RUN"))
    for name in ("run", "build"):
        lines = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8").splitlines()
        pinned = [number for number, line in enumerate(lines) if "==" in line]
        assert pinned
        assert all("--hash=sha256:" in lines[number + 1] for number in pinned)
        assert not any("://" in line or " @ " in line for line in lines)


def test_what_builds_the_wheel_is_the_locked_one_of_the_developers() -> None:
    developers = (ROOT / "requirements" / "dev.txt").read_text("utf-8")
    pins = re.findall(r"^\S+==\S+", (ROOT / "requirements" / "build.txt").read_text("utf-8"), re.MULTILINE)
    assert any(pin.startswith("hatchling==") for pin in pins)
    assert [pin for pin in pins if pin not in developers] == []


def test_all_that_is_copied_is_there_and_reaches_the_builder() -> None:
    rules = [
        line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[:1] not in ("#", "")
    ]
    allowed = [rule[1:] for rule in rules if rule.startswith("!")]
    sources = [
        word
        for stage in (BUILD, IMAGE)
        for one in stage.of("COPY")
        if not one.flags.get("from")
        for word in one.words[:-1]
    ]
    assert "pipeline" in sources
    for source in sources:
        assert (ROOT / source).exists()
        assert any(source == one or source.startswith(f"{one}/") for one in allowed), source


@pytest.mark.parametrize(
    "secret", ["secrets/newswire_web_password", ".git/config", "newswire.toml", "var/kafka", ".venv"]
)
def test_nothing_else_does(secret: str) -> None:
    rules = [
        line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[:1] not in ("#", "")
    ]
    assert rules[0] == "*"
    assert not any(
        fnmatch(secret, rule[1:]) or secret.startswith(f"{rule[1:]}/") for rule in rules if rule[0] == "!"
    )


def test_the_wheel_in_the_image_has_all_files_that_the_package_needs() -> None:
    folders = re.findall(
        r'^"([^"]+)" = "pipeline/_files/', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE
    )
    copied = {one.words[0] for one in BUILD.of("COPY")}
    assert folders
    assert set(folders) <= copied


def test_it_runs_as_a_numbered_user_with_one_volume() -> None:
    (user,) = (one.rest for one in IMAGE.of("USER"))
    assert user == "10001:10001"
    names = [one.name for one in IMAGE.instructions]
    assert not set(names[names.index("USER") :]) & {"RUN", "COPY", "ADD"}
    (volume,) = (one.words for one in IMAGE.of("VOLUME"))
    assert volume == ["/var/lib/newswire"]
    assert any("--owner=10001" in one.rest and volume[0] in one.rest for one in IMAGE.of("RUN"))
    assert BUILD.base == IMAGE.base
    assert re.fullmatch(r"python:3\.1[123]-slim-\w+", IMAGE.base)


def test_its_settings_exist_and_hold() -> None:
    (environment,) = (one.pairs for one in IMAGE.of("ENV"))
    ours = {
        name.removeprefix("NEWSWIRE_").lower(): value
        for name, value in environment.items()
        if name.startswith("NEWSWIRE_")
    }
    assert set(ours) <= set(Settings.model_fields)
    made = Settings.model_validate(ours)
    assert f"127.0.0.1:{made.health_port}/health/live" in IMAGE.of("HEALTHCHECK")[0].rest
    assert str(made.health_port) in IMAGE.of("EXPOSE")[0].words


def test_labels_say_what_it_is_and_the_version_is_the_packages() -> None:
    labels = {name: value for one in IMAGE.of("LABEL") for name, value in one.pairs.items()}
    assert labels["org.opencontainers.image.version"] == pipeline.__version__
    assert "CC-BY-NC-SA-4.0" in labels["org.opencontainers.image.licenses"]
    assert {"title", "description", "revision", "created"} <= {name.rpartition(".")[2] for name in labels}


class TestHealthy:
    @pytest.fixture
    def page(self) -> Iterator[str]:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if self.path == "/good" else 503)
                self.end_headers()
                self.wfile.write(b"the worker is starting")

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        with HTTPServer(("127.0.0.1", 0), Answer) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            yield f"http://127.0.0.1:{server.server_port}"
            server.shutdown()
            thread.join()

    def healthy(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        script = str(ROOT / "deploy/docker/healthy")
        return subprocess.run(
            [sys.executable, "-I", script, *arguments], capture_output=True, text=True, check=False
        )

    def test_a_page_that_answers_is_healthy(self, page: str) -> None:
        assert self.healthy(f"{page}/good").returncode == 0

    def test_one_that_answers_503_is_not_and_its_words_are_shown(self, page: str) -> None:
        done = self.healthy(f"{page}/bad")
        assert done.returncode == 1
        assert done.stderr == "503: the worker is starting\n"

    @pytest.mark.parametrize("arguments", [(), ("http://127.0.0.1:9/",), ("nothing",)])
    def test_no_page_is_not_healthy_and_one_line(self, arguments: tuple[str, ...]) -> None:
        done = self.healthy(*arguments)
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1

    def test_it_is_what_the_image_has(self) -> None:
        check = json.loads(IMAGE.of("HEALTHCHECK")[0].rest.partition("CMD ")[2])
        (copy,) = (one for one in IMAGE.of("COPY") if one.words[0] == "deploy/docker/healthy")
        assert copy.words[1].rpartition("/")[2] == check[0]
        assert (ROOT / copy.words[0]).read_text("utf-8").startswith("#!/opt/newswire/bin/python -I\n")
