"""Proposals and what they do."""

from __future__ import annotations

from pydantic import Field

from scanner.model.evidence import Evidence
from scanner.model.kinds import Effect
from scanner.model.observation import AddressObs, BoolObs, IntObs, StrObs
from scanner.model.values import Address, HexBytes, Int, Model


class Argument(Model):
    """One decoded argument; long values are kept whole here and shortened on the page."""

    name: str
    type: str
    value: str


class Action(Model):
    """One call that a proposal makes, or one that such a call makes in turn.

    A fact here without evidence of its own is read off the proposal's event alone, which the proposal holds once.
    """

    index: Int
    inside: str = Field(description="the calls around an inner one: action 2 → multiSend 3; empty for an outer one")
    chain: str = Field(description="where it runs, in words; empty for the scanned chain")
    target: Address
    target_label: str
    value_wei: Int
    calldata: HexBytes = Field(description="selector and arguments as the target receives them")
    selector: HexBytes = Field(description="empty for a plain transfer")
    function: StrObs = Field(description="signature, e.g. transfer(address,uint256)")
    decoded_by: str = Field(description="abi, signature, table or raw")
    arguments: tuple[Argument, ...]
    effect: Effect
    target_has_code: BoolObs
    target_verified: BoolObs
    target_in_scope: bool = Field(description="the target is one of the DAO's own contracts")
    delegatecall: BoolObs = Field(description="the code of the target runs in the DAO's own storage")
    beneficiary: AddressObs = Field(description="who gains value, a role or a right; zero for nobody")
    beneficiary_kind: StrObs = Field(description="an ActorKind")
    beneficiary_fresh: BoolObs = Field(description="an account with nonce 0, balance 0 and no code at the pinned block")
    treasury_share_bps: IntObs = Field(description="amount moved as a share of what the treasury holds of it")
    unlimited_approval: BoolObs
    lowers_protection: BoolObs = Field(description="a parameter change that shortens, lowers or removes a protection")
    privacy_destination: BoolObs = Field(
        description="target or beneficiary is a mixer, shielded pool or stealth system"
    )


class Proposal(Model):
    """One proposal of one governor."""

    id: str
    governor: Address
    proposer: Address
    description: str
    created_block: Int
    created_at: IntObs = Field(description="seconds since 1970")
    vote_start: Int = Field(description="in the governor's own clock")
    vote_end: Int = Field(description="in the governor's own clock")
    state: StrObs = Field(description="Pending, Active, Canceled, Defeated, Succeeded, Queued, Expired or Executed")
    eta: IntObs = Field(description="seconds since 1970; 0 when not queued")
    executed_at: IntObs = Field(description="seconds since 1970; 0 when not executed")
    for_votes: IntObs
    against_votes: IntObs
    abstain_votes: IntObs
    voters: IntObs = Field(description="accounts that voted; an aggregate")
    top_voter_bps: IntObs = Field(description="largest voter's share of the votes for")
    turnout_bps: IntObs = Field(description="all votes cast as a share of total supply")
    quorum_votes: IntObs
    seconds_to_execution: IntObs = Field(description="from creation to execution; unknown: not executed")
    votes_moved_at_end: BoolObs = Field(description="over half of the votes for came in the last tenth of the period")
    action_count: Int = Field(description="calls of the proposal itself, without the calls inside them")
    effect_count: Int = Field(description="different kinds of effect")
    actions: tuple[Action, ...] = Field(description="the proposal's own calls in order, then the calls inside them")
    text_length: Int = Field(description="characters of the description without the proposer suffix")
    text_hidden_characters: bool = Field(description="bidirectional or zero-width control characters")
    twin_of: StrObs = Field(description="id of an earlier proposal with the same text and other calls; empty for none")
    proposer_is_beneficiary: BoolObs
    dormant_before_days: IntObs = Field(description="days without a proposal before this one")
    evidence: tuple[Evidence, ...]
