"""Lists in CSV: what spreadsheets make of them, and a clear word on each line that is wrong."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.article import Identity, Point
from pipeline.enrich.identity import alias_lists
from pipeline.enrich.identity.alias_lists import (
    AS_LISTED,
    COLUMNS,
    EVERY,
    LANGUAGES,
    MOST_BYTES,
    MOST_FAULTS,
    MOST_LINES,
    Entry,
    ListError,
    parsed,
    read,
    shipped,
)

HEADER = "id,name,label,aliases,language,country,lat,lon\n"
MEIER = "desk:meier,Anna Meier,PER,A. Meier|Meier-Kunz\n"


def entries(text: str) -> list[Entry]:
    return parsed(text.encode(), "desk.csv")


def entry(line: str) -> Entry:
    (found,) = entries(HEADER + line)
    return found


def faults(data: str | bytes) -> list[str]:
    """What is told of each line, without the first, which names the file."""
    with pytest.raises(ListError) as error:
        parsed(data.encode() if isinstance(data, str) else data, "desk.csv")
    first, *lines = str(error.value).splitlines()
    assert first == "desk.csv cannot be used:"
    return [line.strip() for line in lines]


class TestWhatALineSays:
    def test_a_person(self) -> None:
        found = entry("desk:meier,Anna Meier,PER,A. Meier|Meier-Kunz")
        assert found == Entry(
            Identity(id="desk:meier", name="Anna Meier", score=AS_LISTED),
            "PER",
            ((EVERY, "Anna Meier"), (EVERY, "A. Meier"), (EVERY, "Meier-Kunz")),
        )

    def test_a_place(self) -> None:
        found = entry("desk:bercy,Bercy,LOC,,,fr,48.84,2.378")
        assert found.identity.point == Point(lat=48.84, lon=2.378)
        assert found.identity.country == "FR"
        assert found.names == ((EVERY, "Bercy"),)

    def test_only_the_needed_columns_in_any_order_and_case(self) -> None:
        (found,) = entries("Aliases,LABEL, Id ,name\nONU|UNO,org,x:un,United Nations\n")
        assert (found.identity.id, found.label) == ("x:un", "ORG")
        assert found.names == ((EVERY, "United Nations"), (EVERY, "ONU"), (EVERY, "UNO"))

    def test_a_language_is_that_of_all_its_names(self) -> None:
        assert entry("x,Assemblée,ORG,AN,fr").names == (("fr", "Assemblée"), ("fr", "AN"))

    def test_an_alias_may_have_a_language_of_its_own(self) -> None:
        found = entry("x,United Nations,ORG,fr:ONU|de: UNO|UN|nb:FN")
        assert found.names[0] == (EVERY, "United Nations")
        assert found.names[1:] == (("fr", "ONU"), ("de", "UNO"), (EVERY, "UN"), ("no", "FN"))

    def test_what_only_looks_like_a_language_is_part_of_the_name(self) -> None:
        found = entry("x,Conference,MISC,re:publica|FR:x|fra:y|fr:")
        assert [name for _, name in found.names[1:]] == ["re:publica", "FR:x", "fra:y", "fr:"]

    @pytest.mark.parametrize(
        ("cell", "language"),
        [("fr-CA", "fr"), ("FR", "fr"), ("pt_BR", "pt"), ("nb", "no"), ("arb", "ar"), ("", EVERY)],
    )
    def test_a_language_is_named_as_articles_name_it(self, cell: str, language: str) -> None:
        assert entry(f"x,Name,ORG,,{cell}").names == ((language, "Name"),)

    @pytest.mark.parametrize("label", ["PER", "ORG", "LOC", "MISC", "per", "Misc"])
    def test_the_labels(self, label: str) -> None:
        assert entry(f"x,Name,{label},").label == label.upper()

    def test_an_identity_may_have_several_lines(self) -> None:
        first, second = entries(
            HEADER + "x,Assemblée nationale,ORG,AN,fr,FR\nx,Assemblée nationale,LOC,National Assembly,en,\n"
        )
        assert first.identity is second.identity
        assert (second.label, second.names[1]) == ("LOC", ("en", "National Assembly"))
        assert second.identity.country == "FR"

    def test_empty_aliases_are_none(self) -> None:
        assert entry("x,Name,ORG,| A || B |").names == ((EVERY, "Name"), (EVERY, "A"), (EVERY, "B"))

    def test_every_language_has_two_letters(self) -> None:
        assert len(LANGUAGES) > 180
        assert {"fr", "en", "ar", "zh", "no", "sr", "hr", "ja"} <= LANGUAGES
        assert all(len(language) == 2 for language in LANGUAGES)


class TestWhatSpreadsheetsWrite:
    @pytest.mark.parametrize(
        "data",
        [
            b"\xef\xbb\xbfid,name,label,aliases\r\nx,Z\xc3\xbcrich,LOC,\r\n",
            "id;name;label;aliases\r\nx;Zürich;LOC;\r\n".encode(),
            "sep=;\r\nid;name;label;aliases\r\nx;Zürich;LOC;\r\n".encode(),
            "\ufeffsep=,\nid,name,label,aliases\nx,Zürich,LOC,\n".encode(),
            "sep=\t\nid\tname\tlabel\taliases\nx\tZürich\tLOC\t\n".encode(),
            "id,name,label,aliases\rx,Zürich,LOC,\r".encode(),
            'id,name,label,aliases\n"x","Zürich","LOC",""'.encode(),
            "\n\nid,name,label,aliases\n\nx,Zürich,LOC\n,,,\n\n".encode(),
            "id,name,label,aliases,,\nx,Zürich,LOC,,,\n,,,,,,,,\n".encode(),
            "id;name;label;aliases\nx;\u00a0Zürich ;LOC;\n".encode(),
        ],
    )
    def test_all_of_them_are_the_same_list(self, data: bytes) -> None:
        (found,) = parsed(data, "desk.csv")
        assert (found.identity.id, found.identity.name, found.names) == ("x", "Zürich", ((EVERY, "Zürich"),))

    def test_quotes_commas_and_line_ends_within_a_cell(self) -> None:
        found = entry('x,"Meier, Müller & ""Söhne""",ORG,"Meier,\nMüller"')
        assert found.identity.name == 'Meier, Müller & "Söhne"'
        assert found.names[1] == (EVERY, "Meier, Müller")

    def test_a_decimal_comma(self) -> None:
        (found,) = entries(HEADER.replace(",", ";") + "x;Bercy;LOC;;;;48,84;-2,5\n")
        assert found.identity.point == Point(lat=48.84, lon=-2.5)

    @given(
        st.lists(
            st.text(
                st.characters(codec="utf-8", exclude_categories=["C"], exclude_characters="|"),
                min_size=1,
                max_size=100,  # no name has more than 200
            ).map(lambda text: "x" + text),
            min_size=1,
            max_size=8,
        ),
        st.sampled_from(",;"),
        st.sampled_from(["\n", "\r\n"]),
        st.booleans(),
    )
    def test_whatever_a_spreadsheet_quotes_comes_back(
        self,
        names: list[str],
        delimiter: str,
        end: str,
        bom: bool,
    ) -> None:
        file = io.StringIO()
        writer = csv.writer(file, delimiter=delimiter, lineterminator=end)
        writer.writerow(["id", "name", "label", "aliases"])
        writer.writerow(["x", names[0], "ORG", "|".join(names[1:])])
        (found,) = parsed(file.getvalue().encode("utf-8-sig" if bom else "utf-8"), "desk.csv")
        assert [name for _, name in found.names] == [" ".join(name.split()) for name in names]


class TestFaults:
    @pytest.mark.parametrize(
        ("line", "told"),
        [
            (",Name,ORG,", "the id is empty; give"),
            ("a b,Name,ORG,", "id 'a b' has blanks"),
            (f"{'i' * 201},Name,ORG,", "over 200 characters"),
            ("x,,ORG,", "the name is empty; write"),
            ("x,!?,ORG,", "name '!?' has no letter or digit"),
            (f"x,{'n' * 201},ORG,", "has 201 characters of at most 200; several aliases are parted by |"),
            ("x,Name,ORG,A|…", "alias '…' has no letter or digit"),
            (f"x,Name,ORG,{'a,' * 150}".replace("a,", "a;"), "alias 'a;a;"),
            ("x,Name,PERSON,", "label 'PERSON' is none of PER (person), ORG"),
            ("x,Name,,", "label '' is none of"),
            ("x,Name,ORG,,French", "language 'French' is none; write a code of two letters"),
            ("x,Name,ORG,,xx", "language 'xx' is none"),
            ("x,Name,ORG,,,France", "country 'France' is no code of two letters"),
            ("x,Name,ORG,,,F1", "country 'F1' is no code"),
            ("x,Name,LOC,,,,48.8,", "lat and lon belong together"),
            ("x,Name,LOC,,,,,2.3", "lat and lon belong together"),
            ("x,Name,LOC,,,,91,2.3", "lat '91' is none; write degrees from -90 to 90"),
            ("x,Name,LOC,,,,48.8,-180.5", "lon '-180.5' is none; write degrees from -180 to 180"),
            ("x,Name,LOC,,,,nan,2", "lat 'nan' is none"),
            ("x,Name,LOC,,,,1e1,2", "lat '1e1' is none"),
            ("x,Name,LOC,,,,48°,2", "lat '48°' is none"),
            ("x,Name,ORG,,,,,,,,more", "there are 11 cells for 8 columns; a cell with a comma"),
            ("x,Na\x00me,ORG,", "there is a control character (0x00)"),
            ("x,Na\x9bme,ORG,", "there is a control character (0x9B)"),
            ("x,#NAME?,ORG,", "'#NAME?' is a formula's error in Excel"),
            ("x,Name,ORG,#N/A", "'#N/A' is a formula's error"),
            ("x,Name,ORG,#DIV/0!", "'#DIV/0!' is a formula's error"),
            ("x,Name,ORG,#WERT!", "'#WERT!' is a formula's error"),
            ('x,"Na"me,ORG,', "a cell in quotation marks must end with one"),
            ('x,"Name,ORG,\n', "a cell in quotation marks must end with one"),
            (f"x,Name,ORG,{'a|' * 70_000}", "field larger than field limit"),
        ],
    )
    def test_what_is_wrong_is_told_with_its_line(self, line: str, told: str) -> None:
        (fault,) = faults(HEADER + MEIER + line)
        assert fault.startswith("line 3: ")
        assert told in fault
        assert len(fault) < 250

    @pytest.mark.parametrize("name", ["#MeToo", "C# Corp", "#1", "Yahoo!", "=Sum", "+Europe", "-ism"])
    def test_what_only_looks_wrong_is_a_name(self, name: str) -> None:
        assert entry(f"x,{name},ORG,").identity.name == name

    @pytest.mark.parametrize(
        ("second", "what"),
        [
            ("x,Another,ORG,,,FR,1,2", "name"),
            ("x,Name,ORG,,,BE,1,2", "country"),
            ("x,Name,ORG,,,FR,1,3", "point"),
        ],
    )
    def test_an_id_is_one_identity(self, second: str, what: str) -> None:
        (fault,) = faults(f"{HEADER}x,Name,ORG,,,FR,1,2\n{second}\n")
        assert fault.startswith(f"line 3: id 'x' has another {what} than on line 2; ")

    def test_what_the_first_line_lacks_is_no_later_line_s(self) -> None:
        (fault,) = faults(f"{HEADER}x,Name,ORG,\nx,Name,ORG,,,FR\n")
        assert "country on its first line" in fault

    @pytest.mark.parametrize(
        ("data", "told"),
        [
            ("", "line 2: there is no entry"),
            (HEADER, "line 2: there is no entry"),
            ("id,name,label\nx,y,ORG\n", "line 1: the column 'aliases' is missing; the first line names"),
            ("x,Name,ORG,\n", "line 1: there is no column 'x'; the first line names"),
            ("id,name,label,aliases,langauge\n", "there is no column 'langauge'"),
            ("id,name,label,aliases,name\n", "the column 'name' is there twice"),
            ("sep=;\nid;name;label\n", "line 2: the column 'aliases' is missing"),
            ("id\tname\tlabel\taliases\n", "there is no column"),
            (
                "id,name,label,aliases\nx,Zürich,LOC,\n".encode("cp1252"),
                "line 2: byte 0xFC is no UTF-8; save",
            ),
            (
                "id,name,label,aliases\n".encode("utf-16"),
                "line 1: it is UTF-16; save the table as 'CSV UTF-8'",
            ),
            (b"PK\x03\x04\x14\x00", "line 1: it is a workbook and no CSV"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1", "line 1: it is a workbook and no CSV"),
        ],
    )
    def test_what_is_no_list_is_told(self, data: str | bytes, told: str) -> None:
        (fault,) = faults(data)
        assert told in fault

    def test_all_of_them_are_told_at_once_up_to_a_bound(self) -> None:
        told = faults(HEADER + MEIER + "x,,ORG,\n" + "y,Name,ORG,\n" + "z,Name,,\n")
        assert [fault[:7] for fault in told] == ["line 3:", "line 5:"]
        many = faults(HEADER + "x,,ORG,\n" * 1000)
        assert len(many) == MOST_FAULTS + 1
        assert many[-1] == "and more"

    def test_lines_are_those_of_an_editor(self) -> None:
        told = faults(HEADER + '\n"x","Na\n\nme",ORG,\n\ny,,ORG,\n')
        assert [fault[:7] for fault in told] == ["line 7:"]

    def test_a_hostile_cell_commands_no_terminal(self) -> None:
        (fault,) = faults(HEADER + "x,Name,\u202e\u2066,\n")
        assert fault.isprintable()


class TestLimits:
    def test_lines(self) -> None:
        most = HEADER + "".join(f"x:{number},Name,ORG,\n" for number in range(MOST_LINES - 1))
        assert len(entries(most)) == MOST_LINES - 1
        (fault,) = faults(most + "y,Name,ORG,\n")
        assert fault == "line 100001: over the limit of 100,000 lines; split the list"

    def test_bytes(self, tmp_path: Path) -> None:
        file = tmp_path / "desk.csv"
        with file.open("wb") as out:
            out.truncate(MOST_BYTES + 1)
        with pytest.raises(ListError, match="over the limit of 64 MiB"):
            read(file)

    def test_names(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(alias_lists, "MOST_NAMES", 5)
        assert len(entries(f"{HEADER}x,Name,ORG,A|B|C|D\n")) == 1
        assert faults(f"{HEADER}x,Name,ORG,A|B|C|D\ny,Name,ORG,\n") == [
            "line 3: over the limit of 5 names; split the list"
        ]


@given(st.binary(max_size=300))
@example(b"sep=;")
@example(b"\xef\xbb\xbf")
@example(b'"')
def test_any_bytes_are_a_list_or_none(data: bytes) -> None:
    with pytest.raises(ListError):
        parsed(data, "desk.csv")


@given(st.text(max_size=200))
def test_any_lines_are_entries_or_told(text: str) -> None:
    told: Sequence[object]
    try:
        told = entries(HEADER + text)
    except ListError as error:
        told = str(error).splitlines()[1:]
    assert told


class TestFiles:
    def test_a_list_is_read(self, tmp_path: Path) -> None:
        file = tmp_path / "desk.csv"
        file.write_text(HEADER + MEIER)
        assert [found.identity.id for found in read(file)] == ["desk:meier"]

    def test_what_cannot_be_read(self, tmp_path: Path) -> None:
        with pytest.raises(ListError, match="cannot be read: No such file"):
            read(tmp_path / "absent.csv")
        with pytest.raises(ListError, match="cannot be read: Is a directory"):
            read(tmp_path)

    def test_the_shipped_list_s_columns(self, tmp_path: Path) -> None:
        file = tmp_path / "organisations.csv"
        file.write_text(
            "id,name,kind,country,aliases\n"
            "org:united-nations,United Nations,igo,,UN|fr:ONU|Объединённые Нации\n"
            'org:fed,Federal Reserve,central_bank,US,"Fed|en:Federal Reserve Board, the"\n',
            encoding="utf-8",
        )
        nations, fed = shipped(file)
        assert nations.identity == Identity(id="org:united-nations", name="United Nations", score=AS_LISTED)
        assert nations.names == (
            (EVERY, "United Nations"),
            (EVERY, "UN"),
            ("fr", "ONU"),
            (EVERY, "Объединённые Нации"),
        )
        assert (fed.identity.country, fed.label) == ("US", "ORG")
        assert fed.names[-1] == ("en", "Federal Reserve Board, the")


def test_the_columns_are_those_that_the_documentation_tells() -> None:
    told = (Path(__file__).parents[3] / "docs" / "identities.md").read_text()
    assert all(f"`{column}`" in told for column in COLUMNS)
