"""Where the page is served, by which certificate, and that it ends when it is told to."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline.settings import Settings
from pipeline.web import WebError, address, run
from tests.feeds.certificate import certificate

AWAY = {"NEWSWIRE_KAFKA": "127.0.0.1:9", "NEWSWIRE_ELASTICSEARCH": "http://127.0.0.1:9"}


@contextmanager
def started(folder: Path, *arguments: str, **variables: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """``newswire web`` as a process, and the address that it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "web", *arguments],
        cwd=folder,
        env={**os.environ, **AWAY, "NEWSWIRE_VAR": str(folder / "var"), **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        found = re.search(r"https?://\S+", line)
        assert found, process.communicate(timeout=10)
        yield process, found[0]
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_prints_the_address_and_ends_when_it_is_told_to(
    number: signal.Signals, tmp_path: Path
) -> None:
    with started(tmp_path, "--port", "0") as (process, url):
        assert httpx.get(f"{url}health/live").text == "ok\n"
        answer = httpx.get(url)
        assert answer.status_code == 503
        assert "newswire up" in answer.text
        process.send_signal(number)
        output, errors = process.communicate(timeout=20)
        assert process.returncode == 0
        assert output == errors == ""


def test_an_open_page_for_all_is_refused_with_what_to_set(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "web", "--host", "0.0.0.0", "--port", "0"],  # noqa: S104 - it is refused
        cwd=tmp_path,
        env={**os.environ, **AWAY},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "set NEWSWIRE_WEB_USER and NEWSWIRE_WEB_PASSWORD" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def serve(**values: Any) -> str:
    """Serves until it answers; the address."""

    async def work() -> str:
        told: asyncio.Queue[str] = asyncio.Queue()
        running = asyncio.create_task(run(Settings(web_port=0).model_copy(update=values), told.put_nowait))
        waiting = asyncio.create_task(told.get())
        await asyncio.wait([running, waiting], return_when=asyncio.FIRST_COMPLETED)
        for task in (running, waiting):
            if not task.done():
                task.cancel()
        results = await asyncio.gather(running, waiting, return_exceptions=True)
        if isinstance(results[0], WebError):
            raise results[0]
        assert isinstance(results[1], str)
        return results[1]

    return asyncio.run(work())


def test_the_address_is_that_where_it_is_served() -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", serve())
    assert address("::1", 8300) == "http://[::1]:8300/"
    assert address("news.example.org", 443, secure=True) == "https://news.example.org:443/"


def test_a_port_that_is_taken_is_an_error_that_says_what_to_choose() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(WebError, match=f"127.0.0.1:{port}: .*--port or NEWSWIRE_WEB_PORT"):
            serve(web_port=port)


def test_it_is_served_over_tls_by_a_certificate_of_ones_own(tmp_path: Path) -> None:
    file = certificate(tmp_path)
    files = {"NEWSWIRE_WEB_TLS_CERT": str(file), "NEWSWIRE_WEB_TLS_KEY": str(file)}
    with started(tmp_path, "--port", "0", **files) as (_, url):
        assert url.startswith("https://")
        answer = httpx.get(f"{url}health/live", verify=ssl.create_default_context(cafile=str(file)))
        assert answer.text == "ok\n"
        assert "max-age" in answer.headers["strict-transport-security"]


def test_a_certificate_that_cannot_be_used_is_an_error_that_says_so(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    with pytest.raises(WebError, match="NEWSWIRE_WEB_TLS_CERT and NEWSWIRE_WEB_TLS_KEY, or neither"):
        serve(web_tls_cert=broken)
    with pytest.raises(WebError, match="neither"):
        serve(web_tls_key=broken)
    with pytest.raises(WebError, match=r"broken\.pem.*cannot be used"):
        serve(web_tls_cert=broken, web_tls_key=broken)
    with pytest.raises(WebError, match="No such file"):
        serve(web_tls_cert=tmp_path / "none.pem", web_tls_key=broken)
