"""Treebanks are spaced as their text is, and what they take apart in Portuguese is put together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.entities.corpora.treebank import contracted, found, treebank

from .files import shown


def block(text: str, tokens: str) -> list[str]:
    rows = [token.rsplit("/", 1) for token in tokens.split(" ")]
    return [f"# text = {text}", *(f"{n}\t{word}\t{tag}\t-\t-" for n, (word, tag) in enumerate(rows, 1)), ""]


def read(text: str, tokens: str, language: str) -> str:
    [one] = treebank(block(text, tokens), language)
    return shown(one)


def test_words_are_looked_for_in_the_text() -> None:
    assert found("I can't , go", ["I", "ca", "n't", ",", "go"]) == [(0, 1), (2, 4), (4, 7), (8, 9), (10, 12)]


@pytest.mark.parametrize(
    ("text", "words"), [("Ada va", ["Ada", "vient"]), ("Ada va vite", ["Ada", "va"]), ("Ada", ["Ada", "va"])]
)
def test_words_that_are_not_the_text_are_not_found(text: str, words: list[str]) -> None:
    assert found(text, words) is None


@given(st.lists(st.text("abé,", min_size=1, max_size=4), min_size=1, max_size=8), st.data())
def test_words_are_found_however_they_are_spaced(words: list[str], data: st.DataObject) -> None:
    gaps = data.draw(st.lists(st.sampled_from(["", " ", "  "]), min_size=len(words), max_size=len(words)))
    text = "".join(gap + word for gap, word in zip(gaps, words, strict=True))
    places = found(text, words)
    assert places is not None
    assert [text[start:end] for start, end in places] == words


def test_the_text_decides_the_blanks() -> None:
    assert read("1985年、在台北。", "1985/O 年/O 、/O 在/O 台北/B-LOC 。/O", "zh") == "1985年、在[台北]LOC。"
    assert read("Ada (Oslo)", "Ada/B-PER (/O Oslo/B-LOC )/O", "da") == "[Ada]PER ([Oslo]LOC)"


def test_words_that_are_not_the_text_are_spaced_by_rule() -> None:
    assert read("something else", "Ada/B-PER ,/O Oslo/B-LOC", "sv") == "[Ada]PER, [Oslo]LOC"


def test_every_sentence_is_read_with_its_own_text() -> None:
    both = [*block("Ada va.", "Ada/B-PER va/O ./O"), *block("Oslo !", "Oslo/B-LOC !/O")]
    assert [shown(one) for one in treebank(both[:-1], "da")] == ["[Ada]PER va.", "[Oslo]LOC !"]


@pytest.mark.parametrize(
    ("text", "tokens", "expected"),
    [
        ("em o Brasil", "em/O o/O Brasil/B-LOC", "no [Brasil]LOC"),
        ("de os EUA", "de/O os/B-LOC EUA/I-LOC", "dos [EUA]LOC"),
        ("Banco de o Brasil", "Banco/B-ORG de/I-ORG o/I-ORG Brasil/I-ORG", "[Banco do Brasil]ORG"),
        ("Por a segunda vez", "Por/O a/O segunda/O vez/O", "Pela segunda vez"),
        ("a os poucos , a a tarde", "a/O os/O poucos/O ,/O a/O a/O tarde/O", "aos poucos , à tarde"),
        ("de aquele , a aquele", "de/O aquele/O ,/O a/O aquele/O", "daquele , àquele"),
        ("de O Globo", "de/O O/B-ORG Globo/I-ORG", "de [O Globo]ORG"),
        ("de o", "de/O o/B-ORG", "de [o]ORG"),
    ],
)
def test_portuguese_prepositions_take_their_article(text: str, tokens: str, expected: str) -> None:
    assert read(text, tokens, "pt") == expected


def test_what_other_languages_write_apart_stays_apart() -> None:
    assert read("de o", "de/O o/O", "sk") == "de o"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["de", "o", "a", "as", "em", "Rio"]), st.sampled_from(["O", "B-LOC", "I-LOC"])
        ),
        max_size=10,
    )
)
def test_contraction_makes_no_name_of_nothing(tokens: list[tuple[str, str]]) -> None:
    got = contracted([(" ", word, tag) for word, tag in tokens])
    assert len(got) <= len(tokens)
    assert {tag for _, _, tag in got} <= {tag for _, tag in tokens} | {"B-LOC"}
    if all(tag == "O" for _, tag in tokens):
        assert all(tag == "O" for _, _, tag in got)
