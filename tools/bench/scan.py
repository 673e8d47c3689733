"""A whole scan of the healthy fixture: round trips, and time with a node that is 100 ms away."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from fixtures.catalogue import deploy_all
from fixtures.localchain import LocalChain, project_root
from fixtures.sourcify_server import SourcifyServer
from scanner.cli.options import default_cache_dir
from tools.bench.delay import DelayingProxy
from tools.bench.figure import Figure

ROUND_TRIPS = 15
"""The most HTTP requests to the node that a scan of the healthy fixture may need with an empty cache."""


def figures() -> list[Figure]:
    """Scan twice through a delaying proxy: with nothing known but the compilers, then with everything known."""
    with (
        tempfile.TemporaryDirectory(prefix="daoscan-bench-") as name,
        LocalChain() as chain,
        SourcifyServer() as sourcify,
    ):
        folder = Path(name)
        (dao,) = deploy_all(chain, sourcify, only=("healthy",))
        _scan(folder / "none", dao.governor, chain.url, sourcify.url)  # brings the compilers into the user's cache
        cache = folder / "cache"
        cache.mkdir()
        compilers = default_cache_dir() / "solc-js"
        if compilers.is_dir():
            (cache / "solc-js").symlink_to(compilers)
        with DelayingProxy(chain.url) as far:
            cold, cold_trips = _timed(cache, dao.governor, far, sourcify.url)
            warm, warm_trips = _timed(cache, dao.governor, far, sourcify.url)
    return [
        Figure("scan_round_trips", cold_trips, ROUND_TRIPS),
        Figure("scan_round_trips_warm", warm_trips, None),
        Figure("scan_cold_100ms_seconds", cold, None),
        Figure("scan_warm_100ms_seconds", warm, None),
    ]


def _timed(cache: Path, governor: str, far: DelayingProxy, sourcify: str) -> tuple[float, int]:
    before = far.requests
    started = time.perf_counter()
    reported = _scan(cache.parent / "out", governor, far.url, sourcify, cache=cache)
    seconds = time.perf_counter() - started
    seen = far.requests - before
    if seen != reported:
        raise RuntimeError(f"the report counts {reported} round trips, the proxy saw {seen}")
    return seconds, seen


def _scan(out: Path, governor: str, rpc_url: str, sourcify: str, *, cache: Path | None = None) -> int:
    """Run the command line; returns the round trips that the snapshot reports."""
    environment = {**os.environ, **({"DAOSCAN_CACHE": str(cache)} if cache else {})}
    options = ("--rpc-url", rpc_url, "--sourcify-url", sourcify, "--out", str(out), "--quiet")
    done = subprocess.run(
        [sys.executable, "-m", "scanner.cli.main", "scan", governor, *options],
        cwd=project_root(),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if not (out / "snapshot.json").is_file():
        raise RuntimeError(f"the scan failed with exit code {done.returncode}: {done.stderr[-500:]}")
    snapshot = json.loads((out / "snapshot.json").read_text("utf-8"))
    return int(snapshot["round_trips"]["node_requests"])
