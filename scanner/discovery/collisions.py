"""Proxy and implementation laid side by side: a slot that both use (this is how Audius fell in July 2022).

A proxy's own variable and an implementation's variable in the same bytes overwrite each other, and no source of either
alone shows it. The same name and type at the same place on both sides is one variable that both know on purpose, as in
Compound's delegators.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scanner.code.interface import CodeResult
from scanner.discovery.account import Account, nonzero
from scanner.discovery.world import World
from scanner.model.code import StorageVariable
from scanner.model.contracts import StorageCollision
from scanner.model.evidence import Evidence
from scanner.model.observation import Collection, Known, Reason

_SLOT_BYTES = 32
_INITIALIZER_WORDS = ("initializ", "initialis")


def collisions(world: World, account: Account, results: Mapping[str, CodeResult]) -> Collection[StorageCollision]:
    """Return the collisions of a proxy with its implementation; none, and complete, for a contract that is no proxy."""
    if account.proxy is None or account.proxy.kind == "eip1167":
        return Collection[StorageCollision](items=(), complete=True)
    address = nonzero(account.proxy.implementation)
    target = world.get(address) if address else None
    if target is None or account.address not in results or target.address not in results:
        return _undecided(f"{Reason.UNRESOLVED.value}: the implementation was not analysed")
    ours, theirs = results[account.address].facts.storage, results[target.address].facts.storage
    evidence = _code(account) + _code(target)
    found = tuple(_overlaps(ours.items, theirs.items, evidence))
    for layout in (ours, theirs):
        if not layout.complete:
            return Collection[StorageCollision](items=found, complete=False, reason=layout.reason)
    return Collection[StorageCollision](items=found, complete=True)


def _undecided(reason: str) -> Collection[StorageCollision]:
    return Collection[StorageCollision](items=(), complete=False, reason=reason)


def _code(account: Account) -> tuple[Evidence, ...]:
    return account.code.evidence if isinstance(account.code, Known) else ()


def _overlaps(
    ours: tuple[StorageVariable, ...], theirs: tuple[StorageVariable, ...], evidence: tuple[Evidence, ...]
) -> Iterator[StorageCollision]:
    for one in ours:
        for other in theirs:
            if _shared(one, other) or not _overlap(one, other):
                continue
            yield StorageCollision(
                slot=max(one.slot, other.slot),
                proxy_variable=f"{one.label} ({one.type})",
                implementation_variable=f"{other.label} ({other.type})",
                initializer=any(word in other.label.lower() for word in _INITIALIZER_WORDS),
                evidence=evidence,
            )


def _shared(one: StorageVariable, other: StorageVariable) -> bool:
    """Whether both sides mean the same variable: layouts that were written to fit."""
    return (one.label, one.type, one.slot, one.offset) == (other.label, other.type, other.slot, other.offset)


def _overlap(one: StorageVariable, other: StorageVariable) -> bool:
    return _first(one) < _end(other) and _first(other) < _end(one)


def _first(variable: StorageVariable) -> int:
    return variable.slot * _SLOT_BYTES + variable.offset


def _end(variable: StorageVariable) -> int:
    return _first(variable) + variable.size_bytes
