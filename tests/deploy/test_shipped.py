"""What is shipped: no package, model or table of others without a known licence."""

from __future__ import annotations

import subprocess
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

import msgspec
import pytest

from deploy.shipped import data, packages
from deploy.shipped.data import OTHERS, models
from deploy.shipped.licences import page
from deploy.shipped.packages import READ, UnknownLicenceError, licence, locked
from tests.deploy.dockerfile import ROOT

RUN = ROOT / "requirements" / "run.txt"
WRITTEN_HERE = {
    *("agencies.txt", "capitals.txt", "credits.txt", "labels.txt", "endings.tsv", "organisations.csv"),
    *("english.toml", "french.toml", "py.typed", "favicon.svg", "newswire.css", "newswire.js", "README.md"),
}
"""Data in the package that were written for this project, as what reads them says."""


class Stated(Distribution):
    """A package that states what it is given."""

    def __init__(self, **stated: str) -> None:
        self.stated = {"Name": "some", "Version": "1.0", **stated}

    def read_text(self, filename: str) -> str | None:
        if filename != "METADATA":
            return None
        return "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in self.stated.items())

    def locate_file(self, path: Any) -> Any:
        return Path(path)


def test_the_lock_file_is_read_for_linux_and_this_python(tmp_path: Path) -> None:
    file = tmp_path / "run.txt"
    file.write_text(
        "one==1.0 \\\n    --hash=sha256:00\ntwo==2.0 ; sys_platform == 'win32' \\\n    --hash=sha256:00\n"
        "three==3.0.post1 ; python_full_version >= '3.9' \\\n    --hash=sha256:00\n"
    )
    assert locked(file) == {"one": "1.0", "three": "3.0.post1"}


def test_every_package_that_is_shipped_has_a_known_licence() -> None:
    shipped = packages.packages(RUN)
    assert {one.name: one.version for one in shipped} == locked(RUN)
    assert all(one.licence for one in shipped)
    assert {"spacy", "kafka-python", "faust-streaming"} <= {one.name for one in shipped}


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"License_Expression": "Apache-2.0 AND MIT"}, "Apache-2.0 AND MIT"),
        ({"License": "Apache 2"}, "Apache-2.0"),
        ({"License": "MIT"}, "MIT"),
        ({"License": "a whole text", "Classifier": "License :: OSI Approved :: MIT License"}, "MIT"),
    ],
)
def test_licences_are_named_as_spdx_names_them(stated: dict[str, str], expected: str) -> None:
    assert licence(Stated(**stated)) == expected


@pytest.mark.parametrize(
    "stated",
    [
        {},
        {"License": "BSD", "Classifier": "License :: OSI Approved :: BSD License"},
        {"License_Expression": "AGPL-3.0-only"},
        {"License_Expression": "MIT AND SSPL-1.0"},
        {"License": "Proprietary"},
    ],
)
def test_one_that_is_vague_or_not_allowed_is_told(stated: dict[str, str]) -> None:
    with pytest.raises(UnknownLicenceError, match=r"some 1\.0 states no licence that is known"):
        licence(Stated(**stated))


def test_a_licence_read_by_a_person_needs_its_text() -> None:
    for name in READ:
        with pytest.raises(UnknownLicenceError):
            licence(Stated(Name=name))


def test_a_package_in_another_version_is_told(tmp_path: Path) -> None:
    file = tmp_path / "run.txt"
    file.write_text("spacy==0.0.1 \\\n    --hash=sha256:00\n")
    with pytest.raises(UnknownLicenceError, match="make setup"):
        packages.packages(file)
    file.write_text("no-such-package==0.0.1 \\\n    --hash=sha256:00\n")
    with pytest.raises(UnknownLicenceError, match=r"no-such-package 0\.0\.1 is not installed"):
        packages.packages(file)


def test_every_model_has_a_card_with_its_licence() -> None:
    found = {one.place.rpartition("/")[2]: one for one in models()}
    assert set(found) == {one.name for one in data.MODELS.iterdir() if any(one.iterdir())}
    assert found["fr_entities"].licence == "CC-BY-NC-SA-4.0"
    assert found["fr_topics"].licence == found["languages"].licence == "CC-BY-SA-4.0"
    for folder in data.MODELS.glob("*/meta.json"):
        stated = msgspec.json.decode(folder.read_bytes())
        model = found[folder.parent.name]
        assert stated["license"].replace(" ", "-") == model.licence
        assert stated["version"] == model.version


@pytest.mark.parametrize(
    "card", [None, "# one 1.0\n", "# one 1.0\n\n**CC BY 4.0.** So.\n\nThe model is under CC BY-SA 4.0.\n"]
)
def test_a_model_without_one_licence_is_told(
    card: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "enrich/models/one").mkdir(parents=True)
    (tmp_path / "enrich/models/one/weights").touch()
    if card:
        (tmp_path / "enrich/models/one/README.md").write_text(card)
    monkeypatch.setattr(data, "PACKAGE", tmp_path)
    monkeypatch.setattr(data, "MODELS", tmp_path / "enrich/models")
    with pytest.raises(UnknownLicenceError, match=r"models/one/README\.md"):
        models()


def test_all_data_in_the_package_are_listed_or_written_here() -> None:
    listed = {one.place for one in OTHERS}
    tracked = subprocess.run(
        ["git", "ls-files", "pipeline"],  # noqa: S607 - the one on the path
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    others = {
        one
        for one in tracked
        if not one.endswith((".py", ".html")) and not one.startswith("pipeline/enrich/models/")
    }
    assert listed <= others
    assert {one for one in others - listed if one.rpartition("/")[2] not in WRITTEN_HERE} == set()


def test_the_page_is_in_step() -> None:
    written = (ROOT / "docs" / "licences.md").read_text("utf-8")
    assert written == page(packages.packages(RUN), [*models(), *OTHERS]), "run `make licences`"


class TestBill:
    @pytest.fixture(autouse=True)
    def library(self) -> None:
        pytest.importorskip("cyclonedx", reason="cyclonedx-python-lib is not installed: run `make setup`")

    def made(self, most: int | None = None) -> str:
        from deploy.shipped.bom import bom

        return bom(packages.packages(RUN)[:most], [*models()[:most], *OTHERS])

    def test_it_is_what_cyclonedx_allows(self) -> None:
        from cyclonedx.schema import SchemaVersion
        from cyclonedx.validation.json import JsonStrictValidator

        check = JsonStrictValidator(SchemaVersion.V1_6)
        assert check.validate_str(self.made(most=5)) is None
        assert check.validate_str(self.made(most=5).replace('"library"', '"books"')) is not None

    def test_it_has_every_package_and_every_model_with_its_licence(self) -> None:
        bill = msgspec.json.decode(self.made())
        parts = bill["components"]
        assert {one["purl"] for one in parts if "purl" in one} == {
            f"pkg:pypi/{name}@{version}" for name, version in locked(RUN).items()
        }
        assert all(one["licenses"][0]["expression"] for one in parts)
        kinds = [one["type"] for one in parts]
        assert kinds.count("machine-learning-model") == len(models())
        assert kinds.count("data") == len(OTHERS)
        (depends,) = (one["dependsOn"] for one in bill["dependencies"] if one["ref"].startswith("newswire=="))
        assert len(depends) == len(parts)

    def test_it_is_the_same_each_time(self) -> None:
        assert self.made(most=20) == self.made(most=20)
