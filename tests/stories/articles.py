"""Articles that tell of a bridge, a vote and a match, in several words each."""

from datetime import UTC, datetime, timedelta

from pipeline.article import EnrichedArticle, Provenance

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
BRIDGE = "Harbour bridge in Newtown closed after engineers find cracks"
BRIDGE_BODY = (
    "The harbour bridge in Newtown was closed on Monday after engineers found cracks in two pillars. "
    "Drivers had to take the old tunnel, where traffic stood still for three hours."
)
BRIDGE_AGAIN = "Cracks found: Newtown's harbour bridge is closed to traffic"
BRIDGE_AGAIN_BODY = (
    "NEWTOWN, Nov 23 (Agency) - Engineers have closed Newtown's harbour bridge because of cracks in its "
    "pillars, the city said. Commuters queued for hours at the tunnel."
)
VOTE = "Parliament rejects pension reform by six votes"
VOTE_BODY = (
    "Members turned down the new pension law at dawn, when a debate that lasted all night came to its end."
)
MATCH = "Rovers beat United in cup final on penalties"
MATCH_BODY = (
    "Rovers won the cup for the first time since 1987, five to four on penalties, before 40,000 people."
)


def article(
    headline: str | None = BRIDGE,
    body: str | None = BRIDGE_BODY,
    *,
    hours: float = 0,
    number: int = 1,
    status: str = "usable",
    language: str | None = "en",
) -> EnrichedArticle:
    """An article written and received so many hours after ``MONDAY``."""
    moment = MONDAY + timedelta(hours=hours)
    known = {"headline": headline, "body": body, "language": language}
    return EnrichedArticle(
        id=f"{number:032x}",
        source="agency",
        version=1,
        status=status,  # type: ignore[arg-type]  # a text is enough
        received=moment,
        enriched=moment,
        created=moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        provenance=Provenance(feed="agency", format="text", location="wire.txt"),
        **{name: value for name, value in known.items() if value is not None},  # type: ignore[arg-type]  # by name
    )
