"""The appendix: contracts, code hashes and how far the source is tied to them."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.locale.locale import Locale
from scanner.model.contracts import Contract
from scanner.model.kinds import Verification
from scanner.model.observation import Known, Unknown
from scanner.render.lookup import Lookup
from scanner.render.register import Cited
from scanner.render.shown import Shown, as_number, as_person, as_term, as_text, shown
from scanner.render.words import by_value, why_unknown, words

_UPGRADES_SHOWN = 12
_MORE_THAN_INSTALLED = 2


@dataclass(frozen=True)
class UpgradeLine:
    """One logged change of a proxy: when, what, to whom."""

    block: str
    what: str
    address: str
    evidence: Cited


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
    changes: int = 0
    upgrades: tuple[UpgradeLine, ...] = ()


def contract_rows(lookup: Lookup) -> tuple[ContractRow, ...]:
    """Return every contract in scope in the order of the snapshot."""
    return tuple(_row(item, lookup) for item in lookup.snapshot.contracts.items)


def _row(item: Contract, lookup: Lookup) -> ContractRow:
    t = lookup.t
    return ContractRow(
        label=item.label,
        address=item.address,
        roles=t.joined(words(t, role) for role in item.roles),
        found=tuple(lookup.named(step) for step in item.linked_from),
        verification=verification(t, item.verification),
        codehash=as_text(t, item.codehash),
        size=as_number(t, item.code_size_bytes),
        compiler=as_text(t, item.compiler),
        proxy=as_term(t, item.proxy_kind),
        implementation=as_person(t, item.implementation, lookup.label),
        upgrade_admin=as_person(t, item.upgrade_admin, lookup.label, item.upgrade_admin_kind),
        evidence=lookup.register.cite(item.codehash.evidence),
        changes=len(item.upgrades.items),
        upgrades=_upgrades(item, lookup),
    )


def _upgrades(item: Contract, lookup: Lookup) -> tuple[UpgradeLine, ...]:
    """Return the newest changes of a contract whose code was replaced; none for one that was only installed."""
    if sum(one.what != "admin" for one in item.upgrades.items) < _MORE_THAN_INSTALLED:
        return ()
    return tuple(
        UpgradeLine(
            block=lookup.t.own(str(one.block_number)),
            what=lookup.t(f"appendix.changed.{one.what}"),
            address=one.address,
            evidence=lookup.register.cite(one.evidence),
        )
        for one in item.upgrades.items[:_UPGRADES_SHOWN]
    )


def verification(t: Locale, observation: Known[str] | Unknown) -> Shown:
    """Return how well the source is tied to the deployed code: five outcomes and the reasons for none."""
    if isinstance(observation, Unknown):
        because = f"unverified.{observation.reason.value}"
        said = t(because) if t.has(because) else t("unverified.other", why=why_unknown(t, observation))
        return Shown(said, observation.detail, known=False)
    return shown(t, observation, lambda value: by_value(t, Verification, value))
