"""The project's files are found in a checkout and in a wheel."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pipeline import resources
from pipeline.resources import resource

ROOT = Path(__file__).resolve().parent.parent


def test_a_file_of_the_checkout_is_found() -> None:
    assert resource("deploy/local/pom.xml") == ROOT / "deploy" / "local" / "pom.xml"


def test_a_folder_is_found_too() -> None:
    assert resource("schemas").is_dir()


def test_the_wheels_copy_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "pipeline"
    packed = package / "_files" / "schemas" / "one.json"
    packed.parent.mkdir(parents=True)
    packed.write_text("packed")
    beside = package.parent / "schemas" / "one.json"
    beside.parent.mkdir()
    beside.write_text("somebody else's")
    monkeypatch.setattr(resources, "PACKAGE", package)
    assert resource("schemas/one.json").read_text() == "packed"


def test_what_is_missing_is_named_with_both_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "PACKAGE", tmp_path / "pipeline")
    with pytest.raises(FileNotFoundError, match="install it again") as caught:
        resource("schemas/none.json")
    assert str(tmp_path / "pipeline" / "_files" / "schemas" / "none.json") in str(caught.value)
    assert str(tmp_path / "schemas" / "none.json") in str(caught.value)


def test_the_wheel_carries_them(tmp_path: Path) -> None:
    build = f"import hatchling.build; print(hatchling.build.build_wheel({str(tmp_path)!r}))"
    result = subprocess.run(
        [sys.executable, "-c", build], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "pipeline/_files/deploy/local/pom.xml" in names
    assert "pipeline/_files/deploy/local/log4j2.properties" in names
    assert "pipeline/_files/schemas/raw-article.schema.json" in names
    assert "pipeline/_files/deploy/kibana/newswire.ndjson" in names
    assert "pipeline/_files/deploy/kafka/acls.toml" in names
    assert "pipeline/_files/deploy/elasticsearch/roles/index.json" in names
