"""What the settings of every feed have in common: its name, what holds for its articles, its secrets."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from msgspec import structs
from pydantic import AfterValidator, BaseModel, Field, SecretStr, model_validator

from pipeline import formats
from pipeline.errors import NewswireError
from pipeline.formats import Context
from pipeline.formats.jsonl.members import check_mapping
from pipeline.settings import Settings

NAME = r"^[a-z0-9][a-z0-9._-]*$"

_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_HOW = 'write a secret as {env = "NAME"} or {file = "path"}'


class FeedConfigError(NewswireError):
    """The feeds cannot be run as they are configured; says where, what is wrong, and what is allowed."""


def _known_format(name: str) -> str:
    try:
        return formats.named(name).NAME
    except LookupError as error:
        raise ValueError(str(error)) from error


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError) as error:  # ZoneInfoNotFoundError is a KeyError that wraps neither
        raise ValueError(f"there is no time zone {name!r}") from error
    except KeyError as error:
        raise ValueError(f"there is no time zone {name!r}; name one like Europe/Paris or UTC") from error
    return name


def _known_fields(mapping: dict[str, str]) -> dict[str, str]:
    check_mapping(mapping)
    return mapping


def _language_tag(tag: str) -> str:
    if not _TAG.fullmatch(tag):
        raise ValueError(f"{tag!r} is no language tag like fr or en-GB")
    return tag


class Secret(BaseModel, frozen=True, extra="forbid"):
    """A password or a token: ``{env = "NAME"}``, ``{file = "path"}``, or, unwisely, the text itself.

    It is read when it is needed, so a file may change; neither ``repr`` nor an error shows it.
    """

    env: str | None = Field(default=None, min_length=1)
    file: Path | None = None
    text: SecretStr | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if not isinstance(value, (str, dict, Secret)):
            raise ValueError(_HOW)  # noqa: TRY004 - what pydantic takes for a fault of the input
        return {"text": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one(self) -> Secret:
        if [self.env, self.file, self.text].count(None) != 2:  # noqa: PLR2004 - one of three is given
            raise ValueError(_HOW)
        return self

    def reveal(self) -> str:
        """The secret itself; a file's without the end of its last line.

        Raises:
            FeedConfigError: the variable is not set, the file cannot be read, or nothing is in it.
        """
        if self.env is not None:
            found, where = os.environ.get(self.env, ""), f"the environment variable {self.env}"
        elif self.file is not None:
            where = f"the file {self.file}"
            try:
                found = self.file.read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                raise FeedConfigError(f"a secret is missing: {where} cannot be read: {error}") from error
        else:
            found, where = self.text.get_secret_value() if self.text else "", "its text"
        if not found:
            raise FeedConfigError(f"a secret is missing: {where} is not set or empty")
        return found


class FeedConfig(BaseModel, frozen=True, extra="forbid"):
    """What any feed may say. A type of feed adds its own keys, and ``type`` as a literal.

    ``name`` is unique among the feeds, ``source`` is part of the articles' ids (the name where it is not
    given). ``language`` and ``provider`` are declared for articles that declare none, ``timezone`` is that of
    times without one. ``format`` is the format, where it is not to be told by the bytes; ``mapping`` names
    the members of JSON lines by the article's fields: ``{headline = "fields.title"}``.
    """

    type: str
    name: str = Field(pattern=NAME, max_length=100)
    source: str = ""
    format: Annotated[str, AfterValidator(_known_format)] | None = None
    language: Annotated[str, AfterValidator(_language_tag)] | None = None
    provider: str | None = Field(default=None, min_length=1)
    timezone: Annotated[str, AfterValidator(_known_zone)] | None = None
    mapping: Annotated[dict[str, str], AfterValidator(_known_fields)] = {}

    @property
    def source_name(self) -> str:
        """The source of the feed's articles."""
        return self.source.strip() or self.name

    def context(self, base: Context) -> Context:
        """``base`` with what this feed says."""
        return structs.replace(
            base,
            source=self.source_name,
            feed=self.name,
            language=self.language or base.language,
            provider=self.provider or base.provider,
            zone=self.timezone or base.zone,
            format=self.format or base.format,
            mapping=self.mapping or base.mapping,
        )


def base_context(settings: Settings) -> Context:
    """What holds for every feed: how large an article may be. The feed says the rest."""
    return Context(
        source="-", feed="-", location="", received=datetime.now(UTC), limit=settings.max_article_bytes
    )
