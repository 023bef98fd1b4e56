"""The chain of enrichers: language, entities, topics, keyphrases, quotes, then the user's own.

Each takes a whole batch of articles and gives as many in the same order. Importing this module loads no
model and not spaCy; ``load`` does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType

from msgspec import UNSET, structs

from pipeline.article import EnrichedArticle, RawArticle, text_of
from pipeline.enrich import entities, identity, key_sentences, keyphrases, language, own, quotes, topics
from pipeline.enrich.identity import aliases, places
from pipeline.enrich.stages import Batch, Stage, degraded
from pipeline.settings import Settings

LANGUAGES_KEPT = 12
"""Recognisers of ours in memory at once, some 15 MB each; those of the fall-back share its model."""

READ_FIRST = ("en", "fr")
"""Languages whose entity models are read at the start."""

LIMIT_S = 20
"""Seconds that one of our enrichers may take for a batch; it takes less than one."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Enrichers, one after the other."""

    stages: tuple[Stage, ...]

    def enrich(
        self,
        raws: Sequence[RawArticle],
        now: datetime,
        skipped: Mapping[str, str] = MappingProxyType({}),
        begins: Callable[[str], None] = lambda _: None,
    ) -> list[EnrichedArticle]:
        """As many enriched articles, in the same order.

        Args:
            raws: articles that meet the contract.
            now: when they are enriched, with a time zone.
            skipped: enrichers to leave out, by name, and why.
            begins: is told the name of each enricher before it is at work.

        Returns:
            The articles with all that the models found; a canceled article passes through as it is.
        """
        articles = [_started(raw, now) for raw in raws]
        places = [place for place, article in enumerate(articles) if article.status != "canceled"]
        living = [articles[place] for place in places]
        for stage in self.stages:
            if stage.name in skipped:
                reason = {stage.name: skipped[stage.name]}
                living = [degraded(article, reason) for article in living]
            else:
                begins(stage.name)
                living = stage.run(living)
        for place, article in zip(places, living, strict=True):
            articles[place] = article
        return articles


def load(settings: Settings) -> Chain:
    """The chain with its models in memory, once a process; of entities those of ``READ_FIRST``.

    The other languages' are read when the first article in one comes.

    Args:
        settings: ``spacy`` names the installed pipelines that take the place of our own models.

    Raises:
        pipeline.enrich.entities.EntityModelError: such a pipeline cannot be used; says why.
        pipeline.enrich.own.OwnEnricherError: an installed enricher cannot be used; says why.
    """
    return prepared(settings)()


def prepared(settings: Settings) -> Callable[[], Chain]:
    """What ``load`` does, up to the user's own enrichers.

    All up to here may be done once and be copied with its process; the user's own code may have threads and
    connections, which no copy has.

    Returns:
        Gives the chain, with the user's own enrichers; to be called in the process that uses it.

    Raises:
        pipeline.enrich.entities.EntityModelError: as ``load``.
    """
    recognisers = Recognisers(settings.spacy)
    for each in READ_FIRST:
        recognisers.of(each)  # reads its model, which would count as time of the first article else
    lists = aliases.Live(settings.entities)
    lists.current()  # reads them
    identifier = identity.Identifier(places.load(), lists)
    classifiers = topics.classifiers()
    language.detect("")  # reads its model
    ours = {
        "language": language_enricher(),
        "entities": entity_enricher(recognisers, identifier),
        "topics": topic_enricher(classifiers),
        "keyphrases": keyphrase_enricher(),
        "quotes": quote_enricher(),
    }
    stages = [Stage(name, enricher, LIMIT_S) for name, enricher in ours.items()]
    return lambda: Chain((*stages, *own.stages(settings.enricher_timeout_s, list(ours))))


class Recognisers:
    """The entity recognisers of the languages: the user's own at once, ours when they are first asked for.

    Of ours those stay in memory that were used last. A language that neither has gets the fall-back.

    Args:
        packages: installed spaCy pipelines by language.

    Raises:
        pipeline.enrich.entities.EntityModelError: such a pipeline cannot be used; says why.
    """

    def __init__(self, packages: Mapping[str, str]) -> None:
        self._own = {each: entities.load(each, package) for each, package in sorted(packages.items())}
        self._load = lru_cache(maxsize=LANGUAGES_KEPT)(entities.load)

    def of(self, tag: str) -> entities.Recogniser | None:
        """The recogniser for a primary subtag; none where the language is not known."""
        if tag in self._own or not tag:
            return self._own.get(tag)
        return self._load(tag)


def language_enricher() -> Batch:
    """Sets the language: the detected one, else the declared one; and whether the two differ."""

    def enrich(articles: Sequence[EnrichedArticle]) -> list[EnrichedArticle]:
        return [_with_language(article) for article in articles]

    return enrich


def _with_language(article: EnrichedArticle) -> EnrichedArticle:
    declared, text = article.language_declared, text_of(article)
    models = _models(article, "language", language.name())
    guess = language.detect(text)
    if guess is None:
        return structs.replace(article, language=declared, models=models)
    shares = language.shares(text)
    several = shares if len(shares) > 1 else {}
    tag = next(iter(several), guess.tag)
    return structs.replace(
        article,
        language=tag,
        language_confidence=guess.confidence,
        language_contradicted=language.contradicts(declared, tag) if declared else UNSET,
        language_shares=several,
        models=models,
    )


def entity_enricher(recognisers: Recognisers, identifier: identity.Identifier) -> Batch:
    """Sets the entities of the body and their identities, by the recogniser of the article's language."""

    def enrich(articles: Sequence[EnrichedArticle]) -> list[EnrichedArticle]:
        done = list(articles)
        lists = identifier.current()
        for each, numbers in _by_language(articles).items():
            recogniser = recognisers.of(each)
            if recogniser is None:
                continue
            bodies = [articles[number].body or "" for number in numbers]
            for number, body, found in zip(numbers, bodies, recogniser.find(bodies), strict=True):
                done[number] = structs.replace(
                    articles[number],
                    entities=identifier.identified(found, body, each, lists),
                    models=_models(articles[number], "entities", recogniser.name),
                )
        return done

    return enrich


def topic_enricher(classifiers: Mapping[str, topics.Classifier]) -> Batch:
    """Sets the topics: those that the feed declared, and those that the classifier of its language infers."""

    def enrich(articles: Sequence[EnrichedArticle]) -> list[EnrichedArticle]:
        return [_with_topics(article, classifiers) for article in articles]

    return enrich


def _with_topics(article: EnrichedArticle, classifiers: Mapping[str, topics.Classifier]) -> EnrichedArticle:
    declared = topics.declared(article.subjects)
    classifier = classifiers.get(_language_of(article))
    if classifier is None:
        return structs.replace(article, topics=declared)
    known = {topic.qcode for topic in declared}
    inferred = (topic for topic in classifier.classify(text_of(article)) if topic.qcode not in known)
    return structs.replace(
        article, topics=(*declared, *inferred), models=_models(article, "topics", classifier.name)
    )


def keyphrase_enricher() -> Batch:
    """Sets the keyphrases of headline and body, and the key sentences of the body."""

    def enrich(articles: Sequence[EnrichedArticle]) -> list[EnrichedArticle]:
        return [_with_keyphrases(article) for article in articles]

    return enrich


def _with_keyphrases(article: EnrichedArticle) -> EnrichedArticle:
    tag, headline, body = _language_of(article), article.headline or "", article.body or ""
    if not tag:
        return article
    return structs.replace(
        article,
        keyphrases=keyphrases.keyphrases(headline, body, tag, article.entities),
        key_sentences=key_sentences.key_sentences(body, tag, headline),
    )


def quote_enricher() -> Batch:
    """Sets the quotations of the body and whose they are, in the languages that they are found in."""

    def enrich(articles: Sequence[EnrichedArticle]) -> list[EnrichedArticle]:
        return [
            structs.replace(each, quotes=quotes.quotes(each.body or "", _language_of(each), each.entities))
            for each in articles
        ]

    return enrich


def _by_language(articles: Sequence[EnrichedArticle]) -> dict[str, list[int]]:
    """The places of the articles of each language."""
    places: dict[str, list[int]] = {}
    for place, article in enumerate(articles):
        places.setdefault(_language_of(article), []).append(place)
    return places


def _language_of(article: EnrichedArticle) -> str:
    return language.canonical(article.language) if article.language else ""


def _models(article: EnrichedArticle, task: str, name: str) -> dict[str, str]:
    return article.models | {task: name}


def _started(raw: RawArticle, now: datetime) -> EnrichedArticle:
    return EnrichedArticle(**structs.asdict(raw), enriched=now)
