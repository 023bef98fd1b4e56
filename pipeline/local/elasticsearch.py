"""Elasticsearch on this machine: one node, run as another user than root, who may not run it."""

from __future__ import annotations

import base64
import http.client
import json
import os
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import unquote

from pipeline.local import user as users
from pipeline.local.errors import LocalServiceError
from pipeline.local.install import Name, Programs, fetch
from pipeline.local.java import java_for
from pipeline.local.ports import Address
from pipeline.local.process import spawn
from pipeline.local.service import Answer, Launch, Service
from pipeline.resources import resource

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import psutil
    from pydantic import HttpUrl

    from pipeline.settings import Settings

_LASTING = tuple(
    f"-XX:Tier4{name}={count}"
    for name, count in {
        "InvocationThreshold": 20_000,
        "MinInvocationThreshold": 5_000,
        "CompileThreshold": 40_000,
        "BackEdgeThreshold": 200_000,
    }.items()
)
"""Four to five times as many calls as usual before code is compiled well: much runs only at the start."""

LAUNCHER = "org.elasticsearch.server.launcher.ServerLauncher"


class LocalElasticsearch(Service):
    """The embedded Elasticsearch, or the one that the setting names instead."""

    name: ClassVar[Name] = "elasticsearch"
    setting: ClassVar[str] = "NEWSWIRE_ELASTICSEARCH"
    # Elasticsearch's launcher also runs a JVM with the same options to try them: that is not the node.
    main_class: ClassVar[str] = "org.elasticsearch.server/org.elasticsearch.bootstrap.Elasticsearch"

    def __init__(self, settings: Settings, *, brief: bool = False) -> None:
        """``brief``: it will live for minutes, so its code is compiled at once and not well."""
        super().__init__(settings, users.unprivileged())
        self._brief = brief
        self.address = _address(settings.nodes[0])
        self.external = why_external(*settings.nodes)
        if settings.elasticsearch_api_key:
            self.external = (
                self.external or "has users, which the embedded one has not: it is not started here"
            )

    @property
    def where(self) -> str:
        """All nodes that are named."""
        return ", ".join(str(_address(url)) for url in self.settings.nodes)

    def programs(self, progress: Callable[[str], None]) -> Programs:
        """Elasticsearch's home: the one of the settings, else the fetched one."""
        home = self.settings.elasticsearch_home
        if home is None:
            cache = users.reachable_cache(self.settings.cache.resolve(), self.user)
            return fetch("elasticsearch", cache, progress)
        return given_home(home.resolve(), self.user)

    def spawn(self, programs: Programs, lock: int) -> Launch:
        """Writes the configuration and runs Elasticsearch's launcher, which ends when the node answers."""
        java = java_for(self.user).program
        conf, data, logs, tmp = (self.folder / part for part in ("conf", "data", "logs", "tmp"))
        for folder in (conf, data, logs, tmp):
            users.make_folder(folder)
        options = [self.mark, *java_options(self.settings.elasticsearch_heap_mib, logs, brief=self._brief)]
        users.write_file(conf / "jvm.options", "".join(f"{option}\n" for option in options))
        users.write_file(conf / "elasticsearch.yml", self._node_settings(data, logs))
        users.write_file(conf / "log4j2.properties", resource("deploy/local/log4j2.properties").read_text())
        for folder in (conf, data, logs, tmp):
            users.give_to(folder, self.user)
        command = [java, "-Xms4m", "-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        libraries = programs.home / "lib" / "tools" / "server-launcher" / "*"
        child = spawn(
            [*map(str, command), "-cp", str(libraries), LAUNCHER, "-d"],
            folder=programs.home,
            output=self.log_files[1],
            environment={
                "PATH": os.environ.get("PATH", os.defpath),
                "HOME": str(self.folder),
                "HOSTNAME": "localhost",
                "LC_ALL": "C.UTF-8",
                "ES_HOME": str(programs.home),
                "ES_PATH_CONF": str(conf),
                "ES_TMPDIR": str(tmp),
                "ES_DISTRIBUTION_TYPE": "tar",
                "JAVA": str(java),
                "JAVA_TYPE": "ES_JAVA_HOME",
                "CLI_JAVA_OPTS": "",
            },
            user=self.user,
            inherited=[lock],
        )
        return Launch(child=child)

    def ask(self, process: psutil.Process | None, limit_s: float) -> Answer | None:
        """Whether a node answers with its shards in place, and is that process."""
        if process is None:
            return self._ask_external(limit_s)
        question = f"/_cluster/health?wait_for_status=yellow&timeout={limit_s:.0f}s"
        health = _get(self._connection(limit_s + 2), question)
        if health is None or health.get("timed_out"):
            return None
        local = _get(self._connection(limit_s), "/_nodes/_local/process")
        node: dict[str, Any] = next(iter((local or {}).get("nodes", {}).values()), {})
        if node.get("process", {}).get("id") != process.pid:
            return None
        return Answer(node.get("version"))

    def _ask_external(self, limit_s: float) -> Answer | None:
        """What the first of them says that answers; which do not is told with the status."""
        urls = self.settings.nodes
        answers = [(str(_address(url)), ask_node(self.settings, url, limit_s)) for url in urls]
        found = next((answer for _, answer in answers if answer), None)
        if found and (silent := [where for where, answer in answers if not answer]):
            self.external = f"no answer from {', '.join(silent)}; {why_external(*urls)}"
        return found

    def _node_settings(self, data: Path, logs: Path) -> str:
        return node_settings(self.address, data, logs)

    def _connection(self, limit_s: float) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.address.host, self.address.port, timeout=limit_s)


def _address(url: HttpUrl) -> Address:
    return Address((url.host or "").strip("[]"), url.port or 0)


def why_external(url: HttpUrl, *others: HttpUrl) -> str:
    """Why an Elasticsearch is not ours to start, in words; empty if it is."""
    if others:
        return "several nodes are named: it is not started here"
    if not _address(url).loopback:
        return "not an address of this machine: it is not started here"
    if url.scheme != "http" or url.username:
        return "has TLS or a user, which the embedded one has not: it is not started here"
    return ""


def given_home(home: Path, user: users.User) -> Programs:
    """The programs in an Elasticsearch that somebody else unpacked.

    Raises:
        LocalServiceError: there is none, it lacks the launcher, or the user cannot reach it.
    """
    closed = users.barrier(home, user)
    if closed:
        raise LocalServiceError(
            f"NEWSWIRE_ELASTICSEARCH_HOME is {home}, but {closed} is closed to {user.name}, "
            "whom Elasticsearch runs as (it refuses root). Unpack it elsewhere, for example in /opt."
        )
    jars = sorted((home / "lib").glob("elasticsearch-[0-9]*.jar"))
    if not jars or not (home / "lib" / "tools" / "server-launcher").is_dir():
        raise LocalServiceError(
            f"NEWSWIRE_ELASTICSEARCH_HOME is {home}, but there is no Elasticsearch 9.4 or newer in it "
            "(lib/elasticsearch-VERSION.jar, lib/tools/server-launcher). Correct it, or unset it."
        )
    return Programs(home, jars[0].stem.removeprefix("elasticsearch-"))


def java_options(heap_mib: int, logs: Path, *, brief: bool = False) -> list[str]:
    """The JVM's options: less time to start, and half the memory, of the stock ones.

    Args:
        heap_mib: size of the heap, in MiB.
        logs: folder of its logs.
        brief: start in half the CPU time, and need nearly twice as much for each article.
    """
    return [
        f"-Xms{heap_mib}m",
        f"-Xmx{heap_mib}m",
        "-XX:+UseSerialGC",
        *(("-XX:TieredStopAtLevel=1",) if brief else _LASTING),
        "-XX:-AlwaysPreTouch",
        "-XX:+ExitOnOutOfMemoryError",
        f"-XX:ErrorFile={logs}/crash-%p.log",
        "-Djava.io.tmpdir=${ES_TMPDIR}",
        "--add-modules=jdk.incubator.vector",
        "-Dorg.apache.lucene.store.defaultReadAdvice=normal",
        "-Dorg.apache.lucene.store.MMapDirectory.sharedArenaMaxPermits=1",
        f"-Dnewswire.logs={logs}",
    ]


def node_settings(address: Address, data: Path, logs: Path) -> str:
    """The node's ``elasticsearch.yml``; JSON is YAML, and quotes whatever a path may hold."""
    options = {
        "cluster.name": "newswire",
        "node.name": "newswire",
        "path.data": str(data),
        "path.logs": str(logs),
        "network.host": address.host,
        "http.port": address.port,
        # Nobody joins: any free port.
        "transport.port": 0,
        "discovery.type": "single-node",
        "action.destructive_requires_name": True,
        # In percent, as they are by default, they would stop a laptop with 10 GB free.
        "cluster.routing.allocation.disk.watermark.low": "512mb",
        "cluster.routing.allocation.disk.watermark.high": "256mb",
        "cluster.routing.allocation.disk.watermark.flood_stage": "128mb",
        # Else what the serial collector has not collected yet counts, and requests are refused for it.
        "indices.breaker.total.use_real_memory": False,
        # It listens on loopback only.
        "xpack.security.enabled": False,
        "xpack.security.autoconfiguration.enabled": False,
    }
    return "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in options.items())


def ask_node(settings: Settings, url: HttpUrl, limit_s: float) -> Answer | None:
    """What a node elsewhere says of itself; None if it does not answer as Elasticsearch.

    Raises:
        ElasticsearchSecurityError: the authority's file cannot be used.
    """
    key = settings.elasticsearch_api_key
    headers = {}
    if key:
        headers["Authorization"] = f"ApiKey {key.get_secret_value()}"
    elif url.username:
        secret = f"{unquote(url.username)}:{unquote(url.password or '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(secret.encode()).decode()}"
    host = (url.host or "").strip("[]")
    there = http.client.HTTPConnection(host, url.port, timeout=limit_s)
    if url.scheme == "https":
        from pipeline.sink.connection import trusting  # noqa: PLC0415 - few need it, and it is slow to load

        context = trusting(settings.elasticsearch_ca)
        there = http.client.HTTPSConnection(host, url.port, timeout=limit_s, context=context)
    answer = _get(there, url.path or "/", headers)
    version = (answer or {}).get("version")
    return Answer(version.get("number")) if isinstance(version, dict) else None


def _get(
    connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str] | None = None
) -> dict[str, Any] | None:
    try:
        connection.request("GET", path, headers=dict(headers or {}))
        response = connection.getresponse()
        body = response.read()
        answer = json.loads(body) if response.status == http.HTTPStatus.OK else None
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return answer if isinstance(answer, dict) else None
