"""A DAO of 500 contracts, ten levels deep: round trips grow with its depth, not with the number of its contracts."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from fixtures.build import Workshop
from fixtures.contract import Contract, constructor_arguments
from fixtures.localchain import LocalChain, project_root
from fixtures.recipes import own
from fixtures.sourcify_server import SourcifyServer
from fixtures.story import Env
from scanner.model.values import ZERO_ADDRESS
from tools.bench.figure import Figure

LEVELS = 10
CONTRACTS = 500
TRIPS_EACH = 4
NAMED_EACH = 18
_RECIPE = own("wide/Part.sol")


def figures() -> list[Figure]:
    """Deploy, scan with the command line and count; all contracts must be met."""
    with LocalChain() as chain, SourcifyServer() as sourcify, tempfile.TemporaryDirectory() as name:
        entry = deploy(Env(chain, Workshop(), sourcify, chain.accounts[:20], chain.accounts[-1]))
        options = ("--rpc-url", chain.url, "--sourcify-url", sourcify.url, "--out", name, "--quiet")
        limits = ("--max-contracts", str(CONTRACTS + 10), "--max-depth", str(LEVELS + 1))
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "scanner.cli.main", "scan", entry, *options, *limits],
            cwd=project_root(),
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - started
        if not Path(name, "snapshot.json").is_file():
            raise RuntimeError(f"the scan failed with exit code {done.returncode}: {done.stderr[-500:]}")
        snapshot = json.loads(Path(name, "snapshot.json").read_text("utf-8"))
    met = len(snapshot["contracts"]["items"])
    return [
        Figure("wide_dao_contracts_missed", CONTRACTS - met, 0),
        Figure("wide_dao_round_trips_per_level", snapshot["round_trips"]["node_requests"] / LEVELS, TRIPS_EACH),
        Figure("wide_dao_seconds", seconds, None),
    ]


def deploy(env: Env) -> str:
    """Deploy the parts from the deepest level up; returns the address of the one that leads to all others."""
    artifact = env.workshop.contract(_RECIPE, "Part")
    behind: list[str] = []
    for count in reversed(_counts()):
        groups = [behind[first : first + NAMED_EACH] for first in range(0, len(behind), NAMED_EACH)]
        parts: list[str] = []
        with env.chain.one_block():
            for number in range(count):
                named = groups[number] if number < len(groups) else []
                arguments = [env.people[0], named + [ZERO_ADDRESS] * (NAMED_EACH - len(named))]
                code = artifact.linked({}) + constructor_arguments(artifact.abi, arguments)
                parts.append(env.chain.deploy(env.people[0], code))
        for address in parts:
            env.register(Contract(env.chain, address, artifact.abi), artifact)
        behind = parts
    return behind[0]


def _counts() -> list[int]:
    """Return how many parts each level has: one names at most so many."""
    wide = (CONTRACTS - 1 - NAMED_EACH) // (LEVELS - 2)
    rest = CONTRACTS - 1 - NAMED_EACH - wide * (LEVELS - 2)
    return [1, NAMED_EACH, wide + rest, *[wide] * (LEVELS - 3)]
