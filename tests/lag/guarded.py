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
_MODULE = "org.apache.kafka.common.security.plain.PlainLoginModule"
_LOGIN = {
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
        self._kafka = kafka.Kafka(self.settings)
        self._admin: Any = None

    def __enter__(self) -> Self:
        try:
            with patch.object(kafka, "server_properties", self._properties):
                self._kafka.start()
            self._admin = KafkaAdminClient(bootstrap_servers=f"{HOST}:{self.login_port}", **_LOGIN)
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

    def _properties(self, address: Address, controller_port: int) -> str:
        usual = _server_properties(address, controller_port)
        more = {
            "listeners": f"SASL_PLAINTEXT://{HOST}:{self.login_port}",
            "advertised.listeners": f"SASL_PLAINTEXT://{HOST}:{self.login_port}",
            "listener.security.protocol.map": "SASL_PLAINTEXT:SASL_PLAINTEXT",
        }
        lines = [
            f"{line},{more[key]}" if (key := line.partition("=")[0]) in more else line
            for line in usual.splitlines()
        ]
        user = f'{_MODULE} required user_admin="{_LOGIN["sasl_plain_password"]}";'
        lines += [
            "sasl.enabled.mechanisms=PLAIN",
            f"listener.name.sasl_plaintext.plain.sasl.jaas.config={user}",
            "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users=User:admin",
            "allow.everyone.if.no.acl.found=true",
        ]
        return "".join(f"{line}\n" for line in lines)


_server_properties = kafka.server_properties
