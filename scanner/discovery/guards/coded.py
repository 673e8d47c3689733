"""What a function without source asks of its caller, as its bytecode shows it.

It only says where to look: whoever stands in a slot that the caller is compared with is called for, and the calls
decide. That the caller is not looked at is told by the graph of the code, over all that the function can reach.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from scanner.code.bytecode.graph import Graph
from scanner.code.bytecode.opcodes import MAX_CODE_BYTES
from scanner.code.bytecode.tracing import address_in, traced
from scanner.code.evm.words import ADDRESS_MASK, Term, Value

_CALLER = frozenset({"CALLER", "ORIGIN"})
_ELSEWHERE = frozenset({"DELEGATECALL", "CALLCODE"})
_COMPARES = frozenset({"eq", "sub", "xor"})
_ECRECOVER = 1
_LEAST_ADDRESS = 0xFFFF
_ARGUMENT_BYTES = 32 * 12
_MAX_TERMS = 400
_STEPS, _WAYS, _TURNS = 20_000, 48, 1_000


@dataclass(frozen=True)
class Coded:
    """What one function's code shows.

    `slots`: (slot, bits above its low end) of addresses that the caller is compared with; `fixed`: addresses written in
    the code with which it is; `itself`: the caller may be the contract; `kept`: slots of mappings that are asked for
    the caller; `nobody`: the caller is not looked at at all; `signed`: a signature is checked.
    """

    slots: tuple[tuple[int, int], ...] = ()
    fixed: tuple[str, ...] = ()
    itself: bool = False
    kept: tuple[int, ...] = ()
    nobody: bool = False
    signed: bool = False

    @property
    def words(self) -> str:
        """What is asked, in words; empty where nothing was found."""
        compared = [f"caller is the address in slot {_shown(slot)}" for slot, _ in self.slots]
        compared += [f"caller is {address}" for address in self.fixed]
        compared += ["caller is the contract itself"] * self.itself
        kept = [f"what the mapping at slot {_shown(slot)} keeps for the caller" for slot in self.kept]
        return " or ".join([*compared, *kept])[:200]


@lru_cache(maxsize=2048)
def coded(runtime_code: str, selector: str) -> Coded:
    """Return what the function with this selector (0x-hex) asks; nothing where the code cannot be followed."""
    code = bytes.fromhex(runtime_code.removeprefix("0x"))
    if not code or len(code) > MAX_CODE_BYTES:
        return Coded()
    calldata = bytes.fromhex(selector[2:]) + bytes(_ARGUMENT_BYTES)
    run = traced(code, calldata, steps=_STEPS, ways=_WAYS, turns=_TURNS)
    found = _Found()
    for condition in run.conditions:
        for term in _parts(condition):
            found.take(term)
    told = bool(found.slots or found.fixed or found.itself or found.kept)
    return Coded(
        tuple(sorted(found.slots)),
        tuple(sorted(found.fixed)),
        found.itself,
        tuple(sorted(found.kept)),
        nobody=not told and _looks_at_nobody(runtime_code, selector),
        signed=_ECRECOVER in run.called,
    )


@dataclass
class _Found:
    """What the conditions of all ways together ask of the caller."""

    slots: set[tuple[int, int]] = field(default_factory=set)
    fixed: set[str] = field(default_factory=set)
    itself: bool = False
    kept: set[int] = field(default_factory=set)

    def take(self, term: Term) -> None:
        """Take one part of a condition."""
        if len(term.args) != 2:
            return
        if term.name == "keccak256" and _is_caller(term.args[0]) and isinstance(term.args[1], int):
            self.kept.add(term.args[1])
        for one, other in (term.args, term.args[::-1]) if term.name in _COMPARES else ():
            if not _is_caller(one):
                continue
            whom = address_in(other)
            if isinstance(other, int):
                self.fixed |= {f"0x{other:040x}"} if _LEAST_ADDRESS < other <= ADDRESS_MASK else set()
            elif isinstance(whom, tuple) and whom[0].name == "address":
                self.itself = True
            elif isinstance(whom, tuple) and whom[0].name == "sload" and isinstance(whom[0].args[0], int):
                self.slots.add((whom[0].args[0], whom[1]))


def _is_caller(value: Value) -> bool:
    whom = address_in(value)
    return isinstance(whom, tuple) and whom[0].name in ("caller", "origin") and whom[1] == 0


def _shown(slot: int) -> str:
    text = f"{slot:#x}"
    return text if len(text) <= 18 else f"{text[:10]}…"


def _parts(term: Term) -> Iterator[Term]:
    """Yield a term and what it is made of, each once."""
    waiting, seen = [term], {id(term)}
    while waiting and len(seen) < _MAX_TERMS:
        one = waiting.pop()
        yield one
        for part in one.args:
            if isinstance(part, Term) and id(part) not in seen:
                seen.add(id(part))
                waiting.append(part)


def _looks_at_nobody(runtime_code: str, selector: str) -> bool:
    """Whether all code that a function reaches is known, and none of it asks who calls or runs others' code."""
    graph = _graph(runtime_code)
    function = graph.function(selector) if graph is not None else None
    body = graph.body(function) if graph is not None and function is not None else ()
    names = {instruction.name for block in body for instruction in block.instructions}
    return bool(body) and all(block.resolved for block in body) and not names & (_CALLER | _ELSEWHERE)


@lru_cache(maxsize=32)
def _graph(runtime_code: str) -> Graph | None:
    try:
        return Graph(bytes.fromhex(runtime_code.removeprefix("0x")))
    except (ValueError, RuntimeError, TypeError, IndexError):
        return None
