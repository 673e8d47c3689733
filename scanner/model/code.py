"""Code facts: what the analyses say about one piece of code."""

from __future__ import annotations

from pydantic import Field

from scanner.model.asked import Asked
from scanner.model.evidence import Evidence
from scanner.model.guards import CallerCheck, OutsideFunction
from scanner.model.kinds import Stage
from scanner.model.later import NOT_KEPT
from scanner.model.observation import BoolObs, Collection, NamesObs, StrObs
from scanner.model.stated import StatedFacts
from scanner.model.values import HexBytes, Int, Model


class DetectorHit(Model):
    """One result of a Slither detector, with the detector's own impact and confidence."""

    detector: str
    impact: str
    confidence: str
    description: str
    in_dependency: bool = Field(description="all elements lie in library code (OpenZeppelin, Safe …)")
    evidence: tuple[Evidence, ...]
    functions: tuple[HexBytes, ...] = Field(
        default=(), description="digest of the text of each function it lies in, without comments and white space"
    )
    set_aside: str = Field(
        default="", description="why it does not count, with the rule that asks; empty when it counts"
    )


class FunctionFact(Model):
    """One externally callable, state-changing function and what guards it."""

    signature: str
    selector: HexBytes
    guard: str = Field(description="a Guard value")
    guarded_by: str = Field(description="the condition or modifier, as text; empty when there is none")
    payable: bool
    evidence: tuple[Evidence, ...]
    checks: tuple[CallerCheck, ...] = Field(
        default=(), description="what it asks about its caller, one by one", exclude_if=lambda value: not value
    )
    powers: tuple[str, ...] = Field(
        default=(),
        description="what it does that only some callers may: mint, pause, seize, freeze, fee, rebase, "
        "upgrade, admit (members), pay (out), act (on what the caller names)",
        exclude_if=lambda value: not value,
    )
    appoints: tuple[str, ...] = Field(
        default=(),
        description="the powers whose holder it sets: it writes what their functions compare their caller with",
        exclude_if=lambda value: not value,
    )
    opens: tuple[str, ...] = Field(
        default=(),
        description="what it does, or lets be done by whom its caller names, without asking who calls: pay (out to "
        "whom the caller names), act (on what the caller names), upgrade; mint, pause, seize, freeze, fee or rebase",
        exclude_if=lambda value: not value,
    )
    settles: tuple[str, ...] = Field(
        default=(),
        description="questions about an account (canonical) whose answer it changes for others, or says who may",
        exclude_if=lambda value: not value,
    )


class Fingerprint(Model):
    """A privacy or gate system recognised in code by k of its n known signatures."""

    category: str = Field(description="as in the signature list, e.g. anon.mixer")
    system: str
    stage: Stage = Field(description="present or reachable; state and logs may raise it later")
    matched: tuple[str, ...] = Field(description="signatures or constants that matched")
    evidence: tuple[Evidence, ...]


class StorageVariable(Model):
    """A state variable and where it lies: by solc's storageLayout, by the AST before 0.5.13, by ERC-7201, or by a
    constant that is used as a slot."""

    label: str
    type: str = Field(description="as solc writes it, e.g. address or mapping(address => uint256)")
    slot: Int
    offset: Int = Field(description="bytes from the low end of the slot")
    size_bytes: Int


class StorageStruct(Model):
    """A struct that is kept in storage; the slots of its members count from where it begins."""

    name: str = Field(description="as solc writes it, e.g. struct Governor.ProposalCore")
    members: tuple[StorageVariable, ...]


class CodeFacts(Model):
    """What the analyses found in the code that runs at an address (a proxy's implementation)."""

    analysed_from: StrObs = Field(description="source or bytecode")
    selectors: NamesObs = Field(description="4-byte selectors of external functions")
    functions: Collection[FunctionFact]
    detectors: Collection[DetectorHit]
    fingerprints: Collection[Fingerprint]
    storage: Collection[StorageVariable] = Field(description="state variables in the order of their slots")
    structs: Collection[StorageStruct] = Field(
        default=Collection[StorageStruct](items=(), complete=False, reason=NOT_KEPT.detail),
        description="structs that those variables lead to, by name",
    )
    vote_weight_time: StrObs = Field(description="past-block, call-time-locked or call-time (VoteTime)")
    proposal_power_time: StrObs = Field(description="the same for the proposal threshold (VoteTime)")
    emergency_execution: BoolObs = Field(description="a vote can be executed without the normal delay")
    execution_context: StrObs = Field(description="call, delegatecall or delegatecall-bound (codehash bound)")
    execution_by_count: BoolObs = Field(
        default=NOT_KEPT, description="what proposals order is done only where a count of votes is looked at"
    )
    execution_waits: BoolObs = Field(
        default=NOT_KEPT, description="what was decided may be done only some time after the end of its vote"
    )
    limits_live_proposals: BoolObs = Field(description="a proposer may have one live proposal")
    cancels_below_threshold: BoolObs = Field(description="a proposer who falls below the threshold can be cancelled")
    vote_changeable: BoolObs = Field(description="a cast vote can be replaced")
    arbitrary_delegatecall: BoolObs = Field(description="anyone can make it delegatecall a target of their choice")
    arbitrary_call: BoolObs = Field(
        description="anyone can make it call a target of their choice with data of their choice"
    )
    selfdestruct_reachable: BoolObs
    delegatecall_reachable: BoolObs
    mint_guard: StrObs = Field(description="guard of the weakest way to create voting units (Guard)")
    transfer_restricted: BoolObs = Field(description="ordinary holders cannot freely transfer")
    pause_guard: StrObs = Field(description="guard of pausing (Guard)")
    confiscation_guard: StrObs = Field(description="guard of taking, burning or freezing another's units (Guard)")
    expulsion_guard: StrObs = Field(description="guard of removing a member (Guard)")
    exit_right: StrObs = Field(description="none, ragequit, redeem or fork")
    flash_mint: BoolObs = Field(description="units can be minted for one transaction (ERC-3156)")
    sanctions_gate: BoolObs
    identity_gate: BoolObs
    sybil_gate: BoolObs
    message_board: BoolObs = Field(description="anyone can publish text or bytes that only go into a log")
    ballot_secrecy: StrObs = Field(description="none, during-vote (revealed later) or permanent")
    gate_functions: NamesObs = Field(
        default=NOT_KEPT,
        description="functions that ask a sanctions list, an identity check or a proof of personhood, and which",
    )
    gate_switch_guard: StrObs = Field(
        default=NOT_KEPT, description="guard of replacing or switching off what those gates ask (Guard)"
    )
    admission_guard: StrObs = Field(
        default=NOT_KEPT, description="guard of adding a member to a set that another contract keeps (Guard)"
    )
    content_setter_guard: StrObs = Field(
        default=NOT_KEPT, description="guard of replacing a pointer to content (Guard)"
    )
    upgrade_guard: StrObs = Field(description="guard of an upgrade function in this code (Guard)")
    seizure_guard: StrObs = Field(default=NOT_KEPT, description="guard of taking or burning another's units (Guard)")
    freeze_guard: StrObs = Field(
        default=NOT_KEPT, description="guard of keeping one account from moving its units (Guard)"
    )
    transfer_fee: BoolObs = Field(default=NOT_KEPT, description="a transfer can credit less than it takes")
    fee_guard: StrObs = Field(
        default=NOT_KEPT, description="guard of changing what the fee on transfers is computed from (Guard)"
    )
    rebase_guard: StrObs = Field(default=NOT_KEPT, description="guard of changing every balance at once (Guard)")
    asks: Collection[Asked] = Field(
        default=Collection[Asked](items=(), complete=False, reason=NOT_KEPT.detail),
        description="what it asks of other contracts, on which its units or its answers depend",
    )
    outside: Collection[OutsideFunction] = Field(
        default=Collection[OutsideFunction](items=(), complete=False, reason=NOT_KEPT.detail),
        description="functions that the runtime code alone shows, where there is no source",
    )
    facts: StatedFacts = Field(default=StatedFacts(), description="what auditors' own analyses state, by declared name")
