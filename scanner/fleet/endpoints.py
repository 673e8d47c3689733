"""Which node answers for which chain, how fast it may be asked, and where its key comes from."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scanner.judge.yaml_strict import MapNode, Node, Scalar, load
from scanner.model.errors import UsageError

_DECIMAL = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?\Z")
_CHAIN = re.compile(r"[0-9]{1,18}\Z")
_KNOWN = ("rpc_url", "rpc_url_env", "requests_per_second")


@dataclass(frozen=True)
class Endpoint:
    """The node of one chain. `per_second` is 0 where nothing limits it."""

    chain_id: int
    url: str = field(repr=False)
    per_second: float = 0.0

    @property
    def key(self) -> str:
        """What names this endpoint in the store without telling its key."""
        return hashlib.sha256(self.url.encode()).hexdigest()


class NoNode(UsageError):
    """Nothing says which node answers for a chain."""


def read_endpoints(
    path: Path, environment: Mapping[str, str] | None = None, only: Collection[int] | None = None
) -> dict[int, Endpoint]:
    """Return the endpoints of a file by chain id. Raises RuleError (file:line:column) or UsageError.

    With `only`, those of some chains: the environment need not have the addresses of the others.

    chains:
      eip155:1: {rpc_url_env: MAINNET_RPC_URL, requests_per_second: 20}
      eip155:42161: {rpc_url: "http://127.0.0.1:8545"}
    """
    environment = os.environ if environment is None else environment
    found = {}
    for chain_id, node in _chains(path).items():
        url, variable, rate = _stated(node)
        if only is not None and chain_id not in only:
            continue
        if variable and not environment.get(variable):
            raise node.mark.error(f"the environment has no {variable}", "set it to the address of the node")
        found[chain_id] = Endpoint(chain_id, url or environment[variable], rate)
    return found


def variables_of(path: Path) -> tuple[str, ...]:
    """Return the names of the environment variables that a file takes addresses from. Raises as `read_endpoints`."""
    named = (_text(_mapping(node).get("rpc_url_env")) for node in _chains(path).values())
    return tuple(sorted({name for name in named if name}))


def _chains(path: Path) -> dict[int, Node]:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("the endpoints cannot be read", where=str(path), hint="--endpoints FILE.yaml") from error
    root = load(text, path.name)
    chains = _mapping(root).get("chains")
    if chains is None:
        raise root.mark.error("no chains", "chains: {eip155:1: {rpc_url_env: NAME}}")
    found = {}
    for name, node in _mapping(chains).items():
        number = name.removeprefix("eip155:")
        if not _CHAIN.match(number):
            raise node.mark.error(f"not a chain id: {name!r}", "CAIP-2: eip155:1")
        found[int(number)] = node
    return found


def _mapping(node: Node) -> dict[str, Node]:
    if not isinstance(node, MapNode):
        raise node.mark.error("a mapping is wanted here")
    return node.entries


def _stated(node: Node) -> tuple[str, str, float]:
    """Return what is said of a chain: address, or variable that has it, and rate."""
    fields = _mapping(node)
    for name, value in fields.items():
        if name not in _KNOWN:
            raise value.mark.error(f"no such field: {name!r}", f"fields: {', '.join(_KNOWN)}")
    url, variable = _text(fields.get("rpc_url")), _text(fields.get("rpc_url_env"))
    if bool(url) == bool(variable):
        raise node.mark.error(
            "one of rpc_url and rpc_url_env is wanted", "a URL with a key belongs into the environment"
        )
    rate = _text(fields.get("requests_per_second"))
    if rate and (not _DECIMAL.match(rate) or float(rate) <= 0):
        raise fields["requests_per_second"].mark.error("a number of requests above 0 is wanted")
    return url, variable, float(rate or 0)


def _text(node: Node | None) -> str:
    if node is None:
        return ""
    if not isinstance(node, Scalar) or isinstance(node.value, bool) or node.value is None:
        raise node.mark.error("text or a number is wanted here")
    return str(node.value)


def find_endpoint(chain_id: int, environment: Mapping[str, str] | None = None) -> Endpoint:
    """Return the endpoint of a chain as this process' environment names it. Raises UsageError where it names none."""
    environment = os.environ if environment is None else environment
    file, url = environment.get("DAOSCAN_ENDPOINTS", ""), environment.get("DAOSCAN_RPC_URL", "")
    if file:
        found = read_endpoints(Path(file), environment, (chain_id,))
        if chain_id in found:
            return found[chain_id]
    if url:
        return Endpoint(chain_id, url)
    raise NoNode(f"no node is named for chain {chain_id}", hint="--endpoints FILE, or --rpc-url for one chain")
