"""A token with a million transfers: time against just fetching and decoding its logs with web3, and memory."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from fixtures.localchain import project_root
from scanner.chain.node import open_chain
from scanner.discovery.account import Account
from scanner.discovery.battery import TRANSFER
from scanner.discovery.tokens.voting_power import read_token_logs
from scanner.discovery.world import World
from scanner.model.observation import Known
from tools.bench.decoding import NoSources
from tools.bench.figure import Figure
from tools.bench.transfers_node import MINTED, PER_BLOCK, TOKEN

TRANSFERS = 1_000_000
HOLDERS = 100_000
BLOCKS_EACH = 200
"""The floor fetches as many at a time as the scan holds: 20,000 logs."""

FLOOR_SHARE = 5
"""web3 takes minutes for all of them: it is measured on a fifth, evenly spread, and multiplied."""

MOST_RATIO = 1.3
MOST_BYTES = 1024**3


def figures() -> list[Figure]:
    """Read the same logs twice, each time in a process of its own: with web3 alone, and as a scan does."""
    with _node() as url:
        floor = _measured("floor", url)
        scan = _measured("scan", url)
    return [
        Figure("transfers_read_vs_web3_ratio", scan["seconds"] / (FLOOR_SHARE * floor["seconds"]), MOST_RATIO),
        Figure("transfers_read_memory_bytes", scan["bytes"], MOST_BYTES),
        Figure("transfers_read_seconds", scan["seconds"], None),
        Figure("transfers_web3_seconds", FLOOR_SHARE * floor["seconds"], None),
    ]


@contextmanager
def _node() -> Iterator[str]:
    command = [sys.executable, "-m", "tools.bench.transfers_node", str(TRANSFERS), str(HOLDERS)]
    process = subprocess.Popen(command, cwd=project_root(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.stdin.close()
        process.wait(timeout=30)


def _measured(what: str, url: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tools.bench.transfers", what, url]
    done = subprocess.run(command, cwd=project_root(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{what}: {done.stderr[-500:]}")
    return dict(json.loads(done.stdout))


def _floor(url: str) -> int:
    """Fetch every fifth range of logs and decode each, with nothing else done; returns how many."""
    from web3 import HTTPProvider, Web3

    web3 = Web3(HTTPProvider(url))
    inputs = [("from", "address", True), ("to", "address", True), ("value", "uint256", False)]
    event = {
        "type": "event",
        "name": "Transfer",
        "anonymous": False,
        "inputs": [{"name": name, "type": kind, "indexed": indexed} for name, kind, indexed in inputs],
    }
    token = Web3.to_checksum_address(TOKEN)
    transfer = web3.eth.contract(address=token, abi=[event]).events.Transfer()
    count = 0
    for first in range(0, TRANSFERS // PER_BLOCK, FLOOR_SHARE * BLOCKS_EACH):
        found = web3.eth.get_logs(
            {
                "address": token,
                "topics": [TRANSFER],
                "fromBlock": first,
                "toBlock": first + BLOCKS_EACH - 1,
            }
        )
        count += sum(bool(transfer.process_log(one)) for one in found)
    return count


def _scan(url: str) -> int:
    """Read the token as a scan does; returns how many units its holders have."""
    chain = open_chain(url)
    world = World(chain, NoSources(), ())
    world.accounts[TOKEN] = Account(TOKEN)
    balances = read_token_logs(world, [TOKEN], []).powers[TOKEN].balances
    assert isinstance(balances, Known), balances
    assert len(balances.value) == HOLDERS
    return sum(balances.value.values())


def main() -> None:
    """Run one of the two in this process and print its seconds and its most memory in bytes."""
    what, url = sys.argv[1:]
    started = time.perf_counter()
    found = _floor(url) if what == "floor" else _scan(url)
    seconds = time.perf_counter() - started
    assert found == (TRANSFERS // FLOOR_SHARE if what == "floor" else HOLDERS * MINTED), found
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({"seconds": seconds, "bytes": peak}))


if __name__ == "__main__":
    main()
