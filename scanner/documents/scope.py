"""Whether an address that somebody names stands for a contract of the DAO, as this scan found it."""

from __future__ import annotations

from scanner.model.contracts import Contract
from scanner.model.evidence import Evidence
from scanner.model.kinds import Role
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.snapshot import Snapshot

_STRANGER = "no link leads there: it is only called by proposals, as strangers' contracts are"
_COMPARED = "compared with the contracts in scope"


def in_scope(snapshot: Snapshot, address: str, evidence: tuple[Evidence, ...]) -> Known[bool] | Unknown:
    """Return whether a contract of the DAO stands at `address` (in lower case) on the scan's chain.

    What only proposals call is none of its own. Where not all contracts were found, one that is missing is unknown.
    """
    found = next((one for one in snapshot.contracts.items if one.address == address), None)
    if found is not None:
        words = _STRANGER if _stranger(found) else _COMPARED
        return Known(value=not _stranger(found), evidence=evidence + found.codehash.evidence, derivation=words)
    if not snapshot.contracts.complete:
        detail = "not among the contracts that were found, and not all were"
        return Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=evidence)
    return Known(value=False, evidence=evidence, derivation=_COMPARED)


def _stranger(contract: Contract) -> bool:
    return Role.PROPOSAL_TARGET in contract.roles and set(contract.roles) <= {Role.PROPOSAL_TARGET, Role.IMPLEMENTATION}
