"""Runs an enricher over a batch, within its time: where it fails, an article goes on without that part.

What went wrong stands in the article's ``degraded``, by the enricher's name.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from msgspec import structs

from pipeline.article import EnrichedArticle

AGAIN_S = 1.0
"""Seconds after which code that took no notice of being out of time is told again."""

Batch = Callable[[Sequence[EnrichedArticle]], list[EnrichedArticle]]
"""From articles to as many articles in the same order."""


class OutOfTimeError(BaseException):
    """An enricher took too long. No ``Exception``, so that it does not catch it by accident."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One enricher of the chain.

    Attributes:
        name: what ``models`` and ``degraded`` call it.
        enrich: what it does to a batch.
        limit_s: seconds that a batch may take, and after it failed each of its articles.
        alone: whether articles are given to it one by one.
    """

    name: str
    enrich: Batch
    limit_s: float
    alone: bool = False

    def run(self, articles: Sequence[EnrichedArticle]) -> list[EnrichedArticle]:
        """The articles with what the enricher found, those that it failed for without.

        Raises:
            MemoryError: there is no more; whatever was under way may be half done.
        """
        if not articles or (self.alone and len(articles) > 1):
            return self._each(articles)
        try:
            with within(self.limit_s):
                return self.enrich(articles)
        except MemoryError:
            raise
        except OutOfTimeError:
            reason = f"it took over {self.limit_s:g} s"
        except Exception as error:  # noqa: BLE001 - whatever it raises is told in the article
            reason = f"{type(error).__name__}: {error}"
        if len(articles) == 1:
            return [degraded(articles[0], {self.name: reason})]
        return self._each(articles)

    def _each(self, articles: Sequence[EnrichedArticle]) -> list[EnrichedArticle]:
        return [one for each in articles for one in self.run([each])]


def degraded(article: EnrichedArticle, reasons: Mapping[str, str]) -> EnrichedArticle:
    """The article without some parts: why, by the enricher's name."""
    return structs.replace(article, degraded=article.degraded | dict(reasons))


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Ends the code within by ``OutOfTimeError`` when it takes longer, where it runs in the main thread.

    Native code that does not come back cannot be ended so: whoever waits for the process kills it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _out_of_time)
    left, again = signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left, again)
        signal.signal(signal.SIGALRM, before)


def _out_of_time(_: int, __: FrameType | None) -> None:
    raise OutOfTimeError
