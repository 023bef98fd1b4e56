"""Fuzzing by Hypothesis: copy that is cut, doubled, spliced with other copy and strewn with traps.

``python -m tests.fuzzing.under_hypothesis TARGET TALLY FOLDER SECONDS``: the tally is written at the end, the
smallest input that broke something into the folder.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st

from tests.fuzzing.targets import LONGEST, check, peak_mib, seeds

ROUND = 500
"""Inputs between two looks at the clock."""

TOKENS = (
    *(
        b"<",
        b">",
        b"</",
        b"/>",
        b"&",
        b"&#0;",
        b"&#x110000;",
        b"&amp;",
        b"<![CDATA[",
        b"]]>",
        b"<!--",
        b"-->",
    ),
    *(
        b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
        b"<?xml version='1.0' encoding='utf-16'?>",
        b"xml:lang='",
        b"='",
        b'="',
    ),
    *(b"{", b"}", b"[", b"]", b'"', b"\\u0000", b"\\ud800", b"null", b"1e999", b"-0", b"NaN", b","),
    *(
        b"\x00",
        b"\x01",
        b"\x02",
        b"\x03",
        b"\x04",
        b"\x13",
        b"\x1f",
        b"\x7f",
        b"\x85",
        b"\xa0",
        b"\xff",
        b"\xfe",
    ),
    *(
        b"\r",
        b"\n",
        b"\r\n",
        b"\r\n\r\n",
        b"\t",
        b" " * 200,
        b":",
        b";",
        b"--",
        b"=?utf-8?q?",
        b"?=",
        b"=\r\n",
    ),
    *(
        "\u2028".encode(),
        "\u202e".encode(),
        "\ufeff".encode(),
        "\u0661".encode(),
        b"\xed\xa0\x80",
        b"\xc0\x80",
    ),
    *(
        b"9" * 400,
        b"0001-01-01T00:00:00Z",
        b"9999-12-31T24:00:00+99:99",
        b"31 Feb 2024",
        b"-1",
        b"\x1f\x8b\x08",
    ),
)


@dataclass
class Tally:
    """What is known of a run.

    Attributes:
        runs: inputs that were tried.
        slowest_s: processor seconds of the slowest of them.
        grown_mib: by how many MiB the process grew after it had read all that it started from.
        broke: what something broke with, the smallest there is in the end.
    """

    runs: int = 0
    slowest_s: float = 0.0
    grown_mib: int = 0
    broke: bytes | None = None


@st.composite
def _damaged(draw: st.DrawFn, copy: list[bytes]) -> bytes:
    data = draw(st.sampled_from(copy))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 200)))
        other = draw(st.sampled_from(copy))
        at = draw(st.integers(0, len(other)))
        put = draw(
            st.one_of(
                st.sampled_from(TOKENS),
                st.binary(max_size=20),
                st.text(max_size=10).map(lambda text: text.encode(errors="surrogatepass")),
                st.just(other[at : at + 300]),
                st.integers(1, 200).map(data[start:end].__mul__),
            )
        )
        data = (data[:start] + put + data[end:])[:LONGEST]
    return data


def fuzz(target: str, seconds: float, tally: Tally) -> None:
    """Try damaged copy for so many seconds, and keep count.

    Raises:
        Exception: what ``check`` raised for the smallest input that Hypothesis finds.
    """
    end = time.monotonic() + seconds
    copy = seeds(target) or [b"x"]

    @settings(
        max_examples=ROUND,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    @given(_damaged(copy))
    def one_round(data: bytes) -> None:
        _try(target, data, tally)

    while time.monotonic() < end:
        one_round()


def _try(target: str, data: bytes, tally: Tally) -> None:
    tally.runs += 1
    try:
        tally.slowest_s = max(tally.slowest_s, check(target, data))
    except BaseException:
        tally.broke = data  # the smallest comes last: Hypothesis tries it once more before it raises
        raise


def main(target: str, tallied: str, folder: str, seconds: str) -> None:
    """Fuzz, and tell how it went."""
    tally = Tally()
    try:
        for data in seeds(target):
            _try(target, data, tally)
        before = peak_mib()
        fuzz(target, float(seconds), tally)
        tally.grown_mib = peak_mib() - before
    finally:
        told = asdict(tally)
        if broke := told.pop("broke"):
            (Path(folder) / f"crash-{hashlib.sha256(broke).hexdigest()[:16]}").write_bytes(broke)
        Path(tallied).write_text(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
