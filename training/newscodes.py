"""Makes the table of IPTC subject codes and their Media Topics: ``python -m training.newscodes FILE``.

The file is IPTC's Media Topics as JSON (CC BY 4.0), as
https://cv.iptc.org/newscodes/mediatopic/?format=json&lang=en-GB gives it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parent.parent / "pipeline" / "formats" / "newscodes.json"
_MARK = "/newscodes/subjectcode/"
# A topic that a subject code is the same as comes before one that it is close to.
_RELATIONS = ("exactMatch", "closeMatch")


def table(concepts: list[dict[str, Any]]) -> dict[str, str]:
    """Subject code to Media Topic, both of eight digits. Topics in use come before retired ones.

    ``broadMatch`` says that a subject code is wider than the topic, so it gives none; the seventeen codes
    of the top level, which the topics' top level took over, always have one.
    """
    found: dict[str, str] = {}
    ranked = sorted(concepts, key=lambda concept: bool(concept.get("retired")))
    for relation in _RELATIONS:
        for concept in ranked:
            for uri in concept.get(relation) or []:
                if _MARK in uri:
                    found.setdefault(uri[-8:], concept["qcode"][-8:])
    for concept in ranked:
        code = concept["qcode"][-8:]
        if code.endswith("000000") and code.startswith(("0", "1")):
            found.setdefault(code, code)
    return dict(sorted(found.items()))


def main(source: Path) -> None:
    """Write the table from IPTC's file."""
    concepts = json.loads(source.read_text(encoding="utf-8"))["conceptSet"]
    TABLE.write_text(json.dumps(table(concepts), indent=0) + "\n", encoding="utf-8")
    print(f"{len(table(concepts))} subject codes in {TABLE}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
