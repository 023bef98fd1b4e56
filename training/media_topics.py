"""Makes the table of Media Topics: ``python -m training.media_topics --data ../shared/data``.

The data folder has IPTC's release 2023-10-24 as JSON, in English (CC BY 4.0, © IPTC).
"""

from __future__ import annotations

import argparse
import json
import lzma
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parent.parent / "pipeline" / "media_topics.json"
SOURCE = Path("iptc-mediatopics") / "iptc_mapping_2023-10-24_en.json.xz"
LEVELS = tuple(f"Level{number}/NewsCode" for number in range(1, 7))


def table(concepts: dict[str, dict[str, Any]]) -> dict[str, tuple[str, str]]:
    """The eight digits of each topic: those of the one above it, none for one of the top; and its name."""
    return {
        qcode.removeprefix("medtop:"): (_above(qcode, concept), concept["Name (en-GB)"])
        for qcode, concept in sorted(concepts.items())
    }


def _above(qcode: str, concept: dict[str, Any]) -> str:
    """What stands one level higher in its row; no level is a string but those that it has."""
    levels = [concept[level] for level in LEVELS if isinstance(concept[level], str)]
    higher = [level for level in levels if level != qcode]
    return str(higher[-1]).removeprefix("medtop:") if higher else ""


def main() -> None:
    """Reads the command line, writes the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    with lzma.open(parser.parse_args().data / SOURCE) as file:
        topics = table(json.load(file))
    TABLE.write_text(json.dumps(topics, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(f"{len(topics)} topics in {TABLE}")


if __name__ == "__main__":
    main()
