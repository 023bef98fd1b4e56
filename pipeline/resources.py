"""Files that ship with the package: the same path whether it runs from a checkout or from a wheel."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def resource(relative: str) -> Path:
    """Where a file or folder of the project lies.

    Args:
        relative: its path from the project's root, as ``deploy/local/pom.xml``.

    Returns:
        The path within an installed wheel (``pipeline/_files/…``), else within the checkout.

    Raises:
        FileNotFoundError: it is in neither place; names both.
    """
    places = [PACKAGE / "_files" / relative, PACKAGE.parent / relative]
    for place in places:
        if place.exists():
            return place
    raise FileNotFoundError(
        f"'{relative}' belongs to newswire but is neither at {places[0]} nor at {places[1]}: install it again"
    )
