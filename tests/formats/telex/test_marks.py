"""What stands around a story on the wire: it is told to editors, and none of it gets into the story."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.telex import marks

BODY = ["", "Port Example (dpa) - The bridge is open.", "", "The ferry stops."]
DESK = "Ask Desk, +49 30 123456"


def head(*lines: str, body: list[str] | None = None) -> marks.Head:
    return marks.head([*lines, *(BODY if body is None else body)])


class TestHead:
    def test_an_equals_sign_ends_the_headline(self) -> None:
        found = head("Bridge open again =")
        assert (found.headline, found.lines, found.markers) == ("Bridge open again", 1, [])

    def test_it_may_stand_without_a_blank_and_the_body_may_follow_at_once(self) -> None:
        found = head("Bridge open=", body=["Port Example (KNA) The bridge is open."])
        assert (found.headline, found.lines) == ("Bridge open", 1)

    def test_a_headline_may_take_two_lines(self) -> None:
        assert head("The harbour bridge is open", "again after two weeks =").headline == (
            "The harbour bridge is open again after two weeks"
        )

    def test_an_equals_sign_within_it_stays(self) -> None:
        assert head("Formula E=mc2 on the bridge =").headline == "Formula E=mc2 on the bridge"

    def test_without_the_sign_a_blank_line_ends_it(self) -> None:
        found = head("Bridge open again")
        assert (found.headline, found.lines) == ("Bridge open again", 1)

    @pytest.mark.parametrize(
        "start", ["   PARIS, 3 sept (AFP) - Le pont est ouvert.", "Paris (AFP) - Le pont est ouvert."]
    )
    def test_a_dateline_or_an_indent_ends_it_too(self, start: str) -> None:
        found = head("Le pont est ouvert", body=[start])
        assert (found.headline, found.lines) == ("Le pont est ouvert", 1)

    def test_a_dateline_that_ends_in_an_equals_sign_is_no_headline(self) -> None:
        found = head("Le pont est ouvert", "", "   BRUXELLES 23/07 (BELGA) =", "Texte.", body=[])
        assert (found.headline, found.lines) == ("Le pont est ouvert", 1)

    def test_text_without_a_headline_has_none(self) -> None:
        found = marks.head(["Port Example (dpa) - The bridge is open.", "It is safe."])
        assert (found.headline, found.lines) == ("", 0)

    def test_sentences_over_several_lines_are_no_headline(self) -> None:
        found = marks.head(
            [
                "The bridge is open again, and it is safe, as the",
                "mayor said on Thursday to all.",
                "",
                "More.",
            ]
        )
        assert (found.headline, found.lines) == ("", 0)

    def test_too_many_lines_are_no_headline(self) -> None:
        assert not marks.head(["a", "b", "c", "d", "", "Text."]).headline

    @pytest.mark.parametrize(
        "marker",
        [
            "(Eil )",
            "(Achtung - Planungshinweis)",
            "(Zusammenfassung - neu: Stimmen)",
            "(Berichtigung: Zahl im zweiten Satz)",
            "(KORREKTUR: Name)",
            "(Ergänzung)",
            "(Wiederholung)",
            "URGENT",
            "FLASH",
            "1ST LEAD",
            "REFILE",
            "KILL KILL KILL",
            "Achtung Redaktionen",
            "*** ELIMINAR - ELIMINAR ***",
            "VERSIÓN CORREGIDA",
            "Aktualizacja",
            "срочно",
            "عاجل",
        ],
    )
    def test_a_marker_is_no_headline(self, marker: str) -> None:
        found = head(marker, "Bridge open again =")
        assert found.headline == "Bridge open again"
        assert found.markers == [marker.replace(" )", ")")]

    def test_a_marker_in_brackets_may_take_several_lines(self) -> None:
        found = head(
            "(Berichtigung: In der ersten Fassung",
            "(vom Montag) stand eine falsche",
            "Zahl.)",
            "Brücke offen =",
        )
        assert found.headline == "Brücke offen"
        assert found.notes == ["Berichtigung: In der ersten Fassung (vom Montag) stand eine falsche Zahl."]

    def test_brackets_that_do_not_close_are_part_of_the_headline(self) -> None:
        assert head("(Almost) a bridge (or none =").headline == "(Almost) a bridge (or none"
        assert head("(Not closed =").headline == "(Not closed"

    def test_markers_may_be_parted_from_the_headline_by_a_blank_line(self) -> None:
        found = head("URGENT", "", "Bridge open again")
        assert (found.headline, found.markers, found.lines) == ("Bridge open again", ["URGENT"], 3)

    def test_a_marker_without_a_headline_does_not_get_into_the_body(self) -> None:
        found = head("URGENT")
        assert (found.headline, found.markers) == ("", ["URGENT"])
        assert found.lines == 1

    def test_pictures_are_told_to_editors(self) -> None:
        found = head("Bridge open again", "(Foto aktuell) =")
        assert (found.headline, found.notes) == ("Bridge open again", ["Foto aktuell"])

    @pytest.mark.parametrize(
        "line",
        [
            "Von Max Muster und Eva Muster, dpa",
            "By Ann Example",
            "Par Anne EXEMPLE",
            "Por Ana Ejemplo",
            "BY ANN EXAMPLE",
            "Von dpa-Reporter",
        ],
    )
    def test_a_byline_follows_the_headline(self, line: str) -> None:
        found = head("Bridge open again", f"{line} =")
        assert (found.headline, found.byline) == ("Bridge open again", line)

    def test_a_byline_in_brackets(self) -> None:
        assert head("Ponte riaperto", "(di Anna Esempio) =").byline == "di Anna Esempio"

    @pytest.mark.parametrize("line", ["Von der Brücke bis zum Hafen", "Par un beau matin", "By the river"])
    def test_a_headline_that_starts_as_a_byline_is_one(self, line: str) -> None:
        found = head(f"{line} =")
        assert (found.headline, found.byline) == (line, "")

    def test_a_second_line_that_goes_on_as_prose_is_no_byline(self) -> None:
        assert head("Das Wasser stieg schnell", "von der Brücke bis zum Hafen =").byline == ""

    @pytest.mark.parametrize(
        "text",
        ["KILL KILL KILL", "(Achtung) Bitte die Meldung nicht verwenden", "*** ELIMINAR - ELIMINAR ***"],
    )
    def test_a_kill_is_seen(self, text: str) -> None:
        assert head(text, "Bridge open again =").killed

    def test_a_story_about_a_kill_is_none(self) -> None:
        assert not head("Wolves kill sheep =").killed


class TestEmbargo:
    @pytest.mark.parametrize(
        "words",
        [
            "Sperrfrist 9. Oktober 14.20 Uhr",
            "Gesperrt bis Montag",
            "EMBARGO: 18 h",
            "Embargo",
            "EMBARGOED for publication until Monday",
            "Embargo jusqu'à lundi",
            "Embargo hasta las 18:00",
            "Sous embargo jusqu'à 18 h",
            "For release at 6 p.m. EST Monday",
            "For Release Sunday, Jan. 15",
            "Hold for release",
            "Эмбарго для публикации до понедельника",
            "حظر للنشر حتى",
        ],
    )
    def test_words_that_set_one(self, words: str) -> None:
        assert marks.embargo(words)
        found = head(f"({words})", "Bridge open again =")
        assert found.embargoes == [words]
        assert words in found.notes

    @pytest.mark.parametrize(
        "words",
        [
            "Sperrfrist aufgehoben",
            "Embargo against Exampleland extended",
            "Waffenembargo bleibt",
            "For release from prison she paid",
            "Die Sperrfrist ist ein Wort in der Mitte",
            "For immediate release",
            "",
        ],
    )
    def test_words_that_do_not(self, words: str) -> None:
        assert not marks.embargo(words)

    def test_within_a_marker_it_may_stand_anywhere(self) -> None:
        assert head("(Bericht - Sperrfrist 9. Oktober)", "Bridge =").embargoes == [
            "Bericht - Sperrfrist 9. Oktober"
        ]


class TestDateline:
    @pytest.mark.parametrize(
        ("text", "whole", "dash", "place"),
        [
            ("Berlin (dpa) - Die Brücke", "Berlin (dpa)", "-", "Berlin"),
            ("Peine (dpa/lni) - Ein Baum", "Peine (dpa/lni)", "-", "Peine"),
            ("PARIS, 3 sept (AFP) - Le pont", "PARIS, 3 sept (AFP)", "-", "PARIS"),
            ("LONDON, Sept 3 (Reuters) – The bridge", "LONDON, Sept 3 (Reuters)", "–", "LONDON"),
            ("ROCHEFORT 31/07 (BELGA) = C'est", "ROCHEFORT 31/07 (BELGA)", "=", "ROCHEFORT"),
            ("Madrid, 3 sep (EFE).- El puente", "Madrid, 3 sep (EFE)", ".-", "Madrid"),
            ("Berlin (KNA) Die Brücke", "Berlin (KNA)", None, "Berlin"),
            ("Lausanne (ats) Le pont", "Lausanne (ats)", None, "Lausanne"),
            ("Oslo (NTB): Broen", "Oslo (NTB)", ":", "Oslo"),
            ("PORT EXAMPLE (EP) _ The bridge", "PORT EXAMPLE (EP)", "_", "PORT EXAMPLE"),
            ("(ANSA) - ROMA, 3 SET - Il ponte", "(ANSA) - ROMA, 3 SET", "-", "ROMA"),
            ("Frankfurt/M. (dpa) - Die", "Frankfurt/M. (dpa)", "-", "Frankfurt/M."),
        ],
    )
    def test_place_date_agency(self, text: str, whole: str, dash: str | None, place: str) -> None:
        match = marks.dateline(text)
        assert match
        assert (match["whole"], match["dash"], marks.place(match["place"])) == (whole, dash, place)

    @pytest.mark.parametrize(
        "text",
        [
            "The mayor (Greens) said",
            "Mayor Ann Example (SPD) said",
            "the bridge (dpa) - it is open",
            "The bridge is open.",
            "",
            "One two three four five six seven eight nine ten (dpa) - x",
        ],
    )
    def test_what_is_none(self, text: str) -> None:
        assert marks.dateline(text) is None

    def test_an_agency_that_the_header_names_needs_no_dash(self) -> None:
        assert marks.dateline("Port Example (xyz) The bridge", "xyz")
        assert not marks.dateline("Port Example (xyz) The bridge")


class TestNotes:
    @pytest.mark.parametrize(
        "title", ["# Notizblock", "Notizblock", "# Notebook", "## Redaktionelle Hinweise", "# Блокнот"]
    )
    def test_a_notebook_is_no_story(self, title: str) -> None:
        copy = marks.sort(["Text.", "", title, "- Note"])
        assert copy.story == ["Text.", ""]
        assert "Note" in " ".join(marks.sections(copy.public))
        assert not copy.nonpublic

    @pytest.mark.parametrize(
        "mark",
        [
            "* * * *",
            "****",
            "* * * * *",
            "Die folgenden Informationen sind nicht zur Veröffentlichung bestimmt",
            "The following information is not for publication",
            "The following information is not intended for publication",
            "(Nicht zur Veröffentlichung)",
            "NOT FOR PUBLICATION",
            "Les informations suivantes ne sont pas destinées à la publication",
            "La siguiente información no está destinada a la publicación",
            "De volgende informatie is niet bestemd voor publicatie",
            "Poniższe informacje nie są przeznaczone do publikacji",
            "Следующая информация не предназначена для публикации",
        ],
    )
    def test_what_is_not_for_publication_is_apart_with_all_that_follows(self, mark: str) -> None:
        copy = marks.sort(
            ["Text.", "", "# Notizblock", "- Note", "", mark, "", "## Kontakte", f"- {DESK}", "", "More."]
        )
        assert copy.story == ["Text.", ""]
        assert marks.sections(copy.public) == ["Note"]
        assert marks.sections(copy.nonpublic) == [f"Kontakte: {DESK}; More."]

    def test_it_needs_no_notebook_before_it_and_says_then_what_it_stands_after(self) -> None:
        copy = marks.sort(["Text.", "", "Not for publication:", DESK])
        assert copy.story == ["Text.", ""]
        assert DESK in " ".join(marks.sections(copy.nonpublic))
        assert copy.mark == "Not for publication:"

    def test_stars_need_no_telling(self) -> None:
        assert marks.sort(["Text.", "* * * *", DESK]).mark == ""

    def test_a_secret_on_the_marks_own_line_stays_with_it(self) -> None:
        copy = marks.sort(["Text.", "", f"Nicht zur Veröffentlichung: {DESK}"])
        assert marks.sections(copy.nonpublic) == [f"Nicht zur Veröffentlichung: {DESK}"]

    def test_a_mark_over_two_lines_is_one(self) -> None:
        copy = marks.sort(
            [
                "Text.",
                "",
                "Die folgenden Informationen sind nicht zur",
                "Veröffentlichung bestimmt",
                "",
                DESK,
            ]
        )
        assert copy.story == ["Text.", ""]

    @pytest.mark.parametrize(
        "line",
        [
            '"It is not for publication", she said.',
            (
                "The court held in its ruling of Thursday that the minutes of the meeting were"
                " not for publication, and that the town had to take them from its pages at once."
            ),
            "* * *",
            "The minutes of the meeting with the owner were\nnot for publication, and all said so.",
        ],
    )
    def test_a_story_about_it_is_a_story(self, line: str) -> None:
        lines = ["Text.", "", *line.split("\n"), "", "More."]
        assert marks.sort(lines).story == lines

    def test_a_headline_about_it_is_a_headline(self) -> None:
        lines = ["Minutes were not for publication, court says =", "", "Text."]
        assert marks.sort(lines).story == lines
        assert not marks.sort(["Not for publication", "", "Text."]).story

    def test_sections_have_a_line_each(self) -> None:
        lines = [
            "## Internet",
            "- [Bridge](https://bridge.example)",
            "",
            "## Orte",
            "- [Hafen](Am Hafen 1,",
            "  12345 Hafen)",
            "- Brücke",
        ]
        assert marks.sections(lines) == [
            "Internet: [Bridge](https://bridge.example)",
            "Orte: [Hafen](Am Hafen 1, 12345 Hafen); Brücke",
        ]

    def test_a_title_alone_is_a_note(self) -> None:
        assert marks.sections(["# Notebook", "", "## Refile"]) == ["Refile"]

    @pytest.mark.parametrize(
        "line",
        [
            "dpa abc yydd n1 sku",
            "dpa kre/su yysw a3 lön mda",
            "dpa s5",
            "abc/def/gh",
            "VDH/FUL/",
            "./.CVN",
            "./.",
            "(Schluss) abc/def",
            "afp ab cd",
        ],
    )
    def test_a_sign_off_ends_a_text_and_is_no_part_of_it(self, line: str) -> None:
        copy = marks.sort(["Text.", "", line, "", ""])
        assert (copy.story, copy.signoff) == (["Text."], line)

    @pytest.mark.parametrize(
        "line", ["The end of it all.", "Rams 54, Chiefs 51.", "and/or", "dpa-Eilmeldung", "UN"]
    )
    def test_what_is_none_stays(self, line: str) -> None:
        copy = marks.sort(["Text.", "", line])
        assert (copy.story, copy.signoff) == (["Text.", "", line], "") or line == "and/or"

    @given(st.lists(st.text(max_size=30), max_size=12))
    def test_nothing_after_four_stars_gets_out(self, lines: list[str]) -> None:
        copy = marks.sort([*lines, "* * * *", DESK, "More."])
        assert DESK not in "\n".join([*copy.story, *copy.public])
        assert DESK in "\n".join(copy.nonpublic)

    @given(st.lists(st.text(max_size=30), max_size=12))
    def test_any_lines_have_a_head(self, lines: list[str]) -> None:
        found = marks.head(lines)
        assert 0 <= found.lines <= len(lines)
