"""What the tests of sources share: a small contract, quick limits, and an explorer that speaks Etherscan's API."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fixtures.sourcify_server import SourcifyServer
from scanner.sources.http import HttpLimits
from scanner.sources.interface import Deployed

QUICK = HttpLimits(attempts=3, first_pause_seconds=0.01, longest_pause_seconds=0.02, timeout_seconds=1.0)
CHAIN = 31337
ADDRESS = "0x" + "ab" * 20
RUNTIME = "0x6001600155"
COMPILER = "0.8.28+commit.7893614a"
ABI = [{"type": "function", "name": "owner", "inputs": [], "outputs": [{"type": "address"}], "stateMutability": "view"}]
STANDARD: dict[str, Any] = {
    "language": "Solidity",
    "sources": {
        "contracts/Club.sol": {"content": 'import "./Base.sol";\ncontract Club is Base {}\n'},
        "contracts/Base.sol": {"content": "contract Base {}\n"},
    },
    "settings": {
        "optimizer": {"runs": 200, "enabled": True},
        "outputSelection": {"*": {"*": ["abi"]}},
    },
}
DEPLOYED = Deployed(CHAIN, ADDRESS, RUNTIME)


def add_club(
    server: SourcifyServer, *, address: str = ADDRESS, runtime: str = RUNTIME, match: str = "exact_match"
) -> None:
    """Register the small contract."""
    server.add(
        CHAIN,
        address,
        standard_json=STANDARD,
        contract="contracts/Club.sol:Club",
        compiler=COMPILER,
        abi=ABI,
        runtime_code=runtime,
        match=match,
    )


class Explorer:
    """Answers `getsourcecode` with `entry`, or with `status`/`result` when an error is wanted."""

    def __init__(self) -> None:
        self.url = ""
        self.entry: dict[str, str] = {}
        self.error = ""
        self.error_count = -1
        self.queries: list[dict[str, str]] = []

    def answer(self, target: str) -> bytes:
        self.queries.append({key: values[0] for key, values in parse_qs(urlsplit(target).query).items()})
        if self.error and self.error_count != 0:
            self.error_count -= 1
            return json.dumps({"status": "0", "message": "NOTOK", "result": self.error}).encode()
        return json.dumps({"status": "1", "message": "OK", "result": [self.entry]}).encode()


@contextmanager
def explorer() -> Iterator[Explorer]:
    """An explorer on an ephemeral loopback port."""
    state = Explorer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = state.answer(self.path)
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}/v2/api"
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
