"""A webhook: one signed POST for each event."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx

from scanner.model.errors import UsageError

SECRET = "DAOSCAN_WEBHOOK_SECRET"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ATTEMPTS = 4
_FIRST_WAIT_SECONDS = 1.0
_TIMEOUT_SECONDS = 20.0


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return `sha256=` and HMAC-SHA256 over timestamp, a dot and the body, in hex."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


class Webhook:
    """Where events are sent. The address is never shown: such addresses often are keys themselves."""

    def __init__(self, url: str, secret: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """Raises UsageError for an address that is not HTTPS off loopback, that holds a user, or without a secret."""
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
        except ValueError:
            raise UsageError("the address cannot be read", where="--webhook") from None
        if parts.scheme not in ("https", "http") or not host:
            raise UsageError("not the address of a webhook", where="--webhook", hint="https://host/path")
        if parts.scheme == "http" and host not in _LOOPBACK:
            raise UsageError("a webhook on another machine wants https", where="--webhook")
        if parts.username or parts.password:
            raise UsageError(
                "no user and password in the address", where="--webhook", hint=f"events are signed with {SECRET}"
            )
        if not secret:
            raise UsageError("events are signed, and there is no secret", where="--webhook", hint=f"set {SECRET}")
        self._url, self._secret, self._sleep = url, secret, sleep
        self._client = httpx.Client(timeout=_TIMEOUT_SECONDS, follow_redirects=False, trust_env=False)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def send(self, body: bytes) -> str:
        """Send an event; return why it was not taken, empty when it was. What may pass is tried again."""
        wait, said = _FIRST_WAIT_SECONDS, ""
        for attempt in range(_ATTEMPTS):
            if attempt:
                self._sleep(wait)
                wait *= 2
            timestamp = str(int(time.time()))
            headers = {
                "Content-Type": "application/json",
                "X-Daoscan-Timestamp": timestamp,
                "X-Daoscan-Signature": signature(self._secret, timestamp, body),
            }
            try:
                status = self._client.post(self._url, content=body, headers=headers).status_code
            except httpx.HTTPError as error:
                said = f"the webhook cannot be reached ({type(error).__name__})"
                continue
            if 200 <= status < 300:
                return ""
            said = f"the webhook answered {status}"
            if status < 500 and status not in (408, 429):
                return said
        return said
