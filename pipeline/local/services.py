"""Both embedded services at once: what ``newswire up``, ``down``, ``status`` and ``logs`` do."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from pipeline.local.apt import ensure_tools, installable
from pipeline.local.elasticsearch import LocalElasticsearch
from pipeline.local.errors import LocalServiceError
from pipeline.local.kafka import Kafka
from pipeline.local.logs import follow as follow_files
from pipeline.local.logs import tail
from pipeline.local.service import Launch, Service, Status, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from pipeline.local.install import Name
    from pipeline.settings import Settings

NAMES: tuple[Name, ...] = ("kafka", "elasticsearch")


def services(settings: Settings, only: Collection[Name] = NAMES, *, brief: bool = False) -> list[Service]:
    """The services by the settings, Kafka first; ``brief`` is for ``LocalElasticsearch``."""
    every: list[Service] = [Kafka(settings), LocalElasticsearch(settings, brief=brief)]
    return [service for service in every if service.name in only]


def up(
    settings: Settings,
    *,
    only: Collection[Name] = NAMES,
    progress: Callable[[str], None] = silent,
    brief: bool = False,
) -> list[Status]:
    """Starts what is not running, both at the same time, and waits until they answer.

    Args:
        settings: addresses and folders.
        only: the services to start.
        progress: is told what goes on, line by line.
        brief: they will live for minutes, so a quick start counts more than speed.

    Returns:
        How each service is; its note says whether it was running already or is external.

    Raises:
        LocalServiceError: one did not start; the other, if it did, is left running.
    """
    chosen = services(settings, only, brief=brief)
    faults: list[LocalServiceError] = []
    launches: list[tuple[Service, Launch]] = []
    with ExitStack() as stack:
        # The slower one first: Kafka's storage is formatted while Elasticsearch is on its way.
        for service in reversed([one for one in chosen if not one.external]):
            try:
                launches.append((service, stack.enter_context(service.starting(progress))))
            except LocalServiceError as error:
                faults.append(error)
        notes: dict[str, Status] = {}
        for service, launch in reversed(launches):
            try:
                notes[service.name] = service.wait_ready(launch)
            except LocalServiceError as error:
                faults.append(error)
    if faults:
        raise LocalServiceError("\n".join(map(str, faults)))
    return [notes.get(service.name) or service.status() for service in chosen]


def down(
    settings: Settings, *, only: Collection[Name] = NAMES, progress: Callable[[str], None] = silent
) -> list[Status]:
    """Stops what is running, both at the same time, and waits until they are gone.

    Args:
        settings: addresses and folders.
        only: the services to stop; external ones are left alone.
        progress: is told what goes on, line by line.

    Returns:
        How each service is; its note says what was done.

    Raises:
        LocalServiceError: a process belongs to another user or cannot be ended.
    """
    chosen = services(settings, only)
    with ExitStack() as stack:
        asked = [(service, stack.enter_context(service.stopping(progress))) for service in chosen]
        return [service.wait_stopped(process) for service, process in asked]


def status(settings: Settings, *, only: Collection[Name] = NAMES) -> list[Status]:
    """How each service is at this moment."""
    return [service.status() for service in services(settings, only)]


def install_tools(
    settings: Settings, *, only: Collection[Name] = NAMES, progress: Callable[[str], None] = silent
) -> None:
    """Installs Java and Maven where they are missing, something here needs them, and it can be done.

    What cannot be installed is told as progress: whoever cannot do without it raises the error.
    """
    if all(service.external for service in services(settings, only)) or not installable():
        return
    try:
        ensure_tools(progress)
    except LocalServiceError as error:
        progress(str(error))


def fetch(
    settings: Settings, *, only: Collection[Name] = NAMES, progress: Callable[[str], None] = silent
) -> None:
    """Fetches the programs of what would be started here, and starts nothing.

    Raises:
        LocalServiceError: no Maven, no Java, too little space, or Maven failed; says what to do.
    """
    for service in services(settings, only):
        if not service.external:
            service.programs(progress)


def log_lines(
    settings: Settings, *, only: Collection[Name] = NAMES, lines: int = 20, follow: bool = False
) -> Iterator[str]:
    """The end of each embedded service's logs, each line with its service's name before it.

    Args:
        settings: where the services are.
        only: the services.
        lines: how many from the end of each file.
        follow: whether to go on with what is written from then on; ends only when it is interrupted.
    """
    chosen = [service for service in services(settings, only) if not service.external]
    names = {file: service.name for service in chosen for file in service.log_files}
    for file, name in names.items():
        for line in tail(file, lines):
            yield f"{name} | {line}"
    if follow:
        for file, line in follow_files(list(names)):
            yield f"{names[file]} | {line}"


def log_files(settings: Settings, *, only: Collection[Name] = NAMES) -> dict[Name, list[Path]]:
    """The log files of each embedded service: its own log, and what its process printed."""
    return {service.name: service.log_files for service in services(settings, only) if not service.external}
