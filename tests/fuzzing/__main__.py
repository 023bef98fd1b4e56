"""The campaign: ``python -m tests.fuzzing`` tries all that reads a stranger's bytes, two targets at once."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import typer

from tests.fuzzing.targets import LONGEST, MEMORY_MIB, ROOT, TARGETS, seeds

Engine = Literal["atheris", "hypothesis"]

PYTHON = ROOT / "var" / "fuzz" / "bin" / "python"
"""The Python that has Atheris; ``make fuzz`` makes it."""

PATIENCE_S = 120.0
"""Seconds after which an engine that does not end by itself is ended."""

_TELLS = re.compile(r"[\w.]*(Error|Exception|Interrupt)\b|it hangs")


@dataclass(frozen=True)
class Result:
    """What one engine found out of one target.

    Attributes:
        target: what was fuzzed.
        engine: by what.
        seconds: how long, as it was asked for.
        runs: inputs that were tried.
        slowest_s: processor seconds of the slowest of them.
        grown_mib: by how many MiB the process grew after it had read all that it started from.
        fault: what broke, empty if nothing did.
    """

    target: str
    engine: Engine
    seconds: float
    runs: int
    slowest_s: float
    grown_mib: int
    fault: str


def main(
    only: Annotated[str, typer.Option(help="Targets, parted by commas; all by default.")] = "",
    seconds: Annotated[float, typer.Option(min=1, help="Seconds for each target and engine.")] = 600,
    engines: Annotated[
        str, typer.Option(help="atheris and hypothesis, or one of them.")
    ] = "atheris,hypothesis",
    at_once: Annotated[int, typer.Option(min=1, help="Targets at once.")] = os.cpu_count() or 1,
    out: Annotated[Path, typer.Option(help="Where results and inputs that broke something go.")] = Path(
        "var/fuzzed"
    ),
) -> None:
    """Fuzz; exits with 1 where something broke. What it broke with then lies in ``--out``."""
    targets = [each.strip() for each in only.split(",") if each.strip()] or list(TARGETS)
    if unknown := set(targets) - TARGETS.keys():
        raise typer.BadParameter(
            f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}"
        )
    chosen = [each.strip() for each in engines.split(",")]
    if strange := set(chosen) - set(get_args(Engine)):
        raise typer.BadParameter(
            f"no such engine: {', '.join(sorted(strange))}; there are {', '.join(get_args(Engine))}"
        )
    runs = [(target, engine) for target in targets for engine in get_args(Engine) if engine in chosen]

    def one(run: tuple[str, Engine]) -> Result:
        target, engine = run
        folder = out / target.replace(" ", "-")
        folder.mkdir(parents=True, exist_ok=True)
        found = (_atheris if engine == "atheris" else _hypothesis)(target, seconds, folder)
        typer.echo(f"{target} by {engine}: {found.runs:,} inputs; {found.fault or 'nothing broke'}", err=True)
        return found

    with ThreadPoolExecutor(at_once) as pool:
        results = list(pool.map(one, runs))
    (out / "results.json").write_text(json.dumps([asdict(each) for each in results], indent=2) + "\n")
    typer.echo(table(results))
    if any(each.fault for each in results):
        raise typer.Exit(1)


def _atheris(target: str, seconds: float, folder: Path) -> Result:
    """Led by coverage, from real copy on."""
    with tempfile.TemporaryDirectory() as work:
        tally, corpus = Path(work) / "tally.json", Path(work) / "corpus"
        corpus.mkdir()
        for number, data in enumerate(seeds(target)):
            (corpus / f"{number:04}").write_bytes(data)
        command = [
            *(str(PYTHON), "-m", "tests.fuzzing.under_atheris", target, str(tally), str(corpus)),
            *(f"-max_total_time={seconds:.0f}", f"-max_len={LONGEST}", "-timeout=60", "-print_final_stats=1"),
            *(f"-rss_limit_mb={MEMORY_MIB * 8}", f"-artifact_prefix={folder}/"),
        ]
        said, well = _said(command, seconds)
        tallied = _tallied(tally)
    fault = "" if well and tallied["runs"] else _error(said)
    return _result(target, "atheris", seconds, tallied, fault)


def _hypothesis(target: str, seconds: float, folder: Path) -> Result:
    """Real copy, damaged in every way that is known to hurt."""
    with tempfile.TemporaryDirectory() as work:
        tally = Path(work) / "tally.json"
        command = [sys.executable, "-m", "tests.fuzzing.under_hypothesis"]
        said, well = _said([*command, target, str(tally), str(folder), str(seconds)], seconds)
        return _result(target, "hypothesis", seconds, _tallied(tally), "" if well else _error(said))


def _tallied(path: Path) -> dict[str, Any]:
    tallied: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return {"runs": 0, "slowest_s": 0.0, "grown_mib": 0} | tallied


def _result(target: str, engine: Engine, seconds: float, tallied: dict[str, Any], fault: str) -> Result:
    if not fault and tallied["grown_mib"] > MEMORY_MIB:
        fault = f"grew by {tallied['grown_mib']} MiB"
    slowest_s = round(tallied["slowest_s"], 3)
    return Result(target, engine, seconds, tallied["runs"], slowest_s, tallied["grown_mib"], fault)


def _said(command: list[str], seconds: float) -> tuple[str, bool]:
    """What a program writes until it ends or is ended, and whether it ended well."""
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds + PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        said = (error.output or b"").decode(errors="replace")
        return f"{said}\nit hangs: still at it after {error.timeout:g} s", False
    return done.stdout.decode(errors="replace"), done.returncode == 0


def _error(said: str) -> str:
    """The line that says what broke."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    told = [line for line in lines if _TELLS.match(line)]
    broke = told or [line for line in lines if "ERROR" in line] or lines or ["it said nothing"]
    return broke[-1][:300]


def table(results: list[Result]) -> str:
    """The results as Markdown."""
    rows = [
        "| | by | seconds | inputs | slowest, s | grew by, MiB | broke |",
        "| --- | --- |" + " ---: |" * 4 + " --- |",
    ]
    return "\n".join(
        rows
        + [
            f"| {each.target} | {each.engine} | {each.seconds:g} | {each.runs:,} | {each.slowest_s:.3f} "
            f"| {each.grown_mib} | {each.fault or 'no'} |"
            for each in results
        ]
    )


if __name__ == "__main__":
    typer.run(main)
