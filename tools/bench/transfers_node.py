"""A stub of a node's log interface: one token with as many transfers as it is told, for a measurement only.

`python -m tools.bench.transfers_node TRANSFERS HOLDERS` prints its port and answers until its input closes.
"""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from scanner.discovery.battery import TRANSFER

TOKEN = "0x" + "70" * 20
PER_BLOCK = 100
MINTED = 1_000
_ZERO = "0x" + "0" * 64


def block_hash(number: int) -> str:
    """Return the made-up hash of a block."""
    return f"0x{number + 1:064x}"


def log(index: int, holders: int) -> str:
    """Return one transfer as a node writes it: each holder is given units first, then they move one at a time."""
    if index < holders:
        source, target, amount = _ZERO, _word(index), MINTED
    else:
        source, target, amount = _word(index * 7_919 % holders), _word(index * 104_729 % holders), 1
    number, place = divmod(index, PER_BLOCK)
    return (
        f'{{"address":"{TOKEN}","topics":["{TRANSFER}","{source}","{target}"],"data":"0x{amount:064x}",'
        f'"blockNumber":"{number:#x}","transactionHash":"0x{index:064x}","transactionIndex":"{place:#x}",'
        f'"blockHash":"{block_hash(number)}","logIndex":"{place:#x}","removed":false}}'
    )


def _word(holder: int) -> str:
    return f"0x{'0' * 24}aa{holder:038x}"


def header(number: int) -> dict[str, Any]:
    """Return what is read of a block's header."""
    return {
        "number": hex(number),
        "hash": block_hash(number),
        "timestamp": hex(1_700_000_000 + 12 * number),
        "stateRoot": "0x" + "55" * 32,
        "parentHash": block_hash(number - 1),
    }


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    transfers = 0
    holders = 0

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        calls = asked if isinstance(asked, list) else [asked]
        texts = [f'{{"jsonrpc":"2.0","id":{call["id"]},"result":{self._result(call)}}}' for call in calls]
        body = (f"[{','.join(texts)}]" if isinstance(asked, list) else texts[0]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _result(self, call: dict[str, Any]) -> str:
        last = (self.transfers - 1) // PER_BLOCK
        if call["method"] == "eth_chainId":
            return '"0x1"'
        if call["method"] == "eth_getBlockByNumber":
            tag = call["params"][0]
            return json.dumps(header(int(tag, 16) if tag.startswith("0x") else last))
        if call["method"] != "eth_getLogs":
            return '"0x"'
        query = call["params"][0]
        first = int(query["fromBlock"], 16) * PER_BLOCK
        end = min((int(query["toBlock"], 16) + 1) * PER_BLOCK, self.transfers)
        return f"[{','.join(log(index, self.holders) for index in range(first, end))}]"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until the input closes."""
    _Answers.transfers, _Answers.holders = int(sys.argv[1]), int(sys.argv[2])
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
