"""Reads a Dockerfile into its stages, as far as ours goes: no heredocs, no parser directives."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.resources import PACKAGE

ROOT = PACKAGE.parent
DOCKERFILE = ROOT / "Dockerfile"

_VARIABLE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True)
class Instruction:
    """One instruction: its name in capitals, its ``--flags`` and the rest, with ARG's values put in."""

    name: str
    flags: dict[str, str]
    rest: str

    @property
    def words(self) -> list[str]:
        """The rest as words: of the exec form its strings, else what a shell would see."""
        return json.loads(self.rest) if self.rest.startswith("[") else shlex.split(self.rest)

    @property
    def pairs(self) -> dict[str, str]:
        """Of ENV and LABEL: names and values."""
        return dict(word.split("=", 1) for word in self.words)


@dataclass(frozen=True)
class Stage:
    """What begins with one FROM."""

    base: str
    name: str
    instructions: list[Instruction] = field(default_factory=list)

    def of(self, name: str) -> list[Instruction]:
        """Its instructions of one name."""
        return [one for one in self.instructions if one.name == name]


def stages(file: Path = DOCKERFILE) -> list[Stage]:
    """The stages of a Dockerfile, in their order."""
    found: list[Stage] = []
    arguments: dict[str, str] = {}
    for line in _lines(file.read_text("utf-8")):
        name, _, rest = line.partition(" ")
        rest = _VARIABLE.sub(lambda match: arguments.get(match[1], match[0]), rest.strip())
        flags = {}
        while match := re.match(r"--([\w-]+)=(\S+)\s+", rest):
            flags[match[1]] = match[2]
            rest = rest[match.end() :]
        if name == "ARG":
            key, _, value = rest.partition("=")
            arguments[key] = value
        elif name == "FROM":
            base, _, alias = rest.partition(" AS ")
            found.append(Stage(base, alias))
        else:
            found[-1].instructions.append(Instruction(name, flags, rest))
    return found


def _lines(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [re.sub(r"\s+", " ", line) for line in "\n".join(lines).replace("\\\n", " ").splitlines()]
