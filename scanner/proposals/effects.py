"""What a call does: functions of the field with their effect, who gains by them and how much."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from scanner.chain.abi import selector
from scanner.content import rules_dir
from scanner.model.kinds import Effect


@dataclass(frozen=True)
class Meaning:
    """The effect of a function. `beneficiary`, `amount` are argument positions, -1 for none."""

    effect: Effect
    beneficiary: int = -1
    amount: int = -1
    asset: int = -1


@dataclass(frozen=True)
class Parameter:
    """A setter that weakens a protection when it lowers the value that `getter` of the same contract returns.

    `event` holds the value before and after once it was called; empty where there is none.
    """

    getter: str
    event: str = ""


MEANINGS: Mapping[str, Meaning] = {
    "transfer(address,uint256)": Meaning(Effect.VALUE_OUT, 0, 1),
    "transferFrom(address,address,uint256)": Meaning(Effect.VALUE_OUT, 1, 2),
    "safeTransferFrom(address,address,uint256)": Meaning(Effect.VALUE_OUT, 1),
    "sendValue(address,uint256)": Meaning(Effect.VALUE_OUT, 0, 1),
    "withdrawTo(address,uint256)": Meaning(Effect.VALUE_OUT, 0, 1),
    "sweep(address,address)": Meaning(Effect.VALUE_OUT, 1),
    "rescueTokens(address,address,uint256)": Meaning(Effect.VALUE_OUT, 1, 2, 0),
    "approve(address,uint256)": Meaning(Effect.APPROVAL, 0, 1),
    "increaseAllowance(address,uint256)": Meaning(Effect.APPROVAL, 0, 1),
    "setApprovalForAll(address,bool)": Meaning(Effect.APPROVAL, 0),
    "approve(address,address,uint160,uint48)": Meaning(Effect.APPROVAL, 1, 2, 0),
    "grantRole(bytes32,address)": Meaning(Effect.ROLE, 1),
    "grantRole(uint64,address,uint32)": Meaning(Effect.ROLE, 1),
    "transferOwnership(address)": Meaning(Effect.ROLE, 0),
    "setOwner(address)": Meaning(Effect.ROLE, 0),
    "setAdmin(address)": Meaning(Effect.ROLE, 0),
    "changeAdmin(address)": Meaning(Effect.ROLE, 0),
    "setPendingAdmin(address)": Meaning(Effect.ROLE, 0),
    "_setPendingAdmin(address)": Meaning(Effect.ROLE, 0),
    "setMinter(address)": Meaning(Effect.ROLE, 0),
    "addMinter(address)": Meaning(Effect.ROLE, 0),
    "setAuthority(address)": Meaning(Effect.ROLE, 0),
    "rely(address)": Meaning(Effect.ROLE, 0),
    "enableModule(address)": Meaning(Effect.ROLE, 0),
    "addOwnerWithThreshold(address,uint256)": Meaning(Effect.ROLE, 0),
    "swapOwner(address,address,address)": Meaning(Effect.ROLE, 2),
    "setProposalGuardian(address)": Meaning(Effect.ROLE, 0),
    "setVetoer(address)": Meaning(Effect.ROLE, 0),
    "mint(address,uint256)": Meaning(Effect.SUPPLY, 0, 1),
    "mint(address)": Meaning(Effect.SUPPLY, 0),
    "upgradeTo(address)": Meaning(Effect.UPGRADE, 0),
    "upgradeToAndCall(address,bytes)": Meaning(Effect.UPGRADE, 0),
    "upgrade(address,address)": Meaning(Effect.UPGRADE, 1),
    "upgradeAndCall(address,address,bytes)": Meaning(Effect.UPGRADE, 1),
    "_setImplementation(address)": Meaning(Effect.UPGRADE, 0),
    "setImplementation(address)": Meaning(Effect.UPGRADE, 0),
}
"""Functions whose arguments say who gains; the categories of the signature list cover the rest."""

PROTECTIONS: Mapping[str, Parameter] = {
    "setVotingDelay(uint48)": Parameter("votingDelay()", "VotingDelaySet(uint256,uint256)"),
    "setVotingDelay(uint256)": Parameter("votingDelay()", "VotingDelaySet(uint256,uint256)"),
    "_setVotingDelay(uint256)": Parameter("votingDelay()", "VotingDelaySet(uint256,uint256)"),
    "setVotingPeriod(uint32)": Parameter("votingPeriod()", "VotingPeriodSet(uint256,uint256)"),
    "setVotingPeriod(uint256)": Parameter("votingPeriod()", "VotingPeriodSet(uint256,uint256)"),
    "_setVotingPeriod(uint256)": Parameter("votingPeriod()", "VotingPeriodSet(uint256,uint256)"),
    "setProposalThreshold(uint256)": Parameter("proposalThreshold()", "ProposalThresholdSet(uint256,uint256)"),
    "_setProposalThreshold(uint256)": Parameter("proposalThreshold()", "ProposalThresholdSet(uint256,uint256)"),
    "updateQuorumNumerator(uint256)": Parameter("quorumNumerator()", "QuorumNumeratorUpdated(uint256,uint256)"),
    "setLateQuorumVoteExtension(uint48)": Parameter(
        "lateQuorumVoteExtension()", "LateQuorumVoteExtensionSet(uint64,uint64)"
    ),
    "updateDelay(uint256)": Parameter("getMinDelay()", "MinDelayChange(uint256,uint256)"),
    "setDelay(uint256)": Parameter("delay()"),
}

_CATEGORY_EFFECTS: Mapping[str, Effect] = {
    "action.role": Effect.ROLE,
    "action.param": Effect.PARAMETER,
    "action.upgrade": Effect.UPGRADE,
    "action.transfer": Effect.VALUE_OUT,
    "action.approve": Effect.APPROVAL,
    "action.mint": Effect.SUPPLY,
    "action.indirect": Effect.INDIRECTION,
    "action.kill": Effect.PAUSE,
    "content.uri": Effect.CONTENT,
    "anon.mixer": Effect.PRIVACY,
    "anon.shielded_pool": Effect.PRIVACY,
    "anon.stealth": Effect.PRIVACY,
    "member.gated": Effect.MEMBERSHIP,
    "member.roles": Effect.MEMBERSHIP,
}

UNLIMITED = 2**255


@cache
def signature_table() -> Mapping[str, tuple[str, str]]:
    """Return selector -> (signature, category) from the packaged list; action categories win over others."""
    document = json.loads((rules_dir() / "data" / "signatures.json").read_text("utf-8"))
    rows = document if isinstance(document, list) else document["entries"]
    table: dict[str, tuple[str, str]] = {}
    for row in rows:
        if row["kind"] != "function":
            continue
        key = row["hash"].lower()
        if key not in table or (row["category"].startswith("action.") and not table[key][1].startswith("action.")):
            table[key] = (row["signature"], row["category"])
    for signature in (*MEANINGS, *PROTECTIONS):
        table.setdefault(selector(signature), (signature, ""))
    return table


def meaning_of(signature: str) -> Meaning:
    """Return what a function does by its signature; `other` for one that the tables do not know."""
    if signature in MEANINGS:
        return MEANINGS[signature]
    if signature in PROTECTIONS:
        return Meaning(Effect.PARAMETER)
    row = signature_table().get(selector(signature))
    if row is not None and row[0] == signature and row[1] in _CATEGORY_EFFECTS:
        return Meaning(_CATEGORY_EFFECTS[row[1]])
    return Meaning(Effect.OTHER)
