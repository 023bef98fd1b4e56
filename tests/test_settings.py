"""Settings: environment before file before default, and a clear word on what is wrong."""

from pathlib import Path

import pytest
from pydantic import HttpUrl, ValidationError

from pipeline.settings import Settings


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"NEWSWIRE_{name.upper()}", raising=False)
    return tmp_path


def test_the_defaults_fit_the_embedded_services() -> None:
    settings = Settings()
    assert settings.kafka == "127.0.0.1:9092"
    assert str(settings.elasticsearch) == "http://127.0.0.1:9200/"
    assert settings.processes >= 1
    assert settings.max_message_bytes > settings.max_article_bytes


def test_the_environment_goes_before_the_file(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty_folder / "newswire.toml").write_text('kafka = "one:1"\nindex = "wire"\n[spacy]\nfr = "fr_x"\n')
    assert Settings().kafka == "one:1"
    assert Settings().spacy == {"fr": "fr_x"}
    monkeypatch.setenv("NEWSWIRE_KAFKA", "two:2,three:3")
    assert Settings().kafka == "two:2,three:3"
    assert Settings().index == "wire"


def test_another_file_can_be_named(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty_folder / "else.toml").write_text("partitions = 12\n")
    monkeypatch.setenv("NEWSWIRE_CONFIG", str(empty_folder / "else.toml"))
    assert Settings().partitions == 12


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("KAFKA", "localhost", "not host:port"),
        ("KAFKA", "a:1,b", "'b' is not host:port"),
        ("KAFKA", "a:70000", "not host:port"),
        ("ELASTICSEARCH", "ftp://x", "URL scheme"),
        ("PARTITIONS", "0", "greater than or equal to 1"),
        ("PROCESSES", "many", "integer"),
        ("INDEX", "News*", "pattern"),
    ],
)
def test_a_wrong_value_is_named(
    name: str, value: str, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"NEWSWIRE_{name}", value)
    with pytest.raises(ValidationError, match=complaint) as error:
        Settings()
    assert name.lower() in str(error.value)


def test_a_misspelt_setting_in_the_file_is_told(empty_folder: Path) -> None:
    (empty_folder / "newswire.toml").write_text('kafak = "one:1"\n')
    with pytest.raises(ValidationError, match="kafak"):
        Settings()


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_password_is_not_shown() -> None:
    shown = Settings(elasticsearch=HttpUrl("https://reader:s3cret@search.example.org:9200")).shown()
    assert shown["elasticsearch"] == "https://reader:***@search.example.org:9200/"
    assert "s3cret" not in str(shown)
    assert Settings().shown()["elasticsearch"] == "http://127.0.0.1:9200/"


def test_the_brokers_one_by_one() -> None:
    assert Settings(kafka="one:9092, two:9093").brokers == ["one:9092", "two:9093"]
