"""A Kafka with all locked: TLS, client certificates, logins, tokens, and nobody may do what no ACL allows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import ScramMechanism, UserScramCredentialUpsertion
from pydantic import SecretStr

from pipeline.local import kafka
from pipeline.local.install import Programs
from pipeline.local.ports import free_port
from pipeline.settings import Settings
from tests.lag.guarded import HOST, LOGIN, MODULE, Guarded
from tests.security.authority import AUDIENCE, ISSUER, PASSPHRASE, SECRET, Authority, Tokens

_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"
_OAUTH = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule"
_VALIDATOR = "org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler"
_URLS = "org.apache.kafka.sasl.oauthbearer.allowed.urls"


class _Kafka(kafka.Kafka):
    jwks: str

    def _java_options(self, programs: Programs, logs: Path) -> list[str]:
        return [*super()._java_options(programs, logs), f"-D{_URLS}={self.jwks}"]


class LockedKafka(Guarded):
    """Whoever comes without a login, or over TLS without a certificate, is ``ANONYMOUS`` and has no right.

    Attributes:
        settings: of who comes without a login, in the clear.
        ports: of its locked doors.
        tokens: who gives tokens for them.
    """

    def __init__(self, folder: Path, authority: Authority, tokens: Tokens) -> None:
        self._authority = authority
        self.tokens = tokens
        self._pair = authority.signed("broker")
        names = ("TLS", "MTLS", "LOGIN")
        self.ports = {name: free_port(HOST) for name in names}
        super().__init__(folder)

    @property
    def password(self) -> SecretStr:
        """Of the user ``admin`` at ``login_port``, who may do everything."""
        return SecretStr(LOGIN["sasl_plain_password"])

    @property
    def admin(self) -> KafkaAdminClient:
        """A client that may do everything."""
        return self._admin

    def add_users(self, *names: str) -> None:
        """Users of SCRAM, all with the same password."""
        said = self._admin.alter_user_scram_credentials(
            [UserScramCredentialUpsertion(each, ScramMechanism.SCRAM_SHA_512, SECRET) for each in names]
        )
        assert not any(said.values()), said

    def by(self, way: str, user: str, **changes: Any) -> Settings:
        """The settings of a user, who comes in one of these ways: tls, mtls, scram, oauth."""
        ca = self._authority.ca
        if way == "tls":
            more: dict[str, Any] = {"kafka_security": "ssl"}
        elif way == "mtls":
            pair = self._authority.signed(user, host=None, passphrase=PASSPHRASE)
            more = {
                "kafka_security": "ssl",
                "kafka_cert": pair.cert,
                "kafka_key": pair.key,
                "kafka_key_password": SecretStr(PASSPHRASE),
            }
        elif way == "scram":
            more = {
                "kafka_security": "sasl_ssl",
                "kafka_user": user,
                "kafka_password": SecretStr(SECRET),
            }
        else:
            more = {
                "kafka_security": "sasl_ssl",
                "kafka_sasl": "OAUTHBEARER",
                "kafka_token_url": self.tokens.url,
                "kafka_token_client": user,
                "kafka_token_secret": SecretStr(SECRET),
                "kafka_token_ca": ca,
            }
        port = self.ports[{"tls": "TLS", "mtls": "MTLS"}.get(way, "LOGIN")]
        return Settings(
            **{"kafka": f"{HOST}:{port}", "kafka_ca": ca, "var": self.settings.var, **more, **changes}
        )

    def _made(self) -> kafka.Kafka:
        made = _Kafka(self.settings)
        made.jwks = self.tokens.jwks.as_uri()
        return made

    def _listeners(self) -> dict[str, tuple[int, str]]:
        protocols = {"TLS": "SSL", "MTLS": "SSL", "LOGIN": "SASL_SSL"}
        return {
            **super()._listeners(),
            **{name: (self.ports[name], protocol) for name, protocol in protocols.items()},
        }

    def _options(self) -> dict[str, str]:
        admin = f'username="admin" password="{LOGIN["sasl_plain_password"]}"'
        jaas = f'{MODULE} required {admin} user_admin="{LOGIN["sasl_plain_password"]}";'
        return {
            **super()._options(),
            "allow.everyone.if.no.acl.found": "false",
            # The broker itself logs in, too.
            "listener.security.protocol.map": ",".join(
                [
                    "PLAINTEXT:PLAINTEXT",
                    "CONTROLLER:SASL_PLAINTEXT",
                    *(f"{name}:{protocol}" for name, (_, protocol) in self._listeners().items()),
                ]
            ),
            "inter.broker.listener.name": "SASL_PLAINTEXT",
            "sasl.mechanism.inter.broker.protocol": "PLAIN",
            "sasl.mechanism.controller.protocol": "PLAIN",
            "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
            "listener.name.controller.plain.sasl.jaas.config": jaas,
            "listener.name.sasl_plaintext.plain.sasl.jaas.config": jaas,
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self._pair.both),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self._authority.ca),
            "listener.name.mtls.ssl.client.auth": "required",
            "listener.name.mtls.ssl.principal.mapping.rules": "RULE:^CN=([^,]+).*$/$1/,DEFAULT",
            "listener.name.login.sasl.enabled.mechanisms": "SCRAM-SHA-512,OAUTHBEARER",
            "listener.name.login.scram-sha-512.sasl.jaas.config": f"{_SCRAM} required;",
            "listener.name.login.oauthbearer.sasl.jaas.config": f"{_OAUTH} required;",
            "listener.name.login.oauthbearer.sasl.server.callback.handler.class": _VALIDATOR,
            "listener.name.login.oauthbearer.sasl.oauthbearer.jwks.endpoint.url": self.tokens.jwks.as_uri(),
            "listener.name.login.oauthbearer.sasl.oauthbearer.expected.audience": AUDIENCE,
            "listener.name.login.oauthbearer.sasl.oauthbearer.expected.issuer": ISSUER,
            # Whoever logged in by a token must do so again before it ends, or is put out.
            "listener.name.login.oauthbearer.connections.max.reauth.ms": "3600000",
        }
