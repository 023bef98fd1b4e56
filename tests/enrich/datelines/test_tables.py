"""The word lists beside the code: how they are read, and that they are in order."""

import pytest

from pipeline.enrich.datelines import tables

ALL = ("agencies.txt", "capitals.txt", "credits.txt", "labels.txt")


@pytest.mark.parametrize("name", ALL)
def test_no_list_is_empty_and_no_entry_blank(name: str) -> None:
    lists = tables.read(name)
    assert lists
    for entries in lists.values():
        assert entries
        assert all(entry == entry.strip() != "" for entry in entries)


@pytest.mark.parametrize("name", ALL)
def test_an_entry_stands_once(name: str) -> None:
    for entries in tables.read(name).values():
        assert len(set(entries)) == len(entries)


@pytest.mark.parametrize("name", ALL)
def test_comments_and_headings_are_no_entries(name: str) -> None:
    entries = [entry for entries in tables.read(name).values() for entry in entries]
    assert not [entry for entry in entries if "#" in entry or "[" in entry or "]" in entry]


def test_lists_have_the_headings_that_the_file_says() -> None:
    assert set(tables.read("credits.txt")) == {"before a name", "alone", "before a colon", "rights"}
    assert set(tables.read("agencies.txt")) == {""}


def test_an_entry_may_have_blanks_and_a_line_may_go_on() -> None:
    agencies = tables.read("agencies.txt")[""]
    assert {"AFP", "Agence France-Presse", "法新社", "РИА Новости", "أ ف ب"} <= set(agencies)


@pytest.mark.parametrize("name", ["credits.txt", "labels.txt"])
def test_words_are_written_small_as_they_are_looked_up(name: str) -> None:
    for entries in tables.read(name).values():
        assert [entry for entry in entries if entry != entry.lower()] == []


def test_a_table_that_is_not_there_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        tables.read("no-such-table.txt")
