"""Sketches: what is kept of an article, when two are alike, and that signatures stay what they are."""

# ruff: noqa: RUF001 - texts stand in the letters of their languages

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.stories import sketch as module
from pipeline.stories.choice import LEAST
from pipeline.stories.sketch import BANDS, FADING, LEAD, Sketch, moment, of_text, similarity, sketch
from tests.stories.articles import (
    BRIDGE,
    BRIDGE_AGAIN,
    BRIDGE_AGAIN_BODY,
    BRIDGE_BODY,
    MATCH,
    MATCH_BODY,
    MONDAY,
    VOTE,
    VOTE_BODY,
    article,
)

TEXTS = st.text(max_size=120)


def made(headline: str = BRIDGE, body: str = BRIDGE_BODY, language: str = "en", hours: float = 0) -> Sketch:
    found = of_text(headline, body, language, MONDAY + timedelta(hours=hours))
    assert found is not None
    return found


def words(text: str) -> list[str]:
    return list(module.words(text))


def shared(first: Sketch, second: Sketch) -> int:
    return len(set(first.bands) & set(second.bands))


def test_a_text_is_as_alike_to_itself_as_can_be() -> None:
    assert similarity(made(), made()) == 1
    assert shared(made(), made()) == BANDS


def test_a_rewrite_is_alike_and_another_event_is_not() -> None:
    rewrite = made(BRIDGE_AGAIN, BRIDGE_AGAIN_BODY)
    others = [made(VOTE, VOTE_BODY), made(MATCH, MATCH_BODY)]
    assert similarity(made(), rewrite) > 0.7
    assert shared(made(), rewrite) > 5
    assert all(similarity(made(), other) < 0.3 for other in others)
    assert all(shared(made(), other) == 0 for other in others)


def test_a_longer_take_is_alike() -> None:
    longer = made(body=f"{BRIDGE_BODY} {VOTE_BODY} " * 20)
    assert similarity(made(), longer) > 0.9
    assert shared(made(), longer) > BANDS / 3


def test_what_follows_the_first_words_does_not_count() -> None:
    first = "word " * (LEAD + 20)
    assert made(body=first + VOTE_BODY) == made(body=first + MATCH_BODY)


@pytest.mark.parametrize("opening", ["NEWTOWN, Nov 23 (Agency) - ", "NEWTOWN (AP) — ", "By Jane Doe\n\n"])
def test_datelines_and_bylines_do_not_count(opening: str) -> None:
    plain, other = made(), made(body=opening + BRIDGE_BODY)
    assert plain.lead == other.lead
    assert plain.bands == other.bands


def test_two_are_less_alike_the_further_they_are_apart() -> None:
    assert similarity(made(), made(hours=24)) == pytest.approx(1 - FADING)
    assert similarity(made(hours=48), made()) == pytest.approx(1 - 2 * FADING)


@given(TEXTS, TEXTS, TEXTS, TEXTS, st.floats(0, 72))
def test_it_is_the_same_whichever_comes_first(a: str, b: str, c: str, d: str, hours: float) -> None:
    first, second = of_text(a, b, "en", MONDAY), of_text(c, d, "fr", MONDAY + timedelta(hours=hours))
    if first and second:
        assert similarity(first, second) == pytest.approx(similarity(second, first))
        chances = [
            (module.CHANCE + 1 / module.BITS) * each.lead_pieces.bit_count() for each in (first, second)
        ]
        least = -FADING * hours / 24 - max(each / (1 - each) for each in chances)
        assert least - 1e-9 <= similarity(first, second) <= 1


@given(TEXTS, TEXTS, st.sampled_from(["", "en", "fr", "zh", "no language"]))
def test_whatever_is_kept_makes_the_same_sketch_again(headline: str, body: str, language: str) -> None:
    first = of_text(headline, body, language, MONDAY)
    if first:
        assert len(first.bands) == BANDS
        assert module.restored(first.head, first.lead, first.bands, MONDAY) == first


@given(TEXTS)
def test_capitals_and_accents_make_no_difference(text: str) -> None:
    plain = words(text)
    assert words(text.upper()) == words(text.upper().lower())
    assert words(" ".join(plain)) == plain


def test_accents_are_evened_out() -> None:
    assert words("L’Été à Saint-Étienne, 3,5 %") == ["l", "ete", "a", "saint", "etienne", "3,5"]
    assert words("TRÉVOUX") == words("Trevoux") == ["trevoux"]


def test_scripts_without_blanks_are_cut_into_pairs() -> None:
    assert words("中国政府 said") == ["中国", "国政", "政府", "said"]
    assert words("Covid感染者") == ["covid", "感染", "染者"]
    assert words("北") == ["北"]


@pytest.mark.parametrize(
    ("language", "one", "another", "other"),
    [
        (
            "zh",
            "中国外交部周一宣布新的对话计划",
            "新的对话计划周一由中国外交部宣布",
            "北京地铁三号线发生故障乘客疏散",
        ),
        (
            "ru",
            "В Москве закрыли мост через реку из-за трещин в опорах",
            "Мост через реку в Москве закрыт: в опорах трещины",
            "Парламент отклонил пенсионную реформу после ночных дебатов",
        ),
        (
            "ar",
            "إغلاق جسر الميناء بعد العثور على تشققات في الأعمدة",
            "تشققات في أعمدة جسر الميناء تؤدي إلى إغلاقه",
            "البرلمان يرفض إصلاح نظام التقاعد بثلاثة أصوات",
        ),
        (
            "hi",
            "दरारें मिलने के बाद बंदरगाह का पुल बंद किया गया",
            "बंदरगाह का पुल बंद, इंजीनियरों को दरारें मिलीं",
            "संसद ने पेंशन सुधार को तीन वोटों से खारिज किया",
        ),
        (
            "ko",
            "균열이 발견되어 뉴타운 항구 다리가 폐쇄되었다",
            "뉴타운 항구 다리 폐쇄, 기둥에서 균열 발견",
            "의회가 세 표 차이로 연금 개혁안을 부결했다",
        ),
    ],
)
def test_rewrites_are_told_from_other_events_in_other_scripts(
    language: str, one: str, another: str, other: str
) -> None:
    first, rewrite, different = (made(text, "", language) for text in (one, another, other))
    assert similarity(first, rewrite) > LEAST
    assert similarity(first, different) < LEAST / 2
    assert shared(first, rewrite) > shared(first, different)


@pytest.mark.parametrize("headline", ["", "Flash", "Alert: bridge"])
def test_first_words_stand_for_a_headline_that_is_missing_or_says_too_little(headline: str) -> None:
    found = made(headline)
    assert len(found.head.split()) == module.HEAD
    assert similarity(found, made(BRIDGE)) > LEAST


@pytest.mark.parametrize("text", ["", "\n", "Flash", "The and of", "!!! ???", "Mr Smith"])
def test_what_says_too_little_has_no_sketch(text: str) -> None:
    assert of_text(text, "", "en", MONDAY) is None
    assert sketch(article(text or None, "...")) is None


def test_a_kill_has_no_sketch() -> None:
    assert sketch(article()) is not None
    assert sketch(article(status="canceled")) is None


def test_a_summary_stands_in_for_a_body_and_the_language_may_be_unknown() -> None:
    found = sketch(article(body=None, language=None))
    assert found is not None
    assert found.lead == ""
    assert found.moment == MONDAY


def test_an_article_is_of_the_time_when_it_was_written() -> None:
    assert moment(article(hours=5)) == MONDAY + timedelta(hours=5)


def test_signatures_stay_what_they_are() -> None:
    """What the index holds is compared with what is made now: whoever changes this raises ``SCHEME``."""
    assert module.signature(["bridge", "closed", "cracks"])[:4] == SIGNATURE
    assert made().bands[:3] == TERMS


SIGNATURE = [3191123845, 3504735013, 3357065523, 3030092361]
TERMS = ("200S9cV", "201FTlS", "202rao5")


def test_bands_agree_as_often_as_the_share_of_words_says() -> None:
    hits = 0
    for number in range(300):
        same = [f"{number}s{word}" for word in range(8)]
        one, other = ([f"{number}{side}{word}" for word in range(17)] for side in "ab")
        first, second = (module.bands(module.signature([*same, *own])) for own in (one, other))
        hits += bool(set(first) & set(second))
    expected = 1 - (1 - (8 / 42) ** module.ROWS) ** BANDS
    assert hits / 300 == pytest.approx(expected, abs=0.07)


def test_a_body_of_a_megabyte_takes_no_longer() -> None:
    found = of_text(BRIDGE, "word, " * 200_000, "en", datetime(2026, 1, 1, tzinfo=UTC))
    assert found is not None
    assert len(found.lead.split()) == LEAD


@given(TEXTS, TEXTS)
def test_bands_come_back_from_their_codes(headline: str, body: str) -> None:
    if first := of_text(headline, body, "en", MONDAY):
        codes = module.codes(first.bands)
        assert len(codes) == BANDS * module.CODE
        assert module.terms(codes) == first.bands


def test_no_codes_are_no_bands() -> None:
    assert module.codes(()) == ""
    assert module.terms("") == ()


@given(st.text("abcdé", min_size=1, max_size=60), st.text("abcdé", min_size=1, max_size=60))
def test_pieces_are_compared_as_sets_of_them_would_be(one: str, other: str) -> None:
    """But for the few that fall on one bit."""

    def pieces(text: str) -> set[str]:
        padded = f" {text} "
        return {
            padded[start : start + module.PIECE] for start in range(max(1, len(padded) - module.PIECE + 1))
        }

    first, second = (module.restored(text, "", (), MONDAY) for text in (one, other))
    both = len(pieces(one) & pieces(other))
    assert both - 2 <= (first.head_pieces & second.head_pieces).bit_count() <= both + 2
    assert len(pieces(one)) - 2 <= first.head_pieces.bit_count() <= len(pieces(one))


def test_headline_s_pieces_are_among_those_of_headline_and_lead() -> None:
    found = made()
    assert found.head_pieces & found.lead_pieces == found.head_pieces
    assert found.lead_pieces.bit_length() <= module.BITS


def test_a_headline_of_a_megabyte_is_kept_no_longer_than_any() -> None:
    assert len(made("Bridge " * 150_000).head) < 1000
