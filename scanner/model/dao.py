"""The DAO as a whole: treasury, membership, accountability, listed exposure."""

from __future__ import annotations

from pydantic import Field

from scanner.model.accountability import Accountability
from scanner.model.allowances import Allowance
from scanner.model.answers import NO_ANSWERS, Answer
from scanner.model.contracts import Entity
from scanner.model.features import Group
from scanner.model.later import NOT_KEPT
from scanner.model.lists import Counterparty, ListHit, ListUsed, WatchHit
from scanner.model.observation import BoolObs, Collection, IntObs, NamesObs, StrObs
from scanner.model.offchain import NO_PRICE, NO_SPACE, Price, SnapshotSpace
from scanner.model.values import Address, Int, Model


class TokenBalance(Model):
    """A treasury's balance of one token, in its smallest unit."""

    token: Address
    symbol: StrObs
    decimals: IntObs
    balance: IntObs
    standard: StrObs = Field(
        default=NOT_KEPT,
        description="erc20, erc721 or erc1155, by the form of its transfers; erc721 counts pieces, erc1155 units",
    )
    token_id: str = Field(default="", description="id within an erc1155 token, a decimal number; empty otherwise")
    privacy_label: StrObs = Field(
        default=NOT_KEPT, description="label of a wrapped privacy coin in the address list; empty for other tokens"
    )


class TreasuryAccount(Entity):
    """An address that holds assets for the DAO."""

    label: str
    native_balance_wei: IntObs
    tokens: Collection[TokenBalance]
    bypass_vote: BoolObs = Field(description="an actor that is no vote can move its assets")
    bypass_actor_kind: StrObs = Field(description="weakest such actor (ActorKind); nobody when there is none")
    bypass_signers: IntObs = Field(description="fewest keys that can move assets without a vote; unknown if undecided")
    bypass_seconds: IntObs = Field(
        default=NOT_KEPT, description="shortest delay of those paths without a vote that need the fewest keys"
    )
    fastest_seconds: IntObs = Field(
        description="shortest delay of any path that moves its assets, voting time left out"
    )
    vote_delay_seconds: IntObs = Field(
        description="delay between a passed vote and the assets moving; shortest such path"
    )
    allowances: Collection[Allowance] = Field(
        default=Collection[Allowance](items=(), complete=False, reason=NOT_KEPT.detail),
        description="what it lets others take, as the tokens say",
    )
    priced_worth: IntObs = Field(
        default=NO_PRICE, description="of the assets for which a price was given, in hundredths of its currency"
    )
    stealth_payments: IntObs = Field(
        default=NOT_KEPT, description="announcements of stealth payments by this account (ERC-5564)"
    )
    privacy_transfers: IntObs = Field(
        default=NOT_KEPT,
        description="token transfers between this account and labelled pools, mixers or private bridges",
    )


class Membership(Model):
    """How one becomes a member and leaves: domain section 3."""

    kind: StrObs = Field(description="a MembershipKind")
    paths: NamesObs = Field(description="every way to voting power that was found, in words")
    transferable: StrObs = Field(description="yes, no or conditional")
    revocable_by: StrObs = Field(description="nobody, governance, role, member-vote or anyone")
    exit_right: StrObs = Field(description="none, ragequit, redeem or fork")
    sybil_gate: BoolObs
    identity_gate: BoolObs
    sanctions_gate: BoolObs
    vote_weight: StrObs = Field(description="token, nft, share, one-address or unknown")
    delegation: StrObs = Field(description="on-chain or none")
    member_count: IntObs = Field(description="holders of voting units, or listed members; an aggregate")
    anonymous_set: BoolObs = Field(description="members prove membership without showing which member they are")
    gatekeeper_kind: StrObs = Field(
        description="ActorKind that admits members; anyone when open; nobody when closed for good"
    )
    framework: StrObs = Field(
        default=NOT_KEPT, description="known framework of membership, by its functions; empty for none"
    )
    divisible: BoolObs = Field(default=NOT_KEPT, description="voting units can be split")
    vote_time: StrObs = Field(
        default=NOT_KEPT, description="when the weight of a vote is read (VoteTime); the weakest governor counts"
    )
    groups: Collection[Group] = Field(
        default=Collection[Group](items=(), complete=False, reason=NOT_KEPT.detail),
        description="sets whose members prove that they belong without being named",
    )


class Dao(Entity):
    """Facts about the whole."""

    governor_count: IntObs
    contract_count: IntObs
    unverified_core_count: IntObs = Field(
        description="governors, timelocks, tokens, treasuries and their code without source"
    )
    unresolved_control_count: IntObs
    effective_controller_kind: StrObs = Field(
        description="weakest ActorKind that can move funds or change rules without a vote; nobody when only votes can"
    )
    dao_uri: StrObs = Field(description="EIP-4824 daoURI; empty when the function exists and returns nothing")
    legal_document: BoolObs = Field(description="a legal document or wrapper is evidenced; off-chain, else unknown")
    contact: BoolObs = Field(description="a contact is evidenced; off-chain, else unknown")
    immutable: BoolObs = Field(description="no contract in scope can be replaced and no parameter be changed")
    privacy_payout: StrObs = Field(
        description="strongest stage of mixer, shielded pool or stealth address on a payout path"
    )
    anonymous_members: StrObs = Field(description="strongest stage of anonymous set membership")
    list_count: Int = Field(description="editions of address lists the user gave")
    listed: Collection[ListHit]
    prices: tuple[Price, ...] = Field(default=(), description="prices that the user stated")
    spaces: Collection[SnapshotSpace] = Field(
        default=Collection[SnapshotSpace](items=(), complete=False, reason=NO_SPACE),
        description="spaces of Snapshot that the user named",
    )
    lists: tuple[ListUsed, ...] = Field(default=(), description="each edition of a list that was compared")
    listed_texts: tuple[str, ...] = Field(default=(), description="each hit on a list in one sentence")
    watch_count: Int = Field(default=0, description="identifiers on the user's own watch lists")
    watched: Collection[WatchHit] = Collection[WatchHit](items=(), complete=False, reason="no watch list was given")
    watched_texts: tuple[str, ...] = Field(default=(), description="each hit on a watch list in one sentence")
    counterparties: Collection[Counterparty] = Collection[Counterparty](
        items=(), complete=False, reason="this snapshot keeps no counterparties"
    )
    sanctions_oracle: str = Field(
        default="", description="address of the sanctions oracle that is known on this chain; empty when none is"
    )
    accountability: Accountability = Accountability()
    answers: Collection[Answer] = Field(
        default=NO_ANSWERS,
        description="who gets at the treasury, how fast, at what cost; who mints, stops, seizes",
    )
