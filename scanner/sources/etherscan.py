"""Etherscan, API v2: one address for every chain that it serves. Needs a key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.model.errors import UsageError
from scanner.model.kinds import Verification
from scanner.model.observation import Reason
from scanner.sources.bundle import BundleError, build_bundle
from scanner.sources.http import Endpoint, HttpLimits, ProviderDown, WebClient
from scanner.sources.interface import Deployed, NoSource, SourceAnswer, SourceProvider, VerifiedSource
from scanner.sources.strict import NotReadable, mapping, objects, read_json, shown, text

DEFAULT_URL = "https://api.etherscan.io/v2/api"
FREE_PLAN = HttpLimits(spacing_seconds=0.35)
"""Etherscan's free plan allows three calls a second."""

_NOT_COMPARED = "etherscan: not compared with the deployed code"
_NOT_VERIFIED = "contract source code not verified"


class Etherscan(SourceProvider):
    """`module=contract&action=getsourcecode`. The key never leaves the request itself.

    Etherscan does not say which runtime code it matched, so the best it gives is ASSERTED.
    """

    name = "etherscan"

    def __init__(self, key: str, url: str = DEFAULT_URL, limits: HttpLimits = FREE_PLAN) -> None:
        if not key.strip():
            raise UsageError("The Etherscan key is empty.", where="--etherscan-key", hint="Give a key or leave it out.")
        self._web = WebClient(Endpoint(url, "--etherscan-url", {"apikey": key.strip()}), limits)
        self.place = self._web.host
        self.key_refused = False

    @property
    def requests(self) -> int:
        return self._web.requests

    def close(self) -> None:
        """Close connections."""
        self._web.close()

    def fetch(self, deployed: Deployed) -> SourceAnswer:
        if self.key_refused:
            return self._refused_key()
        query = {
            "chainid": str(deployed.chain_id),
            "module": "contract",
            "action": "getsourcecode",
            "address": deployed.address,
        }
        try:
            _, document = self._web.get_json("", query, _rate_limited)
        except ProviderDown as down:
            return NoSource(Reason.EXPLORER_DOWN, f"{self.name}: {down}")
        answer = mapping(document)
        entries = objects(answer.get("result"))
        if answer.get("status") == "1" and entries:
            return read_entry(entries[0])
        return self._refusal(text(answer.get("result")) or text(answer.get("message")), deployed)

    def _refusal(self, words: str, deployed: Deployed) -> NoSource:
        lower = words.lower()
        if "api key" in lower:
            self.key_refused = True
            return self._refused_key()
        if "chainid" in lower or "this chain" in lower:
            detail = f"{self.name}: chain {deployed.chain_id} is not served for this key"
            return NoSource(Reason.NO_SOURCE_PROVIDER, detail)
        if _NOT_VERIFIED in lower:
            return NoSource(Reason.NOT_VERIFIED, f"{self.name}: not verified")
        said = shown(self._web.hide(words)) or "an answer without a result"
        return NoSource(Reason.EXPLORER_DOWN, f"{self.name}: {self.place} answered: {said}")

    def _refused_key(self) -> NoSource:
        return NoSource(Reason.EXPLORER_DOWN, f"{self.name}: the key was refused; check --etherscan-key")


def read_entry(entry: Mapping[str, Any]) -> SourceAnswer:
    """Return what one result of `getsourcecode` says."""
    code = text(entry.get("SourceCode"))
    if not code.strip():
        return NoSource(Reason.NOT_VERIFIED, "etherscan: not verified")
    version = text(entry.get("CompilerVersion"))
    vyper = version.lower().startswith("vyper")
    name = text(entry.get("ContractName")).rpartition(":")[2]
    path = text(entry.get("ContractFileName"))
    try:
        standard = _standard(code, entry, f"{name}.{'vy' if vyper else 'sol'}")
        if vyper:
            standard = {**standard, "language": "Vyper"}
        sources = mapping(standard.get("sources"))
        if path not in sources:
            path = next(iter(sources)) if len(sources) == 1 else ""
        bundle = build_bundle(
            standard,
            contract=f"{path}:{name}",
            compiler=version[version.find(":") + 1 :],
            provider="etherscan",
        )
    except BundleError as error:
        return NoSource(error.reason, f"etherscan: {error.detail}")
    except NotReadable as error:
        return NoSource(Reason.UNDECODABLE, f"etherscan: the source is {error}")
    return VerifiedSource(bundle, _abi(text(entry.get("ABI"))), Verification.ASSERTED, _NOT_COMPARED)


def _standard(code: str, entry: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Etherscan keeps what was handed in: one file, a map of files, or standard JSON in a second pair of braces."""
    bare = code.strip()
    if bare.startswith("{{") and bare.endswith("}}"):
        return mapping(read_json(bare[1:-1].encode("utf-8")))
    if bare.startswith("{"):
        try:
            files = mapping(read_json(bare.encode("utf-8")))
        except NotReadable:
            files = {}  # A single file may begin with a brace: Yul does not, but comments have been seen to.
        if "sources" in files and "language" in files:
            return files
        if files:
            return {"language": "Solidity", "sources": files, "settings": _settings(entry)}
    return {"language": "Solidity", "sources": {name: {"content": code}}, "settings": _settings(entry)}


def _settings(entry: Mapping[str, Any]) -> dict[str, Any]:
    runs = text(entry.get("Runs"))
    settings: dict[str, Any] = {
        "optimizer": {
            "enabled": text(entry.get("OptimizationUsed")) == "1",
            "runs": int(runs) if runs.isascii() and runs.isdigit() and len(runs) < 12 else 200,
        }
    }
    version = text(entry.get("EVMVersion")).lower()
    if version.isalpha() and version != "default":
        settings["evmVersion"] = version
    libraries = {}
    for pair in text(entry.get("Library")).split(";"):
        name, colon, address = pair.partition(":")
        if colon:
            libraries[name.strip()] = "0x" + address.strip().lower().removeprefix("0x")
    if libraries:
        settings["libraries"] = {"": libraries}
    return settings


def _abi(written: str) -> tuple[Mapping[str, Any], ...]:
    try:
        return objects(read_json(written.encode("utf-8")))
    except (NotReadable, UnicodeError):
        return ()


def _rate_limited(status: int, document: Any) -> str:
    answer = mapping(document)
    words = text(answer.get("result"))
    return f"rate limit: {shown(words)}" if answer.get("status") == "0" and "rate limit" in words.lower() else ""
