"""What the tests of the topics' training share: small corpora, and a place of their own for vectors."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.training.topics.test_train import in_small, write_corpora
from training.topics import encoder


@pytest.fixture(autouse=True, scope="module")
def _kept_apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Vectors are kept as long as the tests run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoder, "CACHE", tmp_path_factory.getbasetemp() / "topic-vectors")
        yield


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with corpora of two languages."""
    return write_corpora(tmp_path_factory.mktemp("topics-data"))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, data: Path) -> Path:
    """The same, with the training set to just these."""
    in_small(monkeypatch, data)
    return data
