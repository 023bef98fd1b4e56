"""The options of each library, and what does not fit together; real brokers are in ``tests/security``."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest
from faust.auth import OAuthCredentials, SASLCredentials, SSLCredentials
from pydantic import SecretStr

from pipeline import kafka_security
from pipeline.kafka_security import Access, KafkaSecurityError
from pipeline.kafka_tokens import ForAiokafka, ForKafkaPython
from pipeline.settings import Settings
from tests.security.authority import PASSPHRASE, Authority

SECRET = "not to be seen"  # noqa: S105 - of nobody
LOGIN: dict[str, Any] = {
    "kafka_security": "sasl_ssl",
    "kafka_user": "desk",
    "kafka_password": SecretStr(SECRET),
}
TOKEN: dict[str, Any] = {
    "kafka_security": "sasl_ssl",
    "kafka_sasl": "OAUTHBEARER",
    "kafka_token_url": "https://tokens.example.org/token",
    "kafka_token_client": "desk",
    "kafka_token_secret": SecretStr(SECRET),
}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


class TestOptions:
    def test_by_default_nothing_is_locked(self) -> None:
        assert kafka_security.kafka_python(Settings()) == {"security_protocol": "PLAINTEXT"}
        assert kafka_security.aiokafka(Settings()) == {"security_protocol": "PLAINTEXT"}
        assert kafka_security.faust(Settings()) is None

    @pytest.mark.parametrize("of", [kafka_security.kafka_python, kafka_security.aiokafka])
    def test_tls_checks_certificate_and_name(self, of: Any, authority: Authority) -> None:
        options = of(Settings(kafka_security="ssl", kafka_ca=authority.ca))
        context = options.pop("ssl_context")
        assert options == {"security_protocol": "SSL"}
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
        assert [dict(each[0] for each in one["subject"]) for one in context.get_ca_certs()]

    @pytest.mark.parametrize("of", [kafka_security.kafka_python, kafka_security.aiokafka])
    def test_a_login(self, of: Any) -> None:
        options = of(Settings(**LOGIN))
        assert options.pop("ssl_context").check_hostname
        assert options == {
            "security_protocol": "SASL_SSL",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": "desk",
            "sasl_plain_password": SECRET,
        }

    def test_tokens_are_shared_by_all_clients_of_a_process(self) -> None:
        first = kafka_security.kafka_python(Settings(**TOKEN))["sasl_oauth_token_provider"]
        second = kafka_security.aiokafka(Settings(**TOKEN))["sasl_oauth_token_provider"]
        assert isinstance(first, ForKafkaPython)
        assert isinstance(second, ForAiokafka)
        assert first._tokens is second._tokens

    def test_faust_takes_the_same(self, authority: Authority) -> None:
        tls = kafka_security.faust(Settings(kafka_security="ssl", kafka_ca=authority.ca))
        assert isinstance(tls, SSLCredentials)
        login = kafka_security.faust(Settings(**LOGIN))
        assert isinstance(login, SASLCredentials)
        assert (login.protocol.value, login.mechanism.value) == ("SASL_SSL", "SCRAM-SHA-512")
        assert SECRET not in repr(login)
        token = kafka_security.faust(Settings(**TOKEN))
        assert isinstance(token, OAuthCredentials)
        assert (token.protocol.value, token.mechanism.value) == ("SASL_SSL", "OAUTHBEARER")

    def test_a_certificate_of_our_own(self, authority: Authority) -> None:
        pair = authority.signed("desk", host=None, passphrase=PASSPHRASE)
        known: dict[str, Any] = {"kafka_security": "ssl", "kafka_cert": pair.cert, "kafka_key": pair.key}
        kafka_security.aiokafka(Settings(**known, kafka_key_password=SecretStr(PASSPHRASE)))
        kafka_security.aiokafka(Settings(kafka_security="ssl", kafka_cert=authority.signed("plain").both))
        for password in (None, SecretStr("wrong-phrase")):
            with pytest.raises(
                KafkaSecurityError, match="KAFKA_KEY_PASSWORD is the key's passphrase"
            ) as told:
                kafka_security.aiokafka(Settings(**known, kafka_key_password=password))
            assert "wrong-phrase" not in str(told.value)

    def test_nothing_shows_a_secret(self) -> None:
        for settings in (Settings(**LOGIN), Settings(**TOKEN)):
            shown = f"{settings!r} {settings.shown()} {kafka_security.access(settings)!r}"
            assert SECRET not in shown


class TestFaults:
    @pytest.mark.parametrize(
        ("settings", "fault"),
        [
            ({"kafka_ca": "ca.pem"}, "NEWSWIRE_KAFKA_CA is for TLS: set NEWSWIRE_KAFKA_SECURITY to ssl"),
            ({"kafka_user": "desk"}, "NEWSWIRE_KAFKA_USER is for a login: set NEWSWIRE_KAFKA_SECURITY"),
            ({"kafka_security": "ssl", "kafka_key": "key.pem"}, "NEWSWIRE_KAFKA_CERT is not set"),
            ({"kafka_security": "sasl_ssl"}, "KAFKA_USER and NEWSWIRE_KAFKA_PASSWORD must be set for SCRAM"),
            (LOGIN | {"kafka_password": None}, "NEWSWIRE_KAFKA_PASSWORD must be set for SCRAM-SHA-512"),
            (
                TOKEN | {"kafka_token_url": None},
                "either NEWSWIRE_KAFKA_TOKEN_URL or NEWSWIRE_KAFKA_TOKEN_FILE",
            ),
            (TOKEN | {"kafka_token_file": "token"}, "either NEWSWIRE_KAFKA_TOKEN_URL or"),
            (TOKEN | {"kafka_token_secret": None}, "NEWSWIRE_KAFKA_TOKEN_SECRET must be set for"),
            (TOKEN | {"kafka_token_url": "http://tokens.example.org/"}, "secret would go there in the clear"),
        ],
    )
    def test_what_does_not_fit_together_is_said(self, settings: dict[str, Any], fault: str) -> None:
        with pytest.raises(KafkaSecurityError, match=fault) as told:
            kafka_security.kafka_python(Settings(**settings))
        assert str(told.value).startswith("NEWSWIRE_KAFKA_SECURITY is ")

    def test_no_password_goes_over_a_wire_in_the_clear(self) -> None:
        bare = LOGIN | {"kafka_security": "sasl_plaintext", "kafka": "kafka.example.org:9092"}
        with pytest.raises(
            KafkaSecurityError, match=r"the password would go to kafka\.example\.org:9092 in the"
        ):
            kafka_security.aiokafka(Settings(**bare, kafka_sasl="PLAIN"))
        token = TOKEN | {"kafka_security": "sasl_plaintext", "kafka": "kafka.example.org:9092"}
        with pytest.raises(KafkaSecurityError, match="our token would go"):
            kafka_security.aiokafka(Settings(**token))
        kafka_security.aiokafka(Settings(**bare))  # SCRAM does not send it
        kafka_security.aiokafka(Settings(**(bare | {"kafka": "127.0.0.1:9"}), kafka_sasl="PLAIN"))

    def test_files_that_cannot_be_used(self, tmp_path: Path) -> None:
        empty = tmp_path / "empty.pem"
        empty.touch()
        for file, why in (("no/such.pem", "No such file"), (empty, "cannot be used")):
            with pytest.raises(KafkaSecurityError, match=f"NEWSWIRE_KAFKA_CA is .*{why}"):
                kafka_security.aiokafka(Settings(kafka_security="ssl", kafka_ca=Path(file)))
            with pytest.raises(KafkaSecurityError, match="our certificate and its key cannot be used"):
                kafka_security.aiokafka(Settings(kafka_security="ssl", kafka_cert=Path(file)))

    def test_a_feed_calls_its_keys_by_their_names(self) -> None:
        feed = Access(brokers=("a:1",), called="`{}` of feed 'wire'", security="sasl_ssl", user="me")
        with pytest.raises(KafkaSecurityError, match="`password` of feed 'wire' must be set"):
            kafka_security.kafka_python(feed)


class TestRequire:
    def test_a_broker_that_is_away_may_come(self) -> None:
        settings = Settings(kafka="127.0.0.1:9", **LOGIN)
        assert kafka_security.require_now(settings) is None

    def test_without_locks_nobody_is_asked(self) -> None:
        assert kafka_security.require_now(Settings(kafka="127.0.0.1:9")) is None

    def test_a_server_that_hangs_up_gives_a_hint_of_what_may_be_wrong(self) -> None:
        async def main() -> str | None:
            async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                writer.close()

            async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
                port = server.sockets[0].getsockname()[1]
                return await kafka_security.require(Settings(kafka=f"127.0.0.1:{port}"))

        hint = asyncio.run(main())
        assert hint is not None
        assert "neither TLS nor a login, as NEWSWIRE_KAFKA_SECURITY says" in hint

    def test_another_broker_that_lets_us_in_is_enough(self) -> None:
        settings = Settings(kafka="127.0.0.1:9,127.0.0.1:19", **LOGIN)
        assert kafka_security.require_now(settings) is None
