"""HTTP to explorers: bounded in time, size and number, and silent about keys."""

from __future__ import annotations

import base64
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote
from urllib.request import getproxies, proxy_bypass

import httpx

from scanner.model.errors import UsageError
from scanner.sources.strict import NotReadable, read_json

_HOST = re.compile(rb"[0-9A-Za-z._-]+|[0-9A-Fa-f:.]+")
_REDIRECT = range(300, 400)
_SERVER_ERROR = range(500, 600)
_PASSING = frozenset({408, 425, 429})

Passing = Callable[[int, Any], str]
"""Says why an answer is only a passing refusal (a rate limit, say) that is worth another try; empty when it is not."""


class ProviderDown(Exception):
    """A provider that did not give a usable answer; the message says how, without keys."""


@dataclass(frozen=True)
class HttpLimits:
    """How hard a provider is asked."""

    attempts: int = 4
    first_pause_seconds: float = 0.5
    longest_pause_seconds: float = 8.0
    timeout_seconds: float = 30.0
    deadline_seconds: float = 90.0
    largest_bytes: int = 120_000_000
    give_up_after: int = 3
    spacing_seconds: float = 0.0


@dataclass(frozen=True)
class Endpoint:
    """Where a provider is. The whole URL and the secret parameters stay out of every representation."""

    url: str = field(repr=False)
    option: str
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def host(self) -> str:
        """Host and port, which is all of the address that may be shown."""
        parsed = self.parsed
        name = parsed.raw_host.decode("ascii")
        host = f"[{name}]" if ":" in name else name
        return host if parsed.port is None else f"{host}:{parsed.port}"

    @property
    def parsed(self) -> httpx.URL:
        """The URL. Raises UsageError when it is none."""
        try:
            parsed = httpx.URL(self.url)
        except (httpx.InvalidURL, ValueError):
            parsed = httpx.URL("")
        if parsed.scheme not in {"http", "https"} or not _HOST.fullmatch(parsed.raw_host):
            raise UsageError(
                "The explorer's address is no http or https URL.",
                where=self.option,
                hint="Give it as https://host/path.",
            )
        return parsed


class WebClient:
    """Asks one provider for JSON documents. Safe to use from several threads.

    After `give_up_after` failures in a row the provider is not asked any more: a scan of a hundred contracts must not
    wait a hundred times for a server that is down.
    """

    def __init__(self, endpoint: Endpoint, limits: HttpLimits | None = None) -> None:
        self.host = endpoint.host
        self.requests = 0
        self._limits = limits or HttpLimits()
        self._secrets = tuple(value for value in endpoint.secrets.values() if value)
        self._lock = threading.Lock()
        self._failures = 0
        self._last_failure = ""
        self._next_start = 0.0
        # What httpx logs is the request as it is made here: no path of the base, no user, no key.
        self._client = httpx.Client(
            transport=_PrivateTransport(endpoint),
            timeout=self._limits.timeout_seconds,
            headers={"accept": "application/json", "user-agent": "daoscan"},
        )

    def close(self) -> None:
        """Close connections; requests under way fail."""
        self._client.close()

    def hide(self, message: str) -> str:
        """Return `message` without the keys that this client knows."""
        for secret in self._secrets:
            message = message.replace(secret, "***")
        return message

    def get_json(
        self, path: str, params: Mapping[str, str], passing: Passing = lambda status, value: ""
    ) -> tuple[int, Any]:
        """Return status and JSON document of GET `path` below the base URL.

        Raises ProviderDown after bounded retries with growing pauses: no connection, time-out, 408, 425, 429, 5xx, an
        answer that is no JSON or too large, or one that `passing` calls a passing refusal.
        """
        with self._lock:
            if self._failures >= self._limits.give_up_after:
                raise ProviderDown(
                    f"not asked again after {self._failures} failures in a row; the last: {self._last_failure}"
                )
        try:
            answer = self._with_retries(path, params, passing)
        except ProviderDown as down:
            with self._lock:
                self._failures += 1
                self._last_failure = str(down)
            raise
        with self._lock:
            self._failures = 0
        return answer

    def _with_retries(self, path: str, params: Mapping[str, str], passing: Passing) -> tuple[int, Any]:
        pause = self._limits.first_pause_seconds
        problem = ""
        for attempt in range(self._limits.attempts):
            if attempt:
                time.sleep(pause)
                pause = min(pause * 2, self._limits.longest_pause_seconds)
            try:
                status, wait, body = self._ask(path, params)
            except httpx.TimeoutException:
                problem = f"{self.host} did not answer in time"
                continue
            except (httpx.HTTPError, httpx.StreamError, RuntimeError) as error:
                problem = f"{self.host} could not be reached ({type(error).__name__})"
                continue
            problem, value = self._judge(status, body, passing)
            if not problem:
                return status, value
            pause = min(max(pause, wait), self._limits.longest_pause_seconds)
        raise ProviderDown(self.hide(f"{problem}; asked {self._limits.attempts} times"))

    def _judge(self, status: int, body: bytes | None, passing: Passing) -> tuple[str, Any]:
        if status in _PASSING or status in _SERVER_ERROR:
            return f"{self.host} answered HTTP {status}", None
        if status in _REDIRECT:
            return f"{self.host} answered HTTP {status}, a redirect that was not followed", None
        if body is None:
            return f"{self.host} sent more than {self._limits.largest_bytes // 1_000_000} MB", None
        try:
            value = read_json(body)
        except NotReadable as error:
            return f"{self.host} answered HTTP {status} with what is not usable: {error}", None
        return passing(status, value), value

    def _ask(self, path: str, params: Mapping[str, str]) -> tuple[int, float, bytes | None]:
        self._take_turn()
        body = bytearray()
        deadline = time.monotonic() + self._limits.deadline_seconds
        with self._client.stream("GET", f"https://{self.host}{path}", params=dict(params)) as response:
            wait = _seconds(response.headers.get("retry-after", ""))
            for chunk in response.iter_bytes(64 * 1024):
                body += chunk
                if len(body) > self._limits.largest_bytes:
                    return response.status_code, wait, None
                if time.monotonic() > deadline:
                    raise httpx.ReadTimeout("the answer took too long")
            return response.status_code, wait, bytes(body)

    def _take_turn(self) -> None:
        with self._lock:
            self.requests += 1
            now = time.monotonic()
            start = max(now, self._next_start)
            self._next_start = start + self._limits.spacing_seconds
        if start > now:
            time.sleep(start - now)


class _PrivateTransport(httpx.BaseTransport):
    """Puts scheme, path, user and keys of the real address into a request at the last moment."""

    def __init__(self, endpoint: Endpoint) -> None:
        base = endpoint.parsed
        self._base = base.copy_with(username=None, password=None, query=None, fragment=None)
        self._params = {**dict(base.params), **endpoint.secrets}
        self._headers: dict[str, str] = {}
        if base.userinfo:
            pair = unquote(base.userinfo.decode("ascii")).encode("utf-8")
            self._headers["authorization"] = "Basic " + base64.b64encode(pair).decode("ascii")
        proxy = None if proxy_bypass(base.host) else getproxies().get(base.scheme)
        self._inner = httpx.HTTPTransport(proxy=proxy)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        asked = request.url.raw_path
        path = self._base.raw_path.rstrip(b"/") + (asked if request.url.path != "/" else asked[1:])
        url = self._base.copy_with(raw_path=path if path.startswith(b"/") else b"/" + path)
        sent = httpx.Request(
            request.method,
            url.copy_merge_params(self._params) if self._params else url,
            headers={**request.headers, **self._headers},
            stream=request.stream,
            extensions=request.extensions,
        )
        return self._inner.handle_request(sent)

    def close(self) -> None:
        self._inner.close()


def _seconds(value: str) -> float:
    """Seconds of a Retry-After header (RFC 9110, 10.2.3); its date form counts as none."""
    return float(value) if value.isascii() and value.isdigit() and len(value) < 6 else 0.0
