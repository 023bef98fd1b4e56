"""The vocabulary: the messages that travel on the topics, and how an article is identified.

The JSON Schemas in ``schemas/`` are written from these types by ``python -m pipeline.schema`` and a test
keeps both in step. A field that is not known is absent: never ``null``, never an empty string.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

Text = Annotated[str, Meta(min_length=1)]
Id = Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
Instant = Annotated[datetime, Meta(tz=True)]
Count = Annotated[int, Meta(ge=1)]
Offset = Annotated[int, Meta(ge=0)]
Version = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Share = Annotated[float, Meta(ge=0, le=1)]
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$")]
LanguageTag = Annotated[str, Meta(pattern="^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")]
PartialDate = Annotated[
    str,
    Meta(
        pattern=(
            r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])"
            r"(T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?Z)?)?)?$"
        ),
        description="As exact as it was given: a year, a month, a day, or an instant in UTC.",
    ),
]
Status = Literal["usable", "withheld", "canceled"]
Kind = Literal["new", "update", "correction", "kill", "alert", "advisory"]
ItemClass = Literal[
    "text",
    "picture",
    "graphic",
    "video",
    "audio",
    "animation",
    "composite",
    "package",
    "planning",
    "event",
    "component",
]
SubjectType = Literal["concept", "person", "organization", "place", "event", "object", "genre"]
Label = Literal["PER", "ORG", "LOC", "MISC"]
Stage = Literal["parse", "validate", "enrich", "index"]

# What an article is made of never refers back to it: the garbage collector, which would look at each part of
# each article again and again, has nothing to find in it (``gc=False``).


class Span(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A piece of the body: offsets in Unicode code points, ``end`` excluded."""

    start: Offset
    end: Count


class Subject(Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """A subject as the feed declared it: its qcode (or URI, where no scheme is known), its name, or both.

    ``type`` says what it is, where the feed does; ``media_topic`` is the Media Topic that an IPTC subject
    code (``subj:…``) stands for.
    """

    qcode: Text | UnsetType = UNSET
    name: Text | UnsetType = UNSET
    type: SubjectType | UnsetType = UNSET
    media_topic: Annotated[str, Meta(pattern="^medtop:[0-9]{8}$")] | UnsetType = UNSET


class Place(Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """Where the copy was written or filed: a name, a country (name or code as given), a qcode."""

    name: Text | UnsetType = UNSET
    country: Text | UnsetType = UNSET
    qcode: Text | UnsetType = UNSET


class Media(Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """A link to a picture, a graphic, a video or a sound: where it is, and what the copy says of it.

    ``type`` is its MIME type, ``rendition`` the role of this size of it, ``width`` and ``height`` are pixels.
    """

    href: Text
    type: Text | UnsetType = UNSET
    rendition: Text | UnsetType = UNSET
    caption: Text | UnsetType = UNSET
    credit: Text | UnsetType = UNSET
    width: Count | UnsetType = UNSET
    height: Count | UnsetType = UNSET


class Replaced(Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """The article that this one takes the place of, by its guid, and the status that it has from now on."""

    guid: Text
    status: Status | UnsetType = UNSET


class Provenance(Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """Where the original bytes came from: feed, format, file or URL, and offset in bytes within it."""

    feed: Text
    format: Text
    location: Text
    offset: Offset = 0


class RawArticle(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An article as the wire gave it: the value of a message on ``news.raw``.

    ``embargo`` is when it may be published, ``expires`` when no more. ``summary`` is a description that is no
    part of the body. ``ednotes`` are notes to editors; ``ednotes_nonpublic`` are marked as not for
    publication and end before the index. ``members`` are the guids in a package. ``wire`` holds header
    fields that the format has and this contract has no name for. ``flags`` say, for a person, what was
    mended and what could not be read.
    """

    id: Id
    source: Text
    version: Version
    status: Status
    received: Instant
    provenance: Provenance
    guid: Text | UnsetType = UNSET
    kind: Kind | UnsetType = UNSET
    item_class: ItemClass | UnsetType = UNSET
    replaces: Replaced | UnsetType = UNSET
    embargo: Instant | UnsetType = UNSET
    expires: Instant | UnsetType = UNSET
    urgency: Annotated[int, Meta(ge=1, le=9)] | UnsetType = UNSET
    language_declared: LanguageTag | UnsetType = UNSET
    headline: Text | UnsetType = UNSET
    subheadline: Text | UnsetType = UNSET
    slugline: Text | UnsetType = UNSET
    byline: Text | UnsetType = UNSET
    dateline: Text | UnsetType = UNSET
    located: Place | UnsetType = UNSET
    created: PartialDate | UnsetType = UNSET
    modified: PartialDate | UnsetType = UNSET
    subjects: tuple[Subject, ...] = ()
    keywords: tuple[Text, ...] = ()
    summary: Text | UnsetType = UNSET
    body: Text | UnsetType = UNSET
    headings: tuple[Span, ...] = ()
    tables: tuple[Span, ...] = ()
    media: tuple[Media, ...] = ()
    members: tuple[Text, ...] = ()
    ednotes: tuple[Text, ...] = ()
    ednotes_nonpublic: tuple[Text, ...] = ()
    provider: Text | UnsetType = UNSET
    rights: Text | UnsetType = UNSET
    usageterms: Text | UnsetType = UNSET
    url: Text | UnsetType = UNSET
    wire: dict[str, Text] = {}
    flags: tuple[Text, ...] = ()


class Point(Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """Where a place lies: degrees of WGS 84, north and east positive."""

    lat: Annotated[float, Meta(ge=-90, le=90)]
    lon: Annotated[float, Meta(ge=-180, le=180)]


class Identity(Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """Who or what a name means.

    ``id`` is ``iso:KP`` (ISO 3166-1, a country or territory), ``geonames:1871859``, ``org:united-nations``
    (the shipped list) or one of the user's own list; ``name`` is the same in every language; ``score``, of
    1 at most, grows with how clear it is, and is no probability. A place has the country that it lies in and
    its coordinates.
    """

    id: Text
    name: Text
    score: Share
    country: Country | UnsetType = UNSET
    point: Point | UnsetType = UNSET


class Entity(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Somebody or something named in the body, with every place where a name of it stands.

    ``text`` is its fullest name in the article, ``forms`` are the others. ``id`` and what follows are those
    of its identity (see there), where it is known; where a name may mean several, ``candidates`` are those,
    most likely first, and nothing is guessed.
    """

    text: Text
    label: Label
    count: Count
    mentions: tuple[Span, ...]
    forms: tuple[Text, ...] = ()
    id: Text | UnsetType = UNSET
    name: Text | UnsetType = UNSET
    score: Share | UnsetType = UNSET
    country: Country | UnsetType = UNSET
    point: Point | UnsetType = UNSET
    candidates: tuple[Identity, ...] = ()


class Topic(Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """An IPTC Media Topic that applies, by qcode (``medtop:11000000`` is politics).

    It was declared by the feed, or stands above one that was; or it was inferred, with a score that says how
    likely it applies.
    """

    qcode: Annotated[str, Meta(pattern="^medtop:[0-9]{8}$")]
    name: Text
    score: Share | UnsetType = UNSET
    origin: Literal["declared", "inferred"] = "inferred"


class Quote(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Somebody's own words in the body, between quotation marks, and who said them.

    ``span`` is what stands between the marks. ``speaker`` is the name or the description that the words are
    given to, as it stands in the body at ``mention``; where it is a name that is known more fully from
    elsewhere in the article, ``speaker`` is the fullest. Both are absent where nobody is named.
    """

    span: Span
    speaker: Text | UnsetType = UNSET
    mention: Span | UnsetType = UNSET


class EnrichedArticle(RawArticle, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A raw article with what the models found: the value of a message on ``news.enriched``.

    ``language`` is absent where it is undetermined. ``language_contradicted`` is there when the feed
    declared a language and one was detected: true if they differ; ``language_shares`` has the share of each
    of several. ``topics`` are those that the feed declared, then those that were inferred, most likely first.
    ``keyphrases`` are the most important first; ``key_sentences`` are sentences of the body that
    tell the most of it. ``models`` names what enriched it, by the enricher's name; ``degraded`` says why a
    part is missing, likewise; ``extra`` is what enrichers of the user's own found.
    """

    enriched: Instant
    language: LanguageTag | UnsetType = UNSET
    language_confidence: Share | UnsetType = UNSET
    language_contradicted: bool | UnsetType = UNSET
    entities: tuple[Entity, ...] = ()
    language_shares: dict[LanguageTag, Share] = {}
    topics: tuple[Topic, ...] = ()
    keyphrases: tuple[Text, ...] = ()
    key_sentences: tuple[Span, ...] = ()
    quotes: tuple[Quote, ...] = ()
    models: dict[str, Text] = {}
    degraded: dict[str, Text] = {}
    extra: dict[str, Any] = {}


class Failure(Struct, frozen=True):
    """Why one article could not be processed: what a dead letter says of it."""

    stage: Stage
    error_type: Text
    error_message: Text
    attempts: Count = 1


class Header(Struct, frozen=True, forbid_unknown_fields=True):
    """A header of a message; its value is absent where it is null, as Kafka allows."""

    name: str
    value: bytes | UnsetType = UNSET


class DeadLetter(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What could not be processed, and why: a message on ``news.dead``.

    On the topic, ``key``, ``value`` and ``headers`` are the message's own, byte for byte, and the rest are
    headers of ours (``newswire-…``); the schema describes the same fields as one JSON object, with bytes in
    Base64. ``tombstone`` says that the message had no value at all, which is not the same as an empty one.
    ``omitted`` is there where the value is too large to be kept, and counts its bytes.
    """

    stage: Stage
    error_type: Text
    error_message: Text
    failed: Instant
    attempts: Count
    value: bytes
    key: bytes | UnsetType = UNSET
    headers: tuple[Header, ...] = ()
    topic: Text | UnsetType = UNSET
    partition: Offset | UnsetType = UNSET
    offset: Offset | UnsetType = UNSET
    location: Text | UnsetType = UNSET
    tombstone: bool = False
    omitted: Offset | UnsetType = UNSET


class Alert(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An article that a watch was waiting for: the value of a message on ``news.alerts``.

    ``id`` is the same whenever the same query finds the same version for the same watch: whoever gets an
    alert twice can tell by it. ``watch`` is the watch's name, ``query`` what was typed for it. ``article``,
    ``version`` and what follows are the article's own. ``highlights`` are the passages that answer best (else
    the headline, else names), with what matched between ``**``. ``matched`` is when it was found.
    """

    id: Id
    watch: Text
    query: str
    article: Id
    version: Version
    title: Text
    source: Text
    matched: Instant
    kind: Kind | UnsetType = UNSET
    language: LanguageTag | UnsetType = UNSET
    created: PartialDate | UnsetType = UNSET
    url: Text | UnsetType = UNSET
    highlights: tuple[Text, ...] = ()


class InvalidArticleError(ValueError):
    """Bytes that are no article by the contract; the message says what is wrong and where."""


Article = TypeVar("Article", bound=RawArticle)
_raw_decoder = msgspec.json.Decoder(RawArticle)
_enriched_decoder = msgspec.json.Decoder(EnrichedArticle)
_alert_decoder = msgspec.json.Decoder(Alert)


def encode(message: RawArticle | DeadLetter | Alert) -> bytes:
    """The message as UTF-8 JSON."""
    return msgspec.json.encode(message)


def decode_raw(value: bytes) -> RawArticle:
    """The article in a value from ``news.raw``.

    Raises:
        InvalidArticleError: it is no JSON or breaks the contract.
    """
    return _decode(_raw_decoder, value)


def decode_enriched(value: bytes) -> EnrichedArticle:
    """The enriched article in a value from ``news.enriched``.

    Raises:
        InvalidArticleError: it is no JSON or breaks the contract.
    """
    return _decode(_enriched_decoder, value)


def decode_alert(value: bytes) -> Alert:
    """The alert in a value from ``news.alerts``.

    Raises:
        ValueError: it is no JSON or breaks the contract.
    """
    return _alert_decoder.decode(value)


def _decode(decoder: msgspec.json.Decoder[Article], value: bytes) -> Article:
    try:
        article = decoder.decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidArticleError(str(error)) from error
    check(article)
    return article


def check(article: RawArticle) -> None:
    """What the contract asks beyond the fields' own types.

    Raises:
        InvalidArticleError: there is no text though the article is a text that is, or may come to be, for
            readers, a date is not in the calendar, or a span is empty or leaves the body.
    """
    kept = article.status == "canceled" or (article.status == "withheld" and not article.embargo)
    needs_text = not kept and (article.item_class or "text") == "text"
    if needs_text and not (article.body or article.headline or article.summary):
        raise InvalidArticleError("neither headline nor body: there is no text to publish")
    for date in (article.created, article.modified):
        if date:
            try:
                earliest(date)
            except ValueError as error:
                raise InvalidArticleError(f"there is no date {date}: {error}") from error
    length = len(article.body or "")
    spans = [*article.headings, *article.tables]
    if isinstance(article, EnrichedArticle):
        spans += [span for entity in article.entities for span in entity.mentions]
    for span in spans:
        if not span.start < span.end <= length:
            raise InvalidArticleError(f"span {span.start}:{span.end} leaves a body of {length} code points")


def text_of(article: RawArticle) -> str:
    """Headline and body as one text, parted by a blank line: what language and topics are read from.

    Where there is no body, the summary stands in for it.
    """
    return "\n\n".join(part for part in (article.headline, article.body or article.summary) if part)


def article_id(source: str, guid: str | UnsetType, text: str) -> str:
    """Thirty-two hexadecimal digits that stay the same however often the article comes in.

    Made from the source and the guid; where the feed has no guid, from the source and the text, with
    white space and the forms of composed characters evened out.
    """
    what = (
        f"guid\0{guid}"
        if guid
        else "text\0" + re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()
    )
    return hashlib.sha256(f"{source}\0{what}".encode()).hexdigest()[:32]


def earliest(date: str) -> datetime:
    """The first instant that a partial date may mean: ``2024-06`` starts at midnight UTC on 1 June 2024.

    Raises:
        ValueError: there is no such day.
    """
    year, month, day, *_ = [*date[:10].split("-"), "01", "01"]
    if "T" in date:
        return datetime.fromisoformat(date)
    return datetime(int(year), int(month), int(day), tzinfo=UTC)


def moment_of(text: str) -> datetime:
    """The first instant that a year, month, day or instant may mean, as people write it.

    Raises:
        ValueError: it is none, or there is no such day.
    """
    return earliest(msgspec.convert(text, PartialDate))


def version_of(
    own: int | UnsetType, modified: str | UnsetType, created: str | UnsetType, received: datetime
) -> int:
    """What orders the versions of an article: the feed's own number, else a time in milliseconds since 1970.

    The time is the article's last change, else its creation, else when it was received.
    """
    if own is not UNSET:
        return own
    date = modified or created
    instant = earliest(date) if date else received
    return max(0, int(instant.timestamp() * 1000))
