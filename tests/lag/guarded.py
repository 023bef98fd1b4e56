"""A Kafka of its own that asks for a login at a second port, and in which rights can be taken away."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch

from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ResourcePattern,
    ResourceType,
)

from pipeline.local import kafka
from pipeline.local.ports import Address, free_port
from pipeline.settings import Settings

HOST = "127.0.0.1"
MODULE = "org.apache.kafka.common.security.plain.PlainLoginModule"
LOGIN = {
    "security_protocol": "SASL_PLAINTEXT",
    "sasl_mechanism": "PLAIN",
    "sasl_plain_username": "admin",
    "sasl_plain_password": "not-a-secret",
}


class Guarded:
    """Use as a context manager; the folder is removed in the end.

    Whoever comes without a login is ``ANONYMOUS``, who may do everything until something is forbidden.

    Attributes:
        settings: where it is for those without a login.
        login_port: where it answers only after a login.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.login_port = free_port(HOST)
        self.settings = Settings(kafka=f"{HOST}:{free_port(HOST)}", var=folder)
        self._kafka = self._made()
        self._admin: Any = None

    def __enter__(self) -> Self:
        try:
            with patch.object(kafka, "server_properties", self._properties):
                self._kafka.start()
            self._admin = KafkaAdminClient(bootstrap_servers=f"{HOST}:{self.login_port}", **LOGIN)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._admin is not None:
            self._admin.close()
        self._kafka.stop()
        shutil.rmtree(self._folder)

    def forbid(self, kind: ResourceType, name: str) -> None:
        """Nobody without a login may so much as describe it."""
        assert not self._admin.create_acls([self._rule(kind, name)])["failed"]

    def allow(self, kind: ResourceType, name: str) -> None:
        """As before."""
        self._admin.delete_acls([self._rule(kind, name)])

    @staticmethod
    def _rule(kind: ResourceType, name: str) -> ACL:
        pattern = ResourcePattern(kind, name)
        return ACL("User:ANONYMOUS", "*", ACLOperation.DESCRIBE, ACLPermissionType.DENY, pattern)

    def _made(self) -> kafka.Kafka:
        return kafka.Kafka(self.settings)

    def _listeners(self) -> dict[str, tuple[int, str]]:
        """Listeners beside the usual ones, by name: their ports and protocols."""
        return {"SASL_PLAINTEXT": (self.login_port, "SASL_PLAINTEXT")}

    def _options(self) -> dict[str, str]:
        """What stands in ``server.properties`` beside the usual."""
        user = f'{MODULE} required user_admin="{LOGIN["sasl_plain_password"]}";'
        return {
            "sasl.enabled.mechanisms": "PLAIN",
            "listener.name.sasl_plaintext.plain.sasl.jaas.config": user,
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:admin",
            "allow.everyone.if.no.acl.found": "true",
        }

    def _properties(self, address: Address, controller_port: int) -> str:
        usual = dict(line.split("=", 1) for line in _server_properties(address, controller_port).splitlines())
        more = [(name, port, protocol) for name, (port, protocol) in self._listeners().items()]
        for key in ("listeners", "advertised.listeners"):
            usual[key] = ",".join([usual[key], *(f"{name}://{HOST}:{port}" for name, port, _ in more)])
        key = "listener.security.protocol.map"
        usual[key] = ",".join([usual[key], *(f"{name}:{protocol}" for name, _, protocol in more)])
        return "".join(f"{key}={value}\n" for key, value in {**usual, **self._options()}.items())


_server_properties = kafka.server_properties
