"""Questions for slots that only the code of a contract names."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.discovery.account import Account
from scanner.discovery.battery import SLOTS
from scanner.discovery.forwards import way
from scanner.discovery.world import Getter


def slot_questions(account: Account, code: Account | None = None) -> Iterator[Getter]:
    """Yield the slots that lead to the target and that not everybody is asked for.

    `code` is whose code runs in the storage of `account`, where it is not its own: a proxy behind a proxy.
    """
    for target in way(code or account).targets:
        for one in (target, target.asked):
            if one is not None and one.kind == "slot" and one.slot not in SLOTS:
                yield slot_getter(account, one.slot)


def slot_getter(account: Account, slot: str) -> Getter:
    """Return the question for one slot of an account."""
    return Getter(account.address, "", (), named=f"slot {slot}", slot=slot)
