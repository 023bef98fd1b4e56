"""What is learnt from is never measured on, and each part is where it is said to be."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.entities import catalogue, sources
from training.entities.catalogue import Source
from training.entities.corpora import Sentence
from training.entities.sources import LANGUAGES, Parts, parts

from . import small_corpora
from .corpora.files import archived, column, packed

DATA = Path(__file__).parents[4] / "shared" / "data"
NEWS = Source("News", "CC0", "Us 2024", "here", "gold")


def sentences(count: int) -> list[list[Sentence]]:
    return [[Sentence(f"{number}")] for number in range(count)]


def texts_of(shares: sources.Shares) -> list[str]:
    return [one.text for _, documents in shares for document in documents for one in document]


def test_every_tenth_document_chooses_the_best_step() -> None:
    gathered = Parts()
    gathered.learn(NEWS, sentences(30))
    assert texts_of(gathered.dev) == ["5", "15", "25"]
    assert len(texts_of(gathered.train)) == 27


def test_a_document_is_measured_as_one_text() -> None:
    gathered = Parts()
    gathered.measure(
        "news", NEWS, [[Sentence("Ada.", ((0, 3, "PER"),)), Sentence("Oslo.", ((0, 4, "LOC"),))]]
    )
    assert gathered.tests == {"news": [Sentence("Ada. Oslo.", ((0, 3, "PER"), (5, 9, "LOC")))]}
    assert gathered.tested == {"news": NEWS}


def test_what_a_test_has_word_for_word_is_not_learnt_from() -> None:
    gathered = Parts()
    gathered.learn(NEWS, [[Sentence("a"), Sentence("b")], [Sentence("c")], [Sentence("d")]])
    gathered.measure("news", NEWS, [[Sentence("b"), Sentence("x")], [Sentence("c")]])
    got = gathered.unseen()
    assert got.train == [(NEWS, [[Sentence("a")], [Sentence("d")]])]
    assert got.tests == gathered.tests


@given(
    st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=3), max_size=30),
    st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=3), max_size=4),
)
def test_no_sentence_is_on_two_sides(learnt: list[list[str]], measured: list[list[str]]) -> None:
    gathered = Parts()
    gathered.learn(NEWS, [[Sentence(text) for text in document] for document in learnt])
    gathered.measure("news", NEWS, [[Sentence(text) for text in document] for document in measured])
    got = gathered.unseen()
    tested = {text for document in measured for text in document}
    assert tested.isdisjoint(texts_of(got.train) + texts_of(got.dev))
    kept = [text for document in learnt for text in document if text not in tested]
    assert sorted(texts_of(got.train) + texts_of(got.dev)) == sorted(kept)
    assert all(document for _, documents in got.train for document in documents)


def wikineural(data: Path, language: str) -> None:
    for part in ("val", "test"):
        rows = "".join(f"0\t{part}\tO\n1\t{number}\tO\n\n" for number in range(20))
        packed(data, f"wikineural/{language}.{part}.conllu.xz", rows)


def test_wikineurals_test_part_is_measured_alone(tmp_path: Path) -> None:
    wikineural(tmp_path, "es")
    got = parts(tmp_path, "es")
    assert {text.split()[0] for text in texts_of(got.train) + texts_of(got.dev)} == {"val"}
    assert {one.text.split()[0] for one in got.tests["wikineural"]} == {"test"}
    assert [source for source, _ in got.train] == [catalogue.WIKINEURAL]


def test_of_the_worldwide_newswire_one_tenth_is_measured_and_another_chooses(tmp_path: Path) -> None:
    wikineural(tmp_path, "en")
    archived(
        tmp_path,
        "en-worldwide-newswire/train.tar.xz",
        {f"train/{number:02}.tsv": f"story\tO\n{number}\tO\n" for number in range(40)},
    )
    for part in ("dev", "test"):
        packed(tmp_path, f"uner/en_ewt-ud-{part}.iob2.xz", f"1\t{part}\tO\t-\t-\n")
    got = parts(tmp_path, "en")
    assert [one.text for one in got.tests["newswire"]] == ["story 0", "story 10", "story 20", "story 30"]
    chosen = [
        document for source, documents in got.dev if source == catalogue.WORLDWIDE for document in documents
    ]
    assert [one.text for [one] in chosen] == ["story 5", "story 15", "story 25", "story 35"]
    learnt = {text for text in texts_of(got.train) if text.startswith("story")}
    assert len(learnt) == 32
    assert [one.text for one in got.tests["uner"]] == ["test"]


def test_articles_whose_ends_are_not_marked_stay_on_one_side(tmp_path: Path) -> None:
    wikineural(tmp_path, "it")
    packed(tmp_path, "kind/wikinews_train.tsv.xz", column(" | ".join(f"riga/O {n}/O" for n in range(700))))
    got = parts(tmp_path, "it").tests["kind"]
    assert [one.text for one in got] == [
        f"riga {n}" for n in [*range(30), *range(300, 330), *range(600, 630)]
    ]


def test_half_of_germeval_is_learnt_from(tmp_path: Path) -> None:
    wikineural(tmp_path, "de")
    rows = "".join(f"#\tx\n1\tSatz\tO\tO\n2\t{number}\tO\tO\n" for number in range(40))
    packed(tmp_path, "germeval2014/NER-de-dev.tsv.xz", rows)
    got = parts(tmp_path, "de")
    assert len(got.tests["germeval"]) == 20
    assert sum(text.startswith("Satz") for text in texts_of(got.train) + texts_of(got.dev)) == 20


def test_train_and_dev_of_a_treebank_are_learnt_from(tmp_path: Path) -> None:
    for part in ("train", "dev", "test"):
        packed(tmp_path, f"uner/da_ddt-ud-{part}.iob2.xz", f"1\t{part}\tO\t-\t-\n")
    got = parts(tmp_path, "da")
    assert sorted(texts_of(got.train) + texts_of(got.dev)) == ["dev", "train"]
    assert [one.text for one in got.tests["uner"]] == ["test"]
    assert got.tested["uner"].labels == ("PER", "ORG", "LOC")


def test_a_missing_corpus_is_told_by_its_path(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="wikineural"):
        parts(tmp_path, "it")


def test_a_language_without_data_is_told(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="tlh"):
        parts(tmp_path, "tlh")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_corpora.folder(tmp_path_factory.mktemp("data"))


WITHOUT_HASHES = [language for language in LANGUAGES if language != "fr"]


@pytest.mark.parametrize("language", WITHOUT_HASHES)
def test_every_language_has_each_part(small: Path, language: str) -> None:
    got = parts(small, language)
    assert got.tests.keys() == got.tested.keys()
    assert all(got.tests.values())
    assert texts_of(got.train)
    assert texts_of(got.dev)
    assert [source for source, _ in got.train] == [source for source, _ in got.dev]


@pytest.mark.parametrize("language", WITHOUT_HASHES)
def test_the_parts_of_every_language_share_no_sentence(small: Path, language: str) -> None:
    got = parts(small, language)
    learnt, chosen = set(texts_of(got.train)), set(texts_of(got.dev))
    measured = {one.text for texts in got.tests.values() for one in texts}
    assert not learnt & chosen
    assert not any(text in whole for text in learnt | chosen for whole in measured)


@pytest.mark.parametrize("language", WITHOUT_HASHES)
def test_a_tenth_of_each_corpus_chooses_the_best_step(small: Path, language: str) -> None:
    got = parts(small, language)
    for (_, learnt), (_, chosen) in zip(got.train, got.dev, strict=True):
        assert len(chosen) == pytest.approx((len(learnt) + len(chosen)) / 10, abs=1)


@pytest.mark.parametrize(
    ("language", "tests"),
    [
        ("ar", {"anercorp"}),
        ("de", {"wikineural", "germeval"}),
        ("en", {"wikineural", "newswire", "uner"}),
        ("fi", {"turku"}),
        ("it", {"wikineural", "kind"}),
        ("nl", {"wikineural"}),
        ("pt", {"wikineural", "uner"}),
        ("sr", {"uner", "uner-cyrillic"}),
        ("sv", {"uner", "swedish-ner"}),
        ("zh", {"uner", "msra"}),
    ],
)
def test_each_language_is_measured_on_all_that_there_is(small: Path, language: str, tests: set[str]) -> None:
    assert set(parts(small, language).tests) == tests


@pytest.mark.parametrize(
    ("language", "mark"),
    [
        ("fi", "turku.test"),
        ("tr", "wiki.test"),
        ("sv", "klintan.test"),
        ("pl", "wikineural.test"),
        ("hr", "uner.test"),
    ],
)
def test_a_test_part_is_never_learnt_from(small: Path, language: str, mark: str) -> None:
    got = parts(small, language)
    assert not any(text.startswith(mark) for text in texts_of(got.train) + texts_of(got.dev))
    assert any(one.text.startswith(mark) for texts in got.tests.values() for one in texts)


def test_documents_stay_whole(small: Path) -> None:
    got = parts(small, "fi")
    [(_, documents)] = got.train
    assert {len(document) for document in documents} == {2}
    assert got.tests["turku"][0].text == "turku.test 000 turku.test Loppu000"


@pytest.mark.skipif(not DATA.is_dir(), reason="the corpora lie in ../shared/data, which is absent here")
@pytest.mark.parametrize("language", ["ar", "da", "fi", "ja", "sr"])
def test_the_real_corpora_are_read_whole(language: str) -> None:
    """The smaller ones; the others are of the same shapes."""
    got = parts(DATA, language)
    learnt = [one for _, documents in got.train for document in documents for one in document]
    assert len(learnt) > 3000
    assert all(len(texts) > 50 for texts in got.tests.values())
    for one in [*learnt, *(one for texts in got.tests.values() for one in texts)]:
        ends = [place for start, end, _ in one.spans for place in (start, end)]
        assert ends == sorted(ends)
        assert all(one.text[start:end].strip() == one.text[start:end] != "" for start, end, _ in one.spans)


def test_all_languages_asked_for_have_data() -> None:
    asked = "fr en de es it pt nl pl ru ar sv da fi ja zh tr hr sk sr"
    assert set(asked.split()) <= set(LANGUAGES)


def test_the_counts_are_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wikineural(tmp_path, "pl")
    monkeypatch.setattr(sources, "LANGUAGES", ("pl",))
    monkeypatch.setattr("sys.argv", ["sources", "--data", str(tmp_path)])
    sources.main()
    lines = capsys.readouterr().out.splitlines()
    assert "| pl | train | WikiNEuRal | 18 | 18 | 36 | 0 | 0 | 0 | 0 |" in lines
    assert "| pl | test | wikineural | 20 | 20 | 40 | 0 | 0 | 0 | 0 |" in lines
