"""Whether a call weakens what protects members: delays, periods, quorums, thresholds, and those who may stop a call."""

from __future__ import annotations

from typing import Any, NamedTuple

from scanner.chain.abi import topic
from scanner.discovery.account import Account, combine
from scanner.discovery.battery import CANCELLER_ROLE
from scanner.model.evidence import LogEvidence
from scanner.model.kinds import Effect
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS
from scanner.proposals.casebook import Case, Casebook, elsewhere
from scanner.proposals.decode import Decoded
from scanner.proposals.effects import (
    GUARDIAN_REMOVALS,
    GUARDIAN_SETTERS,
    ROLE_REMOVALS,
    Parameter,
    meaning_of,
    protections_of,
)
from scanner.proposals.nested import Call
from scanner.proposals.worth import DECIDED_LATER

Value = Known[int] | Unknown


class Change(NamedTuple):
    """A parameter before and after, and what that means. Both values are unknown where no parameter is set."""

    before: Value
    after: Value
    lowers: Known[bool] | Unknown
    disables: Known[bool] | Unknown
    removes_guardian: Known[bool] | Unknown


_NO_PARAMETER = Unknown(reason=Reason.NOT_SUPPORTED, detail="sets no parameter that is known here")
_NO = Known(value=False, evidence=(), derivation="sets no protection")


def change_of(book: Casebook, case: Case, call: Call) -> Change:
    """Return what a call does to a protection."""
    decoded = call.decoded
    if isinstance(decoded.signature, Unknown):
        return Change(*(decoded.signature,) * 5)
    if decoded.left_open and _sets(decoded.signature.value):
        return Change(*(DECIDED_LATER,) * 5)
    guardian = _removes_guardian(decoded)
    changes = [_set(book, case, call, parameter, guardian) for parameter in protections_of(decoded.signature.value)]
    if not changes:
        return Change(_NO_PARAMETER, _after(decoded), _NO, _NO, guardian)
    return min(changes, key=_weight)


def _weight(change: Change) -> int:
    """Order changes: what lowers something first, then what may."""
    if any(isinstance(one, Known) and one.value for one in (change.disables, change.lowers)):
        return 0
    return 1 if isinstance(change.lowers, Unknown) else 2


def _set(book: Casebook, case: Case, call: Call, parameter: Parameter, guardian: Known[bool] | Unknown) -> Change:
    """Return what a call does to one protection."""
    new = parameter.new(call.decoded.values)
    before, after = _values(book, case, call, parameter)
    lowers = combine({"before": before, "after": after}, lambda before, after: after < before, f"{parameter.getter}")
    if isinstance(before, Known) and isinstance(after, Known):
        lowers = lowers.model_copy(
            update={"derivation": f"{parameter.getter}: {before.value} before, {after.value} after"}
        )
    if isinstance(before, Known) and before.value == 0:
        disables: Known[bool] | Unknown = Known(value=False, evidence=before.evidence, derivation="it is zero already")
    else:
        disables = Known(value=new == 0, evidence=(), derivation=f"{parameter.getter} set to {new}")
    return Change(before, after, lowers, disables, guardian)


def _sets(signature: str) -> bool:
    """Whether what a call sets or takes away stands in its arguments."""
    known = bool(protections_of(signature)) or signature in GUARDIAN_SETTERS or signature in ROLE_REMOVALS
    return known or meaning_of(signature).effect is Effect.PARAMETER


def _after(decoded: Decoded) -> Value:
    """What a setter outside the table sets, where it is one number; the page shows it."""
    assert isinstance(decoded.signature, Known)
    numbers = [value for value in decoded.values if type(value) is int]
    if decoded.signature.value and meaning_of(decoded.signature.value).effect is Effect.PARAMETER and len(numbers) == 1:
        return Known(value=numbers[0], evidence=())
    return _NO_PARAMETER


def _values(book: Casebook, case: Case, call: Call, parameter: Parameter) -> tuple[Value, Value]:
    new = Known(value=parameter.new(call.decoded.values), evidence=())
    away = elsewhere(call.chain)
    if away is not None:
        return away, new
    executed = book.data.executions.get((case.one.governor, case.one.id))
    if executed is not None:
        return _told(book.found.world.get(call.target), parameter, executed)
    keys = tuple(call.decoded.values[at] for at in parameter.keys)
    before = book.ends.answer(call.target, parameter.getter, keys)
    if isinstance(before, Unknown) and before.reason is Reason.REVERTED and parameter.otherwise:
        before = book.ends.answer(call.target, parameter.otherwise, keys)
    return (before if isinstance(before, Unknown) else Known(value=int(before.value), evidence=before.evidence)), new


def _told(target: Account | None, parameter: Parameter, executed: LogEvidence) -> tuple[Value, Value]:
    """Return before and after as the event in the executing transaction tells them."""
    for log in target.events(topic(parameter.event)) if target is not None and parameter.event else ():
        if log.transaction_hash == executed.transaction_hash and len(log.data) == 130:
            before, after = int(log.data[2:66], 16), int(log.data[66:], 16)
            return Known(value=before, evidence=(log,)), Known(value=after, evidence=(log,))
    detail = "executed, and no event tells the value before"
    missing = Unknown(reason=Reason.NO_LOGS, detail=detail, evidence=(executed,))
    return missing, missing


def _removes_guardian(decoded: Decoded) -> Known[bool]:
    assert isinstance(decoded.signature, Known)
    signature, values = decoded.signature.value, decoded.values
    if signature in GUARDIAN_REMOVALS:
        return Known(value=True, evidence=(), derivation=signature)
    if signature in GUARDIAN_SETTERS:
        return Known(value=_first(values) == ZERO_ADDRESS, evidence=(), derivation="sets who may stop a call")
    if signature in ROLE_REMOVALS:
        return Known(value=_first(values) == CANCELLER_ROLE, evidence=(), derivation="takes a role away")
    return Known(value=False, evidence=(), derivation="removes nobody who may stop a call")


def _first(values: tuple[Any, ...]) -> str:
    return str(values[0]).lower() if values else ""
