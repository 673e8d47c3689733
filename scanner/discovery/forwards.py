"""What the code itself says about where it hands a call on, in the terms of an account that was read."""

from __future__ import annotations

from scanner.code.bytecode.forwarding import Forwarding, Target, forwarding
from scanner.code.bytecode.opcodes import reachable_opcodes
from scanner.discovery.account import Account
from scanner.model.evidence import CodeEvidence, Evidence
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

_LOWEST_ADDRESS = 0x10000
"""Below lie the precompiles, and zero: code that names them names nobody."""


def way(account: Account) -> Forwarding:
    """Return where the account's code hands a call that names none of its functions."""
    if not account.has_code or not isinstance(account.code, Known):
        return Forwarding((), complete=True)
    return forwarding(account.code.value)


def proof(account: Account, target: Target | None) -> tuple[Evidence, ...]:
    """Return the code as evidence, pointing at the instruction that hands the call on."""
    if target is None or target.offset < 0:
        return account.code.evidence
    return tuple(
        piece.model_copy(update={"offset": target.offset}) if isinstance(piece, CodeEvidence) else piece
        for piece in account.code.evidence
    )


def address_in(account: Account, target: Target, code: Account | None = None) -> Known[str] | Unknown:
    """Return the address that a target of kind constant or slot is now; unknown for the other kinds.

    `code` is whose code reads the slot, where it runs in the storage of `account` and is not its own.
    """
    evidence = proof(code or account, target)
    if target.kind == "constant":
        if target.value < _LOWEST_ADDRESS:
            return Unknown(reason=Reason.UNRESOLVED, detail="the code names no target", evidence=evidence)
        return Known(value=target.address, evidence=evidence, derivation="constant of the code")
    if target.kind != "slot":
        return Unknown(reason=Reason.UNRESOLVED, detail="the code does not show the target", evidence=evidence)
    answer = account.slots.get(target.slot)
    if answer is None:
        return Unknown(reason=Reason.NOT_READ, detail=f"slot {target.slot} was not asked", evidence=evidence)
    if isinstance(answer, Unknown):
        return answer
    number = (int(answer.value, 16) >> target.shift) % 2**160
    found = f"0x{number:040x}"
    where = f"slot {target.slot}, which the code reads before it hands the call on"
    return Known(value=found, evidence=answer.evidence + evidence, derivation=where)


def nobody_writes(account: Account) -> bool:
    """Whether the account's own code never writes its storage."""
    opcodes = reachable_opcodes(account.code.value) if isinstance(account.code, Known) else None
    return opcodes is not None and "SSTORE" not in opcodes


def nobody(account: Account, why: str) -> Known[str]:
    """Return that nobody replaces the target, and why."""
    return Known(value=ZERO_ADDRESS, evidence=account.code.evidence, derivation=why)


def left_to_code(detail: str) -> Unknown:
    """Return that a guard in code decides who replaces the target; it is looked at once the code was analysed."""
    return Unknown(reason=Reason.UNRESOLVED, detail=detail)
