"""Settings: environment before file before default, and a clear word on what is wrong."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from pipeline.settings import Settings, UnreadableSettingsError, settings


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
        ("ELASTICSEARCH", "http://one:9200,ftp://two", "URL 2 of 2: URL scheme"),
        ("ELASTICSEARCH", "http://one:9200,two:9200", "port"),
        ("ELASTICSEARCH", "", "input is empty"),
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
    shown = Settings(elasticsearch="https://reader:s3cret@search.example.org:9200").shown()
    assert shown["elasticsearch"] == "https://reader:***@search.example.org:9200/"
    assert "s3cret" not in str(shown)
    assert Settings().shown()["elasticsearch"] == "http://127.0.0.1:9200/"


@pytest.mark.parametrize(
    "name",
    [name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)],
)
def test_no_secret_is_shown(name: str) -> None:
    secret = "a secret of some length"  # noqa: S105 - of nobody
    found = Settings.model_validate({name: (secret,) if name == "web_api_keys" else secret})
    assert "a secret" not in f"{found} {found!r} {found.shown()}"
    assert getattr(found, name)


def test_the_nodes_of_elasticsearch_one_by_one_and_each_once() -> None:
    found = Settings(elasticsearch=" http://one:9200, https://a:b,c@two ,http://one:9200/")
    assert [str(node) for node in found.nodes] == ["http://one:9200/", "https://a:b,c@two/"]
    assert [str(node) for node in Settings().nodes] == ["http://127.0.0.1:9200/"]


def test_no_password_of_any_node_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSWIRE_ELASTICSEARCH", "https://me:s3cret@one,https://me:s3cr3t,x@two")
    assert Settings().shown()["elasticsearch"] == "https://me:***@one/,https://me:***@two/"


def test_a_password_in_a_url_that_is_wrong_is_not_shown() -> None:
    with pytest.raises(ValidationError) as told:
        Settings(elasticsearch="https://one,https://me:s3cret@two:99999")
    assert "URL 2 of 2" in str(told.value)
    assert "s3cret" not in str(told.value)


def test_the_brokers_one_by_one() -> None:
    assert Settings(kafka="one:9092, two:9093").brokers == ["one:9092", "two:9093"]


class TestSecrets:
    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        folder = tmp_path / "secrets"
        folder.mkdir()
        monkeypatch.setenv("NEWSWIRE_SECRETS", str(folder))
        return folder

    def test_a_file_is_a_setting_without_the_end_of_its_line(self, folder: Path) -> None:
        (folder / "newswire_web_password").write_text("correct horse battery\n")
        (folder / "newswire_elasticsearch").write_text("https://me:s3cret@search.example.org:9200\n")
        (folder / "newswire_web_api_keys").write_text('["0123456789abcdefghij"]')
        found = Settings()
        assert found.web_password is not None
        assert found.web_password.get_secret_value() == "correct horse battery"
        assert str(found.elasticsearch) == "https://me:s3cret@search.example.org:9200/"
        assert [key.get_secret_value() for key in found.web_api_keys] == ["0123456789abcdefghij"]
        assert "correct horse" not in str(found.shown())

    def test_the_environment_goes_before_them_and_they_before_the_file(
        self, folder: Path, empty_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (empty_folder / "newswire.toml").write_text('group = "file"\nindex = "file"\n')
        (folder / "newswire_group").write_text("secret")
        (folder / "newswire_index").write_text("secret")
        monkeypatch.setenv("NEWSWIRE_INDEX", "environment")
        assert (Settings().group, Settings().index) == ("secret", "environment")

    def test_a_file_that_is_no_toml_is_told(self, empty_folder: Path) -> None:
        (empty_folder / "newswire.toml").write_text("kafka = ")
        settings.cache_clear()
        with pytest.raises(UnreadableSettingsError, match="the settings cannot be read: Invalid value"):
            settings()

    def test_one_that_is_not_utf8_is_told(self, folder: Path) -> None:
        (folder / "newswire_web_password").write_bytes(b"\xff" * 20)
        settings.cache_clear()
        with pytest.raises(UnreadableSettingsError, match="web_password"):
            settings()

    def test_what_is_no_setting_is_another_programs_business(self, folder: Path) -> None:
        (folder / "grafana_password").write_text("x")
        assert Settings().web_password is None

    def test_they_may_be_linked_as_kubernetes_mounts_them(self, folder: Path) -> None:
        (folder / "..2026").mkdir()
        (folder / "..2026" / "newswire_group").write_text("mounted")
        (folder / "..data").symlink_to("..2026")
        (folder / "newswire_group").symlink_to("..data/newswire_group")
        assert Settings().group == "mounted"

    def test_a_wrong_one_is_named_and_not_shown(self, folder: Path) -> None:
        (folder / "newswire_web_password").write_text("short-pass")
        with pytest.raises(ValidationError, match="web_password") as error:
            Settings()
        assert "short-pass" not in str(error.value)

    @pytest.mark.parametrize(
        ("content", "complaint"),
        [(b"no list", "web_api_keys.*must be JSON"), (b"\xff\xfe", "web_api_keys.*in UTF-8")],
    )
    def test_one_of_another_form_is_told_and_not_shown(
        self, content: bytes, complaint: str, folder: Path
    ) -> None:
        (folder / "newswire_web_api_keys").write_bytes(content)
        settings.cache_clear()
        with pytest.raises(UnreadableSettingsError, match=complaint) as error:
            settings()
        assert "no list" not in str(error.value)

    def test_a_folder_that_is_not_there_is_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NEWSWIRE_SECRETS", str(tmp_path / "none"))
        with pytest.raises(UnreadableSettingsError, match="none', which is no folder"):
            Settings()
