"""Key sentences: whole ones of the story, no furniture, no repeats, in any language."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.article import Span
from pipeline.enrich import key_sentences as module
from pipeline.enrich.key_sentences import key_sentences

FIRST = "The harbour bridge in Newtown was closed on Monday after engineers found cracks in two pillars."
SECOND = "Engineers will inspect the other pillars of the harbour bridge during the coming week."
THIRD = "Many drivers had to take the old tunnel, where traffic stood still for three hours."
FOURTH = "A baker on the market square sold more coffee than on any other day of his life."
STORY = f"{FIRST} {FOURTH} {SECOND} {THIRD}"


def told(body: str, language: str = "en", headline: str = "", count: int = 2) -> list[str]:
    return [body[span.start : span.end] for span in key_sentences(body, language, headline, count)]


def test_the_first_sentence_and_one_that_adds_to_it() -> None:
    found = told(STORY)
    assert found[0] == FIRST
    assert len(found) == 2


def test_they_stand_in_the_order_of_the_text() -> None:
    spans = key_sentences(STORY, "en", count=4)
    assert list(spans) == sorted(spans, key=lambda span: span.start)
    assert told(STORY, count=4) == [FIRST, FOURTH, SECOND, THIRD]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4])
def test_as_many_as_are_asked_for(count: int) -> None:
    assert len(told(STORY, count=count)) == count


def test_no_more_than_there_are() -> None:
    assert len(told(STORY, count=9)) == 4


@pytest.mark.parametrize("body", ["", "\n", FIRST, f"{FIRST} {SECOND}", f"{FIRST}\n\n{SECOND}\n\nA heading"])
def test_a_body_of_fewer_than_three_sentences_is_short_enough(body: str) -> None:
    assert key_sentences(body, "en") == ()


def test_what_stands_in_the_headline_is_told() -> None:
    body = f"{FIRST} {FOURTH} {SECOND} {THIRD}"
    assert told(body, headline="Traffic stands still for hours as drivers take old tunnel")[1] == THIRD
    assert told(body, headline="Baker sells more coffee than on any day of his life")[1] == FOURTH


def test_what_the_story_comes_back_to_is_told_before_what_it_says_once() -> None:
    aside = "Nobody could remember a quieter afternoon, and the gulls had the whole quay to themselves."
    later = "The mayor said that cracks in the pillars of the harbour bridge had been known for years."
    repairs = "Repairs to the pillars may take years, the mayor said, and the harbour bridge stays closed."
    assert told(f"{FIRST} {aside} {later} {repairs}")[1] == later


def test_the_same_is_not_said_twice() -> None:
    again = FIRST.replace("on Monday ", "")
    found = told(f"{FIRST} {again} {FOURTH} {THIRD}")
    assert found[0] == FIRST
    assert again not in found
    assert told(f"{FIRST} {FIRST} {FIRST}") == [FIRST]


@pytest.mark.parametrize(
    ("language", "dateline"),
    [
        ("en", "LONDON (Reuters) - "),
        ("en", "WASHINGTON, June 3 (AP) — "),
        ("fr", "PARIS, 3 juin 2024 (AFP) - "),
        ("de", "Berlin (dpa) - "),
        ("es", "Madrid, 3 jun (EFE).- "),
    ],
)
def test_the_dateline_is_left_out(language: str, dateline: str) -> None:
    found = told(dateline + STORY, language)
    assert found[0] == FIRST


@pytest.mark.parametrize(
    "line",
    [
        "By Ann Smith",
        "By Ann Smith, Associated Press Writer",
        "(Reporting by Ann Smith; Editing by Max Jones)",
        "Photo: Ann Smith / Agency",
        "© AFP",
        "Copyright 2024 The Associated Press. All rights reserved.",
    ],
)
def test_bylines_and_credits_are_none(line: str) -> None:
    for body in (f"{line}\n\n{FIRST}\n\n{SECOND}\n\n{THIRD}", f"{FIRST}\n\n{SECOND}\n\n{THIRD}\n\n{line}"):
        assert set(told(body, count=9)) == {FIRST, SECOND, THIRD}


@pytest.mark.parametrize(
    "line",
    [
        "The harbour bridge and its pillars",  # a heading
        "Bridge closed.",  # too short
        "Newtown 3 2 1 0 14 harbour bridge pillars engineers",  # a row
        "- pillars of the harbour bridge with cracks: 2",
        "cracks in the harbour bridge were found by engineers on Monday.",  # its beginning is lost
        "Engineers of the harbour bridge in Newtown found that the pillars",  # its end is lost
        '"The harbour bridge will stay closed, and the pillars will be inspected on Monday.',  # not closed
        "“The harbour bridge will stay closed, and the pillars will be inspected on Monday.",
        "Write to bridge@newtown.example if you have seen cracks in the pillars of the harbour bridge.",
        "Read more on https://newtown.example/bridge about the pillars of the harbour bridge.",
        "Follow us on @newtown for the harbour bridge, its pillars and its engineers.",
        "The pillars (of the harbour bridge will be inspected by engineers on Monday.",
    ],
)
def test_what_is_no_whole_sentence_is_none(line: str) -> None:
    for body in (f"{line}\n{FIRST}\n{SECOND}\n{THIRD}", f"{FIRST}\n{line}\n{SECOND}\n{THIRD}"):
        assert set(told(body, count=9)) == {FIRST, SECOND, THIRD}


def test_an_endless_sentence_is_none() -> None:
    endless = "The harbour bridge " + "and the pillars " * 40 + "are closed."
    assert set(told(f"{FIRST} {endless} {SECOND} {THIRD}", count=9)) == {FIRST, SECOND, THIRD}


def test_whole_quotations_may_be_told() -> None:
    quotation = "“The harbour bridge will stay closed until every pillar is inspected,” the mayor said."
    assert quotation in told(f"{FIRST} {quotation} {FOURTH} {THIRD}", count=9)


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "fr",
            [
                "Le pont du port a été fermé lundi après la découverte de fissures dans deux piliers.",
                "Les ingénieurs vont inspecter les autres piliers du pont pendant la semaine.",
                "De nombreux automobilistes ont dû emprunter le vieux tunnel pendant des heures.",
            ],
        ),
        (
            "de",
            [
                "Die Hafenbrücke wurde am Montag gesperrt, weil Ingenieure Risse in zwei Pfeilern fanden.",
                "Die anderen Pfeiler der Hafenbrücke werden in dieser Woche geprüft.",
                "Viele Autofahrer mussten drei Stunden lang vor dem alten Tunnel warten.",
            ],
        ),
        (
            "ru",
            [
                "Мост в порту закрыли в понедельник из-за трещин в двух опорах.",
                "Инженеры осмотрят остальные опоры моста в течение недели.",
                "Многим водителям пришлось ехать через старый туннель.",
            ],
        ),
        (
            "ar",
            [
                "أغلق جسر الميناء يوم الاثنين بعد اكتشاف شقوق في اثنين من أعمدته.",
                "سيفحص المهندسون بقية أعمدة الجسر خلال الأسبوع المقبل.",
                "اضطر كثير من السائقين إلى استخدام النفق القديم لساعات.",
            ],
        ),
        (
            "hi",
            [
                "बंदरगाह का पुल सोमवार को दो खंभों में दरार के बाद बंद कर दिया गया।",
                "इंजीनियर इस सप्ताह पुल के बाकी खंभों की जाँच करेंगे।",
                "कई चालकों को घंटों तक पुरानी सुरंग से जाना पड़ा।",
            ],
        ),
    ],
)
def test_any_language_with_blanks(language: str, sentences: list[str]) -> None:
    body = " ".join(sentences)
    assert told(body, language)[0] == sentences[0]
    assert told(body, language, count=3) == sentences


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "zh",
            [
                "港口大桥星期一因两根桥墩出现裂缝而关闭。",
                "工程师本周将检查其他桥墩的情况。",
                "许多司机不得不改走老隧道绕行。",
            ],
        ),
        (
            "ja",
            [
                "港の橋は二本の橋脚にひびが見つかり月曜日に閉鎖された。",
                "技術者は今週、残りの橋脚を点検する予定だ。",
                "多くの運転手は古いトンネルを通るしかなかった。",
            ],
        ),
    ],
)
def test_languages_without_blanks(language: str, sentences: list[str]) -> None:
    body = "".join(sentences)
    assert told(body, language)[0] == sentences[0]
    assert told(body, language, count=3) == sentences


def test_only_the_start_of_a_body_is_read() -> None:
    start = "\n".join([FIRST, SECOND, THIRD, *["A heading"] * 1000])
    late = "\nThe harbour bridge in Newtown and its pillars, engineers say, have cracks on every side."
    assert len(start) > module.LOOKED_AT
    assert key_sentences(start + late * 5, "en") == key_sentences(start, "en")


@given(
    st.one_of(
        st.text(st.characters(codec=None), max_size=400),
        st.lists(
            st.sampled_from([FIRST, SECOND, THIRD, FOURTH, "\n", " ", '"', "By Ann Smith\n", "。"]),
            max_size=12,
        ).map(" ".join),
    ),
    st.sampled_from(["en", "fr", "de", "zh", "th", "xx", ""]),
    st.text(max_size=40),
    st.integers(0, 4),
)
@settings(max_examples=300, deadline=None)
def test_spans_are_sound_whatever_the_text(body: str, language: str, headline: str, count: int) -> None:
    spans = key_sentences(body, language, headline, count)
    assert len(spans) <= count
    end = 0
    for span in spans:
        assert isinstance(span, Span)
        assert end <= span.start < span.end <= len(body)
        assert body[span.start : span.end] == body[span.start : span.end].strip()
        end = span.end


@pytest.mark.parametrize(
    "unit", ["a", "A. ", ". ", '"', "(", "\n", "。", "Aa bb cc dd ee ff. ", "«", "@", "\u0301", FIRST + " "]
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_megabyte_of_one_thing_takes_little_time(unit: str, language: str) -> None:
    text = unit * (1_000_000 // len(unit))
    started = time.process_time()
    key_sentences(text, language, text)
    assert time.process_time() - started < 10


def test_so_many_words_are_remembered_and_none_that_is_monstrous(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_REMEMBERED", 20)
    known = module._Stems("en")
    for number in range(100):
        assert known[f"Minister{number}"] == "minist"
        assert known["The"] == ""
        assert known["x" * 5000] == "xxxxxx"
        assert len(known) <= 20


@pytest.mark.parametrize("sign", ["https://x.org", "http:", "www.x", "a@b", " @b"])
def test_each_address_has_a_sign_that_is_looked_for_first(sign: str) -> None:
    assert module._ADDRESS.search(sign)
    assert any(each in sign for each in module._IN_ADDRESSES)
