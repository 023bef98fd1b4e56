"""Writes docs/licences.md: everything that is shipped, and its licence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from deploy.shipped.data import Data
from deploy.shipped.packages import Package

_HEAD = """# Licences of what is shipped

Made by `make licences` from the metadata of the packages that `requirements/run.txt` locks, and from the
models' cards; a test keeps it in step. `make sbom` writes the same as a CycloneDX bill of materials,
`dist/sbom.json`. Licences are named as [SPDX](https://spdx.org/licenses/) names them. This is what
others state, and no legal advice.

Newswire itself is under Apache-2.0. The image holds Debian and Python beside what is listed here, each with
its own licence files. The embedded Elasticsearch and Kafka are fetched by `newswire up`: they are in no image
and no wheel.
"""

_MODELS = """
## Models and other data

**Models under CC-BY-NC-SA-4.0 may not be used commercially.** Name an installed spaCy pipeline in
`NEWSWIRE_SPACY` in their place, or fit others ([training](../training/)). What each was fitted to, and
under which licence that is, stands in its card.

| data | version | licence | from |
| --- | --- | --- | --- |
"""

_PACKAGES = """
## Packages

For Linux; {count} of them, none of them changed.

| licence | packages |
| --- | ---: |
{counts}

Under LGPL or MPL, alone or by choice, whose terms hold for changes of their own files: {weak}.

| package | version | licence |
| --- | --- | --- |
"""


def page(packages: Sequence[Package], data: Sequence[Data]) -> str:
    """The page as Markdown."""
    counts = Counter(package.licence for package in packages)
    weak = ", ".join(one.name for one in packages if "LGPL" in one.licence or "MPL" in one.licence)
    lines = [_HEAD, _MODELS]
    lines += [f"| {_linked(one)} | {one.version or ''} | {one.licence} | {_source(one)} |\n" for one in data]
    rows = "\n".join(f"| {licence} | {count} |" for licence, count in sorted(counts.items(), key=_most))
    lines.append(_PACKAGES.format(count=len(packages), counts=rows, weak=weak))
    lines += [f"| {_named(one)} | {one.version} | {one.licence} |\n" for one in packages]
    return "".join(lines)


def _most(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def _linked(data: Data) -> str:
    return f"[{data.name}](../{data.place})"


def _source(data: Data) -> str:
    return f"[its card](../{data.place}/README.md)" if data.model else data.source


def _named(package: Package) -> str:
    return f"[{package.name}]({package.home})" if package.home else package.name
