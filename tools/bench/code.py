"""Code analysis against plain Slither, side by side: the same sources, the same compiler, one after the other.

Plain is `slither FILE` with all its detectors and the outputs that crytic-compile asks for, once per source. Ours is
the whole of `analyse` (compile, Slither, its detectors, our analyses) in a process of its own. Everything runs twice,
in turns, and the best time of each counts, so that other work on the machine disturbs less. Memory is resident: the
largest single process of each, and, as a second figure, the largest sum over all processes at one moment, shared pages
counted once.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fixtures.build import Recipe
from fixtures.localchain import project_root
from fixtures.recipes import OZ5_TIMELOCK, SAFE_1_4_1, own
from scanner.cli.options import default_cache_dir
from scanner.code.analyse import analyse
from scanner.code.compilers.interface import Limits
from scanner.code.compilers.node import node_binary
from scanner.code.compilers.resolve import CompilerPlaces, compile_with, resolve_compiler
from scanner.code.compilers.solcjs import install_solcjs
from scanner.code.compilers.versions import parse_version
from scanner.code.interface import CodeJob, CodeOptions
from scanner.code.requests import OUTPUT_FILE, Wanted, source_request
from scanner.code.worker import Workers
from scanner.limited import resident_bytes
from scanner.model.evidence import AtBlock
from scanner.model.kinds import Verification
from scanner.model.snapshot import SourceBundle, SourceFile
from scanner.sources.interface import VerifiedSource
from tools.bench.figure import Figure

_SAMPLE_SECONDS = 0.05
_ROUNDS = 2
_AT = AtBlock(chain_id=31337, block_number=1, block_hash="0x" + "00" * 32)


@dataclass(frozen=True)
class Subject:
    """A contract of a recipe."""

    recipe: Recipe
    path: str
    name: str


SUBJECTS = (
    Subject(own("healthy/RiverGovernor.sol"), "contracts/healthy/RiverGovernor.sol", "RiverGovernor"),
    Subject(OZ5_TIMELOCK, "@openzeppelin/contracts/governance/TimelockController.sol", "TimelockController"),
    Subject(own("healthy/RiverToken.sol"), "contracts/healthy/RiverToken.sol", "RiverToken"),
    Subject(SAFE_1_4_1, "contracts/Safe.sol", "Safe"),
)
"""A DAO: governor, timelock, token, treasury."""


@dataclass(frozen=True)
class Run:
    """Wall time in seconds, resident bytes of the largest process and of all together."""

    seconds: float
    largest: int
    together: int


@dataclass(frozen=True)
class Round:
    """One run of everything; `compiling` is what the compiler took of the plain runs, in seconds."""

    plain: list[Run]
    compiling: float
    cold: Run
    warm: Run


def figures() -> list[Figure]:
    """Measure and return the figures; those with a limit hold or do not."""
    for subject in SUBJECTS:
        install_solcjs(parse_version(subject.recipe.solc), default_cache_dir(), offline=False)
    rounds = [_round() for _ in range(_ROUNDS)]
    plain = min(sum(run.seconds for run in one.plain) for one in rounds)
    cold = min(one.cold.seconds for one in rounds)
    warm = min(one.warm.seconds for one in rounds)
    largest = max(run.largest for run in rounds[0].plain)
    together = max(run.together for run in rounds[0].plain)
    return [
        Figure("code_cold_vs_slither", cold / plain, 0.5),
        Figure("code_warm_vs_slither", warm / plain, 0.1),
        Figure("code_memory_vs_slither", rounds[0].cold.largest / largest, 1.0),
        Figure("code_memory_of_all_processes_vs_slither", rounds[0].cold.together / together, None),
        Figure("code_cold_vs_slither_without_compile", _without_compile(rounds), None),
        Figure("code_cold_seconds", cold, None),
        Figure("code_warm_seconds", warm, None),
        Figure("slither_seconds", plain, None),
    ]


def _round() -> Round:
    """Run plain Slither, then ours with nothing kept, then ours again."""
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "cache"
        cache.mkdir()
        (cache / "solc-js").symlink_to(default_cache_dir() / "solc-js")
        plain, compiling = _plain(Path(folder))
        return Round(plain, compiling, _ours(cache), _ours(cache))


def _without_compile(rounds: Sequence[Round]) -> float:
    """Return our Slither units, detectors and analyses against Slither's, compilers left out of both."""
    plain = min(sum(run.seconds for run in one.plain) - one.compiling for one in rounds)
    return min(_ours_without_compile() for _ in rounds) / plain


def _plain(folder: Path) -> tuple[list[Run], float]:
    """Run plain Slither on each source; return the runs and the seconds that the compiler took of them."""
    log = folder / "solc-seconds"
    runs = []
    for index, subject in enumerate(SUBJECTS):
        place = folder / f"plain-{index}"
        place.mkdir()
        solc = _solc_command(subject, place, log)
        # A folder, because crytic-compile speaks standard JSON for folders alone.
        (place / "entry").mkdir()
        shutil.copy(place / subject.path, place / "entry")
        command = [sys.executable, "-m", "slither", "entry", "--solc-standard-json", "--solc", str(solc)]
        runs.append(_measured([*command, "--json", "report.json", "--fail-none"], place))
        if not json.loads((place / "report.json").read_bytes())["success"]:
            raise RuntimeError(f"plain Slither failed on {subject.name}")
    return runs, sum(float(line) for line in log.read_text().split())


def _solc_command(subject: Subject, place: Path, log: Path) -> Path:
    """Put the sources on disk and return a program that behaves like solc on them."""
    sources = subject.recipe.standard_json(project_root())["sources"]
    for path, source in sources.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(source["content"], encoding="utf-8")
    files = place / "files.json"
    files.write_text(json.dumps(sources), encoding="utf-8")
    soljson = default_cache_dir() / "solc-js" / subject.recipe.solc / "soljson.js"
    script = Path(__file__).with_name("plain_solc.js")
    solc = place / "solc"
    solc.write_text(
        "#!/bin/sh\n"
        f'case "$1" in --version) echo "Version: {subject.recipe.solc}"; exit 0;; esac\n'
        f"exec '{node_binary()}' '{script}' '{soljson}' '{files}' '{log}'\n"
    )
    solc.chmod(0o755)
    return solc


def _ours(cache: Path) -> Run:
    return _measured([sys.executable, "-m", "tools.bench.code", str(cache)], project_root())


def _jobs() -> list[CodeJob]:
    jobs = []
    for index, subject in enumerate(SUBJECTS, start=1):
        source = VerifiedSource(bundle=_bundle(subject), abi=(), verification=Verification.ASSERTED)
        jobs.append(CodeJob(address=f"0x{index:040x}", runtime_code=f"0x60{index:02x}", at=_AT, source=source))
    return jobs


def _bundle(subject: Subject) -> SourceBundle:
    standard_json = subject.recipe.standard_json(project_root())
    return SourceBundle(
        source_id=hashlib.sha256(json.dumps(standard_json, sort_keys=True).encode()).hexdigest(),
        contract_name=subject.name,
        contract_path=subject.path,
        compiler=subject.recipe.solc,
        provider="bench",
        settings_json=json.dumps(standard_json["settings"], sort_keys=True),
        language="Solidity",
        files=tuple(SourceFile(path=path, content=file["content"]) for path, file in standard_json["sources"].items()),
    )


def _ours_without_compile() -> float:
    """Return the seconds that our Slither units, detectors and analyses take one after the other, imports included."""
    compiled = []
    for subject in SUBJECTS:
        compiler = resolve_compiler(subject.recipe.solc, CompilerPlaces(default_cache_dir()))
        standard_json = subject.recipe.standard_json(project_root())
        compiled.append(compile_with(compiler, standard_json, outputs="analysis"))
    started = time.monotonic()
    with Workers() as workers:
        for subject, output in zip(SUBJECTS, compiled, strict=True):
            bundle = _bundle(subject)
            files = {file.path: file.content for file in bundle.files}
            wanted = [Wanted(bundle.contract_name, bundle.contract_path)]
            request = source_request(bundle.source_id, subject.recipe.solc, files, wanted)
            with tempfile.TemporaryDirectory() as folder:
                (Path(folder) / OUTPUT_FILE).write_bytes(output)
                _checked(workers.run(request, Path(folder), Limits()), subject)
    return time.monotonic() - started


def _checked(answer: Mapping[str, Any], subject: Subject) -> None:
    if any("failed" in part for part in (answer, *answer.get("targets", ()))):
        raise RuntimeError(f"our analysis failed on {subject.name}: {answer}")


def _measured(command: Sequence[str], folder: Path) -> Run:
    """Run a command and return its time and memory; raises RuntimeError when it fails."""
    environment = {**os.environ, "PYTHONPATH": str(project_root())}
    peak = [0, 0]
    ended = threading.Event()
    started = time.monotonic()
    with subprocess.Popen(
        list(command), cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        sampler = threading.Thread(target=_sample, args=(process.pid, peak, ended))
        sampler.start()
        _, errors = process.communicate()
        seconds = time.monotonic() - started
        ended.set()
        sampler.join()
    if process.returncode != 0:
        raise RuntimeError(f"{command[2]} failed: {errors.decode(errors='replace')[-400:]}")
    return Run(seconds, peak[0], peak[1])


def _sample(pid: int, peak: list[int], ended: threading.Event) -> None:
    while not ended.wait(_SAMPLE_SECONDS):
        family = _family(pid)
        peak[0] = max(peak[0], *(resident_bytes(process) for process in family))
        peak[1] = max(peak[1], sum(_own_share(process) for process in family))


def _own_share(pid: int) -> int:
    """Return the memory of a process in bytes, pages that several share counted by share (Linux: Pss)."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return resident_bytes(pid)


def _family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    family = [pid]
    for member in family:
        with contextlib.suppress(OSError):
            for thread in Path(f"/proc/{member}/task").iterdir():
                family += [int(child) for child in (thread / "children").read_text().split()]
    return family


def main() -> None:
    """Analyse the subjects with the cache folder that is given: what `figures` measures."""
    results = analyse(_jobs(), CodeOptions(cache_dir=Path(sys.argv[1]), offline=True))
    for address, result in sorted(results.items()):
        if result.gaps:
            sys.exit(f"{address}: {result.gaps[0].detail}")


if __name__ == "__main__":
    main()
