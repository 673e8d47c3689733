"""Operations that a proposal schedules and that can be executed apart from each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from scanner.discovery.battery import EXECUTOR_ROLE
from scanner.discovery.control.roles import HAS_ROLE
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS
from scanner.proposals.casebook import Case, Casebook, elsewhere
from scanner.proposals.collect import ProposalData
from scanner.proposals.ends import Question
from scanner.proposals.nested import Call

_SCHEDULES = {
    "schedule(address,uint256,bytes,bytes32,bytes32,uint256)": 3,
    "scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)": 3,
    "queueTransaction(address,uint256,string,bytes,uint256)": -1,
    "queueTransaction(address,uint256,string,bytes,uint256,bool)": -1,
}
"""Signature -> argument that names the operation that has to go first; -1 where there is none."""

_NO_PREDECESSOR = "0x" + "00" * 32
OPEN_EXECUTOR = (EXECUTOR_ROLE, ZERO_ADDRESS)


def executor_questions(data: ProposalData) -> Iterable[tuple[Question, str]]:
    """Yield what is asked of timelocks in which proposals schedule operations: whether anyone may execute."""
    for calls in data.calls.values():
        for call in calls:
            if _free(call) and not call.chain:
                yield ((call.target, HAS_ROLE, OPEN_EXECUTOR), "bool")


def step_facts(book: Casebook, case: Case, calls: Sequence[Call]) -> dict[str, Any]:
    """Return how many operations wait for no other one, and whether anyone may execute one of them.

    What a governor itself queues is one operation in OpenZeppelin's timelock, whatever it holds.
    """
    steps = [call for call in calls if _free(call)]
    alone = len(steps) if len(steps) > 1 else 0
    return {
        "separate_steps": Known(value=alone, evidence=(), derivation="operations without a predecessor"),
        "steps_open_to_anyone": _open(book, steps) if alone else Known(value=False, evidence=()),
    }


def _free(call: Call) -> bool:
    signature = call.decoded.signature
    if isinstance(signature, Unknown) or signature.value not in _SCHEDULES:
        return False
    position = _SCHEDULES[signature.value]
    return position < 0 or call.decoded.values[position] == _NO_PREDECESSOR


def _open(book: Casebook, steps: Sequence[Call]) -> Known[bool] | Unknown:
    unknown: Unknown | None = None
    for call in steps:
        answer = _executor_open(book, call)
        if isinstance(answer, Unknown):
            unknown = unknown or answer
        elif answer.value:
            return answer
    return unknown or Known(value=False, evidence=())


def _executor_open(book: Casebook, call: Call) -> Known[bool] | Unknown:
    """Whether the zero address holds the right to execute; a timelock without roles executes for its admin only."""
    away = elsewhere(call.chain)
    if away is not None:
        return away
    answer = book.ends.answer(call.target, HAS_ROLE, OPEN_EXECUTOR)
    if isinstance(answer, Unknown) and answer.reason is Reason.REVERTED:
        return Known(value=False, evidence=answer.evidence, derivation="it has no roles")
    return answer
