"""A proposal's event against the governor's state: an event alone proves nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from eth_utils.crypto import keccak

from scanner.chain.abi import encode
from scanner.discovery.families.told import RawProposal, full_calldata
from scanner.model.observation import Known, Reason, Unknown
from scanner.proposals.collect import ProposalData
from scanner.proposals.ends import Ends, Question

_HASHED = ("address[]", "uint256[]", "bytes[]", "bytes32")
_GET_ACTIONS = "getActions(uint256)"
_ACTIONS = "address[];uint256[];string[];bytes[]"


def proposal_hash(one: RawProposal) -> int:
    """Return the id that OpenZeppelin's Governor.hashProposal gives to these calls and this text."""
    calls = [(action.target, action.value, action.calldata) for action in one.actions]
    described = "0x" + keccak(text=one.description).hex()
    columns = ([call[0] for call in calls], [call[1] for call in calls], [call[2] for call in calls], described)
    return int.from_bytes(keccak(hexstr=encode(_HASHED, columns)), "big")


def actions_questions(data: ProposalData) -> Iterable[tuple[Question, str]]:
    """Yield what is asked of governors that number their proposals: the calls that they hold under each id."""
    for one in data.raw:
        if not _is_hash(one):
            yield ((one.governor, _GET_ACTIONS, (one.id,)), _ACTIONS)


def _is_hash(one: RawProposal) -> bool:
    return one.id.bit_length() > 128


def confirmed(ends: Ends, data: ProposalData, one: RawProposal) -> Known[bool] | Unknown:
    """Return whether the governor's state knows this proposal with these calls.

    OpenZeppelin's ids are hashes of calls and text: an id that state() knows binds them. Compound's governors and
    OpenZeppelin's numbered ones hold the calls, and return them with getActions.
    """
    if one.held:
        return Known(value=True, evidence=one.held, derivation="the calls were read off the governor's state")
    if one.bound is not None:
        return one.bound
    state = data.states[(one.governor, one.id)].state
    if _is_hash(one):
        if proposal_hash(one) != one.id:
            derivation = "the id is not the hash of these calls and this text"
            answer = ends.answer(one.governor, _GET_ACTIONS, (one.id,))
            if isinstance(answer, Known):
                return _same(one, answer)
            return Unknown(reason=Reason.NOT_SUPPORTED, detail=derivation)
        if isinstance(state, Unknown):
            return _unknown_to_state(state)
        return Known(value=True, evidence=state.evidence, derivation="the id is the hash of these calls and this text")
    answer = ends.answer(one.governor, _GET_ACTIONS, (one.id,))
    if isinstance(answer, Known):
        return _same(one, answer)
    if isinstance(state, Unknown):
        return _unknown_to_state(state)
    return Unknown(
        reason=Reason.NOT_SUPPORTED,
        detail="its id is no hash of the calls, and the governor does not return the calls it holds",
        evidence=answer.evidence,
    )


def _unknown_to_state(state: Unknown) -> Known[bool] | Unknown:
    """A revert is the governor's word for an id that it does not know."""
    if state.reason is Reason.REVERTED:
        return Known(value=False, evidence=state.evidence, derivation="the governor knows no proposal of this id")
    return state


def _same(one: RawProposal, answer: Known[Any]) -> Known[bool]:
    targets, values, signatures, calldatas = answer.value
    held = [
        (str(target).lower(), int(value), full_calldata(str(signature), str(data)))
        for target, value, signature, data in zip(targets, values, signatures, calldatas, strict=False)
    ]
    told = [(action.target, action.value, action.calldata) for action in one.actions]
    same = held == told and len(targets) == len(told)
    return Known(value=same, evidence=answer.evidence, derivation="getActions against the event")
