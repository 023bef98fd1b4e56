"""A Kafka and an Elasticsearch of the tests' own: on free ports, their data in a folder that is removed."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import psutil

from pipeline.local import LocalServiceError, down, up
from pipeline.local.elasticsearch import LocalElasticsearch
from pipeline.local.kafka import Kafka
from pipeline.local.ports import free_port
from pipeline.settings import Settings

if TYPE_CHECKING:
    from types import TracebackType

HOST = "127.0.0.1"
PREFIX = "newswire-test-"


class Stack:
    """Real services for the length of a ``with`` block; the programs come from the cache folder.

    Attributes:
        settings: their addresses and ``var``; pass them on, or export them by ``environment``.
        kafka: the broker, with ``start()``, ``stop()``, ``kill9()`` and ``status()``.
        elasticsearch: the node, with the same.
    """

    def __init__(self, folder: Path | None = None, *, brief: bool = True) -> None:
        """Chooses ports and a folder; nothing is started yet.

        Args:
            folder: where data and logs go; by default a new temporary one. When the tests run as root,
                Elasticsearch runs as another user, to whom pytest's own ``tmp_path`` is closed.
            brief: as for ``pipeline.local.up``; what is measured is to be as fast as it will be.
        """
        self.folder = folder or new_folder()
        self.settings = Settings(
            kafka=f"{HOST}:{free_port(HOST)}",
            elasticsearch=f"http://{HOST}:{free_port(HOST)}",
            var=self.folder,
        )
        self._brief = brief
        self.kafka = Kafka(self.settings)
        self.elasticsearch = LocalElasticsearch(self.settings, brief=brief)

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which another process finds these services; add them to ``os.environ``."""
        return {
            "NEWSWIRE_KAFKA": self.settings.kafka,
            "NEWSWIRE_ELASTICSEARCH": str(self.settings.elasticsearch),
            "NEWSWIRE_VAR": str(self.settings.var),
        }

    def __enter__(self) -> Self:
        """Starts both at the same time."""
        try:
            up(self.settings, brief=self._brief)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops both and removes their data."""
        self.close()

    def close(self) -> None:
        """Stops both and removes their data."""
        down(self.settings)
        shutil.rmtree(self.folder)


def apart(settings: Settings, **changes: Any) -> Settings:
    """The settings with topics, consumer groups and an index that nobody else uses."""
    mark = uuid.uuid4().hex[:8]
    own = {
        "topic_raw": f"{mark}.raw",
        "topic_enriched": f"{mark}.enriched",
        "topic_dead": f"{mark}.dead",
        "topic_alerts": f"{mark}.alerts",
        "group": mark,
        "index": f"news-{mark}",
    }
    return settings.model_copy(update={**own, **changes})


def new_folder() -> Path:
    """A folder for services, which the next run removes if this one is killed."""
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    folder.chmod(0o755)
    return folder


def _sweep() -> None:
    """Stops what a test run left behind that was killed before it could."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        with suppress(LocalServiceError, PermissionError, FileNotFoundError):
            if owner.isdecimal() and not psutil.pid_exists(int(owner)):
                down(Settings(var=folder))
                shutil.rmtree(folder)
