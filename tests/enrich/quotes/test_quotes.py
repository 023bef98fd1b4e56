"""Quotations as the pipeline asks for them: the seed article, what holds for any body, other languages."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.article import Entity, Quote
from pipeline.enrich import entities
from pipeline.enrich.quotes import LANGUAGES, READ, quotes
from tests import seed
from tests.enrich.quotes.bodies import hostile, named, read, show
from tests.seed import needs_seed

SECONDS = 30
"""What a megabyte takes at most; two are usual."""

SEED = [
    ("Le traité pour un partenariat global", "contre une partie du traité", "Vladimir Poutine"),
    ("un document véritablement", "révolutionnaire", "Vladimir Poutine"),
    ("Ce traité puissant n'est rien", "pacifique et défensif", "Kim Jong Un"),
    ("meilleur ami", "du peuple coréen", "Kim Jong Un"),
    ("Pyongyang a le droit", "défendre sa souveraineté", "Vladimir Poutine"),
    ("La Russie est prête", "la péninsule coréenne", "Vladimir Poutine"),
    ("n'excluait pas pour elle-même", "une coopération militaro-technique", "Vladimir Poutine"),
    ("Le régime de restrictions", "doit être réexaminé", "Vladimir Poutine"),
]


def found_in_seed(known: tuple[Entity, ...]) -> list[Quote]:
    return list(quotes(seed.body(), "fr", known))


@needs_seed
def test_the_seed_article_has_eight_quotations_with_their_speakers() -> None:
    body = seed.body()
    found = found_in_seed(entities.load("fr").find([body])[0])
    assert len(found) == len(SEED)
    for quote, (first, last, speaker) in zip(found, SEED, strict=True):
        words = body[quote.span.start : quote.span.end]
        assert words.startswith(first)
        assert words.endswith(last)
        assert quote.speaker == speaker


@needs_seed
def test_the_seed_article_has_them_without_the_names_too() -> None:
    body = seed.body()
    found = found_in_seed(())
    assert [body[each.span.start : each.span.end][:10] for each in found] == [
        first[:10] for first, *_ in SEED
    ]
    assert found[0].speaker == "Vladimir Poutine"
    assert found[-1].speaker == "le président russe"


@needs_seed
def test_a_word_and_a_heading_of_the_seed_article_are_no_quotations() -> None:
    body = seed.body()
    heading = body.index("la menace d'un conflit armé dans la péninsule coréenne")
    starts = {each.span.start for each in found_in_seed(())}
    assert heading not in starts
    assert body.index("défensif") not in starts


@pytest.mark.parametrize("language", ["de", "es", "xx", "", "french", "fr-CA"])
def test_other_languages_have_none(language: str) -> None:
    assert quotes('"Wir gehen", sagte Anne Martin. "We go," said Anne Martin.', language) == ()


def test_french_and_english_are_read() -> None:
    assert {"en", "fr"} == LANGUAGES


@pytest.mark.parametrize(
    "body", ["", " ", "\n", "word", '"', "“", "''", "« »", '""', "“ ”", "’", "\x00", "█"]
)
@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_there_may_be_none(body: str, language: str) -> None:
    assert quotes(body, language) == ()


WITHOUT_NAMES = [
    ("fr", "« Nous irons », a déclaré Anne Martin.", "Nous irons | Anne Martin"),
    ("fr", "Anne Martin est là. « Nous irons », a-t-elle dit.", "Nous irons | Anne Martin"),
    ("fr", "Et Anne Martin d'ajouter : « Oui. »", "Oui. | Anne Martin"),
    ("fr", "« Nous irons », a dit Jean de La Tour.", "Nous irons | Jean de La Tour"),
    ("fr", "« Nous irons », a dit le ministre.", "Nous irons | le ministre"),
    ("en", "“We will go,” said Anne Martin.", "We will go, | Anne Martin"),
    ("en", "But Anne Martin said: “Yes.”", "Yes. | Anne Martin"),
    ("en", "Anne Martin is here. “Yes,” she said.", "Yes, | Anne Martin"),
    ("en", "“Yes,” said Ludwig van Beethoven.", "Yes, | Ludwig van Beethoven"),
    ("en", "“Yes,” a police spokesman said.", "Yes, | a police spokesman"),
]


@pytest.mark.parametrize(("language", "body", "found"), WITHOUT_NAMES)
def test_words_with_capitals_are_names_where_none_are_given(language: str, body: str, found: str) -> None:
    assert [show(body, each) for each in quotes(body, language)] == [found]


def test_a_quotation_goes_into_an_article() -> None:
    body, known = read("« Nous irons », a déclaré {PER Anne Martin}.")
    assert [each.mention for each in quotes(body, "fr", known)] == [known[0].mentions[0]]


def test_offsets_are_in_code_points() -> None:
    body = "🇫🇷🎉 « Nous 🎈 irons », a déclaré Anne Martin."
    (quote,) = quotes(body, "fr")
    assert body[quote.span.start : quote.span.end] == "Nous 🎈 irons"


def assert_sound(body: str, found: tuple[Quote, ...], known: tuple[Entity, ...] = ()) -> None:
    """What holds of all quotations of a body."""
    names = {each.text for each in known}
    end = 0
    for each in found:
        assert end <= each.span.start < each.span.end <= len(body)
        end = each.span.end
        words = body[each.span.start : each.span.end]
        assert words == words.strip()
        assert bool(each.speaker) == bool(each.mention)
        if each.mention:
            assert 0 <= each.mention.start < each.mention.end <= len(body)
            assert each.speaker in names | {body[each.mention.start : each.mention.end]}


@given(hostile, st.sampled_from(sorted(LANGUAGES)))
@settings(max_examples=400, deadline=None)
def test_any_body_is_safe(body: str, language: str) -> None:
    assert_sound(body, quotes(body, language))


@given(named(), st.sampled_from(sorted(LANGUAGES)))
@settings(max_examples=400, deadline=None)
def test_any_names_are_safe(given_: tuple[str, tuple[Entity, ...]], language: str) -> None:
    body, known = given_
    assert_sound(body, quotes(body, language, known), known)


@given(hostile)
@settings(max_examples=100, deadline=None)
def test_nothing_is_found_but_once(body: str) -> None:
    assert quotes(body, "en") == quotes(body, "en")


@given(st.text(st.characters(exclude_characters="\"“”„«»'‘’`\u201a"), max_size=200))
@settings(deadline=None)
def test_without_marks_there_is_no_quotation(body: str) -> None:
    assert quotes(body, "fr") == quotes(body, "en") == ()


MEGABYTES = [
    *('"', "“", "”", "«", "»", "'", "‘", "’", "``", "''", "█", " ", "\n", "A", ".", "\ud800"),
    *(
        '" ',
        "« ",
        "« a » ",
        '"a", dit-il. ',
        "“A,” said X. ",
        'said "a b c" ',
        "'a ",
        "a' ",
        "s' a ",
        "(“",
        "“: ",
    ),
    *(":“a”", "A ", ". ", '\n"', "\n\n“a", "\n\n« ", "selon ", "according to ", "-il", "a-t-il ", ", dit-il"),
    *(
        "he said ",
        "Mr X said, who, said, “a b c” ",
        "“A,” and ",
        '"a", ',
        "“She.” She said ",
        "“a” of of of ",
    ),
    *("“A b c d e f.” X. ", "A, A, said “a b c” ", "“x.”\n", ' "a" b', "’ s", "M. ", "“\n", ",“a” "),
]


@pytest.mark.parametrize("unit", MEGABYTES)
@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_megabyte_of_one_thing_is_read_in_time(unit: str, language: str) -> None:
    body = unit * (1_000_000 // len(unit))
    start = time.process_time()
    found = quotes(body, language)
    assert time.process_time() - start < SECONDS
    assert_sound(body, found)


def test_what_lies_too_far_is_not_read() -> None:
    said = "“We will go,” said Anne Martin. "
    assert len(quotes(said + " " * READ + said, "en")) == 1
    assert len(quotes(said * 100, "en")) == 100


def test_the_time_grows_with_the_length_alone() -> None:
    said = "Anne Martin is here. “We will go,” she said. He said it was “a very long way”. "
    short, long = said * 150, said * 1500

    def seconds(body: str) -> float:
        start = time.process_time()
        quotes(body, "en")
        return time.process_time() - start

    few = min(seconds(short) for _ in range(5))
    assert min(seconds(long) for _ in range(3)) < max(40 * few, 5)
