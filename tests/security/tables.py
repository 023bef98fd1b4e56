"""The tables of docs/security.md: what each role may do. They are what the tests check, cell by cell."""

from __future__ import annotations

from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "security.md"
_YES, _NO = "yes", "–"


def table(first: str) -> dict[str, dict[str, bool]]:
    """What each role may do, by role and call.

    Args:
        first: the heading of the table's first column.
    """
    lines = iter(PAGE.read_text().splitlines())
    heading = next(line for line in lines if line.startswith(f"| {first} |"))
    roles = [cell.strip() for cell in heading.strip("|").split("|")[1:]]
    next(lines)
    found: dict[str, dict[str, bool]] = {role: {} for role in roles}
    for line in lines:
        if not line.startswith("|"):
            break
        call, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        assert set(cells) <= {_YES, _NO}
        for role, cell in zip(roles, cells, strict=True):
            found[role][call] = cell == _YES
    return found


def row(call: str, roles: list[str], allowed: set[str]) -> str:
    """A line of such a table."""
    return "| " + " | ".join([call, *(_YES if role in allowed else _NO for role in roles)]) + " |"
