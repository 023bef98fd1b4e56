"""What a feed read as the message that it becomes: an article's, or the dead letter's of what is none."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import UNSET

from pipeline import formats
from pipeline.article import DeadLetter, RawArticle
from pipeline.producer import Message, article_message, letter_message
from pipeline.settings import Settings


def packed(outcome: formats.Outcome, settings: Settings) -> Message:
    """The message of an article, or of a rejected piece's dead letter."""
    if isinstance(outcome, RawArticle):
        return article_message(outcome, settings)
    return letter_message(_letter(outcome, settings.max_article_bytes), settings)


def _letter(rejected: formats.Rejected, limit: int) -> DeadLetter:
    """The dead letter of a rejected piece; one that is too large to be copied says where its bytes are."""
    keep = rejected.complete and rejected.size <= limit
    note = "" if keep else f" (its {rejected.size:,} bytes are too many to be kept here: read them there)"
    return DeadLetter(
        stage=rejected.stage,
        error_type=rejected.kind,
        error_message=rejected.reason + note,
        failed=datetime.now(UTC),
        attempts=1,
        value=rejected.data if keep else b"",
        location=rejected.place,
        omitted=UNSET if keep else rejected.size,
    )
