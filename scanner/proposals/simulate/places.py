"""What lies at a storage slot: the compiler's layout, structs by member, and entries of mappings by guessed keys.

A mapping's entry lies at keccak256(key . slot), an array's first element at keccak256(slot) (Solidity, "Layout of State
Variables in Storage"), which tells nothing of the key. So the keys are guessed: words that the caller brings.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from eth_utils.crypto import keccak

from scanner.model.code import StorageStruct, StorageVariable

_MAX_SECOND_KEYS = 60
_MAX_HASHES = 60_000
_MAX_DEPTH = 5
_MAX_LEAVES = 400
_UNREAD_WORDS = 6
"""Words of a struct of unknown members that are looked at."""
_UNREAD_MAPPINGS = 2
"""Words of such a struct that may be mappings themselves (AccessControl.RoleData has it first)."""
_ARRAY_WORDS = 4_096
_WORDS = 1 << 256
_MAPPING = re.compile(r"mapping\(([^ ]+(?: [^ ]+)?) => (.*)\)\Z")
_FIXED = re.compile(r"(.*)\[(\d+)\]\Z")


def elementary(kind: str) -> bool:
    """Return whether a type fits into one slot by itself."""
    return not kind.startswith(("mapping", "struct")) and "[" not in kind and kind not in ("string", "bytes")


@dataclass
class Places:
    """What was found to lie at slots: by slot, the variables in it (several where they are packed)."""

    structs: Mapping[str, StorageStruct]
    wanted: tuple[int, ...]
    keys: Sequence[tuple[bytes, str]]
    found: dict[int, list[StorageVariable]] = field(default_factory=dict)
    budget: int = _MAX_HASHES

    def take(self, leaves: Iterable[StorageVariable]) -> None:
        """Keep those that lie at a wanted slot, unless something was found there before."""
        fresh: dict[int, list[StorageVariable]] = {}
        for leaf in leaves:
            for slot in self._within(leaf.slot, leaf.slot + _words(leaf)):
                if slot not in self.found:
                    fresh.setdefault(slot, []).append(leaf)
        self.found.update(fresh)

    def _within(self, first: int, end: int) -> Iterator[int]:
        at = bisect_left(self.wanted, first)
        while at < len(self.wanted) and self.wanted[at] < end:
            yield self.wanted[at]
            at += 1

    def open(self) -> bool:
        """Whether there is something left to look for, and means to do it."""
        return self.budget > 0 and len(self.found) < len(self.wanted)

    # ------------------------------------------------------------------------------------------------ types

    def leaves(self, variable: StorageVariable, depth: int = 0) -> Iterator[StorageVariable]:
        """Yield what a variable consists of: members of structs and elements of fixed arrays, else itself."""
        struct = self.structs.get(variable.type)
        fixed = _FIXED.match(variable.type)
        if depth >= _MAX_DEPTH:
            yield variable
        elif struct is not None:
            for member in struct.members:
                yield from self.leaves(_at(member, variable.slot, f"{variable.label}.{member.label}"), depth + 1)
        elif fixed is not None and self._whole(fixed[1]):
            words = max(1, _words(variable) // max(1, int(fixed[2])))
            for index in range(min(int(fixed[2]), _MAX_LEAVES)):
                label = f"{variable.label}[{index}]"
                yield from self.leaves(_made(label, fixed[1], variable.slot + index * words, words), depth + 1)
        else:
            yield variable

    def _whole(self, kind: str) -> bool:
        """Whether each element of this type begins with a slot of its own."""
        return kind in self.structs or not elementary(kind) or kind in ("uint256", "int256", "bytes32")

    def words_of(self, kind: str) -> int:
        """Return how many slots a type takes, as far as that is known."""
        struct = self.structs.get(kind)
        if struct is not None and struct.members:
            last = struct.members[-1]
            return last.slot + _words(last)
        return 1

    # ---------------------------------------------------------------------------------------------- searching

    def behind(self, variable: StorageVariable, keys: Iterable[tuple[bytes, str]]) -> Iterator[StorageVariable]:
        """Yield the leaves behind a mapping, for each of the keys."""
        parsed = _MAPPING.match(variable.type)
        if parsed is None:
            return
        value = parsed[2]
        words = self.words_of(value)
        for word, shown in keys:
            self.budget -= 1
            start = int.from_bytes(keccak(word + variable.slot.to_bytes(32, "big")), "big")
            label = f"{variable.label}[{shown}]"
            if value.startswith("struct") and value not in self.structs:
                yield from _unread(label, start)
            else:
                yield from self.leaves(_made(label, value, start, words))

    def elements(self, variable: StorageVariable) -> Iterator[StorageVariable]:
        """Yield what lies at wanted slots within a dynamic array, a string or bytes."""
        if variable.type not in ("string", "bytes") and not variable.type.endswith("[]"):
            return
        self.budget -= 1
        start = int.from_bytes(keccak(variable.slot.to_bytes(32, "big")), "big")
        kind = variable.type.removesuffix("[]")
        words = self.words_of(kind)
        for slot in self._within(start, start + _ARRAY_WORDS):
            if variable.type.endswith("[]") and self._whole(kind):
                index = (slot - start) // words
                yield from self.leaves(_made(f"{variable.label}[{index}]", kind, start + index * words, words))
            else:
                yield _made(f"{variable.label}[…] (word {slot - start})", "", slot, 1)


def find_places(
    variables: Sequence[StorageVariable],
    structs: Iterable[StorageStruct],
    wanted: Iterable[int],
    keys: Iterable[tuple[bytes, str]],
) -> Mapping[int, Sequence[StorageVariable]]:
    """Return, by slot, the variables that lie in it, for each wanted slot for which some can be found."""
    places = Places({one.name: one for one in structs}, tuple(sorted(wanted)), tuple(keys))
    level = [leaf for variable in variables for leaf in places.leaves(variable)]
    places.take(leaf for leaf in level if not leaf.type.startswith("mapping"))
    second = tuple(islice(places.keys, _MAX_SECOND_KEYS))
    for keys_then in (places.keys, second, second):
        deeper: list[StorageVariable] = []
        for leaf in level:
            if not places.open():
                return places.found
            behind = list(places.behind(leaf, keys_then))
            places.take(one for one in behind if not one.type.startswith("mapping"))
            places.take(places.elements(leaf))
            deeper += (one for one in behind if one.type.startswith("mapping") or one.type.endswith("[]"))
        level = deeper
    return places.found


def _words(variable: StorageVariable) -> int:
    return max(1, -(-(variable.offset + variable.size_bytes) // 32))


def _at(member: StorageVariable, slot: int, label: str) -> StorageVariable:
    return member.model_copy(update={"slot": (slot + member.slot) % _WORDS, "label": label})


def _made(label: str, kind: str, slot: int, words: int) -> StorageVariable:
    return StorageVariable(label=label, type=kind, slot=slot % _WORDS, offset=0, size_bytes=32 * words)


def _unread(label: str, start: int) -> Iterator[StorageVariable]:
    """A struct whose members no layout tells: its words, of which the first may be mappings themselves."""
    for offset in range(_UNREAD_WORDS):
        name = f"{label} (word {offset})" if offset else label
        yield _made(name, "", start + offset, 1)
    for offset in range(_UNREAD_MAPPINGS):
        yield _made(f"{label}.…", "mapping(bytes32 => bytes32)", start + offset, 1)
