"""The signature list: which systems a set of selectors, events and constants points at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from scanner.content import rules_dir


@dataclass(frozen=True)
class Signature:
    """One known function or event of a system; `hash` is its selector or first topic."""

    category: str
    system: str
    kind: str
    text: str
    hash: str
    strength: str


@dataclass(frozen=True)
class Match:
    """A system recognised by enough of its members. `called`: another contract of that kind is only called."""

    category: str
    system: str
    matched: tuple[str, ...]
    called: bool


NEEDED: Mapping[str, int] = {
    "Tornado Cash classic (pool)": 4,
    "Tornado router/proxy": 2,
    "Tornado Nova": 2,
    "RAILGUN": 2,
    "Privacy Pools (0xbow)": 4,
    "Association sets": 2,
    "Aztec Connect / zk.money (sunset)": 2,
    "zkBob": 2,
    "ERC-8086 Privacy Token (Draft)": 2,
    "ERC-8065 ZK Token Wrapper (Draft)": 2,
    "ERC-5564 announcer": 1,
    "ERC-5564 scheme": 2,
    "ERC-6538 registry": 2,
    "Umbra": 2,
    "Semaphore v4": 3,
    "Anon Aadhaar": 1,
    "ERC-7812 ZK identity registry": 2,
    "MACI v3": 2,
    "MACI v1/v2": 1,
    "Vocdoni DAVINCI": 2,
    "Vocdoni (2022)": 2,
    "Shutter keyper infra": 2,
    "Commit-reveal (ERC-5732 / generic)": 2,
    "Colony VotingReputation (commit-reveal)": 2,
    "ERC-2771 recipient": 1,
    "OZ ERC2771Forwarder": 1,
    "XMTP broadcasters": 1,
    "Push protocol comm": 2,
    "ERC-3643 token": 4,
    "ERC-3643 registry/compliance": 3,
    "ONCHAINID (ERC-734/735)": 3,
    "ERC-7943 uRWA": 3,
    "ERC-1404": 2,
    "Chainalysis oracle": 2,
    "Nouns auction V3": 2,
    "Gitcoin/Human Passport decoder": 2,
    "ERC-5192/5484/5114/6454": 1,
}
"""How many of a system's own functions and events the code must have. One member is enough only where its name and
arguments belong to that system alone (announce of ERC-5564); deposit(uint256), transact() or verifyProof never are.
Systems that are not named here are never reported: proof verifiers, content pointers, votes by signature."""

CALLED: Mapping[str, tuple[str, ...]] = {
    "Tornado Cash classic (pool)": ("withdraw(bytes,bytes32,bytes32,address,address,uint256,uint256)",),
    "Tornado router/proxy": ("deposit(address,bytes32,bytes)",),
    "ERC-5564 announcer": ("announce(uint256,address,bytes,bytes)",),
    "Umbra": ("sendEth(address,uint256,bytes32,bytes32)", "sendToken(address,address,uint256,bytes32,bytes32)"),
    "Semaphore v4": (
        "validateProof(uint256,(uint256,uint256,uint256,uint256,uint256,uint256[8]))",
        "verifyProof(uint256,(uint256,uint256,uint256,uint256,uint256,uint256[8]))",
    ),
    "World ID / Semaphore v3": ("verifyProof(uint256,uint256,uint256,uint256,uint256[8])",
                                "verifyProof(uint256,uint256,uint256,uint256,uint256,uint256[8])"),
    "Anon Aadhaar": ("verifyAnonAadhaarProof(uint256,uint256,uint256,uint256,uint256[4],uint256[8])",),
    "RAILGUN": ("shield(((bytes32,(uint8,address,uint256),uint120),(bytes32[3],bytes32))[])",),
    "MACI v3": ("signUp((uint256,uint256),bytes)",),
    "Association sets": ("latestRoot()",),
}  # fmt: skip
"""Calls to another contract that show the use of a system, each enough by itself."""

MIXER_CONSTANTS: Mapping[int, str] = {
    0x2FE54C60D3ACABF3343A35B6EBA15DB4821B340F76E741E2249685ED4899AF6C: 'keccak256("tornado") mod r (ZERO_VALUE)',
    0x256A6135777EEE2FD26F54B8B7037A25439D5235CAEE224154186D2B8A52E31D: "Tornado zeros(1)",
}
"""Constants that only note pools of the Tornado kind hold. Field moduli are no evidence: every verifier has them."""


@cache
def all_signatures() -> tuple[Signature, ...]:
    """Return the signature list of `rules/data`, read once per process."""
    rows = json.loads((rules_dir() / "data" / "signatures.json").read_text(encoding="utf-8"))
    return tuple(
        Signature(row["category"], row["system"], row["kind"], row["signature"], row["hash"], row["strength"])
        for row in rows
    )


@cache
def selectors_of(category: str, system: str = "") -> frozenset[str]:
    """Return the selectors of a category's functions, of one system only when it is named."""
    return frozenset(
        s.hash for s in all_signatures() if s.category == category and s.kind == "function" and system in ("", s.system)
    )


@cache
def _systems() -> Mapping[tuple[str, str], tuple[Signature, ...]]:
    found: dict[tuple[str, str], list[Signature]] = {}
    for signature in all_signatures():
        found.setdefault((signature.category, signature.system), []).append(signature)
    return {key: tuple(members) for key, members in sorted(found.items())}


def recognise(selectors: frozenset[str], topics: frozenset[str], called: frozenset[str]) -> tuple[Match, ...]:
    """Return the systems that the code implements or calls.

    `selectors` and `called` are 4-byte selectors that it answers and that it calls; `topics` are first topics of the
    events it emits.
    """
    matches: list[Match] = []
    for (category, system), members in _systems().items():
        own = [m for m in members if m.hash in (selectors if m.kind == "function" else topics)]
        needed = NEEDED.get(system)
        if needed is not None and len(own) >= needed and _distinctive(own, system):
            matches.append(Match(category, system, tuple(sorted(m.text for m in own)), called=False))
            continue
        used = [m for m in members if m.text in CALLED.get(system, ()) and m.hash in called]
        if used:
            matches.append(Match(category, system, tuple(sorted(m.text for m in used)), called=True))
    return tuple(matches)


_COMMON = frozenset(
    {"deposit(uint256)", "deposit(address,uint256,uint256)", "deposit(bytes32)", "changeOperator(address)",
     "transact()", "incrementNonce()", "nonceOf(address)", "subscribe(address)", "commit(bytes32)",
     "SCOPE()", "denomination()", "created(address,uint256)", "contains(address)", "compliance()",
     "getFrozenTokens(address)", "createGroup()", "canTransfer(address,address,uint256)",
     "forcedTransfer(address,address,uint256)", "mergeState()"}
)  # fmt: skip


def _distinctive(own: list[Signature], system: str) -> bool:
    """Whether something besides names that other kinds of contract share is among the members found."""
    rare = [m for m in own if m.text not in _COMMON]
    return len(rare) >= min(2, NEEDED[system])
