"""Scratch memory of assembly, as far as slots of mappings are hashed from it (Solady and its like).

`mstore(0x0c, SEED) mstore(0x00, owner) sload(keccak256(0x0c, 0x20))` reads what is kept for the owner under that seed.
"""

from __future__ import annotations

from scanner.code.analyses.values import DERIVED, Label, Labels, Place, Value, flat

SLOT: Label = ("slot",)
"""Marks a value that was hashed from scratch memory: where something is kept."""

_WORD = 32
_MOST_BITS = 256
_KINDS_OF_KEYS = frozenset({"arg", "sender", "recovered", "this", "data", "ext"})


class Memory:
    """What lies where: stretches of bytes that do not overlap, each with where its content comes from."""

    def __init__(self) -> None:
        self._parts: list[tuple[int, int, Labels]] = []

    def store(self, offset: Value, value: Value) -> None:
        """Put a word at a constant offset; one that is computed lies beyond the scratch space."""
        start = _number(offset)
        if start is None:
            return
        end = start + _WORD
        kept: list[tuple[int, int, Labels]] = []
        for first, last, labels in self._parts:
            if first < start:
                kept.append((first, min(last, start), labels))
            if last > end:
                kept.append((max(first, end), last, labels if first >= end else _lowest(labels)))
        self._parts = [*kept, (start, end, value.labels)]

    def hashed(self, offset: Value, length: Value) -> Labels | None:
        """Return where the hash of a stretch comes from, marked as a slot; None for what was not followed."""
        start, size = _number(offset), _number(length)
        if start is None or size is None:
            return None
        parts = [labels for first, last, labels in self._parts if first < start + size and last > start]
        return frozenset().union(*parts, {SLOT, DERIVED}) if parts else None


def place_of(slot: Labels) -> Place | None:
    """Return the place that a hashed slot stands for: named by what is constant in it, kept for the rest of it."""
    if SLOT not in slot:
        return None
    keys = frozenset(label for label in flat(slot) if label[0] in _KINDS_OF_KEYS)
    seeds = sorted(str(label[1]) for label in slot if _is_seed(label))
    return Place(f"slot {' '.join(seeds)}".strip(), (), keys)


def _lowest(labels: Labels) -> Labels:
    """Return what is left of a word whose upper bytes were overwritten: of an address beside a seed, the seed."""
    seeds = frozenset(label for label in labels if _is_seed(label))
    return seeds or labels


def _is_seed(label: Label) -> bool:
    """Whether a label is a named constant, or a number that is no count of bits to shift by."""
    number = str(label[1]) if label[0] == "const" else ""
    return label[0] == "state" or (number.isdigit() and int(number) > _MOST_BITS)


def _number(value: Value) -> int | None:
    if len(value.labels) != 1:
        return None
    (label,) = value.labels
    return int(label[1]) if label[0] == "const" and str(label[1]).isdigit() else None
