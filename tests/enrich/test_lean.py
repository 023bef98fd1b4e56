"""spaCy without its commands: nothing of them is read until somebody wants one, and then all is as ever."""

from __future__ import annotations

import subprocess
import sys

import pytest

LEAN = "from pipeline.enrich import lean; lean.import_spacy(); import spacy, sys; "


def said(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_spacy_reads_none_of_its_commands() -> None:
    read = said(LEAN + "print([each for each in sys.modules if each.startswith(('spacy.cli.', 'weasel'))])")
    assert read == "['spacy.cli.info']"


@pytest.mark.parametrize(
    "use",
    [
        "from spacy.cli import download; print(download.__module__)",
        "import spacy.cli.download as room; print(room.__name__)",
        "print(spacy.cli.download.__module__)",
        "print('spacy.cli.download' if spacy.info()['spacy_version'] else '')",
    ],
)
def test_a_command_is_there_when_it_is_used(use: str) -> None:
    assert said(LEAN + use).endswith("spacy.cli.download")


def test_a_spacy_that_is_there_already_stays_as_it_is() -> None:
    program = "import spacy.cli; before = spacy.cli; " + LEAN + "print(sys.modules['spacy.cli'] is before)"
    assert said(program) == "True"
