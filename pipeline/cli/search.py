"""``newswire search``, ``suggest`` and ``show``: what is in the index, for people and scripts."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from pipeline import render
from pipeline.cli.options import Json, examples
from pipeline.errors import NewswireError
from pipeline.found import Sort
from pipeline.settings import settings

app = typer.Typer()


@app.command(
    epilog=examples(
        "newswire search Poutine",
        "newswire search 'Poutine topic:politics since:2024-06'",
        "newswire search '\"Conseil de sécurité\" -Ukraine language:fr since:2d'",
        'newswire search \'(kim OR "xi jinping") -person:poutine place:"North Korea"\'',
        "newswire search 'source:afp created:2024-01..2024-06 -topic:sport' --sort newest",
        "newswire search -- '-Ukraine topic:politics'",
        "newswire search --person 'Kim Jong Un' --topic politics --json",
        "newswire search 'topic:politics since:1w' --facets",
        "newswire search --like 3f2a…",
    )
)
def search(
    words: Annotated[
        str, typer.Argument(metavar="QUERY", help='Words, "phrases", field:value, -not, OR and (groups).')
    ] = "",
    language: Annotated[str | None, typer.Option(help="Only articles in this language (fr).")] = None,
    since: Annotated[str | None, typer.Option(help="From this year, month or day on; also 2d.")] = None,
    until: Annotated[str | None, typer.Option(help="Up to this one; likewise.")] = None,
    person: Annotated[str | None, typer.Option(help="A person's name, or part of it.")] = None,
    place: Annotated[str | None, typer.Option(help="A place's name, or part of it.")] = None,
    organization: Annotated[str | None, typer.Option(help="An organization's name, or part of it.")] = None,
    topic: Annotated[str | None, typer.Option(help="A Media Topic: name or qcode.")] = None,
    source: Annotated[str | None, typer.Option(help="A source's whole name.")] = None,
    feed: Annotated[str | None, typer.Option(help="A feed's whole name.")] = None,
    identity: Annotated[str | None, typer.Option(help="The id of who or what is meant.")] = None,
    country: Annotated[str | None, typer.Option(help="The code of a country that is named (KP).")] = None,
    size: Annotated[int, typer.Option("-n", "--size", min=1, max=1000, help="Hits shown at most.")] = 10,
    sort: Annotated[Sort, typer.Option(help="What comes first.")] = "relevance",
    after: Annotated[
        str | None,
        typer.Option(metavar="PLACE", help="Go on where a page ended, as it says.", show_default=False),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every article, not one a story.")] = False,
    facets: Annotated[
        bool, typer.Option("--facets", help="What the articles have in common, in place of them.")
    ] = False,
    like: Annotated[
        str | None, typer.Option(metavar="ID", help="Articles like this one.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """Search the articles: up to four words must all be there, of more four in five.

    One hit a story, with the story's other articles under it. Capitals, accents and endings do not matter. A
    "phrase" must be there as it is, what has a - before it must not. OR (or |) joins what stands directly
    beside it; parentheses group.

    Fields, each with a word or a "phrase": language, source, feed, status, person, place, organization,
    topic, identity, country, id. Dates: since:2024-06 until:2024-06-19 since:2d since:3h since:today
    since:yesterday created:2024-01..2024-06. The options ask the same of every hit.
    """
    from pipeline import search as searching

    filters = searching.Filters(
        language=language,
        since=since,
        until=until,
        person=person,
        place=place,
        organization=organization,
        topic=topic,
        source=source,
        feed=feed,
        identity=identity,
        country=country,
    )
    if like is not None:
        _refuse_beside_like(words, filters, after, facets=facets)
        _print(searching.like(like, settings(), size=size), json=json)
    elif facets:
        most = min(size, searching.MOST_BUCKETS)
        counted = searching.facets(words, settings(), filters, size=most)
        render.as_json(counted) if json else render.facets(counted)
    else:
        markers = ("**", "**") if json else (searching.OPEN, searching.CLOSE)
        found = searching.search(
            words,
            settings(),
            filters,
            size=size,
            sort=sort,
            after=after,
            collapse=not every,
            markers=markers,
        )
        _print(found, json=json)


def _refuse_beside_like(words: str, filters: Any, after: str | None, *, facets: bool) -> None:
    from pipeline.search import UNFILTERED

    if words or filters != UNFILTERED or after or facets:
        raise NewswireError(
            "--like finds articles like one and takes no query, filter or page beside it: leave these out"
        )


def _print(found: Any, *, json: bool) -> None:
    render.as_json(found) if json else render.results(found)


@app.command(epilog=examples("newswire suggest kim", "newswire suggest 'corée' --json"))
def suggest(
    typed: Annotated[str, typer.Argument(metavar="TYPED", help="The beginning of a name.")],
    size: Annotated[int, typer.Option("-n", "--size", min=1, max=50, help="Names shown at most.")] = 8,
    json: Json = False,
) -> None:
    """Suggest people, places, organizations and topics by how their names begin, the most frequent first.

    Case and accents do not matter. Each is shown with what to search for.
    """
    from pipeline import search as searching

    found = searching.suggest(typed, settings(), size=size)
    render.as_json(found) if json else render.suggestions(found)


@app.command(epilog=examples("newswire show 3f2a…", "newswire show 3f2a… --json"))
def show(
    article: Annotated[str, typer.Argument(metavar="ID", help="The article's id, as a search prints it.")],
    json: Json = False,
) -> None:
    """Show one article whole: text, entities, topics and where it came from."""
    from pipeline import search as searching

    document = searching.show(article, settings())
    if document is None:
        raise NewswireError(
            f"there is no article {article}; `newswire search` prints the ids of what is there"
        )
    render.as_json(document) if json else render.document(document)
