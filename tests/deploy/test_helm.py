"""The Helm chart: what Helm makes of it, by Kubernetes' and KEDA's own schemas."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer
import yaml

import pipeline
from pipeline.cli import cli
from pipeline.settings import Settings
from tests.deploy import programs
from tests.deploy.dockerfile import ROOT, stages
from tests.deploy.test_compose import parse

CHART = ROOT / "deploy" / "helm" / "newswire"
KUBERNETES = ("1.25", "1.31", "1.37")
SECRET = ("--set", "existingSecret=newswire")

Manifest = dict[str, Any]

VALUES = {
    "defaults": SECRET,
    "kafka-trigger": (*SECRET, "--set", "autoscaling.trigger=kafka"),
    "smallest": (
        *("--set", "web.enabled=false", "--set", "feeder.enabled=false", "--set", "lag.enabled=false"),
        *("--set", "enrich.autoscaling.enabled=false", "--set", "index.autoscaling.enabled=false"),
        *("--set", "podDisruptionBudget.enabled=false", "--set", "networkPolicy.enabled=false"),
        *("--set", "topics.create=false"),
    ),
    "locked": (
        *("--set", "secrets.topics=topics", "--set", "secrets.feeder=feeder", "--set", "secrets.web=web"),
        *("--set", "secrets.enrich=enrich", "--set", "secrets.index=index", "--set", "secrets.lag=lag"),
        *("--set", "existingSecret=others", "--set", "elasticsearch=https://search.example.org:9200"),
        *("--set", "settings.NEWSWIRE_KAFKA_SECURITY=sasl_ssl"),
        *("--set", "settings.NEWSWIRE_KAFKA_CA=/run/secrets/newswire/ca.pem"),
    ),
    "everything": (
        *SECRET,
        *("--set", "image.digest=sha256:" + "0" * 64, "--set", "imagePullSecrets[0].name=registry"),
        *("--set", "watch.autoscaling.enabled=true", "--set", "settings.NEWSWIRE_INDEX=wire"),
        *("--set", "settings.NEWSWIRE_KEEP_DAYS=90", "--set", "elasticsearch="),
        *(
            "--set-json",
            'networkPolicy.web=[{"podSelector":{}}]',
            "--set-json",
            'networkPolicy.push=[{"podSelector":{}}]',
        ),
        *("--set-json", 'networkPolicy.kafka.to=[{"ipBlock":{"cidr":"10.0.0.0/8"}}]'),
        *("--set", "feeder.storage.storageClassName=fast", "--set", "web.service.type=LoadBalancer"),
        *("--set-json", 'tolerations=[{"operator":"Exists"}]', "--set", "nodeSelector.disk=ssd"),
        *("--set-json", 'extraVolumes=[{"name":"own","emptyDir":{}}]'),
        *("--set-json", 'extraVolumeMounts=[{"name":"own","mountPath":"/own"}]'),
    ),
}


def run(*words: str) -> subprocess.CompletedProcess[str]:
    program = programs.helm()
    if program is None:
        pytest.skip(f"there is no Helm; {programs.INSTALL}")
    return subprocess.run([program, *words], cwd=CHART, capture_output=True, text=True, check=False)


def template(*values: str, kubernetes: str = "1.31") -> subprocess.CompletedProcess[str]:
    return run("template", "wire", ".", "--namespace", "news", "--kube-version", f"{kubernetes}.0", *values)


@cache
def made(name: str = "defaults", kubernetes: str = "1.31") -> list[Manifest]:
    done = template(*VALUES[name], kubernetes=kubernetes)
    assert done.returncode == 0, done.stderr
    return [one for one in yaml.safe_load_all(done.stdout) if one]


def of(kind: str, name: str = "defaults") -> dict[str, Manifest]:
    return {short(one): one for one in made(name) if one["kind"] == kind}


def short(one: Manifest) -> str:
    return str(one["metadata"]["name"]).removeprefix("wire-newswire-")


def pods(name: str = "defaults") -> Iterator[tuple[str, Manifest]]:
    for one in made(name):
        if one["kind"] in ("Deployment", "StatefulSet", "Job"):
            yield short(one), one["spec"]["template"]["spec"]


def container(name: str, values: str = "defaults") -> Manifest:
    (found,) = dict(pods(values))[name]["containers"]
    return dict(found)


def settings_of(one: Manifest) -> dict[str, str]:
    return {each["name"]: each["value"] for each in one["env"]}


class TestTheChartAlone:
    """What needs no Helm."""

    def values(self) -> Manifest:
        return dict(yaml.safe_load((CHART / "values.yaml").read_text("utf-8")))

    def schema(self) -> Manifest:
        return dict(json.loads((CHART / "values.schema.json").read_text("utf-8")))

    def test_its_version_is_the_packages(self) -> None:
        chart = yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))
        assert chart["appVersion"] == chart["version"] == pipeline.__version__

    def test_the_values_are_as_their_schema_says(self) -> None:
        jsonschema.Draft7Validator.check_schema(self.schema())
        jsonschema.validate(self.values(), self.schema(), cls=jsonschema.Draft7Validator)

    def test_every_value_is_in_the_schema_and_the_other_way_round(self) -> None:
        assert set(self.schema()["properties"]) == {*self.values(), "global"}

    @pytest.mark.parametrize(
        "wrong",
        [
            {"kafka": "kafka"},
            {"elasticsearch": "http://me:secret@search:9200"},
            {"enrich": {"procesess": 2}},
            {"topics": {"partitions": 0}},
            {"settings": {"NEWSWIRE_WEB_PASSWORD": "secret"}},
            {"settings": {"PATH": "/"}},
            {"image": {"digest": "latest"}},
            {"feeder": {"pushPort": 70000}},
            {"unknown": 1},
        ],
        ids=str,
    )
    def test_wrong_ones_are_refused(self, wrong: Manifest) -> None:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, self.schema(), cls=jsonschema.Draft7Validator)

    def test_no_secret_may_be_an_ordinary_setting(self) -> None:
        refused = set(self.schema()["properties"]["settings"]["propertyNames"]["not"]["enum"])
        secret = {
            name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)
        }
        assert secret
        assert {f"NEWSWIRE_{name.upper()}" for name in secret} <= refused


def test_helm_finds_nothing_to_say_against_it() -> None:
    done = run("lint", "--strict", ".", *SECRET)
    assert done.returncode == 0, done.stdout
    assert "[WARNING]" not in done.stdout


@pytest.mark.parametrize("kubernetes", KUBERNETES)
@pytest.mark.parametrize("values", VALUES)
def test_kubernetes_knows_every_field(values: str, kubernetes: str) -> None:
    kubernetes_validate = pytest.importorskip(
        "kubernetes_validate", reason="kubernetes-validate is not installed: run `make setup`"
    )
    manifests = made(values, kubernetes)
    known = [one for one in manifests if one["apiVersion"] != "keda.sh/v1alpha1"]
    assert len(known) >= 3
    for one in known:
        kubernetes_validate.validate(one, kubernetes, strict=True)


@pytest.mark.parametrize("values", ["defaults", "kafka-trigger", "everything"])
def test_keda_knows_every_field(values: str) -> None:
    file = programs.scaled_object()
    if file is None:
        pytest.skip(f"KEDA's definition of a ScaledObject is not here; {programs.INSTALL}")
    definition = yaml.safe_load(file.read_text("utf-8"))["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    scaled = of("ScaledObject", values)
    assert set(scaled) >= {"enrich", "index"}
    for one in scaled.values():
        jsonschema.validate(one, closed(definition))


def closed(schema: Any) -> Any:
    """The schema, but what it does not name is wrong."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: closed(one) for name, one in schema.items()}
    if found.get("type") == "object" and "properties" in found and found["properties"].keys() - {"name"}:
        found.setdefault("additionalProperties", False)
    return found


def test_autoscaling_asks_for_our_lag() -> None:
    scaled = of("ScaledObject")["enrich"]["spec"]
    (trigger,) = scaled["triggers"]
    lag = 'kafka_consumergroup_lag{consumergroup="newswire-enrich"}'
    assert trigger["metadata"]["query"] == f"sum(max by (consumergroup, topic, partition) ({lag}))"
    assert scaled["scaleTargetRef"]["name"] == of("Deployment")["enrich"]["metadata"]["name"]
    assert "replicas" not in of("Deployment")["enrich"]["spec"]
    from pipeline.lag import metrics

    assert "kafka_consumergroup_lag" in (ROOT / f"{metrics.__name__.replace('.', '/')}.py").read_text("utf-8")


def test_kafka_is_asked_for_the_topic_that_the_part_reads() -> None:
    topics = {
        name: one["spec"]["triggers"][0]["metadata"]["topic"]
        for name, one in of("ScaledObject", "kafka-trigger").items()
    }
    assert topics == {"enrich": Settings().topic_raw, "index": Settings().topic_enriched}


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ((), "does not start without a login"),
        (
            (*SECRET, "--set", "enrich.autoscaling.maxReplicas=13"),
            "is 13, but there are 12 partitions",
        ),
        (("--set", "web.enabled=false"), "feeder.feeds names a file of a Secret"),
        (
            ("--set", "web.enabled=false", "--set", "feeder.enabled=false", "--set", "elasticsearch="),
            "elasticsearch is empty",
        ),
        ((*SECRET, "--set", "enrich.procesess=3"), "procesess"),
        ((*SECRET, "--kube-version", "1.24.0"), "kubeVersion"),
    ],
)
def test_what_would_not_work_is_told(values: tuple[str, ...], complaint: str) -> None:
    done = template(*values)
    assert done.returncode == 1
    assert complaint in done.stderr


def test_large_numbers_of_a_values_file_stay_numbers(tmp_path: Path) -> None:
    values = tmp_path / "values.yaml"
    values.write_text("settings: { NEWSWIRE_MAX_ARTICLE_BYTES: 2097152 }\nfeeder: { spoolMaxMib: 2000000 }\n")
    done = template(*SECRET, "--values", str(values))
    assert done.returncode == 0, done.stderr
    assert 'value: "2097152"' in done.stdout
    assert '"2000000"' in done.stdout
    assert "e+06" not in done.stdout


def test_metrics_for_nobody_are_for_nobody() -> None:
    done = template(*SECRET, "--set-json", "networkPolicy.metrics=[]")
    assert done.returncode == 0, done.stderr
    policies = [one for one in yaml.safe_load_all(done.stdout) if one and one["kind"] == "NetworkPolicy"]
    assert len(policies) > 3
    assert not [one for one in policies if one["spec"].get("ingress")]
    assert all("Ingress" in one["spec"]["policyTypes"] for one in policies)


@pytest.mark.parametrize("values", VALUES)
def test_no_pod_has_rights(values: str) -> None:
    user = int(stages()[-1].of("USER")[0].rest.partition(":")[0])
    for name, pod in pods(values):
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] == pod["securityContext"]["fsGroup"] == user
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        (one,) = pod["containers"]
        assert one["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert one["resources"]["requests"].keys() == {"cpu", "memory"}
        assert "memory" in one["resources"]["limits"]


@pytest.mark.parametrize("values", VALUES)
def test_settings_exist_and_hold_and_are_written_once(values: str) -> None:
    for _, pod in pods(values):
        names = [each["name"] for each in pod["containers"][0]["env"]]
        assert len(names) == len(set(names))
        given = settings_of(pod["containers"][0])
        given.pop("NEWSWIRE_SECRETS", None)
        made_of = {name.removeprefix("NEWSWIRE_").lower(): value for name, value in given.items()}
        assert set(made_of) <= set(Settings.model_fields)
        Settings.model_validate(made_of)


def test_settings_of_the_chart_go_to_all_parts_and_none_hides_the_secrets_url() -> None:
    for name, pod in pods("everything"):
        given = settings_of(pod["containers"][0])
        assert (given["NEWSWIRE_INDEX"], given["NEWSWIRE_KEEP_DAYS"]) == ("wire", "90"), name
        assert "NEWSWIRE_ELASTICSEARCH" not in given
        assert given["NEWSWIRE_SECRETS"] == "/run/secrets/newswire"


def test_every_command_line_is_understood_to_its_last_option() -> None:
    commands = {name: pod["containers"][0]["args"] for name, pod in pods()}
    assert set(commands) == {"enrich", "index", "watch", "feeder", "web", "lag", "topics"}
    for words in commands.values():
        parse(typer.main.get_command(cli), words)


def test_probes_ask_for_what_is_served() -> None:
    for name in ("enrich", "index", "watch"):
        one = container(name)
        assert one["livenessProbe"]["httpGet"] == {"path": "/health/live", "port": "health"}
        assert one["readinessProbe"]["httpGet"] == {"path": "/health/ready", "port": "health"}
        assert {"name": "health", "containerPort": int(settings_of(one)["NEWSWIRE_HEALTH_PORT"])} in one[
            "ports"
        ]
    for name in ("feeder", "lag"):
        one = container(name)
        port = next(each["containerPort"] for each in one["ports"] if each["name"] == "metrics")
        assert str(port) in one["args"]
        assert one["livenessProbe"]["httpGet"]["path"] == "/metrics"
    assert container("web")["livenessProbe"]["httpGet"] == {"path": "/health/live", "port": "http"}


def test_topics_are_made_before_anything_is_installed() -> None:
    (job,) = of("Job").values()
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    given = settings_of(container("topics"))
    assert (given["NEWSWIRE_PARTITIONS"], given["NEWSWIRE_REPLICATION"]) == ("12", "3")
    assert given["NEWSWIRE_RETENTION_DAYS"] == "30"
    # A hook comes before all that is no hook: it may need only what is there already.
    needed = [volume for volume in dict(pods())["topics"]["volumes"] if "configMap" in volume]
    assert needed == []


def test_a_budget_and_a_policy_select_the_pods_that_are_meant() -> None:
    labels = {
        name: one["spec"]["template"]["metadata"]["labels"]
        for kind in ("Deployment", "StatefulSet")
        for name, one in of(kind).items()
    }
    budgets = of("PodDisruptionBudget")
    assert set(budgets) == {"enrich", "index", "watch", "web"}
    policies = {name: one for name, one in of("NetworkPolicy").items() if name in labels}
    assert set(policies) == {"enrich", "index", "watch", "feeder", "lag"}
    chosen = [(name, one["spec"]["selector"]["matchLabels"]) for name, one in budgets.items()]
    chosen += [(name, one["spec"]["podSelector"]["matchLabels"]) for name, one in policies.items()]
    for name, selector in chosen:
        assert [other for other, has in labels.items() if selector.items() <= has.items()] == [name]


def test_the_network_is_closed_but_for_what_is_named() -> None:
    policies = {one["metadata"]["name"]: one["spec"] for one in of("NetworkPolicy").values()}
    closed_for = policies["wire-newswire"]
    assert closed_for["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in closed_for
    ports = [port["port"] for rule in closed_for["egress"] for port in rule["ports"]]
    assert ports == [53, 53, 9092, 9200]
    outside = {
        name for name, spec in policies.items() if any("ports" not in rule for rule in spec.get("egress", ()))
    }
    assert outside == {"wire-newswire-feeder", "wire-newswire-watch"}


def test_every_folder_that_is_written_to_is_a_volume() -> None:
    (volume,) = stages()[-1].of("VOLUME")[0].words
    for name, pod in pods():
        mounts = {one["mountPath"]: one["name"] for one in pod["containers"][0]["volumeMounts"]}
        assert {volume, "/tmp"} <= set(mounts), name  # noqa: S108 - the container's
    claims = of("StatefulSet")["feeder"]["spec"]["volumeClaimTemplates"]
    assert [one["metadata"]["name"] for one in claims] == ["var"]


def test_figures_say_where_they_are_from() -> None:
    text = (CHART / "values.yaml").read_text("utf-8")
    for file, figure in re.findall(r"(docs/\w+\.md)[^\n]*?at most (\d+) MiB", text):
        assert figure in (ROOT / file).read_text("utf-8")
    (rate,) = re.findall(r"Two cores do (\S+) a second", text)
    assert rate in (ROOT / "README.md").read_text("utf-8")


def test_each_part_may_have_a_secret_of_its_own() -> None:
    """Its own user and keys, so that it has the rights of its role alone (docs/security.md)."""
    secrets = {
        one["metadata"]["labels"]["app.kubernetes.io/component"]: volume["secret"]["secretName"]
        for one in made("locked")
        if one["kind"] in {"Deployment", "StatefulSet", "Job"}
        for volume in one["spec"]["template"]["spec"]["volumes"]
        if "secret" in volume
    }
    named = ("topics", "feeder", "enrich", "index", "web", "lag")
    assert secrets == {part: part for part in named} | {"watch": "others"}
