"""``python -m deploy.shipped licences`` or ``sbom``: writes docs/licences.md, or dist/sbom.json."""

from __future__ import annotations

import sys

from deploy.shipped.data import OTHERS, models
from deploy.shipped.packages import packages
from pipeline.resources import PACKAGE

ROOT = PACKAGE.parent


def main(what: str) -> None:
    """Write one of the two."""
    shipped, data = packages(ROOT / "requirements" / "run.txt"), [*models(), *OTHERS]
    if what == "licences":
        from deploy.shipped.licences import page  # noqa: PLC0415 - the other one needs a library more

        file, text = ROOT / "docs" / "licences.md", page(shipped, data)
    else:
        from deploy.shipped.bom import bom  # noqa: PLC0415 - as above

        file, text = ROOT / "dist" / "sbom.json", bom(shipped, data)
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{file.relative_to(ROOT)}: {len(shipped)} packages, {len(data)} models and data\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
