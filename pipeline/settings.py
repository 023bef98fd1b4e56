"""Every setting, once: its ``NEWSWIRE_…`` variable, its unit and its default.

Settings come from the environment, then from the files in the folder that ``NEWSWIRE_SECRETS`` names, then
from ``newswire.toml`` in the working folder (or the file that ``NEWSWIRE_CONFIG`` names), then from the
defaults, which work with the embedded services.
"""

from __future__ import annotations

import os
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, HttpUrl, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from pipeline.errors import NewswireError

MIB = 1024 * 1024
_BETWEEN_URLS = re.compile(r"\s*,\s*(?=[a-z]+://)", re.IGNORECASE)  # a password may have a comma

KafkaSecurity: TypeAlias = Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"]
"""How brokers are spoken to: in the clear or over TLS, without a login or with one (``sasl``)."""

KafkaLogin: TypeAlias = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"]
"""By what a login goes: user and password in three ways, or a token."""


class UnreadableSettingsError(NewswireError):
    """A source of the settings cannot be read: a folder that is not there, a file of another form."""


class Settings(BaseSettings):
    """The settings of one process; frozen, so that all of it sees the same."""

    # Errors go to terminals and logs: they show no input, which may be a password.
    model_config = SettingsConfigDict(
        env_prefix="NEWSWIRE_", frozen=True, extra="forbid", hide_input_in_errors=True
    )

    kafka: str = Field(
        default="127.0.0.1:9092", description="Brokers to start from: host:port, several parted by commas."
    )
    kafka_security: KafkaSecurity = Field(
        default="plaintext",
        description="How brokers are spoken to: with TLS (ssl), with a login (sasl), both.",
    )
    kafka_ca: Path | None = Field(
        default=None,
        description="Who signs the brokers' certificates (PEM); by default whom the system trusts.",
    )
    kafka_cert: Path | None = Field(
        default=None, description="Our own certificate (PEM), where brokers ask for one."
    )
    kafka_key: Path | None = Field(
        default=None, description="Its private key (PEM); by default in the same file."
    )
    kafka_key_password: SecretStr | None = Field(default=None, description="The key's passphrase.")
    kafka_sasl: KafkaLogin = Field(
        default="SCRAM-SHA-512", description="The login, where kafka_security has one."
    )
    kafka_user: str | None = Field(default=None, min_length=1, description="Name at the brokers.")
    kafka_password: SecretStr | None = Field(default=None, min_length=1, description="Its password.")
    kafka_token_url: HttpUrl | None = Field(
        default=None, description="Token endpoint that gives us tokens for OAUTHBEARER (client credentials)."
    )
    kafka_token_client: str | None = Field(default=None, min_length=1, description="Our client id there.")
    kafka_token_secret: SecretStr | None = Field(default=None, min_length=1, description="Its secret.")
    kafka_token_scope: str | None = Field(default=None, min_length=1, description="Scope that is asked for.")
    kafka_token_ca: Path | None = Field(
        default=None, description="Who signs its certificate (PEM); by default whom the system trusts."
    )
    kafka_token_file: Path | None = Field(
        default=None, description="File in which somebody keeps a fresh token, in the place of all these."
    )
    elasticsearch: str = Field(
        default="http://127.0.0.1:9200/",
        description="URL of Elasticsearch, user and password may be in it; several nodes parted by commas.",
    )
    elasticsearch_ca: Path | None = Field(
        default=None, description="Who signs its certificate (PEM); by default whom the system trusts."
    )
    elasticsearch_api_key: SecretStr | None = Field(
        default=None, min_length=1, description="API key as it is given out, encoded, in the place of a user."
    )
    kibana: HttpUrl = Field(
        default=HttpUrl("http://127.0.0.1:5601"),
        description="URL of Kibana, with its base path if it has one; user and password may stand in it.",
    )

    topic_raw: str = Field(default="news.raw", description="Topic that articles are fed onto.")
    topic_enriched: str = Field(default="news.enriched", description="Topic of enriched articles.")
    topic_dead: str = Field(default="news.dead", description="Topic of what could not be processed.")
    topic_alerts: str = Field(default="news.alerts", description="Topic of what watches found.")
    group: str = Field(
        default="newswire",
        min_length=1,
        description="Prefix of the consumer groups: newswire-enrich, newswire-index and so on.",
    )
    partitions: int = Field(default=4, ge=1, description="Partitions of each topic when it is created.")
    replication: int = Field(default=1, ge=1, description="Replicas of each topic when it is created.")
    retention_days: int = Field(
        default=30,
        ge=1,
        description="Days that articles stay on the topics: how long workers may be down.",
    )
    index: str = Field(
        default="news",
        pattern="^[a-z][a-z0-9_-]*$",
        description="Alias under which articles are indexed and searched.",
    )
    keep_days: int | None = Field(
        default=None,
        ge=1,
        description="Days that the index of a month is kept after its end; by default for ever.",
    )

    max_article_bytes: int = Field(
        default=1 * MIB, ge=1024, description="Largest article that is accepted, in bytes of JSON."
    )
    processes: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        ge=1,
        description="Model processes; by default one a core.",
    )
    enrich_batch: int = Field(default=32, ge=1, description="Articles that a model process takes at once.")
    enrich_timeout_s: float = Field(
        default=60, gt=0, description="Seconds that one article may take in the models."
    )
    enricher_timeout_s: float = Field(
        default=5, gt=0, description="Seconds that one article may take in an enricher of your own."
    )
    process_memory_mib: int = Field(
        default=2048, ge=0, description="MiB that the models may take in each process; 0 for no limit."
    )
    index_batch: int = Field(default=500, ge=1, description="Documents in one bulk request.")
    linger_s: float = Field(
        default=0.1,
        gt=0,
        description="Seconds that documents wait for others before they are indexed, at least.",
    )
    in_flight_mib: int = Field(
        default=64,
        ge=1,
        description="MiB of articles that one agent may have in work, beside Faust's buffer.",
    )
    health_host: str = Field(default="127.0.0.1", description="Address of the worker's health pages.")
    health_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="Port of /health/live, /health/ready and /metrics; 0 for none.",
    )
    webhooks_internal: bool = Field(
        default=False,
        description="Whether webhooks may go to addresses of this machine and private networks.",
    )
    stuck_s: float = Field(
        default=300,
        gt=0,
        description="Seconds without progress, with lag, after which the health pages answer 503.",
    )
    web_host: str = Field(default="127.0.0.1", description="Address of the web page; others need a login.")
    web_port: int = Field(default=8300, ge=0, le=65535, description="Port of the web page; 0 for any.")
    web_user: str | None = Field(
        default=None, min_length=1, description="Name that opens the web page, with the password."
    )
    web_password: SecretStr | None = Field(
        default=None, min_length=12, description="Its password, of 12 characters or more."
    )
    web_api_keys: tuple[Annotated[SecretStr, Field(min_length=20)], ...] = Field(
        default=(),
        description='Keys, of 20 characters or more, that open page and API for programs: ["…"].',
    )
    web_tls_cert: Path | None = Field(
        default=None, description="Certificate chain (PEM) by which the web page is served over TLS."
    )
    web_tls_key: Path | None = Field(default=None, description="Its private key (PEM), with no passphrase.")
    lag_months: int = Field(
        default=3, ge=1, description="Months whose lag is kept in Elasticsearch, the present one too."
    )
    spacy: dict[str, str] = Field(
        default_factory=dict,
        description='Installed spaCy pipelines to use instead of our own models: {"fr": "fr_core_news_lg"}.',
    )

    var: Path = Field(
        default=Path("var"), description="Folder of the embedded services' data, logs and pid files."
    )
    entities: Path = Field(
        default_factory=lambda values: values["var"] / "entities",
        description="Folder of your own lists of people, organisations and places; by default one in var.",
    )
    cache: Path = Field(
        default_factory=lambda: Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "newswire",
        description="Folder of the embedded services' programs.",
    )
    elasticsearch_home: Path | None = Field(
        default=None, description="An unpacked Elasticsearch to start instead of the fetched one."
    )
    elasticsearch_heap_mib: int = Field(
        default=512, ge=128, description="Heap of the embedded Elasticsearch, in MiB."
    )
    kafka_heap_mib: int = Field(default=512, ge=128, description="Heap of the embedded Kafka, in MiB.")

    @property
    def brokers(self) -> list[str]:
        """The brokers to start from, each as host:port."""
        return [broker.strip() for broker in self.kafka.split(",")]

    @property
    def nodes(self) -> list[HttpUrl]:
        """The nodes of Elasticsearch that are asked, in turn; each once."""
        return [HttpUrl(each) for each in dict.fromkeys(_BETWEEN_URLS.split(str(self.elasticsearch)))]

    @property
    def max_message_bytes(self) -> int:
        """Largest message on any topic: an enriched article carries its names beside its text."""
        return 8 * self.max_article_bytes

    def shown(self) -> dict[str, Any]:
        """Every setting as plain JSON types, fit to be shown: without the passwords."""
        values = self.model_dump(mode="json")
        for name, urls in (("elasticsearch", self.nodes), ("kibana", [self.kibana])):
            for url in urls:
                if url.password:
                    values[name] = values[name].replace(f":{url.password}@", ":***@")
        return values

    @field_validator("kafka")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        for broker in value.split(","):
            host, _, port = broker.strip().rpartition(":")
            if not host or not port.isdecimal() or not 0 < int(port) < 65536:  # noqa: PLR2004 - ports end there
                message = f"'{broker}' is not host:port"
                raise ValueError(message)
        return value

    @field_validator("elasticsearch", mode="before")
    @classmethod
    def _urls(cls, value: object) -> str:
        urls = _BETWEEN_URLS.split(str(value).strip())
        found = []
        for number, url in enumerate(urls, 1):
            try:
                found.append(str(HttpUrl(url)))
            except ValidationError as error:
                where = f"URL {number} of {len(urls)}: " if len(urls) > 1 else ""
                # The error itself would show the URL, and the password in it.
                raise ValueError(f"{where}{error.errors()[0]['msg']}") from None
        return ",".join(found)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - named by the library
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - named by the library
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before secrets before file before default."""
        file = Path(os.environ.get("NEWSWIRE_CONFIG", "newswire.toml"))
        return (
            init_settings,
            env_settings,
            SecretsSettingsSource(settings_cls, secrets_dir=_secrets()),
            TomlConfigSettingsSource(settings_cls, toml_file=file),
        )


def _secrets() -> Path | None:
    """The folder with a file for each secret, named as its variable: ``newswire_web_password``."""
    named = os.environ.get("NEWSWIRE_SECRETS")
    if not named:
        return None
    folder = Path(named)
    # The library only warns: a page without its password would be told to set one that is set.
    if not folder.is_dir():
        raise UnreadableSettingsError(
            f"NEWSWIRE_SECRETS is '{folder}', which is no folder: mount it, or unset it"
        )
    return folder


@cache
def settings() -> Settings:
    """The process's settings, read once.

    Raises:
        pydantic.ValidationError: a variable or the file holds what is not allowed; says which and why.
        UnreadableSettingsError: a source cannot be read; says which and why, and shows no secret.
    """
    try:
        return Settings()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UnreadableSettingsError(f"the settings cannot be read: {error}") from error
    except SettingsError as error:
        raise UnreadableSettingsError(f'{error}: it must be JSON in UTF-8, such as ["one", "two"]') from error
