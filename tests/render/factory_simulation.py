"""A simulation by hand, with a row in every table, and one that could not be made."""

from __future__ import annotations

from typing import Any

from scanner.model.blank import all_unknown
from scanner.model.evidence import ForkStep, SimulationEvidence
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import Collection, Reason
from scanner.model.proposals import Argument, Proposal
from scanner.model.simulation import (
    BalanceChange,
    ControlChange,
    CreatedContract,
    FiredEvent,
    ForeignCode,
    ParameterChange,
    Party,
    ReplaceableCode,
    Replacement,
    RightChange,
    Simulation,
    SlotChange,
    Turn,
)
from tests.render import factory_dao as dao

STEP = ForkStep(
    step="call",
    sender=dao.OWNER_A,
    target=dao.GOVERNOR,
    value_wei=0,
    data="0xfe0d94c1" + dao.word(7)[2:],
    block_number=dao.NUMBER + 50_000,
    timestamp=dao.TIME + 600_000,
    succeeded=True,
)
PROOF = SimulationEvidence(
    **dao.AT, program="anvil 1.7.1", steps=(STEP,), gas=30_000_000, execution_calls=1, effects="0x" + "5e" * 32
)


def _text(text: str, on: str) -> str:
    return f"{on} {text}".strip()


def _balance(account: str, label: str, moved: int, **facts: Any) -> BalanceChange:
    values: dict[str, Any] = {
        "party": Party.TREASURY,
        "account": account,
        "account_label": label,
        "account_kind": ActorKind.TOKEN_VOTE,
        "accounts": 1,
        "token": dao.TOKEN,
        "symbol": dao.known("MRD"),
        "decimals": dao.known(18),
        "before": dao.known(10**24),
        "after": dao.known(10**24 + moved),
        "change": dao.known(moved),
        "lost_bps": dao.known(max(0, -moved) * 10_000 // 10**24),
    }
    return BalanceChange(**{**values, **facts})


def simulated(proposal: Proposal, text: str = "") -> Simulation:
    """Return a simulation of `proposal`; `text` stands in everything that a stranger may have written."""
    key: dict[str, Any] = {"governor": proposal.governor, "proposal": proposal.id}
    timelock = {"contract": dao.TIMELOCK, "contract_label": _text(text, "Timelock")}
    balances = (
        _balance(dao.TIMELOCK, _text(text, "Timelock"), -4 * 10**23),
        _balance(
            dao.OWNER_B, _text(text, "key"), 3 * 10**23, party=Party.STRANGER, symbol=dao.known(_text(text, "MRD"))
        ),
        _balance(dao.ZERO, "9 other accounts", 10**23, party=Party.OTHERS, accounts=9),
        _balance(dao.SAFE, "Safe", -(10**18), token=dao.ZERO, symbol=dao.known("")),
        _balance(
            dao.VAULT,
            "Vault",
            0,
            change=dao.unknown(Reason.REVERTED, _text(text, "balanceOf")),
            after=dao.unknown(Reason.REVERTED, "balanceOf"),
        ),
    )
    right = RightChange(
        turn=Turn.GAINED,
        right=_text(text, "PROPOSER_ROLE"),
        holder=dao.OWNER_B,
        holder_label=_text(text, "key"),
        holder_kind=ActorKind.EOA,
        **timelock,
    )
    line = ControlChange(
        turn=Turn.GAINED,
        actor=dao.OWNER_B,
        actor_kind=ActorKind.EOA,
        actor_label=_text(text, "key"),
        capability=Capability.MOVE_FUNDS,
        path=(_text(text, "PROPOSER_ROLE"), "Timelock"),
        new=True,
        delay_before_seconds=dao.unknown(Reason.NOT_SUPPORTED, "there is no such line"),
        delay_after_seconds=dao.known(0),
        bypasses_vote=dao.known(True),
        **timelock,
    )
    before = dao.known(172_800)
    slower = ControlChange(**{**dict(line), "turn": Turn.CHANGED, "delay_before_seconds": before, "new": False})
    return Simulation(
        **key,
        path=dao.known("vote"),
        path_note=_text(text, "4 largest delegates were made to vote for it"),
        succeeds=dao.known(True),
        revert_reason=dao.known(""),
        executed_at=dao.known(dao.TIME + 600_000),
        gas_used=dao.known(212_343),
        same_now=dao.unknown(Reason.NOT_SUPPORTED, _text(text, "its executor")),
        after=("5",),
        same_after=dao.known(False),
        balances=dao.whole(*balances),
        rights=dao.whole(right, right.model_copy(update={"turn": Turn.LOST, "holder": dao.ZERO})),
        controls=dao.partial(_text(text, "the crawl was cut short"), line, slower),
        parameters=dao.whole(
            ParameterChange(name="getMinDelay()", before=172_800, after=0, protects=True, lowered=True, **timelock)
        ),
        storage=dao.whole(
            SlotChange(
                variable=_text(text, "_minDelay"),
                type="uint256",
                slot=dao.word(2),
                before="172800",
                after="0",
                **timelock,
            ),
            SlotChange(variable="", type="", slot=dao.word(2**255), before="0", after=_text(text, "1"), **timelock),
        ),
        events=dao.whole(
            FiredEvent(
                event=_text(text, "RoleGranted(bytes32,address,address)"),
                arguments=(Argument(name=_text(text, "role"), type="bytes32", value=_text(text, "0xb0")),),
                **timelock,
            )
        ),
        created=dao.whole(
            CreatedContract(
                address=dao.VAULT,
                creator=dao.OWNER_B,
                creator_label=_text(text, "key"),
                create2=False,
                codehash=dao.word(9),
                size_bytes=77,
            )
        ),
        delegatecalls=dao.whole(
            ForeignCode(
                account=dao.TIMELOCK,
                account_label=_text(text, "Timelock"),
                code=dao.VAULT,
                code_label=_text(text, "payload"),
                own_implementation=False,
                code_verified=dao.known(False),
            )
        ),
        replaceable=dao.whole(
            ReplaceableCode(
                address=dao.VAULT,
                label=_text(text, "payload"),
                how=Replacement.UPGRADE,
                detail=_text(text, "a proxy"),
                actor_kind=ActorKind.EOA,
            )
        ),
        treasury_outflow_bps=dao.known(4_000),
        evidence=(PROOF,),
    )


def not_simulated(proposal: Proposal, reason: Reason, detail: str) -> Simulation:
    """Return the simulation of a proposal that could not be made."""
    return all_unknown(
        Simulation,
        reason,
        detail,
        governor=proposal.governor,
        proposal=proposal.id,
        path_note="",
        after=(),
        evidence=(),
    )


def simulations(proposals: tuple[Proposal, ...]) -> Collection[Simulation]:
    """Return one of each for the first two proposals."""
    missing = not_simulated(proposals[1], Reason.NO_FORK, "the fork ended before it answered")
    return dao.whole(simulated(proposals[0]), missing)
