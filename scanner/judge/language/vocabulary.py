"""Which text fields hold a closed vocabulary: a literal outside of it can never be true and is a load error."""

from __future__ import annotations

from enum import StrEnum

from scanner.model.authenticators import AUTHENTICATION
from scanner.model.holders import HolderBasis, HolderKind
from scanner.model.kinds import (
    GOVERNOR_FAMILIES,
    TIMELOCK_KINDS,
    ActorKind,
    Guard,
    MembershipKind,
    Stage,
    Verification,
    VoteTime,
)
from scanner.model.outcome import Severity


def _all(kind: type[StrEnum], *more: str) -> tuple[str, ...]:
    return tuple(member.value for member in kind) + more


_ACTOR = _all(ActorKind)
_GUARD = _all(Guard)
_STAGE = _all(Stage)
_VOTE_TIME = _all(VoteTime)
_EXIT = ("none", "ragequit", "redeem", "fork")

VOCABULARY: dict[tuple[str, str], tuple[str, ...]] = {
    ("CodeFacts", "analysed_from"): ("source", "bytecode"),
    ("CodeFacts", "vote_weight_time"): _VOTE_TIME,
    ("CodeFacts", "proposal_power_time"): _VOTE_TIME,
    ("CodeFacts", "execution_context"): ("call", "delegatecall", "delegatecall-bound"),
    ("CodeFacts", "mint_guard"): _GUARD,
    ("CodeFacts", "pause_guard"): _GUARD,
    ("CodeFacts", "confiscation_guard"): _GUARD,
    ("CodeFacts", "expulsion_guard"): _GUARD,
    ("CodeFacts", "upgrade_guard"): _GUARD,
    ("CodeFacts", "seizure_guard"): _GUARD,
    ("CodeFacts", "freeze_guard"): _GUARD,
    ("CodeFacts", "fee_guard"): _GUARD,
    ("CodeFacts", "rebase_guard"): _GUARD,
    ("CodeFacts", "gate_switch_guard"): _GUARD,
    ("CodeFacts", "admission_guard"): _GUARD,
    ("CodeFacts", "content_setter_guard"): _GUARD,
    ("CodeFacts", "exit_right"): _EXIT,
    ("CodeFacts", "ballot_secrecy"): ("none", "during-vote", "permanent"),
    ("FunctionFact", "guard"): _GUARD,
    ("Anonymity", "mixer"): _STAGE,
    ("Anonymity", "shielded_pool"): _STAGE,
    ("Anonymity", "stealth_address"): _STAGE,
    ("Anonymity", "zk_membership"): _STAGE,
    ("Anonymity", "private_voting"): _STAGE,
    ("Anonymity", "privacy_coin"): _STAGE,
    ("Anonymity", "message_board"): _STAGE,
    ("Anonymity", "relayer"): _STAGE,
    ("Anonymity", "encrypted_state"): _STAGE,
    ("Anonymity", "screened_pool"): _STAGE,
    ("Anonymity", "sanctions_gate"): _STAGE,
    ("Anonymity", "forwarder"): ("none", "key", "verified-contract", "unverified-contract"),
    ("Content", "scheme"): ("none", "ipfs", "ipns", "arweave", "swarm", "data", "web3", "https", "other"),
    ("Content", "setter_guard"): _GUARD,
    ("Group", "admitted_by"): _ACTOR,
    ("Group", "admission_guard"): _GUARD,
    ("Contract", "verification"): _all(Verification),
    ("Contract", "proxy_kind"): (
        "none",
        "eip1967",
        "eip1967-beacon",
        "eip1822",
        "eip1167",
        "safe",
        "bravo-delegator",
        "aragon-app",
        "aragon-kernel",
        "aragon-pinned",
        "beacon",
        "eip2535",
        "eip7702",
        "eip897",
        "fixed",
        "slot",
        "zeppelinos",
        "unresolved",
    ),
    ("Contract", "upgrade_admin_kind"): _ACTOR,
    ("Upgrade", "what"): ("implementation", "beacon", "facet", "facet-removed", "admin"),
    ("Governor", "family"): GOVERNOR_FAMILIES,
    ("Governor", "kind"): ("token-vote", "nft-vote", "share-vote", "multisig", "unresolved"),
    ("Governor", "clock_mode"): ("blocknumber", "timestamp"),
    ("Governor", "guardian_kind"): _ACTOR,
    ("Governor", "admin_kind"): _ACTOR,
    ("Governor", "authentication"): AUTHENTICATION,
    ("Authenticator", "checks"): AUTHENTICATION,
    ("Timelock", "kind"): TIMELOCK_KINDS,
    ("Timelock", "admin_kind"): _ACTOR,
    ("Token", "kind"): ("erc20votes", "comp", "erc721votes", "vote-escrow", "erc20", "erc721", "unknown"),
    ("Token", "owner_kind"): _ACTOR,
    ("Token", "minter_kind"): _ACTOR,
    ("Token", "pauser_kind"): _ACTOR,
    ("Token", "confiscator_kind"): _ACTOR,
    ("DetectorHit", "impact"): ("high", "medium", "low", "informational", "optimization"),
    ("DetectorHit", "confidence"): ("high", "medium", "low"),
    ("Allowance", "spender_kind"): ("key", "in-scope", "contract"),
    ("Allowance", "replaceable_by"): _ACTOR,
    ("TokenBalance", "standard"): ("erc20", "erc721", "erc1155"),
    ("TopHolder", "kind"): _all(HolderKind),
    ("TopHolder", "basis"): _all(HolderBasis),
    ("TokenPower", "power"): ("mint", "pause", "seize", "freeze", "fee", "rebase", "upgrade"),
    ("TokenPower", "guard"): _GUARD,
    ("TokenPower", "holder_kind"): _ACTOR,
    ("TreasuryAccount", "bypass_actor_kind"): _ACTOR,
    ("Membership", "kind"): _all(MembershipKind),
    ("Membership", "transferable"): ("yes", "no", "conditional"),
    ("Membership", "revocable_by"): ("nobody", "governance", "role", "member-vote", "anyone"),
    ("Membership", "exit_right"): _EXIT,
    ("Membership", "vote_weight"): ("token", "nft", "share", "one-address", "unknown"),
    ("Membership", "delegation"): ("on-chain", "none"),
    ("Membership", "gatekeeper_kind"): _ACTOR,
    ("Membership", "vote_time"): _VOTE_TIME,
    ("ListHit", "status"): ("listed", "formerly-listed"),
    ("Dao", "effective_controller_kind"): _ACTOR,
    ("Dao", "privacy_payout"): _STAGE,
    ("Dao", "anonymous_members"): _STAGE,
    ("Action", "decoded_by"): ("abi", "signature", "table", "raw"),
    ("Action", "beneficiary_kind"): _ACTOR,
    ("Simulation", "path"): ("vote", "executor"),
    ("Proposal", "state"): (
        "Pending",
        "Active",
        "Canceled",
        "Defeated",
        "Succeeded",
        "Queued",
        "Expired",
        "Executed",
    ),
}
"""Keyed by model and field. Fields that are a StrEnum in the model need no entry."""

SEVERITIES = _all(Severity)
STAGES: tuple[str, ...] = _STAGE
