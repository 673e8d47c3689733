"""A node as it should not be: in front of a real one, on an address of its own."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

Fault = Callable[["FaultyNode", list[dict[str, Any]]], "int | None"]
"""Is asked before requests are passed on: None for nothing wrong, an HTTP status, or 0 for a connection that breaks."""
Untruth = Callable[[dict[str, Any], dict[str, Any]], None]
"""Is shown each question with its answer, and may change the answer."""


class FaultyNode:
    """Passes JSON-RPC on to `target`, with what `fault` and `untruth` make of it."""

    def __init__(self, target: str) -> None:
        self._target = urlsplit(target)
        self._port = 0
        self._server: ThreadingHTTPServer | None = None
        self.fault: Fault = lambda node, asked: None
        self.untruth: Untruth = lambda asked, answer: None
        self.requests = 0
        self.times: list[float] = []
        self.come()

    @property
    def url(self) -> str:
        """Where it is, also while it is gone."""
        return f"http://127.0.0.1:{self._port}"

    def come(self) -> None:
        """Listen, at the same address as before."""
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), _handler(self))
        self._server.daemon_threads = True
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def go(self) -> None:
        """Be gone: nobody listens, and open connections are answered no more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def answer(self, body: bytes) -> tuple[int, bytes]:
        """Return status and body; status 0 breaks the connection."""
        asked = json.loads(body)
        questions = asked if isinstance(asked, list) else [asked]
        self.requests += 1
        self.times.append(time.monotonic())
        wrong = 0 if self._server is None else self.fault(self, questions)
        if wrong is not None:
            return wrong, b"not now"
        connection = http.client.HTTPConnection(self._target.hostname or "", self._target.port, timeout=120)
        try:
            connection.request("POST", "/", body, {"content-type": "application/json"})
            answers = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        by_id = {one["id"]: one for one in questions}
        for one in answers if isinstance(answers, list) else [answers]:
            self.untruth(by_id[one["id"]], one)
        return 200, json.dumps(answers).encode()


def _handler(owner: FaultyNode) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            status, body = owner.answer(self.rfile.read(int(self.headers["content-length"])))
            if not status:
                self.close_connection = True
                self.connection.close()
                return
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet."""

    return Handler


@contextmanager
def faulty(target: str) -> Iterator[FaultyNode]:
    """A faulty node that has nothing wrong yet."""
    node = FaultyNode(target)
    try:
        yield node
    finally:
        node.go()


def slow(seconds: float) -> Fault:
    """Each answer takes its time."""

    def fault(node: FaultyNode, asked: list[dict[str, Any]]) -> None:
        time.sleep(seconds)

    return fault


def flaky(node: FaultyNode, asked: list[dict[str, Any]]) -> int | None:
    """Of three requests one goes wrong: answered with 503, broken off, refused for now."""
    return (503, 0, 429)[node.requests // 3 % 3] if node.requests % 3 == 0 else None


def of_chain(number: int) -> Untruth:
    """It says that it is on another chain."""

    def untruth(asked: dict[str, Any], answer: dict[str, Any]) -> None:
        if asked["method"] == "eth_chainId":
            answer["result"] = hex(number)

    return untruth


def of_other_block(asked: dict[str, Any], answer: dict[str, Any]) -> None:
    """Its blocks have other hashes than those of the others: a fork of its own."""
    if asked["method"] == "eth_getBlockByNumber" and answer.get("result"):
        answer["result"]["hash"] = "0x" + answer["result"]["hash"][:1:-1]


def refusing(*selectors: str) -> Untruth:
    """It cannot do some calls."""

    def untruth(asked: dict[str, Any], answer: dict[str, Any]) -> None:
        if asked["method"] == "eth_call" and asked["params"][0].get("data", "")[:10] in selectors:
            answer.pop("result", None)
            answer["error"] = {"code": -32603, "message": "Internal error"}

    return untruth
