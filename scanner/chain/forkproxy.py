"""A node on this machine's loopback that knows one block: what a local fork stands on.

It answers from the scan's own chain client (its cache, endpoint and patience), so that nothing is fetched twice and
no address with a key has to be handed to another program. It listens on 127.0.0.1 behind a random path, takes reads of
the pinned block only, refuses every other method, and ends with the scan.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Protocol, Self

from scanner.chain import wire
from scanner.chain.faults import Fault
from scanner.chain.interface import AccountRead, CodeRead, Read, StorageRead
from scanner.model.errors import DaoscanError
from scanner.model.observation import Known, Unknown
from scanner.model.snapshot import PinnedBlock

MAX_BODY_BYTES = 1_000_000
MAX_BATCH = 200
MAX_READS = 200_000
"""Reads that all forks of one scan may make: a hostile call touches a new slot with every few bytes of code."""

_METHOD_NOT_FOUND = -32601
_INVALID = -32602
_SERVER_ERROR = -32000


class Source(Protocol):
    """What the proxy stands on: a chain at its pinned block, with whole headers up to it."""

    block: PinnedBlock

    def read(self, reads: Sequence[Read]) -> tuple[Known[Any] | Unknown, ...]:
        """Answer reads of the pinned block; see `Chain`."""

    def header(self, number: int) -> Mapping[str, Any] | Fault:
        """Return a block up to the pinned one as `eth_getBlockByNumber` gives it, without transactions."""


class Refused(Exception):
    """A request that is not answered. `code` is the JSON-RPC error's."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class ForkProxy:
    """Serves one pinned block between `__enter__` and `__exit__`; `url` is where.

    Reads are made one at a time, under `lock`: whoever else reads the same chain takes it too. `faults` holds why the
    chain did not answer, in the order in which it happened, each once.
    """

    def __init__(self, source: Source, *, max_reads: int = MAX_READS) -> None:
        self._source = source
        self._left = max_reads
        self._path = f"/{secrets.token_urlsafe(24)}"
        self._methods = _methods(self)
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self.lock = threading.RLock()
        self.faults: list[Unknown] = []
        self.refused: list[str] = []

    @property
    def url(self) -> str:
        """The address to fork from."""
        return f"http://127.0.0.1:{self.port}{self._path}"

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def knows(self, path: str, host: str) -> bool:
        """Whether a request comes to the secret path, by this machine's own name (a browser cannot be sent here)."""
        own = host in (f"127.0.0.1:{self.port}", f"localhost:{self.port}")
        return own and hmac.compare_digest(path.encode(), self._path.encode())

    def respond(self, body: bytes) -> bytes:
        """Return the JSON-RPC response to a request body, single or batch."""
        try:
            asked = json.loads(body)
        except (ValueError, RecursionError):
            return _dump(_error(None, -32700, "not JSON"))
        if isinstance(asked, list):
            if not 0 < len(asked) <= MAX_BATCH:
                return _dump(_error(None, -32600, f"a batch holds 1 to {MAX_BATCH} requests"))
            return _dump([self._one(request) for request in asked])
        return _dump(self._one(asked))

    def _one(self, request: Any) -> dict[str, Any]:
        if not isinstance(request, dict):
            return _error(None, -32600, "not a request")
        number, method, params = request.get("id"), request.get("method"), request.get("params", [])
        try:
            found = self._methods.get(method) if isinstance(method, str) else None
            if found is None or not isinstance(params, list):
                if isinstance(method, str) and len(self.refused) < 100:
                    self.refused.append(method[:60])
                raise Refused(_METHOD_NOT_FOUND, "this method is not answered here: reads of one block only")
            return {"jsonrpc": "2.0", "id": number, "result": found(params)}
        except Refused as error:
            return _error(number, error.code, str(error))
        except (wire.Malformed, IndexError, TypeError) as error:
            return _error(number, _INVALID, f"invalid parameters: {error}")
        except DaoscanError as error:
            return _error(number, _SERVER_ERROR, error.what)

    # ------------------------------------------------------------------------------------------------ reading

    def read(self, *reads: Read) -> tuple[Any, ...]:
        """Return the values of reads of the pinned block. Raises Refused where one has none."""
        with self.lock:
            self._left -= len(reads)
            if self._left < 0:
                raise Refused(_SERVER_ERROR, "the limit of reads for forks was reached")
            answers = self._source.read(reads)
        for answer in answers:
            if isinstance(answer, Unknown):
                if answer not in self.faults:
                    self.faults.append(answer)
                raise Refused(_SERVER_ERROR, f"{answer.reason.value}: {answer.detail}")
        return tuple(answer.value for answer in answers if isinstance(answer, Known))

    def header(self, number: int) -> Mapping[str, Any] | None:
        """Return a whole header; None for a block after the pinned one: the fork's own future."""
        if number > self._source.block.number:
            return None
        with self.lock:
            found = self._source.header(number)
        if isinstance(found, Fault):
            raise Refused(_SERVER_ERROR, found.message)
        return found

    def check_tag(self, tag: Any) -> None:
        """Raise Refused unless `tag` names the pinned block."""
        block = self._source.block
        if isinstance(tag, dict):
            tag = tag.get("blockHash", tag.get("blockNumber"))
        if tag not in ("latest", hex(block.number), block.hash):
            raise Refused(_INVALID, "only the pinned block is read here")

    @property
    def block_number(self) -> int:
        return self._source.block.number

    @property
    def block_hash(self) -> str:
        return self._source.block.hash

    @property
    def chain_id(self) -> int:
        return self._source.block.chain_id


Method = Callable[[list[Any]], Any]


def _methods(proxy: ForkProxy) -> Mapping[str, Method]:
    """Return every method that is answered."""

    def account(params: list[Any]) -> Any:
        proxy.check_tag(params[1])
        return proxy.read(AccountRead(wire.address(params[0])))[0]

    def code(params: list[Any]) -> str:
        proxy.check_tag(params[1])
        return str(proxy.read(CodeRead(wire.address(params[0])))[0])

    def info(params: list[Any]) -> dict[str, str]:
        proxy.check_tag(params[1])
        state, found = proxy.read(AccountRead(wire.address(params[0])), CodeRead(wire.address(params[0])))
        return {"balance": hex(state.balance_wei), "nonce": hex(state.nonce or 0), "code": found}

    def slot(params: list[Any]) -> str:
        proxy.check_tag(params[2])
        return str(proxy.read(StorageRead(wire.address(params[0]), wire.padded(params[1])))[0])

    def numbered(params: list[Any]) -> Any:
        tag = params[0]
        return proxy.header(proxy.block_number if tag == "latest" else wire.quantity(tag))

    def hashed(params: list[Any]) -> Any:
        proxy.check_tag(params[0])
        return proxy.header(proxy.block_number)

    return {
        "eth_chainId": lambda _: hex(proxy.chain_id),
        "net_version": lambda _: str(proxy.chain_id),
        "eth_blockNumber": lambda _: hex(proxy.block_number),
        "eth_gasPrice": lambda _: "0x0",
        "eth_getBlockByNumber": numbered,
        "eth_getBlockByHash": hashed,
        "eth_getAccountInfo": info,
        "eth_getBalance": lambda params: hex(account(params).balance_wei),
        "eth_getTransactionCount": lambda params: hex(account(params).nonce or 0),
        "eth_getCode": code,
        "eth_getStorageAt": slot,
        "eth_getTransactionByHash": lambda _: None,
        "eth_getTransactionReceipt": lambda _: None,
    }


def _error(number: Any, code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}}


def _dump(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a connection that broke: a fork that is ended leaves some."""


def _handler(proxy: ForkProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 120
        disable_nagle_algorithm = True
        wbufsize = -1  # one write for headers and body: two would wait for a delayed acknowledgement
        server_version = "daoscan"
        sys_version = ""

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            size = int(length) if length.isascii() and length.isdigit() and len(length) < 12 else -1
            if not proxy.knows(self.path, self.headers.get("Host", "")):
                self._send(404, b"")
            elif not 0 <= size <= MAX_BODY_BYTES:
                self._send(413, b"")
            else:
                self._send(200, proxy.respond(self.rfile.read(size)))

        def _send(self, status: int, body: bytes) -> None:
            if status != 200:
                self.close_connection = True  # what follows on this connection is the body that was not read
            with contextlib.suppress(ConnectionError):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                self.wfile.flush()

        def log_message(self, format: str, *args: Any) -> None:
            """Print nothing: the path is a secret."""

    return Handler
