"""The webhook: signed, tried again where that may help, and its address in no message."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.fleet.webhook import Answer, Webhook, signature
from scanner.model.errors import UsageError
from tests.fleet.receiver import Receiver

DOCS = Path(__file__).resolve().parents[2] / "docs" / "fleet.md"


def send(receiver: Receiver, slept: list[float]) -> Answer:
    return Webhook(receiver.url, "s3cret", sleep=slept.append).send(b'{"id": "1"}')


def test_signed_and_taken(receiver: Receiver) -> None:
    assert send(receiver, []) == Answer()
    ((headers, body),) = receiver.seen
    assert body == b'{"id": "1"}'
    assert headers["X-Daoscan-Signature"] == signature("s3cret", headers["X-Daoscan-Timestamp"], body)
    assert signature("s3cret", "1", b"x") != signature("s3cret", "2", b"x")


def test_a_receiver_can_check_it_as_documented(receiver: Receiver) -> None:
    (code,) = (part.split("```")[0] for part in DOCS.read_text().split("<!-- python: receiver -->\n```python\n")[1:])
    given: dict[str, Any] = {}
    exec(code, given)
    assert send(receiver, []) == Answer()
    ((headers, body),) = receiver.seen
    assert given["is_genuine"](headers, body, "s3cret")
    assert not given["is_genuine"](headers, body + b" ", "s3cret")
    assert not given["is_genuine"](headers, body, "other")
    old = {**headers, "X-Daoscan-Timestamp": "1", "X-Daoscan-Signature": signature("s3cret", "1", body)}
    assert not given["is_genuine"](old, body, "s3cret")


def test_a_known_signature() -> None:
    said = signature("key", "The quick brown fox jumps over the lazy dog", b"")
    assert said == "sha256=e98139c39d76eb80d8db982552b44b251b94f312987f91ee72d12ef673caa813"


def test_tried_again_where_it_may_help(receiver: Receiver) -> None:
    receiver.answers = [503, 429, 200]
    slept: list[float] = []
    assert send(receiver, slept) == Answer()
    assert (len(receiver.seen), slept) == (3, [1.0, 2.0])


@pytest.mark.parametrize(("answer", "times"), [(403, 1), (302, 1), (500, 4), (429, 4)])
def test_not_taken(receiver: Receiver, answer: int, times: int) -> None:
    """A redirect is an answer as any other: it leads nowhere, and no private address is reached by one."""
    receiver.answers = [answer]
    assert send(receiver, []) == Answer(f"the webhook answered {answer}", away=times > 1)
    assert len(receiver.seen) == times
    assert {headers["path"] for headers, _ in receiver.seen} == {"/hook/key-of-the-hook"}


def test_nobody_there() -> None:
    said = Webhook("http://127.0.0.1:9/key-of-the-hook", "s3cret", sleep=lambda _: None).send(b"{}")
    assert "cannot be reached" in said.why
    assert "key" not in said.why
    assert said.away


@contextlib.contextmanager
def hostile(parts: Iterator[bytes], pause: float) -> Iterator[str]:
    """A receiver that answers what it likes, without an end, to one connection after the other."""
    listening, over = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def serve() -> None:
        while not over.is_set():
            with contextlib.suppress(OSError):
                connection, _ = listening.accept()
                with connection:
                    connection.recv(65536)
                    while not over.wait(pause):
                        connection.sendall(next(parts))

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/key-of-the-hook"
    over.set()
    with contextlib.suppress(OSError):
        listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(10)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    ("parts", "pause", "said"),
    [
        (itertools.chain([b"HTTP/1.1 200 OK\r\n"], itertools.repeat(b"X: y\r\n")), 0.05, "it took too long"),
        (itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n"), 0.05, "it took too long"),
        (itertools.repeat(b"no HTTP at all\r\n" * 100), 0.0, "RemoteProtocolError"),
        (itertools.chain([b"HTTP/1.1 200 OK\r\n"], itertools.repeat(b"X: y\r\n" * 10_000)), 0.0, "RemoteProtocolError"),
    ],
    ids=["drips", "goes on", "babbles", "floods"],
)
def test_a_hostile_receiver_gains_no_time(parts: Iterator[bytes], pause: float, said: str) -> None:
    with hostile(parts, pause) as url:
        begin = time.monotonic()
        answer = Webhook(url, "s3cret", sleep=lambda _: None, seconds=0.3).send(b"{}")
        assert time.monotonic() - begin < 10
    assert answer == Answer(f"the webhook cannot be reached ({said})", away=True)


def test_a_body_without_an_end_is_not_waited_for() -> None:
    chunks = itertools.repeat(b"10000\r\n" + b"x" * 65536 + b"\r\n")
    with hostile(itertools.chain([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"], chunks), 0.0) as url:
        assert Webhook(url, "s3cret").send(b"{}") == Answer()


@pytest.mark.parametrize(
    ("url", "secret", "said"),
    [
        ("ftp://host/key", "s", "not the address of a webhook"),
        ("http://elsewhere.example/key", "s", "wants https"),
        ("https://me:key@elsewhere.example/", "s", "no user and password"),
        ("https://[/key", "s", "cannot be read"),
        ("https://elsewhere.example:port/key", "s", "cannot be read"),
        ("https://else\x00where.example/key", "s", "cannot be read"),
        ("https://elsewhere.example/key", "", "no secret"),
    ],
)
def test_addresses_that_are_refused(url: str, secret: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        Webhook(url, secret)
    assert "key" not in f"{caught.value.what} {caught.value.where} {caught.value.hint}"
