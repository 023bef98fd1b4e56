"""``feeds.toml``: the feeds that it lists, checked, and the objects that do what it says."""

from __future__ import annotations

import difflib
import re
import threading
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from itertools import combinations
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pipeline.feeds.config import FeedConfig, FeedConfigError, Secret
from pipeline.feeds.shape import Feed
from pipeline.settings import Settings

FILE = Path("feeds.toml")
"""The configuration that is read where none is named."""

TYPES = {
    "folder": ("folder", "FolderConfig", "Folder"),
    "stdin": ("standard_input", "StdinConfig", "StandardInput"),
    "poll": ("poll", "PollConfig", "Poll"),
    "push": ("push", "PushConfig", "Push"),
    "mailbox": ("mailbox", "MailboxConfig", "Mailbox"),
    "remote": ("remote", "RemoteConfig", "RemoteFolder"),
    "topic": ("topic", "TopicConfig", "Topic"),
    "live": ("live", "LiveConfig", "Live"),
}
"""The types of feeds: module, settings, and the feed itself. One is loaded only where it is used."""

_LONGEST = 60


def load(file: Path = FILE) -> list[FeedConfig]:
    """The feeds that a file lists.

    Raises:
        FeedConfigError: it cannot be read, or is wrong; says all that is, and what is allowed.
    """
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise FeedConfigError(f"{file} cannot be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FeedConfigError(f"{file} is no TOML: {error}") from error
    configs, faults = parsed(tables)
    faults += _between(configs)
    if faults:
        raise FeedConfigError("\n".join(f"{file}: {fault}" for fault in faults))
    return configs


def parsed(tables: dict[str, Any]) -> tuple[list[FeedConfig], list[str]]:
    """The feeds of a decoded file, and what is wrong with the others."""
    faults = [f"there is no key {key!r}{_near(key, ['feed'])}" for key in tables if key != "feed"]
    listed = tables.get("feed", [])
    if not isinstance(listed, list):
        return [], [*faults, "feeds are listed as [[feed]], with two brackets"]
    if not listed:
        return [], [*faults, 'there is no feed in it; list them as [[feed]] with type = "folder" and so on']
    configs = []
    for number, table in enumerate(listed, 1):
        config, wrong = _parsed(table)
        name = table.get("name") if isinstance(table, dict) else None
        place = f"feed {name!r}" if isinstance(name, str) and name else f"feed number {number}"
        faults += [f"{place}: {fault}" for fault in wrong]
        configs += [config] if config else []
    return configs, faults


def chosen(configs: Sequence[FeedConfig], names: Iterable[str]) -> list[FeedConfig]:
    """The feeds of these names; all of them, where none is named.

    Raises:
        FeedConfigError: there is none of a name.
    """
    there = [config.name for config in configs]
    names = list(names)
    for name in names:
        if name not in there:
            raise FeedConfigError(f"there is no feed {name!r}{_near(name, there)}")
    return [config for config in configs if config.name in names or not names]


def feeds_of(configs: Sequence[FeedConfig], settings: Settings, stop: threading.Event) -> list[Feed]:
    """The feeds that are configured so; all that are polled are one feed.

    Raises:
        FeedConfigError: they cannot be together, or one cannot be as it is configured.
    """
    feeds: list[Feed] = []
    polled = [config for config in configs if config.type == "poll"]
    for config in configs:
        if config.type == "stdin":
            feeds.append(_feed("stdin")(stop, config=config))
        elif config.type != "poll":
            feeds.append(_feed(config.type)(config, settings, stop))
        elif config is polled[0]:
            feeds.append(_feed("poll")(polled, settings, stop))
    return feeds


def _feed(kind: str) -> Any:
    module, _, name = TYPES[kind]
    return getattr(import_module(f"pipeline.feeds.{module}"), name)


def _parsed(table: Any) -> tuple[FeedConfig | None, list[str]]:
    """The feed of one table, or what is wrong with it."""
    if not isinstance(table, dict):
        return None, ["it is no table; list feeds as [[feed]]"]
    kind = table.get("type")
    if kind not in TYPES:
        said = f"there is no type {_shown(kind)}" if "type" in table else "it has no type"
        near = _near(kind, TYPES) if isinstance(kind, str) else ""
        return None, [f"{said}{near or _allowed(TYPES)}"]
    module, name, _ = TYPES[kind]
    known: type[FeedConfig] = getattr(import_module(f"pipeline.feeds.{module}"), name)
    try:
        config = known.model_validate(table)
    except ValidationError as error:
        return None, [_PASSWORD.sub(r"\1***@", _fault(one, known)) for one in error.errors()]
    return config, list(_missing_secrets(config))


_PASSWORD = re.compile(r"(://[^/\s:@']*:)[^/\s@']+@")
"""A password in a URL, which no message shows."""


def _fault(error: ErrorDetails, known: type[BaseModel]) -> str:
    """What pydantic found, in plain words."""
    path = [str(part) for part in error["loc"]]
    key = ".".join(path)
    match error["type"]:
        case "extra_forbidden":
            names = list(known.model_fields) if len(path) == 1 else []
            return f"there is no key {key!r}{_near(path[-1], names) or _allowed(names)}"
        case "missing":
            return f"{key!r} is missing"
        case "string_pattern_mismatch" if key == "name":
            said = f"{_shown(error['input'])} may hold only a-z, 0-9, '.', '_' and '-'"
            return f"'name': {said}, and starts with a letter or a digit"
        case "literal_error":
            return f"{key!r} is {_shown(error['input'])}; allowed is {error['ctx']['expected']}"
        case _:
            said = error["msg"].removeprefix("Value error, ")
            said = said[:1].lower() + said[1:]
            field = known.model_fields.get(path[0]) if path else None
            secret = field is not None and "Secret" in str(field.annotation)
            said_already = repr(error["input"]) in said
            shown = (
                ""
                if secret or said_already or isinstance(error["input"], dict)
                else f" is {_shown(error['input'])}"
            )
            return f"{key!r}{shown}: {said}" if key else said


def _missing_secrets(value: Any, key: str = "") -> Iterator[str]:
    """The secrets that are not where the configuration says they are."""
    if isinstance(value, Secret):
        try:
            value.reveal()
        except FeedConfigError as error:
            yield f"{key!r}: {error}"
        return
    parts: dict[str, Any] = dict(value) if isinstance(value, (BaseModel, dict)) else {}
    for name, part in parts.items():
        yield from _missing_secrets(part, f"{key}.{name}" if key else name)


def _between(configs: Sequence[FeedConfig]) -> Iterator[str]:
    """What makes each feed possible by itself, and all of them together not."""
    names: dict[str, FeedConfig] = {}
    folders: list[Any] = []
    for config in configs:
        if names.setdefault(config.name, config) is not config:
            yield f"two feeds are named {config.name!r}; each needs a name of its own"
        if config.type == "folder":
            folders.append(config)
    inputs = [config.name for config in configs if config.type == "stdin"]
    if len(inputs) > 1:
        yield f"the feeds {', '.join(map(repr, inputs))} read standard input, which can be read once"
    for one, other in combinations(folders, 2):
        if one.move or other.move:
            outer, inner = sorted((one, other), key=lambda config: len(config.folder.parts))
            if inner.folder.is_relative_to(outer.folder):
                yield (
                    f"feed {inner.name!r}: its folder {inner.folder} is that of feed {outer.name!r}, or in "
                    "it; where files are moved, folders must be apart"
                )


def _near(word: str, words: Iterable[str]) -> str:
    found = difflib.get_close_matches(word, list(words), n=1)
    return f"; did you mean {found[0]!r}?" if found else ""


def _allowed(words: Iterable[str]) -> str:
    listed = ", ".join(words)
    return f"; there are {listed}" if listed else ""


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
