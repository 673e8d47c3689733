"""A proxy that makes a node feel far away: each request waits before it is passed on."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

_HOP_BY_HOP = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


class DelayingProxy:
    """Forwards HTTP to `target` after `seconds`, on an ephemeral loopback port, as a context manager.

    The delay stands for one round trip. Requests on several connections wait side by side, as they would on a line.
    """

    def __init__(self, target: str, *, seconds: float = 0.1) -> None:
        self._target = urlsplit(target)
        if self._target.scheme != "http" or self._target.hostname is None:
            raise ValueError("the target is no http URL")
        self._seconds = seconds
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self.requests = 0

    @property
    def url(self) -> str:
        """The address to use instead of the target, with the target's path."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{self._target.path}"

    def __enter__(self) -> DelayingProxy:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def forward(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str, bytes]:
        """Return status, content type and body of the target's answer; 502 when it gives none."""
        with self._lock:
            self.requests += 1
        time.sleep(self._seconds)
        connection = http.client.HTTPConnection(self._target.hostname or "", self._target.port or 80, timeout=120)
        try:
            kept = {name: value for name, value in headers.items() if name.lower() not in _HOP_BY_HOP}
            connection.request(method, path, body=body, headers=kept)
            answer = connection.getresponse()
            return answer.status, answer.getheader("content-type", "application/json"), answer.read()
        except (OSError, http.client.HTTPException):
            return 502, "text/plain", b"the target did not answer"
        finally:
            connection.close()


def _handler(owner: DelayingProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 120
        disable_nagle_algorithm = True
        wbufsize = -1  # One write for headers and body: two would cost a delayed acknowledgement.

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            status, kind, answer = owner.forward(self.command, self.path, dict(self.headers.items()), body)
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = _pass_on
        do_POST = _pass_on

        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet: requests are counted."""

    return Handler
