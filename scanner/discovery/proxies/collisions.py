"""Proxy and implementation laid side by side: a slot that both use (this is how Audius fell in July 2022).

A proxy's own variable and an implementation's variable in the same bytes overwrite each other, and no source of either
alone shows it. The same name and type at the same place on both sides is one variable that both know on purpose, as in
Compound's delegators.
"""

from __future__ import annotations

from collections.abc import Mapping

from scanner.code.interface import CodeResult
from scanner.discovery.account import Account
from scanner.discovery.forwards import way
from scanner.discovery.proxies.layouts import HASHED, TARGET_OF_PROXY, overlaps, worded
from scanner.discovery.world import World, behind
from scanner.model.code import StorageVariable
from scanner.model.contracts import StorageCollision
from scanner.model.evidence import Evidence
from scanner.model.observation import Collection, Reason

_INITIALIZER_WORDS = ("initializ", "initialis")


def collisions(world: World, account: Account, results: Mapping[str, CodeResult]) -> Collection[StorageCollision]:
    """Return the collisions of a proxy with all code that runs in its storage: every implementation in the line behind
    it, every facet. None, and complete, for a contract that is no proxy."""
    if account.proxy is None or account.proxy.kind == "eip1167":
        return Collection[StorageCollision](items=(), complete=True)
    line, broken = behind(world, account)
    layers = [(one.address, _layout(one, results)) for one in line]
    facets = line[-1].proxy.facets if line[-1].proxy else ()
    layers += [(facet.address, _layout(world.get(facet.address), results)) for facet in facets]
    reason = f"{Reason.UNRESOLVED.value}: {broken}" if broken or len(layers) < 2 else ""
    found: dict[tuple[int, str, str], StorageCollision] = {}
    for index, (address, ours) in enumerate(layers):
        reason = reason or ("" if ours.complete else ours.reason)
        for other, theirs in layers[index + 1 :]:
            for one, two in overlaps(ours.items, theirs.items):
                made = _collision(one, two, _code(world, address, other))
                found.setdefault((made.slot, made.proxy_variable, made.implementation_variable), made)
    items = tuple(found[key] for key in sorted(found))
    return Collection[StorageCollision](items=items, complete=not reason, reason=reason)


def _collision(one: StorageVariable, two: StorageVariable, evidence: tuple[Evidence, ...]) -> StorageCollision:
    return StorageCollision(
        slot=max(one.slot, two.slot),
        proxy_variable=worded(one),
        implementation_variable=worded(two),
        initializer=any(word in two.label.lower() for word in _INITIALIZER_WORDS),
        evidence=evidence,
    )


def _layout(account: Account | None, results: Mapping[str, CodeResult]) -> Collection[StorageVariable]:
    """The layout of one piece of code, with the slot that its bytecode takes the target from where no source names it.

    An implementation that keeps a variable for the target in that place knows of it: then both mean the same.
    """
    if account is None or account.address not in results:
        reason = f"{Reason.UNRESOLVED.value}: the implementation was not analysed"
        return Collection[StorageVariable](items=(), complete=False, reason=reason)
    layout = results[account.address].facts.storage
    target = way(account).target
    if layout.complete or target is None or target.kind != "slot" or target.value >= HASHED or target.shift % 8:
        return layout
    read = StorageVariable(
        label=TARGET_OF_PROXY, type="address", slot=target.value, offset=target.shift // 8, size_bytes=20
    )
    if any(one.slot == read.slot for one in layout.items):
        return layout
    return Collection[StorageVariable](items=(read, *layout.items), complete=False, reason=layout.reason)


def _code(world: World, *addresses: str) -> tuple[Evidence, ...]:
    accounts = (world.get(address) for address in addresses)
    return tuple(piece for one in accounts if one is not None for piece in one.code.evidence)
