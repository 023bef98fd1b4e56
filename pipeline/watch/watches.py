"""What a watch is: its name, its query as it was typed, and where its alerts go besides the topic."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from pipeline import addresses, query
from pipeline.article import Instant
from pipeline.errors import NewswireError
from pipeline.query.fields import Query
from pipeline.settings import Settings

MOST = 1000
"""Watches at most: each costs every batch of articles a search (decision 24)."""

MOST_WEBHOOKS = 100
"""Watches with a webhook at most: each is a member of a consumer group of its own."""

MOST_URL_CHARACTERS = 2000

WEBHOOKS_INTERNAL = "NEWSWIRE_WEBHOOKS_INTERNAL=true at the workers"
"""What allows webhooks to go to internal addresses."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_PRINTABLE = re.compile(r"[!-~]+")


class WatchError(NewswireError):
    """What was asked cannot be done with a watch; the message says what to do."""


class Watch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A query that every new article is held against.

    Attributes:
        name: small letters, digits, dots, hyphens and underlines; part of the name of a consumer group.
        query: as it was typed.
        created: when it was added; articles that came before do not concern it.
        webhook: a URL that each alert is posted to.
        secret_env: the environment variable of the workers that holds the secret by which posts are signed.
    """

    name: str
    query: str
    created: Instant
    webhook: str | None = None
    secret_env: str | None = None


def watch(
    name: str,
    typed: str,
    created: datetime,
    settings: Settings,
    *,
    webhook: str | None,
    secret_env: str | None,
) -> Watch:
    """A watch whose parts are in order.

    Raises:
        QueryError: the query is none.
        WatchError: something else is not what it should be.
    """
    if not _NAME.fullmatch(name):
        raise WatchError(
            f"'{name}' is no name for a watch: up to 64 small letters, digits, dots, hyphens and underlines,"
            " a letter or digit first"
        )
    made = Watch(name=name, query=typed, created=created, webhook=webhook, secret_env=secret_env)
    query_of(made)
    if secret_env is not None and not _VARIABLE.fullmatch(secret_env):
        raise WatchError(f"'{secret_env}' is no name of an environment variable")
    if secret_env is not None and is_own(secret_env):
        raise WatchError(
            f"'{secret_env}' is one of Newswire's own settings, some of which hold passwords: keep the secret"
            " in a variable whose name does not begin with NEWSWIRE_"
        )
    if secret_env is not None and webhook is None:
        raise WatchError("a secret signs what is posted to a webhook: give --webhook too")
    if webhook is not None:
        _check_webhook(webhook, settings)
    return made


def is_own(variable: str) -> bool:
    """Whether an environment variable is a setting of Newswire, which signs nothing that others can see."""
    return variable.upper().startswith("NEWSWIRE_")


def query_of(one: Watch, entities: Path | None = None) -> Query:
    """What Elasticsearch is asked for a watch; finds only what may be seen now.

    Args:
        one: the watch.
        entities: the folder of the newsroom's own names; without it, names are words.

    Raises:
        QueryError: it is no query, or is none any more.
    """
    typed, filters = query.parse(one.query), query.Filters()
    alone = query.build(typed, filters)  # says what is wrong before names are looked up
    names = _names(query.possible(typed, filters), entities) if entities is not None else query.NO_NAMES
    return query.build(typed, filters, names) if names else alone


def _names(wanted: Collection[query.Possible], entities: Path) -> query.Names:
    """Who is meant; of what may be a word as well, a search asks the index, and a watch takes the word."""
    if not wanted:
        return query.NO_NAMES
    from pipeline.search.known import known  # noqa: PLC0415 - only names need the enricher's tables

    everybody = known(entities)
    meanings = {one: everybody.meaning(one.text, one.label) for one in wanted}
    return {one: meaning.ids for one, meaning in meanings.items() if meaning.ids and not meaning.doubtful}


def trouble_of(one: Watch) -> str | None:
    """Why a watch finds nothing any more though it was in order when it was added; None if it is in order."""
    try:
        query_of(one)
    except query.QueryError as error:
        return error.reason
    return None


def _check_webhook(url: str, settings: Settings) -> None:
    if len(url) > MOST_URL_CHARACTERS or not _PRINTABLE.fullmatch(url):
        raise WatchError(
            f"a webhook's URL has up to {MOST_URL_CHARACTERS} characters of ASCII, and no blanks"
        )
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise WatchError(f"the webhook's URL is no URL: {error}") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise WatchError("this is no URL of a webhook: it begins with https:// or http:// and has a host")
    if parts.username is not None:
        raise WatchError("a user and a password in a webhook's URL would stand in lists: use --secret-env")
    if not settings.webhooks_internal and addresses.names_internal(host):
        raise WatchError(addresses.REFUSED.format(host, WEBHOOKS_INTERNAL))
