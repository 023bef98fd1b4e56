"""A small newsroom's index for the web page: a story of three, hostile copy, a kill, an embargo and so on.

All of it is made up for these tests.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline import search as searching
from pipeline.article import EnrichedArticle, Entity, Point, Provenance, Quote, Span, Topic
from pipeline.article import article_id as id_of
from pipeline.search import asking
from pipeline.settings import Settings
from pipeline.sink.elasticsearch import Indexed, Sink
from tests.sink.articles import POLITICS, SPORT, article, entity

DAY = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
WEATHER = Topic(qcode="medtop:17000000", name="weather", score=0.93)
DISASTER = Topic(qcode="medtop:03000000", name="disaster, accident and emergency incident", score=0.81)
ECONOMY = Topic(qcode="medtop:04000000", name="economy, business and finance", score=0.74)
SCIENCE = Topic(qcode="medtop:13000000", name="science and technology", origin="declared")
CITIES = {
    "Brest": ("geonames:3030300", "FR", 48.39, -4.49),
    "Geneva": ("geonames:2660646", "CH", 46.2, 6.15),
    "Nairobi": ("geonames:184745", "KE", -1.28, 36.82),
    "Lisbon": ("geonames:2267057", "PT", 38.72, -9.13),
    "Tokyo": ("geonames:1850147", "JP", 35.69, 139.69),
    "Bogotá": ("geonames:3688689", "CO", 4.61, -74.08),
    "Oslo": ("geonames:3143244", "NO", 59.91, 10.75),
    "Beirut": ("geonames:276781", "LB", 33.89, 35.5),
    "Halifax": ("geonames:6324729", "CA", 44.65, -63.58),
    "Sydney": ("geonames:2147714", "AU", -33.87, 151.21),
}
STORM = """\
The storm that crossed the Bay of Biscay overnight reached Brest before dawn, closing the port and cutting \
power to some 40,000 homes along the coast.

“The worst of the wind is behind us, but the sea will stay high until Friday,” said Maëlle Kerdoncuff, who \
heads the regional forecasting centre in Brest.

Ferries stay in port

Sailings to Ireland were cancelled for a second day. Brittany Harbours, which runs the port, asked drivers \
to stay at home until the cranes have been checked.

In Lorient the fishing fleet stayed in the harbour. “Nobody goes out in this,” said Yann Le Goff, who has \
fished there for thirty years. The European Weather Network expects gusts of 130 kilometres an hour on the \
headlands, and less from Thursday evening on.

What comes next

Repair crews from Nantes and Rennes were on the road by noon. Maëlle Kerdoncuff said that a second front \
would pass to the north, over Ireland and Scotland, and that Brittany would see rain but no more storm."""
ARABIC = """\
أعلنت بلدية بيروت أن أعمال ترميم الكورنيش البحري ستبدأ في نيسان المقبل، بعد سنوات من التأجيل.

وقالت المهندسة ليلى حداد إن المشروع يشمل أرصفة جديدة ومقاعد وأشجارا على طول ثلاثة كيلومترات. \
«سيعود الكورنيش مكانا للجميع»، قالت ليلى حداد في مؤتمر صحافي في بيروت.

وتبلغ كلفة المرحلة الأولى مليوني دولار، بحسب UNESCO."""
HEBREW = "המוזיאון בחיפה פותח תערוכה חדשה על תולדות הנמל. האוצרת נועה ברק אמרה שהמפות מוצגות לראשונה."
HOSTILE = """\
A security firm in Oslo published this line of code: <script>document.title = "owned"</script> and \
<img src=x onerror="document.title='owned'"> beside it.

The line must be shown, never run. "It is only text," said Ingrid Solberg & colleagues."""
TALKS = """\
Delegates of eleven countries met in Geneva to agree on rules for shared rivers. Amara Okafor, who leads the \
talks, hopes for a first text by June.

River          Countries   Treaty
Blue Reach            3      1998
Long Water            4       yes
Stony Brook           4        no

The next round is in Nairobi."""
BIOGRAPHY = "Tokyo researchers say a battery without cobalt keeps its charge for nine years."
WITHHELD = "The Halifax budget raises the ferry fare by ten cents, Wanda Sealwright will say on Friday."


def place(body: str, name: str) -> Entity:
    """A place of the list, wherever the body names it."""
    identity, country, lat, lon = CITIES[name]
    return entity(body, name, "LOC", id=identity, name=name, country=country, point=Point(lat=lat, lon=lon))


def spans(body: str, *texts: str) -> tuple[Span, ...]:
    """Where these stand."""
    found = [re.search(re.escape(text), body) for text in texts]
    return tuple(Span(one.start(), one.end()) for one in found if one)


def quotes(body: str, *said: tuple[str, str]) -> tuple[Quote, ...]:
    """Words and who said them."""
    return tuple(Quote(span=span, speaker=speaker) for (text, speaker) in said for span in spans(body, text))


def storm(
    guid: str, source: str, headline: str, hours: int, body: str = STORM, **fields: Any
) -> EnrichedArticle:
    """One of the three of the story."""
    moment = DAY - timedelta(hours=hours)
    usual = {
        "id": id_of(source, guid, ""),
        "source": source,
        "language": "en",
        "language_confidence": 0.99,
        "headline": headline,
        "body": body,
        "created": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "received": moment,
        "entities": (
            entity(body, "Maëlle Kerdoncuff", "PER"),
            entity(body, "Yann Le Goff", "PER"),
            entity(body, "Brittany Harbours", "ORG"),
            entity(body, "European Weather Network", "ORG"),
            place(body, "Brest"),
            *(entity(body, name, "LOC") for name in ("Lorient", "Nantes", "Rennes", "Ireland", "Scotland")),
            entity(body, "Bay of Biscay", "LOC"),
        ),
        "topics": (WEATHER, DISASTER),
        "headings": spans(body, "Ferries stay in port", "What comes next"),
        "quotes": quotes(
            body,
            (
                "The worst of the wind is behind us, but the sea will stay high until Friday,",
                "Maëlle Kerdoncuff",
            ),
            ("Nobody goes out in this,", "Yann Le Goff"),
        ),
        "keyphrases": ("storm", "regional forecasting centre", "second front", "fishing fleet"),
        "provenance": Provenance(feed=f"{source.lower()}-wire", format="nitf", location=f"/in/{guid}.xml"),
    }
    return article(guid, **(usual | fields))


STORY = (
    storm(
        "storm-3",
        "Atlantic",
        "Storm closes the port of Brest, 40,000 homes without power",
        1,
        kind="update",
        byline="By Erwan Tanguy",
        dateline="BREST, March 12 (Atlantic) -",
        version=3,
    ),
    storm("storm-2", "Meridian", "Port of Brest shut as storm crosses the Bay of Biscay", 2),
    storm("storm-1", "Atlantic", "Storm reaches Brest, port closed", 4, kind="alert"),
)
KILLED = article("killed", source="Test", status="canceled", version=2, kind="kill")
EMBARGOED = article(
    "embargoed",
    status="withheld",
    embargo=datetime(2099, 1, 1, tzinfo=UTC),
    language="en",
    headline="Ferry fare to rise",
    body=WITHHELD,
    entities=(entity(WITHHELD, "Wanda Sealwright", "PER"), place(WITHHELD, "Halifax")),
)
WITHHELD_FOR_EVER = article("never", status="withheld", language="en", body="Never seen: ferry.")
ARABIC_ONE = article(
    "corniche",
    language="ar",
    source="Levant",
    headline="بيروت تبدأ ترميم الكورنيش البحري في نيسان",
    body=ARABIC,
    created="2026-03-12T07:15:00Z",
    entities=(
        entity(ARABIC, "ليلى حداد", "PER"),
        entity(
            ARABIC,
            "بيروت",
            "LOC",
            id="geonames:276781",
            name="Beirut",
            country="LB",
            point=Point(lat=33.89, lon=35.5),
        ),
        entity(ARABIC, "UNESCO", "ORG"),
    ),
    topics=(POLITICS,),
    quotes=quotes(ARABIC, ("سيعود الكورنيش مكانا للجميع", "ليلى حداد")),
)
HEBREW_ONE = article(
    "museum",
    language="he",
    source="Levant",
    headline="תערוכה חדשה במוזיאון בחיפה",
    body=HEBREW,
    created="2026-03-11",
    entities=(entity(HEBREW, "נועה ברק", "PER"),),
)
HOSTILE_ONE = article(
    "hostile",
    language="en",
    source="Nord",
    headline='Firm shows <script>alert("headline")</script> in a headline',
    body=HOSTILE,
    created="2026-03-12T06:00:00Z",
    url="javascript:alert(1)",
    entities=(
        place(HOSTILE, "Oslo"),
        entity(HOSTILE, "Ingrid Solberg", "PER"),
        entity(HOSTILE, '<script>document.title = "owned"</script>', "MISC"),
    ),
    topics=(SCIENCE,),
)
TALKS_ONE = article(
    "talks",
    language="en",
    source="Meridian",
    headline="Eleven countries look for rules for shared rivers",
    body=TALKS,
    created="2026-03-10",
    tables=spans(TALKS, TALKS[TALKS.index("River  ") : TALKS.index("\n\nThe next")]),
    entities=(
        place(TALKS, "Geneva"),
        place(TALKS, "Nairobi"),
        entity(TALKS, "Amara Okafor", "PER", id="desk:okafor", name="Amara N. Okafor"),
    ),
    topics=(POLITICS, ECONOMY),
    url="https://example.org/talks",
    ednotes=("Corrects the number of countries.",),
)
PARTIAL = article(
    "battery",
    language="en",
    headline="A battery without cobalt",
    body=BIOGRAPHY,
    created="2026-02",
    entities=(place(BIOGRAPHY, "Tokyo"),),
    topics=(SCIENCE,),
)


WHO = (
    *("The mayor", "A brass band", "The harbour master", "An old teacher", "The opposition", "Two engineers"),
    *("A ferry captain", "The museum", "Nobody here", "The night shift", "A jury of bakers", "The archive"),
)
DID = (
    *("praised", "counted", "forgot", "repaired", "measured", "would have preferred", "photographed", "lost"),
    *("drew up", "paid for", "waited for", "wrote about"),
)
WHAT = (
    *("the second bridge", "ninety gulls", "a longer timetable", "the key to the side door", "paper cups"),
    *("the slope of the road", "a poem on patience", "last year's figures", "the view from the hills"),
    *("an early train", "the wet carpets", "forty pages of minutes"),
)


def chatter(number: int) -> str:
    """A few sentences, others for each number."""
    pick = random.Random(number).choice
    return " ".join(f"{pick(WHO)} {pick(DID)} {pick(WHAT)}." for _ in range(8))


def filler(number: int) -> EnrichedArticle:
    """One of many short articles of the weeks before, so that charts have something to show."""
    city = list(CITIES)[min(number * 7 % 10, number * 3 % 11) % len(CITIES)]
    what, topic = [
        ("council votes on the tram", POLITICS),
        ("team wins at home", SPORT),
        ("bakers pay more for flour", ECONOMY),
        ("rain fills the reservoirs", WEATHER),
    ][number % 4]
    body = f"News today from {city}. {chatter(number)} Later the {what}."
    moment = DAY - timedelta(hours=5 + number * number // 5)
    return article(
        f"filler-{number}",
        language="en",
        source=("Atlantic", "Meridian", "Nord")[number % 3],
        headline=f"{city}: {what} as {chatter(number).partition('.')[0].lower()}",
        body=body,
        created=f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        entities=(place(body, city),),
        topics=(topic,),
    )


SPECIAL = (*STORY, ARABIC_ONE, HEBREW_ONE, HOSTILE_ONE, TALKS_ONE, PARTIAL)
HIDDEN = (KILLED, EMBARGOED, WITHHELD_FOR_EVER)
FILLERS = tuple(filler(number) for number in range(60))


def write(settings: Settings, articles: Sequence[EnrichedArticle]) -> None:
    """Index them, to be found at once."""

    async def work() -> None:
        sink = Sink(settings)
        try:
            await sink.ready()
            assert await sink.index(articles) == [Indexed()] * len(articles)
        finally:
            await sink.close()

    # In a thread: a browser that runs in this one has a loop of its own there.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(work())).result()
    searching.refresh(settings)


def in_stories(settings: Settings, articles: Sequence[EnrichedArticle], story: str | None = None) -> None:
    """Have these be one story, or each its own, whatever was made of their texts."""
    ids = [one.id for one in articles]
    script = {
        "source": "ctx._source.story_id = params.story ?: ctx._source.id",
        "params": {"story": story},
    }
    asking.ask(
        settings,
        lambda client: client.update_by_query(
            index=settings.index, query={"ids": {"values": ids}}, script=script, refresh=True
        ),
    )


def fill(settings: Settings) -> None:
    """The whole newsroom."""
    write(settings, [*FILLERS, *SPECIAL, *HIDDEN])
    in_stories(settings, FILLERS)
    in_stories(settings, STORY, STORY[2].id)
