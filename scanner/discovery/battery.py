"""The reads asked of every address that is met: one list for all, so that one level is one batch.

A stranger's contract answers most of them with a revert; that costs nothing in round trips, and what does answer
tells what the contract is (OpenZeppelin Governor, Compound GovernorAlpha/Bravo, Timelock, Safe, ERC-20, proxies).
"""

from __future__ import annotations

from dataclasses import dataclass

from scanner.chain.abi import encode_call, topic
from scanner.chain.interface import AccountRead, CallRead, CodeRead, LogRead, Read, StorageRead
from scanner.model.values import ZERO_ADDRESS

EIP1967_IMPLEMENTATION = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc"
EIP1967_ADMIN = "0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103"
EIP1967_BEACON = "0xa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50"
EIP1822_LOGIC = "0xc5f16f0fcc639fa48a6947836d9850f504798523bf8c9a3a87d5876cf622bcf7"
SAFE_GUARD = "0x4a204f620c8c5ccdca3fd54d003badd85ba500436a431f0cbda4f558c93c34c8"
SAFE_FALLBACK_HANDLER = "0x6c9a6c4a39284e37ed1cf53d337577d14212a4870fb976a4366c693b939918d5"
SAFE_MODULE_GUARD = "0xb104e0b93118902c651344349b610029d694cfdec91c589c91ebafbcd0289947"
SLOT_ZERO = "0x" + "00" * 32

SLOTS: tuple[str, ...] = (
    SLOT_ZERO,
    EIP1967_IMPLEMENTATION,
    EIP1967_ADMIN,
    EIP1967_BEACON,
    EIP1822_LOGIC,
    SAFE_GUARD,
    SAFE_FALLBACK_HANDLER,
    SAFE_MODULE_GUARD,
)

DEFAULT_ADMIN_ROLE = "0x" + "00" * 32
PROPOSER_ROLE = topic("PROPOSER_ROLE")
EXECUTOR_ROLE = topic("EXECUTOR_ROLE")
CANCELLER_ROLE = topic("CANCELLER_ROLE")
TIMELOCK_ADMIN_ROLE = topic("TIMELOCK_ADMIN_ROLE")
MINTER_ROLE = topic("MINTER_ROLE")
PAUSER_ROLE = topic("PAUSER_ROLE")
UPGRADER_ROLE = topic("UPGRADER_ROLE")

SENTINEL = "0x" + "00" * 19 + "01"

GETTERS: tuple[tuple[str, str], ...] = (
    # (signature, output types)
    ("name()", "string"),
    ("version()", "string"),
    ("VERSION()", "string"),
    ("COUNTING_MODE()", "string"),
    ("CLOCK_MODE()", "string"),
    ("clock()", "uint256"),
    ("token()", "address"),
    ("comp()", "address"),
    ("uni()", "address"),
    ("nouns()", "address"),
    ("timelock()", "address"),
    ("executor()", "address"),
    ("treasury()", "address"),
    ("votingDelay()", "uint256"),
    ("votingPeriod()", "uint256"),
    ("proposalThreshold()", "uint256"),
    ("proposalCount()", "uint256"),
    ("quorumNumerator()", "uint256"),
    ("quorumDenominator()", "uint256"),
    ("quorumVotes()", "uint256"),
    ("lateQuorumVoteExtension()", "uint256"),
    ("guardian()", "address"),
    ("vetoer()", "address"),
    ("proposalGuardian()", "address"),
    ("whitelistGuardian()", "address"),
    ("admin()", "address"),
    ("pendingAdmin()", "address"),
    ("implementation()", "address"),
    ("masterCopy()", "address"),
    ("proxiableUUID()", "bytes32"),
    ("owner()", "address"),
    ("pendingOwner()", "address"),
    ("authority()", "address"),
    ("getMinDelay()", "uint256"),
    ("delay()", "uint256"),
    ("GRACE_PERIOD()", "uint256"),
    ("getOwners()", "address[]"),
    ("getThreshold()", "uint256"),
    ("symbol()", "string"),
    ("decimals()", "uint256"),
    ("totalSupply()", "uint256"),
    ("minter()", "address"),
    ("paused()", "bool"),
    ("underlying()", "address"),
    ("daoURI()", "string"),
    ("trustedForwarder()", "address"),
    ("avatar()", "address"),
    ("target()", "address"),
    ("groupId()", "uint256"),
)


@dataclass(frozen=True)
class Probe:
    """One call of the battery: `key` names it in the answers."""

    key: str
    signature: str
    data: str
    outputs: tuple[str, ...]


def _parametrised(block_number: int, timestamp: int) -> tuple[Probe, ...]:
    def probe(key: str, signature: str, arguments: tuple[object, ...], outputs: str) -> Probe:
        return Probe(key, signature, encode_call(signature, arguments), tuple(outputs.split(";")))

    has_role = "hasRole(bytes32,address)"
    return (
        probe("quorum@block", "quorum(uint256)", (block_number - 1 if block_number else 0,), "uint256"),
        probe("quorum@time", "quorum(uint256)", (timestamp - 1,), "uint256"),
        probe("isNFT", "supportsInterface(bytes4)", (bytes.fromhex("80ac58cd"),), "bool"),
        probe("openExecutor", has_role, (bytes.fromhex(EXECUTOR_ROLE[2:]), ZERO_ADDRESS), "bool"),
        probe("modules", "getModulesPaginated(address,uint256)", (SENTINEL, 100), "address[];address"),
    )


def battery(block_number: int, timestamp: int) -> tuple[Probe, ...]:
    """Return every probe, for a pinned block of that number and time."""
    getters = tuple(
        Probe(signature, signature, encode_call(signature, ()), (outputs,)) for signature, outputs in GETTERS
    )
    return getters + _parametrised(block_number, timestamp)


PROPOSAL_CREATED = topic("ProposalCreated(uint256,address,address[],uint256[],string[],bytes[],uint256,uint256,string)")
PROPOSAL_CANCELED = topic("ProposalCanceled(uint256)")
PROPOSAL_QUEUED = topic("ProposalQueued(uint256,uint256)")
PROPOSAL_EXECUTED = topic("ProposalExecuted(uint256)")
VOTE_CAST = topic("VoteCast(address,uint256,uint8,uint256,string)")
VOTE_CAST_PARAMS = topic("VoteCastWithParams(address,uint256,uint8,uint256,string,bytes)")
VOTE_CAST_ALPHA = topic("VoteCast(address,uint256,bool,uint256)")
ROLE_GRANTED = topic("RoleGranted(bytes32,address,address)")
ROLE_REVOKED = topic("RoleRevoked(bytes32,address,address)")
ROLE_ADMIN_CHANGED = topic("RoleAdminChanged(bytes32,bytes32,bytes32)")
UPGRADED = topic("Upgraded(address)")
NEW_IMPLEMENTATION = topic("NewImplementation(address,address)")
ADMIN_CHANGED = topic("AdminChanged(address,address)")
BEACON_UPGRADED = topic("BeaconUpgraded(address)")
UPGRADED_VERSION = topic("Upgraded(string,address)")
PROXY_UPDATED = topic("ProxyUpdated(address,address)")
CHANGED_MASTER_COPY = topic("ChangedMasterCopy(address)")
DIAMOND_CUT = topic("DiamondCut((address,uint8,bytes4[])[],address,bytes)")
SET_APP = topic("SetApp(bytes32,bytes32,address)")
MODULE_PROXY_CREATION = topic("ModuleProxyCreation(address,address)")
UPGRADE_TOPICS = (
    UPGRADED,
    NEW_IMPLEMENTATION,
    ADMIN_CHANGED,
    BEACON_UPGRADED,
    UPGRADED_VERSION,
    PROXY_UPDATED,
    CHANGED_MASTER_COPY,
    DIAMOND_CUT,
    SET_APP,
    MODULE_PROXY_CREATION,
)
"""EIP-1967, ZeppelinOS, Compound's delegators, Polygon, Safe to 1.1, EIP-2535, aragonOS, Zodiac's module factory."""

GROUP_ADMIN_UPDATED = topic("GroupAdminUpdated(uint256,address,address)")
MEMBER_ADDED = topic("MemberAdded(uint256,uint256,uint256,uint256)")
MEMBERS_ADDED = topic("MembersAdded(uint256,uint256,uint256[],uint256)")
MEMBER_REMOVED = topic("MemberRemoved(uint256,uint256,uint256,uint256)")
"""Semaphore (ISemaphoreGroups); the group id is indexed in each."""

TRANSFER = topic("Transfer(address,address,uint256)")
DELEGATE_VOTES_CHANGED = topic("DelegateVotesChanged(address,uint256,uint256)")

PARAMETER_EVENTS: tuple[str, ...] = (
    "VotingDelaySet(uint256,uint256)",
    "VotingPeriodSet(uint256,uint256)",
    "ProposalThresholdSet(uint256,uint256)",
    "QuorumNumeratorUpdated(uint256,uint256)",
    "LateQuorumVoteExtensionSet(uint64,uint64)",
    "MinDelayChange(uint256,uint256)",
)
"""Events that hold a protection's value before and after, in this order (OpenZeppelin Governor and timelock, Bravo)."""

GOVERNANCE_TOPICS: tuple[str, ...] = tuple(
    sorted(
        {
            PROPOSAL_CREATED,
            PROPOSAL_CANCELED,
            PROPOSAL_QUEUED,
            PROPOSAL_EXECUTED,
            VOTE_CAST,
            VOTE_CAST_PARAMS,
            VOTE_CAST_ALPHA,
            ROLE_GRANTED,
            ROLE_REVOKED,
            ROLE_ADMIN_CHANGED,
            *UPGRADE_TOPICS,
            GROUP_ADMIN_UPDATED,
            MEMBER_ADDED,
            MEMBERS_ADDED,
            MEMBER_REMOVED,
            *(topic(event) for event in PARAMETER_EVENTS),
        }
    )
)


def first_reads(address: str, probes: tuple[Probe, ...], topics: tuple[str, ...]) -> tuple[Read, ...]:
    """Return what is asked of an address when it is met: code, account, logs, slots, then the probes, in this order."""
    return (
        CodeRead(address),
        AccountRead(address),
        LogRead(address, (topics,)),
        *(StorageRead(address, slot) for slot in SLOTS),
        *(CallRead(address, probe.data, probe.signature) for probe in probes),
    )
