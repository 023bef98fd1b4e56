"""spaCy's French, imported quickly: its tokeniser keeps the very same words whole."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.enrich.crf import french

SAMPLES = Path(__file__).parents[3] / "samples"
HYPHENS = "-–—\u2010\u2011"
HEADS = ["porte", "entr", "États", "rond", "prud", "arc", "aéro", "vingt", "sous", "Le Mesnil", "droits", "r"]
MIDDLES = ["en", "sur", "la", "l'", "de", "près", "", "des", "lès"]
TAILS = ["avions", "unis", "l'air", "Loire", "homme", "ponner", "é", "1", "", "ski", "À", "ß", "ж"]
WORDS = st.builds(
    "".join,
    st.lists(
        st.one_of(*map(st.sampled_from, (HEADS, MIDDLES, TAILS, list(HYPHENS + "'’"))), st.text(max_size=3)),
        max_size=7,
    ),
)


@pytest.fixture(scope="module")
def patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """spaCy's own, compiled as it stands, which takes its time; and the grouped one."""
    french.prepare()
    from spacy.lang.fr import tokenizer_exceptions

    whole = "(?iu)" + "|".join(f"(?:{each})" for each in tokenizer_exceptions._regular_exp)
    match: Any = tokenizer_exceptions.TOKEN_MATCH
    assert match.__self__.pattern in (whole, french.grouped(whole))
    return re.compile(whole), re.compile(french.grouped(whole))


@given(word=WORDS)
def test_the_same_words_match(patterns: tuple[re.Pattern[str], re.Pattern[str]], word: str) -> None:
    whole, grouped = patterns
    assert bool(grouped.match(word)) == bool(whole.match(word))


def test_the_same_words_of_every_sample_match(patterns: tuple[re.Pattern[str], re.Pattern[str]]) -> None:
    whole, grouped = patterns
    texts = (path.read_text(errors="replace") for path in SAMPLES.rglob("*") if path.is_file())
    words = {word.strip('.,:;!?()«»"') for text in texts for word in text.split()}
    matched = {word for word in words if whole.match(word)}
    assert matched == {word for word in words if grouped.match(word)}
    assert len(matched) > 5


def test_it_is_a_tenth_as_long(patterns: tuple[re.Pattern[str], re.Pattern[str]]) -> None:
    whole, grouped = patterns
    assert len(grouped.pattern) < len(whole.pattern) / 10


@pytest.mark.parametrize(
    "pattern", ["", "a|b", "(?iu)(?:a)|(?:b)", "x" * 200_000, "(?iu)(?:" + "a" * 200_000]
)
def test_a_pattern_that_is_short_or_of_another_form_stays_as_it_is(pattern: str) -> None:
    assert french.grouped(pattern) == pattern


def test_a_pattern_that_would_be_cut_in_the_middle_stays_as_it_is() -> None:
    pattern = "(?iu)(?:x((?:a)|(?:b))y)" + "|(?:z)" * 20_000
    assert len(pattern) > 100_000
    assert french.grouped(pattern) == pattern


def test_after_it_patterns_are_compiled_as_ever_and_french_is_spacys() -> None:
    program = (
        "import re; before = re.compile; from pipeline.enrich.crf import french; french.prepare();"
        "import spacy; assert re.compile is before;"
        "print([token.text for token in spacy.blank('fr')('porte-avions d’Aujourd’hui, l’arc-en-ciel')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['porte-avions', 'd’', 'Aujourd’hui', ',', 'l’', 'arc-en-ciel']"
