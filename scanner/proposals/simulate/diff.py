"""Changes of state: what an execution wrote, merged over several calls and laid over a fork."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from scanner.chain import wire

T = TypeVar("T")
ZERO_WORD = "0x" + "00" * 32


@dataclass
class AccountChange:
    """One account before and after; what is None did not change."""

    balance: tuple[int, int] | None = None
    nonce: tuple[int, int] | None = None
    code: tuple[str, str] | None = None
    slots: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass
class StateDiff:
    """All accounts that an execution changed, by address."""

    accounts: dict[str, AccountChange] = field(default_factory=dict)

    def without(self, *addresses: str) -> StateDiff:
        """Return the same without some accounts."""
        return StateDiff({key: value for key, value in self.accounts.items() if key not in addresses})

    def then(self, later: StateDiff) -> StateDiff:
        """Return both one after the other, as one change."""
        merged = {key: _copy(value) for key, value in self.accounts.items()}
        for address, change in later.accounts.items():
            here = merged.setdefault(address, AccountChange())
            here.balance = _joined(here.balance, change.balance)
            here.nonce = _joined(here.nonce, change.nonce)
            here.code = _joined(here.code, change.code)
            for slot, values in change.slots.items():
                both = _joined(here.slots.get(slot), values)
                assert both is not None
                here.slots[slot] = both
        return StateDiff(merged)

    def inverse(self) -> StateDiff:
        """Return what takes these changes back."""
        return StateDiff(
            {
                address: AccountChange(
                    _turned(change.balance),
                    _turned(change.nonce),
                    _turned(change.code),
                    {slot: (after, before) for slot, (before, after) in change.slots.items()},
                )
                for address, change in self.accounts.items()
            }
        )

    @property
    def written(self) -> frozenset[tuple[str, str]]:
        """The slots that changed, and per account whose balance or code changed a mark of that."""
        found = {(address, slot) for address, change in self.accounts.items() for slot in change.slots}
        found |= {(address, "balance") for address, change in self.accounts.items() if change.balance}
        found |= {(address, "code") for address, change in self.accounts.items() if change.code}
        return frozenset(found)

    def requests(self) -> Iterator[tuple[str, list[Any]]]:
        """Yield the calls that lay these changes over a fork."""
        for address, change in sorted(self.accounts.items()):
            if change.balance is not None:
                yield "anvil_setBalance", [address, hex(change.balance[1])]
            if change.nonce is not None:
                yield "anvil_setNonce", [address, hex(change.nonce[1])]
            if change.code is not None:
                yield "anvil_setCode", [address, change.code[1]]
            for slot, (_, after) in sorted(change.slots.items()):
                yield "anvil_setStorageAt", [address, slot, after]


def _turned(pair: tuple[T, T] | None) -> tuple[T, T] | None:
    return (pair[1], pair[0]) if pair is not None else None


def _copy(change: AccountChange) -> AccountChange:
    return AccountChange(change.balance, change.nonce, change.code, dict(change.slots))


def _joined(first: tuple[T, T] | None, later: tuple[T, T] | None) -> tuple[T, T] | None:
    if first is None or later is None:
        return first or later
    return first[0], later[1]


def read_diff(answer: Any) -> StateDiff:
    """Read what prestateTracer answers in diffMode: `pre` and `post` hold the accounts that changed.

    A slot that is missing on one side was zero there; an account that is missing in `post` is gone. Raises Malformed.
    """
    if not isinstance(answer, Mapping) or not all(isinstance(answer.get(side), Mapping) for side in ("pre", "post")):
        raise wire.Malformed("no state difference")
    before, after = answer["pre"], answer["post"]
    found: dict[str, AccountChange] = {}
    for name in sorted({*before, *after}):
        change = _change(before.get(name), after.get(name))
        if change is not None:
            found[wire.address(name)] = change
    return StateDiff(found)


def _change(before: Any, after: Any) -> AccountChange | None:
    gone = after is None
    old: Mapping[str, Any] = before if isinstance(before, Mapping) else {}
    new: Mapping[str, Any] = after if isinstance(after, Mapping) else {}
    change = AccountChange()
    if "balance" in new or (gone and "balance" in old):
        pair = wire.quantity(old.get("balance", "0x0")), wire.quantity(new.get("balance", "0x0"))
        change.balance = pair if pair[0] != pair[1] else None
    if "nonce" in new:
        change.nonce = _count(old.get("nonce", 0)), _count(new["nonce"])
    if "code" in new or (gone and old.get("code", "0x") != "0x"):
        codes = wire.data(old.get("code", "0x")), wire.data(new.get("code", "0x"))
        change.code = codes if codes[0] != codes[1] else None
    slots_before, slots_after = old.get("storage") or {}, new.get("storage") or {}
    for slot in sorted({*slots_before, *slots_after}):
        values = (
            wire.padded(slots_before.get(slot, ZERO_WORD)),
            ZERO_WORD if gone else wire.padded(slots_after.get(slot, ZERO_WORD)),
        )
        if values[0] != values[1]:
            change.slots[wire.padded(slot)] = values
    return change if (change.balance or change.nonce or change.code or change.slots) else None


def _count(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    return wire.quantity(value)
