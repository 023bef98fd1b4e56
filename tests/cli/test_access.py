"""``newswire access`` at the prompt; what it gives is tested on the real services in ``tests/security``."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from pipeline.cli import access as commands
from pipeline.settings import settings

runner = CliRunner()


@pytest.fixture(autouse=True)
def own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSWIRE_GROUP", "desk")
    monkeypatch.setenv("NEWSWIRE_INDEX", "wire")
    settings.cache_clear()


def test_every_command_has_help_with_examples() -> None:
    assert all("newswire access" in str(each.epilog) for each in commands.app.registered_commands)


def test_the_roles_are_listed() -> None:
    shown = runner.invoke(commands.app, ["roles"]).output
    assert "newswire worker --only index" in shown
    found = json.loads(runner.invoke(commands.app, ["roles", "--json"]).output)
    assert {"feed", "lag"} <= found["kafka"].keys()
    assert {"search", "lag"} <= found["elasticsearch"].keys()


def test_the_commands_for_a_role_are_printed_and_nobody_is_asked() -> None:
    done = runner.invoke(commands.app, ["kafka", "enrich", "User:worker"])
    assert done.exit_code == 0
    assert "--allow-principal User:worker --operation Read --group desk-enrich" in done.output


def test_a_role_at_elasticsearch_is_printed_for_the_alias() -> None:
    done = runner.invoke(commands.app, ["elasticsearch", "search", "--role"])
    assert json.loads(done.output)["search"]["indices"][0]["names"][0] == "wire"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["kafka", "owner", "User:x"], "there is no role 'owner': topics, feed"),
        (["kafka", "feed", "feeder"], "'feeder' is no principal: write"),
        (["elasticsearch", "owner"], "there is no role 'owner': admin"),
    ],
)
def test_what_makes_no_sense_is_told(words: list[str], why: str) -> None:
    done = runner.invoke(commands.app, words)
    assert done.exit_code == 2
    assert why in " ".join(done.output.replace("│", " ").split())
