"""Measures the language detector on the test part of SIB-200, of which nothing was fitted or chosen.

``python -m training.languages --data ../shared/data``
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

import numpy as np
import psutil

from pipeline.enrich import language
from pipeline.enrich.language import Guess
from training.languages import CHARACTERS_A_WORD, UNSPACED
from training.languages.corpora import declarations, sib200, tag_of, to_latin

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
"""Thirty languages of the wires."""

SERBIAN = "srp_Cyrl"
LATIN = " in Latin letters"
CLOSE = (
    ("nob_Latn", "nno_Latn", "dan_Latn", "swe_Latn"),
    ("ces_Latn", "slk_Latn"),
    ("hrv_Latn", SERBIAN, SERBIAN + LATIN, "bos_Latn"),
    ("por_Latn", "glg_Latn", "spa_Latn"),
    ("ind_Latn", "zsm_Latn"),
    ("rus_Cyrl", "ukr_Cyrl", "bul_Cyrl"),
)
"""Folders of languages that are taken for each other."""

LENGTHS = (None, 12, 5)
BINS = 10
GOOD, WORST = 0.95, 20
NONE = "none"
ARTICLE = 20  # sentences, about 400 words
PARAGRAPH = 3  # sentences
MIXTURES = 600

NOTHING = (
    *("Paris", "London", "Berlin", "Tokyo", "Москва", "Angela Merkel", "Real Madrid", "Владимир Путин"),
    *("Kim Jong Un, Vladimir Putin, Xi Jinping", "Emmanuel Macron, Olaf Scholz, Giorgia Meloni"),
    *("Novak Djokovic, Rafael Nadal, Roger Federer", "Lionel Messi, Kylian Mbappé, Erling Haaland"),
    *("Recep Tayyip Erdogan", "Ursula von der Leyen, Charles Michel", "Narendra Modi - Shehbaz Sharif"),
    *("Reuters", "AFP", "dpa", "AP", "ANSA", "EFE", "WASHINGTON", "NEW YORK", "GENEVA", "BRUSSELS"),
    *("Toyota Honda Nissan Mitsubishi", "Siemens, Bosch, Volkswagen", "Apple, Google, Microsoft, Amazon"),
    *("Barcelona - Juventus 2-1", "Liverpool 3 Chelsea 0", "Verstappen, Hamilton, Leclerc, Norris"),
    *(
        "Cairo, Nairobi, Lagos, Kinshasa",
        "Oslo Stockholm København Helsinki",
        "Сергей Лавров, Дмитрий Песков",
    ),
    *("Hassan Nasrallah", "Ban Ki-moon", "Aung San Suu Kyi", "Luiz Inácio Lula da Silva", "Gabriel Boric"),
    *("12345 67890 2024", "1-0, 2-1, 3-2", "+33 1 40 41 46 46", "12.03.2024 14:30", "$1.25 €1.10 £0.95"),
    *("https://www.example.org/abc?x=1", "www.example.com/2024/03/index.html", "someone@example.org"),
    *(
        "asdkjh qwe zxc qpwoe",
        "xkcd qwrt zzzp",
        "a b c d e f g h",
        "x",
        "aaaaaaaaaaaaaaaa",
        "йцук фывапр ячсм",
    ),
    *("", " ", "\n\n\t", "!!!! .... ????", "😀😀😀", "\x00\x00", "---", "***"),
)
"""What is in no language: names, figures, addresses, letters at random."""

Known = Sequence[tuple[str, str]]
"""(tag, text)."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a detector made of some texts.

    Attributes:
        determined: share of all texts.
        right: share of all texts.
        right_of_determined: share.
        error: expected calibration error: how far confidence is from the share that is right, on average.
    """

    determined: float
    right: float
    right_of_determined: float
    error: float


def measure(texts: Known) -> Result:
    """How the detector does on texts whose language is known."""
    guesses = [language.detect(text) for _, text in texts]
    pairs = [
        (guess.confidence, guess.tag == tag)
        for guess, (tag, _) in zip(guesses, texts, strict=True)
        if guess is not None
    ]
    right = sum(each for _, each in pairs)
    return Result(
        len(pairs) / len(texts),
        right / len(texts),
        right / max(1, len(pairs)),
        calibration_error(pairs),
    )


def calibration_error(pairs: Sequence[tuple[float, bool]]) -> float:
    """The expected calibration error over ``BINS`` equal bins of confidence.

    Args:
        pairs: how sure a guess was, and whether it was right.

    Returns:
        From 0 to 1, after Naeini et al. 2015; 0 for no guesses.
    """
    bins: dict[int, list[tuple[float, bool]]] = {}
    for sure, right in pairs:
        bins.setdefault(min(int(sure * BINS), BINS - 1), []).append((sure, right))
    return sum(
        abs(sum(sure for sure, _ in each) - sum(right for _, right in each)) for each in bins.values()
    ) / max(1, len(pairs))


def shortened(tag: str, sentence: str, words: int | None) -> str:
    """The first words of a sentence, or all of it."""
    if words is None:
        return sentence
    if tag in UNSPACED:
        return sentence[: words * CHARACTERS_A_WORD]
    return " ".join(sentence.split()[:words])


def articles(sentences: Sequence[str], length: int, between: str = " ") -> list[str]:
    """As many sentences as an article has, joined, again and again."""
    return [between.join(sentences[at : at + length]) for at in range(0, len(sentences) - length + 1, length)]


def mixed(folders: Mapping[str, Sequence[str]], parts: int) -> Iterator[tuple[dict[str, float], str]]:
    """Articles of paragraphs in so many languages, and the share of each in code points.

    Args:
        folders: sentences by folder.
        parts: how many languages; a paragraph of ``PARAGRAPH`` sentences in each and a second in the first.
    """
    drawn = np.random.default_rng(1)
    names = list(folders)
    for _ in range(MIXTURES):
        chosen = drawn.choice(len(names), parts, replace=False).tolist()
        paragraphs = []
        for place in [*chosen, chosen[0]]:
            sentences = folders[names[place]]
            start = int(drawn.integers(0, len(sentences) - PARAGRAPH))
            paragraphs.append((tag_of(names[place]), " ".join(sentences[start : start + PARAGRAPH])))
        sizes: Counter[str] = Counter()
        for tag, paragraph in paragraphs:
            sizes[tag] += len(paragraph)
        yield (
            {tag: size / sizes.total() for tag, size in sizes.items()},
            "\n".join(text for _, text in paragraphs),
        )


def distance(given: Mapping[str, float], found: Mapping[str, float]) -> float:
    """The part of a text that is not found to be in its language, by the shares of each."""
    return 1 - sum(min(share, found.get(tag, 0)) for tag, share in given.items())


def main() -> None:
    """Reads the command line, measures, prints Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--udhr", type=Path, help="folder of the declarations, one page each")
    parser.add_argument("--part", default="test", help="of SIB-200; dev to choose by")
    arguments = parser.parse_args()
    before = psutil.Process().memory_info().rss, process_time()
    language.detect("")
    after = psutil.Process().memory_info().rss, process_time()
    folders = sib200(arguments.data, [arguments.part])
    wires = {folder: folders[folder] for folder in FOLDERS.values() if folder in folders}
    by_length(wires)
    close(folders)
    everything(folders)
    if arguments.udhr:
        others(arguments.udhr, folders)
    whole_articles(wires)
    nothing()
    print(f"\nLoading: {after[1] - before[1]:.2f} s of CPU, {(after[0] - before[0]) / 2**20:.0f} MB.")


def known(folders: Mapping[str, Sequence[str]], words: int | None) -> list[tuple[str, str]]:
    """(tag, text) of all sentences of some folders, cut to words."""
    return [
        (tag_of(folder), shortened(tag_of(folder), sentence, words))
        for folder, sentences in folders.items()
        for sentence in sentences
    ]


def by_length(folders: Mapping[str, Sequence[str]]) -> None:
    """Prints a table of the lengths, as written and in capitals."""
    print("| words | texts | determined | right | right of the determined | calibration error |")
    print("| --- | --- | --- | --- | --- | --- |")
    written: tuple[tuple[str, Callable[[str], str]], ...] = (("", str), (", capitals", str.upper))
    for title, change in written:
        for words in LENGTHS:
            texts = [(tag, change(text)) for tag, text in known(folders, words)]
            _row(f"{words or 'all'}{title}", len(texts), measure(texts))


def _row(title: str, count: int, result: Result) -> None:
    shares = f"{result.determined:.4f} | {result.right:.4f} | {result.right_of_determined:.4f}"
    print(f"| {title} | {count} | {shares} | {result.error:.4f} |")


def close(folders: Mapping[str, Sequence[str]]) -> None:
    """Prints, for languages that are close, the share that is right and what else they were taken for."""
    print("\n| close | articles | sentences | 12 words | 5 words | taken for, at 5 words |")
    print("| --- | --- | --- | --- | --- | --- |")
    for folder in (each for group in CLOSE for each in group):
        origin = folder.removesuffix(LATIN)
        if origin in folders:
            sentences = folders[origin]
            if folder != origin:
                sentences = [to_latin(each) for each in sentences]
            whole = {origin: articles(sentences, ARTICLE)}
            texts = [known(whole, None), *(known({origin: sentences}, words) for words in LENGTHS)]
            right = " | ".join(f"{measure(each).right:.3f}" for each in texts)
            print(f"| {folder} | {right} | {_others(texts[-1])} |")


def _others(texts: Known) -> str:
    """What texts were taken for that was wrong, the most frequent first."""
    guesses = Counter(_tag(language.detect(text)) for _, text in texts)
    del guesses[texts[0][0]]
    return ", ".join(f"{tag} {count}" for tag, count in guesses.most_common(4))


def _tag(guess: Guess | None) -> str:
    return guess.tag if guess else NONE


def everything(folders: Mapping[str, Sequence[str]]) -> None:
    """Prints how all languages do, whole sentences."""
    right = {folder: measure(known({folder: each}, None)).right for folder, each in folders.items()}
    worst = sorted(right.items(), key=lambda item: item[1])[:WORST]
    good = sum(each >= GOOD for each in right.values())
    print(f"\n{len(right)} folders, whole sentences: {np.mean(list(right.values())):.4f} right on average,")
    print(f"{good} of them {GOOD} or more. The worst:")
    print(", ".join(f"{folder} {each:.2f}" for folder, each in worst))


def others(udhr: Path, folders: Iterable[str]) -> None:
    """Prints how languages that SIB-200 lacks do, on paragraphs held out."""
    there = {tag_of(folder) for folder in folders}
    held_out = {tag: each for tag, each in declarations(udhr, held_out=True).items() if tag not in there}
    print("\n| not in SIB-200 | texts | right | undetermined |\n| --- | --- | --- | --- |")
    for title, two in (("named", True), ("not named", False)):
        texts = [
            (tag, text) for tag, each in held_out.items() for text in each if (len(tag) == len("fr")) == two
        ]
        tags = [_tag(language.detect(text)) for _, text in texts]
        right = np.mean([found == tag for found, (tag, _) in zip(tags, texts, strict=True)])
        print(f"| {title} | {len(texts)} | {right:.4f} | {np.mean([each == NONE for each in tags]):.4f} |")


def whole_articles(folders: Mapping[str, Sequence[str]]) -> None:
    """Prints how articles do: of one language, of several, and how fast."""
    texts = [
        (tag_of(folder), text) for folder, each in folders.items() for text in articles(each, ARTICLE, "\n")
    ]
    print("\n| articles | texts | right | part in a wrong language | texts/s |")
    print("| --- | --- | --- | --- | --- |")
    started = process_time()
    right = measure(texts).right
    print(f"| one language | {len(texts)} | {right:.4f} | | {len(texts) / (process_time() - started):.0f} |")
    alone = [({tag: 1.0}, text) for tag, text in texts]
    for title, given in (
        ("one", alone),
        ("two", list(mixed(folders, 2))),
        ("three", list(mixed(folders, 3))),
    ):
        started = process_time()
        found = [language.shares(text) for _, text in given]
        seconds = process_time() - started
        same = np.mean([set(one) == set(other) for (one, _), other in zip(given, found, strict=True)])
        wrong = np.mean([distance(one, other) for (one, _), other in zip(given, found, strict=True)])
        print(f"| shares, {title} | {len(given)} | {same:.4f} | {wrong:.4f} | {len(given) / seconds:.0f} |")


def nothing() -> None:
    """Prints how many texts in no language are left undetermined, and what the others were taken for."""
    taken = {text: language.detect(text) for text in NOTHING}
    none = sum(guess is None for guess in taken.values())
    print(f"\nNo language: {none} of {len(NOTHING)} undetermined; the others:")
    print(", ".join(f"{text} ({guess.tag} {guess.confidence:.2f})" for text, guess in taken.items() if guess))
