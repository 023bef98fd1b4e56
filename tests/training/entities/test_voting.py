"""What most mentions of a name say holds for all; where two pipelines do not settle it, nothing is told."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.entities.corpora import LABELS, UNSURE, Sentence, Span
from training.entities.voting import ENOUGH, ORDINARY, WELL_KNOWN, Votes, merged

from .corpora.files import shown

NAME = re.compile(r"([^\[]*)(?:\[(.+?)\](PER|ORG|LOC|MISC))?")


def reading(marked: str) -> Sentence:
    """The text with the names that ``[Ada]PER va`` marks."""
    text, spans = "", []
    for plain, name, label in NAME.findall(marked):
        start = len(text) + len(plain)
        text += plain + name
        spans += [(start, len(text), label)] if label else []
    return Sentence(text, tuple(spans))


def counted(*corpus: tuple[int, str], listed: Collection[str] = ()) -> Votes:
    """Votes on texts, each there so many times and read by one pipeline; organisations are listed."""
    votes = Votes(lambda name: name in listed)
    for times, marked in corpus:
        one = reading(marked)
        for _ in range(times):
            votes.count(one.text, [one.spans])
    return votes


ADJECTIVES = (1, "Les ports ukrainiens, danois et hébreux")
"""Without them nobody knows that a word in the plural is no mountain range."""


def both(ours: str, theirs: str, votes: Votes) -> str:
    """What two readings of a text make together."""
    mine, others = reading(ours), reading(theirs)
    assert mine.text == others.text
    return shown(merged(mine.text, mine.spans, others.spans, votes))


def alone(marked: str, votes: Votes) -> str:
    """What a reading makes together with one that found nothing."""
    return both(marked, reading(marked).text, votes)


@pytest.mark.parametrize(
    ("people", "places", "label"),
    [
        (ENOUGH - 1, 0, None),
        (ENOUGH, 0, "PER"),
        (0, ENOUGH, "LOC"),
        (17, 3, "PER"),
        (16, 4, None),
        (3, 17, "LOC"),
        (ENOUGH // 2, ENOUGH // 2, None),
        (0, 0, None),
    ],
)
def test_a_name_is_what_enough_votes_of_nearly_one_mind_say(
    people: int, places: int, label: str | None
) -> None:
    votes = counted((people, "[Macron]PER parle."), (places, "[Macron]LOC parle."))
    assert votes.label("Macron") == label
    assert votes.total("Macron") == people + places


def test_each_pipeline_has_a_vote_on_each_mention() -> None:
    votes = Votes(lambda _: False)
    votes.count("Lens bat Lens.", [[(0, 4, "ORG"), (9, 13, "LOC")], [(0, 4, "ORG")]])
    assert votes.total("Lens") == 3


def test_votes_are_on_a_name_as_it_is_written() -> None:
    votes = counted((ENOUGH, "[Orange]LOC brûle."), (ENOUGH, "[ORANGE]ORG monte."))
    assert (votes.label("Orange"), votes.label("ORANGE"), votes.label("orange")) == ("LOC", "ORG", None)


@pytest.mark.parametrize(
    "before", ["les", "Les", "LES", "Selon les", "des", "aux", "Ces", "deux", "trois", "mille", "10 000"]
)
def test_who_stands_after_plural_articles_is_a_people_and_no_place(before: str) -> None:
    assert counted(ADJECTIVES, (ENOUGH, f"{before} [Ukrainiens]LOC")).label("Ukrainiens") == "MISC"
    assert counted(ADJECTIVES, (ENOUGH, f"{before} [Danois]MISC")).label("Danois") == "MISC"
    assert counted(ADJECTIVES, (ENOUGH, f"{before} [Hébreux]LOC")).label("Hébreux") == "MISC"


def test_places_in_the_plural_have_no_adjective_and_stay_places() -> None:
    assert counted(ADJECTIVES, (ENOUGH, "les [Alpes]LOC")).label("Alpes") == "LOC"


def test_a_people_is_no_ordinary_word_though_its_adjective_is_frequent() -> None:
    votes = counted((ORDINARY * 9, "des ports danois"), (ENOUGH, "les [Danois]LOC"))
    assert votes.ordinary("Danois") == 0
    assert votes.label("Danois") == "MISC"


@pytest.mark.parametrize("before", ["", "Selon", "ses", "quelles", "la famille", "Vers les îles d’"])
def test_without_such_an_article_a_place_stays_one(before: str) -> None:
    assert counted(ADJECTIVES, (ENOUGH, f"{before} [Ukrainiens]LOC")).label("Ukrainiens") == "LOC"


@pytest.mark.parametrize("name", ["Pays-Bas", "USA", "Hauts de France", "Ukraine", "Flandres 2", "îles"])
def test_what_is_no_single_word_in_the_plural_is_no_people(name: str) -> None:
    assert counted((ENOUGH, f"les [{name}]LOC")).label(name) == "LOC"


def test_a_people_stands_after_a_plural_article_most_of_the_time() -> None:
    for plural, label in {12: "LOC", 13: "MISC"}.items():
        votes = counted(ADJECTIVES, (plural, "les [Danois]LOC"), (20 - plural, "vers [Danois]LOC"))
        assert votes.label("Danois") == label


def test_a_family_or_a_team_is_no_people() -> None:
    votes = counted((ENOUGH, "les [Kennedys]PER"), (ENOUGH, "les [Lakers]ORG"))
    assert (votes.label("Kennedys"), votes.label("Lakers")) == ("PER", "ORG")


def test_a_people_that_is_met_seldom_is_open() -> None:
    assert counted(ADJECTIVES, (ENOUGH - 1, "les [Ukrainiens]LOC")).label("Ukrainiens") is None


@pytest.mark.parametrize("found", ["ORG", "MISC"])
def test_one_vote_is_enough_for_what_the_list_knows(found: str) -> None:
    corpus = ((1, f"[BFM]{found} le dit."), (3, "[BFM]LOC le dit."))
    assert counted(*corpus, listed=["BFM"]).label("BFM") == "ORG"
    assert counted(*corpus).label("BFM") is None


@pytest.mark.parametrize("found", ["PER", "LOC"])
def test_the_list_says_nothing_of_a_name_that_was_never_found_as_such(found: str) -> None:
    assert counted(listed=["Orange"]).label("Orange") is None
    assert counted((1, f"[Orange]{found}"), listed=["Orange"]).label("Orange") is None
    assert counted((ENOUGH, f"[Orange]{found}"), listed=["Orange"]).label("Orange") == found


@pytest.mark.parametrize(("places", "label"), [(18, "LOC"), (17, "ORG")])
def test_what_nearly_all_call_a_place_is_one_though_it_is_listed(places: int, label: str) -> None:
    votes = counted(
        (places, "Le [Kremlin]LOC dément."), (20 - places, "Le [Kremlin]ORG dément."), listed=["Kremlin"]
    )
    assert votes.label("Kremlin") == label


@pytest.mark.parametrize(
    ("small", "found", "sure"),
    [
        (ORDINARY - 1, 0, 0),
        (ORDINARY, 0, 2),
        (40, 20, 2),
        (39, 20, 1),
        (20, 40, 1),
        (19, 40, 0),
    ],
)
def test_a_word_is_ordinary_if_it_is_mostly_written_small(small: int, found: int, sure: int) -> None:
    """Each mention has two votes, so twenty votes are ten capitals."""
    votes = counted((small, "Il vient, selon elle."), (found, "[Selon]PER elle, il vient."))
    assert votes.ordinary("Selon") == sure


@pytest.mark.parametrize("name", ["SELON", "Selon elle", "Selon-là", "Orange"])
def test_acronyms_names_of_words_and_listed_names_are_never_ordinary(name: str) -> None:
    votes = counted((100, "selon elle, selon là, l’orange"), listed=["Orange"])
    assert votes.ordinary(name) == 0
    assert votes.ordinary("Selon") == 2


NOBODY = counted()
KNOWN = counted((WELL_KNOWN, "[Macron]PER parle."), (WELL_KNOWN, "[Emmanuel Macron]PER parle."))


def test_what_both_call_the_same_is_sure() -> None:
    marked = "[Ada]PER quitte [Lens]LOC."
    assert both(marked, marked, NOBODY) == marked


def test_what_both_call_otherwise_than_most_mentions_elsewhere_is_unsure() -> None:
    for more, told in {ENOUGH - 1: "LOC", ENOUGH: UNSURE}.items():
        votes = counted((20, "[Mbappé]LOC"), (20 + more, "[Mbappé]PER"))
        assert both("[Mbappé]LOC", "[Mbappé]LOC", votes) == f"[Mbappé]{told}"


def test_where_both_differ_most_mentions_elsewhere_decide() -> None:
    ours, theirs = "[Macron]LOC parle.", "[Macron]ORG parle."
    assert both(ours, theirs, NOBODY) == "[Macron]? parle."
    assert both(ours, theirs, KNOWN) == "[Macron]PER parle."


def test_most_mentions_elsewhere_outweigh_an_error_of_both() -> None:
    assert both("[Macron]LOC parle.", "[Macron]LOC parle.", KNOWN) == "[Macron]PER parle."
    votes = counted(ADJECTIVES, (ENOUGH, "les [Ukrainiens]LOC"))
    assert both("Deux [Ukrainiens]LOC", "Deux [Ukrainiens]LOC", votes) == "Deux [Ukrainiens]MISC"


def test_what_one_found_alone_is_sure_if_it_is_known() -> None:
    assert alone("Hier, [Macron]LOC parle.", KNOWN) == "Hier, [Macron]PER parle."
    assert alone("Hier, [Macron]LOC parle.", NOBODY) == "Hier, [Macron]? parle."


def test_the_list_does_not_make_sure_what_one_found_alone() -> None:
    ours, votes = "Sur [BFM]ORG, on rit.", counted((ENOUGH - 1, "[BFM]ORG"), listed=["BFM"])
    assert alone(ours, votes) == "Sur [BFM]?, on rit."
    assert both(ours, ours, votes) == ours
    assert alone(ours, counted((ENOUGH, "[BFM]ORG"), listed=["BFM"])) == ours


def test_where_borders_differ_the_whole_stretch_is_unsure_however_known_the_names_are() -> None:
    ours, theirs = "Hier, [Emmanuel Macron]PER parle.", "Hier, Emmanuel [Macron]PER parle."
    assert both(ours, theirs, KNOWN) == "Hier, [Emmanuel Macron]? parle."
    assert both(ours, theirs, NOBODY) == "Hier, [Emmanuel Macron]? parle."


def test_names_that_overlap_one_after_another_are_one_stretch() -> None:
    ours = "[Cour des]ORG [comptes de]ORG Lens et [Ada]PER"
    theirs = "Cour [des comptes]ORG de [Lens]LOC et [Ada]PER"
    assert both(ours, theirs, NOBODY) == "[Cour des comptes de]? [Lens]? et [Ada]PER"


def test_an_ordinary_word_at_the_start_of_a_sentence_is_plain_text() -> None:
    marked, small = "[Selon]PER [Ada]PER, non.", "Non, selon elle."
    assert both(marked, marked, counted((ORDINARY, small))) == "Selon [Ada]PER, non."
    assert both(marked, marked, counted((ORDINARY - 1, small))) == marked


def test_what_is_perhaps_an_ordinary_word_is_unsure_even_where_both_agree() -> None:
    votes = counted((ORDINARY, "La marine."), (ORDINARY, "[Marine]PER rit."))
    assert both("[Marine]PER rit.", "[Marine]PER rit.", votes) == "[Marine]? rit."


def test_a_well_known_name_that_nobody_found_is_unsure() -> None:
    plain = "Hier, Macron parle à Macron."
    assert both(plain, plain, KNOWN) == "Hier, [Macron]? parle à [Macron]?."
    assert both(plain, plain, counted((WELL_KNOWN - 1, "[Macron]PER"))) == plain
    split = counted((WELL_KNOWN, "[Macron]PER"), (WELL_KNOWN, "[Macron]LOC"))
    assert both(plain, plain, split) == plain


def test_one_that_was_found_beside_is_kept() -> None:
    marked = "Hier, [Macron]PER parle à Macron."
    assert both(marked, marked, KNOWN) == "Hier, [Macron]PER parle à [Macron]?."


@pytest.mark.parametrize("text", ["La Macronie.", "Un macron.", "Le MACRON.", "L’anti-macron."])
def test_what_only_looks_like_a_well_known_name_is_plain_text(text: str) -> None:
    assert both(text, text, KNOWN) == text


def test_a_well_known_name_within_another_is_not_overlooked() -> None:
    for marked in ("La [rue Macron]LOC.", "[Emmanuel Macron]PER rit."):
        assert both(marked, marked, KNOWN) == marked
    assert alone("La [rue Macron]LOC.", KNOWN) == "La [rue Macron]?."


WORDS = ("Macron", "Paris", "Ukrainiens", "ONU", "Selon", "selon", "les", "d’", "-", ".", " ", " ")
GOES_ON, SAME = "goes on", "same"
TAGS = ("", GOES_ON, *LABELS)


@dataclass(frozen=True, slots=True)
class Read:
    """A text, and the names that each pipeline found."""

    text: str
    ours: Sequence[Span]
    theirs: Sequence[Span]


def names(words: Sequence[str], tags: Sequence[str]) -> list[Span]:
    """A name begins where a word has its label; the next ones may go on with it."""
    spans: list[Span] = []
    for word, end, tag in zip(words, accumulate(map(len, words)), tags, strict=True):
        start = end - len(word)
        if tag in LABELS:
            spans.append((start, end, tag))
        elif tag == GOES_ON and spans and spans[-1][1] == start:
            spans[-1] = (spans[-1][0], end, spans[-1][2])
    return spans


def read_twice(tagged: Sequence[tuple[str, str, str]]) -> Read:
    """Words with the tags of two readings, the second of which may be as the first."""
    words = [word for word, _, _ in tagged]
    ours = [tag for _, tag, _ in tagged]
    theirs = [tag if other == SAME else other for _, tag, other in tagged]
    return Read("".join(words), names(words, ours), names(words, theirs))


tagged_words = st.sampled_from(list(product(WORDS, TAGS, (*TAGS, SAME, SAME, SAME))))
reads = st.lists(tagged_words, min_size=1, max_size=10).map(read_twice)
corpora = st.lists(reads, min_size=1, max_size=3)
repeated = st.sampled_from([1, 5, 20])
"""Times that each text is there, so that names are seldom and well known."""


def votes_on(corpus: Sequence[Read], times: int) -> Votes:
    votes = Votes("ONU".__eq__)
    for one in corpus:
        for _ in range(times):
            votes.count(one.text, [one.ours, one.theirs])
    return votes


def overlaps(span: Span, others: Collection[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end, _ in others)


@given(corpora, repeated)
def test_any_two_readings_make_names_in_order_and_apart(corpus: list[Read], times: int) -> None:
    votes = votes_on(corpus, times)
    for one in corpus:
        got = merged(one.text, one.ours, one.theirs, votes)
        assert got.text == one.text
        borders = [place for start, end, _ in got.spans for place in (start, end)]
        assert borders == sorted(borders)
        assert all(0 <= start < end <= len(one.text) for start, end, _ in got.spans)
        assert {label for *_, label in got.spans} <= {*LABELS, UNSURE}
        unsure = [span for span in got.spans if span[2] == UNSURE]
        assert not any(overlaps(span, unsure) for span in got.spans if span[2] != UNSURE)


@given(corpora, repeated)
def test_a_sure_name_was_found_and_an_unsure_stretch_was_or_is_well_known(
    corpus: list[Read], times: int
) -> None:
    votes = votes_on(corpus, times)
    for one in corpus:
        found = [*one.ours, *one.theirs]
        for start, end, label in merged(one.text, one.ours, one.theirs, votes).spans:
            if label == UNSURE:
                known = votes.total(one.text[start:end]) >= WELL_KNOWN
                assert known or overlaps((start, end, label), found)
            else:
                assert (start, end) in {span[:2] for span in found}


@given(corpora, repeated)
def test_nothing_found_is_called_plain_text_but_ordinary_words(corpus: list[Read], times: int) -> None:
    votes = votes_on(corpus, times)
    for one in corpus:
        got = merged(one.text, one.ours, one.theirs, votes).spans
        for start, end, _ in (*one.ours, *one.theirs):
            covered = any(begin <= start and end <= stop for begin, stop, _ in got)
            assert covered or votes.ordinary(one.text[start:end]) == 2


@given(corpora, repeated)
def test_neither_pipeline_counts_for_more(corpus: list[Read], times: int) -> None:
    swapped = [Read(one.text, one.theirs, one.ours) for one in corpus]
    votes, same = votes_on(corpus, times), votes_on(swapped[::-1], times)
    for one in corpus:
        got = merged(one.text, one.ours, one.theirs, votes)
        assert got == merged(one.text, one.theirs, one.ours, same)


@given(reads)
def test_equal_readings_are_kept_where_nothing_else_is_known(one: Read) -> None:
    assert merged(one.text, one.ours, one.ours, NOBODY) == Sentence(one.text, tuple(one.ours))
