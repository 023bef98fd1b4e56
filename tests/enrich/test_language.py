"""The language of a text: the languages of the wires, short texts, and what is no language at all."""

# ruff: noqa: RUF001 - the sentences stand in the letters of their languages

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.enrich import language
from pipeline.enrich.language import Guess, canonical, contradicts, detect

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
    ],
)
def test_too_little_or_no_language_is_undetermined(text: str) -> None:
    assert detect(text) is None


def test_capitals_are_read_as_small_letters_are() -> None:
    guess = detect("LE PRÉSIDENT A DÉCLARÉ MERCREDI QUE L'ACCORD PRÉVOIT UNE ASSISTANCE MUTUELLE")
    assert guess is not None
    assert guess.tag == "fr"


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
    """The model knows Wu beside Chinese, and two letters are likely to be either."""
    guess = detect("中国")
    assert guess is not None
    assert guess.tag == "zh"


@given(st.text(st.characters(codec=None), max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_text_gives_a_sound_guess_or_none(text: str) -> None:
    guess = detect(text)
    if guess is not None:
        assert language.LEAST_CONFIDENCE <= guess.confidence <= 1
        assert guess.tag == canonical(guess.tag)
        assert guess.tag != language.NOT_LINGUISTIC


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
    ],
)
def test_regions_do_not_contradict_but_languages_do(declared: str, detected: str, differ: bool) -> None:
    assert contradicts(declared, detected) is differ
    assert contradicts(detected, declared) is differ


def test_the_name_says_which_version_it_was() -> None:
    library, version = language.name().split(" ")
    assert library == "py3langid"
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
def test_twelve_words_are_enough_in_most_languages() -> None:
    """The figures of the decision record, on a part of its data."""
    folders = {"en": "eng_Latn", "fr": "fra_Latn", "de": "deu_Latn", "es": "spa_Latn", "ru": "rus_Cyrl"}
    right = total = 0
    with tarfile.open(SIB200) as archive:
        for tag, folder in folders.items():
            file = archive.extractfile(f"data/annotated/{folder}/dev.tsv")
            assert file is not None
            for line in file.read().decode().splitlines()[1:]:
                guess = detect(" ".join(line.split("\t")[2].split()[:12]))
                right += guess is not None and guess.tag == tag
                total += 1
    assert right / total > 0.97
