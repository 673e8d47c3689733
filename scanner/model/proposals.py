"""Proposals and what they do."""

from __future__ import annotations

from pydantic import Field

from scanner.model.evidence import Evidence
from scanner.model.kinds import Effect
from scanner.model.observation import AddressObs, BoolObs, IntObs, Known, Reason, StrObs, Unknown
from scanner.model.oracle_question import OracleQuestion
from scanner.model.values import Address, HexBytes, Int, Model

NOT_LOOKED_AT = Unknown(reason=Reason.NOT_READ, detail="not looked at when this snapshot was taken")


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
    calldata_left_out: Int = Field(default=0, description="bytes at the end of the calldata that are not kept here")
    like_this: Int = Field(default=1, description="calls that this one stands for, where there are too many to keep")
    value_before: IntObs = Field(default=NOT_LOOKED_AT, description="of a parameter that is set: now, or before it was")
    value_after: IntObs = Field(default=NOT_LOOKED_AT, description="what a parameter is set to")
    disables_protection: BoolObs = Field(
        default=NOT_LOOKED_AT, description="sets a delay, period, quorum or threshold to zero"
    )
    removes_guardian: BoolObs = Field(
        default=NOT_LOOKED_AT, description="leaves nobody, or one fewer, who may cancel or veto"
    )
    beneficiary_in_scope: BoolObs = Field(
        default=NOT_LOOKED_AT, description="who gains is one of the DAO's own contracts, or nobody"
    )
    beneficiary_has_code: BoolObs = Field(
        default=NOT_LOOKED_AT, description="a contract gains, or becomes the new code"
    )
    beneficiary_verified: BoolObs = Field(
        default=NOT_LOOKED_AT, description="the contract that gains, or becomes the new code, has verified source"
    )
    beneficiary_controller: AddressObs = Field(
        default=NOT_LOOKED_AT, description="owner or admin that the gaining contract names; zero for none"
    )
    beneficiary_named: BoolObs = Field(default=NOT_LOOKED_AT, description="the text names the address that gains")
    target_named: BoolObs = Field(default=NOT_LOOKED_AT, description="the text names the address that is called")
    function_named: BoolObs = Field(default=NOT_LOOKED_AT, description="the text names the function")
    amount_named: BoolObs = Field(default=NOT_LOOKED_AT, description="the text names the amount, in whole units or raw")
    unsaid: BoolObs = Field(
        default=NOT_LOOKED_AT, description="the text names neither who gains, nor the function, nor what is called"
    )
    lookalike_of: AddressObs = Field(
        default=NOT_LOOKED_AT,
        description="another address that the gaining or called one can be taken for; zero for none",
    )
    code_replaceable: BoolObs = Field(
        default=NOT_LOOKED_AT,
        description="what runs (target or new code) can be destroyed, or replaced by someone other than a vote",
    )
    approval_share_bps: IntObs = Field(
        default=NOT_LOOKED_AT, description="amount approved as a share of what the approving account holds"
    )
    supply_share_bps: IntObs = Field(default=NOT_LOOKED_AT, description="units created as a share of all units")


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
    description_left_out: Int = Field(default=0, description="characters at the end of the text that are not kept here")
    event_confirmed: BoolObs = Field(
        default=NOT_LOOKED_AT, description="the governor's state knows these calls under this id"
    )
    text_mixed_scripts: BoolObs = Field(
        default=NOT_LOOKED_AT, description="a word mixes Latin with Cyrillic or Greek letters that look the same"
    )
    text_links: IntObs = Field(default=NOT_LOOKED_AT, description="different links in the text; none is followed")
    text_content_ids: IntObs = Field(default=NOT_LOOKED_AT, description="different content ids and hashes in the text")
    text_points_elsewhere: BoolObs = Field(
        default=NOT_LOOKED_AT, description="besides links, content ids and hashes the text has next to nothing"
    )
    text_references: tuple[tuple[str, str], ...] = Field(
        default=(), description="(kind, what stands there): links, content ids and hashes, the first of them"
    )
    text_addresses: IntObs = Field(default=NOT_LOOKED_AT, description="different addresses that the text names")
    text_addresses_unused: IntObs = Field(
        default=NOT_LOOKED_AT, description="addresses that the text names and no call has"
    )
    text_functions_unused: IntObs = Field(
        default=NOT_LOOKED_AT, description="functions that the text names with their arguments and no call makes"
    )
    text_names_others: BoolObs = Field(
        default=NOT_LOOKED_AT, description="the text names addresses, but no account that gains by the calls"
    )
    treasury_total_bps: IntObs = Field(
        default=NOT_LOOKED_AT,
        description="largest share of one asset that all calls together move to accounts outside the DAO",
    )
    companion_of: StrObs = Field(
        default=NOT_LOOKED_AT,
        description="id of an earlier proposal with nearly the same text and other calls; empty for none",
    )
    proposer_before: IntObs = Field(default=NOT_LOOKED_AT, description="earlier proposals of the same account")
    proposer_overlapping: IntObs = Field(
        default=NOT_LOOKED_AT, description="proposals of the same account whose votes overlap with this one, itself too"
    )
    proposer_controls_beneficiary: BoolObs = Field(
        default=NOT_LOOKED_AT, description="a contract that gains names the proposer as its owner or admin"
    )
    recent_votes_bps: IntObs = Field(
        default=NOT_LOOKED_AT,
        description="share of the votes for by large voters who had less than a tenth of them a week before",
    )
    votes_given_back: BoolObs = Field(
        default=NOT_LOOKED_AT, description="a large voter or the proposer has less than a tenth of those votes by now"
    )
    weekend_bps: IntObs = Field(
        default=NOT_LOOKED_AT, description="share of the voting period on Saturday and Sunday, UTC"
    )
    separate_steps: IntObs = Field(
        default=NOT_LOOKED_AT, description="operations it schedules that can be executed without each other"
    )
    steps_open_to_anyone: BoolObs = Field(default=NOT_LOOKED_AT, description="anyone may execute such a step by itself")
    actions_read: BoolObs = Field(
        default=Known(value=True, evidence=()), description="its calls are known; unknown where they were not told"
    )
    order: bool = Field(
        default=False, description="what waits in a module: an order or a question, on which no vote is held here"
    )
    oracle_questions: tuple[OracleQuestion, ...] = Field(
        default=(), description="what an oracle is asked before it is executed, where its answer decides and no vote"
    )
    draft: bool = Field(default=False, description="not on chain: read from a file and judged as if it were pending")
    evidence: tuple[Evidence, ...]
