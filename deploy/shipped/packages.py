"""The packages that requirements/run.txt locks, and the licence that each one's own metadata state."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from msgspec import Struct
from packaging.markers import Marker

from pipeline.errors import NewswireError

_LINE = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?: *; *(?P<marker>[^\\]+?))? *\\?$")
_LINUX = {
    "sys_platform": "linux",
    "platform_system": "Linux",
    "os_name": "posix",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
}

# What metadata say in words of their own, or in a classifier.
_SAID = {
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd-derived (repoze)": "BSD-3-Clause-Modification",
    "isc license": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
    "the bsd 2-clause license": "BSD-2-Clause",
}
_KNOWN = frozenset(
    [
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "CNRI-Python",
        "GPL-2.0-only",
        "ISC",
        "LGPL-2.1",
        "LGPL-2.1-or-later",
        "MIT",
        "MIT-0",
        "MPL-1.1",
        "MPL-2.0",
        "PSF-2.0",
        "Zlib",
    ]
)
"""Licences that may be shipped. Another one is looked at by a person before it is added here."""

READ = {
    "blis": "BSD-3-Clause",
    "faust-streaming": "BSD-3-Clause",
    "imapclient": "BSD-3-Clause",
    "jinja2": "BSD-3-Clause",
    "lz4": "BSD-3-Clause",
    "mode-streaming": "BSD-3-Clause",
    "python-snappy": "BSD-3-Clause",
}
"""Whose metadata name no licence, or only *BSD*: what the licence file in the package is the text of."""

_BSD_3 = ("redistributions of source code must retain", "in binary form", "endorse or promote products")


class UnknownLicenceError(NewswireError):
    """Nobody knows under which licence a package is."""


class Package(Struct, frozen=True, kw_only=True):
    """A package: its licence is an SPDX expression, ``summary`` its own word on what it is."""

    name: str
    version: str
    licence: str
    summary: str
    home: str | None


def locked(requirements: Path) -> dict[str, str]:
    """Name and version of each package that a lock file has for Linux and this Python."""
    found = {}
    for line in requirements.read_text("utf-8").splitlines():
        match = _LINE.match(line)
        if match and (match["marker"] is None or Marker(match["marker"].strip()).evaluate(dict(_LINUX))):
            found[match["name"]] = match["version"]
    return found


def packages(requirements: Path) -> list[Package]:
    """The locked packages, as they are installed here.

    Raises:
        UnknownLicenceError: one is not installed, or in another version, or states no licence.
    """
    return [_package(name, version) for name, version in sorted(locked(requirements).items())]


def _package(name: str, version: str) -> Package:
    try:
        found = distribution(name)
    except PackageNotFoundError as error:
        raise UnknownLicenceError(f"{name} {version} is not installed: run `make setup`") from error
    if found.version != version:
        raise UnknownLicenceError(f"{name} {version} is locked, not {found.version}: run `make setup`")
    return Package(
        name=name,
        version=version,
        licence=licence(found),
        summary=found.metadata["Summary"] or "",
        home=_home(found),
    )


def licence(of: Distribution) -> str:
    """Its licence as an SPDX expression.

    Raises:
        UnknownLicenceError: its metadata state none that is known.
    """
    name = of.metadata["Name"].lower()
    said = [*_stated(of, "License-Expression"), *_stated(of, "License")]
    said += [one.rpartition(" :: ")[2] for one in _stated(of, "Classifier") if one.startswith("License ::")]
    for text in said:
        if text.lower() in _SAID:
            return _SAID[text.lower()]
        if set(re.split(r" (?:AND|OR) ", text)) <= _KNOWN:
            return text
    if name in READ and all(part in _text(of) for part in _BSD_3):
        return READ[name]
    raise UnknownLicenceError(
        f"{name} {of.version} states no licence that is known ({'; '.join(said)[:80]}): read"
        " its licence file, and put it into deploy/shipped/packages.py"
    )


def _text(of: Distribution) -> str:
    files = [one for one in of.files or () if re.search(r"(?i)licen[cs]e|copying", one.name)]
    return " ".join(" ".join(Path(str(one.locate())).read_text("utf-8").lower().split()) for one in files)


def _stated(of: Distribution, field: str) -> list[str]:
    return [one.strip() for one in of.metadata.get_all(field) or ()]


def _home(of: Distribution) -> str | None:
    urls = [one.partition(", ") for one in _stated(of, "Project-URL")]
    named = {name.lower(): url for name, _, url in urls}
    wanted = ("homepage", "home", "repository", "source", "source code", "github")
    return next(filter(None, [*map(named.get, wanted), *_stated(of, "Home-page")]), None)
