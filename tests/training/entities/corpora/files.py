"""Corpora small enough to be read at a glance, as files of the folder that the readers are given."""

import io
import lzma
import tarfile
from pathlib import Path

from training.entities.corpora import Sentence


def packed(data: Path, file: str, text: str) -> Path:
    """The folder with one more xz-compressed file in it."""
    path = data / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lzma.compress(text.encode()))
    return data


def archived(data: Path, file: str, members: dict[str, str]) -> Path:
    """The folder with one more xz-compressed tar archive in it."""
    path = data / file
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:xz") as archive:
        for name, text in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return data


def column(rows: str, gap: str = "\t") -> str:
    """``Ada/B-PER va/O`` as one token a line; sentences are parted by `` | ``."""
    sentences = [row.split(" ") for row in rows.split(" | ")]
    return "".join(
        "".join(gap.join(token.rsplit("/", 1)) + "\n" for token in tokens) + "\n" for tokens in sentences
    )


def shown(sentence: Sentence) -> str:
    """A sentence with its names in brackets: ``[Ada]PER va``."""
    text = sentence.text
    for start, end, label in reversed(sentence.spans):
        text = f"{text[:start]}[{text[start:end]}]{label}{text[end:]}"
    return text
