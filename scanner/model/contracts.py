"""The contracts of a DAO by what they are to it."""

from __future__ import annotations

from pydantic import Field

from scanner.model.authenticators import Authenticator
from scanner.model.code import CodeFacts
from scanner.model.controls import Holder
from scanner.model.evidence import Evidence
from scanner.model.features import Content
from scanner.model.holders import TopHolder
from scanner.model.kinds import Role
from scanner.model.later import NOT_KEPT
from scanner.model.observation import AddressObs, BoolObs, Collection, IntObs, NamesObs, StrObs
from scanner.model.offchain import NO_PRICE
from scanner.model.oracle_module import OracleModule
from scanner.model.powers import TokenPower
from scanner.model.role_modifier import RoleModifier
from scanner.model.upgrades import LayoutChange, Upgrade
from scanner.model.values import Address, Int, Model


class Entity(Model):
    """Something that has an address on a chain."""

    chain_id: Int
    address: Address


class Anonymity(Model):
    """Per feature the stage it reaches at this contract (Stage); unknown where the code could not be read."""

    mixer: StrObs
    shielded_pool: StrObs
    stealth_address: StrObs
    zk_membership: StrObs
    private_voting: StrObs
    privacy_coin: StrObs = Field(description="the contract is a wrapped privacy coin or a bridge to a private ledger")
    message_board: StrObs
    relayer: StrObs = Field(description="ERC-2771 trusted forwarder")
    encrypted_state: StrObs = Field(default=NOT_KEPT, description="balances or votes are kept encrypted (FHE types)")
    screened_pool: StrObs = Field(
        default=NOT_KEPT, description="a pool that publishes which deposits it accepts, or refuses listed ones"
    )
    sanctions_gate: StrObs = Field(default=NOT_KEPT, description="asks a sanctions list; configured once a list is set")
    forwarder: StrObs = Field(
        default=NOT_KEPT,
        description="what a trusted forwarder is: none, key, verified-contract or unverified-contract",
    )
    use_count: IntObs = Field(description="logs that show use of these features at this contract")


class StorageCollision(Model):
    """A slot that proxy and implementation both use for something of their own."""

    slot: Int
    proxy_variable: str = Field(description="label and type")
    implementation_variable: str = Field(description="label and type")
    initializer: bool = Field(description="the implementation keeps there whether it was initialized")
    evidence: tuple[Evidence, ...]


class Contract(Entity):
    """A contract in scope."""

    roles: tuple[Role, ...]
    linked_from: tuple[str, ...] = Field(description="how it was found, in words")
    name: StrObs = Field(description="contract name in the verified source")
    label: str = Field(description="name to show: source name, else what it is, else the address")
    codehash: StrObs
    code_size_bytes: IntObs
    verification: StrObs = Field(description="exact, match, asserted, other-bytecode or not-verified (Verification)")
    source_id: StrObs = Field(description="digest of the source bundle in this snapshot")
    compiler: StrObs
    proxy_kind: StrObs = Field(
        description="none, a pattern (docs/proxies.md), or unresolved: it hands calls on, and none explains how"
    )
    implementation: AddressObs
    upgrade_admin: AddressObs = Field(description="who can replace the implementation; zero for nobody")
    upgrade_admin_kind: StrObs = Field(description="an ActorKind; nobody when the code cannot be replaced")
    upgrade_delay_seconds: IntObs
    allowances_from: IntObs = Field(
        default=NOT_KEPT, description="accounts that let it take tokens now; counted where its code can be replaced"
    )
    storage_collisions: Collection[StorageCollision] = Field(description="of a proxy with its implementation")
    upgrades: Collection[Upgrade] = Field(
        default=Collection[Upgrade](items=(), complete=False, reason=NOT_KEPT.detail),
        description="logged changes of its code and of who may change it, newest first; the installation included",
    )
    upgrade_count: IntObs = Field(
        default=NOT_KEPT, description="times that its code was replaced, by its logs; the installation is not counted"
    )
    days_since_upgrade: IntObs = Field(
        default=NOT_KEPT, description="days since its code was set last, by its logs; the installation counts"
    )
    layout_changes: Collection[LayoutChange] = Field(
        default=Collection[LayoutChange](items=(), complete=False, reason=NOT_KEPT.detail),
        description="places in storage that the latest upgrades gave another name or type",
    )
    code: CodeFacts
    set_aside_texts: tuple[str, ...] = Field(
        default=(), description="results of detectors that do not count, each with the reason, in one sentence"
    )
    contradicted: NamesObs = Field(
        default=NOT_KEPT, description="functions and views of which calls show that they admit others than they say"
    )
    anonymity: Anonymity
    content: Content = Content()


class Governor(Entity):
    """A contract that turns votes into calls."""

    family: StrObs = Field(description="the family of governors it is of (docs/families.md), or unknown")
    kind: StrObs = Field(description="token-vote, nft-vote, share-vote, multisig or unresolved (ActorKind)")
    name: StrObs
    version: StrObs
    token: AddressObs
    timelock: AddressObs
    executor: AddressObs = Field(description="the address that makes the calls: the timelock, or the governor itself")
    clock_mode: StrObs = Field(description="blocknumber or timestamp (ERC-6372)")
    voting_delay: IntObs = Field(description="in the governor's own clock")
    voting_delay_seconds: IntObs
    voting_period: IntObs = Field(description="in the governor's own clock")
    voting_period_seconds: IntObs
    proposal_threshold_votes: IntObs = Field(description="in the token's smallest unit")
    proposal_threshold_bps: IntObs = Field(
        description="share of total supply, in hundredths of a percent, rounded down"
    )
    quorum_votes: IntObs = Field(description="in the token's smallest unit, for a proposal made at the pinned block")
    quorum_bps: IntObs = Field(description="share of total supply, rounded down")
    late_quorum_extension: IntObs = Field(description="in the governor's own clock; 0 when there is none")
    has_timelock: BoolObs
    decides_early: BoolObs = Field(
        default=NOT_KEPT, description="a vote that cannot be lost any more takes effect before its time is over"
    )
    execution_delay_seconds: IntObs = Field(description="shortest time between a passed vote and its execution")
    guardian: AddressObs = Field(description="guardian, vetoer or proposal guardian; zero for none")
    guardian_kind: StrObs = Field(description="an ActorKind; nobody when there is none")
    guardian_until: IntObs = Field(
        default=NOT_KEPT, description="when the guardian's right ends, seconds since 1970; 0 where it has no end"
    )
    admin: AddressObs = Field(
        description="Bravo admin or owner; the governor's executor counts as itself; zero for none"
    )
    admin_kind: StrObs = Field(description="an ActorKind")
    pending_admin: AddressObs
    delegated_votes: IntObs = Field(description="votes held by delegates at the pinned block")
    delegated_bps: IntObs = Field(description="delegated votes as a share of total supply")
    top_delegate_bps: IntObs = Field(description="the largest delegate's share of total supply")
    delegates_for_quorum: IntObs = Field(description="fewest delegates who together reach the quorum")
    days_since_last_proposal: IntObs
    delegates_for_majority: IntObs = Field(
        default=NOT_KEPT, description="fewest delegates who together hold more than half of the delegated votes"
    )
    delegates_to_pass: IntObs = Field(
        default=NOT_KEPT,
        description="fewest delegates who reach the quorum and outvote everybody else who voted in 90 days",
    )
    majority_votes: IntObs = Field(
        default=NOT_KEPT, description="more than half of the delegated votes, in the token's smallest unit"
    )
    majority_bps: IntObs = Field(default=NOT_KEPT, description="the same as a share of total supply")
    active_voters: IntObs = Field(default=NOT_KEPT, description="accounts that voted in the last 90 days")
    active_votes: IntObs = Field(default=NOT_KEPT, description="votes that those accounts hold at the pinned block")
    active_bps: IntObs = Field(default=NOT_KEPT, description="active votes as a share of total supply")
    active_majority_votes: IntObs = Field(default=NOT_KEPT, description="more than half of the active votes")
    active_majority_bps: IntObs = Field(default=NOT_KEPT, description="the same as a share of total supply")
    quorum_gap_votes: IntObs = Field(
        default=NOT_KEPT, description="votes that the active ones lack of the quorum; 0 when they reach it"
    )
    quorum_gap_bps: IntObs = Field(default=NOT_KEPT, description="the same as a share of total supply")
    threshold_cost: IntObs = Field(
        default=NO_PRICE, description="of the votes needed to propose, in hundredths of the currency that was given"
    )
    quorum_cost: IntObs = Field(default=NO_PRICE, description="of the quorum, in the same unit")
    majority_cost: IntObs = Field(
        default=NO_PRICE, description="of more than half of the delegated votes, in the same unit"
    )
    active_majority_cost: IntObs = Field(
        default=NO_PRICE, description="of more than half of the active votes, in the same unit"
    )
    authenticators: Collection[Authenticator] = Field(
        default=Collection[Authenticator](items=(), complete=False, reason=NOT_KEPT.detail),
        description="contracts that it believes about who votes; empty where voters call it themselves",
    )
    authentication: StrObs = Field(
        default=NOT_KEPT, description="what the weakest of them checks: anyone, sender or signature"
    )
    evidence: tuple[Evidence, ...]


class Timelock(Entity):
    """A contract that delays calls."""

    kind: StrObs = Field(description="what kind of timelock it is (docs/families.md), or unknown")
    min_delay_seconds: IntObs
    grace_period_seconds: IntObs
    admin: AddressObs = Field(description="Compound Timelock admin, or zero where roles govern")
    admin_kind: StrObs
    pending_admin: AddressObs
    proposers: Collection[Holder]
    executors: Collection[Holder]
    cancellers: Collection[Holder]
    admins: Collection[Holder] = Field(
        description="holders of DEFAULT_ADMIN / TIMELOCK_ADMIN, the timelock itself left out"
    )
    open_executor: BoolObs = Field(description="EXECUTOR_ROLE is held by the zero address: anyone executes")
    proposer_outside_vote: BoolObs = Field(description="someone who is no governor can schedule")
    admin_outside_vote: BoolObs = Field(
        description="someone who is neither governor nor the timelock administers roles"
    )


class Token(Entity):
    """The token that carries voting power."""

    kind: StrObs = Field(description="erc20votes, comp, erc721votes, vote-escrow, erc20, erc721 or unknown")
    name: StrObs
    symbol: StrObs
    decimals: IntObs
    total_supply: IntObs
    owner: AddressObs
    owner_kind: StrObs
    minters: Collection[Holder]
    minter_kind: StrObs = Field(
        description="the weakest ActorKind that can create units now; nobody when supply is fixed"
    )
    pauser_kind: StrObs
    confiscator_kind: StrObs
    transferable: BoolObs
    holders: IntObs
    top_holder_bps: IntObs = Field(description="largest holder's share of supply; treasuries in scope left out")
    top10_holders_bps: IntObs
    top_holders: Collection[TopHolder] = Field(
        default=Collection[TopHolder](items=(), complete=False, reason=NOT_KEPT.detail),
        description="contracts among the ten largest balances, largest first; accounts without code are only counted",
    )
    top_accounts: IntObs = Field(
        default=NOT_KEPT, description="accounts without code among the ten largest balances: never listed"
    )
    top_accounts_bps: IntObs = Field(default=NOT_KEPT, description="what these hold together, as a share of supply")
    pool_bps: IntObs = Field(
        default=NOT_KEPT,
        description="share of supply that lies in pools among the ten largest balances; unknown while one of the "
        "contracts among them is",
    )
    locked_bps: IntObs = Field(
        default=NOT_KEPT, description="the same of vote escrows, staking contracts and vesting contracts"
    )
    exchange_bps: IntObs = Field(
        default=NOT_KEPT,
        description="the same of exchanges and custodians; unknown while an account without code is among the ten, "
        "since it may be one's",
    )
    top_contract_unknown_bps: IntObs = Field(
        default=NOT_KEPT,
        description="share of supply of those contracts among the ten largest balances of which nothing but their own "
        "word, or nothing, tells what they are",
    )
    paused: BoolObs
    powers: Collection[TokenPower] = Field(
        default=Collection[TokenPower](items=(), complete=False, reason=NOT_KEPT.detail),
        description="every power over the units, whether somebody holds it or not",
    )
    power_texts: tuple[str, ...] = Field(default=(), description="each power that somebody holds, in one sentence")


class Safe(Entity):
    """A Safe (Gnosis Safe) multisignature wallet."""

    version: StrObs
    owners: Collection[Holder]
    owner_count: IntObs
    threshold: IntObs
    threshold_bps: IntObs = Field(description="threshold / owners in hundredths of a percent, rounded down")
    modules: Collection[Holder]
    module_count: IntObs
    unverified_module_count: IntObs
    guard: AddressObs
    module_guard: AddressObs
    fallback_handler: AddressObs
    oracle_modules: Collection[OracleModule] = Field(
        default=Collection[OracleModule](items=(), complete=False, reason=NOT_KEPT.detail),
        description="enabled modules that execute what an oracle answers (Zodiac, Reality.eth)",
    )
    role_modifiers: Collection[RoleModifier] = Field(
        default=Collection[RoleModifier](items=(), complete=False, reason=NOT_KEPT.detail),
        description="modifiers by which members of roles make it act within what their roles allow (Zodiac)",
    )
