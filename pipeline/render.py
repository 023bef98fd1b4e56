"""What the commands print for people: tables, hits and progress."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from pipeline.found import CLOSE, OPEN, Facets, Hit, Results, Suggestion

if TYPE_CHECKING:  # the formats are not loaded to show anything else
    from pipeline.article import Subject
    from pipeline.check import Checked, Sketch
    from pipeline.feeds.config import FeedConfig
    from pipeline.feeds.report import Event, Summary
    from pipeline.local.service import Status

MIB = 1024 * 1024
MOST_NAMES = 8
FACTS = (
    *(
        "id",
        "status",
        "kind",
        "item_class",
        "embargo",
        "expires",
        "language",
        "created",
        "modified",
        "source",
        "provider",
        "byline",
        "dateline",
        "urgency",
    ),
    *("version", "guid", "url", "rights", "received", "enriched", "indexed"),
)
STATE_STYLES = {"running": "green", "external": "green", "stopped": "dim", "not answering": "red"}

WIDTH_OF_FILES = 120

out = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_OF_FILES)
err = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else WIDTH_OF_FILES)


def as_json(data: Any) -> None:
    """Print data as one JSON document on standard output."""
    built = msgspec.to_builtins(data)
    sys.stdout.write(json.dumps(built, ensure_ascii=False, indent=2) + "\n")


def progress(line: str) -> None:
    """A line of progress, on standard error so that output can be piped."""
    err.print(line, style="dim", markup=False)


def error(message: str) -> None:
    """An error for a person, on standard error."""
    err.print(Text.assemble(("error: ", "bold red"), message))


def services(found: Iterable[Status]) -> None:
    """The state of each embedded service."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("service", "state", "address", "pid", "up", "memory", "version", "note"):
        table.add_column(column, no_wrap=column != "note", overflow="fold")
    for one in found:
        table.add_row(
            one.service,
            Text(one.state, STATE_STYLES.get(one.state, "")),
            one.address,
            str(one.pid or ""),
            "" if one.uptime_s is None else str(timedelta(seconds=int(one.uptime_s))),
            "" if one.memory_bytes is None else f"{one.memory_bytes // MIB} MiB",
            one.version or "",
            escape(one.note),
        )
    out.print(table)


def marked(text: str) -> Text:
    """A highlight with what matched in bold."""
    line = Text()
    for place, part in enumerate(text.replace(CLOSE, OPEN).split(OPEN)):
        line.append(re.sub(r"\s+", " ", part), "bold yellow" if place % 2 else "")
    return line


def results(found: Results) -> None:
    """The hits of a search, the first first, each with its story's other articles under it."""
    if not found.hits:
        out.print("Nothing found.")
        for one in found.meant:
            out.print(Text(f"did you mean {one}"), soft_wrap=True)
        return
    for place, hit in enumerate(found.hits, 1):
        out.print(Text(f"{place:>2}. {hit.title}", "bold"))
        facts = [hit.created or hit.modified, hit.language, ", ".join(hit.topics), hit.source]
        _below(Text(" · ".join(fact for fact in facts if fact), "dim"))
        for fragment in hit.highlights[:2]:
            _below(Text("… ") + marked(fragment) + Text(" …"))
        named = {"people": hit.people, "places": hit.places, "organizations": hit.organizations}
        for label, names in named.items():
            if names:
                _below(Text(f"{label}: {', '.join(names[:MOST_NAMES])}", "dim"))
        _below(Text(f"newswire show {hit.id}", "dim"))
        _others(hit)
    shown = f"{len(found.hits)} of " if found.total > len(found.hits) else ""
    plural = "story" if found.stories == 1 else "stories"
    stories = "" if found.stories in {None, found.total} else f", {found.stories} {plural}"
    out.print(Text(f"{shown}{found.total} found{stories} in {found.took_ms} ms", "dim"))
    if found.after:
        out.print(Text(f"go on with --after {found.after}", "dim"), soft_wrap=True)


def _others(hit: Hit) -> None:
    """The other articles of a hit's story, the newest first, with a further indent."""
    for one in hit.members:
        facts = (one.created or one.modified, one.kind, one.source, f"newswire show {one.id}")
        said = Text(one.title).append(f" · {' · '.join(filter(None, facts))}", "dim")
        out.print(Padding(said, (0, 0, 0, 8), expand=False))
    if hit.others > len(hit.members):
        more = Text(f"and {hit.others - len(hit.members)} more of this story", "dim")
        out.print(Padding(more, (0, 0, 0, 8), expand=False))


def facets(found: Facets) -> None:
    """What articles have in common: each facet with its most frequent values, then when they are from."""
    table = Table("facet", "value", "articles", box=None, pad_edge=False, header_style="bold")
    for facet in ("language", "source", "feed", "topics", "people", "organizations", "places", "countries"):
        for place, bucket in enumerate(getattr(found, facet)):
            name = bucket.name if bucket.name == bucket.value else f"{bucket.name} ({bucket.value})"
            table.add_row("" if place else facet, Text(name), f"{bucket.count:,}")
    for place, moment in enumerate(one for one in found.timeline if one.count):
        facet = "" if place else f"timeline, by {found.interval}"
        table.add_row(facet, f"{moment.start:%Y-%m-%d %H:%MZ}", f"{moment.count:,}")
    out.print(table)
    out.print(Text(f"{found.total} found in {found.took_ms} ms", "dim"))


def suggestions(found: Iterable[Suggestion]) -> None:
    """Names that go on as they were begun, and what to search for."""
    table = Table("name", "kind", "articles", "query", box=None, pad_edge=False, header_style="bold")
    for one in found:
        table.add_row(Text(one.text), one.kind, f"{one.count:,}", Text(one.query))
    out.print(table if table.row_count else "Nothing found.")


def _below(text: Text) -> None:
    """Lines that belong to a hit, with its indent."""
    out.print(Padding(text, (0, 0, 0, 4), expand=False))


_REMARKS = ("keywords", "keyphrases", "ednotes", "flags")


def document(fields: Mapping[str, Any]) -> None:
    """One article as a person reads it."""
    headings = {(one["start"], one["end"]) for one in fields.get("headings", [])}
    if "headline" in fields:
        out.print(Text(fields["headline"], "bold"))
    facts = {name: str(fields[name]) for name in FACTS if name in fields}
    if fields.get("language_contradicted"):
        facts["language"] += f" (the feed declares {fields['language_declared']})"
    remarks = [(name, "; ".join(fields[name])) for name in _REMARKS if name in fields]
    missing = [(f"without {name}", str(why)) for name, why in fields.get("degraded", {}).items()]
    pairs([*facts.items(), *remarks, *missing])
    position = 0
    for paragraph in fields.get("body", fields.get("summary", "")).split("\n\n"):
        span = (position, position + len(paragraph))
        out.print()
        out.print(Text(paragraph, "bold" if span in headings else ""))
        position = span[1] + 2
    entities(fields)
    quotes(fields)


def entities(fields: Mapping[str, Any]) -> None:
    """An article's entities and topics, as tables."""
    table = Table(
        "label", "entity", "count", "who or what", "id", box=None, pad_edge=False, header_style="bold"
    )
    order = {"PER": 0, "ORG": 1, "LOC": 2, "MISC": 3}
    for entity in sorted(fields.get("entities", []), key=lambda one: (order[one["label"]], -one["count"])):
        name = " / ".join([entity["text"], *entity.get("forms", ())])
        meant, known = _identity(entity)
        table.add_row(entity["label"], Text(name), str(entity["count"]), Text(meant), Text(known))
    out.print()
    out.print(table)
    topics = Table("topic", "qcode", "score", box=None, pad_edge=False, header_style="bold")
    for topic in fields.get("topics_detail", []):
        score = f"{topic['score']:.2f}" if "score" in topic else "declared"
        topics.add_row(topic["name"], topic["qcode"], score)
    out.print()
    out.print(topics)


def quotes(fields: Mapping[str, Any]) -> None:
    """Who said what in an article, as a table; nothing where nobody said anything."""
    table = Table("speaker", "quotation", box=None, pad_edge=False, header_style="bold")
    for quote in fields.get("quotes", []):
        table.add_row(Text(quote.get("speaker", "")), Text(" ".join(quote["text"].split())))
    if table.row_count:
        out.print()
        out.print(table)


def _identity(entity: Mapping[str, Any]) -> tuple[str, str]:
    """Name and id of an entity; where it is open, what it may be."""
    if "id" in entity:
        return entity["name"], entity["id"]
    return " or ".join(one["name"] for one in entity.get("candidates", ())), ""


@contextmanager
def feeding(*, watch: bool, named: bool = False) -> Iterator[Callable[[Event], None]]:
    """What a feeding run tells: a bar on a terminal, problems line by line on standard error.

    With ``watch`` each item is told too, with ``named`` what is told says of which feed it is.
    """
    bar = Progress(
        TextColumn("feeding"),
        BarColumn(),
        DownloadColumn(binary_units=True),
        TextColumn("{task.fields[accepted]} articles accepted"),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )
    task = bar.add_task("", total=None, accepted=0)

    def on_event(event: Event) -> None:
        bar.update(task, completed=event.bytes, total=event.total, accepted=event.accepted)
        if event.problem:
            message = f"{event.feed}: {event.message}" if named and event.feed else event.message
            err.print(Text(message, "yellow" if event.kind == "waiting" else "red"), soft_wrap=True)
        elif watch and event.kind == "item":
            err.print(Text(f"{event.message}: fed", "dim"), soft_wrap=True)

    with bar:
        yield on_event


def fed(summary: Summary) -> None:
    """What a feeding run has done, in one line."""
    counts = {
        "accepted": summary.accepted,
        "rejected": summary.rejected,
        "refused by the broker": summary.failed,
        "unreadable": summary.unreadable,
        "breakdowns of feeds": summary.errors,
        "not acknowledged": summary.unacknowledged,
        "left in the spool": summary.spool.messages if summary.spool else 0,
    }
    said = [f"{count} {what}" for what, count in counts.items() if count or what == "accepted"]
    line = f"{', '.join(said)}; {summary.files} files, {summary.bytes:,} bytes in {summary.seconds:.1f} s"
    out.print(Text(line + (" (stopped)" if summary.stopped else "")))


def fed_by(summary: Summary) -> None:
    """What each feed of a run has done, as a table, and all of them together."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    columns = ("accepted", "rejected", "refused", "unreadable", "breakdowns", "bytes")
    table.add_column("feed")
    for column in columns:
        table.add_column(column, justify="right")
    table.add_column("last article")
    for name, one in sorted(summary.feeds.items()):
        counts = (one.accepted, one.rejected, one.failed, one.unreadable, one.errors, one.bytes)
        last = f"{one.last_article:%Y-%m-%d %H:%M:%SZ}" if one.last_article else ""
        table.add_row(Text(name), *(f"{count:,}" for count in counts), last)
    out.print(table)
    fed(summary)


def feeds(configs: Iterable[FeedConfig]) -> None:
    """The feeds of a configuration that is in order."""
    table = Table("feed", "type", "source", "format", box=None, pad_edge=False, header_style="bold")
    for config in configs:
        names = (config.name, config.type, config.source_name, config.format or "by the bytes")
        table.add_row(*map(Text, names))
    out.print(table)


def checked(file: Checked) -> None:
    """What one file would give."""
    plural = "article" if len(file.articles) == 1 else "articles"
    counts = f"{len(file.articles)} {plural}" + (f", {len(file.faults)} rejected" if file.faults else "")
    said = "cannot be read" if file.unreadable else counts
    out.print(Text.assemble((file.file, "bold"), f": {said}"), soft_wrap=True)
    if file.unreadable:
        out.print(Text(f"  {file.unreadable}", "red"), soft_wrap=True)
    for article in file.articles:
        out.print()
        out.print(Text(article.headline or "(no headline)", "" if article.headline else "dim"))
        pairs(_facts(article))
    for fault in file.faults:
        place = f"rejected at {fault.place} ({fault.kind}, {fault.size:,} bytes)"
        out.print()
        out.print(Text(f"{place}: {fault.reason}", "red"), soft_wrap=True)
    out.print()


def _facts(article: Sketch) -> list[tuple[str, str]]:
    """What is known of an article, a line each."""
    shown = {"headline", "subjects", "notes", "private", "private_notes", "flags", "wire", "media"}
    facts: list[tuple[str, str]] = []
    for name, value in msgspec.structs.asdict(article).items():
        if name in shown or value is msgspec.UNSET or value == ():
            continue
        said = value.isoformat() if isinstance(value, datetime) else value
        facts.append((name, ", ".join(said) if isinstance(said, tuple) else str(said)))
    facts += [("subject", _subject(one)) for one in article.subjects]
    facts += [("media", href) for href in article.media]
    facts += [("note", note) for note in article.notes]
    private = f"{article.private_notes} not for publication"
    facts += [("notes", private)] if article.private_notes and not article.private else []
    facts += [("not for publication", note) for note in article.private]
    facts += [(f"wire {name}", value) for name, value in article.wire.items()]
    return facts + [("flag", flag) for flag in article.flags]


def _subject(subject: Subject) -> str:
    parts = (subject.qcode, subject.name, subject.type and f"({subject.type})")
    topic = f"= {subject.media_topic}" if subject.media_topic and subject.media_topic != subject.qcode else ""
    return " ".join(filter(None, (*(part or "" for part in parts), topic)))


def settings(values: Mapping[str, Any], meanings: Mapping[str, str]) -> None:
    """Every setting as its variable takes it, and what it means."""
    pairs([(f"NEWSWIRE_{name.upper()}={_as_variable(values[name])}", meanings[name]) for name in values])


def _as_variable(value: Any) -> str:
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def pairs(rows: Sequence[tuple[str, str]]) -> None:
    """Names and values, a line each."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, Text(value))
    out.print(table)
