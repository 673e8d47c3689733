"""Documents from strangers' URIs: a real server on loopback, which a test says is where a public address is."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from scanner.documents.fetch import DocumentOptions, Fetcher, Network, NotFetched, is_public

PUBLIC = "93.184.215.14"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server: Any = self.server
        server.seen.append((self.headers["Host"], self.path, dict(self.headers)))
        server.answer(self)

    def log_message(self, *_: object) -> None:
        pass


def say(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def server(answer: Any, context: ssl.SSLContext | None = None) -> Iterator[Any]:
    made: Any = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    made.daemon_threads = True
    made.seen, made.answer = [], answer
    if context is not None:
        made.socket = context.wrap_socket(made.socket, server_side=True)
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield made
    finally:
        made.shutdown()
        thread.join()
        made.server_close()


def fetcher(made: Any, resolved: str | list[str] = PUBLIC, **options: Any) -> Fetcher:
    """A fetcher for which every name leads to `resolved`, and every address is reached at the server."""
    found = [resolved] if isinstance(resolved, str) else resolved
    allowed = {"hosts": ("dao.example", "other.example"), "schemes": ("http",), **options}
    port = made.server_address[1] if made is not None else 9
    return Fetcher(DocumentOptions(fetch=True, **allowed), Network(lambda *_: found, lambda *_: ("127.0.0.1", port)))


def test_a_document_of_an_allowed_host_is_read() -> None:
    with server(lambda handler: say(handler, b'{"type": "DAO"}')) as made:
        found = fetcher(made).fetch("http://dao.example/dao.json?x=1")
    assert (found.data, found.uri) == (b'{"type": "DAO"}', "http://dao.example/dao.json?x=1")
    ((host, path, headers),) = made.seen
    assert (host, path) == ("dao.example", "/dao.json?x=1")
    assert "Cookie" not in headers
    assert "Authorization" not in headers


def test_nothing_is_fetched_unless_asked_for_and_only_from_hosts_and_schemes_that_were_named() -> None:
    with server(lambda handler: say(handler, b"x")) as made:
        off = Fetcher(DocumentOptions(hosts=("dao.example",)), fetcher(made).network)
        cases = {
            "http://dao.example/": (off, "--fetch-documents"),
            "http://evil.example/": (fetcher(made), "evil.example is not allowed"),
            "http://dao.example.evil.example/": (fetcher(made), "not allowed"),
            "http://dao.example:81/": (fetcher(made), "dao.example:81 is not allowed"),
            "http://dao.example@evil.example/": (fetcher(made), "no plain host"),
            "http://user:pass@dao.example/": (fetcher(made), "no plain host"),
            "https://dao.example/": (fetcher(made), "scheme 'https' is not allowed"),
            "file:///etc/hostname": (fetcher(made), "scheme 'file' is not allowed"),
            "ftp://dao.example/": (fetcher(made), "scheme 'ftp' is not allowed"),
            "//dao.example/": (fetcher(made), "scheme '' is not allowed"),
            "gopher://dao.example/": (fetcher(made, schemes=("gopher",)), "is not allowed"),
            "http://[::1]/": (fetcher(made), "not allowed"),
            "http://dao.example/" + "a" * 3_000: (fetcher(made), "longer than 2000"),
            "not a uri \x00": (fetcher(made), "no URI|scheme"),
            "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi": (fetcher(made), "no gateway"),
            "ipfs://../../etc": (fetcher(made), "no ipfs URI"),
        }
        for uri, (one, why) in cases.items():
            with pytest.raises(NotFetched, match=why):
                one.fetch(uri)
        assert made.seen == []


PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "198.18.0.1",
    "240.0.0.1",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "fec0::1",
    "3fff::1",
    "192.0.0.8",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "nonsense",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_to_an_address_that_is_not_public_is_never_connected_to(address: str) -> None:
    assert not is_public(address)
    with server(lambda handler: say(handler, b"x")) as made:
        for found in ([address], [PUBLIC, address]):
            with pytest.raises(NotFetched, match="not public"):
                fetcher(made, found).fetch("http://dao.example/")
        assert made.seen == []


def test_public_addresses_are_public() -> None:
    assert is_public(PUBLIC)
    assert is_public("2606:4700:4700::1111")
    assert is_public("::ffff:93.184.215.14")


def test_the_real_resolver_refuses_names_and_spellings_of_this_machine() -> None:
    """As a user gets it: no test's network, no way around the check."""
    made = Fetcher(
        DocumentOptions(
            fetch=True, hosts=("localhost", "127.0.0.1", "2130706433", "0x7f000001", "[::1]"), schemes=("http",)
        )
    )
    for host in ("localhost", "127.0.0.1", "2130706433", "0x7f000001"):
        with pytest.raises(NotFetched, match=r"not public|no address|not allowed"):
            made.fetch(f"http://{host}/")
    assert made.requests == 0


def test_every_redirect_is_checked_again() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        goal = {"/a": "http://other.example/b", "/b": "/c", "/c": "http://evil.example/", "/d": "file:///etc/passwd"}
        say(handler, b"", 302, Location=goal.get(handler.path, "/loop"))

    with server(answer) as made:
        with pytest.raises(NotFetched, match=r"evil.example is not allowed"):
            fetcher(made).fetch("http://dao.example/a")
        assert [(host, path) for host, path, _ in made.seen] == [
            ("dao.example", "/a"),
            ("other.example", "/b"),
            ("other.example", "/c"),
        ]
        with pytest.raises(NotFetched, match="scheme 'file'"):
            fetcher(made).fetch("http://dao.example/d")
        with pytest.raises(NotFetched, match="more than 3 times"):
            fetcher(made).fetch("http://dao.example/loop")


def test_a_redirect_to_a_name_that_became_private_is_refused() -> None:
    turns = iter([[PUBLIC], ["127.0.0.1"]])
    with server(lambda handler: say(handler, b"", 302, Location="/next")) as made:
        one = fetcher(made)
        one.network = Network(lambda *_: next(turns), one.network.reach)
        with pytest.raises(NotFetched, match="not public"):
            one.fetch("http://dao.example/")
        assert len(made.seen) == 1


def test_a_document_that_is_too_large_is_cut_off(tmp_path: Path) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x" * 65_536)
        except OSError:
            return

    with server(endless) as made, pytest.raises(NotFetched, match="larger than 1000000 bytes"):
        fetcher(made).fetch("http://dao.example/")


@pytest.mark.parametrize("where", ["headers", "body"])
def test_a_server_that_drips_ends_at_the_deadline(where: str) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"\r\n" if where == "body" else b"X-Long: "))
        try:
            for _ in range(60):
                handler.wfile.write(b"x")
                time.sleep(0.02)
        except OSError:
            return

    begun = time.monotonic()
    with server(drip) as made, pytest.raises(NotFetched, match="took too long"):
        fetcher(made, timeout_seconds=0.3).fetch("http://dao.example/")
    assert time.monotonic() - begun < 3


def test_a_resolver_that_hangs_ends_at_the_deadline() -> None:
    gate = threading.Event()

    def hang(*_: object) -> list[str]:
        gate.wait(10)
        return []

    one = fetcher(None, timeout_seconds=0.2)
    one.network = Network(hang)
    try:
        with pytest.raises(NotFetched, match="took too long"):
            one.fetch("http://dao.example/")
    finally:
        gate.set()


@pytest.mark.parametrize(
    ("status", "headers", "why"),
    [
        (404, {}, "answered 404"),
        (500, {}, "answered 500"),
        (302, {}, "answered 302"),
        (200, {"Content_Encoding": "gzip"}, "compressed"),
    ],
)
def test_other_answers_are_no_documents(status: int, headers: dict[str, str], why: str) -> None:
    with server(lambda handler: say(handler, b"x", status, **headers)) as made, pytest.raises(NotFetched, match=why):
        fetcher(made).fetch("http://dao.example/")


def test_a_server_that_is_not_there_is_a_reason() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    one = Fetcher(
        DocumentOptions(fetch=True, hosts=("dao.example",), schemes=("http",)),
        Network(lambda *_: [PUBLIC], lambda *_: ("127.0.0.1", port)),
    )
    with pytest.raises(NotFetched, match="could not be fetched: ConnectError"):
        one.fetch("http://dao.example/")


def test_ipfs_goes_through_the_gateway_that_the_user_names() -> None:
    cid = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
    with server(lambda handler: say(handler, b"x")) as made:
        one = fetcher(made, hosts=(), ipfs_gateway="http://gateway.example/")
        for uri in (f"ipfs://{cid}/dao.json", f"ipfs://ipfs/{cid}"):
            assert one.fetch(uri).data == b"x"
        assert [(host, path) for host, path, _ in made.seen] == [
            ("gateway.example", f"/ipfs/{cid}/dao.json"),
            ("gateway.example", f"/ipfs/{cid}"),
        ]


def test_a_data_uri_is_its_own_document_and_needs_no_leave() -> None:
    one = Fetcher(DocumentOptions())
    assert one.fetch("data:application/json;base64,eyJhIjogMX0=").data == b'{"a": 1}'
    assert one.fetch("data:application/json;utf8,%7B%22a%22%3A1%7D").data == b'{"a":1}'
    for wrong in ("data:nothing", "data:;base64,***", "data:text/plain," + "x" * 1_000_001):
        with pytest.raises(NotFetched):
            one.fetch(wrong)
    assert one.requests == 0


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for dao.example that nobody vouches for, key and all in one file."""
    path = tmp_path_factory.mktemp("tls") / "dao.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=dao.example"]
    command += ["-addext", "subjectAltName=DNS:dao.example", "-keyout", str(path), "-out", str(path) + ".crt"]
    subprocess.run(command, check=True, capture_output=True)
    path.write_text(path.read_text() + Path(str(path) + ".crt").read_text())
    return path


def test_a_certificate_is_checked_against_the_name_and_not_the_address(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with server(lambda handler: say(handler, b"secret"), context) as made:
        with pytest.raises(NotFetched, match="could not be fetched"):
            fetcher(made, schemes=("https",)).fetch("https://dao.example/")
        monkeypatch.setattr("scanner.documents.fetch.trusted", lambda: ssl.create_default_context(cafile=certificate))
        assert fetcher(made, schemes=("https",)).fetch("https://dao.example/").data == b"secret"
        with pytest.raises(NotFetched, match="could not be fetched"):
            fetcher(made, schemes=("https",)).fetch("https://other.example/")
