"""Simulating one open proposal on a fork, beside starting a plain anvil fork of the same chain and asking it once.

The DAO is the fixture with an open proposal of five calls: votes, queue, execution, the same calls at once, balances,
storage by name, and the DAO discovered twice on the fork. What a scan keeps is warm, so that what is measured is the
simulation and not the compiler. The best of three counts, so that other work on the machine disturbs less.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
import urllib.request
from unittest.mock import patch

from fixtures.catalogue import deploy_all
from fixtures.localchain import LocalChain, anvil_binary
from fixtures.sourcify_server import SourcifyServer
from fixtures.story import DeployedDao
from scanner import pipeline
from scanner.cli.options import default_cache_dir
from scanner.model.observation import Collection, Known
from scanner.model.simulation import Simulation
from scanner.proposals.simulate.simulate import Means, SimulateOptions, Subject, simulate
from scanner.sources.collect import SourceOptions
from tools.bench.figure import Figure

_ROUNDS = 3
_MOST_SECONDS = 10


def figures() -> list[Figure]:
    """Measure and return the figures; a simulation may take ten seconds."""
    with LocalChain() as chain, SourcifyServer() as sourcify:
        (dao,) = deploy_all(chain, sourcify, only=["pending-takeover"])
        took = [_simulated(chain, sourcify, dao) for _ in range(_ROUNDS + 1)][1:]
        plain = min(_plain_fork(chain, dao) for _ in range(_ROUNDS))
    return [
        Figure("simulation_seconds", min(took), _MOST_SECONDS),
        Figure("simulation_vs_plain_fork", min(took) / plain, None),
        Figure("plain_fork_seconds", plain, None),
    ]


def _simulated(chain: LocalChain, sourcify: SourcifyServer, dao: DeployedDao) -> float:
    """Return the seconds that a scan spends on simulating the DAO's one open proposal, the fork's start included."""
    spent: list[float] = []

    def timed(subject: Subject, means: Means, options: SimulateOptions) -> Collection[Simulation]:
        started = time.monotonic()
        found = simulate(subject, means, options)
        spent.append(time.monotonic() - started)
        (one,) = found.items
        if not (isinstance(one.succeeds, Known) and one.succeeds.value):
            raise RuntimeError(f"the simulation did not succeed: {one.succeeds}")
        return found

    options = pipeline.ScanOptions(
        rpc_url=chain.url,
        entry=dao.governor,
        cache_dir=default_cache_dir(),
        sources=SourceOptions(sourcify_url=sourcify.url),
        use_cache=False,
        simulate=SimulateOptions(default_cache_dir(), anvil=anvil_binary()),
    )
    with patch("scanner.pipeline.simulate", timed):
        pipeline.collect(options, lambda text: None)
    return spent[0]


def _plain_fork(chain: LocalChain, dao: DeployedDao) -> float:
    """Return the seconds that anvil takes to fork the chain and to answer one call."""
    started = time.monotonic()
    with tempfile.TemporaryFile() as log:
        command = [str(anvil_binary()), "--port", "0", "--fork-url", chain.url, "--no-storage-caching"]
        with subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL) as process:
            try:
                url = _listening(log.fileno())
                _ask(url, "eth_call", [{"to": dao.governor, "data": "0x3932abb1"}, "latest"])  # votingDelay()
                return time.monotonic() - started
            finally:
                process.kill()


def _listening(log: int) -> str:
    while True:
        said = os.pread(log, 1 << 20, 0).decode(errors="replace").partition("Listening on ")[2]
        if "\n" in said:
            return f"http://{said.split()[0]}"
        time.sleep(0.005)


def _ask(url: str, method: str, params: list[object]) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        if "result" not in json.loads(answer.read()):
            raise RuntimeError(f"the plain fork does not answer {method}")
