"""The programs that check deploy/ to the end, in var/tools: built by Go from the versions named here.

``python -m tests.deploy.programs`` builds what is missing, where there is Go. The tests that need one are
skipped where it is not, and say so.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.deploy.dockerfile import ROOT

FOLDER = ROOT / "var" / "tools"
INSTALL = "`make deploy-tools` builds it, with Go"

HELM = "helm.sh/helm/v3/cmd/helm@v3.22.0"
COMPOSE = "github.com/compose-spec/compose-go/v2/cmd@v2.16.2"
KEDA = "github.com/kedacore/keda/v2@v2.21.0"

_LIMIT_S = 1800


def helm() -> str | None:
    """Helm, if there is one."""
    return _found("helm")


def compose() -> str | None:
    """compose-go's program, which reads a compose file as `docker compose config` does, if it is there."""
    return _found("compose-go")


def scaled_object() -> Path | None:
    """KEDA's own definition of a ScaledObject, if it was fetched."""
    file = FOLDER / "keda.sh_scaledobjects.yaml"
    return file if file.exists() else None


def _found(name: str) -> str | None:
    return shutil.which(name, path=f"{FOLDER}{os.pathsep}{os.environ.get('PATH', '')}")


def build() -> list[str]:
    """Build and fetch what is missing; why something still is, a line for each."""
    if shutil.which("go") is None:
        return ["there is no Go: install it"]
    FOLDER.mkdir(parents=True, exist_ok=True)
    faults = []
    if helm() is None:
        faults += _go("install", HELM)[1]
    if compose() is None:
        faults += _go("install", COMPOSE)[1]
        if (FOLDER / "cmd").exists():
            (FOLDER / "cmd").rename(FOLDER / "compose-go")
    if scaled_object() is None:
        said, wrong = _go("mod", "download", "-json", KEDA)
        faults += wrong
        if said:
            bases = Path(json.loads(said)["Dir"]) / "config" / "crd" / "bases"
            (FOLDER / "keda.sh_scaledobjects.yaml").write_text(
                (bases / "keda.sh_scaledobjects.yaml").read_text()
            )
    return faults


def _go(*words: str) -> tuple[str, list[str]]:
    environment = {**os.environ, "GOBIN": str(FOLDER), "GOFLAGS": ""}
    done = subprocess.run(
        ["go", *words],  # noqa: S607 - the one on the path
        env=environment,
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=_LIMIT_S,
        check=False,
    )
    fault = f"`go {' '.join(words)}` failed: {done.stderr.strip()[-300:]}"
    return (done.stdout, []) if done.returncode == 0 else ("", [fault])


if __name__ == "__main__":
    for fault in build():
        sys.stderr.write(f"some tests of deploy/ will be skipped: {fault}\n")
