"""Varied articles: other words, the same names at their new places, and articles by the contract."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bench import varied
from pipeline.article import EnrichedArticle, Quote, Span, check
from tests.sink.articles import article, entity

BODY = (
    "Vladimir Poutine est arrivé mercredi à Pyongyang pour rencontrer Kim Jong Un. « Nous signerons cet"
    " accord important », a déclaré Vladimir Poutine devant la presse étrangère."
) + " Les deux dirigeants parleront encore longuement du traité signé voilà quelques semaines." * 8
QUOTE = Span(BODY.index("Nous"), BODY.index(" », a"))
BASE = article(
    "base",
    headline="Poutine rencontre Kim et signe un accord important",
    body=BODY,
    entities=(entity(BODY, "Vladimir Poutine", "PER"), entity(BODY, "Kim Jong Un", "PER")),
    quotes=(Quote(span=QUOTE, speaker="Vladimir Poutine"),),
    key_sentences=(Span(0, BODY.index(" «")),),
)
NOW = datetime(2024, 6, 19, tzinfo=UTC)


def made(number: int, seed: int = 1) -> EnrichedArticle:
    return varied.varied(BASE, number, NOW, random.Random(seed))


@given(st.integers(0, 20), st.integers(0, 1000))
def test_names_quotes_and_sentences_are_at_their_new_places(number: int, seed: int) -> None:
    one = made(number, seed)
    check(one)
    body = str(one.body)
    for each in one.entities:
        assert {body[span.start : span.end] for span in each.mentions} == {each.text}
    quote = one.quotes[0].span
    assert body[: quote.start].endswith("« ")
    assert body[quote.end :].startswith(" »")
    assert body[: one.key_sentences[0].end].endswith(".")


def test_words_are_other_ones_most_of_all_in_the_lead_of_what_is_no_further_take() -> None:
    take, other = made(0), made(1)

    def kept(one: EnrichedArticle) -> float:
        words = BODY[: varied.LEAD].split()
        return len(set(words) & set(str(one.body).split())) / len(set(words))

    assert take.body != BODY
    assert kept(take) > kept(other)
    assert take.headline != other.headline


def test_each_has_its_own_id_and_its_day_and_they_come_in_order() -> None:
    found = list(varied.articles([BASE], 20))
    assert len({each.id for each in found}) == 20
    assert [str(each.created) for each in found] == sorted(str(each.created) for each in found)
    assert {each.source for each in found} == set(varied.SOURCES)
    assert [each.body for each in found] == [each.body for each in varied.articles([BASE], 20)]


def test_without_the_data_the_samples_stand_in(tmp_path: Path) -> None:
    found = varied.raw(tmp_path, samples=4)
    assert len(found) == 4
    assert all(each.body for each in found)


def test_articles_of_masakhanews_are_read_whole(tmp_path: Path) -> None:
    import lzma

    folder = tmp_path / "masakhanews"
    folder.mkdir()
    for language in ("eng", "fra"):
        for part in ("dev", "train50"):
            with lzma.open(folder / f"{language}.{part}.tsv.xz", "wt", encoding="utf-8") as file:
                file.write('category\theadline\ttext\turl\nsports\tA  match\t"First.\nSecond ""one""."\tu\n')
    found = varied.raw(tmp_path)
    assert [(each.headline, each.body) for each in found] == [("A match", 'First.\n\nSecond "one".')] * 4
    assert [each.language_declared for each in found] == ["fr", "fr", "en", "en"]
    assert len({each.id for each in found}) == 4
