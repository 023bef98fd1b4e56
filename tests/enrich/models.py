"""Models for the tests of the model processes: they do to their process what an article's body says."""

import base64
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from pipeline import article
from pipeline.article import EnrichedArticle, Failure, Provenance, RawArticle
from pipeline.enrich.process import Outcome
from pipeline.settings import MIB, Settings

PART = "part "
"""What a headline begins with that names the part of the work in which the body is acted upon."""

KEPT: list[bytes] = []
"""What a process keeps from one batch to the next, as code that leaks does."""


class Models:
    """Models that do to their process what the body says."""

    def enrich(
        self,
        raws: Sequence[RawArticle],
        now: datetime,
        skipped: Mapping[str, str],
        begins: Callable[[str], None],
    ) -> list[EnrichedArticle]:
        left = [each for each in raws if each.headline not in skipped]
        for each in left:
            if str(each.headline).startswith(PART):
                begins(str(each.headline))
        held = [taken(str(each.body)) for each in left]
        for each in left:
            act(each)
        assert len(held) == len(left)
        return [
            EnrichedArticle(
                **msgspec.structs.asdict(each), enriched=now, models=models(each), degraded=dict(skipped)
            )
            for each in raws
        ]


def act(raw: RawArticle) -> None:
    """Do to this process what the body says."""
    match raw.body:
        case "raise":
            raise ZeroDivisionError("by this article")
        case "die":
            os._exit(9)
        case "hang":
            time.sleep(60)
        case "slow":
            time.sleep(0.3)
        case "mark":
            Path(str(raw.headline)).touch()
        case "meet":
            meet(Path(str(raw.headline)))
        case "die once":
            marker = Path(str(raw.headline))
            if not marker.exists():
                marker.touch()
                os.kill(os.getpid(), signal.SIGKILL)


def meet(folder: Path) -> None:
    """Come back once two processes were here."""
    (folder / str(os.getpid())).touch()
    while len(list(folder.iterdir())) < 2:
        time.sleep(0.01)


def taken(body: str) -> bytes:
    """The memory that an article takes: more than there can be, a lot for its batch's time, or for good."""
    match body:
        case "hog":
            return bytes(10**15)
        case "big":
            return bytes(100 * MIB)
        case "leak":
            KEPT.append(bytes(100 * MIB))
    return b""


def models(raw: RawArticle) -> dict[str, str]:
    """Which process it was; and for ``grow`` more than any topic takes, which compression must not save."""
    pid = {"pid": str(os.getpid())}
    return pid | {"noise": base64.b64encode(os.urandom(100_000)).decode()} if raw.body == "grow" else pid


def load(_: Settings) -> Models:
    return Models()


def value(body: str, headline: str = "H") -> bytes:
    """A raw article as it stands on the topic."""
    return article.encode(
        RawArticle(
            id="0" * 32,
            source="local",
            version=1,
            status="usable",
            received=datetime(2024, 6, 19, tzinfo=UTC),
            provenance=Provenance(feed="files", format="text", location="a.txt"),
            headline=headline,
            body=body,
        )
    )


def bodies(results: Sequence[Outcome]) -> list[str]:
    """The body of each enriched article, or stage and error of what failed."""
    return [
        f"{each.stage}: {each.error_type}"
        if isinstance(each, Failure)
        else str(article.decode_enriched(each).body)
        for each in results
    ]
