"""The released contracts: kept as they were, and the check that CI runs against the last of them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.evolution import released
from pipeline.evolution.__main__ import main
from pipeline.evolution.released import ReleaseError

ROOT = Path(__file__).parents[2]
RAW = "raw-article.schema.json"
ARTICLE = "elasticsearch/component/newswire-article.json"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The contracts of this version, released as 0.1.0, in a checkout of their own."""
    for name in released.files(ROOT / "schemas"):
        (tmp_path / "schemas" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "schemas" / name, tmp_path / "schemas" / name)
    version(tmp_path, "0.1.0")
    assert main(["release"], tmp_path) == 0
    return tmp_path


def version(checkout: Path, text: str) -> None:
    (checkout / "pyproject.toml").write_text(f'[project]\nversion = "{text}"\n')


def edit(checkout: Path, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((checkout / "schemas" / name).read_text())
    return content


def save(checkout: Path, name: str, content: dict[str, Any]) -> None:
    (checkout / "schemas" / name).write_text(json.dumps(content))


def narrowed(checkout: Path) -> None:
    schema = edit(checkout, RAW)
    schema["properties"]["urgency"]["maximum"] = 8
    save(checkout, RAW, schema)


def analysed(checkout: Path) -> None:
    template = edit(checkout, ARTICLE)
    template["version"] += 1
    template["template"]["settings"]["analysis"]["analyzer"]["folded"]["filter"].remove("possessive")
    save(checkout, ARTICLE, template)


PLACE = f"{ARTICLE}: settings.analysis.analyzer.folded.filter"


def announce(checkout: Path, where: str) -> None:
    (checkout / "schemas" / "announced.toml").write_text(f"[[rebuild]]\nwhere = {where!r}\nwhy = 'Words.'\n")


def test_this_version_runs_beside_the_last_release() -> None:
    """What CI stands on: the same command as by hand, on the project's own files."""
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.evolution"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr


def test_the_same_contracts_have_nothing_to_say(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main([], checkout) == 0
    assert capsys.readouterr() == ("", "")


def test_what_breaks_is_told_with_its_place_and_its_remedy(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    narrowed(checkout)
    assert main([], checkout) == 1
    told = capsys.readouterr().err
    assert f"breaks: {RAW}: urgency: maximum was 9 and is 8: less is taken\n    leave it as it was" in told
    assert "this version cannot run beside 0.1.0; docs/upgrading.md has the rules" in told


def test_what_is_only_ahead_is_told_and_let_pass(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = edit(checkout, RAW)
    schema["properties"]["unheard_of"] = {"type": "string"}
    save(checkout, RAW, schema)
    assert main([], checkout) == 0
    told = capsys.readouterr()
    assert f"ahead: {RAW}: unheard_of: the field is new" in told.out
    assert told.err == ""


def test_a_rebuild_is_refused_until_it_is_announced(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    analysed(checkout)
    assert main([], checkout) == 1
    assert f"rebuild: {PLACE}: was" in capsys.readouterr().err
    announce(checkout, PLACE)
    assert main([], checkout) == 0
    told = capsys.readouterr()
    assert f"rebuild: {PLACE}: was" in told.out
    assert told.err == ""


def test_an_announcement_lets_nothing_else_pass(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    analysed(checkout)
    narrowed(checkout)
    announce(checkout, PLACE)
    assert main([], checkout) == 1
    announce(checkout, f"{RAW}: urgency")
    assert main([], checkout) == 1
    assert f"announced.toml: {RAW}: urgency: nothing there needs a rebuild" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["[[rebuild]]\nwhere = 'x'\n", "rebuild = 1\n", "[[rebuild\n"])
def test_announcements_that_cannot_be_read_are_an_error(
    checkout: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout / "schemas" / "announced.toml").write_text(text)
    assert main([], checkout) == 1
    assert "is to have [[rebuild]] with where and why" in capsys.readouterr().err


@pytest.mark.parametrize("name", [RAW, ARTICLE])
def test_a_contract_that_is_gone_breaks(
    checkout: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout / "schemas" / name).unlink()
    assert main([], checkout) == 1
    assert f"breaks: {name}: it is gone" in capsys.readouterr().err


def test_a_message_that_is_new_is_nobody_s_trouble(checkout: Path) -> None:
    save(checkout, "story.schema.json", {"type": "object"})
    save(checkout, "elasticsearch/index/stories.json", {"version": 1, "template": {}})
    findings = released.compare(released.last(checkout / "schemas"), checkout / "schemas")
    assert [(one.verdict, one.where) for one in findings] == [("grows", "elasticsearch/index/stories.json:")]


def test_the_last_release_is_the_highest_number_and_not_the_last_by_letter(checkout: Path) -> None:
    for text in ("0.9.0", "0.10.0"):
        version(checkout, text)
        assert main(["release"], checkout) == 0
    assert released.last(checkout / "schemas").name == "0.10.0"


def test_a_release_that_is_kept_stays_as_it_is(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["release"], checkout) == 0  # the same again
    before = released.files(checkout / "schemas" / "released" / "0.1.0")
    schema = edit(checkout, RAW)
    schema["properties"]["unheard_of"] = {"type": "string"}
    save(checkout, RAW, schema)
    assert main(["release"], checkout) == 1
    assert "0.1.0 is released with other contracts: raise the version" in capsys.readouterr().err
    assert released.files(checkout / "schemas" / "released" / "0.1.0") == before


def test_a_release_keeps_what_it_announced_out_of_the_next(checkout: Path) -> None:
    analysed(checkout)
    announce(checkout, PLACE)
    version(checkout, "0.2.0")
    assert main(["release"], checkout) == 0
    assert released.announced(checkout / "schemas") == {}
    assert main([], checkout) == 0
    assert released.files(checkout / "schemas/released/0.2.0") == released.files(checkout / "schemas")


def test_what_breaks_is_not_released(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    narrowed(checkout)
    version(checkout, "0.2.0")
    assert main(["release"], checkout) == 1
    assert f"breaks: {RAW}: urgency" in capsys.readouterr().err
    assert not (checkout / "schemas/released/0.2.0").exists()


def test_a_number_before_the_last_is_refused(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    version(checkout, "0.0.9")
    assert main(["release"], checkout) == 1
    assert "0.1.0 is released already: 0.0.9 would be before it" in capsys.readouterr().err


def test_no_release_at_all_and_a_folder_of_another_name_are_errors(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="there is no release in"):
        released.last(tmp_path)
    (tmp_path / "released" / "next").mkdir(parents=True)
    with pytest.raises(ReleaseError, match="not named as a version"):
        released.last(tmp_path)
