"""Calls in the name of a role's members, against calls of a stranger and with a role that nobody has.

A call to an address that no role names is refused in any case; but a member is refused for that address, and whoever
is none for being none. Where both are refused alike the modifier does not know the member that its logs tell of.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eth_utils.crypto import keccak

from scanner.discovery.account import Account
from scanner.discovery.world import Getter
from scanner.model.evidence import CallEvidence, Evidence
from scanner.model.observation import Known, Reason, Unknown

MOST = 60
"""Pairs of member and role that are tried of one modifier; what is beyond stands as the logs tell it."""

_EMPTY, _PASSED = "0x", "passed"


def person(what: str, account: Account) -> str:
    """Return an address that nobody holds a key of, the same in every scan."""
    return "0x" + keccak(text=f"a {what} of {account.address}")[-20:].hex()


def trials(account: Account, signature: str, pairs: list[tuple[str, Any]], none: Any) -> Iterator[Getter]:
    """Yield the calls that try who is a member; `none` is a role that nobody has, `signature` what is called."""
    for who, role in pairs[:MOST]:
        for sender, asked in ((who, role), (who, none), (person("stranger", account), role)):
            arguments = (person("place", account), 0, b"", 0, asked, False)
            yield Getter(account.address, signature, ("bool",), arguments, _key(sender, asked), sender=sender)


def is_member(account: Account, who: str, role: Any, none: Any) -> Known[bool] | Unknown:
    """Return whether the modifier treats `who` as a member of a role, as calls at the pinned block show."""
    mine, other = _refusal(account, who, role), _refusal(account, who, none)
    evidence = (*_proof(account, who, role), *_proof(account, who, none))
    if mine is None or other is None:
        return Unknown(reason=Reason.NOT_READ, detail="no calls in its name were answered", evidence=evidence)
    if mine == other == _EMPTY:
        return Unknown(reason=Reason.UNRESOLVED, detail="its calls are refused without a word", evidence=evidence)
    if mine == _PASSED:
        return Known(value=True, evidence=evidence, derivation="its call with this role went through")
    words = "a call with this role is answered as one with a role that nobody has"
    return Known(value=mine != other, evidence=evidence, derivation="" if mine != other else words)


def for_anyone(account: Account, who: str, role: Any, none: Any) -> Known[bool] | Unknown:
    """Return whether a stranger's call with a role is treated as the member's is, and not as without the role."""
    member, stranger = is_member(account, who, role, none), person("stranger", account)
    theirs = _refusal(account, stranger, role)
    if isinstance(member, Unknown):
        return member
    evidence = (*member.evidence, *_proof(account, stranger, role))
    if theirs is None:
        return Unknown(reason=Reason.NOT_READ, detail="a stranger's call was not answered", evidence=evidence)
    return Known(value=member.value and theirs == _refusal(account, who, role), evidence=evidence)


def _key(sender: str, role: Any) -> str:
    return f"role {role} tried by {sender}"


def _proof(account: Account, sender: str, role: Any) -> tuple[Evidence, ...]:
    _, answer = account.calls.get(_key(sender, role), ((), None))
    return answer.evidence if answer is not None else ()


def _refusal(account: Account, sender: str, role: Any) -> str | None:
    """Return what a call was refused with, without its sender's address, or that it passed; None without an answer."""
    proof = next((one for one in _proof(account, sender, role) if isinstance(one, CallEvidence)), None)
    if proof is None:
        return None
    return proof.result.replace(sender[2:], "") if proof.reverted else _PASSED
