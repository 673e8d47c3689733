"""Doors: where a list, an identity or a proof is asked for, who can replace what is asked, who adds members elsewhere.

Also who can replace a pointer to content.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from scanner.code.analyses.answers import known, unresolved, unsupported, weakest_way
from scanner.code.analyses.guards import IDENTITY_CHECKS, effect_guard, once_only
from scanner.code.analyses.program import Entry, Program, selector_of
from scanner.code.analyses.signatures import selectors_of
from scanner.code.analyses.summary import Effect
from scanner.code.analyses.token import supply_names
from scanner.model.observation import NamesObs, StrObs

NO_GATE = "this code asks no list, identity or proof of personhood"
NO_POINTER = "this code answers no pointer to content"

_READS_OF_IDENTITY = frozenset({"canTransfer", "canSend", "canReceive", "detectTransferRestriction"})
_PERSON_CALLS = frozenset({"verifyAnonAadhaarProof", "isHuman", "isUniqueHuman", "getScore"})

_ADMITS = frozenset(
    selector_of(signature)
    for signature in (
        "addMember(uint256,uint256)",
        "addMembers(uint256,uint256[])",
        "mintShares(address[],uint256[])",
        "addAddresses(address[])",
        "addOwnerWithThreshold(address,uint256)",
        "registerIdentity(address,address,uint16)",
        "grantKeys(address[],uint256[],address[])",
        "mintHat(uint256,address)",
        "potentialNewMember(address)",
        "mint()",
        "mint(address)",
        "mint(address,uint256)",
        "mint(address,uint256,bytes)",
        "safeMint(address)",
        "safeMint(address,uint256)",
    )
)
"""Calls that add a member, or create a unit, in another contract: Semaphore, Baal, Aragon, Safe, ERC-3643, Unlock,
Hats, Tribute, and tokens whose minter is an auction house or a faucet."""

_POINTERS = (
    "tokenURI(uint256)",
    "uri(uint256)",
    "contractURI()",
    "baseURI()",
    "contenthash(bytes32)",
)
_SETTER = re.compile(
    r"^(set|update|change|replace|reveal)\w*?(uri|metadata|contenthash|renderer|descriptor|baseurl)\w*$", re.I
)


def _gates() -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
    """Return, by kind of gate, the selectors and the function names that ask it."""
    return {
        "sanctions": (selectors_of("gate.sanctions"), frozenset({"isSanctioned", "isSanctionedVerbose"})),
        "identity": (frozenset(), IDENTITY_CHECKS | _READS_OF_IDENTITY),
        "personhood": (
            selectors_of("gate.humanity") | selectors_of("anon.zk_membership", "World ID / Semaphore v3"),
            _PERSON_CALLS,
        ),
    }


def _asked(program: Program) -> list[tuple[str, Entry, Effect]]:
    found = []
    for kind, (selectors, names) in _gates().items():
        for entry in program.changing:
            for effect in entry.effects:
                if effect.kind not in ("static", "call") or not effect.signature:
                    continue
                if selector_of(effect.signature) in selectors or (effect.name in names and effect.kind == "static"):
                    found.append((kind, entry, effect))
    return found


def gate_functions(program: Program) -> NamesObs:
    """Return where a gate is asked, as "sanctions: createBid(uint256)"; empty when there is none."""
    asked = _asked(program)
    names = tuple(sorted({f"{kind}: {entry.signature}" for kind, entry, _ in asked}))
    return known(program, names, [effect.node for _, _, effect in asked])


def gate_switch_guard(program: Program) -> StrObs:
    """Return the guard of replacing what the gates ask (Guard); "no-function" when that is fixed for good."""
    asked = _asked(program)
    if not asked:
        return unsupported(program, NO_GATE)
    held = {str(label[1]) for _, _, effect in asked for label in effect.target if label[0] == "state"}
    loose = [effect.node for _, _, effect in asked if any(label[0] in ("arg", "ext") for label in effect.target)]
    if not held and loose:
        return unresolved(program, "who is asked is not kept in this contract", loose)
    ways = [
        (entry, effect_guard(entry, effect), effect.node)
        for entry in program.changing
        if not once_only(program, entry)
        for effect in entry.writes()
        if effect.name in held and effect.change == "="
    ]
    return weakest_way(program, ways)


def admission_guard(program: Program) -> StrObs:
    """Return the guard of the weakest way to add a member to a set that another contract keeps (Guard)."""
    return weakest_way(program, admission_ways(program))


def admission_ways(program: Program) -> list[tuple[Entry, Any, Any]]:
    """Return the ways to add a member to a set that another contract keeps."""
    ways: list[tuple[Entry, Any, Any]] = []
    for entry in program.changing:
        if once_only(program, entry):
            continue
        for effect in entry.effects:
            if effect.kind == "call" and effect.signature and selector_of(effect.signature) in _ADMITS:
                ways.append((entry, effect_guard(entry, effect), effect.node))
    return ways


def content_setter_guard(program: Program) -> StrObs:
    """Return the guard of replacing a pointer to content (Guard); "no-function" when it is fixed."""
    if not any(program.entry(one) is not None or one in program.getters for one in _POINTERS):
        return unsupported(program, NO_POINTER)
    kept = _pointer_names(program)
    supply = supply_names(program)
    ways: list[tuple[Entry, Any, Any]] = []
    for entry in program.changing:
        if once_only(program, entry) or any(e.name in supply and e.change == "+" for e in entry.writes()):
            continue
        for effect in entry.writes():
            if effect.change == "=" and (effect.name in kept or _SETTER.match(entry.name)):
                ways.append((entry, effect_guard(entry, effect), effect.node))
    return weakest_way(program, ways)


def _pointer_names(program: Program) -> frozenset[str]:
    """Return the texts and renderers that the pointers are made of, marks and owners left out."""
    found: set[str] = set()
    for signature in _POINTERS:
        if signature in program.getters:
            found.add(str(program.getters[signature].name))
        entry = program.entry(signature)
        if entry is not None:
            found |= {str(label[1]) for label in entry.summary.result.labels if label[0] == "state"}
    texts = {
        str(variable.name)
        for variable in program.contract.state_variables
        if re.search(r"string|bytes(?!\d)", str(variable.type)) and variable.name not in ("_name", "_symbol")
    }
    return frozenset(found & texts)
