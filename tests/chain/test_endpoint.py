"""What of a node's URL and words may be shown."""

from __future__ import annotations

import logging

import pytest

from scanner.chain.endpoint import one_line, parse_endpoint
from scanner.chain.interface import Trips
from scanner.chain.transport import Patience, Transport


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://127.0.0.1:8545", "http://127.0.0.1:8545"),
        ("  https://node.example/v3/0123456789abcdef \n", "https://node.example"),
        ("https://user:hunter22@node.example:99/x?apikey=sesame#f", "https://node.example:99"),
        ("http://[::1]:8545/", "http://[::1]:8545"),
        ("HTTPS://Node.Example/", "https://node.example"),
    ],
)
def test_scheme_and_host_are_shown(url: str, shown: str) -> None:
    endpoint = parse_endpoint(url)
    assert endpoint.shown == shown
    assert endpoint.url == url.strip()
    for secret in ("0123456789abcdef", "hunter22", "sesame"):
        assert secret not in repr(endpoint)


def test_words_of_a_node_are_redacted() -> None:
    endpoint = parse_endpoint("https://user:hunter22@node.example/v3/0123%2B456789abcdef?apikey=open%20sesame")
    said = endpoint.redact(
        "GET /v3/0123%2B456789abcdef?apikey=open%20sesame for user:hunter22@node.example, "
        "that is 0123+456789abcdef and open sesame"
    )
    for secret in ("456789abcdef", "hunter22", "sesame"):
        assert secret not in said


def test_text_is_one_printable_line() -> None:
    assert one_line("a\x1b[31m\n\tb\u202ec\u200bd\u2028e\x00\ud800") == "a [31m b c d e"
    assert len(one_line("x" * 100_000)) == 200


def test_urllib3_does_not_log_the_path() -> None:
    """At debug level urllib3 logs every request's path, and the path is where keys are."""
    logging.getLogger("urllib3.connectionpool").setLevel(logging.DEBUG)
    Transport(parse_endpoint("http://node.example/key"), Patience(), Trips()).close()
    assert not logging.getLogger("urllib3.connectionpool").isEnabledFor(logging.DEBUG)
