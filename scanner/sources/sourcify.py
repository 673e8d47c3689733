"""Sourcify, API v2: source whose compilation was compared with what is deployed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.model.kinds import Verification
from scanner.model.observation import Reason
from scanner.sources.bundle import BundleError, build_bundle
from scanner.sources.http import Endpoint, HttpLimits, ProviderDown, WebClient
from scanner.sources.interface import Deployed, NoSource, SourceAnswer, SourceProvider, VerifiedSource
from scanner.sources.strict import mapping, objects, shown, text

DEFAULT_URL = "https://sourcify.dev/server"
FIELDS = "abi,compilation,stdJsonInput,runtimeBytecode.onchainBytecode"

_NOT_FOUND = 404
_OK = 200
_LEVELS = {"exact_match": Verification.EXACT, "match": Verification.MATCH}


class Sourcify(SourceProvider):
    """A Sourcify server (`GET /v2/contract/{chainId}/{address}`)."""

    name = "sourcify"

    def __init__(self, url: str = DEFAULT_URL, limits: HttpLimits | None = None) -> None:
        self._web = WebClient(Endpoint(url, "--sourcify-url"), limits)
        self.place = self._web.host

    @property
    def requests(self) -> int:
        return self._web.requests

    def close(self) -> None:
        """Close connections."""
        self._web.close()

    def fetch(self, deployed: Deployed) -> SourceAnswer:
        path = f"/v2/contract/{deployed.chain_id}/{deployed.address}"
        try:
            status, document = self._web.get_json(path, {"fields": FIELDS})
        except ProviderDown as down:
            return NoSource(Reason.EXPLORER_DOWN, f"{self.name}: {down}")
        if status == _OK:
            return read_contract(mapping(document), deployed, provider=self.name)
        return self._refusal(status, mapping(document), deployed)

    def _refusal(self, status: int, document: Mapping[str, Any], deployed: Deployed) -> NoSource:
        code = text(document.get("customCode"))
        if code == "unsupported_chain":
            return NoSource(Reason.NO_SOURCE_PROVIDER, f"{self.name}: chain {deployed.chain_id} is not supported")
        # A wrong base URL answers 404 as well: only Sourcify's own "no match" for this address means "not verified".
        if status == _NOT_FOUND and "match" in document and not code:
            return _not_for(document, deployed, self.name) or NoSource(
                Reason.NOT_VERIFIED, f"{self.name}: not verified"
            )
        words = shown(text(document.get("message")) or code or "no message")
        return NoSource(Reason.EXPLORER_DOWN, f"{self.name}: {self.place} answered HTTP {status}: {words}")


def read_contract(document: Mapping[str, Any], deployed: Deployed, *, provider: str) -> SourceAnswer:
    """Return what a contract document of Sourcify's API v2 says about `deployed`.

    The runtime code that Sourcify matched (`runtimeBytecode.onchainBytecode`) is compared with the deployed code:
    equal keeps Sourcify's own level, different is OTHER_BYTECODE, absent is ASSERTED.
    """
    wrong = _not_for(document, deployed, provider)
    if wrong is not None:
        return wrong
    level = document.get("runtimeMatch") or document.get("match")
    if level is None:
        return NoSource(Reason.NOT_VERIFIED, f"{provider}: not verified")
    compilation = mapping(document.get("compilation"))
    try:
        bundle = build_bundle(
            _standard(document, compilation),
            contract=text(compilation.get("fullyQualifiedName")) or text(compilation.get("name")),
            compiler=text(compilation.get("compilerVersion")),
            provider=provider,
        )
    except BundleError as error:
        return NoSource(error.reason, f"{provider}: {error.detail}")
    tie = compare(text(mapping(document.get("runtimeBytecode")).get("onchainBytecode")), deployed)
    if tie is Verification.OTHER_BYTECODE:
        return NoSource(Reason.OTHER_BYTECODE, f"{provider}: verified, but for other bytecode than is deployed")
    abi = objects(document.get("abi"))
    if tie is Verification.ASSERTED:
        return VerifiedSource(bundle, abi, tie, f"{provider}: not compared with the deployed code")
    known = _LEVELS.get(level) if isinstance(level, str) else None
    if known is None:
        detail = f"{provider}: unknown level of match '{shown(str(level), limit=40)}'"
        return VerifiedSource(bundle, abi, Verification.ASSERTED, detail)
    by_creation = document.get("runtimeMatch") is None
    return VerifiedSource(bundle, abi, known, f"{provider}: matched by its creation code only" if by_creation else "")


def compare(matched: str, deployed: Deployed) -> Verification:
    """Return MATCH when `matched`, the runtime code a verifier saw, is the deployed code; OTHER_BYTECODE when it is
    not; ASSERTED when there is nothing to compare."""
    code = matched.lower().removeprefix("0x")
    if not code:
        return Verification.ASSERTED
    return (
        Verification.MATCH if code == deployed.runtime_code.lower().removeprefix("0x") else Verification.OTHER_BYTECODE
    )


def _standard(document: Mapping[str, Any], compilation: Mapping[str, Any]) -> Any:
    if isinstance(document.get("stdJsonInput"), dict):
        return document["stdJsonInput"]
    return {
        "language": compilation.get("language"),
        "sources": document.get("sources"),
        "settings": compilation.get("compilerSettings"),
    }


def _not_for(document: Mapping[str, Any], deployed: Deployed, provider: str) -> NoSource | None:
    address = text(document.get("address")).lower()
    chain = str(document.get("chainId", ""))
    if address == deployed.address and chain == str(deployed.chain_id):
        return None
    return NoSource(Reason.EXPLORER_DOWN, f"{provider}: answered for another contract than was asked")
