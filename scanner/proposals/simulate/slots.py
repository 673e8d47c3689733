"""Storage that changed, named by variable: the compiler's layout, and keys that the execution itself speaks of.

The keys of mappings are guessed: every address and every word that the calls and logs of the execution hold, and the
names of common roles. An entry whose key is none of these keeps its slot and has no name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from scanner.code.hidden_slots import UNTYPED
from scanner.discovery.contracts import code_at
from scanner.discovery.control.holders import short
from scanner.discovery.control.roles import ROLE_NAMES
from scanner.discovery.discover import Found
from scanner.model.code import StorageVariable
from scanner.model.observation import Collection
from scanner.model.simulation import SlotChange
from scanner.proposals.simulate.fork import Executed
from scanner.proposals.simulate.names import Names
from scanner.proposals.simulate.places import elementary, find_places

MAX_KEPT = 300
_MAX_KEYS = 240
_SLOT_BYTES = 32


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
        code = code_at(found.world, found.results, address)
        wanted = {int(slot, 16) for slot in change.slots}
        places = find_places(code.storage.items, code.structs.items, wanted, keys.words.items())
        for slot, (before, after) in sorted(change.slots.items()):
            rows += _told(_Slot(address, slot, before, after), names, places.get(int(slot, 16), ()))
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


def _told(one: _Slot, names: Names, here: Sequence[StorageVariable]) -> Iterator[SlotChange]:
    """Yield the variables in a slot that changed; the slot itself where none is known."""
    named = False
    for variable in here:
        if elementary(variable.type) and variable.size_bytes <= _SLOT_BYTES and variable.type:
            before, after = (_part(word, variable) for word in (one.before, one.after))
            if before != after:
                named = True
                part = _Slot(one.contract, one.slot, before, after)
                yield _change(part, variable.label, variable.type, names)
    if not named:
        label = _word_of(here[0], int(one.slot, 16)) if here else ""
        yield _change(one, label, "", names)


def _word_of(variable: StorageVariable, slot: int) -> str:
    """Return the name of a slot of something that takes several."""
    several = variable.size_bytes > _SLOT_BYTES
    return f"{variable.label} (word {slot - variable.slot})" if several else variable.label


def _change(one: _Slot, label: str, kind: str, names: Names) -> SlotChange:
    kind = "" if kind == UNTYPED else kind
    return SlotChange(
        contract=one.contract,
        contract_label=names.label(one.contract),
        variable=label,
        type=kind,
        slot=one.slot,
        before=_shown(one.before, kind, names),
        after=_shown(one.after, kind, names),
    )


def _part(word: str, variable: StorageVariable) -> str:
    """Return a packed variable's bytes out of its slot, as a hex number."""
    value = int(word, 16) >> (8 * variable.offset)
    return hex(value & ((1 << (8 * variable.size_bytes)) - 1))


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
