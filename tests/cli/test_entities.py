"""``newswire entities`` as a person and a script use it; no services are needed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from pipeline.cli import entities as commands
from pipeline.cli import main
from pipeline.settings import Settings, settings
from tests.workers import environment
from tests.workers import newswire as run

PEOPLE = """id;name;label;aliases;language;country;lat;lon
desk:meier;Anna Meier;PER;A. Meier|Meier;;;;
desk:bercy;Bercy;LOC;;;fr;48,84;2,378
desk:zzz;Zentrum Zzz;ORG;ZZZ|de:ZZZ e.V.;;DE;;
"""


@pytest.fixture
def people(tmp_path: Path) -> Path:
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE, encoding="utf-8-sig")
    return file


class Newswire:
    """The command, in this process: a start of its own for each of so many runs would take minutes."""

    def __init__(
        self, chosen: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.settings = chosen
        self.folder = chosen.entities
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def run(self, *arguments: str | Path) -> tuple[int, str, str]:
        """The exit code, standard output and standard error."""
        self._monkeypatch.setattr(sys, "argv", ["newswire", "entities", *map(str, arguments)])
        for name, value in environment(self.settings).items():
            self._monkeypatch.setenv(name, value)
        settings.cache_clear()
        with pytest.raises(SystemExit) as end:
            main()
        settings.cache_clear()
        printed = self._capsys.readouterr()
        return int(end.value.code or 0), printed.out, printed.err

    def said(self, *arguments: str | Path) -> str:
        """What a command that succeeds prints."""
        code, out, err = self.run(*arguments)
        assert (code, err) == (0, "")
        return out

    def found(self, *arguments: str | Path) -> Any:
        """What a command prints as JSON."""
        return json.loads(self.said(*arguments, "--json"))

    def complaint(self, *arguments: str | Path) -> str:
        """What a command that fails says; nothing is printed that a script could take for data."""
        code, out, err = self.run(*arguments)
        assert (code, out) == (1, "")
        assert err.startswith("error: ")
        return " ".join(err.removeprefix("error: ").split())


@pytest.fixture
def newswire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Newswire:
    return Newswire(Settings(entities=tmp_path / "var" / "entities"), monkeypatch, capsys)


@pytest.mark.parametrize("command", ["import", "list", "show", "remove"])
def test_every_command_has_help_with_examples(command: str) -> None:
    group = typer.main.get_command(commands.app)
    with group.make_context("entities", [command, "--help"], resilient_parsing=True) as context:
        one = group.get_command(context, command)  # type: ignore[attr-defined]  # a group it is
    assert one.help
    assert f"newswire entities {command}" in one.epilog
    assert all(option.help for option in one.params if option.name != "help")


def test_an_unknown_option_is_a_usage_error(newswire: Newswire) -> None:
    assert newswire.run("list", "--colour")[0] == 2
    assert newswire.run("import")[0] == 2


class TestImport:
    def test_a_list_from_excel(self, newswire: Newswire, people: Path) -> None:
        assert newswire.said("import", people) == "list 'people' imported: 3 identities with 7 names\n"
        assert (newswire.folder / "people.csv").read_bytes() == people.read_bytes()

    def test_again_it_replaces_the_one_of_that_name(self, newswire: Newswire, people: Path) -> None:
        newswire.said("import", people)
        people.write_text(PEOPLE.replace("desk:meier", "desk:anna"))
        assert newswire.said("import", people).startswith("list 'people' replaced: 3 identities")
        assert newswire.found("show", "Anna Meier")[0]["found"][0]["id"] == "desk:anna"

    def test_as_json(self, newswire: Newswire, people: Path) -> None:
        first = {"list": "people", "replaced": False, "identities": 3, "names": 7, "open": [], "more_open": 0}
        assert newswire.found("import", people) == first
        assert newswire.found("import", people) == {**first, "replaced": True}

    def test_names_that_stay_open_are_told(self, newswire: Newswire, people: Path) -> None:
        people.write_text(PEOPLE + "desk:bert;Bert Meier;PER;Meier;;;;\ndesk:ze;Zelle;ORG;ZZZ;fr;;;\n")
        lines = newswire.said("import", people).splitlines()
        assert lines[1:] == [
            "stays open: ORG 'ZZZ' (fr) may be desk:ze, desk:zzz",
            "stays open: PER 'Meier' may be desk:bert, desk:meier",
        ]
        told = newswire.found("import", people)
        assert told["open"][1] == {
            "name": "Meier",
            "label": "PER",
            "language": "",
            "ids": ["desk:bert", "desk:meier"],
        }

    def test_of_many_that_stay_open_the_first_are_told(self, newswire: Newswire, people: Path) -> None:
        people.write_text(
            "id,name,label,aliases\n"
            + "".join(f"a:{number},A{number},PER,Smith {number}\n" for number in range(50))
            + "".join(f"b:{number},B{number},PER,Smith {number}\n" for number in range(50))
        )
        lines = newswire.said("import", people).splitlines()
        assert (len(lines), lines[-1]) == (22, "and 30 more names that stay open")
        told = newswire.found("import", people)
        assert (len(told["open"]), told["more_open"]) == (20, 30)

    def test_what_is_wrong_is_told_line_by_line_and_nothing_is_stored(
        self, newswire: Newswire, people: Path
    ) -> None:
        newswire.said("import", people)
        people.write_text(PEOPLE + "x;;PER;;;;;\ny;Name;PERSON;;;;;\n")
        told = newswire.complaint("import", people)
        assert "people.csv cannot be used: line 5: the name is empty; write" in told
        assert "line 6: label 'PERSON' is none of PER (person)" in told
        assert (newswire.folder / "people.csv").read_text(encoding="utf-8-sig") == PEOPLE

    @pytest.mark.parametrize(
        ("name", "data", "told"),
        [
            ("absent.csv", None, "absent.csv cannot be read: No such file or directory"),
            (
                "latin.csv",
                PEOPLE.replace("Anna", "Änna").encode("cp1252"),
                "line 2: byte 0xC4 is no UTF-8; save",
            ),
            ("book.csv", b"PK\x03\x04", "it is a workbook and no CSV"),
            ("shipped.csv", PEOPLE.encode(), "give the file another name"),
            (
                "hostile.csv",
                b"id,name,label,aliases\nx,\x1b[2J,PER,\n",
                "there is a control character (0x1B)",
            ),
            (
                "label.csv",
                "id,name,label,aliases\nx,Name,\u202e[red],\n".encode(),
                "label '\\u202e[red]' is none",
            ),
        ],
    )
    def test_what_is_no_list_is_one_clear_error(
        self, name: str, data: bytes | None, told: str, newswire: Newswire, tmp_path: Path
    ) -> None:
        if data is not None:
            (tmp_path / name).write_bytes(data)
        assert told in newswire.complaint("import", tmp_path / name)
        assert not newswire.folder.exists()

    def test_a_folder_that_cannot_be_written_is_told(self, newswire: Newswire, people: Path) -> None:
        newswire.folder.parent.mkdir()
        newswire.folder.touch()
        assert "people.csv cannot be written: " in newswire.complaint("import", people)

    def test_a_folder_of_that_name_is_no_list(self, newswire: Newswire, tmp_path: Path) -> None:
        assert "cannot be read: Is a directory" in newswire.complaint("import", tmp_path)


class TestList:
    def test_all_lists_with_what_they_hold(self, newswire: Newswire, people: Path) -> None:
        newswire.said("import", people)
        header, own, shipped = newswire.said("list").splitlines()
        assert header.split() == ["list", "identities", "names", "since"]
        assert own.split()[:3] == ["people", "3", "7"]
        assert own.endswith("Z")
        assert shipped.split()[0] == "shipped"

    def test_as_json(self, newswire: Newswire, people: Path) -> None:
        newswire.said("import", people)
        told = newswire.found("list")
        assert told["folder"] == str(newswire.folder)
        own, shipped = told["lists"]
        assert {name: own[name] for name in ("list", "identities", "names")} == {
            "list": "people",
            "identities": 3,
            "names": 7,
        }
        assert own["changed"].endswith("Z")
        assert shipped["list"] == "shipped"
        assert shipped["identities"] > 0

    def test_without_lists_there_is_the_shipped_one(self, newswire: Newswire) -> None:
        assert [each["list"] for each in newswire.found("list")["lists"]] == ["shipped"]

    def test_a_list_that_was_broken_by_hand_is_told(self, newswire: Newswire, people: Path) -> None:
        newswire.said("import", people)
        (newswire.folder / "broken.csv").write_text("no list")
        code, out, err = newswire.run("list")
        assert code == 1
        assert out.splitlines()[1].split()[:4] == ["broken", "cannot", "be", "read"]
        assert "broken.csv cannot be used:" in err
        code, out, _ = newswire.run("list", "--json")
        assert code == 1
        assert "no column" in json.loads(out)["lists"][0]["problem"]


class TestShow:
    def test_whom_a_name_means_and_which_list_says_so(self, newswire: Newswire, people: Path) -> None:
        newswire.said("import", people)
        header, line = newswire.said("show", "a. meier").splitlines()
        assert header.split() == ["label", "language", "id", "name", "score", "list"]
        assert line.split() == ["PER", "all", "desk:meier", "Anna", "Meier", "0.95", "people"]

    def test_as_json(self, newswire: Newswire, people: Path) -> None:
        newswire.said("import", people)
        place = {"id": "desk:bercy", "name": "Bercy", "score": 0.95, "country": "FR", "list": "people"}
        assert newswire.found("show", "BERCY")[-1] == {
            "label": "LOC",
            "languages": [],
            "open": False,
            "found": [{**place, "point": {"lat": 48.84, "lon": 2.378}}],
        }

    def test_in_one_language_it_may_be_another(self, newswire: Newswire, people: Path) -> None:
        people.write_text(PEOPLE + "desk:ze;Zelle;ORG;ZZZ;fr;;;\n")
        newswire.said("import", people)
        lines = newswire.said("show", "ZZZ").splitlines()
        assert lines[1].split() == ["ORG", "fr", "desk:ze", "Zelle", "0.47", "people"]
        assert lines[2].split() == ["desk:zzz", "Zentrum", "Zzz", "0.47", "people"]
        assert lines[3].split()[:4] == ["ORG", "all", "others", "desk:zzz"]
        assert "it stays open" in lines[4]
        first, second = newswire.found("show", "ZZZ")
        assert (first["languages"], first["open"], len(first["found"])) == (["fr"], True, 2)
        assert (second["languages"], second["open"], len(second["found"])) == ([], False, 1)

    def test_own_lists_go_before_the_shipped_one(self, newswire: Newswire, people: Path) -> None:
        shipped = newswire.found("show", "UNESCO")[-1]["found"]
        assert {each["list"] for each in shipped} == {"shipped"}
        people.write_text(PEOPLE + "desk:unesco;Our own;ORG;UNESCO;;;;\n")
        newswire.said("import", people)
        (own,) = newswire.found("show", "UNESCO")
        assert [each["id"] for each in own["found"]] == ["desk:unesco"]

    def test_a_name_that_means_nothing_is_told(self, newswire: Newswire) -> None:
        assert "no list knows 'Nobody in Particular'" in newswire.complaint("show", "Nobody in Particular")
        assert "no list knows '\\x1b[2J'" in newswire.complaint("show", "\x1b[2J", "--json")

    def test_a_list_that_was_broken_by_hand_is_told(self, newswire: Newswire) -> None:
        newswire.folder.mkdir(parents=True)
        (newswire.folder / "broken.csv").write_text("no list")
        assert "broken.csv cannot be used" in newswire.complaint("show", "Anna Meier")


class TestRemove:
    def test_a_list_is_forgotten(self, newswire: Newswire, people: Path) -> None:
        newswire.said("import", people)
        assert newswire.said("remove", "people") == "list 'people' removed\n"
        assert "no list knows" in newswire.complaint("show", "Anna Meier")
        assert list(newswire.folder.iterdir()) == []

    def test_as_json(self, newswire: Newswire, people: Path) -> None:
        newswire.said("import", people)
        assert newswire.found("remove", "people") == {"removed": "people"}

    def test_what_is_not_there_is_told_with_what_is(self, newswire: Newswire, people: Path) -> None:
        assert "there is no list 'people'" in newswire.complaint("remove", "people")
        newswire.said("import", people)
        assert "there are: people" in newswire.complaint("remove", "peple")
        assert "there is no list 'shipped'" in newswire.complaint("remove", "shipped")


def test_as_a_process_of_its_own(tmp_path: Path, people: Path) -> None:
    """Lists lie where the other data lie, if nothing else is set."""
    moved = Settings(var=tmp_path / "srv")
    done = run(moved, "entities", "import", str(people))
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "srv" / "entities" / "people.csv").exists()
    failed = run(moved, "entities", "show", "Nobody in Particular", "--json")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.startswith("error: no list knows")
