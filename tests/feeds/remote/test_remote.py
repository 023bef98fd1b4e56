"""A folder on another machine: the same over SFTP, FTP, FTPS, and FTP without listings for machines."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

import pytest
from pydantic import ValidationError

from pipeline.feeds import remote
from pipeline.feeds.config import FeedConfigError, Secret
from pipeline.feeds.memory import AlreadyWatchedError
from pipeline.feeds.remote import RemoteConfig, RemoteFolder
from pipeline.feeds.remote.server import ServerError
from pipeline.settings import Settings
from tests.feeds.certificate import certificate
from tests.feeds.driver import DONE, FAILED, REJECTED, TRUNCATED, Driver
from tests.feeds.ftp_server import FtpServer
from tests.feeds.sftp_server import PASSWORD, USER, SftpServer
from tests.formats.conformance import context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONG_AGO = 1_700_000_000
PLAIN, WRONG, OPEN = "plain", "nonsense-123", "sesame"


class _Running(Protocol):
    port: int

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...
    def end(self) -> None: ...


class Place:
    """A folder behind a server, and feeds that read it."""

    def __init__(self, root: Path, kind: str) -> None:
        self.root = root
        self.kind = kind
        self.folder = root / "in"
        self.folder.mkdir()
        self.pem = certificate(root) if kind == "ftps" else None
        self.key: Any = None
        self.port = 0
        self.server = self.serve()

    def serve(self, **options: Any) -> _Running:
        """A server on the same port as before."""
        server: _Running
        if self.kind == "sftp":
            server = SftpServer(self.folder, port=self.port, key=self.key, **options)
            self.key = server.key
        else:
            without = ("MLSD",) if self.kind == "names" else ()
            server = FtpServer(self.folder, port=self.port, pem=self.pem, without=without, **options)
        server.__enter__()
        self.port = server.port
        return server

    def again(self, **options: Any) -> None:
        """The server goes, and comes back."""
        self.server.end()
        self.server = self.serve(**options)

    def config(self, **changes: Any) -> RemoteConfig:
        known: dict[str, Any] = {
            "type": "remote",
            "name": "wire",
            "protocol": {"names": "ftp"}.get(self.kind, self.kind),
            "host": "127.0.0.1",
            "port": self.port,
            "user": USER,
            "password": PASSWORD,
            "every": 0.1,
            "quiet": 0.05,
        }
        if self.kind == "sftp":
            known["fingerprint"] = str(self.key.get_fingerprint())
        if self.kind == "ftps":
            known["authority"] = self.pem
        return RemoteConfig(**(known | changes))

    def feed(self, stop: threading.Event, **changes: Any) -> RemoteFolder:
        return RemoteFolder(self.config(**changes), Settings(var=self.root / "var"), stop)

    def driver(self, result: Any = None, **changes: Any) -> Driver:
        stop = threading.Event()
        feed = self.feed(stop, **changes)
        return Driver(feed, stop) if result is None else Driver(feed, stop, result)

    def put(self, name: str, data: bytes = b"copy", when: int = LONG_AGO) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        os.utime(path, (when, when))
        return path

    @property
    def left(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture(params=["sftp", "ftp", "ftps", "names"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path, request.param)
    yield made
    made.server.end()


@pytest.fixture(params=["sftp", "names"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """For what does not lie in the protocol: the two that differ most."""
    made = Place(tmp_path, request.param)
    yield made
    made.server.end()


@pytest.fixture
def ssh(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path, "sftp")
    yield made
    made.server.end()


@pytest.fixture
def ftp(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path, "ftp")
    yield made
    made.server.end()


def _until(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_files_come_once_the_oldest_first_with_all_their_bytes(place: Place) -> None:
    large = os.urandom(3_000_000)
    place.put("b.xml", large, LONG_AGO)
    place.put("a.xml", b"second", LONG_AGO + 1)
    with place.driver() as driver:
        driver.wait_for(2)
        place.put("c.xml", b"", LONG_AGO + 2)
        driver.wait_for(3)
        time.sleep(0.3)
    assert driver.error is None
    assert driver.names == ["b.xml", "a.xml", "c.xml"]
    assert driver.content == [large, b"second", b""]
    protocol = place.config().protocol
    assert driver.read[0][0] == f"{protocol}://127.0.0.1:{place.port}/b.xml"


def test_after_a_restart_nothing_comes_twice_and_nothing_is_skipped(place: Place) -> None:
    place.put("a.xml")
    with place.driver() as driver:
        driver.wait_for(1)
    place.put("b.xml")
    with place.driver() as driver:
        driver.wait_for(1)
        time.sleep(0.3)
    assert driver.names == ["b.xml"]


def test_what_was_not_acknowledged_comes_again_after_a_restart(either: Place) -> None:
    either.put("a.xml", when=LONG_AGO)
    either.put("b.xml", when=LONG_AGO + 1)
    with either.driver(lambda item, _: None if item.location.endswith("b.xml") else DONE) as driver:
        driver.wait_for(2)
    with either.driver() as driver:
        driver.wait_for(1)
        time.sleep(0.2)
    assert driver.names == ["b.xml"]


def test_a_file_that_changes_comes_again(either: Place) -> None:
    either.put("a.xml", b"first")
    with either.driver() as driver:
        driver.wait_for(1)
        either.put("a.xml", b"other", LONG_AGO + 60)
        driver.wait_for(2)
    assert driver.content == [b"first", b"other"]


def test_a_file_that_grows_is_waited_for(either: Place) -> None:
    with either.driver(quiet=0.4) as driver:
        with (either.folder / "a.xml").open("wb") as writer:
            for _ in range(10):
                writer.write(b"piece ")
                writer.flush()
                time.sleep(0.1)
        driver.wait_for(1)
        time.sleep(0.3)
    assert driver.content == [b"piece " * 10]


def test_names_that_are_hidden_unfinished_or_do_not_match_are_passed_over(either: Place) -> None:
    for name in (".hidden.xml", "a.xml.part", "b.xml.TMP", "c.txt", "d.xml~"):
        either.put(name)
    (either.folder / "folder.xml").mkdir()
    either.put("seen.xml")
    with either.driver(pattern="*.xml*") as driver:
        driver.wait_for(1)
        time.sleep(0.2)
    assert driver.names == ["seen.xml"]


NAMES = ["with space.xml", " lead.xml", "-dash.xml", "é☃.xml", "a;b&c%20'\".xml", "*.xml", "[x].xml"]


def test_names_with_odd_characters_come_and_are_moved(place: Place) -> None:
    for name in NAMES:
        place.put(name, name.encode())
    with place.driver(after="move") as driver:
        driver.wait_for(len(NAMES))
        _until(lambda: place.left == sorted(f"done/{name}" for name in NAMES))
    assert sorted(driver.content) == sorted(name.encode() for name in NAMES)
    assert all(" " not in name and '"' not in name for name in driver.names)


def test_names_that_are_not_utf_8_come_over_sftp(ssh: Place) -> None:
    Path(os.fsdecode(os.fsencode(ssh.folder) + b"/caf\xe9.xml")).write_bytes(b"latin")
    ssh.put("b.xml", b"other")
    with ssh.driver(after="move") as driver:
        driver.wait_for(2)
        _until(lambda: len(ssh.left) == 2 and all(name.startswith("done/") for name in ssh.left))
    assert set(driver.names) == {"caf%E9.xml", "b.xml"}


def test_names_that_are_not_utf_8_come_over_ftp(ftp: Place) -> None:
    ftp.again(encoding="latin-1", password=PLAIN)
    ftp.put("café.xml", b"latin")
    with ftp.driver(password=PLAIN, after="move") as driver:
        driver.wait_for(1)
        _until(lambda: ftp.left == ["done/café.xml"])
    assert driver.names == ["caf%E9.xml"]


@pytest.mark.parametrize(
    ("result", "left"), [(None, "done/a.xml"), (REJECTED, "failed/a.xml"), (TRUNCATED, "a.xml")]
)
def test_what_became_of_a_file_decides_where_it_goes(either: Place, result: Any, left: str) -> None:
    either.put("a.xml")
    with either.driver(result, after="move") as driver:
        driver.wait_for(1)
        _until(lambda: either.left == [left])
        time.sleep(0.3)
    assert either.left == [left]
    assert len(driver.read) == 1


def test_what_is_moved_never_takes_the_place_of_what_is_there(place: Place) -> None:
    (place.folder / "done").mkdir()
    place.put("done/a.xml", b"yesterday's")
    place.put("a.xml", b"today's")
    with place.driver(after="move") as driver:
        driver.wait_for(1)
        _until(lambda: "a.xml" not in place.left)
    assert place.left == ["done/a.xml", "done/a.xml.1"]
    assert (place.folder / "done/a.xml").read_bytes() == b"yesterday's"


def test_a_file_that_was_fed_and_not_yet_moved_when_we_were_killed_is_moved_and_not_fed(
    either: Place,
) -> None:
    either.put("a.xml")
    with either.driver() as driver:
        driver.wait_for(1)
    with either.driver(after="move") as driver:
        _until(lambda: either.left == ["done/a.xml"])
    assert driver.read == []


def test_the_same_name_with_other_bytes_after_it_was_moved_comes(either: Place) -> None:
    either.put("a.xml", b"one")
    with either.driver(after="move") as driver:
        driver.wait_for(1)
        _until(lambda: either.left == ["done/a.xml"])
        either.put("a.xml", b"two", LONG_AGO + 5)
        driver.wait_for(2)
        _until(lambda: either.left == ["done/a.xml", "done/a.xml.1"])


def test_a_file_that_the_broker_did_not_take_comes_again(
    either: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "RETRY_S", 0.2)
    either.put("a.xml")
    with either.driver(FAILED, after="move") as driver:
        driver.wait_for(2)
    assert set(driver.names) == {"a.xml"}
    assert either.left == ["a.xml"]


def test_a_file_that_is_too_large_is_told_once_and_not_fetched(either: Place) -> None:
    either.put("huge.xml", b"x" * 5000)
    either.put("small.xml", b"x" * 10)
    with either.driver(largest=4999) as driver:
        driver.wait_for(1, troubles=1)
        time.sleep(0.3)
    assert driver.names == ["small.xml"]
    ((location, reason),) = driver.troubles
    assert location.endswith("/huge.xml")
    assert reason == "too large: 5,000 bytes; `largest` is 4,999"


def test_a_transfer_that_is_cut_is_an_error_and_no_article(place: Place) -> None:
    place.again(cut=100_000)
    place.put("a.xml", b"x" * 1_000_000)
    with place.driver() as driver:
        error = driver.wait_for_error()
    assert driver.read == []
    assert isinstance(error, OSError)
    assert "127.0.0.1" in str(error)
    place.again()
    with place.driver() as driver:
        driver.wait_for(1)
    assert [len(data) for data in driver.content] == [1_000_000]


def test_a_lost_connection_ends_the_batch_at_once(place: Place) -> None:
    for number in range(20):
        place.put(f"{number:02}.xml", b"x", LONG_AGO + number)

    def end(_: object, data: bytes) -> Any:
        if not place_ended:
            place_ended.append(data)
            place.server.end()
        return DONE

    place_ended: list[bytes] = []
    with place.driver(end) as driver:
        error = driver.wait_for_error()
    assert isinstance(error, ServerError)
    assert driver.names == ["00.xml"]
    assert len(driver.troubles) == 1
    place.server = place.serve()
    with place.driver() as driver:
        driver.wait_for(19)
    assert driver.names == [f"{number:02}.xml" for number in range(1, 20)]


def test_many_files_come_in_bounded_batches(either: Place) -> None:
    for number in range(250):
        either.put(f"{number:03}.xml", b"x", LONG_AGO + number)
    with either.driver() as driver:
        driver.wait_for(250)
    assert max(driver.sizes) == remote.BATCH
    assert driver.names == [f"{number:03}.xml" for number in range(250)]


def test_a_file_that_went_away_is_told_and_the_next_passes(either: Place) -> None:
    either.put("a.xml", when=LONG_AGO)
    gone = either.put("b.xml", when=LONG_AGO + 1)
    either.put("c.xml", when=LONG_AGO + 2)

    def remove(*_: object) -> Any:
        gone.unlink(missing_ok=True)
        return DONE

    with either.driver(remove) as driver:
        driver.wait_for(2, troubles=1)
    assert driver.names == ["a.xml", "c.xml"]
    assert "127.0.0.1" in driver.troubles[0][1]


def test_a_file_that_is_written_while_it_is_read_is_no_article(place: Place) -> None:
    place.put("a.xml", when=LONG_AGO)
    place.put("b.xml", b"long", when=LONG_AGO + 1)
    place.put("c.xml", b"shrinks", when=LONG_AGO + 2)

    def write(item: Any, _: bytes) -> Any:
        if item.location.endswith("a.xml"):
            place.put("b.xml", b"longer", LONG_AGO + 3)
            place.put("c.xml", b"s", LONG_AGO + 4)
        return DONE

    with place.driver(write) as driver:
        driver.wait_for(3, troubles=1)
    assert sorted(driver.content) == [b"copy", b"longer", b"s"]
    assert any("1 of its 7 bytes" in reason for _, reason in driver.troubles)


def test_wrong_credentials_are_told_without_the_password(place: Place) -> None:
    with place.driver(password=WRONG) as driver:
        error = driver.wait_for_error()
    assert isinstance(error, PermissionError)
    assert str(error).startswith(f"127.0.0.1:{place.port}: it refuses the user '{USER}': ")
    assert "check user" in str(error).lower()
    assert WRONG not in str(error)


def test_a_server_that_is_down_is_told(place: Place) -> None:
    place.server.end()
    with place.driver() as driver:
        error = driver.wait_for_error()
    assert isinstance(error, ServerError)
    assert str(error).startswith(f"127.0.0.1:{place.port}: no ")
    assert str(error).endswith("is the server up and reachable?")


def test_a_folder_that_is_not_there_is_told(place: Place) -> None:
    with place.driver(folder="nowhere") as driver:
        error = driver.wait_for_error()
    assert isinstance(error, OSError)
    assert "the folder 'nowhere' cannot be opened" in str(error)


def test_a_folder_beneath_is_read_by_its_path(place: Place) -> None:
    (place.folder / "wïre").mkdir()
    place.put("wïre/a.xml")
    with place.driver(folder="wïre") as driver:
        driver.wait_for(1)
    assert driver.read[0][0].endswith(f"127.0.0.1:{place.port}/w%C3%AFre/a.xml")


def test_a_stop_ends_the_wait_at_once(either: Place) -> None:
    either.put("a.xml")
    with either.driver(every=600, quiet=0.05) as driver:
        driver.wait_for(1)
        time.sleep(0.2)
        start = time.monotonic()
        driver.end()
    assert time.monotonic() - start < 3


def test_one_feed_at_a_time_reads_a_folder(either: Place) -> None:
    either.put("a.xml")
    with either.driver() as driver:
        driver.wait_for(1)
        with either.driver() as other:
            assert isinstance(other.wait_for_error(), AlreadyWatchedError)


def test_a_connection_that_the_server_ended_between_two_looks_is_made_anew(ftp: Place) -> None:
    ftp.put("a.xml")
    with ftp.driver(every=0.5) as driver:
        driver.wait_for(1)
        ftp.again()
        ftp.put("b.xml")
        driver._until(lambda: len(driver.read) == 2 or driver.error is not None)
    assert driver.names == ["a.xml", "b.xml"]


def test_what_is_gone_is_forgotten_late(ssh: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    ssh.put("a.xml")
    with ssh.driver() as driver:
        driver.wait_for(1)
        away = (ssh.folder / "a.xml").rename(ssh.root / "a.xml")
        time.sleep(0.3)
        away.rename(ssh.folder / "a.xml")  # as when a disk was not mounted for a while
        time.sleep(0.3)
    assert driver.names == ["a.xml"]
    monkeypatch.setattr(remote, "FORGET_S", 0.0)
    (ssh.folder / "a.xml").rename(ssh.root / "a.xml")
    with ssh.driver() as driver:
        ssh.put("b.xml")
        driver.wait_for(1)
        time.sleep(0.2)
    (ssh.root / "a.xml").rename(ssh.folder / "a.xml")
    with ssh.driver() as driver:
        driver.wait_for(1)
    assert driver.names == ["a.xml"]


def test_the_servers_key_is_never_taken_on_trust(ssh: Place) -> None:
    with ssh.driver(fingerprint=None, known_hosts=_empty(ssh)) as driver:
        error = driver.wait_for_error()
    assert isinstance(error, ServerError)
    assert "the server's key is not known" in str(error)
    assert str(ssh.key.get_fingerprint()) in str(error)
    with ssh.driver(fingerprint="SHA256:" + "A" * 43) as driver:
        error = driver.wait_for_error()
    assert "the server's key is not the one that is set" in str(error)


def _empty(place: Place) -> Path:
    file = place.root / "nobody"
    file.write_text("")
    return file


def test_a_server_in_known_hosts_is_known_and_another_in_its_place_is_not(ssh: Place) -> None:
    ssh.put("a.xml")
    assert isinstance(ssh.server, SftpServer)
    known = ssh.server.known_hosts(ssh.root)
    with ssh.driver(fingerprint=None, known_hosts=known) as driver:
        driver.wait_for(1)
    ssh.key = None
    ssh.again()
    with ssh.driver(fingerprint=None, known_hosts=known) as driver:
        error = driver.wait_for_error()
    assert "the server's key is not the one in known_hosts" in str(error)


def test_a_key_opens_the_door_too(ssh: Place) -> None:
    import asyncssh

    client = asyncssh.generate_private_key("ssh-ed25519")
    file = ssh.root / "id"
    file.write_bytes(client.export_private_key(passphrase=OPEN))
    ssh.again(client=client)
    ssh.put("a.xml")
    with ssh.driver(password=None, key=file, passphrase=OPEN) as driver:
        driver.wait_for(1)
    with ssh.driver(password=None, key=file) as driver:
        error = driver.wait_for_error()
    assert isinstance(error, PermissionError)
    with ssh.driver(password=None, key=ssh.root / "none") as driver:
        error = driver.wait_for_error()
    assert str(ssh.root / "none") in str(error)


def test_links_to_files_are_followed_and_broken_ones_passed_over(ssh: Place) -> None:
    ssh.put("a.xml")
    (ssh.folder / "link.xml").symlink_to("a.xml")
    (ssh.folder / "broken.xml").symlink_to("nowhere")
    with ssh.driver() as driver:
        driver.wait_for(2)
        time.sleep(0.2)
    assert sorted(driver.names) == ["a.xml", "link.xml"]


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    place = Place(tmp_path, "ftps")
    with place.driver(authority=None) as driver:
        error = driver.wait_for_error()
    place.server.end()
    assert isinstance(error, ServerError)
    assert "its certificate is not trusted" in str(error)


def test_a_server_without_tls_is_refused_where_tls_is_asked_for(ftp: Place) -> None:
    with ftp.driver(protocol="ftps") as driver:
        error = driver.wait_for_error()
    assert isinstance(error, ServerError)


def test_a_server_that_keeps_no_times_goes_by_the_size(tmp_path: Path) -> None:
    place = Place(tmp_path, "ftp")
    place.server.end()
    place.put("a.xml", b"one")
    with FtpServer(place.folder, port=place.port, without=("MLSD", "MDTM")), place.driver() as driver:
        driver.wait_for(1)
        place.put("a.xml", b"three")
        driver.wait_for(2)
        time.sleep(0.2)
    assert driver.content == [b"one", b"three"]


def test_too_many_names_are_refused(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.feeds.remote import ftp, sftp

    monkeypatch.setattr(ftp, "MOST_NAMES", 3)
    monkeypatch.setattr(sftp, "MOST_NAMES", 3)
    for number in range(4):
        place.put(f"{number}.xml")
    with place.driver() as driver:
        assert "names in its folder" in str(driver.wait_for_error())


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"protocol": "ftp", "fingerprint": "SHA256:" + "A" * 43}, "for sftp alone"),
        ({"protocol": "ftp", "authority": Path("/x")}, "for ftps alone"),
        ({"password": None}, "set `password` or `key`"),
        ({"protocol": "ftp", "password": None}, "set `password`"),
        ({"fingerprint": "12:34"}, "pattern"),
        ({"protocol": "scp"}, "'sftp', 'ftp' or 'ftps'"),
    ],
)
def test_settings_that_do_not_fit_are_told(changes: dict[str, Any], told: str) -> None:
    known = {"type": "remote", "name": "x", "protocol": "sftp", "host": "h", "user": "u", "password": "p"}
    with pytest.raises(ValidationError, match=told):
        RemoteConfig(**(known | changes))


def test_a_missing_secret_and_the_context_come_from_the_settings(ssh: Place) -> None:
    with ssh.driver(password=Secret(env="NEWSWIRE_TEST_NOT_SET")) as driver:
        assert isinstance(driver.wait_for_error(), FeedConfigError)
    feed = ssh.feed(threading.Event(), language="fr", source="agency")
    assert (feed.name, feed.total, feed.atomic) == ("wire", None, False)
    told = feed.context(None, context())  # type: ignore[arg-type]  # it asks nothing of the item
    assert (told.source, told.feed, told.language) == ("agency", "wire", "fr")


def test_an_address_of_ip_6_is_bracketed() -> None:
    given = RemoteConfig(
        type="remote", name="x", protocol="ftp", host="::1", user="u", password=Secret(env="P"), port=2121
    )
    assert given.place == "ftp://[::1]:2121"
