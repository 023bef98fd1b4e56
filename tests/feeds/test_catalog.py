"""``feeds.toml``: what it lists, and what is told of one that is wrong."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest

from pipeline.feeds import StandardInput
from pipeline.feeds.catalog import TYPES, chosen, feeds_of, load
from pipeline.feeds.config import FeedConfigError
from pipeline.feeds.folder import Folder, FolderConfig
from pipeline.settings import Settings

DOCUMENTED = Path(__file__).parents[2] / "docs" / "feeds.md"


def written(folder: Path, text: str) -> Path:
    (folder / "feeds.toml").write_text(text)
    return folder / "feeds.toml"


def faults(folder: Path, text: str) -> list[str]:
    """What is told of it, without the name of the file."""
    file = written(folder, text)
    with pytest.raises(FeedConfigError) as caught:
        load(file)
    return [line.removeprefix(f"{file}: ") for line in str(caught.value).splitlines()]


FOLDER = "[[feed]]\ntype = 'folder'\n"
GOOD = """
[[feed]]
name = "afp"
type = "folder"
path = "in/afp"
source = "AFP"
language = "fr"
format = "jsonl"
mapping = { headline = "title" }

[[feed]]
name = "pipe"
type = "stdin"
"""


def test_what_it_lists(tmp_path: Path) -> None:
    afp, pipe = load(written(tmp_path, GOOD))
    assert isinstance(afp, FolderConfig)
    assert (afp.name, afp.source, afp.language, afp.path) == ("afp", "AFP", "fr", Path("in/afp"))
    assert (afp.move, afp.watch) == (True, True)
    assert (pipe.name, pipe.type, pipe.source_name) == ("pipe", "stdin", "pipe")


def test_the_feeds_that_it_lists(tmp_path: Path) -> None:
    configs = load(written(tmp_path, GOOD))
    folder, pipe = feeds_of(configs, Settings(), threading.Event())
    assert isinstance(folder, Folder)
    assert isinstance(pipe, StandardInput)
    assert [folder.name, pipe.name] == ["afp", "pipe"]


def test_all_that_are_polled_are_one_feed(tmp_path: Path) -> None:
    configs = load(
        written(
            tmp_path,
            """
            [[feed]]
            name = "one"
            type = "poll"
            url = "https://example.org/one.xml"
            [[feed]]
            name = "in"
            type = "folder"
            path = "in"
            [[feed]]
            name = "two"
            type = "poll"
            url = "https://example.org/two.xml"
            """,
        )
    )
    feeds = feeds_of(configs, Settings(var=tmp_path), threading.Event())
    assert [feed.name for feed in feeds] == ["poll", "in"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ['there is no feed in it; list them as [[feed]] with type = "folder" and so on']),
        ("feeds = 3", ["there is no key 'feeds'; did you mean 'feed'?", "there is no feed in it; list them"]),
        ("[feed]\nname = 'a'", ["feeds are listed as [[feed]], with two brackets"]),
        ("feed = [3]", ["feed number 1: it is no table; list feeds as [[feed]]"]),
        ("[[feed]]", ["feed number 1: it has no type; there are folder, stdin, poll, push"]),
        ("[[feed]]\ntype = 'foldr'", ["feed number 1: there is no type 'foldr'; did you mean 'folder'?"]),
        ("[[feed]]\ntype = 7\nname = 'x'", ["feed 'x': there is no type 7; there are folder"]),
        ("[[feed]]\ntype = 'folder'\npath = 'a'", ["feed number 1: 'name' is missing"]),
        ("[[feed]]\ntype = 'folder'\nname = 'x'", ["feed 'x': 'path' is missing"]),
        (
            "[[feed]]\ntype = 'folder'\nname = 'x'\npath = 'a'\npatience_s = 1",
            ["feed 'x': there is no key 'patience_s'; did you mean 'patience'?"],
        ),
        (
            "[[feed]]\ntype = 'folder'\nname = 'x'\npath = 'a'\nzzz = 1",
            ["feed 'x': there is no key 'zzz'; there are type, name, source, format, language"],
        ),
        (
            "[[feed]]\ntype = 'stdin'\nname = 'A b'",
            ["feed 'A b': 'name': 'A b' may hold only a-z, 0-9, '.', '_' and '-'"],
        ),
        (
            "[[feed]]\ntype = 'stdin'\nname = 'x'\nlanguage = 'français'\ntimezone = 'Pari'",
            [
                "feed 'x': 'language': 'français' is no language tag like fr or en-GB",
                "feed 'x': 'timezone': there is no time zone 'Pari'",
            ],
        ),
        (
            "[[feed]]\ntype = 'stdin'\nname = 'x'\nformat = 'nitff'",
            ["feed 'x': 'format': there is no format 'nitff'; there are"],
        ),
        (
            "[[feed]]\ntype = 'folder'\nname = 'x'\npath = 'a'\nquiet = 'long'",
            ["feed 'x': 'quiet' is 'long': input should be a valid number"],
        ),
        (
            "[[feed]]\ntype = 'folder'\nname = 'x'\npath = 'a'\ndone = '.'",
            ["feed 'x': done must be another folder than the watched one"],
        ),
        (
            "[[feed]]\ntype = 'stdin'\nname = 'x'\n[[feed]]\ntype = 'stdin'\nname = 'x'",
            ["two feeds are named 'x'", "the feeds 'x', 'x' read standard input, which can be read once"],
        ),
        (
            f"{FOLDER}name = 'x'\npath = 'a'\n{FOLDER}name = 'y'\npath = './a'",
            ["feed 'y': its folder "],
        ),
        (
            f"{FOLDER}name = 'x'\npath = 'a/b'\nmove = false\n{FOLDER}name = 'y'\npath = 'a'",
            ["feed 'x': its folder "],
        ),
    ],
)
def test_what_is_wrong_is_told_with_what_is_allowed(tmp_path: Path, text: str, told: list[str]) -> None:
    found = faults(tmp_path, text)
    assert len(found) == len(told), found
    for line, start in zip(found, told, strict=True):
        assert line.startswith(start)


def test_folders_that_are_left_as_they_are_may_be_within_each_other(tmp_path: Path) -> None:
    inner = f"{FOLDER}name = 'a'\npath = 'in/a'\nmove = false\n"
    outer = f"{FOLDER}name = 'b'\npath = 'in'\nmove = false\n"
    assert len(load(written(tmp_path, inner + outer))) == 2


def test_no_toml_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(FeedConfigError, match=r"feeds\.toml is no TOML: .*line 2"):
        load(written(tmp_path, "\nfeed = \n"))
    (tmp_path / "feeds.toml").write_bytes(b"\xff")
    with pytest.raises(FeedConfigError, match="is no TOML"):
        load(tmp_path / "feeds.toml")


def test_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(FeedConfigError, match=r"none\.toml cannot be read: No such file"):
        load(tmp_path / "none.toml")


REMOTE = """
[[feed]]
name = "x"
type = "remote"
protocol = "sftp"
host = "example.org"
user = "us"
password = {}
"""


def test_a_secret_that_is_missing_is_told_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AFP_PASSWORD", raising=False)
    text = REMOTE.format('{ env = "AFP_PASSWORD" }')
    (fault,) = faults(tmp_path, text)
    assert fault.startswith(
        "feed 'x': 'password': a secret is missing: the environment variable AFP_PASSWORD"
    )
    monkeypatch.setenv("AFP_PASSWORD", "s3cret")
    (config,) = load(written(tmp_path, text))
    assert "s3cret" not in f"{config!r} {config.model_dump_json()}"


@pytest.mark.parametrize("secret", ["8237428374", "{ env = 8237428374 }", "['8237428374']"])
def test_a_secret_that_is_written_wrongly_is_not_shown(tmp_path: Path, secret: str) -> None:
    found = faults(tmp_path, REMOTE.format(secret))
    assert found
    assert "8237428374" not in "".join(found)


def test_a_password_in_a_url_is_not_shown(tmp_path: Path) -> None:
    (fault,) = faults(
        tmp_path, "[[feed]]\nname = 'x'\ntype = 'poll'\nurl = 'ftp://user:s3cret@example.org/a'\n"
    )
    assert "s3cret" not in fault
    assert "ftp://user:***@example.org/a" in fault


def test_some_may_be_chosen(tmp_path: Path) -> None:
    configs = load(written(tmp_path, GOOD))
    assert [config.name for config in chosen(configs, ["pipe"])] == ["pipe"]
    assert chosen(configs, []) == configs
    with pytest.raises(FeedConfigError, match="there is no feed 'pip'; did you mean 'pipe'"):
        chosen(configs, ["pip"])


def test_the_examples_of_the_documentation_are_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = DOCUMENTED.read_text()
    for name in re.findall(r'env = "([A-Z_]+)"', text):
        monkeypatch.setenv(name, "x")
    for name in re.findall(r"/run/secrets/(\w+)", text):
        (tmp_path / name).write_text("x")
    blocks = "\n".join(re.findall(r"```toml\n(.*?)```", text, re.DOTALL))
    configs = load(written(tmp_path, blocks.replace("/run/secrets/", f"{tmp_path}/")))
    assert {config.type for config in configs} == set(TYPES)


def test_every_type_has_its_settings_and_its_feed() -> None:
    from importlib import import_module

    from pipeline.feeds.config import FeedConfig

    for kind, (module, settings, feed) in TYPES.items():
        found = import_module(f"pipeline.feeds.{module}")
        config = getattr(found, settings)
        assert issubclass(config, FeedConfig)
        assert config.model_config["frozen"]
        assert config.model_config["extra"] == "forbid"
        assert kind in str(config.model_fields["type"].annotation)
        assert hasattr(getattr(found, feed), "batches")
