"""The appendix: contracts, code hashes and how far the source is tied to them."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.model.contracts import Contract
from scanner.model.observation import Known, Unknown
from scanner.render.lookup import Lookup
from scanner.render.register import Cited
from scanner.render.shown import Shown, as_number, as_person, as_text, shown, why_unknown
from scanner.render.words import ROLES, UNVERIFIED_BECAUSE, VERIFICATIONS


@dataclass(frozen=True)
class ContractRow:
    """One contract in scope."""

    label: str
    address: str
    roles: str
    found: tuple[str, ...]
    verification: Shown
    codehash: Shown
    size: Shown
    compiler: Shown
    proxy: Shown
    implementation: Shown
    upgrade_admin: Shown
    evidence: Cited


def contract_rows(lookup: Lookup) -> tuple[ContractRow, ...]:
    """Return every contract in scope in the order of the snapshot."""
    return tuple(_row(item, lookup) for item in lookup.snapshot.contracts.items)


def _row(item: Contract, lookup: Lookup) -> ContractRow:
    return ContractRow(
        label=item.label,
        address=item.address,
        roles=", ".join(ROLES[role] for role in item.roles),
        found=tuple(lookup.named(step) for step in item.linked_from),
        verification=verification(item.verification),
        codehash=as_text(item.codehash),
        size=as_number(item.code_size_bytes),
        compiler=as_text(item.compiler),
        proxy=as_text(item.proxy_kind),
        implementation=as_person(item.implementation, lookup.label),
        upgrade_admin=as_person(item.upgrade_admin, lookup.label, item.upgrade_admin_kind),
        evidence=lookup.register.cite(item.codehash.evidence),
    )


def verification(observation: Known[str] | Unknown) -> Shown:
    """Return how well the source is tied to the deployed code: five outcomes and the reasons for none."""
    if isinstance(observation, Unknown):
        words = UNVERIFIED_BECAUSE.get(observation.reason, f"not known: {why_unknown(observation)}")
        return Shown(words, observation.detail, known=False)
    known = {item.value: words for item, words in VERIFICATIONS.items()}
    return shown(observation, lambda value: known.get(value, value))
