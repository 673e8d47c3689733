"""The closed vocabularies in words, and the shapes that go with them: nothing on a page is told by colour alone."""

from __future__ import annotations

from scanner.model.kinds import ActorKind, Capability, Effect, MembershipKind, Role, Stage, Verification
from scanner.model.observation import Reason
from scanner.model.outcome import Dimension, Relation, ScenarioState, Severity

DIMENSIONS: dict[Dimension, str] = {
    Dimension.CONTROL: "Control",
    Dimension.RESPONSE_TIME: "Time to respond",
    Dimension.CAPTURE: "Capture",
    Dimension.TREASURY: "Treasury",
    Dimension.TOKEN: "Token",
    Dimension.PROPOSALS: "Proposals",
    Dimension.CODE: "Code",
    Dimension.LISTED_EXPOSURE: "Listed exposure",
    Dimension.MEMBERSHIP: "Membership",
    Dimension.ANONYMITY: "Anonymity",
    Dimension.ACCOUNTABILITY: "Accountability",
    Dimension.PROTECTION: "Protection",
}

QUESTIONS: dict[Dimension, str] = {
    Dimension.CONTROL: "Who can change the rules outside a vote?",
    Dimension.RESPONSE_TIME: "How long do members have to react?",
    Dimension.CAPTURE: "What does it take to win a vote?",
    Dimension.TREASURY: "Who can move the assets?",
    Dimension.TOKEN: "Who can create, stop or take voting units?",
    Dimension.PROPOSALS: "What do the proposals do?",
    Dimension.CODE: "What does the deployed code allow?",
    Dimension.LISTED_EXPOSURE: "Does it deal directly with listed addresses?",
    Dimension.MEMBERSHIP: "How does one become a member, and leave?",
    Dimension.ANONYMITY: "Which features unlink people from actions?",
    Dimension.ACCOUNTABILITY: "Who can be reached, and what is published?",
    Dimension.PROTECTION: "What protects members?",
}

SEVERITIES: dict[Severity, tuple[str, str]] = {
    Severity.CRITICAL: ("Critical", "◆"),
    Severity.HIGH: ("High", "▲"),
    Severity.MEDIUM: ("Medium", "■"),
    Severity.LOW: ("Low", "●"),
    Severity.INFO: ("Info", "○"),
}
"""(word, shape)"""

STATES: dict[ScenarioState, tuple[str, str, str]] = {
    ScenarioState.EXERCISED: ("Enabled and exercised", "◆", "The structure allows it and was seen in use."),
    ScenarioState.ENABLED: ("Enabled", "▲", "The structure allows it. No use was seen."),
    ScenarioState.FACILITATED: ("Facilitated", "■", "The structure makes it easier, but lacks a necessary part."),
    ScenarioState.NOT_ASSESSABLE: ("Not assessable", "?", "Contracts and logs cannot show this."),
    ScenarioState.NOT_ENABLED: ("Not enabled", "–", "The parts it needs were looked for and are not there."),
}
"""(word, shape, meaning), strongest first"""

RELATIONS: dict[Relation, str] = {
    Relation.ENABLES: "enables",
    Relation.FACILITATES: "facilitates",
    Relation.MITIGATES: "limits",
}

STAGES: dict[Stage, str] = {
    Stage.ABSENT: "absent",
    Stage.PRESENT: "present in the code",
    Stage.REACHABLE: "reachable",
    Stage.CONFIGURED: "configured",
    Stage.EXERCISED: "used on chain",
}

ACTORS: dict[ActorKind, str] = {
    ActorKind.EOA: "one key (EOA)",
    ActorKind.MULTISIG: "multisig",
    ActorKind.TOKEN_VOTE: "token vote",
    ActorKind.NFT_VOTE: "NFT vote",
    ActorKind.SHARE_VOTE: "share vote",
    ActorKind.ANYONE: "anyone",
    ActorKind.NOBODY: "nobody",
    ActorKind.UNRESOLVED: "not resolved",
}

CAPABILITIES: dict[Capability, str] = {
    Capability.MOVE_FUNDS: "move assets",
    Capability.EXECUTE: "execute calls",
    Capability.PROPOSE: "propose",
    Capability.CANCEL: "cancel",
    Capability.VETO: "veto",
    Capability.UPGRADE: "replace the code",
    Capability.ADMIN: "administer",
    Capability.MINT: "create voting units",
    Capability.PAUSE: "pause",
    Capability.CONFISCATE: "take or freeze units",
    Capability.SET_PARAMETERS: "change parameters",
}

ROLES: dict[Role, str] = {
    Role.ENTRY: "address given",
    Role.GOVERNOR: "governor",
    Role.TIMELOCK: "timelock",
    Role.EXECUTOR: "executor",
    Role.TOKEN: "voting token",
    Role.TREASURY: "treasury",
    Role.SAFE: "Safe",
    Role.MODULE: "module",
    Role.GUARDIAN: "guardian",
    Role.IMPLEMENTATION: "implementation",
    Role.ADMIN: "admin",
    Role.PROPOSAL_TARGET: "proposal target",
    Role.LINKED: "linked",
}

VERIFICATIONS: dict[Verification, str] = {
    Verification.EXACT: "verified: source and metadata match the deployed code",
    Verification.MATCH: "verified: the source matches the deployed code, metadata aside",
    Verification.ASSERTED: "source not compared with the deployed code",
    Verification.OTHER_BYTECODE: "verified, but for other bytecode",
    Verification.NOT_VERIFIED: "not verified: the explorers hold no source",
}

UNVERIFIED_BECAUSE: dict[Reason, str] = {
    Reason.EXPLORER_DOWN: "not known: the explorer was down",
    Reason.NO_SOURCE_PROVIDER: "not known: no explorer was asked",
    Reason.NO_CODE: "no code at this address",
}
"""What an unknown verification means; other reasons are put as everywhere else."""

REASONS: dict[Reason, str] = {
    Reason.NOT_READ: "not read",
    Reason.NO_CODE: "no code at the address",
    Reason.REVERTED: "the call reverted",
    Reason.NOT_SUPPORTED: "not supported by this version",
    Reason.UNDECODABLE: "the answer could not be decoded",
    Reason.NODE_ERROR: "the node failed",
    Reason.STATE_PRUNED: "the node has pruned this state",
    Reason.NO_LOGS: "the node has no logs that far back",
    Reason.LIMIT: "a limit was reached",
    Reason.NOT_VERIFIED: "no verified source",
    Reason.OTHER_BYTECODE: "the source belongs to other bytecode",
    Reason.EXPLORER_DOWN: "the explorer was down",
    Reason.NO_SOURCE_PROVIDER: "no explorer was asked",
    Reason.COMPILER_UNAVAILABLE: "the compiler could not be had",
    Reason.COMPILE_FAILED: "the source did not compile",
    Reason.ANALYSIS_NOT_RUN: "the analysis was not run",
    Reason.ANALYSIS_FAILED: "the analysis failed",
    Reason.UNRESOLVED: "could not be resolved",
    Reason.OFF_CHAIN: "not on the chain; no document was given",
    Reason.NOT_DEPLOYED: "only a deployed contract can tell",
    Reason.NOT_SIMULATED: "not simulated",
    Reason.NO_FORK: "no local fork could be had",
}

MEMBERSHIP: dict[MembershipKind, str] = {
    MembershipKind.OPEN_FREE: "anyone can join without paying",
    MembershipKind.OPEN_PAID: "anyone can join by paying",
    MembershipKind.OPEN_MARKET: "anyone can buy voting units",
    MembershipKind.OPEN_PROOF: "anyone who holds a proof can join",
    MembershipKind.SPONSORED: "a member must sponsor or members must agree",
    MembershipKind.ALLOWLIST: "an allow-list decides",
    MembershipKind.IDENTITY: "an identity check decides",
    MembershipKind.CLOSED_LIST: "a role adds members",
    MembershipKind.HYBRID: "several ways, of different kinds",
    MembershipKind.UNDETERMINED: "could not be determined",
}

EFFECTS: dict[Effect, str] = {
    Effect.NATIVE_TRANSFER: "sends native currency",
    Effect.VALUE_OUT: "sends tokens",
    Effect.APPROVAL: "approves a spender",
    Effect.ROLE: "changes a role or owner",
    Effect.PARAMETER: "changes a parameter",
    Effect.UPGRADE: "replaces code",
    Effect.SUPPLY: "changes the supply",
    Effect.INDIRECTION: "calls through another contract",
    Effect.PAUSE: "pauses or unpauses",
    Effect.MEMBERSHIP: "changes membership",
    Effect.PRIVACY: "uses a privacy system",
    Effect.CONTENT: "publishes text",
    Effect.OTHER: "other call",
    Effect.UNDECODED: "not decoded",
}

TERMS: dict[str, str] = {
    "oz-governor-5": "OpenZeppelin Governor 5",
    "oz-governor-4": "OpenZeppelin Governor 4",
    "governor-alpha": "GovernorAlpha",
    "governor-bravo": "GovernorBravo",
    "compound-timelock": "Compound Timelock",
    "oz-timelock-controller": "OpenZeppelin TimelockController",
    "erc20votes": "ERC-20 with votes (ERC20Votes)",
    "comp": "ERC-20 with votes (COMP-like)",
    "erc721votes": "NFT with votes (ERC721Votes)",
    "erc20": "ERC-20 without votes",
    "erc721": "NFT without votes",
    "unknown": "not recognised",
    "blocknumber": "counts blocks",
    "timestamp": "counts seconds",
    "governance": "a vote on a proposal",
    "role": "the holder of a role",
    "member-vote": "a vote of the members",
    "token": "tokens held",
    "nft": "NFTs held",
    "share": "shares held",
    "one-address": "one vote per address",
    "on-chain": "possible, on chain",
    "conditional": "on conditions",
    "ragequit": "quitting against a payout (ragequit)",
    "redeem": "redeeming units",
    "fork": "leaving with others (fork)",
}
"""Terms of the closed vocabularies without an enumeration; what is not here is shown as it is."""

EVIDENCE_CLASSES: dict[str, str] = {
    "E1": "state read at a block",
    "E2": "bytecode analysis",
    "E3": "verified source",
    "E4": "event and transaction history",
    "E5": "published document",
    "E6": "assertion by the operator",
    "E7": "third-party list, dated",
    "E8": "inference",
}
"""Classes of the evidence behind a finding, strongest kinds of fact first; a finding names the weakest that it uses."""

CHAINS: dict[int, tuple[str, str]] = {
    1: ("Ethereum", "ETH"),
    10: ("OP Mainnet", "ETH"),
    56: ("BNB Smart Chain", "BNB"),
    100: ("Gnosis", "xDAI"),
    137: ("Polygon", "POL"),
    8453: ("Base", "ETH"),
    31337: ("Local chain", "ETH"),
    42161: ("Arbitrum One", "ETH"),
    43114: ("Avalanche C-Chain", "AVAX"),
    59144: ("Linea", "ETH"),
    534352: ("Scroll", "ETH"),
    11155111: ("Sepolia", "ETH"),
}
"""(name, native currency) of chains by EIP-155 id"""


def chain_name(chain_id: int) -> str:
    """Return the chain's name with its id."""
    known = CHAINS.get(chain_id)
    return f"{known[0]} (chain {chain_id})" if known else f"chain {chain_id}"


def native_symbol(chain_id: int) -> str:
    """Return the symbol of the chain's own currency, or a plain word where it is not listed."""
    known = CHAINS.get(chain_id)
    return known[1] if known else "native units"


def looked_up(table: dict[str, str], key: str) -> str:
    """Return the words for `key`, or `key` itself where a newer vocabulary holds more."""
    return table.get(key, key)


def by_value(table: dict[ActorKind, str] | dict[MembershipKind, str] | dict[Stage, str], key: str) -> str:
    """Return the words for a vocabulary value that an observation holds as text."""
    for member, words in table.items():
        if member.value == key:
            return words
    return key
