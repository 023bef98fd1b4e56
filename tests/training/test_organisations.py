"""The measure of the list of organisations counts rightly, and the list is in order and names no places."""

from __future__ import annotations

import csv
import io
import lzma
import tarfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.article import Identity
from pipeline.enrich.identity.alias_lists import SHIPPED, Entry, shipped
from pipeline.enrich.identity.aliases import Aliases, Index
from training.entities.corpora import Sentence
from training.organisations import check

LANGUAGES = ("ar", "da", "de", "en", "es", "fi", "fr", "it", "ja", "nl", "pl", "pt", "ru", "sv", "tr", "zh")

CALLED_LIKE_A_PLACE = {
    ("pt", "org:ira"),  # Irã is Iran, and accents are left aside where nothing else is found
    ("pt", "org:world-anti-doping-agency"),  # Amã is Amman
    ("ar", "org:as-roma"),
    ("es", "org:as-roma"),
    ("pt", "org:as-roma"),
}
"""Places by CLDR that the list has on purpose, under the label of organisations."""


def entry(id_: str, *names: tuple[str, str]) -> Entry:
    return Entry(Identity(id=id_, name=names[0][1], score=0.95), "ORG", names)


@pytest.fixture(scope="module")
def listed() -> list[Entry]:
    return list(shipped())


@pytest.fixture(scope="module")
def known(listed: list[Entry]) -> Aliases:
    return Aliases(shipped=Index("shipped", listed))


@pytest.fixture
def aliases() -> Aliases:
    entries = [
        entry("org:united-nations", ("", "United Nations"), ("fr", "ONU")),
        entry("org:federation", ("", "Football Federation"), ("fr", "CAF")),
        entry("org:benefits", ("", "Benefits Office"), ("fr", "CAF")),
    ]
    return Aliases(shipped=Index("shipped", entries))


def test_what_is_known_open_and_missing_is_counted(aliases: Aliases) -> None:
    names = Counter({"ONU": 5, "l'ONU": 1, "CAF": 3, "Nobody": 2, "Nemo": 7})
    found = check.coverage(names, "fr", aliases)
    assert (found.types, found.tokens) == (5, 18)
    assert (found.known_types, found.known_tokens) == (3, 9)
    assert found.open_tokens == 3
    assert found.misses == (("Nemo", 7), ("Nobody", 2))


def test_a_name_counts_in_its_language_only(aliases: Aliases) -> None:
    assert check.coverage(Counter(["ONU"]), "en", aliases).known_types == 0
    assert check.coverage(Counter(["United Nations"]), "en", aliases).known_types == 1


@given(st.dictionaries(st.text(), st.integers(1, 9)))
def test_every_name_is_known_or_missed(names: dict[str, int]) -> None:
    found = check.coverage(Counter(names), "fr", Aliases(shipped=Index("shipped", [])))
    assert found.known_types + len(found.misses) == found.types == len(names)
    assert found.known_tokens + sum(times for _, times in found.misses) == found.tokens
    assert found.open_tokens <= found.known_tokens


def test_organisations_are_taken_as_they_are_written() -> None:
    sentence = Sentence(
        "Kofi Annan, l'ONU et l'UE à Genève; l'ONU", ((0, 10, "PER"), (14, 17, "ORG"), (23, 25, "ORG"))
    )
    again = Sentence("l'ONU", ((2, 5, "ORG"),))
    assert check.organisations([sentence, again]) == {"ONU": 2, "UE": 1}


def test_acronyms_are_short_words_of_capitals() -> None:
    texts = [
        "Le RN et la SNCF s'opposent à l'ÉNA et au G7, mais Total préfère UNIFORME à ses concurrents",
        "Le RN seul, dit-on à Paris",
    ]
    assert check.acronyms(texts) == {
        "RN": 2,
        "SNCF": 1,
        "ÉNA": 1,
        "G7": 1,
    }


def test_of_acronyms_the_most_frequent_are_taken() -> None:
    assert check.acronyms(["la CGT, la CGT et une fois la CFDT"], most=1) == {"CGT": 2}


def test_a_text_in_capitals_gives_no_acronyms() -> None:
    assert check.acronyms(["LE RN ET LA CGT", ""]) == {}


def test_a_name_of_a_country_or_a_capital_is_told() -> None:
    entries = [
        entry("org:monaco-club", ("", "AS Monaco"), ("fr", "Monaco")),
        entry("org:roma", ("", "AS Roma"), ("it", "Roma")),
        entry("org:union", ("", "European Union"), ("fr", "Union européenne")),
    ]
    assert list(check.mistakable(entries, "fr")) == [("Monaco", "org:monaco-club")]
    assert list(check.mistakable(entries, "it")) == [("Roma", "org:roma")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_has_no_countries_and_capitals(language: str, listed: list[Entry]) -> None:
    found = {(language, id_) for _, id_ in check.mistakable(listed, language)}
    assert found <= CALLED_LIKE_A_PLACE


def test_the_list_is_in_the_order_of_its_ids() -> None:
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        ids = [row["id"] for row in csv.DictReader(file)]
    assert ids == sorted(ids)


@pytest.mark.parametrize(
    ("language", "name", "id_"),
    [
        ("fr", "ONU", "org:united-nations"),
        ("fr", "l’ONU", "org:united-nations"),
        ("en", "UN", "org:united-nations"),
        ("de", "Vereinten Nationen", "org:united-nations"),
        ("ru", "ООН", "org:united-nations"),  # noqa: RUF001 - Russian letters are what this is about
        ("ar", "الأمم المتحدة", "org:united-nations"),
        ("zh", "联合国", "org:united-nations"),
        ("ja", "国連", "org:united-nations"),
        ("fr", "Otan", "org:nato"),
        ("it", "Nato", "org:nato"),
        ("pl", "Unii Europejskiej", "org:european-union"),
        ("ru", "Евросоюза", "org:european-union"),
        ("fr", "BCE", "org:european-central-bank"),
        ("de", "EZB", "org:european-central-bank"),
        ("fr", "Maison-Blanche", "org:white-house"),
        ("es", "Casa Blanca", "org:white-house"),
        ("fr", "RN", "org:national-rally"),
        ("fr", "LFI", "org:la-france-insoumise"),
        ("fr", "Insee", "org:insee"),
        ("fr", "FFT", "org:french-tennis-federation"),
        ("fr", "Lens", "org:rc-lens"),
        ("fr", "Daech", "org:islamic-state"),
        ("en", "Twitter", "org:x"),
        ("en", "Hezbollah", "org:hezbollah"),
        ("en", "Fed", "org:federal-reserve"),
        ("pt", "PT", "org:workers-party-brazil"),
    ],
)
def test_names_that_the_news_is_full_of(language: str, name: str, id_: str, known: Aliases) -> None:
    found = known.find(name, "ORG", language)
    assert [identity.id for identity in found] == [id_]


@pytest.mark.parametrize(
    ("language", "name", "ids"),
    [
        ("fr", "AMF", {"org:association-des-maires-de-france", "org:autorite-des-marches-financiers"}),
        ("en", "House of Commons", {"org:house-of-commons-canada", "org:house-of-commons-united-kingdom"}),
        ("en", "Congress", {"org:indian-national-congress", "org:united-states-congress"}),
    ],
)
def test_names_of_several_stay_open(language: str, name: str, ids: set[str], known: Aliases) -> None:
    found = known.find(name, "ORG", language)
    assert {identity.id for identity in found} == ids


def packed(data: Path) -> None:
    """A folder of corpora with a sentence of each."""
    for folder in ("wikineural", "topics-weak", "en-worldwide-newswire"):
        (data / folder).mkdir()
    rows = "0\tL'\tO\n1\tONU\tB-ORG\n2\tet\tO\n3\tNemo\tB-ORG\n"
    (data / "wikineural" / "fr.val.conllu.xz").write_bytes(lzma.compress(rows.encode()))
    news = "economy\twww.example.org\t2024-01-01\tLa SNCF et la XYZ discutent longuement\n"
    (data / "topics-weak" / "fr.rss.tsv.xz").write_bytes(lzma.compress(news.encode()))
    article = b"NATO\tB-Organization\nmeets\tO\n\n"
    with tarfile.open(data / "en-worldwide-newswire" / "train.tar.xz", "w:xz") as archive:
        member = tarfile.TarInfo("train/one.txt.tsv")
        member.size = len(article)
        archive.addfile(member, io.BytesIO(article))


def test_the_command_prints_a_row_for_each_corpus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    packed(tmp_path)
    monkeypatch.setattr("sys.argv", ["check", "--data", str(tmp_path), "--misses", "3"])
    check.main()
    lines = capsys.readouterr().out.splitlines()
    assert lines[2:5] == [
        "| English newswire | 1 | 1.000 | 1 | 1.000 | 0.000 |",
        "| French encyclopaedia | 2 | 0.500 | 2 | 0.500 | 0.000 |",
        "| acronyms of French news | 2 | 0.500 | 2 | 0.500 | 0.000 |",
    ]
    assert "French encyclopaedia, not in the list: Nemo 1" in lines
    assert "acronyms of French news, not in the list: XYZ 1" in lines
