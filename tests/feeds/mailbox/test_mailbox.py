"""A mailbox on a real server: each message once, through restarts, and marked only when the broker has it."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from pipeline.feeds import mailbox
from pipeline.feeds.mailbox import Mailbox, MailboxConfig, imap
from pipeline.feeds.memory import AlreadyWatchedError
from pipeline.feeds.remote.server import ServerError
from pipeline.settings import Settings
from tests.feeds.certificate import certificate
from tests.feeds.driver import DONE, FAILED, REJECTED, Driver
from tests.feeds.imap_server import HOST, PASSWORD, USER, ImapServer, Scripted, TlsFront
from tests.formats.conformance import context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WRONG = "nonsense-123"


def mail(subject: str, body: str = "Copy.") -> bytes:
    return f"From: desk@agency.example\r\nSubject: {subject}\r\n\r\n{body}\r\n".encode()


class Box:
    """A folder on the server, a person who looks into it, and feeds that read it."""

    def __init__(self, server: ImapServer, root: Path, folder: str) -> None:
        self.server = server
        self.root = root
        self.folder = folder
        self.person = server.client()
        self.person.create_folder(folder)
        self.person.select_folder(folder)

    def put(self, *messages: bytes, seen: bool = False) -> None:
        for message in messages:
            self.person.append(self.folder, message, [rb"\Seen"] if seen else [])

    def config(self, **changes: Any) -> MailboxConfig:
        known: dict[str, Any] = {
            "type": "mailbox",
            "name": "desk",
            "host": HOST,
            "port": self.server.port,
            "tls": "none",
            "user": USER,
            "password": PASSWORD,
            "folder": self.folder,
            "every": 600,
        }
        return MailboxConfig(**(known | changes))

    def driver(self, result: Any = DONE, **changes: Any) -> Driver:
        stop = threading.Event()
        return Driver(Mailbox(self.config(**changes), Settings(var=self.root / "var"), stop), stop, result)

    def unseen(self, folder: str | None = None) -> list[int]:
        self.person.select_folder(folder or self.folder)
        found: list[int] = self.person.search("UNSEEN")
        return found

    def count(self, folder: str | None = None) -> int:
        self.person.select_folder(folder or self.folder)
        return len(self.person.search("ALL"))


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("pem"))


@pytest.fixture(scope="module")
def server(pem: Path) -> Iterator[ImapServer]:
    with ImapServer(pem) as running:
        yield running


@pytest.fixture
def box(server: ImapServer, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Box]:
    made = Box(server, tmp_path, f"box-{abs(hash(request.node.name))}")
    yield made
    made.person.logout()


def _until(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_messages_that_are_there_and_messages_that_come(box: Box) -> None:
    first, second = mail("first", "Zweites, Übung."), mail("second", "x" * 500_000)
    box.put(first, second)
    with box.driver() as driver:
        driver.wait_for(2)
        time.sleep(2)
        start = time.monotonic()
        box.put(mail("third"))
        driver.wait_for(3)
        assert time.monotonic() - start < 3  # the server tells; nobody waits for the next look
    assert driver.error is None
    assert driver.content == [first, second, mail("third")]
    assert box.unseen() == []
    validity = box.person.select_folder(box.folder)[b"UIDVALIDITY"]
    location = f"imap://127.0.0.1:{box.server.port}/{box.folder};UIDVALIDITY={validity}/;UID="
    assert [place.rpartition("=")[0] + "=" for place, _ in driver.read] == [location] * 3


def test_after_a_restart_nothing_comes_twice_and_nothing_is_skipped(box: Box) -> None:
    box.put(mail("a"))
    with box.driver() as driver:
        driver.wait_for(1)
    box.put(mail("b"))
    box.put(mail("c"), seen=True)  # somebody has read it meanwhile
    with box.driver() as driver:
        driver.wait_for(2)
        time.sleep(0.3)
    assert driver.content == [mail("b"), mail("c")]


@pytest.mark.parametrize("after", ["seen", "move", "keep"])
def test_what_was_not_acknowledged_stays_unread_and_comes_again(box: Box, after: str) -> None:
    box.put(mail("a"), mail("b"), mail("c"))
    part = {mail("a"): DONE, mail("c"): DONE}
    with box.driver(lambda _, data: part.get(data), after=after, done="done-x") as driver:
        driver.wait_for(3)
    unread = len(box.unseen())
    assert unread == (3 if after == "keep" else 1)
    with box.driver(after=after, done="done-x") as driver:
        driver.wait_for(1)
        time.sleep(0.3)
    assert driver.content == [mail("b")]


def test_a_mailbox_seen_for_the_first_time_gives_its_unread_messages(box: Box) -> None:
    box.put(mail("old"), seen=True)
    box.put(mail("unread"))
    with box.driver() as driver:
        driver.wait_for(1)
        time.sleep(0.3)
    assert driver.content == [mail("unread")]


def test_a_message_that_is_fed_and_not_yet_marked_when_we_were_killed_is_marked_and_not_fed(box: Box) -> None:
    box.put(mail("a"))
    with box.driver() as driver:
        driver.wait_for(1)
    box.person.select_folder(box.folder)
    uid = box.person.search("ALL")[0]
    box.person.remove_flags([uid], [rb"\Seen"])
    ledger = Mailbox(box.config(), Settings(var=box.root / "var"), threading.Event())._ledger
    ledger.put({str(uid): "done"})  # as it stands between the acknowledgement and the mark
    with box.driver() as driver:
        _until(lambda: box.unseen() == [])
    assert driver.read == []


@pytest.mark.parametrize(("result", "folder"), [(DONE, "fed"), (REJECTED, "spiked")])
def test_what_became_of_a_message_decides_where_it_is_moved(box: Box, result: Any, folder: str) -> None:
    there = f"{box.folder}-{folder}"
    names = {"done": f"{box.folder}-fed", "failed": f"{box.folder}-spiked"}
    box.put(mail("a"), mail("b"))
    with box.driver(result, after="move", **names) as driver:
        driver.wait_for(2)
        _until(lambda: box.count() == 0)
        box.put(mail("c"))
        driver.wait_for(3)
        _until(lambda: box.count() == 0)
    assert box.count(there) == 3
    assert box.unseen(there) == []


def test_keep_marks_nothing(box: Box) -> None:
    box.put(mail("a"))
    with box.driver(after="keep") as driver:
        driver.wait_for(1)
        time.sleep(0.3)
    assert len(box.unseen()) == 1
    assert len(driver.read) == 1


def test_a_message_that_the_broker_did_not_take_comes_again_and_stays_unread(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "RETRY_S", 0.3)
    box.put(mail("a"))
    with box.driver(FAILED) as driver:
        driver.wait_for(2)
    assert driver.content == [mail("a")] * 2
    assert len(box.unseen()) == 1


def test_a_message_that_is_too_large_is_told_once_and_left_for_a_person(box: Box) -> None:
    box.put(mail("huge", "x" * 5000), mail("small"))
    with box.driver(largest=4999) as driver:
        driver.wait_for(1, troubles=1)
        time.sleep(0.3)
    assert driver.content == [mail("small")]
    ((location, reason),) = driver.troubles
    assert location.startswith("imap://")
    assert reason == f"too large: {len(mail('huge', 'x' * 5000)):,} bytes; `largest` is 4,999"
    assert len(box.unseen()) == 1
    with box.driver(largest=4999) as driver:
        time.sleep(0.5)
    assert (driver.read, driver.troubles) == ([], [])


def test_a_message_that_somebody_deletes_harms_nobody(box: Box) -> None:
    box.put(mail("a"), mail("b"), mail("c"))

    def delete(_: object, data: bytes) -> Any:
        if data == mail("a"):
            box.person.select_folder(box.folder)
            box.person.delete_messages(box.person.search(["SUBJECT", "b"]))
            box.person.expunge()
        return DONE

    with box.driver(delete) as driver:
        driver.wait_for(2)
        box.put(mail("d"))
        _until(lambda: mail("d") in driver.content)
    # A server may go on to show what another connection deleted a moment ago.
    assert [data for data in driver.content if data != mail("b")] == [mail("a"), mail("c"), mail("d")]
    assert all("gone" in reason for _, reason in driver.troubles)


def test_numbers_that_begin_anew_are_other_messages(box: Box) -> None:
    box.put(mail("a"), mail("b"))
    with box.driver() as driver:
        driver.wait_for(2)
    box.person.close_folder()
    box.person.delete_folder(box.folder)
    time.sleep(1.1)  # the validity is made of the time
    box.person.create_folder(box.folder)
    box.put(mail("a"), seen=True)  # as when a server is restored from a copy
    box.put(mail("c"))
    with box.driver() as driver:
        driver.wait_for(1)
        box.put(mail("d"))
        driver.wait_for(2)
    assert driver.content == [mail("c"), mail("d")]


def test_many_messages_come_in_bounded_batches_and_are_remembered_in_few_words(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "BATCH", 20)
    monkeypatch.setattr(imap, "SPAN", 7)
    many = [mail(str(number)) for number in range(50)]
    box.put(*many)
    with box.driver() as driver:
        driver.wait_for(50)
        _until(lambda: box.unseen() == [])
        box.put(mail("last"))
        driver.wait_for(51)
        time.sleep(0.5)
    assert max(driver.sizes) == 20
    assert driver.content == [*many, mail("last")]
    ledger = Mailbox(box.config(), Settings(var=box.root / "var"), threading.Event())._ledger
    assert len(ledger.all()) <= 4


def test_a_kill_at_any_moment_neither_skips_nor_repeats_more_than_the_one_in_flight(box: Box) -> None:
    import signal
    import subprocess
    import sys

    script = (
        "import sys, threading; from pathlib import Path\n"
        "from pipeline.feeds.mailbox import Mailbox, MailboxConfig; from pipeline.settings import Settings\n"
        "from tests.feeds.driver import DONE\n"
        "feed = Mailbox(MailboxConfig.model_validate_json(sys.argv[1]), Settings(var=Path(sys.argv[2])),"
        " threading.Event())\n"
        "for batch in feed.batches():\n"
        "    for item in batch:\n"
        "        print(item.open().read().splitlines()[1].decode(), flush=True)\n"
        "        feed.acknowledge(item, DONE)\n"
    )
    box.put(*(mail(str(number)) for number in range(30)))
    config = box.config(password={"env": "NEWSWIRE_TEST_MAIL"}).model_dump_json(exclude_none=True)
    environment = {**os.environ, "NEWSWIRE_TEST_MAIL": PASSWORD}
    lines: list[str] = []
    runs = 0
    while len(set(lines)) < 30:
        runs += 1
        assert runs < 40
        command = [sys.executable, "-c", script, config, str(box.root / "var")]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert process.stdout is not None
        for _, line in zip(range(7 + runs * 3), process.stdout, strict=False):
            lines.append(line.strip())
            if len(set(lines)) == 30:
                break
        process.send_signal(signal.SIGKILL)
        lines += [line.strip() for line in process.stdout]
        process.wait()
        process.stdout.close()
    assert set(lines) == {f"Subject: {number}" for number in range(30)}
    assert len(lines) <= 30 + runs - 1


def test_a_lost_connection_ends_the_batch_at_once(pem: Path, tmp_path: Path) -> None:
    with ImapServer(pem) as server:
        box = Box(server, tmp_path, "wire")
        box.put(*(mail(str(number)) for number in range(10)))

        def end(*_: object) -> Any:
            server.end()
            return DONE

        with box.driver(end) as driver:
            error = driver.wait_for_error()
        box.person.shutdown()
    assert isinstance(error, ServerError)
    assert str(error).startswith(f"127.0.0.1:{server.port}: ")
    assert (len(driver.read), len(driver.troubles)) == (1, 1)


def test_a_connection_that_is_lost_while_nothing_comes_is_noticed(pem: Path, tmp_path: Path) -> None:
    with ImapServer(pem) as server:
        box = Box(server, tmp_path, "wire")
        box.put(mail("a"))
        with box.driver() as driver:
            driver.wait_for(1)
            time.sleep(0.5)
            server.end()
            error = driver.wait_for_error()
        box.person.shutdown()
    assert isinstance(error, ServerError)


def test_a_stop_ends_the_wait_at_once(box: Box) -> None:
    box.put(mail("a"))
    with box.driver() as driver:
        driver.wait_for(1)
        time.sleep(0.5)
        start = time.monotonic()
        driver.end()
    assert time.monotonic() - start < 3


def test_the_wait_for_word_is_begun_anew(box: Box) -> None:
    with box.driver(every=0.3) as driver:
        time.sleep(1)
        box.put(mail("a"))
        driver.wait_for(1)
    assert driver.error is None


def test_what_comes_at_any_moment_is_found_at_once(box: Box) -> None:
    with box.driver() as driver:
        for number in range(40):
            box.put(mail(str(number)))
            time.sleep(number % 5 / 50)
        driver.wait_for(40)
    assert driver.content == [mail(str(number)) for number in range(40)]


def test_one_feed_at_a_time_reads_a_folder(box: Box) -> None:
    box.put(mail("a"))
    with box.driver() as driver:
        driver.wait_for(1)
        with box.driver() as other:
            assert isinstance(other.wait_for_error(), AlreadyWatchedError)


def test_wrong_credentials_are_told_without_the_password(box: Box) -> None:
    with box.driver(password=WRONG) as driver:
        error = driver.wait_for_error()
    assert isinstance(error, PermissionError)
    assert str(error).startswith(f"127.0.0.1:{box.server.port}: it refuses the user '{USER}': ")
    assert WRONG not in str(error)


def test_a_folder_that_is_not_there_and_a_server_that_is_down_are_told(box: Box) -> None:
    with box.driver(folder="nowhere") as driver:
        error = driver.wait_for_error()
    assert "the folder 'nowhere' cannot be opened" in str(error)
    with box.driver(port=1) as driver:
        error = driver.wait_for_error()
    assert isinstance(error, ServerError)
    assert "127.0.0.1:1: no IMAP connection: Connection refused; is the server up" in str(error)


def test_tls_when_asked_for_and_from_the_start(box: Box, pem: Path) -> None:
    box.put(mail("a"))
    with box.driver(tls="starttls", authority=pem) as driver:
        driver.wait_for(1)
    box.put(mail("b"))
    with TlsFront(pem, box.server.port) as front:
        with box.driver(tls="tls", authority=pem, port=front.port) as driver:
            driver.wait_for(1)
            time.sleep(0.5)
            box.put(mail("c"))
            driver.wait_for(2)
        with box.driver(tls="tls", port=front.port) as driver:
            error = driver.wait_for_error()
    assert isinstance(error, ServerError)
    assert "its certificate is not trusted" in str(error)
    with box.driver(tls="starttls", authority=box.root / "none") as driver:
        assert "authority file" in str(driver.wait_for_error())


ANSWERS: dict[str, Any] = {
    "CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n%s OK done\r\n",
    "LOGIN": b"%s OK in\r\n",
    "SELECT": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 1] x\r\n%s OK [READ-WRITE] x\r\n",
    "NOOP": b"%s OK done\r\n",
    "SEARCH": b"* SEARCH 1\r\n%s OK done\r\n",
    "LOGOUT": b"* BYE\r\n%s OK done\r\n",
}


def _fetched(line: str) -> bytes:
    if "RFC822.SIZE" in line:
        return b"* 1 FETCH (UID 1 RFC822.SIZE 9)\r\n%s OK done\r\n"
    return b"* 1 FETCH (UID 1 BODY[] {9}\r\nA: b\r\n\r\nc)\r\n%s OK done\r\n"


def scripted(root: Path, port: int, **changes: Any) -> Driver:
    config = MailboxConfig(
        **{
            "type": "mailbox",
            "name": "x",
            "host": HOST,
            "port": port,
            "tls": "none",
            "user": USER,
            "password": PASSWORD,
            "every": 0.1,
            **changes,
        }
    )
    stop = threading.Event()
    return Driver(Mailbox(config, Settings(var=root / "var"), stop), stop)


def test_a_server_that_knows_little_is_asked_and_its_messages_are_copied(tmp_path: Path) -> None:
    answers = {
        **ANSWERS,
        "FETCH": _fetched,
        "STORE": b"%s OK done\r\n",
        "LIST": b"%s OK done\r\n",
        "CREATE": b"%s OK done\r\n",
        "COPY": b"%s OK done\r\n",
    }
    with Scripted(answers) as server, scripted(tmp_path, server.port, after="move") as driver:
        driver.wait_for(1)
        _until(lambda: sum("NOOP" in line for line in server.heard) > 3)
    assert driver.content == [b"A: b\r\n\r\nc"]
    said = [line.partition(" ")[2] for line in server.heard]
    assert 'UID COPY 1 "done"' in said
    assert any(line.startswith("UID STORE 1") and "Deleted" in line for line in said)
    assert not any("EXPUNGE" in line or "IDLE" in line or "MOVE" in line for line in said)


def test_news_between_the_last_look_and_the_wait_is_no_error(tmp_path: Path) -> None:
    answers = {
        **ANSWERS,
        "CAPABILITY": b"* CAPABILITY IMAP4rev1 IDLE\r\n%s OK done\r\n",
        "SEARCH": b"* SEARCH\r\n%s OK done\r\n",
        "IDLE": b"* 1 EXISTS\r\n+ idling\r\n",
        "DONE": b"",
    }
    tags: list[bytes] = []

    def idle(line: str) -> bytes:
        tags.append(line.partition(" ")[0].encode())
        return b"* 1 EXISTS\r\n+ idling\r\n"

    answers["IDLE"] = idle
    answers["DONE"] = lambda _: tags[-1] + b" OK done\r\n"
    with Scripted(answers) as server, scripted(tmp_path, server.port) as driver:
        _until(lambda: len(tags) >= 3)
    assert driver.error is None


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"SELECT": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n%s OK [READ-ONLY] x\r\n"}, 'after = "keep"'),
        ({"SEARCH": b"%s NO not now\r\n"}, "cannot be listed"),
        ({"SEARCH": b"* SEARCH 1 x y\r\n%s OK done\r\n"}, "cannot be listed"),
        ({"FETCH": b"* 1 FETCH (UID 1 RFC822.SIZE 9"}, "is the server up"),
        ({"FETCH": _fetched, "STORE": b"%s NO denied\r\n"}, "cannot be marked as read"),
        ({"LOGIN": b"garbage\r\n"}, "127.0.0.1"),
    ],
)
def test_a_server_that_misbehaves_is_told(
    tmp_path: Path, answers: dict[str, Any], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "TIMEOUT_S", 0.5)
    with Scripted({**ANSWERS, **answers}) as server, scripted(tmp_path, server.port) as driver:
        error = driver.wait_for_error()
    assert isinstance(error, OSError)
    assert told in str(error)


def test_a_message_that_breaks_off_is_an_error_and_no_article(tmp_path: Path) -> None:
    def cut(line: str) -> bytes:
        return _fetched(line) if "SIZE" in line else b"* 1 FETCH (UID 1 BODY[] {9000}\r\nA: b\r\n\r\nc"

    with Scripted({**ANSWERS, "FETCH": cut}) as server, scripted(tmp_path, server.port) as driver:
        _until(lambda: any("BODY" in line for line in server.heard))
        server.cut()
        error = driver.wait_for_error()
    assert driver.read == []
    assert isinstance(error, ServerError)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"host": "mail.agency.example"}, "in the clear"),
        ({"after": "move", "done": "INBOX"}, "other folders"),
        ({"after": "delete"}, "'seen', 'move' or 'keep'"),
        ({"password": None}, "password"),
    ],
)
def test_settings_that_do_not_fit_are_told(changes: dict[str, Any], told: str) -> None:
    known = {"type": "mailbox", "name": "x", "host": "::1", "tls": "none", "user": "u", "password": "p"}
    MailboxConfig(**known)  # type: ignore[arg-type]  # pydantic reads it
    with pytest.raises(ValidationError, match=told):
        MailboxConfig(**(known | changes))
    MailboxConfig(**(known | {"host": "mail.agency.example", "insecure": True}))  # type: ignore[arg-type]  # of any type


def test_the_context_comes_from_the_settings(box: Box) -> None:
    feed = Mailbox(box.config(language="fr"), Settings(var=box.root), threading.Event())
    assert (feed.name, feed.total, feed.atomic) == ("desk", None, False)
    told = feed.context(None, context())  # type: ignore[arg-type]  # it asks nothing of the item
    assert (told.source, told.feed, told.language) == ("desk", "desk", "fr")
