"""What NewsML-G2 marks as not for publication: it never reaches body, headline, summary or public notes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline.article import RawArticle, encode
from tests.formats.newsml_g2.copies import HEADLINE, XHTML, article, html, item, nitf, paragraphs

NOTICE = "Die folgenden Informationen sind nicht zur Veröffentlichung bestimmt"
PRIVATE = "Desk: +00 123 456"


def public(one: RawArticle) -> str:
    """All that a reader may come to see."""
    shown = [
        one.headline,
        one.subheadline,
        one.body,
        one.summary,
        one.byline,
        *one.ednotes,
        *one.wire.values(),
    ]
    return "\n".join(str(each) for each in shown if each)


class TestNotes:
    def test_public_ones_are_notes_to_editors(self) -> None:
        one = article(
            item('<edNote>Pictures follow.</edNote><edNote role="x:public">Graphics, too.</edNote>')
        )
        assert one.ednotes == ("Pictures follow.", "Graphics, too.")
        assert one.ednotes_nonpublic == ()

    @pytest.mark.parametrize(
        "attributes",
        [
            'pubconstraint="x:nonpublic"',
            'pubconstrainturi="http://x.example/constraint/notpublic"',
            'pubconstraint="x:noweb"',
            'role="x:private"',
            'role="x:internal"',
            'role="x:nonpublic"',
            'roleuri="http://x.example/role/notForPublication"',
            'role="x:deskcontacts"',
        ],
    )
    def test_a_role_or_a_constraint_makes_them_private(self, attributes: str) -> None:
        one = article(item(f"<edNote {attributes}>{PRIVATE}</edNote><edNote>Open.</edNote>"))
        assert one.ednotes_nonpublic == (PRIVATE,)
        assert one.ednotes == ("Open.",)
        assert one.status == "usable"

    @pytest.mark.parametrize(
        "notice",
        [
            NOTICE,
            "Not for publication:",
            "NOT FOR PUBLICATION",
            "Ces informations ne sont pas pour publication",
            "Information non destinée à la publication",
            "Esta información no es para publicación",
            "Niet bestemd voor publicatie",
            "Ikke til publisering",
            "Не для публикации",  # noqa: RUF001 - the notice as Russian agencies write it
            "* * * *",
            "****",
        ],
    )
    def test_what_follows_a_mark_is_private(self, notice: str) -> None:
        one = article(item(f"<edNote>Open.<br/>{notice}<br/>{PRIVATE}</edNote>"))
        assert one.ednotes == ("Open.",)
        assert one.ednotes_nonpublic == (notice, PRIVATE)

    def test_a_mark_in_one_line_parts_it(self) -> None:
        one = article(item(f"<edNote>Open. * * * * {PRIVATE}</edNote>"))
        assert one.ednotes == ("Open.",)
        assert one.ednotes_nonpublic == (f"* * * * {PRIVATE}",)

    def test_a_mark_that_is_a_note_of_its_own_speaks_of_the_notes_after_it(self) -> None:
        notes = f"<edNote>Open.</edNote><edNote>{NOTICE}</edNote><edNote>{PRIVATE}</edNote>"
        notes += '<edNote role="x:public">Late.</edNote>'
        one = article(item(notes))
        assert one.ednotes == ("Open.", "Late.")
        assert one.ednotes_nonpublic == (NOTICE, PRIVATE)

    def test_an_embargo_in_words_is_public(self) -> None:
        note = "Strictly embargoed. Not for publication before noon."
        assert article(item(f"<edNote>{note}</edNote>")).ednotes == (note,)

    def test_a_notepad_is_parted_by_its_sections(self) -> None:
        pad = (
            f'<edNote role="x:notepad"><section xmlns="{XHTML}" class="notepad"><header><h3>Pad</h3></header>'
            '<section class="np-public"><h4>Links</h4><ul><li><a href="http://x.example">The bridge</a></li>'
            f'</ul></section><section class="np-nonpublic"><p>{NOTICE}</p><h4>Contacts</h4>'
            f"<ul><li>{PRIVATE}</li></ul></section>"
            '<p class="closingline">xx aa</p></section></edNote><edNote>The bridge</edNote>'
        )
        one = article(item(pad))
        assert one.ednotes == ("Links", "The bridge", "xx aa")
        assert one.ednotes_nonpublic == (NOTICE, "Contacts", PRIVATE)

    def test_escaped_markup_in_a_note_is_read(self) -> None:
        one = article(item("<edNote>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;</edNote>"))
        assert one.ednotes == ("One.", "Two.")

    def test_a_note_in_small_letters_is_one(self) -> None:
        assert article(item("<ednote>Pictures follow.</ednote>")).ednotes == ("Pictures follow.",)

    def test_notes_in_nitf_are_notes_and_those_that_must_not_be_published_are_not_public(self) -> None:
        head = f'<note type="npa"><p>{PRIVATE}</p></note><note type="pa"><p>Open.</p></note>'
        one = article(item(inline=nitf("<p>Story.</p>", head)))
        assert (one.ednotes, one.ednotes_nonpublic, one.body) == (("Open.",), (PRIVATE,), "Story.")


class TestParts:
    def test_a_private_part_of_the_copy_is_taken_out_and_what_follows_it_stays(self) -> None:
        body = f'<p>One.</p><div class="nonpublic"><p>{PRIVATE}</p></div> tail <p>Two.</p>'
        one = article(item(inline=html(body)))
        assert paragraphs(one) == ["One.", "tail", "Two."]
        assert one.ednotes_nonpublic == (PRIVATE,)

    def test_parts_within_parts_are_told_once(self) -> None:
        inner = f'<p class="np-nonpublic">{PRIVATE}</p>'
        one = article(item(inline=html(f'<p>One.</p><div class="np-nonpublic">{inner}</div>')))
        assert one.ednotes_nonpublic == (PRIVATE,)

    @pytest.mark.parametrize("element", ["headline", "description", "keyword", "by", "creditline"])
    def test_no_element_with_such_a_constraint_is_shown(self, element: str) -> None:
        content = f'{HEADLINE}<{element} pubconstraint="x:nonpublic">{PRIVATE}</{element}>'
        one = article(item(content=content))
        assert PRIVATE not in public(one)
        assert PRIVATE not in " ".join(one.keywords)
        assert one.ednotes_nonpublic == (PRIVATE,)

    def test_a_constraint_that_nobody_knows_holds_it_back(self) -> None:
        one = article(item(content=HEADLINE.replace("<headline", '<headline pubconstraint="x:noweb"')))
        assert (one.status, one.headline) == ("withheld", "Harbour bridge opens")
        assert "x:noweb" in one.flags[0]

    def test_a_constraint_that_says_public_is_none(self) -> None:
        one = article(item(content=HEADLINE.replace("<headline", '<headline pubconstraint="x:public"')))
        assert (one.status, one.flags) == ("usable", ())

    def test_a_notepad_in_the_body_is_no_body(self) -> None:
        pad = (
            f'<section class="notepad"><section class="np-public"><ul><li>Open.</li></ul></section>'
            f'<section class="np-nonpublic"><p>{PRIVATE}</p></section></section>'
        )
        one = article(item(inline=html(f"<p>Story.</p>{pad}")))
        assert (one.body, one.ednotes, one.ednotes_nonpublic) == ("Story.", ("Open.",), (PRIVATE,))


class TestBody:
    @pytest.mark.parametrize("stars", ["", "<p>* * * *</p>"])
    def test_what_follows_a_notice_in_it_is_kept_out(self, stars: str) -> None:
        body = f"<p>Story.</p><h2>More</h2><p>End.</p>{stars}<p>{NOTICE}</p><h2>Contacts</h2><p>{PRIVATE}</p>"
        one = article(item(inline=html(body)))
        assert one.body == "Story.\n\nMore\n\nEnd."
        assert one.ednotes_nonpublic == (NOTICE, "Contacts", PRIVATE)
        assert len(one.headings) == 1
        assert "kept out of the body" in one.flags[0]

    def test_plain_text_ends_at_four_stars(self) -> None:
        inline = f"<inlineData contenttype='text/plain'>Story.\n\nEnd.\n* * * *\n{PRIVATE}\n</inlineData>"
        one = article(item(inline=inline))
        assert one.body == "Story.\n\nEnd."
        assert one.ednotes_nonpublic == ("* * * *", PRIVATE)

    def test_stars_between_the_chapters_of_a_story_are_no_notice(self) -> None:
        one = article(item(inline=html("<p>One.</p><p>* * * *</p><p>Two.</p>")))
        assert paragraphs(one) == ["One.", "* * * *", "Two."]

    def test_a_sentence_that_says_the_words_is_no_notice(self) -> None:
        said = "The minister told reporters that her remarks were not for publication and left."
        assert article(item(inline=html(f"<p>{said}</p><p>End.</p>"))).body == f"{said}\n\nEnd."

    def test_a_body_that_is_all_private_is_none(self) -> None:
        one = article(item(inline=html(f"<p>{NOTICE}</p><p>{PRIVATE}</p>")))
        assert one.body is UNSET
        assert one.headline == "Harbour bridge opens"


@given(
    before=st.lists(
        st.sampled_from(["<p>Open.</p>", "<ul><li>Open.</li></ul>", "text", "<h4>Head</h4>"]), max_size=4
    ),
    wrapped=st.sampled_from(
        [
            '<edNote pubconstraint="x:nonpublic">{}</edNote>',
            '<edNote role="x:private"><p>{}</p></edNote>',
            "<edNote>* * * *<br/>{}</edNote>",
            f"<edNote>{NOTICE}<br/>{{}}</edNote>",
            '<edNote><div class="np-nonpublic">{}</div></edNote>',
        ]
    ),
)
def test_a_secret_never_leaves_the_private_notes(before: list[str], wrapped: str) -> None:
    text = item(f"<edNote>{''.join(before)}</edNote>{wrapped.format(PRIVATE)}", inline=html("".join(before)))
    one = article(text)
    assert PRIVATE in one.ednotes_nonpublic
    assert encode(one).decode().count(PRIVATE) == 1
