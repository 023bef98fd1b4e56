"""Names in a text: what the models find, how mentions become entities, and that no text can choke it."""

import re
import tracemalloc
from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from pipeline.article import Entity, Label, Span
from pipeline.enrich import entities
from pipeline.enrich.entities import (
    LONGEST_WORD,
    READ,
    WINDOW,
    EntityModelError,
    Recogniser,
    refined,
    tame,
    windows,
)
from pipeline.enrich.mentions import Mention
from tests import seed
from tests.seed import needs_seed

MODELS = {language: entities.load(language) for language in sorted(entities.available())}


def ruled(*patterns: tuple[str, str], language: str = "fr") -> Recogniser:
    """A recogniser that finds just these texts, by spaCy's own rules."""
    nlp = spacy.blank(language, meta={"name": "rules", "version": "1"})
    nlp.add_pipe("entity_ruler").add_patterns(  # type: ignore[attr-defined]  # the ruler has it
        [{"label": label, "pattern": pattern} for pattern, label in patterns]
    )
    return Recogniser(nlp)


def found(recogniser: Recogniser, text: str) -> list[tuple[str, str, int]]:
    [names] = recogniser.find([text])
    return [(entity.text, entity.label, entity.count) for entity in names]


def names(entities_: tuple[Entity, ...], label: str) -> set[str]:
    return {entity.text for entity in entities_ if entity.label == label}


@needs_seed
def test_the_seed_article() -> None:
    body = seed.body()
    [got] = MODELS["fr"].find([body])
    for label, expected in seed.NAMES.items():
        assert names(got, label) >= expected
    for entity in got:
        spelled = {body[span.start : span.end] for span in entity.mentions}
        # Beside its names a person has roles: le dirigeant nord-coréen.
        assert {name for name in spelled if not name.islower()} == {entity.text, *entity.forms}


PLAIN = {
    "fr": [
        ("Le président Emmanuel Macron a reçu Olaf Scholz à Paris.", "Emmanuel Macron", "PER"),
        ("Le président Emmanuel Macron a reçu Olaf Scholz à Paris.", "Paris", "LOC"),
        ("« L'Allemagne et la France sont d'accord », a déclaré Olaf Scholz.", "Olaf Scholz", "PER"),
        ("L’Union européenne et l’Otan ont condamné l’attaque.", "Union européenne", "ORG"),
        ("Le joueur a quitté l'Espagne pour le Brésil en 2019.", "Brésil", "LOC"),
        ("La Commission européenne a proposé un texte à Bruxelles.", "Commission européenne", "ORG"),
    ],
    "en": [
        ("President Joe Biden met Olaf Scholz in Berlin on Tuesday.", "Joe Biden", "PER"),
        ("President Joe Biden met Olaf Scholz in Berlin on Tuesday.", "Berlin", "LOC"),
        ("The United Nations said aid had reached Khartoum.", "United Nations", "ORG"),
        ("“We are ready,” said Angela Merkel in Germany.", "Angela Merkel", "PER"),
        ("Nigeria’s president flew to South Africa.", "South Africa", "LOC"),
        ("Nigeria’s president flew to South Africa.", "Nigeria", "LOC"),
    ],
}


@pytest.mark.parametrize(
    ("language", "text", "name", "label"),
    [(language, *case) for language, cases in PLAIN.items() for case in cases],
)
def test_a_plain_name_is_found(language: str, text: str, name: str, label: str) -> None:
    assert (name, label, 1) in found(MODELS[language], text)


def test_french_english_and_the_fall_back_ship() -> None:
    assert entities.available() >= {"en", "fr", entities.FALLBACK}


@pytest.mark.parametrize(
    ("language", "text", "name", "label"),
    [
        ("ro", "Preşedintele l-a primit miercuri la Bucureşti pe Olaf Scholz.", "Bucureşti", "LOC"),
        ("fi", "Presidentti Alexander Stubb tapasi Ruotsin pääministerin.", "Alexander Stubb", "PER"),
        ("ar", "وصل الوزير أمس إلى القاهرة.", "القاهرة", "LOC"),
        ("zh", "中国国家主席习近平周一在北京会见了俄罗斯总统普京。", "北京", "LOC"),
        ("ja", "岸田文雄首相は東京でバイデン大統領と会談した。", "東京", "LOC"),
        ("zz", "Olaf Scholz, Berlin.", "Olaf Scholz", "PER"),
    ],
)
def test_the_fall_back_finds_names_in_any_language(language: str, text: str, name: str, label: str) -> None:
    recogniser = entities.fallback(language)
    assert recogniser.name.startswith("xx_entities ")
    assert (name, label, 1) in found(recogniser, text)


def test_a_language_without_a_model_of_its_own_gets_the_fall_back() -> None:
    assert entities.load("ro").name.startswith("xx_entities ")
    assert entities.load("fr").name.startswith("fr_entities ")


@pytest.mark.parametrize("language", MODELS)
def test_a_model_says_its_name_and_version(language: str) -> None:
    assert re.fullmatch(rf"{language}_entities \d+\.\d+\.\d+", MODELS[language].name)


@pytest.mark.parametrize("language", MODELS)
def test_a_model_ships_small_and_with_its_card(language: str) -> None:
    folder = entities.MODELS / f"{language}_entities"
    assert sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) <= 12_000_000
    assert "CC BY-NC-SA 4.0" in (folder / "README.md").read_text("utf-8")


def test_mentions_of_one_name_are_one_entity() -> None:
    [got] = ruled(("Moscou", "LOC")).find(["Moscou répond. À Moscou, on attend."])
    assert got == (Entity(text="Moscou", label="LOC", count=2, mentions=(Span(0, 6), Span(17, 23))),)


def test_the_article_decides_what_a_name_means() -> None:
    recogniser = ruled(("Vladimir Poutine", "PERSON"), ("Paris", "GPE"), ("FFT", "PERSON"))
    text = "PARIS (AFP) - Vladimir Poutine est à Paris. Fédération française de tennis (FFT). Poutine sourit."
    assert found(recogniser, text) == [
        ("Paris", "LOC", 2),
        ("Vladimir Poutine", "PER", 2),
        ("Fédération française de tennis", "ORG", 2),
        ("AFP", "ORG", 1),
    ]


def test_mentions_are_what_entities_are_made_of_without_the_roles() -> None:
    recogniser = ruled(("Kim Jong Un", "PERSON"))
    text = "Le dirigeant nord-coréen Kim Jong Un a parlé. Le dirigeant a ri."
    [mentions] = recogniser.mentions([text])
    assert mentions == [Mention(25, 36, "PER")]
    [[kim]] = recogniser.find([text])
    assert [text[span.start : span.end] for span in kim.mentions] == ["Kim Jong Un", "dirigeant"]


def test_offsets_are_code_points_of_the_whole_body() -> None:
    text = "😀 « é » — Moscou\n\n😀 Moscou"
    [(moscow,)] = ruled(("Moscou", "LOC")).find([text])
    assert [text[span.start : span.end] for span in moscow.mentions] == ["Moscou", "Moscou"]


def test_texts_of_a_batch_keep_their_places() -> None:
    recogniser = ruled(("Oslo", "LOC"), ("Rome", "LOC"))
    got = recogniser.find(["Oslo", "", "rien", "Rome Rome", "\n\n"])
    assert [[entity.text for entity in each] for each in got] == [["Oslo"], [], [], ["Rome"], []]
    assert recogniser.find([]) == []


@pytest.mark.parametrize(
    ("given_label", "label"),
    [
        ("PERSON", "PER"),
        ("GPE", "LOC"),
        ("LOC", "LOC"),
        ("FAC", "LOC"),
        ("ORG", "ORG"),
        ("NORP", "MISC"),
        ("EVENT", "MISC"),
        ("WORK_OF_ART", "MISC"),
        ("PRODUCT", "MISC"),
        ("LAW", "MISC"),
    ],
)
def test_labels_of_other_pipelines_are_mapped(given_label: str, label: str) -> None:
    assert found(ruled(("Moscou", given_label)), "Moscou") == [("Moscou", label, 1)]


@pytest.mark.parametrize("label", ["DATE", "MONEY", "CARDINAL", "anything"])
def test_labels_that_are_no_names_are_dropped(label: str) -> None:
    assert found(ruled(("Moscou", label)), "Moscou") == []


TRIMMED: list[tuple[str, str, Label, list[str]]] = [
    ("fr", '"Moscou"', "LOC", ["Moscou"]),
    ("fr", "« Moscou »", "LOC", ["Moscou"]),
    ("fr", "“Moscou”,", "LOC", ["Moscou"]),
    ("fr", "  Moscou\n", "LOC", ["Moscou"]),
    ("fr", "(Moscou)", "LOC", ["Moscou"]),
    ("fr", "Georgia (États-Unis)", "LOC", ["Georgia (États-Unis)"]),
    ("fr", "l'Ukraine", "LOC", ["Ukraine"]),
    ("fr", "l’Ukraine", "LOC", ["Ukraine"]),
    ("fr", "de l'ONU", "ORG", ["ONU"]),
    ("fr", "la Russie", "LOC", ["Russie"]),
    ("fr", "« l'Ukraine", "LOC", ["Ukraine"]),
    ("fr", "L'Express", "ORG", ["L'Express"]),
    ("fr", "La Haye", "LOC", ["La Haye"]),
    ("fr", "Les Républicains", "ORG", ["Les Républicains"]),
    ("fr", "de Gaulle", "PER", ["de Gaulle"]),
    ("fr", "lande de Gascogne", "LOC", ["lande de Gascogne"]),
    ("fr", "Pyongyang\n\nRapprochement", "LOC", ["Pyongyang", "Rapprochement"]),
    ("fr", "Kim Jong\nUn", "PER", ["Kim Jong\nUn"]),
    (
        "fr",
        "Conseil de sécurité à l'égard de la République de Corée",
        "ORG",
        ["Conseil de sécurité", "République de Corée"],
    ),
    ("fr", "ONU vis-à-vis de Moscou", "ORG", ["ONU", "Moscou"]),
    ("en", "Red Cross on behalf of Unicef", "ORG", ["Red Cross", "Unicef"]),
    ("en", "Action on Hearing Loss", "ORG", ["Action on Hearing Loss"]),
    ("fr", "Moscou.", "LOC", ["Moscou"]),
    ("en", "Nigeria’s", "LOC", ["Nigeria"]),
    ("en", "Nigeria's", "LOC", ["Nigeria"]),
    ("en", "the White House", "ORG", ["White House"]),
    ("en", "The Guardian", "ORG", ["The Guardian"]),
    ("en", "the Guardian’s", "ORG", ["Guardian"]),
    ("en", "theatre Royal", "LOC", ["theatre Royal"]),
    ("en", "U.S.", "LOC", ["U.S."]),
    ("en", "Acme Inc.", "ORG", ["Acme Inc."]),
    ("de", "l'Ukraine", "LOC", ["l'Ukraine"]),
    ("fr", "président", "PER", []),
    ("fr", "«»", "MISC", []),
    ("fr", "...", "MISC", []),
    ("fr", "\x0cMoscou\x85", "LOC", ["Moscou"]),
    ("hi", "दिल्ली", "LOC", ["दिल्ली"]),
    ("fr", "l'", "LOC", []),
    ("fr", "2024", "MISC", []),
    ("zh", "北京", "LOC", ["北京"]),
    ("en", "iPhone", "MISC", ["iPhone"]),
    ("en", "7-up", "MISC", ["7-up"]),
]


@pytest.mark.parametrize(("language", "text", "label", "expected"), TRIMMED)
def test_what_is_around_a_name_is_no_part_of_it(
    language: str, text: str, label: Label, expected: list[str]
) -> None:
    around = f"xx {text} yy"
    got = refined(around, Mention(3, 3 + len(text), label), language)
    assert [around[start:end] for start, end, _ in got] == expected


def test_a_name_broken_over_two_lines_is_one_name() -> None:
    recogniser = ruled(("Kim Jong\nUn", "PER"), ("Kim Jong Un", "PER"))
    assert found(recogniser, "Kim Jong\nUn et Kim Jong Un") == [("Kim Jong Un", "PER", 2)]


@given(st.text(max_size=60), st.data(), st.sampled_from(["fr", "en", "de"]))
@settings(deadline=None)
def test_refined_mentions_lie_within_and_are_clean(text: str, data: st.DataObject, language: str) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    last = start
    for mention in refined(text, Mention(start, end, "ORG"), language):
        name = text[mention.start : mention.end]
        assert last <= mention.start < mention.end <= end
        assert name == name.strip()
        assert any(map(str.isalpha, name))
        last = mention.end


@given(st.text(max_size=300), st.integers(1, 400))
@settings(deadline=None)
def test_windows_cover_a_text_without_gap_or_overlap(text: str, times: int) -> None:
    body = text * times
    pieces = list(windows(body))
    assert "".join(body[start:end] for start, end in pieces) == body[:READ]
    assert all(0 < end - start <= WINDOW for start, end in pieces)


def test_windows_end_at_a_paragraph_rather_than_within_a_sentence() -> None:
    text = "\n\n".join(["Une phrase de plus. " * 40] * 10)
    cuts = [end for _, end in windows(text)][:-1]
    assert cuts
    assert all("\n" in text[end - 2 : end + 2] for end in cuts)


def test_windows_do_not_cut_a_word_if_there_is_a_blank() -> None:
    text = "Moscou " * 3000
    assert all(text[end - 1] == " " for _, end in windows(text))


def test_a_name_beyond_the_first_window_has_its_place_in_the_body() -> None:
    text = "rien du tout. " * 1000 + "Moscou"
    [(moscow,)] = ruled(("Moscou", "LOC")).find([text])
    assert moscow.mentions == (Span(len(text) - 6, len(text)),)


def test_a_book_is_read_at_its_start_only() -> None:
    text = "Oslo " + "rien " * (READ // 5) + "Moscou"
    assert found(ruled(("Oslo", "LOC"), ("Moscou", "LOC")), text) == [("Oslo", "LOC", 1)]


@given(st.text(st.characters(codec=None), max_size=2000))
@settings(deadline=None)
def test_taming_keeps_the_length(text: str) -> None:
    assert len(tame(text)) == len(text)


@given(st.text("abc.-'/é1", max_size=50), st.integers(1, 100))
def test_tamed_words_are_of_bounded_length(word: str, times: int) -> None:
    assert max(map(len, tame(word * times).split()), default=0) <= LONGEST_WORD


@pytest.mark.parametrize(
    "text",
    ["Le président Macron a parlé.", "https://www.example.org/" + "a/" * 50, "…" * 40, "中国政府" * 1000],
)
def test_ordinary_text_is_left_as_it_is(text: str) -> None:
    assert tame(text) == text


MONSTERS = {
    "one letter": "a" * 1_000_000,
    "one sign": "(" * 1_000_000,
    "line ends": "\n" * 1_000_000,
    "no blank": "a(b.c'd-" * 125_000,
    "full stops": ". " * 500_000,
    "many words": "Le président a dit à Paris. " * 60_000,
    "combining marks": "e\u0301" * 500_000,
}


@pytest.mark.timeout(180)  # spaCy alone would take many minutes for most of them
@pytest.mark.parametrize("text", MONSTERS.values(), ids=MONSTERS)
def test_no_text_takes_minutes(text: str) -> None:
    [got] = MODELS["fr"].find([text])
    assert all(span.end <= len(text) for entity in got for span in entity.mentions)


def test_no_text_takes_gigabytes() -> None:
    tracemalloc.start()
    MODELS["fr"].find([MONSTERS["full stops"]])  # a token for every other character: the most there can be
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 500_000_000


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=200), max_size=4))
@settings(max_examples=60, deadline=None)
def test_any_text_gives_sound_entities(texts: list[str]) -> None:
    for text, got in zip(texts, MODELS["fr"].find(texts), strict=True):
        assert len({entity.text for entity in got}) == len(got)
        assert [entity.count for entity in got] == sorted((entity.count for entity in got), reverse=True)
        for entity in got:
            assert entity.count == len(entity.mentions)
            for span in entity.mentions:
                name = " ".join(text[span.start : span.end].split())
                assert name in {entity.text, *entity.forms} or (entity.label == "PER" and name.islower())


def test_memory_of_words_seen_once_is_given_back() -> None:
    recogniser = MODELS["fr"]
    recogniser.find(["pour commencer"])
    before = len(recogniser._nlp.vocab.strings)
    recogniser.find([" ".join(f"mot{number}" for number in range(10_000))])
    assert len(recogniser._nlp.vocab.strings) == before


def test_a_pipeline_that_is_not_installed_is_told_with_its_setting() -> None:
    with pytest.raises(EntityModelError, match=r"'fr_core_news_none'.*NEWSWIRE_SPACY"):
        entities.load("fr", "fr_core_news_none")


def saved(nlp: Language, folder: Path) -> str:
    nlp.to_disk(folder)
    return str(folder)


def test_an_installed_pipeline_takes_the_place_of_ours(tmp_path: Path) -> None:
    nlp = spacy.blank("de", meta={"name": "own", "version": "2.1"})
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "GPE", "pattern": "Bonn"}])  # type: ignore[attr-defined]  # the ruler has it
    recogniser = entities.load("de", saved(nlp, tmp_path / "de"))
    assert recogniser.name == "de_own 2.1"
    assert found(recogniser, "In Bonn") == [("Bonn", "LOC", 1)]


def test_a_pipeline_of_another_language_is_refused(tmp_path: Path) -> None:
    nlp = spacy.blank("de")
    nlp.add_pipe("entity_ruler")
    with pytest.raises(EntityModelError, match="language 'de'"):
        entities.load("fr", saved(nlp, tmp_path / "de"))


def test_a_pipeline_without_entities_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EntityModelError, match="to find entities"):
        entities.load("fr", saved(spacy.blank("fr"), tmp_path / "fr"))
