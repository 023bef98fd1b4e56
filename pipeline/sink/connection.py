"""How our clients speak to Elasticsearch: the address in the settings, and no retries of their own."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import msgspec
from elastic_transport import TlsError
from elastic_transport.client_utils import url_to_node_config
from elasticsearch import AuthenticationException, AuthorizationException
from elasticsearch.serializer import JsonSerializer

from pipeline.errors import NewswireError
from pipeline.hosts import is_here
from pipeline.settings import Settings


def options(settings: Settings, *, timeout_s: float) -> dict[str, Any]:
    """What ``Elasticsearch`` and ``AsyncElasticsearch`` are made with.

    The client's own retries are off: they know nothing of what can be cured and what cannot. But where one of
    several nodes takes no connection, or cuts it, the others are tried at once: whatever we write may be
    written twice.

    Args:
        settings: whose URLs may hold a user and a password; a port left out is the scheme's own.
        timeout_s: seconds that one request may take.

    Raises:
        ElasticsearchSecurityError: the settings do not fit together, or the authority's file cannot be used.
    """
    nodes = [url_to_node_config(str(url), use_default_ports_for_scheme=True) for url in settings.nodes]
    return {
        **_security(settings),
        "hosts": nodes,
        "request_timeout": timeout_s,
        "max_retries": len(nodes) - 1,
        "retry_on_status": (),
        "retry_on_timeout": False,
        "serializers": {_Json.mimetype: _Json()},
    }


class ElasticsearchSecurityError(NewswireError):
    """The settings by which Elasticsearch is spoken to cannot be used; says why, and what to do."""


def _security(settings: Settings) -> dict[str, Any]:
    """Whom we trust, and who we are: certificate and host name are checked wherever there is TLS."""
    found: dict[str, Any] = {}
    urls = settings.nodes
    if settings.elasticsearch_ca:
        if any(url.scheme != "https" for url in urls):
            raise ElasticsearchSecurityError(
                f"NEWSWIRE_ELASTICSEARCH_CA is set, but NEWSWIRE_ELASTICSEARCH is {address(settings)}: write"
                " https there, or unset it"
            )
        trusting(settings.elasticsearch_ca)
        found["ca_certs"] = str(settings.elasticsearch_ca)
    if settings.elasticsearch_api_key:
        if any(url.username for url in urls):
            raise ElasticsearchSecurityError(
                "NEWSWIRE_ELASTICSEARCH_API_KEY is set, and NEWSWIRE_ELASTICSEARCH names a user: use one of"
                " the two"
            )
        if any(url.scheme != "https" and not is_here(url.host or "") for url in urls):
            raise ElasticsearchSecurityError(
                f"NEWSWIRE_ELASTICSEARCH_API_KEY would go to {address(settings)} in the clear: write https in"
                " NEWSWIRE_ELASTICSEARCH"
            )
        found["api_key"] = settings.elasticsearch_api_key.get_secret_value()
    return found


def trusting(authority: Path | None) -> ssl.SSLContext:
    """What trusts that authority, or those of the system.

    Raises:
        ElasticsearchSecurityError: the file cannot be read, or holds no certificate.
    """
    try:
        return ssl.create_default_context(cafile=str(authority) if authority else None)
    except OSError as error:
        why = "there is no certificate in it" if isinstance(error, ssl.SSLError) else error.strerror
        raise ElasticsearchSecurityError(
            f"NEWSWIRE_ELASTICSEARCH_CA is {authority}, which cannot be used: {why}; it must be a PEM file"
        ) from error


def advice(error: Exception, otherwise: str) -> str:
    """What a person can do about an error.

    Args:
        error: what a client raised.
        otherwise: what there is to do if it is neither trust nor a login nor a right.
    """
    if isinstance(error, TlsError):
        return (
            "set NEWSWIRE_ELASTICSEARCH_CA to the file of the authority that signed its certificate, and"
            " write its name in NEWSWIRE_ELASTICSEARCH as the certificate does"
        )
    if isinstance(error, AuthenticationException):
        return "it does not know us: see NEWSWIRE_ELASTICSEARCH_API_KEY, or who is named in the URL"
    if isinstance(error, AuthorizationException) and error.error == "security_exception":
        return "our role lacks the right: deploy/elasticsearch/roles has those that each part needs"
    return otherwise


class _Json(JsonSerializer):
    """Reads answers several times as fast as the client's own."""

    def json_loads(self, data: bytes) -> Any:
        try:
            return msgspec.json.decode(data)
        except msgspec.DecodeError as error:
            raise ValueError(str(error)) from error


def address(settings: Settings) -> str:
    """Where Elasticsearch is, all nodes of it, for a message to a person: without user and password."""
    return ", ".join(f"{url.scheme}://{url.host}:{url.port}" for url in settings.nodes)
