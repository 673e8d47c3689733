"""The webhook: signed, tried again where that may help, and its address in no message."""

from __future__ import annotations

import pytest

from scanner.fleet.webhook import Webhook, signature
from scanner.model.errors import UsageError
from tests.fleet.receiver import Receiver


def send(receiver: Receiver, slept: list[float]) -> str:
    hook = Webhook(receiver.url, "s3cret", sleep=slept.append)
    try:
        return hook.send(b'{"id": "1"}')
    finally:
        hook.close()


def test_signed_and_taken(receiver: Receiver) -> None:
    assert send(receiver, []) == ""
    ((headers, body),) = receiver.seen
    assert body == b'{"id": "1"}'
    assert headers["X-Daoscan-Signature"] == signature("s3cret", headers["X-Daoscan-Timestamp"], body)
    assert signature("s3cret", "1", b"x") != signature("s3cret", "2", b"x")


def test_a_known_signature() -> None:
    said = signature("key", "The quick brown fox jumps over the lazy dog", b"")
    assert said == "sha256=e98139c39d76eb80d8db982552b44b251b94f312987f91ee72d12ef673caa813"


def test_tried_again_where_it_may_help(receiver: Receiver) -> None:
    receiver.answers = [503, 429, 200]
    slept: list[float] = []
    assert send(receiver, slept) == ""
    assert (len(receiver.seen), slept) == (3, [1.0, 2.0])


@pytest.mark.parametrize(("answer", "times"), [(403, 1), (302, 1), (500, 4)])
def test_not_taken(receiver: Receiver, answer: int, times: int) -> None:
    receiver.answers = [answer]
    said = send(receiver, [])
    assert said == f"the webhook answered {answer}"
    assert len(receiver.seen) == times


def test_nobody_there() -> None:
    hook = Webhook("http://127.0.0.1:9/key-of-the-hook", "s3cret", sleep=lambda _: None)
    said = hook.send(b"{}")
    hook.close()
    assert "cannot be reached" in said
    assert "key" not in said


@pytest.mark.parametrize(
    ("url", "secret", "said"),
    [
        ("ftp://host/key", "s", "not the address of a webhook"),
        ("http://elsewhere.example/key", "s", "wants https"),
        ("https://me:key@elsewhere.example/", "s", "no user and password"),
        ("https://[/key", "s", "cannot be read"),
        ("https://elsewhere.example/key", "", "no secret"),
    ],
)
def test_addresses_that_are_refused(url: str, secret: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        Webhook(url, secret)
    assert "key" not in f"{caught.value.what} {caught.value.where} {caught.value.hint}"
