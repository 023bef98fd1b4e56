"""What the commands print: what a person needs, and an article's text never as markup."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import structs
from rich.console import Console

from pipeline import render
from pipeline.article import Subject
from pipeline.check import Checked, Fault, sketch
from pipeline.feeds.report import Event, FeedSummary, Summary
from pipeline.local.service import Status
from pipeline.search import CLOSE, OPEN, Hit, Member, Results
from tests.test_check import FULL


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Everything that goes to standard output and standard error, as plain text."""
    sheet = io.StringIO()
    for name in ("out", "err"):
        monkeypatch.setattr(render, name, Console(file=sheet, width=120, highlight=False))
    return sheet


def hit(**fields: Any) -> Hit:
    needed: dict[str, Any] = {
        "id": "a" * 32,
        "score": 1.0,
        "title": "Traité",
        "source": "local",
        "status": "usable",
        "version": 1,
        "story": "b" * 32,
    }
    return Hit(**needed | fields)


def test_hits_are_numbered_with_what_is_known_of_them(printed: io.StringIO) -> None:
    first = hit(
        language="fr",
        created="2024-06",
        topics=("politics",),
        people=tuple(f"Person {number}" for number in range(20)),
        highlights=(f"le président {OPEN}Poutine{CLOSE} a\n\ndit",),
    )
    render.results(Results(total=7, took_ms=3, hits=(first, hit(title="Other"))))
    text = printed.getvalue()
    assert " 1. Traité" in text
    assert " 2. Other" in text
    assert "2024-06 · fr · politics · local" in text
    assert "… le président Poutine a dit …" in text
    assert "Person 7" in text
    assert "Person 8" not in text
    assert "2 of 7 found in 3 ms" in text
    assert f"newswire show {'a' * 32}" in text


def test_a_storys_other_articles_stand_under_the_hit(printed: io.StringIO) -> None:
    members = tuple(
        Member(
            id=f"{number}" * 32,
            title=f"Take {number}",
            source="AFP",
            version=2,
            kind="update",
            created="2024",
        )
        for number in range(2)
    )
    lead = hit(others=7, members=members)
    render.results(Results(total=8, stories=1, took_ms=3, hits=(lead,), after="place"))
    lines = printed.getvalue().splitlines()
    assert any(
        line.startswith("        Take 0 · 2024 · update · AFP · newswire show 00000") for line in lines
    )
    assert lines[-3].strip() == "and 5 more of this story"
    assert lines[-2:] == ["1 of 8 found, 1 story in 3 ms", "go on with --after place"]


def test_what_goes_on_in_the_next_line_keeps_the_indent(printed: io.StringIO) -> None:
    long = hit(highlights=(f"{OPEN}Poutine{CLOSE} " + "a dit " * 40,))
    render.results(Results(total=1, took_ms=3, hits=(long,)))
    first, *others = printed.getvalue().splitlines()
    assert first == " 1. Traité"
    fragment = [line for line in others if "a dit" in line]
    assert len(fragment) > 1
    assert all(line.startswith("    ") and len(line) <= 120 for line in fragment)


def test_nothing_found_is_said(printed: io.StringIO) -> None:
    render.results(Results(total=0, took_ms=1, hits=()))
    assert printed.getvalue() == "Nothing found.\n"


def test_what_matched_is_marked() -> None:
    text = render.marked(f"{OPEN}Corée{CLOSE} du {OPEN}Nord{CLOSE}")
    assert text.plain == "Corée du Nord"
    assert [text.plain[span.start : span.end] for span in text.spans if span.style] == ["Corée", "Nord"]


@pytest.mark.parametrize("evil", ["[bold]not markup[/bold]", "[/]", "\\[", "[link=x]y"])
def test_an_articles_text_is_never_read_as_markup(printed: io.StringIO, evil: str) -> None:
    render.results(Results(total=1, took_ms=1, hits=(hit(title=evil, people=(evil,), highlights=(evil,)),)))
    render.document({"headline": evil, "body": evil, "source": evil})
    render.error(evil)
    render.progress(evil)
    assert printed.getvalue().count(evil) == 8


def test_an_article_is_shown_whole(printed: io.StringIO) -> None:
    render.document(
        {
            "id": "a" * 32,
            "headline": "Traité",
            "language": "fr",
            "language_declared": "en",
            "language_contradicted": True,
            "body": "Titre\n\nPremier.\n\nSecond.",
            "headings": [{"start": 0, "end": 5, "text": "Titre"}],
            "entities": [
                {"text": "ONU", "label": "ORG", "count": 1},
                {"text": "Kim Jong Un", "label": "PER", "count": 2},
            ],
            "topics_detail": [
                {"qcode": "medtop:11000000", "name": "politics", "score": 0.875},
                {"qcode": "medtop:15000000", "name": "sport", "origin": "declared"},
            ],
        }
    )
    text = printed.getvalue()
    assert "fr (the feed declares en)" in text
    assert text.index("Titre") < text.index("Premier.") < text.index("Second.")
    assert text.index("Kim Jong Un") < text.index("ONU")
    assert "medtop:11000000" in text
    assert "0.88" in text
    assert re.search(r"sport +medtop:15000000 +declared", text)


def test_an_article_shows_who_said_what_and_what_is_missing(printed: io.StringIO) -> None:
    render.document(
        {
            "id": "a" * 32,
            "body": "« Jamais », a dit Poutine. « Toujours\nencore ».",
            "keyphrases": ["Poutine", "non"],
            "degraded": {"topics": "it took over 20 s"},
            "quotes": [{"text": "Jamais", "speaker": "Vladimir Poutine"}, {"text": "Toujours\nencore"}],
        }
    )
    text = printed.getvalue()
    assert re.search(r"keyphrases +Poutine; non", text)
    assert re.search(r"without topics +it took over 20 s", text)
    assert re.search(r"Vladimir Poutine +Jamais", text)
    assert "Toujours encore" in text


def test_an_article_without_quotations_has_no_table_of_them(printed: io.StringIO) -> None:
    render.document({"id": "a" * 32, "body": "Rien."})
    assert "quotation" not in printed.getvalue()


def test_entities_show_who_they_are_or_may_be(printed: io.StringIO) -> None:
    render.entities(
        {
            "entities": [
                {
                    "text": "Organisation des Nations unies",
                    "label": "ORG",
                    "count": 3,
                    "forms": ["ONU"],
                    "id": "org:united-nations",
                    "name": "United Nations",
                },
                {
                    "text": "PS",
                    "label": "ORG",
                    "count": 1,
                    "candidates": [
                        {"name": "PS (France)"},
                        {"name": "PS (Belgium)"},
                    ],
                },
                {"text": "Untel [red]", "label": "PER", "count": 1},
            ]
        }
    )
    lines = printed.getvalue().splitlines()
    told = next(line for line in lines if "Organisation des Nations unies / ONU" in line)
    assert told.split()[-3:] == ["United", "Nations", "org:united-nations"]
    assert any("PS (France) or PS (Belgium)" in line for line in lines)
    assert any("Untel [red]" in line for line in lines)


def test_a_hit_without_a_date_of_creation_shows_that_of_its_version(printed: io.StringIO) -> None:
    render.results(Results(total=1, took_ms=1, hits=(hit(modified="2024-06-19"),)))
    assert "2024-06-19" in printed.getvalue()


def test_what_editors_must_know_is_shown(printed: io.StringIO) -> None:
    render.document(
        {
            "id": "a" * 32,
            "kind": "correction",
            "embargo": "2024-06-20T04:00:00Z",
            "ednotes": ["Corrects the height.", "Adds a quote."],
            "flags": ["the urgency 'high' is no number from 1 to 9"],
            "summary": "The bridge is higher.",
        }
    )
    text = printed.getvalue()
    for part in (
        "correction",
        "2024-06-20",
        "Corrects the height.; Adds",
        "urgency 'high'",
        "bridge is higher",
    ):
        assert part in text


def test_a_kill_is_shown_without_text(printed: io.StringIO) -> None:
    render.document({"id": "a" * 32, "status": "canceled"})
    assert "canceled" in printed.getvalue()


def test_the_services_are_a_table(printed: io.StringIO) -> None:
    render.services(
        [
            Status("kafka", "running", "127.0.0.1:9092", True, 7, 61.5, 250 * 2**20, "4.3.1", "/var", "[x]"),
            Status("elasticsearch", "stopped", "127.0.0.1:9200", True),
        ]
    )
    text = printed.getvalue()
    for part in ("running", "0:01:01", "250 MiB", "4.3.1", "[x]", "stopped", "127.0.0.1:9200"):
        assert part in text


def test_problems_of_a_run_are_told_line_by_line(printed: io.StringIO) -> None:
    with render.feeding(watch=False) as on_event:
        on_event(Event(kind="progress", bytes=10, total=20, accepted=1))
        on_event(Event(kind="item", message="a.txt"))
        on_event(Event(kind="rejected", message="b.txt, byte 7: no [JSON]"))
    assert printed.getvalue().strip() == "b.txt, byte 7: no [JSON]"


def test_a_watched_folder_tells_each_file(printed: io.StringIO) -> None:
    with render.feeding(watch=True) as on_event:
        on_event(Event(kind="item", message="a.txt"))
    assert "a.txt: fed" in printed.getvalue()


def test_a_run_is_summed_up_in_a_line(printed: io.StringIO) -> None:
    render.fed(Summary(files=3, accepted=5, rejected=2, bytes=12345, seconds=1.25, stopped=True))
    assert printed.getvalue() == "5 accepted, 2 rejected; 3 files, 12,345 bytes in 1.2 s (stopped)\n"


def test_of_several_feeds_each_is_named(printed: io.StringIO) -> None:
    with render.feeding(watch=False, named=True) as on_event:
        on_event(Event(kind="rejected", message="b.txt, byte 7: no JSON", feed="afp"))
        on_event(Event(kind="waiting", message="waiting for Kafka"))
    assert printed.getvalue() == "afp: b.txt, byte 7: no JSON\nwaiting for Kafka\n"


def test_each_feed_of_a_run_has_its_line(printed: io.StringIO) -> None:
    summary = Summary(files=3, accepted=1007, errors=2, seconds=1)
    summary.feeds = {
        "dpa": FeedSummary(),
        "afp": FeedSummary(accepted=1007, errors=2, last_article=datetime(2024, 6, 19, 10, tzinfo=UTC)),
    }
    render.fed_by(summary)
    lines = printed.getvalue().splitlines()
    assert lines[1].split() == ["afp", "1,007", "0", "0", "0", "2", "0", "2024-06-19", "10:00:00Z"]
    assert lines[2].split() == ["dpa", "0", "0", "0", "0", "0", "0"]
    assert lines[3].startswith("1007 accepted, 2 breakdowns of feeds; 3 files")


def test_a_checked_file_shows_what_is_in_it(printed: io.StringIO) -> None:
    render.checked(Checked(file="/in/[a].json", articles=(sketch(FULL),)))
    lines = printed.getvalue().splitlines()
    assert lines[0] == "/in/[a].json: 1 article"
    facts = [" ".join(line.split()) for line in lines]
    for fact in (
        "Titre",
        "guid urn:1",
        "embargo 2030-01-01T00:00:00+00:00",
        "keywords un, deux",
        "paragraphs 3",
        "subject medtop:11000000 politique",
        "media https://example.org/a.jpg",
        "note À noter.",
        "notes 2 not for publication",
        "wire service fra",
        "flag mended",
    ):
        assert fact in facts
    assert "Secret." not in printed.getvalue()


def test_private_notes_are_shown_where_they_are_given(printed: io.StringIO) -> None:
    render.checked(Checked(file="a", articles=(sketch(FULL, private=True),)))
    assert "Secret." in printed.getvalue()


def test_a_subject_shows_the_topic_that_it_stands_for(printed: io.StringIO) -> None:
    subject = Subject(qcode="subj:11000000", type="concept", media_topic="medtop:11000000")
    render.checked(Checked(file="a", articles=(sketch(structs.replace(FULL, subjects=(subject,))),)))
    assert "subj:11000000 (concept) = medtop:11000000" in printed.getvalue()


def test_what_is_wrong_with_a_file_is_shown(printed: io.StringIO) -> None:
    fault = Fault(place="a, byte 0", kind="empty", reason="empty: no text", size=0)
    render.checked(Checked(file="a", faults=(fault,)))
    render.checked(Checked(file="b", unreadable="Permission denied"))
    text = printed.getvalue()
    assert "a: 0 articles, 1 rejected" in text
    assert "rejected at a, byte 0 (empty, 0 bytes): empty: no text" in text
    assert "b: cannot be read\n  Permission denied" in text


def test_json_is_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    render.as_json(Results(total=1, took_ms=1, hits=(hit(),)))
    assert json.loads(capsys.readouterr().out)["hits"][0]["title"] == "Traité"
