"""What searches give is there for who shows it, without the client of Elasticsearch."""

from __future__ import annotations

import subprocess
import sys
from typing import get_args

from pipeline import found, search


def test_it_is_what_the_search_gives_out() -> None:
    shown = ("Bucket", "Facets", "Hit", "Latest", "Member", "Moment", "Results", "Sort", "Spot", "Suggestion")
    for name in (*shown, "OPEN", "CLOSE"):
        assert getattr(search, name) is getattr(found, name)
    assert "relevance" in get_args(found.Sort)
    assert found.OPEN != found.CLOSE


def test_a_command_that_searches_nothing_loads_no_client_of_elasticsearch() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "pipeline", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "pipeline.found" in loaded
    assert not {"elasticsearch", "elastic_transport", "pipeline.search"} & loaded
