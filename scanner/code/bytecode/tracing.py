"""Runs a contract's code on one call, with everything that its state and others decide kept as terms.

It serves two questions: to whose code a contract hands a call that names none of its functions, and with what a
function compares its caller. Calldata is known, so a dispatcher takes one way; calls succeed and bring back a term that
names who was asked what.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from scanner.code.evm.memory import Bytes
from scanner.code.evm.walk import Limits, walk
from scanner.code.evm.way import Made, NotFollowed, Outside, Reply, Setting, Way
from scanner.code.evm.words import Term, Value, split

_HANDS_ON = ("DELEGATECALL", "CALLCODE")
_GAS = 10_000_000
_ANSWERED_WORDS = 3
_MEMORY = 16_384


@dataclass
class Traced(Outside):
    """What was met on all ways: calls `handed` on with the selector with which they came, `conditions` that jumps
    depend on, and addresses that the code itself names and calls. `complete`: no way was given up.
    """

    handed: list[Made] = field(default_factory=list)
    conditions: list[Term] = field(default_factory=list)
    called: set[int] = field(default_factory=set)
    complete: bool = True

    aliases = False
    """A mapping's slot is none of those that a constant names: a write to one that is not known leaves the others."""

    def word(self, name: str) -> Value:
        return _GAS if name == "GAS" else super().word(name)

    def about(self, name: str, subject: Value) -> Value:
        return 1 if name == "EXTCODESIZE" else super().about(name, subject)

    def unplaced(self, name: str) -> Term:
        if name == "CALLDATALOAD":
            return super().unplaced(name)
        raise NotFollowed("where it looks depends on what it is answered")

    def parted(self, way: Way, condition: Term) -> None:
        self.conditions.append(condition)

    def call(self, way: Way, made: Made, room: int) -> Reply:
        if not made.placed:
            raise NotFollowed("what it hands on depends on what it is answered")
        if made.target is not None:
            self.called.add(made.target)
        head = made.data.part(0, 4)
        selected = len(made.data.data) >= 4
        if made.how in _HANDS_ON and selected and head == way.setting.calldata.part(0, 4):
            self.handed.append(made)
            way.ended = True
        asked = int.from_bytes(head.data, "big") if selected and head.certain else -1
        words = [Term("returned", made.to, asked, word) for word in range(_ANSWERED_WORDS)]
        size = 32 * _ANSWERED_WORDS
        return Reply(1, Bytes.of_words(words, size), size)


def traced(code: bytes, calldata: bytes, *, steps: int, ways: int, turns: int) -> Traced:
    """Return what code does when it is called with `calldata`. Never raises, for any bytes."""
    found = Traced()
    limits = Limits(steps, ways, turns, _MEMORY, merges=False)
    found.complete = not walk(Setting(code, "", "", 0, Bytes.known(calldata), None), found, limits).missing
    return found


def address_in(word: Value) -> int | tuple[Term, int] | None:
    """Return where the address in a word comes from: a number, or a term and the bits above that term's low end.

    The address is the low 20 bytes. None where they do not stand together in one term.
    """
    low = split(word)[12:]
    numbers = [byte for byte in low if isinstance(byte, int)]
    if len(numbers) == len(low):
        return int.from_bytes(bytes(numbers), "big")
    first = low[0]
    if not isinstance(first, tuple) or first[1] > 12:
        return None
    term, start = first
    if any(byte != (term, start + at) for at, byte in enumerate(low)):
        return None
    shift = 8 * (12 - start)
    if term.name == "shr" and len(term.args) == 2 and isinstance(term.args[0], int) and isinstance(term.args[1], Term):
        return term.args[1], shift + term.args[0]
    return term, shift
