"""Says who or what the entities of an article are: the user's own lists, then places, then organisations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import structs

from pipeline.article import Entity, Identity, Span
from pipeline.enrich.identity.aliases import Aliases, Live
from pipeline.enrich.identity.places import Gazetteer, Meaning


class Identifier:
    """Gives the entities of articles their identities; leaves open what may be several."""

    def __init__(self, places: Gazetteer, lists: Live) -> None:
        self._places = places
        self._lists = lists

    def current(self) -> Aliases:
        """The lists to use for a batch of articles."""
        return self._lists.current()

    def identified(
        self, entities: Sequence[Entity], text: str, language: str, lists: Aliases
    ) -> tuple[Entity, ...]:
        """The entities of one article with their identities.

        Args:
            entities: in their order.
            text: the body that their mentions are counted in.
            language: the article's primary subtag.
            lists: what ``current`` gave.
        """
        listed = [_of_lists(entity, lists, language) for entity in entities]
        places = {
            entity.text: [span.end for span in entity.mentions]
            for entity, found in zip(entities, listed, strict=True)
            if entity.label == "LOC" and not found
        }
        meanings = self._places.resolve(places, language, text)
        return _joined(
            _with(entity, found or _of_places(meanings.get(entity.text) if entity.label == "LOC" else None))
            for entity, found in zip(entities, listed, strict=True)
        )


def _of_lists(entity: Entity, lists: Aliases, language: str) -> tuple[Identity, ...]:
    """Who a list says it is, by its fullest name or, if that is in none, by another of its forms."""
    for name in (entity.text, *entity.forms):
        found = lists.find(name, entity.label, language)
        if found:
            return found
    return ()


def _of_places(meaning: Meaning | None) -> tuple[Identity, ...]:
    if meaning is None:
        return ()
    return (meaning.identity,) if meaning.identity else meaning.candidates


def _with(entity: Entity, found: Sequence[Identity]) -> Entity:
    """The entity as the one thing that was found, or open."""
    if len(found) != 1:
        return structs.replace(entity, candidates=tuple(found)) if found else entity
    (one,) = found
    return structs.replace(
        entity, id=one.id, name=one.name, score=one.score, country=one.country, point=one.point
    )


def _joined(entities: Iterable[Entity]) -> tuple[Entity, ...]:
    """One entity for each identity, most frequent first, then in the order of the text."""
    groups: dict[tuple[str, ...], list[Entity]] = {}
    for entity in entities:
        key = (entity.label, entity.id) if entity.id else (entity.label, "", entity.text)
        groups.setdefault(key, []).append(entity)
    joined = [_one(group) for group in groups.values()]
    return tuple(sorted(joined, key=lambda entity: (-entity.count, entity.mentions[0].start)))


def _one(group: Sequence[Entity]) -> Entity:
    """Entities that turned out to be the same, under the name of the most frequent of them."""
    first, *others = group
    if not others:
        return first
    forms = dict.fromkeys(form for each in group for form in (each.text, *each.forms))
    return structs.replace(
        first,
        count=sum(each.count for each in group),
        mentions=tuple(
            sorted((span for each in group for span in each.mentions), key=lambda span: span.start)
        ),
        forms=tuple(form for form in forms if form != first.text),
    )


def _start(span: Span) -> int:
    return span.start
