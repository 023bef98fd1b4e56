"""From what is typed to its tree, by recursive descent."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.query.error import QueryError
from pipeline.query.tokens import MAX_CHARACTERS, Token, plain, tokens
from pipeline.query.tree import NOTHING, And, Field, Node, Not, Or, Phrase, Word

MAX_DEPTH = 5


def parse(typed: str) -> Node:
    """The tree of what was typed; ``NOTHING`` where it has no letter.

    Groups within groups of the same kind are one, and a group of one is what it holds.

    Raises:
        QueryError: it is too long or too deep, has too many words, or is no query; says where.
    """
    text = plain(typed)
    if len(text) > MAX_CHARACTERS:
        raise QueryError(
            f"the query has {len(text)} characters, {MAX_CHARACTERS} are allowed: leave something out",
            text,
            MAX_CHARACTERS,
        )
    return _Parser(text).parse()


class _Parser:
    """Reads tokens once, from the first to the last."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(tokens(text))
        self._at = 0

    def parse(self) -> Node:
        found = self._all(0)
        if closing := self._next():
            raise self._error(
                "this parenthesis closes nothing: write ( before the group, or leave it out", closing
            )
        return found or NOTHING

    def _all(self, depth: int) -> Node | None:
        choices = []
        while (token := self._next()) and token.kind != "close":
            choices.append(self._choice(depth))
        return _joined(And, choices)

    def _choice(self, depth: int) -> Node | None:
        items = [self._item(depth)]
        while (sign := self._next()) and sign.kind == "or":
            self._at += 1
            following = self._next()
            if items[-1] is None or following is None or following.kind in {"or", "close"}:
                raise self._lonely(sign)
            items.append(self._item(depth))
            if items[-1] is None:
                raise self._lonely(sign)
        return _joined(Or, items)

    def _item(self, depth: int) -> Node | None:
        token = self._tokens[self._at]
        self._at += 1
        node: Node | None
        match token.kind:
            case "word":
                node = Word(token.text)
            case "phrase":
                node = Phrase(token.text)
            case "field":
                node = Field(token.field, token.text)
            case "open":
                node = self._group(token, depth + 1)
            case _:
                raise self._lonely(token)
        return Not(node) if node and token.negated else node

    def _group(self, opening: Token, depth: int) -> Node | None:
        if depth > MAX_DEPTH:
            raise self._error(f"groups are more than {MAX_DEPTH} deep: write fewer parentheses", opening)
        found = self._all(depth)
        if not self._next():
            raise self._error("the parenthesis is not closed: write ) where the group ends", opening)
        self._at += 1
        return found

    def _next(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _lonely(self, sign: Token) -> QueryError:
        return self._error(
            'OR needs something on both sides, as in kim OR xi; for the word itself write "OR" or or', sign
        )

    def _error(self, reason: str, token: Token) -> QueryError:
        return QueryError(reason, self._text, token.start)


def _joined(kind: type[And | Or], nodes: Iterable[Node | None]) -> Node | None:
    """One node for all that are there; a node of the same kind gives its own."""
    flat: list[Node] = []
    for node in nodes:
        if isinstance(node, kind):
            flat.extend(node.nodes)
        elif node:
            flat.append(node)
    return kind(tuple(flat)) if len(flat) > 1 else next(iter(flat), None)
