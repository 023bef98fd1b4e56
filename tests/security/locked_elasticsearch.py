"""An Elasticsearch with security on: TLS, a superuser, and API keys for everybody else."""

from __future__ import annotations

import base64
import http.client
import json
import shutil
import ssl
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch

import bcrypt
import psutil
from elasticsearch import Elasticsearch
from pydantic import HttpUrl, SecretStr

from pipeline.local import elasticsearch
from pipeline.local import user as users
from pipeline.local.install import Programs
from pipeline.local.ports import Address, free_port
from pipeline.local.service import Answer, Launch
from pipeline.settings import Settings
from pipeline.sink import connection
from tests.security.authority import HOST, Authority, Pair

ADMIN = "admin"
PASSWORD = "the-keys-to-the-house"  # noqa: S105 - of a node that lives for a minute
_usual = elasticsearch.node_settings


class _Elasticsearch(elasticsearch.LocalElasticsearch):
    """Its superuser stands in a file, so that nothing is asked before it runs."""

    pair: Pair
    ca: Path

    def spawn(self, programs: Programs, lock: int) -> Launch:
        conf = self.folder / "conf"
        users.make_folder(conf)
        for file in (self.pair.cert, self.pair.key):
            (conf / file.name).write_bytes(file.read_bytes())
            users.give_to(conf / file.name, self.user)
        hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4, b"2a")).decode()
        users.write_file(conf / "users", f"{ADMIN}:{hashed}\n")
        users.write_file(conf / "users_roles", f"superuser:{ADMIN}\n")
        for name in ("users", "users_roles"):
            users.give_to(conf / name, self.user)
        with patch.object(elasticsearch, "node_settings", self._settings):
            return super().spawn(programs, lock)

    def ask(self, process: psutil.Process | None, limit_s: float) -> Answer | None:  # noqa: ARG002 - it is ours
        context = ssl.create_default_context(cafile=str(self.ca))
        there = http.client.HTTPSConnection(HOST, self.address.port, timeout=limit_s + 2, context=context)
        secret = base64.b64encode(f"{ADMIN}:{PASSWORD}".encode()).decode()
        question = f"/_cluster/health?wait_for_status=yellow&timeout={limit_s:.0f}s"
        return Answer() if elasticsearch._get(there, question, {"Authorization": f"Basic {secret}"}) else None

    def _settings(self, address: Address, data: Path, logs: Path) -> str:
        more: dict[str, Any] = {
            "xpack.security.enabled": True,
            "xpack.security.authc.api_key.enabled": True,
            "xpack.security.authc.realms.file.file1.order": 0,
            "xpack.security.authc.api_key.hashing.algorithm": "ssha256",
        }
        for layer in ("http", "transport"):
            more[f"xpack.security.{layer}.ssl.enabled"] = True
            more[f"xpack.security.{layer}.ssl.certificate"] = self.pair.cert.name
            more[f"xpack.security.{layer}.ssl.key"] = self.pair.key.name
        usual = [line for line in _usual(address, data, logs).splitlines() if "security.enabled" not in line]
        return "".join(
            f"{line}\n" for line in [*usual, *(f"{key}: {json.dumps(value)}" for key, value in more.items())]
        )


class LockedElasticsearch:
    """Use as a context manager; the folder is removed in the end."""

    def __init__(self, folder: Path, authority: Authority) -> None:
        self._folder = folder
        self._authority = authority
        self.port = free_port(HOST)
        settings = Settings(elasticsearch=f"http://{HOST}:{self.port}", var=folder)
        self._node = _Elasticsearch(settings, brief=True)
        self._node.pair = authority.signed("elasticsearch")
        self._node.ca = authority.ca
        self.admin: Elasticsearch

    def __enter__(self) -> Self:
        try:
            self._node.start()
            self.admin = Elasticsearch(
                f"https://{HOST}:{self.port}",
                ca_certs=str(self._authority.ca),
                basic_auth=(ADMIN, PASSWORD),
            )
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.admin.close()
        self.close()

    def close(self) -> None:
        self._node.stop()
        shutil.rmtree(self._folder)

    @property
    def admin_url(self) -> HttpUrl:
        """The URL of who may do everything."""
        return HttpUrl(f"https://{ADMIN}:{PASSWORD}@{HOST}:{self.port}")

    def settings(self, key: str | None = None, **changes: Any) -> dict[str, Any]:
        """What the settings say of it, with an API key."""
        return {
            "elasticsearch": f"https://{HOST}:{self.port}",
            "elasticsearch_ca": self._authority.ca,
            "elasticsearch_api_key": SecretStr(key) if key else None,
            **changes,
        }

    def client(self, key: str) -> Elasticsearch:
        """Ours, with an API key."""
        return Elasticsearch(**connection.options(Settings(**self.settings(key)), timeout_s=10))
