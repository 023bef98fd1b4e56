"""spaCy without its commands, a third of what importing it takes, until somebody wants one of them."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

_COMMANDS, _INFO = "spacy.cli", "spacy.cli.info"


def import_spacy() -> None:
    """Import spaCy; ``spacy.cli`` and ``spacy.info`` are read when they are first used."""
    if "spacy" in sys.modules:
        return
    info = ModuleType(_INFO)
    info.__dict__["info"] = lambda *arguments, **more: _commands().info(*arguments, **more)
    sys.modules[_COMMANDS], sys.modules[_INFO] = _Commands(_COMMANDS), info
    spacy = importlib.import_module("spacy")
    spacy.__dict__["cli"] = sys.modules[_COMMANDS]


class _Commands(ModuleType):
    """Stands for ``spacy.cli``, which spaCy imports for one function that is only called by hand."""

    def __getattr__(self, name: str) -> Any:
        return getattr(_commands(), name)


def _commands() -> ModuleType:
    """The real one."""
    if isinstance(sys.modules.get(_COMMANDS), _Commands):
        del sys.modules[_COMMANDS], sys.modules[_INFO]
    return importlib.import_module(_COMMANDS)
