"""Decode one action: by the target's ABI, else the signature the proposal carries, else the table, else raw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.chain.abi import DecodeError, decode_call_input, selector, signature_types
from scanner.discovery.account import Account, nonzero
from scanner.discovery.world import World
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.proposals import Argument
from scanner.proposals.effects import signature_table

OPEN = "?"
"""Shown for an argument that is not known before the call is made."""


@dataclass(frozen=True)
class Decoded:
    """A call in words. `values` are the decoded arguments, for reasoning; `arguments` are for showing.

    `left_open` are positions of arguments that the code which makes the call decides when it runs: their values here
    are zeros in their place.
    """

    signature: Known[str] | Unknown
    by: str
    values: tuple[Any, ...]
    arguments: tuple[Argument, ...]
    left_open: frozenset[int] = frozenset()


@dataclass
class AbiBook:
    """ABIs of the accounts of the crawl and of `strangers` outside it, each read once."""

    world: World
    strangers: Mapping[str, Account] = field(default_factory=dict)
    read: dict[str, dict[str, tuple[str, list[str]]]] = field(default_factory=dict)

    def functions(self, target: str) -> Mapping[str, tuple[str, list[str]]]:
        """Return selector -> signature and argument names, of the contract and of the code it runs."""
        if target not in self.read:
            self.read[target] = self._functions(target)
        return self.read[target]

    def _functions(self, target: str) -> dict[str, tuple[str, list[str]]]:
        account = self.world.get(target) or self.strangers.get(target)
        holders = [account]
        if account and account.proxy and (implementation := nonzero(account.proxy.implementation)):
            holders.append(self.world.get(implementation))
        found: dict[str, tuple[str, list[str]]] = {}
        for holder in holders:
            for known, entry in holder.abi_functions() if holder else ():
                names = [str(item.get("name", "")) for item in entry.get("inputs", ())]
                found.setdefault(selector(known), (known, names))
        return found


def decode_action(book: AbiBook | None, target: str, signature: str, calldata: str) -> Decoded:
    """Decode `calldata` (with selector) for `target`. Without a book no ABI is at hand: the target is elsewhere."""
    if calldata == "0x":
        return Decoded(Known(value="", evidence=(), derivation="plain transfer"), "raw", (), ())
    if len(calldata) < 10:
        short = Unknown(reason=Reason.UNDECODABLE, detail=f"{calldata} is too short for a selector")
        return Decoded(short, "raw", (), ())
    named = book.functions(target) if book else {}
    for by, candidate, names in _candidates(named, signature, calldata[:10]):
        try:
            types = signature_types(candidate)
            values = decode_call_input(types, calldata)
        except DecodeError:
            continue
        shown = tuple(
            Argument(name=name, type=kind, value=_show(value))
            for name, kind, value in zip(names or [""] * len(types), types, values, strict=True)
        )
        return Decoded(Known(value=candidate, evidence=()), by, values, shown)
    unknown = Unknown(reason=Reason.UNDECODABLE, detail=f"selector {calldata[:10]} is in no ABI and no table at hand")
    return Decoded(unknown, "raw", (), ())


def decode_partly(book: AbiBook | None, target: str, calldata: str, *, again: str) -> Decoded:
    """Decode calldata of which a part is not known: `again` is the same with other bytes in those places."""
    one, other = decode_action(book, target, "", calldata), decode_action(book, target, "", again)
    if not (isinstance(one.signature, Known) and isinstance(other.signature, Known)) or calldata[:10] != again[:10]:
        detail = f"what follows the selector {calldata[:10]} is decided when it runs"
        return Decoded(Unknown(reason=Reason.UNRESOLVED, detail=detail), "raw", (), ())
    if one.signature != other.signature:
        return Decoded(Unknown(reason=Reason.UNDECODABLE, detail="it can be read in two ways"), "raw", (), ())
    pairs = enumerate(zip(one.values, other.values, strict=True))
    differ = frozenset(at for at, (first, second) in pairs if first != second)
    shown = tuple(
        item.model_copy(update={"value": OPEN}) if at in differ else item for at, item in enumerate(one.arguments)
    )
    return Decoded(one.signature, one.by, one.values, shown, differ)


def _candidates(
    named: Mapping[str, tuple[str, list[str]]], signature: str, head: str
) -> list[tuple[str, str, list[str]]]:
    found: list[tuple[str, str, list[str]]] = []
    if head in named:
        found.append(("abi", *named[head]))
    if signature and selector(signature) == head:
        found.append(("signature", signature, []))
    row = signature_table().get(head)
    if row is not None:
        found.append(("table", row[0], []))
    return found


def _show(value: Any) -> str:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_show(item) for item in value) + "]"
    return str(value)
