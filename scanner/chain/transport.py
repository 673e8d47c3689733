"""HTTP to the node: one POST at a time, with retries.

It stands on `requests`, which web3's HTTPProvider rides on too. The provider itself gets in the way here: it raises on
a status and so loses Retry-After and the body in which many nodes name the limit; it sorts a batch by id instead of
checking the ids; it has no bound on the size or total time of a response; it writes the URL, key and all, to the
debug log; and importing it costs 0.8 s, more than a warm scan's whole conversation with a node.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import requests
from urllib3.exceptions import NewConnectionError

from scanner.chain.endpoint import Endpoint
from scanner.chain.faults import Fault, Kind
from scanner.chain.interface import Trips
from scanner.model.errors import NodeError, UsageError

MAX_RESPONSE_BYTES = 64 * 1024 * 1024
"""An answer is held as text and as objects at once: about ten times this in memory."""
_CHUNK = 1 << 16


@dataclass(frozen=True)
class Patience:
    """How long and how often to wait for a node. Waits double, with jitter, up to `longest_wait_seconds`.

    `pace` is called before every request and returns when it may be sent: several scans may share one rate.
    """

    timeout_seconds: float = 30.0
    attempts: int = 5
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 10.0
    longest_retry_after_seconds: float = 60.0
    sleep: Callable[[float], None] = time.sleep
    pace: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Reply:
    """A response that arrived whole."""

    status: int
    body: bytes


@dataclass(frozen=True)
class _Again:
    """A fault that another attempt may cure, and how long the node asks to wait."""

    fault: Fault
    retry_after: float | None = None
    reply: Reply | None = None
    nobody: bool = False


class Transport:
    """Sends bodies to one endpoint. Every HTTP request made is counted in `trips`."""

    def __init__(self, endpoint: Endpoint, patience: Patience, trips: Trips) -> None:
        self.endpoint = endpoint
        self.patience = patience
        self.trips = trips
        self._answered = False
        self._session = requests.Session()
        self._session.headers.update({"Content-Type": "application/json", "User-Agent": "daoscan"})
        # At debug level urllib3 logs request paths, and the path is where keys are.
        logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def post(self, body: bytes, *, divisible: bool) -> Reply | Fault:
        """Send `body`; return the response or what went wrong after the retries.

        A `divisible` body is one that the caller would rather cut up than wait for: time-outs are not retried and
        server errors only once. Raises NodeError when nobody listens, UsageError when the key is refused.
        """
        attempt = 0
        while isinstance(outcome := self._once(body), _Again):
            attempt += 1
            if attempt >= self._attempts_for(outcome, divisible):
                return self._given_up(outcome)
            self.patience.sleep(self._wait(attempt - 1, outcome.retry_after))
        self._answered = True
        return outcome

    def _attempts_for(self, outcome: _Again, divisible: bool) -> int:
        if outcome.nobody and not self._answered:
            return min(2, self.patience.attempts)  # most likely a wrong address: do not let the user wait
        if divisible and outcome.fault.kind is Kind.TIMEOUT:
            return 1
        if divisible and outcome.fault.kind is not Kind.RATE and not outcome.nobody:
            return min(2, self.patience.attempts)
        return self.patience.attempts

    def _given_up(self, outcome: _Again) -> Reply | Fault:
        if outcome.nobody:
            what = "the node stopped answering" if self._answered else "the node cannot be reached"
            raise NodeError(what, where=self.endpoint.shown, hint="check that it runs, and the address in --rpc-url")
        if outcome.reply is not None and outcome.reply.body.lstrip()[:1] in (b"{", b"["):
            return outcome.reply  # a server error that says in JSON-RPC what it is about
        return outcome.fault

    def _wait(self, attempt: int, retry_after: float | None) -> float:
        if retry_after is not None:
            return min(retry_after, self.patience.longest_retry_after_seconds)
        longest: float = min(self.patience.longest_wait_seconds, self.patience.first_wait_seconds * 2.0**attempt)
        return longest * (0.5 + random.random() / 2)

    def _once(self, body: bytes) -> Reply | Fault | _Again:
        self.patience.pace()
        self.trips.requests += 1
        try:
            with self._session.post(
                self.endpoint.url,
                data=body,
                timeout=self.patience.timeout_seconds,
                stream=True,
                allow_redirects=False,  # a redirect would carry the key to another host
            ) as response:
                return self._judge(response, self._body_of(response))
        except requests.Timeout:
            return _Again(Fault(Kind.TIMEOUT, f"no answer within {self.patience.timeout_seconds:g} s"))
        except requests.exceptions.SSLError:
            raise NodeError(
                "the node's TLS certificate was not accepted", where=self.endpoint.shown, hint="check the host name"
            ) from None
        except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, UnicodeError):
            raise UsageError("the node URL is not usable", where="--rpc-url", hint="check it for typos") from None
        except requests.ConnectionError as error:
            return self._connection_fault(error)
        except requests.RequestException:
            # Never the exception's own text: it holds the URL.
            return _Again(Fault(Kind.GARBAGE, "the response broke off"))

    def _connection_fault(self, error: requests.ConnectionError) -> _Again:
        cause = error.args[0] if error.args else None
        if isinstance(getattr(cause, "reason", cause), NewConnectionError):
            return _Again(Fault(Kind.OTHER, "nobody listens"), nobody=True)
        return _Again(Fault(Kind.GARBAGE, "the connection broke off"))

    def _body_of(self, response: requests.Response) -> bytes | Fault:
        """Read the body within a bound on size and on total time: a node may drip for ever."""
        deadline = time.monotonic() + self.patience.timeout_seconds
        pieces: list[bytes] = []
        size = 0
        for piece in response.iter_content(_CHUNK):
            pieces.append(piece)
            size += len(piece)
            if size > MAX_RESPONSE_BYTES:
                return Fault(Kind.LIMIT, f"the response is larger than {MAX_RESPONSE_BYTES} bytes")
            if time.monotonic() > deadline:
                return Fault(Kind.TIMEOUT, f"the response took longer than {self.patience.timeout_seconds:g} s")
        return b"".join(pieces)

    def _judge(self, response: requests.Response, body: bytes | Fault) -> Reply | Fault | _Again:
        status = response.status_code
        if isinstance(body, Fault):
            return body
        if status in (401, 402, 403):
            raise UsageError(
                f"the node refused the key (HTTP {status})",
                where=self.endpoint.shown,
                hint="check the key in --rpc-url, and that it is valid for this network",
            )
        if status == 429:
            return _Again(Fault(Kind.RATE, "too many requests (HTTP 429)"), _retry_after(response))
        if status >= 500:
            fault = Fault(Kind.OTHER, f"server error (HTTP {status})")
            return _Again(fault, _retry_after(response), Reply(status, body))
        if status == 413:
            return Fault(Kind.LIMIT, "the request is too large (HTTP 413)")
        return Reply(status, body)


def _retry_after(response: requests.Response) -> float | None:
    """Return the seconds that a Retry-After header asks for (RFC 9110 section 10.2.3), if it makes sense."""
    value = response.headers.get("Retry-After", "")
    if value.isascii() and value.isdigit() and len(value) < 7:
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError, IndexError):
        return None
