"""Two versions of one template of Elasticsearch: do the indices that are there fit workers of both?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pipeline.evolution.finding import Finding, Verdict

Template = dict[str, Any]

_REBUILD = (
    "announce it in schemas/announced.toml and in the release notes: it needs `newswire replay"
    " --from-beginning` with the new version and `newswire index switch` (docs/upgrading.md)"
)
_FIELD = (
    "leave the field in the mapping: old workers write it, and a strict mapping refuses what it does not know"
)
_RAISE = "raise its version: what is in Elasticsearch is replaced by a later version only"
_LATER = "indices that are made from now on have it; those that are there stay as they are"
_ADDED = (
    "new workers add it to the live index when they start; articles that were indexed before have it after"
    " a replay"
)


def compare(name: str, old: Template, new: Template) -> list[Finding]:
    """What is otherwise in the new template than in the old one.

    Args:
        name: of the file, for the findings.
        old: the template of the last release.
        new: that of this version.
    """
    return sorted(_compare(name, old, new))


def added(name: str, new: Template) -> list[Finding]:
    """What a template means that the last release did not have."""
    grown = Finding(Verdict.GROWS, f"{name}:", "the template is new", "new workers put it when they start")
    return [grown, *_settings(f"{name}: settings", {}, new.get("template", {}).get("settings", {}))]


def _compare(name: str, old: Template, new: Template) -> Iterator[Finding]:
    where = f"{name}:"
    if _content(old) != _content(new) and new.get("version", 0) <= old.get("version", 0):
        what = f"it is another, and its version is {new.get('version')} as {old.get('version')} was"
        yield Finding(Verdict.BREAKS, f"{where} version", what, _RAISE)
    elif new.get("version", 0) < old.get("version", 0):
        yield Finding(Verdict.BREAKS, f"{where} version", "it went back", _RAISE)
    for part in sorted((_content(old).keys() | _content(new).keys()) - {"template"}):
        if part == "composed_of" and _within(old.get(part, ()), new.get(part, ())):
            continue  # what a component adds is told of its own file
        yield from _rest(f"{where} {part}", old.get(part), new.get(part))
    before, now = old.get("template", {}), new.get("template", {})
    yield from _settings(f"{where} settings", before.get("settings", {}), now.get("settings", {}))
    yield from _mapping(f"{where} mappings", before.get("mappings", {}), now.get("mappings", {}))
    for part in sorted((before.keys() | now.keys()) - {"settings", "mappings"}):
        yield from _rest(f"{where} {part}", before.get(part), now.get(part))


def _within(old: Iterable[str], new: Iterable[str]) -> bool:
    """Whether all of the old ones are there, in the same order."""
    rest = iter(new)
    return all(name in rest for name in old)


def _content(template: Template) -> Template:
    """What a template does: without its number and its description."""
    return {part: value for part, value in template.items() if part not in {"version", "_meta"}}


def _settings(where: str, old: Template, new: Template) -> Iterator[Finding]:
    """Analysis is for the life of an index; the rest takes effect with the next one."""
    before, now = _flat(old), _flat(new)
    for name in sorted(key for key in before.keys() | now.keys() if before.get(key) != now.get(key)):
        what = f"was {before.get(name, 'absent')!r} and is {now.get(name, 'absent')!r}"
        if name.startswith(("analysis.", "similarity.")):
            what += ": an index keeps what it was made with, and would be searched otherwise than the next"
            yield Finding(Verdict.REBUILD, f"{where}.{name}", what, _REBUILD)
        else:
            yield Finding(Verdict.GROWS, f"{where}.{name}", what, _LATER)


def _flat(settings: Template, prefix: str = "") -> Template:
    """Settings under their full names, without the ``index.`` that may stand before each."""
    found: Template = {}
    for name, value in settings.items():
        path = f"{prefix}{name}".removeprefix("index.")
        if isinstance(value, dict) and path != "index":
            found |= _flat(value, f"{path}.")
        elif isinstance(value, dict):
            found |= _flat(value)
        else:
            found[path] = value
    return found


def _mapping(where: str, old: Template, new: Template) -> Iterator[Finding]:
    """A mapping, a field, or the forms of a field: what has ``properties`` or ``fields`` in it."""
    for part in ("properties", "fields"):
        before, now = old.get(part, {}), new.get(part, {})
        for name in sorted(before.keys() | now.keys()):
            place = f"{where}.{name}"
            if name not in now:
                yield Finding(Verdict.BREAKS, place, "the field was removed or renamed", _FIELD)
            elif name in before:
                yield from _mapping(place, before[name], now[name])
            else:
                yield Finding(Verdict.GROWS, place, "the field is new", _ADDED)
    for parameter in sorted((old.keys() | new.keys()) - {"properties", "fields", "_meta"}):
        yield from _rest(f"{where} {parameter}", old.get(parameter), new.get(parameter))


def _rest(where: str, old: Any, new: Any) -> Iterator[Finding]:
    if old != new or type(old) is not type(new):
        what = f"was {'absent' if old is None else repr(old)} and is {'absent' if new is None else repr(new)}"
        yield Finding(Verdict.REBUILD, where, what, _REBUILD)
