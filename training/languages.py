"""Measures the language detector on SIB-200: thirty languages of the wires, whole sentences and short ones.

``python -m training.languages --data ../shared/data``
"""

from __future__ import annotations

import argparse
import tarfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from pipeline.enrich import language

FOLDERS = {
    "ar": "arb_Arab",
    "bg": "bul_Cyrl",
    "cs": "ces_Latn",
    "da": "dan_Latn",
    "de": "deu_Latn",
    "el": "ell_Grek",
    "en": "eng_Latn",
    "es": "spa_Latn",
    "fa": "pes_Arab",
    "fi": "fin_Latn",
    "fr": "fra_Latn",
    "he": "heb_Hebr",
    "hi": "hin_Deva",
    "hu": "hun_Latn",
    "id": "ind_Latn",
    "it": "ita_Latn",
    "ja": "jpn_Jpan",
    "ko": "kor_Hang",
    "nl": "nld_Latn",
    "no": "nob_Latn",
    "pl": "pol_Latn",
    "pt": "por_Latn",
    "ro": "ron_Latn",
    "ru": "rus_Cyrl",
    "sk": "slk_Latn",
    "sv": "swe_Latn",
    "tr": "tur_Latn",
    "uk": "ukr_Cyrl",
    "vi": "vie_Latn",
    "zh": "zho_Hans",
}
LENGTHS = (None, 12, 5)
UNSPACED = frozenset({"ja", "zh"})
CHARACTERS_A_WORD = 2  # what stands for a word where there are no blanks


@dataclass(frozen=True, slots=True)
class Result:
    """What a detector made of some texts: shares of all texts, and texts a second on one core."""

    determined: float
    right: float
    right_of_determined: float
    speed: float


def sentences(data: Path, parts: Iterable[str] = ("dev", "test")) -> list[tuple[str, str]]:
    """(tag, sentence) of the languages of ``FOLDERS``."""
    found = []
    with tarfile.open(data / "sib200" / "sib200_annotated.tar.xz") as archive:
        for member in archive.getmembers():
            folder, _, file = member.name.removeprefix("data/annotated/").partition("/")
            tags = [tag for tag, each in FOLDERS.items() if each == folder]
            if tags and file.removesuffix(".tsv") in parts:
                content = archive.extractfile(member)
                assert content is not None, f"{member.name} is no regular file"
                lines = content.read().decode().splitlines()[1:]
                found += [(tags[0], line.split("\t")[2]) for line in lines]
    return found


def shortened(tag: str, sentence: str, words: int | None) -> str:
    """The first words of a sentence, or all of it."""
    if words is None:
        return sentence
    if tag in UNSPACED:
        return sentence[: words * CHARACTERS_A_WORD]
    return " ".join(sentence.split()[:words])


def measure(texts: Sequence[tuple[str, str]]) -> Result:
    """How the detector does on texts whose language is known."""
    started = process_time()
    guesses = [language.detect(text) for _, text in texts]
    seconds = process_time() - started
    determined = sum(guess is not None for guess in guesses)
    right = sum(
        guess is not None and guess.tag == tag for guess, (tag, _) in zip(guesses, texts, strict=True)
    )
    return Result(
        determined / len(texts),
        right / len(texts),
        right / max(1, determined),
        len(texts) / max(seconds, 1e-9),
    )


def main() -> None:
    """Reads the command line, measures, prints a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    arguments = parser.parse_args()
    known = sentences(arguments.data)
    language.detect("")
    print("| words | texts | determined | right | right of the determined | texts/s |")
    print("| --- | --- | --- | --- | --- | --- |")
    for words in LENGTHS:
        result = measure([(tag, shortened(tag, text, words)) for tag, text in known])
        shares = f"{result.determined:.4f} | {result.right:.4f} | {result.right_of_determined:.4f}"
        print(f"| {words or 'all'} | {len(known)} | {shares} | {result.speed:.0f} |")


if __name__ == "__main__":
    main()
