"""``python -m pipeline.evolution``: compare the contracts with the last release's."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

from pipeline.errors import NewswireError
from pipeline.evolution import released

ROOT = Path(__file__).parents[2]


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Say what changed since the last release, or keep the contracts as a release; the exit code.

    Args:
        arguments: none, or ``release``.
        root: the checkout.
    """
    try:
        return _release(root) if arguments == ["release"] else _check(root / "schemas")
    except NewswireError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - a report for whoever runs it
        return 1


def _check(schemas: Path) -> int:
    before = released.last(schemas)
    findings = released.compare(before, schemas)
    bad = released.unannounced(findings, schemas)
    for finding in findings:
        if str(finding) not in bad:
            print(finding)  # noqa: T201 - as above
    for one in bad:
        print(one, file=sys.stderr)  # noqa: T201 - as above
    if bad:
        print(  # noqa: T201 - as above
            f"error: this version cannot run beside {before.name}; docs/upgrading.md has the rules",
            file=sys.stderr,
        )
    return int(bool(bad))


def _release(root: Path) -> int:
    version = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    print(released.keep(root / "schemas", version))  # noqa: T201 - as above
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
