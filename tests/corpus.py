"""Distinct articles for the tests, as JSON lines: a few sentences in turn, each with its own number."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

FRENCH = (
    "Le gouvernement a présenté mercredi à Paris son projet de budget numéro {n}, en baisse sur un an.",
    "La Banque centrale européenne, à Francfort, a laissé ses taux inchangés pour la réunion {n}.",
    "À Genève, l'Organisation mondiale de la santé a publié un rapport de {n} pages sur la qualité de l'air.",
    "Les syndicats appellent à manifester entre la République et la Bastille, la {n}e fois de l'année.",
    "Le tribunal de Marseille a ouvert le dossier {n}, dans lequel douze entreprises sont poursuivies.",
)
ENGLISH = (
    "The government in London published bill number {n} on Tuesday, which would cut spending by departments.",
    "The Federal Reserve in Washington left interest rates unchanged at meeting {n} of its committee.",
    "In Geneva, the World Health Organization released report {n} about the quality of the air.",
    "Unions called for a march through Manchester, number {n} of the year, against two closures.",
    "A court in Edinburgh opened case {n}, in which twelve companies stand accused of fixing prices.",
)


def articles(count: int, *, prefix: str = "test", sentences: int = 5) -> list[dict[str, object]]:
    """So many articles with their own guid and text, French and English in turn."""
    made: list[dict[str, object]] = []
    for number in range(count):
        texts = ENGLISH if number % 2 else FRENCH
        body = " ".join(texts[(number + place) % len(texts)].format(n=number) for place in range(sentences))
        made.append(
            {"guid": f"{prefix}:{number}", "version": 1, "headline": f"Dépêche {number}", "body": body}
        )
    return made


def write(path: Path, lines: Iterable[dict[str, object]]) -> Path:
    """The articles as a file of JSON lines."""
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path
