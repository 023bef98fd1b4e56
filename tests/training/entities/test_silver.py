"""The French news that pipelines labelled: the file holds no text, and none that is measured with."""

import json
import logging
import lzma
import re
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.article import Identity, Label
from pipeline.enrich import entities
from pipeline.enrich.entities import Recogniser
from pipeline.enrich.identity.alias_lists import EVERY, Entry
from pipeline.enrich.identity.aliases import Aliases, Index
from pipeline.enrich.mentions import Mention
from training.entities import annotations, silver
from training.entities.annotations import CORPUS, digest
from training.entities.corpora import LABELS, UNSURE, Sentence
from training.entities.voting import ENOUGH

from .corpora.files import packed, shown

LENS = Sentence("Lens bat Lille.", ((0, 4, "ORG"), (9, 14, UNSURE)))
ELYSEE = Sentence("L’Élysée se tait.", ((2, 8, "LOC"),))
NOTHING = Sentence("Il pleut.")
ALL = (LENS, ELYSEE, NOTHING)


def corpus(folder: Path, *texts: str) -> Path:
    """A data folder whose news are these texts."""
    lines = (f"sport\twww.example.fr\t2024-05-31\t{text}\n" for text in texts)
    return packed(folder, str(CORPUS), "".join(lines))


def written(folder: Path, *sentences: Sentence) -> Path:
    """A file of these texts."""
    file = folder / "silver.jsonl.xz"
    assert silver.write(((digest(one.text), one) for one in sentences), file) == len(sentences)
    return file


def measured(patch: pytest.MonkeyPatch, *texts: str) -> None:
    """As if these texts were annotated by hand, and no others."""
    patch.setattr(annotations, "hashes", lambda: frozenset(map(digest, texts)))


class Fake(Recogniser):
    """Finds the names that it is given wherever they stand."""

    def __init__(self, **names: Label) -> None:
        self.name = "fr_fake 1.0.0"
        self._given = names
        self.asked: list[int] = []

    def mentions(self, texts: Sequence[str]) -> list[list[Mention]]:
        self.asked.append(len(texts))
        return [
            sorted(
                Mention(*found.span(), label)
                for name, label in self._given.items()
                for found in re.finditer(name, text)
            )
            for text in texts
        ]


def labelled(texts: Sequence[str], *readers: Fake, listed: Collection[str] = ()) -> list[str]:
    return [shown(one) for one in silver.labelled(texts, readers, listed.__contains__)]


def test_the_news_come_in_their_order_with_their_hashes(tmp_path: Path) -> None:
    data = corpus(tmp_path, "Lens bat Lille .", "", "L’Élysée se tait.")
    assert list(silver.texts(data)) == [
        (digest(text), text) for text in ("Lens bat Lille .", "", "L’Élysée se tait.")
    ]


def test_news_that_are_measured_with_are_not_among_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured(monkeypatch, "Deux.", "Elsewhere.")
    data = corpus(tmp_path, "Un.", "Deux.", "Trois.")
    assert [text for _, text in silver.texts(data)] == ["Un.", "Trois."]


def test_texts_come_back_with_their_names_in_the_order_of_the_file(tmp_path: Path) -> None:
    data = corpus(tmp_path, NOTHING.text, "Autre.", ELYSEE.text, LENS.text)
    assert silver.read(data, written(tmp_path, *ALL)) == list(ALL)


def test_texts_that_the_corpus_lacks_are_left_out(tmp_path: Path) -> None:
    data = corpus(tmp_path, "Autre.", ELYSEE.text)
    assert silver.read(data, written(tmp_path, *ALL)) == [ELYSEE]


def test_a_text_annotated_later_is_not_learnt_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = corpus(tmp_path, *(one.text for one in ALL))
    file = written(tmp_path, *ALL)
    measured(monkeypatch, LENS.text)
    assert silver.read(data, file) == [ELYSEE, NOTHING]


def test_the_file_holds_no_text(tmp_path: Path) -> None:
    lines = lzma.decompress(written(tmp_path, *ALL).read_bytes()).decode().splitlines()
    assert [json.loads(line) for line in lines] == [
        [digest(one.text)[: silver.NAMED_BY], [list(span) for span in one.spans]] for one in ALL
    ]


def test_the_same_texts_make_the_same_file(tmp_path: Path) -> None:
    assert written(tmp_path, *ALL).read_bytes() == written(tmp_path, *ALL).read_bytes()


def test_what_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        silver.read(tmp_path, written(tmp_path, LENS))
    with pytest.raises(FileNotFoundError):
        silver.read(corpus(tmp_path, LENS.text), tmp_path / "absent.jsonl.xz")


@pytest.mark.parametrize(
    "line",
    [
        '["5e"]',
        '["5e", [[0, 4]]]',
        '["5e", [["0", 4, "ORG"]]]',
        '["5e", [], "Lens bat Lille."]',
        '{"name": "5e", "spans": []}',
    ],
)
def test_a_line_of_another_kind_is_refused(tmp_path: Path, line: str) -> None:
    file = tmp_path / "silver.jsonl.xz"
    file.write_bytes(lzma.compress(f"{line}\n".encode()))
    with pytest.raises(msgspec.ValidationError):
        silver.read(corpus(tmp_path, LENS.text), file)


@settings(max_examples=10, deadline=None)  # packing a file takes a while, however small it is
@given(st.lists(st.text(st.characters(exclude_characters="\t\n", exclude_categories=["Cs"])), unique=True))
@example(["", "\r", " a ", "a\r", "a\x0bb\x85", "\u2028", "\x00", "\ufeffa"])
def test_any_texts_come_back_whole(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("data")
    sentences = [Sentence(text, ((0, len(text), "MISC"),)) for text in texts[::-1]]
    assert silver.read(corpus(folder, "Autre.", *texts), written(folder, *sentences)) == sentences


def test_names_that_both_recognisers_find_are_sure() -> None:
    ours, theirs = Fake(Ada="PER", Lens="LOC"), Fake(Ada="PER", Lens="ORG")
    assert labelled(["Ada dort.", "Non.", "Ada quitte Lens."], ours, theirs) == [
        "[Ada]PER dort.",
        "Non.",
        "[Ada]PER quitte [Lens]?.",
    ]


def test_what_all_texts_say_of_a_name_counts_from_the_first_on() -> None:
    texts = ["Ada dort."] * ENOUGH
    assert labelled(texts, Fake(Ada="PER"), Fake()) == ["[Ada]PER dort."] * ENOUGH
    assert labelled(texts[1:], Fake(Ada="PER"), Fake()) == ["[Ada]? dort."] * (ENOUGH - 1)


def test_the_list_of_organisations_is_asked() -> None:
    ours, theirs = Fake(BFM="ORG"), Fake(BFM="LOC")
    assert labelled(["Sur BFM."], ours, theirs) == ["Sur [BFM]?."]
    assert labelled(["Sur BFM."], ours, theirs, listed=["BFM"]) == ["Sur [BFM]ORG."]


def test_texts_are_read_some_at_a_time_and_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silver, "TOGETHER", 3)
    reader = Fake(Ada="PER")
    texts = [f"{number} fois Ada" for number in range(8)]
    assert labelled(texts, reader, Fake(Ada="PER")) == [f"{number} fois [Ada]PER" for number in range(8)]
    assert reader.asked == [3, 3, 2]


def test_no_texts_are_no_error() -> None:
    assert labelled([], Fake(), Fake()) == []


def test_a_long_run_tells_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(silver, "TOGETHER", 1)
    caplog.set_level(logging.INFO)
    labelled(["Ada dort."] * 50, Fake(), Fake())
    assert caplog.messages == ["fr_fake 1.0.0: 20 of 50 texts", "fr_fake 1.0.0: 40 of 50 texts"] * 2


def entry(id_: str, label: Label, *names: str) -> Entry:
    """Something that is known by these names in every language."""
    identity = Identity(id=id_, name=names[0], score=1)
    return Entry(identity, label, tuple((EVERY, name) for name in names))


LISTS = Index(
    "shipped",
    [
        entry("org:un", "ORG", "United Nations", "ONU"),
        entry("org:post", "ORG", "Washington Post", "Post"),
        entry("org:mail", "ORG", "La Poste", "Post"),
        entry("x:ada", "PER", "Ada"),
    ],
)


@pytest.mark.parametrize(("name", "listed"), [("ONU", True), ("Post", False), ("Ada", False), ("?", False)])
def test_listed_is_what_means_one_organisation(name: str, listed: bool) -> None:
    assert silver.is_listed(Aliases(shipped=LISTS))(name) is listed


def run(patch: pytest.MonkeyPatch, *arguments: str | Path) -> None:
    patch.setattr("sys.argv", ["silver", *map(str, arguments)])
    silver.main()


def test_the_command_labels_a_share_of_the_news(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    texts = [f"Ada quitte l’ONU {number} fois." for number in range(60)]
    chosen = [text for text in texts if int(digest(text)[:8], 16) % silver.SHARE == 0]
    measured(monkeypatch, chosen[0])
    readers = {None: Fake(Ada="PER", ONU="LOC"), silver.PEER: Fake(Ada="PER", ONU="ORG")}
    monkeypatch.setattr(entities, "load", lambda language, package=None: {"fr": readers}[language][package])
    monkeypatch.setattr(silver, "shipped_index", lambda: LISTS)
    caplog.set_level(logging.INFO)

    data, out = corpus(tmp_path, *texts), tmp_path / "out.jsonl.xz"
    run(monkeypatch, "--data", data, "--out", out)

    got = silver.read(data, out)
    assert [one.text for one in got] == chosen[1:]
    assert {re.sub(r"\d+", "N", shown(one)) for one in got} == {"[Ada]PER quitte l’[ONU]ORG N fois."}
    assert caplog.messages[-1] == f"{len(chosen) - 1} texts in {out}"


def test_the_command_explains_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        run(monkeypatch, "--help")
    told = capsys.readouterr().out
    assert left.value.code == 0
    assert "--data" in told
    assert "--out" in told


def test_the_command_needs_the_corpora(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        run(monkeypatch)
    assert left.value.code == 2
    assert "--data" in capsys.readouterr().err


@pytest.fixture(scope="module")
def shipped() -> list[silver.Line]:
    if not silver.FILE.exists():
        pytest.skip(f"{silver.FILE.name} is not written yet")
    return msgspec.json.Decoder(silver.Line).decode_lines(lzma.decompress(silver.FILE.read_bytes()))


def test_the_shipped_texts_are_the_share_that_the_hashes_choose(shipped: list[silver.Line]) -> None:
    names = {line.name for line in shipped}
    assert len(names) == len(shipped) > 40_000
    assert all(re.fullmatch(f"[0-9a-f]{{{silver.NAMED_BY}}}", name) for name in names)
    assert not any(int(name[:8], 16) % silver.SHARE for name in names)


def test_no_shipped_text_is_measured_with(shipped: list[silver.Line]) -> None:
    assert not {line.name for line in shipped} & {name[: silver.NAMED_BY] for name in annotations.hashes()}


def test_the_shipped_names_are_in_order_and_apart(shipped: list[silver.Line]) -> None:
    for line in shipped:
        ends = [0, *(end for _, end, _ in line.spans)]
        starts = zip(ends, line.spans, strict=False)
        assert all(before <= start < end for before, (start, end, _) in starts), line.name
    assert {label for line in shipped for *_, label in line.spans} == {*LABELS, UNSURE}
