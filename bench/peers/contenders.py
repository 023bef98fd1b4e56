"""Who is measured: how each is started, how many processes it has, and what it says that it guarantees."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct, structs

from bench.peers.place import PYTHON, ROOT
from pipeline.settings import Settings
from tests.services import HOST

OURS = "Newswire"

Command = Callable[[Settings, int, int, Sequence[int]], list[str]]
"""From settings, a process's number, how many there are, and free ports: what starts it."""


class Contender(Struct, frozen=True, kw_only=True):
    """One of those who are compared.

    Attributes:
        name: as the tables have it.
        command: starts one of its processes.
        groups: its consumer groups, by the settings' group; none where it has none.
        together: whether its processes are a cluster, which is started again as a whole.
        setting: how it is set up to lose nothing, in a few words.
        before: a command that is run once before it is started for the first time.
        alone: whether it is one process, which has others of its own for the models.
        version: the package that it is of.
    """

    name: str
    command: Command
    setting: str
    version: str
    groups: tuple[str, ...] = ("{}",)
    together: bool = False
    before: Command | None = None
    alone: bool = False


def _module(name: str) -> Command:
    return lambda *_: [str(PYTHON), "-m", name]


def _bytewax(file: str) -> Command:
    def command(settings: Settings, number: int, count: int, ports: Sequence[int]) -> list[str]:
        addresses = ";".join(f"{HOST}:{port}" for port in ports[:count])
        start = [str(PYTHON), "-m", "bytewax.run", f"{ROOT / file}:flow"]
        cluster = ["-i", str(number), "-a", addresses] if count > 1 else []
        return [*start, *cluster, "-r", str(_recovery(settings)), "-s", "1", "-b", "0"]

    return command


def _recovery(settings: Settings) -> Path:
    folder = settings.var / f"bytewax-{settings.group}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _partitions(settings: Settings, _number: int, count: int, _ports: Sequence[int]) -> list[str]:
    return [str(PYTHON), "-m", "bytewax.recovery", str(_recovery(settings)), str(count)]


def _faust(module: str) -> Command:
    def command(settings: Settings, number: int, _count: int, _ports: Sequence[int]) -> list[str]:
        folder = settings.var / f"faust-{settings.group}-{number}"
        worker = ["worker", "--loglevel", "warn", "--without-web"]
        return [str(PYTHON), "-m", "faust", "--datadir", str(folder), "-A", module, *worker]

    return command


def _ours(*hops: str) -> Command:
    return lambda *_: [sys.executable, "-m", "bench.peers.ours", *hops]


def ours(*hops: str) -> Contender:
    """Newswire with some of its hops."""
    return Contender(
        name=OURS,
        command=_ours(*hops),
        groups=tuple(f"{{}}-{hop}" for hop in hops),
        alone=True,
        setting="acks in order, committed every second once confirmed; at least once",
        version="newswire",
    )


QUIXSTREAMS = Contender(
    name="QuixStreams",
    command=_module("bench.peers.quixstreams_app"),
    setting="default: checkpoint every second or 500 messages, sink flushed first; at least once",
    version="quixstreams",
)
BYTEWAX = Contender(
    name="Bytewax",
    command=_bytewax("bench/peers/bytewax_flow.py"),
    before=_partitions,
    groups=(),
    together=True,
    setting="recovery on, a snapshot every second; at least once",
    version="bytewax",
)
FASTSTREAM = Contender(
    name="FastStream",
    command=_module("bench.peers.faststream_app"),
    setting="AckPolicy.ACK, not the default: commit after each batch; at least once",
    version="faststream",
)
AIOKAFKA = Contender(
    name="aiokafka",
    command=_module("bench.peers.aiokafka_loop"),
    setting="enable_auto_commit=False, not the default: commit after each batch; at least once",
    version="aiokafka",
)
CONFLUENT = Contender(
    name="confluent-kafka",
    command=_module("bench.peers.confluent_loop"),
    setting="enable.auto.commit=False, not the default: commit after each batch; at least once",
    version="confluent-kafka",
)
FAUST = Contender(
    name="Faust, plain",
    command=_faust("bench.peers.faust_app"),
    setting="default: commit every 2.8 s of what the agent has gone past; at least once",
    version="faust-streaming",
)
PEERS = (QUIXSTREAMS, BYTEWAX, FASTSTREAM, AIOKAFKA, CONFLUENT)

TUTORIALS = (
    Contender(
        name="QuixStreams",
        command=_module("bench.peers.tutorials.quixstreams_app"),
        setting="default: checkpoint every 5 s; at least once",
        version="quixstreams",
    ),
    structs.replace(BYTEWAX, command=_bytewax("bench/peers/tutorials/bytewax_flow.py")),
    Contender(
        name="FastStream",
        command=_module("bench.peers.tutorials.faststream_app"),
        setting="default: AckPolicy.ACK_FIRST; at most once",
        version="faststream",
    ),
    Contender(
        name="aiokafka",
        command=_module("bench.peers.tutorials.aiokafka_loop"),
        setting="default: commit every 5 s of what was handed out",
        version="aiokafka",
    ),
    Contender(
        name="confluent-kafka",
        command=_module("bench.peers.tutorials.confluent_loop"),
        setting="default: commit every 5 s of what was handed out",
        version="confluent-kafka",
    ),
    structs.replace(FAUST, command=_faust("bench.peers.tutorials.faust_app")),
)
