"""One document from a URI that a stranger wrote: bounded in time and size, never from a private network.

Every address that a host resolves to must be public, the connection goes to the very address that was checked (a name
that resolves differently a moment later gains nothing), and every redirect is checked in the same way.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

import httpx

_HOST = re.compile(r"[0-9a-z]([0-9a-z.-]*[0-9a-z])?\Z|\[[0-9a-f:.]+\]\Z")
_IPFS = re.compile(r"ipfs://(?:ipfs/)?([A-Za-z0-9]{20,120}(?:/[!-~]*)?)\Z")
_DATA = re.compile(r"data:([!-+\--~]*?)(;base64)?,(.*)\Z", re.DOTALL)
_PORTS = {"https": 443, "http": 80}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(one)
    for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "fec0::/10", "3fff::/20", "192.0.0.0/24")
)
"""IPv6 ranges that carry an IPv4 address inside (nothing says which network it leads to), and what the library takes
for public though it is site-local (RFC 3879), for documentation (RFC 9637) or for protocols (RFC 6890)."""

SCHEMES = ("https", "http")
_TOO_LONG = "it took too long"
MAX_URI = 2_000


class NotFetched(Exception):
    """Why a document is not at hand, in words for the report."""


@dataclass(frozen=True)
class DocumentOptions:
    """What the user allows. Nothing is fetched unless `fetch`, and only from `hosts` (host, or host:port)."""

    fetch: bool = False
    hosts: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ("https",)
    ipfs_gateway: str = ""
    max_bytes: int = 1_000_000
    timeout_seconds: float = 10.0
    max_redirects: int = 3


def _resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def _itself(address: str, port: int) -> tuple[str, int]:
    return address, port


@dataclass(frozen=True)
class Network:
    """How names become addresses, and where an address is reached. Only tests have another one."""

    resolve: Callable[[str, int], Sequence[str]] = _resolve
    reach: Callable[[str, int], tuple[str, int]] = _itself


@dataclass(frozen=True)
class Fetched:
    """The bytes of a document and the URI that they came from in the end."""

    data: bytes
    uri: str


@dataclass
class Fetcher:
    """Fetches documents as the options allow. `requests` counts what left the machine."""

    options: DocumentOptions
    network: Network = field(default_factory=Network)
    requests: int = 0

    def fetch(self, uri: str) -> Fetched:
        """Return the document behind `uri`. Raises NotFetched."""
        if len(uri) > MAX_URI and not uri.startswith("data:"):
            raise NotFetched(f"its URI is longer than {MAX_URI} characters")
        if uri.startswith("data:"):
            return Fetched(_embedded(uri, self.options.max_bytes), uri[:80])
        if not self.options.fetch:
            raise NotFetched("documents were not asked for (--fetch-documents)")
        return _within(lambda: self._follow(uri), self.options.timeout_seconds)

    def _follow(self, uri: str) -> Fetched:
        url = self._parsed(self._through_gateway(uri))
        deadline = time.monotonic() + self.options.timeout_seconds
        for _ in range(self.options.max_redirects + 1):
            answer = self._get(url, deadline)
            if isinstance(answer, bytes):
                return Fetched(answer, str(url))
            try:
                url = self._parsed(str(url.join(answer)))
            except httpx.InvalidURL:
                raise NotFetched("it redirects to what is no URL") from None
        raise NotFetched(f"it redirects more than {self.options.max_redirects} times")

    def _through_gateway(self, uri: str) -> str:
        if not uri.startswith("ipfs:"):
            return uri
        found = _IPFS.match(uri)
        if found is None:
            raise NotFetched("it is no ipfs URI that can be read")
        if not self.options.ipfs_gateway:
            raise NotFetched("no gateway to ipfs was given (--ipfs-gateway)")
        return f"{self.options.ipfs_gateway.rstrip('/')}/ipfs/{found.group(1)}"

    def _parsed(self, uri: str) -> httpx.URL:
        """Return an allowed URL. Raises NotFetched."""
        try:
            url = httpx.URL(uri)
            host = url.raw_host.decode("ascii").lower()
        except (httpx.InvalidURL, ValueError):
            raise NotFetched("it is no URI that can be fetched") from None
        if url.scheme not in self.options.schemes or url.scheme not in SCHEMES:
            raise NotFetched(f"its scheme {url.scheme[:20]!r} is not allowed")
        if url.userinfo or not _HOST.match(f"[{host}]" if ":" in host else host):
            raise NotFetched("it names no plain host")
        named = f"{host}:{url.port}" if url.port is not None else host
        if named not in self._hosts():
            raise NotFetched(f"its host {named[:80]} is not allowed (--document-host)")
        return url

    def _hosts(self) -> set[str]:
        hosts = {host.strip().lower() for host in self.options.hosts}
        if self.options.ipfs_gateway:
            gateway = httpx.URL(self.options.ipfs_gateway)
            host = gateway.raw_host.decode("ascii").lower()
            hosts.add(f"{host}:{gateway.port}" if gateway.port is not None else host)
        return hosts

    def _public_address(self, host: str, port: int) -> str:
        """Return an address of the host. Raises NotFetched when any of its addresses is not public."""
        try:
            found = list(self.network.resolve(host, port))
        except (OSError, UnicodeError):
            found = []
        if not found:
            raise NotFetched("its host has no address")
        if not all(is_public(one) for one in found):
            raise NotFetched("its host leads to an address that is not public")
        return found[0]

    def _get(self, url: httpx.URL, deadline: float) -> bytes | str:
        """Return the body, or where a redirect leads. Raises NotFetched."""
        port = url.port or _PORTS[url.scheme]
        host = url.raw_host.decode("ascii")
        address, at = self.network.reach(self._public_address(host, port), port)
        headers = {"Host": url.netloc.decode("ascii"), "Accept-Encoding": "identity", "User-Agent": "daoscan"}
        target = url.copy_with(host=address, port=at)
        left = max(0.1, deadline - time.monotonic())
        self.requests += 1
        try:
            with (
                httpx.Client(verify=trusted(), trust_env=False, follow_redirects=False, timeout=left) as client,
                client.stream("GET", target, headers=headers, extensions={"sni_hostname": host}) as answer,
            ):
                if answer.status_code in _REDIRECTS and "location" in answer.headers:
                    return str(answer.headers["location"])[:MAX_URI]
                if answer.status_code != 200:
                    raise NotFetched(f"the server answered {answer.status_code}")
                return self._body(answer, deadline)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise NotFetched(f"it could not be fetched: {type(error).__name__}") from None

    def _body(self, answer: httpx.Response, deadline: float) -> bytes:
        most = self.options.max_bytes
        if answer.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
            raise NotFetched("the server compressed it though asked not to")
        body = bytearray()
        for chunk in answer.iter_raw():
            body += chunk
            if len(body) > most:
                raise NotFetched(f"it is larger than {most} bytes")
            if time.monotonic() > deadline:
                raise NotFetched(_TOO_LONG)
        return bytes(body)


def trusted() -> ssl.SSLContext:
    """Return how servers prove their name: by the certificates that httpx trusts."""
    return httpx.create_ssl_context(trust_env=False)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet: not private, loopback, link-local, shared or translated."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if any(found in network for network in _NOT_PUBLIC):
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved and not found.is_unspecified


def _within(work: Callable[[], Fetched], seconds: float) -> Fetched:
    """Return what `work` gives in time: neither a resolver nor a server that drips has a limit of its own.

    Raises NotFetched. Work that takes longer is left to end by itself; nothing waits for it.
    """
    answers: queue.SimpleQueue[Fetched | Exception] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put(work())
        except Exception as error:
            answers.put(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise NotFetched(_TOO_LONG) from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _embedded(uri: str, most: int) -> bytes:
    """Return the bytes of a data URI (RFC 2397): they came with the URI itself, nothing is fetched."""
    found = _DATA.match(uri)
    if found is None:
        raise NotFetched("it is no data URI that can be read")
    try:
        raw = unquote_to_bytes(found.group(3))
        data = base64.b64decode(raw, validate=True) if found.group(2) else raw
    except (binascii.Error, ValueError):
        raise NotFetched("its data URI cannot be decoded") from None
    if len(data) > most:
        raise NotFetched(f"it is larger than {most} bytes")
    return data
