"""What a person types, as a structured query: one language for the command line and all others.

    query  = { choice }                          all of them; plain words as ``elastic`` counts them
    choice = item { ( "OR" | "|" ) item }        any of them; binds what stands directly beside it
    item   = [ "-" ] ( word | phrase | field ":" ( word | phrase ) | "(" query ")" )

``parse`` makes a tree of it or says what is wrong and where, ``written`` prints the tree, ``build`` makes
Elasticsearch's query. Nothing typed is ever read as Elasticsearch's own query syntax, so nothing typed can be
expensive. Written by hand: decision 20 has what was compared.
"""

from __future__ import annotations

from pipeline.query.elastic import build, language_of, visible
from pipeline.query.error import QueryError
from pipeline.query.fields import FIELDS
from pipeline.query.filters import Filters
from pipeline.query.names import LABELS, NO_NAMES, Names, Possible, possible
from pipeline.query.parser import MAX_DEPTH, parse
from pipeline.query.tokens import MAX_CHARACTERS, MAX_CLAUSES
from pipeline.query.tree import NOTHING, And, Field, Node, Not, Or, Phrase, Word, written

__all__ = [
    "FIELDS",
    "LABELS",
    "MAX_CHARACTERS",
    "MAX_CLAUSES",
    "MAX_DEPTH",
    "NOTHING",
    "NO_NAMES",
    "And",
    "Field",
    "Filters",
    "Names",
    "Node",
    "Not",
    "Or",
    "Phrase",
    "Possible",
    "QueryError",
    "Word",
    "build",
    "language_of",
    "parse",
    "possible",
    "visible",
    "written",
]
