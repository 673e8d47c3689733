"""A real local node, and a proxy in front of it that misbehaves on demand."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests

from scanner.chain.abi import encode_call, word
from scanner.chain.node import ChainOptions, NodeChain, open_chain
from scanner.chain.transport import Patience

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(__file__).parent / "data"
COMPILED: dict[str, dict[str, str]] = json.loads((DATA / "compiled.json").read_text())
ALICE = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"
NOBODY = "0x" + "99" * 20


def anvil_binary() -> Path:
    """Return the node's binary from the installed npm packages."""
    found = sorted((ROOT / "node_modules" / "@foundry-rs").glob("anvil-*/bin/anvil*"))
    assert found, "anvil is not installed: run npm ci"
    return found[0]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Anvil:
    """A running node."""

    url: str
    process: subprocess.Popen[bytes]

    def rpc(self, method: str, *params: Any) -> Any:
        """Call the node directly, outside of what is tested."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        answer = requests.post(self.url, json=body, timeout=20).json()
        assert "error" not in answer, answer
        return answer["result"]

    def mine(self, blocks: int = 1) -> None:
        """Mine blocks twelve seconds apart."""
        self.rpc("anvil_mine", hex(blocks), hex(12))

    def send(self, to: str, data: str) -> None:
        assert self._mined(_transaction(to, data))["status"] == "0x1"

    def deploy(self, name: str) -> str:
        """Deploy one of the contracts in data/ and return its address."""
        return str(self._mined(_transaction(None, COMPILED[name]["creation"]))["contractAddress"]).lower()

    def _mined(self, transaction: dict[str, str]) -> dict[str, Any]:
        hashed = self.rpc("eth_sendTransaction", transaction)
        deadline = time.monotonic() + 20
        while (receipt := self.rpc("eth_getTransactionReceipt", hashed)) is None:
            assert time.monotonic() < deadline, "the transaction was not mined"
            time.sleep(0.02)
        return dict(receipt)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(timeout=10)


def _transaction(to: str | None, data: str) -> dict[str, str]:
    return {"from": ALICE, "data": data, "gas": hex(15_000_000)} | ({"to": to} if to else {})


@contextmanager
def anvil(*options: str, slots: int = 0) -> Iterator[Anvil]:
    """Run a node whose finalized block trails its latest one by two epochs of `slots`."""
    port = free_port()
    command = [str(anvil_binary()), "--port", str(port), "--slots-in-an-epoch", str(slots), "--silent", *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    node = Anvil(f"http://127.0.0.1:{port}", process)
    try:
        _await(node)
        yield node
    finally:
        node.stop()


def _await(node: Anvil) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            node.rpc("eth_chainId")
        except requests.ConnectionError:
            assert node.process.poll() is None, "anvil ended at once"
            assert time.monotonic() < deadline, "anvil did not start"
            time.sleep(0.05)
        else:
            return


@dataclass
class Scene:
    """A chain with a subject contract on it."""

    node: Anvil
    subject: str

    def note(self, first: int, last: int, text: str = "x") -> None:
        """Emit logs numbered from `first` up to, not including, `last`, in one block."""
        self.node.send(self.subject, encode_call("note(uint256,uint256,string)", [first, last, text]))


# ------------------------------------------------------------------------------------------------- the proxy


@dataclass(frozen=True)
class Fault:
    """A response made up by the test. `drop`: close the connection instead."""

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    slow_seconds: float = 0.0

    @property
    def raw(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Payload = Any
Meddle = Callable[["Proxy", Payload], "Fault | None"]
Rewrite = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]


@dataclass
class Proxy:
    """Hands requests on to a node, but for those that `meddle` answers; `rewrite` changes single answers."""

    upstream: str
    meddle: Meddle = lambda proxy, payload: None
    rewrite: Rewrite = lambda call, answer: answer
    seen: list[Payload] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    url: str = ""

    @property
    def sizes(self) -> list[int]:
        """How many calls each request held."""
        return [len(payload) if isinstance(payload, list) else 1 for payload in self.seen]

    def answer(self, payload: Payload) -> Fault:
        made_up = self.meddle(self, payload)
        if made_up is not None:
            return made_up
        answers = self.answer_of(calls_of(payload))
        return Fault(body=answers if isinstance(payload, list) else answers[0])

    def answer_of(self, calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the node's own answers, rewritten."""
        found = requests.post(self.upstream, json=calls, timeout=30).json()
        by_id = {item["id"]: item for item in found}
        return [self.rewrite(call, by_id[call["id"]]) for call in calls]


@contextmanager
def proxy(upstream: str, meddle: Meddle | None = None, rewrite: Rewrite | None = None) -> Iterator[Proxy]:
    """Run a proxy in front of a node."""
    made = Proxy(upstream)
    if meddle:
        made.meddle = meddle
    if rewrite:
        made.rewrite = rewrite

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            made.seen.append(payload)
            made.paths.append(self.path)
            fault = made.answer(payload)
            if fault.drop:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            time.sleep(fault.slow_seconds)
            try:
                self.send_response(fault.status)
                for name, value in {"Content-Length": str(len(fault.raw)), **fault.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(fault.raw)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client gave up waiting

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# --------------------------------------------------------------------------------------------------- helpers


def hurried(waits: list[float] | None = None, **changes: Any) -> Patience:
    """Patience that records its waits instead of waiting."""
    sleep: Callable[[float], None] = waits.append if waits is not None else lambda seconds: None
    return Patience(**{"timeout_seconds": 5.0, "attempts": 4, "sleep": sleep, **changes})


@contextmanager
def chain(url: str, **options: Any) -> Iterator[NodeChain]:
    """Open a chain with patience for tests, and close it."""
    opened = open_chain(url, ChainOptions(**{"patience": hurried(), **options}))
    try:
        yield opened
    finally:
        opened.close()


def calls_of(payload: Payload) -> list[dict[str, Any]]:
    return payload if isinstance(payload, list) else [payload]


def methods_of(payload: Payload) -> list[str]:
    return [call["method"] for call in calls_of(payload)]


def slot(number: int) -> str:
    return word(number)
