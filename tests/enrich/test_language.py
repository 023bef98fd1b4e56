"""The language of a text: the languages of the wires, short texts, and what is no language at all."""

# ruff: noqa: RUF001 - the sentences stand in the letters of their languages

import re
import subprocess
import sys
import tarfile
from pathlib import Path
from unicodedata import combining, normalize

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.enrich import language
from pipeline.enrich.language import Guess, canonical, contradicts, detect, shares

SIB200 = Path(__file__).parents[3] / "shared" / "data" / "sib200" / "sib200_annotated.tar.xz"

SENTENCES = {
    "ar": "أعلن الرئيس يوم الأربعاء أن الاتفاق ينص على المساعدة المتبادلة في حال وقوع عدوان.",
    "da": "Præsidenten sagde onsdag, at aftalen indebærer gensidig bistand i tilfælde af et angreb.",
    "de": "Der Präsident sagte am Mittwoch, das Abkommen sehe gegenseitigen Beistand im Angriffsfall vor.",
    "el": "Ο πρόεδρος δήλωσε την Τετάρτη ότι η συμφωνία προβλέπει αμοιβαία βοήθεια σε περίπτωση επίθεσης.",
    "en": "The president said on Wednesday that the agreement provides for mutual help in case of attack.",
    "es": "El presidente dijo el miércoles que el acuerdo prevé asistencia mutua en caso de agresión.",
    "fi": "Presidentti sanoi keskiviikkona, että sopimus edellyttää keskinäistä apua hyökkäyksen sattuessa.",
    "fr": "Le président a déclaré mercredi que l'accord prévoit une assistance mutuelle en cas d'agression.",
    "he": "הנשיא אמר ביום רביעי כי ההסכם מחייב סיוע הדדי במקרה של תוקפנות.",
    "it": "Il presidente ha detto mercoledì che l'accordo prevede assistenza reciproca in caso di attacco.",
    "ja": "大統領は水曜日、この協定は攻撃を受けた場合の相互支援を定めていると述べた。",
    "ko": "대통령은 수요일에 이 협정이 침략을 당할 경우 상호 지원을 규정하고 있다고 말했다.",
    "nl": "De president zei woensdag dat het akkoord voorziet in wederzijdse hulp in geval van een aanval.",
    "no": "Presidenten sa onsdag at avtalen innebærer gjensidig hjelp dersom et av landene blir angrepet.",
    "pl": "Prezydent powiedział w środę, że umowa przewiduje wzajemną pomoc w razie napaści.",
    "pt": "O presidente disse na quarta-feira que o acordo não prevê assistência mútua em caso de agressão.",
    "ru": "Президент заявил в среду, что соглашение предусматривает взаимную помощь в случае агрессии.",
    "sv": "Presidenten sade på onsdagen att avtalet innebär ömsesidigt bistånd i händelse av ett angrepp.",
    "tr": "Cumhurbaşkanı çarşamba günü anlaşmanın saldırı halinde karşılıklı yardım öngördüğünü söyledi.",
    "uk": "Президент заявив у середу, що угода передбачає взаємну допомогу в разі агресії.",
    "zh": "总统星期三表示，该协议规定在遭到侵略时相互提供援助。",
}


@pytest.mark.parametrize(("tag", "sentence"), SENTENCES.items())
def test_a_sentence_is_enough(tag: str, sentence: str) -> None:
    guess = detect(sentence)
    assert guess is not None
    assert guess.tag == tag
    assert guess.confidence > 0.5


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n\n\t",
        "\x00\x00\x00",
        "12345 67890 2024",
        "1-0, 2-1, 3-2",
        "!!!! .... ????",
        "😀😀😀",
        "x",
        "Paris",
        "https://www.example.org/abc?x=1",
        "asdkjh qwe zxc qpwoe",
        "a" * 5000,
        "a b c d e f g h",
        "Kim Jong Un, Vladimir Putin, Xi Jinping",
        "Novak Djokovic, Rafael Nadal, Roger Federer",
        "Лондон",
        "“Reuters”",
    ],
)
def test_too_little_or_no_language_is_undetermined(text: str) -> None:
    assert detect(text) is None


@pytest.mark.parametrize(
    ("tag", "word"), [("ko", "대통령은"), ("zh", "2024年中国政府"), ("ja", "AFPによると")]
)
def test_one_word_in_other_letters_may_be_enough(tag: str, word: str) -> None:
    guess = detect(word)
    assert guess is not None
    assert guess.tag == tag


@pytest.mark.parametrize(("tag", "sentence"), SENTENCES.items())
def test_capitals_are_read_as_small_letters_are(tag: str, sentence: str) -> None:
    guess = detect(sentence.upper())
    assert guess is not None
    assert guess.tag == tag


@pytest.mark.parametrize("tag", ["fr", "es", "pt", "sv", "pl"])
def test_accents_may_be_missing(tag: str) -> None:
    bare = "".join(each for each in normalize("NFD", SENTENCES[tag]) if not combining(each))
    guess = detect(bare.upper())
    assert guess is not None
    assert guess.tag == tag


@pytest.mark.parametrize(
    ("tag", "alert"),
    [
        ("de", "Bahnverkehr nach Unwetter weiter gestört"),
        ("en", "Two dead after bridge collapses"),
        ("es", "Dos muertos tras el derrumbe"),
        ("fr", "Deux morts après une avalanche"),
        ("it", "Due morti dopo il crollo"),
        ("nl", "Twee doden na brand in"),
        ("pt", "Dois mortos após queda de"),
        ("ru", "Двое погибли после обрушения моста"),
        ("tr", "Depremde iki kişi hayatını kaybetti"),
        ("zh", "桥梁垮塌后两人死亡"),
    ],
)
def test_an_alert_of_five_words_is_enough(tag: str, alert: str) -> None:
    guess = detect(alert)
    assert guess is not None
    assert guess.tag == tag


@pytest.mark.parametrize(
    ("tag", "sentence"),
    [
        ("hr", "Vlada je u srijedu priopćila da će tisuće vlakova i zrakoplova čekati do siječnja."),
        ("sr", "Влада је у среду саопштила да ће хиљаде возова и авиона чекати до јануара."),
        ("sr", "Vlada je u sredu saopštila da će hiljade vozova i aviona čekati do januara."),
    ],
)
def test_croatian_and_serbian_are_told_apart_where_they_differ(tag: str, sentence: str) -> None:
    guess = detect(sentence)
    assert guess is not None
    assert guess.tag == tag


@pytest.mark.parametrize("between", ["\n", "\r\n", "\x00", "\u2028", "\ud800", "\t\t"])
def test_odd_characters_between_sentences_do_not_matter(between: str) -> None:
    guess = detect(between.join([SENTENCES["fr"]] * 3))
    assert guess is not None
    assert guess.tag == "fr"


def test_more_text_makes_it_surer() -> None:
    short, whole = detect("Le président a déclaré"), detect(SENTENCES["fr"] * 3)
    assert whole is not None
    assert whole.confidence > 0.99
    assert short is None or short.confidence <= whole.confidence


def test_only_the_start_of_a_text_is_looked_at() -> None:
    start = (SENTENCES["fr"] + " ") * (language.LOOKED_AT // len(SENTENCES["fr"]) + 1)
    assert detect(start + SENTENCES["ru"] * 10_000) == detect(start)


def test_varieties_of_one_language_share_their_probability() -> None:
    """Cantonese is Chinese, and two letters are likely to be either."""
    guess = detect("中国")
    assert guess is not None
    assert guess.tag == "zh"


@pytest.mark.parametrize("tags", [("fr", "en"), ("de", "ru"), ("zh", "en"), ("es", "ar")])
def test_a_mixed_text_has_the_share_of_each_language(tags: tuple[str, str]) -> None:
    first, second = (SENTENCES[tag] + " " + SENTENCES[tag] for tag in tags)
    found = shares(f"{first}\n\n{second}\n\n{first}")
    assert set(found) == set(tags)
    assert sum(found.values()) == pytest.approx(1)
    assert found[tags[0]] == pytest.approx(2 * len(first) / (2 * len(first) + len(second)), abs=0.05)
    assert list(found) == sorted(found, key=found.__getitem__, reverse=True)


def test_three_languages_may_be_alike_in_share() -> None:
    text = "\n".join(f"{SENTENCES[tag]} {SENTENCES[tag]}" for tag in ("fr", "en", "ru"))
    assert set(shares(text)) == {"fr", "en", "ru"}


def test_languages_change_between_sentences_too() -> None:
    assert set(shares(f"{SENTENCES['fr']} {SENTENCES['fr']} {SENTENCES['en']} {SENTENCES['en']}")) == {
        "fr",
        "en",
    }


@pytest.mark.parametrize(("tag", "sentence"), SENTENCES.items())
def test_a_text_of_one_language_has_one_share(tag: str, sentence: str) -> None:
    assert shares(sentence) == {tag: 1.0}
    assert shares("\n".join([sentence] * 8)) == {tag: 1.0}


def test_names_and_figures_count_to_the_language_around_them() -> None:
    names = "Kim Jong Un, Vladimir Putin, Xi Jinping, Emmanuel Macron, Olaf Scholz, Giorgia Meloni, Joe Biden"
    text = f"{SENTENCES['fr']}\n{names}\n{'12:30 4-2 ' * 20}\n{SENTENCES['fr']}"
    assert shares(text) == {"fr": 1.0}


@pytest.mark.parametrize(
    "text", ["", " \n ", "Paris", "12345 67890 2024", "Kim Jong Un, Vladimir Putin, Xi Jinping"]
)
def test_an_undetermined_text_has_no_shares(text: str) -> None:
    assert shares(text) == {}


def test_shares_are_of_the_start_of_a_very_long_text() -> None:
    start = (SENTENCES["fr"] + " ") * (language.MIXED_OVER // len(SENTENCES["fr"]) + 1)
    assert shares(start + SENTENCES["ru"] * 10_000) == {"fr": 1.0}


@pytest.mark.parametrize("text", ["a" * 10**6, "." * 10**6, "\n" * 10**6, "a " * 10**6, "\u0301" * 10**6])
def test_of_hostile_texts_no_more_than_the_start_is_read(text: str) -> None:
    assert detect(text) == detect(text[: language.LOOKED_AT])
    assert shares(text) == shares(text[: language.MIXED_OVER])


@given(st.text(st.characters(codec=None), max_size=300))
@settings(max_examples=200, deadline=None)
def test_the_shares_of_any_text_add_up_to_one(text: str) -> None:
    found = shares(text)
    assert not found or sum(found.values()) == pytest.approx(1)
    assert all(share > 0 and tag == canonical(tag) for tag, share in found.items())


def test_texts_are_judged_alike_alone_and_together() -> None:
    model = language.load()
    texts = [*SENTENCES.values(), "", "12", "Paris"]
    together = model.probabilities(texts)
    alone = np.concatenate([model.probabilities([text]) for text in texts])
    assert together == pytest.approx(alone, abs=1e-4)
    assert together.sum(axis=1) == pytest.approx([1.0] * len(SENTENCES) + [0, 0, 1], abs=1e-4)


def test_the_model_is_small_and_knows_many_languages() -> None:
    model = language.load()
    named = {tag for tag in model.tags if tag}
    assert language.MODEL.stat().st_size < 8_000_000
    assert len(named) > 190
    assert {"bs", "ca", "et", "gl", "hr", "lt", "ms", "sl", "sr", "sw", "th", "ur"} <= named
    assert all(tag == canonical(tag) for tag in named)


@given(st.text(st.characters(codec=None), max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_text_gives_a_sound_guess_or_none(text: str) -> None:
    guess = detect(text)
    if guess is not None:
        assert language.LEAST_CONFIDENCE <= guess.confidence <= 1
        assert guess.tag == canonical(guess.tag)


@given(st.text(max_size=100))
@settings(max_examples=50, deadline=None)
def test_the_same_text_gives_the_same_guess(text: str) -> None:
    assert detect(text) == detect(text)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("fr", "fr"),
        ("fr-CA", "fr"),
        ("FR", "fr"),
        ("zh-Hant-TW", "zh"),
        ("cmn", "zh"),
        ("nb", "no"),
        ("nn-NO", "no"),
        ("no", "no"),
        ("iw", "he"),
        ("arz", "ar"),
        ("zsm", "ms"),
        ("swh", "sw"),
        ("fil", "tl"),
        ("sr-Latn", "sr"),
        ("bs", "bs"),
    ],
)
def test_a_tag_counts_by_its_primary_subtag(tag: str, expected: str) -> None:
    assert canonical(tag) == expected


@pytest.mark.parametrize(
    ("declared", "detected", "differ"),
    [
        ("fr", "fr", False),
        ("fr-CA", "fr", False),
        ("nb", "no", False),
        ("yue", "zh", False),
        ("en-GB", "fr", True),
        ("pt", "es", True),
        ("hr", "sr", True),
        ("id", "ms", True),
    ],
)
def test_regions_do_not_contradict_but_languages_do(declared: str, detected: str, differ: bool) -> None:
    assert contradicts(declared, detected) is differ
    assert contradicts(detected, declared) is differ


def test_the_name_says_which_version_it_was() -> None:
    model, version = language.name().split(" ")
    assert model == "newswire-languages"
    assert version[0].isdigit()


def test_a_guess_is_a_tag_and_a_confidence() -> None:
    assert Guess("fr", 0.9) == ("fr", 0.9)


def test_detection_opens_no_network_connection() -> None:
    """In a process of its own, where everything that a socket does is an error."""
    program = """
import sys
def refuse(event, arguments):
    if event.startswith("socket."):
        raise AssertionError(f"{event} {arguments}")
sys.addaudithook(refuse)
from pipeline.enrich.language import detect
print(detect("Le président a déclaré mercredi que l'accord prévoit une assistance mutuelle.").tag)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "fr"


@pytest.mark.skipif(not SIB200.exists(), reason="the SIB-200 sentences are not beside the project")
@pytest.mark.parametrize(("words", "least"), [(5, 0.96), (12, 0.99), (None, 0.995)])
def test_few_words_are_enough_in_most_languages(words: int | None, least: float) -> None:
    """The figures of the decision record, on a part of its data."""
    folders = {"en": "eng_Latn", "fr": "fra_Latn", "de": "deu_Latn", "es": "spa_Latn", "ru": "rus_Cyrl"}
    right = total = 0
    with tarfile.open(SIB200) as archive:
        for tag, folder in folders.items():
            file = archive.extractfile(f"data/annotated/{folder}/test.tsv")
            assert file is not None
            for line in file.read().decode().splitlines()[1:]:
                guess = detect(" ".join(line.split("\t")[2].split()[:words]))
                right += guess is not None and guess.tag == tag
                total += 1
    assert right / total > least


def plain_pieces(text: str) -> list[str]:
    """Pieces put together run by run."""
    pieces = [""]
    for found in re.finditer(r"[^\n.!?…。！？]*[\n.!?…。！？]*", text):
        if len(pieces[-1]) >= (language.LINES if pieces[-1].endswith("\n") else language.SENTENCES):
            pieces.append("")
        pieces[-1] += found[0]
    return pieces


@given(
    st.lists(st.sampled_from(["word ", "x" * 19, "y" * 40, ". ", "\n", "!", "…", "。", ".\n\n"]), max_size=60)
)
@settings(max_examples=1000, deadline=None)
def test_a_text_is_cut_where_enough_stands_before_the_end_of_a_line_or_a_sentence(parts: list[str]) -> None:
    text = "".join(parts)
    assert [text[start:end] for start, end in language._pieces(text)] == plain_pieces(text)


@given(
    st.lists(
        st.sampled_from(["le président à Paris", "12", "", "der Minister in Bonn", "東京", "the"]),
        min_size=1,
        max_size=8,
    )
)
@settings(max_examples=100, deadline=None)
def test_texts_side_by_side_are_told_as_each_alone(texts: list[str]) -> None:
    model = language.load()
    together = model.probabilities(texts)
    alone = np.concatenate([model.probabilities([each]) for each in texts])
    assert np.allclose(together, alone, atol=1e-5)
