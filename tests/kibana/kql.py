"""As much of Kibana's query language as our objects use, turned into what Kibana asks Elasticsearch for.

After ``src/platform/packages/shared/kbn-es-query/src/kuery`` in elastic/kibana: ``and``, ``or``, ``not``,
brackets, ``field: value``, ``field: "a phrase"``, ``field: *`` and comparisons. Anything else is an error.
"""

from __future__ import annotations

import re
from typing import Any

_TOKEN = re.compile(r'\s*(?:(\()|(\))|(>=|<=|>|<|:)|"([^"\\]*)"|([^\s():<>"\\]+))')
_COMPARED = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
_WORDS = {"and", "or", "not"}

Dsl = dict[str, Any]


class Tree:
    """A query that was read.

    Attributes:
        dsl: in Elasticsearch's language.
        fields: that it names.
    """

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0
        self.fields: list[str] = []
        self.dsl = self._any() if self._tokens else {"match_all": {}}
        if self._at != len(self._tokens):
            raise ValueError(f"{text!r}: {self._tokens[self._at]} is one too many")

    def _next(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _take(self, kind: str | None = None) -> str:
        if self._at >= len(self._tokens):
            raise ValueError("the query ends too soon")
        found, text = self._tokens[self._at]
        if kind is not None and found != kind:
            raise ValueError(f"{text!r} is not a {kind}")
        self._at += 1
        return text

    def _joined(self, word: str, part: Any, clause: str) -> Dsl:
        parts = [part()]
        while self._next().lower() == word:
            self._take()
            parts.append(part())
        return parts[0] if len(parts) == 1 else {"bool": {clause: parts}}

    def _any(self) -> Dsl:
        return self._joined("or", self._all, "should")

    def _all(self) -> Dsl:
        return self._joined("and", self._one, "filter")

    def _one(self) -> Dsl:
        if self._next().lower() == "not":
            self._take()
            return {"bool": {"must_not": [self._one()]}}
        if self._next() == "(":
            self._take()
            inner = self._any()
            if self._take() != ")":
                raise ValueError("a bracket is not closed")
            return inner
        return self._field()

    def _field(self) -> Dsl:
        field = self._take("word")
        if field.lower() in _WORDS:
            raise ValueError(f"{field!r} is no field")
        self.fields.append(field)
        sign = self._take("sign")
        if sign != ":":
            return {"range": {field: {_COMPARED[sign]: self._take("word")}}}
        if self._next() == "*":
            self._take()
            return {"exists": {"field": field}}
        kind = self._tokens[self._at][0] if self._at < len(self._tokens) else ""
        value = self._take(kind if kind in ("word", "phrase") else "word")
        if "*" in value:
            raise ValueError(f"{value!r}: wildcards are not known here")
        return {"match_phrase" if kind == "phrase" else "match": {field: value}}


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"{text!r}: what is at character {at + 1}?")
        at = match.end()
        kinds = ("bracket", "bracket", "sign", "phrase", "word")
        found.extend(
            (kind, group) for kind, group in zip(kinds, match.groups(), strict=True) if group is not None
        )
    return found
