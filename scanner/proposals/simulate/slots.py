"""Storage that changed, named by variable: the compiler's layout, and keys that the execution itself speaks of.

A mapping's entry lies at keccak256(key . slot) (Solidity, "Layout of State Variables in Storage"), which tells nothing
of the key. So the keys are guessed: every address and every word that the calls and logs of the execution hold, and
the names of common roles. An entry whose key is none of these keeps its slot and has no name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from eth_utils.crypto import keccak

from scanner.discovery.contracts import code_at
from scanner.discovery.discover import Found
from scanner.discovery.holders import short
from scanner.discovery.roles import ROLE_NAMES
from scanner.model.code import StorageVariable
from scanner.model.observation import Collection
from scanner.model.simulation import SlotChange
from scanner.proposals.simulate.fork import Executed
from scanner.proposals.simulate.names import Names

MAX_KEPT = 300
_MAX_KEYS = 240
_MAX_SECOND_KEYS = 60
_MAX_HASHES = 60_000
_FIELDS = 6
"""Words of a struct behind a mapping that are looked at."""
_STRUCT_MAPPINGS = 2
"""Words of a struct behind a mapping that may be mappings themselves (AccessControl.RoleData has it first)."""
_ARRAY_WORDS = 4_096
_MAPPING = re.compile(r"mapping\(([^ ]+) => (.*)\)\Z")


@dataclass(frozen=True)
class _Place:
    """What lies at a slot: a name, and its type where that is an elementary one."""

    name: str
    type: str


@dataclass
class Keys:
    """Words that may be keys, each with how it is shown. Addresses first: most mappings are of them."""

    names: Names
    words: dict[bytes, str] = field(default_factory=dict)

    def add_all(self, executed: Executed) -> None:
        """Take the addresses and words of an execution's calls and logs."""
        for address in dict.fromkeys(self.names.known()):
            self._address(address)
        for frame in executed.trace.frames:
            self._address(frame.target)
            self._address(frame.sender)
        for role, name in ROLE_NAMES.items():
            self._add(bytes.fromhex(role[2:]), name)
        self._word(f"{int(self.names.proposal.id):064x}")
        for log in executed.trace.logs:
            for topic in log.topics[1:]:
                self._word(topic[2:])
        for log in executed.trace.logs:
            for at in range(2, min(len(log.data), 2 + 64 * 4), 64):
                self._word(log.data[at : at + 64])
        for frame in executed.trace.frames:
            for at in range(10, min(len(frame.input), 10 + 64 * 16), 64):
                self._word(frame.input[at : at + 64])

    def _address(self, address: str) -> None:
        if address:
            self._add(bytes.fromhex(address[2:].rjust(64, "0")), self.names.label(address))

    def _word(self, word: str) -> None:
        if len(word) != 64:
            return
        if word.startswith("0" * 24) and not word.startswith("0" * 32):
            self._address("0x" + word[24:])
        else:
            number = int(word, 16)
            self._add(bytes.fromhex(word), str(number) if number < 1 << 64 else f"0x{word[:8]}…")

    def _add(self, word: bytes, shown: str) -> None:
        if len(self.words) < _MAX_KEYS:
            self.words.setdefault(word, shown)


def slot_changes(found: Found, executed: Executed, names: Names) -> Collection[SlotChange]:
    """Return every slot that changed, of the contracts in scope first; partial where there are more than are kept."""
    keys = Keys(names)
    keys.add_all(executed)
    rows: list[SlotChange] = []
    for address, change in sorted(executed.diff.accounts.items()):
        if not change.slots:
            continue
        variables = code_at(found.world, found.results, address).storage.items
        places = _places(variables, frozenset(int(slot, 16) for slot in change.slots), keys)
        for slot, (before, after) in sorted(change.slots.items()):
            rows += _told(_Slot(address, slot, before, after), names, variables, places)
    rows.sort(key=lambda row: (not row.variable, row.contract, row.slot, row.variable))
    if len(rows) > MAX_KEPT:
        reason = f"{len(rows)} slots changed, {MAX_KEPT} are kept"
        return Collection[SlotChange](items=tuple(rows[:MAX_KEPT]), complete=False, reason=reason)
    return Collection[SlotChange](items=tuple(rows), complete=True)


@dataclass(frozen=True)
class _Slot:
    """A slot that changed."""

    contract: str
    slot: str
    before: str
    after: str


def _told(
    one: _Slot, names: Names, variables: Sequence[StorageVariable], places: dict[int, _Place]
) -> Iterator[SlotChange]:
    number = int(one.slot, 16)
    named = False
    for variable in variables:
        if variable.slot != number or variable.size_bytes > 32 or not _elementary(variable.type):
            continue
        before, after = (_part(word, variable) for word in (one.before, one.after))
        if before != after:
            named = True
            part = _Slot(one.contract, one.slot, before, after)
            yield _change(part, _Place(variable.label, variable.type), names)
    if not named:
        yield _change(one, places.get(number, _Place("", "")), names)


def _change(one: _Slot, place: _Place, names: Names) -> SlotChange:
    return SlotChange(
        contract=one.contract,
        contract_label=names.label(one.contract),
        variable=place.name,
        type=place.type,
        slot=one.slot,
        before=_shown(one.before, place.type, names),
        after=_shown(one.after, place.type, names),
    )


def _part(word: str, variable: StorageVariable) -> str:
    """Return a packed variable's bytes out of its slot, as a hex number."""
    value = int(word, 16) >> (8 * variable.offset)
    return hex(value & ((1 << (8 * variable.size_bytes)) - 1))


def _elementary(kind: str) -> bool:
    return not kind.startswith(("mapping", "struct")) and "[" not in kind and kind not in ("string", "bytes")


def _shown(value: str, kind: str, names: Names) -> str:
    number = int(value, 16)
    if kind == "address" or kind.startswith(("contract ", "address payable")):
        address = f"0x{number & ((1 << 160) - 1):040x}"
        label = names.label(address)
        return address if label == short(address) else f"{label} {address}"
    if kind == "bool":
        return "true" if number else "false"
    if kind.startswith(("uint", "enum")):
        return str(number)
    if kind.startswith("int"):
        bits = int(kind[3:] or 256)
        return str(number - (1 << bits) if number >= 1 << (bits - 1) else number)
    return str(number) if number < 1 << 64 else f"0x{number:064x}"


# -------------------------------------------------------------------------------------------------- places


def _places(variables: Sequence[StorageVariable], wanted: frozenset[int], keys: Keys) -> dict[int, _Place]:
    """Return a name for each wanted slot that one can be found for."""
    found: dict[int, _Place] = {}
    budget = _MAX_HASHES
    for one in variables:
        words = max(1, -(-(one.offset + one.size_bytes) // 32))
        for number in wanted:
            if one.slot <= number < one.slot + words and (words > 1 or not _elementary(one.type)):
                part = f" (word {number - one.slot})" if words > 1 else ""
                found.setdefault(number, _Place(one.label + part, ""))
    for one in variables:
        if not one.type.startswith("mapping") and (one.type.endswith("[]") or one.type in ("string", "bytes")):
            start = int.from_bytes(keccak(one.slot.to_bytes(32, "big")), "big")
            for number in wanted:
                if 0 <= number - start < _ARRAY_WORDS:
                    found.setdefault(number, _Place(f"{one.label}[…] (word {number - start})", ""))
    mappings = [one for one in variables if one.type.startswith("mapping")]
    for deep in (False, True):
        for one in mappings:
            open_slots = wanted - found.keys()
            if open_slots and budget > 0:
                budget -= _mapping(one, open_slots, keys, _Search(found, budget, deep))
    return found


@dataclass(frozen=True)
class _Search:
    """What was found so far, how many hashes may still be made, and whether entries of entries are looked at."""

    found: dict[int, _Place]
    budget: int
    deep: bool


def _mapping(variable: StorageVariable, wanted: frozenset[int], keys: Keys, search: _Search) -> int:
    """Name the entries of one mapping; return how many hashes that took."""
    parsed = _MAPPING.match(variable.type)
    if parsed is None:
        return 0
    value = parsed.group(2)
    inner = _MAPPING.match(value)
    spent = 0
    for word, shown in keys.words.items():
        start = _entry(word, variable.slot)
        spent += 1
        name = f"{variable.label}[{shown}]"
        if not search.deep:
            _take(search.found, wanted, start, name, value)
        elif value.startswith(("mapping", "struct")) and spent < search.budget:
            seconds = list(_first(keys.words.items(), _MAX_SECOND_KEYS))
            offsets = 1 if inner else _STRUCT_MAPPINGS
            spent += offsets * len(seconds)
            kind = inner.group(2) if inner else ""
            for offset in range(offsets):
                for second, words in seconds:
                    longer = f"{name}[{words}]" if inner else f"{name}.…[{words}]"
                    _take(search.found, wanted, _entry(second, start + offset), longer, kind)
    return spent


def _take(found: dict[int, _Place], wanted: frozenset[int], start: int, name: str, kind: str) -> None:
    if start in wanted:
        found.setdefault(start, _Place(name, kind if _elementary(kind) else ""))
    if _elementary(kind) and kind:
        return
    for offset in range(1, _FIELDS):
        if start + offset in wanted:
            found.setdefault(start + offset, _Place(f"{name} (word {offset})", ""))


def _entry(key: bytes, slot: int) -> int:
    return int.from_bytes(keccak(key + (slot % (1 << 256)).to_bytes(32, "big")), "big")


def _first(items: Iterable[tuple[bytes, str]], count: int) -> Iterator[tuple[bytes, str]]:
    for index, item in enumerate(items):
        if index >= count:
            return
        yield item
