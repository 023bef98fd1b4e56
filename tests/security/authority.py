"""An authority of the tests' own: signs certificates, and gives tokens to who knows its secret."""

from __future__ import annotations

import base64
import ipaddress
import json
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"
SECRET = "5ecret-that-nobody-may-see"  # noqa: S105 - of a broker that lives for a minute
PASSPHRASE = "a passphrase, not a secret"  # noqa: S105 - of keys that live for a minute
ISSUER = "https://authority.example.org"
AUDIENCE = "kafka"


class Pair(NamedTuple):
    """A certificate and its key, as PEM files; ``both`` has the one after the other."""

    cert: Path
    key: Path
    both: Path


class Authority:
    """Signs certificates for this machine; its own certificate is the file ``ca``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"authority {folder.name}")])
        made = (
            self._builder(self._name, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        self.ca = folder / "ca.pem"
        self.ca.write_bytes(made.public_bytes(serialization.Encoding.PEM))

    def signed(self, name: str, *, host: str | None = HOST, passphrase: str | None = None) -> Pair:
        """A pair for a server or a client of this name; a server's address stands in it."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key)
        if host:
            address: x509.GeneralName = x509.DNSName(host)
            if host[0].isdigit():
                address = x509.IPAddress(ipaddress.ip_address(host))
            builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        made = builder.add_extension(identifier, critical=False).sign(self._key, hashes.SHA256())
        encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if passphrase:
            encryption = serialization.BestAvailableEncryption(passphrase.encode())
        form = serialization.PrivateFormat.PKCS8
        pair = Pair(*(self._folder / f"{name}{end}.pem" for end in ("", "-key", "-both")))
        pair.cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        pair.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, encryption))
        pair.both.write_bytes(pair.key.read_bytes() + pair.cert.read_bytes())
        return pair

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
        )


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


class Tokens:
    """A token endpoint over TLS (client credentials), whose tokens a broker can check by ``jwks``.

    Attributes:
        url: the endpoint.
        jwks: the file of the public key.
        given: how many tokens were given.
        lasts_s: seconds that the next token is good for.
        broken: answer with this status instead.
    """

    def __init__(self, authority: Authority, folder: Path) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.given = 0
        self.lasts_s = 600.0
        self.broken: int | None = None
        self.asked: list[dict[str, list[str]]] = []
        numbers = self._key.public_key().public_numbers()
        self.jwks = folder / "jwks.json"
        parts = {"n": numbers.n, "e": numbers.e}
        key = {
            name: _text(value.to_bytes((value.bit_length() + 7) // 8, "big")) for name, value in parts.items()
        }
        keys = {"keys": [{"kty": "RSA", "kid": "one", "use": "sig", "alg": "RS256", **key}]}
        self.jwks.write_text(json.dumps(keys))
        self._server = ThreadingHTTPServer((HOST, 0), self._handler())
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(authority.signed("tokens").both)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://{HOST}:{self._server.server_port}/token"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def token(self, subject: str, *, lasts_s: float = 600.0, **claims: Any) -> str:
        """A token for somebody, signed."""
        now = time.time()
        head = {"alg": "RS256", "typ": "JWT", "kid": "one"}
        body = {
            "sub": subject,
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": int(now) - 60,
            "exp": int(now + lasts_s),
            "scope": "news",
            **claims,
        }
        signed = f"{_text(json.dumps(head).encode())}.{_text(json.dumps(body).encode())}"
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_text(signature)}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        tokens = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                tokens.asked.append(form)
                _, _, given = self.headers.get("Authorization", "").partition(" ")
                client, _, secret = base64.b64decode(given).decode().partition(":")
                if tokens.broken:
                    self._say(tokens.broken, {"error": "temporarily_unavailable"})
                elif secret != SECRET or form["grant_type"] != ["client_credentials"]:
                    self._say(401, {"error": "invalid_client", "error_description": "no such client"})
                else:
                    tokens.given += 1
                    token = tokens.token(client, lasts_s=tokens.lasts_s)
                    said = {
                        "access_token": token,
                        "token_type": "Bearer",
                        "expires_in": int(tokens.lasts_s),
                    }
                    self._say(200, said)

            def _say(self, status: int, content: dict[str, Any]) -> None:
                body = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Not to standard error."""

        return Handler
