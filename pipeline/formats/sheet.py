"""What a format has read of one item so far: the article's fields, each by its rule, and its flags."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

import langcodes
from langcodes.tag_parser import LanguageTagError
from msgspec import UNSET

from pipeline.article import Kind, Media, Place, Replaced, Status, Subject, SubjectType
from pipeline.formats import kinds, newscodes, prose, times
from pipeline.formats.shape import Context

_STATUS: dict[str, Status] = {
    "usable": "usable",
    "withheld": "withheld",
    "embargoed": "withheld",
    "canceled": "canceled",
    "cancelled": "canceled",
    "killed": "canceled",
}
_TAG = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*")
_SERIAL = 1000
_LARGEST = 2**63 - 1


class Sheet:
    """The fields of one article. What is empty is not put down; what is there first stays.

    All of these take the text as the format has it and trim it. What cannot be read is left out and flagged;
    what would release an article too early holds it back instead.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self.fields: dict[str, Any] = {}
        self._flags: list[str] = []
        self._wire: dict[str, str] = {}
        self._subjects: dict[Subject, None] = {}
        self._held = False

    @property
    def limit(self) -> int:
        """Code points that a body may have: an article of more is too large in any case."""
        return self._context.limit

    def done(self) -> dict[str, Any]:
        """The fields, as ``shape.outcome`` and ``shape.outcomes`` take them.

        What is held back for another reason than an embargo has none: its end would release it.
        """
        fields = dict(self.fields)
        if self._held and (until := fields.pop("embargo", None)):
            self.wire("embargo", times.written(until))
        extra: dict[str, Any] = {"wire": self._wire} if self._wire else {}
        if self._flags:
            extra["flags"] = tuple(dict.fromkeys(self._flags))
        if self._subjects:
            extra["subjects"] = tuple(self._subjects)
        return fields | extra

    def flag(self, *messages: str) -> None:
        """Something that was mended or could not be read, for a person."""
        self._flags += messages

    def put(self, field: str, value: Any) -> None:
        """A value that is ready, unless it is empty or the field is there."""
        if value not in (None, "", (), {}, UNSET):
            self.fields.setdefault(field, value)

    def line(self, field: str, text: str | None) -> None:
        """A text on one line: headline, byline, provider and their like."""
        self.put(field, prose.line(text or ""))

    def wire(self, name: str, text: str | None) -> None:
        """A header field that the contract has no name for."""
        if value := prose.line(text or ""):
            self._wire.setdefault(name, value)

    def add(self, field: str, texts: Iterable[str]) -> None:
        """More values of a field that is a list of lines, each once: ``keywords``, ``members``, notes."""
        lines = [line for text in texts if (line := prose.line(text))]
        together = tuple(dict.fromkeys((*self.fields.get(field, ()), *lines)))
        if together:
            self.fields[field] = together

    def subject(self, code: str = "", name: str = "", kind: SubjectType | None = None) -> None:
        """A subject by its code (qcode, URI, or eight digits of IPTC's), its name, or both."""
        code, name = newscodes.subject(prose.line(code)), prose.line(name)
        if code or name:
            self._subjects[Subject(qcode=code or UNSET, name=name or UNSET, type=kind or UNSET)] = None

    def media(self, links: Iterable[Media]) -> None:
        """More pictures and the like, each address once."""
        there = {link.href: link for link in self.fields.get("media", ())}
        for link in links:
            there.setdefault(link.href, link)
        if there:
            self.fields["media"] = tuple(there.values())

    def place(self, name: str = "", country: str = "", code: str = "") -> None:
        """Where it was written or filed."""
        name, country, code = prose.line(name), prose.line(country), prose.line(code)
        if name or country or code:
            self.put("located", Place(name=name or UNSET, country=country or UNSET, qcode=code or UNSET))

    def replaces(self, guid: str, status: Status | None = None) -> None:
        """The article that this one takes the place of."""
        if guid := prose.line(guid):
            self.put("replaces", Replaced(guid=guid, status=status or UNSET))

    def version(self, text: str | None) -> None:
        """A whole number; one that is no number is kept in ``wire``, and the time orders the versions.

        A small number above one says that there were versions before: the weakest sign of an update.
        """
        value = prose.line(text or "")
        if re.fullmatch("[0-9]{1,19}", value) and int(value) <= _LARGEST:
            self.put("version", int(value))
        elif value:
            self.wire("version", value)
            self.flag(f"the version {value!r} is no whole number: its time orders the versions")

    @property
    def revised(self) -> bool:
        """Whether the version is a serial number that says that there were others before."""
        version: int = self.fields.get("version", 0)
        return 1 < version < _SERIAL

    def urgency(self, text: str | None) -> None:
        """1 to 9; all else is flagged."""
        value = prose.line(text or "")
        if re.fullmatch("[1-9]", value):
            self.put("urgency", int(value))
        elif value:
            self.flag(f"the urgency {value!r} is no number from 1 to 9")

    def language(self, text: str | None) -> None:
        """A language as BCP 47 has it: ``swe`` and ``sv_SE`` become ``sv`` and ``sv-SE``."""
        value = prose.line(text or "")
        if tag := language(value):
            self.put("language_declared", tag)
        elif value:
            self.flag(f"the language {value!r} is no language tag")

    def time(self, field: str, text: str | None) -> None:
        """``created`` or ``modified``, from ISO 8601 in any of its spellings; without a zone, the feed's."""
        value = prose.line(text or "")
        if not value:
            return
        try:
            self.put(field, times.exact(_dashed(value), self._context.timezone))
        except ValueError as error:
            self.flag(f"{field}: {error}")
            return
        if "T" in self.fields[field] and not times.zoned(value):
            self.flag(f"{field}: {value} has no time zone: read as {self._context.zone or 'UTC'}")

    def moment(self, field: str, moment: datetime | None) -> None:
        """``created`` or ``modified`` from an instant that was read already."""
        if moment is not None:
            self.put(field, times.written(moment))

    def expires(self, text: str | None) -> None:
        """When it may be published no more."""
        value = prose.line(text or "")
        try:
            self.put("expires", times.instant(value, zone=self._context.timezone) if value else None)
        except ValueError as error:
            self.flag(f"expires: {error}")

    def embargo(self, text: str | None) -> None:
        """When it may be published; none says nothing. What cannot be read, or is empty, holds it back."""
        if text is None:
            return
        value = prose.line(text)
        try:
            needed = self._context.zone is None
            until = times.instant(value, zone_needed=needed, zone=self._context.timezone)
        except ValueError as error:
            self.hold(
                f"the embargo does not say when it ends ({error if value else 'it is empty'}): held back"
            )
            return
        self.put("embargo", until)

    def status(self, text: str | None) -> None:
        """Usable, withheld or canceled, in any capitals, with or without a scheme; all else is held back."""
        value = prose.line(text or "")
        found = _STATUS.get(value.rpartition(":")[2].rpartition("/")[2].lower())
        if found and (found == "canceled" or self.fields.get("status") != "withheld"):
            self.fields["status"] = found
        elif value and not found:
            self.hold(f"the status {value!r} is unknown: held back")

    def kind(self, stated: Kind | None, *texts: str | None) -> None:
        """The kind that headers state and words say (headline, slug line, markers); the gravest counts.

        A kill that only words tell of holds the copy back: nobody can tell what it is to kill. Call it last.
        """
        if self.fields.get("status") == "canceled":
            stated = "kill"
        said = kinds.in_words(*texts)
        self.put("kind", kinds.gravest(stated, said) or ("update" if self.revised else None))
        if stated == "kill":
            self.fields["status"] = "canceled"
        elif said == "kill":
            self.hold("its words ask to kill a story: held back")

    def hold(self, why: str) -> None:
        """Keep it from being published until a person decides, and say why."""
        self.flag(why)
        self._held = True
        if self.fields.get("status") != "canceled":
            self.fields["status"] = "withheld"


def _dashed(value: str) -> str:
    """A basic date (20240619) as an extended one; all else as it is."""
    return f"{value[:4]}-{value[4:6]}-{value[6:]}" if re.fullmatch("[0-9]{8}", value) else value


@lru_cache(maxsize=1024)
def language(text: str) -> str | None:
    """The shortest BCP 47 tag for a language as feeds write it; none for what is no tag."""
    if not _TAG.fullmatch(text):
        return None
    try:
        tag = langcodes.standardize_tag(text)
    except LanguageTagError:
        return None
    return None if tag.partition("-")[0] in ("und", "mul", "zxx") or not _TAG.fullmatch(tag) else tag
