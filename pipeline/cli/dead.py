"""``newswire dead``: look at what could not be processed, send it back, write it into a file."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from pipeline import log, render
from pipeline.cli.options import Json, examples
from pipeline.errors import NewswireError
from pipeline.settings import settings

if TYPE_CHECKING:  # `newswire status` loads no Kafka client
    from pipeline.article import DeadLetter
    from pipeline.dead.register import Counts, Entry, Register, Which
    from pipeline.dead.retry import Trouble
    from pipeline.dead.topic import DeadTopic

app = typer.Typer(
    no_args_is_help=True, help="Dead letters: what could not be processed, with the reason and the bytes."
)

Stage = Literal["parse", "validate", "enrich", "index"]
OfStage = Annotated[Stage | None, typer.Option("--stage", help="Only those that failed at this stage.")]
Since = Annotated[
    str | None, typer.Option(help="Only those that failed from this year, month, day or instant (UTC) on.")
]
_GAP = 2
_LEAST_ERROR = 20
_MOST_ORIGIN = 36


@app.command(
    "list",
    epilog=examples(
        "newswire dead list", "newswire dead list --stage enrich -n 100", "newswire dead list --all --json"
    ),
)
def list_(
    stage: OfStage = None,
    since: Since = None,
    most: Annotated[int, typer.Option("-n", "--number", min=1, help="Letters shown at most.")] = 20,
    retried: Annotated[bool, typer.Option("--all", help="Show those that were retried, too.")] = False,
    json: Json = False,
) -> None:
    """List the dead letters that are open, the newest first, and how many there are by stage.

    A letter is open until it is retried. However often one stands on the topic, it is listed once.
    """
    which = _which(stage, since, retried=retried)
    with _topic() as topic:
        register = topic.register
        counts, entries = register.counts(), register.newest(which, most)
        if json:
            found = {"counts": counts, "letters": entries, "strangers": register.strangers}
            render.as_json({**found, "matching": register.count(which)})
        else:
            _print_list(entries, register.count(which), counts)
        _tell_strangers(register)


@app.command(epilog=examples("newswire dead show 3f2a", "newswire dead show 3f2a --json"))
def show(
    letter: Annotated[str, typer.Argument(metavar="ID", help="The letter's id, or as much as is unique.")],
    json: Json = False,
) -> None:
    """Show all of one dead letter: the reason, where it came from, the original key, headers and bytes.

    Bytes that are no text are shown as a dump of their first part; `--json` has all of them, in Base64.
    """
    with _topic() as topic:
        entry = topic.register.find(letter)
        found = topic.letter(entry)
        place = f"{settings().topic_dead}/{entry.partition}/{entry.offset}"
        if json:
            when = {} if entry.retried is msgspec.UNSET else {"retried": entry.retried}
            render.as_json({"id": entry.id, "stands_at": place, **when, **msgspec.to_builtins(found)})
        else:
            _print_letter(entry, found, place)


@app.command(
    epilog=examples(
        "newswire dead retry 3f2a 9c01", "newswire dead retry --stage index", "newswire dead retry --all"
    )
)
def retry(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Letters to send.", show_default=False)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that are open.")] = False,
    stage: OfStage = None,
    json: Json = False,
) -> None:
    """Send dead letters back to the topic they came from, each once, with its attempts counted.

    A letter that was sent is no more open. Should it fail again, there is a new letter. Exit code 0 only if
    all that was asked was sent: what a feed rejected came from no topic and cannot be sent back.
    """
    from pipeline.dead import retry as sending

    if bool(ids) == (everything or stage is not None):
        raise NewswireError(
            "say which dead letters to retry: either ids, as `newswire dead list` prints them, or --all, or "
            "--stage with one of parse, validate, enrich, index"
        )
    troubles: list[Trouble] = []

    def on_trouble(trouble: Trouble) -> None:
        troubles.append(trouble)
        render.err.print(Text(f"{trouble.id}: {trouble.reason}", "red"), soft_wrap=True)

    which = _which(stage, None, retried=False)
    with _topic() as topic:
        chosen: Iterable[tuple[Entry, DeadLetter]] = _named(topic, ids) if ids else topic.letters(which)
        total = len(set(ids)) if ids else topic.register.count(which)
        with _counting("retrying", total) as on_progress:
            report = sending.retry(topic, chosen, settings(), on_progress=on_progress, on_trouble=on_trouble)
        _tell_strangers(topic.register)
    if json:
        render.as_json({"sent": report.sent, "not_sent": troubles})
    else:
        said = f"{_letters(report.sent)} sent back" + (f", {report.not_sent} not" if report.not_sent else "")
        render.out.print(Text(said))
    raise typer.Exit(1 if report.not_sent else 0)


@app.command(
    epilog=examples(
        "newswire dead export letters.jsonl",
        "newswire dead export --stage parse --all parse.jsonl",
        "newswire dead export - | jq -r .error_message | sort | uniq -c",
    )
)
def export(
    file: Annotated[str, typer.Argument(help="Where to; - for standard output.")],
    stage: OfStage = None,
    since: Since = None,
    retried: Annotated[bool, typer.Option("--all", help="Those that were retried, too.")] = False,
) -> None:
    """Write dead letters as JSON lines, by `schemas/dead-letter.schema.json`: bytes are in Base64.

    The file is put in its place when all of it is on the disk; one that is there is replaced.
    """
    from pipeline.dead import export as writing

    which = _which(stage, since, retried=retried)
    with _topic() as topic:
        with _counting("writing", topic.register.count(which)) as on_progress:
            letters = (letter for _, letter in topic.letters(which))
            count = writing.export(letters, file, on_progress=on_progress)
        _tell_strangers(topic.register)
    if file != writing.STDOUT:
        render.out.print(Text(f"{_letters(count)} written to {file}"), soft_wrap=True)


@contextmanager
def _topic() -> Iterator[DeadTopic]:
    """All letters that stand on the topic now."""
    from pipeline.dead.topic import DeadTopic

    log.configure("ERROR")
    for library in ("kafka", "aiokafka"):  # what they meet ends the command, which says so in one line
        logging.getLogger(library).setLevel(logging.CRITICAL)
    with DeadTopic(settings()) as topic:
        with _counting("reading") as on_progress:
            topic.read(on_progress)
        yield topic


def _which(stage: Stage | None, since: str | None, *, retried: bool) -> Which:
    from pipeline.dead.register import Which

    return Which(stage, None if since is None else _instant(since), retried)


def _instant(text: str) -> datetime:
    from pipeline.article import moment_of

    try:
        return moment_of(text)
    except ValueError as error:
        raise NewswireError(
            f"--since '{text}' is no date: write 2024, 2024-06, 2024-06-19 or 2024-06-19T08:00:00Z"
        ) from error


def _named(topic: DeadTopic, ids: Iterable[str]) -> Iterator[tuple[Entry, DeadLetter]]:
    """Those that were named, each once; found, all of them, before the first is sent."""
    entries = {entry.id: entry for entry in map(topic.register.find, ids)}
    for entry in entries.values():
        if entry.retried is not msgspec.UNSET:
            raise NewswireError(
                f"nothing was sent: dead letter {entry.id} was retried at {_when(entry.retried)}; had it "
                "failed again, there would be a new letter"
            )
    return ((entry, topic.letter(entry)) for entry in entries.values())


@contextmanager
def _counting(what: str, total: int | None = None) -> Iterator[Callable[..., None]]:
    """A bar on a terminal."""
    bar = Progress(
        TextColumn(what), BarColumn(), MofNCompleteColumn(), console=render.err, transient=True,
        disable=not render.err.is_terminal,
    )  # fmt: skip
    task = bar.add_task("", total=total)

    def on_progress(done: int, of: int | None = None) -> None:
        if render.err.is_terminal:
            bar.update(task, completed=done, total=of if of is not None else total)

    with bar:
        yield on_progress


def _tell_strangers(register: Register) -> None:
    for told in register.told:
        render.err.print(Text(f"no dead letter: {told}", "yellow"), soft_wrap=True)
    if register.strangers > len(register.told):
        more = register.strangers - len(register.told)
        render.err.print(Text(f"and {more} more messages that are no dead letters", "yellow"))


def _print_list(entries: list[Entry], matching: int, counts: Counts) -> None:
    from pipeline.dead import shown

    if entries:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("id", "failed", "stage", "tries", "from", "error"):
            table.add_column(column, no_wrap=True)
        rows = [
            (_fixed(entry), shown.line(f"{entry.error_type}: {entry.error_message}")) for entry in entries
        ]
        taken = max(sum(len(cell) + _GAP for cell in cells) for cells, _ in rows)
        room = max(_LEAST_ERROR, render.out.width - taken)
        for entry, (cells, error) in zip(entries, rows, strict=True):
            style = "dim" if entry.retried is not msgspec.UNSET else ""
            table.add_row(*map(Text, cells), _cut(error, room), style=style)
        render.out.print(table)
    if matching > len(entries):
        render.out.print(Text(f"the newest {len(entries)} of {matching}", "dim"))
    stages = ", ".join(f"{stage} {count}" for stage, count in counts.stages.items())
    line = f"{_letters(counts.open)} open" + (f" ({stages})" if stages else "")
    render.out.print(Text(f"{line}, {counts.retried} retried", "dim"))


def _fixed(entry: Entry) -> tuple[str, ...]:
    """What a list shows of a letter beside the error; of a long origin, its end."""
    from pipeline.dead import shown

    start = shown.line(entry.origin)
    place = start if len(start) <= _MOST_ORIGIN else "…" + start[1 - _MOST_ORIGIN :]
    return entry.id, _when(entry.failed), f"{entry.stage:<8}", f"{entry.attempts:>5}", place


def _cut(text: str, most: int) -> Text:
    return Text(text if len(text) <= most else text[: most - 1] + "…")


def _print_letter(entry: Entry, letter: DeadLetter, place: str) -> None:
    from pipeline.dead import shown

    facts = [
        ("id", entry.id),
        ("stage", letter.stage),
        ("error", shown.harmless(f"{letter.error_type}: {letter.error_message}")),
        ("failed", _when(letter.failed)),
        ("attempts", str(letter.attempts)),
        ("from", shown.line(entry.origin)),
        ("stands at", place),
        ("retried", "not yet" if entry.retried is msgspec.UNSET else _when(entry.retried)),
    ]
    if letter.key is not msgspec.UNSET:
        facts.append(("key", shown.readable(letter.key)))
    for header in letter.headers:
        value = "(null)" if header.value is msgspec.UNSET else shown.readable(header.value)
        facts.append((f"header {shown.line(header.name)}", value))
    facts += [("size", f"{entry.size:,} bytes"), ("what to do", _advice(entry, letter))]
    render.pairs(facts)
    render.out.print()
    render.out.print(Text(_original(entry, letter)), soft_wrap=True)


def _original(entry: Entry, letter: DeadLetter) -> str:
    from pipeline.dead import shown

    if letter.tombstone:
        return "(the message had no value)"
    if letter.omitted is not msgspec.UNSET:
        return (
            f"(too large to be kept here; to be read at {shown.line(entry.origin)}, as long as it is there)"
        )
    return shown.readable(letter.value) if letter.value else "(nothing)"


def _advice(entry: Entry, letter: DeadLetter) -> str:
    from pipeline import dead

    if not dead.came_from_topic(letter):
        return "mend the copy and feed it again; what a feed rejected cannot be retried"
    if entry.retried is not msgspec.UNSET:
        return "nothing: it was retried; had it failed again, there would be a new letter"
    return f"newswire dead retry {entry.id}, when what was wrong is mended"


def _when(instant: Any) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%SZ}"


def _letters(count: int) -> str:
    return f"{count:,} dead letter" + ("" if count == 1 else "s")
