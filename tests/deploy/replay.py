"""Carries out the Dockerfile's own instructions in a clean Debian, where no container engine is.

``python -m tests.deploy.replay`` as root on Linux, with debootstrap: each stage is an overlay over that
Debian, RUN a command in it by chroot. Then every command that docker-compose.yml gives the image starts in
what came of it, as the image's user, all read-only but the volume and /tmp. Kafka and Elasticsearch are those
of ``newswire up``, or where ``NEWSWIRE_KAFKA`` and ``NEWSWIRE_ELASTICSEARCH`` say. Nothing is left mounted,
for it happens in a mount namespace of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil

from pipeline.settings import settings
from tests.deploy import compose
from tests.deploy.dockerfile import ROOT, Stage, stages

VAR = ROOT / "var" / "image"
SUITE = "bookworm"
INSIDE = "NEWSWIRE_REPLAY_INSIDE"
STARTS_S = 120

# How packages are fetched here: by what this machine is told, which no image says.
_PASSED_ON = ("PIP_", "SSL_", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")


def base() -> Path:
    """A minimal Debian with Python where the official image has it, made once."""
    folder = VAR / "base"
    if not (folder / "usr/local/bin/python").is_symlink():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with_python = "--include=python3,python3-venv,ca-certificates"
        do("debootstrap", "--variant=minbase", with_python, SUITE, str(folder))
        (folder / "usr/local/bin/python").symlink_to("/usr/bin/python3")
    return folder


def replay(stage: Stage, lower: Path, done: dict[str, Path]) -> Path:
    """The root of a stage after its instructions; ``done`` has those of the stages before it, by name."""
    folder = VAR / (stage.name or "image")
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("upper", "work", "root"):
        (folder / part).mkdir(parents=True)
    root = folder / "root"
    layers = f"lowerdir={lower},upperdir={folder / 'upper'},workdir={folder / 'work'}"
    do("mount", "-t", "overlay", "overlay", "-o", layers, str(root))
    for file in ("/etc/resolv.conf", "/etc/ssl/certs/ca-certificates.crt"):
        shutil.copy(file, root / file[1:])
    environment, folder_now = {"PATH": "/usr/local/bin:/usr/bin:/usr/sbin:/bin"}, "/"
    for one in stage.instructions:
        said(f"{one.name} {one.rest}")
        if one.name == "ENV":
            environment |= one.pairs
        elif one.name == "WORKDIR":
            folder_now = one.rest
            (root / folder_now[1:]).mkdir(parents=True, exist_ok=True)
        elif one.name == "COPY":
            _copy(one.words, done.get(one.flags.get("from", ""), ROOT), root, folder_now, one.flags)
        elif one.name == "RUN":
            passed = {name: value for name, value in os.environ.items() if name.startswith(_PASSED_ON)}
            _within(root, {**passed, **environment}, folder_now, "/bin/sh", "-c", one.rest)
    return root


def _copy(words: list[str], origin: Path, root: Path, folder: str, flags: dict[str, str]) -> None:
    *sources, target = words
    to = root / (folder + "/" + target if not target.startswith("/") else target).lstrip("/")
    into = target.endswith(("/", "."))
    for source in sources:
        found, place = origin / source.lstrip("/"), to
        if found.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", ".*_cache") if origin == ROOT else None
            shutil.copytree(found, place, symlinks=True, dirs_exist_ok=True, ignore=ignored)
            continue
        place = to / found.name if into else to
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(found, place)
        if "chmod" in flags:
            place.chmod(int(flags["chmod"], 8))


def _within(root: Path, environment: dict[str, str], folder: str, *command: str, user: str = "0:0") -> None:
    given = [f"{name}={value}" for name, value in environment.items()]
    chroot = ["chroot", f"--userspec={user}", str(root), "/usr/bin/env", "-i", "-C", folder, *given]
    do(*chroot, *command)


class Jail:
    """The image, read-only but for its volume and /tmp; commands start in it as its user."""

    def __init__(self, stage: Stage, root: Path) -> None:
        """Puts the secrets and feeds of docker-compose.yml in, and shuts it."""
        self.stage, self.root = stage, root
        (self.volume,), (self.user,) = stage.of("VOLUME")[0].words, [one.rest for one in stage.of("USER")]
        self._secrets()
        own = VAR / "volume"
        shutil.rmtree(own, ignore_errors=True)
        own.mkdir()
        os.chown(own, *map(int, self.user.split(":")))
        do("mount", "-t", "proc", "proc", str(root / "proc"))
        do("mount", "--rbind", "/dev", str(root / "dev"))
        do("mount", "-t", "tmpfs", "tmpfs", str(root / "tmp"))
        do("mount", "--bind", str(own), str(root / self.volume[1:]))
        do("mount", "-o", "remount,ro", str(root))
        if self.run({}, "/bin/sh", "-c", "touch /opt/x || touch /usr/x || touch /x").returncode == 0:
            sys.exit("the file system can be written to")

    def _secrets(self) -> None:
        folder = self.root / "run/secrets"
        folder.mkdir(parents=True, exist_ok=True)
        for name in compose.loaded()["secrets"]:
            (folder / name).write_text("only for this check, 20 characters and more\n")
        (self.root / "etc/newswire").mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "deploy/compose/feeds.toml", self.root / "etc/newswire/feeds.toml")

    def command(self, environment: dict[str, str], *words: str) -> list[str]:
        """How a command is started in it; what this machine says of the addresses goes before all."""
        image = {name: value for one in self.stage.of("ENV") for name, value in one.pairs.items()}
        told = settings()
        here = {"NEWSWIRE_KAFKA": told.kafka, "NEWSWIRE_ELASTICSEARCH": told.elasticsearch}
        given = [f"{name}={value}" for name, value in {**image, **environment, **here}.items()]
        inside = [
            "chroot",
            f"--userspec={self.user}",
            str(self.root),
            "/usr/bin/env",
            "-i",
            "-C",
            self.volume,
        ]
        return [*inside, *given, *words]

    def run(self, environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(self.command(environment, *words), capture_output=True, text=True, check=False)

    def start(self, name: str, service: compose.Service) -> None:
        """Start a service of docker-compose.yml until its health check is content, or until it ends."""
        environment = {key: str(value) for key, value in service["environment"].items()}
        words = [*self.stage.of("ENTRYPOINT")[0].words, *service["command"]]
        check = service.get("healthcheck", {}).get("test", ["CMD", *self._own_check()])[1:]
        if service.get("healthcheck", {}).get("disable"):
            done = self.run(environment, *words)
            said(
                f"{name}: {words} ended with {done.returncode}: {(done.stdout or done.stderr).strip()[-300:]}"
            )
            return
        began = time.monotonic()
        process = subprocess.Popen(self.command(environment, *words))
        try:
            while self.run(environment, *check).returncode:
                if process.poll() is not None or time.monotonic() - began > STARTS_S:
                    sys.exit(f"{name}: {words} did not become healthy")
                time.sleep(0.5)
            said(f"{name}: {words} is healthy after {time.monotonic() - began:.1f} s")
            if name == "worker":
                self._ready(check, process, began)
        finally:
            process.terminate()
            process.wait(30)
        said(f"{name}: ended with {process.returncode} when it was told to")

    def _own_check(self) -> list[str]:
        found: list[str] = json.loads(self.stage.of("HEALTHCHECK")[0].rest.partition("CMD ")[2])
        return found

    def _ready(self, check: list[str], process: subprocess.Popen[bytes], began: float) -> None:
        """The worker has its models, and its partitions."""
        while self.run({}, *[word.replace("/live", "/ready") for word in check]).returncode:
            if process.poll() is not None or time.monotonic() - began > STARTS_S:
                sys.exit("the worker did not become ready")
            time.sleep(0.5)
        seen = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        sizes = [one.memory_info().rss / 1024 / 1024 for one in seen]
        said(f"worker: ready after {time.monotonic() - began:.1f} s; MiB: {[round(size) for size in sizes]}")


def sizes(root: Path) -> None:
    """Print what takes room in the image beside its base, in MB."""
    packages = next((root / "opt/newswire/lib").glob("python3*")) / "site-packages"
    for what, folder in (
        ("all of /opt/newswire", root / "opt/newswire"),
        ("dependencies and code", packages),
        ("newswire", packages / "pipeline"),
        ("models", packages / "pipeline/enrich/models"),
    ):
        size = sum(one.lstat().st_size for one in folder.rglob("*") if not one.is_symlink() and one.is_file())
        said(f"{what}: {size / 1e6:.1f} MB")


def main() -> None:
    """Replay it all in a mount namespace of its own."""
    if os.environ.get(INSIDE) is None:
        again = [sys.executable, "-m", "tests.deploy.replay"]
        sys.exit(
            subprocess.run(
                ["unshare", "--mount", *again],  # noqa: S607 - the one on the path
                env={**os.environ, INSIDE: "1"},
                check=False,
            ).returncode
        )
    lower = base()
    done: dict[str, Path] = {}
    for stage in stages():
        done[stage.name] = root = replay(stage, lower, done)
    sizes(root)
    jail = Jail(stages()[-1], root)
    for name, service in compose.ours().items():
        jail.start(name, service)


def do(*command: str) -> None:
    """Run a command that must not fail."""
    subprocess.run(command, check=True)


def said(line: str) -> None:
    """Report."""
    print(line, flush=True)  # noqa: T201 - a script reports


if __name__ == "__main__":
    main()
