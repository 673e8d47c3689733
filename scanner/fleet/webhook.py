"""A webhook: one signed POST for each event."""

from __future__ import annotations

import hashlib
import hmac
import queue
import threading
import time
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx

from scanner.model.errors import UsageError

SECRET = "DAOSCAN_WEBHOOK_SECRET"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ATTEMPTS = 4
_FIRST_WAIT_SECONDS = 1.0
_TIMEOUT_SECONDS = 20.0
_TOO_LONG = "it took too long"
_AGAIN = (408, 425, 429)
"""Answers below 500 that may be another one a moment later."""


class Answer(NamedTuple):
    """How an event was taken. `why` is empty where it was; `away` where others would not be taken now either."""

    why: str = ""
    away: bool = False


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return `sha256=` and HMAC-SHA256 over timestamp, a dot and the body, in hex."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


class Webhook:
    """Where events are sent. The address is never shown: such addresses often are keys themselves.

    What the receiver says beside a status is not read: no redirect is followed, and no body is waited for.
    """

    def __init__(
        self, url: str, secret: str, *, sleep: Callable[[float], None] = time.sleep, seconds: float = _TIMEOUT_SECONDS
    ) -> None:
        """Raises UsageError for an address that is not HTTPS off loopback, that holds a user, or without a secret.

        An attempt ends after `seconds`, whatever the receiver does.
        """
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
            self._url = httpx.URL(url)
        except (ValueError, httpx.InvalidURL):
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
        self._secret, self._sleep, self._seconds = secret, sleep, seconds

    def send(self, body: bytes) -> Answer:
        """Send an event; return how it was taken. What may pass is tried again."""
        wait, said = _FIRST_WAIT_SECONDS, ""
        for attempt in range(_ATTEMPTS):
            if attempt:
                self._sleep(wait)
                wait *= 2
            answer = self._within(body)
            if isinstance(answer, str):
                said = f"the webhook cannot be reached ({answer})"
                continue
            if 200 <= answer < 300:
                return Answer()
            said = f"the webhook answered {answer}"
            if answer < 500 and answer not in _AGAIN:
                return Answer(said)
        return Answer(said, away=True)

    def _within(self, body: bytes) -> int | str:
        """Return the status that one attempt came to, or why there is none; a receiver that drips gains no time."""
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "X-Daoscan-Timestamp": timestamp,
            "X-Daoscan-Signature": signature(self._secret, timestamp, body),
        }
        answers: queue.SimpleQueue[int | str] = queue.SimpleQueue()
        client = httpx.Client(timeout=self._seconds, follow_redirects=False, trust_env=False)

        def post() -> None:
            try:
                with client.stream("POST", self._url, content=body, headers=headers) as response:
                    answers.put(response.status_code)
            except httpx.TimeoutException:
                answers.put(_TOO_LONG)
            except Exception as error:  # whatever a receiver can bring about: the next attempt may do better
                answers.put(type(error).__name__)

        threading.Thread(target=post, daemon=True).start()
        try:
            return answers.get(timeout=self._seconds)
        except queue.Empty:
            return _TOO_LONG
        finally:
            client.close()
