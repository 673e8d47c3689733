"""What a call does: functions of the field with their effect, who gains by them and how much."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from scanner.chain.abi import selector
from scanner.content import rules_dir
from scanner.model.kinds import Effect
from scanner.model.values import ZERO_ADDRESS
from scanner.proposals.wrappers import WRAPPERS


@dataclass(frozen=True)
class Meaning:
    """The effect of a function. `beneficiary`, `amount` and `asset` are argument positions, -1 for none.

    Without an `asset` the target is the asset; with one the target pays out of its own holdings, or out of its caller's
    where it is `pulled`.
    """

    effect: Effect
    beneficiary: int = -1
    amount: int = -1
    asset: int = -1
    pulled: bool = False


@dataclass(frozen=True)
class Parameter:
    """A setter that weakens a protection when it lowers the value that `getter` of the same contract returns.

    `value` is the argument that is set, `keys` are those that the getter takes. `event` holds the value before and
    after once it was called; empty where there is none. `otherwise` returns the same where there is no `getter`.
    """

    getter: str
    event: str = ""
    value: int = 0
    keys: tuple[int, ...] = ()
    otherwise: str = ""
    member: int = -1
    """Where the argument is a structure, which of its members is set."""

    def new(self, values: Sequence[Any]) -> int:
        """Return what a call with these arguments sets."""
        value = values[self.value]
        return int(value if self.member < 0 else value[self.member])


_RUNS = Meaning(Effect.INDIRECTION)
_PLANS = "(address,uint256,uint256,uint256,uint256)[]"
_VESTING = f"batchVestingPlans(address,address,uint256,{_PLANS},uint256,address,bool,uint8)"
_LOCKING = f"batchLockingPlans(address,address,uint256,{_PLANS},uint256,uint8)"

MEANINGS: Mapping[str, Meaning] = {
    "transfer(address,uint256)": Meaning(Effect.VALUE_OUT, 0, 1),
    "transferFrom(address,address,uint256)": Meaning(Effect.VALUE_OUT, 1, 2),
    "safeTransferFrom(address,address,uint256)": Meaning(Effect.VALUE_OUT, 1),
    # A wallet that holds tokens, such as Arbitrum's FixedDelegateErc20Wallet: token, receiver, amount.
    "transfer(address,address,uint256)": Meaning(Effect.VALUE_OUT, 1, 2, 0),
    # Hedgey's BatchPlanner takes the tokens from its caller and puts them into vesting or locked plans.
    _VESTING: Meaning(Effect.VALUE_OUT, -1, 2, 1, pulled=True),
    _LOCKING: Meaning(Effect.VALUE_OUT, -1, 2, 1, pulled=True),
    "sendValue(address,uint256)": Meaning(Effect.VALUE_OUT, 0, 1),
    "withdrawTo(address,uint256)": Meaning(Effect.VALUE_OUT, 0, 1),
    "sweep(address,address)": Meaning(Effect.VALUE_OUT, 1),
    "safeTransferFrom(address,address,uint256,bytes)": Meaning(Effect.VALUE_OUT, 1),
    "safeTransferFrom(address,address,uint256,uint256,bytes)": Meaning(Effect.VALUE_OUT, 1),
    "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)": Meaning(Effect.VALUE_OUT, 1),
    "createStream(address,uint256,address,uint256,uint256)": Meaning(Effect.VALUE_OUT, 0, 1, 2, pulled=True),
    "withdraw(address,uint256)": Meaning(Effect.VALUE_OUT, 0, 1),
    "transferETH(address,uint256)": Meaning(Effect.VALUE_OUT, 0, 1),
    "sendETH(address,uint256)": Meaning(Effect.VALUE_OUT, 0, 1),
    "rescueTokens(address,address,uint256)": Meaning(Effect.VALUE_OUT, 1, 2, 0),
    "approve(address,uint256)": Meaning(Effect.APPROVAL, 0, 1),
    "increaseAllowance(address,uint256)": Meaning(Effect.APPROVAL, 0, 1),
    "setApprovalForAll(address,bool)": Meaning(Effect.APPROVAL, 0),
    "approve(address,address,uint160,uint48)": Meaning(Effect.APPROVAL, 1, 2, 0),
    "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)": Meaning(Effect.APPROVAL, 1, 2),
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
    "_setVetoer(address)": Meaning(Effect.ROLE, 0),
    "updateVetoer(address)": Meaning(Effect.ROLE, 0),
    "setWhitelistGuardian(address)": Meaning(Effect.ROLE, 0),
    "_setWhitelistGuardian(address)": Meaning(Effect.ROLE, 0),
    "setGuardian(address)": Meaning(Effect.ROLE, 0),
    "setGovernor(address)": Meaning(Effect.ROLE, 0),
    "setGovernance(address)": Meaning(Effect.ROLE, 0),
    "setPendingGovernor(address)": Meaning(Effect.ROLE, 0),
    "setPendingOwner(address)": Meaning(Effect.ROLE, 0),
    "nominateNewOwner(address)": Meaning(Effect.ROLE, 0),
    "updateTimelock(address)": Meaning(Effect.ROLE, 0),
    "updateAuthority(address,address)": Meaning(Effect.ROLE, 1),
    "kiss(address)": Meaning(Effect.ROLE, 0),
    "setTrustedForwarder(address)": Meaning(Effect.ROLE, 0),
    "setRootRole(address,bool)": Meaning(Effect.ROLE, 0),
    # Aragon: on which contract, to whom, which permission.
    "grant(address,address,bytes32)": Meaning(Effect.ROLE, 1),
    "grantWithCondition(address,address,bytes32,address)": Meaning(Effect.ROLE, 1),
    "revoke(address,address,bytes32)": Meaning(Effect.ROLE),
    # Aragon's first generation: to whom, on which app, which role; Finance pays out of its vault.
    "grantPermission(address,address,bytes32)": Meaning(Effect.ROLE, 0),
    "grantPermissionP(address,address,bytes32,uint256[])": Meaning(Effect.ROLE, 0),
    "createPermission(address,address,bytes32,address)": Meaning(Effect.ROLE, 0),
    "setPermissionManager(address,address,bytes32)": Meaning(Effect.ROLE, 0),
    "revokePermission(address,address,bytes32)": Meaning(Effect.ROLE),
    "setDesignatedSigner(address)": Meaning(Effect.ROLE, 0),
    "setApp(bytes32,bytes32,address)": Meaning(Effect.UPGRADE, 2),
    "newImmediatePayment(address,address,uint256,string)": Meaning(Effect.VALUE_OUT, 1, 2, 0),
    "newScheduledPayment(address,address,uint256,uint64,uint64,uint64,string)": Meaning(Effect.VALUE_OUT, 1, 2, 0),
    "updateMultisigSettings((bool,uint16))": Meaning(Effect.PARAMETER),
    "renounceRole(bytes32,address)": Meaning(Effect.ROLE),
    "burnVetoer()": Meaning(Effect.ROLE),
    "_burnVetoPower()": Meaning(Effect.ROLE),
    "setGuard(address)": Meaning(Effect.ROLE, 0),
    "setModuleGuard(address)": Meaning(Effect.ROLE, 0),
    "setFallbackHandler(address)": Meaning(Effect.ROLE, 0),
    "removeOwner(address,address,uint256)": Meaning(Effect.ROLE),
    "disableModule(address,address)": Meaning(Effect.ROLE),
    "mint(address,uint256)": Meaning(Effect.SUPPLY, 0, 1),
    "mint(address)": Meaning(Effect.SUPPLY, 0),
    "safeMint(address)": Meaning(Effect.SUPPLY, 0),
    "upgradeTo(address)": Meaning(Effect.UPGRADE, 0),
    "upgradeToAndCall(address,bytes)": Meaning(Effect.UPGRADE, 0),
    "upgrade(address,address)": Meaning(Effect.UPGRADE, 1),
    "upgradeAndCall(address,address,bytes)": Meaning(Effect.UPGRADE, 1),
    "_setImplementation(address)": Meaning(Effect.UPGRADE, 0),
    "setImplementation(address)": Meaning(Effect.UPGRADE, 0),
    "changeImplementation(address)": Meaning(Effect.UPGRADE, 0),
    "setMasterCopy(address)": Meaning(Effect.UPGRADE, 0),
    "setBeacon(address)": Meaning(Effect.UPGRADE, 0),
    # Acts upon members: frozen, removed, or their units taken.
    "jailMember(address)": Meaning(Effect.MEMBERSHIP),
    "ragekick(address)": Meaning(Effect.MEMBERSHIP),
    "submitGuildKickProposal(address,string)": Meaning(Effect.MEMBERSHIP),
    "burnShares(address[],uint256[])": Meaning(Effect.MEMBERSHIP),
    "burnLoot(address[],uint256[])": Meaning(Effect.MEMBERSHIP),
    "forcedTransfer(address,address,uint256)": Meaning(Effect.MEMBERSHIP),
    "setAddressFrozen(address,bool)": Meaning(Effect.MEMBERSHIP),
    "freezePartialTokens(address,uint256)": Meaning(Effect.MEMBERSHIP),
    "blacklist(address)": Meaning(Effect.MEMBERSHIP),
    "addBlackList(address)": Meaning(Effect.MEMBERSHIP),
    "freeze(address)": Meaning(Effect.MEMBERSHIP),
    "expel(address)": Meaning(Effect.MEMBERSHIP),
    # Arbitrum's governance actions: contracts whose one function makes the change, run by an UpgradeExecutor.
    "perform()": _RUNS,
    "perform(address)": _RUNS,
    # Functions of Safes and member lists that run any call; the list files them under membership.
    "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)": _RUNS,
    "execTransactionFromModule(address,uint256,bytes,uint8)": _RUNS,
    "execTransactionFromModuleReturnData(address,uint256,bytes,uint8)": _RUNS,
    "execute(bytes32,(address,uint256,bytes)[],uint256)": _RUNS,
    "executeAsBaal(address,uint256,bytes)": _RUNS,
    # Moloch: carries out what was voted on where no token moves (shares, loot, a member put out, a token admitted).
    "processProposal(uint256)": Meaning(Effect.MEMBERSHIP),
    "processGuildKickProposal(uint256)": Meaning(Effect.MEMBERSHIP),
    "processWhitelistProposal(uint256)": Meaning(Effect.PARAMETER),
    # Baal: each row of the arguments is a call of its own, which tells the effect.
    "mintShares(address[],uint256[])": _RUNS,
    "mintLoot(address[],uint256[])": _RUNS,
    "setShamans(address[],uint256[])": _RUNS,
    # Proposals that are contracts: what a spell, a payload of Aave's or a proposal of Tornado's shape does is its code.
    "execute()": _RUNS,
    "executeProposal()": _RUNS,
    # Factories: what they make with CREATE2 stands in the arguments.
    "deploy(bytes,bytes32)": _RUNS,
    "deploy(bytes32,bytes)": _RUNS,
    "deploy(uint256,bytes32,bytes)": _RUNS,
    "safeCreate2(bytes32,bytes)": _RUNS,
    # Arbitrum's AIP-1.1 target: sets the flag that says that the proposal passed.
    "effectuate()": Meaning(Effect.PARAMETER),
}
"""Functions whose arguments say who gains, and some that no list has; the categories of the list cover the rest."""

PROTECTIONS: Mapping[str, Parameter] = {
    "setVotingDelay(uint48)": Parameter("votingDelay()", "VotingDelaySet(uint256,uint256)"),
    "setVotingDelay(uint256)": Parameter(
        "votingDelay()", "VotingDelaySet(uint256,uint256)", otherwise="getVotingDelay()"
    ),
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
    "setDelay(uint256)": Parameter("delay()", otherwise="getDelay()"),
    "_setQuorumVotesBPS(uint256)": Parameter("quorumVotesBPS()"),
    "updateSuperQuorumNumerator(uint256)": Parameter("superQuorumNumerator()"),
    "setTargetAdminDelay(address,uint32)": Parameter("getTargetAdminDelay(address)", value=1, keys=(0,)),
    "setGrantDelay(uint64,uint32)": Parameter("getRoleGrantDelay(uint64)", value=1, keys=(0,)),
    # Azorius and its strategies
    "updateTimelockPeriod(uint32)": Parameter("timelockPeriod()"),
    "updateVotingPeriod(uint32)": Parameter("votingPeriod()"),
    "updateRequiredProposerWeight(uint256)": Parameter("requiredProposerWeight()"),
    "changeMinAcceptQuorumPct(uint64)": Parameter("minAcceptQuorumPct()"),
    "changeSupportRequiredPct(uint64)": Parameter("supportRequiredPct()"),
    # Safe, and Zodiac's Delay and Reality modules
    "changeThreshold(uint256)": Parameter("getThreshold()"),
    "setTxCooldown(uint256)": Parameter("txCooldown()"),
    "setQuestionTimeout(uint32)": Parameter("questionTimeout()"),
    "setQuestionCooldown(uint32)": Parameter("questionCooldown()"),
    "setMinimumBond(uint256)": Parameter("minimumBond()"),
}

SETTINGS: Mapping[str, tuple[Parameter, ...]] = {
    # Aragon OSx: mode, support, participation, duration, power to propose.
    "updateVotingSettings((uint8,uint32,uint32,uint64,uint256))": (
        Parameter("supportThreshold()", member=1),
        Parameter("minParticipation()", member=2),
        Parameter("minDuration()", member=3),
        Parameter("minProposerVotingPower()", member=4),
    ),
}
"""Setters of several protections at once."""


def protections_of(signature: str) -> tuple[Parameter, ...]:
    """Return the protections that a function sets."""
    one = PROTECTIONS.get(signature)
    return SETTINGS.get(signature, ()) if one is None else (one,)


GUARDIAN_SETTERS = frozenset(
    {
        "setProposalGuardian(address)", "setVetoer(address)", "_setVetoer(address)", "updateVetoer(address)",
        "setGuardian(address)", "setWhitelistGuardian(address)", "_setWhitelistGuardian(address)",
        "setGuard(address)", "setModuleGuard(address)",
    }
)  # fmt: skip
"""Name who may stop a call: to set zero is to remove them."""

GUARDIAN_REMOVALS = frozenset({"burnVetoer()", "_burnVetoPower()"})
ROLE_REMOVALS = frozenset({"revokeRole(bytes32,address)", "renounceRole(bytes32,address)"})
"""Remove a guardian where the role is the right to cancel."""

_REMOVE_FACET = 2

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
    "comms.onchain": Effect.CONTENT,
    "acct.eip4824": Effect.CONTENT,
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
    for signature in (*MEANINGS, *PROTECTIONS, *SETTINGS, *WRAPPERS):
        table.setdefault(selector(signature), (signature, ""))
    return table


@cache
def meaning_of(signature: str) -> Meaning:
    """Return what a function does by its signature; `other` for one that the tables do not know."""
    if signature in MEANINGS:
        return MEANINGS[signature]
    if protections_of(signature):
        return Meaning(Effect.PARAMETER)
    row = signature_table().get(selector(signature))
    if row is not None and row[0] == signature and row[1] in _CATEGORY_EFFECTS:
        return Meaning(_CATEGORY_EFFECTS[row[1]])
    if signature in WRAPPERS:
        return Meaning(Effect.INDIRECTION)
    return Meaning(Effect.OTHER)


def new_code(signature: str, values: Sequence[Any]) -> tuple[str, ...]:
    """Return the addresses whose code an upgrade puts in place: one, or the facets of a diamond (EIP-2535)."""
    if signature.startswith("diamondCut("):
        facets = [str(facet) for facet, action, _ in values[0] if int(action) != _REMOVE_FACET]
        return tuple(dict.fromkeys(one for one in (*facets, str(values[1])) if one != ZERO_ADDRESS))
    meaning = meaning_of(signature)
    if meaning.effect is Effect.UPGRADE and 0 <= meaning.beneficiary < len(values):
        return (str(values[meaning.beneficiary]),)
    return ()
