"""The measure of the language detector: the right texts, cut as they should be, counted rightly."""

import io
import tarfile
from pathlib import Path

import pytest

from training import languages

FRENCH = "Le président a déclaré mercredi que l'accord prévoit une assistance mutuelle."
GERMAN = "Der Präsident sagte am Mittwoch, das Abkommen sehe gegenseitigen Beistand vor."


def archived(data: Path, files: dict[str, str]) -> None:
    (data / "sib200").mkdir()
    with tarfile.open(data / "sib200" / "sib200_annotated.tar.xz", "w:xz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"data/annotated/{name}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))


def test_sentences_are_read_of_the_known_languages_and_wanted_parts(tmp_path: Path) -> None:
    head = "index_id\tcategory\ttext\n"
    archived(
        tmp_path,
        {
            "fra_Latn/dev.tsv": f"{head}1\tsports\t{FRENCH}\n",
            "fra_Latn/train.tsv": f"{head}2\tsports\tautre\n",
            "fra_Latn/labels.txt": "sports\n",
            "deu_Latn/test.tsv": f'{head}1\tsports\t"{GERMAN}\n',
            "ace_Arab/dev.tsv": f"{head}1\tsports\tx\n",
        },
    )
    assert languages.sentences(tmp_path) == [("fr", FRENCH), ("de", f'"{GERMAN}')]


@pytest.mark.parametrize(
    ("tag", "sentence", "words", "expected"),
    [
        ("fr", "un deux trois quatre", 2, "un deux"),
        ("fr", "un deux", 5, "un deux"),
        ("fr", "un deux", None, "un deux"),
        ("zh", "总统星期三表示", 2, "总统星期"),
    ],
)
def test_sentences_are_cut_to_words(tag: str, sentence: str, words: int | None, expected: str) -> None:
    assert languages.shortened(tag, sentence, words) == expected


def test_what_is_right_wrong_and_undetermined_is_counted() -> None:
    result = languages.measure([("fr", FRENCH), ("de", GERMAN), ("it", GERMAN), ("fr", "12 30")])
    assert result.determined == 3 / 4
    assert result.right == 2 / 4
    assert result.right_of_determined == pytest.approx(2 / 3)
    assert result.speed > 0


def test_thirty_languages_are_measured() -> None:
    assert len(languages.FOLDERS) == len(set(languages.FOLDERS.values())) == 30


def test_the_command_prints_a_row_for_each_length(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    archived(tmp_path, {"fra_Latn/dev.tsv": f"index_id\tcategory\ttext\n1\tsports\t{FRENCH}\n"})
    monkeypatch.setattr("sys.argv", ["languages", "--data", str(tmp_path)])
    languages.main()
    rows = capsys.readouterr().out.splitlines()
    assert [row.split("|")[1].strip() for row in rows] == ["words", "---", "all", "12", "5"]
    assert rows[2].split("|")[3].strip() == "1.0000"
