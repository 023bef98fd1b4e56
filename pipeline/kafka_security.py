"""How all our clients speak to Kafka's brokers: in the clear or over TLS, with which login."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiokafka.conn import AIOKafkaConnection, get_ip_port_afi
from aiokafka.errors import (
    AuthenticationFailedError,
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.admin import ApiVersionRequest
from pydantic import SecretStr

from pipeline.errors import NewswireError
from pipeline.hosts import is_here
from pipeline.kafka_tokens import ForAiokafka, ForKafkaPython, Source, tokens
from pipeline.settings import KafkaLogin, KafkaSecurity, Settings

if TYPE_CHECKING:
    from faust.types.auth import CredentialsT

TRY_MS = 5_000
"""Milliseconds that a broker has to let us in or to refuse."""

_CLOSE_S = 1.0


class KafkaSecurityError(NewswireError):
    """The settings do not fit together, a file of theirs cannot be used, or a broker refuses us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Brokers, and how they are to be spoken to.

    Attributes:
        brokers: each as host:port.
        called: how a person calls these settings, with ``{}`` for the field's name.
        security: TLS where it has ``ssl``, a login where it has ``sasl``.
        ca: who signs the brokers' certificates (PEM); by default whom the system trusts.
        cert: our own certificate (PEM), where brokers ask for one.
        key: its private key (PEM); by default in the same file.
        key_password: the key's passphrase.
        sasl: how to log in.
        user: for all but OAUTHBEARER.
        password: likewise.
        token: for OAUTHBEARER.
    """

    brokers: tuple[str, ...]
    called: str
    security: KafkaSecurity = "plaintext"
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    key_password: SecretStr | None = None
    sasl: KafkaLogin = "SCRAM-SHA-512"
    user: str | None = None
    password: SecretStr | None = None
    token: Source = field(default_factory=Source)

    @property
    def over_tls(self) -> bool:
        """Whether what is sent is kept from others on the way."""
        return self.security in {"ssl", "sasl_ssl"}

    @property
    def with_login(self) -> bool:
        """Whether we say who we are by a name, or by a token."""
        return self.security in {"sasl_plaintext", "sasl_ssl"}

    def setting(self, name: str) -> str:
        """A field as its user calls it."""
        return self.called.format(name if self.called.startswith("`") else name.upper())


def access(settings: Settings) -> Access:
    """The access to our own brokers."""
    return Access(
        brokers=tuple(settings.brokers),
        called="NEWSWIRE_KAFKA_{}",
        security=settings.kafka_security,
        ca=settings.kafka_ca,
        cert=settings.kafka_cert,
        key=settings.kafka_key,
        key_password=settings.kafka_key_password,
        sasl=settings.kafka_sasl,
        user=settings.kafka_user,
        password=settings.kafka_password,
        token=Source(
            url=str(settings.kafka_token_url) if settings.kafka_token_url else None,
            client=settings.kafka_token_client,
            secret=settings.kafka_token_secret,
            scope=settings.kafka_token_scope,
            ca=settings.kafka_token_ca,
            file=settings.kafka_token_file,
        ),
    )


def kafka_python(of: Settings | Access) -> dict[str, Any]:
    """The options of any client of kafka-python.

    Raises:
        KafkaSecurityError: the settings do not fit together, or a file of theirs cannot be used.
    """
    there = _checked(of)
    if there.with_login and there.sasl == "OAUTHBEARER":
        return _common(there) | {"sasl_oauth_token_provider": ForKafkaPython(tokens(there.token))}
    return _common(there)


def aiokafka(of: Settings | Access) -> dict[str, Any]:
    """The options of any client of aiokafka.

    Raises:
        KafkaSecurityError: as for ``kafka_python``.
    """
    there = _checked(of)
    if there.with_login and there.sasl == "OAUTHBEARER":
        return _common(there) | {"sasl_oauth_token_provider": ForAiokafka(tokens(there.token))}
    return _common(there)


def faust(settings: Settings) -> CredentialsT | None:
    """What a Faust app takes as ``broker_credentials``.

    Raises:
        KafkaSecurityError: as for ``kafka_python``.
    """
    from faust.auth import OAuthCredentials, SASLCredentials, SSLCredentials  # noqa: PLC0415 - is slow to load

    there = _checked(settings)
    context = _context(there) if there.over_tls else None
    if not there.with_login:
        return SSLCredentials(context) if context else None
    if there.sasl == "OAUTHBEARER":
        return OAuthCredentials(oauth_cb=ForAiokafka(tokens(there.token)), ssl_context=context)
    assert there.password is not None
    return SASLCredentials(
        username=there.user,
        password=there.password.get_secret_value(),
        ssl_context=context,
        mechanism=there.sasl,
    )


async def require(of: Settings | Access) -> str | None:
    """See whether a broker lets us in; one that is away, or an authority that gives no token now, may pass.

    The clients themselves tell a refusal from an absence in their logs only, and try again for ever.

    Returns:
        What may be wrong, in words, where a broker is there and hangs up without saying why.

    Raises:
        KafkaSecurityError: one is there and refuses us, or we do not trust it; says why, and what to do.
        TokenError: no token is given for a reason that waiting does not cure.
    """
    there = of if isinstance(of, Access) else access(of)
    options = aiokafka(there)
    if "sasl_oauth_token_provider" in options:
        await asyncio.to_thread(tokens(there.token).required)
    hint = None
    for broker in there.brokers:
        try:
            hung_up = await _hangs_up(broker, there, options)
        except (OSError, TimeoutError):
            continue
        if not hung_up:
            return None
        hint = hint or _hint(broker, there)
    return hint


def require_now(of: Settings | Access) -> str | None:
    """``require`` for who runs no event loop; touches nothing where there is neither TLS nor a login.

    Raises:
        KafkaSecurityError, TokenError: as for ``require``.
    """
    there = of if isinstance(of, Access) else access(of)
    if there.security == "plaintext":
        _checked(there)
        return None
    return asyncio.run(require(there))


async def _hangs_up(broker: str, there: Access, options: Mapping[str, Any]) -> bool:
    """Whether a broker does, without a word.

    Raises:
        OSError, TimeoutError: nobody is there.
        KafkaSecurityError: it says why it does not let us in.
    """
    host, port, _ = get_ip_port_afi(broker)
    connection = AIOKafkaConnection(host, port, client_id="newswire", request_timeout_ms=TRY_MS, **options)
    try:
        await connection.connect()
        answer = await connection.send(ApiVersionRequest())
    except ssl.SSLCertVerificationError as error:
        raise _distrusted(broker, there, error) from error
    except ssl.SSLError as error:
        raise _no_tls(broker, there, error) from error
    except (ConnectionResetError, BrokenPipeError):
        return True
    except KafkaConnectionError as error:
        if isinstance(error.__cause__, ssl.SSLError):
            raise _no_tls(broker, there, error.__cause__) from error
        return True
    except KafkaError as error:
        raise _refused(broker, there, error) from error
    finally:
        await _closed(connection)
    # aiokafka takes any answer to a token for a yes, and is refused whatever it asks then.
    if answer.error_code == IllegalSaslStateError.errno:
        raise _refused(broker, there, AuthenticationFailedError("it does not say why; its log does"))
    return False


async def _closed(connection: AIOKafkaConnection) -> None:
    """Close a connection and wait until it is, where there was one."""
    closing = connection.close()
    protocol = connection._protocol  # noqa: SLF001 - it is there once there was a connection
    if closing is not None and protocol is not None:
        with suppress(TimeoutError):
            await asyncio.wait_for(closing, _CLOSE_S)


def _hint(broker: str, there: Access) -> str:
    how = {
        "plaintext": "neither TLS nor a login",
        "ssl": "TLS and no login",
        "sasl_plaintext": "a login and no TLS",
        "sasl_ssl": "TLS and a login",
    }[there.security]
    return (
        f"Kafka at {broker} hangs up: we come with {how}, as {there.setting('security')} says; see whether it"
        " wants something else at this port"
    )


def _no_tls(broker: str, there: Access, error: ssl.SSLError) -> KafkaSecurityError:
    said = str(error.reason or error).replace("_", " ").lower()
    return KafkaSecurityError(
        f"Kafka at {broker} and we do not agree on TLS: {said}; see whether this port speaks TLS, as"
        f" {there.setting('security')} says, and whether it asks for a certificate of ours"
        f" ({there.setting('cert')})"
    )


def _distrusted(broker: str, there: Access, error: ssl.SSLCertVerificationError) -> KafkaSecurityError:
    return KafkaSecurityError(
        f"the certificate of Kafka at {broker} is not trusted: {error.verify_message}; set"
        f" {there.setting('ca')} to the file of the authority that signed it, and name the broker as its"
        " certificate does"
    )


def _refused(broker: str, there: Access, error: Exception) -> KafkaSecurityError:
    """A broker that speaks to us, and says no."""
    where = f"Kafka at {broker}"
    if isinstance(error, UnsupportedSaslMechanismError):
        said = (
            f"{where} does not take the login {there.sasl}: set {there.setting('sasl')} to one that it takes"
        )
    elif isinstance(error, IllegalSaslStateError):
        said = f"{where} asks for no login at this port: set {there.setting('security')} to"
        said += " ssl" if there.over_tls else " plaintext"
    elif there.sasl == "OAUTHBEARER":
        said = (
            f"{where} refuses our token: {error}; see whether it ended, and whether its issuer, audience and"
            " scope are those that the broker wants"
        )
    else:
        said = (
            f"{where} refuses the login of '{there.user}' by {there.sasl}: {error}; see"
            f" {there.setting('user')} and {there.setting('password')}, and whether the broker knows the user"
        )
    return KafkaSecurityError(said)


def _checked(of: Settings | Access) -> Access:
    """Settings that fit together.

    Raises:
        KafkaSecurityError: they do not.
    """
    there = of if isinstance(of, Access) else access(of)
    fault = _fault(there) or _bare(there)
    if fault:
        raise KafkaSecurityError(f"{there.setting('security')} is {there.security}, but {fault}")
    return there


def _fault(there: Access) -> str | None:
    """What does not fit together, in words."""
    name = there.setting
    given = {one: getattr(there, one) for one in ("ca", "cert", "key", "user", "password")}
    if not there.over_tls and (unused := [one for one in ("ca", "cert", "key") if given[one]]):
        return f"{name(unused[0])} is for TLS: set {name('security')} to ssl or sasl_ssl, or unset it"
    if there.key and not there.cert:
        return f"{name('cert')} is not set, whose key {name('key')} is"
    if not there.with_login:
        unused = [one for one in ("user", "password") if given[one]]
        return f"{name(unused[0])} is for a login: set {name('security')} to sasl_ssl" if unused else None
    if there.sasl == "OAUTHBEARER":
        return there.token.fault(name)
    missing = [name(one) for one in ("user", "password") if not given[one]]
    return f"{' and '.join(missing)} must be set for {there.sasl}" if missing else None


def _bare(there: Access) -> str | None:
    """What would go over a wire for all to read, in words."""
    hosts = [get_ip_port_afi(broker)[0] for broker in there.brokers]
    if there.security != "sasl_plaintext" or there.sasl.startswith("SCRAM") or all(map(is_here, hosts)):
        return None
    what = "our token" if there.sasl == "OAUTHBEARER" else "the password"
    return f"{what} would go to {', '.join(there.brokers)} in the clear: set it to sasl_ssl"


def _common(there: Access) -> dict[str, Any]:
    """What both libraries call by the same names."""
    options: dict[str, Any] = {"security_protocol": there.security.upper()}
    if there.over_tls:
        options["ssl_context"] = _context(there)
    if there.with_login:
        options["sasl_mechanism"] = there.sasl
        if there.sasl != "OAUTHBEARER":
            assert there.password is not None
            options["sasl_plain_username"] = there.user
            options["sasl_plain_password"] = there.password.get_secret_value()
    return options


def _context(there: Access) -> ssl.SSLContext:
    """What checks the brokers' certificates and names, and shows our own.

    Raises:
        KafkaSecurityError: a file cannot be read, or does not hold what it is to hold.
    """
    context = trusting(there.ca, there.setting("ca"))
    if there.cert:
        secret = there.key_password
        try:
            # Without a passphrase OpenSSL would ask for it at the terminal.
            context.load_cert_chain(
                there.cert, there.key, password=lambda: secret.get_secret_value() if secret else ""
            )
        except OSError as error:
            files = f"{there.cert} and {there.key}" if there.key else f"{there.cert}"
            raise KafkaSecurityError(
                f"our certificate and its key cannot be used, {files}: {_why(error)};"
                f" {there.setting('cert')} and {there.setting('key')} are PEM files, and"
                f" {there.setting('key_password')} is the key's passphrase if it has one"
            ) from error
    return context


def trusting(ca: Path | None, setting: str) -> ssl.SSLContext:
    """What trusts one authority, or those of the system.

    Raises:
        KafkaSecurityError: the file cannot be read, or holds no certificate.
    """
    try:
        return ssl.create_default_context(cafile=str(ca) if ca else None)
    except OSError as error:
        raise KafkaSecurityError(
            f"{setting} is {ca}, which cannot be used: {_why(error)}; it must be a PEM file of certificates"
        ) from error


def _why(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return str(error.reason or "it holds nothing of the kind").replace("_", " ").lower()
    return error.strerror or str(error)
