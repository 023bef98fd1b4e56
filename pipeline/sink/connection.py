"""How our clients speak to Elasticsearch: the address in the settings, and no retries of their own."""

from __future__ import annotations

from typing import Any

import msgspec
from elastic_transport.client_utils import url_to_node_config
from elasticsearch.serializer import JsonSerializer

from pipeline.settings import Settings


def options(settings: Settings, *, timeout_s: float) -> dict[str, Any]:
    """What ``Elasticsearch`` and ``AsyncElasticsearch`` are made with.

    The client's own retries are off: they know nothing of what can be cured and what cannot.

    Args:
        settings: whose URL may hold a user and a password; a port left out is the scheme's own.
        timeout_s: seconds that one request may take.
    """
    node = url_to_node_config(str(settings.elasticsearch), use_default_ports_for_scheme=True)
    return {
        "hosts": [node],
        "request_timeout": timeout_s,
        "max_retries": 0,
        "retry_on_status": (),
        "retry_on_timeout": False,
        "serializers": {_Json.mimetype: _Json()},
    }


class _Json(JsonSerializer):
    """Reads answers several times as fast as the client's own."""

    def json_loads(self, data: bytes) -> Any:
        try:
            return msgspec.json.decode(data)
        except msgspec.DecodeError as error:
            raise ValueError(str(error)) from error


def address(settings: Settings) -> str:
    """Where Elasticsearch is, for a message to a person: without user and password."""
    url = settings.elasticsearch
    return f"{url.scheme}://{url.host}:{url.port}"
