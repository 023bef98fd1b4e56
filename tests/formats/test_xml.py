"""XML from strangers: what is read, what is mended and said, what is refused; and that nothing is opened."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats import xml
from pipeline.formats.shape import UnfitError

DEEP = 20_000


def text_of(data: bytes) -> str:
    return xml.text(xml.parse(data)[0])


def told(data: bytes) -> str:
    """The text, or why there is none."""
    try:
        return text_of(data)
    except UnfitError as error:
        return str(error)


def unfit(data: bytes) -> UnfitError:
    with pytest.raises(UnfitError) as caught:
        xml.parse(data)
    return caught.value


class TestMended:
    @pytest.mark.parametrize(
        ("data", "text"),
        [
            (b"<a>x & y</a>", "x & y"),
            (b"<a>AT&T</a>", "AT&T"),
            (b"<a>x&nbsp;y &eacute; &hellip;</a>", "x y é …"),
            (b"<a>&unknown; x</a>", "&unknown; x"),
            (b"<a>1&lt;2 &nbsp;</a>", "1<2"),
            (b"<a href='x?a=1&b=2'>y</a>", "y"),
            (b"<a>a\x0bb\x01</a>", "ab"),
            (b"<a>a&#0;b&#x1F;c&#xD800;d&#x110000;</a>", "abcd"),
        ],
    )
    def test_what_xml_forbids_is_read_as_it_was_meant_and_said(self, data: bytes, text: str) -> None:
        root, flags = xml.parse(data)
        assert xml.text(root) == text
        assert flags

    def test_what_is_right_is_not_flagged(self) -> None:
        assert xml.parse("<a>é &amp; &#233;</a>".encode())[1] == []

    @pytest.mark.parametrize(
        "lead", [b"\n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf \n", b"", b"<?xml version='1.0'?>\n"]
    )
    def test_what_stands_before_the_declaration_does_no_harm(self, lead: bytes) -> None:
        assert text_of(lead + b'<?xml version="1.0" encoding="UTF-8"?>\n<!-- x --><a>y</a>') == "y"

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-32"])
    def test_a_byte_order_mark_is_believed(self, encoding: str) -> None:
        assert text_of('<?xml version="1.0"?><a>déjà</a>'.encode(encoding)) == "déjà"

    def test_latin_1_that_is_utf_8_and_the_other_way_round(self) -> None:
        declared = '<?xml version="1.0" encoding="{}"?><a>déjà</a>'
        for name, real in (("iso-8859-1", "utf-8"), ("utf-8", "iso-8859-1")):
            root, flags = xml.parse(declared.format(name).encode(real))
            assert xml.text(root) == "déjà"
            assert len(flags) == 1

    def test_latin_1_that_is_latin_1_is_right(self) -> None:
        assert xml.parse('<?xml version="1.0" encoding="ISO-8859-1"?><a>déjà</a>'.encode("latin-1"))[1] == []


class TestRefused:
    @pytest.mark.parametrize(
        "data",
        [b"<a><b>x", b"<a>x</", b"<a", b"<a x='1", b"<a><![CDATA[x", b"<a><!-- x", b"<a>x</a", b"<a>&am"],
    )
    def test_a_file_without_its_end_is_cut_off(self, data: bytes) -> None:
        error = unfit(data)
        assert error.kind == "truncated"
        assert "cut off" in str(error)

    @pytest.mark.parametrize(
        "data", [b"<a><b></a>", b"<a x=1></a>", b"<a></a><b></b>", b"<a><a:b/><></a>", b"x<a/>"]
    )
    def test_a_broken_one_is_no_xml_and_the_place_is_said(self, data: bytes) -> None:
        error = unfit(data)
        assert error.kind == "syntax"
        assert "line 1" in str(error)

    @pytest.mark.parametrize("data", [b"", b" \n", b"\xef\xbb\xbf", b"<?xml version='1.0'?>"])
    def test_nothing_is_empty(self, data: bytes) -> None:
        assert unfit(data).kind == "empty"

    def test_any_cut_of_a_document_is_no_document(self) -> None:
        whole = '<n xmlns="urn:x"><h a="1">Über &amp; out</h><!-- c --><p>x<b/>y</p></n>'.encode()
        for end in range(1, len(whole)):
            assert unfit(whole[:end]).kind in ("truncated", "empty"), whole[:end]

    def test_more_elements_than_memory_should_take(self) -> None:
        start = time.process_time()
        assert unfit(b"<a>" + b"<b/>" * (xml.NODES + 1) + b"</a>").kind == "size"
        assert time.process_time() - start < 15

    def test_an_element_of_very_many_attributes(self) -> None:
        crowd = b" ".join(b"a%d='1'" % number for number in range(xml.ATTRIBUTES + 1))
        assert "attributes" in str(unfit(b"<a " + crowd + b"/>"))

    @pytest.mark.parametrize("start", [b"<![CDATA[", b"<!-- ", b"1 &lt; 2, and 3 > "])
    def test_a_long_text_behind_a_sign_is_none(self, start: bytes) -> None:
        end = {b"<![": b"]]>", b"<!-": b" -->"}.get(start[:3], b"")
        xml.parse(b"<a>" + start + b"word = x/y " * 5000 + end + b"</a>")

    def test_deep_nesting(self) -> None:
        start = time.process_time()
        assert unfit(b"<a>" * DEEP + b"</a>" * DEEP).kind == "syntax"
        assert time.process_time() - start < 15


class TestTraps:
    BOMB = (
        b"<!DOCTYPE a [<!ENTITY a0 'xxxxxxxxxx'>"
        + b"".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>".encode() for n in range(1, 10))
        + b"]><a>&a9;</a>"
    )
    QUADRATIC = b"<!DOCTYPE a [<!ENTITY x '" + b"x" * 100_000 + b"'>]><a>" + b"&x;" * 50_000 + b"</a>"

    @pytest.mark.parametrize("bomb", [BOMB, QUADRATIC])
    def test_entities_that_grow_are_refused_at_once(self, bomb: bytes) -> None:
        start = time.process_time()
        assert "trap" in str(unfit(bomb))
        assert time.process_time() - start < 15

    def test_a_loop_of_entities(self) -> None:
        assert unfit(b"<!DOCTYPE a [<!ENTITY x '&y;'><!ENTITY y '&x;'>]><a>&x;</a>").kind == "syntax"

    def test_the_documents_own_harmless_entities_are_read(self) -> None:
        assert (
            text_of(b"<!DOCTYPE a [<!ENTITY co 'Harbour &amp; Sons'>]><a>&co; win</a>")
            == "Harbour & Sons win"
        )

    def test_a_file_is_not_opened_by_an_entity(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret"
        secret.write_text("the secret")
        for data in (
            f"<!DOCTYPE a [<!ENTITY x SYSTEM 'file://{secret}'>]><a>&x;</a>",
            f"<!DOCTYPE a [<!ENTITY % x SYSTEM 'file://{secret}'> %x;]><a>y</a>",
            f"<a xmlns:i='http://www.w3.org/2001/XInclude'><i:include href='{secret}' parse='text'/></a>",
        ):
            assert "the secret" not in told(data.encode())

    def test_no_dtd_is_fetched_and_its_entities_are_html_s(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            server.settimeout(0.3)
            for kind in ("SYSTEM", "PUBLIC '-//IPTC//DTD NITF 3.2//EN'"):
                named = f"<!DOCTYPE n {kind} 'http://127.0.0.1:{port}/n.dtd'>"
                data = f"{named}<n>caf&eacute;&nbsp;&mdash; &odd;</n>"
                assert text_of(data.encode()) == "café — &odd;"
            with pytest.raises(TimeoutError):
                server.accept()

    def test_a_pipe_named_as_dtd_holds_nobody_up(self, tmp_path: Path) -> None:
        import os

        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        done = threading.Event()

        def read() -> None:
            xml.parse(f"<!DOCTYPE n SYSTEM '{pipe}'><n/>".encode())
            done.set()

        threading.Thread(target=read, daemon=True).start()
        assert done.wait(5)


class TestLooking:
    ROOT, _ = xml.parse(
        b'<n:root xmlns:n="urn:n" xml:lang="fr" n:id="7"><n:a>one<b>two</b>three</n:a><a> four\n five </a>'
        b"<c><a>six<rp>(</rp><rt>seven</rt></a></c></n:root>"
    )

    def test_names_count_without_their_namespace(self) -> None:
        assert [xml.text(each) for each in xml.children(self.ROOT, "a")] == ["onetwothree", "four five"]
        assert [xml.local(each) for each in xml.children(self.ROOT)] == ["a", "a", "c"]
        assert xml.namespace(self.ROOT) == "urn:n"
        assert xml.namespace(self.ROOT[1]) == ""

    def test_a_path_leads_to_the_first(self) -> None:
        assert xml.text(xml.child(self.ROOT, "c", "a")) == "six"
        assert xml.child(self.ROOT, "c", "x", "a") is None
        assert xml.text(None) == ""
        assert len(list(xml.descendants(self.ROOT, "a"))) == 3
        assert not list(xml.descendants(None, "a"))

    def test_attributes_too(self) -> None:
        assert xml.attribute(self.ROOT, "lang") == "fr"
        assert xml.attribute(self.ROOT, "missing", "id") == "7"
        assert xml.attribute(self.ROOT, "missing") == ""
        assert xml.attribute(None, "lang") == ""


class TestRoot:
    @pytest.mark.parametrize(
        ("head", "name"),
        [
            (b"<nitf>", "nitf"),
            (b"<n:newsItem xmlns:n='x' guid='y'", "newsItem"),
            (b"\xef\xbb\xbf\n <?xml version='1.0'?><!-- a > b --><!DOCTYPE x SYSTEM 'x'><x/>", "x"),
            (b"<!DOCTYPE nitf [<!ENTITY a 'b'> ]><nitf>", "nitf"),
            ("<feed xml:lang='fr'>".encode("utf-16"), "feed"),
            (b"<?xml version='1.0'?>", ""),
            (b"<!-- cut off <nitf>", ""),
            (b"text <nitf>", ""),
            (b"", ""),
            (b"<", ""),
        ],
    )
    def test_its_name(self, head: bytes, name: str) -> None:
        assert xml.root_of(head)[0] == name

    def test_its_start_tag_comes_with_it(self) -> None:
        assert 'standard="x"' in xml.root_of(b'<?xml version="1.0"?><a b="1" standard="x"><c>')[1]

    @pytest.mark.parametrize(
        "head", [b"<!-- " * 20_000, b"<?x ?>" * 10_000, b"<!DOCTYPE [" * 8_000, b" " * 65_536]
    )
    def test_a_head_made_to_be_slow_is_not(self, head: bytes) -> None:
        start = time.process_time()
        xml.root_of(head)
        assert time.process_time() - start < 5

    @given(st.binary(max_size=300))
    def test_it_never_raises(self, head: bytes) -> None:
        xml.root_of(head)


@given(st.binary(max_size=300))
def test_any_bytes_are_xml_or_unfit(data: bytes) -> None:
    assert told(b"<a>" + data + b"</a>") is not None
    assert told(b"<" + data) is not None


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=200))
def test_any_text_comes_out_as_it_went_in(text: str) -> None:
    import html

    assert text_of(f"<a>{html.escape(text)}</a>".encode()) == " ".join(text.split())
