"""The contracts as released: a copy of ``schemas/`` for each release, and what the next one announces."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.errors import NewswireError
from pipeline.evolution import index, messages
from pipeline.evolution.finding import Finding, Verdict

_RELEASED = "released"
_ANNOUNCED = "announced.toml"
_NOTHING = (
    "# What the next release needs a replay and a switch for; a release empties this. docs/upgrading.md\n"
    "#\n"
    "# [[rebuild]]\n"
    '# where = "elasticsearch/component/newswire-article.json: settings.analysis.analyzer.folded.filter"\n'
    '# why = "Words with an apostrophe are found without it"\n'
)


class ReleaseError(NewswireError):
    """The contracts cannot be compared or kept; the message says why and what to do."""


def files(folder: Path) -> dict[str, dict[str, Any]]:
    """The contracts in a folder by their path in it: messages' schemas and templates of the index."""
    paths = [*folder.glob("*.schema.json"), *folder.glob("elasticsearch/**/*.json")]
    return {path.relative_to(folder).as_posix(): json.loads(path.read_bytes()) for path in sorted(paths)}


def last(schemas: Path) -> Path:
    """The folder of the latest release.

    Raises:
        ReleaseError: there is none, or a folder's name is no version.
    """
    try:
        found = sorted(
            (path for path in (schemas / _RELEASED).glob("*") if path.is_dir()),
            key=lambda path: tuple(map(int, path.name.split("."))),
        )
    except ValueError as error:
        raise ReleaseError(
            f"a folder in {schemas / _RELEASED} is not named as a version (1.2.3): {error}"
        ) from error
    if not found:
        raise ReleaseError(f"there is no release in {schemas / _RELEASED}: `make released` writes the first")
    return found[-1]


def compare(old: Path, new: Path) -> list[Finding]:
    """What is otherwise in one folder of contracts than in another."""
    return sorted(_compare(files(old), files(new)))


def _compare(old: dict[str, dict[str, Any]], new: dict[str, dict[str, Any]]) -> Iterator[Finding]:
    for name in old.keys() | new.keys():
        part = index if name.startswith("elasticsearch/") else messages
        if name in old and name in new:
            yield from part.compare(name, old[name], new[name])
        elif name in old:
            remedy = "keep it for as long as a version that uses it may run beside this"
            yield Finding(Verdict.BREAKS, f"{name}:", "it is gone", remedy)
        elif part is index:
            yield from index.added(name, new[name])


def unannounced(findings: list[Finding], schemas: Path) -> list[str]:
    """What forbids a release: what breaks, rebuilds not announced, and announcements of nothing."""
    told = announced(schemas)
    places = {finding.where for finding in findings if finding.verdict is Verdict.REBUILD}
    bad = [
        str(finding)
        for finding in findings
        if finding.verdict is Verdict.BREAKS
        or (finding.verdict is Verdict.REBUILD and finding.where not in told)
    ]
    return bad + [
        f"{_ANNOUNCED}: {where}: nothing there needs a rebuild; remove it"
        for where in told
        if where not in places
    ]


def announced(schemas: Path) -> dict[str, str]:
    """The places for which a rebuild is announced, each with its reason.

    Raises:
        ReleaseError: the file cannot be read as such.
    """
    path = schemas / _ANNOUNCED
    if not path.exists():
        return {}
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("rebuild", [])
        return {entry["where"]: entry["why"] for entry in entries}
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ReleaseError(f"{path} is to have [[rebuild]] with where and why: {error!r}") from error


def keep(schemas: Path, version: str) -> Path:
    """Keep the contracts as those of a release, and begin the announcements anew.

    Raises:
        ReleaseError: that version was released with others, or these may not be released after the last.
    """
    folder = schemas / _RELEASED / version
    if folder.exists():
        if files(folder) == files(schemas):
            return folder
        raise ReleaseError(
            f"{version} is released with other contracts: raise the version in pyproject.toml first"
        )
    if (schemas / _RELEASED).exists() and any((schemas / _RELEASED).iterdir()):
        before = last(schemas)
        if tuple(map(int, version.split("."))) < tuple(map(int, before.name.split("."))):
            raise ReleaseError(f"{before.name} is released already: {version} would be before it")
        if bad := unannounced(compare(before, schemas), schemas):
            raise ReleaseError("\n".join(bad))
    for name in files(schemas):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(schemas / name, folder / name)
    (schemas / _ANNOUNCED).write_text(_NOTHING, encoding="utf-8")
    return folder
