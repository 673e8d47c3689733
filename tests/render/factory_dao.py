"""A made-up DAO for the tests of the pages: every kind of fact, known and unknown, is there at least once."""

from __future__ import annotations

from typing import Any

from scanner.model.blank import all_unknown
from scanner.model.code import CodeFacts
from scanner.model.contracts import Anonymity, Contract, Governor, Safe, Timelock, Token
from scanner.model.controls import Control, Holder
from scanner.model.dao import Membership, TokenBalance, TreasuryAccount
from scanner.model.evidence import (
    AccountEvidence,
    BlockEvidence,
    CallEvidence,
    CodeEvidence,
    DocumentEvidence,
    Evidence,
    LogEvidence,
    LogSetEvidence,
    SourceEvidence,
    StorageEvidence,
)
from scanner.model.holders import HolderBasis, TopHolder
from scanner.model.kinds import ActorKind, Capability, Role
from scanner.model.observation import Collection, Known, Reason, Unknown

CHAIN = 31337
NUMBER = 20_123_456
BLOCK_HASH = "0x" + "b1" * 32
TIME = 1_790_000_000
AT: dict[str, Any] = {"chain_id": CHAIN, "block_number": NUMBER, "block_hash": BLOCK_HASH}


def address(number: int) -> str:
    return "0x" + f"{number * 0x9E3779B97F4A7C15F39CC0605CEDC835:040x}"[-40:]


GOVERNOR, TIMELOCK, TOKEN, SAFE, VAULT, OLD_VAULT, MODULE, MINTER, GUARDIAN, DEPLOYER, OWNER_A, OWNER_B = (
    address(number) for number in range(1, 13)
)
OWNERS = (OWNER_A, OWNER_B, address(13), address(14), address(15))
ZERO = "0x" + "00" * 20
SOURCE_ID = "5a" * 32
SOURCE = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

contract Vault {
    address public owner;

    modifier onlyOwner() {
        require(msg.sender == owner, "not owner");
        _;
    }

    /// Sends assets wherever the owner says.
    function sweep(address to, uint256 amount) external onlyOwner {
        (bool ok, ) = to.call{value: amount}("");
        require(ok, "failed");
    }
}
"""


def call(to: str, data: str, result: str, signature: str = "") -> CallEvidence:
    return CallEvidence(**AT, address=to, data=data, result=result, signature=signature)


def word(value: int) -> str:
    return f"0x{value:064x}"


CALL = call(GOVERNOR, "0x3932abb1", word(7200), "votingDelay()")
STORAGE = StorageEvidence(**AT, address=VAULT, slot=word(0), value=word(int(DEPLOYER, 16)))
PROVEN = StorageEvidence(
    **AT, address=VAULT, slot=word(1), value=word(1), account_proof=("0xf901",), storage_proof=("0xe1",)
)
LOG = LogEvidence(
    **AT,
    address=TOKEN,
    transaction_hash="0x" + "7e" * 32,
    log_index=4,
    topics=("0x" + "dd" * 32, word(0)),
    data=word(10**24),
)
LOGS = LogSetEvidence(
    **AT,
    address=TOKEN,
    topics=(("0x" + "dd" * 32,),),
    from_block=19_000_000,
    to_block=NUMBER,
    count=4211,
    digest="0x" + "0d" * 32,
)
CODE = CodeEvidence(**AT, address=VAULT, codehash="0x" + "c0" * 32)
ACCOUNT = AccountEvidence(**AT, address=SAFE, balance_wei=1234 * 10**18, nonce=17)
HEADER = BlockEvidence(**AT, timestamp=TIME)
DOCUMENT = DocumentEvidence(**AT, uri="ipfs://bafybeigdyrzt/dao.json", sha256="0x" + "5d" * 32)


def source_lines(file_sha256: str, first: int = 13, last: int = 16) -> SourceEvidence:
    return SourceEvidence(
        **AT,
        address=VAULT,
        source_id=SOURCE_ID,
        file="src/Vault.sol",
        first_line=first,
        last_line=last,
        file_sha256=file_sha256,
    )


def known(value: Any, *evidence: Evidence, derivation: str = "") -> Known[Any]:
    return Known(value=value, evidence=evidence or (CALL,), derivation=derivation)


def unknown(reason: Reason, detail: str = "") -> Unknown:
    return Unknown(reason=reason, detail=detail)


def whole(*items: Any) -> Collection[Any]:
    return Collection(items=items, complete=True)


def partial(reason: str, *items: Any) -> Collection[Any]:
    return Collection(items=items, complete=False, reason=reason)


def holder(at: str, kind: ActorKind, label: str = "") -> Holder:
    return Holder(address=at, kind=kind, label=label, evidence=(CALL,))


def governor() -> Governor:
    return all_unknown(
        Governor,
        Reason.NOT_READ,
        "not asked",
        chain_id=CHAIN,
        address=GOVERNOR,
        family=known("oz-governor-5"),
        kind=known("token-vote"),
        name=known("MeridianGovernor"),
        version=known("1"),
        token=known(TOKEN),
        timelock=known(TIMELOCK),
        executor=known(TIMELOCK),
        clock_mode=known("blocknumber"),
        voting_delay=known(7200),
        voting_delay_seconds=known(86400, CALL, HEADER, derivation="7,200 blocks of 12.0 s, from two headers"),
        voting_period=known(50400),
        voting_period_seconds=known(604800),
        proposal_threshold_votes=known(100_000 * 10**18),
        proposal_threshold_bps=known(100),
        quorum_votes=known(400_000 * 10**18),
        quorum_bps=known(400),
        late_quorum_extension=known(0),
        has_timelock=known(True),
        execution_delay_seconds=known(172800),
        guardian=known(GUARDIAN),
        guardian_kind=known("eoa"),
        admin=known(ZERO),
        admin_kind=known("nobody"),
        pending_admin=unknown(Reason.NOT_SUPPORTED, "this family has no pending admin"),
        delegated_votes=known(2_750_000 * 10**18 + 1, LOGS),
        delegated_bps=known(2750, LOGS),
        top_delegate_bps=known(1190, LOGS),
        delegates_for_quorum=known(1, LOGS),
        days_since_last_proposal=known(12),
        evidence=(CALL,),
    )


def timelock() -> Timelock:
    return Timelock(
        chain_id=CHAIN,
        address=TIMELOCK,
        kind=known("oz-timelock-controller"),
        min_delay_seconds=known(172800),
        grace_period_seconds=unknown(Reason.NOT_SUPPORTED, "TimelockController has none"),
        admin=known(ZERO),
        admin_kind=known("nobody"),
        pending_admin=unknown(Reason.NOT_SUPPORTED),
        proposers=whole(holder(GOVERNOR, ActorKind.TOKEN_VOTE, "Governor")),
        executors=whole(holder(ZERO, ActorKind.ANYONE, "anyone")),
        cancellers=whole(holder(GUARDIAN, ActorKind.EOA)),
        admins=partial("role logs before block 19,000,000 were not served"),
        open_executor=known(True),
        proposer_outside_vote=known(False),
        admin_outside_vote=unknown(Reason.NO_LOGS, "role logs before block 19,000,000 were not served"),
    )


def token() -> Token:
    return Token(
        chain_id=CHAIN,
        address=TOKEN,
        kind=known("erc20votes"),
        name=known("Meridian"),
        symbol=known("MRD"),
        decimals=known(18),
        total_supply=known(10_000_000 * 10**18),
        owner=known(MINTER),
        owner_kind=known("eoa"),
        minters=whole(holder(MINTER, ActorKind.EOA)),
        minter_kind=known("eoa"),
        pauser_kind=known("nobody"),
        confiscator_kind=unknown(Reason.ANALYSIS_FAILED, "the code analysis ran out of time"),
        transferable=known(True),
        holders=known(4211, LOGS),
        top_holder_bps=known(2310, LOGS),
        top10_holders_bps=known(7125, LOGS),
        top_holders=whole(
            top_holder(TIMELOCK, 2310, "timelock", HolderBasis.PART, in_scope=True, treasury=True),
            top_holder(address(31), 1840, "pool", HolderBasis.CHECKED),
            top_holder(address(32), 905, "vault", HolderBasis.ANSWERS),
            top_holder(address(33), 400, "", HolderBasis.NONE, claims="pool"),
        ),
        top_accounts=known(6, LOGS),
        top_accounts_bps=known(1670, LOGS),
        paused=known(False),
    )


def top_holder(at: str, bps: int, kind: str, basis: HolderBasis, **more: Any) -> TopHolder:
    facts: dict[str, Any] = {"claims": "", "label": "", "in_scope": False, "treasury": False, **more}
    nothing = unknown(Reason.UNRESOLVED, "it claims to be a pool; nothing else confirms it")
    return TopHolder(
        address=at,
        units=known(bps * 10**21),
        share_bps=known(bps),
        kind=known(kind) if kind else nothing,
        basis=known(basis.value),
        evidence=(CALL,),
        **facts,
    )


def safe() -> Safe:
    return Safe(
        chain_id=CHAIN,
        address=SAFE,
        version=known("1.4.1"),
        owners=whole(*(holder(owner, ActorKind.EOA) for owner in OWNERS)),
        owner_count=known(5),
        threshold=known(3),
        threshold_bps=known(6000),
        modules=whole(holder(MODULE, ActorKind.UNRESOLVED, "module without source")),
        module_count=known(1),
        unverified_module_count=known(1),
        guard=known(ZERO),
        module_guard=unknown(Reason.NOT_SUPPORTED, "module guards begin with 1.5.0"),
        fallback_handler=known(address(20)),
    )


def contract(at: str, label: str, *roles: Role, **facts: Any) -> Contract:
    given: dict[str, Any] = {
        "name": known(label),
        "codehash": known("0x" + at[2:] + "00" * 12, CODE),
        "code_size_bytes": known(11_204),
        "verification": known("exact"),
        "source_id": known(SOURCE_ID),
        "compiler": known("0.8.28"),
        "proxy_kind": known("none"),
        "upgrade_admin": known(ZERO),
        "upgrade_admin_kind": known("nobody"),
        **facts,
    }
    return all_unknown(
        Contract,
        Reason.NOT_READ,
        "",
        chain_id=CHAIN,
        address=at,
        roles=roles,
        linked_from=("governor.timelock()",),
        label=label,
        code=all_unknown(CodeFacts, Reason.ANALYSIS_NOT_RUN),
        anonymity=all_unknown(Anonymity, Reason.NOT_VERIFIED),
        **given,
    )


def contracts() -> Collection[Contract]:
    no_name = unknown(Reason.NOT_VERIFIED)
    return partial(
        "the module's own links could not be followed",
        contract(GOVERNOR, "MeridianGovernor", Role.ENTRY, Role.GOVERNOR),
        contract(TIMELOCK, "TimelockController", Role.TIMELOCK, Role.EXECUTOR, verification=known("match")),
        contract(TOKEN, "MeridianToken", Role.TOKEN, verification=known("asserted")),
        contract(SAFE, "Safe 3 of 5", Role.SAFE, Role.TREASURY, proxy_kind=known("safe")),
        contract(VAULT, "Vault", Role.TREASURY, upgrade_admin=known(DEPLOYER), upgrade_admin_kind=known("eoa")),
        contract(OLD_VAULT, "Old vault", Role.TREASURY, verification=known("other-bytecode"), name=no_name),
        contract(MODULE, "Module", Role.MODULE, verification=known("not-verified"), name=no_name),
        contract(
            address(20),
            "Fallback handler",
            Role.LINKED,
            verification=unknown(Reason.EXPLORER_DOWN, "HTTP 503 three times"),
            name=unknown(Reason.EXPLORER_DOWN),
        ),
    )


def control(actor: str, kind: ActorKind, capability: Capability, on: tuple[str, str], **facts: Any) -> Control:
    given: dict[str, Any] = {
        "actor_label": "",
        "path": ("calls it directly",),
        "delay_seconds": known(0),
        "bypasses_vote": known(not kind.is_vote),
        "signers_needed": known(1),
        "guard": known("onlyOwner"),
        "evidence": (STORAGE, CALL),
        **facts,
    }
    return Control(actor=actor, actor_kind=kind, capability=capability, contract=on[0], contract_label=on[1], **given)


def controls() -> Collection[Control]:
    vote: dict[str, Any] = {
        "actor_label": "MRD holders",
        "path": ("token vote in MeridianGovernor", "queued in TimelockController", "executed by anyone"),
        "delay_seconds": known(172800),
        "signers_needed": unknown(Reason.NOT_SUPPORTED, "a vote"),
        "guard": known("onlyRole(PROPOSER_ROLE)"),
    }
    multisig: dict[str, Any] = {"actor_label": "Safe 3 of 5", "signers_needed": known(3), "guard": known("threshold")}
    return partial(
        "the module's owner could not be found",
        control(GOVERNOR, ActorKind.TOKEN_VOTE, Capability.EXECUTE, (TIMELOCK, "TimelockController"), **vote),
        control(GOVERNOR, ActorKind.TOKEN_VOTE, Capability.MOVE_FUNDS, (VAULT, "Vault"), **vote),
        control(MINTER, ActorKind.EOA, Capability.MINT, (TOKEN, "MeridianToken")),
        control(DEPLOYER, ActorKind.EOA, Capability.UPGRADE, (VAULT, "Vault"), guard=known("ProxyAdmin owner")),
        control(DEPLOYER, ActorKind.EOA, Capability.MOVE_FUNDS, (VAULT, "Vault")),
        control(SAFE, ActorKind.MULTISIG, Capability.MOVE_FUNDS, (SAFE, "Safe 3 of 5"), **multisig),
        control(
            MODULE,
            ActorKind.UNRESOLVED,
            Capability.MOVE_FUNDS,
            (SAFE, "Safe 3 of 5"),
            actor_label="module without source",
            path=("enabled module", "execTransactionFromModule"),
            delay_seconds=unknown(Reason.UNRESOLVED, "the module's code is not known"),
            bypasses_vote=unknown(Reason.UNRESOLVED, "the module's code is not known"),
            signers_needed=unknown(Reason.UNRESOLVED),
            guard=unknown(Reason.NOT_VERIFIED),
        ),
        control(GUARDIAN, ActorKind.EOA, Capability.CANCEL, (TIMELOCK, "TimelockController")),
        control(ZERO, ActorKind.ANYONE, Capability.PROPOSE, (GOVERNOR, "MeridianGovernor"), guard=known("threshold")),
    )


def treasury() -> Collection[TreasuryAccount]:
    balance = TokenBalance(token=TOKEN, symbol=known("MRD"), decimals=known(18), balance=known(1_250_000 * 10**18))
    dollars = TokenBalance(token=address(30), symbol=known("USDC"), decimals=known(6), balance=known(2_345_678_901_234))
    odd = TokenBalance(
        token=address(31),
        symbol=unknown(Reason.REVERTED),
        decimals=unknown(Reason.REVERTED),
        balance=known(2**255 + 12345),
    )
    return whole(
        TreasuryAccount(
            chain_id=CHAIN,
            address=SAFE,
            label="Safe 3 of 5",
            native_balance_wei=known(1234 * 10**18 + 567 * 10**15, ACCOUNT),
            tokens=whole(balance, dollars),
            bypass_vote=known(True),
            bypass_actor_kind=known("multisig"),
            bypass_signers=known(3),
            bypass_seconds=known(0),
            fastest_seconds=known(0),
            vote_delay_seconds=unknown(Reason.UNRESOLVED, "no path from the vote to this account was found"),
        ),
        TreasuryAccount(
            chain_id=CHAIN,
            address=VAULT,
            label="Vault",
            native_balance_wei=known(88 * 10**18),
            tokens=partial("only tokens named in the manifest were asked", odd),
            bypass_vote=known(True),
            bypass_actor_kind=known("eoa"),
            bypass_signers=known(1),
            bypass_seconds=known(0),
            fastest_seconds=known(0),
            vote_delay_seconds=known(172800),
        ),
        TreasuryAccount(
            chain_id=CHAIN,
            address=OLD_VAULT,
            label="Old vault",
            native_balance_wei=unknown(Reason.NODE_ERROR, "time-out"),
            tokens=partial("not read"),
            bypass_vote=unknown(Reason.OTHER_BYTECODE),
            bypass_actor_kind=unknown(Reason.OTHER_BYTECODE),
            bypass_signers=unknown(Reason.OTHER_BYTECODE),
            fastest_seconds=unknown(Reason.OTHER_BYTECODE),
            vote_delay_seconds=unknown(Reason.OTHER_BYTECODE),
        ),
    )


def membership() -> Membership:
    return Membership(
        kind=known("OPEN-MARKET", CALL, LOGS),
        paths=known(("buying or being given MRD and delegating it",)),
        transferable=known("yes"),
        revocable_by=known("nobody"),
        exit_right=known("none"),
        sybil_gate=known(False),
        identity_gate=known(False),
        sanctions_gate=unknown(Reason.ANALYSIS_FAILED, "the code analysis ran out of time"),
        vote_weight=known("token"),
        delegation=known("on-chain"),
        member_count=known(4211, LOGS),
        anonymous_set=known(False),
        gatekeeper_kind=known("anyone"),
    )
